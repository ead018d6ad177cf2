//! Blocks as OPA's documentation writes them, and blocks nobody should write.

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
            &["2: is text", "3: is a list", "4: true or false"],
        ),
        ("# METADATA\n# scope: rule\npackage x", &["1-None"], &["2: belongs above a rule"]),
        ("# METADATA\n# scope: package\np := 1", &["1-3"], &["2: belongs above a package"]),
        ("# METADATA\n# scope: world\np := 1", &["1-3"], &["2: a scope is"]),
        ("# METADATA\n# scope: document\np := 1", &["1-None"], &[]),
        ("# METADATA\n# title: x\npackages := 1", &["1-3"], &[]),
        ("p := `\n# METADATA\n# title: x\n`\nq := 1", &[], &[]),
        ("p := \"`\" # `\n# METADATA\n# title: x\nq := 1", &["2-4"], &[]),
        ("p := \"\\\"`\"\n# METADATA\n# title: x\nq := 1", &["2-4"], &[]),
        ("p if {\n  # METADATA\n  # title: x\n  true\n}", &[], &[]),
        ("# METADATA\n# custom: &a [1]\n# title: *a\np := 1", &[], &["1: anchors"]),
        ("# METADATA\n# title: R&D is 2*x\np := 1", &["1-3"], &[]),
        ("# METADATA\n# custom: {1: a, [x]: b}\np := 1", &["1-3"], &["2: a key is a word"]),
        ("# METADATA\n# custom: !!int x\np := 1", &["1-3"], &["2: cannot be read"]),
        (&long, &[], &["1: 64 KiB"]),
        (&deep, &[], &["1: too deeply"]),
        (&dashes, &[], &["1: too deeply"]),
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
