"""The files of the checkout that are ours to judge, and what the C++ ones include. Reads, never writes."""

import os
import re

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def files(*folders, endings=("",)):
    """Paths relative to the checkout; builds, caches and hidden folders but .ci are not looked into."""
    found = []
    for folder in folders or (".",):
        for path, directories, names in os.walk(os.path.join(REPOSITORY, folder)):
            directories[:] = [name for name in directories if (not name.startswith(".") or name == ".ci")
                              and not name.startswith("build") and name != "__pycache__"]
            found += [os.path.relpath(os.path.join(path, name), REPOSITORY) for name in names if name.endswith(endings)]
    return sorted(found)


def text(path):
    with open(os.path.join(REPOSITORY, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def sources(*folders):
    """Path to text of the C++ files below these folders."""
    return {path: text(path) for path in files(*folders, endings=(".hpp", ".cpp", ".h"))}


def includes(content):
    """(system?, name) of each include."""
    return [(mark == "<", name) for mark, name in INCLUDE.findall(content)]
