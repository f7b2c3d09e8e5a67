"""The tables of profiles and transitions in doc/apparmor.md are those of the profiles."""

import re
import unittest

import tap
import tree

DOCUMENT = "doc/apparmor.md"
HEAD = re.compile(r"^( *)profile (\S+)( @libexecdir@\S+)?")
RULE = re.compile(r"^ *change_profile -> ([^,]+),")
TRANSITION = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)
PROFILE = re.compile(r"^\| `([^`]+)` \| [^`]", re.MULTILINE)


def inProfiles(contents):
    """(labels, (from, to) of each allowed change); a profile with a path is reached from unconfined."""
    labels, changes, parent, label = set(), set(), "", ""
    for line in "\n".join(contents).split("\n"):
        if head := HEAD.match(line):
            parent = parent if head[1] else head[2]
            label = f"{parent}//{head[2]}" if head[1] else head[2]
            labels.add(label)
            changes |= {("unconfined", label)} if head[3] else set()
        elif rule := RULE.match(line):
            changes.add((label, rule[1]))
        elif line == "  }":
            label = parent
    return labels, changes


def section(document, title):
    return document.split(f"## {title}\n")[1].split("\n## ")[0]


def inDocument(document):
    changes = set(TRANSITION.findall(section(document, "Transitions")))
    return set(PROFILE.findall(section(document, "Profiles"))), changes


def differences(contents, document):
    (labels, changes), (said, saidChanges) = inProfiles(contents), inDocument(document)
    return [f"profile {name}" for name in sorted(labels ^ said)] + \
           [f"from {one} to {other}" for one, other in sorted(changes ^ saidChanges)]


class ApparmorDocument(unittest.TestCase):
    def setUp(self):
        self.contents = [tree.text(path) for path in tree.files("apparmor.d", endings=(".in",))]
        self.document = tree.text(DOCUMENT)

    def testTheTablesAreThoseOfTheProfiles(self):
        self.assertTrue(all(inProfiles(self.contents)))
        self.assertEqual([], differences(self.contents, self.document))

    def testEachMissingRowIsSeen(self):
        for row in TRANSITION.findall(section(self.document, "Transitions")):
            start = f"| `{row[0]}` | `{row[1]}` |"
            self.assertEqual([f"from {row[0]} to {row[1]}"], differences(self.contents, self.document.replace(start, "|", 1)))
        for name in PROFILE.findall(section(self.document, "Profiles")):
            self.assertEqual([f"profile {name}"],
                             differences(self.contents, self.document.replace(f"| `{name}` |", "|", 1)))

    def testAChangeThatTheDocumentDoesNotKnowIsSeen(self):
        rule = "  change_profile -> sandboxd-payload,"
        more = "profile sandboxd-new {\n" + rule + "\n}"
        self.assertEqual(["profile sandboxd-new", "from sandboxd-new to sandboxd-payload"],
                         differences([*self.contents, more], self.document))


if __name__ == "__main__":
    tap.main(__name__)
