//! A lint of policies in SARIF. What a comment leaves as it is is suppressed, with the reason.

use super::{Entry, Ordinals, write_log};
use crate::model::{LintReport, Severity};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the log file and a line end.
pub(in crate::report) fn write(report: &LintReport, out: &mut impl Write) -> io::Result<()> {
    let mut ordinals = Ordinals::default();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for found in &report.findings {
        let file = found.finding.paths.first().map_or("", String::as_str);
        let mut entry = ordinals.entry("policy", &found.finding, file);
        entry.level = match found.finding.severity {
            Severity::Error => "error",
            Severity::Warn => "warning",
            Severity::Info => "note",
        };
        entry.lint = report.lints.iter().find(|lint| lint.code == found.finding.code);
        entry.accepted = found.ignored.clone();
        entry.in_source = true;
        entry.stretch = found.place.as_ref();
        entries.push(entry);
    }
    write_log(&entries, ".changeward/policies", RunProperties { files: report.files, rules: report.rules }, out)
}

#[derive(Serialize)]
struct RunProperties {
    files: u64,
    rules: u64,
}
