"""The suite counts what it should: a lost failure would be worse than no test."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "layout"))
import results  # noqa: E402
import tap      # noqa: E402

XML = """<testsuites><testsuite name="A">
<testcase name="good" status="run" result="completed"/>
<testcase name="bad" status="run" result="completed"><failure message="x"/></testcase>
<testcase name="skipped" status="run" result="skipped"><skipped/></testcase>
<testcase name="disabled" status="notrun" result="suppressed"/>
</testsuite></testsuites>"""


class Results(unittest.TestCase):
    def counts(self, status=0, text="", xml=None):
        with tempfile.TemporaryDirectory() as directory:
            if xml is not None:
                with open(os.path.join(directory, "a.xml"), "w", encoding="utf-8") as file:
                    file.write(xml)
            counts = results.ofStep(status, directory, text)
            return counts.passed, counts.failed

    def testASkippedTestCountsAsFailedAndOneThatWasNotAskedForNotAtAll(self):
        self.assertEqual((1, 2), self.counts(status=1, xml=XML))

    def testTapIsCounted(self):
        self.assertEqual((1, 2), self.counts(text="ok - a\nnot ok - b\nok 3 - c # SKIP no kvm\nokay\n"))

    def testAFailedStepWithoutFailedTestsIsOneFailure(self):
        self.assertEqual((1, 1), self.counts(status=139, text="ok - a\n"))

    def testAFailedStepWithFailedTestsCountsThese(self):
        self.assertEqual((0, 1), self.counts(status=1, text="not ok - a\n"))

    def testAStepWithoutTestsIsOneTest(self):
        self.assertEqual((1, 0), self.counts())
        self.assertEqual((0, 1), self.counts(status=2))

    def testAReportThatWasCutOffIsAFailure(self):
        self.assertEqual((0, 1), self.counts(xml="<testsuites><testsu"))


if __name__ == "__main__":
    tap.main(__name__)
