"""What real readers see in a document, as one kind of tree, and whether two of those trees differ by certain edits alone.

A tree is a list: `["n"]`, `["b", true]`, `["i", "5"]`, `["f", "1.5"]`, `["s", "text"]`, `["o", "a date or what else there
is"]`, `["l", items]`, `["m", [[key, value]...]]`; mappings of special meaning have letters of their own.
"""

import copy
import datetime
import json
import math
import re
import subprocess
import tomllib
import warnings
import xml.parsers.expat

GONE, TAKEN = ["gone"], ["taken"]


def ask(command, asked, environment=None):
    """Lines of JSON in, as many out."""
    lines = "".join(json.dumps(line) + "\n" for line in asked)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, env=environment)
    return [json.loads(line) for line in done.stdout.split("\n")[:-1]]


def plain(value):
    if value is None:
        return ["n"]
    if isinstance(value, bool):
        return ["b", bool(value)]
    if isinstance(value, int):
        return ["i", str(int(value))]
    if isinstance(value, float):
        return ["f", repr(float(value))]
    if isinstance(value, str):
        return ["s", str(value)]
    if isinstance(value, (list, tuple)):
        return ["l", [plain(item) for item in value]]
    if isinstance(value, dict):
        return ["m", [[plain(key), plain(item)] for key, item in value.items()]]
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return ["o", value.isoformat()]
    return ["o", repr(value)]


def reader(read):
    def answer(text):
        try:
            return {"value": read(text)}
        except RecursionError:
            return {"error": "recursion"}
        except Exception as error:  # noqa: BLE001: readers have exceptions of all kinds
            return {"error": str(error)[:200]}

    return answer


PYTHON = {
    "json": reader(lambda text: [plain(json.loads(text))]),
    "tomllib": reader(lambda text: [plain(tomllib.loads(text))]),
}

try:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        pass

    # A tag of a program is what stands there with it.
    def tagged(loader, suffix, node):
        kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: lambda n: loader.construct_sequence(n, True),
                 yaml.MappingNode: lambda n: loader.construct_mapping(n, True)}
        return {f"tag {suffix}": kinds[type(node)](node)}

    Loader.add_multi_constructor("!", tagged)
    Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_yaml_str)
    PYTHON["PyYAML"] = reader(lambda text: [plain(document) for document in yaml.load_all(text, Loader=Loader)])
except ImportError:
    pass

try:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import ReusedAnchorWarning

    warnings.simplefilter("ignore", ReusedAnchorWarning)

    PYTHON["ruamel.yaml"] = reader(lambda text: [plain(document) for document in YAML(typ="safe").load_all(text)])
except ImportError:
    pass

try:
    import hcl2

    WITHOUT = hcl2.SerializationOptions(with_comments=False, preserve_heredocs=False, strip_string_quotes=True)
    PYTHON["python-hcl2"] = reader(lambda text: [plain(hcl2.loads(text.rstrip("\n") + "\n", serialization_options=WITHOUT))])
except ImportError:
    pass


class Element:
    def __init__(self, name, attributes, preserve):
        self.name, self.attributes, self.text, self.children, self.preserve = name, attributes, "", [], preserve

    def tree(self):
        fields = [[["s", f"@{name}"], ["s", value]] for name, value in self.attributes.items()]
        if self.children:
            if self.text.strip(" \t\r\n"):
                fields.append([["s", "#text"], ["s", self.text]])
            elif self.preserve:
                fields.append([["s", "#blanks"], ["s", self.text]])
            names = list(dict.fromkeys(child.name for child in self.children))
            if len(names) > 1:
                fields.append([["s", "#order"], ["s", " ".join(child.name for child in self.children)]])
            for name in names:
                same = [child.tree() for child in self.children if child.name == name]
                fields.append([["s", name], same[0] if len(same) == 1 else ["l", same]])
        elif self.text:
            fields.append([["s", "#text"], ["s", self.text]])
        return ["m", fields]


def expat(text):
    root = Element("", {}, False)
    open_ = [root]
    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True

    def start(name, attributes):
        preserve = attributes.get("xml:space", "preserve" if open_[-1].preserve else "") == "preserve"
        element = Element(name, attributes, preserve)
        open_[-1].children.append(element)
        open_.append(element)

    def data(text):
        open_[-1].text += text

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: open_.pop()
    parser.CharacterDataHandler = data
    parser.Parse(text.encode(), True)
    return [root.tree()]


PYTHON["expat"] = reader(expat)

