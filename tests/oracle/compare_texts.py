#!/usr/bin/env python3
"""Compares what the semantic diff says of changed env files, properties, INI files and Dockerfiles with what real readers see.

    tests/oracle/compare_texts.py SYNTAX-TREE HOME FORMAT COUNT [SEED] [FILE...]

SYNTAX-TREE is the program that `cargo build --example syntax_tree` makes; HOME holds the other readers, as
`tests/oracle/readers/` says how to make them: `readers` (Go), `java/` (Java), `node_modules/`. FORMAT is `dotenv`,
`properties`, `ini` or `dockerfile`. COUNT changes are made of the seeds below and of the given files, by mutation. The law: if
our diff names some edits, and each is one that a template could allow, then every reader sees in the new text what it
saw in the old one with these edits, and nothing else; no edit at all means that no reader sees a difference. Prints each
break of it and how many changes were judged with each reader, and ends with 1 when there is a break.
"""

import base64
import collections
import configparser
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent / "readers"

SEEDS = {
    "dotenv": [
        "A=1\nB=two\nC=\"three four\"\nD='five $six'\n",
        "# what it is\nexport LOG_LEVEL=info\nURL=postgres://u:p@h/db?a=1\nEMPTY=\n\nQ=\"\"\n",
        "A=\"x\ny\"\nB=2\n# end\n",
        "A=1 # one\nB=\"2\" # two\nC=${A}\nD=\"$B\"\n",
        "A=x\\ny\nB=\"x\\ny\"\nC='x\\ny'\nD=`x`\n",
        "A=1\r\nB=\"two\"\r\nC='3'\r\n",
    ],
    "properties": [
        "a=1\nb: two\nc three\n# comment\n! other\nd.e = f\\\n   g\n",
        "key\\ with\\=signs = value\\nline\nu = \\u0041\nempty=\nalone\n",
        "spring.profiles=a\n#---\nspring.profiles=b\n".replace("spring.profiles=b", "x=b"),
        "a = 1\r\nb = 2\r\nc = a\\\r\n  b\r\n",
        "log.level=INFO\npath=C:\\\\dir\nurl=http://x:80/?a=b\n",
    ],
    "ini": [
        "[a]\nx = 1\ny = two words\n\n; comment\n[b]\nz: 3\n# other\nflag = on\n",
        "top = 1\n[core]\n\teditor = vim\n\tname = \"quoted\"\n[remote \"o\"]\n\turl = git@h:x.git\n",
        "[DEFAULT]\na = 1\n[s]\nb = %(a)s\nc = ${a}\n",
        "[a]\nx = 1 ; note\ny = 'q'\nz = a\"b\nw = don't\n",
        "[a]\r\nx = 1\r\ny = 2\r\n[b]\r\nz = 3\r\n",
    ],
    "dockerfile": [
        "# syntax=docker/dockerfile:1\nARG V=1\nFROM debian:12 AS base\nENV A=1 B=2\nRUN apt-get update \\\n  && true\nCOPY --from=base /a /b\nCMD [\"sh\", \"-c\", \"x\"]\n",
        "FROM a\nRUN <<EOF\necho one\n# kept\nEOF\nRUN <<-\"X\" cat\n\tone\n\tX\nUSER nobody\n",
        "# escape=`\nFROM a\nRUN one `\n# note\n two\nLABEL a=\"b c\" d='e'\n",
        "FROM --platform=linux/amd64 a:1@sha256:" + "a" * 64 + " AS one\nONBUILD RUN x\nFROM one AS two\nHEALTHCHECK --interval=5s CMD x\nSHELL [\"/bin/sh\"]\nEXPOSE 80\nWORKDIR /x\n",
        "FROM a\r\nRUN one \\\r\n  two\r\n# c\r\nENV A b c\r\n",
    ],
}

