//! Whatever goes wrong between here and GitHub: no yes that should not be, nothing twice, the right exit code, and the next
//! run comes to where a run without faults would have come.
//!
//! `FAULT_SEEDS=200` tries so many schedules for each story; `FAULT_FROM=1234` begins with that seed.
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

use changeward::app::gate::{GateRequest, Patience};
use github::{Fault, State, Trouble};
use serde_json::{Value, json};
use stage::{CONTEXT, Ended, Stage, VERDICT, calm, hurried};
use std::collections::BTreeMap;
use std::time::Duration;

const PAY: (&str, &str) = ("services/payments/pay.rs", "fn pay() { later() }\n");
const WEB: (&str, &str) = ("web/index.html", "<p>Bye</p>\n");
const REPLICAS: (&str, &str) = ("deploy/payments/app.yaml", "kind: Deployment\nspec:\n  replicas: 3\n");
const OBLIGATION: &str = "<!-- changeward:obligation ";
const REQUEST: &str = "<!-- changeward:request ";

/// Something that the gate is to do, and what comes of it without faults.
struct Story {
    stage: Stage,
    about: About,
    /// What makes it.
    event: (&'static str, Value),
    /// The commit that is to be deployed by the run itself.
    deploys: bool,
    /// The exit code without faults.
    code: u8,
    /// How many issues it leaves behind.
    owes: usize,
}

/// What it is about.
enum About {
    Pull(u64),
    Commit(String),
}

impl Story {
    fn request(&self) -> GateRequest {
        let mut request = self.stage.request(self.event.0, &self.event.1);
        if let (true, About::Commit(commit)) = (self.deploys, &self.about) {
            request.deploy = self.stage.deployment("ann", commit).deploy;
        }
        request
    }

    fn run(&self, patience: Patience) -> Ended {
        let mut request = self.request();
        request.access.patience = patience;
        self.stage.run(&request)
    }

    /// The run, as often as GitHub would start it: the job that was started again asks for itself.
    fn rerun(&self) -> Ended {
        let ended = self.run(calm());
        let About::Commit(commit) = &self.about else { return ended };
        if !self.deploys && self.attempt() > 1 {
            let job = self.stage.deploy("ann", commit);
            assert_eq!(job.code, 0, "{job:?}");
        }
        ended
    }

    fn attempt(&self) -> u64 {
        self.stage.fake.with(|state| state.runs.get(&self.stage.run).map_or(1, |run| run.attempt))
    }

    /// What stands, without what differs from run to run.
    fn stands(&self) -> Value {
        let home = self.stage.fake.home();
        let app = |by: &str| by == State::APP_LOGIN;
        self.stage.fake.with(|state| {
            let plain = |text: &str| text.replace(&home, "HOME");
            let mut newest = BTreeMap::new();
            for status in state.statuses.iter().filter(|status| app(&status.by)) {
                let said = format!("{} {}", status.state, status.description.as_deref().unwrap_or_default());
                newest.insert(format!("{} {}", status.sha, status.context), said);
            }
            let comments = state.comments.values().filter(|one| app(&one.by));
            let comments: Vec<Value> = comments.map(|one| json!([one.issue, plain(&one.body)])).collect();
            let issues: Vec<Value> = state
                .issues
                .values()
                .map(|one| {
                    let mut labels = one.labels.clone();
                    labels.sort();
                    json!([one.number, one.title, plain(&one.body), one.open, one.reason, labels, one.assignees])
                })
                .collect();
            let asked: Vec<Value> =
                state.pulls.values().map(|one| json!([one.requested_people, one.requested_teams])).collect();
            let deployments: Vec<Value> = state
                .deployments
                .values()
                .map(|one| json!([one.sha, one.environment, one.statuses.last().map(|status| &status.state)]))
                .collect();
            let runs: Vec<Value> = state.runs.values().map(|one| json!([one.attempt, one.status])).collect();
            json!({
                "statuses": newest, "comments": comments, "issues": issues, "asked": asked,
                "deployments": deployments, "runs": runs,
            })
        })
    }

