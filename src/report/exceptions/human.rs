//! For a person at a terminal: what is waived, until when, who stands behind it, and what is wrong with it.

use crate::model::{ExceptionEntry, ExceptionsReport, Severity, counted};
use crate::report::Style;
use crate::report::text::{Light, Line, Para, Tone, write_lines};
use std::io::{self, Write};

/// Writes the report.
pub(super) fn write(
    report: &ExceptionsReport,
    fail_on: Option<Severity>,
    style: &Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let width = style.width.max(40);
    let mut lines = head(report, fail_on, width);
    for entry in &report.entries {
        lines.push(Vec::new());
        lines.extend(lines_of(entry, width));
    }
    write_lines(&lines, style, out)
}

fn head(report: &ExceptionsReport, fail_on: Option<Severity>, width: usize) -> Vec<Line> {
    let what = Para::new(0, 2).ours(Tone::Strong, "EXCEPTIONS").then(":").theirs(Tone::Plain, &report.state);
    let odd = report.entries.iter().filter(|entry| !entry.findings.is_empty()).count();
    let (light, banner) = match (report.fails(fail_on), odd) {
        (true, _) => (Light::Red, " ✗ FAILS "),
        (false, 0) => (Light::Green, " ✓ NOTHING TO MEND "),
        (false, _) => (Light::Yellow, " ✓ PASSES "),
    };
    let waive = report.entries.iter().filter(|entry| entry.facts.standing.waives()).count();
    let said = format!("{}, {waive} in force", counted(report.entries.len() as u64, "exception"));
    let para = Para::new(0, 2).block(Tone::Banner(light), banner.to_owned()).ours(Tone::Strong, &said);
    [what.lines(width, None), para.lines(width, None)].concat()
}

fn lines_of(entry: &ExceptionEntry, width: usize) -> Vec<Line> {
    let (exception, standing) = (&entry.facts.exception, entry.facts.standing);
    let (symbol, tone) = match (standing.waives(), entry.findings.iter().map(|finding| finding.severity).max()) {
        (_, Some(Severity::Error)) | (false, _) => ("✗", Tone::Bad),
        (true, Some(_)) => ("!", Tone::Wait),
        (true, None) => ("✓", Tone::Good),
    };
    let title = Para::new(0, 4).block(tone, symbol.to_owned()).name(Tone::Strong, &exception.id).then(":");
    let title = title.ours(tone, standing.as_str()).then(",").ours(Tone::Plain, "waives");
    let title = title.name(Tone::Strong, &exception.rule).ours(Tone::Plain, &format!("until {}", exception.expires_at));
    let scope: Vec<&str> = exception.scope.iter().map(|pattern| pattern.source()).collect();
    let covers = format!("({})", counted(entry.covers, "file"));
    let place = Para::new(2, 4).ours(Tone::Dim, "for").theirs(Tone::Plain, &scope.join(", ")).ours(Tone::Dim, &covers);
    let place = place.then(",").ours(Tone::Dim, "in").name(Tone::Dim, &exception.place.to_string());
    let why = Para::new(2, 4).ours(Tone::Dim, "because").theirs(Tone::Plain, &exception.reason).then(";");
    let why = why.ours(Tone::Dim, "instead:").theirs(Tone::Plain, &exception.compensating);
    let who = Para::new(2, 4).name(Tone::Plain, exception.owner.as_str()).ours(Tone::Dim, "answers for it,");
    let who = who.name(Tone::Plain, exception.approved_by.as_str());
    let who = who.ours(Tone::Dim, &format!("allowed it at {}", exception.approved_at));
    let mut lines: Vec<Line> = [title, place, why, who].into_iter().flat_map(|para| para.lines(width, None)).collect();
    for finding in &entry.findings {
        let tone = if finding.severity == Severity::Error { Tone::Bad } else { Tone::Wait };
        let said = Para::new(2, 4).block(tone, "!".to_owned()).ours(Tone::Strong, &finding.code).then(":");
        lines.extend(said.theirs(Tone::Plain, &finding.msg).lines(width, None));
        let help = finding.help.as_deref().unwrap_or_default();
        lines.extend(Para::new(4, 6).ours(Tone::Good, "→").theirs(Tone::Plain, help).lines(width, None));
    }
    lines
}
