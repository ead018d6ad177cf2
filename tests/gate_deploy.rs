//! Deployments: what a commit would bring since the last one, asked for by one issue, and gone ahead with by itself.
#![cfg(feature = "github")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test stops where it fails, and builds repositories of its own"
)]

#[path = "support/github/mod.rs"]
mod github;
#[path = "support/stage.rs"]
mod stage;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::app::gate::GateRequest;
use changeward::model::GateMode;
use github::Fault;
use serde_json::json;
use stage::{Ended, Stage};
use std::time::Duration;

const PAY: (&str, &str) = ("services/payments/pay.rs", "fn pay() { later() }\n");
const WEB: (&str, &str) = ("web/index.html", "<p>Bye</p>\n");
const REPLICAS: (&str, &str) = ("deploy/payments/app.yaml", "kind: Deployment\nspec:\n  replicas: 3\n");
const REQUEST: &str = "<!-- changeward:request ";

/// Every story is told with a checkout and without one: both must end the same.
fn both(story: impl Fn(Stage)) {
    story(deployed(Stage::new()));
    story(deployed(Stage::without_checkout()));
}

/// Production has what main has.
fn deployed(stage: Stage) -> Stage {
    let start = stage.repo.line(&["rev-parse", "main"]);
    stage.fake.deployed(github::state::ACTIONS, &start, "production", "success");
    stage
}

/// A commit by ann on main, pushed.
fn land(stage: &Stage, file: (&str, &str)) -> String {
    stage.commit("main", &[file], "Change something");
    stage.fake.push("ann", "main")
}

/// A run that is to deploy a commit, and asks the gate.
fn asks(stage: &mut Stage, by: &str, commit: &str) -> Ended {
    stage.run = stage.fake.run(by, "workflow_dispatch", commit, "in_progress", None);
    let ended = stage.deploy(by, commit);
    stage.fake.run_ends(stage.run, if ended.code == 0 { "success" } else { "failure" });
    ended
}

/// Somebody comments, and the workflow for comments runs.
fn says(stage: &Stage, by: &str, issue: u64, text: &str) -> Ended {
    let comment = stage.fake.comment(by, issue, text);
    stage.gate_on("issue_comment", &json!({"comment": comment}))
}

fn approves(stage: &Stage, by: &str, issue: u64, commit: &str) -> Ended {
    says(stage, by, issue, &format!("/approve {}", &commit[..12]))
}

/// The open requests: their numbers.
fn requests(stage: &Stage) -> Vec<u64> {
    let all = stage.fake.issues_with(REQUEST);
    all.iter().filter(|issue| issue.open).map(|issue| issue.number).collect()
}

/// The deployments of a commit: how each stands.
fn objects(stage: &Stage, commit: &str) -> Vec<Vec<String>> {
    stage.fake.with(|state| {
        let of = state.deployments.values().filter(|one| one.sha == commit);
        of.map(|one| one.statuses.iter().map(|status| status.state.clone()).collect()).collect()
    })
}

/// The run: its attempt and whether it is under way.
fn attempt(stage: &Stage, run: u64) -> (u64, String) {
    stage.fake.with(|state| (state.runs[&run].attempt, state.runs[&run].status.clone()))
}

/// The job runs again, as GitHub starts it.
fn goes_on(stage: &Stage, by: &str, commit: &str) -> Ended {
    let ended = stage.deploy(by, commit);
    stage.fake.run_ends(stage.run, if ended.code == 0 { "success" } else { "failure" });
    ended
}

/// What a run wrote.
fn wrote(stage: &Stage, run: impl FnOnce() -> Ended) -> (u8, Vec<String>) {
    stage.fake.clear_journal();
    let ended = run();
    let lines = stage.fake.journal().iter().filter(|entry| entry.wrote()).map(|entry| entry.line()).collect();
    (ended.code, lines)
}

fn says_of(stage: &Stage, issue: u64) -> Vec<String> {
    let all = stage.fake.with(|state| state.comments.values().cloned().collect::<Vec<_>>());
    all.into_iter().filter(|one| one.issue == issue && one.by == github::State::APP_LOGIN).map(|one| one.body).collect()
}

