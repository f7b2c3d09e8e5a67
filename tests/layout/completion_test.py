"""The completions for bash and zsh offer what sandboxctl takes, and nothing else. Usage: completion_test.py BUILD"""

import os
import re
import shutil
import subprocess
import sys
import unittest

import manual_code as code
import tap
import tree

BUILD = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build"
SANDBOXCTL = os.path.join(BUILD, "client/sandboxctl/sandboxctl")
BWRAP = os.path.join(BUILD, "client/frontends/bwrap/sandbox-bwrap")
FOLDER = os.path.join(tree.REPOSITORY, "client/completion")
BASH, ZSH = os.path.join(FOLDER, "sandboxctl.bash"), os.path.join(FOLDER, "_sandboxctl")
LIST = "aaaa  running  1000  2026-01-31 10:00:00  make\nbbbb  ended  1000  2026-01-31 10:00:00  cc\n"
# Instead of sandboxctl, and of its bus.
LISTED = f"sandboxctl() {{ [ \"$*\" != list ] || printf '{LIST}'; }}\n"
# Instead of zsh's own functions: prints what it was asked to offer.
ZSH_FUNCTIONS = "_arguments() { print -rl -- \"$@\" }\n_describe() { print -rl -- ${(P)${@[-1]}} }\n_values() { print -rl -- \"$@\" }\n"


