"""The accounts of the private system: copies of the host's files with what is missing added. Never changes the host's."""

import os
import subprocess

# name, uid and gid, home, shell. The first three are made by packages where these are installed.
ACCOUNTS = (
    ("messagebus", 64007, "/nonexistent", "/usr/sbin/nologin"),
    ("polkitd", 64008, "/nonexistent", "/usr/sbin/nologin"),
    ("sandboxd", 64009, "/nonexistent", "/usr/sbin/nologin"),
    ("sandbox-test", 64010, "/home/sandbox-test", "/bin/bash"),
    ("sandbox-other", 64011, "/home/sandbox-other", "/bin/bash"),
)


def names(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        return {line.split(":", 1)[0] for line in lines}


def missingLines(path, lineOf):
    present = names(path)
    return "".join(lineOf(*account) + "\n" for account in ACCOUNTS if account[0] not in present)


def provide(directory):
    """Puts files with all accounts over /etc/passwd, /etc/group, /etc/shadow, and empty ones over /etc/subuid and
    /etc/subgid; their new contents are in directory."""
    lines = {
        "passwd": lambda name, number, home, shell: f"{name}:x:{number}:{number}::{home}:{shell}",
        "group": lambda name, number, home, shell: f"{name}:x:{number}:",
        "shadow": lambda name, number, home, shell: f"{name}:!*:19000::::::",
    }
    for file, lineOf in lines.items():
        host, copy = f"/etc/{file}", os.path.join(directory, file)
        subprocess.run(["cp", "-p", host, copy], check=True)
        added = missingLines(host, lineOf)
        with open(copy, "a", encoding="utf-8") as target:
            target.write(added)
        subprocess.run(["mount", "--bind", copy, host], check=True)
    for file in ("subuid", "subgid"):  # nobody has ids of the host's here
        copy = os.path.join(directory, file)
        with open(copy, "w", encoding="utf-8"):
            os.chmod(copy, 0o644)
        subprocess.run(["mount", "--bind", copy, f"/etc/{file}"], check=True)