    /// Nothing that only a yes brings.
    #[track_caller]
    fn let_nothing_through(&self, why: &str) {
        match &self.about {
            About::Pull(number) => {
                let green = self.stage.fake.statuses(&self.stage.head(*number), CONTEXT);
                let green = green.iter().any(|status| status.state == "success");
                assert!(!green, "a green status that should not be: {why}");
            }
            About::Commit(commit) => {
                let deployed = self.stage.fake.with(|state| state.deployments.values().any(|one| one.sha == *commit));
                assert!(!deployed, "a deployment that should not be: {why}");
                assert_eq!(self.attempt(), 1, "a run started again that should not be: {why}");
            }
        }
    }

    /// Nothing twice.
    #[track_caller]
    fn nothing_twice(&self, why: &str) {
        let fake = &self.stage.fake;
        assert!(fake.comments_with(VERDICT).len() <= 1, "two comments: {why}");
        for mark in ["<!-- changeward:decided ", "<!-- changeward:superseded "] {
            assert!(fake.comments_with(mark).len() <= 1, "{mark} twice: {why}");
        }
        let issues = [fake.issues_with(REQUEST), fake.issues_with(OBLIGATION)].concat();
        let mut marks: Vec<String> = issues.iter().map(|issue| issue.body.lines().next().unwrap().to_owned()).collect();
        let all = marks.len();
        marks.sort();
        marks.dedup();
        assert_eq!(marks.len(), all, "two issues: {why}");
        assert!(self.attempt() <= 2, "started twice: {why}");
        fake.with(|state| {
            for issue in state.issues.values() {
                let asked = issue.timeline.iter().filter(|event| event.kind == "review_requested");
                let mut asked: Vec<String> = asked.map(|event| event.more.to_string()).collect();
                let all = asked.len();
                asked.sort();
                asked.dedup();
                assert_eq!(asked.len(), all, "somebody was asked twice: {why}");
            }
            let mut made: BTreeMap<&str, usize> = BTreeMap::new();
            for one in state.deployments.values().filter(|one| one.by == State::APP_LOGIN) {
                *made.entry(&one.sha).or_default() += 1;
            }
            assert!(made.values().all(|count| *count == 1), "two deployments: {why}");
        });
    }

