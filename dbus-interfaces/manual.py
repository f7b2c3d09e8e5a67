#!/usr/bin/env python3
"""Makes the manual page of the D-Bus interface out of the doc comments of the XML, which are its one source.

Usage: manual.py VERSION DATE XML... >org.sandboxd1.5

A comment belongs to the interface or member that follows it, and a member's begins with its name and a colon. It has
paragraphs, and lists: a line that ends with a colon, then rows that are indented by two, TAG and TEXT with two spaces
or more between them, or TEXT in the next lines, indented by six from the list's head. Rows of rows are indented by four.
"""

import re
import sys
import textwrap
import xml.etree.ElementTree as ElementTree

KINDS = (("method", "Methods"), ("signal", "Signals"), ("property", "Properties"))
ROW, INNER_ROW, CONTINUED = 2, 4, 6
SEE_ALSO = ("sandbox-bwrap(1)", "sandbox-unshare(1)", "sandboxctl(1)", "sandboxd-profiles(7)", "sandboxd(8)", "dbus-send(1)", "polkit(8)")


class Undocumented(Exception):
    pass


def escape(text):
    """Text for roff: nothing in it is a request, an escape or a hyphen that could be cut at."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace('"', "\\(dq")
    return "\\&" + text if text.startswith((".", "'")) else text


def italicNames(text):
    """Pages that a text points to, name(section), in bold."""
    return re.sub(r"\b([a-z0-9\\-]+)\((\d)\)", r"\\fB\1\\fR(\2)", escape(text))


def dedent(comment):
    first, _, rest = comment.strip("\n").partition("\n")
    if not first.strip():
        return textwrap.dedent(rest).strip("\n")
    return textwrap.dedent(first + "\n" + rest).strip()


def indentOf(line):
    return len(line) - len(line.lstrip(" "))


def tag(words):
    """The first word of a row is a name, what follows its type."""
    name, _, kind = words.partition(" ")
    return f"\\fB{escape(name)}\\fR" + (f" \\fI{escape(kind)}\\fR" if kind else "")


def rows(lines):
    """The roff of a list."""
    out, depth = [], ROW
    for line in lines:
        indent, text = indentOf(line), line.strip()
        if indent >= CONTINUED:
            out.append(italicNames(text))
            continue
        if indent not in (ROW, INNER_ROW):
            raise Undocumented(f"a row is indented by {indent}: {text}")
        if indent != depth:
            out.append(".RS" if indent > depth else ".RE")
            depth = indent
        words, _, rest = re.sub(r"  +", "\t", text, count=1).partition("\t")
        out += [".TP", tag(words)] + ([italicNames(rest)] if rest else [])
    return out + [".RE"] * (depth == INNER_ROW)


def blocks(text, heading=".B"):
    """A comment without its name as roff; `heading` begins a list."""
    out = []
    for block in re.split(r"\n\s*\n", text):
        head, *rest = block.split("\n")
        if head.endswith(":") and rest and indentOf(rest[0]) >= ROW:
            out += [".PP"] * (heading == ".B") + [f"{heading} {escape(head[:-1])}"] + rows(rest)
        else:
            out += [".PP"] + [italicNames(line.strip()) for line in [head, *rest]]
    return out


def arguments(member, direction):
    """"s name, u other" of what goes in, or comes out."""
    default = "in" if member.tag == "method" else None
    return ", ".join(f'{arg.get("type")} {arg.get("name")}' for arg in member.findall("arg")
                     if arg.get("direction", default) == direction)


def signature(member):
    name = member.get("name")
    if member.tag == "property":
        return f'{name} ({member.get("type")})'
    if member.tag == "signal":
        return f"{name}({arguments(member, None)})"
    out = arguments(member, "out")
    return f'{name}({arguments(member, "in")})' + (f" -> ({out})" if out else "")


def describe(member, comment):
    name = member.get("name")
    text = dedent(comment or "")
    if not text.startswith(f"{name}: "):
        raise Undocumented(f"{name}: the comment before it must begin with its name and a colon")
    text = text[len(name) + 2:]
    return [".TP", f"\\fB{escape(signature(member))}\\fR", ".RS"] + blocks(text[0].upper() + text[1:])[1:] + [".RE"]


def pairs(parent):
    """Each child with the comment right before it, or None."""
    comment = None
    for child in parent:
        if child.tag is ElementTree.Comment:
            comment = child.text
        else:
            yield child, comment
            comment = None


def interfacePage(interface, comment):
    if not comment:
        raise Undocumented(f'{interface.get("name")}: no comment before it')
    out = [f'.SH "{escape(interface.get("name").upper())}"'] + blocks(dedent(comment), ".SS")[1:]
    for kind, title in KINDS:
        out.append(f".SS {title}")
        for member, text in pairs(interface):
            if member.tag == kind:
                out += describe(member, text)
    return out


def interfaces(path):
    builder = ElementTree.TreeBuilder(insert_comments=True)
    root = ElementTree.parse(path, ElementTree.XMLParser(target=builder)).getroot()
    return [(child, comment) for child, comment in pairs(root) if child.tag == "interface"]


def page(version, date, paths):
    out = [".\\\" Made of the comments in dbus-interfaces/*.xml by manual.py.",
           f'.TH ORG.SANDBOXD1 5 {date} "sandboxd {version}" "File formats and interfaces"',
           ".SH NAME", "org.sandboxd1 \\- D\\-Bus interface of sandboxd, which starts programs in sandboxes"]
    for path in paths:
        for interface, comment in interfaces(path):
            out += interfacePage(interface, comment)
    out += [".SH \"SEE ALSO\""]
    for name in SEE_ALSO[:-1]:
        out.append(f".BR {escape(name[:-3])} {name[-3:]} ,")
    return "\n".join(out + [f".BR {escape(SEE_ALSO[-1][:-3])} {SEE_ALSO[-1][-3:]}"]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1], sys.argv[2], sys.argv[3:]))
