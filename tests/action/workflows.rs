//! What must hold of every workflow that is shown or used here, whatever a linter thinks.

use super::yaml::{fields, get, list, root, text};
use super::{files, read};
use changeward::model::{Node, Value};
use std::collections::BTreeSet;

/// Events on which somebody without any right can start the workflow, while its token can write.
const OF_STRANGERS: [&str; 3] = ["pull_request_target", "workflow_run", "issue_comment"];

fn events(workflow: &Node<'_>) -> Vec<String> {
    let on = get(workflow, &["on"]).unwrap();
    match &on.value {
        Value::Scalar(one) => vec![one.text.to_string()],
        _ => fields(on).map(|(name, _)| name.to_owned()).collect(),
    }
}

/// The steps of all jobs.
fn steps<'n, 't>(workflow: &'n Node<'t>) -> Vec<&'n Node<'t>> {
    fields(get(workflow, &["jobs"]).unwrap()).flat_map(|(_, job)| list(get(job, &["steps"]))).collect()
}

fn all() -> Vec<(String, String)> {
    let names = [files("examples/workflows", ".yml"), files(".github/workflows", ".yml")].concat();
    names.into_iter().map(|name| (read(&name), name)).map(|(text, name)| (name, text)).collect()
}

#[test]
fn every_job_has_the_least_rights_and_an_end() {
    for (name, text) in all() {
        let workflow = root(&text);
        let nothing = get(&workflow, &["permissions"]).unwrap_or_else(|| panic!("{name}: what may it do?"));
        assert!(matches!(&nothing.value, Value::Map(rights) if rights.is_empty()), "{name}: nothing, to begin with");
        for (job, node) in fields(get(&workflow, &["jobs"]).unwrap()) {
            let minutes: u32 = super::yaml::text(get(node, &["timeout-minutes"])).parse().unwrap_or(0);
            assert!((1..=120).contains(&minutes), "{name}: {job} has no end");
            let rights: Vec<_> = get(node, &["permissions"]).map(|rights| fields(rights).collect()).unwrap_or_default();
            for (right, level) in rights {
                assert!(matches!(super::yaml::text(Some(level)), "read" | "write"), "{name}: {job}: {right}");
            }
        }
    }
}

#[test]
fn everything_used_is_pinned_and_keeps_no_credentials() {
    let (mut pinned, mut ours) = (BTreeSet::new(), 0);
    for (name, text) in all() {
        let workflow = root(&text);
        for step in steps(&workflow) {
            let used = super::yaml::text(get(step, &["uses"]));
            let Some((action, commit)) = used.split_once('@') else { continue };
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            assert!(is_commit && text.contains(&format!("{used} # ")), "{name}: {used}");
            if action == "OWNER/changeward" {
                ours += 1;
            } else {
                let comment = text.split(&format!("{used} # ")).nth(1).unwrap().lines().next().unwrap();
                pinned.insert((action.to_owned(), commit.to_owned(), comment.to_owned()));
            }
            if action == "actions/checkout" {
                assert_eq!(super::yaml::text(get(step, &["with", "persist-credentials"])), "false", "{name}");
            }
        }
    }
    assert!(ours >= 8, "{ours}");
    // One version of each.
    assert_eq!(pinned.iter().map(|(action, ..)| action).collect::<BTreeSet<_>>().len(), pinned.len(), "{pinned:?}");
}

/// Where a stranger's event meets a token that writes, nothing of the stranger's is checked out, and nothing is run but the gate.
#[test]
fn nothing_of_a_stranger_is_run() {
    let mut met = 0;
    for (name, text) in all() {
        let workflow = root(&text);
        if events(&workflow).iter().any(|event| OF_STRANGERS.contains(&event.as_str())) {
            met += 1;
            for step in steps(&workflow) {
                let used = super::yaml::text(get(step, &["uses"]));
                let is_harmless =
                    ["OWNER/changeward@", "actions/create-github-app-token@"].iter().any(|it| used.starts_with(it));
                assert!(is_harmless && get(step, &["run"]).is_none(), "{name}: {used}");
            }
        }
        for step in steps(&workflow) {
            assert!(!super::yaml::text(get(step, &["run"])).contains("${{"), "{name}: an expression in a script");
        }
    }
    assert_eq!(met, 3);
}

/// A misspelt input is ignored by GitHub, and a misspelt output is empty.
#[test]
fn the_workflows_use_what_the_action_has() {
    let action = read("action.yml");
    let action = root(&action);
    let has = |kind: &str, name: &str| get(&action, &[kind, name]).is_some();
    let mut inputs = 0;
    for (name, text) in all() {
        let workflow = root(&text);
        for step in steps(&workflow) {
            if super::yaml::text(get(step, &["uses"])).starts_with("OWNER/changeward@") {
                for (input, _) in get(step, &["with"]).map(|with| fields(with).collect::<Vec<_>>()).unwrap_or_default()
                {
                    assert!(has("inputs", input), "{name}: {input}");
                    inputs += 1;
                }
            }
        }
        for rest in text.split("steps.gate.outputs.").skip(1) {
            let output: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            assert!(has("outputs", &output), "{name}: {output}");
        }
    }
    assert!(inputs >= 6, "{inputs}");
}

/// The one most people copy is short, hears of everything that changes a verdict, and is woken by the recorder of reviews.
#[test]
fn the_workflow_of_pull_requests_hears_of_everything() {
    let shown = read("examples/workflows/pull-request.yml");
    assert!(shown.lines().count() <= 17);
    let (workflow, recorder) = (root(&shown), read("examples/workflows/review.yml"));
    let recorder = root(&recorder);
    let types = |node: &Node<'_>, event: &str| -> Vec<String> {
        list(get(node, &["on", event, "types"])).iter().map(|one| text(Some(one)).to_owned()).collect()
    };
    for kind in [
        "opened",
        "synchronize",
        "reopened",
        "edited",
        "labeled",
        "unlabeled",
        "ready_for_review",
        "converted_to_draft",
    ] {
        assert!(types(&workflow, "pull_request_target").iter().any(|one| one == kind), "{kind}");
    }
    assert_eq!(types(&workflow, "issue_comment"), ["created"], "an edited comment is none");
    let wakes = list(get(&workflow, &["on", "workflow_run", "workflows"]));
    assert_eq!(wakes.iter().map(|one| text(Some(one))).collect::<Vec<_>>(), [text(get(&recorder, &["name"]))]);
    assert_eq!(types(&recorder, "pull_request_review"), ["submitted", "edited", "dismissed"]);
}

/// The App's workflow is the same but for the token.
#[test]
fn the_workflow_with_an_app_hears_of_the_same() {
    let [plain, app] = ["pull-request", "app-token"].map(|name| read(format!("examples/workflows/{name}.yml")));
    let heard = |text: &str| {
        let from = text.find("on:\n").unwrap();
        text[from..text.find("    permissions:").unwrap()].to_owned()
    };
    assert_eq!(heard(&plain), heard(&app));
}
