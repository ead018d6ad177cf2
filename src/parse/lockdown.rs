//! `.changeward/lockdowns/*.toml`: times in which nothing goes ahead.

use super::problem::InvalidFile;
use super::reading::{Reading, ends_before};
use crate::model::{ChangeClass, Lockdown, LockdownState};

/// Reads a lockdown.
///
/// # Errors
/// Every mistake of the file.
pub fn lockdown(text: &str, file: &str) -> Result<Lockdown, InvalidFile> {
    let reading = Reading::toml("lockdown", text, file);
    let lockdown = build(&reading);
    let faults = ends_before(reading.root(), "from", "until").into_iter().collect();
    reading.finish(lockdown, faults)
}

fn build(reading: &Reading<'_>) -> Option<Lockdown> {
    let root = reading.root();
    Some(Lockdown {
        id: root.text("id")?,
        state: root.word("state", state)?,
        reason: root.text("reason")?,
        from: root.moment("from"),
        until: root.moment("until"),
        environments: root.texts("environments"),
        rows: root.texts("rows"),
        exempt: root.words("exempt", ChangeClass::parse),
        release_approvers: root.principals("release_approvers"),
        place: reading.place(&root.span("id")),
    })
}

fn state(word: &str) -> Option<LockdownState> {
    match word {
        "draft" => Some(LockdownState::Draft),
        "enforced" => Some(LockdownState::Enforced),
        "ended" => Some(LockdownState::Ended),
        _ => None,
    }
}
