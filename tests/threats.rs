//! Every known way round a gate, tried: `docs/threat-model.md` says what each is and what else it takes.
//!
//! A test is named after its attack. Whoever adds one adds a row there; the last test here holds that.
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

use changeward::app::gate::Token;
use changeward::model::GateMode;
use github::{Fake, Fault, State, Trouble};
use serde_json::json;
use sha1::{Digest, Sha1};
use stage::{CONTEXT, Ended, Stage, VERDICT, Where};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PAY: (&str, &str) = ("services/payments/pay.rs", "fn pay() { later() }\n");
const GOOD: (&str, &str) = ("services/payments/pay.rs", "fn pay() { properly() }\n");
const REPLICAS: (&str, &str) = ("deploy/payments/app.yaml", "kind: Deployment\nspec:\n  replicas: 3\n");

/// With a checkout and without one: both must end the same.
fn both(story: impl Fn(Stage)) {
    story(Stage::new());
    story(Stage::without_checkout());
}

/// Something that changes on main.
fn on_main(stage: &Stage, files: &[(&str, &str)]) {
    for (path, text) in files {
        stage.repo.write(path, text);
    }
    stage.repo.commit("Change main");
    stage.fake.push("sam", "main");
}

/// A file of the repository as it is on main.
fn of_main(stage: &Stage, path: &str) -> String {
    String::from_utf8(stage.repo.git(&["show", &format!("main:{path}")])).unwrap()
}

/// A pull request that the gate has looked at once, and that waits.
fn waiting(stage: &Stage) -> u64 {
    let number = stage.pull(&[PAY]);
    assert_eq!(stage.gate(number).code, 10);
    number
}

/// No yes of the gate's own is the last word on a commit.
#[track_caller]
fn not_green(stage: &Stage, number: u64, ended: &Ended) {
    assert_ne!(stage.status(number).as_deref(), Some("success"), "{:?} {ended:?}", stage.place);
    assert_ne!(ended.code, 0, "{:?} {ended:?}", stage.place);
}

#[track_caller]
fn green(stage: &Stage, number: u64, ended: &Ended) {
    assert_eq!(
        (ended.code, stage.status(number).as_deref()),
        (0, Some("success")),
        "{:?} {:?}",
        stage.place,
        ended.answer.as_ref().map(|_| ended.codes())
    );
}

// ------------------------------------------------------------------------------------------- S: trust in the verdict

#[test]
fn s1_a_forged_status_is_said_over_and_told() {
    both(|stage| {
        let number = waiting(&stage);
        let head = stage.head(number);
        let ours = stage.fake.statuses(&head, CONTEXT)[0].clone();
        // The same words, and a yes.
        stage.fake.status_as("bob", &head, CONTEXT, "success", ours.description.as_deref().unwrap());
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        assert!(ended.codes().contains(&"FOREIGN_STATUS".to_owned()), "{:?}", ended.codes());
        // The same words and the same state, but another's: the gate says it itself.
        stage.fake.status_as("bob", &head, CONTEXT, "pending", ours.description.as_deref().unwrap());
        stage.gate(number);
        assert_eq!(stage.fake.statuses(&head, CONTEXT)[0].by, State::APP_LOGIN);
    });
}

#[test]
fn s1_what_a_forged_status_says_of_the_pusher_is_nothing() {
    let stage = Stage::new();
    let number = waiting(&stage);
    stage.fake.status_as("bob", &stage.head(number), CONTEXT, "pending", "waits; pushed by @eve");
    stage.fake.approve("eve", number);
    green(&stage, number, &stage.gate(number));
}

#[test]
fn s2_a_workflow_of_the_pull_requests_own_enforces_nothing() {
    let stage = Stage::new();
    let number = stage.pull(&[REPLICAS]);
    let review = stage.fake.review_comment("eve", number, "Hm.");
    for (event, args) in [
        ("pull_request", json!({"number": number})),
        ("pull_request_review", json!({"number": number, "review": review})),
    ] {
        let ended = stage.gate_on(event, &args);
        assert_eq!(ended.code, 2, "{event} {ended:?}");
    }
    assert_eq!(stage.fake.writes(), 0);
    let mut only_looking = stage;
    only_looking.mode = GateMode::Report;
    assert_eq!(only_looking.gate_on("pull_request", &json!({"number": number})).code, 0);
    assert_eq!(only_looking.fake.writes(), 0);
}

#[test]
fn s2_what_controls_the_gate_is_never_standard() {
    both(|stage| {
        let wide = of_main(&stage, ".changeward/templates/replicas.toml");
        let wide =
            wide.replace("\"deploy/**/*.yaml\"", "\"**\"").replace("[\"modified\"]", "[\"modified\", \"added\"]");
        let wide = wide.split("[[allow]]").next().unwrap().to_owned();
        on_main(&stage, &[(".changeward/templates/replicas.toml", &wide)]);
        for path in [
            ".github/workflows/gate.yml",
            ".github/CODEOWNERS",
            ".changeward/config.toml",
            ".changeward/ownership.toml",
            ".changeward/policies/more.rego",
            ".changeward/templates/mine.toml",
        ] {
            let number = stage.pull(&[(path, "# mine\n")]);
            let ended = stage.gate(number);
            not_green(&stage, number, &ended);
            if ended.answer.is_ok() {
                assert_eq!(ended.class(), "normal", "{path}");
                assert!(ended.codes().contains(&"CONTROL_EDIT".to_owned()), "{path} {:?}", ended.codes());
            }
        }
    });
}

/// Two pull requests of one commit: `topic-0` to main, and another to some branch.
fn twins(stage: &Stage, base: &str) -> (u64, u64) {
    let first = stage.pull(&[PAY]);
    stage.repo.git(&["branch", "twin", "topic-0"]);
    if base != "main" {
        stage.repo.git(&["branch", base, "main"]);
    }
    (first, stage.fake.open("ann", "twin", base, "Twin"))
}

#[test]
fn s3_one_head_in_two_pull_requests_tells_the_strictest() {
    both(|stage| {
        let (first, second) = twins(&stage, "main");
        stage.gate(first);
        stage.gate(second);
        stage.fake.approve("eve", first);
        let ended = stage.gate(first);
        assert_ne!(stage.status(first).as_deref(), Some("success"), "{ended:?}");
        stage.fake.approve("eve", second);
        assert_eq!(stage.gate(second).code, 0);
        assert_eq!(stage.status(first).as_deref(), Some("success"));
    });
}

#[test]
fn s3_a_yes_for_another_base_is_no_yes_for_this_one() {
    both(|stage| {
        let (first, second) = twins(&stage, "dev");
        stage.gate(first);
        stage.fake.approve("eve", second);
        assert_eq!(stage.gate(second).code, 0);
        let head = stage.head(first);
        assert_eq!(stage.fake.statuses(&head, "changeward/dev")[0].state, "success");
        assert_eq!(stage.status(first).as_deref(), Some("pending"));
    });
}

#[test]
fn s3_a_context_without_the_base_is_shared_and_tells_the_strictest() {
    both(|mut stage| {
        stage.context = Some("gate".to_owned());
        let (first, second) = twins(&stage, "dev");
        stage.gate(first);
        stage.fake.approve("eve", second);
        stage.gate(second);
        assert_ne!(stage.fake.statuses(&stage.head(first), "gate")[0].state, "success");
    });
}

#[test]
fn s4_what_the_head_says_of_owners_and_rules_is_not_read() {
    both(|stage| {
        let mine = of_main(&stage, ".changeward/ownership.toml").replace("\"@acme/pay\"", "\"@dan\"");
        let config = of_main(&stage, ".changeward/config.toml").replace("\"@cat\"", "\"@dan\"");
        let number = stage.pull(&[
            PAY,
            (".changeward/ownership.toml", &mine),
            (".changeward/config.toml", &config),
            ("CODEOWNERS", "* @dan\n"),
        ]);
        stage.gate(number);
        stage.fake.approve("dan", number);
        not_green(&stage, number, &stage.gate(number));
        for who in ["eve", "cat", "sam"] {
            stage.fake.approve(who, number);
        }
        let ended = stage.gate(number);
        assert_eq!(ended.code, 0, "whoever controls it at the base may: {:?}", ended.codes());
    });
}

#[test]
fn s4_without_rules_at_the_base_nobody_is_waved_through() {
    both(|stage| {
        stage.repo.git(&["rm", "-r", "--quiet", ".changeward"]);
        stage.repo.commit("No rules");
        stage.fake.push("sam", "main");
        let number = stage.pull(&[REPLICAS]);
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        assert_eq!(ended.class(), "normal");
    });
}

