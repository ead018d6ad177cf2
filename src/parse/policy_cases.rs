//! `*_test.yaml` and `*_test.json` beside the policies: inputs, and what the policies must say of them.

use super::document::{self, Node, Value};
use super::problem::{InvalidFile, Problem, quoted};
use super::reading::{Fields, Reading, duplicates};
use super::yaml_document;
use crate::model::{CaseFile, CaseInput, ChangeClass, Datum, PolicyCase, Risk, Wanted};
use std::collections::BTreeMap;

/// The middle word of the codes.
const KIND: &str = "cases";

/// The name of the input that is there without being written: a change of nothing.
pub const EMPTY: &str = "empty";

/// The sets that a case may ask about.
const SETS: [&str; 7] = ["force_normal", "emergency_fault", "template_fault", "deny", "warn", "require", "obligation"];

/// Reads a case file: JSON where its name ends so, else YAML.
///
/// # Errors
/// Every mistake of the file.
pub fn policy_cases(text: &str, file: &str) -> Result<CaseFile, InvalidFile> {
    let reading =
        if file.ends_with(".json") { Reading::json(KIND, text, file) } else { Reading::yaml(KIND, text, file) };
    let root = reading.root();
    let inputs: BTreeMap<String, CaseInput> = root
        .named("inputs")
        .filter_map(|(name, _, node)| Some((name.to_owned(), input(node, reading.place(&node.span).line)?)))
        .collect();
    let cases = root.tables("cases").filter_map(|fields| case(&reading, fields)).collect();
    let mut faults = duplicates(root.tables("cases"), "note", "case");
    faults.extend(reserved(root));
    faults.extend(
        root.tables("cases").flat_map(|fields| [unknown_input(fields, &inputs), wants_nothing(fields)]).flatten(),
    );
    reading.finish(Some(CaseFile { inputs, cases }), faults)
}

/// Reads a document that a case starts from.
///
/// # Errors
/// When it is no table of JSON (where its name ends so) or YAML.
pub fn policy_input(text: &str, file: &str) -> Result<Datum, InvalidFile> {
    let (root, mut problems) = if file.ends_with(".json") { document::json(text) } else { yaml_document::yaml(text) };
    if problems.is_empty() && !matches!(root.value, Value::Table(_)) {
        let help = "`changeward policy input > FILE` writes one";
        problems.push(Problem::new("wrong_type", "an input must be a table", root.span.clone(), "no table", help));
    }
    if problems.is_empty() { Ok(root.datum()) } else { Err(InvalidFile::new(KIND, file, text, problems)) }
}

fn case(reading: &Reading<'_>, fields: Fields<'_>) -> Option<PolicyCase> {
    let line = |key: &str| reading.place(&fields.span(key)).line;
    Some(PolicyCase {
        note: fields.text("note")?,
        line: line("note"),
        todo: fields.flag("todo"),
        input: fields.node("input").and_then(|node| input(node, line("input"))),
        patch: fields.node("patch").map(Node::datum),
        now: fields.moment("now"),
        params: fields.named("params").map(|(name, _, node)| (name.to_owned(), node.datum())).collect(),
        want: wanted(fields.table("want")),
    })
}

fn input(node: &Node, line: u32) -> Option<CaseInput> {
    match &node.value {
        Value::Text(name) => Some(CaseInput::Named(name.clone(), line)),
        Value::Table(_) => Some(CaseInput::Document(node.datum())),
        _ => None,
    }
}

fn wanted(fields: Fields<'_>) -> Wanted {
    let set = |name: &&str| Some(((*name).to_owned(), fields.node(name).map(|_| fields.texts(name))?));
    Wanted {
        class: fields.word("class", ChangeClass::parse),
        risk: fields.word("risk", Risk::parse),
        sets: SETS.iter().filter_map(set).collect(),
        not: fields.texts("not"),
    }
}

fn reserved(root: Fields<'_>) -> Option<Problem> {
    let (name, span, _) = root.named("inputs").find(|(name, ..)| *name == EMPTY)?;
    let message = format!("the input {} is there already: a change of nothing", quoted(name));
    Some(Problem::new("reserved_id", message, span, "there already", "give yours another name"))
}

/// A name that is none of the file's inputs, and no file either.
fn unknown_input(fields: Fields<'_>, inputs: &BTreeMap<String, CaseInput>) -> Option<Problem> {
    let name = fields.text("input")?;
    let is_file = [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    if name == EMPTY || is_file || inputs.contains_key(&name) {
        return None;
    }
    let known: Vec<String> =
        inputs.keys().map(String::as_str).filter(|name| *name != EMPTY).chain([EMPTY]).map(quoted).collect();
    Some(Problem::new(
        "unknown_input",
        format!("there is no input {}", quoted(&name)),
        fields.span("input"),
        "not known here",
        format!("known: {}; or name a .json or .yaml file beside this one", known.join(", ")),
    ))
}

/// A case that cannot fail is none.
fn wants_nothing(fields: Fields<'_>) -> Option<Problem> {
    let want = fields.node("want")?;
    (want.entries().is_empty() && matches!(want.value, Value::Table(_))).then(|| {
        Problem::new(
            "wants_nothing",
            "this case wants nothing, so it cannot fail",
            want.span.clone(),
            "empty",
            "say what must come out: a class, codes of a set, or codes that may `not` be there",
        )
    })
}
