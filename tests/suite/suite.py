"""Runs the steps one after the other, each into a log of its own, and counts. What the steps are is in steps.py."""

import argparse
import os
import re
import subprocess
import sys
import time

import results
import steps

# What passed, and what the compiler did without a word, hides what failed.
QUIET = re.compile(r"^(\[ RUN      \]|\[       OK \]|\[---|ok - |\[\d+/\d+\] (Compiling|Linking)|Program |Run-time dep|"
                   r"Compiler for|Configuring ).*\n", re.MULTILINE)
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


class Runner:
    """What a step uses: commands whose output goes to the step's log, with or without root's rights."""

    def __init__(self, name, build):
        self.repository, self.build = REPOSITORY, build
        self.reports = os.path.join(build, "test-results", name)
        self.run("rm", "-rf", self.reports, root=True, quiet=True)
        os.makedirs(self.reports)
        self.log = os.path.join(self.reports, "log")
        self.status = 0

    def run(self, *command, root=False, quiet=False, environment=None):
        """Goes on after a failure: a step reports all of them. True if the command succeeded."""
        environment = environment or {}
        settings = [f"{key}={value}" for key, value in environment.items()]
        line = [*(["sudo"] if root and os.geteuid() != 0 else []), *(["env", *settings] if settings else []), *command]
        if quiet:
            return subprocess.run(line, check=False).returncode == 0
        with open(self.log, "a", encoding="utf-8") as log:
            log.write("+ " + " ".join(line) + "\n")
            log.flush()
            status = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=REPOSITORY,
                                    check=False).returncode
            if status != 0:
                log.write(f"exit status {status}: {' '.join(line)}\n")
        self.status = self.status or status
        return status == 0

    def report(self, name):
        """Where a gtest program writes its XML."""
        return {"GTEST_OUTPUT": f"xml:{self.reports}/{name}.xml", "GTEST_COLOR": "no"}

    def fail(self, message):
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(message + "\n")
        self.status = self.status or 1


def runStep(name, step, build):
    runner = Runner(name, build)
    print(f"{name:<12}", end="", flush=True)
    started = time.monotonic()
    try:
        step(runner)
    except OSError as error:
        runner.fail(f"cannot go on: {error}")
    with open(runner.log, encoding="utf-8", errors="replace") as log:
        text = log.read()
    counts = results.ofStep(runner.status, runner.reports, text)
    verdict = "ok    " if counts.failed == 0 else "FAILED"
    print(f"{verdict} {counts.passed:>5} passed {counts.failed:>3} failed {time.monotonic() - started:>6.0f} s", flush=True)
    if counts.failed:
        print(QUIET.sub("", text), flush=True)
        print(f"the whole log: {runner.log}", flush=True)
    return counts


def parseArguments():
    parser = argparse.ArgumentParser(prog="run-tests", description="Runs every test, or only the named steps.")
    parser.add_argument("--list", action="store_true", help="name all steps and what they do")
    parser.add_argument("--build", default=os.path.join(REPOSITORY, "build"), help="build directory; default: build/")
    parser.add_argument("steps", nargs="*", metavar="STEP")
    options = parser.parse_args()
    unknown = [name for name in options.steps if name not in steps.STEPS]
    if unknown:
        parser.error(f"no such step: {' '.join(unknown)}; there are: {' '.join(steps.STEPS)}")
    return options


def main():
    options = parseArguments()
    if options.list:
        for name, step in steps.STEPS.items():
            print(f"{name:<12} {step.__doc__}")
        return 0
    total = results.Counts()
    chosen = ["build", *(name for name in options.steps if name != "build")] if options.steps else list(steps.STEPS)
    for name in chosen:
        counts = runStep(name, steps.STEPS[name], os.path.abspath(options.build))
        total += counts
        if name == "build" and counts.failed:
            break  # nothing that follows could say more
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
