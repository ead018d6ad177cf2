#!/usr/bin/env python3
"""Changes files as an attacker would, asks for the edits, and holds them to what real readers of the format see.

    tests/oracle/mutate_syntax.py SYNTAX-EDITS [--go PROGRAM] [--node FOLDER] [--seed N] [--cases N] [--only FORMAT] FOLDER...

SYNTAX-EDITS is the program that `cargo build --example syntax_edits` makes. The documents are the cases and stories of this
repository and what lies below the folders. When our edits of a pair are "these and nothing else", each reader that takes
both states must see the same in both, but for those edits: what they leave out is taken out of both sides, the rest must be
equal, and each new single value must be what we say it is. A pair that we refuse, or that a reader refuses, is counted.

Readers: PyYAML, ruamel.yaml, `json`, `tomllib`, expat, lxml and python-hcl2 where they can be imported; those of
`readers/node.mjs` with `--node FOLDER`, a folder in which `npm install yaml js-yaml json5 jsonc-parser @iarna/toml smol-toml
fast-xml-parser typescript@5` was run; those of `readers/main.go` with `--go PROGRAM`, made by `GO111MODULE=off
GOPATH=/usr/share/gocode go build -o PROGRAM tests/oracle/readers/main.go` from Debian's golang-gopkg-yaml.v2-dev,
golang-gopkg-yaml.v3-dev, golang-k8s-sigs-yaml-dev, golang-github-burntsushi-toml-dev,
golang-github-hashicorp-hcl-dev and golang-github-hashicorp-hcl-v2-dev. Prints every difference and a summary, and ends with
1 when there is one.
"""

import argparse
import collections
import datetime
import difflib
import json
import os
import pathlib
import random
import re
import sys
import tomllib

from mutations import mutated
from readings import PYTHON, ask, claims, differ

HERE = pathlib.Path(__file__).resolve().parent

ENDINGS = {
    "yaml": [".yaml", ".yml"],
    "json": [".json"],
    "jsonc": [".jsonc"],
    "toml": [".toml"],
    "hcl": [".tf", ".hcl", ".tfvars", ".nomad"],
    "xml": [".xml", ".csproj", ".pom", ".props", ".xsd", ".svg", ".resx"],
}

# Which program reads a format with which reader.
READERS = {
    "yaml": {"python": ["PyYAML", "ruamel.yaml"], "node": ["yaml", "yaml 1.1", "js-yaml"],
             "go": ["go-yaml 2", "go-yaml 3", "kubernetes"]},
    "json": {"python": ["json"], "node": ["JSON"], "go": ["go json"]},
    "jsonc": {"node": ["json5", "jsonc-parser", "typescript"]},
    "toml": {"python": ["tomllib"], "node": ["@iarna/toml", "smol-toml"], "go": ["BurntSushi"]},
    "hcl": {"python": ["python-hcl2"], "go": ["hcl 1", "hcl 2"]},
    "xml": {"python": ["expat", "lxml"], "node": ["fast-xml-parser"]},
}

LARGEST = 6000


def seeds(form):
    """The documents of this repository's tests."""
    cases = HERE.parent / "syntax" / f"{form}.txt"
    for case in cases.read_text().split("===== ")[1:]:
        yield case.split("\n", 1)[1]
    for story in tomllib.loads((HERE.parent / "smuggling/stories.toml").read_text())["story"]:
        if format_of(story["path"]) == form:
            yield story["text"].replace("@", story["old"], 1)


def format_of(path):
    name = pathlib.PurePath(path).name
    if name.startswith(("tsconfig", "jsconfig")):
        return "jsonc"
    return next((form for form, ends in ENDINGS.items() if name.endswith(tuple(ends))), None)


def found(folders):
    """Documents of other repositories, by format, large ones cut where a new statement begins."""
    by_format = collections.defaultdict(list)
    for folder in folders:
        for path in pathlib.Path(folder).rglob("*"):
            form = format_of(path)
            if form and path.is_file() and not path.is_symlink() and path.stat().st_size < 200_000:
                by_format[form].append(path)
    return by_format


