//! An audit in SARIF. A finding is known across runs by its subject, which stays while lines move; one that a baseline
//! accepts is suppressed.

use super::{Entry, Ordinals, write_log};
use crate::model::{AuditReport, Severity};
use crate::report::escape::sarif;
use serde::Serialize;
use std::io::{self, Write};

/// Writes the log file and a line end.
pub(in crate::report) fn write(report: &AuditReport, out: &mut impl Write) -> io::Result<()> {
    let mut ordinals = Ordinals::default();
    let entries: Vec<Entry<'_>> = report
        .findings
        .iter()
        .map(|found| {
            let mut entry = ordinals.entry("audit", &found.finding, &found.subject);
            entry.level = match found.finding.severity {
                Severity::Error => "error",
                Severity::Warn => "warning",
                Severity::Info => "note",
            };
            entry.lint = report.lints.iter().find(|lint| lint.code == found.finding.code);
            let accepted = found.accepted.as_ref();
            entry.accepted = accepted.map(|by| format!("accepted by {} until {}", by.owner, by.expires_at.date()));
            entry
        })
        .collect();
    let owned = report.coverage.all.owned;
    let properties = RunProperties {
        state: sarif(&report.state),
        commit: report.commit.as_ref().map(|id| id.0.as_str()),
        files: report.coverage.all.files(),
        files_owned: owned.files,
        lines: report.coverage.all.lines(),
        lines_owned: owned.lines,
    };
    write_log(&entries, "CODEOWNERS", properties, out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunProperties<'a> {
    state: String,
    commit: Option<&'a str>,
    files: u64,
    files_owned: u64,
    lines: u64,
    lines_owned: u64,
}
