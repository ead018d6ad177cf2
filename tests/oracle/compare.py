#!/usr/bin/env python3
"""Compares the owners that changeward finds with the independent matcher beside this file, on every path of a repository.

    tests/oracle/compare.py CHANGEWARD REPOSITORY...

CHANGEWARD is the program; each REPOSITORY a clone, bare or not, whose HEAD has a CODEOWNERS file. Every path of HEAD is asked
about. Prints a line a repository and ends with 1 when any path differs. `compare_dialects.py` does the same for the others.
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
    """The first CODEOWNERS in GitHub's order."""
    for place in LOCATIONS:
        found = git(repository, "show", f"HEAD:{place}")
        if found.returncode == 0:
            return found.stdout
    return None


def ours(program, repository, dialect):
    """For each path what our program hears one dialect say: None, or whether it names somebody, and whom."""
    words = [program, "-C", repository, "owners", "--tree", "--format", "json"]
    answer = subprocess.run(words, capture_output=True)
    if answer.returncode != 0:
        sys.exit(answer.stderr.decode())
    found = {}
    for path in json.loads(answer.stdout)["paths"]:
        said = next((source for source in path["sources"] if source["dialect"] == dialect), None)
        found[path["path"]] = said
    return found


def github(said):
    """Three states, kept apart: owned, cleared by a line without owners, matched by no line."""
    if said is None:
        return ("unowned", [])
    return ("owned" if said["owners"] else "cleared", sorted(set(said["owners"])))


def independent_github(text, paths):
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
    if owners == ["-"]:
        return ("unowned", [])
    return ("owned" if owners else "cleared", sorted(set(owners)))


def main():
    program, repositories = sys.argv[1], sys.argv[2:]
    differ = 0
    for repository in repositories:
        text = codeowners(repository)
        if text is None:
            sys.exit(f"{repository}: no CODEOWNERS")
        found = ours(program, repository, "github")
        # A name that is quoted in documents is another word than the one the matcher gets; the tests hold those.
        paths = [path for path in found if not path.startswith('"')]
        told = independent_github(text, paths)
        wrong = [path for path in paths if github(found[path]) != told[path]]
        for path in wrong[:10]:
            print(f"    {path}: {github(found[path])} here, {told[path]} there")
        owned = sum(told[path][0] == "owned" for path in paths)
        print(f"{name(repository)}: {len(paths):,} paths, {owned:,} owned, {len(wrong)} differ", flush=True)
        differ += len(wrong)
    sys.exit(1 if differ else 0)


def name(repository):
    path = pathlib.Path(repository).resolve()
    return path.parent.name.replace("+", "/") if path.name in ("repo", ".git") else path.name


if __name__ == "__main__":
    main()
