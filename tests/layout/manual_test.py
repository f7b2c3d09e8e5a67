"""The manual pages list what the code has, and nothing else. Usage: manual_test.py BUILD"""

import os
import re
import subprocess
import sys
import unittest

import manual_code as code
import manual_page
import tap
import tree

BUILD = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build"
SANDBOXCTL = os.path.join(BUILD, "client/sandboxctl/sandboxctl")
BWRAP = os.path.join(BUILD, "client/frontends/bwrap/sandbox-bwrap")
UNSHARE = os.path.join(BUILD, "client/frontends/unshare/sandbox-unshare")
FOLDERS = {"sandbox-bwrap.1": "doc/man", "sandbox-unshare.1": "doc/man", "sandboxctl.1": "doc/man", "sandboxd.8": "doc/man",
           "sandboxd-profiles.7": "doc/man", "org.sandboxd1.5": "dbus-interfaces"}


def page(name):
    with open(os.path.join(BUILD, FOLDERS[name], name), encoding="utf-8") as file:
        return file.read()


def rowsOf(text, section, heading=""):
    return [row for row in manual_page.rows(text) if (row.section, row.heading) == (section, heading)]


def names(row):
    """The options of a row: "-s, --signal S" are two."""
    return {word.rstrip(",") for word in row.tag.split() if word.startswith("-")}


def firstWord(row):
    return {row.tag.split()[0]}


def wholeTag(row):
    return {row.tag}


def operationsAndKeys(rows):
    """Keys with the operation that they stand below."""
    found, operation = set(), ""
    for row in rows:
        word = row.tag.split()[0]
        operation = word if row.depth == 1 else operation
        found.add(word if row.depth == 1 else f"{operation} {word}")
    return found


def each(of):
    return lambda rows: set().union(*map(of, rows))


class List:
    """One list of a page, and what the code says of it."""

    def __init__(self, pageName, section, inCode, read=each(firstWord), heading="", shared=None):
        self.pageName, self.section, self.heading = pageName, section, heading
        self.inCode, self.read, self.shared = inCode, read, shared

    def rows(self, text):
        return rowsOf(text, self.section, self.heading)

    def inPage(self, text):
        found = self.read(self.rows(text)) if self.rows(text) else set()
        return found | (self.shared.inPage(text) if self.shared else set())

    def __str__(self):
        return f"{self.pageName}, {self.section} {self.heading}".strip()

    def differences(self, text):
        return sorted(self.inCode() ^ self.inPage(text))


def optionsOf(*verb):
    return lambda: code.optionsIn(code.helpOf(SANDBOXCTL, *verb))


def common():
    """The options that stand in the help of every verb."""
    return set.intersection(*[optionsOf(verb)() for verb in code.verbsIn(code.helpOf(SANDBOXCTL))])


def withDefault(row):
    return {f"{row.tag} {row.text.split(':')[0]}"}


def withFields(row):
    return {f"{row.tag} {' '.join(sorted(re.findall(r'[A-Z_]{2,}', row.text.split('Fields:')[1])))}"}