try:
    from lxml import etree

    def from_lxml(node, preserve):
        def name(tag, of):
            uri, _, local = tag.rpartition("}")
            uri = uri[1:]
            if uri == "http://www.w3.org/XML/1998/namespace":
                return f"xml:{local}"
            prefix = next((p for p, u in of.nsmap.items() if u == uri and p), None) if uri else None
            return f"{prefix}:{local}" if prefix else local

        own = {k: v for k, v in node.nsmap.items() if (node.getparent() is None or node.getparent().nsmap.get(k) != v)}
        attributes = {f"xmlns:{p}" if p else "xmlns": u for p, u in own.items()}
        attributes.update({name(tag, node): value for tag, value in node.attrib.items()})
        preserve = attributes.get("xml:space", "preserve" if preserve else "") == "preserve"
        made = Element(f"{node.prefix}:{etree.QName(node).localname}" if node.prefix else etree.QName(node).localname, attributes, preserve)
        made.text = node.text or ""
        for child in node:
            if isinstance(child.tag, str):
                made.children.append(from_lxml(child, preserve))
            made.text += child.tail or ""
        return made

    def read_lxml(text):
        root = Element("", {}, False)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root.children.append(from_lxml(etree.fromstring(text.encode(), parser), False))
        return [root.tree()]

    PYTHON["lxml"] = reader(read_lxml)
except ImportError:
    pass


NOT_FINITE = re.compile(r"[-+]?\.?(inf|infinity|nan)", re.I)

ODD = {"true": True, "yes": True, "on": True, "y": True, "false": False, "no": False, "off": False, "n": False}


def is_key(wanted, key):
    """Whether a key of a reader is the one of a path."""
    kind, *value = key
    if kind == "s":
        return value[0] == wanted
    if kind == "n":
        return wanted.lower() in ("", "~", "null")
    if kind == "b":
        return ODD.get(wanted.lower()) is value[0]
    return value and value[0] == wanted


def near(one, two):
    """Some readers round a key to half of its digits, some take a zero before it for another radix."""
    seen, meant = number(one), [number(two), number(re.sub("^0([0-7]+)$", r"0o\1", two))]
    return seen is not None and any(of is not None and math.isclose(seen, of, rel_tol=1e-6) for of in meant)


def number(text):
    if not isinstance(text, str):
        return None
    try:
        return float(int(text.replace("_", ""), 0))
    except ValueError:
        try:
            return float(text.replace("_", ""))
        except ValueError:
            return None


def field(node, wanted):
    if wanted.startswith('"') and wanted.endswith('"'):  # with its quotes, since it would be no text without
        fields = [pair for pair in node[1] if pair[0] == ["s", wanted[1:-1]]]
    else:
        fields = [pair for pair in node[1] if is_key(wanted, pair[0])]
    if not fields and wanted.lower() in ODD:
        fields = [pair for pair in node[1] if pair[0] in (["s", str(ODD[wanted.lower()]).lower()], ["s", wanted.lower()])]
    if not fields and wanted.lower() in ("", "~", "null"):
        fields = [pair for pair in node[1] if pair[0][-1] in ("null", "")]
    if not fields:  # a number that became the text of another spelling
        fields = [pair for pair in node[1] if near(pair[0][-1], wanted)]
    if not fields and NOT_FINITE.fullmatch(wanted):
        fields = [pair for pair in node[1] if NOT_FINITE.fullmatch(str(pair[0][-1]))]
    if not fields and wanted[:1] in "+-.0123456789":  # a number in another spelling, in the only key that is one
        fields = [pair for pair in node[1] if pair[0][0] in "ifo"]
    return fields[0] if len(fields) == 1 else None


def slot(root, path):
    """Where the value of a path stands: a list and a place in it."""
    holder, at = [root], 0
    merges = False
    for step in path:
        node = holder[at]
        if merges and isinstance(step, int):  # one of several mappings that are merged
            continue
        merges = step == "<<" and node[0] == "m" and not field(node, step)
        if merges:  # what is merged in stands here
            continue
        if node in (GONE, TAKEN):
            return None
        if isinstance(step, int):
            if node[0] in "lR" and step < len(node[1]):
                holder, at = node[1], step
                continue
            return None
        if step == "#text" and node[0] == "s":  # an element without attributes
            continue
        pair = node[0] in "mBL" and field(node, step)
        if not pair:
            return None
        holder, at = pair, 1
    return holder, at


def pruned(node):
    if node[0] in "lR" and node not in (GONE, TAKEN):
        return [node[0], [pruned(item) for item in node[1] if item != GONE]]
    if node[0] in "mBL":
        return [node[0], [[key, pruned(value)] for key, value in node[1] if value != GONE]]
    return node


def unordered(node):
    if node[0] in ("l", "R"):
        return [node[0], [unordered(item) for item in node[1]]]
    if node[0] in ("m", "B", "L"):
        return [node[0], sorted(([key, unordered(value)] for key, value in node[1]), key=str)]
    return node


def indented(form, node):
    """Blanks between elements are formatting."""
    if form == "xml" and node[0] == "m":
        fields = [[key, indented(form, value)] for key, value in node[1]]
        inner = [key for key, _ in fields if not key[1].startswith(("#", "@"))]
        blank = lambda key, value: key[1] == "#text" and (not value[1] or inner and not value[1].strip(" \t\r\n"))
        return ["m", [[key, value] for key, value in fields if not blank(key, value)]]
    if form == "xml" and node[0] == "l":
        return ["l", [indented(form, item) for item in node[1]]]
    return node


ORDERED = {"PyYAML", "json", "expat", "lxml", "yaml"}


