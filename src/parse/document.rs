//! A file as a tree of values that know where they stand, whether it was TOML or JSON.
//!
//! Everything after this file works on the tree alone: one validator, one way to read a key, one way to point at it.

use super::problem::Problem;
use crate::model::Datum;
use jsonc_parser::{CollectOptions, ParseOptions, ast, parse_to_ast};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The deepest nesting read. Files of people need five.
const MAX_DEPTH: usize = 64;

/// The longest dotted key read, in parts. The parser builds one table per part and takes them down by recursion.
const MAX_KEY_PARTS: usize = 16;

/// The largest TOML file read, in bytes.
const MAX_TOML: usize = 1 << 20;

/// The largest JSON file read, in bytes: facts may hold the reviews and teams of a large organisation.
const MAX_JSON: usize = 16 << 20;

/// A value and its place.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Node {
    /// What it is.
    pub(super) value: Value,
    /// Where it stands, in bytes. For a TOML table: its header; for the whole of a TOML file: its start.
    pub(super) span: Range<usize>,
}

/// A value. A TOML date or time is its text, as editors see it.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// Always finite.
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// Keys are distinct.
    Table(Vec<Entry>),
}

/// One key of a table.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) node: Node,
}

impl Node {
    /// The entries, when it is a table.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key, when it is a table that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The items, when it is a list.
    pub(super) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, when it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when it is a whole one (`2.0` is) that a float holds exactly.
    pub(super) fn int(&self) -> Option<i64> {
        const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
        match self.value {
            Value::Int(number) => Some(number),
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            Value::Float(number) if number.fract() == 0.0 && number.abs() <= EXACT => Some(number as i64),
            _ => None,
        }
    }

    /// The same tree without places.
    pub(super) fn datum(&self) -> Datum {
        match &self.value {
            Value::Null => Datum::Null,
            Value::Bool(yes) => Datum::Bool(*yes),
            Value::Int(number) => Datum::Int(*number),
            Value::Float(number) => Datum::Float(*number),
            Value::Text(text) => Datum::Text(text.clone()),
            Value::List(items) => Datum::List(items.iter().map(Node::datum).collect()),
            Value::Table(entries) => {
                Datum::Map(entries.iter().map(|entry| (entry.key.clone(), entry.node.datum())).collect())
            }
        }
    }

    fn empty() -> Self {
        Self { value: Value::Table(Vec::new()), span: 0..0 }
    }
}

/// Reads TOML. The tree holds what could be read; with any problem it must not be trusted beyond showing more problems.
pub(super) fn toml(text: &str) -> (Node, Vec<Problem>) {
    if let Some(problem) = too_large(text, MAX_TOML).or_else(|| long_key(text)) {
        return (Node::empty(), vec![problem]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<Problem> =
        errors.iter().map(|error| syntax(error.message(), error.span().unwrap_or(0..0), "TOML")).collect();
    let root = toml_table(table.into_inner(), 0..0, 0, &mut problems);
    (root, problems)
}

/// Reads JSON as RFC 8259 has it: no comments, no trailing commas; and no key twice.
pub(super) fn json(text: &str) -> (Node, Vec<Problem>) {
    if let Some(problem) = too_large(text, MAX_JSON) {
        return (Node::empty(), vec![problem]);
    }
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let value = match parse_to_ast(text, &CollectOptions::default(), &strict) {
        Ok(result) => result.value,
        Err(error) => {
            let range = error.range();
            return (Node::empty(), vec![syntax(&error.kind().to_string(), range.start..range.end, "JSON")]);
        }
    };
    // The parser above keeps places but forgives a few things (a raw newline in a string); the standard one does not.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let at = offset_of(text, error.line(), error.column());
        return (Node::empty(), vec![syntax(&error.to_string(), at..at, "JSON")]);
    }
    let Some(value) = value else {
        return (Node::empty(), vec![syntax("the file is empty", 0..0, "JSON")]);
    };
    let mut problems = Vec::new();
    let root = json_value(value, 0, &mut problems);
    (root, problems)
}

fn toml_value(value: DeValue<'_>, span: Range<usize>, depth: usize, problems: &mut Vec<Problem>) -> Node {
    if depth > MAX_DEPTH && matches!(value, DeValue::Array(_) | DeValue::Table(_)) {
        problems.push(too_deep(span.clone()));
        take_down(value);
        return Node { value: Value::Null, span };
    }
    let value = match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Boolean(yes) => Value::Bool(yes),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Int(number),
            Err(_) => bad_number(&span, problems),
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Float(number),
            _ => bad_number(&span, problems),
        },
        DeValue::Array(items) => {
            let item = |item: toml::Spanned<DeValue<'_>>, problems: &mut _| {
                let span = item.span();
                toml_value(item.into_inner(), span, depth + 1, problems)
            };
            Value::List(items.into_iter().map(|value| item(value, problems)).collect())
        }
        DeValue::Table(table) => return toml_table(table, span, depth, problems),
    };
    Node { value, span }
}

