#!/usr/bin/env python3
"""Times a folder of Conftest policies over many changed manifests: `changeward check` as a whole process, side by side with
the real OPA engine's own evaluation of the same policies over the same documents.

    benches/conftest.py DIRECTORY [--files 500] [--rounds 5] [--program target/release/changeward]

DIRECTORY (which must not exist) becomes a repository: policies and `[conftest]` at the base, the manifests as the change.
The other side is what `conftest test` does inside, without its reading and parsing of files: a loaded OPA, and for each
file one query a rule name. Its time is that of the queries alone. Both must say the same of every file, or there is no
figure. Needs the engine of `tests/opa/differential.py --install` and a release build.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = ["deny", "deny_image", "deny_limits", "violation", "warn", "warn_labels"]
POLICY = """package main

import rego.v1

containers contains container if some container in input.spec.template.spec.containers

name := sprintf("%s/%s", [lower(input.kind), input.metadata.name])

deny contains msg if {
	some container in containers
	not container.securityContext.runAsNonRoot
	msg := sprintf("%s: %s may run as root", [name, container.name])
}

deny contains msg if {
	some container in containers
	container.securityContext.privileged
	msg := sprintf("%s: %s is privileged", [name, container.name])
}

deny_image contains msg if {
	some container in containers
	not startswith(container.image, "registry.example.org/")
	msg := sprintf("%s: %s is of another registry", [name, container.image])
}

deny_image contains msg if {
	some container in containers
	not regex.match(`:[0-9]+\\.[0-9]+\\.[0-9]+$`, container.image)
	msg := sprintf("%s: %s has no version", [name, container.image])
}

deny_limits contains msg if {
	some container in containers
	some kind in {"cpu", "memory"}
	not container.resources.limits[kind]
	msg := sprintf("%s: %s has no limit of %s", [name, container.name, kind])
}

violation contains {"msg": msg, "details": {"names": doubled}} if {
	doubled := {one.name | some i, one in input.spec.template.spec.containers; some j, two in input.spec.template.spec.containers; i < j; one.name == two.name}
	count(doubled) > 0
	msg := sprintf("%s names a container twice", [name])
}

warn contains msg if {
	input.spec.replicas < 2
	msg := sprintf("%s has a single replica", [name])
}

warn_labels contains msg if {
	some label in {"app.kubernetes.io/name", "app.kubernetes.io/version", "app.kubernetes.io/part-of"}
	not input.metadata.labels[label]
	msg := sprintf("%s has no label %s", [name, label])
}
"""


def manifest(n):
    """One of the kinds of manifest there are, with now one fault and now another."""
    containers = [
        {
            "name": f"c{k}" if n % 17 else "c",
            "image": f"registry.example.org/app{n}:1.{n % 9}.{k}" if (n + k) % 7 else f"docker.io/app{n}:latest",
            "securityContext": {"runAsNonRoot": True} if (n + k) % 3 else {"privileged": n % 2 == 0},
            "resources": {"limits": {"cpu": "1", "memory": "1Gi"} if n % 5 else {"cpu": "1"}},
            "env": [{"name": f"KEY_{e}", "value": f"value {e}"} for e in range(20)],
        }
        for k in range(3)
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"app{n}", "labels": {"app.kubernetes.io/name": f"app{n}", "app.kubernetes.io/version": "1"}},
        "spec": {"replicas": n % 4, "template": {"spec": {"containers": containers}}},
    }


def git(folder, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)


def make(folder, files):
    (folder / "policy").mkdir(parents=True)
    (folder / ".changeward").mkdir()
    (folder / "policy/main.rego").write_text(POLICY)
    (folder / ".changeward/config.toml").write_text('version = 1\n[conftest]\npolicy = ["policy"]\nfiles = ["deploy/**"]\n')
    git(folder, "init", "-q", ".")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "base")
    (folder / "deploy").mkdir()
    documents = [manifest(n) for n in range(files)]
    for n, document in enumerate(documents):
        # JSON is YAML: both sides read the very same text.
        (folder / f"deploy/{n:05}.yaml").write_text(json.dumps(document, indent=1))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "head")
    return documents


def ours(program, folder):
    start = time.perf_counter()
    done = subprocess.run([program, "check", "HEAD~1..HEAD", "--format", "json"], cwd=folder, stdout=subprocess.PIPE)
    taken = time.perf_counter() - start
    decision = json.loads(done.stdout)
    found = [one for one in decision["block"] + decision["findings"] if one["code"].startswith("CONFTEST")]
    return taken, sorted((one["path"], one["msg"]) for one in found)


def theirs(engine, documents):
    found, taken = [], 0.0
    for n, document in enumerate(documents):
        start = time.perf_counter()
        answers = [engine.eval_document(f"main.{rule}", document) for rule in RULES]
        taken += time.perf_counter() - start
        for answer in answers:
            found += [(f"deploy/{n:05}.yaml", one if isinstance(one, str) else one["msg"]) for one in answer]
    return taken, sorted(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", default=str(ROOT / "target/release/changeward"))
    wish = parser.parse_args()
    sys.path.insert(0, str(ROOT / ".cache/opa/lib-opa"))
    from opa_bindings import OpaEngine

    documents = make(wish.directory, wish.files)
    engine = OpaEngine()
    engine.add_policy("main.rego", POLICY)
    times = {"ours": [], "theirs": []}
    for _ in range(wish.rounds + 1):
        taken, said = ours(os.path.abspath(wish.program), wish.directory)
        other, expected = theirs(engine, documents)
        if said != expected:
            sys.exit(f"the two differ: {len(said)} and {len(expected)} results")
        times["ours"].append(taken)
        times["theirs"].append(other)
    medians = {who: statistics.median(all[1:]) for who, all in times.items()}
    print(f"{wish.files} files, {len(RULES)} rule names, {len(said)} results, the same on both sides")
    print(f"changeward check, the whole process   {medians['ours'] * 1000:8.0f} ms")
    print(f"OPA, the evaluation alone             {medians['theirs'] * 1000:8.0f} ms")
    print(f"ratio                                 {medians['theirs'] / medians['ours']:8.1f}")


if __name__ == "__main__":
    main()
