//! YAML as the tree of values with places that TOML and JSON give, so that one validator reads all three. A place is a
//! line here: that is what the reader of YAML keeps.

use super::document::{Entry, Node, Value};
use super::problem::{Problem, quoted};
use super::shown::line_starts;
use super::yaml::{self, Limits, Scalar};
use std::collections::BTreeSet;
use std::ops::Range;

/// The largest file, in bytes; aliases may be written, and are counted where they are used.
const LIMITS: Limits = Limits { size: 16 << 20, aliases: true };

/// Reads the one document of a YAML file. With any problem the tree must not be trusted beyond showing more problems.
pub(super) fn yaml(text: &str) -> (Node, Vec<Problem>) {
    let mut reader = Reader { text, lines: line_starts(text), problems: Vec::new() };
    let (documents, fault) = yaml::documents(text, LIMITS);
    if let Some(fault) = fault {
        let span = reader.line(fault.line);
        reader.say("syntax", format!("this file {}", fault.message), span, "cannot be read from here", SYNTAX);
    }
    if let Some(second) = documents.get(1) {
        let span = reader.line(second.line);
        reader.say("syntax", "a second document starts here", span, "one too many", "write one document a file");
    }
    let root = match documents.first() {
        Some(first) => reader.node(first),
        None => {
            if reader.problems.is_empty() {
                reader.say("syntax", "the file is empty", 0..0, "nothing here", SYNTAX);
            }
            Node { value: Value::Table(Vec::new()), span: 0..0 }
        }
    };
    (root, reader.problems)
}

const SYNTAX: &str = "write YAML 1.2: `key: value`, lists with `- `, text that could be something else in \"quotes\"";

struct Reader<'t> {
    text: &'t str,
    lines: Vec<usize>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn say(&mut self, code: &'static str, message: impl Into<String>, span: Range<usize>, label: &str, help: &str) {
        self.problems.push(Problem::new(code, message, span, label, help));
    }

    /// The bytes of a line, from 1, without its indentation and its end.
    fn line(&self, number: u32) -> Range<usize> {
        let index = usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        let start = self.lines.get(index).copied().unwrap_or(self.text.len());
        let end = self.lines.get(index.saturating_add(1)).copied().unwrap_or(self.text.len());
        let row = self.text.get(start..end).unwrap_or_default();
        let first = start + (row.len() - row.trim_start().len());
        first.min(start + row.trim_end().len())..start + row.trim_end().len()
    }

    fn node(&mut self, node: &yaml::Node<'_>) -> Node {
        let span = self.line(node.line);
        let value = match &node.value {
            yaml::Value::List(items) => Value::List(items.iter().map(|item| self.node(item)).collect()),
            yaml::Value::Map(pairs) => self.table(pairs),
            yaml::Value::Scalar(_) => match node.scalar() {
                Some(Scalar::Null) => Value::Null,
                Some(Scalar::Bool(yes)) => Value::Bool(yes),
                Some(Scalar::Int(number)) => Value::Int(number),
                Some(Scalar::Float(number)) if is_exact(node, number) => Value::Float(number),
                Some(Scalar::Text(text)) => Value::Text(text.to_owned()),
                Some(Scalar::Float(_)) => {
                    let help = "write a smaller number, or text in quotes";
                    self.say("out_of_range", "this number cannot be held exactly", span.clone(), "too much", help);
                    Value::Null
                }
                None => {
                    let help = "leave the tag out, or write a value of its kind";
                    self.say("syntax", "this value is not what its tag says", span.clone(), "not of its tag", help);
                    Value::Null
                }
            },
        };
        Node { value, span }
    }

    fn table(&mut self, pairs: &[(yaml::Node<'_>, yaml::Node<'_>)]) -> Value {
        let mut seen = BTreeSet::new();
        let mut entries = Vec::new();
        for (key, value) in pairs {
            let key_span = self.line(key.line);
            let Some(name) = key.spelled().map(|spelled| spelled.text.to_string()) else {
                self.say("syntax", "a key is a list or a mapping", key_span, "no name", "write a name as the key");
                continue;
            };
            if !seen.insert(name.clone()) {
                let message = format!("the key {} is written twice", quoted(&name));
                let help = "keep one of them; two values for one key would leave it to chance which counts";
                self.say("duplicate_key", message, key_span, "written before", help);
                continue;
            }
            let node = self.node(value);
            entries.push(Entry { key: name, key_span, node });
        }
        Value::Table(entries)
    }
}

/// A fraction, or a whole number that was not too large to be held as one.
fn is_exact(node: &yaml::Node<'_>, number: f64) -> bool {
    let whole = node.spelled().is_some_and(|spelled| !spelled.text.contains(['.', 'e', 'E']));
    number.is_finite() && !whole
}

#[cfg(test)]
mod tests {
    use super::yaml;
    use crate::model::Datum;
    use proptest::prelude::*;

    #[test]
    fn a_yaml_file_is_the_same_tree_as_its_json() {
        let text = "# c\na: 1\nb: [x, 2.5, true, ~]\nc: &c\n  d: \"1\"\ne: *c\n";
        let (root, problems) = yaml(text);
        assert_eq!(problems, []);
        let json = "{\"a\": 1, \"b\": [\"x\", 2.5, true, null], \"c\": {\"d\": \"1\"}, \"e\": {\"d\": \"1\"}}";
        assert_eq!(root.datum(), super::super::document::json(json).0.datum());
        let spans: Vec<_> = root.entries().iter().map(|entry| text.get(entry.key_span.clone()).unwrap()).collect();
        assert_eq!(spans, ["a: 1", "b: [x, 2.5, true, ~]", "c: &c", "e: *c"]);
        assert_eq!(yaml("x: y").0.datum(), Datum::Map([("x".to_owned(), Datum::Text("y".to_owned()))].into()));
    }

    #[test]
    fn what_cannot_be_held_is_a_problem() {
        let table = [
            ("a: 1\na: 2", "duplicate_key"),
            ("a: .nan", "out_of_range"),
            ("a: .inf", "out_of_range"),
            ("a: 123456789012345678901234567890", "out_of_range"),
            ("[a]: 1", "syntax"),
            ("a: [", "syntax"),
            ("a: !!int x", "syntax"),
            ("a: 1\n---\nb: 1", "syntax"),
            ("", "syntax"),
            ("a: &a [x, x]\nb: &b [*a, *a]\nc: *z", "syntax"),
        ];
        for (text, code) in table {
            let problems = yaml(text).1;
            assert_eq!(problems.first().map(|problem| problem.code), Some(code), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ \\-?:#&*!|>%@`'\"{}\\[\\],a-c0-1\n\t.~<=é]{0,80}") {
            let (_, problems) = yaml(&text);
            for problem in problems {
                prop_assert!(text.get(problem.span.clone()).is_some());
            }
        }
    }
}
