//! Whether the gate is run at all, on which events, and whether its job can be got round.

use super::Evidence;
use super::gate::{Gate, Gates};
use super::sign::Sign;
use crate::model::{GateMode, Severity, TokenRight, Written};
use std::collections::BTreeSet;

/// Events of a pull request that run its own copy of the workflow.
const OWN_COPY: [&str; 3] = ["pull_request", "pull_request_review", "pull_request_review_comment"];

/// What must wake the gate up.
const TYPES: [&str; 7] = ["opened", "synchronize", "reopened", "edited", "labeled", "unlabeled", "ready_for_review"];

/// What GitHub takes where a trigger names no types.
const USUAL_TYPES: [&str; 3] = ["opened", "synchronize", "reopened"];

/// Events on which the gate decides again.
const AGAIN: [&str; 3] = ["schedule", "issue_comment", "workflow_run"];

/// Events that guard neither a merge nor a deployment.
const ELSEWHERE: [&str; 3] = ["issue_comment", "schedule", "workflow_run"];

/// What is wrong with how the gate is run.
pub(super) fn look(evidence: &Evidence, gates: &Gates<'_>) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    for fault in &evidence.broken {
        signs.push(
            Sign::of("WORKFLOW_BROKEN", format!("this workflow cannot be read: {}", fault.why)).place(&fault.place),
        );
    }
    if gates.all.is_empty() {
        let elsewhere = evidence.workflows.iter().flat_map(|workflow| &workflow.jobs).any(|job| job.uses.is_some());
        let sign = Sign::of("GATE_MISSING", "no workflow runs `changeward gate` or its action");
        signs.push(match elsewhere {
            true => sign.help(
                "workflows that are called from elsewhere are not read; if one of them runs the gate, run it here",
            ),
            false => sign,
        });
        return signs;
    }
    signs.extend(on_target(gates));
    signs.extend(own_copy(gates));
    signs.extend(types(gates));
    signs.extend(filtered(gates));
    let has_queue = evidence.settings.as_ref().map(super::branch::has_queue);
    if !gates.on("merge_group") && !gates.enforcing().all(Gate::deploys) && has_queue.is_none() {
        signs.push(Sign::of("GATE_NOT_ON_QUEUE", "no workflow runs the gate on `merge_group`"));
    }
    signs.extend(again(gates));
    for gate in gates.enforcing() {
        signs.extend(skippable(gates, gate));
        signs.extend(tolerated(gate));
        signs.extend(rights(gates, gate));
    }
    signs.extend(tokens(gates));
    signs
}

fn on_target(gates: &Gates<'_>) -> Option<Sign> {
    if gates.on("pull_request_target") {
        return None;
    }
    let msg = match gates.enforcing().next() {
        None => "the gate only reports: nothing is stopped",
        Some(_) => "no workflow runs the gate on `pull_request_target`",
    };
    let sign = Sign::of("GATE_NOT_ON_TARGET", msg);
    let sign = match gates.all.first() {
        Some(gate) => sign.at(&gate.workflow.file, gate.line()),
        None => sign,
    };
    // Whoever gates deployments alone may know why.
    let deploys = gates.enforcing().next().is_some() && gates.enforcing().all(Gate::deploys);
    Some(if deploys { sign.weighs(Severity::Warn) } else { sign })
}

fn own_copy(gates: &Gates<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    for gate in gates.enforcing().filter(|gate| !gate.deploys()) {
        for (file, trigger) in gates.triggers(gate.workflow) {
            if OWN_COPY.contains(&trigger.event.as_str()) {
                let msg = format!("the gate enforces on `{}`, which runs the pull request's own copy", trigger.event);
                signs.push(Sign::of("GATE_ON_OWN_COPY", msg).at(file, trigger.line));
            }
        }
    }
    signs
}

fn types(gates: &Gates<'_>) -> Option<Sign> {
    let mut heard: BTreeSet<&str> = BTreeSet::new();
    let mut first = None;
    for gate in gates.enforcing() {
        for (file, trigger) in gates.triggers(gate.workflow) {
            if trigger.event == "pull_request_target" {
                first = first.or(Some((file, trigger.line)));
                match &trigger.types {
                    Some(types) => heard.extend(types.iter().map(String::as_str)),
                    None => heard.extend(USUAL_TYPES),
                }
            }
        }
    }
    let (file, line) = first?;
    let missing: Vec<&str> = TYPES.into_iter().filter(|kind| !heard.contains(kind)).collect();
    let msg = format!("`pull_request_target` does not wake the gate for: {}", missing.join(", "));
    (!missing.is_empty()).then(|| Sign::of("GATE_TYPES", msg).at(file, line))
}

