//! Ownership against recorded cases: each with the source that says so, none written with this code in view.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed, as it should")]

#[path = "ownership/dialects.rs"]
mod dialects;
#[path = "ownership/hostile.rs"]
mod hostile;

use changeward::model::{Codeowners, Finding, Ownership, Pattern, RepoPath, Sources};
use changeward::parse::dialect::github::{codeowners, locations};
use serde_json::Value;

const CASES: &str = include_str!("data/ownership/github.json");

fn cases(part: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(CASES).unwrap();
    let found = all[part].as_array().unwrap().clone();
    assert!(!found.is_empty(), "no cases under `{part}`");
    found
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn read(file: &str) -> (Codeowners, Vec<Finding>) {
    codeowners(file.as_bytes(), &RepoPath::from(locations()[0])).unwrap()
}

/// The line that answers for a path, and its owners.
fn answer(ownership: &Ownership, path: &str) -> (Option<u64>, Vec<String>) {
    match ownership.of(&RepoPath::from(path)).rule {
        None => (None, Vec::new()),
        Some(rule) => (Some(rule.line.into()), rule.owners.iter().map(|owner| owner.as_str().to_owned()).collect()),
    }
}

#[test]
fn github_patterns_match_what_they_should() {
    for case in cases("github_patterns") {
        let text = case["pattern"].as_str().unwrap();
        let pattern = Pattern::github(text).unwrap();
        let (file, _) = read(&format!("{text} @ann\n"));
        let ownership = Ownership::new(Sources { codeowners: Some(file), ..Sources::default() });
        for (list, expected) in [("match", true), ("no_match", false)] {
            for path in texts(&case[list]) {
                assert_eq!(pattern.matches(&RepoPath::from(path.as_str())), expected, "`{text}` on `{path}`");
                assert_eq!(answer(&ownership, &path).0.is_some(), expected, "a line of `{text}` on `{path}`");
            }
        }
    }
}

#[test]
fn github_skips_or_questions_bad_lines() {
    for case in cases("github_bad_lines") {
        let line = case["line"].as_str().unwrap();
        let (file, findings) = read(line);
        let kept = ["reason", "note"].iter().any(|part| case[part].as_str().is_some_and(|text| text.contains("warn")));
        assert_eq!(file.rules.len(), usize::from(kept), "{line}");
        let code = if kept { "CODEOWNERS_LINT" } else { "CODEOWNERS_SYNTAX" };
        assert_eq!(findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), [code], "{line}");
        assert!(file.rules.iter().all(|rule| rule.owners.is_empty()), "{line}");
    }
}

#[test]
fn github_files_answer_with_the_last_line_that_matches() {
    for case in cases("github_files") {
        let id = case["id"].as_str().unwrap();
        let (file, findings) = read(case["file"].as_str().unwrap());
        let ownership = Ownership::new(Sources { codeowners: Some(file), ..Sources::default() });
        for expected in case["expect"].as_array().unwrap() {
            let path = expected["path"].as_str().unwrap();
            let wanted = (expected["line"].as_u64(), texts(&expected["owners"]));
            assert_eq!(answer(&ownership, path), wanted, "{id}: {path}");
        }
        let skipped = findings.iter().filter(|f| f.code == "CODEOWNERS_SYNTAX");
        let errors = case["errors"].as_array().unwrap();
        assert_eq!(skipped.clone().count(), errors.len(), "{id}: {findings:?}");
        for (finding, error) in skipped.zip(errors) {
            assert_eq!(finding.line.map(u64::from), error["line"].as_u64(), "{id}: {}", finding.msg);
            let kind = match error["kind"].as_str().unwrap() {
                "owner" => "Invalid owner on line",
                _ => "Invalid pattern on line",
            };
            assert!(finding.msg.starts_with(kind), "{id}: {}", finding.msg);
        }
    }
}

#[test]
fn github_looks_in_three_places_in_order() {
    for case in cases("locations") {
        let present = texts(&case["present"]);
        let used = locations().into_iter().find(|place| present.iter().any(|file| file == place));
        assert_eq!(used, case["used"].as_str(), "{present:?}");
    }
}
