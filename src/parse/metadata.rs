//! `# METADATA` blocks of Rego files: what a rule says about itself beside its code.
//!
//! The engine drops comments, so the code, the help and the links of a finding are read here, from the source. The format
//! is OPA's (its documentation, "Annotations"): a comment line `METADATA` at the start of a line, then YAML in the comment
//! lines below it, up to the first line that is no comment; the block belongs to the next statement.
//!
//! A policy may be a stranger's: a block is small, shallow and has no aliases, or it is a problem (`yaml.rs`).

use super::yaml::{self, Limits, Node, Scalar, Value};
use crate::model::Datum;
use std::collections::BTreeMap;

/// One block.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Metadata {
    /// The line of `# METADATA`, from 1.
    pub line: u32,
    /// The line of the statement it stands above, from 1.
    pub statement: u32,
    /// The line of the rule it is about; `None` when it is about a package or about all rules of a name.
    pub annotates: Option<u32>,
    /// What it is about.
    pub scope: Scope,
    /// In a few words.
    pub title: Option<String>,
    /// In many.
    pub description: Option<String>,
    /// Who stands behind it.
    pub organizations: Vec<String>,
    /// Who wrote it: `Name <address>`.
    pub authors: Vec<String>,
    /// Where to read more: addresses.
    pub related_resources: Vec<String>,
    /// The rule is meant to be asked from outside.
    pub entrypoint: bool,
    /// Everything else; the gate reads `code`, `severity` and `help`.
    pub custom: BTreeMap<String, Datum>,
}

/// What a block is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scope {
    /// The rule below it.
    #[default]
    Rule,
    /// All rules of the name below it.
    Document,
    /// The package below it.
    Package,
    /// The package below it and the packages inside.
    Subpackages,
}

/// Something in a block that is not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetadataProblem {
    /// For people.
    pub message: String,
    /// From 1.
    pub line: u32,
}

/// What the YAML of a block may be.
const LIMITS: Limits = Limits { size: 64 << 10, aliases: false };

/// The blocks of a Rego file in order, and what is wrong with them. A block that is no YAML is a problem only; one with
/// an unknown key is both.
pub fn metadata(source: &str) -> (Vec<Metadata>, Vec<MetadataProblem>) {
    let (mut blocks, mut problems) = (Vec::new(), Vec::new());
    for raw in raw_blocks(source, &mut problems) {
        let mut reader = Reader { line: raw.line, problems: &mut problems };
        blocks.extend(reader.block(&raw));
    }
    problems.sort_by_key(|problem| problem.line);
    (blocks, problems)
}

/// A block before its YAML is read.
struct Raw {
    line: u32,
    yaml: String,
    statement: u32,
    package: bool,
}

/// Finds the blocks. Text that looks like one inside a raw string is none.
fn raw_blocks(source: &str, problems: &mut Vec<MetadataProblem>) -> Vec<Raw> {
    let mut found = Vec::new();
    let mut waiting: Vec<(u32, Vec<&str>)> = Vec::new();
    let (mut open, mut in_raw_string) = (false, false);
    for (number, line) in (1..).zip(source.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let comment = line.strip_prefix('#').filter(|_| !in_raw_string);
        match (comment, waiting.last_mut()) {
            (Some(text), Some((_, lines))) if open && text.trim() != "METADATA" => lines.push(text),
            (Some(text), _) if text.trim() == "METADATA" => {
                waiting.push((number, Vec::new()));
                open = true;
            }
            (Some(_), _) => {}
            (None, _) => {
                open = false;
                if !in_raw_string && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
                    let package =
                        line.trim_start().strip_prefix("package").is_some_and(|rest| rest.starts_with(is_gap));
                    found.extend(waiting.drain(..).map(|(line, lines)| Raw {
                        line,
                        yaml: yaml(&lines),
                        statement: number,
                        package,
                    }));
                }
                in_raw_string = ends_in_raw_string(line, in_raw_string);
            }
        }
    }
    problems.extend(waiting.into_iter().map(|(line, _)| MetadataProblem {
        message: "a METADATA block with no rule or package below it".to_owned(),
        line,
    }));
    found
}

