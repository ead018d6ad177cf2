//! The document of `doctor --format json`: a frozen record, version 1. Grow it by adding.

use crate::model::{DoctorReport, Severity, Symptom};
use crate::report::json::write_document;
use serde::Serialize;
use std::io::{self, Write};

/// Writes the document and a line end.
pub(super) fn write(report: &DoctorReport, out: &mut impl Write) -> io::Result<()> {
    let forge = report.forge.as_ref();
    let document = Document {
        version: 1,
        state: &report.state,
        repository: forge.map(|(repository, _)| repository.as_str()),
        branch: forge.map(|(_, branch)| branch.as_str()),
        fails: report.fails(),
        checks: report.checks,
        counts: Counts {
            error: report.number(Severity::Error),
            warn: report.number(Severity::Warn),
            info: report.number(Severity::Info),
        },
        findings: report.symptoms.iter().map(|symptom| Record::of(report, symptom)).collect(),
        not_looked_at: &report.notes,
    };
    write_document(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    fails: bool,
    checks: usize,
    counts: Counts,
    findings: Vec<Record<'a>>,
    not_looked_at: &'a [String],
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warn: usize,
    info: usize,
}

#[derive(Serialize)]
struct Record<'a> {
    code: &'a str,
    severity: &'static str,
    about: &'static str,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    answers: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
    fails: bool,
}

impl<'a> Record<'a> {
    fn of(report: &DoctorReport, symptom: &'a Symptom) -> Self {
        let finding = &symptom.finding;
        Self {
            code: &finding.code,
            severity: finding.severity.as_str(),
            about: symptom.organ.as_str(),
            msg: &finding.msg,
            file: finding.paths.first().map(String::as_str),
            line: finding.line,
            answers: symptom.answers,
            help: finding.help.as_deref(),
            page: symptom.page.as_deref(),
            command: symptom.command.as_deref(),
            fails: report.is_failure(symptom),
        }
    }
}
