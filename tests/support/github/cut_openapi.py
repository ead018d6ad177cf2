#!/usr/bin/env python3
"""Cuts GitHub's OpenAPI description down to what the stand-in serves.

    npm pack @octokit/openapi@23.0.2
    tar xzf octokit-openapi-23.0.2.tgz package/generated/api.github.com.json
    python3 tests/support/github/cut_openapi.py package/generated/api.github.com.json > tests/support/github/openapi.json

Kept: the operations below with parameters, JSON bodies, JSON answers, and everything these refer to. Left out: words for
people (descriptions, examples, summaries), other media types, headers. Nothing is changed otherwise, so the result is
still OpenAPI 3.0. To serve one more operation, add its line and run this again.
"""

import json
import sys

REPO = "/repos/{owner}/{repo}"
OPERATIONS = [
    "get /app",
    "get /user",
    "get /orgs/{org}/teams/{team_slug}",
    "get /orgs/{org}/teams/{team_slug}/members",
    f"get {REPO}",
    f"get {REPO}/actions/permissions",
    f"get {REPO}/actions/permissions/workflow",
    f"get {REPO}/actions/runs/{{run_id}}",
    f"post {REPO}/actions/runs/{{run_id}}/rerun-failed-jobs",
    f"get {REPO}/branches/{{branch}}",
    f"get {REPO}/branches/{{branch}}/protection",
    f"get {REPO}/codeowners/errors",
    f"get {REPO}/collaborators/{{username}}/permission",
    f"get {REPO}/commits/{{commit_sha}}/pulls",
    f"get {REPO}/commits/{{ref}}",
    f"get {REPO}/commits/{{ref}}/statuses",
    f"get {REPO}/compare/{{basehead}}",
    f"get {REPO}/contents/{{path}}",
    f"get {REPO}/deployments",
    f"post {REPO}/deployments",
    f"get {REPO}/deployments/{{deployment_id}}",
    f"get {REPO}/deployments/{{deployment_id}}/statuses",
    f"post {REPO}/deployments/{{deployment_id}}/statuses",
    f"get {REPO}/environments",
    f"get {REPO}/environments/{{environment_name}}",
    f"get {REPO}/environments/{{environment_name}}/deployment-branch-policies",
    f"get {REPO}/git/blobs/{{file_sha}}",
    f"get {REPO}/git/ref/{{ref}}",
    f"get {REPO}/git/trees/{{tree_sha}}",
    f"get {REPO}/issues",
    f"post {REPO}/issues",
    f"get {REPO}/issues/comments/{{comment_id}}",
    f"patch {REPO}/issues/comments/{{comment_id}}",
    f"get {REPO}/issues/{{issue_number}}",
    f"patch {REPO}/issues/{{issue_number}}",
    f"get {REPO}/issues/{{issue_number}}/comments",
    f"post {REPO}/issues/{{issue_number}}/comments",
    f"get {REPO}/issues/{{issue_number}}/labels",
    f"post {REPO}/issues/{{issue_number}}/labels",
    f"delete {REPO}/issues/{{issue_number}}/labels/{{name}}",
    f"get {REPO}/issues/{{issue_number}}/timeline",
    f"get {REPO}/pulls",
    f"get {REPO}/pulls/{{pull_number}}",
    f"get {REPO}/pulls/{{pull_number}}/commits",
    f"get {REPO}/pulls/{{pull_number}}/files",
    f"get {REPO}/pulls/{{pull_number}}/requested_reviewers",
    f"post {REPO}/pulls/{{pull_number}}/requested_reviewers",
    f"get {REPO}/pulls/{{pull_number}}/reviews",
    f"post {REPO}/pulls/{{pull_number}}/reviews",
    f"get {REPO}/rules/branches/{{branch}}",
    f"get {REPO}/rulesets",
    f"get {REPO}/rulesets/{{ruleset_id}}",
    f"post {REPO}/statuses/{{sha}}",
]
WORDS = {"description", "summary", "example", "examples", "externalDocs", "title", "default", "deprecated"}


def strip(node, names=False):
    """The node without words. `names`: its keys are names of fields, not words of the description."""
    if isinstance(node, list):
        return [strip(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if not names and (key in WORDS or (key.startswith("x-") and key != "x-multi-segment")):
            continue
        if not names and key in ("enum", "required"):
            kept[key] = value
        else:
            kept[key] = strip(value, names=not names and key in ("properties", "patternProperties"))
    return kept


def json_only(content):
    if "application/json" not in content:
        return {}
    return {"application/json": {"schema": strip(content["application/json"]["schema"])}}


def operation(source, inherited):
    cut = {"parameters": [strip(item) for item in inherited + source.get("parameters", [])]}
    body = source.get("requestBody")
    if body:
        cut["requestBody"] = {"required": body.get("required", False), "content": json_only(body["content"])}
    cut["responses"] = {}
    for status, answer in source["responses"].items():
        cut["responses"][status] = answer if "$ref" in answer else {"content": json_only(answer.get("content", {}))}
    return cut


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        whole = json.load(file)
    info = {"title": "A cut of GitHub's REST API description"}
    info.update({key: whole["info"][key] for key in ("version", "license")})
    cut = {"openapi": whole["openapi"], "info": info, "paths": {}, "components": {}}
    for line in OPERATIONS:
        method, path = line.split(" ")
        source = whole["paths"][path]
        cut["paths"].setdefault(path, {})[method] = operation(source[method], source.get("parameters", []))
    waiting = list(references(cut["paths"]))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        components = cut["components"].setdefault(kind, {})
        if name in components:
            continue
        found = whole["components"][kind][name]
        components[name] = {"content": json_only(found.get("content", {}))} if kind == "responses" else strip(found)
        waiting.extend(references(components[name]))
    cut["components"] = {kind: dict(sorted(named.items())) for kind, named in sorted(cut["components"].items())}
    json.dump(cut, sys.stdout, separators=(",", ":"), ensure_ascii=True)
    print()


main()