/// Something done while the gate reads; what it needs was prepared.
type Act = (&'static str, fn(&Stage, u64) -> Box<dyn FnMut(&Fake) + Send>);

const MEANWHILE: [Act; 8] = [
    ("a push", |stage, number| {
        let branch = stage.fake.with(|state| state.pulls[&number].head_ref.clone());
        stage.commit(&branch, &[("services/payments/pay.rs", "fn pay() { evil() }\n")], "More");
        Box::new(move |fake| drop(fake.push("ann", &branch)))
    }),
    ("another base", |stage, number| {
        stage.repo.git(&["branch", "release", "main"]);
        let main = stage.repo.line(&["rev-parse", "main"]);
        Box::new(move |fake| {
            fake.with(|state| drop(state.branches.insert("release".to_owned(), main.clone())));
            fake.retarget("ann", number, "release");
        })
    }),
    ("an objection", |_, number| {
        Box::new(move |fake| {
            fake.request_changes("bob", number, "No.");
        })
    }),
    ("a hold", |_, number| {
        Box::new(move |fake| {
            fake.comment("cat", number, "/hold wait");
        })
    }),
    ("a rejection by comment", |_, number| {
        Box::new(move |fake| {
            fake.comment("bob", number, "/reject no");
        })
    }),
    ("an approval taken back", |_, number| {
        Box::new(move |fake| {
            let review = fake.with(|state| state.pulls[&number].reviews[0].id);
            fake.dismiss("eve", number, review);
        })
    }),
    ("a claim in the text", |_, number| {
        Box::new(move |fake| fake.edit("ann", number, "Change something", "Needs-Higher-Approval: yes\n"))
    }),
    ("another rule on main", |stage, _| {
        let mine = of_main(stage, ".changeward/ownership.toml").replace("\"@acme/pay\"", "\"@dan\"");
        stage.repo.write(".changeward/ownership.toml", mine);
        stage.repo.commit("Another owner");
        Box::new(|fake| drop(fake.push("sam", "main")))
    }),
];

#[test]
fn s5_whatever_changes_while_the_gate_reads_there_is_no_yes_that_a_second_look_would_not_give() {
    let moments = [
        ("GET /repos/*/*/pulls/*", 1),
        ("GET /repos/*/*/pulls/*/reviews", 1),
        ("GET /repos/*/*/issues/*/comments", 1),
        ("GET /repos/*/*/pulls/*/commits", 1),
        ("GET /repos/*/*/collaborators/*/permission", 1),
        ("GET /repos/*/*/pulls/*", 2),
    ];
    for (act, prepare) in MEANWHILE {
        for (on, nth) in moments {
            let stage = Stage::new();
            let number = waiting(&stage);
            stage.fake.approve("eve", number);
            let mut act_now = prepare(&stage, number);
            stage.fake.fault(Fault::meanwhile(on, nth, move |fake| act_now(fake)));
            let first = stage.gate(number);
            let base = stage.fake.with(|state| state.pulls[&number].base_ref.clone());
            let context = format!("changeward/{base}");
            let told = stage.fake.statuses(&stage.head(number), &context).first().map(|status| status.state.clone());
            stage.fake.mend();
            let second = stage.gate(number);
            if told.as_deref() == Some("success") {
                assert_eq!(second.code, 0, "{act} at {on} {nth}: green, and it should not be; {first:?}");
            }
            if base != "main" {
                let on_main = stage.status(number);
                assert_ne!(on_main.as_deref(), Some("success"), "{act} at {on} {nth}: a yes for the base it left");
            }
        }
    }
}

#[test]
fn s5_what_never_settles_is_not_approved() {
    let stage = Stage::new();
    let number = waiting(&stage);
    stage.fake.approve("eve", number);
    let mut count = 0;
    let act = move |fake: &Fake| {
        count += 1;
        fake.edit("ann", number, &format!("Title {count}"), "");
    };
    let trouble = Trouble::Meanwhile(Arc::new(Mutex::new(act)));
    stage.fake.fault(Fault::always("GET /repos/*/*/pulls/*/reviews", trouble));
    let ended = stage.gate(number);
    not_green(&stage, number, &ended);
    assert!(format!("{:?}", ended.answer).contains("Moving"), "{ended:?}");
}

#[test]
fn s5_an_old_answer_is_found_out_by_the_second_look() {
    both(|stage| {
        let number = waiting(&stage);
        stage.fake.approve("eve", number);
        stage.fake.request_changes("bob", number, "No.");
        stage.fake.fault(Fault::once("GET /repos/*/*/pulls/*/reviews", Trouble::Stale(1)));
        let ended = stage.gate(number);
        assert_eq!(ended.code, 11, "{ended:?}");
        not_green(&stage, number, &ended);
    });
}

#[test]
fn s5_an_objection_while_a_deployment_is_decided_is_heard() {
    let stage = Stage::new();
    let (commit, issue) = asked_to_deploy(&stage);
    stage.fake.comment("eve", issue, &format!("/approve {}", &commit[..8]));
    stage.fake.comment("cat", issue, &format!("/approve {}", &commit[..8]));
    stage.fake.fault(Fault::meanwhile("GET /repos/*/*/issues/*/comments", 2, move |fake| {
        fake.comment("cat", issue, "/hold stop");
    }));
    assert_eq!(stage.deploy("dan", &commit).code, 11);
}

/// A change that landed on main, and an issue that asks whether it may go to production.
fn asked_to_deploy(stage: &Stage) -> (String, u64) {
    let before = stage.repo.line(&["rev-parse", "main"]);
    stage.fake.deployed(github::state::ACTIONS, &before, "production", "success");
    stage.repo.git(&["switch", "--quiet", "main"]);
    stage.repo.write(PAY.0, PAY.1);
    stage.repo.git(&["add", "--all"]);
    stage.repo.committed_by("ann", "2026-11-23T08:00:00Z", "Pay later");
    let commit = stage.fake.push("ann", "main");
    let ended = stage.deploy("dan", &commit);
    assert_eq!(ended.code, 10, "{ended:?}");
    let issues = stage.fake.issues_with("changeward:request");
    assert_eq!(issues.len(), 1);
    (commit, issues[0].number)
}

/// The commit a merge queue makes of some branches, one after the other.
fn group(stage: &Stage, branches: &[&str], how: &str) -> String {
    stage.repo.git(&["switch", "--quiet", "--detach", "main"]);
    for branch in branches {
        match how {
            "merge" => drop(stage.repo.git(&["merge", "--quiet", "--no-ff", "--no-edit", branch])),
            _ => {
                stage.repo.git(&["merge", "--quiet", "--squash", branch]);
                stage.repo.commit(&format!("Squash of {branch}"));
            }
        }
    }
    let head = stage.repo.line(&["rev-parse", "HEAD"]);
    stage.repo.git(&["switch", "--quiet", "main"]);
    head
}

const OTHER: (&str, &str) = ("services/payments/other.rs", "fn other() {}\n");

#[test]
fn s6_a_group_with_a_pull_request_that_nobody_approved() {
    both(|stage| {
        let (good, bad) = (stage.pull(&[PAY]), stage.pull(&[OTHER]));
        stage.gate(good);
        stage.gate(bad);
        stage.fake.approve("eve", good);
        assert_eq!(stage.gate(good).code, 0);
        // Named for the approved one, whatever else is in it.
        for how in ["merge", "squash"] {
            let head = group(&stage, &["topic-0", "topic-1"], how);
            let ended = stage.gate_on("merge_group", &json!({"head": head, "number": good}));
            assert_ne!(ended.code, 0, "{how} {ended:?}");
            let told = stage.fake.statuses(&head, CONTEXT);
            assert!(told.iter().all(|status| status.state != "success"), "{how} {told:?}");
        }
        for how in ["merge", "squash"] {
            let head = group(&stage, &["topic-0"], how);
            let ended = stage.gate_on("merge_group", &json!({"head": head, "number": good}));
            assert_eq!(ended.code, 0, "alone it may: {how} {:?} {ended:?}", stage.place);
            assert_eq!(stage.fake.statuses(&head, CONTEXT)[0].state, "success");
        }
    });
}

#[test]
fn s6_a_group_made_of_an_older_head_than_the_approved_one() {
    for how in ["merge", "squash"] {
        both(|stage| {
            let number = stage.pull(&[("services/payments/pay.rs", "fn pay() { evil() }\n")]);
            stage.gate(number);
            let head = group(&stage, &["topic-0"], how);
            stage.push("ann", number, &[GOOD]);
            stage.gate(number);
            stage.fake.approve("eve", number);
            assert_eq!(stage.gate(number).code, 0);
            let ended = stage.gate_on("merge_group", &json!({"head": head, "number": number}));
            let told = stage.fake.statuses(&head, CONTEXT);
            assert!(told.iter().all(|status| status.state != "success"), "{how} {told:?} {ended:?}");
            assert_ne!(ended.code, 0, "{how}");
        });
    }
}

#[test]
fn s6_an_objection_while_the_group_is_decided_is_heard() {
    let stage = Stage::new();
    let number = stage.pull(&[PAY]);
    stage.gate(number);
    stage.fake.approve("eve", number);
    let head = group(&stage, &["topic-0"], "merge");
    stage.fake.fault(Fault::meanwhile("GET /repos/*/*/collaborators/*/permission", 1, move |fake| {
        fake.request_changes("bob", number, "No.");
    }));
    let ended = stage.gate_on("merge_group", &json!({"head": head, "number": number}));
    assert_eq!(ended.code, 11, "{ended:?}");
    assert_ne!(stage.fake.statuses(&head, CONTEXT)[0].state, "success");
}

#[test]
fn s7_a_yes_does_not_follow_to_a_base_with_other_rules() {
    both(|stage| {
        let number = waiting(&stage);
        stage.repo.git(&["switch", "--quiet", "-c", "release", "main"]);
        let mine = of_main(&stage, ".changeward/ownership.toml").replace("\"@acme/pay\"", "\"@dan\"");
        stage.repo.write(".changeward/ownership.toml", mine);
        stage.repo.commit("The release has another owner");
        stage.repo.git(&["switch", "--quiet", "main"]);
        stage.fake.with(|state| {
            let head = stage.repo.line(&["rev-parse", "release"]);
            state.branches.insert("release".to_owned(), head);
        });
        stage.fake.approve("eve", number);
        green(&stage, number, &stage.gate(number));
        stage.fake.retarget("ann", number, "release");
        stage.fake.approve("eve", number);
        let ended = stage.gate_on("pull_request_target", &json!({"number": number, "by": "ann", "action": "edited"}));
        assert_eq!(ended.code, 10, "{:?}", ended.codes());
        let told = stage.fake.statuses(&stage.head(number), "changeward/release");
        assert_eq!(told[0].state, "pending");
    });
}

#[test]
fn s7_a_yes_to_the_little_that_was_seen_from_another_branch() {
    both(|stage| {
        // Something that nobody has looked at, on a branch; and a little change on top, which eve approves.
        stage.commit("feature", &[("services/payments/evil.rs", "fn evil() {}\n")], "Not looked at");
        stage.repo.git(&["switch", "--quiet", "-c", "topic-0", "feature"]);
        stage.repo.write(PAY.0, PAY.1);
        stage.repo.git(&["add", "--all"]);
        stage.repo.committed_by("ann", "2026-11-23T08:00:00Z", "A little");
        stage.repo.git(&["switch", "--quiet", "main"]);
        let number = stage.fake.open("ann", "topic-0", "feature", "A little");
        stage.gate(number);
        stage.fake.approve("eve", number);
        stage.fake.comment("bob", number, &format!("/approve {}", stage.head(number)));
        stage.fake.retarget("ann", number, "main");
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        // The same by a push on top: what was approved is judged from main, too.
        stage.repo.git(&["switch", "--quiet", "topic-0"]);
        stage.repo.git(&["commit", "--quiet", "--allow-empty", "--message", "Again"]);
        stage.repo.git(&["switch", "--quiet", "main"]);
        stage.fake.push("ann", "topic-0");
        not_green(&stage, number, &stage.gate(number));
        stage.fake.approve("eve", number);
        green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn s7_what_was_approved_on_top_of_another_branch_is_not_what_is_deployed() {
    both(|stage| {
        let before = stage.repo.line(&["rev-parse", "main"]);
        stage.fake.deployed(github::state::ACTIONS, &before, "production", "success");
        stage.commit("feature", &[("services/payments/evil.rs", "fn evil() {}\n")], "Not looked at");
        stage.repo.git(&["switch", "--quiet", "-c", "topic-0", "feature"]);
        stage.repo.write(PAY.0, PAY.1);
        stage.repo.git(&["add", "--all"]);
        stage.repo.committed_by("ann", "2026-11-23T08:00:00Z", "A little");
        stage.repo.git(&["switch", "--quiet", "main"]);
        let number = stage.fake.open("ann", "topic-0", "feature", "A little");
        for who in ["eve", "cat"] {
            stage.fake.approve(who, number);
        }
        let head = stage.head(number);
        stage.fake.merge("ann", number, &head);
        stage.repo.git(&["merge", "--quiet", "--ff-only", "topic-0"]);
        let commit = stage.fake.push("ann", "main");
        let ended = stage.deploy("dan", &commit);
        assert_eq!(ended.code, 10, "{ended:?}");
    });
}

#[test]
fn s8_rules_that_changed_on_main_after_the_branch_point_apply() {
    both(|stage| {
        let number = waiting(&stage);
        stage.fake.approve("eve", number);
        green(&stage, number, &stage.gate(number));
        let mine = of_main(&stage, ".changeward/ownership.toml").replace("\"@acme/pay\"", "\"@dan\"");
        on_main(&stage, &[(".changeward/ownership.toml", &mine)]);
        not_green(&stage, number, &stage.gate(number));
        stage.fake.approve("dan", number);
        green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn s8_a_template_withdrawn_on_main_covers_nothing_any_more() {
    both(|stage| {
        let number = stage.pull(&[REPLICAS]);
        green(&stage, number, &stage.gate(number));
        stage.repo.git(&["rm", "--quiet", ".changeward/templates/replicas.toml"]);
        stage.repo.commit("Withdrawn");
        stage.fake.push("sam", "main");
        not_green(&stage, number, &stage.gate(number));
    });
}

// ------------------------------------------------------------------------------------------------------ A: approvals

#[test]
fn a1_nobody_with_a_hand_in_it_approves() {
    let on_topic = |stage: &Stage, act: &dyn Fn(&Stage)| {
        stage.repo.git(&["switch", "--quiet", "topic-0"]);
        stage.repo.write(GOOD.0, GOOD.1);
        stage.repo.git(&["add", "--all"]);
        act(stage);
        stage.repo.git(&["switch", "--quiet", "main"]);
    };
    let at = "2026-11-23T08:00:00Z";
    type Hand<'a> = (&'static str, &'static str, Box<dyn Fn(&Stage) + 'a>);
    let hands: [Hand<'_>; 5] = [
        ("the author", "ann", Box::new(|stage| drop(stage.repo.committed_by("ann", at, "More")))),
        ("a committer", "eve", Box::new(|stage| drop(stage.repo.committed_by("eve", at, "Mine")))),
        (
            "a co-author",
            "eve",
            Box::new(|stage| {
                let trailer = "Ours\n\nCo-authored-by: Eve <1234+EVE@users.noreply.github.com>\n";
                stage.repo.committed_by("ann", at, trailer);
            }),
        ),
        (
            "whoever forced the branch back",
            "eve",
            Box::new(|stage| {
                stage.repo.git(&["reset", "--quiet", "--hard", "main"]);
                stage.repo.write(GOOD.0, GOOD.1);
                stage.repo.git(&["add", "--all"]);
                stage.repo.committed_by("ann", at, "As if it were hers");
            }),
        ),
        (
            "a committer whom the author commits for",
            "eve",
            Box::new(|stage| {
                stage.repo.git(&["commit", "--quiet", "--message", "For her", "--author", "eve <eve@acme.example>"]);
            }),
        ),
    ];
    for (what, who, act) in hands {
        for by_comment in [false, true] {
            let stage = Stage::new();
            stage.fake.with(|state| {
                state.teams.get_mut("pay").unwrap().members.insert("ann".to_owned());
            });
            let number = waiting(&stage);
            on_topic(&stage, &|stage| act(stage));
            stage.fake.push("eve", "topic-0");
            stage.gate_on("workflow_dispatch", &json!({"by": "sam", "inputs": {"number": number.to_string()}}));
            match by_comment {
                true => stage.fake.comment(who, number, &format!("/approve {}", stage.head(number))),
                false => stage.fake.approve(who, number),
            };
            let ended = stage.gate_on("workflow_dispatch", &json!({"by": "sam"}));
            not_green(&stage, number, &ended);
            assert!(ended.codes().contains(&"APPROVAL_VOID".to_owned()), "{what} {by_comment} {:?}", ended.codes());
        }
    }
}

#[test]
fn a1_the_last_pusher_is_remembered() {
    both(|stage| {
        let number = waiting(&stage);
        // Pushed by eve, committed as if by ann: nothing but the event says so.
        stage.push("eve", number, &[GOOD]);
        let pushed = json!({"number": number, "by": "eve", "action": "synchronize", "before": stage.head(number)});
        stage.gate_on("pull_request_target", &pushed);
        stage.fake.approve("eve", number);
        not_green(&stage, number, &stage.gate_on("workflow_dispatch", &json!({"by": "sam"})));
        // An old run of ann's own push, started again, rubs nothing out.
        let old = json!({"number": number, "by": "ann", "action": "synchronize", "before": stage.head(number)});
        not_green(&stage, number, &stage.gate_on("pull_request_target", &old));
        not_green(&stage, number, &stage.gate_on("workflow_dispatch", &json!({"by": "sam"})));
        // Nor does one of somebody else's.
        let other = json!({"number": number, "by": "fay", "action": "synchronize", "before": stage.head(number)});
        not_green(&stage, number, &stage.gate_on("pull_request_target", &other));
        not_green(&stage, number, &stage.gate_on("workflow_dispatch", &json!({"by": "sam"})));
        stage.fake.approve("bob", number);
        green(&stage, number, &stage.gate_on("workflow_dispatch", &json!({"by": "sam"})));
    });
}

#[test]
fn a1_an_address_of_nobody_or_of_github_itself_is_noticed() {
    for email in ["ghost@nowhere.example", "noreply@github.com"] {
        both(|stage| {
            let number = waiting(&stage);
            stage.repo.git(&["switch", "--quiet", "topic-0"]);
            stage.repo.write(GOOD.0, GOOD.1);
            stage.repo.git(&["add", "--all"]);
            let author = format!("Somebody <{email}>");
            stage.repo.git(&["commit", "--quiet", "--message", "Whose", "--author", &author]);
            stage.repo.git(&["switch", "--quiet", "main"]);
            stage.fake.push("ann", "topic-0");
            stage.gate(number);
            stage.fake.approve("eve", number);
            let ended = stage.gate(number);
            assert!(ended.codes().contains(&"UNATTRIBUTED".to_owned()), "{email} {:?}", ended.codes());
        });
    }
}

#[test]
fn a1_an_author_among_more_commits_than_github_lists_is_not_overlooked() {
    both(|stage| {
        let number = waiting(&stage);
        stage.repo.git(&["switch", "--quiet", "topic-0"]);
        stage.repo.write(GOOD.0, GOOD.1);
        stage.repo.git(&["add", "--all"]);
        stage.repo.committed_by("eve", "2026-11-23T08:00:00Z", "Mine");
        let many: String = (0..255).fold("feature done\n".to_owned(), |text, n| {
            let from = if n == 0 { "from refs/heads/topic-0^0\n" } else { "" };
            format!(
                "{text}commit refs/heads/topic-0\ncommitter ann <ann@acme.example> {} +0000\ndata 2\nx\n{from}\n",
                1_700_000_000 + n
            )
        });
        stage.repo.git(&["switch", "--quiet", "main"]);
        stage.repo.feed(&["fast-import", "--quiet", "--done", "--force"], format!("{many}done\n").as_bytes());
        stage.fake.push("ann", "topic-0");
        stage.gate(number);
        stage.fake.approve("bob", number);
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        assert!(ended.codes().contains(&"AUTHORS_MISSING".to_owned()), "{:?}", ended.codes());
    });
}

#[test]
fn a2_a_program_approves_nothing() {
    both(|stage| {
        stage.fake.with(|state| {
            state.bot("helper[bot]", "write");
            state.teams.get_mut("pay").unwrap().members.insert("helper[bot]".to_owned());
        });
        let number = waiting(&stage);
        stage.fake.approve("helper[bot]", number);
        stage.fake.approve(github::state::ACTIONS, number);
        stage.fake.approve(State::APP_LOGIN, number);
        stage.fake.comment("helper[bot]", number, &format!("/approve {}", stage.head(number)));
        stage.fake.with(|state| {
            // An app that writes in a person's name.
            state.add_comment("eve", number, &format!("/approve {}", state.pulls[&number].head.clone()), true);
        });
        not_green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn a3_whoever_may_only_read_approves_nothing() {
    both(|stage| {
        stage.fake.with(|state| {
            let pay = state.teams.get_mut("pay").unwrap();
            pay.members.insert("mallory".to_owned());
            pay.permission = Some("pull".to_owned());
        });
        let number = waiting(&stage);
        stage.fake.approve("mallory", number);
        stage.fake.comment("mallory", number, &format!("/approve {}", stage.head(number)));
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        assert!(ended.codes().contains(&"NO_PERMISSION".to_owned()), "{:?}", ended.codes());
        // One who may write, of no team that is asked.
        stage.fake.approve("fay", number);
        not_green(&stage, number, &stage.gate(number));
        // What nobody may tell is no.
        stage.fake.approve("eve", number);
        stage.fake.fault(Fault::always(
            "GET /repos/*/*/collaborators/*/permission",
            Trouble::LostRight("metadata".to_owned()),
        ));
        not_green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn a4_an_approval_of_another_content_is_void() {
    both(|stage| {
        let number = waiting(&stage);
        let first = stage.head(number);
        stage.fake.approve("eve", number);
        stage.push("ann", number, &[("services/payments/pay.rs", "fn pay() { evil() }\n")]);
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        assert!(ended.codes().contains(&"APPROVAL_VOID".to_owned()), "{:?}", ended.codes());
        // Nor does an approval of a commit that is none of this repository's count.
        stage.fake.approve_at("eve", number, &first.chars().rev().collect::<String>());
        not_green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn a5_an_objection_is_found_behind_a_flood_and_outlives_its_silencing() {
    both(|stage| {
        let number = waiting(&stage);
        stage.fake.approve("eve", number);
        let objection = stage.fake.request_changes("bob", number, "No.");
        for _ in 0..205 {
            stage.fake.review_comment("ann", number, "noise");
        }
        assert_eq!(stage.gate(number).code, 11);
        // A remark of their own changes nothing.
        stage.fake.review_comment("bob", number, "And another thing.");
        assert_eq!(stage.gate(number).code, 11);
        // The author dismisses it.
        stage.fake.dismiss("ann", number, objection);
        let ended = stage.gate(number);
        assert_eq!(ended.code, 11, "{:?}", ended.codes());
        not_green(&stage, number, &ended);
        // Whoever refused says yes.
        stage.fake.approve("bob", number);
        green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn a5_a_maintainer_or_the_objector_may_dismiss() {
    for (by, code) in [("sam", 0), ("bob", 0), ("fay", 11), ("ann", 11)] {
        let stage = Stage::new();
        let number = waiting(&stage);
        stage.fake.approve("eve", number);
        let objection = stage.fake.request_changes("bob", number, "No.");
        stage.fake.dismiss(by, number, objection);
        assert_eq!(stage.gate(number).code, code, "dismissed by {by}");
    }
}

#[test]
fn a5_an_approval_that_was_dismissed_is_none() {
    both(|stage| {
        let number = waiting(&stage);
        let approval = stage.fake.approve("eve", number);
        green(&stage, number, &stage.gate(number));
        stage.fake.dismiss("ann", number, approval);
        not_green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn a6_what_is_no_approval_by_comment() {
    type Say = (&'static str, fn(&Stage, u64, &str));
    let said: [Say; 12] = [
        ("edited by its author", |stage, number, head| {
            let comment = stage.fake.comment("eve", number, "Looks fine");
            stage.fake.edit_comment_as("eve", comment, &format!("/approve {head}"));
        }),
        ("edited by another", |stage, number, head| {
            let comment = stage.fake.comment("eve", number, "Looks fine");
            stage.fake.edit_comment_as("ann", comment, &format!("/approve {head}"));
        }),
        ("edited within its first second", |stage, number, head| {
            let comment = stage.fake.comment("eve", number, "Looks fine");
            stage.fake.edit_comment_as("ann", comment, &format!("/approve {head}"));
            stage.fake.with(|state| {
                let comment = state.comments.get_mut(&comment).unwrap();
                comment.created_at = comment.updated_at - jiff::SignedDuration::from_secs(1);
            });
        }),
        ("a quotation", |stage, number, head| {
            stage.fake.comment("eve", number, &format!("> /approve {head}"));
        }),
        ("code", |stage, number, head| {
            stage.fake.comment("eve", number, &format!("```\n/approve {head}\n```"));
        }),
        ("code by its margin", |stage, number, head| {
            stage.fake.comment("eve", number, &format!("    /approve {head}"));
        }),
        ("an HTML comment", |stage, number, head| {
            stage.fake.comment("eve", number, &format!("<!--\n/approve {head}\n-->"));
        }),
        ("within a line", |stage, number, head| {
            stage.fake.comment("eve", number, &format!("do not /approve {head}"));
        }),
        ("six digits", |stage, number, head| {
            stage.fake.comment("eve", number, &format!("/approve {}", &head[..6]));
        }),
        ("another commit", |stage, number, _| {
            let main = stage.repo.line(&["rev-parse", "main"]);
            stage.fake.comment("eve", number, &format!("/approve {main}"));
        }),
        ("no commit", |stage, number, _| {
            stage.fake.comment("eve", number, "/approve");
        }),
        ("a branch named like the commit", |stage, number, head| {
            stage.repo.git(&["branch", "deadbee1", "main"]);
            stage.fake.comment("eve", number, &format!("/approve deadbee1 {head}"));
        }),
    ];
    for (what, say) in said {
        let stage = Stage::new();
        let number = waiting(&stage);
        say(&stage, number, &stage.head(number));
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        // What was there all the time does not hinder.
        stage.fake.comment("eve", number, &format!("/approve {}", &stage.head(number)[..7]));
        let ended = stage.gate(number);
        assert_eq!(ended.code, 0, "{what}: {:?}", ended.codes());
    }
}

#[test]
fn a6_an_approval_from_before_the_gate_had_judged_the_commit() {
    both(|stage| {
        let number = stage.pull(&[PAY]);
        stage.fake.comment("eve", number, &format!("/approve {}", stage.head(number)));
        not_green(&stage, number, &stage.gate(number));
        not_green(&stage, number, &stage.gate(number));
        // A status that somebody else posted in time is not the gate's judgement.
        let other = stage.pull(&[PAY]);
        stage.fake.status_as("ann", &stage.head(other), CONTEXT, "pending", "waits");
        stage.fake.comment("eve", other, &format!("/approve {}", stage.head(other)));
        not_green(&stage, other, &stage.gate(other));
    });
}

/// Two commits on main that begin with the same seven digits: one with these contents, one with those.
fn alike(stage: &Stage, good: &str, bad: &str) -> (String, String) {
    let main = stage.repo.line(&["rev-parse", "main"]);
    let tree = |text: &str| {
        stage.repo.git(&["switch", "--quiet", "--detach", "main"]);
        stage.repo.write(PAY.0, text);
        stage.repo.git(&["add", "--all"]);
        let tree = stage.repo.line(&["write-tree"]);
        stage.repo.git(&["reset", "--quiet", "--hard", "main"]);
        stage.repo.git(&["switch", "--quiet", "main"]);
        tree
    };
    let (good, bad) = (tree(good), tree(bad));
    let text = |tree: &str, n: u32| {
        let who = "ann <ann@acme.example> 1763888400 +0000";
        format!("tree {tree}\nparent {main}\nauthor {who}\ncommitter {who}\n\nTry {n}\n")
    };
    let name = |text: &str| {
        let digest = Sha1::digest(format!("commit {}\0{text}", text.len()));
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) >> 4
    };
    let mut known: HashMap<u32, u32> = HashMap::new();
    for n in 0..200_000 {
        known.insert(name(&text(&good, n)), n);
        if let Some(twin) = known.get(&name(&text(&bad, n))) {
            let write = |text: String| {
                let id = stage.repo.feed(&["hash-object", "-t", "commit", "-w", "--stdin"], text.as_bytes());
                String::from_utf8(id).unwrap().trim().to_owned()
            };
            return (write(text(&good, *twin)), write(text(&bad, n)));
        }
    }
    panic!("no two commits alike");
}

#[test]
fn a6_seven_digits_that_begin_two_commits_name_neither() {
    both(|stage| {
        let (good, bad) = alike(&stage, "fn pay() { good() }\n", "fn pay() { evil() }\n");
        assert_eq!(good[..7], bad[..7]);
        let moved = |to: &str| {
            stage.repo.git(&["update-ref", "refs/heads/alike", to]);
        };
        moved(&bad);
        let number = stage.fake.open("ann", "alike", "main", "Alike");
        // The gate has judged the bad one, too, when the good one is approved.
        assert_eq!(stage.gate(number).code, 10);
        moved(&good);
        stage.fake.push("ann", "alike");
        assert_eq!(stage.gate(number).code, 10);
        stage.fake.comment("eve", number, &format!("/approve {}", &good[..7]));
        stage.gate(number);
        moved(&bad);
        stage.fake.push("ann", "alike");
        not_green(&stage, number, &stage.gate(number));
        // In full it is clear.
        moved(&good);
        stage.fake.push("ann", "alike");
        stage.fake.comment("eve", number, &format!("/approve {good}"));
        green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn a6_an_objection_by_comment_is_not_edited_or_flooded_away() {
    for objection in ["/reject it breaks", "/hold until tomorrow"] {
        let stage = Stage::new();
        let number = waiting(&stage);
        stage.fake.approve("eve", number);
        let comment = stage.fake.comment("bob", number, objection);
        // Edited, and still one.
        stage.fake.edit_comment_as("ann", comment, &format!("{objection} :)"));
        assert_eq!(stage.gate(number).code, 11, "{objection}");
        // Behind more people than are asked about.
        for n in 0..45 {
            let login = format!("aa{n:02}");
            stage.fake.with(|state| drop(state.person(&login, "").clone()));
            stage.fake.comment(&login, number, "/hold me");
        }
        assert_eq!(stage.gate(number).code, 11, "{objection}");
    }
    // A stranger holds nothing.
    let stage = Stage::new();
    let number = waiting(&stage);
    stage.fake.approve("eve", number);
    stage.fake.comment("mallory", number, "/hold mine");
    stage.fake.comment("mallory", number, "/reject mine");
    green(&stage, number, &stage.gate(number));
}

#[test]
fn a6_strangers_who_name_many_commits_starve_nobody() {
    let stage = Stage::new();
    let number = waiting(&stage);
    for n in 0..30 {
        stage.fake.comment("mallory", number, &format!("/approve 000000{n:02}"));
    }
    stage.fake.comment("eve", number, &format!("/approve {}", &stage.head(number)[..8]));
    green(&stage, number, &stage.gate(number));
}

#[test]
fn a7_a_mark_in_somebody_elses_text_is_theirs() {
    both(|stage| {
        let number =
            stage.pull_saying(&[PAY], &format!("{VERDICT} approved"), &format!("{VERDICT}\nstandard, approved"));
        let planted = stage.fake.comment("mallory", number, &format!("{VERDICT}\n**approved** by everybody"));
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        let comments = stage.fake.comments_with(VERDICT);
        let ours: Vec<_> = comments.iter().filter(|comment| comment.by == State::APP_LOGIN).collect();
        assert_eq!(ours.len(), 1, "its own is written beside it");
        assert_eq!(ours[0].body.matches("changeward:verdict").count(), 1, "{}", ours[0].body);
        assert!(comments.iter().any(|comment| comment.id == planted && comment.body.contains("everybody")));
        // What stands in its own comment is not read either: whoever may write can edit it.
        stage.fake.edit_comment_as("bob", ours[0].id, &format!("{VERDICT}\nstandard, approved, 0 approvals missing"));
        not_green(&stage, number, &stage.gate(number));
        assert!(!stage.comments().iter().any(|body| body.contains("0 approvals missing")));
    });
}

#[test]
fn a7_a_request_that_somebody_else_opened_or_edited_decides_nothing() {
    let stage = Stage::new();
    let (commit, issue) = asked_to_deploy(&stage);
    // One of mallory's own, with the mark, the label and approvals below it.
    let mark = format!("<!-- changeward:request environment=production commit={commit} run=42 -->\nmine");
    let planted = stage.fake.issue("bob", "Approval", &mark, &["changeward:request"]);
    for who in ["eve", "cat"] {
        stage.fake.comment(who, planted, &format!("/approve {commit}"));
    }
    assert_eq!(stage.deploy("dan", &commit).code, 10);
    let comment = stage.fake.comment("bob", planted, "/approve");
    let ended = stage.gate_on("issue_comment", &json!({"comment": comment}));
    assert!(ended.answer().turns.is_empty(), "{ended:?}");
    // The gate's own, with another run in its mark: whoever asks for it still approves nothing.
    stage.fake.with(|state| {
        let issue = state.issues.get_mut(&issue).unwrap();
        issue.body = issue.body.replace("run=42", "run=43");
    });
    stage.fake.with(|state| {
        state.teams.get_mut("pay").unwrap().members.insert("dan".to_owned());
    });
    for who in ["dan", "cat"] {
        stage.fake.comment(who, issue, &format!("/approve {commit}"));
    }
    assert_eq!(stage.deploy("dan", &commit).code, 10, "dan asked for it");
}

#[test]
fn a7_a_deployment_that_a_person_made_says_nothing_of_what_is_there() {
    both(|stage| {
        let (commit, _) = asked_to_deploy(&stage);
        // As if it were there already: nothing would be left to judge.
        stage.fake.deployed("ann", &commit, "production", "success");
        let ended = stage.deploy("dan", &commit);
        assert_eq!(ended.code, 10, "{ended:?}");
        // A status below somebody else's deployment is no better.
        let other = stage.fake.deployed(github::state::ACTIONS, &commit, "production", "");
        stage.fake.with(|state| state.add_deployment_status("ann", other, "success", "", "", true));
        assert_eq!(stage.deploy("dan", &commit).code, 10);
    });
}

#[test]
fn a8_who_is_in_a_team_the_forge_says_or_nobody() {
    both(|stage| {
        stage.fake.with(|state| {
            let pay = state.teams.get_mut("pay").unwrap();
            pay.members.remove("eve");
            pay.pending.insert("eve".to_owned());
        });
        let number = waiting(&stage);
        stage.fake.approve("eve", number);
        not_green(&stage, number, &stage.gate(number));
        stage.fake.join("eve", "pay");
        green(&stage, number, &stage.gate(number));
        stage.fake.leave("eve", "pay");
        not_green(&stage, number, &stage.gate(number));
    });
}

#[test]
fn a8_a_token_that_may_not_ask_is_told_nothing() {
    for status in [403, 404] {
        both(|mut stage| {
            stage.token = State::WORKFLOW;
            stage.fake.with(|state| state.denied_team_status = status);
            let number = waiting(&stage);
            stage.fake.approve("eve", number);
            let ended = stage.gate(number);
            not_green(&stage, number, &ended);
            assert!(ended.codes().contains(&"TEAM_UNKNOWN".to_owned()), "{:?}", ended.codes());
        });
    }
}

#[test]
fn a8_what_ownership_toml_says_of_a_team_holds_only_where_the_forge_does_not_tell() {
    both(|mut stage| {
        let listed = of_main(&stage, ".changeward/ownership.toml") + "[teams.pay]\nmembers = [\"@fay\"]\n";
        on_main(&stage, &[(".changeward/ownership.toml", &listed)]);
        let number = waiting(&stage);
        stage.fake.approve("fay", number);
        not_green(&stage, number, &stage.gate(number));
        stage.token = State::WORKFLOW;
        let ended = stage.gate(number);
        assert!(
            ended.codes().contains(&"TEAM_UNKNOWN".to_owned()),
            "told, so that nobody wonders: {:?}",
            ended.codes()
        );
        assert_eq!(ended.code, 0, "decided by whoever owns the file");
    });
}

const CLAIM: &str = "Change-Type: emergency\nIncident: #1\nCriterion: restore-service\nJustification: payments are down for every customer, and each minute costs orders\n\
                     Backout: revert\nFollow-Up: fix it by 2026-12-20\nPermanent: yes\n";

/// An incident that somebody declares, as issue #1.
fn incident(stage: &Stage, by: &str) {
    let number = stage.fake.issue(by, "Payments are down", "", &["incident", "sev1", "affects:payments"]);
    assert_eq!(number, 1);
}

#[test]
fn a9_an_emergency_is_declared_by_somebody_else_and_directed() {
    both(|stage| {
        incident(&stage, "sam");
        let number = stage.pull_saying(&[PAY], "Mend payments", CLAIM);
        let ended = stage.gate(number);
        assert_eq!(ended.class(), "emergency", "{:?}", ended.codes());
        not_green(&stage, number, &ended);
        stage.fake.approve("eve", number);
        not_green(&stage, number, &stage.gate(number));
        stage.fake.approve("dan", number);
        let ended = stage.gate(number);
        green(&stage, number, &ended);
        assert!(!stage.fake.issues_with("changeward:obligation").is_empty(), "a debt, and no bypass");
    });
}

#[test]
fn a9_an_incident_of_ones_own_making_is_none() {
    both(|stage| {
        incident(&stage, "ann");
        let number = stage.pull_saying(&[PAY], "Mend payments", CLAIM);
        let ended = stage.gate(number);
        assert_eq!(ended.class(), "normal", "{:?}", ended.codes());
        assert!(ended.codes().contains(&"INCIDENT_UNKNOWN".to_owned()), "{:?}", ended.codes());
        stage.fake.approve("dan", number);
        not_green(&stage, number, &stage.gate(number));
        // Labels that whoever may only read, or a program, has put.
        for by in ["mallory", "helper[bot]"] {
            stage.fake.with(|state| state.bot("helper[bot]", "write"));
            for label in ["incident", "sev1", "affects:payments"] {
                stage.fake.unlabel_as("ann", 1, label);
                stage.fake.label_as(by, 1, label);
            }
            assert_eq!(stage.gate(number).class(), "normal", "{by}");
        }
    });
}

#[test]
fn a9_the_author_labels_their_own_pull_request() {
    both(|stage| {
        incident(&stage, "sam");
        let number = stage.pull_saying(&[PAY], "Mend payments", &CLAIM.replace("Change-Type: emergency\n", ""));
        stage.fake.label_as("ann", number, "change:emergency");
        let ended = stage.gate(number);
        assert_eq!(ended.class(), "normal");
        assert!(ended.codes().contains(&"EMERGENCY_SELF_SERVED".to_owned()), "{:?}", ended.codes());
        stage.fake.unlabel_as("ann", number, "change:emergency");
        stage.fake.label_as("sam", number, "change:emergency");
        assert_eq!(stage.gate(number).class(), "emergency");
        // A branch or a title that says so says nothing.
        let number = stage.pull_saying(&[PAY], "emergency: hotfix [change:emergency]", "");
        assert_eq!(stage.gate(number).class(), "normal");
    });
}
// ---------------------------------------------------------------------------------------------------------- I: input

/// A pull request with so many files in one directory.
fn many_files(stage: &Stage, count: usize, last: &[(&str, &str)]) -> u64 {
    stage.repo.git(&["switch", "--quiet", "-c", "topic-0", "main"]);
    for n in 0..count {
        stage.repo.write(format!("docs/many/{n:04}.txt"), format!("{n}\n"));
    }
    for (path, text) in last {
        stage.repo.write(path, text);
    }
    stage.repo.git(&["add", "--all"]);
    stage.repo.committed_by("ann", "2026-11-23T08:00:00Z", "Many");
    stage.repo.git(&["switch", "--quiet", "main"]);
    stage.fake.open("ann", "topic-0", "main", "Many files")
}

#[test]
fn i1_a_list_that_github_cuts_off_is_not_the_whole_change() {
    let stage = Stage::without_checkout();
    // The file that matters is past the 3,000th.
    let number = many_files(&stage, 3_000, &[PAY]);
    let ended = stage.gate(number);
    not_green(&stage, number, &ended);
    assert!(ended.codes().contains(&"DIFF_TRUNCATED".to_owned()), "{:?}", ended.codes());
}

#[test]
fn i1_three_thousand_files_in_a_checkout_take_few_requests_and_none_is_missed() {
    let mut stage = Stage::new();
    let number = many_files(&stage, 3_000, &[PAY]);
    let ended = stage.gate(number);
    not_green(&stage, number, &ended);
    assert!(!ended.codes().contains(&"DIFF_TRUNCATED".to_owned()), "{:?}", ended.codes());
    let rows: Vec<String> = ended.answer().turns[0].decision.required.iter().map(|level| level.level.clone()).collect();
    assert!(rows.contains(&"review:payments".to_owned()), "{rows:?}");
    stage.fake.clear_journal();
    stage.mode = GateMode::Report;
    stage.gate(number);
    assert!(stage.fake.journal().len() <= 12, "{}", stage.fake.journal().len());
}

#[test]
fn i1_a_row_of_zeros_is_a_file_that_was_not_seen() {
    let stage = Stage::without_checkout();
    let number = stage.pull(&[REPLICAS]);
    stage.fake.with(|state| state.zeroed = true);
    let ended = stage.gate(number);
    not_green(&stage, number, &ended);
    stage.fake.with(|state| state.zeroed = false);
    green(&stage, number, &stage.gate(number));
}

#[test]
fn i1_a_tree_that_github_cuts_off_is_no_tree() {
    let stage = Stage::without_checkout();
    let number = stage.pull(&[REPLICAS]);
    stage.fake.with(|state| state.most_entries = 4);
    let ended = stage.gate(number);
    not_green(&stage, number, &ended);
    assert!(ended.answer.is_err(), "{ended:?}");
}

#[test]
fn i1_a_branch_merged_crosswise_hides_nothing() {
    for (first, second) in
        [("2026-11-23T06:00:00Z", "2026-11-23T07:00:00Z"), ("2026-11-23T07:00:00Z", "2026-11-23T06:00:00Z")]
    {
        both(|stage| {
            let git = |args: &[&str]| stage.repo.line(args);
            let commit = |path: &str, text: &str, at: &str| {
                stage.repo.write(path, text);
                stage.repo.git(&["add", "--all"]);
                stage.repo.committed_by("ann", at, "Step")
            };
            // A fix on the branch; main goes on; each takes in the other; and the branch takes its fix back.
            git(&["switch", "--quiet", "-c", "topic-0", "main"]);
            let fix = commit(PAY.0, "fn pay() { fixed() }\n", first);
            git(&["switch", "--quiet", "main"]);
            commit("docs/a.md", "# A\n", second);
            git(&["switch", "--quiet", "topic-0"]);
            git(&["merge", "--quiet", "--no-edit", "main"]);
            git(&["switch", "--quiet", "main"]);
            git(&["merge", "--quiet", "--no-ff", "--no-edit", &fix]);
            git(&["switch", "--quiet", "topic-0"]);
            stage.repo.write(REPLICAS.0, REPLICAS.1);
            commit(PAY.0, "fn pay() {}\n", "2026-11-23T08:00:00Z");
            git(&["switch", "--quiet", "main"]);
            stage.fake.push("sam", "main");
            let number = stage.fake.open("ann", "topic-0", "main", "Raise the replicas");
            let ended = stage.gate(number);
            not_green(&stage, number, &ended);
            assert!(ended.codes().contains(&"CROSSWISE".to_owned()), "{:?}", ended.codes());
            // Merged once more, the difference shows it.
            git(&["switch", "--quiet", "topic-0"]);
            git(&["merge", "--quiet", "--no-edit", "main"]);
            commit(PAY.0, "fn pay() {}\n", "2026-11-23T08:30:00Z");
            git(&["switch", "--quiet", "main"]);
            stage.fake.push("ann", "topic-0");
            let ended = stage.gate(number);
            assert_eq!((ended.code, ended.class()), (10, "normal"), "{:?}", ended.codes());
        });
    }
}

#[test]
fn i1_merges_from_the_base_are_not_crosswise() {
    both(|stage| {
        let number = stage.pull(&[REPLICAS]);
        for n in 0..3 {
            on_main(&stage, &[("docs/a.md", &format!("# {n}\n"))]);
            stage.repo.git(&["switch", "--quiet", "topic-0"]);
            stage.repo.git(&["merge", "--quiet", "--no-edit", "main"]);
            stage.repo.git(&["switch", "--quiet", "main"]);
            stage.fake.push("ann", "topic-0");
        }
        green(&stage, number, &stage.gate(number));
    });
}

/// What a change of odd files is decided to be: class, levels, codes.
fn decided(stage: &Stage, act: &dyn Fn(&Stage)) -> (String, Vec<String>, BTreeSet<String>) {
    stage.repo.git(&["switch", "--quiet", "-c", "topic-0", "main"]);
    act(stage);
    stage.repo.committed_by("ann", "2026-11-23T08:00:00Z", "Odd");
    stage.repo.git(&["reset", "--quiet", "--hard"]);
    stage.repo.git(&["switch", "--quiet", "main"]);
    let number = stage.fake.open("ann", "topic-0", "main", "Odd");
    let ended = stage.gate(number);
    not_green(stage, number, &ended);
    let levels = ended.answer().turns[0].decision.required.iter().map(|level| level.level.clone()).collect();
    (ended.class().to_owned(), levels, ended.codes().into_iter().collect())
}

#[test]
fn i2_odd_files_are_seen_alike_with_and_without_a_checkout() {
    type Odd = (&'static str, fn(&Stage));
    let odd: [Odd; 9] = [
        ("moved out of a protected path", |stage| {
            stage.repo.rename("services/payments/pay.rs", "docs/pay.rs");
            stage.repo.git(&["add", "--all"]);
        }),
        ("moved out and edited", |stage| {
            stage.repo.rename("services/payments/pay.rs", "docs/pay.rs");
            stage.repo.write("docs/pay.rs", "fn pay() {}\n// more\n");
            stage.repo.git(&["add", "--all"]);
        }),
        ("moved into a template's path", |stage| {
            stage.repo.rename("services/payments/pay.rs", "deploy/pay.yaml");
            stage.repo.git(&["add", "--all"]);
        }),
        ("a link in the place of a file", |stage| {
            stage.repo.link("deploy/payments/app.yaml", "/etc/passwd");
            stage.repo.git(&["add", "--all"]);
        }),
        ("a submodule", |stage| stage.repo.submodule("deploy/payments/vendored.yaml", '1')),
        ("a mode", |stage| {
            stage.repo.executable("deploy/payments/app.yaml", true);
            stage.repo.git(&["add", "--all"]);
        }),
        ("attributes that hide a difference", |stage| {
            stage.repo.write(".gitattributes", "*.rs binary\n*.yaml -diff linguist-generated\n");
            stage.repo.write(PAY.0, PAY.1);
            stage.repo.git(&["add", "--all"]);
        }),
        ("a name of another case", |stage| {
            stage.repo.write("Services/Payments/pay.rs", "fn pay() {}\n");
            stage.repo.git(&["add", "--all"]);
        }),
        ("a name that reads backwards", |stage| {
            stage.repo.write("deploy/payments/\u{202e}lmay.app\u{200b}.yaml", "spec:\n  replicas: 3\n");
            stage.repo.git(&["add", "--all"]);
        }),
    ];
    for (what, act) in odd {
        let here = decided(&Stage::new(), &act);
        let there = decided(&Stage::without_checkout(), &act);
        assert_eq!(here.0, there.0, "{what}");
        assert_eq!(here.1, there.1, "{what}");
        assert_eq!(here.0, "normal", "{what}");
        if what.starts_with("moved out") || what.starts_with("attributes") {
            assert!(here.1.contains(&"review:payments".to_owned()), "{what}: {:?}", here.1);
        }
    }
}

/// The binary as a job runs it: everything it printed and wrote.
struct Job {
    output: Output,
    outputs: String,
    summary: String,
}

impl Job {
    /// On a pull request, with `GITHUB_TOKEN` or whatever else is set.
    fn run(stage: &Stage, event: &str, args: &serde_json::Value, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(at("event.json"), stage.fake.event(event, args).to_string()).unwrap();
        let dir = if stage.place == Where::Checkout { stage.repo.path() } else { folder.path() };
        let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
        command.arg("gate").current_dir(dir).env_clear();
        let set = [
            ("PATH", std::env::var("PATH").unwrap()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_EVENT_NAME", event.to_owned()),
            ("GITHUB_EVENT_PATH", at("event.json")),
            ("GITHUB_REPOSITORY", "acme/shop".to_owned()),
            ("GITHUB_API_URL", stage.fake.api()),
            ("GITHUB_GRAPHQL_URL", stage.fake.graphql()),
            ("GITHUB_SERVER_URL", stage.fake.home()),
            ("GITHUB_RUN_ID", "42".to_owned()),
            ("GITHUB_OUTPUT", at("outputs")),
            ("GITHUB_STEP_SUMMARY", at("summary")),
            ("RUNNER_TEMP", at("")),
            ("GITHUB_TOKEN", State::APP.to_owned()),
        ];
        let output = command.envs(set).envs(more.iter().copied()).output().unwrap();
        let read = |name: &str| std::fs::read_to_string(at(name)).unwrap_or_default();
        Self { output, outputs: read("outputs"), summary: read("summary") }
    }

    fn log(&self) -> String {
        let all = [self.output.stdout.as_slice(), b"\n", &self.output.stderr].concat();
        String::from_utf8_lossy(&all).into_owned()
    }

    /// The outputs as the runner reads them: the last of a name counts.
    fn output(&self, name: &str) -> Option<String> {
        let mut lines = self.outputs.lines();
        let mut found = None;
        while let Some(line) = lines.next() {
            let (key, mark) = line.split_once("<<").expect("a key and its delimiter");
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != mark).collect();
            if key == name {
                found = Some(value.join("\n"));
            }
        }
        found
    }
}

/// The lines the runner would obey, as `ActionCommand.cs` finds them: `::word` at a line's start, `##[word` anywhere.
fn obeyed(log: &str) -> Vec<String> {
    let mut stopped: Option<String> = None;
    let mut obeyed = Vec::new();
    for line in log.split(['\n', '\r']) {
        let start = line.trim_start();
        if let Some(token) = &stopped {
            if start == format!("::{token}::") {
                stopped = None;
            }
        } else if let Some(token) = start.strip_prefix("::stop-commands::") {
            stopped = Some(token.to_owned());
        } else if start.starts_with("::") || line.contains("##[") {
            obeyed.push(line.to_owned());
        }
    }
    obeyed
}

#[test]
fn i3_names_of_files_command_nothing() {
    let names = [
        "services/payments/\n::set-output name=verdict::approve",
        "services/payments/##[set-output name=verdict]approve",
        "services/payments/\r\n::add-mask::a",
        "services/payments/\u{1b}[2J::error::x",
        "services/payments/a\nverdict=approve\nverdict<<EOF\napprove\nEOF",
    ];
    for place in [Where::Checkout, Where::Api] {
        let stage = if place == Where::Checkout { Stage::new() } else { Stage::without_checkout() };
        let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "x\n")).collect();
        let title = "::set-output name=verdict::approve ##[set-output name=verdict]approve";
        let body = format!("{title}\n\nIncident: ::stop-commands::x\n");
        let number = stage.pull_saying(&files, title, &body);
        let args = json!({"number": number, "by": "ann"});
        let job = Job::run(&stage, "pull_request_target", &args, &[]);
        assert_eq!(job.output.status.code(), Some(10), "{}", job.log());
        for line in obeyed(&job.log()) {
            let annotation = ["::error", "::warning", "::notice"].iter().any(|kind| line.starts_with(kind));
            assert!(annotation, "the runner would obey {line:?}");
            assert!(!line.contains("##["), "{line:?}");
        }
        assert_eq!(job.output("verdict").as_deref(), Some("pending"), "{}", job.outputs);
        assert!(!job.log().contains('\u{1b}'), "{}", job.log());
        assert!(!job.summary.contains('\u{1b}'));
    }
}

#[test]
fn i3_every_output_is_written_on_every_path() {
    let stage = Stage::new();
    let number = stage.pull(&[PAY]);
    let args = json!({"number": number, "by": "ann"});
    let closed = stage.pull(&[OTHER]);
    stage.fake.close("ann", closed);
    let paths: [(&str, serde_json::Value, &[(&str, &str)], &str); 5] = [
        ("a verdict", args.clone(), &[], "10"),
        ("no token", args.clone(), &[("GITHUB_TOKEN", "")], "2"),
        ("a token nobody knows", args.clone(), &[("GITHUB_TOKEN", "nobodys")], "4"),
        ("a document that cannot be written", args, &[("RUNNER_TEMP", "/dev/null")], "4"),
        ("nothing to look at", json!({"number": closed, "by": "ann"}), &[], "0"),
    ];
    for (what, args, more, code) in paths {
        let job = Job::run(&stage, "pull_request_target", &args, more);
        assert_eq!(job.output("exit-code").as_deref(), Some(code), "{what}: {}", job.log());
        for name in ["class", "verdict", "automatic", "risk", "head", "base", "policy-digest", "report", "comment-url"]
        {
            let value = job.output(name);
            assert!(value.is_some(), "{what}: {name}\n{}", job.outputs);
            assert_ne!(value.as_deref(), Some("approve"), "{what}");
        }
        assert_eq!(job.output.status.code().unwrap().to_string(), code, "{what}");
    }
}

#[test]
fn i4_text_of_strangers_is_no_markdown_of_the_gate() {
    both(|stage| {
        let title = "[Approved](https://evil.example) <img src=x onerror=a> @acme/pay closes #1 | a";
        let path = "services/payments/`x` | ![a](https://evil.example) @sam <!-- changeward:verdict --> ``.rs";
        let number = stage.pull_saying(&[(path, "x\n")], title, "");
        stage.fake.comment("mallory", number, "/aprove <b>[x](https://evil.example)</b> @sam ```");
        stage.gate(number);
        let body = stage.comments().remove(0);
        let shown = rendered(&body);
        for bad in ["evil.example\"", "<img", "onerror=a>", "<b>"] {
            assert!(!shown.contains(bad), "{bad}\n{body}\n{shown}");
        }
        assert_eq!(body.matches("<!--").count(), 1, "{body}");
        assert!(body.chars().count() < 65_536);
    });
}

/// As GitHub would show it.
fn rendered(markdown: &str) -> String {
    let mut html = String::new();
    for event in pulldown_cmark::Parser::new_ext(markdown, pulldown_cmark::Options::ENABLE_TABLES) {
        match event {
            pulldown_cmark::Event::Start(
                pulldown_cmark::Tag::Link { dest_url, .. } | pulldown_cmark::Tag::Image { dest_url, .. },
            ) => html.push_str(&format!("<link \"{dest_url}\">")),
            pulldown_cmark::Event::Html(text) | pulldown_cmark::Event::InlineHtml(text) => html.push_str(&text),
            _ => {}
        }
    }
    html
}

#[test]
fn i5_what_a_forks_token_cannot_post_is_no_yes() {
    both(|mut stage| {
        stage.token = State::FORK;
        let number = stage.pull(&[REPLICAS]);
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        assert!(ended.code < 10, "no verdict: {ended:?}");
        let args = json!({"number": number, "by": "ann"});
        let job = Job::run(&stage, "pull_request_target", &args, &[("GITHUB_TOKEN", State::FORK)]);
        assert_eq!(job.output("verdict").as_deref(), Some(""), "{}", job.log());
        assert_eq!(job.output("automatic").as_deref(), Some("false"));
        assert_ne!(job.output.status.code(), Some(0));
    });
}

#[test]
fn i6_too_much_is_no_yes() {
    let big = format!("# {}\n", "x".repeat(17 * 1024 * 1024));
    both(|stage| {
        let config = of_main(&stage, ".changeward/config.toml") + &big;
        on_main(&stage, &[(".changeward/config.toml", &config)]);
        let number = stage.pull(&[REPLICAS]);
        not_green(&stage, number, &stage.gate(number));
    });
    let forever = "package changeward\n\nimport rego.v1\n\n# METADATA\n# title: Forever\ndeny contains {\"code\": \"ACME_FOREVER\", \"msg\": \"x\"} if {\n\tsome a in numbers.range(1, 100000)\n\tsome b in numbers.range(1, 100000)\n\ta * b == 0\n}\n";
    let stage = Stage::new();
    on_main(&stage, &[(".changeward/policies/forever.rego", forever)]);
    let number = stage.pull(&[REPLICAS]);
    let ended = stage.gate(number);
    not_green(&stage, number, &ended);
    assert_eq!(stage.status(number).as_deref(), Some("error"), "nobody is left to guess: {ended:?}");
}

#[test]
fn i7_a_rule_reaches_no_network_and_no_secret() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    for rule in [
        format!("http.send({{\"method\": \"GET\", \"url\": \"{url}\"}}).status_code == 200"),
        "opa.runtime().env.GITHUB_TOKEN != \"\"".to_owned(),
        "count(net.lookup_ip_addr(\"localhost\")) > 0".to_owned(),
    ] {
        let policy = format!(
            "package changeward\n\nimport rego.v1\n\n# METADATA\n# title: Out\ndeny contains {{\"code\": \"ACME_OUT\", \"msg\": \"x\"}} if {rule}\n"
        );
        let stage = Stage::new();
        on_main(&stage, &[(".changeward/policies/out.rego", &policy)]);
        let number = stage.pull(&[REPLICAS]);
        let ended = stage.gate(number);
        not_green(&stage, number, &ended);
        assert!(ended.answer.is_err(), "{rule}: {ended:?}");
    }
    assert!(listener.accept().is_err(), "somebody called");
    // Of the head none is read at all.
    let stage = Stage::new();
    let policy = "package changeward\n\nimport rego.v1\n\nforce_normal := set()\n";
    let number = stage.pull(&[REPLICAS, (".changeward/policies/mine.rego", policy)]);
    not_green(&stage, number, &stage.gate(number));
}

#[test]
fn i8_whatever_the_network_does_is_no_yes_for_what_waits() {
    let troubles = || {
        [
            Trouble::Broken,
            Trouble::BadGateway,
            Trouble::Drop,
            Trouble::CutBody,
            Trouble::HalfJson,
            Trouble::Html,
            Trouble::ForeignNext,
            Trouble::RepeatedPage,
            Trouble::SecondaryLimit { retry_after: Some(0) },
            Trouble::LostRight("pull_requests".to_owned()),
            Trouble::LostRight("contents".to_owned()),
        ]
    };
    for place in [Where::Checkout, Where::Api] {
        for trouble in troubles() {
            let stage = if place == Where::Checkout { Stage::new() } else { Stage::without_checkout() };
            let number = stage.pull(&[PAY]);
            stage.fake.fault(Fault::always("READ /**", trouble.clone()));
            let mut request = stage.request("pull_request_target", &json!({"number": number, "by": "ann"}));
            request.access.patience.deadline = Duration::from_secs(1);
            let ended = stage.run(&request);
            not_green(&stage, number, &ended);
            // A page that is there once cannot be repeated.
            assert!(ended.code < 10 || matches!(trouble, Trouble::RepeatedPage), "{trouble:?} {ended:?}");
        }
    }
}

#[test]
fn i8_a_green_of_before_does_not_outlive_what_can_no_longer_be_decided() {
    let stage = Stage::new();
    let number = waiting(&stage);
    stage.fake.approve("eve", number);
    green(&stage, number, &stage.gate(number));
    on_main(&stage, &[(".changeward/config.toml", "version = 1\nnonsense = true\n")]);
    let ended = stage.gate(number);
    not_green(&stage, number, &ended);
    assert_eq!(stage.status(number).as_deref(), Some("error"));
}

#[test]
fn i8_the_token_goes_to_the_apis_host_and_into_no_text() {
    let stage = Stage::new();
    let number = stage.pull(&[PAY]);
    for _ in 0..101 {
        stage.fake.comment("ann", number, "one of many");
    }
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    stage.fake.fault(Fault::always("GET /repos/*/*/issues/*/comments", Trouble::ForeignNext));
    let args = json!({"number": number, "by": "ann"});
    let secret = State::APP;
    let told = |job: &Job| {
        for text in [job.log(), job.outputs.clone(), job.summary.clone()] {
            assert!(!text.contains(secret), "{text}");
        }
    };
    let job = Job::run(&stage, "pull_request_target", &args, &[]);
    assert_ne!(job.output.status.code(), Some(0));
    told(&job);
    stage.fake.mend();
    told(&Job::run(&stage, "pull_request_target", &args, &[("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")]));
    // GraphQL elsewhere is refused before anything is sent there.
    let elsewhere = format!("http://{}/graphql", listener.local_addr().unwrap());
    let job = Job::run(&stage, "pull_request_target", &args, &[("GITHUB_GRAPHQL_URL", &elsewhere)]);
    assert_ne!(job.output.status.code(), Some(0));
    told(&job);
    assert!(listener.accept().is_err(), "the token went elsewhere");
    assert!(!format!("{:?}", Token::new(secret)).contains(secret));
    let bodies = stage.fake.journal().into_iter().map(|entry| entry.body.to_string()).collect::<String>();
    assert!(!bodies.contains(secret));
}

// ------------------------------------------------------------------------------------------------ the page about it

const ATTACKS: [(char, u32); 3] = [('s', 8), ('a', 9), ('i', 8)];

#[test]
fn every_attack_has_a_row_and_every_row_has_its_tests() {
    let page = include_str!("../docs/threat-model.md");
    let here = include_str!("threats.rs");
    let tests: BTreeSet<&str> = here
        .split("\n#[test]\nfn ")
        .skip(1)
        .filter_map(|rest| rest.split('(').next())
        .filter(|name| ATTACKS.iter().any(|(kind, _)| name.starts_with(*kind)) && name.as_bytes()[1].is_ascii_digit())
        .collect();
    let mut rows: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| **")) {
        let attack = line.trim_start_matches("| **").split([' ', '*']).next().unwrap();
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 4, "what, what the tool does, what settings do, tests: {line}");
        assert!(cells.iter().all(|cell| !cell.trim().is_empty()), "{line}");
        let named = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(rows.insert(attack.to_lowercase(), named).is_none(), "two rows of {attack}");
    }
    let all: BTreeSet<String> =
        ATTACKS.iter().flat_map(|(kind, most)| (1..=*most).map(move |n| format!("{kind}{n}"))).collect();
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), all);
    for (attack, named) in &rows {
        let prefix = format!("{attack}_");
        let of: BTreeSet<&str> = tests.iter().filter(|name| name.starts_with(&prefix)).copied().collect();
        assert!(!of.is_empty(), "nobody tries {attack}");
        assert_eq!(*named, of, "the row of {attack} names its tests");
    }
}