fn recorded(stage: &Stage, by: &str, commit: &str, succeeded: bool) -> Ended {
    let mut request = stage.deployment(by, commit);
    request.deploy.as_mut().unwrap().finished = Some(succeeded);
    stage.run(&request)
}

fn since(stage: &Stage, by: &str, commit: &str, since: &str) -> GateRequest {
    let mut request = stage.deployment(by, commit);
    request.deploy.as_mut().unwrap().since = Some(since.to_owned());
    request
}

#[track_caller]
fn says_error(ended: &Ended, code: u8, word: &str) {
    assert_eq!(ended.code, code, "{ended:?}");
    let failure = ended.answer.as_ref().expect_err("a failure");
    assert!(format!("{failure:?} {failure}").contains(word), "{failure:?}");
}

#[test]
fn a_standard_change_goes_ahead_at_once() {
    both(|mut stage| {
        let commit = land(&stage, REPLICAS);
        let ended = asks(&mut stage, "ann", &commit);
        assert_eq!((ended.code, ended.class()), (0, "standard"), "{ended:?}");
        assert_eq!(objects(&stage, &commit), [["in_progress"]]);
        assert!(requests(&stage).is_empty());
        let again = wrote(&stage, || stage.deploy("ann", &commit));
        assert_eq!(again, (0, vec![]));
        assert_eq!(recorded(&stage, "ann", &commit, true).code, 0);
        assert_eq!(objects(&stage, &commit), [["in_progress", "success"]]);
        assert_eq!(wrote(&stage, || recorded(&stage, "ann", &commit, true)), (0, vec![]));
    });
}

#[test]
fn the_same_commit_again_has_nothing_to_approve() {
    both(|mut stage| {
        let start = stage.repo.line(&["rev-parse", "main"]);
        let ended = asks(&mut stage, "ann", &start);
        assert_eq!((ended.code, ended.class()), (0, "none"), "{ended:?}");
        assert_eq!(objects(&stage, &start).len(), 2, "it is deployed again");
    });
}

#[test]
fn a_normal_change_is_asked_for_once_and_goes_on_by_itself() {
    both(|mut stage| {
        let commit = land(&stage, PAY);
        let ended = asks(&mut stage, "ann", &commit);
        assert_eq!((ended.code, ended.class()), (10, "normal"), "{ended:?}");
        let [issue] = stage.fake.issues_with(REQUEST).try_into().unwrap();
        let mark = format!("{REQUEST}environment=production commit={commit} run={} -->\n", stage.run);
        assert!(issue.body.starts_with(&mark), "{}", issue.body);
        assert_eq!(ended.answer().turns[0].request_url.as_deref().map(|url| url.ends_with("/issues/1")), Some(true));
        assert!(issue.labels.contains(&"changeward:request".to_owned()), "{issue:?}");
        assert!(
            matches!(issue.assignees.as_slice(), [one] if one == "bob" || one == "eve" || one == "cat"),
            "{issue:?}"
        );
        for part in [
            "### Who is asked",
            "### Benefit and backout",
            "### Risk: ",
            "### 1 commit",
            "### What it touches",
            "### Tests, calendar, past",
            &format!("/approve {}", &commit[..12]),
        ] {
            assert!(issue.body.contains(part), "{part}: {}", issue.body);
        }
        let who = &issue.assignees[0];
        assert_eq!(issue.body.matches(&format!("@{who}")).count(), 1, "mentioned once: {}", issue.body);
        assert!(objects(&stage, &commit).is_empty(), "nothing is deployed yet");
        assert_eq!(wrote(&stage, || stage.deploy("ann", &commit)), (10, vec![]), "a second run changes nothing");
        assert_eq!(attempt(&stage, stage.run), (1, "completed".to_owned()));

        let told = approves(&stage, "eve", issue.number, &commit);
        assert_eq!(told.code, 0, "{told:?}");
        assert_eq!(attempt(&stage, stage.run), (2, "queued".to_owned()), "it is started again");
        assert!(objects(&stage, &commit).is_empty(), "the run that is started makes its own");
        assert!(requests(&stage).is_empty(), "closed");
        let said = says_of(&stage, issue.number);
        assert!(said.len() == 1 && said[0].contains("may be deployed to `production`"), "{said:?}");

        let third = goes_on(&stage, "ann", &commit);
        assert_eq!(third.code, 0, "{third:?}");
        assert_eq!(objects(&stage, &commit), [["in_progress"]]);
        assert_eq!(wrote(&stage, || stage.deploy("ann", &commit)), (0, vec![]));
        assert_eq!(stage.fake.issues_with(REQUEST).len(), 1);
    });
}

