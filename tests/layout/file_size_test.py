"""No file of the tree has more than 400 lines: what grows beyond has more than one subject."""

import unittest

import tap
import tree

CEILING = 400


def tooLong(contents):
    return [f"{path}: {content.count(chr(10))} lines" for path, content in contents.items()
            if content.count("\n") > CEILING]


class FileSize(unittest.TestCase):
    def testNoFileOfTheTreeIsTooLong(self):
        paths = tree.files()
        self.assertIn("meson.build", paths)
        self.assertEqual([], tooLong({path: tree.text(path) for path in paths}))

    def testAFileThatIsTooLongIsSeen(self):
        self.assertEqual([], tooLong({"a": "\n" * CEILING}))
        self.assertEqual(1, len(tooLong({"a": "\n" * (CEILING + 1)})))


if __name__ == "__main__":
    tap.main(__name__)
