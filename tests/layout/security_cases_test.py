"""Every case that doc/security.md calls tested has a test of its name in the folder that the table names."""

import re
import unittest

import tap
import tree

ROW = re.compile(r"^\| (S\d\d) \|.*\| ([^|]*) \|$", re.MULTILINE)
FOLDERS = ("kernel", "bus", "unit", "vm")


def claims(document):
    """Case to the folders that its row names; none for a row that says later."""
    found = {}
    for case, where in ROW.findall(document):
        words = [] if where.startswith("later") else re.findall(r"\w+", where)
        found[case] = [word for word in words if word in FOLDERS]
    return found


def named(content):
    """The cases that the names of tests in this text carry: TEST_F(Bus, S13_SourceIsRefused), also S17To19; in the virtual
    machine check "S60 a unit with a user namespace is refused"."""
    cases = set()
    names = re.findall(r"TEST(?:_F|_P)?\(\s*\w+,\s*(S\d\d\w*)\)", content)
    names += re.findall(r'^\s*check "(S\d\d) ', content, re.MULTILINE)
    for name in names:
        cases.update(re.findall(r"S(\d\d)(?=\D|$)", name))
    return {f"S{number}" for number in cases}


def broken(document, tests):
    """Claims without a test. `tests`: folder to the text of all its sources."""
    return [f"{case} is said to be tested in tests/{folder}, where no test has its name"
            for case, folders in claims(document).items() for folder in folders
            if case not in named(tests.get(folder, ""))]


def sources(folder):
    texts = list(tree.sources(f"tests/{folder}").values())
    texts += [tree.text(path) for path in tree.files(f"tests/{folder}/guest/tests")]
    return "\n".join(texts)


class SecurityCases(unittest.TestCase):
    def testEveryClaimHasItsTest(self):
        document = tree.text("doc/security.md")
        self.assertEqual([], broken(document, {folder: sources(folder) for folder in FOLDERS}))

    def testEveryCaseHasARow(self):
        self.assertEqual([f"S{number:02d}" for number in range(1, 91)], sorted(claims(tree.text("doc/security.md"))))

    def testAClaimWithoutATestIsFound(self):
        row = "| S13 | what | must | kernel, bus |\n"
        tests = {"kernel": "TEST_F(Sources, S13_IsRefused) {}", "bus": "TEST_F(Sources, S14_IsRefused) {}"}
        self.assertEqual(["S13 is said to be tested in tests/bus, where no test has its name"], broken(row, tests))

    def testChecksInTheVirtualMachineCount(self):
        self.assertEqual({"S60", "S62"}, named('check "S60 a unit" x\n    check "S62 another" y\n# check "S61 none"\n'))


if __name__ == "__main__":
    tap.main(__name__)
