"""What the code has that a manual page must list, read from the sources and from sandboxctl --help."""

import functools
import glob
import os
import re
import subprocess

import tree


@functools.lru_cache(maxsize=None)
def helpOf(sandboxctl, *words):
    return subprocess.run([sandboxctl, *words, "--help"], check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def optionsIn(text):
    """The options that a help text lists, each of its names."""
    names = re.findall(r"^ +(-[^\s\[]+)", text, re.MULTILINE)
    return {name for group in names for name in group.split(",")}


def verbsIn(text):
    return set(re.findall(r"^  (\w+)", text.split("Subcommands:")[1], re.MULTILINE))


def table(content, name):
    """The braces of the array of this name."""
    return re.search(rf"\b{name}\[\] = \{{(.*?)\}};", content, re.DOTALL).group(1)


def supported(rows):
    return set(re.findall(r'\{"([^"]+)", supported\}', rows))


def optionKeys():
    return supported(table(tree.text("daemon/spec/option_keys.cpp"), "options"))


def mountKeys():
    """Each "operation" and "operation key" that is supported."""
    content = tree.text("daemon/spec/option_keys.cpp")
    found = set()
    for operation, keys in re.findall(r'\{"([^"]+)", supported, (\w+)\}', table(content, "operations")):
        found |= {operation} | {f"{operation} {key}" for key in supported(table(content, keys))}
    return found


def errorNames():
    return set(re.findall(r'case ErrorCode::\w+:\s*return "([^"]+)"', tree.text("daemon/bus/error_names.cpp")))


def limits():
    """"name default" of each ceiling."""
    content = tree.text("daemon/policy/limits.hpp")
    members = dict(re.findall(r"std::uint\d+_t (\w+) = ([^;]+);", content))
    values = {name: eval(value.replace("'", "")) for name, value in members.items()}  # products of literals
    return {f"{name} {values[member]}" for name, member in re.findall(r'\.name = "([^"]+)", \.\w+ = &Limits::(\w+)', content)}


def features():
    """Tokens; those of options and operations by their form."""
    body = re.search(r"listFeatures\(.*?\n}", tree.text("daemon/broker/features.cpp"), re.DOTALL).group(0)
    forms = {"option:": "option:KEY", "mount:": "mount:NAME"}
    return {forms.get(token, token) for token in re.findall(r'"([a-z0-9:-]+)"', body)}


def daemonOptions(path):
    return set(re.findall(r'"(--[a-z-]+)"', tree.text(path)))


def messageIds():
    """Name in the code to MESSAGE_ID."""
    return dict(re.findall(r'string_view (\w+) = "([0-9a-f]{32})"', tree.text("daemon/base/log.hpp")))


def messageFields():
    """MESSAGE_ID to the fields that lines of it have somewhere."""
    found = {identifier: set() for identifier in messageIds().values()}
    for content in tree.sources("daemon").values():
        for name, rest in re.findall(r"log::write\(log::Level::\w+, log::(\w+),(.*?)\);", content, re.DOTALL):
            found[messageIds()[name]] |= set(re.findall(r'\{"([A-Z_]+)",', rest))
    return found


def actions():
    return set(re.findall(r'\{Right::\w+, "([^"]+)"\}', tree.text("daemon/policy/right.hpp")))


def units():
    paths = glob.glob(os.path.join(tree.REPOSITORY, "systemd-units", "sandboxd*"))
    names = {os.path.basename(path).removesuffix(".in") for path in paths}
    return {name for name in names if name.endswith((".service", ".socket", ".slice"))}


def profiles():
    """Labels; a child is written inside its parent and indented."""
    found, parent = set(), ""
    for path in tree.files("apparmor.d", endings=(".in",)):
        for indent, name in re.findall(r"^( *)profile (\S+)", tree.text(path), re.MULTILINE):
            parent = parent if indent else name
            found.add(f"{parent}//{name}" if indent else name)
    return found


def localIncludes():
    return {name for path in tree.files("apparmor.d", endings=(".in",))
            for name in re.findall(r"include if exists <(local/[^>]+)>", tree.text(path))}


def exitStatuses():
    return set(re.findall(r"constexpr int \w+ = (\d+);", tree.text("client/sandboxctl/exit_status.hpp")))


def secretNames():
    head = tree.text("client/sandboxctl/environment.cpp").split("std::string_view nameOf")[0]
    return set(re.findall(r'"([A-Z_]+)"', head))
