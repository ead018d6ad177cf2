//! Emergencies on GitHub: the incident is an issue that somebody entitled has labelled, and what is owed are issues, too.
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

use serde_json::json;
use stage::{Ended, Stage};

const PAY: (&str, &str) = ("services/payments/pay.rs", "fn pay() { stop() }\n");
const REPLICAS: (&str, &str) = ("deploy/payments/app.yaml", "kind: Deployment\nspec:\n  replicas: 3\n");
const LABELS: [&str; 3] = ["incident", "sev1", "affects:payments"];
const OBLIGATION: &str = "<!-- changeward:obligation ";

/// Every story is told with a checkout and without one: both must end the same.
fn both(story: impl Fn(Stage)) {
    story(Stage::new());
    story(Stage::without_checkout());
}

fn claim(incident: u64) -> String {
    format!(
        "Payments are down.\n\nChange-Type: emergency\nIncident: #{incident}\nCriterion: restore-service\n\
         Justification: customers cannot pay since nine\nBackout: revert the commit\nPermanent: yes\n"
    )
}

/// An incident that somebody declares.
fn incident(stage: &Stage, by: &str, labels: &[&str]) -> u64 {
    stage.fake.issue(by, "Payments are down", "Since nine.", labels)
}

fn claimed(stage: &Stage, incident: u64) -> u64 {
    stage.pull_saying(&[PAY], "Stop the loop", &claim(incident))
}

fn debts(stage: &Stage) -> Vec<github::state::Issue> {
    stage.fake.issues_with(OBLIGATION)
}

#[track_caller]
fn refused(stage: &Stage, number: u64, code: &str) -> Ended {
    let ended = stage.gate(number);
    assert_eq!((ended.code, ended.class()), (10, "normal"), "{ended:?}");
    let codes = ended.codes();
    assert!(codes.iter().any(|said| said == code), "{code}: {codes:?}");
    assert!(debts(stage).is_empty());
    ended
}

#[test]
fn an_emergency_goes_ahead_with_its_director_and_leaves_what_is_owed() {
    both(|stage| {
        let number = claimed(&stage, incident(&stage, "sam", &LABELS));
        let first = stage.gate(number);
        assert_eq!((first.code, first.class()), (10, "emergency"), "{first:?}");
        let asked = stage.fake.with(|state| state.pulls[&number].requested_people.clone());
        assert_eq!(asked, ["dan"], "the director alone");
        assert!(debts(&stage).is_empty(), "nothing is owed for what has not gone ahead");
        // Somebody who would do for a normal change does not.
        stage.fake.approve("eve", number);
        assert_eq!(stage.gate(number).code, 10);
        stage.fake.approve("dan", number);
        let second = stage.gate(number);
        assert_eq!(second.code, 0, "{second:?}");
        assert_eq!(stage.status(number).as_deref(), Some("success"));
        let owed = debts(&stage);
        assert!(!owed.is_empty());
        let head = stage.head(number);
        for one in &owed {
            assert!(one.body.contains(&format!("change={head} due=2026-")), "{}", one.body);
            assert!(one.labels.contains(&"changeward:obligation".to_owned()), "{one:?}");
            assert!(one.labels.contains(&"row:payments".to_owned()), "{one:?}");
            assert_eq!(one.assignees, ["cat"], "whoever is accountable: {one:?}");
        }
        assert!(owed.iter().any(|one| one.body.contains("kind=pir ")));
        stage.fake.clear_journal();
        assert_eq!(stage.gate(number).code, 0);
        assert_eq!(stage.fake.writes(), 0, "a second run changes nothing");
        assert_eq!(debts(&stage).len(), owed.len());
    });
}

#[test]
fn whoever_has_a_hand_in_it_declares_no_incident() {
    both(|stage| {
        let number = claimed(&stage, incident(&stage, "ann", &LABELS));
        refused(&stage, number, "INCIDENT_UNKNOWN");
    });
}

#[test]
fn nor_does_a_stranger() {
    let stage = Stage::new();
    let number = claimed(&stage, incident(&stage, "mallory", &LABELS));
    refused(&stage, number, "INCIDENT_UNKNOWN");
}