fn toml_table(table: DeTable<'_>, span: Range<usize>, depth: usize, problems: &mut Vec<Problem>) -> Node {
    let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<DeValue<'_>>), problems: &mut _| {
        let (key_span, span) = (key.span(), value.span());
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        Entry { key: key.into_owned(), key_span, node: toml_value(value.into_inner(), span, depth + 1, problems) }
    };
    let mut entries: Vec<Entry> = table.into_iter().map(|pair| entry(pair, problems)).collect();
    entries.sort_by_key(|entry| entry.key_span.start); // the parser sorts by name; "the second of two" is by place
    Node { value: Value::Table(entries), span }
}

/// Drops a deep tree level by level, since dropping it whole would recurse.
fn take_down(value: DeValue<'_>) {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            DeValue::Array(items) => waiting.extend(items.into_iter().map(toml::Spanned::into_inner)),
            DeValue::Table(table) => waiting.extend(table.into_iter().map(|(_, value)| value.into_inner())),
            _ => {}
        }
    }
}

fn json_value(value: ast::Value<'_>, depth: usize, problems: &mut Vec<Problem>) -> Node {
    let span = |range: jsonc_parser::common::Range| range.start..range.end;
    match value {
        ast::Value::NullKeyword(null) => Node { value: Value::Null, span: span(null.range) },
        ast::Value::BooleanLit(lit) => Node { value: Value::Bool(lit.value), span: span(lit.range) },
        ast::Value::StringLit(lit) => Node { value: Value::Text(lit.value.into_owned()), span: span(lit.range) },
        ast::Value::NumberLit(lit) => {
            let span = span(lit.range);
            let whole = !lit.value.contains(['.', 'e', 'E']);
            let value = match (lit.value.parse::<i64>(), lit.value.parse::<f64>()) {
                (Ok(number), _) => Value::Int(number),
                (Err(_), Ok(number)) if !whole && number.is_finite() => Value::Float(number),
                _ => bad_number(&span, problems),
            };
            Node { value, span }
        }
        ast::Value::Array(array) if depth >= MAX_DEPTH => deep_json(span(array.range), problems),
        ast::Value::Object(object) if depth >= MAX_DEPTH => deep_json(span(object.range), problems),
        ast::Value::Array(array) => {
            let items = array.elements.into_iter().map(|item| json_value(item, depth + 1, problems)).collect();
            Node { value: Value::List(items), span: span(array.range) }
        }
        ast::Value::Object(object) => {
            let node_span = span(object.range);
            let mut seen = BTreeSet::new();
            let mut entries = Vec::new();
            for property in object.properties {
                let key_span = span(jsonc_parser::common::Ranged::range(&property.name));
                let key = property.name.into_string();
                if seen.insert(key.clone()) {
                    let node = json_value(property.value, depth + 1, problems);
                    entries.push(Entry { key, key_span, node });
                } else {
                    problems.push(syntax("duplicate key", key_span, "JSON"));
                }
            }
            Node { value: Value::Table(entries), span: node_span }
        }
    }
}

fn deep_json(span: Range<usize>, problems: &mut Vec<Problem>) -> Node {
    problems.push(too_deep(span.clone()));
    Node { value: Value::Null, span }
}

