"""The message catalog explains every MESSAGE_ID of the code, with fields that its lines have, and journalctl reads it."""

import os
import re
import subprocess
import tempfile
import unittest

import manual_code as code
import tap
import tree

CATALOG = "systemd-units/sandboxd.catalog"
ENTRY = re.compile(r"^-- ([0-9a-f]{32})$\n(.*?)(?=^-- |\Z)", re.MULTILINE | re.DOTALL)
PAGES = {path.rsplit("/", 1)[1].removesuffix(".in") for path in tree.files("doc/man", endings=(".in",))} | {"org.sandboxd1.5"}


def journalctl(root, verb):
    result = subprocess.run(["journalctl", f"--root={root}", verb], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            encoding="utf-8")
    return result.returncode, result.stdout


def read(content):
    """(exit status, listed ids) of journalctl for a catalog with this content."""
    with tempfile.TemporaryDirectory() as root:
        for folder in ("usr/lib/systemd/catalog", "var/lib/systemd/catalog"):
            os.makedirs(os.path.join(root, folder))
        with open(os.path.join(root, "usr/lib/systemd/catalog/sandboxd.catalog"), "w", encoding="utf-8") as file:
            file.write(content)
        updated, _ = journalctl(root, "--update-catalog")
        _, listed = journalctl(root, "--list-catalog")
        return updated, {line.split()[0] for line in listed.splitlines()}


def lacks(content, fields):
    """What is missing or wrong in each entry. `fields`: MESSAGE_ID to the fields of its lines."""
    found = []
    for identifier, entry in ENTRY.findall(content):
        head, _, text = entry.partition("\n\n")
        pages = {f"{name}.{section}" for name, section in re.findall(r"^Documentation: man:(\S+)\((\d)\)$", head, re.MULTILINE)}
        if not re.search(r"^Subject: \S", head, re.MULTILINE) or not text.strip():
            found.append(f"{identifier}: no subject or no text")
        if not pages or pages - PAGES:
            found.append(f"{identifier}: points to no page, or to one that is not there")
        unknown = set(re.findall(r"@(\w+)@", entry)) - fields.get(identifier, set())
        found += [f"{identifier}: its lines have no field {name}" for name in sorted(unknown)]
    return found


class Catalog(unittest.TestCase):
    def setUp(self):
        self.content = tree.text(CATALOG)

    def testJournalctlReadsAnEntryForEachMessageId(self):
        self.assertEqual((0, set(code.messageIds().values())), read(self.content))

    def testEachEntryIsComplete(self):
        self.assertEqual([], lacks(self.content, code.messageFields()))

    def testABrokenCatalogIsSeen(self):
        identifier = ENTRY.findall(self.content)[0][0]
        self.assertNotEqual(0, read(self.content.replace(f"-- {identifier}", "-- no id"))[0])
        self.assertNotIn(identifier, read(self.content.replace(identifier, "1" * 32))[1])

    def testEachLackIsSeen(self):
        fields = code.messageFields()
        for old, new in (("Subject:", "Title:"), ("@CALLER_UID@", "@CALLER@"),
                         ("man:org.sandboxd1(5)", "man:org.sandboxd2(5)"),
                         ("Documentation: man:sandboxd(8)\n\nThe line", "\nThe line")):
            self.assertIn(old, self.content)
            broken = self.content.replace(old, new, 1)
            self.assertEqual(1, len(lacks(broken, fields)), old)


if __name__ == "__main__":
    tap.main(__name__)
