"""The private file system view: what must not be the host's is covered by a tmpfs. Runs in a private mount namespace only."""

import os
import shutil
import subprocess

import accounts

RUN = "/run/private-system"


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def tmpfs(directory, mode="0755"):
    mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", directory)


def coverRun():
    """An empty /run, with logind's directories: without a session every caller counts as remote for polkit (allow_any)."""
    resolver = os.path.realpath("/etc/resolv.conf")
    content = readIf(resolver) if resolver.startswith("/run/") else None
    tmpfs("/run")
    for directory in ("lock", "dbus", "sandboxd", "private-system", "private-system/build", "private-system/etc",
                      "systemd/sessions", "systemd/seats", "systemd/users", "systemd/machines", "user"):
        os.makedirs(os.path.join("/run", directory))
    os.chmod("/run/lock", 0o1777)
    if content is not None:
        os.makedirs(os.path.dirname(resolver), exist_ok=True)
        with open(resolver, "wb") as file:
            file.write(content)


def readIf(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def coverHome():
    """A /home of our own, where each entry of the host's is bound to its name and those of the test users are empty."""
    new = os.path.join(RUN, "home")
    os.mkdir(new)
    tmpfs(new)
    for entry in os.scandir("/home"):
        target = os.path.join(new, entry.name)
        if entry.is_dir(follow_symlinks=False):
            os.mkdir(target)
            mount("--rbind", entry.path, target)
        elif entry.is_symlink():
            os.symlink(os.readlink(entry.path), target)
    for name, number, home, _ in accounts.ACCOUNTS:
        if home.startswith("/home/") and not os.path.exists(os.path.join(new, name)):
            makeHome(os.path.join(new, name), number)
    mount("--rbind", new, "/home")


def makeHome(directory, number):
    os.mkdir(directory, 0o755)
    os.chown(directory, number, number)


def coverPolkit(policies, rules):
    """polkitd takes no directories on its command line, so its own are replaced: only these policies and rules count."""
    own = readIf("/usr/share/polkit-1/actions/org.freedesktop.policykit.policy")
    for directory in ("/usr/share/polkit-1/actions", "/usr/share/polkit-1/rules.d", "/etc/polkit-1/rules.d",
                      "/usr/local/share/polkit-1/actions", "/usr/local/share/polkit-1/rules.d"):
        if os.path.isdir(directory):
            tmpfs(directory)
    if own is not None:
        with open("/usr/share/polkit-1/actions/org.freedesktop.policykit.policy", "wb") as file:
            file.write(own)
    for policy in policies:
        copyReadable(policy, "/usr/share/polkit-1/actions")
    for rule in rules:
        copyReadable(rule, "/etc/polkit-1/rules.d")


def copyReadable(path, directory):
    target = shutil.copy(path, directory)
    os.chmod(target, 0o644)


def protectCgroups(directories):
    for directory in directories:
        mount("-o", "bind,remount,ro", directory)


def arrange(options, policies, rules):
    coverRun()
    mount("--rbind", options.build, os.path.join(RUN, "build"))
    accounts.provide(os.path.join(RUN, "etc"))
    coverHome()
    coverPolkit(policies, rules)
