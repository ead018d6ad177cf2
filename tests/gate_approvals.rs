//! How long an approval counts: exactly as long as what its approver answers for is what they saw.
#![cfg(feature = "github")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops where it fails"
)]

#[path = "support/github/mod.rs"]
mod github;
#[path = "support/stage.rs"]
mod stage;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use serde_json::json;
use stage::Stage;

const LONG: &str = "fn a() {}\n\n\n\n\n\n\n\n\n\nfn z() {}\n";
const PAY: (&str, &str) = ("services/payments/pay.rs", "fn a() {}\n\n\n\n\n\n\n\n\n\nfn z() { later() }\n");
const WEB: (&str, &str) = ("web/index.html", "<p>Bye</p>\n");
const DAY: i64 = 24 * 60 * 60;

fn both(story: impl Fn(Stage)) {
    story(Stage::new());
    story(Stage::without_checkout());
}

fn on_main(stage: &Stage, path: &str, text: &str) {
    stage.repo.git(&["switch", "--quiet", "main"]);
    stage.repo.write(path, text);
    stage.repo.commit("Change main");
    stage.fake.push("sam", "main");
}

/// A pull request that touches both rows, approved for each by whom it takes: eve for payments, fay for the web.
fn approved(stage: &Stage) -> u64 {
    on_main(stage, PAY.0, LONG);
    let number = stage.pull(&[PAY, WEB]);
    assert_eq!(stage.gate(number).code, 10);
    stage.fake.approve("eve", number);
    assert_eq!(stage.gate(number).code, 10, "the other row is missing");
    stage.fake.approve("fay", number);
    stage.fake.approve("cat", number);
    let ended = stage.gate(number);
    let required = &ended.answer().turns[0].decision.required;
    assert_eq!(ended.code, 0, "{:#?}", required);
    assert_eq!(stage.status(number).as_deref(), Some("success"));
    number
}

/// Whose approval stands now, of those two; whoever is accountable for both rows approves anew each time.
fn standing(stage: &Stage, number: u64) -> Vec<String> {
    stage.fake.approve("cat", number);
    let ended = stage.gate(number);
    let decision = &ended.answer().turns[0].decision;
    let mut have: Vec<String> =
        decision.required.iter().flat_map(|level| level.have.iter().map(|who| who.bare().to_owned())).collect();
    have.retain(|who| who != "cat");
    have.sort();
    have.dedup();
    assert_eq!(ended.code == 0, have == ["eve", "fay"], "{have:?} {ended:?}");
    have
}

/// On the branch of the pull request; then pushed.
fn on_topic(stage: &Stage, act: impl Fn(&Stage)) {
    stage.repo.git(&["switch", "--quiet", "topic-0"]);
    act(stage);
    stage.repo.git(&["switch", "--quiet", "main"]);
    stage.fake.push("ann", "topic-0");
}

fn commit(stage: &Stage) {
    stage.repo.git(&["add", "--all"]);
    stage.repo.committed_by("ann", "2026-11-23T08:30:00Z", "More");
}

fn rebase(stage: &Stage) {
    stage.repo.git(&["-c", "user.name=ann", "-c", "user.email=ann@acme.example", "rebase", "--quiet", "main"]);
}

#[test]
fn approvals_survive_a_rebase() {
    both(|stage| {
        let number = approved(&stage);
        let before = stage.head(number);
        on_main(&stage, "docs/more.md", "# More\n");
        on_topic(&stage, |stage| {
            stage.repo.git(&["reset", "--quiet", "--hard", "main"]);
            stage.repo.write(PAY.0, PAY.1);
            stage.repo.write(WEB.0, WEB.1);
            commit(stage);
        });
        assert_ne!(stage.head(number), before);
        assert_eq!(standing(&stage, number), ["eve", "fay"]);
    });
}

#[test]
fn approvals_survive_a_merge_from_the_base() {
    both(|stage| {
        let number = approved(&stage);
        on_main(&stage, "docs/more.md", "# More\n");
        on_topic(&stage, |stage| drop(stage.repo.git(&["merge", "--quiet", "--no-edit", "main"])));
        assert_eq!(standing(&stage, number), ["eve", "fay"]);
    });
}

