"""What an attacker, or a careless hand, may do to the text of a document."""

import re

VALUES = [
    "5", "21", "-5", "+5", "05", "010", "0o17", "0x1f", "0X1F", "0b11", "1_000", "1e3", "1E+3", "1.0e+3", "1e400", ".5", "5.", "-0",
    "-0.0", "1.50", "9007199254740993", "18446744073709551616", "0.1234567890123456789", ".inf", "-.INF", ".nan", "inf", "nan",
    "Infinity", "190:20:30", "1:30", "2026-01-01", "2026-01-01T10:00:00Z", "2001-12-14t21:59:43.10-05:00", "10:00:00", "true",
    "True", "yes", "No", "on", "OFF", "y", "null", "Null", "~", "''", '""', '"5"', "'5'", '"a b"', "'it''s'", '"\\u0041"',
    '"\\x41"', '"\\ud83d\\ude00"', '"\\ud83d"', '"a\\nb"', '"a\\/b"', '"\\e\\_"', "[1, 2]", "[]", "{}", "{a: 1}", '{"a": 1}', "{ a = 1 }",
    "a#b", "a #b", "a: b", "- a", "!!str 5", "!x y", "!!binary aGk=", "! 5", "&x 5", "*x", "<<", "=", "|", ">-", "|\n    text\n",
    "`a`", "@a", "%a", "a,b", "a ", "\u00e9", "e\u0301", "\u0435", "\u200b5", "\uff15", "\u0665", "${var.x}", '"${var.x}"', '"$${a}"',
    '"%{ if true }a%{ endif }"', "var.x", "1 + 1", "(5)", "!true", "- 5", "<<EOT\na\nEOT\n", "<<-EOT\n    a\n      b\n  EOT\n", '"""a\n b"""', "'''a'''",
    "&amp;", "&#65;", "&lt;a&gt;", "<![CDATA[a]]>", "<!-- x -->", "&x;", "0 ", "5 6", "0e0", "4.2e-5", "1__0", "1_", "00", "1.e1",
]

PIECES = [
    " ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "\\", "\\\n", "'", '"', "#", " #", " # c", "//", "/* c */", "<!-- c -->", "-", "- ", "? ", ": ", ":",
    ",", ", ", ",,", "[", "]", "{", "}", "{}", "[]", "&x ", "*x", "!!str ", "! ", "!", "|", ">", "|+", ">-", "|2", "%", "@", "`", "=", "==", "$", "${",
    "$$", "$${", "%{", "%%{", "~", "<<", "<<:", "<<EOT\n", "<<-EOT\n", "EOT\n", "\ufeff", "\u00a0", "\u2028", "\u0085", "\u200b", "\u3000", "\x0b", "\x0c", "\x7f",
    "\U0001f600", "e\u0301", "0", "1", "_", ".", "e", "\\u0041", "\\n", "\\x41", "\\U00000041", "&amp;", "&#x41;", "&#10;", "]]>", "<![CDATA[",
    "<![CDATA[x]]>", "<a/>", "<a>", "</a>", "<?x y?>", "---", "\n---\n", "\n...\n", "\n--- ", "null", "true", "(", ")", "'''", '"""', ";", "|-", "|1-", ">+1",
]

LINES = {
    "yaml": ["# c", "#c", "---", "...", "--- # x", "%YAML 1.1", "a: 1", "a: &x 1", "b: *x", "<<: *x", "<<: {zz: 1}", "- 1", "-", "? k", ": v", "'a': 2", '"a": 3', "key: |", "key: >-",
             "  text", "on: x", "200: y", "0x10: z", "a: !!int 5", "null: 1", "&x", "!!map", "\t", "   ", "tail: [a, b", "]", '"<<": {zz: 1}', "z: {<<: *x}", "list: [*x, *x]", "b: &x {p: 1, q: [2]}", "c: *x", "<<: [*x, {zy: 2}]", "d: &y text"],
    "json": ['"a": 1,', '"a": {},', '"\\u0061": 2,', '"__proto__": {"b": 1},', "// c", "/* c */", ",", "null", '"": 0,', '"A": 1,'],
    "toml": ["# c", "[a]", "[[a]]", "[a.b]", "a = 1", "a.b = 2", '"a" = 1', "'a.b' = 1", "[ a . c ]", "a = {b = 1}", "a = [", "]", "t = '''", "'''", 't = """', '"""', "d = 1979-05-27",
             "[package]", "[dependencies]", "a = 0x1F", "b = 1e3", "c = inf"],
    "hcl": ["# c", "// c", "/* c */", "a = 1", "a {", "}", "a {}", 'a "b" {}', "a = {}", "a = [", "]", "t = <<EOT", "EOT", "t = <<-EOT", "  EOT", "b = <<-EOT\n    x\n\n      y\n    EOT", "a.b = 1", '"a" = 1', "{", "x = [for a in b : a]",
            "lifecycle {", "tags = {", "count = 2", "  \n", "/*", "*/"],
    "xml": ["<!-- c -->", "<a/>", "<a>x</a>", "<a>", "</a>", "<?pi x?>", "<![CDATA[x]]>", "text", '<a xml:space="preserve"> </a>', '<a xmlns="u"/>', '<n:a xmlns:n="u"/>', "&#32;", "<a>1</a> <a>2</a>"],
}
LINES["jsonc"] = LINES["json"]

