"""The manual pages give no warning of any of three formatters, and are made the same twice. Usage: ... BUILD"""

import glob
import os
import subprocess
import sys
import tempfile
import unittest

import tap
import tree

BUILD = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build"
PAGES = sorted(glob.glob(os.path.join(BUILD, "doc/man/*.[1-8]")) + glob.glob(os.path.join(BUILD, "dbus-interfaces/*.[1-8]")))
FORMATTERS = (
    ["mandoc", "-T", "lint", "-W", "warning"],
    ["groff", "-man", "-ww", "-z"],
    ["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-Z", "-l"],
)
GENERATOR = os.path.join(tree.REPOSITORY, "dbus-interfaces/manual.py")
MEMBER = '<node><interface name="a.b"><method name="Do"/></interface></node>'


def objections(path):
    """What the formatters say of this page."""
    found = []
    for command in FORMATTERS:
        result = subprocess.run([*command, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                                env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": ""})
        said = result.stderr + (result.stdout if command[0] == "mandoc" else "")
        found += [f"{command[0]}: {line}" for line in said.splitlines()]
        if result.returncode and not said:
            found.append(f"{command[0]}: exit status {result.returncode}")
    return found


def generate(*paths):
    return subprocess.run([GENERATOR, "1", "2026-01-31", *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def generateFrom(text):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(text)
        file.flush()
        return generate(file.name)


class ManualFormat(unittest.TestCase):
    def testNoPageHasAWarning(self):
        self.assertEqual(6, len(PAGES), PAGES)
        self.assertEqual([], [line for path in PAGES for line in objections(path)])

    def testEachFormatterIsHeard(self):
        with tempfile.NamedTemporaryFile("w", suffix=".1") as file:
            file.write('.TH A 1 2026-01-31 "a" "b"\n.SH NAME\na \\- b\n.TP\n.UNKNOWN x\n\\[nosuchglyph]\n')
            file.flush()
            said = {line.split(":")[0] for line in objections(file.name)}
        self.assertEqual({"mandoc", "groff", "man"}, said)

    def testNoPlaceholderIsLeft(self):
        for path in PAGES:
            with open(path, encoding="utf-8") as file:
                self.assertNotRegex(file.read(), "@[A-Za-z]+@", path)

    def testTheInterfacePageIsTheSameEachTime(self):
        paths = sorted(glob.glob(os.path.join(tree.REPOSITORY, "dbus-interfaces/*.xml")))
        first = generate(*paths)
        self.assertEqual(0, first.returncode, first.stderr)
        self.assertEqual(first.stdout, generate(*paths).stdout)

    def testAMemberWithoutACommentIsNoPage(self):
        good = MEMBER.replace("<method", "<!-- Do: it. --><method").replace("<interface", "<!-- One. --><interface")
        self.assertEqual(0, generateFrom(good).returncode)
        self.assertIn(b"Undocumented: Do", generateFrom(good.replace("<!-- Do: it. -->", "")).stderr)
        self.assertIn(b"Undocumented: Do", generateFrom(good.replace("Do: it", "Undo: it")).stderr)
        self.assertIn(b"Undocumented: a.b", generateFrom(good.replace("<!-- One. -->", "")).stderr)


if __name__ == "__main__":
    tap.main(__name__)