#[test]
fn whoever_has_a_hand_in_it_never_approves() {
    both(|mut stage| {
        // ann wrote it, eve asks for it: of those who may approve payments, bob is left.
        let commit = land(&stage, PAY);
        assert_eq!(asks(&mut stage, "eve", &commit).code, 10);
        let [issue] = requests(&stage).try_into().unwrap();
        for who in ["ann", "eve", "mallory", "fay"] {
            let ended = approves(&stage, who, issue, &commit);
            assert_eq!(ended.code, 10, "{who}: {ended:?}");
        }
        assert_eq!(attempt(&stage, stage.run).0, 1);
        assert_eq!(approves(&stage, "bob", issue, &commit).code, 0);
        assert_eq!(attempt(&stage, stage.run).0, 2);
    });
}

#[test]
fn an_approval_of_another_commit_or_before_the_request_is_none() {
    both(|mut stage| {
        let commit = land(&stage, PAY);
        assert_eq!(asks(&mut stage, "ann", &commit).code, 10);
        let [issue] = requests(&stage).try_into().unwrap();
        let start = stage.repo.line(&["rev-parse", "main~1"]);
        assert_eq!(approves(&stage, "eve", issue, &start).code, 10);
        assert_eq!(says(&stage, "eve", issue, "/approve").code, 10);
        let comment = stage.fake.comment("eve", issue, "Looks good");
        stage.fake.edit_comment_as("ann", comment, &format!("/approve {commit}"));
        assert_eq!(stage.gate_on("issue_comment", &json!({"comment": comment})).code, 10);
        assert_eq!(attempt(&stage, stage.run).0, 1);
    });
}

#[test]
fn a_rejection_blocks_until_it_is_taken_back() {
    both(|mut stage| {
        let commit = land(&stage, PAY);
        assert_eq!(asks(&mut stage, "ann", &commit).code, 10);
        let [issue] = requests(&stage).try_into().unwrap();
        assert_eq!(says(&stage, "eve", issue, "/reject not on a Friday").code, 11);
        assert_eq!(approves(&stage, "bob", issue, &commit).code, 11, "one objection is enough");
        assert_eq!(goes_on(&stage, "ann", &commit).code, 11);
        assert_eq!(requests(&stage), [issue], "it stays open");
        assert!(objects(&stage, &commit).is_empty());
        assert_eq!(approves(&stage, "eve", issue, &commit).code, 0, "the last word counts");
        assert_eq!(attempt(&stage, stage.run).0, 2);
    });
}

#[test]
fn a_hold_stops_it() {
    let mut stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    assert_eq!(asks(&mut stage, "ann", &commit).code, 10);
    let [issue] = requests(&stage).try_into().unwrap();
    let held = says(&stage, "fay", issue, "/hold the migration first");
    assert_eq!(held.code, 11, "{held:?}");
    assert_eq!(approves(&stage, "eve", issue, &commit).code, 11);
    assert_eq!(says(&stage, "fay", issue, "/release").code, 0);
    assert_eq!(attempt(&stage, stage.run).0, 2);
}

#[test]
fn a_newer_commit_takes_the_place_of_an_older_one() {
    both(|mut stage| {
        let first = land(&stage, PAY);
        assert_eq!(asks(&mut stage, "ann", &first).code, 10);
        let [old] = requests(&stage).try_into().unwrap();
        let second = land(&stage, WEB);
        assert_eq!(asks(&mut stage, "ann", &second).code, 10);
        let [new] = requests(&stage).try_into().unwrap();
        assert_ne!(old, new);
        let said = says_of(&stage, old);
        assert!(said.len() == 1 && said[0].contains(&format!("/issues/{new})")), "{said:?}");
        let closed = stage.fake.with(|state| state.issues[&old].reason.clone());
        assert_eq!(closed.as_deref(), Some("not_planned"));
        assert_eq!(wrote(&stage, || stage.deploy("ann", &second)), (10, vec![]));
        // What is closed starts nothing.
        let late = approves(&stage, "eve", old, &first);
        assert_eq!((late.code, late.answer().turns.len()), (0, 0));
        assert_eq!(stage.fake.with(|state| state.runs.values().map(|run| run.attempt).max()), Some(1));
    });
}

