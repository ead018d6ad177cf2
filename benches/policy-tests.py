#!/usr/bin/env python3
"""Times `changeward policy test` over many tests, as a whole process.

    benches/policy-tests.py make DIRECTORY [--rules 50] [--tests 500] [--cases 0] [--failing 0]
    benches/policy-tests.py time DIRECTORY [--rounds 7] [--program PATH] [ARGUMENT...]

`make` writes DIRECTORY/.changeward/policies: rules in files of ten, and for each rule its share of the tests, which mock the input
and ask for what the rule gives. `--cases` of a case file come on top; of the tests, `--failing` do not hold, so that
each is explained. `time` runs `policy test` there and prints the least and the median, with all ARGUMENTs passed on.

Needs Python 3.9 and a release build (`cargo build --release`).
"""

import argparse
import statistics
import subprocess
import time
from pathlib import Path

RULE = """
# METADATA
# title: Rule {n}
warn contains {{"code": "ACME_{n}", "msg": sprintf("%d files of part {n}", [count(part_{n})])}} if count(part_{n}) > 1

part_{n} contains file.path if {{
	some file in input.files
	startswith(file.path, "part{n}/")
	not "skip-{n}" in input.labels
}}
"""

TEST = """
test_{name} if {{
	files := [{{"path": "part{n}/a"}}, {{"path": "part{n}/b"}}, {{"path": "other/c"}}]
	codes := {{found.code | some found in changeward.warn}} with input as {{"files": files, "labels": {labels}}}
	{expected}
}}
"""

CASE = """  - note: case {k}
    patch:
      files: [{{path: "part{n}/1"}}]
      labels: []
    want: {{not: [ACME_{n}]}}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(required=True)
    maker = what.add_parser("make")
    maker.add_argument("directory", type=Path)
    maker.add_argument("--rules", type=int, default=50)
    maker.add_argument("--tests", type=int, default=500)
    maker.add_argument("--cases", type=int, default=0)
    maker.add_argument("--failing", type=int, default=0)
    maker.set_defaults(run=make)
    timer = what.add_parser("time")
    timer.add_argument("directory", type=Path)
    timer.add_argument("--rounds", type=int, default=7)
    timer.add_argument("--program", default="target/release/changeward")
    timer.set_defaults(run=measure)
    wish, rest = parser.parse_known_args()
    wish.rest = rest
    wish.run(wish)


def make(wish):
    folder = wish.directory / ".changeward/policies"
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, wish.rules, 10):
        rules = range(start, min(start + 10, wish.rules))
        text = "package changeward\n\nimport rego.v1\n" + "".join(RULE.format(n=n) for n in rules)
        (folder / f"part{start}.rego").write_text(text)
        tests = "package changeward_test\n\nimport rego.v1\n\nimport data.changeward\n"
        for k in (k for k in range(wish.tests) if k % wish.rules in rules):
            n = k % wish.rules
            fires = k % 2 == 0
            expected = f'"ACME_{n}" in codes' if fires != (k < wish.failing) else f'not "ACME_{n}" in codes'
            labels = "[]" if fires else f'["skip-{n}"]'
            tests += TEST.format(name=f"{n}_{k}", n=n, labels=labels, expected=expected)
        (folder / f"part{start}_test.rego").write_text(tests)
    if wish.cases:
        cases = "".join(CASE.format(k=k, n=k % wish.rules) for k in range(wish.cases))
        (folder / "cases_test.yaml").write_text(f"version: 1\ncases:\n{cases}")


def measure(wish):
    command = [wish.program, "-C", wish.directory, "policy", "test", *wish.rest]
    times = []
    for _ in range(wish.rounds):
        start = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        times.append(time.perf_counter() - start)
        if done.returncode not in (0, 11):
            raise SystemExit(f"exit code {done.returncode}")
    print(done.stdout.decode().splitlines()[0])
    print(f"least {min(times):.3f} s, median {statistics.median(times):.3f} s of {wish.rounds}")


if __name__ == "__main__":
    main()
