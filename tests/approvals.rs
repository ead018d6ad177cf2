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
use changeward::model::{Decision, Moment, Verdict};
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
    decide_on(repo, seen, Spec::Range("main...topic".to_owned()))
}

fn decide_on(repo: &TempRepo, seen: &str, spec: Spec) -> Decision {
    let words = ["bob", "fay", "cat"]
        .map(|by| json!({"by": by, "decision": "approve", "commit": seen, "at": "2026-11-22T11:00:00Z"}));
    let facts = repo.path().join("../facts.json");
    fs::write(&facts, json!({"version": 1, "head": seen, "author": "ann", "approvals": words}).to_string()).unwrap();
    check(&request(repo, spec, Some(facts))).unwrap()
}

fn request(repo: &TempRepo, spec: Spec, facts: Option<PathBuf>) -> CheckRequest {
    CheckRequest {
        dir: repo.path().to_owned(),
        spec,
        control_files: None,
        environment: "production".to_owned(),
        now: Moment::parse("2026-11-22T12:00:00Z").unwrap(),
        claim: None,
        trailers: Vec::new(),
        facts,
        outcomes: None,
        attachments: Vec::new(),
        all_edits: false,
        fail_on: FailOn::Pending,
        program: PathBuf::from(env!("CARGO_BIN_EXE_changeward")),
    }
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

#[test]
fn what_is_not_committed_has_no_approvals() {
    let repo = staged();
    let seen = repo.line(&["rev-parse", "topic"]);
    write(&repo, "pay/a.go", "evil\n");
    repo.git(&["add", "."]);
    for spec in [Spec::Staged, Spec::Worktree] {
        assert_eq!(missing(&decide_on(&repo, &seen, spec)), ["review:pay"]);
    }
}

#[test]
fn only_a_whole_commit_id_names_what_was_seen() {
    let repo = staged();
    let short = repo.line(&["rev-parse", "--short", "topic"]);
    for seen in ["HEAD", "topic", short.as_str()] {
        assert_eq!(missing(&decide(&repo, seen)).len(), 4, "{seen}");
    }
}

/// A commit by an address that `[people]` lists is by that login, whatever else names them.
#[test]
fn nobody_approves_what_their_own_address_committed() {
    let repo = staged();
    repo.git(&["checkout", "-q", "main"]);
    let people = "[people.fay]\nemails = [\"fay@example.org\"]\n";
    write(
        &repo,
        ".changeward/ownership.toml",
        &OWNERSHIP.replace("[[row]]\nid = \"pay\"", &format!("{people}[[row]]\nid = \"pay\"")),
    );
    commit(&repo, "whose address it is");
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["rebase", "-q", "main"]);
    write(&repo, "web/b.js", "three\n");
    repo.git(&["commit", "-qam", "by fay", "--author=Fay <Fay@Example.org>"]);
    let decision = decide(&repo, &repo.line(&["rev-parse", "topic"]));
    // Nobody but fay reviews the web, so the escalation owner stands in.
    assert_eq!(missing(&decision), ["review:web"]);
    assert_eq!(decision.ask.iter().map(|asked| asked.who.as_str()).collect::<Vec<_>>(), ["@sam"]);
    let says = |code: &str, what: &str| {
        decision.findings.iter().any(|found| found.code == code && found.msg.to_lowercase().contains(what))
    };
    assert!(says("APPROVAL_VOID", "@fay") && !says("UNVec::new()RIBUTED", "fay@"), "{:?}", decision.findings);
}

#[test]
fn a_level_of_an_own_rule_is_about_the_whole_change() {
    let repo = staged();
    repo.git(&["checkout", "-q", "main"]);
    let rule = "package changeward\n\nimport rego.v1\n\nrequire contains {\"level\": \"review:security\", \"who\": [\"@bob\"], \"min\": 1, \"why\": \"always\"}\n";
    write(&repo, ".changeward/policies/own.rego", rule);
    commit(&repo, "a rule");
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["rebase", "-q", "main"]);
    let seen = repo.line(&["rev-parse", "topic"]);
    write(&repo, "web/b.js", "evil\n");
    commit(&repo, "elsewhere, but bob answers for all of it now");
    let decision = decide(&repo, &seen);
    assert!(missing(&decision).contains(&"review:security".to_owned()), "{:?}", missing(&decision));
}

#[test]
fn nobody_can_be_told_from_an_author_the_clone_left_out() {
    let origin = staged();
    for n in 0..3 {
        write(&origin, "pay/a.go", &format!("{n}\n"));
        commit(&origin, "more");
    }
    let clone = origin.cloned(&["--depth=1", "--branch=topic", "--no-single-branch"]);
    let seen = clone.line(&["rev-parse", "HEAD"]);
    let decision = decide_on(&clone, &seen, Spec::Range("origin/main..HEAD".to_owned()));
    assert_eq!(decision.verdict(), Verdict::Block);
    assert!(decision.block.iter().any(|reason| reason.code == "AUTHORS_MISSING"), "{:?}", decision.block);
}

/// Whoever edits what a link points to edits no control file, so a control file may be no link.
#[test]
fn a_control_file_behind_a_link_decides_nothing() {
    for (link, target) in [
        (".changeward", "docs/gate"),
        (".changeward/config.toml", "../docs/config.toml"),
        (".changeward/lockdowns", "../docs/gates"),
        (".changeward/policies/own.rego", "../../nowhere.rego"),
        ("CODEOWNERS", "docs/owners"),
    ] {
        let repo = TempRepo::new();
        write(&repo, "docs/gate/config.toml", "version = 1\n");
        write(&repo, "docs/config.toml", "version = 1\n");
        write(&repo, "docs/gates/l.toml", "version = 1\n");
        write(&repo, "docs/owners", "* @bob\n");
        let place = repo.path().join(link);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, place).unwrap();
        commit(&repo, "base");
        write(&repo, "docs/owners", "* @mallory\n");
        commit(&repo, "mine now");
        let request = request(&repo, Spec::Range("HEAD~1..HEAD".to_owned()), None);
        assert_eq!(check(&request).map(|d| d.verdict()).map_err(|f| f.exit_code()), Err(3), "{link}");
    }
}
