"""What doc/restricted-hosts.md quotes of other tools is what the VM's test sees them say."""

import re
import unittest

import tap
import tree

QUOTE = re.compile(r"[`\"]((?:unshare|bwrap): [^`\"]+)[`\"]")


def quoted(content):
    return set(QUOTE.findall(content))


class RestrictedHosts(unittest.TestCase):
    def setUp(self):
        self.document = tree.text("doc/restricted-hosts.md")
        self.seen = quoted(tree.text("tests/vm/guest/tests/restricted_hosts"))

    def testEachQuoteIsSeenInTheMachine(self):
        self.assertEqual(self.seen, quoted(self.document))
        self.assertEqual(6, len(self.seen))

    def testAnotherWordingIsSeen(self):
        for text in self.seen:
            self.assertNotEqual(self.seen, quoted(self.document.replace(text, text + " today", 1)), text)


if __name__ == "__main__":
    tap.main(__name__)
