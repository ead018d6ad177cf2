//! One template for a person at a terminal: what may change, in sentences, and everything that limits it.

use super::list::{mark, notes};
use super::words;
use crate::model::{Finding, Proof, Sample, Severity, TemplateList, TemplateView, counted};
use crate::report::Style;
use crate::report::text::{Line, Para, Tone, write_lines};
use std::io::{self, Write};

/// Writes each template.
pub(super) fn write(all: &TemplateList, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let width = style.width.max(40);
    let mut lines = Vec::new();
    for view in &all.templates {
        lines.extend(one(view, width));
    }
    lines.extend(notes(all, width));
    write_lines(&lines, style, out)
}

fn one(view: &TemplateView, width: usize) -> Vec<Line> {
    let template = &view.template;
    let head = Para::new(0, 2).name(Tone::Strong, &template.id).then(":").theirs(Tone::Plain, &template.title);
    let mut lines = head.lines(width, None);
    lines.extend(mark(Para::new(0, 2), view).theirs(Tone::Dim, &template.place.to_string()).lines(width, None));
    for (code, why) in &view.standing.against {
        let para =
            Para::new(2, 4).ours(Tone::Bad, "✗").theirs(Tone::Plain, why).theirs(Tone::Dim, &format!("({code})"));
        lines.extend(para.lines(width, None));
    }
    for soon in &view.standing.soon {
        lines.extend(Para::new(2, 4).ours(Tone::Wait, "!").theirs(Tone::Plain, soon).lines(width, None));
    }
    lines.extend(title("What may change"));
    lines.extend(Para::new(2, 4).ours(Tone::Dim, "in").theirs(Tone::Plain, &words::scope(template)).lines(width, None));
    for constraint in &template.allow {
        let para = Para::new(2, 4).ours(Tone::Good, "+").verbatim(Tone::Plain, &words::says(constraint));
        lines.extend(para.theirs(Tone::Dim, &format!("(line {})", constraint.place.line)).lines(width, None));
    }
    if template.allow.is_empty() {
        lines.extend(Para::new(2, 4).ours(Tone::Wait, "+ anything: it constrains paths only").lines(width, None));
    }
    let conditions = words::limits_of(template).into_iter().chain(words::conditions(template));
    let conditions: Vec<String> = conditions.collect();
    if !conditions.is_empty() {
        lines.extend(title("And only when"));
    }
    for condition in conditions {
        lines.extend(Para::new(2, 4).ours(Tone::Dim, "-").theirs(Tone::Plain, &condition).lines(width, None));
    }
    lines.extend(title("Life"));
    for (name, value) in words::life(template) {
        lines.extend(Para::new(2, 15).column(Tone::Dim, name, 12).theirs(Tone::Plain, &value).lines(width, None));
    }
    lines.extend(samples(view, width));
    if !view.lints.is_empty() {
        lines.extend(title("Lints"));
    }
    view.lints.iter().for_each(|lint| lines.extend(finding(lint, width)));
    lines
}

fn samples(view: &TemplateView, width: usize) -> Vec<Line> {
    let (fits, misfits) = view.tests;
    let tested = format!("{} must fit, {misfits} must not", counted(fits, "change"));
    let row =
        |name, value: &str| Para::new(2, 15).column(Tone::Dim, name, 12).theirs(Tone::Plain, value).lines(width, None);
    let mut lines = if view.samples.is_empty() { row("samples", "none") } else { Vec::new() };
    for (n, one) in view.samples.iter().enumerate() {
        let name = if n == 0 { "samples" } else { "" };
        let para = Para::new(2, 15).column(Tone::Dim, name, 12);
        lines.extend(sample(para, one).lines(width, None));
    }
    lines.extend(row("tests", &tested));
    lines
}

/// A sample and what it proves.
pub(super) fn sample(para: Para, sample: &Sample) -> Para {
    let (mark, tone) = match &sample.proof {
        Proof::Fits => ("✓", Tone::Good),
        Proof::False(_) => ("✗", Tone::Bad),
        Proof::Unknown(_) => ("!", Tone::Wait),
    };
    para.ours(tone, mark).theirs(Tone::Plain, &words::sample(sample))
}

/// A finding with its place and its next step.
pub(super) fn finding(lint: &Finding, width: usize) -> Vec<Line> {
    let tone = match lint.severity {
        Severity::Error => Tone::Bad,
        Severity::Warn => Tone::Wait,
        Severity::Info => Tone::Dim,
    };
    let place = match (lint.paths.first(), lint.line) {
        (Some(path), Some(line)) => format!("({path}:{line})"),
        (Some(path), None) => format!("({path})"),
        (None, _) => String::new(),
    };
    let para = Para::new(2, 4).theirs(tone, &lint.code).theirs(Tone::Plain, &lint.msg).theirs(Tone::Dim, &place);
    let mut lines = para.lines(width, None);
    if let Some(help) = &lint.help {
        lines.extend(Para::new(4, 6).ours(Tone::Dim, "→").theirs(Tone::Dim, help).lines(width, None));
    }
    lines
}

pub(super) fn title(text: &str) -> Vec<Line> {
    vec![Vec::new(), vec![(Tone::Strong, text.to_owned())]]
}