fn filtered(gates: &Gates<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    for gate in gates.enforcing() {
        for (file, trigger) in gates.triggers(gate.workflow) {
            if !matches!(trigger.event.as_str(), "pull_request_target" | "merge_group") || trigger.filters.is_empty() {
                continue;
            }
            let keys = trigger.filters.join(", ");
            let msg = format!("`{}` is limited by `{keys}`, and so is the gate", trigger.event);
            let sign = Sign::of("GATE_FILTERED", msg).at(file, trigger.line);
            // To gate some branches only is a choice; paths are not.
            let by_path = trigger.filters.iter().any(|key| key.starts_with("paths"));
            signs.push(if by_path { sign } else { sign.weighs(Severity::Info) });
        }
    }
    signs
}

fn again(gates: &Gates<'_>) -> Option<Sign> {
    let gate = gates.enforcing().next()?;
    let missing: Vec<&str> = AGAIN.into_iter().filter(|event| !gates.on(event)).collect();
    let sign = |msg: String| Sign::of("GATE_NOT_AGAIN", msg).at(&gate.workflow.file, gate.line());
    match missing.len() {
        0 => None,
        3 => Some(sign(
            "the gate decides once: it runs on none of `schedule`, `issue_comment`, `workflow_run`".to_owned(),
        )),
        _ => Some(sign(format!("the gate is not woken by: {}", missing.join(", "))).weighs(Severity::Info)),
    }
}

/// A condition in front of a gate that guards a merge or a deployment.
fn skippable(gates: &Gates<'_>, gate: &Gate<'_>) -> Vec<Sign> {
    let events = gates.triggers(gate.workflow);
    let guards =
        events.iter().any(|(_, trigger)| matches!(trigger.event.as_str(), "pull_request_target" | "merge_group"));
    if !guards && !gate.deploys() {
        return Vec::new();
    }
    let conditions = [("job", &gate.job.condition), ("step", &gate.step.condition)];
    let found = conditions.into_iter().filter_map(|(what, condition)| Some((what, condition.as_ref()?)));
    found
        .filter(|(_, condition)| may_be_false(condition))
        .map(|(what, condition)| {
            let msg = format!("the gate's {what} is skipped unless `{}`", condition.text.trim());
            Sign::of("GATE_SKIPPABLE", msg).at(&gate.workflow.file, condition.line)
        })
        .collect()
}

fn may_be_false(condition: &Written) -> bool {
    let text = condition.text.trim();
    let inner = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(text);
    let inner = inner.replace(' ', "");
    // Whatever else is said beside it: what guards a merge or a deployment is never skipped.
    let always = |part: &str| ELSEWHERE.iter().any(|event| part == format!("github.event_name!='{event}'"));
    !matches!(inner.as_str(), "always()" | "!cancelled()" | "true" | "success()") && !inner.split("||").any(always)
}

fn tolerated(gate: &Gate<'_>) -> Vec<Sign> {
    let lines = [("job", gate.job.tolerated), ("step", gate.step.tolerated)];
    let mut signs: Vec<Sign> = lines
        .into_iter()
        .filter_map(|(what, line)| Some((what, line?)))
        .map(|(what, line)| {
            let msg = format!("the gate's {what} has `continue-on-error`");
            Sign::of("GATE_TOLERATED", msg).at(&gate.workflow.file, line)
        })
        .collect();
    if gate.caught() {
        let msg = "the script goes on whatever the gate says";
        signs.push(Sign::of("GATE_TOLERATED", msg).at(&gate.workflow.file, gate.line()));
    }
    signs
}

/// What the mode does and the token of the job may not. A token from elsewhere has rights of its own.
fn rights(gates: &Gates<'_>, gate: &Gate<'_>) -> Option<Sign> {
    if !gate.has_workflow_token() {
        return None;
    }
    let rights = gate.job.rights.as_ref().or(gate.workflow.rights.as_ref())?;
    let events = gates.triggers(gate.workflow);
    let on = |event: &str| events.iter().any(|(_, trigger)| trigger.event == event);
    let asks = gate.mode() == Some(GateMode::Request);
    let mut needed = Vec::new();
    if gate.deploys() {
        needed.push("deployments");
        needed.extend(asks.then_some("issues"));
    } else if on("pull_request_target") || on("merge_group") {
        needed.push("statuses");
        if asks && on("pull_request_target") {
            needed.extend(["pull-requests", "issues"]);
        }
    }
    needed.retain(|area| rights.of(area) < TokenRight::Write);
    let list: Vec<String> = needed.iter().map(|area| format!("`{area}: write`")).collect();
    let msg = format!("the token of the job `{}` lacks {}", gate.job.id, list.join(", "));
    (!needed.is_empty()).then(|| Sign::of("GATE_RIGHTS", msg).at(&gate.workflow.file, rights.line))
}

/// Once for each workflow.
fn tokens(gates: &Gates<'_>) -> Vec<Sign> {
    let mut told = BTreeSet::new();
    let with = gates.enforcing().filter(|gate| gate.has_workflow_token() && !gate.deploys());
    with.filter(|gate| told.insert(gate.workflow.file.as_str()))
        .map(|gate| {
            let msg = "the gate posts its status with the token of the workflow, which every workflow has";
            Sign::of("GATE_TOKEN", msg).at(&gate.workflow.file, gate.line())
        })
        .collect()
}
