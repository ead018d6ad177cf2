//! What the gate would do, for `gate --dry-run`: for people, whole to the last line of every text, and as a document.
//! The document is frozen, version 1, described by `schemas/plan.schema.json`. Grow it by adding.

use super::effect::sentence;
use crate::model::Effect;
use crate::report::escape::terminal;
use crate::report::json::write_document;
use serde::Serialize;
use std::io::{self, Write};

/// The JSON Schema (2020-12) of what [`dry_run_json`] writes.
pub fn plan_schema() -> &'static str {
    include_str!("../schemas/plan.schema.json")
}

/// The plan for people: every effect, and whole what it would write.
///
/// # Errors
/// Only those of `out`.
pub fn dry_run(effects: &[Effect], out: &mut dyn Write) -> io::Result<()> {
    if effects.is_empty() {
        return writeln!(out, "Nothing would be done: everything stands as it should.");
    }
    let essential = effects.iter().filter(|effect| effect.essential()).count();
    writeln!(
        out,
        "{} would be done, {essential} of them must not fail:",
        crate::model::counted(effects.len() as u64, "thing")
    )?;
    for (n, effect) in effects.iter().enumerate() {
        writeln!(out, "{:>3}. {}", n + 1, terminal(&sentence(effect)))?;
        for (name, text) in texts(effect) {
            writeln!(out, "     {name}:")?;
            for line in text.split('\n') {
                writeln!(out, "     | {}", terminal(line.strip_suffix('\r').unwrap_or(line)))?;
            }
        }
    }
    Ok(())
}

/// What an effect writes beside what its sentence says.
fn texts(effect: &Effect) -> Vec<(&'static str, String)> {
    let target = |target: &Option<String>| target.iter().map(|url| ("leads to", url.clone())).collect();
    match effect {
        Effect::Status { commit, target: to, .. } => {
            let mut all = vec![("commit", commit.0.clone())];
            all.extend::<Vec<_>>(target(to));
            all
        }
        Effect::CreateComment { body, .. } | Effect::EditComment { body, .. } | Effect::EditIssue { body, .. } => {
            vec![("text", body.clone())]
        }
        Effect::OpenIssue { body, labels, .. } => vec![("labels", labels.join(", ")), ("text", body.clone())],
        Effect::CreateDeployment { commit, .. } => vec![("commit", commit.0.clone())],
        Effect::DeploymentStatus { target: to, .. } => target(to),
        _ => Vec::new(),
    }
}

/// The plan as a document, with a line end.
///
/// # Errors
/// Only those of `out`.
pub fn dry_run_json(effects: &[Effect], out: &mut dyn Write) -> io::Result<()> {
    let effects = effects.iter().map(|effect| Entry { essential: effect.essential(), effect: Record::of(effect) });
    write_document(&Document { version: 1, effects: effects.collect() }, &mut { out })
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    effects: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    essential: bool,
    #[serde(flatten)]
    effect: Record<'a>,
}

#[derive(Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum Record<'a> {
    Status { commit: &'a str, context: &'a str, state: &'a str, description: &'a str, target: Option<&'a str> },
    CreateComment { number: u64, body: &'a str },
    EditComment { id: u64, body: &'a str },
    RequestReviewers { number: u64, people: &'a [String], teams: &'a [String] },
    AddLabels { number: u64, labels: &'a [String] },
    RemoveLabel { number: u64, label: &'a str },
    OpenIssue { title: &'a str, body: &'a str, labels: &'a [String], assignees: &'a [String] },
    EditIssue { number: u64, body: &'a str },
    CloseIssue { number: u64, completed: bool },
    CreateDeployment { commit: &'a str, environment: &'a str, description: &'a str },
    DeploymentStatus { id: Option<u64>, state: &'a str, description: &'a str, target: Option<&'a str> },
    Rerun { run: u64 },
}

impl<'a> Record<'a> {
    fn of(effect: &'a Effect) -> Self {
        match effect {
            Effect::Status { commit, context, state, description, target } => Self::Status {
                commit: &commit.0,
                context,
                state: state.as_str(),
                description,
                target: target.as_deref(),
            },
            Effect::CreateComment { number, body } => Self::CreateComment { number: *number, body },
            Effect::EditComment { id, body } => Self::EditComment { id: *id, body },
            Effect::RequestReviewers { number, people, teams } => {
                Self::RequestReviewers { number: *number, people, teams }
            }
            Effect::AddLabels { number, labels } => Self::AddLabels { number: *number, labels },
            Effect::RemoveLabel { number, label } => Self::RemoveLabel { number: *number, label },
            Effect::OpenIssue { title, body, labels, assignees } => Self::OpenIssue { title, body, labels, assignees },
            Effect::EditIssue { number, body } => Self::EditIssue { number: *number, body },
            Effect::CloseIssue { number, completed } => Self::CloseIssue { number: *number, completed: *completed },
            Effect::CreateDeployment { commit, environment, description } => {
                Self::CreateDeployment { commit: &commit.0, environment, description }
            }
            Effect::DeploymentStatus { id, state, description, target } => {
                Self::DeploymentStatus { id: *id, state, description, target: target.as_deref() }
            }
            Effect::Rerun { run } => Self::Rerun { run: *run },
        }
    }
}
