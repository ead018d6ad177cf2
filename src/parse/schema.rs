//! The one source of truth about the form of each file: its published JSON Schema, and the small validator that holds
//! files to it.
//!
//! The validator knows the part of JSON Schema 2020-12 our schemas use and says what is wrong in plain words, every time
//! at the place where it stands. A keyword it does not know is a fault of the schema, which the tests find; `boon`, an
//! independent validator, must agree with it on every file (`tests/control_files.rs`).

use super::document::{self, Entry, Node, Value};
use super::format::Format;
use super::problem::{Problem, quoted, shortened};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const SCHEMAS: &[(&str, &str)] = &[
    ("config", include_str!("schemas/config.schema.json")),
    ("ownership", include_str!("schemas/ownership.schema.json")),
    ("template", include_str!("schemas/template.schema.json")),
    ("lockdown", include_str!("schemas/lockdown.schema.json")),
    ("exception", include_str!("schemas/exception.schema.json")),
    ("baseline", include_str!("schemas/baseline.schema.json")),
    ("facts", include_str!("schemas/facts.schema.json")),
    ("outcomes", include_str!("schemas/outcomes.schema.json")),
    ("cases", include_str!("schemas/cases.schema.json")),
];

static COMPILED: LazyLock<BTreeMap<&str, Schema>> =
    LazyLock::new(|| SCHEMAS.iter().map(|(name, text)| (*name, Schema::compile(text))).collect());

/// The JSON Schemas of the files people write and of the facts, as name and text: `config`, `ownership`, `template`,
/// `lockdown`, `exception`, `baseline`, `facts`, `outcomes`, `cases`.
pub fn schemas() -> &'static [(&'static str, &'static str)] {
    SCHEMAS
}

/// Everything about a document that its schema forbids. `source` is the text it was read from.
pub(super) fn check(kind: &str, root: &Node, source: &str) -> Vec<Problem> {
    let Some(schema) = COMPILED.get(kind) else {
        return vec![no_schema(kind)];
    };
    let mut checker = Checker { schema, source, problems: Vec::new() };
    checker.node(root, &schema.root, &Spot { key: None, item: false });
    let newer = |problem: &Problem| problem.code == "newer_version";
    if checker.problems.iter().any(newer) {
        checker.problems.retain(newer); // what a later version means by its keys is not ours to judge
    }
    checker.problems
}

/// A schema, read.
#[derive(Default, Debug)]
struct Schema {
    root: Rule,
    defs: BTreeMap<String, Rule>,
    faults: Vec<String>,
}

/// One (sub)schema: every part that is absent allows anything.
#[derive(Default, Debug)]
struct Rule {
    types: Vec<Type>,
    description: String,
    properties: Vec<(String, Rule)>,
    required: Vec<String>,
    /// What keys beside `properties` may hold; `None` means there may be none.
    others: Option<Box<Rule>>,
    closed: bool,
    items: Option<Box<Rule>>,
    words: Vec<String>,
    constant: Option<i64>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    min_length: usize,
    min_items: usize,
    format: Option<Format>,
    reference: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Type {
    Table,
    List,
    Text,
    Int,
    Number,
    Bool,
}

const TYPES: &[(&str, Type, &str)] = &[
    ("object", Type::Table, "a table"),
    ("array", Type::List, "a list"),
    ("string", Type::Text, "text"),
    ("integer", Type::Int, "a whole number"),
    ("number", Type::Number, "a number"),
    ("boolean", Type::Bool, "true or false"),
];

/// Keywords that say something to people and editors only.
const ANNOTATIONS: &[&str] = &["$schema", "$id", "$comment", "title", "default", "examples"];

impl Schema {
    fn compile(text: &str) -> Self {
        let (root, problems) = document::json(text);
        let mut schema = Self::default();
        schema.faults.extend(problems.into_iter().map(|problem| problem.message));
        for def in root.get("$defs").map(Node::entries).unwrap_or_default() {
            let rule = schema.rule(&def.node);
            schema.defs.insert(def.key.clone(), rule);
        }
        schema.root = schema.rule(&root);
        schema
    }

    fn rule(&mut self, node: &Node) -> Rule {
        let mut rule = Rule::default();
        if node.value == Value::Bool(true) {
            return rule;
        }
        if !matches!(node.value, Value::Table(_)) {
            self.faults.push("a subschema is neither a table nor `true`".to_owned());
        }
        for Entry { key, node, .. } in node.entries() {
            let understood = self.keyword(&mut rule, key, node);
            if understood.is_none() {
                self.faults.push(format!("keyword `{key}` (or its value) is not known"));
            }
        }
        rule
    }

