"""meson install puts every file where the system looks for it, with the right mode. Usage: install_test.py TREE"""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "layout"))
import tap  # noqa: E402

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
TREE = os.path.abspath(sys.argv[1])
PROGRAMS = ("usr/libexec/sandboxd", "usr/libexec/sandboxd-spawner", "usr/bin/sandboxctl",
            "usr/bin/sandbox-bwrap", "usr/bin/sandbox-unshare")
FILES = (
    "usr/lib/systemd/system/sandboxd.service",
    "usr/lib/systemd/system/sandboxd-spawner.service",
    "usr/lib/systemd/system/sandboxd-spawner.socket",
    "usr/lib/systemd/system/sandboxd-sandboxes.service",
    "usr/lib/systemd/catalog/sandboxd.catalog",
    "usr/lib/systemd/system/sandboxd.slice",
    "usr/lib/sysusers.d/sandboxd.conf",
    "usr/share/dbus-1/system.d/org.sandboxd1.conf",
    "usr/share/dbus-1/system-services/org.sandboxd1.service",
    "usr/share/dbus-1/interfaces/org.sandboxd1.Manager.xml",
    "usr/share/dbus-1/interfaces/org.sandboxd1.Sandbox.xml",
    "usr/share/polkit-1/actions/org.sandboxd1.policy",
    "usr/share/bash-completion/completions/sandboxctl",
    "usr/share/zsh/site-functions/_sandboxctl",
    "usr/share/man/man1/sandbox-bwrap.1",
    "usr/share/man/man1/sandbox-unshare.1",
    "usr/share/man/man1/sandboxctl.1",
    "usr/share/man/man5/org.sandboxd1.5",
    "usr/share/man/man7/sandboxd-profiles.7",
    "usr/share/man/man8/sandboxd.8",
    "etc/apparmor.d/sandboxd",
    "etc/apparmor.d/sandboxd-spawner",
    "etc/apparmor.d/sandboxd-payload",
    "etc/apparmor.d/sandboxd-payload-root",
)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Install(unittest.TestCase):
    def path(self, name):
        return os.path.join(TREE, name)

    def testEveryProgramIsThere(self):
        for name in PROGRAMS:
            self.assertTrue(os.access(self.path(name), os.X_OK), name)

    def testEveryFileIsThereAndReadable(self):
        for name in FILES:
            self.assertTrue(os.path.isfile(self.path(name)), name)
            self.assertEqual(0o644, os.stat(self.path(name)).st_mode & 0o7777, name)

    def testTheInterfacesAreThoseThatTheExampleIsGeneratedFrom(self):
        for name in FILES:
            if name.endswith(".xml"):
                source = os.path.join(REPOSITORY, "dbus-interfaces", os.path.basename(name))
                self.assertEqual(read(source), read(self.path(name)), name)

    def testNothingIsSetuidOrWritableForOthers(self):
        for path, directories, names in os.walk(TREE):
            for name in directories + names:
                mode = os.lstat(os.path.join(path, name)).st_mode
                if not os.path.islink(os.path.join(path, name)):
                    self.assertEqual(0, mode & 0o7022, os.path.join(path, name))

    def testNoTestProgramIsInstalled(self):
        names = [name for _, _, files in os.walk(TREE) for name in files]
        self.assertEqual([], [name for name in names if "test" in name])

    def testAProgramCompilesAgainstTheInstalledLibrary(self):
        folders = [path for path, _, names in os.walk(TREE) if "libsandboxd-client.pc" in names]
        self.assertEqual(1, len(folders), "libsandboxd-client.pc")
        flags = subprocess.run(
            ["pkg-config", "--static", "--cflags", "--libs", "libsandboxd-client"], check=True, stdout=subprocess.PIPE,
            encoding="utf-8", env={**os.environ, "PKG_CONFIG_SYSROOT_DIR": TREE, "PKG_CONFIG_PATH": folders[0]}).stdout
        headers = [name for _, _, names in os.walk(os.path.join(TREE, "usr/include/sandboxd")) for name in names]
        self.assertTrue(headers)
        # The system's own libraries are not in the tree.
        words = [word for word in flags.split() if not word.startswith(f"-I{TREE}/usr/include/dbus")
                 and not word.startswith(f"-I{TREE}/usr/lib")]
        source = "".join(f"#include <sandboxd/{name}>\n" for name in sorted(headers)) + "int main() {}\n"
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run(["g++", "-std=c++20", "-x", "c++", "-", "-x", "none", "-o", os.path.join(directory, "a"), *words],
                           input=source, check=True, encoding="utf-8")


if __name__ == "__main__":
    tap.main(__name__)
