//! How long an approval lives: exactly as long as the difference of the paths its giver answers for stays the same.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and it builds repositories of its own"
)]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::app::check::check;
use changeward::app::request::{CheckRequest, FailOn, Spec};
use changeward::model::{Decision, Moment};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use temp_repo::TempRepo;

const OWNERSHIP: &str = r##"version = 1
[escalation]
owner = "@sam"
[[row]]
id = "pay"
scope = ["pay/**"]
responsible = ["@bob"]
accountable = "@cat"
contact = "#pay"
[[row]]
id = "web"
scope = ["web/**"]
responsible = ["@fay"]
accountable = "@cat"
contact = "#web"
"##;

/// `main` with two rows, and a branch `topic` that edits both.
fn staged() -> TempRepo {
    let repo = TempRepo::new();
    write(&repo, ".changeward/ownership.toml", OWNERSHIP);
    write(&repo, "pay/a.go", "one\n");
    write(&repo, "web/b.js", "one\n");
    commit(&repo, "base");
    repo.git(&["checkout", "-qb", "topic"]);
    write(&repo, "pay/a.go", "two\n");
    write(&repo, "web/b.js", "two\n");
    commit(&repo, "both");
    repo
}

fn write(repo: &TempRepo, path: &str, text: &str) {
    let path = repo.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn commit(repo: &TempRepo, message: &str) {
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", message]);
}

/// Decides on `main...topic` with approvals of bob (pay), fay (web) and cat (accountable for both), given on a commit.
fn decide(repo: &TempRepo, seen: &str) -> Decision {
    let words = ["bob", "fay", "cat"]
        .map(|by| json!({"by": by, "decision": "approve", "commit": seen, "at": "2026-11-22T11:00:00Z"}));
    let facts = repo.path().join("../facts.json");
    fs::write(&facts, json!({"version": 1, "author": "ann", "approvals": words}).to_string()).unwrap();
    let request = CheckRequest {
        dir: repo.path().to_owned(),
        spec: Spec::Range("main...topic".to_owned()),
        control_files: None,
        environment: "production".to_owned(),
        now: Moment::parse("2026-11-22T12:00:00Z").unwrap(),
        claim: None,
        trailers: Vec::new(),
        facts: Some(facts),
        fail_on: FailOn::Pending,
        program: PathBuf::from(env!("CARGO_BIN_EXE_changeward")),
    };
    check(&request).unwrap()
}

fn missing(decision: &Decision) -> Vec<String> {
    decision.missing().map(|level| level.level.clone()).collect()
}

#[test]
fn an_approval_dies_with_its_content_and_only_with_it() {
    let repo = staged();
    let seen = repo.line(&["rev-parse", "topic"]);
    assert!(missing(&decide(&repo, &seen)).is_empty(), "on the head everything counts");

    write(&repo, "web/b.js", "three\n");
    commit(&repo, "web alone");
    let after = decide(&repo, &seen);
    // Bob answers for pay alone. Fay's row changed; cat answers for both rows.
    assert_eq!(missing(&after), ["review:web", "accountable:pay", "accountable:web"]);
    let void: Vec<_> = after.findings.iter().filter(|finding| finding.code == "APPROVAL_VOID").collect();
    assert_eq!(void.len(), 2, "{void:?}");

    write(&repo, "web/b.js", "two\n");
    commit(&repo, "and back again");
    assert!(missing(&decide(&repo, &seen)).is_empty(), "the same content again is the same content");
}

#[test]
fn an_approval_survives_a_rebase_and_a_merge_from_the_base() {
    let repo = staged();
    let seen = repo.line(&["rev-parse", "topic"]);
    repo.git(&["checkout", "-q", "main"]);
    write(&repo, "elsewhere/c.txt", "one\n");
    commit(&repo, "elsewhere");
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["rebase", "-q", "main"]);
    assert_ne!(repo.line(&["rev-parse", "topic"]), seen);
    assert!(missing(&decide(&repo, &seen)).is_empty(), "a rebase changes nothing of it");

    repo.git(&["reset", "-q", "--hard", &seen]);
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    assert!(missing(&decide(&repo, &seen)).is_empty(), "a merge from the base changes nothing of it");
}

#[test]
fn a_row_whose_files_are_taken_out_again_is_asked_no_more() {
    let repo = staged();
    let seen = repo.line(&["rev-parse", "topic"]);
    write(&repo, "pay/a.go", "one\n");
    commit(&repo, "pay is left alone after all");
    // What bob approved is no longer proposed, so nobody of his row is asked; fay saw exactly what is left of hers.
    let after = decide(&repo, &seen);
    assert_eq!(missing(&after), Vec::<String>::new(), "{:?}", after.required);
}

#[test]
fn an_approval_of_a_commit_nobody_has_counts_for_nothing() {
    let repo = staged();
    let decision = decide(&repo, &"9".repeat(40));
    assert_eq!(missing(&decision), ["review:pay", "review:web", "accountable:pay", "accountable:web"]);
}