#[test]
fn each_label_counts_by_whoever_put_it() {
    let stage = Stage::new();
    // sam says that there is an incident; ann says that it is grave.
    let about = incident(&stage, "sam", &["incident", "sev3", "affects:payments"]);
    stage.fake.label_as("ann", about, "sev1");
    refused(&stage, claimed(&stage, about), "EMERGENCY_CLAIM_REFUSED");
    let about = incident(&stage, "sam", &["incident", "sev1"]);
    stage.fake.label_as("ann", about, "affects:payments");
    refused(&stage, claimed(&stage, about), "EMERGENCY_CLAIM_REFUSED");
    // Of two that count the less grave one does.
    let about = incident(&stage, "sam", &["incident", "sev1", "sev3", "affects:payments"]);
    refused(&stage, claimed(&stage, about), "EMERGENCY_CLAIM_REFUSED");
    // Taken off and put again: whoever put it last.
    let about = incident(&stage, "sam", &LABELS);
    stage.fake.unlabel_as("sam", about, "sev1");
    stage.fake.label_as("ann", about, "sev1");
    refused(&stage, claimed(&stage, about), "EMERGENCY_CLAIM_REFUSED");
}

#[test]
fn an_incident_that_is_over_or_no_incident_is_none() {
    let stage = Stage::new();
    let about = incident(&stage, "sam", &LABELS);
    stage.fake.close("sam", about);
    refused(&stage, claimed(&stage, about), "EMERGENCY_CLAIM_REFUSED");
    refused(&stage, claimed(&stage, 999), "INCIDENT_UNKNOWN");
    // A pull request is no incident, whatever its labels.
    let other = stage.pull(&[("web/index.html", "<p>Bye</p>\n")]);
    LABELS.iter().for_each(|label| stage.fake.label_as("sam", other, label));
    refused(&stage, claimed(&stage, other), "INCIDENT_UNKNOWN");
    let light = incident(&stage, "sam", &["incident", "sev4", "affects:payments"]);
    refused(&stage, claimed(&stage, light), "EMERGENCY_CLAIM_REFUSED");
}

/// The same shop, where only a team declares.
fn with_declarers(stage: Stage) -> Stage {
    let config = std::path::Path::new(".changeward/config.toml");
    let text = String::from_utf8(stage.repo.git(&["show", "main:.changeward/config.toml"])).unwrap();
    stage.repo.write(config.to_str().unwrap(), text + "declarers = [\"@acme/oncall\"]\n");
    stage.repo.commit("Only those on call declare");
    stage.fake.push("cat", "main");
    stage.fake.with(|state| {
        state.team("oncall", &["fay"]);
    });
    stage
}

#[test]
fn a_team_may_be_the_only_one_to_declare() {
    both(|stage| {
        let stage = with_declarers(stage);
        refused(&stage, claimed(&stage, incident(&stage, "sam", &LABELS)), "INCIDENT_UNKNOWN");
        let number = claimed(&stage, incident(&stage, "fay", &LABELS));
        assert_eq!(stage.gate(number).class(), "emergency");
        stage.fake.leave("fay", "oncall");
        refused(&stage, number, "INCIDENT_UNKNOWN");
    });
}

#[test]
fn a_team_that_nobody_can_see_declares_nothing() {
    let mut stage = with_declarers(Stage::new());
    let number = claimed(&stage, incident(&stage, "fay", &LABELS));
    // A workflow's own token never sees members.
    stage.token = github::State::WORKFLOW;
    refused(&stage, number, "INCIDENT_UNKNOWN");
}

#[test]
fn nobody_claims_by_a_label_of_their_own() {
    both(|stage| {
        let about = incident(&stage, "sam", &LABELS);
        let text = claim(about).replace("Change-Type: emergency\n", "");
        let number = stage.pull_saying(&[PAY], "Stop the loop", &text);
        stage.fake.label_as("ann", number, "change:emergency");
        refused(&stage, number, "EMERGENCY_SELF_SERVED");
        stage.fake.unlabel_as("ann", number, "change:emergency");
        stage.fake.label_as("sam", number, "change:emergency");
        let ended = stage.gate(number);
        assert_eq!(ended.class(), "emergency", "{ended:?}");
    });
}

#[test]
fn a_comment_may_claim_it() {
    both(|stage| {
        let about = incident(&stage, "sam", &LABELS);
        let number = stage.pull(&[PAY]);
        assert_eq!(stage.gate(number).class(), "normal");
        let text = format!(
            "/class emergency #{about}; Criterion: restore-service; Justification: customers cannot pay since nine; \
             Backout: revert the commit; Permanent: yes"
        );
        let nobody = stage.fake.comment("mallory", number, &text);
        let ended = stage.gate_on("issue_comment", &json!({"comment": nobody}));
        assert_eq!(ended.class(), "normal", "a stranger claims nothing: {ended:?}");
        assert!(ended.codes().contains(&"NO_PERMISSION".to_owned()), "{:?}", ended.codes());
        let comment = stage.fake.comment("fay", number, &text);
        let ended = stage.gate_on("issue_comment", &json!({"comment": comment}));
        assert_eq!((ended.code, ended.class()), (10, "emergency"), "{ended:?}");
        stage.fake.approve("dan", number);
        assert_eq!(stage.gate(number).code, 0);
        assert!(!debts(&stage).is_empty());
    });
}

