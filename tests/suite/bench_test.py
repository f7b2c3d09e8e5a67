"""tests/bench/spawn in a private system, a few rounds: that it works and ends with the lines that others read. As root."""

import os
import re
import subprocess
import sys

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def main():
    command = [os.path.join(REPOSITORY, "tools/private-system"), "--build", os.path.abspath(sys.argv[1]), "--user", "sandbox-test", "--",
               "sh", "-c", 'exec "$PRIVATE_SYSTEM_BUILD/tests/bench/spawn" -n 3']
    result = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    lines = result.stdout.splitlines()
    good = result.returncode == 0 and re.search(r"^sandbox-bwrap \d+\.\d\d without polkit \d+\.\d\d\n"
                                                r"library \d+\.\d\d cli \d+\.\d\d\n\Z", result.stdout, re.MULTILINE)
    print(f"{'ok' if good else 'not ok'} - the benchmark ends with its ratios")
    print("".join(f"# {line}\n" for line in lines), end="")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