PIECES = {
    "": [" ", "\t", "\n", "\\", "\\\n", "'", '"', "#", "=", "\u2028", "\u0085", "\u00a0", "\x0b", "\x0c", "\x1c", "\u200b", "\ufeff", "a", "1"],
    "dotenv": ["export ", "`", "$A", "${A}", "$(x)", " # c", "#", ";", "\\n", "\\\"", "\\'", "A=2\n", "Z=9\n", "# c\n", "#c\\\n", "\n\n", ": ", "=", "--", "'x'", '"x"', "''", '""', "\"\n", "'\n", "A"],
    "properties": [":", " = ", "!", "# c\n", "! c\n", "#---\n", "!---\n", "#---", "\\u0041", "\\u", "\\n", "\\:", "\\=", "\\ ", "a=2\n", "z=9\n", "\\\n  ", "\\\r", "${a}", "A"],
    "ini": [";", " ;", " #", ":", "[", "]", "[c]\n", "[a]\n", "[A]\n", "  ", "x = 2\n", "X = 2\n", "q = 9\n", "; c\n", "# c\n", "  ; c\n", "%(x)s", "${x}", "\\\n", "\"", "'", "[] = 1\n", "[DEFAULT]\n", "  [c]\n", "rem c\n", "%", "\n  more\n"],
    "dockerfile": ["# c\n", " # c\n", "\\\n", "`\n", "`", "<<EOF", "<<-EOF", "EOF\n", "\tEOF\n", " EOF\n", "# escape=`\n", "# syntax=x\n", "#syntax=x\n", "# check=x\n", "ARG X=1\n", "ENV X=1\n", "ONBUILD ", "FROM b\n", "--from=x ", "RUN x\n", "$V", "${V}", "[\"a\"]", "\\ \n", "\\\t\n", "\n\n", "AS x", "\\", "<<<", "<<", "3<<A\n", "<<'EOF'\n", "<<\"EOF\"\n", ","],
}


def mutate(text, form, dice):
    lines = text.split("\n")
    kind = dice.randrange(12)
    at = dice.randrange(len(text) + 1)
    if kind < 5:
        pieces = PIECES[form] + (PIECES[""] if dice.random() < 0.4 else [])
        piece = dice.choice(pieces)
        if dice.random() < 0.5:  # at a place where it may matter: by a line break, a quote or a separator
            spots = [m.start() + dice.randrange(2) for m in re.finditer(r"[\n'\"=:#\\\[\]<]", text)]
            at = dice.choice(spots or [at])
        return text[:at] + piece + text[at:]
    if kind < 7 and text:
        at = min(at, len(text) - 1)
        return text[:at] + text[at + 1 + dice.randrange(2):]
    i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
    if kind == 7:
        lines.insert(i, lines[j])
    elif kind == 8:
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 9 and len(lines) > 1:
        del lines[i]
    elif kind == 10:  # quotes around, or away
        line = lines[i]
        mark = dice.choice("'\"`")
        lines[i] = re.sub(r"=(.*)$", lambda m: "=" + mark + m[1] + mark, line) if dice.random() < 0.5 else re.sub("['\"]", dice.choice(["", mark]), line)
    else:
        words = re.findall(r"[A-Za-z0-9]+", text)
        word = dice.choice(words or ["a"])
        return text.replace(word, dice.choice(["9", "zz", word.upper(), word + "x"]), 1)
    return "\n".join(lines)


def ask(command, lines, **more):
    done = subprocess.run(command, input="".join(line + "\n" for line in lines), capture_output=True, text=True, **more)
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(lines), f"{command}: {len(answers)} answers for {len(lines)}: {done.stderr[-500:]}"
    return answers


def asked(command, texts):
    return [json.loads(answer) for answer in ask(command, [json.dumps(text) for text in texts])]


# Readers of env files.


def python_dotenv(texts):
    import io
    import logging

    import dotenv

    logging.disable(logging.CRITICAL)
    return [dict(dotenv.dotenv_values(stream=io.StringIO(text), interpolate=False)) for text in texts]


def systemd(texts, old=True):
    """`EnvironmentFile=`, after `parse_env_file_internal` of systemd: up to 253 a comment goes on behind a backslash."""
    return [systemd_one(text, old) for text in texts]