/// A dotted key with more parts than [`MAX_KEY_PARTS`], found by reading just enough TOML to know strings and comments.
pub(super) fn long_key(text: &str) -> Option<Problem> {
    let bytes = text.as_bytes();
    let (mut at, mut parts, mut start) = (0, 0, 0);
    let mut in_word = false; // a quote inside a bare word opens nothing
    while let Some(byte) = bytes.get(at) {
        let word = !b".=,[]{} \t#\r\n\"'".contains(byte);
        match byte {
            b'"' | b'\'' if !in_word => at = string_end(bytes, at, *byte),
            b'#' => {
                while bytes.get(at + 1).is_some_and(|next| *next != b'\n') {
                    at += 1;
                }
            }
            b'.' => parts += 1,
            b'=' | b',' | b'[' | b']' | b'{' | b'}' | b'\n' => (parts, start) = (0, at + 1),
            _ => {}
        }
        in_word = word || (in_word && matches!(byte, b'"' | b'\''));
        at += 1;
        if parts >= MAX_KEY_PARTS {
            return Some(too_deep(start..at));
        }
    }
    None
}

/// The last byte of the string that opens at `at`; an open one-line string ends with its line.
fn string_end(bytes: &[u8], open: usize, quote: u8) -> usize {
    let closes = |at: usize| bytes.get(at..at + 3) == Some(&[quote; 3]);
    let long = closes(open);
    let mut at = if long { open + 3 } else { open + 1 };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' && matches!(bytes.get(at + 1), Some(b'\\' | b'"')) => at += 1,
            b'\n' if !long => return at - 1,
            byte if *byte == quote && !long => return at,
            byte if *byte == quote && closes(at) => {
                let extra = bytes.get(at + 3..).unwrap_or_default().iter().take(2).take_while(|b| **b == quote).count();
                return at + 2 + extra;
            }
            _ => {}
        }
        at += 1;
    }
    at
}

/// The byte at a line and a column, both from 1, the column in bytes as serde_json counts.
pub(super) fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before + column.saturating_sub(1)
}

fn syntax(said: &str, span: Range<usize>, language: &str) -> Problem {
    let duplicate = said == "duplicate key";
    let help = match language {
        _ if duplicate => "keep one of them; two values for one key would leave it to chance which counts",
        "TOML" => "text stands in \"quotes\", lists in [brackets], one `key = value` per line",
        _ => "the file must be JSON as RFC 8259 has it: no comments, no trailing commas, text in \"double quotes\"",
    };
    let said = said.split(" at line ").next().unwrap_or(said); // serde_json repeats the place
    let said: String = said.chars().take(1).flat_map(char::to_lowercase).chain(said.chars().skip(1)).collect();
    let message =
        if duplicate { "a key is written twice".to_owned() } else { format!("this is not {language}: {said}") };
    Problem {
        code: if duplicate { "duplicate_key" } else { "syntax" },
        message,
        span,
        label: if duplicate { "written before".to_owned() } else { "cannot be read from here".to_owned() },
        help: help.to_owned(),
    }
}

fn too_deep(span: Range<usize>) -> Problem {
    Problem {
        code: "too_deep",
        message: "values are nested too deeply".to_owned(),
        span,
        label: "from here on".to_owned(),
        help: format!("at most {MAX_DEPTH} levels, and {MAX_KEY_PARTS} parts of a dotted key, are read"),
    }
}

fn too_large(text: &str, limit: usize) -> Option<Problem> {
    (text.len() > limit).then(|| Problem {
        code: "too_large",
        message: format!("the file has {} bytes; at most {limit} are read", text.len()),
        span: 0..0,
        label: "not read".to_owned(),
        help: "split it, or leave out what is not needed".to_owned(),
    })
}

fn bad_number(span: &Range<usize>, problems: &mut Vec<Problem>) -> Value {
    problems.push(Problem {
        code: "out_of_range",
        message: "this number cannot be held exactly".to_owned(),
        span: span.clone(),
        label: "not finite, or beyond 64 bits".to_owned(),
        help: "write a smaller number, or text in quotes".to_owned(),
    });
    Value::Int(0)
}

#[cfg(test)]
mod tests {
    use super::{MAX_JSON, MAX_TOML, Node, Problem, Value, json, toml};
    use crate::model::Datum;

    fn whole((root, problems): (Node, Vec<Problem>)) -> Node {
        assert!(problems.is_empty(), "{problems:?}");
        root
    }

