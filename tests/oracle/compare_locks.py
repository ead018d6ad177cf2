#!/usr/bin/env python3
"""Compares what we say of changed lockfiles with what the package managers' readers see.

    tests/oracle/compare_locks.py SYNTAX-TREE HOME COUNT [SEED] LOCKFILE...

SYNTAX-TREE is the program that `cargo build --example syntax_tree` makes; HOME holds `node_modules` with `@yarnpkg/lockfile` and
`@yarnpkg/parsers`. Each lockfile, which is called as its package manager calls it, is changed COUNT times by mutation. Readers:
`tomllib` (Cargo, Poetry, uv), `json` (npm), PyYAML (pnpm), Yarn's own two, `go mod edit` and one of our own for go.sum. The law:
no edit means that the reader sees no difference; and if a template with `dependency = "patch"` would take all edits, then
packages moved by a patch, from where they were, with checksums of the same kinds, and nothing else is different. Prints
each break of it, and ends with 1 when there is one. Needs Python 3.11, PyYAML, node and go.
"""

import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import tomllib

import yaml

from compare_texts import HERE, ask, asked

PIECES = [
    "https://registry.npmjs.org", "https://evil.example", "https://registry.npmjs.org.evil.example", "http://registry.npmjs.org",
    "git+ssh://git@evil.example/x.git#0123456789012345678901234567890123456789", "file:../x", "link:../x", "npm:evil@1.0.0",
    "workspace:*", "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "sha512-" + "A" * 86 + "==", "sha256:" + "0" * 64, "h1:" + "A" * 43 + "=",
    "registry+https://evil.example/index", "1.0.0", "1.4.3", "0.3.2", "2.0.4", "evil", "true", "false", "*", "^9", '"', "'", "#x", "\n", "  ", "\t", "\\", "\u2028", "\u200b",
]

LINES = [
    '"hasInstallScript": true,\n', '"link": true,\n', '"dev": true,\n', '"inBundle": true,\n', '"evil": "1.0.0",\n', "    evil \"1.0.0\"\n", "    evil: 1.0.0\n", "# x\n", ' "evil",\n',
    'source = "git+https://evil.example/x#0123456789012345678901234567890123456789"\n', "requiresBuild: true\n", "    requiresBuild: true\n", "overrides:\n  evil: 1.0.0\n", "evil v1.0.0\n",
]


def bump(version, dice):
    numbers = re.match(r"(v?\d+\.\d+\.)(\d+)(.*)", version)
    return f"{numbers[1]}{max(0, int(numbers[2]) + dice.choice([1, 1, 1, 2, -1]))}{numbers[3]}" if numbers else version


def mutate(text, dice):
    kind = dice.randrange(10)
    if kind < 3:  # a version everywhere, as package managers move it
        versions = sorted(set(re.findall(r"v?\d+\.\d+\.\d+", text)))
        if versions:
            version = dice.choice(versions)
            return text.replace(version, bump(version, dice), -1 if dice.random() < 0.8 else 1)
    if kind == 3:  # an entry twice, away, or elsewhere
        parts = re.split(r"(\n\n)", text)
        i, j = dice.randrange(len(parts)), dice.randrange(len(parts))
        parts[i] = dice.choice([parts[j], "", parts[i] + "\n\n" + parts[j]])
        return "".join(parts)
    lines = text.splitlines(keepends=True) or ["\n"]
    i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
    if kind == 4:
        lines.insert(i, lines[j])
    elif kind == 5:
        del lines[i]
    elif kind == 6:
        lines.insert(i, dice.choice(LINES))
    elif kind == 7:
        lines[i], lines[j] = lines[j], lines[i]
    else:  # a word becomes another
        words = list(re.finditer(r"[^\s\"',:={}\[\]]{2,}", text)) or list(re.finditer(r".", "x"))
        word = dice.choice(words)
        new = dice.choice(PIECES + [other[0] for other in dice.sample(words, min(6, len(words)))])
        if kind == 9 and len(word[0]) > 20:  # other digits of a checksum
            at = word.start() + dice.randrange(8, len(word[0]))
            return text[:at] + dice.choice("Aa0f") + text[at + 1:]
        return text[:word.start()] + new + text[word.end():]
    return "".join(lines)


def go_sum(texts):
    found = []
    for text in texts:
        rows = [line.split() for line in text.splitlines() if line.strip()]
        found.append({f"{row[0]} {row[1]}": row[2:] for row in rows} if all(len(row) == 3 for row in rows) else None)
    return found


