//! A decision in SARIF: what blocks, the reasons, the findings.

use super::{Entry, Ordinals, write_log};
use crate::model::{Decision, Finding, Severity};
use crate::report::escape::sarif;
use crate::report::words;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes the log file and a line end.
pub(in crate::report) fn write(decision: &Decision, out: &mut impl Write) -> io::Result<()> {
    let elsewhere = decision.files.first().map_or(Cow::Borrowed("CODEOWNERS"), |f| f.diff.path.quoted().into());
    write_log(&entries(decision), &elsewhere, RunProperties::of(decision), out)
}

fn entries<'a>(decision: &'a Decision) -> Vec<Entry<'a>> {
    let reasons = words::why(decision).map(|(blocks, reason)| (if blocks { "block" } else { "reason" }, reason));
    let findings = decision.findings.iter().map(|finding| ("finding", finding));
    let mut ordinals = Ordinals::default();
    let entry = |(role, finding): (&'static str, &'a Finding)| {
        let path = finding.paths.first().map_or("", String::as_str);
        let mut entry = ordinals.entry(role, finding, path);
        entry.level = match (role, finding.severity) {
            ("block", _) | ("finding", Severity::Error) => "error",
            (_, Severity::Info) => "note",
            _ => "warning",
        };
        entry
    };
    reasons.chain(findings).map(entry).collect()
}

#[derive(Serialize)]
struct RunProperties<'a> {
    class: &'static str,
    verdict: &'static str,
    automatic: bool,
    risk: &'static str,
    environment: String,
    base: Option<&'a str>,
    head: Option<&'a str>,
    missing: Vec<String>,
}

impl<'a> RunProperties<'a> {
    fn of(decision: &'a Decision) -> Self {
        Self {
            class: decision.class.as_str(),
            verdict: decision.verdict().as_str(),
            automatic: decision.automatic(),
            risk: decision.risk.as_str(),
            environment: sarif(&decision.environment),
            base: decision.base.as_ref().map(|id| id.0.as_str()),
            head: decision.head.as_ref().map(|id| id.0.as_str()),
            missing: decision.missing().map(|level| sarif(&level.level)).collect(),
        }
    }
}
