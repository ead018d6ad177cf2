#!/usr/bin/env python3
"""How long `changeward check` takes beside `git diff --raw --numstat -M`, on any repository.

    benches/whole-process.py [--changeward PROGRAM] [--rounds N] [--range A..B]... [--after N]... REPOSITORY...

The two commands are run in turn, round by round, so that whatever else the machine does falls on both alike; the table
has the median of each. Both write to nowhere and find their files in the page cache (one round before the first does
not count). `--after N` stands for `HEAD~N..HEAD`; without any range these are 1, 20, 200 and 2000, or as many as the
first parents reach. A range passes when `check` takes at most 1.2 times as long as git, plus 10 ms.

The columns: `files` is what git lists. `git` and `check` are wall time. `CPU` is the time all processes of a command
spent computing, which other work on the machine disturbs less. `memory` is the most that changeward and its evaluating
child held, added up; it is looked at in a run of its own, which is not timed. `least` compares the fastest rounds of
both: the nearest thing to a machine of one's own.

Needs Python 3.9, git, and Linux for the memory column. The exit code is 1 when a range does not pass.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ANSWERED = (0, 10, 11)  # approve, pending, block
FACTOR, SLACK = 1.2, 10.0  # times, milliseconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", metavar="REPOSITORY")
    parser.add_argument("--changeward", default="target/release/changeward", metavar="PROGRAM")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--range", action="append", default=[], dest="ranges", metavar="A..B")
    parser.add_argument("--after", action="append", default=[], type=int, metavar="N")
    parser.add_argument("--format", default="json", help="the format of check (default json)")
    chosen = parser.parse_args()
    program = str(Path(chosen.changeward).resolve())
    print("| repository | range | files | git ms | check ms | ratio | difference ms | within 1.2 x + 10 ms | least ms, git and check | CPU ms, git and check | memory MiB |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: |")
    passed = True
    for repository in chosen.repositories:
        for wanted in chosen.ranges + [f"HEAD~{n}..HEAD" for n in depths(repository, chosen)]:
            passed &= row(repository, wanted, program, chosen)
    print(f"\n{chosen.rounds} rounds; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the end.", file=sys.stderr)
    sys.exit(0 if passed else 1)


def depths(repository, chosen):
    if chosen.ranges and not chosen.after:
        return []
    most = int(git(repository, "rev-list", "--count", "--first-parent", "HEAD")) - 1
    wanted = chosen.after or [1, 20, 200, 2000]
    return sorted({min(n, most) for n in wanted})


def row(repository, wanted, program, chosen):
    base, head = wanted.split("..", 1)
    by_git = ["git", "-C", repository, "diff", "--raw", "--numstat", "-M", base, head]
    by_check = [program, "-C", repository, "check", wanted, "--format", chosen.format]
    for words, good in ((by_git, (0,)), (by_check, ANSWERED)):
        if (code := run(words, good, strict=False)[2]) not in good:
            print(f"left out: `{' '.join(words)}` ends with {code}", file=sys.stderr)
            return True
    rounds = [(run(by_git, (0,)), run(by_check, ANSWERED)) for _ in range(chosen.rounds + 1)][1:]
    files = git(repository, "diff", "--name-only", "-z", "-M", base, head).count("\0")
    walls = [[pair[side][0] for pair in rounds] for side in (0, 1)]
    cpus = [statistics.median(pair[side][1] for pair in rounds) for side in (0, 1)]
    plain, check = map(statistics.median, walls)
    least = [min(times) for times in walls]
    within = check <= FACTOR * plain + SLACK
    name = Path(repository).resolve()
    name = name.parent.name.replace("+", "/") if name.name in ("repo", ".git") else name.name
    cells = [
        name, f"`{wanted}`", f"{files:,}", f"{plain:.1f}", f"{check:.1f}", f"{check / plain:.2f}", f"{check - plain:+.1f}",
        "yes" if within else "**no**", f"{least[0]:.1f}, {least[1]:.1f}", f"{cpus[0]:.1f}, {cpus[1]:.1f}", f"{memory(by_check):.0f}",
    ]
    print("| " + " | ".join(cells) + " |", flush=True)
    return within


def git(repository, *words):
    return subprocess.run(["git", "-C", repository, *words], check=True, capture_output=True).stdout.decode(errors="replace")


def start(words):
    nowhere = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    return os.posix_spawnp(words[0], words, os.environ, file_actions=nowhere)


def run(words, good, strict=True):
    """Milliseconds of wall time and of computing, and the exit code."""
    begun = time.perf_counter()
    _, status, used = os.wait4(start(words), 0)
    wall = time.perf_counter() - begun
    code = os.waitstatus_to_exitcode(status)
    if strict and code not in good:
        sys.exit(f"`{' '.join(words)}` ended with {code}")
    return wall * 1000, (used.ru_utime + used.ru_stime) * 1000, code


def memory(words):
    """MiB held at most by the program and the child that is the same program, each at its own worst moment."""
    pid = start(words)
    most = {}
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        for process in [pid, *children(pid)]:
            most[process] = max(most.get(process, 0), held(process, words[0]))
        time.sleep(0.0005)
    return sum(most.values()) / 1024


def children(pid):
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        return [int(child) for thread in threads for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split()]
    except OSError:
        return []


def held(pid, program):
    try:
        if os.readlink(f"/proc/{pid}/exe") != program:
            return 0
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    main()
