//! Effects, carried out in their order. One that cannot be is told, and keeps no other from being tried.

use super::GateError;
use crate::app::failure::Failure;
use crate::model::{Account, Done, Effect, Receipt, StatusState};
use crate::world::github::{ForgeError, GitHub};
use miette::Diagnostic;

/// Only planned.
pub(super) fn planned(effects: Vec<Effect>) -> Vec<Receipt> {
    effects.into_iter().map(|effect| Receipt { effect, done: Done::Planned }).collect()
}

/// Carries them out.
pub(super) fn perform(github: &GitHub, gate: Option<&Account>, effects: Vec<Effect>) -> Vec<Receipt> {
    let mut made = None;
    let mut receipts = Vec::new();
    for effect in effects {
        if too_early(&effect, &receipts) {
            let why = "what comes before it was not done".to_owned();
            receipts.push(Receipt { effect, done: Done::No { why, help: None } });
            continue;
        }
        let done = match one(github, gate, &effect, &mut made) {
            Ok(url) => Done::Yes { url },
            Err(error) => Done::No { why: error.to_string(), help: error.help().map(|help| help.to_string()) },
        };
        receipts.push(Receipt { effect, done });
    }
    receipts
}

/// A matter is closed once everything it is about was done and said: whoever comes again finds it open until then. And an
/// emergency goes ahead once what it owes is written down.
fn too_early(effect: &Effect, before: &[Receipt]) -> bool {
    let needs = |other: &Effect| match (effect, other) {
        (
            Effect::CloseIssue { number, .. },
            Effect::CreateComment { number: other, .. } | Effect::EditIssue { number: other, .. },
        ) => other == number,
        (Effect::CloseIssue { .. }, other) => other.essential(),
        (Effect::Status { state: StatusState::Success, .. }, other) => matches!(other, Effect::OpenIssue { .. }),
        _ => false,
    };
    before.iter().any(|receipt| matches!(receipt.done, Done::No { .. }) && needs(&receipt.effect))
}

/// What had to be done and was not, as failures.
pub(super) fn undone(receipts: &[Receipt]) -> Vec<Failure> {
    let essential: Vec<Receipt> = receipts.iter().filter(|receipt| receipt.effect.essential()).cloned().collect();
    not_done(&essential)
}

/// Everything that was not done, as failures.
pub(super) fn not_done(receipts: &[Receipt]) -> Vec<Failure> {
    let lost = receipts.iter();
    lost.filter_map(|receipt| match &receipt.done {
        Done::No { why, help } => Some(Failure::world(GateError::NotDone {
            what: crate::report::gate::effect_words(&receipt.effect),
            why: why.clone(),
            help: help.clone().unwrap_or_default(),
        })),
        Done::Yes { .. } | Done::Planned => None,
    })
    .collect()
}

/// One of them; the page it is seen on.
fn one(
    github: &GitHub,
    gate: Option<&Account>,
    effect: &Effect,
    made: &mut Option<u64>,
) -> Result<Option<String>, ForgeError> {
    let nameless = || ForgeError::Unusable { why: "nobody can tell which account the token is".to_owned() };
    match effect {
        Effect::Status { commit, context, state, description, target } => {
            github.create_status(commit, context, *state, description, target.as_deref()).map(|()| None)
        }
        Effect::CreateComment { number, body } => {
            let by = gate.ok_or_else(nameless)?;
            let marker = first_line(body);
            github.create_comment(*number, body, marker, by).map(|remark| Some(remark.url))
        }
        Effect::EditComment { id, body } => github.edit_comment(*id, body).map(|remark| Some(remark.url)),
        Effect::RequestReviewers { number, people, teams } => {
            github.request_reviewers(*number, people, teams).map(|()| None)
        }
        Effect::AddLabels { number, labels } => github.add_labels(*number, labels).map(|()| None),
        Effect::RemoveLabel { number, label } => github.remove_label(*number, label).map(|()| None),
        Effect::OpenIssue { title, body, labels, assignees } => {
            let by = gate.ok_or_else(nameless)?;
            let marker = first_line(body);
            github.open_issue(title, body, marker, labels, assignees, by).map(|issue| Some(issue.url))
        }
        Effect::EditIssue { number, body } => github.edit_issue(*number, body).map(|()| None),
        Effect::CloseIssue { number, completed } => github.close_issue(*number, *completed).map(|()| None),
        Effect::CreateDeployment { commit, environment, description } => {
            let deployment = github.create_deployment(commit, environment, description)?;
            *made = Some(deployment.id);
            Ok(None)
        }
        Effect::DeploymentStatus { id, state, description, target } => match id.or(*made) {
            Some(id) => github.deployment_status(id, state, description, target.as_deref()).map(|()| None),
            None => Err(ForgeError::NotFound { what: "the deployment to tell about".to_owned() }),
        },
        Effect::Rerun { run } => github.rerun_failed(*run).map(|()| None),
    }
}

/// The mark by which a text of the gate's own is found again.
fn first_line(body: &str) -> &str {
    body.lines().next().unwrap_or_default()
}