def systemd_one(text, old):
    found, state, key, value = {}, "pre-key", "", ""
    blanks, ends = " \t\n\r", "\n\r"

    def put():
        name = key.rstrip(blanks)
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            found[name] = value

    kept = 0  # how much of the value is there after trailing blanks are gone
    for c in text:
        if state == "pre-key":
            if c in "#;":
                state = "comment"
            elif c not in blanks:
                state, key = "key", c
        elif state == "key":
            if c in ends:
                state = "pre-key"
            elif c == "=":
                state, value, kept = "pre-value", "", 0
            else:
                key += c
        elif state in ("pre-value", "value"):
            if c in ends:
                value = value[:kept] if state == "value" else value
                put()
                state = "pre-key"
            elif c == "'" and state == "pre-value":
                state = "single"
            elif c == '"' and state == "pre-value":
                state = "double"
            elif c == "\\":
                state = "value-escape"
            elif c not in blanks or state == "value":
                state = "value"
                value += c
                if c not in blanks:
                    kept = len(value)
        elif state == "value-escape":
            state = "value"
            if c not in ends:
                value += c
                kept = len(value)
        elif state == "single":
            if c == "'":
                state, kept = "pre-value", len(value)
            else:
                value += c
        elif state == "double":
            if c == '"':
                state, kept = "pre-value", len(value)
            elif c == "\\":
                state = "double-escape"
            else:
                value += c
        elif state == "double-escape":
            state = "double"
            if c in '"\\`$':
                value += c
            elif c != "\n":
                value += "\\" + c
        elif state == "comment":
            state = "comment-escape" if c == "\\" and old else "pre-key" if c in ends else state
        elif state == "comment-escape":
            state = "comment"
    if state in ("pre-value", "value", "value-escape", "single", "double", "double-escape"):
        value = value[:kept] if state == "value" else value
        put()
    return found