#[test]
fn a_request_that_was_closed_is_asked_anew() {
    let mut stage = deployed(Stage::new());
    let first = land(&stage, PAY);
    asks(&mut stage, "ann", &first);
    let [one] = requests(&stage).try_into().unwrap();
    stage.fake.close("ann", one);
    assert_eq!(goes_on(&stage, "ann", &first).code, 10);
    let [two] = requests(&stage).try_into().unwrap();
    assert_ne!(one, two, "nobody would be asked otherwise");
    assert_eq!(wrote(&stage, || stage.deploy("ann", &first)), (10, vec![]));
}

#[test]
fn the_other_environment_is_another_deployment() {
    let mut stage = deployed(Stage::new());
    let start = stage.repo.line(&["rev-parse", "main"]);
    stage.fake.deployed(github::state::ACTIONS, &start, "eu/north 1", "success");
    let commit = land(&stage, PAY);
    assert_eq!(asks(&mut stage, "ann", &commit).code, 10);
    stage.environment = "eu/north 1".to_owned();
    assert_eq!(asks(&mut stage, "ann", &commit).code, 10);
    let [one, two] = requests(&stage).try_into().unwrap();
    assert_eq!(approves(&stage, "eve", two, &commit).code, 0);
    assert_eq!(requests(&stage), [one], "an approval is for one environment");
}

#[test]
fn what_was_never_deployed_needs_a_start() {
    let tell = |mut stage: Stage| {
        let start = stage.repo.line(&["rev-parse", "main"]);
        let commit = land(&stage, PAY);
        says_error(&asks(&mut stage, "ann", &commit), 4, "NeverDeployed");
        assert_eq!(stage.fake.writes(), 0);
        stage.repo.git(&["tag", "v1", &start]);
        let told = |revision: &str| stage.run(&since(&stage, "ann", &commit, revision));
        says_error(&told("v9"), 2, "v9");
        let ended = told(&start);
        assert_eq!((ended.code, ended.class()), (10, "normal"), "{ended:?}");
        // The run for the approval has no such flag: where the change starts stands in the request.
        let [issue] = requests(&stage).try_into().unwrap();
        let told = approves(&stage, "eve", issue, &commit);
        assert_eq!(told.code, 0, "{told:?}");
        assert_eq!(attempt(&stage, stage.run).0, 2);
        assert_eq!(stage.run(&since(&stage, "ann", &commit, &start)).code, 0);
    };
    tell(Stage::new());
    tell(Stage::without_checkout());
}

#[test]
fn a_failed_deployment_is_not_what_is_there() {
    both(|mut stage| {
        let start = stage.repo.line(&["rev-parse", "main"]);
        let commit = land(&stage, PAY);
        for state in ["failure", "in_progress", "", "error"] {
            stage.fake.deployed(github::state::ACTIONS, &commit, "production", state);
        }
        let ended = asks(&mut stage, "ann", &commit);
        assert_eq!(ended.code, 10, "{ended:?}");
        assert_eq!(ended.answer().turns[0].decision.base.as_ref().map(|base| base.0.as_str()), Some(start.as_str()));
    });
}

#[test]
fn the_last_success_is_found_behind_many_failures() {
    let stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    let fails = |times: usize| {
        for _ in 0..times {
            stage.fake.deployed(github::state::ACTIONS, &commit, "production", "failure");
        }
    };
    fails(40);
    assert_eq!(stage.deploy("ann", &commit).code, 10);
    fails(70);
    says_error(&stage.deploy("ann", &commit), 4, "NeverDeployed");
}

