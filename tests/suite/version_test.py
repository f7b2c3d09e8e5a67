"""The version stands in two places that must agree: meson.build and the changelog of the packages."""

import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "layout"))
import tap   # noqa: E402
import tree  # noqa: E402


class Version(unittest.TestCase):
    def testTheNewestEntryOfTheChangelogIsThisVersion(self):
        built = re.search(r"version: '(.*?)'", tree.text("meson.build")).group(1)
        packaged = re.match(r"sandboxd \((.*?)\) ", tree.text("debian/changelog")).group(1)
        self.assertEqual(built, packaged)


if __name__ == "__main__":
    tap.main(__name__)
