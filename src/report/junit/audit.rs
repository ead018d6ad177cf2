//! An audit in JUnit: a case with how much is owned, and a case per finding: failed where it fails the audit, skipped where
//! a baseline accepts it, passed with its words otherwise.

use super::{Counts, Outcome, write_end, write_finding, write_head, write_properties};
use crate::model::{AuditFinding, AuditReport, Finding, Severity};
use crate::report::audit::words;
use std::io::{self, Write};

/// What the case with the coverage is called.
const CASE: &str = "COVERAGE";

/// Cases of one suite; CI servers keep every one in memory.
const CASES: usize = 25_000;

/// Writes the document and a line end.
pub(in crate::report) fn write(report: &AuditReport, out: &mut impl Write) -> io::Result<()> {
    let shown = || report.findings.iter().take(CASES);
    let counts = Counts {
        tests: 1 + shown().count(),
        failures: shown().filter(|found| report.is_failure(found)).count(),
        skipped: shown().filter(|found| found.accepted.is_some()).count(),
    };
    write_head(&counts, report.now, out)?;
    let properties = [
        ("state", report.state.clone()),
        ("commit", report.commit.as_ref().map_or_else(String::new, |id| id.0.clone())),
        ("files", report.coverage.all.files().to_string()),
        ("files_owned", report.coverage.all.owned.files.to_string()),
        ("lines", report.coverage.all.lines().to_string()),
        ("lines_owned", report.coverage.all.owned.lines.to_string()),
    ];
    write_properties(properties, out)?;
    let coverage = Finding::new(CASE, Severity::Info, words::coverage(&report.coverage));
    write_finding("audit", &coverage, None, Outcome::Passed, out)?;
    for found in shown() {
        write_finding("audit", &finding(found), Some(&found.subject), outcome(report, found), out)?;
    }
    write_end(out)
}

fn outcome(report: &AuditReport, found: &AuditFinding) -> Outcome {
    match &found.accepted {
        Some(_) => Outcome::Skipped,
        None if report.is_failure(found) => Outcome::Failed,
        None => Outcome::Passed,
    }
}

/// The finding, with who accepted it.
fn finding(found: &AuditFinding) -> Finding {
    let mut finding = found.finding.clone();
    if let Some(accepted) = &found.accepted {
        finding.msg = format!("{} ({})", finding.msg, words::accepted(accepted));
    }
    finding
}
