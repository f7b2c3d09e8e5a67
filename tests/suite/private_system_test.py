"""tools/private-system on the build: status, users, restarts, and that nothing stays. Usage: private_system_test.py BUILD"""

import glob
import os
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "layout"))
import tap  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
TOOL = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../tools/private-system")
# Prints the pid of a daemon that is not the one given, as soon as there is one.
AWAIT_OTHER = """
await_other() {
    while [ "$(cat "$PRIVATE_SYSTEM_RUN/$1.pid")" = "$2" ]; do kill -0 $$; done
    cat "$PRIVATE_SYSTEM_RUN/$1.pid"
}
"""


def line(*command, options=()):
    return [TOOL, "--build", BUILD, *options, "--", *command]


def run(*command, options=()):
    return subprocess.run(line(*command, options=options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          stdin=subprocess.DEVNULL, encoding="utf-8")


def shell(script, options=()):
    return run("sh", "-euc", script, options=options)


class PrivateSystem(unittest.TestCase):
    def testTheStatusIsTheCommands(self):
        self.assertEqual(7, run("sh", "-c", "exit 7").returncode)
        self.assertEqual(128 + signal.SIGTERM, run("sh", "-c", "kill -TERM $$").returncode)
        self.assertEqual(127, run("/no/such/command").returncode)

    def testAMissingBuildIsNamed(self):
        result = subprocess.run([TOOL, "--build", "/no/such/build", "--", "true"], stderr=subprocess.PIPE, check=False,
                                encoding="utf-8")
        self.assertEqual(125, result.returncode)
        self.assertIn("/no/such/build", result.stderr)

    def testTheCommandRunsAsTheUser(self):
        result = shell('id -u; echo "$HOME"; cd; pwd; touch here; command -v sandboxctl', options=("--user", "sandbox-test"))
        self.assertEqual("", result.stderr)
        uid, home, there, program = result.stdout.split()
        self.assertEqual(("64010", "/home/sandbox-test", "/home/sandbox-test"), (uid, home, there))
        self.assertTrue(program.endswith("/client/sandboxctl/sandboxctl"), program)

    def testAnUnknownUserIsNamed(self):
        result = run("true", options=("--user", "nobody-of-that-name"))
        self.assertEqual(125, result.returncode)
        self.assertIn("nobody-of-that-name", result.stderr)

    def testTheBrokerIsAnOrdinaryUserWithoutRights(self):
        result = shell("cat /proc/$(cat $PRIVATE_SYSTEM_RUN/broker.pid)/status; id -u sandboxd")
        fields = dict(row.split(":", 1) for row in result.stdout.splitlines() if ":" in row)
        uids = set(fields["Uid"].split())
        self.assertEqual({result.stdout.split()[-1]}, uids)
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(0, int(fields[name], 16), name)
        self.assertEqual("1", fields["NoNewPrivs"].strip())

    def testKilledBrokerAndSpawnerComeBack(self):
        for role in ("broker", "spawner"):
            result = shell(AWAIT_OTHER + f"""
                before=$(cat "$PRIVATE_SYSTEM_RUN/{role}.pid")
                kill -KILL "$before"
                after=$(await_other {role} "$before")
                [ "$after" != "$before" ] && kill -0 "$after" """)
            self.assertEqual((0, ""), (result.returncode, result.stderr), role)

    def testWithoutPolkitNobodyOwnsItsName(self):
        ask = ("dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / "
               "org.freedesktop.DBus.NameHasOwner string:org.freedesktop.PolicyKit1")
        self.assertEqual("boolean true", shell(ask).stdout.strip())
        self.assertEqual("boolean false", shell(ask, options=("--no-polkit",)).stdout.strip())

    def testWithoutActionsPolkitHasNone(self):
        look = "ls /usr/share/polkit-1/actions"
        self.assertIn("org.sandboxd1.policy", shell(look).stdout)
        self.assertNotIn("org.sandboxd1.policy", shell(look, options=("--no-actions",)).stdout)

    def testOnlyTheGivenRulesAreThere(self):
        with tempfile.TemporaryDirectory() as directory:
            open(os.path.join(directory, "10-mine.rules"), "w", encoding="ascii").close()
            result = shell("ls /etc/polkit-1/rules.d /usr/share/polkit-1/rules.d", options=("--rules", directory))
        self.assertEqual(["10-mine.rules"], [row for row in result.stdout.split() if row.endswith(".rules")])

    def testOnlyReadableCgroupsWithoutCgroup(self):
        result = shell("""for directory in $(awk '$3 == "cgroup2" { print $2 }' /proc/mounts); do
            mkdir "$directory/x" && exit 1; done; [ -z "${PRIVATE_SYSTEM_CGROUP:-}" ]""", options=("--no-cgroup",))
        self.assertEqual(0, result.returncode, result.stderr)

    def testSeveralRunAtOnce(self):
        several = [subprocess.Popen(line("sh", "-c", f"exit {number}")) for number in range(1, 5)]
        self.assertEqual([1, 2, 3, 4], [process.wait() for process in several])


def leftOvers(tool):
    """Processes with the build in their command line, mounts, and the cgroup of the tool's process `tool`."""
    found = glob.glob(f"/sys/fs/cgroup/**/sandboxd-private-{tool}", recursive=True)
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                if BUILD.encode() in file.read() and int(path.split("/")[2]) != os.getpid():
                    found.append(path)
        except OSError:
            continue
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
        return found + [row for row in mounts if "/run/private-system" in row]


class NothingStays(unittest.TestCase):
    def end(self, script, act=lambda process: None):
        """Runs the script, acts when it said "ready", and compares what there is before and after."""
        before = leftOvers(0)
        with subprocess.Popen(line("sh", "-c", script), stdout=subprocess.PIPE) as process:
            self.assertEqual(b"ready\n", process.stdout.readline())
            act(process)
            status = process.wait()
        self.assertEqual(before, leftOvers(process.pid))
        return status

    def testAfterTheCommandEndedWithChildrenInTheBackground(self):
        self.assertEqual(0, self.end("echo ready; exec >&-; sleep 1000 & setsid sleep 1000 & exit 0"))

    def testAfterSigterm(self):
        self.assertEqual(128 + signal.SIGTERM, self.end("echo ready; exec sleep 1000", subprocess.Popen.terminate))

    def testTheHostsAccountsAreUntouched(self):
        shell("true")
        with open("/etc/passwd", encoding="utf-8") as file:
            self.assertNotIn("sandbox-test", file.read())


if __name__ == "__main__":
    tap.main(__name__)