fn is_gap(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// The comment lines without their marks, and without the one space that follows every mark.
fn yaml(lines: &[&str]) -> String {
    let spaced = lines.iter().all(|line| line.trim().is_empty() || line.starts_with(' '));
    let strip =
        |line: &&str| if spaced { line.strip_prefix(' ').unwrap_or(line).to_owned() } else { (*line).to_owned() };
    lines.iter().map(strip).map(|line| line + "\n").collect()
}

/// Whether a raw string (in back quotes) is still open at the end of a line of code.
fn ends_in_raw_string(line: &str, mut raw: bool) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    for c in line.chars() {
        match c {
            '`' if !quoted => raw = !raw,
            _ if raw => {}
            '"' if !escaped => quoted = !quoted,
            '#' if !quoted => break,
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    raw
}

/// Reads one block and collects what is wrong with it.
struct Reader<'a> {
    line: u32,
    problems: &'a mut Vec<MetadataProblem>,
}

impl Reader<'_> {
    fn problem(&mut self, line: u32, message: impl Into<String>) {
        self.problems.push(MetadataProblem { message: message.into(), line });
    }

    /// The line of the file a place in the YAML stands on.
    fn line_of(&self, node: &Node<'_>) -> u32 {
        self.line.saturating_add(node.line)
    }

    fn block(&mut self, raw: &Raw) -> Option<Metadata> {
        let (documents, fault) = yaml::documents(&raw.yaml, LIMITS);
        if let Some(fault) = fault {
            self.problem(self.line.saturating_add(fault.line), format!("this METADATA block {}", fault.message));
            return None;
        }
        let mut documents = documents.into_iter();
        let (Some(document), None) = (documents.next(), documents.next()) else {
            self.problem(raw.line, "a METADATA block holds one YAML mapping, like `title: …`");
            return None;
        };
        let Value::Map(mapping) = &document.value else {
            self.problem(raw.line, "a METADATA block holds one YAML mapping, like `title: …`");
            return None;
        };
        let mut block = Metadata { line: raw.line, statement: raw.statement, ..Metadata::default() };
        let mut scope = None;
        for (key, value) in mapping {
            match key.text() {
                Some("scope") => scope = self.scope(value, raw.package),
                Some(name) => self.entry(&mut block, name, key, value),
                None => self.problem(self.line_of(key), "a key of a METADATA block is a word"),
            }
        }
        block.scope = scope.unwrap_or(if raw.package { Scope::Package } else { Scope::Rule });
        block.annotates = (block.scope == Scope::Rule).then_some(raw.statement);
        Some(block)
    }

    /// Packages have package scopes, rules have rule scopes.
    fn scope(&mut self, value: &Node<'_>, package: bool) -> Option<Scope> {
        let scope = match value.text() {
            Some("rule") => Scope::Rule,
            Some("document") => Scope::Document,
            Some("package") => Scope::Package,
            Some("subpackages") => Scope::Subpackages,
            _ => {
                self.problem(self.line_of(value), "`scope` must be `rule`, `document`, `package` or `subpackages`");
                return None;
            }
        };
        if matches!(scope, Scope::Package | Scope::Subpackages) == package {
            return Some(scope);
        }
        let message = match package {
            true => "this scope belongs above a rule, but a package follows",
            false => "this scope belongs above a package, but a rule follows",
        };
        self.problem(self.line_of(value), message);
        None
    }

    fn entry(&mut self, block: &mut Metadata, name: &str, key: &Node<'_>, value: &Node<'_>) {
        match name {
            "title" => block.title = self.text(name, value),
            "description" => block.description = self.text(name, value),
            "organizations" => block.organizations = self.list(name, value, &[]),
            "authors" => block.authors = self.authors(value),
            "related_resources" => block.related_resources = self.list(name, value, &["ref"]),
            "entrypoint" => match value.scalar() {
                Some(Scalar::Bool(entrypoint)) => block.entrypoint = entrypoint,
                _ => self.problem(self.line_of(value), "`entrypoint` must be true or false"),
            },
            "custom" => match self.datum(value) {
                Some(Datum::Map(custom)) => block.custom = custom,
                Some(_) => self.problem(self.line_of(value), "`custom` must be a mapping"),
                None => {}
            },
            // Types for OPA's checker and for its compiler; they change nothing here.
            "schemas" | "compile" => {}
            _ => self.problem(self.line_of(key), unknown(name)),
        }
    }

    fn text(&mut self, name: &str, value: &Node<'_>) -> Option<String> {
        let text = scalar(value);
        if text.is_none() {
            self.problem(self.line_of(value), format!("`{name}` must be a text"));
        }
        text
    }

    /// A list of texts, or of mappings that hold the text under one of these keys.
    fn list(&mut self, name: &str, value: &Node<'_>, keys: &[&str]) -> Vec<String> {
        let Value::List(items) = &value.value else {
            self.problem(self.line_of(value), format!("`{name}` must be a list"));
            return Vec::new();
        };
        let mut list = Vec::new();
        for item in items {
            let found = scalar(item).or_else(|| keys.iter().find_map(|key| scalar(item.get(key)?)));
            match found {
                Some(text) => list.push(text),
                None => self.problem(self.line_of(item), format!("not an item of `{name}`")),
            }
        }
        list
    }

    /// `Name <address>`, or a mapping of `name` and `email`.
    fn authors(&mut self, value: &Node<'_>) -> Vec<String> {
        let Value::List(items) = &value.value else {
            return self.list("authors", value, &[]);
        };
        let mut authors = Vec::new();
        for item in items {
            let part = |key: &str| item.get(key).and_then(scalar);
            match (scalar(item), part("name"), part("email")) {
                (Some(author), ..) => authors.push(author),
                (None, Some(name), Some(email)) => authors.push(format!("{name} <{email}>")),
                (None, Some(name), None) => authors.push(name),
                (None, None, Some(email)) => authors.push(format!("<{email}>")),
                _ => self.problem(self.line_of(item), "an author is `Name <address>`, or has a `name` and an `email`"),
            }
        }
        authors
    }

    fn datum(&mut self, node: &Node<'_>) -> Option<Datum> {
        Some(match &node.value {
            Value::Scalar(_) => match node.scalar() {
                Some(Scalar::Null) => Datum::Null,
                Some(Scalar::Bool(value)) => Datum::Bool(value),
                Some(Scalar::Int(value)) => Datum::Int(value),
                Some(Scalar::Float(value)) => Datum::Float(value),
                Some(Scalar::Text(value)) => Datum::Text(value.to_owned()),
                None => {
                    self.problem(self.line_of(node), "a value that cannot be read");
                    return None;
                }
            },
            Value::List(items) => Datum::List(items.iter().map(|item| self.datum(item)).collect::<Option<_>>()?),
            Value::Map(mapping) => {
                let mut map = BTreeMap::new();
                for (key, value) in mapping {
                    let Some(name) = scalar(key) else {
                        self.problem(self.line_of(key), "a key is a word");
                        return None;
                    };
                    map.insert(name, self.datum(value)?);
                }
                Datum::Map(map)
            }
        })
    }
}

