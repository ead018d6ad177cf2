//! The document of `exceptions --format json`: a frozen record, version 1. Grow it by adding.

use crate::model::{ExceptionEntry, ExceptionsReport, Severity};
use crate::report::json::{FindingRecord, PlaceRecord, write_document};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the document and a line end.
pub(super) fn write(report: &ExceptionsReport, fail_on: Option<Severity>, out: &mut impl Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        state: &report.state,
        evaluated_at: report.now.to_string(),
        fails: report.fails(fail_on),
        exceptions: report.entries.iter().map(Record::of).collect(),
    };
    write_document(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    state: &'a str,
    evaluated_at: String,
    fails: bool,
    exceptions: Vec<Record<'a>>,
}

#[derive(Serialize)]
struct Record<'a> {
    id: &'a str,
    state: &'static str,
    rule: &'a str,
    scope: Vec<&'a str>,
    covers: u64,
    reason: &'a str,
    compensating: &'a str,
    owner: &'a str,
    approved_by: &'a str,
    approved_at: String,
    expires_at: String,
    place: PlaceRecord<'a>,
    findings: Vec<FindingRecord<'a>>,
}

impl<'a> Record<'a> {
    fn of(entry: &'a ExceptionEntry) -> Self {
        let exception = &entry.facts.exception;
        Self {
            id: &exception.id,
            state: entry.facts.standing.as_str(),
            rule: &exception.rule,
            scope: exception.scope.iter().map(|pattern| pattern.source()).collect(),
            covers: entry.covers,
            reason: &exception.reason,
            compensating: &exception.compensating,
            owner: exception.owner.as_str(),
            approved_by: exception.approved_by.as_str(),
            approved_at: exception.approved_at.to_string(),
            expires_at: exception.expires_at.to_string(),
            place: PlaceRecord::of(&exception.place),
            findings: entry.findings.iter().map(FindingRecord::of).collect(),
        }
    }
}
