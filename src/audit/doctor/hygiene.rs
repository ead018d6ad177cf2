//! Whether other steps and workflows open a way round the gate, or hand its rights to strangers.

use super::gate::{Gates, PRIVILEGED};
use super::sign::Sign;
use crate::model::{Job, JobStep, Severity, TokenRight, TokenRights, Trigger, Workflow, Written};
use std::collections::BTreeSet;

/// How the head of a pull request is named.
const HEAD: [&str; 6] = [
    "pull_request.head",
    "head_ref",
    "refs/pull/",
    "workflow_run.head",
    "pull_request.merge_commit_sha",
    "pull_requests[0].head",
];

/// What strangers write, as expressions name it.
const STRANGERS: [&str; 13] = [
    "github.head_ref",
    ".title",
    ".body",
    ".head.ref",
    ".head.label",
    ".default_branch",
    ".message",
    ".author.name",
    ".author.email",
    ".label.name",
    ".head_branch",
    ".page_name",
    ".display_title",
];

/// What is wrong with the workflows beside the gate itself.
pub(super) fn look(workflows: &[Workflow], gates: &Gates<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    for workflow in workflows {
        let triggers: Vec<&Trigger> = super::gate::triggers(workflows, workflow).into_iter().map(|(_, t)| t).collect();
        if triggers.iter().any(|trigger| PRIVILEGED.contains(&trigger.event.as_str())) {
            signs.extend(heads(workflow));
            signs.extend(secrets(workflow, gates));
        }
        signs.extend(injections(workflow));
        signs.extend(unpinned(workflow));
        signs.extend(rights(workflow));
        if triggers.iter().any(|trigger| runs_a_branch(trigger)) {
            signs.extend(forgeable(workflow));
        }
    }
    signs
}

fn steps(workflow: &Workflow) -> impl Iterator<Item = (&Job, &JobStep)> {
    workflow.jobs.iter().flat_map(|job| job.steps.iter().map(move |step| (job, step)))
}

/// Checkouts of the head, by the action or by hand.
fn heads(workflow: &Workflow) -> Vec<Sign> {
    let names_head = |text: &str| HEAD.iter().any(|name| text.to_lowercase().contains(name));
    let mut signs = Vec::new();
    for (_, step) in steps(workflow) {
        let is_checkout = step.uses.as_ref().is_some_and(|uses| uses.text.starts_with("actions/checkout@"));
        let inputs = ["ref", "repository"].into_iter().filter_map(|name| step.input(name));
        let by_action = inputs.into_iter().find(|value| is_checkout && names_head(&value.text));
        let by_hand = step.run.as_ref().filter(|run| {
            let checks_out = |line: &str| {
                let moves =
                    ["git checkout", "git switch", "git merge", "git reset"].iter().any(|verb| line.contains(verb));
                line.contains("gh pr checkout") || (moves && (names_head(line) || line.contains("FETCH_HEAD")))
            };
            run.text.lines().any(checks_out)
        });
        if let Some(written) = by_action.or(by_hand) {
            let msg = "the head of a pull request is checked out in a workflow that has rights";
            signs.push(Sign::of("HEAD_CHECKED_OUT", msg).at(&workflow.file, written.line));
        }
    }
    signs
}

/// Secrets beside the gate and the making of its token.
fn secrets(workflow: &Workflow, gates: &Gates<'_>) -> Vec<Sign> {
    let mut lines = BTreeSet::new();
    let mut note = |written: &Written| {
        if names_secret(&written.text) {
            lines.insert(written.line);
        }
    };
    workflow.env.iter().for_each(|(_, value)| note(value));
    for job in &workflow.jobs {
        job.env.iter().for_each(|(_, value)| note(value));
    }
    for (_, step) in steps(workflow) {
        let of_gate = gates.all.iter().any(|gate| std::ptr::eq(gate.step, step));
        let uses = step.uses.as_ref().map_or("", |uses| uses.text.as_str());
        if !of_gate && !uses.starts_with("actions/create-github-app-token@") {
            step.with.iter().chain(&step.env).for_each(|(_, value)| note(value));
            step.run.iter().for_each(&mut note);
        }
    }
    lines.extend(workflow.jobs.iter().filter_map(|job| job.inherits_secrets));
    let msg = "a secret is handed out in a workflow that pull requests start";
    lines.into_iter().map(|line| Sign::of("SECRETS_AT_HAND", msg).at(&workflow.file, line)).collect()
}

