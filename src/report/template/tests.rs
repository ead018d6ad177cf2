//! Tests of templates for a person at a terminal: each case, and what no case needed.

use super::show::{finding, sample, title};
use crate::model::{CaseFound, TemplateCase, TemplateTests, TestedTemplate, counted};
use crate::report::Style;
use crate::report::text::{Light, Line, Para, Tone, write_lines};
use std::io::{self, Write};

/// Writes the cases.
pub(super) fn write(tests: &TemplateTests, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let width = style.width.max(40);
    let mut lines = head(tests, width);
    for template in &tests.templates {
        lines.extend(one(template, width));
    }
    if !tests.notes.is_empty() {
        lines.extend(title("Notes"));
    }
    tests.notes.iter().for_each(|note| lines.extend(finding(note, width)));
    write_lines(&lines, style, out)
}

/// How it comes out, in one sentence.
pub(super) fn outcome(tests: &TemplateTests) -> String {
    let (all, failures) = (tests.cases().count() as u64, tests.failures() as u64);
    let said = match (all, failures) {
        (0, _) => "nothing was run: no template has tests".to_owned(),
        (all, 0) => format!("{}, all as they must", counted(all, "case")),
        (all, failures) => format!("{failures} of {} otherwise than they must", counted(all, "case")),
    };
    match (tests.false_samples() as u64, tests.samples().count() as u64) {
        (_, 0) => said,
        (0, all) => {
            let fit = tests.samples().filter(|sample| sample.fits()).count();
            format!("{said}; {fit} of {} fit", counted(all, "sample"))
        }
        (wrong, all) => format!("{said}; {wrong} of {} prove nothing", counted(all, "sample")),
    }
}

fn head(tests: &TemplateTests, width: usize) -> Vec<Line> {
    let para = Para::new(0, 2).ours(Tone::Strong, "TEMPLATE TESTS").then(":").theirs(Tone::Plain, &tests.state);
    let (light, word) = if tests.fails() { (Light::Red, " ✗ FAILS ") } else { (Light::Green, " ✓ PASSES ") };
    let said = Para::new(0, 2).block(Tone::Banner(light), word.to_owned()).ours(Tone::Strong, &outcome(tests));
    [para.lines(width, None), said.lines(width, None)].concat()
}

fn one(template: &TestedTemplate, width: usize) -> Vec<Line> {
    let mut lines = vec![Vec::new()];
    let para = Para::new(0, 2).name(Tone::Strong, &template.id).then(":").theirs(Tone::Plain, &template.title);
    lines.extend(para.lines(width, None));
    if template.cases.is_empty() {
        lines.extend(Para::new(2, 4).ours(Tone::Wait, "no tests").lines(width, None));
    }
    template.cases.iter().for_each(|case| lines.extend(of_case(case, width)));
    for one in &template.samples {
        lines.extend(sample(Para::new(2, 4).ours(Tone::Dim, "sample"), one).lines(width, None));
    }
    for place in &template.unused {
        let said = format!("no change that must fit needs the [[allow]] at {place}");
        lines.extend(Para::new(2, 4).ours(Tone::Wait, "!").theirs(Tone::Plain, &said).lines(width, None));
    }
    lines
}

fn of_case(case: &TemplateCase, width: usize) -> Vec<Line> {
    let (mark, tone) = if case.passes() { ("✓", Tone::Good) } else { ("✗", Tone::Bad) };
    let para = Para::new(2, 4).ours(tone, mark).name(Tone::Plain, &case.file);
    let mut lines = para.lines(width, None);
    lines.extend(Para::new(6, 8).theirs(Tone::Dim, &said(case)).lines(width, None));
    if let CaseFound::Broken { help, .. } = &case.found
        && !help.is_empty()
    {
        lines.extend(Para::new(6, 8).ours(Tone::Dim, "→").theirs(Tone::Dim, help).lines(width, None));
    }
    lines
}

/// What became of a case, and what should have.
pub(in crate::report) fn said(case: &TemplateCase) -> String {
    match (&case.found, case.fits, &case.why) {
        (CaseFound::Fits, true, _) => "fits".to_owned(),
        (CaseFound::Fits, false, _) => "fits, and must not".to_owned(),
        (CaseFound::Broken { msg, .. }, ..) => format!("cannot be judged: {msg}"),
        (CaseFound::Misfits { .. }, true, _) => format!("does not fit, and must: {}", reason(case)),
        (CaseFound::Misfits { .. }, false, Some(why)) if !case.passes() => {
            format!("does not fit, for another reason than {why:?}: {}", reason(case))
        }
        (CaseFound::Misfits { .. }, false, _) => format!("does not fit: {}", reason(case)),
    }
}

fn reason(case: &TemplateCase) -> String {
    let CaseFound::Misfits { msg, path, line } = &case.found else { return String::new() };
    match (path, line) {
        (Some(path), Some(line)) => format!("{path}:{line}: {msg}"),
        (Some(path), None) => format!("{path}: {msg}"),
        (None, _) => msg.clone(),
    }
}
