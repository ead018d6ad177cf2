//! A lint of policies in JUnit: a case with how much was read, and a case per finding.

use super::{Counts, Outcome, write_end, write_finding, write_head, write_properties};
use crate::model::{Finding, LintFinding, LintReport, Severity};
use crate::report::policy_lint::words;
use std::io::{self, Write};

/// What the case with the counts is called.
const CASE: &str = "POLICIES_READ";

/// Cases of one suite; CI servers keep every one in memory.
const CASES: usize = 25_000;

/// Writes the document and a line end.
pub(in crate::report) fn write(report: &LintReport, out: &mut impl Write) -> io::Result<()> {
    let shown = || report.findings.iter().take(CASES);
    let counts = Counts {
        tests: 1 + shown().count(),
        failures: shown().filter(|found| report.is_failure(found)).count(),
        skipped: shown().filter(|found| found.ignored.is_some()).count(),
    };
    write_head(&counts, report.now, out)?;
    write_properties([("files", report.files.to_string()), ("rules", report.rules.to_string())], out)?;
    write_finding("policy", &Finding::new(CASE, Severity::Info, words::read(report)), None, Outcome::Passed, out)?;
    for found in shown() {
        let about = found.finding.paths.first().map(String::as_str);
        write_finding("policy", &finding(found), about, outcome(report, found), out)?;
    }
    write_end(out)
}

fn outcome(report: &LintReport, found: &LintFinding) -> Outcome {
    match &found.ignored {
        Some(_) => Outcome::Skipped,
        None if report.is_failure(found) => Outcome::Failed,
        None => Outcome::Passed,
    }
}

/// The finding, with why it is left as it is.
fn finding(found: &LintFinding) -> Finding {
    let mut finding = found.finding.clone();
    if let Some(why) = &found.ignored {
        finding.msg = format!("{} (left as it is: {why})", finding.msg);
    }
    finding
}
