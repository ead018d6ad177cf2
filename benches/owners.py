#!/usr/bin/env python3
"""Times `changeward owners --stdin` over many paths and a large CODEOWNERS file, as a whole process.

    benches/owners.py make DIRECTORY [--rules 10000] [--paths 1000000]
    benches/owners.py time DIRECTORY [--rounds 5] [--program PATH] [--vs PROGRAM] [--some 20000]

`make` writes DIRECTORY/.github/CODEOWNERS and DIRECTORY/paths: made from a fixed seed, rules of all kinds whose literal parts
are taken from the paths, in the proportions seen in large files. `time` reads the paths from there and prints the medians,
and the ratio to another program that takes the CODEOWNERS file as its argument and paths, one a line, on its standard
input; as that one may be slow, it gets the first `--some` paths, and its time is scaled to all of them.

Needs Python 3.9 and a release build (`cargo build --release`).
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

SYLLABLES = ["ser", "vi", "ce", "pay", "core", "ui", "lib", "test", "net", "io", "auth", "db", "data", "log"]
EXTENSIONS = ["rs", "go", "ts", "tsx", "py", "java", "md", "yaml", "json", "test.ts", "snap", "proto"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(required=True)
    maker = what.add_parser("make")
    maker.add_argument("directory", type=Path)
    maker.add_argument("--rules", type=int, default=10_000)
    maker.add_argument("--paths", type=int, default=1_000_000)
    maker.set_defaults(run=make)
    timer = what.add_parser("time")
    timer.add_argument("directory", type=Path)
    timer.add_argument("--rounds", type=int, default=5)
    timer.add_argument("--program", default="target/release/changeward")
    timer.add_argument("--vs", metavar="PROGRAM")
    timer.add_argument("--some", type=int, default=20_000, metavar="PATHS")
    timer.set_defaults(run=measure)
    wish = parser.parse_args()
    wish.run(wish)


def make(wish):
    dice = random.Random(0x5EED)
    word = lambda: "".join(dice.choice(SYLLABLES) for _ in range(2 + dice.randrange(2)))
    directories = [word() for _ in range(200)]
    while len(directories) < wish.paths / 12:
        parent = dice.choice(directories)
        if parent.count("/") < 9:
            directories.append(f"{parent}/{word()}")
    paths = [f"{dice.choice(directories)}/{word()}{n}.{dice.choice(EXTENSIONS)}" for n in range(wish.paths)]
    (wish.directory / ".github").mkdir(parents=True, exist_ok=True)
    (wish.directory / "paths").write_text("".join(path + "\n" for path in paths))
    rules = ["*"] + [rule(dice, dice.choice(paths)) for _ in range(wish.rules - 1)]
    lines = (f"{text} @acme/team{n % 90} @owner{n % 300}\n" for n, text in enumerate(rules))
    (wish.directory / ".github/CODEOWNERS").write_text("".join(lines))


def rule(dice, file):
    directory, name = file.rsplit("/", 1)
    extension = name.rsplit(".", 1)[1]
    last, top = directory.rsplit("/", 1)[-1], directory.split("/", 1)[0]
    kinds = [f"/{directory}/"] * 7 + [f"/{file}"] * 4 + [directory] * 2
    kinds += [f"{directory}/*", f"{last}{dice.randrange(50)}/", name, f"*.{dice.randrange(50)}{extension}"]
    kinds += [f"/{directory}/**/*.{extension}", f"/{top}/*/{last}/", f"**/{last}/*{dice.randrange(10)}*.{extension}"]
    return dice.choice(kinds)


def measure(wish):
    paths = wish.directory / "paths"
    count = sum(1 for _ in open(paths, "rb"))
    ours = [wish.program, "owners", "--control-files", str(wish.directory), "--stdin", "--format", "csv"]
    runs = [run(ours, paths) for _ in range(wish.rounds + 1)][1:]
    wall, cpu, memory = (statistics.median(column) for column in zip(*runs))
    print(f"{count:,} paths: {wall:.2f} s of wall time, {cpu:.2f} s of computing, {memory:.0f} MiB, {count / wall:,.0f} paths/s")
    if wish.vs:
        some = wish.directory / "some"
        with open(paths, "rb") as all_paths:
            some.write_bytes(b"".join(line for line, _ in zip(all_paths, range(wish.some))))
        theirs = [wish.vs, str(wish.directory / ".github/CODEOWNERS")]
        pairs = [(run(theirs, some)[0], run(ours, some)[0]) for _ in range(wish.rounds)]
        scale = count / min(wish.some, count)
        slow = statistics.median(first for first, _ in pairs)
        print(f"{Path(wish.vs).name}: {slow:.2f} s for {wish.some:,}, so {slow * scale:.1f} s for all: {slow * scale / wall:.0f} times")


def run(words, paths):
    """Wall time and computing in seconds, the largest process in MiB."""
    with open(paths, "rb") as given:
        begun = time.perf_counter()
        process = subprocess.Popen(words, stdin=given, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"`{' '.join(words)}` ended with {os.waitstatus_to_exitcode(status)}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