TOKEN = re.compile(r"""[^\s,\[\]{}<>"'=:#]+|"[^"\n]*"|'[^'\n]*'""")


def mutated(form, text, dice):
    """A document before and after, both perhaps changed; nothing when nothing changed."""
    before = one(form, text, dice) if dice.random() < 0.35 else text
    after = before
    for _ in range(dice.choice([1, 1, 1, 2, 2, 3])):
        after = one(form, after, dice)
    if dice.random() < 0.5:
        before, after = after, before
    usable = all(len(text) < 20000 for text in (before, after))
    try:
        before.encode(), after.encode()
    except UnicodeEncodeError:
        return None
    return (before, after) if before != after and usable else None


def one(form, text, dice):
    change = dice.choice([lines, lines, lines, layout, layout, layout, token, token, token, piece, piece, spelling, whole])
    return change(form, text, dice)


def lines(form, text, dice):
    """Lines that come, go, change places, join and split."""
    all_ = text.splitlines(keepends=True) or [""]
    n, m = dice.randrange(len(all_)), dice.randrange(len(all_))
    indent = re.match(r"[ \t]*", all_[n]).group()
    match dice.randrange(8):
        case 0:
            del all_[n]
        case 1:
            all_.insert(m, all_[n])
        case 2:
            all_[n], all_[m] = all_[m], all_[n]
        case 3:
            all_[n] = all_[n].rstrip("\n") + dice.choice(["", " "]) + "".join(all_[n + 1 : n + 2]).lstrip()
            del all_[n + 1 : n + 2]
        case 4:
            blank = all_[n].rfind(" ")
            if blank > 0:
                all_[n] = all_[n][:blank] + "\n" + indent + dice.choice(["", "  "]) + all_[n][blank + 1 :]
        case 5:
            end = min(len(all_), n + dice.randrange(1, 6))
            block = all_[n:end]
            del all_[n:end]
            m = min(m, len(all_))
            all_[m:m] = block
        case _:
            all_.insert(n, indent + dice.choice(LINES[form]) + "\n")
    return "".join(all_)


def layout(form, text, dice):
    """Blanks, blank lines, indentation and comments."""
    all_ = text.splitlines(keepends=True) or [""]
    n = dice.randrange(len(all_))
    end = min(len(all_), n + dice.randrange(1, 8))
    comment = {"xml": "<!-- c -->", "json": "", "jsonc": dice.choice(["// c", "/* c */"])}.get(form, "# c")
    match dice.randrange(11):
        case 0:
            all_.insert(n, dice.choice(["\n", "  \n", "\t\n", "      \n", "\n\n\n"]))
        case 1:
            all_[n] = all_[n].rstrip("\n") + dice.choice([" ", "  ", "\t"]) + "\n"
        case 2:
            by = dice.choice([" ", "  ", "    ", "\t"])
            all_[n:end] = [by + line for line in all_[n:end]]
        case 3:
            by = dice.choice([1, 2, 4])
            all_[n:end] = [line[by:] if line[:by].isspace() and line.strip() else line for line in all_[n:end]]
        case 4:
            all_[n] = all_[n].rstrip("\n") + dice.choice(["", " ", "  "]) + comment + "\n"
        case 5:
            all_.insert(n, dice.choice(["", "  ", "    ", "\t"]) + comment + "\n")
        case 6:
            all_ = [line.replace(re.match(r" *", line).group(), re.match(r" *", line).group() * 2, 1) for line in all_]
        case 7:
            all_ = [line for line in all_ if line.strip()]
        case 8:
            places = [found.start() for found in re.finditer(r"[ ,:=\[\]{}<>]", all_[n])]
            if places:
                at = dice.choice(places) + dice.randrange(2)
                all_[n] = all_[n][:at] + dice.choice([" ", "  ", "\t", "\n", " \n  "]) + all_[n][at:]
        case 9:
            places = [found.start() for found in re.finditer(r" ", all_[n])]
            if places:
                at = dice.choice(places)
                all_[n] = all_[n][:at] + all_[n][at + 1 :]
        case _:
            dash = [k for k, line in enumerate(all_) if line.lstrip().startswith("- ")]
            if dash:
                by = dice.choice(["  ", " "])
                all_ = [by + line if k in dash else line for k, line in enumerate(all_)]
            elif len(all_) > 1:
                all_[-1] = all_[-1].rstrip("\n")
    return "".join(all_)


