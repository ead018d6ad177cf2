//! Templates in Markdown, for a page or a comment.

use super::words;
use crate::model::{Severity, TemplateList, TemplateView, counted};
use crate::report::escape::{markdown_cell, markdown_cell_code};
use crate::report::markdown::{Page, code, prose};
use std::io::{self, Write};

/// Writes a table of all templates and a line end.
pub(super) fn write_list(all: &TemplateList, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new();
    page.frame("## Templates");
    page.frame("");
    page.line(&format!("{} at {}.", counted(all.templates.len() as u64, "template"), code(&all.state)));
    page.frame("");
    page.frame("| template | | covers | usable |");
    page.frame("| --- | --- | --- | --- |");
    for view in &all.templates {
        let why: Vec<&str> = view.standing.against.iter().map(|(_, why)| why.as_str()).collect();
        let usable = if view.usable() { "✅".to_owned() } else { format!("⛔ {}", markdown_cell(&why.join("; "))) };
        let (id, title) = (markdown_cell_code(&view.template.id), markdown_cell(&view.template.title));
        page.line(&format!("| {id} | {title} | {} | {usable} |", markdown_cell_code(&words::scope(&view.template))));
    }
    page.write(out)
}

/// Writes each template with everything that is to be said about it, and a line end.
pub(super) fn write_each(all: &TemplateList, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new();
    for view in &all.templates {
        one(view, &mut page);
    }
    page.write(out)
}

fn one(view: &TemplateView, page: &mut Page) {
    let template = &view.template;
    let symbol = if view.usable() { "✅" } else { "⛔" };
    page.line(&format!("## {symbol} {}: {}", code(&template.id), prose(&template.title)));
    page.frame("");
    for (named, why) in &view.standing.against {
        page.line(&format!("- {} ({})", prose(why), code(named)));
    }
    view.standing.soon.iter().for_each(|soon| page.line(&format!("- {}", prose(soon))));
    page.title("### What may change");
    page.line(&format!("In {}:", code(&words::scope(template))));
    page.frame("");
    for constraint in &template.allow {
        page.line(&format!("- {}", prose(&words::says(constraint))));
    }
    if template.allow.is_empty() {
        page.line("- anything: it constrains paths only");
    }
    let conditions: Vec<String> = words::limits_of(template).into_iter().chain(words::conditions(template)).collect();
    if !conditions.is_empty() {
        page.title("### And only when");
        conditions.iter().for_each(|condition| page.line(&format!("- {}", prose(condition))));
    }
    page.title("### Life");
    page.frame("| | |");
    page.frame("| --- | --- |");
    for (name, value) in words::life(template) {
        page.line(&format!("| {name} | {} |", markdown_cell(&value)));
    }
    let samples: Vec<String> = view.samples.iter().map(words::sample).collect();
    page.line(&format!("| samples | {} |", markdown_cell(&samples.join("; "))));
    page.line(&format!("| tests | {} must fit, {} must not |", view.tests.0, view.tests.1));
    if !view.lints.is_empty() {
        page.title("### Lints");
    }
    for lint in &view.lints {
        let weight = match lint.severity {
            Severity::Error => "error",
            Severity::Warn => "warning",
            Severity::Info => "note",
        };
        let help = lint.help.iter().map(|help| format!(" → {}", prose(help))).collect::<String>();
        page.line(&format!("- {} ({weight}): {}{help}", code(&lint.code), prose(&lint.msg)));
    }
}
