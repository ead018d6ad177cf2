#!/usr/bin/env python3
"""Compares what the parsers of the semantic diff see in files with what Python's readers see.

    tests/oracle/compare_syntax.py SYNTAX-TREE FOLDER...

SYNTAX-TREE is the program that `cargo build --example syntax_tree` makes. Every YAML, JSON and TOML file below the folders
is read by both: PyYAML's base loader (structure and text, no types) and its safe loader (types), `json`, `tomllib`. A file
that we refuse is counted with the reason; a file that we read must give the same tree, and each scalar must stand where we say.
Other formats are counted only. Prints a summary and every difference, and ends with 1 when there is one. Needs Python 3.11
and PyYAML.
"""

import collections
import json
import math
import pathlib
import re
import subprocess
import sys
import tomllib

import yaml

BASE = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
SAFE = yaml.SafeLoader
SAFE.add_constructor("tag:yaml.org,2002:value", SAFE.construct_yaml_str)


class Differs(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Differs(what)


def compare_yaml(documents, text):
    theirs = list(yaml.compose_all(text, Loader=BASE))
    expect(len(theirs) == len(documents), f"{len(documents)} documents, not {len(theirs)}")
    for ours, node in zip(documents, theirs):
        yaml_node(ours, node, text)


def hidden_line(fields):
    return [field for field in fields if field[0] != "#!"]


def yaml_node(ours, node, text):
    where = f"line {node.start_mark.line + 1}"
    if ours[0] == "m":
        expect(isinstance(node, yaml.MappingNode), f"{where}: a mapping")
        fields = hidden_line(ours[1])
        expect(len(fields) == len(node.value), f"{where}: {len(fields)} keys, not {len(node.value)}")
        for (key, value, _, _), (their_key, their_value) in zip(fields, node.value):
            kept = key == their_key.value or key == f'"{their_key.value}"'
            expect(kept, f"{where}: key {key!r}, not {their_key.value!r}")
            yaml_node(value, their_value, text)
    elif ours[0] == "l":
        expect(isinstance(node, yaml.SequenceNode), f"{where}: a list")
        expect(len(ours[1]) == len(node.value), f"{where}: {len(ours[1])} items, not {len(node.value)}")
        for item, their_item in zip(ours[1], node.value):
            yaml_node(item, their_item, text)
    else:
        expect(isinstance(node, yaml.ScalarNode), f"{where}: a scalar")
        yaml_scalar(ours, node, where)


def yaml_scalar(ours, node, where):
    _, kind, text, _, _ = ours
    if kind == "expression":
        expect(text.startswith("!"), f"{where}: an expression without a tag")
        return
    if kind == "integer":
        safe = yaml.load(node.value, Loader=SAFE)
        expect(type(safe) is int and str(safe) == text, f"{where}: integer {text}, not {safe!r}")
        return
    expect(text == node.value, f"{where}: {text!r}, not {node.value!r}")
    plain = not node.style
    safe = typed(node.value) if plain else node.value
    right = {
        "null": lambda: safe is None,
        "boolean": lambda: type(safe) is bool,
        "number": lambda: type(safe) is float and math.isfinite(safe),
        "string": lambda: type(safe) is str,
        "unclear": lambda: plain,
    }[kind]
    expect(right(), f"{where}: {kind} {text!r}, not {safe!r}")


def typed(value):
    """What the types of YAML 1.1 make of a plain scalar, which may not stand alone as a document."""
    resolver = yaml.SafeLoader("")
    tag = resolver.resolve(yaml.ScalarNode, value, (True, False))
    node = yaml.ScalarNode(tag, value)
    try:
        return resolver.construct_object(node)
    except ValueError:
        return object()


def compare_json(documents, text):
    def pairs(items):
        keys = [key for key, _ in items]
        expect(len(keys) == len(set(keys)), "a duplicate key")
        return dict(items)

    plain(documents[0], json.loads(text, object_pairs_hook=pairs), text)


def compare_toml(documents, text):
    plain(documents[0], tomllib.loads(text), text)


def plain(ours, theirs, text):
    if ours[0] == "m":
        expect(isinstance(theirs, dict) and {f[0] for f in ours[1]} == set(theirs), f"keys {list(theirs)[:9]}")
        for key, value, _, _ in ours[1]:
            plain(value, theirs[key], text)
    elif ours[0] == "l":
        expect(isinstance(theirs, list) and len(theirs) == len(ours[1]), "a list")
        for item, their_item in zip(ours[1], theirs):
            plain(item, their_item, text)
    else:
        plain_scalar(ours, theirs)


def plain_scalar(ours, theirs):
    _, kind, value, _, _ = ours
    right = {
        "null": lambda: theirs is None,
        "boolean": lambda: type(theirs) is bool and value == str(theirs).lower(),
        "integer": lambda: type(theirs) is int and value == str(theirs),
        "number": lambda: type(theirs) is float and float(value.replace("_", "")) == theirs,
        "string": lambda: value == theirs,
        "date": lambda: type(theirs).__name__ in ("date", "datetime", "time"),
        "unclear": lambda: type(theirs) in (int, float),
    }[kind]
    expect(right(), f"{kind} {value!r}, not {theirs!r}")


def spans(node, data, low, high, where="root"):
    """Every value stands in its parent, none in its sibling."""
    _, start, end = node[0], node[-2], node[-1]
    expect(low <= start <= end <= high, f"{where}: {start}..{end} is not in {low}..{high}")
    at = start
    for n, child in enumerate(node[1] if node[0] != "s" else []):
        value = child
        if node[0] == "m":
            key, value, key_start, key_end = child
            if key.startswith("#") and key_start == key_end:  # said of the others, and not in the file
                continue
            expect(at <= key_start <= key_end <= value[-1], f"{where}: key {key!r} at {key_start}..{key_end}, after {at}")
            at = key_start
        spans(value, data, at, end, f"{where}/{n}")
        at = value[-1]


COMPARE = {"yaml": compare_yaml, "json": compare_json, "toml": compare_toml}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    program, *folders = sys.argv[1:]
    files = sorted(str(p) for folder in folders for p in pathlib.Path(folder).rglob("*") if p.is_file() and not p.is_symlink())
    told = subprocess.run([program], input="\n".join(files) + "\n", capture_output=True, text=True, check=True).stdout
    read, refused, differ = collections.Counter(), collections.defaultdict(list), 0
    for line in told.rstrip("\n").split("\n"):
        answer = json.loads(line)
        path, form = answer["path"], answer["format"]
        if "fault" in answer:
            why = re.sub(r'"[^"]*"…?', "…", answer["fault"])
            refused[form, why].append(f"{path}:{answer['line']}")
            continue
        read[form] += 1
        data = pathlib.Path(path).read_bytes()
        try:
            if form in COMPARE:
                COMPARE[form](answer["documents"], data.decode().replace("\r\n", "\n"))
            if form not in ("toml", "hcl", "xml"):  # statements and elements of one name may be scattered
                for root in answer["documents"]:
                    spans(root, data, 0, len(data))
        except (Differs, yaml.YAMLError, ValueError) as error:
            differ += 1
            print(f"{path}: {type(error).__name__}: {str(error)[:300]}")
    for form, count in sorted(read.items()):
        print(f"{form}: {count} read")
    for (form, why), places in sorted(refused.items(), key=lambda item: (item[0][0], -len(item[1]))):
        print(f"{form}: {len(places)} refused: the file {why[:150]} ({places[0]})")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
