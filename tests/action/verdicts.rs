//! The Action as people use it, verdict by verdict: act runs the workflow, the real program asks a GitHub that remembers.

use super::act::{Runner, consumer, step};
use super::github::state::{ACTIONS, TokenKind};
use super::github::{Fake, Git, scenario};
use super::read;
use super::temp_repo::TempRepo;
use super::yaml::{fields, get, root, text};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What act hands to the workflow as `github.token`.
const TOKEN: &str = "a-token-of-the-test";

type Files = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    base: Files,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    files: Files,
    change: Files,
    #[serde(default)]
    acts: Vec<Value>,
    #[serde(default = "usual_event")]
    event: String,
    #[serde(default = "usual_rights")]
    rights: String,
    #[serde(default)]
    with: BTreeMap<String, String>,
    exit: i32,
    #[serde(default)]
    outputs: BTreeMap<String, String>,
    /// Of `changeward/main` on the head: its state, or `none`.
    status: Option<String>,
    not_status: Option<String>,
    #[serde(default)]
    summary: Vec<String>,
    #[serde(default)]
    asks: Vec<String>,
}

fn usual_event() -> String {
    "pull_request_target".to_owned()
}
fn usual_rights() -> String {
    "pull-request.yml".to_owned()
}

/// The rights that the gate has in a job of an example, in the words of the stand-in.
fn rights(example: &str, job: &str) -> String {
    let text_of = read(format!("examples/workflows/{example}"));
    let workflow = root(&text_of);
    let rights: Vec<String> = fields(get(&workflow, &["jobs", job, "permissions"]).unwrap())
        .map(|(area, level)| format!("{}:{}", area.replace('-', "_"), text(Some(level))))
        .collect();
    assert!(!rights.is_empty(), "{example}");
    format!("metadata:read {}", rights.join(" "))
}

/// A forge with ann's pull request on it.
fn forge(base: &Files, more: &Files, change: &Files, token_rights: &str) -> (TempRepo, Fake) {
    let repo = TempRepo::new();
    base.iter().chain(more).for_each(|(name, text)| repo.write(name, text));
    repo.commit("as it is");
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    change.iter().for_each(|(name, text)| repo.write(name, text));
    repo.commit("a change");
    repo.git(&["checkout", "--quiet", "main"]);
    let people: Vec<Value> = ["ann", "bob", "cat", "dan", "eve", "fay", "kim", "sam"]
        .map(|login| json!({ "login": login, "role": "write", "emails": [format!("{login}@acme.example")] }))
        .to_vec();
    let scene = json!({
        "repository": "acme/shop",
        "people": people,
        "tokens": [{ "secret": TOKEN, "login": "github-actions[bot]", "kind": "workflow", "rights": token_rights }],
        "acts": [{ "do": "open", "by": "ann", "head": "topic", "base": "main", "title": "A change" }],
    });
    let fake = scenario::begin(&scene, Git::new(repo.path())).unwrap();
    (repo, fake)
}