def run(shell, script, directory="/"):
    result = subprocess.run([shutil.which(shell), *(["--norc"] if shell == "bash" else ["-f"]), "-c", script], check=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", cwd=directory)
    return result.stdout.splitlines(), result.stderr


def bash(*words, before=LISTED, directory="/"):
    """What bash offers for the last of these words of a command line."""
    quoted = " ".join("'" + word + "'" for word in words)
    offered, said = run("bash", f"source {BASH}\n{before}COMP_WORDS=(sandboxctl {quoted}); COMP_CWORD={len(words)}\n"
                                "_sandboxctl; printf '%s\\n' \"${COMPREPLY[@]}\"", directory)
    assert not said, said
    return [word for word in offered if word]


def zsh(function):
    """The lines that this function asks zsh to offer."""
    offered, said = run("zsh", f"source {ZSH}\n{ZSH_FUNCTIONS}{LISTED}{function}")
    assert not said, said
    return offered


def zshOptions(lines):
    """Names of the options in specifications of _arguments."""
    specifications = [re.sub(r"^(\([^)]*\)|\*)+", "", line) for line in lines]
    return {name for name in (re.split(r"[=\[]", line)[0] for line in specifications) if name.startswith("-") and name != "-S"
            and name != "-C"}


def verbs():
    return code.verbsIn(code.helpOf(SANDBOXCTL))


def options(*verb):
    return code.optionsIn(code.helpOf(SANDBOXCTL, *verb))


class Bash(unittest.TestCase):
    def testVerbsAreThoseOfTheHelp(self):
        self.assertEqual(verbs(), set(bash("")))
        self.assertEqual(["list"], bash("l"))

    def testOptionsAreThoseOfTheHelp(self):
        self.assertEqual(options(), set(bash("-")))
        for verb in verbs():
            self.assertEqual(options(verb), set(bash(verb, "-")), verb)

    def testOptionsWithValuesAreThoseOfTheHelp(self):
        for verb in verbs():
            for line in re.findall(r"^  (-.*?)(?:  |$)", code.helpOf(SANDBOXCTL, verb), re.MULTILINE):
                names, *values = line.replace(" ...", "").split(" ")
                for name in names.split(","):
                    counted, _ = run("bash", f"source {BASH}; _sandboxctl_values {name}")
                    self.assertEqual([str(len(values))], counted, name)

    def testIdsComeFromTheList(self):
        self.assertEqual(["aaaa"], bash("kill", ""))
        self.assertEqual(["aaaa"], bash("kill", "aaaa", "--signal", "KILL", "a"))
        self.assertEqual(["aaaa"], bash("wait", ""))
        self.assertEqual(["aaaa", "bbbb"], bash("show", ""))
        self.assertEqual([], bash("kill", "", before="sandboxctl() { return 125; }\n"))

    def testSignalsAreOnesThatSandboxctlTakes(self):
        self.assertEqual(["KILL"], bash("kill", "-s", "KI"))
        offered = bash("kill", "--signal", "")
        self.assertIn("TERM", offered)
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
        for name in [*offered, "NOSUCH"]:
            said = subprocess.run([SANDBOXCTL, "kill", "--signal", name, "x"], stderr=subprocess.PIPE, encoding="utf-8",
                                  env=environment).stderr
            self.assertEqual(name == "NOSUCH", "there is no signal" in said, said)

    def testValuesOfOptions(self):
        self.assertEqual(["none", "loopback", "host"], bash("run", "--network", ""))
        self.assertEqual(["host"], bash("run", "--network", "=", "h"))
        self.assertEqual(["none", "loopback", "host"], bash("run", "--network", "="))
        self.assertIn("root", bash("--as", "ro"))
        self.assertIn("root", bash("list", "--as", "ro"))
        self.assertIn("root", bash("kill", "--user", "ro"))
        self.assertEqual(["PATH"], bash("run", "--unsetenv", "PAT"))
        self.assertEqual([], bash("run", "--setenv", "PATH", "PAT"))
        self.assertEqual([], bash("run", "--hostname", ""))
        self.assertEqual(["sandboxctl.bash"], bash("run", "--ro-bind", "sandboxctl", directory=FOLDER))
        self.assertEqual(["sandboxctl.bash"], bash("run", "--ro-bind", "/a", "sandboxctl", directory=FOLDER))

    def testTheCommandIsCompletedAsACommand(self):
        for before in ([], ["--"], ["--bind", "/a", "/b"], ["--network=host"], ["--clearenv", "--"]):
            self.assertIn("setpriv", bash("run", *before, "setpri"), before)
        self.assertEqual(["2"], bash("run", "ls", "-", before="_command_offset() { COMPREPLY=($1); }\n"))
        self.assertEqual(["3"], bash("run", "--", "ls", "-", before="_command_offset() { COMPREPLY=($1); }\n"))
        self.assertEqual(["sandboxctl.bash"], bash("run", "cat", "sandboxctl", directory=FOLDER))

    def testAVerbBehindAnOption(self):
        self.assertEqual(["run"], bash("--as", "root", "ru"))
        self.assertEqual(options("list"), set(bash("--as", "root", "list", "-")))

    def testItIsRegistered(self):
        self.assertEqual((["complete -F _sandboxctl sandboxctl"], ""), run("bash", f"source {BASH}; complete -p sandboxctl"))


class Bwrap(unittest.TestCase):
    FILE = os.path.join(FOLDER, "sandbox-bwrap.bash")

    def offered(self, word):
        lines, said = run("bash", f"source {self.FILE}; _sandbox_bwrap {BWRAP} '{word}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"", FOLDER)
        self.assertEqual("", said)
        return lines

    def testOptionsAreThoseOfTheHelp(self):
        self.assertEqual(code.optionsIn(code.helpOf(BWRAP)), set(self.offered("--")))
        self.assertEqual({"--ro-bind", "--ro-bind-fd", "--ro-bind-data", "--ro-bind-try"}, set(self.offered("--ro-b")))

    def testAllElseAreFiles(self):
        self.assertEqual(["sandbox-bwrap.bash"], self.offered("sandbox-b"))


class Zsh(unittest.TestCase):
    def testTheFileIsZsh(self):
        for line in ("", "\nif then\n"):
            with open(ZSH, encoding="utf-8") as file:
                result = subprocess.run(["zsh", "-f", "-n"], input=file.read() + line, stderr=subprocess.PIPE, encoding="utf-8")
            self.assertEqual(line == "", result.returncode == 0 and not result.stderr, result.stderr)

    def testItIsFoundByItsFirstLine(self):
        with open(ZSH, encoding="utf-8") as file:
            self.assertEqual("#compdef sandboxctl\n", file.readline())

    def testVerbsAreThoseOfTheHelp(self):
        self.assertEqual(verbs(), {line.split(":")[0] for line in zsh("_sandboxctl_verbs")})

    def testOptionsAreThoseOfTheHelp(self):
        self.assertEqual(options(), zshOptions(zsh("_sandboxctl")))
        for verb in verbs():
            self.assertEqual(options(verb), zshOptions(zsh(f"_sandboxctl_{verb}")), verb)

    def testIdsComeFromTheList(self):
        self.assertEqual(["aaaa"], [line.split(":")[0] for line in zsh("_sandboxctl_ids running")])
        self.assertEqual(["aaaa", "bbbb"], [line.split(":")[0] for line in zsh("_sandboxctl_ids ''")])

    def testBothShellsKnowTheSameSignals(self):
        self.assertEqual(bash("kill", "-s", ""), zsh("_sandboxctl_signals")[1:])


if __name__ == "__main__":
    tap.main(__name__)
