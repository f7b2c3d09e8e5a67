"""A manual page read as data: the rows of its lists and the text of its sections. Reads man(7) as ours is written."""

import collections
import re
import shlex

# tag: without fonts; line: where .TP stands; depth: how many lists it lies in; text: what follows until the next.
Row = collections.namedtuple("Row", "section heading depth tag line text")
ESCAPES = {"\\-": "-", "\\(dq": '"', "\\(aq": "'", "\\e": "\\", "\\&": "", "\\|": ""}
FONTS = (".B ", ".I ", ".BR ", ".RB ", ".BI ", ".IR ", ".RI ")


def plain(line):
    """One line without fonts and escapes; the words of an alternating font are joined as they are printed."""
    if line.startswith(FONTS):
        request, words = line.split(" ", 1)
        line = (" " if len(request) == 2 else "").join(shlex.split(words.replace("\\", "\\\\").replace("'", "\\'")))
    line = re.sub(r"\\f[BIRP]", "", line)
    for escape, character in ESCAPES.items():
        line = line.replace(escape, character)
    return line.strip()


def isRequest(line):
    return line.startswith(".") and not line.startswith(FONTS)


def textFrom(lines, start):
    end = next((i for i in range(start, len(lines)) if isRequest(lines[i])), len(lines))
    return " ".join(plain(line) for line in lines[start:end])


def rows(page):
    """Every row that .TP begins."""
    found, section, heading, headingDepth, depth = [], "", "", 0, 0
    lines = page.split("\n")
    for i, line in enumerate(lines[:-1]):
        if line.startswith((".SH ", ".SS ")):
            section, heading = plain(line[4:]).strip('"'), ""
        elif line.startswith(".B ") and lines[i + 1] == ".TP":
            heading, headingDepth = plain(line), depth
        elif line in (".RS", ".RE"):
            depth += 1 if line == ".RS" else -1
            heading = heading if depth >= headingDepth else ""
        elif line == ".TP":
            found.append(Row(section, heading, depth, plain(lines[i + 1]), i, textFrom(lines, i + 2)))
    return found


def sectionText(page, name):
    """All words of one section, lists included."""
    lines = page.split("\n")
    starts = [i for i, line in enumerate(lines) if line in (f".SH {name}", f".SS {name}")]
    if not starts:
        return ""
    end = next((i for i in range(starts[0] + 1, len(lines)) if lines[i].startswith((".SH", ".SS"))), len(lines))
    return " ".join(plain(line) for line in lines[starts[0] + 1:end] if not isRequest(line))


def withoutRow(page, row):
    """The page as if nobody had written that row."""
    lines = page.split("\n")
    return "\n".join(lines[:row.line] + [".PP"] + lines[row.line + 2:])


def withInventedRow(page, row, tag):
    """The page with one row more, before that row."""
    lines = page.split("\n")
    return "\n".join(lines[:row.line] + [".TP", f"\\fB{tag}\\fR", "Fields: NONE"] + lines[row.line:])