def shell(texts):
    """`set -a; . ./file` of the system's sh, without any program in reach."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for text in texts:
            pathlib.Path(folder, "env").write_bytes(text.encode())
            command = "set -a; . ./env >/dev/null 2>&1 </dev/null; exec /usr/bin/env -0"
            done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env={"PATH": "/nowhere"}, capture_output=True)
            pairs = (pair.split("=", 1) for pair in done.stdout.decode(errors="replace").split("\0") if "=" in pair)
            ours = {key: value for key, value in pairs if key not in ("PATH", "PWD", "_", "OLDPWD")}
            found.append(ours if done.returncode == 0 else None)
    return found


# Readers of properties.


def java(home, texts):
    lines = [base64.b64encode(text.encode(errors="surrogatepass")).decode() for text in texts]
    answers = ask(["java", "-cp", f"{home}/java", "Readers"], lines)

    def of(answer):
        if answer == "!":
            return None
        pairs = (pair.split(":") for pair in answer.split(" ")[1:])
        plain = lambda word: base64.b64decode(word).decode("utf-16-be", "surrogatepass")
        return {plain(key): plain(value) for key, value in pairs}

    return [of(answer) for answer in answers]


def spring(home, texts):
    """Spring Boot: a comment of three hyphens begins another document."""
    parts = [re.split(r"(?m)(?<!\\\n)(?<!\\\r\n)^[#!]---[ \t\f]*\r?$", text) for text in texts]
    read = iter(java(home, [part for each in parts for part in each]))
    found = []
    for each in parts:
        all_parts = [next(read) for _ in each]
        whole = None if None in all_parts else {f"{n}:{k}" if n else k: v for n, part in enumerate(all_parts) for k, v in part.items()}
        found.append(whole)
    return found


# Readers of INI files: `section`, a unit separator, `key`.


def flat(tree):
    if tree is None:
        return None
    out = {}

    def walk(section, tree):
        for key, value in tree.items() if isinstance(tree, dict) else []:
            if value == [] or value == {}:  # a section without keys
                continue
            if isinstance(value, dict):
                walk(f"{section}.{key}" if section else key, value)
            else:
                out[f"{section}\x1f{key}" if section else key] = value

    walk("", tree)
    return out


def python_configparser(texts, **how):
    found = []
    for text in texts:
        reader = configparser.ConfigParser(interpolation=None, default_section=how.get("default", "\0"), allow_no_value=True, strict=how.get("strict", True), inline_comment_prefixes=how.get("inline"))
        try:
            reader.read_string(text)
        except (configparser.Error, AttributeError, TypeError):
            found.append(None)
            continue
        own = reader._sections | ({reader.default_section: reader._defaults} if reader._defaults else {})
        found.append({f"{name}\x1f{key}": value for name, keys in own.items() for key, value in keys.items()})
    return found


def git(texts):
    found = []
    for text in texts:
        done = subprocess.run(["git", "config", "-f", "-", "-l", "-z"], input=text.encode(), capture_output=True)
        if done.returncode:
            found.append(None)
            continue
        all_keys = {}
        for entry in done.stdout.decode(errors="replace").split("\0")[:-1]:
            name, _, value = entry.partition("\n")
            section, _, key = name.rpartition(".")
            all_keys.setdefault(f"{section}\x1f{key}", []).append(value)
        found.append({key: values[-1] for key, values in all_keys.items()})
    return found


def readers(form, home):
    node = lambda name: lambda texts: asked(["node", str(HERE / "readers.cjs"), home, name], texts)
    go = lambda *name: lambda texts: asked([f"{home}/readers", *name], texts)
    php = lambda name: lambda texts: [flat(t) for t in asked(["php", str(HERE / "readers.php"), name], texts)]
    return {
        "dotenv": {
            "python-dotenv": python_dotenv,
            "npm dotenv": node("dotenv"),
            "node parseEnv": node("parseEnv"),
            "joho/godotenv": go("joho"),
            "docker --env-file": go("docker", f"{home}/env-file"),
            "ruby dotenv": lambda texts: asked(["ruby", str(HERE / "readers.rb")], texts),
            "systemd 252": systemd,
            "systemd 254": lambda texts: systemd(texts, old=False),
            "sh": shell,
        },
        "properties": {"java.util.Properties": lambda t: java(home, t), "Spring Boot": lambda t: spring(home, t)},
        "ini": {
            "configparser": python_configparser,
            "configparser, DEFAULT": lambda t: python_configparser(t, default="DEFAULT"),
            "configparser, inline comments": lambda t: python_configparser(t, inline=(";", "#")),
            "configparser, lax": lambda t: python_configparser(t, strict=False),
            "git config": git,
            "npm ini": lambda texts: [flat(t) for t in node("ini")(texts)],
            "go ini.v1": lambda texts: [flat(t) for t in go("ini")(texts)],
            "php": php("normal"),
            "php, raw": php("raw"),
        },
        "dockerfile": {"BuildKit": go("dockerfile"), "dockerfile-ast": node("dockerfile")},
    }[form]


NAMES = {"dotenv": ".env", "properties": "a.properties", "ini": "a.ini", "dockerfile": "Dockerfile"}

UNSURE = ("unclear", "expression", "map", "list")


def steps(path):
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def could_be_allowed(edit):
    """A template may allow it: it says what the value becomes."""
    if edit["edit"] == "move" or steps(edit["path"])[0].startswith("#"):
        return False
    if edit["edit"] == "replace" and edit["old_type"] != edit["new_type"]:
        return False
    return edit.get("new_type") not in UNSURE


def name_of(form, edit):
    return "\x1f".join(steps(edit["path"])[:2])


def alike(form, reader, name):
    """Names that a reader takes for the same."""
    if form == "ini":
        section, sep, key = name.rpartition("\x1f")
        sep = sep if section else ""
        if reader in ("git config", "npm ini", "php", "php, raw"):  # a colon separates nothing
            key = key.split(":")[0].rstrip()
        if reader == "go ini.v1" and section.lower() in ("", "default"):
            section, sep = "", "\x1f"
        section = re.sub(r"[ \t]+", ".", section.strip().replace('"', "")).replace("\\", "")
        section = re.sub(r"\.+", ".", section).strip(".")
        return f"{section.lower()}{sep}{key.lower()}"
    return name


def cased(nodes):
    """`as` is `AS`."""
    as_is = lambda node: isinstance(node, list) and len(node) > 4 and str(node[0]).upper() == "FROM"
    return nodes[:2] + [[word.upper() if word == "as" else word for word in node] if as_is(node) else node for node in nodes[2:]]


def instructions(edits, more, before, after):
    """Which instructions differ, against those that the edits name."""
    if not edits and more is None:
        return "a difference" if before != after else None
    whole = any(edit["edit"] != "replace" or not re.match(r"/(syntax$|args/|stages/\d+/(image|name|platform|instructions/\d+/))", edit["path"]) for edit in edits)
    if whole or more is not None or len(before) != len(after):
        return None if whole or more is not None else "another number of instructions"
    told, stage, at = set(), -1, -1
    for n, node in enumerate(after[2:], 2):
        if node[0].upper() == "FROM":
            stage, at = stage + 1, -1
            names = [f"/stages/{stage}/{key}" for key in ("image", "name", "platform")]
        else:
            at += 1
            names = ["/args/"] if stage < 0 else [f"/stages/{stage}/instructions/{at}/"]
        if any(edit["path"].startswith(name) for edit in edits for name in names):
            told.add(n)
    if before[0] != after[0] or (before[1] != after[1] and not any(edit["path"] == "/syntax" for edit in edits)):
        return "the directives"
    seen = {n for n in range(2, len(after)) if before[n] != after[n]}
    return f"instruction {min(seen - told) - 1}: {before[min(seen - told)]} and {after[min(seen - told)]}" if seen - told else None


def on_the_side(form, reader, edits):
    """What no template can allow, and some reader takes for more than one value."""
    values = [str(edit.get(side)) for edit in edits if edit["edit"] == "replace" or edit["edit"] == "add" for side in ("old", "new") if edit.get(f"{side}_type") in ("unclear", "expression")]
    if reader == "sh":  # `A=1 B=2`, `A=1;B=2`
        return any(re.search(r"[ \t;&|(]\w+=", value) for value in values)
    if reader.startswith("php"):  # a string goes on over lines
        return any("'" in value for value in values)
    return False


def derived(form, key, texts):
    """The reader fills in other values; they are told where they stand."""
    return form == "dotenv" and any(re.search(rf"(?m)^(export[ \t]+)?{re.escape(str(key))}=[^\n]*\$", text) for text in texts)


def breaks(form, reader, edits, more, before, after, texts):
    """What a reader sees that the edits do not say."""
    if before is None and after is None:
        return None
    if on_the_side(form, reader, edits):
        return None
    sure = all(could_be_allowed(edit) for edit in edits) and more is None
    if (before is None) != (after is None):
        return "whether it can be read" if sure and not edits else None
    if form == "dockerfile":
        return instructions(edits, more, cased(before), cased(after)) if reader == "BuildKit" else "a difference" if not edits and more is None and before != after else None
    told = {alike(form, reader, name_of(form, edit)) for edit in edits}
    sections = {name for edit in edits if "map" in (edit.get("new_type"), edit.get("old_type")) for name in [alike(form, reader, name_of(form, edit) + "\x1f")[:-1]]}
    keys = set(before) | set(after)
    seen = {key for key in keys if (key in before, before.get(key)) != (key in after, after.get(key))}
    for key in sorted(seen, key=str):
        if form == "ini" and ":" in str(key) and "configparser" not in reader:  # a flag to who knows no colon
            continue
        if isinstance(before.get(key, after.get(key)), list) or "${" in str(key):  # lists and names that PHP makes
            continue
        if str(key).rpartition("\x1f")[2].startswith("#") or derived(form, key, texts):  # a comment to everybody else, and nobody asks for it
            continue
        if alike(form, reader, str(key)) in told or alike(form, reader, str(key)).rpartition("\x1f")[0] in sections:
            continue
        if any(edit["path"].startswith("/#") for edit in edits):
            continue
        return f"{key!r} was {before.get(key)!r} and is {after.get(key)!r}"
    if not sure:
        return None
    for edit in edits:
        if edit["edit"] not in ("replace", "add") or edit.get("new") is None:
            continue
        name = alike(form, reader, name_of(form, edit))
        new = next((value for key, value in after.items() if alike(form, reader, str(key)) == name), None)
        if new is None or not isinstance(new, str):
            continue
        old = next((value for key, value in before.items() if alike(form, reader, str(key)) == name), None)
        right = {str(edit.get("new"))}
        if reader == "sh":
            new = new.removesuffix("\r")
        for mark in "'\"`":  # who keeps quotes kept them before, too
            if isinstance(old, str) and old == f"{mark}{edit.get('old')}{mark}":
                right.add(f"{mark}{edit.get('new')}{mark}")
        right |= {value[1:-1] for value in set(right) if len(value) > 1 and value[0] == value[-1] and value[0] in "'\""}
        if form == "ini":
            right |= {value.replace('"', '').replace("'", "") for value in set(right)}
        if reader == "php" and {word.lower() for word in right} & {"on", "yes", "true", "off", "no", "false", "none", "null"}:
            continue
        if new not in right:
            return f"{name!r} is {new!r}, and we say {edit.get('new')!r}"
    return None


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    program, home, form, count = sys.argv[1:4] + [int(sys.argv[4])]
    dice = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    seeds = SEEDS[form] + [pathlib.Path(name).read_bytes().decode(errors="replace") for name in sys.argv[6:]]
    pairs = []
    while len(pairs) < count:
        before = dice.choice(seeds)
        for _ in range(dice.choice([0, 0, 0, 1, 1, 2, 3])):
            before = mutate(before, form, dice)
        after = before
        for _ in range(dice.choice([1, 1, 1, 2, 3])):
            after = mutate(after, form, dice)
        if after.count("\n") > 400:
            continue
        if before != after and "\0" not in before + after:
            pairs.append((before, after))
    lines = [json.dumps({"path": NAMES[form], "before": before, "after": after}) for before, after in pairs]
    answers = [json.loads(answer) for answer in ask([program], lines)]
    judged = [(pair, answer) for pair, answer in zip(pairs, answers) if "fault" not in answer]
    print(f"{form}: {len(pairs)} changes, {len(judged)} judged by their values, {sum(not a['edits'] for _, a in judged)} without edits")
    faults = collections.Counter(re.sub(r'"[^"]*"…?', "…", answer["fault"])[:80] for answer in answers if "fault" in answer)
    for fault, times in faults.most_common(12):
        print(f"    refused {times}: {fault}")
    texts = sorted({text for pair, _ in judged for text in pair})
    place = {text: at for at, text in enumerate(texts)}
    differ = 0
    for reader, read in readers(form, home).items():
        found = read(texts)
        wrong = []
        for (before, after), answer in judged:
            why = breaks(form, reader, answer["edits"], answer["more"], found[place[before]], found[place[after]], (before, after))
            if why:
                wrong.append((before, after, answer, why))
        both = sum(found[place[before]] is not None and found[place[after]] is not None for (before, after), _ in judged)
        print(f"  {reader}: {both} read on both sides, {len(wrong)} break the law")
        differ += len(wrong)
        for before, after, answer, why in sorted(wrong, key=lambda one: len(one[0]))[:int(os.environ.get("SHOW", "3"))]:
            told = [(edit["edit"], edit["path"], edit.get("old"), edit.get("new"), edit.get("new_type")) for edit in answer["edits"]]
            print(f"    {before!r}\n    {after!r}\n      we: {told} {answer['more'] or ''}\n      {why}")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
