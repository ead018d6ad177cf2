//! `.changeward/baseline.toml`: findings of the audit that an organisation lives with for now.

use super::problem::{InvalidFile, Problem, quoted};
use super::reading::{Fields, Reading};
use crate::model::{Baseline, BaselineEntry};
use std::collections::BTreeSet;

/// Reads the baseline.
///
/// # Errors
/// Every mistake of the file.
pub fn baseline(text: &str, file: &str) -> Result<Baseline, InvalidFile> {
    let reading = Reading::toml("baseline", text, file);
    let baseline = build(&reading);
    let faults = repeated(reading.root());
    reading.finish(baseline, faults)
}

fn build(reading: &Reading<'_>) -> Option<Baseline> {
    let root = reading.root();
    let entry = |entry: Fields<'_>| {
        Some(BaselineEntry {
            code: entry.text("code")?,
            subject: entry.text("subject")?,
            count: entry.int("count").and_then(|count| u64::try_from(count).ok()),
            owner: entry.principal("owner"),
            expires_at: entry.moment("expires_at"),
            place: reading.place(&entry.own_span()),
        })
    };
    Some(Baseline {
        owner: root.principal("owner")?,
        expires_at: root.moment("expires_at")?,
        entries: root.tables("finding").filter_map(entry).collect(),
    })
}

/// Two entries for one finding: it would be left to chance which count holds.
fn repeated(root: Fields<'_>) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for entry in root.tables("finding") {
        let (Some(code), Some(subject)) = (entry.text("code"), entry.text("subject")) else { continue };
        if !seen.insert((code.clone(), subject.clone())) {
            problems.push(Problem::new(
                "duplicate_finding",
                format!("a second entry is about {} {}", quoted(&code), quoted(&subject)),
                entry.span("subject"),
                "accepted before",
                "keep one of them",
            ));
        }
    }
    problems
}
