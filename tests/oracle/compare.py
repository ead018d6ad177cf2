#!/usr/bin/env python3
"""Compares the owners that changeward finds with the independent matcher beside this file, on every path of a repository.

    tests/oracle/compare.py CHANGEWARD REPOSITORY...

CHANGEWARD is the program; each REPOSITORY a clone, bare or not, whose HEAD has a CODEOWNERS file. Every path of HEAD goes
through `changeward check --diff` as a new empty file, with that CODEOWNERS as the control files. Prints a line a
repository and ends with 1 when any path differs.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LOCATIONS = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]


def git(repository, *words):
    return subprocess.run(["git", "-C", repository, *words], capture_output=True)


def codeowners(repository):
    """The first CODEOWNERS in GitHub's order, and where it is."""
    for place in LOCATIONS:
        found = git(repository, "show", f"HEAD:{place}")
        if found.returncode == 0:
            return place, found.stdout
    sys.exit(f"{repository}: no CODEOWNERS")


def ours(program, place, text, paths):
    """Owners by path, as changeward says."""
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
        sections = [f"diff --git a/{p} b/{p}\nnew file mode 100644\nindex 0000000..e69de29\n" for p in paths]
        (pathlib.Path(folder) / "all.diff").write_text("".join(sections))
        answer = subprocess.run(
            [program, "-C", folder, "check", "--diff", "all.diff", "--control-files", ".", "--format", "json"],
            capture_output=True,
        )
        if answer.returncode not in (0, 10, 11):
            sys.exit(answer.stderr.decode())
        return {file["path"]: (file["owned"], sorted(file["owners"])) for file in json.loads(answer.stdout)["files"]}


def theirs(text, paths):
    """Owners by path, as the independent matcher says."""
    with tempfile.NamedTemporaryFile() as rules:
        rules.write(text)
        rules.flush()
        answer = subprocess.run(
            [sys.executable, HERE / "codeowners.py", rules.name],
            input="\0".join(paths).encode(),
            capture_output=True,
            check=True,
        )
    rows = (line.split("\t") for line in answer.stdout.decode().splitlines())
    return {row[0]: reading(row[1:]) for row in rows}


def reading(owners):
    """Three states, kept apart: owned, cleared by a line without owners, matched by no line."""
    if owners == ["-"]:
        return ("unowned", [])
    return ("owned" if owners else "cleared", sorted(set(owners)))


def main():
    program, repositories = sys.argv[1], sys.argv[2:]
    differ = 0
    for repository in repositories:
        place, text = codeowners(repository)
        listed = git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD").stdout.decode().split("\0")
        # Odd names are quoted in patches; the ownership tests hold those.
        paths = [p for p in listed if p and p.isprintable() and '"' not in p and "\\" not in p and p.isascii()]
        mine, other = ours(program, place, text, paths), theirs(text, paths)
        wrong = [p for p in paths if mine.get(p) != other.get(p)]
        for path in wrong[:5]:
            print(f"  {path}: {mine.get(path)} here, {other.get(path)} there")
        owned = sum(1 for p in paths if mine.get(p, ('',))[0] == "owned")
        print(f"{len(paths)} paths, {owned} owned, {len(wrong)} differ: {pathlib.Path(repository).parent.name}")
        differ += len(wrong)
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