def token(form, text, dice):
    """A value or a key that is another."""
    found = list(TOKEN.finditer(text))
    if not found:
        return text
    place = dice.choice(found)
    word = place.group()
    values = [found.group() for found in dice.sample(found, min(3, len(found)))]
    new = dice.choice([dice.choice(VALUES), dice.choice(VALUES), *values, word + "x", word[:-1], word.upper()])
    return text[: place.start()] + new + text[place.end() :]


def piece(form, text, dice):
    """Something put anywhere, or taken out."""
    at = dice.randrange(len(text) + 1)
    if dice.random() < 0.4:  # where a word begins or ends
        edges = [edge for found in TOKEN.finditer(text) for edge in found.span()]
        at = dice.choice(edges or [at])
    if dice.random() < 0.25:
        return text[:at] + text[at + dice.choice([1, 1, 2, 5]) :]
    return text[:at] + dice.choice(PIECES) + text[at:]


def spelling(form, text, dice):
    """The same value in another spelling, or almost the same."""
    found = list(TOKEN.finditer(text))
    if not found:
        return text
    place = dice.choice(found)
    word, (start, end) = place.group(), place.span()
    bare = word[1:-1] if word[0] in "\"'" and len(word) > 1 else word
    letter = dice.choice(bare or "a")
    escaped = {"xml": f"&#{ord(letter)};", "yaml": f"\\x{ord(letter):02x}"}.get(form, f"\\u{ord(letter):04x}") if ord(letter) < 256 else letter
    new = dice.choice([
        f'"{bare}"', f"'{bare}'", bare, f'"{bare.replace(letter, escaped, 1)}"', bare.replace(letter, escaped, 1), f"!!str {bare}", f"[{word}]", f"{{{word}}}",
        f"({word})", f" {word}", f"|\n    {bare}\n", f">-\n        {bare}\n", f"<<EOT\n{bare}\nEOT\n", f"<<-EOT\n    {bare}\n  EOT\n", f"'''{bare}'''", f'"""\n{bare}"""', f"<![CDATA[{bare}]]>",
        f"? {word}", f"&x {word}", f"{word}: {word}", f"{word}.0", f"0{word}", f"+{word}", f"{word}e0", f"{word[:1]}_{word[1:]}",
    ])
    return text[:start] + new + text[end:]


def whole(form, text, dice):
    """The file as a whole."""
    match dice.randrange(9):
        case 0:
            return text.replace("\n", "\r\n")
        case 1:
            return "\ufeff" + text
        case 2:
            return text.rstrip("\n")
        case 3:
            return text + dice.choice(["\n", "\n\n", "  ", " \n", "# c", "\t", "---\n", "...\n", "\n---\na: 1\n"])
        case 4:
            return dice.choice(["\n", "---\n", "# c\n", "#c\n", "  \n", "%YAML 1.2\n---\n", '<?xml version="1.0"?>\n', '<?xml version="1.1"?>\n']) + text
        case 5:
            return text.replace("  ", dice.choice([" ", "   ", "\t"]))
        case 6:
            return re.sub(r"\|[-+]?$", lambda _: dice.choice(["|", ">", "|-", ">-", "|+", ">+", "|2", ">1-"]), text, flags=re.M)
        case 7:
            return re.sub(r"<<-?", lambda _: dice.choice(["<<", "<<-"]), text)
        case _:
            return re.sub(r"[\"']", dice.choice(['"', "'"]), text)
