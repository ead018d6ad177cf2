#!/usr/bin/env python3
"""Times `changeward gate` on a pull request of many files, as a whole process, against the stand-in of GitHub.

    benches/gate.py [--files 3000] [--rounds 5] [--program PATH] [--fake PATH]

Makes a repository and a pull request with so many changed files, then runs the gate on it: the first time, which writes
everything, and several times without news. Once with a checkout and once without. Prints requests and wall time of each;
how long the stand-in took to answer is told apart, since that is the network's part.

Needs Python 3.9, git, and `cargo build --release && cargo build --example fake_github`.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/changeward")
    parser.add_argument("--fake", type=Path, default=ROOT / "target/debug/examples/fake_github")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        make(folder, args.files)
        print(f"{'':28} {'requests':>8} {'wall s':>7} {'network s':>9} {'rest s':>7}")
        for name, where in [("with a checkout", folder / "shop"), ("without one", folder / "nowhere")]:
            where.mkdir(exist_ok=True)
            rounds(args, folder, name, where)


def make(folder, files):
    shop = folder / "shop"
    shop.mkdir()
    git(shop, "init", "--quiet", "--initial-branch=main")
    (shop / "CODEOWNERS").write_text("* @eve\n")
    write(shop, files, "one\n")
    commit(shop, "Start")
    git(shop, "switch", "--quiet", "-c", "topic")
    write(shop, files, "two\n")
    commit(shop, "Change")
    git(shop, "switch", "--quiet", "main")
    people = [{"login": login, "role": "write"} for login in ("ann", "eve")]
    acts = [{"do": "open", "by": "ann", "head": "topic", "base": "main", "title": "Change"}]
    scenario = {"repository": "acme/shop", "git": "shop", "people": people, "acts": acts}
    (folder / "scenario.json").write_text(json.dumps(scenario))


def write(shop, files, text):
    for n in range(files):
        path = shop / f"part{n % 50}" / f"file{n}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def commit(shop, message):
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--no-verify", "--message", message)


def git(shop, *words):
    who = {"GIT_AUTHOR_NAME": "ann", "GIT_AUTHOR_EMAIL": "ann@acme.example"}
    who |= {"GIT_COMMITTER_NAME": "ann", "GIT_COMMITTER_EMAIL": "ann@acme.example", "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "-C", shop, *words], check=True, env=os.environ | who)


def rounds(args, folder, name, where):
    fake = subprocess.Popen([args.fake, folder / "scenario.json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(fake.stdout.readline())
        first = run(args, told, where)
        print(f"{name + ', first':28} {first[0]:8} {first[1]:7.2f} {first[2]:9.2f} {first[1] - first[2]:7.2f}")
        later = [run(args, told, where) for _ in range(args.rounds)]
        requests, wall, network = (statistics.median(column) for column in zip(*later))
        print(f"{name + ', no news':28} {requests:8.0f} {wall:7.2f} {network:9.2f} {wall - network:7.2f}")
    finally:
        fake.stdin.close()
        fake.wait()


def run(args, told, where):
    before = journal(told)
    env = {"PATH": os.environ["PATH"], "GITHUB_API_URL": told["api"], "GITHUB_GRAPHQL_URL": told["graphql"]}
    env |= {"CHANGEWARD_TOKEN": "token-of-the-app", "GIT_CONFIG_GLOBAL": os.devnull}
    words = ["gate", "--pull", "1", "--repository", "acme/shop"]
    start = time.monotonic()
    done = subprocess.run([args.program, "-C", where, *words], env=env, capture_output=True, text=True)
    wall = time.monotonic() - start
    if done.returncode not in (0, 10):
        raise SystemExit(f"the gate ended with {done.returncode}:\n{done.stderr}")
    asked = journal(told)[len(before):]
    # The same reads again, one after another: what the network and the stand-in take.
    start = time.monotonic()
    for entry in asked:
        if entry["method"] == "GET":
            get(told, entry["path"])
    return len(asked), wall, time.monotonic() - start


def journal(told):
    return get(told, "/__fake/state")["journal"]


def get(told, path):
    request = urllib.request.Request(f"http://127.0.0.1:{told['port']}{path}")
    request.add_header("Authorization", "Bearer token-of-the-app")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