    /// A verdict that the exit code says is told where people look for it.
    #[track_caller]
    fn is_told(&self, ended: &Ended, why: &str) {
        if !matches!(ended.code, 0 | 10 | 11) {
            return;
        }
        match &self.about {
            About::Pull(number) => {
                let owed = self.stage.fake.issues_with(OBLIGATION).len();
                assert!(ended.code != 0 || owed == self.owes, "{owed} issues of what is owed: {why}");
                let state = [(0, "success"), (10, "pending"), (11, "failure")];
                let state = state.iter().find(|(code, _)| *code == ended.code).unwrap().1;
                assert_eq!(self.stage.status(*number).as_deref(), Some(state), "{why}");
            }
            About::Commit(commit) if ended.code == 0 && self.deploys => {
                let stands = self.stage.fake.with(|state| {
                    let of = state.deployments.values().find(|one| one.sha == *commit);
                    of.and_then(|one| one.statuses.last().map(|status| status.state.clone()))
                });
                assert_eq!(stands.as_deref(), Some("in_progress"), "{why}");
            }
            About::Commit(_) if ended.code == 0 => assert_eq!(self.attempt(), 2, "{why}"),
            About::Commit(commit) => {
                let open = self.stage.fake.issues_with(&format!("commit={commit} ")).iter().any(|issue| issue.open);
                assert!(open, "nobody is asked: {why}");
            }
        }
    }
}

/// No schedule takes long: whoever has to wait gives up instead.
fn brisk() -> Patience {
    Patience {
        connect: Duration::from_millis(500),
        request: Duration::from_millis(400),
        deadline: Duration::from_millis(2500),
        backoff: Duration::from_millis(2),
        write_gap: Duration::ZERO,
        secondary: Duration::from_millis(5),
        settle: Duration::from_millis(2),
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A story under many schedules of faults, with a checkout and without one in turn.
fn try_all(tell: impl Fn(Stage) -> Story, stale: bool) {
    let (seeds, from) = (number("FAULT_SEEDS", 16), number("FAULT_FROM", 1));
    let told = [Stage::new(), Stage::without_checkout()].map(|stage| {
        let story = tell(stage);
        let start = story.stage.fake.keep();
        let ended = story.rerun();
        assert_eq!(ended.code, story.code, "without faults: {ended:?}");
        let end = story.stands();
        (story, start, end)
    });
    let mut met = 0;
    for seed in from..from + seeds {
        let (story, start, end) = &told[seed as usize % 2];
        story.stage.fake.back_to(start);
        let faults = Fault::random_schedule(seed);
        let faults: Vec<Fault> = faults.into_iter().filter(|fault| stale || !says(fault, "Stale")).collect();
        let why = format!("FAULT_FROM={seed} FAULT_SEEDS=1, {:?}: {faults:#?}", story.stage.place);
        let unsure = faults.iter().any(|fault| says(fault, "Stale") || says(fault, "LostRight"));
        endures(story, &faults, unsure, &why);
        met += u64::from(story.stage.fake.journal().iter().any(|entry| entry.trouble.is_some()));
        comes_to(story, end, unsure, &why);
    }
    assert!(seeds < 8 || met > seeds / 2, "{met} of {seeds} schedules met anything");
}

fn says(fault: &Fault, word: &str) -> bool {
    format!("{fault:?}").contains(word)
}

/// One run with faults.
#[track_caller]
fn endures(story: &Story, faults: &[Fault], unsure: bool, why: &str) {
    let rights = story.stage.fake.with(|state| state.tokens.clone());
    faults.iter().for_each(|fault| story.stage.fake.fault(fault.clone()));
    let ended = story.run(brisk());
    // Whoever sees less than there is may find that an approval is missing, and never one that is not there.
    let waits = unsure && story.code == 0 && ended.code == 10;
    assert!(ended.code == story.code || ended.code == 4 || waits, "exit code {}: {why}\n{ended:?}", ended.code);
    if story.code != 0 {
        story.let_nothing_through(why);
    }
    story.nothing_twice(why);
    story.is_told(&ended, why);
    story.stage.fake.mend();
    story.stage.fake.with(|state| {
        state.tokens = rights;
        state.skew = 0;
    });
}

/// The next run without faults comes to the same end, and the one after it has nothing to do.
#[track_caller]
fn comes_to(story: &Story, end: &Value, unsure: bool, why: &str) {
    let ended = story.rerun();
    assert_eq!(ended.code, story.code, "after it: {why}\n{ended:?}");
    let (mut stands, mut end) = (story.stands(), end.clone());
    if unsure {
        // Who was asked for want of better knowledge has been asked.
        (stands["asked"], end["asked"]) = (Value::Null, Value::Null);
    }
    assert!(stands == end, "it comes to another end: {why}\n{stands:#}\n{end:#}");
    story.nothing_twice(why);
    story.stage.fake.clear_journal();
    let again = story.run(calm());
    let wrote: Vec<String> =
        story.stage.fake.journal().iter().filter(|entry| entry.wrote()).map(|entry| entry.line()).collect();
    assert!(wrote.is_empty(), "it is never done: {wrote:?}, {why}");
    assert!(again.code == story.code || !story.deploys, "{why}");
}

fn pull(stage: Stage, number: u64, code: u8) -> Story {
    let event = ("pull_request_target", json!({"number": number, "by": "ann", "action": "opened"}));
    Story { stage, about: About::Pull(number), event, deploys: false, code, owes: 0 }
}

fn waits(stage: Stage) -> Story {
    let number = stage.pull(&[PAY, WEB]);
    pull(stage, number, 10)
}

fn approved(stage: Stage) -> Story {
    let number = stage.pull(&[PAY]);
    assert_eq!(stage.gate(number).code, 10);
    stage.fake.approve("eve", number);
    pull(stage, number, 0)
}

fn standard(stage: Stage) -> Story {
    let number = stage.pull(&[REPLICAS]);
    pull(stage, number, 0)
}

/// Approved once, and refused since.
fn refused(stage: Stage) -> Story {
    let number = stage.pull(&[PAY]);
    stage.fake.approve("eve", number);
    assert_eq!(stage.gate(number).code, 0);
    stage.fake.request_changes("bob", number, "no");
    // What is green from before does not count: it is looked for what comes now.
    stage.fake.with(|state| state.statuses.clear());
    pull(stage, number, 11)
}

fn commented(stage: Stage) -> Story {
    let number = stage.pull(&[PAY]);
    assert_eq!(stage.gate(number).code, 10);
    let comment = stage.fake.comment("eve", number, &format!("/approve {}", stage.head(number)));
    Story {
        stage,
        about: About::Pull(number),
        event: ("issue_comment", json!({"comment": comment})),
        deploys: false,
        code: 0,
        owes: 0,
    }
}

/// An emergency that its director has approved.
fn urgent(stage: Stage) -> Story {
    let incident = stage.fake.issue("sam", "Down", "", &["incident", "sev1", "affects:payments"]);
    let text = format!(
        "Change-Type: emergency\nIncident: #{incident}\nCriterion: restore-service\nJustification: nobody can pay since nine\n\
         Backout: revert\nPermanent: yes\n"
    );
    let number = stage.pull_saying(&[PAY], "Stop the loop", &text);
    stage.fake.approve("dan", number);
    Story { owes: 2, ..pull(stage, number, 0) }
}

fn deployed(stage: &Stage) {
    let start = stage.repo.line(&["rev-parse", "main"]);
    stage.fake.deployed(github::state::ACTIONS, &start, "production", "success");
}

fn land(stage: &mut Stage, file: (&str, &str)) -> String {
    stage.commit("main", &[file], "Change something");
    let commit = stage.fake.push("ann", "main");
    stage.run = stage.fake.run("ann", "workflow_dispatch", &commit, "in_progress", None);
    commit
}

fn deploy(stage: Stage, commit: String, code: u8) -> Story {
    let event = ("workflow_dispatch", json!({"by": "ann"}));
    Story { stage, about: About::Commit(commit), event, deploys: true, code, owes: 0 }
}

/// A deployment that is asked for, and takes the place of another.
fn asks(mut stage: Stage) -> Story {
    deployed(&stage);
    let before = land(&mut stage, WEB);
    assert_eq!(stage.deploy("ann", &before).code, 10);
    let commit = land(&mut stage, PAY);
    deploy(stage, commit, 10)
}

fn goes_ahead(mut stage: Stage) -> Story {
    deployed(&stage);
    let commit = land(&mut stage, REPLICAS);
    deploy(stage, commit, 0)
}

/// A request that somebody approves or not.
fn requested(mut stage: Stage, text: &str, code: u8) -> Story {
    deployed(&stage);
    let commit = land(&mut stage, PAY);
    assert_eq!(stage.deploy("ann", &commit).code, 10);
    stage.fake.run_ends(stage.run, "failure");
    let comment = stage.fake.comment("eve", 1, &format!("{text} {commit}"));
    let event = ("issue_comment", json!({"comment": comment}));
    Story { stage, about: About::Commit(commit), event, deploys: false, code, owes: 0 }
}

#[test]
fn a_pull_request_that_waits() {
    try_all(waits, true);
}

#[test]
fn a_pull_request_that_is_approved() {
    try_all(approved, true);
}

#[test]
fn a_pull_request_that_is_standard() {
    try_all(standard, true);
}

#[test]
fn a_pull_request_that_is_refused() {
    // Who is shown the world before the refusal, each time they look, cannot know of it.
    try_all(refused, false);
}

#[test]
fn a_pull_request_that_is_approved_by_a_comment() {
    try_all(commented, true);
}

#[test]
fn an_emergency() {
    try_all(urgent, true);
}

#[test]
fn a_deployment_that_is_asked_for() {
    try_all(asks, true);
}

#[test]
fn a_deployment_that_goes_ahead() {
    try_all(goes_ahead, true);
}

#[test]
fn a_deployment_that_is_approved() {
    try_all(|stage| requested(stage, "/approve", 0), true);
}

#[test]
fn a_deployment_that_is_refused() {
    try_all(|stage| requested(stage, "/reject", 11), true);
}

/// Each trouble of its own, at each request of a run in turn.
#[test]
fn every_trouble_at_every_request() {
    let troubles: Vec<Trouble> = vec![
        Trouble::Broken,
        Trouble::BadGatewayAfter,
        Trouble::SecondaryLimit { retry_after: Some(0) },
        Trouble::SecondaryLimit { retry_after: None },
        Trouble::TooMany { retry_after: Some(0) },
        Trouble::HourlyLimit { reset_in: 60 },
        Trouble::Hang,
        Trouble::HangAfter,
        Trouble::Drop,
        Trouble::DropAfter,
        Trouble::CutBody,
        Trouble::HalfJson,
        Trouble::Html,
        Trouble::ForeignNext,
        Trouble::RepeatedPage,
    ];
    for tell in [approved as fn(Stage) -> Story, |stage| requested(stage, "/approve", 0)] {
        let story = tell(Stage::new());
        let start = story.stage.fake.keep();
        story.rerun();
        let end = story.stands();
        story.stage.fake.back_to(&start);
        story.run(calm());
        let requests = story.stage.fake.journal().len() as u64;
        let wanted = number("FAULT_SEEDS", 16).max(8);
        for (n, trouble) in troubles.iter().enumerate() {
            // Every request in turn takes minutes: each trouble meets some of them, and all are met by one.
            for nth in (1..=requests).filter(|nth| (nth + n as u64).is_multiple_of((160 / wanted).clamp(1, 10))) {
                story.stage.fake.back_to(&start);
                let fault = Fault::nth("* /**", nth, trouble.clone());
                let why = format!("{fault:?} of {requests}");
                endures(&story, &[fault], false, &why);
                comes_to(&story, &end, false, &why);
            }
        }
    }
}

#[test]
fn who_may_no_longer_write_says_no_yes() {
    for area in ["statuses", "issues", "pull_requests", "deployments", "actions", "members", "contents"] {
        for tell in [approved as fn(Stage) -> Story, goes_ahead, |stage| requested(stage, "/approve", 0)] {
            let story = tell(Stage::new());
            for nth in [1, 6, 12] {
                let start = story.stage.fake.keep();
                let why = format!("no {area} from request {nth}");
                endures(&story, &[Fault::nth("* /**", nth, Trouble::LostRight(area.to_owned()))], true, &why);
                story.stage.fake.back_to(&start);
            }
        }
    }
}

/// One old answer is noticed: what a yes rests on is read twice.
#[test]
fn one_stale_answer_makes_no_yes() {
    let story = refused(Stage::new());
    let start = story.stage.fake.keep();
    let number = match &story.about {
        About::Pull(number) => *number,
        About::Commit(_) => unreachable!("it is a pull request"),
    };
    for nth in [1, 2] {
        story.stage.fake.back_to(&start);
        let on = format!("GET /repos/acme/shop/pulls/{number}/reviews");
        story.stage.fake.fault(Fault::nth(&on, nth, Trouble::Stale(1)));
        let ended = story.run(brisk());
        assert_eq!(ended.code, 11, "{nth}: {ended:?}");
        story.let_nothing_through("one stale answer");
    }
}

/// The clock of GitHub is an hour off: no wait is longer for it, and nothing else changes.
#[test]
fn clocks_that_differ_change_nothing() {
    for seconds in [-3600, 3600] {
        for tell in [approved as fn(Stage) -> Story, goes_ahead] {
            let story = tell(Stage::new());
            story.stage.fake.fault(Fault::nth("* /**", 1, Trouble::Skew(seconds)));
            let limited = Trouble::TooMany { retry_after: Some(0) };
            story.stage.fake.fault(Fault::nth("* /**", 3, limited));
            assert_eq!(story.run(hurried()).code, 0);
        }
    }
}
