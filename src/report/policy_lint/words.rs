//! The sentences the formats of a lint of policies share. They are raw: whoever writes them puts them through its own sink.

use crate::model::{LintReport, Severity, counted, grouped};

/// How much was read.
pub(in crate::report) fn read(report: &LintReport) -> String {
    format!("{} in {}", counted(report.rules, "rule"), counted(report.files, "file"))
}

/// How it comes out, in one line.
pub(in crate::report) fn summary(report: &LintReport) -> String {
    let of = |severity, noun| counted(report.number(severity) as u64, noun);
    let all = [of(Severity::Error, "error"), of(Severity::Warn, "warning"), of(Severity::Info, "note")];
    let ignored = report.findings.iter().filter(|found| found.ignored.is_some()).count() as u64;
    let ignored = if ignored > 0 { format!("; {} left as it is", grouped(ignored)) } else { String::new() };
    format!("{}{ignored} ({})", all.join(", "), read(report))
}