/// A runner whose workflow uses the Action with the real program.
fn runner(event: &str, with: &BTreeMap<String, String>) -> Option<Runner> {
    let runner = Runner::new()?;
    let mut inputs = vec![("install", "path"), ("binary", env!("CARGO_BIN_EXE_changeward"))];
    inputs.extend(with.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    runner.write(".github/workflows/gate.yml", &consumer(event, &inputs));
    Some(runner)
}

/// The event comes, and the workflow runs.
fn run(runner: &Runner, fake: &Fake, event: &str, args: &Value) -> super::act::Run {
    let payload = fake.event(event, args);
    let (api, graphql) = (fake.api(), fake.graphql());
    runner.run(event, &payload, &[("GITHUB_API_URL", &api), ("GITHUB_GRAPHQL_URL", &graphql)])
}

fn head(fake: &Fake) -> String {
    fake.with(|state| state.pulls[&1].head.clone())
}

/// The newest status of the gate on the head.
fn status(fake: &Fake) -> String {
    let all = fake.statuses(&head(fake), "changeward/main");
    all.iter().max_by_key(|status| status.id).map_or_else(|| "none".to_owned(), |status| status.state.clone())
}

#[test]
fn the_action_says_what_was_decided() {
    let Cases { base, case: cases } = toml::from_str(&read("tests/action/verdicts.toml")).unwrap();
    assert!(cases.len() > 5);
    // Most of the time they wait, for between two writes the gate pauses.
    std::thread::scope(|scope| {
        for case in &cases {
            scope.spawn(|| check(&base, case));
        }
    });
}

fn check(base: &Files, case: &Case) {
    let Some(runner) = runner(&case.event, &case.with) else { return };
    let (_repo, fake) = forge(base, &case.files, &case.change, &rights(&case.rights, "gate"));
    let payload = json!({ "number": 1, "by": "ann", "action": "opened" });
    for act in &case.acts {
        scenario::act(&fake, act).unwrap();
    }
    let run = run(&runner, &fake, &case.event, &payload);
    fake.mend();
    let (name, (outputs, outcome)) = (&case.name, step(&runner));
    assert_eq!(outputs["exit-code"], case.exit.to_string(), "{name}: {}", run.log);
    assert_eq!(outcome, if case.exit == 0 { "success" } else { "failure" }, "{name}");
    assert_eq!(runner.told("went-on").is_some(), case.exit == 0, "{name}: the job that does not continue");
    assert_eq!(run.succeeded, case.exit == 0, "{name}");
    assert_eq!(outputs.len(), 11, "{name}: {outputs:?}");
    for (output, value) in &case.outputs {
        assert_eq!(outputs[output], *value, "{name}: {output}: {}", run.log);
    }
    if !outputs["verdict"].is_empty() {
        assert_eq!(outputs["head"], head(&fake), "{name}");
        let report: Value = serde_json::from_str(&runner.told("report.json").unwrap()).unwrap();
        assert_eq!(report["verdict"], outputs["verdict"].as_str(), "{name}");
    }
    let state = status(&fake);
    assert_eq!(case.status.as_ref().unwrap_or(&state), &state, "{name}: {}", run.log);
    assert_ne!(case.not_status.as_ref(), Some(&state), "{name}");
    let summary: String = run.log.split("Summary - ").skip(1).collect();
    for words in &case.summary {
        assert!(summary.contains(words), "{name}: {words}: {}", run.log);
    }
    let asked = fake.with(|state| state.pulls[&1].requested_people.clone());
    assert!(case.asks.iter().all(|who| asked.contains(who)), "{name}: {asked:?}");
    assert!(!run.log.contains(TOKEN), "{name}: the token stands in the log");
}

/// Pending, then approved: the review's own workflow wakes the gate, which finds the pull request by its head. Run once more,
/// it changes nothing.
#[test]
fn a_review_makes_the_pull_request_green_by_itself() {
    let Cases { base, case: cases } = toml::from_str(&read("tests/action/verdicts.toml")).unwrap();
    let case = cases.into_iter().find(|case| case.name.contains("waits for the people")).unwrap();
    let Some(first) = runner("pull_request_target", &BTreeMap::new()) else { return };
    let (_repo, fake) = forge(&base, &case.files, &case.change, &rights("pull-request.yml", "gate"));
    run(&first, &fake, "pull_request_target", &json!({ "number": 1, "by": "ann", "action": "opened" }));
    assert_eq!((step(&first).0["exit-code"].as_str(), status(&fake).as_str()), ("10", "pending"));
    fake.approve("eve", 1);
    fake.approve("cat", 1);
    let wake = fake.run("cat", "pull_request_review", &head(&fake), "completed", Some("success"));
    for again in [false, true] {
        let runner = runner("workflow_run", &BTreeMap::new()).unwrap();
        let before = fake.writes();
        let run = run(&runner, &fake, "workflow_run", &json!({ "run": wake, "number": 1 }));
        assert_eq!((step(&runner).0["exit-code"].as_str(), status(&fake).as_str()), ("0", "success"), "{}", run.log);
        // The workflow has two jobs that run the gate; neither has anything left to do the second time.
        assert_eq!(fake.writes() == before, again, "{}", run.log);
    }
    assert_eq!(fake.comments_with("<!-- changeward:verdict -->").len(), 1);
}

/// One job of the deployment's workflow: its exit code, its outputs, what was logged.
fn deploy_job(
    fake: &Fake,
    (event, args): (&str, &Value),
    (example, job): (&str, &str),
    with: &[(&str, &str)],
    waiting: u64,
) -> Option<(BTreeMap<String, String>, String)> {
    let with = with.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let runner = runner(event, &with)?;
    fake.with(|state| state.token(TOKEN, "github-actions[bot]", TokenKind::Workflow, &rights(example, job)));
    let payload = fake.event(event, args);
    let (api, graphql, id) = (fake.api(), fake.graphql(), waiting.to_string());
    let environment = [("GITHUB_API_URL", api.as_str()), ("GITHUB_GRAPHQL_URL", &graphql), ("GITHUB_RUN_ID", &id)];
    let run = runner.run(event, &payload, &environment);
    Some((step(&runner).0, run.log))
}

/// Asked for in one issue, approved in a comment, run again, recorded: each job with the rights that the example gives it.
#[test]
fn a_deployment_is_asked_for_once_and_goes_ahead_when_it_is_approved() {
    let Cases { base, case: cases } = toml::from_str(&read("tests/action/verdicts.toml")).unwrap();
    let case = cases.into_iter().find(|case| case.name.contains("waits for the people")).unwrap();
    let (repo, fake) = forge(&base, &case.files, &case.change, &rights("deploy.yml", "gate"));
    let before = repo.line(&["rev-parse", "main"]);
    fake.deployed(ACTIONS, &before, "production", "success");
    repo.git(&["merge", "--quiet", "--ff-only", "topic"]);
    let after = repo.line(&["rev-parse", "main"]);
    fake.push("ann", "main");
    let waiting = fake.run("ann", "push", &after, "completed", Some("failure"));
    let args = json!({ "branch": "main", "before": before, "after": after, "by": "ann" });
    let (push, to) = (("push", &args), ("environment", "production"));
    let Some((outputs, log)) = deploy_job(&fake, push, ("deploy.yml", "gate"), &[to], waiting) else { return };
    assert_eq!(outputs["exit-code"], "10", "{log}");
    let issues = fake.issues_with("<!-- changeward:request");
    assert_eq!((issues.len(), outputs["request-url"].is_empty()), (1, false), "{log}");
    assert!(log.contains("WAITS"), "{log}");
    // Somebody who may speaks, in the issue.
    let comment = fake.comment("eve", issues[0].number, &format!("/approve {}", &after[..12]));
    let heard = json!({ "comment": comment, "action": "created" });
    let (outputs, log) = deploy_job(&fake, ("issue_comment", &heard), ("comments.yml", "gate"), &[], waiting).unwrap();
    assert_eq!((outputs["exit-code"].as_str(), outputs["verdict"].as_str()), ("0", "approve"), "{log}");
    let reruns = || fake.journal().iter().filter(|entry| entry.path.ends_with("/rerun-failed-jobs")).count();
    assert_eq!(reruns(), 1, "{log}");
    // GitHub runs the waiting job again, it goes ahead, and the last job records it.
    let (outputs, log) = deploy_job(&fake, push, ("deploy.yml", "gate"), &[to], waiting).unwrap();
    assert_eq!(outputs["exit-code"], "0", "{log}");
    let ended = [to, ("deployed", "success")];
    let (outputs, log) = deploy_job(&fake, push, ("deploy.yml", "record"), &ended, waiting).unwrap();
    assert_eq!(outputs["exit-code"], "0", "{log}");
    let states = fake.with(|state| {
        let last = state.deployments.values().find(|one| one.sha == after).unwrap();
        last.statuses.iter().map(|status| status.state.clone()).collect::<Vec<_>>()
    });
    assert!(states.contains(&"success".to_owned()), "{states:?}");
    assert_eq!(fake.issues_with("<!-- changeward:request").len(), 1);
    assert!(fake.issues_with("<!-- changeward:request").iter().all(|issue| !issue.open), "it is answered");
}
