//! The document of `policy lint --format json`: a frozen record, version 1. Grow it by adding.

use crate::model::{LintFinding, LintReport, Severity};
use crate::report::json::write_document;
use serde::Serialize;
use std::io::{self, Write};

/// Writes the document and a line end.
pub(super) fn write(report: &LintReport, out: &mut impl Write) -> io::Result<()> {
    write_document(
        &Document {
            version: 1,
            evaluated_at: report.now.to_string(),
            fails: report.fails(),
            files: report.files,
            rules: report.rules,
            counts: Counts {
                error: report.number(Severity::Error),
                warn: report.number(Severity::Warn),
                info: report.number(Severity::Info),
                ignored: report.findings.iter().filter(|found| found.ignored.is_some()).count(),
            },
            findings: report.findings.iter().map(|found| Record::of(report, found)).collect(),
        },
        out,
    )
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    evaluated_at: String,
    fails: bool,
    files: u64,
    rules: u64,
    counts: Counts,
    findings: Vec<Record<'a>>,
}

/// Findings that count, by their severity, and those that do not.
#[derive(Serialize)]
struct Counts {
    error: usize,
    warn: usize,
    info: usize,
    ignored: usize,
}

#[derive(Serialize)]
struct Record<'a> {
    code: &'a str,
    severity: &'static str,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    place: Option<PlaceRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    fails: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<&'a str>,
}

#[derive(Serialize)]
struct PlaceRecord {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl<'a> Record<'a> {
    fn of(report: &LintReport, found: &'a LintFinding) -> Self {
        let finding = &found.finding;
        Self {
            code: &finding.code,
            severity: finding.severity.as_str(),
            msg: &finding.msg,
            file: finding.paths.first().map(String::as_str),
            place: found.place.as_ref().map(|place| PlaceRecord {
                line: place.line,
                column: place.column,
                end_line: place.end_line,
                end_column: place.end_column,
            }),
            help: finding.help.as_deref(),
            fails: report.is_failure(found),
            ignored: found.ignored.as_deref(),
        }
    }
}
