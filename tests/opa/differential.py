#!/usr/bin/env python3
"""What the real OPA engine makes of the policies: one line of canonical JSON per input.

    tests/opa/differential.py POLICIES INPUTS.jsonl > OPA.jsonl
    tests/opa/differential.py --install

POLICIES is a folder; every `*.rego` below it is loaded. Each line of INPUTS (`-` is the standard input) is an input
document. Each line of the output is one of

    {"value": PROPOSAL}     the value of data.changeward.proposal
    {"undefined": true}     it has none
    {"error": "CODE: ..."}  it could not be evaluated

with sorted keys, no blanks, and the elements of each list of the proposal sorted by their own canonical text, since two
engines may order the elements of a set differently. A line is flushed as soon as it is known, so a test can feed inputs
one by one. Policies that do not load end the program with status 3 and OPA's message.

`--query data.x.y` evaluates something else than the proposal.

`--install` fetches the engine: the wheel of `opa-golib-python-bindings` holds OPA as a shared library (Linux, x86-64,
glibc 2.34 or newer) and a thin ctypes wrapper. The wheel says it wants Python 3.14 but runs on 3.11 as well, so it is
unpacked into `.cache/opa/lib-opa` instead of being installed.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "opa-golib-python-bindings==0.4.4"
LIBRARY = pathlib.Path(__file__).resolve().parents[2] / ".cache" / "opa" / "lib-opa"


def install():
    """Unpacks the wheel into the cache, unless it is there."""
    if (LIBRARY / "opa_bindings").is_dir():
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
             "--python-version", "3.14", "--platform", "manylinux_2_34_x86_64", "--dest", folder, PACKAGE],
            check=True,
        )
        [wheel] = pathlib.Path(folder).glob("*.whl")
        LIBRARY.mkdir(parents=True, exist_ok=True)
        zipfile.ZipFile(wheel).extractall(LIBRARY)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def ordered(proposal):
    """The proposal with each of its lists in canonical order."""
    if not isinstance(proposal, dict):
        return proposal
    return {key: sorted(value, key=canonical) if isinstance(value, list) else value for key, value in proposal.items()}


def engine(folder):
    from opa_bindings import OpaEngine

    loaded = OpaEngine()
    loaded.print_handler = lambda message, location: None
    for file in sorted(pathlib.Path(folder).rglob("*.rego")):
        loaded.add_policy(str(file.relative_to(folder)), file.read_text(encoding="utf-8"))
    return loaded


def answer(loaded, query, document):
    from opa_bindings.engine import OpaError, OpaUndefinedError

    try:
        return {"value": ordered(loaded.eval_document(query, document))}
    except OpaUndefinedError:
        return {"undefined": True}
    except OpaError as error:
        if error.code in ("prepare_error", "parse_error"):
            raise
        return {"error": str(error)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("policies", nargs="?")
    parser.add_argument("inputs", nargs="?")
    parser.add_argument("--query", default="data.changeward.proposal")
    parser.add_argument("--install", action="store_true")
    arguments = parser.parse_args()
    if arguments.install:
        install()
    if not (arguments.policies and arguments.inputs):
        return 0 if arguments.install else parser.error("give a folder of policies and a file of inputs")
    if not (LIBRARY / "opa_bindings").is_dir():
        print(f"{LIBRARY} holds no engine; run with --install first", file=sys.stderr)
        return 2
    sys.path.insert(0, str(LIBRARY))
    from opa_bindings.engine import OpaError

    inputs = sys.stdin if arguments.inputs == "-" else open(arguments.inputs, encoding="utf-8")
    try:
        loaded = engine(arguments.policies)
        for line in inputs:
            if line.strip():
                found = answer(loaded, arguments.query.removeprefix("data."), json.loads(line))
                print(canonical(found), flush=True)
    except OpaError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