#[test]
fn approvals_survive_an_edit_elsewhere_and_die_with_one_in_their_own_paths() {
    both(|stage| {
        let number = approved(&stage);
        on_topic(&stage, |stage| {
            stage.repo.write(WEB.0, "<p>Evil</p>\n");
            commit(stage);
        });
        assert_eq!(standing(&stage, number), ["eve"]);
        // And back again: what was approved is there.
        on_topic(&stage, |stage| {
            stage.repo.write(WEB.0, WEB.1);
            commit(stage);
        });
        assert_eq!(standing(&stage, number), ["eve", "fay"]);
        on_topic(&stage, |stage| {
            stage.repo.write(PAY.0, "fn a() {}\nfn z() { evil() }\n");
            commit(stage);
        });
        assert_eq!(standing(&stage, number), ["fay"]);
    });
}

#[test]
fn approvals_die_with_a_new_file_or_a_lost_one_in_their_paths() {
    both(|stage| {
        let number = approved(&stage);
        on_topic(&stage, |stage| {
            stage.repo.write("services/payments/new.rs", "fn new() {}\n");
            commit(stage);
        });
        assert_eq!(standing(&stage, number), ["fay"]);
        on_topic(&stage, |stage| {
            stage.repo.remove("services/payments/new.rs");
            stage.repo.write(WEB.0, "<p>Hello</p>\n");
            commit(stage);
        });
        let ended = stage.gate(number);
        assert_eq!(ended.code, 0, "the web is as it was, and nobody is asked for it: {:?}", ended.codes());
    });
}

#[test]
fn approvals_die_with_a_mode() {
    both(|stage| {
        let number = approved(&stage);
        on_topic(&stage, |stage| {
            stage.repo.executable(PAY.0, true);
            commit(stage);
        });
        assert_eq!(standing(&stage, number), ["fay"]);
    });
}

#[test]
fn approvals_die_when_the_base_changes_the_same_file() {
    both(|stage| {
        let number = approved(&stage);
        on_main(&stage, PAY.0, &LONG.replace("fn a() {}", "fn a() { other() }"));
        on_topic(&stage, rebase);
        assert_eq!(standing(&stage, number), ["fay"]);
    });
}

#[test]
fn approvals_die_with_another_base() {
    both(|stage| {
        let number = approved(&stage);
        stage.repo.git(&["branch", "release", "main~1"]);
        let release = stage.repo.line(&["rev-parse", "release"]);
        stage.fake.with(|state| drop(state.branches.insert("release".to_owned(), release)));
        stage.fake.retarget("ann", number, "release");
        // From there the change of payments is another than the one they saw, at the same commit.
        assert_eq!(standing(&stage, number), [""; 0]);
        stage.fake.approve("eve", number);
        stage.fake.approve("fay", number);
        assert_eq!(stage.gate(number).code, 0);
    });
}

#[test]
fn approvals_expire() {
    both(|stage| {
        let number = approved(&stage);
        stage.fake.pass(3 * DAY);
        assert_eq!(standing(&stage, number), ["eve", "fay"]);
        stage.fake.pass(200 * DAY);
        assert_eq!(standing(&stage, number), [""; 0]);
        assert_eq!(stage.status(number).as_deref(), Some("pending"));
        for who in ["bob", "fay", "cat"] {
            stage.fake.approve(who, number);
        }
        let ended = stage.gate(number);
        assert_eq!(ended.code, 0, "{:?}", ended.codes());
    });
}

