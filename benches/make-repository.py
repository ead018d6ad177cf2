#!/usr/bin/env python3
"""Makes a bare git repository with a change of a known size, for measuring.

    benches/make-repository.py DIRECTORY --changed 100000 [--unchanged 0] [--owners 300] [--commits 0]

The repository has two commits, and as many more as `--commits` says: ten minutes apart, by fifty people, each to three
of the edited files. Of the changed files four fifths are edited (3 of 40 lines), a tenth is new, a
twentieth deleted, a twentieth moved as it is; a hundred files share a directory. The unchanged files stand in
directories of their own. CODEOWNERS names as many directories as `--owners` says, and an owner for everything else.
The same arguments make the same repository, with the same commit ids.

Then: `changeward -C DIRECTORY check HEAD~1..HEAD`. Needs Python 3.9 and git.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--changed", type=int, default=1000, metavar="FILES")
    parser.add_argument("--unchanged", type=int, default=0, metavar="FILES")
    parser.add_argument("--owners", type=int, default=300, metavar="RULES")
    parser.add_argument("--commits", type=int, default=0, metavar="COMMITS")
    wish = parser.parse_args()
    if wish.directory.exists():
        sys.exit(f"{wish.directory} is there already")
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(wish.directory)], check=True)
    importing = ["git", "-C", str(wish.directory), "fast-import", "--quiet", "--done"]
    with subprocess.Popen(importing, stdin=subprocess.PIPE) as process:
        for piece in history(wish):
            process.stdin.write(piece)
        process.stdin.close()
    if process.returncode != 0:
        shutil.rmtree(wish.directory)
        sys.exit("git fast-import failed")
    # As after a clone: one well-packed pack, and a commit graph.
    subprocess.run(["git", "-C", str(wish.directory), "repack", "-a", "-d", "-f", "--quiet"], check=True)
    subprocess.run(["git", "-C", str(wish.directory), "commit-graph", "write", "--reachable"], check=True, capture_output=True)


def history(wish):
    yield commit(1, "a beginning")
    yield put(".github/CODEOWNERS", owners(wish))
    for n in range(wish.changed):
        if kind(n) != "new":
            yield put(path("src", n), text(n, 0))
    for n in range(wish.unchanged):
        yield put(path("still", n), text(n, 0, lines=4))
    yield commit(2, "the change")
    for n in range(wish.changed):
        if kind(n) == "moved":
            yield f"R {path('src', n)} {path('moved', n)}\n".encode()
        elif kind(n) == "deleted":
            yield f"D {path('src', n)}\n".encode()
        else:
            yield put(path("src", n), text(n, 1))
    edited = [n for n in range(wish.changed) if kind(n) == "edited"]
    for mark in range(wish.commits):
        yield commit(3 + 600 * mark, f"more {mark}", f"dev{mark % 50}")
        for file in range(3):
            n = edited[(mark * 7919 + file * 104729) % len(edited)]
            yield put(path("src", n), text(n, mark + 2))
    yield b"done\n"


def kind(n):
    return {3: "new", 13: "new", 7: "deleted", 17: "moved"}.get(n % 20, "edited")


def path(root, n):
    return f"{root}/service{n // 10000}/part{n // 100 % 100:02}/file{n:06}.py"


def text(n, edits, lines=40):
    """Lines as source code has them; an edit replaces three."""
    return "".join(
        f"    value_{line} = compute({n}, {line}, edited={edits if line in (5, 20, 33) else 0})\n" for line in range(lines)
    ).encode()


def owners(wish):
    rules = ["* @acme/everyone"]
    rules += [f"/src/service{n // 100}/part{n % 100:02}/ @acme/team{n % 40} @owner{n % 90}" for n in range(wish.owners)]
    return "".join(rule + "\n" for rule in rules).encode()


def commit(mark, message, name="ann"):
    who = f"{name} <{name}@example.org> {1700000000 + mark} +0000"
    return f"commit refs/heads/main\ncommitter {who}\ndata {len(message)}\n{message}\n".encode()


def put(name, contents):
    return b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(contents), contents)


if __name__ == "__main__":
    main()