def go_mod(texts):
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for text in texts:
            pathlib.Path(folder, "go.mod").write_text(text)
            done = subprocess.run(["go", "mod", "edit", "-json", "go.mod"], cwd=folder, capture_output=True)
            found.append(json.loads(done.stdout) if done.returncode == 0 else None)
    return found


def each(read):
    def one(text):
        try:
            return read(text)
        except Exception:
            return None

    return lambda texts: [one(text) for text in texts]


def reader(name, text, home):
    node = lambda form: lambda texts: asked(["node", str(HERE / "readers.cjs"), home, form], texts)
    if name == "yarn.lock":
        return node("berry" if "__metadata:" in text else "yarn")
    return {
        "Cargo.lock": each(tomllib.loads),
        "poetry.lock": each(tomllib.loads),
        "uv.lock": each(tomllib.loads),
        "package-lock.json": each(json.loads),
        "npm-shrinkwrap.json": each(json.loads),
        "pnpm-lock.yaml": each(lambda text: yaml.load(text, Loader=yaml.BaseLoader)),
        "go.sum": go_sum,
        "go.mod": go_mod,
    }[name]


def plain(tree):
    """Without the order of anything."""
    if isinstance(tree, dict):
        return {key: plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return sorted((plain(item) for item in tree), key=lambda item: json.dumps(item, sort_keys=True, default=str))
    return tree


def could_be_allowed(edit):
    moved = edit.get("dependency")
    return bool(moved) and edit["edit"] == "replace" and not moved["source_changed"] and not moved["contents_changed"] and moved["step"] in ("same", "patch")


# What comes with a version, and so may be different where the version is.
WITH = {
    "version", "checksum", "dependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta", "requires", "engines", "os", "cpu", "libc", "license", "funding",
    "deprecated", "integrity", "resolved", "resolution", "transitivePeerDependencies", "hasBin", "files", "description", "python-versions", "extras", "sdist", "wheels", "optional-dependencies",
    "dev-dependencies", "bin", "conditions", "dependenciesMeta", "metadata",
}


def entries(name, tree):
    """The packages, each with a key without its version, and what is in no package."""
    found, rest = collections.defaultdict(list), {}
    for key, value in tree.items():
        if name in ("Cargo.lock", "poetry.lock", "uv.lock") and key == "package":
            for entry in value:
                found[entry.get("name")].append(entry)
        elif name == "Cargo.lock" and key == "root":
            found[value.get("name")].append(value)
        elif name.endswith(".json") and key in ("packages", "dependencies"):
            nested(f"{key}:", value, found, rest)
        elif name == "pnpm-lock.yaml" and key in ("packages", "snapshots"):
            for place, entry in (value or {}).items():
                bare = re.sub(r"(\d)[_(].*", r"\1", place)
                found[key + re.sub(r"\d+\.\d+\.\d+[^/@()]*", "V", bare)].append({"version": bare, **(entry or {})})
        elif name == "yarn.lock" and key != "__metadata":
            found[re.sub(r"\d+(\.\d+)*", "V", key)].append(value)
        elif name == "go.sum":
            module, version = key.split(" ")
            found[module + ("/go.mod" if version.endswith("/go.mod") else "")].append({"version": version, "hash": value})
        elif name == "go.mod" and key == "Require":
            for entry in value or []:
                found[entry["Path"]].append({"version": entry["Version"], "indirect": entry.get("Indirect")})
        else:
            rest[key] = value
    return found, rest


def nested(above, tree, found, rest):
    for place, entry in tree.items():
        if place == "":
            rest[above] = entry
            continue
        inner = entry.get("dependencies") if above.startswith("dependencies:") else None
        own = {key: value for key, value in entry.items() if key != "dependencies" or not isinstance(inner, dict)}
        found[f"{above}{place}"].append(own)
        if isinstance(inner, dict):
            nested(f"{above}{place}/", inner, found, rest)


def numbers(text):
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", str(text))
    return [int(number or 0) for number in found.groups()] if found else None


def source(entry):
    """Where it comes from, without its version and without a checksum."""
    found = entry.get("resolved") or entry.get("source") or entry.get("resolution") or ""
    found = json.dumps(found, sort_keys=True) if not isinstance(found, str) else found
    found = re.sub(r"(sha\d+-|h1:)[A-Za-z0-9+/=]+", r"\1H", found)
    return re.sub(r"#[0-9a-f]{40}", "#H", re.sub(r"\d+(\.\d+)+", "V", found))


def kinds(entry):
    text = json.dumps(entry, default=str)
    return set(re.findall(r"(sha1|sha256|sha384|sha512|md5|h1)[-:]", text)), bool(entry.get("checksum")), bool(entry.get("integrity"))


def smuggled(name, before, after):
    """What is different and no patch of a package."""
    (was, rest_was), (is_, rest_is) = entries(name, before), entries(name, after)
    moved = collections.defaultdict(set)
    for key in sorted(set(was) | set(is_), key=str):
        old = [entry for entry in was[key] if entry not in is_[key]]
        new = [entry for entry in is_[key] if entry not in was[key]]
        if len(was[key]) != len(is_[key]):
            return f"{key}: {len(was[key])} entries, now {len(is_[key])}"
        by = lambda entry: numbers(entry.get("version")) or []
        for one, other in zip(sorted(old, key=by), sorted(new, key=by)):
            a, b = by(one), by(other)
            moves = one.get("version") != other.get("version")
            if moves and not (a and b and a[:2] == b[:2] and a[2] < b[2]):
                return f"{key}: {one.get('version')} becomes {other.get('version')}"
            if source(one) != source(other):
                return f"{key}: from {source(one)}, now from {source(other)}"
            if kinds(one) != kinds(other):
                return f"{key}: checksums of {kinds(one)}, now of {kinds(other)}"
            odd = {field for field in set(one) | set(other) if one.get(field) != other.get(field)} - (WITH | {"hash", "source"} if moves else {"dependencies", "requires", "optionalDependencies"})
            if odd:
                return f"{key}: {sorted(odd)}: {[one.get(field) for field in odd]}, now {[other.get(field) for field in odd]}"
    keep = lambda rest: {key: value for key, value in rest.items() if key not in ("importers", "dependencies", "devDependencies", "optionalDependencies", "Replace", "metadata", "packages:", "specifiers")}
    if keep(rest_was) != keep(rest_is):
        return f"beside the packages: {[key for key in set(rest_was) | set(rest_is) if rest_was.get(key) != rest_is.get(key)]}"
    return None


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    program, home, count = sys.argv[1:3] + [int(sys.argv[3])]
    seed, files = (int(sys.argv[4]), sys.argv[5:]) if sys.argv[4].isdigit() else (1, sys.argv[4:])
    differ = 0
    for file in files:
        name, text = pathlib.Path(file).name, pathlib.Path(file).read_text()
        dice = random.Random(seed)
        pairs = []
        while len(pairs) < count:
            before = mutate(text, dice) if dice.random() < 0.2 else text
            after = before
            for _ in range(dice.choice([1, 1, 2, 2, 3])):
                after = mutate(after, dice)
            if before != after:
                pairs.append((before, after))
        lines = [json.dumps({"path": name, "before": before, "after": after}) for before, after in pairs]
        answers = [json.loads(answer) for answer in ask([program], lines)]
        judged = [(pair, answer) for pair, answer in zip(pairs, answers) if "fault" not in answer]
        texts = sorted({text for pair, _ in judged for text in pair})
        seen = dict(zip(texts, reader(name, text, home)(texts)))
        silent = allowed = read = 0
        wrong = []
        for (before, after), answer in judged:
            old, new = plain(seen[before]), plain(seen[after])
            if old is None or new is None:
                if (old is None) != (new is None) and not answer["edits"]:
                    wrong.append((before, after, answer, "whether it can be read"))
                continue
            read += 1
            if not answer["edits"]:
                silent += 1
                if old != new:
                    wrong.append((before, after, answer, "a difference"))
            elif all(could_be_allowed(edit) for edit in answer["edits"]):
                allowed += 1
                try:
                    why = smuggled(name, seen[before], seen[after])
                except (AttributeError, TypeError, ValueError) as error:
                    why = f"cannot be judged: {error!r}"
                if why:
                    wrong.append((before, after, answer, why))
        print(f"{file}: {len(pairs)} changes, {len(judged)} judged, {read} read on both sides, {silent} without edits, {allowed} a template could take, {len(wrong)} break the law")
        differ += len(wrong)
        for before, after, answer, why in wrong[:4]:
            import difflib

            print("\n".join("    " + line for line in difflib.unified_diff(before.splitlines(), after.splitlines(), "", "", n=1, lineterm="") if not line.startswith(("---", "+++"))))
            told = [(edit["edit"], edit["path"], edit.get("old"), edit.get("new"), edit.get("dependency")) for edit in answer["edits"]]
            print(f"      we: {told}\n      {why}")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
