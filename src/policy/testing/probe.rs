//! Modules of our own that ask about a test: they stand in its package and bring its imports, so that every name in its
//! text means there what it means in the test.

use super::discover::{Found, Table};
use super::literal::{Cut, Kind, Line, lines};
use crate::policy::aliases::Aliases;
use crate::policy::scan::{WordKind, words};
use regorus::unstable::Rule;
use std::collections::BTreeSet;

/// The most lines of a body that are asked about.
const LINES: usize = 60;

/// A name that stands nowhere in these texts.
pub(super) fn fresh<'t>(stem: &str, texts: impl Iterator<Item = &'t str>) -> String {
    let taken: BTreeSet<&str> = texts
        .flat_map(|text| words(text).into_iter().filter(|word| word.kind == WordKind::Name).map(|word| word.text))
        .collect();
    let mut name = format!("_{stem}");
    while taken.contains(name.as_str()) {
        name.push('_');
    }
    name
}

/// A module in the package of a test, where these rules mean what they mean in the test.
pub(super) fn module(source: &str, found: &Found, rules: &str) -> String {
    let (cut, ast) = (Cut::new(source), &found.module);
    let mut text = format!("package {}\n", cut.text(ast.package.refr.span()));
    for import in &ast.imports {
        text.push_str(cut.text(&import.span));
        text.push('\n');
    }
    text.push_str(&Aliases::of(source, ast).expand(rules).unwrap_or_else(|| rules.to_owned()));
    text
}

/// A rule that holds the keys of every case a table-driven test has, whether it comes out or not.
pub(super) fn cases(cut: &Cut<'_>, found: &Found, table: &Table, name: &str) -> String {
    let Rule::Spec { bodies, .. } = found.rule.as_ref() else { return String::new() };
    let mut text = String::new();
    for (body, known) in bodies.iter().zip(&table.known_after) {
        let body: Vec<Line> = lines(cut, &body.query).into_iter().take(*known).collect();
        text.push_str(&format!("{name} contains [{}] if {{\n{}}}\n", table.keys.join(", "), said(&body)));
    }
    text
}

/// How much is asked about each line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Depth {
    /// Whether it holds, and the values of its parts.
    Values,
    /// Only whether it holds.
    Lines,
}

/// The body of a test and the case that is asked about, if it has cases.
pub(super) struct Body<'b> {
    pub(super) number: usize,
    pub(super) lines: &'b [Line],
    /// The line after which the case is known, and what makes it this case.
    pub(super) case: Option<(usize, String)>,
}

/// Rules `NAME contains ["held", BODY, LINES]`: so many lines hold together; and `NAME contains ["values", BODY, LINE,
/// […]]`: what the parts of a line are where all before it hold.
pub(super) fn why(body: &Body<'_>, name: &str, depth: Depth) -> String {
    let mut text = String::new();
    let before = |count: usize| {
        let upto = body.lines.get(..count).unwrap_or_default();
        match &body.case {
            Some((known, case)) if *known <= count => {
                let (first, rest) = upto.split_at(*known);
                format!("{}{case}\n{}", said(first), said(rest))
            }
            _ => said(upto),
        }
    };
    for (index, line) in body.lines.iter().enumerate().take(LINES) {
        let (number, upto) = (body.number, index + 1);
        text.push_str(&format!("{name} contains [\"held\", {number}, {upto}] if {{\n{}}}\n", before(upto)));
        if depth == Depth::Values && !line.parts.is_empty() {
            let parts: Vec<String> = line.parts.iter().map(|part| value_of(&part.text, &line.mocks, name)).collect();
            let parts = parts.join(",\n");
            text.push_str(&format!(
                "{name} contains [\"values\", {number}, {upto}, [{parts}]] if {{\n{}}}\n",
                before(index)
            ));
        }
    }
    text
}

/// The values of an expression as a list: none where it is undefined.
fn value_of(part: &str, mocks: &str, name: &str) -> String {
    format!("[{name}_v | {name}_v := {part} {mocks}]")
}

/// The lines of a body; `true` for none.
fn said(lines: &[Line]) -> String {
    if lines.is_empty() {
        return "true\n".to_owned();
    }
    lines.iter().map(|line| format!("{}\n", line.whole)).collect()
}

/// A sentence about a line that does not hold.
pub(super) fn sentence(line: &Line, undefined: &[&str]) -> String {
    let said = &line.said;
    match line.kind {
        Kind::Not => format!("`{said}` is false: what it denies holds"),
        Kind::Some if undefined.is_empty() => format!("`{said}` finds nothing"),
        Kind::Every if undefined.is_empty() => format!("`{said}` does not hold for each of them"),
        Kind::Assign if undefined.is_empty() => format!("`{said}` does not match"),
        _ if !undefined.is_empty() => format!("`{said}` is undefined"),
        _ => format!("`{said}` is false"),
    }
}