/// A secret other than the token every workflow has.
fn names_secret(text: &str) -> bool {
    let lower = text.to_lowercase();
    expressions(&lower).any(|inner| {
        let without = inner.replace("secrets.github_token", "");
        without.contains("secrets.") || without.contains("secrets[") || without.contains("tojson(secrets")
    })
}

/// What stands between `${{` and `}}`.
fn expressions(text: &str) -> impl Iterator<Item = &str> {
    text.split("${{").skip(1).map(|rest| rest.split("}}").next().unwrap_or(rest))
}

fn injections(workflow: &Workflow) -> Vec<Sign> {
    let is_strange = |inner: &str| {
        let from_event = inner.contains("github.event.") || inner.contains("github.head_ref");
        from_event && STRANGERS.iter().any(|name| inner.contains(name))
    };
    let mut signs = Vec::new();
    for (_, step) in steps(workflow) {
        let is_script = step.uses.as_ref().is_some_and(|uses| uses.text.starts_with("actions/github-script@"));
        let script = step.run.as_ref().or_else(|| step.input("script").filter(|_| is_script));
        let Some(script) = script else { continue };
        let lower = script.text.to_lowercase();
        if let Some(inner) = expressions(&lower).find(|inner| is_strange(inner)) {
            let msg = format!("`{}` is pasted into a script", inner.trim());
            signs.push(Sign::of("SCRIPT_INJECTION", msg).at(&workflow.file, script.line));
        }
    }
    signs
}

fn unpinned(workflow: &Workflow) -> Vec<Sign> {
    let mut told = BTreeSet::new();
    let mut signs = Vec::new();
    for job in &workflow.jobs {
        let may_write = job.rights.as_ref().or(workflow.rights.as_ref()).is_none_or(writes);
        for uses in job.uses.iter().chain(job.steps.iter().filter_map(|step| step.uses.as_ref())) {
            if is_pinned(&uses.text) || !told.insert(&uses.text) {
                continue;
            }
            let msg = format!("`{}` may be another one tomorrow", uses.text);
            let sign = Sign::of("ACTION_UNPINNED", msg).at(&workflow.file, uses.line);
            signs.push(if may_write { sign } else { sign.weighs(Severity::Info) });
        }
    }
    signs
}

fn writes(rights: &TokenRights) -> bool {
    rights.others == TokenRight::Write || rights.named.values().any(|right| *right == TokenRight::Write)
}

/// What lies in this repository is pinned by its commit.
fn is_pinned(uses: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if uses.starts_with("./") {
        return true;
    }
    if let Some(image) = uses.strip_prefix("docker://") {
        return image.rsplit_once("@sha256:").is_some_and(|(_, digest)| digest.len() == 64 && hex(digest));
    }
    uses.rsplit_once('@').is_some_and(|(_, version)| matches!(version.len(), 40 | 64) && hex(version))
}

fn rights(workflow: &Workflow) -> Vec<Sign> {
    let own = workflow.jobs.iter().filter_map(|job| job.rights.as_ref());
    let all = workflow.rights.iter().chain(own).filter(|rights| rights.others == TokenRight::Write);
    let msg = "`permissions: write-all` gives the token everything";
    let mut signs: Vec<Sign> = all.map(|rights| Sign::of("RIGHTS_ALL", msg).at(&workflow.file, rights.line)).collect();
    let unsaid = workflow.jobs.iter().find(|job| workflow.rights.is_none() && job.rights.is_none());
    if let Some(job) = unsaid {
        let msg = format!("neither the workflow nor its job `{}` has `permissions`", job.id);
        signs.push(Sign::of("RIGHTS_UNSAID", msg).at(&workflow.file, job.line));
    }
    signs
}

/// The event runs what stands on a branch that anybody with write access makes.
fn runs_a_branch(trigger: &Trigger) -> bool {
    match trigger.event.as_str() {
        "pull_request" | "pull_request_review" | "pull_request_review_comment" | "create" => true,
        "push" => trigger.branches.as_ref().is_none_or(|branches| branches.iter().any(|branch| branch.contains('*'))),
        _ => false,
    }
}

fn forgeable(workflow: &Workflow) -> Vec<Sign> {
    let named = |rights: &&TokenRights| rights.named.get("statuses") == Some(&TokenRight::Write);
    let own = workflow.jobs.iter().filter_map(|job| job.rights.as_ref());
    let found = workflow.rights.iter().chain(own).filter(named);
    let msg = "a workflow that runs the code of a branch has `statuses: write`";
    found.map(|rights| Sign::of("STATUS_FORGEABLE", msg).at(&workflow.file, rights.line)).collect()
}