EVERY_VERB = List("sandboxctl.1", "Options of every verb", common, each(names))
LISTS = (
    EVERY_VERB,
    List("sandboxctl.1", "VERBS", lambda: code.verbsIn(code.helpOf(SANDBOXCTL))),
    List("sandboxctl.1", "Options without a verb", optionsOf(), each(names), shared=EVERY_VERB),
    List("sandboxctl.1", "EXIT STATUS", code.exitStatuses),
    List("sandbox-bwrap.1", "OPTIONS", lambda: code.optionsIn(code.helpOf(BWRAP)), each(names)),
    List("sandbox-unshare.1", "OPTIONS", lambda: code.optionsIn(code.helpOf(UNSHARE)), each(names)),
    List("sandboxd.8", "Options of sandboxd", lambda: code.daemonOptions("daemon/options.cpp")),
    List("sandboxd.8", "Options of sandboxd-spawner", lambda: code.daemonOptions("daemon/spawner/options.cpp")),
    List("sandboxd.8", "UNITS", code.units),
    List("sandboxd.8", "POLKIT ACTIONS", code.actions),
    List("sandboxd.8", "LOG", lambda: {f"{identifier} {' '.join(sorted(fields))}"
                                       for identifier, fields in code.messageFields().items()}, each(withFields)),
    List("sandboxd.8", "Fields", lambda: set().union(*code.messageFields().values())),
    List("sandboxd-profiles.7", "LABELS", code.profiles, each(wholeTag)),
    List("sandboxd-profiles.7", "LOCAL ADDITIONS", code.localIncludes,
         each(lambda row: {row.tag[row.tag.index("local/"):]})),
    List("org.sandboxd1.5", "Methods", code.optionKeys, heading="Options"),
    List("org.sandboxd1.5", "Methods", code.mountKeys, operationsAndKeys, heading="Mount operations"),
    List("org.sandboxd1.5", "Properties", code.features, heading="Tokens"),
    List("org.sandboxd1.5", "Properties", code.limits, each(withDefault), heading="Ceilings"),
    List("org.sandboxd1.5", "Errors", code.errorNames),
)

def verbOptions():
    """One list for each verb that has options of its own."""
    return [List("sandboxctl.1", f"Options of {verb}", optionsOf(verb), each(names), shared=EVERY_VERB)
            for verb in sorted(code.verbsIn(code.helpOf(SANDBOXCTL)))]


class Manual(unittest.TestCase):
    def setUp(self):
        self.lists = (*LISTS, *verbOptions())

    def testEachListHasWhatTheCodeHas(self):
        for entry in self.lists:
            self.assertTrue(entry.inCode(), f"nothing found in the code for {entry}")
        self.assertEqual([], [f"{entry}: {name} is only here or only in the code"
                              for entry in self.lists for name in entry.differences(page(entry.pageName))])

    def testEachRowThatIsMissingIsSeen(self):
        unseen = [f"{entry}: {row.tag}" for entry in self.lists for text in [page(entry.pageName)]
                  for row in entry.rows(text) if not entry.differences(manual_page.withoutRow(text, row))]
        self.assertEqual([], unseen)

    def testARowTooManyIsSeen(self):
        tags = {"LOCAL ADDITIONS": "local/invented"}
        unseen = [str(entry) for entry in self.lists for text in [page(entry.pageName)] for row in entry.rows(text)[:1]
                  if not entry.differences(
                      manual_page.withInventedRow(text, row, tags.get(entry.section, "--invented")))]
        self.assertEqual([], unseen)

    def testTheEnvironmentFilterIsDescribed(self):
        def said(text):
            return set(re.findall(r"_?[A-Z]+_[A-Z_]*|_[A-Z]+", manual_page.sectionText(text, "Environment filter")))
        text = page("sandboxctl.1")
        self.assertEqual(code.secretNames(), said(text))
        self.assertNotEqual(code.secretNames(), said(text.replace("_TOKEN", "secrets")))

    def testTheDefaultsOfTheDaemonsAreDescribed(self):
        socket, first, count = re.search(r'spawnerSocket = "([^"]+)".*first = (\w+), \.count = (\d+)',
                                         tree.text("daemon/options.hpp"), re.DOTALL).groups()
        text = manual_page.sectionText(page("sandboxd.8"), "Options of sandboxd")
        self.assertIn(f"; {socket} if not given", text)
        self.assertIn(f"{int(first, 0)}:{count} if not given", text)
        spawner = tree.text("daemon/spawner/options.hpp")
        self.assertIn(f"firstOwner = {first}", spawner)
        self.assertIn(f"ownerCount = {count}", spawner)

    def testEveryPageIsNamedByTheOthers(self):
        for name in FOLDERS:
            title, section = name.rsplit(".", 1)
            for other in FOLDERS:
                if other != name:
                    said = page(other).replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace(".BR ", "")
                    self.assertTrue(re.search(rf"{re.escape(title)} ?\({section}\)", said), f"{name} in {other}")


if __name__ == "__main__":
    tap.main(__name__)