#[test]
fn whoever_owes_gets_nothing_in_advance() {
    both(|stage| {
        let number = claimed(&stage, incident(&stage, "sam", &LABELS));
        stage.fake.approve("dan", number);
        assert_eq!(stage.gate(number).code, 0);
        let review = debts(&stage).into_iter().find(|one| one.body.contains("kind=pir ")).unwrap();
        let standard = stage.pull(&[REPLICAS]);
        assert_eq!(stage.gate(standard).class(), "standard", "it is not due yet");
        stage.fake.pass(60 * 24 * 3600);
        let late = stage.gate(standard);
        assert_eq!((late.code, late.class()), (10, "normal"), "{late:?}");
        assert!(late.codes().contains(&"PIR_OVERDUE".to_owned()), "{:?}", late.codes());
        // An issue of somebody else's with the same mark is no debt, and pays none.
        stage.fake.issue("mallory", "Owed", &review.body, &["changeward:obligation", "row:web"]);
        stage.fake.close("cat", review.number);
        let paid = stage.gate(standard);
        assert_eq!((paid.code, paid.class()), (0, "standard"), "{paid:?}");
    });
}

#[test]
fn an_emergency_that_is_deployed_owes_the_same_once() {
    let stage = Stage::new();
    let start = stage.repo.line(&["rev-parse", "main"]);
    stage.fake.deployed(github::state::ACTIONS, &start, "production", "success");
    let about = incident(&stage, "sam", &LABELS);
    let number = claimed(&stage, about);
    stage.fake.approve("dan", number);
    assert_eq!(stage.gate(number).code, 0);
    let owed = debts(&stage).len();
    let at = stage.fake.with(|state| state.now.to_string());
    stage.repo.git(&["merge", "--quiet", "--squash", &stage.head(number)]);
    stage.repo.committed_by("ann", &at, &format!("Stop the loop (#{number})\n\n{}", claim(about)));
    let commit = stage.repo.line(&["rev-parse", "HEAD"]);
    stage.fake.merge("ann", number, &commit);
    let ended = stage.deploy("ann", &commit);
    assert_eq!((ended.code, ended.class()), (0, "emergency"), "{ended:?}");
    assert_eq!(debts(&stage).len(), owed);
}

/// The configuration shown is read, and the claims shown are granted.
#[test]
fn what_is_shown_of_emergencies_works() {
    let page = include_str!("../docs/emergencies.md");
    let blocks = |language: &str| -> Vec<String> {
        let fence = format!("```{language}\n");
        page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    };
    let [config] = blocks("toml").try_into().unwrap();
    let [trailers, comment] = blocks("text").try_into().unwrap();
    assert_eq!(page.matches("```").count(), 6, "every block is tried");
    let stage = Stage::new();
    stage.repo.write(".changeward/config.toml", config);
    stage.repo.commit("As it is shown");
    stage.fake.push("cat", "main");
    stage.fake.with(|state| {
        state.team("oncall", &["fay"]);
    });
    let claimed = stage.pull_saying(&[PAY], "Stop the loop", &format!("Down.\n\n{trailers}"));
    let asked = stage.pull(&[REPLICAS]);
    for _ in 0..2 {
        incident(&stage, "eve", &[]);
    }
    let number = incident(&stage, "fay", &["incident", "sev2", "affects:payments"]);
    assert!(trailers.contains(&format!("Incident: #{number}\n")) && comment.contains(&format!("emergency #{number};")));
    assert_eq!(stage.gate(claimed).class(), "emergency");
    stage.fake.approve("dan", claimed);
    assert_eq!(stage.gate(claimed).code, 0);
    let review = debts(&stage).into_iter().find(|one| one.body.contains("kind=pir ")).unwrap();
    assert!(review.body.contains("due=2026-11-28 "), "{}", review.body);
    stage.fake.comment("eve", asked, &comment);
    assert_eq!(stage.gate(asked).class(), "emergency");
}
