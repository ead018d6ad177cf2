#!/usr/bin/env python3
"""A second reading of GitLab's CODEOWNERS rules, to compare the gate's with.

    gitlab.py CODEOWNERS-FILE < paths > answers

Reads paths separated by NUL and writes one line for each: the path, then for each section that answers its name, the number
of approvals, `?` if it is optional, and its owners, the parts of a section separated by blanks and sections by tabs. Written
from the rules alone, one regular expression a pattern, every pattern tried on every path; slow and plain on purpose.
"""

import re
import sys

HEADER = re.compile(r"(?P<optional>\^)?\[(?P<name>.*?)\](?:\[(?P<approvals>[0-9]*?)\])?(?P<owners>\s+[@\w.\-/\s+]*)?", re.ASCII)
ROLE = re.compile(r"@@(?:developer|maintainer|owner)s?", re.IGNORECASE)
NAME = re.compile(r"(?<![\w@])@(?P<name>[\w.][\w.-]*(?:/[\w.][\w.-]*)*)", re.ASCII)
ADDRESS = re.compile(r"[\w.%+'=&~-]+@[\w.-]*\w")


class Section:
    def __init__(self, name):
        self.name, self.entries = name, {}


def owners(text):
    found = []
    for word in text.split():
        address = ADDRESS.match(word)
        found += [word] if ROLE.fullmatch(word) else []
        found += ["@" + match["name"].rstrip(".") for match in NAME.finditer(word)]
        found += [address[0]] if address else []
    return list(dict.fromkeys(found))


def normal(pattern):
    if pattern == "*":
        return "/**/*"
    pattern = re.sub(r"\A\\#", "#", pattern)
    pattern = re.sub(r"\\\s+", " ", pattern)
    if not pattern.startswith("/"):
        pattern = "/**/" + pattern
    return pattern + "**/*" if pattern.endswith("/") else pattern


def bracket(text):
    """A set after its `[`: what it is as an expression, and how long it was; None for one that matches nothing."""
    found = re.match(r"([!^]?)((?:\\.|[^\]\\])*)\]", text, re.DOTALL)
    if not found or (not found[1] and not found[2]):
        return None
    items, parts = re.findall(r"\\.|.", found[2], re.DOTALL), []
    while items:
        first = items.pop(0)[-1]
        if len(items) > 1 and items[0] == "-":
            items.pop(0)
            last = items.pop(0)[-1]
            parts.append(f"{re.escape(first)}-{re.escape(last)}" if first <= last else re.escape(first) + re.escape(last))
        else:
            parts.append(re.escape(first))
    inner = "".join(parts)
    if found[1]:
        return (f"(?!/)[^{inner}]" if inner else "[^/]"), found.end()
    return f"(?!/)[{inner}]", found.end()


def fnmatch(pattern):
    """Ruby's File.fnmatch with PATHNAME and DOTMATCH as a regular expression."""
    out, rest, at_start = "", pattern, True
    while rest:
        if at_start and rest.startswith("**/"):
            out, rest = out + "(?:[^/]+/)*", rest[3:]
            continue
        at_start = False
        if rest.startswith("*"):
            rest, out = rest.lstrip("*"), out + "[^/]*"
        elif rest.startswith("?"):
            rest, out = rest[1:], out + "[^/]"
        elif rest.startswith("["):
            read = bracket(rest[1:])
            if read is None:
                return re.compile("(?!)")
            out, rest = out + read[0], rest[1 + read[1] :]
        else:
            rest = rest[1:] if rest.startswith("\\") and len(rest) > 1 else rest
            out, at_start, rest = out + re.escape(rest[0]), rest[0] == "/", rest[1:]
    return re.compile(out, re.DOTALL)


def sections(text):
    found = [Section("codeowners")]
    current, header = found[0], {"optional": False, "approvals": 1, "owners": ""}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = line.strip(" \t\r\n\v\f")
        if not line or line.startswith("#"):
            continue
        match = HEADER.match(line)
        if match:
            name = match["name"]
            known = found[:1] if len(found) == 1 and name == "codeowners" else found if len(found) > 1 else []
            current = next((section for section in known if section.name.lower() == name.lower()), None)
            if current is None:
                current = Section(name)
                found.append(current)
            header = {
                "optional": bool(match["optional"]),
                "approvals": max(1, int(match["approvals"] or 0)),
                "owners": (match["owners"] or "").strip(),
            }
            continue
        pattern, _, named = (re.split(r"((?<!\\)\s+)", line, maxsplit=1) + ["", ""])[:3]
        excludes = pattern.startswith("!")
        key = normal(pattern.removeprefix("!"))
        current.entries[key] = {
            "matches": fnmatch(key),
            "excludes": excludes,
            "owners": owners(named or header["owners"]),
            "optional": header["optional"],
            "approvals": header["approvals"],
        }
    return found


def answers(found, path):
    for section in found:
        entries = list(section.entries.values())
        matching = [entry for entry in entries if entry["matches"].fullmatch("/" + path)]
        if matching and not any(entry["excludes"] for entry in matching):
            entry = matching[-1]
            optional = ["?"] if all(entry["optional"] for entry in entries) else []
            yield " ".join([section.name, str(entry["approvals"]), *optional, *entry["owners"]])


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace", newline="") as file:
        found = sections(file.read())
    for path in sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\0"):
        if path:
            line = "\t".join([path, *answers(found, path)]) + "\n"
            sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main()
