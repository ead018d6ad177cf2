//! Workflow commands of GitHub Actions: annotations beside the changed lines, then the verdict as plain text.
//!
//! GitHub shows ten annotations of each severity per step and drops the rest without a word (actions/runner), and cuts a
//! message at 4,096 characters. So the most severe come first, and the tenth says how many there are beyond it.

use super::escape::{command_data, command_property, is_hidden, terminal, unquoted};
use super::words;
use crate::model::{Decision, Finding, Level, LintReport, Severity};
use std::io::{self, Write};

/// Annotations of one severity that GitHub shows per step.
const SHOWN: usize = 10;

/// Characters of a message, well below GitHub's 4,096 even when some are escaped.
const MESSAGE: usize = 1_000;

/// Writes the annotations and one plain line.
pub(super) fn write(decision: &Decision, out: &mut impl Write) -> io::Result<()> {
    let mut all = Annotations { error: Vec::new(), warning: Vec::new(), notice: Vec::new() };
    for (blocks, reason) in words::why(decision) {
        // A reason explains the class; only what blocks is an error.
        let kind = if blocks { Severity::Error } else { reason.severity.min(Severity::Warn) };
        all.of(kind).push(Annotation::Finding(reason));
    }
    for finding in &decision.findings {
        all.of(finding.severity).push(Annotation::Finding(finding));
    }
    for level in decision.missing() {
        all.notice.push(Annotation::Missing(level));
    }
    write_some("error", &all.error, out)?;
    write_some("warning", &all.warning, out)?;
    write_some("notice", &all.notice, out)?;
    writeln!(
        out,
        "changeward: {}, {} {}",
        words::class_title(decision.class),
        words::verdict_banner(decision.verdict()),
        terminal(&words::clip(&words::verdict_phrase(decision), MESSAGE)),
    )
}

/// The same for a lint of policies.
pub(super) fn write_policy_lint(report: &LintReport, out: &mut impl Write) -> io::Result<()> {
    let mut all = Annotations { error: Vec::new(), warning: Vec::new(), notice: Vec::new() };
    for found in report.open() {
        all.of(found.finding.severity).push(Annotation::Finding(&found.finding));
    }
    write_some("error", &all.error, out)?;
    write_some("warning", &all.warning, out)?;
    write_some("notice", &all.notice, out)?;
    writeln!(out, "changeward: {}", terminal(&super::policy_lint::words::summary(report)))
}

struct Annotations<'a> {
    error: Vec<Annotation<'a>>,
    warning: Vec<Annotation<'a>>,
    notice: Vec<Annotation<'a>>,
}

impl<'a> Annotations<'a> {
    fn of(&mut self, severity: Severity) -> &mut Vec<Annotation<'a>> {
        match severity {
            Severity::Error => &mut self.error,
            Severity::Warn => &mut self.warning,
            Severity::Info => &mut self.notice,
        }
    }
}

enum Annotation<'a> {
    Finding(&'a Finding),
    Missing(&'a Level),
}

fn write_some(kind: &str, all: &[Annotation<'_>], out: &mut impl Write) -> io::Result<()> {
    let shown = if all.len() > SHOWN { SHOWN - 1 } else { all.len() };
    for annotation in all.iter().take(shown) {
        match annotation {
            Annotation::Finding(finding) => write_finding(kind, finding, out)?,
            Annotation::Missing(level) => write_missing(kind, level, out)?,
        }
    }
    match all.len() - shown {
        0 => Ok(()),
        more => writeln!(out, "::{kind} title=changeward::{more} more, see the summary or the JSON document"),
    }
}

fn write_finding(kind: &str, finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    write!(out, "::{kind} ")?;
    if let Some(path) = finding.paths.first().filter(|path| !path.trim().is_empty()) {
        write!(out, "file={},", command_property(&shown_path(path)))?;
        if let Some(line) = finding.line {
            write!(out, "line={line},")?;
        }
    }
    write!(out, "title={}::", command_property(&words::clip(&finding.code, 200)))?;
    write!(out, "{}", command_data(&words::clip(&finding.msg, MESSAGE)))?;
    if finding.paths.len() > 1 {
        write!(out, "%0A{}", command_data(&words::clip(&words::some_of(&finding.paths, 5), MESSAGE)))?;
    }
    if let Some(help) = &finding.help {
        write!(out, "%0ANext: {}", command_data(&words::clip(help, MESSAGE)))?;
    }
    if let Some(rule) = &finding.rule {
        write!(out, "%0ARule: {}", command_data(&words::clip(&rule.to_string(), 200)))?;
    }
    writeln!(out)
}

fn write_missing(kind: &str, level: &Level, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "::{kind} title={}::{}: {}, may be given by {}%0A{}",
        command_property(&words::clip(&format!("missing {}", level.level), 200)),
        command_data(&words::clip(&level.level, 200)),
        words::progress(level),
        command_data(&words::clip(&words::who(&level.eligible, 5), MESSAGE)),
        command_data(&words::clip(&level.why, MESSAGE)),
    )
}

/// The path GitHub knows the file by; its quoted spelling, which lands nowhere, when the real one would be unsafe to print.
fn shown_path(path: &str) -> String {
    match std::str::from_utf8(&unquoted(path)) {
        Ok(text) if !text.chars().any(is_hidden) => text.to_owned(),
        _ => path.to_owned(),
    }
}
