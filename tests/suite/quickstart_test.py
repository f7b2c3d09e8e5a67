"""./quickstart of a copy of this checkout, below a directory of mode 0700: shows both sides, leaves no process. As root."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def copyTo(directory):
    """What a clone of it would have, changes that are not committed included."""
    files = subprocess.run(["git", "-C", REPOSITORY, "-c", f"safe.directory={REPOSITORY}", "ls-files", "-z"], check=True,
                           stdout=subprocess.PIPE).stdout.decode().split("\0")
    for name in filter(None, files):
        target = os.path.join(directory, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(REPOSITORY, name), target, follow_symlinks=False)


def processesOf(directory):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if directory.encode() in file.read():
                    found.append(pid)
        except OSError:
            pass  # it has ended
    return found


def check(name, passed, detail=""):
    print(f"{'ok' if passed else 'not ok'} - {name}")
    if not passed:
        print("".join(f"# {line}\n" for line in detail.splitlines()), end="")
    return passed


def main():
    with tempfile.TemporaryDirectory() as private:  # mode 0700
        copy = os.path.join(private, "sandboxd")
        copyTo(copy)
        result = subprocess.run(["./quickstart"], cwd=copy, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False)
        said = result.stdout
        row = re.search(r"^may make user namespaces +(\S+) +(\S+)", said, re.MULTILINE)
        capabilities = re.search(r"^system call filter +(\d) +(\d)", said, re.MULTILINE)
        passed = [
            check("it ends well", result.returncode == 0, said),
            check("both sides are shown", bool(row) and row.group(2) == "no", said),
            check("the payload alone has a filter", bool(capabilities) and capabilities.groups() == ("0", "2"), said),
            check("what the payload wrote is there", re.search("is shared: .*written", said) is not None, said),
            check("it says what to try next", "sandboxctl run -- bash" in said, said),
            check("no process is left", not processesOf(copy), str(processesOf(copy))),
        ]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