def document(form, path, dice):
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return None
    if form in ("yaml", "hcl", "toml") and len(text) > LARGEST:
        lines = text.splitlines(keepends=True)
        starts = [n for n, line in enumerate(lines) if line[:1].isalpha() or line[:1] == "["]
        if not starts:
            return None
        start = dice.choice(starts)
        size, end = 0, start
        while end < len(lines) and (size < LARGEST // 2 or end not in starts):
            size += len(lines[end])
            end += 1
        text = "".join(lines[start:end])
    return text if 0 < len(text) <= LARGEST else None


def name_of(form):
    return {"jsonc": "tsconfig.json", "hcl": "main.tf"}.get(form, f"file.{form}")


class Run:
    def __init__(self, options):
        self.options = options
        self.counts = collections.Counter()
        self.refused = collections.Counter()
        self.kinds = collections.Counter()
        self.differences = 0

    def batch(self, form, pairs):
        asked = [{"path": name_of(form), "before": before, "after": after} for before, after in pairs]
        ours = ask([self.options.program], asked)
        kept = []
        for (before, after), answer in zip(pairs, ours):
            self.counts[form, "pairs"] += 1
            if "fault" in answer:
                self.counts[form, "refused by us"] += 1
                self.refused[form, answer["fault"].split('"')[0][:70]] += 1
            else:
                kept.append((before, after, answer))
                self.kinds[form, "no edits" if not answer["edits"] else "edits"] += 1
        texts = sorted({text for before, after, _ in kept for text in (before, after)})
        for where, readers in READERS[form].items():
            for reader in readers:
                answers = self.read(where, reader, texts)
                if answers is not None:
                    self.compare(form, reader, kept, dict(zip(texts, answers)))

    def read(self, where, reader, texts):
        if where == "python":
            known = PYTHON.get(reader)
            return known and [known(text) for text in texts]
        asked = [{"reader": reader, "text": text} for text in texts]
        if where == "go" and self.options.go:
            return ask([self.options.go], asked)
        if where == "node" and self.options.node:
            return ask(["node", str(HERE / "readers/node.mjs")], asked, {**os.environ, "NODE_MODULES": self.options.node})
        return None

    def compare(self, form, reader, kept, answers):
        for before, after, ours in kept:
            was, is_ = answers[before], answers[after]
            # HCL 1 does not see an end of `<<-NAME` that stands at the margin, and reads on.
            if reader == "hcl 1" and any(re.search(r"<<-(\w+)\n(.*\n)*?\1$", text, re.M) for text in (before, after)):
                continue
            if "error" in was or "error" in is_:
                self.counts[form, reader, "refused"] += 1
                continue
            why = differ(form, reader, was["value"], is_["value"], ours) or claims(form, reader, is_["value"], ours)
            if why == "skipped":
                self.counts[form, reader, "skipped"] += 1
                continue
            self.counts[form, reader, "compared"] += 1
            if why:
                self.differences += 1
                self.counts[form, reader, "different"] += 1
                if self.counts[form, reader, "different"] <= self.options.show:
                    told = {"format": form, "reader": reader, "why": why, "edits": ours["edits"]}
                    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), "before", "after", lineterm="", n=4)
                    print("", json.dumps(told), *(line.replace("\r", "\\r") for line in lines), sep="\n")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--go")
    options.add_argument("--node")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--cases", type=int, default=5000, help="pairs of each format")
    options.add_argument("--only", choices=list(ENDINGS))
    options.add_argument("--show", type=int, default=5, help="differences shown of a reader")
    options.add_argument("folders", nargs="*")
    options = options.parse_intermixed_args()
    started = datetime.datetime.now()
    run, foreign = Run(options), found(options.folders)
    for form in [options.only] if options.only else ENDINGS:
        dice = random.Random(f"{options.seed}/{form}")
        own = list(seeds(form))
        left = options.cases
        while left > 0:
            pairs = []
            while len(pairs) < min(left, 800):
                text = dice.choice(own) if not foreign[form] or dice.random() < 0.3 else document(form, dice.choice(foreign[form]), dice)
                if text:
                    pairs += [pair for pair in (mutated(form, text, dice) for _ in range(20)) if pair]
            left -= len(pairs)
            run.batch(form, pairs)
    for key, count in sorted(run.counts.items(), key=str):
        print(*key, count, sep="\t")
    for (form, why), count in run.refused.most_common(60):
        print(f"{form}: {count} refused by us: {why}")
    print(run.kinds, f"{run.differences} differences in {datetime.datetime.now() - started}")
    sys.exit(1 if run.differences else 0)


if __name__ == "__main__":
    main()
