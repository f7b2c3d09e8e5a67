"""The polkit actions are the same in the code, in the policy file and in the documentation."""

import re
import unittest
import xml.etree.ElementTree as ElementTree

import tap
import tree

ROW_IN_CODE = re.compile(r'\{Right::(\w+), "([^"]+)"\}')
ROW_IN_DOCUMENT = re.compile(r"^\| `(org\.sandboxd1\.[^`]+)` \| ([a-z_]+) / ([a-z_]+) / ([a-z_]+) \| `(\w+)`", re.MULTILINE)
DEFAULTS = ("allow_any", "allow_inactive", "allow_active")
OWNER = "org.freedesktop.policykit.owner"
# No detail changes how dangerous these are, so polkit may remember an answer.
MAY_BE_KEPT = ("org.sandboxd1.manage-others", "org.sandboxd1.manage-daemon")


def inCode(content):
    """Action to Right."""
    return {action: right for right, action in ROW_IN_CODE.findall(content)}


def inDocument(content):
    """Action to (Right, defaults)."""
    return {row[0]: (row[4], row[1:4]) for row in ROW_IN_DOCUMENT.findall(content)}


def inPolicy(content):
    """Action to (defaults, owner)."""
    found = {}
    for action in ElementTree.fromstring(content).iter("action"):
        defaults = tuple(action.findtext(f"defaults/{name}") for name in DEFAULTS)
        owners = [note.text for note in action.findall("annotate") if note.get("key") == OWNER]
        found[action.get("id")] = (defaults, owners)
    return found


def differences(code, policy, document):
    """Everything in which the three contents (texts) disagree."""
    rights, entries, rows = inCode(code), inPolicy(policy), inDocument(document)
    found = [f"{action} is in the policy file, not in the code" for action in entries if action not in rights]
    for action, right in rights.items():
        if action not in entries:
            found.append(f"{action} is in the code, not in the policy file")
        if action not in rows:
            found.append(f"{action} is in the code, not in the documentation")
        elif rows[action][0] != right:
            found.append(f"{action} is Right {right} in the code, {rows[action][0]} in the documentation")
    for action, (_, defaults) in rows.items():
        if action not in rights:
            found.append(f"{action} is in the documentation, not in the code")
        elif action in entries and entries[action][0] != defaults:
            found.append(f"{action}: defaults differ between policy file and documentation")
    return found


def unsafe(policy):
    """Entries that the broker could not ask about, or whose answer would be kept although details matter."""
    found = []
    for action, (defaults, owners) in inPolicy(policy).items():
        if owners != ["unix-user:sandboxd"]:
            found.append(f"{action}: its owner is not sandboxd")
        if action not in MAY_BE_KEPT and any("keep" in (default or "") for default in defaults):
            found.append(f"{action}: an answer would be kept")
        if None in defaults:
            found.append(f"{action}: a default is missing")
    return found


CODE = '{Right::spawn, "org.sandboxd1.spawn"},'
POLICY = """<policyconfig><action id="org.sandboxd1.spawn"><defaults><allow_any>no</allow_any>
<allow_inactive>no</allow_inactive><allow_active>yes</allow_active></defaults>
<annotate key="org.freedesktop.policykit.owner">unix-user:sandboxd</annotate></action></policyconfig>"""
DOCUMENT = "| `org.sandboxd1.spawn` | no / no / yes | `spawn`: x |\n"


class Actions(unittest.TestCase):
    def setUp(self):
        self.code = tree.text("daemon/policy/right.hpp")
        self.policy = tree.text("polkit/org.sandboxd1.policy")
        self.document = tree.text("doc/polkit.md")

    def testTheTreeAgreesWithItself(self):
        self.assertTrue(inCode(self.code), "no action found in the code")
        self.assertEqual([], differences(self.code, self.policy, self.document))

    def testEveryEntryIsSafe(self):
        self.assertEqual([], unsafe(self.policy))

    def testRulesExamplesNameExistingActions(self):
        known = inCode(self.code)
        for path in tree.files("polkit/examples", endings=(".rules",)):
            for action in re.findall(r'== "(org\.sandboxd1\.[^"]+)"', tree.text(path)):
                self.assertIn(action, known, path)

    def testAgreementPasses(self):
        self.assertEqual([], differences(CODE, POLICY, DOCUMENT))
        self.assertEqual([], unsafe(POLICY))

    def testEachMissingPlaceIsSeen(self):
        self.assertEqual(2, len(differences("", POLICY, DOCUMENT)))
        self.assertEqual(1, len(differences(CODE, "<policyconfig/>", DOCUMENT)))
        self.assertEqual(1, len(differences(CODE, POLICY, "")))

    def testOtherDefaultsAndOtherRightsAreSeen(self):
        self.assertEqual(1, len(differences(CODE, POLICY, DOCUMENT.replace("no / no", "yes / no"))))
        self.assertEqual(1, len(differences(CODE, POLICY, DOCUMENT.replace("`spawn`", "`other`"))))

    def testAMissingOwnerAndAKeptAnswerAreSeen(self):
        self.assertEqual(1, len(unsafe(POLICY.replace("unix-user:sandboxd", "unix-user:root"))))
        self.assertEqual(1, len(unsafe(POLICY.replace(">yes<", ">auth_admin_keep<"))))
        self.assertEqual(1, len(unsafe(POLICY.replace("<allow_any>no</allow_any>", ""))))


if __name__ == "__main__":
    tap.main(__name__)