    /// The text each leaf stands at, in the order of the file.
    fn leaves<'t>(node: &Node, text: &'t str, found: &mut Vec<&'t str>) {
        node.entries().iter().for_each(|entry| leaves(&entry.node, text, found));
        node.items().iter().for_each(|item| leaves(item, text, found));
        if !matches!(node.value, Value::Table(_) | Value::List(_)) {
            found.push(text.get(node.span.clone()).unwrap());
        }
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "b = 'x'\na = [1, 2.5]\n[t]\nc.d = true\n[[r]]\ne = 2026-10-01\n[[r]]\n";
        let root = whole(toml(text));
        let mut found = Vec::new();
        leaves(&root, text, &mut found);
        assert_eq!(found, ["'x'", "1", "2.5", "true", "2026-10-01"]);
        let spots = |node: &Node| text.get(node.span.clone()).unwrap();
        assert_eq!(spots(root.get("t").unwrap()), "[t]");
        assert_eq!(
            root.get("r").unwrap().items().iter().map(|row| row.span.clone()).collect::<Vec<_>>(),
            [36..41, 57..62]
        );
        assert_eq!(text.get(root.entries()[1].key_span.clone()), Some("a"));

        let text = r#"{"a": [null, -1e2], "b": {"c": "\u00e9"}}"#;
        let mut found = Vec::new();
        leaves(&whole(json(text)), text, &mut found);
        assert_eq!(found, ["null", "-1e2", r#""\u00e9""#]);
    }

    #[test]
    fn a_tree_becomes_a_plain_value() {
        let root = whole(json(r#"{"a": [null, true, 1, 1.5, "x"], "b": {}}"#));
        let list = vec![Datum::Null, Datum::Bool(true), Datum::Int(1), Datum::Float(1.5), Datum::Text("x".into())];
        let expected = [("a".to_owned(), Datum::List(list)), ("b".to_owned(), Datum::Map([].into()))];
        assert_eq!(root.datum(), Datum::Map(expected.into()));
        assert_eq!(whole(toml("a = 0x10\nb = 1979-05-27T07:32:00Z")).get("a").unwrap().int(), Some(16));
    }

    /// What is wrong, and where.
    fn check((_, problems): (Node, Vec<Problem>), text: &str, expected: &[(&str, &str)]) {
        let found: Vec<_> = problems.iter().map(|p| (p.code, text.get(p.span.clone()).unwrap())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn toml_that_is_none_is_told_all_of_it() {
        let table: &[(&str, &[(&str, &str)])] = &[
            ("a = \nb = yes\n", &[("syntax", ""), ("syntax", "yes")]),
            ("a = 1\na = 2", &[("duplicate_key", "a")]),
            ("a = 9223372036854775808", &[("out_of_range", "9223372036854775808")]),
            ("a = -inf", &[("out_of_range", "-inf")]),
            ("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a = 1", &[("too_deep", "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.")]),
        ];
        for (text, expected) in table {
            check(toml(text), text, expected);
        }
        // Dots that part no key: text, comments, floats, versions.
        whole(toml(
            "a = 'a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a' # ................\nb = [1.5, 1.5, 1.5]\nc = \"\"\"................\"\"\"",
        ));
    }

    #[test]
    fn json_that_is_none_is_told_where() {
        let table: &[(&str, &[(&str, &str)])] = &[
            ("", &[("syntax", "")]),
            ("{'a': 1}", &[("syntax", "'")]),
            ("{\"a\": 01}", &[("syntax", "")]),
            ("{\"a\": 1, \"b\": 2, \"a\": 3}", &[("duplicate_key", "\"a\"")]),
            ("[1e999]", &[("out_of_range", "1e999")]),
            ("[9223372036854775808]", &[("out_of_range", "9223372036854775808")]),
        ];
        for (text, expected) in table {
            check(json(text), text, expected);
        }
    }

    #[test]
    fn what_is_too_large_or_too_deep_is_not_read() {
        let code = |(_, problems): (Node, Vec<Problem>)| problems.first().map(|problem| problem.code);
        assert_eq!(code(toml(&"#".repeat(MAX_TOML + 1))), Some("too_large"));
        assert_eq!(code(json(&" ".repeat(MAX_JSON + 1))), Some("too_large"));
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(code(json(&nested(64))), None);
        assert_eq!(code(json(&nested(65))), Some("too_deep"));
        assert_eq!(code(toml(&format!("a = {}", nested(64)))), None);
        assert_eq!(code(toml(&format!("a = {}", nested(66)))), Some("too_deep"));
    }
}
