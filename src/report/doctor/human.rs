//! For a person at a terminal: how it comes out, then each finding with its place, the attack it answers and what mends it.

use crate::model::{DoctorReport, Organ, Severity, Symptom, counted};
use crate::report::Style;
use crate::report::text::{Light, Line, Para, Tone, write_lines};
use std::io::{self, Write};

/// Writes the report.
pub(super) fn write(report: &DoctorReport, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let width = style.width.max(40);
    let mut lines = head(report, width);
    for organ in Organ::ALL {
        let of_organ: Vec<&Symptom> = report.symptoms.iter().filter(|symptom| symptom.organ == organ).collect();
        if of_organ.is_empty() {
            continue;
        }
        lines.push(Vec::new());
        lines.extend(Para::new(0, 2).ours(Tone::Strong, organ.heading()).lines(width, None));
        for symptom in of_organ {
            lines.extend(lines_of(report, symptom, width));
        }
    }
    lines.extend(foot(report, width));
    write_lines(&lines, style, out)
}

fn head(report: &DoctorReport, width: usize) -> Vec<Line> {
    let mut what = Para::new(0, 2).ours(Tone::Strong, "DOCTOR").then(":").theirs(Tone::Plain, &report.state);
    if let Some((repository, branch)) = &report.forge {
        what = what.then(",").name(Tone::Plain, repository).then(",").ours(Tone::Plain, "branch");
        what = what.name(Tone::Plain, branch);
    }
    let (light, banner) = match (report.fails(), report.symptoms.is_empty()) {
        (true, _) => (Light::Red, " ✗ NOT WELL GATED "),
        (false, true) => (Light::Green, " ✓ NOTHING TO MEND "),
        (false, false) => (Light::Yellow, " ✓ PASSES "),
    };
    let of = |severity, noun| counted(report.number(severity) as u64, noun);
    let all = [of(Severity::Error, "error"), of(Severity::Warn, "warning"), of(Severity::Info, "note")];
    let said = format!("{} ({})", all.join(", "), counted(report.checks as u64, "check"));
    let said = Para::new(0, 2).block(Tone::Banner(light), banner.to_owned()).ours(Tone::Strong, &said);
    [what.lines(width, None), said.lines(width, None)].concat()
}

fn lines_of(report: &DoctorReport, symptom: &Symptom, width: usize) -> Vec<Line> {
    let finding = &symptom.finding;
    let (sign, tone) = match finding.severity {
        Severity::Error => ("✗", Tone::Bad),
        Severity::Warn => ("!", Tone::Wait),
        Severity::Info => ("·", Tone::Dim),
    };
    let title = Para::new(2, 4).block(tone, sign.to_owned()).ours(tone, &finding.code).then(":");
    let mut lines = title.theirs(Tone::Plain, &finding.msg).lines(width, None);
    if let Some(file) = finding.paths.first() {
        let place = finding.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        lines.extend(Para::new(4, 6).ours(Tone::Dim, "in").name(Tone::Dim, &place).lines(width, None));
    }
    let clauses = report.clauses.iter().filter(|(name, _)| symptom.answers.contains(name));
    // The words of a clause of our own are its name in long.
    let told: Vec<String> = clauses.map(|(name, what)| format!("{name} ({what})")).collect();
    if !told.is_empty() {
        let answers = format!("against {}", told.join(", "));
        lines.extend(Para::new(4, 6).ours(Tone::Dim, &answers).lines(width, None));
    }
    if let Some(help) = &finding.help {
        lines.extend(Para::new(4, 6).ours(Tone::Good, "→").theirs(Tone::Plain, help).lines(width, None));
    }
    // Both are copied: neither is broken.
    if let Some(page) = &symptom.page {
        lines.extend(Para::new(6, 6).name(Tone::Plain, page).lines(usize::MAX, None));
    }
    if let Some(command) = &symptom.command {
        lines.extend(Para::new(6, 6).ours(Tone::Dim, "$").name(Tone::Plain, command).lines(usize::MAX, None));
    }
    lines
}

fn foot(report: &DoctorReport, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for note in &report.notes {
        lines.push(Vec::new());
        lines.extend(Para::new(0, 2).ours(Tone::Dim, "Not looked at:").theirs(Tone::Plain, note).lines(width, None));
    }
    lines
}