fn scalar(node: &Node<'_>) -> Option<String> {
    match node.scalar()? {
        Scalar::Text(text) => Some(text.trim_end().to_owned()),
        Scalar::Int(number) => Some(number.to_string()),
        Scalar::Float(number) => Some(number.to_string()),
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Null => None,
    }
}

fn unknown(name: &str) -> String {
    const KNOWN: &[&str] = &[
        "scope",
        "title",
        "description",
        "organizations",
        "authors",
        "related_resources",
        "entrypoint",
        "schemas",
        "compile",
        "custom",
    ];
    let near = |known: &str| strsim::damerau_levenshtein(known, name);
    match KNOWN.iter().min_by_key(|known| near(known)).filter(|known| near(known) <= 2) {
        Some(known) => format!("METADATA has no {}; did you mean `{known}`?", super::problem::quoted(name)),
        None => format!("METADATA has no {}; keys of your own belong under `custom`", super::problem::quoted(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Metadata, Scope, metadata};
    use crate::model::Datum;
    use proptest::prelude::*;

    const WHOLE: &str = "# METADATA
# title: Freezes
# scope: subpackages
# organizations:
# - acme
package changeward # METADATA

import rego.v1

# METADATA
# title: A calendar is closed
# description: |
#   First line.
#
#   # Second line.
# related_resources:
# - https://example.org/freeze
# - ref: https://example.org/more
#   description: more
# authors:
# - ann <ann@example.org>
# - name: bob
#   email: bob@example.org
# entrypoint: true
# custom:
#   code: FREEZE
#   severity: error
#   weight: 1.5
#   tags: [a, 2, true, null]
#   nested: {x: y}

# an ordinary comment
deny contains msg if { msg := \"# METADATA\" }
";

    #[test]
    fn a_block_is_read_whole() {
        let (blocks, problems) = metadata(WHOLE);
        assert_eq!(problems, []);
        let text = |text: &str| Datum::Text(text.to_owned());
        let tags = Datum::List(vec![text("a"), Datum::Int(2), Datum::Bool(true), Datum::Null]);
        let nested = Datum::Map([("x".to_owned(), text("y"))].into());
        let custom = [
            ("code", text("FREEZE")),
            ("severity", text("error")),
            ("weight", Datum::Float(1.5)),
            ("tags", tags),
            ("nested", nested),
        ];
        let package = Metadata {
            line: 1,
            statement: 6,
            annotates: None,
            scope: Scope::Subpackages,
            title: Some("Freezes".into()),
            organizations: vec!["acme".into()],
            ..Metadata::default()
        };
        let rule = Metadata {
            line: 10,
            statement: 33,
            annotates: Some(33),
            scope: Scope::Rule,
            title: Some("A calendar is closed".into()),
            description: Some("First line.\n\n# Second line.".into()),
            related_resources: vec!["https://example.org/freeze".into(), "https://example.org/more".into()],
            authors: vec!["ann <ann@example.org>".into(), "bob <bob@example.org>".into()],
            entrypoint: true,
            custom: custom.map(|(key, value)| (key.to_owned(), value)).into(),
            ..Metadata::default()
        };
        assert_eq!(blocks, [package, rule]);
        assert_eq!(metadata(&WHOLE.replace('\n', "\r\n")).0, metadata(WHOLE).0);
    }

    /// Source; `LINE-ANNOTATES` of each block; `LINE: words` of each problem.
    #[test]
    fn what_is_not_understood_is_a_problem_with_its_line() {
        let long = format!("# METADATA\n# title: {}\np := 1\n", "x".repeat(70_000));
        let deep = format!("# METADATA\n# custom: {}\np := 1\n", "[".repeat(5_000));
        let dashes = format!("# METADATA\n# custom:\n#   {}x\np := 1\n", "- ".repeat(5_000));
        let table: &[(&str, &[&str], &[&str])] = &[
            ("", &[], &[]),
            ("p := 1", &[], &[]),
            ("# METADATA", &[], &["1: no rule or package below"]),
            ("# METADATA\np := 1", &[], &["1: one YAML mapping"]),
            ("# METADATA\n# just words\np := 1", &[], &["1: one YAML mapping"]),
            ("# METADATA\n# title: [\np := 1", &[], &["2: not YAML"]),
            ("# METADATA\n# a: 1\n# ---\n# b: 2\np := 1", &[], &["1: one YAML mapping"]),
            ("#METADATA\n#title: x\np := 1", &["1-3"], &[]),
            ("# METADATA\n# title: x\n# METADATA\n# title: y\np := 1", &["1-5", "3-5"], &[]),
            ("# METADATA\n# titel: x\np := 1", &["1-3"], &["2: did you mean `title`"]),
            ("# METADATA\n# colour: red\np := 1", &["1-3"], &["2: belong under `custom`"]),
            (
                "# METADATA\n# title: [x]\n# authors: ann\n# entrypoint: maybe\np := 1",
                &["1-5"],
                &["2: must be a text", "3: must be a list", "4: true or false"],
            ),
            ("# METADATA\n# scope: rule\npackage x", &["1-None"], &["2: belongs above a rule"]),
            ("# METADATA\n# scope: package\np := 1", &["1-3"], &["2: belongs above a package"]),
            ("# METADATA\n# scope: world\np := 1", &["1-3"], &["2: `scope` must be"]),
            ("# METADATA\n# scope: document\np := 1", &["1-None"], &[]),
            ("# METADATA\n# title: x\npackages := 1", &["1-3"], &[]),
            ("p := `\n# METADATA\n# title: x\n`\nq := 1", &[], &[]),
            ("p := \"`\" # `\n# METADATA\n# title: x\nq := 1", &["2-4"], &[]),
            ("p := \"\\\"`\"\n# METADATA\n# title: x\nq := 1", &["2-4"], &[]),
            ("p if {\n  # METADATA\n  # title: x\n  true\n}", &[], &[]),
            ("# METADATA\n# custom: &a [1]\n# title: *a\np := 1", &[], &["3: alias"]),
            ("# METADATA\n# title: R&D is 2*x\np := 1", &["1-3"], &[]),
            ("# METADATA\n# custom: {1: a, [x]: b}\np := 1", &["1-3"], &["2: a key is a word"]),
            ("# METADATA\n# custom: !!int x\np := 1", &["1-3"], &["2: cannot be read"]),
            (&long, &[], &["2: 64 KiB"]),
            (&deep, &[], &["2: too deeply"]),
            (&dashes, &[], &["3: too deeply"]),
        ];
        for (source, blocks, problems) in table {
            let (found, wrong) = metadata(source);
            let row = |block: &Metadata| match block.annotates {
                Some(line) => format!("{}-{line}", block.line),
                None => format!("{}-None", block.line),
            };
            let start: String = source.chars().take(80).collect();
            assert_eq!(found.iter().map(row).collect::<Vec<_>>(), *blocks, "{start}");
            assert_eq!(wrong.len(), problems.len(), "{start}: {wrong:?}");
            for (problem, expected) in wrong.iter().zip(*problems) {
                let shown = format!("{}: {}", problem.line, problem.message);
                let (line, words) = expected.split_once(": ").unwrap();
                assert!(shown.starts_with(&format!("{line}: ")) && shown.contains(words), "{start}: {shown}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), yaml in "[ \\-?:#&*!|>%@`'\"{}\\[\\],a-c0-1\n\t.~<=]{0,80}") {
            let _ = metadata(&text);
            let block: String = yaml.lines().map(|line| format!("# {line}\n")).collect();
            let (blocks, problems) = metadata(&format!("# METADATA\n{block}p := 1\n"));
            prop_assert!(blocks.len() + problems.len() > 0);
        }
    }
}
