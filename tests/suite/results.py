"""Counts what a step's programs report: gtest XML, TAP, or the exit status alone. Never runs anything."""

import glob
import os
import re
import xml.etree.ElementTree as ElementTree

TAP_LINE = re.compile(r"^\s*(not ok|ok)\b(.*)", re.MULTILINE)


class Counts:
    def __init__(self, passed=0, failed=0):
        self.passed, self.failed = passed, failed

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed)


def ofXml(path):
    """A skipped test counts as failed: whatever it lacked, the thing that it guards is untested."""
    counts = Counts()
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except ElementTree.ParseError:
        return Counts(failed=1)  # the program ended while it wrote
    for case in cases:
        if case.get("status") == "notrun":
            continue
        bad = case.find("failure") is not None or case.find("error") is not None or case.get("result") == "skipped"
        counts += Counts(failed=1) if bad else Counts(passed=1)
    return counts


def ofTap(text):
    counts = Counts()
    for verdict, rest in TAP_LINE.findall(text):
        bad = verdict == "not ok" or "# skip" in rest.lower()
        counts += Counts(failed=1) if bad else Counts(passed=1)
    return counts


def ofStep(status, directory, text):
    """What one step did. A step that failed without a failed test (a crash, a build error) is one failure more."""
    counts = Counts()
    for path in sorted(glob.glob(os.path.join(directory, "*.xml"))):
        counts += ofXml(path)
    counts += ofTap(text)
    if status != 0 and counts.failed == 0:
        counts += Counts(failed=1)
    if status == 0 and counts.passed + counts.failed == 0:
        counts += Counts(passed=1)
    return counts
