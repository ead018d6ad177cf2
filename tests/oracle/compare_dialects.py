#!/usr/bin/env python3
"""Compares what changeward says of OWNERS and of GitLab's CODEOWNERS with the second readings beside this file.

    tests/oracle/compare_dialects.py kubernetes|gitlab CHANGEWARD REPOSITORY...

CHANGEWARD is the program; each REPOSITORY a clone, bare or not. With `kubernetes` the OWNERS files and aliases of HEAD are
read; with `gitlab` its CODEOWNERS, whoever it was written for, as GitLab would. Every path of HEAD is asked about. Prints a
line a repository and ends with 1 when any path differs.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CODEOWNERS = [".gitlab/CODEOWNERS", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]
CONFIG = 'version = 1\n[ownership]\ncodeowners = "gitlab"\n'


def git(repository, *words):
    return subprocess.run(["git", "-C", repository, *words], capture_output=True, check=True).stdout


def put(folder, place, content):
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


def ours(program, folder, paths):
    """What the program says of each path, by the files in a folder."""
    words = [program, "-C", folder, "owners", "--control-files", ".", "--stdin", "-z", "--format", "json"]
    answer = subprocess.run(words, input="\0".join(paths).encode(), capture_output=True)
    if answer.returncode != 0:
        sys.exit(answer.stderr.decode())
    return {answer["path"]: answer for answer in json.loads(answer.stdout)["paths"]}


def theirs(script, source, paths):
    """The lines of a second reading, by path."""
    words = [sys.executable, HERE / script, source]
    answer = subprocess.run(words, input="\0".join(paths).encode(), capture_output=True, check=True)
    lines = (line.split("\t") for line in answer.stdout.decode().splitlines())
    return {line[0]: line[1:] for line in lines}


def bare(names):
    return ",".join(sorted(name.removeprefix("@") for name in names)) or "-"


def kubernetes(program, repository, listed, paths, folder):
    for path in listed:
        if path.rsplit("/", 1)[-1] == "OWNERS" or path == "OWNERS_ALIASES":
            put(folder, path, git(repository, "show", f"HEAD:{path}"))
    mine, other = ours(program, folder, paths), theirs("owners.py", folder, paths)
    for path in paths:
        rows = mine[path]["rows"]
        found = [bare(rows[0]["responsible"]), bare(rows[0]["consulted"])] if rows else ["-", "-"]
        # Without an approver there is no row, whoever may review.
        expected = other[path][:2] if other[path][0] != "-" else ["-", "-"]
        yield path, found, expected


def gitlab(program, repository, listed, paths, folder):
    place = next((place for place in CODEOWNERS if place in listed), None)
    if place is None:
        sys.exit(f"{repository}: no CODEOWNERS")
    file = put(folder, ".gitlab/CODEOWNERS", git(repository, "show", f"HEAD:{place}"))
    put(folder, ".changeward/config.toml", CONFIG.encode())
    mine, other = ours(program, folder, paths), theirs("gitlab.py", file, paths)
    for path in paths:
        made = [source for source in mine[path]["sources"] if source["dialect"] == "gitlab"]
        found = [
            " ".join([source.get("section") or "codeowners", str(source["approvals"]), *["?"] * source["optional"], *source["owners"]])
            for source in made
        ]
        yield path, found, other[path]


def main():
    dialect, program, repositories = sys.argv[1], str(pathlib.Path(sys.argv[2]).resolve()), sys.argv[3:]
    differ = 0
    for repository in repositories:
        listed = git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0")
        # Odd names are quoted in the answer; the ownership tests hold those.
        paths = [p for p in listed if p and p.isprintable() and '"' not in p and "\\" not in p and p.isascii()]
        with tempfile.TemporaryDirectory() as folder:
            compare = {"kubernetes": kubernetes, "gitlab": gitlab}[dialect]
            answers = list(compare(program, repository, listed, paths, pathlib.Path(folder)))
        wrong = [answer for answer in answers if answer[1] != answer[2]]
        for path, mine, other in wrong[:5]:
            print(f"  {path}: {mine} here, {other} there")
        print(f"{len(paths)} paths, {len(wrong)} differ: {pathlib.Path(repository).parent.name}")
        differ += len(wrong)
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