#[test]
fn back_to_an_older_commit_is_a_change_of_its_own() {
    both(|mut stage| {
        let start = stage.repo.line(&["rev-parse", "main"]);
        let commit = land(&stage, PAY);
        asks(&mut stage, "ann", &commit);
        let [issue] = requests(&stage).try_into().unwrap();
        assert_eq!(approves(&stage, "eve", issue, &commit).code, 0);
        assert_eq!(goes_on(&stage, "ann", &commit).code, 0);
        assert_eq!(recorded(&stage, "ann", &commit, true).code, 0);

        let back = asks(&mut stage, "ann", &start);
        assert_eq!((back.code, back.class()), (10, "normal"), "{back:?}");
        let [issue] = requests(&stage).try_into().unwrap();
        assert_eq!(approves(&stage, "eve", issue, &start).code, 0);
        assert_eq!(goes_on(&stage, "ann", &start).code, 0);
        assert_eq!(recorded(&stage, "ann", &start, true).code, 0);
        assert_eq!(objects(&stage, &start).last().unwrap(), &["in_progress", "success"], "an object of its own");

        // And forward again: the approval from before was of what was there before.
        let again = asks(&mut stage, "ann", &commit);
        let base = again.answer().turns[0].decision.base.clone().unwrap();
        assert_eq!((again.code, base.0), (10, start), "{again:?}");
        assert_eq!(requests(&stage).len(), 1);
    });
}

#[test]
fn a_deployment_that_failed_may_be_tried_again() {
    let mut stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    asks(&mut stage, "ann", &commit);
    let [issue] = requests(&stage).try_into().unwrap();
    approves(&stage, "eve", issue, &commit);
    assert_eq!(goes_on(&stage, "ann", &commit).code, 0);
    assert_eq!(recorded(&stage, "ann", &commit, false).code, 0);
    let again = asks(&mut stage, "ann", &commit);
    assert_eq!(again.code, 0, "the same change was approved: {again:?}");
    assert_eq!(objects(&stage, &commit), [vec!["in_progress", "failure"], vec!["in_progress"]]);
    assert_eq!(stage.fake.issues_with(REQUEST).len(), 1);
}

#[test]
fn how_a_deployment_went_is_said_of_what_the_gate_let_go_ahead() {
    let stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    says_error(&recorded(&stage, "ann", &commit, true), 4, "NoDeployment");
    stage.fake.deployed("ann", &commit, "production", "in_progress");
    says_error(&recorded(&stage, "ann", &commit, true), 4, "NoDeployment");
    assert_eq!(stage.fake.writes(), 0);
}

#[test]
fn an_object_that_somebody_made_is_told_how_it_stands() {
    both(|mut stage| {
        let commit = land(&stage, PAY);
        let id = stage.fake.deployed("ann", &commit, "production", "");
        stage.run = stage.fake.run("ann", "deployment", &commit, "in_progress", None);
        let run = |stage: &Stage| {
            let mut request = stage.request("deployment", &json!({"deployment": id}));
            request.deploy = stage.deployment("ann", &commit).deploy;
            stage.run(&request)
        };
        assert_eq!(run(&stage).code, 10);
        assert_eq!(objects(&stage, &commit), [["queued"]]);
        assert_eq!(wrote(&stage, || run(&stage)), (10, vec![]));
        stage.fake.run_ends(stage.run, "failure");
        let [issue] = requests(&stage).try_into().unwrap();
        assert_eq!(says(&stage, "eve", issue, "/reject no").code, 11);
        assert_eq!(run(&stage).code, 11);
        assert_eq!(objects(&stage, &commit), [["queued", "failure"]]);
        assert_eq!(approves(&stage, "eve", issue, &commit).code, 0);
        assert_eq!(run(&stage).code, 0);
        assert_eq!(objects(&stage, &commit), [["queued", "failure", "in_progress"]]);
    });
}