#[test]
fn approvals_by_whoever_had_a_hand_in_it_never_count() {
    let stage = Stage::new();
    stage.fake.with(|state| {
        state.bot("helper[bot]", "write");
        for who in ["ann", "dan", "helper[bot]"] {
            state.teams.get_mut("pay").unwrap().members.insert(who.to_owned());
        }
    });
    let number = stage.pull(&[PAY]);
    stage.gate(number);
    stage.repo.git(&["switch", "--quiet", "topic-0"]);
    stage.repo.write(PAY.0, "fn pay() { more() }\n");
    stage.repo.git(&["add", "--all"]);
    stage.repo.committed_by(
        "eve",
        "2026-11-23T08:30:00Z",
        "Ours\n\nCo-authored-by: Bob <1003+bob@users.noreply.github.com>\n",
    );
    stage.repo.git(&["switch", "--quiet", "main"]);
    stage.fake.push("dan", "topic-0");
    let pushed = json!({"number": number, "by": "dan", "action": "synchronize", "before": stage.head(number)});
    stage.gate_on("pull_request_target", &pushed);
    for who in ["ann", "eve", "bob", "dan", "helper[bot]"] {
        stage.fake.approve(who, number);
        let ended = stage.gate(number);
        assert_ne!(ended.code, 0, "{who}");
        assert!(ended.answer().turns[0].decision.required.iter().all(|level| level.have.is_empty()), "{who}");
    }
}

#[test]
fn approvals_and_refusals_by_comment() {
    both(|stage| {
        let number = stage.pull(&[("services/payments/pay.rs", "fn pay() { later() }\n")]);
        stage.gate(number);
        let short = stage.head(number)[..7].to_owned();
        let steps = [
            ("bob", "/reject it breaks".to_owned(), 11),
            ("eve", format!("/approve {short}"), 11),
            ("bob", "/release".to_owned(), 0),
            ("cat", "/hold until noon".to_owned(), 11),
            ("bob", "/release".to_owned(), 11),
            ("cat", "/release".to_owned(), 0),
            ("fay", "/hold mine".to_owned(), 11),
            ("cat", "/release".to_owned(), 0),
            ("bob", "/reject again".to_owned(), 11),
            ("bob", format!("/approve {short}"), 0),
            ("eve", "/class normal".to_owned(), 0),
        ];
        for (who, words, code) in steps {
            let comment = stage.fake.comment(who, number, &words);
            let ended = stage.gate_on("issue_comment", &json!({"comment": comment}));
            assert_eq!(ended.code, code, "{who} {words} {:?}", ended.codes());
        }
        assert_eq!(stage.comments().len(), 1);
    });
}

#[test]
fn approvals_by_comment_name_the_content_as_reviews_do() {
    both(|stage| {
        let number = stage.pull(&[("services/payments/pay.rs", "fn pay() { later() }\n")]);
        stage.gate(number);
        let seen = stage.head(number);
        stage.fake.comment("eve", number, &format!("/approve {}", &seen[..7]));
        assert_eq!(stage.gate(number).code, 0);
        // A commit elsewhere: the comment names the one before, on which the gate's status stood.
        stage.push("ann", number, &[("web/index.html", "<p>Bye</p>\n")]);
        stage.gate(number);
        stage.fake.approve("fay", number);
        stage.fake.approve("cat", number);
        let ended = stage.gate(number);
        assert_eq!(ended.code, 0, "{:?}", ended.codes());
        stage.push("ann", number, &[("services/payments/pay.rs", "fn pay() { evil() }\n")]);
        assert_eq!(stage.gate(number).code, 10);
    });
}

#[test]
fn approvals_do_not_make_a_claimed_class() {
    both(|stage| {
        let number = stage.pull(&[("deploy/payments/app.yaml", "kind: Deployment\nspec:\n  replicas: 3\n")]);
        assert_eq!((stage.gate(number).code, stage.gate(number).class()), (0, "standard"));
        // More scrutiny can be asked for by comment, less cannot.
        stage.fake.comment("eve", number, "/class normal");
        let ended = stage.gate(number);
        assert_eq!((ended.code, ended.class()), (10, "normal"));
        let other = stage.pull(&[("services/payments/pay.rs", "fn pay() { later() }\n")]);
        stage.fake.comment("eve", other, "/class standard");
        let ended = stage.gate(other);
        assert_eq!((ended.code, ended.class()), (10, "normal"));
        stage.fake.comment("ann", other, "/class emergency #99; Criterion: restore-service");
        let ended = stage.gate(other);
        assert_eq!(ended.class(), "normal");
        assert_ne!(ended.code, 0);
    });
}
