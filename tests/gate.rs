//! The gate on GitHub, from the event to the last effect, against a GitHub that remembers.
#![cfg(feature = "github")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops where it fails"
)]

#[path = "support/github/mod.rs"]
mod github;
#[path = "support/stage.rs"]
mod stage;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use stage::{Stage, VERDICT};

const PAY: (&str, &str) = ("services/payments/pay.rs", "fn pay() { later() }\n");

/// Every story is told with a checkout and without one: both must end the same.
fn both(story: impl Fn(Stage)) {
    story(Stage::new());
    story(Stage::without_checkout());
}

#[test]
fn a_change_waits_is_approved_and_goes_green() {
    both(|stage| {
        let number = stage.pull(&[PAY]);
        let first = stage.gate(number);
        assert_eq!(first.code, 10, "{first:?}");
        assert_eq!(first.class(), "normal");
        assert_eq!(stage.status(number).as_deref(), Some("pending"));
        assert_eq!(stage.comments().len(), 1);
        let asked = stage.fake.with(|state| state.pulls[&number].requested_people.clone());
        assert_eq!(asked.len(), 1, "one of the team is enough: {asked:?}");
        stage.fake.approve("eve", number);
        let second = stage.gate(number);
        assert_eq!(second.code, 0, "{second:?}");
        assert_eq!(stage.status(number).as_deref(), Some("success"));
        assert_eq!(stage.comments().len(), 1, "edited, not written again");
        let before = stage.comments();
        stage.fake.clear_journal();
        let third = stage.gate(number);
        let wrote: Vec<String> =
            stage.fake.journal().iter().filter(|entry| entry.wrote()).map(|entry| entry.line()).collect();
        assert_eq!(
            (third.code, wrote),
            (0, vec![]),
            "a second run changes nothing\n{before:?}\n{:?}",
            stage.comments()
        );
    });
}

#[test]
fn a_run_without_news_is_cheap() {
    let stage = Stage::new();
    let number = stage.pull(&[PAY]);
    stage.gate(number);
    stage.fake.approve("eve", number);
    stage.gate(number);
    stage.fake.clear_journal();
    assert_eq!(stage.gate(number).code, 0);
    let journal = stage.fake.journal();
    let lines: Vec<String> = journal.iter().map(|entry| entry.line()).collect();
    assert!(journal.len() <= 12, "{} requests:\n{}", journal.len(), lines.join("\n"));
}

#[test]
fn a_standard_change_needs_nobody() {
    both(|stage| {
        let number = stage.pull(&[("deploy/payments/app.yaml", "kind: Deployment\nspec:\n  replicas: 3\n")]);
        let ended = stage.gate(number);
        assert_eq!((ended.code, ended.class()), (0, "standard"), "{:?} {ended:?}", stage.place);
        assert_eq!(stage.status(number).as_deref(), Some("success"));
        assert!(stage.fake.comments_with(VERDICT)[0].body.contains("tandard"));
        assert_eq!(stage.fake.review_requests(), 0);
    });
}
