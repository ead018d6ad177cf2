//! Every other event: the merge queue, what landed, reviews of forks, comments, and runs that somebody starts.
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

use changeward::model::GateMode;
use serde_json::json;
use stage::{CONTEXT, Ended, Stage};

const PAY: (&str, &str) = ("services/payments/pay.rs", "fn pay() { later() }\n");
const NEW: (&str, &str) = ("services/payments/new.rs", "fn new() {}\n");
const WEB: (&str, &str) = ("web/index.html", "<p>Bye</p>\n");

/// Every story is told with a checkout and without one: both must end the same.
fn both(story: impl Fn(Stage)) {
    story(Stage::new());
    story(Stage::without_checkout());
}

/// What the merge queue makes of pull requests, in a branch of its own: merged, or squashed into a commit each.
fn group(stage: &Stage, numbers: &[u64], squash: bool) -> String {
    stage.repo.git(&["switch", "--quiet", "--detach", "main"]);
    let at = stage.fake.with(|state| state.now.to_string());
    for number in numbers {
        let head = stage.head(*number);
        if squash {
            stage.repo.git(&["merge", "--quiet", "--squash", &head]);
            stage.repo.committed_by("ann", &at, &format!("Something (#{number})"));
        } else {
            stage.repo.dated(&at, &["merge", "--quiet", "--no-ff", "-m", &format!("Merge #{number}"), &head]);
        }
    }
    let head = stage.repo.line(&["rev-parse", "HEAD"]);
    stage.repo.git(&["switch", "--quiet", "main"]);
    head
}

fn queue(stage: &Stage, head: &str, number: u64) -> Ended {
    stage.gate_on("merge_group", &json!({"head": head, "base": "main", "number": number}))
}

/// The states that the gate said of a commit, newest first.
fn told(stage: &Stage, commit: &str) -> Vec<String> {
    stage.fake.statuses(commit, CONTEXT).into_iter().map(|status| status.state).collect()
}

fn approved(stage: &Stage, file: (&str, &str), by: &str) -> u64 {
    let number = stage.pull(&[file]);
    stage.gate(number);
    stage.fake.approve(by, number);
    assert_eq!(stage.gate(number).code, 0);
    number
}

#[test]
fn a_group_goes_ahead_when_everything_in_it_may() {
    both(|stage| {
        let pay = approved(&stage, PAY, "eve");
        let web = approved(&stage, WEB, "fay");
        let head = group(&stage, &[pay, web], false);
        let ended = queue(&stage, &head, web);
        assert_eq!((ended.code, ended.answer().turns.len()), (0, 2), "{ended:?}");
        assert_eq!(told(&stage, &head), ["success"]);
    });
}

#[test]
fn one_that_may_not_holds_the_group() {
    both(|stage| {
        let pay = stage.pull(&[PAY]);
        let web = approved(&stage, WEB, "fay");
        let head = group(&stage, &[pay, web], false);
        let ended = queue(&stage, &head, web);
        assert_eq!(ended.code, 10, "{ended:?}");
        assert_eq!(told(&stage, &head), ["pending"]);
        stage.fake.request_changes("eve", pay, "no");
        assert_eq!(queue(&stage, &head, web).code, 11);
        assert_eq!(told(&stage, &head), ["failure", "pending"]);
    });
}

#[test]
fn a_squashed_group_is_known_by_its_name() {
    both(|stage| {
        let pay = approved(&stage, PAY, "eve");
        let head = group(&stage, &[pay], true);
        let ended = queue(&stage, &head, pay);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(told(&stage, &head), ["success"]);
        let other = stage.pull(&[WEB]);
        let head = group(&stage, &[other], true);
        assert_eq!(queue(&stage, &head, other).code, 10);
        assert_eq!(told(&stage, &head), ["pending"]);
    });
}

#[test]
fn what_belongs_to_no_pull_request_is_not_let_through() {
    both(|stage| {
        // Two are squashed, and the group is named after one: nobody can tell what the other commit is.
        let unseen = stage.pull(&[PAY]);
        let web = approved(&stage, WEB, "fay");
        let head = group(&stage, &[unseen, web], true);
        let ended = queue(&stage, &head, web);
        assert_eq!(ended.code, 4, "{ended:?}");
        assert!(!told(&stage, &head).contains(&"success".to_owned()));
        // A commit that somebody slipped in.
        let slipped = stage.commit("slipped", &[NEW], "Nothing to see");
        let head = stage.repo.line(&["rev-parse", &slipped]);
        let ended = queue(&stage, &head, 77);
        assert_eq!(ended.code, 4, "{ended:?}");
        assert!(told(&stage, &head).is_empty());
    });
}

#[test]
fn what_landed_is_judged_after_the_fact() {
    both(|stage| {
        let before = stage.repo.line(&["rev-parse", "main"]);
        stage.commit("main", &[PAY], "Straight to main");
        let after = stage.fake.push("ann", "main");
        let push =
            |before: &str, after: &str| stage.gate_on("push", &json!({"before": before, "after": after, "by": "ann"}));
        let ended = push(&before, &after);
        assert_eq!((ended.code, ended.class()), (10, "normal"), "{ended:?}");
        assert_eq!(stage.fake.writes(), 0, "nothing is done about it");
        let zero = "0".repeat(40);
        assert_eq!(push(&zero, &after).answer().turns.len(), 0);
        assert_eq!(push(&before, &zero).answer().turns.len(), 0);
        // What was approved at its pull request landed rightly.
        let number = approved(&stage, NEW, "eve");
        let at = stage.fake.with(|state| state.now.to_string());
        stage.repo.dated(&at, &["merge", "--quiet", "--no-ff", "-m", "Merge", &stage.head(number)]);
        let merged = stage.repo.line(&["rev-parse", "main"]);
        stage.fake.merge("cat", number, &merged);
        let ended = push(&after, &merged);
        assert_eq!(ended.code, 0, "{ended:?}");
    });
}