def differ(form, reader, before, after, ours):
    """What differs beside the edits; nothing when all is as it should be."""
    edits = [edit for edit in ours["edits"] if edit["path"] != ["#!"]]
    if not edits and not ours["more"] and reader in ORDERED and not (form == "xml"):
        return None if before == after else "no edits, and yet not the same"
    if any(not edit["path"] for edit in edits) or (edits and reader == "python-hcl2"):
        return "skipped"
    # The order of blocks under different labels is the order of keys to us.
    if reader == "python-hcl2" and ours["more"]:
        return "skipped"
    # HCL 1 reads on where HCL 2 stops; what it reads there is one expression to us.
    if reader == "hcl 1" and any((edit[side] or [""])[0] == "expression" for edit in edits for side in ("old", "new")):
        return "skipped"
    # What a merge key brings in stands beside it, to those who merge.
    if any("<<" in edit["path"] and (edit["path"][-1] == "<<" or edit["path"][-2] == "<<" and edit["path"][-1] in range(99)) for edit in edits):
        return "skipped"
    if form == "xml" and reader == "fast-xml-parser":
        before, after = [indented(form, root) for root in before], [indented(form, root) for root in after]
        edits = [edit for edit in edits if edit["path"][-1] not in ("#order", "#blanks")]
    before, after = copy.deepcopy(before), copy.deepcopy(after)
    if len(before) != len(after):
        return "another number of documents"
    moves = []
    for edit in sorted(edits, key=lambda edit: -len(edit["path"])):
        old_path, new_path = edit["from"] or edit["path"], edit["path"]
        n = edit["document"]
        if n >= len(before):
            return "skipped"
        old = slot(before[n], old_path) if edit["kind"] != "add" else None
        new = slot(after[n], new_path) if edit["kind"] != "remove" else None
        if edit["kind"] != "add" and old is None or edit["kind"] != "remove" and new is None:
            if hidden(reader, old_path):
                continue
            return f"nothing at {new_path}"
        if edit["kind"] == "move":
            one, two = pruned(old[0][old[1]]), pruned(new[0][new[1]])
            if unordered(one) != unordered(two):
                return f"what moves to {new_path} is not the same"
        mark = TAKEN if edit["kind"] == "replace" else GONE
        for place in (old, new):
            if place:
                place[0][place[1]] = mark
    for one, two in zip(before, after):
        one, two = unordered(pruned(one)), unordered(pruned(two))
        if one != two:
            return f"beside the edits: {first(one, two)}"
    return None


def hidden(reader, path):
    """A field of ours that is no value to a reader."""
    return path and path[-1] in ("#order", "#blanks") and reader not in ("expat", "lxml")


def first(one, two, path=""):
    if one[0] == two[0] and one[0] in ("m", "B", "L") and [k for k, _ in one[1]] == [k for k, _ in two[1]]:
        for (key, a), (_, b) in zip(one[1], two[1]):
            if a != b:
                return first(a, b, f"{path}/{key[-1]}")
    if one[0] == two[0] and one[0] in ("l", "R") and len(one[1]) == len(two[1]):
        for n, (a, b) in enumerate(zip(one[1], two[1])):
            if a != b:
                return first(a, b, f"{path}/{n}")
    return f"{path}: {str(one)[:150]} and {str(two)[:150]}"


def claims(form, reader, after, ours):
    """Whether a new single value is what we say."""
    if reader == "python-hcl2":  # texts keep their quotes and escapes
        return None
    for edit in ours["edits"]:
        if edit["new"] is None or edit["path"] in ([], ["#!"]) or edit["document"] >= len(after):
            continue
        place = slot(after[edit["document"]], edit["path"])
        if place is None:
            if hidden(reader, edit["path"]) or form == "xml":
                continue
            return f"nothing at {edit['path']}"
        (kind, said), seen = edit["new"], place[0][place[1]]
        if form == "xml" and (seen[0] == "m" or edit["path"][-1] in ("#blanks", "#order")):
            continue
        if not is_value(kind, said, seen, form):
            return f"{edit['path']} is {kind} {said!r} to us, and {seen!r}"
    return None


def is_value(kind, said, seen, form):
    letter, *value = seen
    if kind == "integer":
        return letter in "if" and float(value[0]) == float(said)
    if kind == "number":
        return letter in "if" and math.isclose(float(value[0]), float(said.replace("_", "")), rel_tol=1e-15)
    if kind == "boolean":
        return letter == "b" and value[0] == (said.lower() == "true")
    if kind == "null":
        return letter == "n"
    if kind == "string" and form == "xml":  # a line break in an attribute is a blank to those who follow the standard
        return letter == "s" and re.sub("[\\n\\t]", " ", value[0]) == re.sub("[\\n\\t]", " ", said)
    if kind == "string" and form in ("toml", "hcl"):  # some make line breaks alike, an old one loses some behind a backslash
        return letter == "s" and (value[0].replace("\r\n", "\n") == said.replace("\r\n", "\n") or form == "toml" and "\n" in said)
    if kind == "string":
        return letter == "s" and value[0] == said
    if kind == "map":
        return letter in "mBL" or form == "xml"
    if kind == "list":
        return letter in "lR"
    return True
