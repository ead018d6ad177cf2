//! `.changeward/exceptions/*.toml`: rules that do not apply to some paths for some time.

use super::problem::{InvalidFile, Problem};
use super::reading::{Fields, Reading, blank, ends_before};
use crate::model::{DAY, Exception};

/// The longest time an exception may hold from its approval, in days; `[exceptions] max_days` makes it shorter. What lasts
/// longer is a rule, not an exception.
const MAX_DAYS: i64 = 180;

/// Reads an exception.
///
/// # Errors
/// Every mistake of the file.
pub fn exception(text: &str, file: &str) -> Result<Exception, InvalidFile> {
    let reading = Reading::toml("exception", text, file);
    let exception = build(&reading);
    let root = reading.root();
    let faults = [ends_before(root, "approved_at", "expires_at"), too_long(root), self_approved(root)];
    let blanks = blank(root, &["rule", "reason", "compensating"]);
    reading.finish(exception, faults.into_iter().flatten().chain(blanks).collect())
}

fn build(reading: &Reading<'_>) -> Option<Exception> {
    let root = reading.root();
    Some(Exception {
        id: root.text("id")?,
        rule: root.text("rule")?,
        scope: root.globs("scope"),
        reason: root.text("reason")?,
        compensating: root.text("compensating")?,
        owner: root.principal("owner")?,
        approved_by: root.principal("approved_by")?,
        approved_at: root.moment("approved_at")?,
        expires_at: root.moment("expires_at")?,
        place: reading.place(&root.span("id")),
    })
}

fn too_long(root: Fields<'_>) -> Option<Problem> {
    let latest = root.moment("approved_at")?.plus(MAX_DAYS * DAY);
    (root.moment("expires_at")? > latest).then(|| {
        Problem::new(
            "too_long",
            format!("an exception holds for at most {MAX_DAYS} days from its approval"),
            root.span("expires_at"),
            format!("at the latest {}", latest.date()),
            "let it expire sooner and renew it with a new approval, or change the rule",
        )
    })
}

fn self_approved(root: Fields<'_>) -> Option<Problem> {
    let same = root.principal("owner")? == root.principal("approved_by")?;
    same.then(|| {
        Problem::new(
            "self_approved",
            "an exception cannot be approved by its own owner",
            root.span("approved_by"),
            "the owner",
            "let somebody else approve it",
        )
    })
}