    /// Takes in one keyword; `None` when it is not one of ours.
    fn keyword(&mut self, rule: &mut Rule, key: &str, node: &Node) -> Option<()> {
        match key {
            "type" => {
                let one = std::slice::from_ref(node);
                let names = if node.items().is_empty() { one } else { node.items() };
                rule.types = names.iter().map(|name| Type::parse(name.text()?)).collect::<Option<_>>()?;
            }
            "description" => rule.description = node.text()?.to_owned(),
            "properties" => {
                rule.properties = node.entries().iter().map(|e| (e.key.clone(), self.rule(&e.node))).collect();
            }
            "required" => rule.required = texts(node)?,
            "additionalProperties" if node.value == Value::Bool(false) => rule.closed = true,
            "additionalProperties" => rule.others = Some(Box::new(self.rule(node))),
            "items" => rule.items = Some(Box::new(self.rule(node))),
            "enum" => rule.words = texts(node)?,
            "const" => rule.constant = Some(node.int()?),
            "minimum" => rule.minimum = Some(number(node)?),
            "maximum" => rule.maximum = Some(number(node)?),
            "minLength" => rule.min_length = usize::try_from(node.int()?).ok()?,
            "minItems" => rule.min_items = usize::try_from(node.int()?).ok()?,
            "format" => rule.format = Some(Format::parse(node.text()?)?),
            "$ref" => rule.reference = Some(node.text()?.strip_prefix("#/$defs/")?.to_owned()),
            "$defs" => {}
            key if ANNOTATIONS.contains(&key) => {}
            _ => return None,
        }
        Some(())
    }
}

impl Type {
    fn parse(word: &str) -> Option<Self> {
        TYPES.iter().find(|(name, ..)| *name == word).map(|(_, kind, _)| *kind)
    }

    fn as_str(self) -> &'static str {
        TYPES.iter().find(|(_, kind, _)| *kind == self).map_or("", |(.., word)| word)
    }

    fn accepts(self, node: &Node) -> bool {
        match self {
            Self::Table => matches!(node.value, Value::Table(_)),
            Self::List => matches!(node.value, Value::List(_)),
            Self::Text => matches!(node.value, Value::Text(_)),
            Self::Int => node.int().is_some(),
            Self::Number => number(node).is_some(),
            Self::Bool => matches!(node.value, Value::Bool(_)),
        }
    }
}

fn texts(node: &Node) -> Option<Vec<String>> {
    node.items().iter().map(|item| item.text().map(str::to_owned)).collect()
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        #[expect(clippy::cast_precision_loss, reason = "only compared with limits far below 2^53")]
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// How to speak of the place at hand.
#[derive(Clone, Copy)]
struct Spot<'a> {
    /// The nearest key above it; `None` at the top level.
    key: Option<&'a str>,
    /// It is an entry of the list (or of the table of any keys) that the key holds.
    item: bool,
}

impl Spot<'_> {
    /// `` `tier` ``, `` an entry of `scope` ``, `the file`.
    fn name(&self) -> String {
        match (self.key, self.item) {
            (None, _) => "the file".to_owned(),
            (Some(key), false) => quoted(key),
            (Some(key), true) => format!("an entry of {}", quoted(key)),
        }
    }

    /// `at the top level`, `` in `escalation` ``, `` in an entry of `row` ``.
    fn within(&self) -> String {
        self.key.map_or_else(|| "at the top level".to_owned(), |_| format!("in {}", self.name()))
    }
}