#[test]
fn waiting_looks_again_and_ends() {
    let mut stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    stage.run = stage.fake.run("ann", "push", &commit, "in_progress", None);
    let mut request = stage.deployment("ann", &commit);
    // Somebody approves while it waits: at the second look below the request.
    let name = commit.clone();
    stage.fake.fault(Fault::meanwhile("GET /repos/acme/shop/issues/*/comments", 2, move |fake| {
        fake.comment("eve", 1, &format!("/approve {name}"));
    }));
    request.wait = Some(Duration::from_secs(60));
    let ended = stage.run(&request);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(attempt(&stage, stage.run), (1, "in_progress".to_owned()), "it is under way: nothing is started again");
    assert!(requests(&stage).is_empty());
    assert_eq!(objects(&stage, &commit), [["in_progress"]]);

    let next = land(&stage, ("services/payments/pay.rs", "fn pay() { never() }\n"));
    let mut request = stage.deployment("ann", &next);
    request.wait = Some(Duration::from_secs(3));
    stage.fake.clear_journal();
    let ended = stage.run(&request);
    assert_eq!(ended.code, 10, "{ended:?}");
    let looks = stage.fake.journal().iter().filter(|entry| entry.path.contains("/compare/")).count();
    assert!(looks >= 2, "{looks} looks");
    assert_eq!(requests(&stage).len(), 1);
}

#[test]
fn an_approval_that_comes_before_the_run_has_ended_is_not_lost() {
    let mut stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    stage.run = stage.fake.run("ann", "push", &commit, "in_progress", None);
    assert_eq!(stage.deploy("ann", &commit).code, 10);
    let [issue] = requests(&stage).try_into().unwrap();
    // Another job of the same run is under way still: GitHub starts nothing again.
    assert_eq!(approves(&stage, "eve", issue, &commit).code, 0);
    assert_eq!((attempt(&stage, stage.run).0, requests(&stage)), (1, vec![issue]), "it must be found again");
    assert!(objects(&stage, &commit).is_empty());
    stage.fake.run_ends(stage.run, "failure");
    let later = stage.gate_on("schedule", &json!({}));
    assert_eq!(later.code, 0, "{later:?}");
    assert_eq!(attempt(&stage, stage.run).0, 2);
    assert!(requests(&stage).is_empty());
    assert_eq!(goes_on(&stage, "ann", &commit).code, 0);
}

#[test]
fn a_schedule_looks_at_everything_that_is_open() {
    both(|mut stage| {
        let commit = land(&stage, PAY);
        asks(&mut stage, "ann", &commit);
        let [issue] = requests(&stage).try_into().unwrap();
        let pull = stage.pull(&[WEB]);
        let first = stage.gate_on("schedule", &json!({}));
        assert_eq!((first.code, first.answer().turns.len()), (10, 2), "{first:?}");
        assert_eq!(stage.status(pull).as_deref(), Some("pending"));
        assert_eq!(wrote(&stage, || stage.gate_on("schedule", &json!({}))), (10, vec![]));
        stage.fake.comment("eve", issue, &format!("/approve {commit}"));
        stage.fake.approve("fay", pull);
        let second = stage.gate_on("schedule", &json!({}));
        assert_eq!(second.code, 0, "{second:?}");
        assert_eq!(stage.status(pull).as_deref(), Some("success"));
        assert_eq!(attempt(&stage, stage.run).0, 2);
    });
}

/// Merges a pull request by squashing it, as GitHub does: one commit on main, by GitHub.
fn squash(stage: &Stage, number: u64) -> String {
    let head = stage.head(number);
    stage.repo.git(&["merge", "--quiet", "--squash", &head]);
    let at = stage.fake.with(|state| state.now.to_string());
    stage.repo.committed_by("ann", &at, &format!("Squashed (#{number})"));
    let commit = stage.repo.line(&["rev-parse", "HEAD"]);
    stage.fake.merge("ann", number, &commit);
    commit
}

#[test]
fn what_was_approved_at_its_pull_request_is_approved() {
    both(|mut stage| {
        let number = stage.pull(&[PAY]);
        stage.fake.approve("eve", number);
        let commit = squash(&stage, number);
        let ended = asks(&mut stage, "ann", &commit);
        assert_eq!((ended.code, ended.class()), (0, "normal"), "{ended:?}");
        assert!(requests(&stage).is_empty());
    });
}

