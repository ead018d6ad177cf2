//! `.changeward/baseline.toml` as it is written: a comment that says what it is, then one table per finding.

use crate::model::{Baseline, BaselineEntry, Moment};
use crate::report::escape::toml as text;
use std::fmt::Write;

/// The text of the file.
pub fn baseline(of: &Baseline) -> String {
    let mut out = String::from(
        "# Findings of `changeward owners audit` that are accepted for now. More of one than its count fails the audit\n\
         # again; so does each from its date on. `changeward owners audit --write-baseline` tightens it.\n\
         version = 1\n",
    );
    // Writing to a string cannot fail.
    let _ = write!(out, "owner = {}\nexpires_at = {}\n", text(of.owner.as_str()), date(of.expires_at));
    for entry in &of.entries {
        push(&mut out, entry);
    }
    out
}

fn push(out: &mut String, entry: &BaselineEntry) {
    let _ = write!(out, "\n[[finding]]\ncode = {}\nsubject = {}\n", text(&entry.code), text(&entry.subject));
    if let Some(count) = entry.count {
        let _ = writeln!(out, "count = {count}");
    }
    if let Some(owner) = &entry.owner {
        let _ = writeln!(out, "owner = {}", text(owner.as_str()));
    }
    if let Some(expires_at) = entry.expires_at {
        let _ = writeln!(out, "expires_at = {}", date(expires_at));
    }
}

/// A day where it is one, a moment otherwise.
fn date(moment: Moment) -> String {
    if moment == moment.midnight() { moment.date() } else { moment.to_string() }
}