struct Checker<'a> {
    schema: &'a Schema,
    source: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn node(&mut self, node: &'a Node, rule: &'a Rule, spot: &Spot<'a>) {
        if let Some(name) = &rule.reference {
            match self.schema.defs.get(name) {
                Some(rule) => self.node(node, rule, spot),
                None => self.problems.push(no_schema(name)),
            }
        }
        if !rule.types.is_empty() && !rule.types.iter().any(|kind| kind.accepts(node)) {
            self.problems.push(wrong_type(node, rule, spot));
            return;
        }
        match &node.value {
            Value::Table(entries) => self.table(node, entries, rule, spot),
            Value::List(items) => {
                if items.len() < rule.min_items {
                    self.say("empty", format!("{} is empty", spot.name()), node, "needs an entry", &rule.description);
                }
                if let Some(rule) = &rule.items {
                    items.iter().for_each(|item| self.node(item, rule, &Spot { key: spot.key, item: true }));
                }
            }
            Value::Text(text) => self.text(text, node, rule, spot),
            Value::Int(_) | Value::Float(_) => self.number(node, rule, spot),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn table(&mut self, node: &'a Node, entries: &'a [Entry], rule: &'a Rule, spot: &Spot<'a>) {
        for Entry { key, key_span, node: value } in entries {
            if let Some((_, property)) = rule.properties.iter().find(|(name, _)| name == key) {
                self.node(value, property, &Spot { key: Some(key), item: false });
            } else if let Some(other) = &rule.others {
                self.node(value, other, &Spot { key: spot.key, item: true });
            } else if rule.closed {
                self.problems.push(Problem {
                    code: "unknown_key",
                    message: format!("unknown key {} {}", quoted(key), spot.within()),
                    span: key_span.clone(),
                    label: "not known here".to_owned(),
                    help: self.meant(key, rule),
                });
            }
        }
        for key in rule.required.iter().filter(|key| node.get(key).is_none()) {
            let property = rule.properties.iter().find(|(name, _)| name == key).map(|(_, property)| property);
            let help = match property.and_then(|property| property.constant) {
                Some(only) => format!("add `{key} = {only}`"),
                None => format!("add it. {}", property.map_or("", |property| &property.description)),
            };
            let message = format!("{} is missing {}", quoted(key), spot.within());
            self.say("missing_key", message, node, "belongs here", &help);
        }
    }

    fn text(&mut self, text: &str, node: &Node, rule: &Rule, spot: &Spot<'_>) {
        if !rule.words.is_empty() && !rule.words.iter().any(|word| word == text) {
            let help = match nearest(text, rule.words.iter().map(String::as_str)) {
                Some(word) => format!("did you mean {}? Known: {}", quoted(word), listed(rule.words.iter())),
                None => format!("known: {}", listed(rule.words.iter())),
            };
            self.say("unknown_word", format!("{} cannot be {}", spot.name(), quoted(text)), node, "not known", &help);
        }
        if text.chars().count() < rule.min_length {
            self.say("empty", format!("{} is empty", spot.name()), node, "needs text", &rule.description);
        } else if let Some(format) = rule.format {
            self.problems.extend(format.check(text, &node.span, &spot.name(), self.source));
        }
    }

    fn number(&mut self, node: &Node, rule: &Rule, spot: &Spot<'_>) {
        let Some(value) = number(node) else { return };
        if let Some(only) = rule.constant.filter(|only| node.int() != Some(*only)) {
            let newer = spot.key == Some("version") && node.int().is_some_and(|version| version > only);
            let (code, help) = match newer {
                true => (
                    "newer_version",
                    format!("this changeward is too old for the file, it knows version {only}: update changeward"),
                ),
                false => ("out_of_range", format!("write {only}")),
            };
            self.say(code, format!("{} must be {only}", spot.name()), node, "not known", &help);
        }
        if let Some(least) = rule.minimum.filter(|least| value < *least) {
            let message = format!("{} must be at least {least}", spot.name());
            self.say("out_of_range", message, node, "too small", &rule.description);
        }
        if let Some(most) = rule.maximum.filter(|most| value > *most) {
            let message = format!("{} must be at most {most}", spot.name());
            self.say("out_of_range", message, node, "too large", &rule.description);
        }
    }

    /// What an unknown key may have been meant to be: a similar one here, or the same one elsewhere.
    fn meant(&self, key: &str, rule: &Rule) -> String {
        if let Some(near) = nearest(key, rule.properties.iter().map(|(name, _)| name.as_str())) {
            return format!("did you mean {}?", quoted(near));
        }
        let root = &self.schema.root;
        if root.properties.iter().any(|(name, _)| name == key) {
            return format!("{} belongs to the top level, above the first table", quoted(key));
        }
        let holder = root.properties.iter().find(|(_, table)| table.properties.iter().any(|(name, _)| name == key));
        match holder {
            Some((table, _)) => format!("{} belongs in {}", quoted(key), quoted(table)),
            None => format!("known here: {}", listed(rule.properties.iter().map(|(name, _)| name))),
        }
    }

    fn say(&mut self, code: &'static str, message: String, node: &Node, label: &str, help: &str) {
        let (label, help) = (label.to_owned(), help.to_owned());
        self.problems.push(Problem { code, message, span: node.span.clone(), label, help });
    }
}

fn wrong_type(node: &Node, rule: &Rule, spot: &Spot<'_>) -> Problem {
    let wanted: Vec<&str> = rule.types.iter().map(|kind| kind.as_str()).collect();
    let wants = |kind| rule.types.contains(&kind);
    let in_quotes = || "put it into quotes".to_owned();
    let (found, way) = match &node.value {
        Value::Null => ("null", Some("to say nothing, leave the key out".to_owned())),
        Value::Table(_) => ("a table", None),
        Value::List(_) => ("a list", wants(Type::Text).then(|| "write one, without the brackets".to_owned())),
        Value::Text(text) => {
            let quoted_number = text.parse::<f64>().is_ok() && (wants(Type::Int) || wants(Type::Number));
            let quoted_bool = matches!(text.as_str(), "true" | "false") && wants(Type::Bool);
            let way = match () {
                () if quoted_number || quoted_bool => Some("write it without the quotes".to_owned()),
                () if wants(Type::List) => {
                    Some(format!("a list of one stands in brackets too: [\"{}\"]", shortened(text)))
                }
                () => None,
            };
            ("text", way)
        }
        Value::Float(_) if wants(Type::Int) => ("a fraction", None),
        Value::Int(_) | Value::Float(_) => ("a number", wants(Type::Text).then(in_quotes)),
        Value::Bool(_) => ("true or false", wants(Type::Text).then(in_quotes)),
    };
    Problem {
        code: "wrong_type",
        message: format!("{} must be {}, not {found}", spot.name(), wanted.join(" or ")),
        span: node.span.clone(),
        label: format!("this is {found}"),
        help: way.unwrap_or_else(|| rule.description.clone()),
    }
}

fn no_schema(name: &str) -> Problem {
    Problem {
        code: "no_schema",
        message: format!("this changeward has no schema named {}", quoted(name)),
        span: 0..0,
        label: "not read".to_owned(),
        help: "this is a fault of changeward: please report it".to_owned(),
    }
}

/// The known word most like the one written, if any is like it at all.
fn nearest<'w>(written: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let likeness = |word: &str| strsim::jaro_winkler(&written.to_lowercase(), &word.to_lowercase());
    known
        .map(|word| (likeness(word), word))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

fn listed<'w>(words: impl Iterator<Item = &'w String>) -> String {
    words.map(|word| quoted(word)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{COMPILED, Checker, Rule, SCHEMAS, Schema, Spot, check, document};

    #[test]
    fn every_published_schema_is_understood_whole() {
        for (name, _) in SCHEMAS {
            assert_eq!(COMPILED[name].faults, Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn a_keyword_or_value_we_do_not_know_is_a_fault() {
        let unknown = [
            r#"{"pattern": "x"}"#,
            r#"{"properties": {"a": {"oneOf": []}}}"#,
            r#"{"$defs": {"a": {"maxLength": 3}}}"#,
            r#"{"items": {"type": "null"}}"#,
            r#"{"format": "uri"}"#,
            r#"{"enum": [1]}"#,
            r#"{"$ref": "other.json"}"#,
            r#"{"additionalProperties": {"not": {}}}"#,
            r#"{"items": 3}"#,
            r#"{"minLength": -1}"#,
            r#"{"#,
        ];
        for text in unknown {
            assert_eq!(Schema::compile(text).faults.len(), 1, "{text}");
        }
        assert!(check("no such kind", &document::json("{}").0, "{}").iter().any(|p| p.code == "no_schema"));
    }

    #[test]
    fn everything_people_may_write_is_described() {
        fn walk(rule: &Rule, path: &str) {
            let by_reference = rule.reference.is_some();
            assert!(rule.description.len() > 3, "{path} has no description");
            assert!(
                by_reference || !rule.types.is_empty() || rule.description.contains("any type"),
                "{path} has no type"
            );
            for (key, property) in &rule.properties {
                walk(property, &format!("{path}.{key}"));
            }
            for (part, inner) in [("items", &rule.items), ("others", &rule.others)] {
                inner
                    .iter()
                    .filter(|inner| !inner.is_anything())
                    .for_each(|inner| walk(inner, &format!("{path} {part}")));
            }
        }
        for (name, _) in SCHEMAS {
            walk(&COMPILED[name].root, name);
            COMPILED[name].defs.iter().for_each(|(def, rule)| walk(rule, &format!("{name} $defs.{def}")));
        }
    }

    impl Rule {
        fn is_anything(&self) -> bool {
            self.types.is_empty() && self.reference.is_none()
        }
    }

    /// The codes found in a document, in order.
    fn codes(schema: &str, text: &str) -> Vec<&'static str> {
        let schema = Schema::compile(schema);
        assert_eq!(schema.faults, Vec::<String>::new());
        let (root, problems) = document::json(text);
        assert!(problems.is_empty(), "{text}");
        let mut checker = Checker { schema: &schema, source: text, problems: Vec::new() };
        checker.node(&root, &schema.root, &Spot { key: None, item: false });
        checker.problems.iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn each_keyword_holds() {
        type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);
        let table: &[Case<'_>] = &[
            (r#"{"type": "integer"}"#, &["1", "1.0", "-3"], &[("1.5", "wrong_type"), ("\"1\"", "wrong_type")]),
            (r#"{"type": "number"}"#, &["1", "1.5"], &[("true", "wrong_type")]),
            (r#"{"type": "boolean"}"#, &["true"], &[("0", "wrong_type"), ("null", "wrong_type")]),
            (r#"{"type": ["string", "array"]}"#, &["\"a\"", "[]"], &[("{}", "wrong_type")]),
            (
                r#"{"minimum": 1, "maximum": 9}"#,
                &["1", "9", "\"x\""],
                &[("0", "out_of_range"), ("9.5", "out_of_range")],
            ),
            (r#"{"const": 1}"#, &["1", "1.0"], &[("2", "out_of_range"), ("0", "out_of_range")]),
            (r#"{"enum": ["a", "b"]}"#, &["\"a\""], &[("\"c\"", "unknown_word")]),
            (r#"{"minLength": 2}"#, &["\"éé\"", "3"], &[("\"é\"", "empty")]),
            (r#"{"minItems": 1}"#, &["[0]"], &[("[]", "empty")]),
            (r#"{"items": {"type": "string"}}"#, &["[]", "[\"a\"]"], &[("[\"a\", 1]", "wrong_type")]),
            (r#"{"format": "duration"}"#, &["\"1h\"", "1"], &[("\"1\"", "bad_duration")]),
            (r#"{"required": ["a"]}"#, &[r#"{"a": 1}"#], &[("{}", "missing_key")]),
            (r#"{"properties": {"a": {"type": "string"}}}"#, &[r#"{"b": 1}"#], &[(r#"{"a": 1}"#, "wrong_type")]),
            (
                r#"{"properties": {"a": true}, "additionalProperties": false}"#,
                &[r#"{"a": 1}"#],
                &[(r#"{"b": 1}"#, "unknown_key")],
            ),
            (r#"{"additionalProperties": {"type": "string"}}"#, &[r#"{"a": ""}"#], &[(r#"{"a": 1}"#, "wrong_type")]),
            (r##"{"$ref": "#/$defs/t", "$defs": {"t": {"type": "string"}}}"##, &["\"a\""], &[("1", "wrong_type")]),
            (r##"{"$ref": "#/$defs/none"}"##, &[], &[("1", "no_schema")]),
        ];
        for (schema, good, bad) in table {
            good.iter().for_each(|text| assert!(codes(schema, text).is_empty(), "{schema} {text}"));
            bad.iter().for_each(|(text, code)| assert_eq!(codes(schema, text), [*code], "{schema} {text}"));
        }
    }

    #[test]
    fn a_later_version_is_all_that_is_said() {
        let text = r#"{"version": 2, "later": true}"#;
        let found = check("facts", &document::json(text).0, text);
        assert_eq!(found.iter().map(|p| p.code).collect::<Vec<_>>(), ["newer_version"]);
    }

    #[test]
    fn a_help_names_what_was_meant() {
        let help = |kind, text: &str| check(kind, &document::json(text).0, text).remove(0).help;
        let table = [
            ("config", r#"{"version": 1, "scop": {}}"#, "did you mean `scope`?"),
            ("config", r#"{"version": 1, "include": []}"#, "`include` belongs in `scope`"),
            (
                "config",
                r#"{"version": 1, "scope": {"emergency": {}}}"#,
                "`emergency` belongs to the top level, above the first table",
            ),
            ("config", r#"{"version": 1, "scope": {"zzz": {}}}"#, "known here: `include`, `exclude`"),
            ("config", r#"{"version": "1"}"#, "write it without the quotes"),
            ("config", "{}", "add `version = 1`"),
            ("facts", r#"{"author": null}"#, "to say nothing, leave the key out"),
            ("facts", r#"{"head": 12}"#, "put it into quotes"),
            ("facts", r#"{"labels": "a"}"#, "a list of one stands in brackets too: [\"a\"]"),
        ];
        for (kind, text, expected) in table {
            assert_eq!(help(kind, text), expected, "{text}");
        }
    }
}