#[test]
fn whoever_approved_one_pull_request_saw_no_other() {
    both(|mut stage| {
        // The first goes to main unseen; eve then approves the second, which starts from there.
        let unseen = stage.pull(&[PAY]);
        squash(&stage, unseen);
        let number = stage.pull(&[REPLICAS, ("services/payments/new.rs", "fn new() {}\n")]);
        stage.fake.approve("eve", number);
        let commit = squash(&stage, number);
        let ended = asks(&mut stage, "ann", &commit);
        assert_eq!(ended.code, 10, "eve never saw the first: {ended:?}");
        let [issue] = requests(&stage).try_into().unwrap();
        assert_eq!(approves(&stage, "eve", issue, &commit).code, 0);
    });
}

#[test]
fn a_head_that_lands_as_it_is_says_no_more_than_its_pull_request() {
    both(|mut stage| {
        land(&stage, PAY);
        let number = stage.pull(&[("services/payments/new.rs", "fn new() {}\n")]);
        stage.fake.approve("eve", number);
        let head = stage.head(number);
        stage.repo.git(&["merge", "--quiet", "--ff-only", &head]);
        stage.fake.merge("ann", number, &head);
        let ended = asks(&mut stage, "ann", &head);
        assert_eq!(ended.code, 10, "{ended:?}");
    });
}

#[test]
fn a_forged_request_does_nothing() {
    both(|mut stage| {
        let commit = land(&stage, PAY);
        let run = stage.fake.run("ann", "push", &commit, "completed", Some("failure"));
        let mark = format!("{REQUEST}environment=production commit={commit} run={run} -->\nPlease");
        let forged = stage.fake.issue("mallory", "Approve", &mark, &["changeward:request"]);
        let told = approves(&stage, "eve", forged, &commit);
        assert_eq!((told.code, told.answer().turns.len()), (0, 0), "{told:?}");
        assert!(told.answer().nothing.as_ref().unwrap().contains("no approval request"));
        assert_eq!(attempt(&stage, run).0, 1);
        // Nor is it taken for the gate's own when one is needed.
        assert_eq!(asks(&mut stage, "ann", &commit).code, 10);
        assert_eq!(requests(&stage).len(), 2);
        assert_eq!(stage.gate_on("schedule", &json!({})).answer().turns.len(), 1);
    });
}

#[test]
fn a_request_that_was_edited_starts_nothing_it_should_not() {
    both(|mut stage| {
        let good = land(&stage, PAY);
        let evil = land(&stage, ("services/payments/pay.rs", "fn pay() { steal() }\n"));
        let other = stage.fake.run("ann", "push", &good, "completed", Some("failure"));
        let of_evil = stage.fake.run("mallory", "push", &evil, "completed", Some("failure"));
        assert_eq!(asks(&mut stage, "ann", &good).code, 10);
        let [issue] = requests(&stage).try_into().unwrap();
        let told = stage.fake.with(|state| state.issues[&issue].clone());
        stage.fake.comment("eve", issue, &format!("/approve {}", &good[..12]));
        // Another commit: what eve approved is not that.
        let forged = told.body.replace(&good, &evil).replace(&format!("run={}", stage.run), &format!("run={of_evil}"));
        stage.fake.edit("ann", issue, &told.title, &forged);
        let ended = says(&stage, "ann", issue, "ping");
        assert_eq!(ended.code, 10, "{ended:?}");
        // A run of another commit than the one it names.
        let forged = told.body.replace(&format!("run={}", stage.run), &format!("run={of_evil}"));
        stage.fake.edit("ann", issue, &told.title, &forged);
        let ended = says(&stage, "ann", issue, "ping");
        assert_eq!((ended.code, ended.answer().turns.len()), (0, 0), "{ended:?}");
        // Another run of the very commit is started, and asks for itself.
        let forged = told.body.replace(&format!("run={}", stage.run), &format!("run={other}"));
        stage.fake.edit("ann", issue, &told.title, &forged);
        assert_eq!(says(&stage, "ann", issue, "ping").code, 0);
        assert_eq!(attempt(&stage, of_evil).0, 1, "never");
    });
}

