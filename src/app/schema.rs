//! The published JSON Schemas: of every file people write and of every document we write.

use super::failure::Failure;
use crate::world::files::{self, Written};
use crate::{parse, policy, report};
use miette::Diagnostic;
use std::path::Path;

/// The names, in alphabetical order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = all().map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

/// The text of one.
pub fn text(name: &str) -> Option<&'static str> {
    all().find(|(known, _)| *known == name).map(|(_, text)| text)
}

fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let documents = [
        ("audit", report::audit_schema()),
        ("decision", report::schema()),
        ("doctor", report::doctor_schema()),
        ("exceptions", report::exceptions_schema()),
        ("input", policy::input::SCHEMA),
        ("owners", report::owners_schema()),
        ("plan", report::gate::plan_schema()),
        ("template-tests", report::template_tests_schema()),
        ("templates", report::templates_schema()),
        ("tests", report::tests_schema()),
        ("policy-lint", report::policy_lint_schema()),
    ];
    parse::schemas().iter().copied().chain(documents)
}

/// The schema of the input for checkers of Rego that know less of JSON Schema than editors do.
pub fn for_checkers() -> String {
    policy::input::checker_schema()
}

/// What the file of a schema is called.
pub(super) fn file_name(name: &str) -> String {
    format!("{name}.schema.json")
}

/// The schemas of the files people write, by name.
pub(super) fn of_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    parse::schemas().iter().copied()
}

/// The first line of a schema of ours, by which a file that holds one is known.
const OURS: &str = "\"$id\": \"urn:changeward:schema:";

/// Largest file that is looked at before it is written over.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Writes every schema into a folder, and returns what to tell.
///
/// # Errors
/// When a file cannot be written, or stands there and is none of ours.
pub fn write(folder: &Path) -> Result<String, Failure> {
    let mut told = String::new();
    for name in names() {
        let (file, text) = (file_name(name), text(name).unwrap_or_default());
        let is = files::read(&folder.join(&file), LARGEST).map_err(Failure::world)?;
        if is.as_deref() == Some(text) {
            told.push_str(&format!("{:<9}{file}\n", "fresh"));
            continue;
        }
        if is.is_some_and(|is| !is.contains(OURS)) {
            return Err(Failure::usage(Foreign { file: folder.join(&file).display().to_string() }));
        }
        let written = files::write(folder, &file, text, true).map_err(Failure::world)?;
        let mark = if written == Written::New { "wrote" } else { "replaced" };
        told.push_str(&format!("{mark:<9}{file}\n"));
    }
    Ok(told)
}

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{file} stands there already, and is no schema of changeward")]
#[diagnostic(code(changeward::docs::foreign), help("choose another folder, or remove the file"))]
struct Foreign {
    file: String,
}
