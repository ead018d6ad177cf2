//! `.changeward/templates/*.toml`: standard changes.

use super::document::Node;
use super::problem::{InvalidFile, Problem};
use super::reading::{Fields, Reading, ends_before};
use crate::model::{FileStatus, Limits, Principal, Template, TemplateState};

/// What may happen to a file when a template does not say.
const DEFAULT_KINDS: [FileStatus; 3] = [FileStatus::Added, FileStatus::Modified, FileStatus::Deleted];

/// Reads a template.
///
/// Who may approve it is not judged here: a template approved by its proposer is readable and not usable.
///
/// # Errors
/// Every mistake of the file.
pub fn template(text: &str, file: &str) -> Result<Template, InvalidFile> {
    let reading = Reading::toml("template", text, file);
    let template = build(&reading);
    let faults = faults(reading.root());
    reading.finish(template, faults)
}

fn build(reading: &Reading<'_>) -> Option<Template> {
    let root = reading.root();
    let (scope, limits) = (root.table("scope"), root.table("limits"));
    let limit = |key| limits.int(key).and_then(|most| u64::try_from(most).ok());
    let kinds = scope.words("kinds", FileStatus::parse);
    Some(Template {
        id: root.text("id")?,
        title: root.text("title")?,
        state: root.word("state", TemplateState::parse)?,
        proposed_by: root.word("proposed_by", Principal::parse),
        approved_by: root.principals("approved_by"),
        approved_at: root.moment("approved_at"),
        not_before: root.moment("not_before"),
        expires_at: root.moment("expires_at"),
        implementation: root.text("implementation"),
        backout: root.text("backout"),
        include: scope.globs("include"),
        exclude: scope.globs("exclude"),
        kinds: if kinds.is_empty() { DEFAULT_KINDS.to_vec() } else { kinds },
        environments: scope.texts("environments"),
        limits: Limits { files: limit("files"), added: limit("added"), removed: limit("removed") },
        submitters: root.principals("submitters"),
        window: root.text("window"),
        required_checks: root.texts("required_checks"),
        constraints: root.tables("allow").count(),
        place: reading.place(&root.span("id")),
    })
}

fn faults(root: Fields<'_>) -> Vec<Problem> {
    let times = [("not_before", "expires_at"), ("approved_at", "expires_at")];
    // One of the two is enough said about one end.
    let never = times.into_iter().find_map(|(start, end)| ends_before(root, start, end));
    never.into_iter().chain(root.tables("allow").filter_map(empty_range)).collect()
}

fn empty_range(allow: Fields<'_>) -> Option<Problem> {
    let number = |key| match allow.node(key).map(Node::datum)? {
        crate::model::Datum::Int(number) => Some(number as f64),
        crate::model::Datum::Float(number) => Some(number),
        _ => None,
    };
    let (min, max): (f64, f64) = (number("min")?, number("max")?);
    (max < min).then(|| {
        Problem::new(
            "never_valid",
            "`max` is less than `min`, so no value is allowed",
            allow.span("max"),
            format!("less than {min}"),
            "write the least value as `min` and the greatest as `max`",
        )
    })
}
