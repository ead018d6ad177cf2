#!/usr/bin/env python3
"""A second reading of Kubernetes' OWNERS rules, to compare the gate's with. Needs PyYAML.

    owners.py FOLDER < paths > answers

FOLDER holds the OWNERS files of a repository and its OWNERS_ALIASES, each at its place. Reads paths separated by NUL and
writes one line for each: the path, its approvers, its reviewers with the required ones, and its labels, separated by
tabs; names are sorted, separated by commas, and `-` where there are none. Written from the rules alone (go.k8s.io/owners),
one directory at a time, with Python's regular expressions; slow and plain on purpose.
"""

import os
import re
import sys

import yaml

LISTS = ["approvers", "reviewers", "required_reviewers", "labels"]
NEVER_ENTERED = [r"\.git$", r"_output$", r"vendor/.*/.*"]


def load(text):
    """The first document of a file, or None for one that is no YAML."""
    try:
        return next(yaml.safe_load_all(text), None)
    except yaml.YAMLError:
        return None


def field(mapping, name):
    """A value by its key, whose case does not count; the very key goes before others."""
    found = sorted(key for key in mapping if isinstance(key, str) and key.lower() == name)
    return mapping[found[-1]] if found else None


def login(name):
    return str(name).lower().removeprefix("@")


def lists_of(mapping):
    """The four lists, or None where one of them is none."""
    if not isinstance(mapping, dict):
        return None
    found = {}
    for name in LISTS:
        value = field(mapping, name)
        value = [] if value is None else value
        if not isinstance(value, list) or any(isinstance(item, (list, dict)) for item in value):
            return None
        found[name] = [str(item) for item in value if item is not None and not isinstance(item, bool)]
    return found


def read_aliases(text):
    aliases = {}
    groups = field(load(text) or {}, "aliases") or {}
    for name, members in groups.items():
        aliases[login(name)] = [login(member) for member in members or []]
    return aliases


class Directory:
    """One OWNERS file: rules of an expression and four lists, and whether it stops."""

    def __init__(self, text, aliases):
        self.rules, self.stops, self.aliases = [], False, aliases
        document = load(text)
        if not isinstance(document, dict):
            return
        options = field(document, "options") or {}
        stops = field(options, "no_parent_owners") if isinstance(options, dict) else "wrong"
        if not isinstance(stops, (bool, type(None))):
            return
        simple = lists_of(document)
        if simple is not None and any(simple.values()):
            self.rules = [(None, simple)]
        else:
            filters = field(document, "filters") or {}
            if not isinstance(filters, dict):
                return
            rules = [(expression, {} if lists is None else lists_of(lists)) for expression, lists in filters.items()]
            if any(lists is None for _, lists in rules):
                return
            self.rules = [(expression, lists) for expression, lists in rules if self.compiles(expression)]
        self.stops = bool(stops)

    @staticmethod
    def compiles(expression):
        try:
            re.compile(expression)
            return True
        except re.error:
            return False

    def names(self, which, relative):
        found = set()
        for expression, lists in self.rules:
            if expression in (None, ".*") or re.search(expression, relative, re.ASCII):
                found |= set(lists.get(which, []))
        if which == "labels":
            return found
        expanded = set()
        for name in map(login, found):
            expanded |= set(self.aliases.get(name, [name]))
        return {name for name in expanded if re.fullmatch(r"[\w.-]+", name)}


def climb(directories, path, which):
    found, here = set(), path
    while here:
        here = os.path.dirname(here)
        owners = directories.get(here)
        if owners:
            found |= owners.names(which, path[len(here) :].lstrip("/"))
            if owners.stops and found:
                break
    return found


def never_entered(directory):
    parts = directory.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(re.search(expression, part) for part in above for expression in NEVER_ENTERED)


def read_folder(folder):
    aliases, texts = {}, {}
    for place, _, names in os.walk(folder):
        directory = os.path.relpath(place, folder)
        directory = "" if directory == "." else directory
        if "OWNERS_ALIASES" in names and directory == "":
            with open(os.path.join(place, "OWNERS_ALIASES"), encoding="utf-8") as file:
                aliases = read_aliases(file.read())
        if "OWNERS" in names and not never_entered(directory):
            with open(os.path.join(place, "OWNERS"), encoding="utf-8-sig") as file:
                texts[directory] = file.read()
    return {directory: Directory(text, aliases) for directory, text in texts.items()}


def main():
    directories = read_folder(sys.argv[1])
    for path in sys.stdin.buffer.read().decode("utf-8", "surrogateescape").split("\0"):
        if path:
            approvers = climb(directories, path, "approvers")
            reviewers = climb(directories, path, "reviewers") | climb(directories, path, "required_reviewers")
            columns = [approvers, reviewers - approvers, climb(directories, path, "labels")]
            line = "\t".join([path, *(",".join(sorted(column)) or "-" for column in columns)]) + "\n"
            sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main()