#[test]
fn a_review_of_a_fork_wakes_the_gate_up() {
    both(|stage| {
        let head = stage.commit("theirs", &[PAY], "From afar");
        let number = stage.fake.open_from_fork("mallory", "mallory/shop", "patch", &head, "main", "From afar");
        assert_eq!(stage.gate(number).code, 10);
        stage.fake.approve("eve", number);
        // GitHub names no pull request for forks: only the head.
        let run = stage.fake.run("eve", "pull_request_review", &head, "completed", Some("success"));
        let ended = stage.gate_on("workflow_run", &json!({"run": run}));
        assert_eq!((ended.code, ended.answer().turns.len()), (0, 1), "{ended:?}");
        assert_eq!(stage.status(number).as_deref(), Some("success"));
        let ended = stage.gate_on("workflow_run", &json!({"run": run, "number": number}));
        assert_eq!((ended.code, ended.answer().turns.len()), (0, 1));
        let main = stage.repo.line(&["rev-parse", "main"]);
        let run = stage.fake.run("eve", "pull_request_review", &main, "completed", Some("success"));
        let ended = stage.gate_on("workflow_run", &json!({"run": run}));
        assert_eq!((ended.code, ended.answer().turns.len()), (0, 0), "no pull request ends there");
        assert!(ended.answer().nothing.is_some());
    });
}

#[test]
fn a_comment_wakes_the_gate_up_where_it_belongs() {
    both(|stage| {
        let number = stage.pull(&[PAY]);
        assert_eq!(stage.gate(number).code, 10);
        stage.fake.pass(5);
        let comment = stage.fake.comment("eve", number, &format!("/approve {}", &stage.head(number)[..7]));
        let ended = stage.gate_on("issue_comment", &json!({"comment": comment}));
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(stage.status(number).as_deref(), Some("success"));
        let issue = stage.fake.issue("mallory", "A question", "Why?", &[]);
        let comment = stage.fake.comment("mallory", issue, "/approve 1234567");
        stage.fake.clear_journal();
        let ended = stage.gate_on("issue_comment", &json!({"comment": comment}));
        assert_eq!((ended.code, ended.answer().turns.len(), stage.fake.writes()), (0, 0, 0), "{ended:?}");
    });
}

#[test]
fn somebody_starts_it_by_hand() {
    let stage = Stage::new();
    let one = stage.pull(&[PAY]);
    let two = stage.pull(&[WEB]);
    let number = one.to_string();
    let ended = stage.gate_on("workflow_dispatch", &json!({"by": "cat", "inputs": {"pull-request": number}}));
    assert_eq!((ended.code, ended.answer().turns.len()), (10, 1), "{ended:?}");
    assert_eq!(stage.status(two), None);
    let ended = stage.gate_on("workflow_dispatch", &json!({"by": "cat", "inputs": {"pull-request": ""}}));
    assert_eq!((ended.code, ended.answer().turns.len()), (10, 2), "{ended:?}");
    assert_eq!(stage.status(two).as_deref(), Some("pending"));
}

#[test]
fn one_that_cannot_be_judged_keeps_no_other_from_it() {
    let mut stage = Stage::new();
    stage.patience = stage::hurried();
    let one = stage.pull(&[PAY]);
    let two = stage.pull(&[WEB]);
    let gone = github::Fault::always(&format!("GET /repos/acme/shop/pulls/{one}/reviews"), github::Trouble::Broken);
    stage.fake.fault(gone);
    let ended = stage.gate_on("schedule", &json!({}));
    assert_eq!(ended.code, 4, "{ended:?}");
    assert_eq!((stage.status(one), stage.status(two).as_deref()), (None, Some("pending")));
}

#[test]
fn a_workflow_of_the_change_itself_enforces_nothing() {
    let mut stage = Stage::new();
    let number = stage.pull(&[PAY]);
    let review = stage.fake.approve("eve", number);
    let pull = |stage: &Stage| stage.gate_on("pull_request", &json!({"number": number, "by": "ann"}));
    assert_eq!(pull(&stage).code, 2);
    assert_eq!(stage.gate_on("pull_request_review", &json!({"number": number, "review": review})).code, 2);
    assert!(stage.fake.journal().is_empty(), "nothing is even asked");
    stage.mode = GateMode::Report;
    assert_eq!(pull(&stage).code, 0);
    assert_eq!(stage.fake.writes(), 0);
    stage.mode = GateMode::Enforce;
    stage.own_workflow = true;
    assert_eq!(pull(&stage).code, 0);
    assert_eq!((stage.status(number).as_deref(), stage.comments().len()), (Some("success"), 0));
}

#[test]
fn a_closed_pull_request_is_left_alone() {
    both(|stage| {
        let number = stage.pull(&[PAY]);
        stage.fake.close("ann", number);
        let ended = stage.gate(number);
        assert_eq!((ended.code, ended.answer().turns.len(), stage.fake.writes()), (0, 0, 0), "{ended:?}");
        assert!(ended.answer().nothing.as_ref().unwrap().contains("not open"));
    });
}