#[test]
fn a_request_whose_run_is_gone_starts_nothing() {
    let mut stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    // eve asks for it; without the run nobody would know that she did.
    asks(&mut stage, "eve", &commit);
    let [issue] = requests(&stage).try_into().unwrap();
    stage.fake.with(|state| state.runs.remove(&stage.run));
    let ended = approves(&stage, "eve", issue, &commit);
    assert_eq!((ended.code, ended.answer().turns.len()), (0, 0));
    assert!(ended.answer().nothing.as_ref().unwrap().contains("gone"), "{ended:?}");
    assert_eq!(requests(&stage), [issue]);
    // The next run takes the request over.
    assert_eq!(asks(&mut stage, "sam", &commit).code, 0, "asked by sam, approved by eve");
}

#[test]
fn a_request_needs_a_run_that_can_be_started_again() {
    let stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    let mut request = stage.deployment("ann", &commit);
    request.run.id = None;
    says_error(&stage.run(&request), 2, "Runless");
    request.mode = GateMode::Enforce;
    assert_eq!(stage.run(&request).code, 10);
    request.mode = GateMode::Request;
    request.dry_run = true;
    assert_eq!(stage.run(&request).code, 10);
    assert_eq!(stage.fake.writes(), 0);
}

#[test]
fn the_calendars_are_those_of_the_environment() {
    let mut stage = Stage::new();
    stage.repo.write(
        ".changeward/config.toml",
        "version = 1\n[control]\nowners = [\"@cat\"]\n[change_authority]\nwho = [\"@cab\"]\n[[calendar]]\nfile = \"calendars/freeze.ics\"\nenvironments = [\"production\"]\napprovers = [\"@sam\"]\n",
    );
    stage.repo.write(
        ".changeward/calendars/freeze.ics",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acme//EN\r\nBEGIN:VEVENT\r\nUID:1@acme\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261101T000000Z\r\nDTEND:20261201T000000Z\r\nSUMMARY:Freeze\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    );
    stage.repo.commit("A freeze");
    stage.fake.push("cat", "main");
    let start = stage.repo.line(&["rev-parse", "main"]);
    for environment in ["production", "staging"] {
        stage.fake.deployed(github::state::ACTIONS, &start, environment, "success");
    }
    let commit = land(&stage, REPLICAS);
    let frozen = asks(&mut stage, "ann", &commit);
    stage.environment = "staging".to_owned();
    let open = asks(&mut stage, "ann", &commit);
    assert_ne!(frozen.code, 0, "{frozen:?}");
    assert_eq!(open.code, 0, "{open:?}");
}

#[test]
fn without_objects_none_are_made() {
    let mut stage = deployed(Stage::new());
    let commit = land(&stage, REPLICAS);
    stage.run = stage.fake.run("ann", "push", &commit, "in_progress", None);
    let mut request = stage.deployment("ann", &commit);
    request.deploy.as_mut().unwrap().objects = false;
    assert_eq!(stage.run(&request).code, 0);
    assert!(objects(&stage, &commit).is_empty());
    request.deploy.as_mut().unwrap().objects = true;
    request.mode = GateMode::Report;
    assert_eq!(stage.run(&request).code, 0);
    assert!(objects(&stage, &commit).is_empty());
    let mut token = stage.deployment("ann", &commit);
    token.access.token = changeward::app::gate::Token::new(github::State::FORK);
    let ended = stage.run(&token);
    assert_eq!(ended.code, 4, "a deployment that cannot be written down does not go ahead: {ended:?}");
}

#[test]
fn a_word_that_comes_while_it_is_decided_is_heard() {
    let mut stage = deployed(Stage::new());
    let commit = land(&stage, PAY);
    asks(&mut stage, "ann", &commit);
    let [issue] = requests(&stage).try_into().unwrap();
    let comment = stage.fake.comment("eve", issue, &format!("/approve {commit}"));
    let second = format!("GET /repos/acme/shop/issues/{issue}/comments");
    stage.fake.fault(Fault::meanwhile(&second, 2, move |fake| {
        fake.comment("bob", issue, "/reject stop");
    }));
    let ended = stage.gate_on("issue_comment", &json!({"comment": comment}));
    assert_eq!(ended.code, 11, "{ended:?}");
    assert_eq!(attempt(&stage, stage.run).0, 1);
}
