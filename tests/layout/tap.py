"""Runs the test cases of one file and prints TAP, which the suite counts; names come from the test methods."""

import sys
import unittest


class TapResult(unittest.TestResult):
    def line(self, verdict, test):
        print(f"{verdict} - {type(test).__name__}.{test._testMethodName}")

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("not ok", test)
        print(err[1])

    def addError(self, test, err):
        super().addError(test, err)
        self.line("not ok", test)
        print(self.errors[-1][1])


def main(module):
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module])
    result = suite.run(TapResult())
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
