//! The list for a person at a terminal: each template with whether it may be used now, and why not.

use super::words;
use crate::model::{Severity, TemplateList, TemplateView, counted};
use crate::report::Style;
use crate::report::text::{Light, Line, Para, Tone, write_lines};
use std::io::{self, Write};

/// Reasons shown of each template.
const WHY: usize = 3;

/// Writes the list.
pub(super) fn write(all: &TemplateList, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let width = style.width.max(40);
    let mut lines = head(all, width);
    let column = all.templates.iter().map(|view| view.template.id.chars().count()).max().unwrap_or(0).min(32);
    for view in &all.templates {
        lines.push(Vec::new());
        lines.extend(one(view, column, width));
    }
    if all.templates.is_empty() {
        let none = Para::new(2, 2).ours(
            Tone::Plain,
            "No template: nothing is standard. `changeward init --templates` writes some to begin with.",
        );
        lines.extend(none.lines(width, None));
    }
    lines.extend(notes(all, width));
    write_lines(&lines, style, out)
}

fn head(all: &TemplateList, width: usize) -> Vec<Line> {
    let usable = all.templates.iter().filter(|view| view.usable()).count();
    let said = format!("{}, {usable} usable", counted(all.templates.len() as u64, "template"));
    let para = Para::new(0, 2).ours(Tone::Strong, "TEMPLATES").then(":").theirs(Tone::Plain, &all.state).then(":");
    para.ours(Tone::Plain, &said).lines(width, None)
}

/// What is to be known beside the answer.
pub(super) fn notes(all: &TemplateList, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for note in &all.notes {
        lines.push(Vec::new());
        let para = Para::new(0, 2).ours(Tone::Dim, "note:").theirs(Tone::Dim, &note.msg);
        let para = note.help.iter().fold(para, |para, help| para.then(";").theirs(Tone::Dim, help));
        lines.extend(para.lines(width, None));
    }
    lines
}

fn one(view: &TemplateView, column: usize, width: usize) -> Vec<Line> {
    let template = &view.template;
    let name = Para::new(2, 4).column(Tone::Strong, &template.id, column);
    let mut lines = mark(name, view).theirs(Tone::Plain, &template.title).lines(width, Some(2));
    let scope = Para::new(4, 6).ours(Tone::Dim, "covers").theirs(Tone::Plain, &words::scope(template));
    lines.extend(scope.lines(width, Some(2)));
    for (code, why) in view.standing.against.iter().take(WHY) {
        let para =
            Para::new(4, 6).ours(Tone::Bad, "✗").theirs(Tone::Plain, why).theirs(Tone::Dim, &format!("({code})"));
        lines.extend(para.lines(width, Some(2)));
    }
    if view.standing.against.len() > WHY {
        let more = format!(
            "and {} more; `changeward template show {}` says them all",
            view.standing.against.len() - WHY,
            template.id
        );
        lines.extend(Para::new(4, 6).theirs(Tone::Dim, &more).lines(width, Some(2)));
    }
    for soon in &view.standing.soon {
        lines.extend(Para::new(4, 6).ours(Tone::Wait, "!").theirs(Tone::Plain, soon).lines(width, Some(2)));
    }
    let used = match view.standing.last_use {
        Some(at) => format!("used {}, last {}", counted(view.standing.uses, "time"), at.date()),
        None if view.standing.uses > 0 => format!("used {}", counted(view.standing.uses, "time")),
        None => "no use is recorded".to_owned(),
    };
    let lints = [(Severity::Error, "error"), (Severity::Warn, "warning")]
        .into_iter()
        .map(|(severity, noun)| (view.number(severity) as u64, noun))
        .filter(|(many, _)| *many > 0)
        .map(|(many, noun)| counted(many, noun))
        .collect::<Vec<_>>();
    let lints = if lints.is_empty() { String::new() } else { format!("; lints: {}", lints.join(", ")) };
    lines.extend(Para::new(4, 6).ours(Tone::Dim, &format!("{used}{lints}")).lines(width, Some(2)));
    lines
}

/// Whether it may be used, on a coloured ground.
pub(super) fn mark(para: Para, view: &TemplateView) -> Para {
    let (light, word) = match (view.usable(), view.standing.soon.is_empty()) {
        (true, true) => (Light::Green, " ✓ usable "),
        (true, false) => (Light::Yellow, " ✓ usable "),
        (false, _) => (Light::Red, " ✗ not usable "),
    };
    para.block(Tone::Banner(light), word.to_owned())
}
