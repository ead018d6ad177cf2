#!/usr/bin/env python3
"""A second reading of GitHub's CODEOWNERS rules, to compare the gate's with.

    codeowners.py CODEOWNERS-FILE < paths > answers

Reads paths separated by NUL and writes one line for each: the path, then its owners, separated by tabs. A path that no
line matches gets the single owner `-`; one that a line without owners clears gets none. Written from the rules alone,
one regular expression a line, tried from the last line to the first; slow and plain on purpose. Names that are not
UTF-8 go through unchanged.
"""

import re
import sys

OWNER = re.compile(
    r"""@[\w.-]+ | @[\w.-]+/[\w.-]+                 # a login, a team
      | [\w.%+'=&~-]+@[\w-]+(?:\.[\w-]+)*           # an address
    """,
    re.VERBOSE,
)


def split_line(line):
    """The pattern and the owners of a line, or None. `\\ ` keeps a blank within the pattern, `#` ends the line."""
    line = line.partition("#")[0].strip(" \t\r\f")
    found = re.match(r"((?:\\.|[^ \t\r\f\\]|\\$)+)(.*)", line, re.DOTALL)
    return (found[1], found[2].split()) if found else None


def tokens(pattern):
    """The pattern, an element for each character; an escaped one is a pair with its backslash."""
    return re.findall(r"\\.|.", pattern, re.DOTALL)


def segment_regex(segment):
    out = ""
    for token in segment:
        if token == "*":
            out += "[^/]*"
        elif token == "?":
            out += "[^/]"
        else:
            out += re.escape(token[-1])
    return out


def pattern_regex(pattern):
    """None for a pattern that GitHub calls invalid; one that matches nothing for those that are merely useless."""
    parts = tokens(pattern)
    if pattern.startswith("!") or "[" in parts or "]" in parts:
        return None
    if any(parts[n : n + 3] == ["*"] * 3 for n in range(len(parts))):
        return None
    nothing = re.compile(r"(?!)")
    if parts[-1] == "\\":
        return nothing

    segments = [[]]
    for token in parts:
        if token in ("/", "\\/"):
            segments.append([])
        else:
            segments[-1].append(token)

    leading = len(segments) > 1 and not segments[0]
    if leading:
        segments = segments[1:]
    trailing = len(segments) > 1 and not segments[-1]
    if trailing:
        segments = segments[:-1]
    if any("".join(t[-1] for t in s) in ("", ".", "..") for s in segments):
        return nothing

    deep = ["*", "*"]
    last = segments[-1]
    regex = "" if leading or len(segments) > 1 else "(?:.*/)?"
    for segment in segments[:-1]:
        regex += "(?:.*/)?" if segment == deep else ("[^/]+" if segment == ["*"] else segment_regex(segment)) + "/"
    if last == deep:
        # At the end, something below; a pattern of nothing else and a slash asks for a directory.
        only_deep = all(segment == deep for segment in segments)
        regex += "[^/]+/.+" if trailing and only_deep else ".+"
    elif last == ["*"]:
        regex += "[^/]+" + ("/.+" if trailing else "")
    else:
        regex += segment_regex(last) + ("/.+" if trailing else "(?:/.*)?")
    return re.compile(regex, re.DOTALL)


def rules(text):
    found = []
    for line in text.removeprefix("\ufeff").split("\n"):
        words = split_line(line)
        if words is None:
            continue
        pattern, owners = words
        regex = pattern_regex(pattern)
        if regex is not None and all(OWNER.fullmatch(owner) for owner in owners):
            found.append((regex, owners))
    return found


def main():
    with open(sys.argv[1], encoding="utf-8", errors="surrogateescape", newline="") as file:
        backwards = rules(file.read())[::-1]
    for path in sys.stdin.buffer.read().split(b"\0"):
        if path:
            text = path.decode("utf-8", "surrogateescape")
            owners = next((owners for regex, owners in backwards if regex.fullmatch(text)), ["-"])
            line = "\t".join([text, *owners]) + "\n"
            sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main()
