//! The dialects of `tests/data/ownership`: what each file says about each path, and what is said about its lines.

use changeward::model::{Assignment, Finding, FoundFile, Principal, PrincipalKind, RepoPath};
use changeward::parse::dialect::{backstage, chromium, gitlab, kubernetes};
use serde_json::Value;
use std::collections::BTreeSet;

fn cases(text: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(text).unwrap();
    let cases = all.as_array().unwrap().clone();
    assert!(cases.iter().all(|case| case["source"].is_string()), "every case says who says so");
    cases
}

fn id(case: &Value) -> &str {
    case["id"].as_str().unwrap()
}

fn files(case: &Value) -> Vec<FoundFile> {
    let files = case["files"].as_object().unwrap();
    let file = |(path, text): (&String, &Value)| FoundFile {
        path: RepoPath::from(path.as_str()),
        contents: Ok(text.as_str().unwrap().as_bytes().to_vec()),
    };
    files.iter().map(file).collect()
}

fn words(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The names as the cases spell them: `*` for anyone.
fn names<'p>(people: impl Iterator<Item = &'p Principal>) -> Vec<String> {
    let name = |who: &Principal| match who.kind() {
        PrincipalKind::Anyone => "*".to_owned(),
        _ => who.as_str().to_owned(),
    };
    people.map(name).collect()
}

fn owners(made: &Assignment<'_>) -> Vec<String> {
    names(made.owners.iter().map(|who| who.as_ref()))
}

fn set(list: Vec<String>) -> BTreeSet<String> {
    let set: BTreeSet<String> = list.iter().cloned().collect();
    assert_eq!(set.len(), list.len(), "{list:?} names somebody twice");
    set
}

/// Where `expected` has a place, the row stands there.
fn check_place(made: &Assignment<'_>, expected: &Value, what: &str) {
    if let Some(place) = expected["place"].as_str() {
        assert_eq!(made.place.to_string(), place, "{what}");
    }
}

/// Every path of a case has the row that `check` wants, or none where the case says so; and the findings are those of the case.
fn check_case<'o>(
    case: &Value,
    findings: &[Finding],
    of: impl Fn(&RepoPath) -> Option<Assignment<'o>>,
    check: impl Fn(&Assignment<'o>, &Value, &str),
) {
    for expected in case["expect"].as_array().unwrap() {
        let path = expected["path"].as_str().unwrap();
        let what = format!("{}: {path}", id(case));
        let made = of(&RepoPath::from(path));
        assert_eq!(made.is_none(), expected["nothing"] == true, "{what}");
        let Some(made) = made else { continue };
        check(&made, expected, &what);
        check_place(&made, expected, &what);
    }
    check_findings(case, findings);
}

/// A finding of the cases: `[file, line, code, part]`, the file left out where there is only one.
fn check_findings(case: &Value, findings: &[Finding]) {
    let Some(expected) = case["findings"].as_array() else { return };
    assert_eq!(findings.len(), expected.len(), "{}: {findings:#?}", id(case));
    for (finding, expected) in findings.iter().zip(expected) {
        let parts = expected.as_array().unwrap();
        let (file, rest) = if parts.len() == 4 { (parts[0].as_str(), &parts[1..]) } else { (None, &parts[..]) };
        let shown = format!("{}: {finding:?}", id(case));
        assert!(file.is_none_or(|file| finding.paths == [file]), "{shown}");
        assert_eq!(finding.line.map(u64::from), rest[0].as_u64(), "{shown}");
        assert_eq!(Some(finding.code.as_str()), rest[1].as_str(), "{shown}");
        let said = format!("{} {}", finding.msg, finding.help.as_deref().unwrap());
        assert!(said.contains(rest[2].as_str().unwrap()), "{shown}");
    }
}

#[test]
fn gitlab_sections_answer_as_gitlab_says() {
    for case in cases(include_str!("../data/ownership/gitlab.json")) {
        let text = case["file"].as_str().unwrap();
        let (sections, findings) = gitlab::sections(text.as_bytes(), &RepoPath::from("CODEOWNERS"));
        for expected in case["expect"].as_array().unwrap() {
            let path = expected["path"].as_str().unwrap();
            let made = sections.of(&RepoPath::from(path));
            let found: Vec<Value> = made
                .iter()
                .map(|made| {
                    serde_json::json!({
                        "section": made.section.unwrap_or("codeowners"),
                        "owners": owners(made),
                        "approvals": made.approvals,
                        "optional": made.optional,
                    })
                })
                .collect();
            assert_eq!(&Value::from(found), &expected["sections"], "{}: {path}", id(&case));
            assert!(made.iter().all(|made| made.id == format!("gitlab:{}", made.place.line)));
        }
        check_findings(&case, &findings);
    }
}

#[test]
fn kubernetes_lists_answer_as_prow_does() {
    for case in cases(include_str!("../data/ownership/kubernetes.json")) {
        let (all, findings) = kubernetes::owners(&files(&case));
        check_case(
            &case,
            &findings,
            |path| all.of(path),
            |made, expected, what| {
                let logins =
                    |list: Vec<String>| set(list.iter().map(|name| name.trim_start_matches('@').to_owned()).collect());
                let approvers = logins(words(&expected["approvers"]));
                assert_eq!(logins(owners(made)), approvers, "{what}");
                let required = expected.get("required_reviewers").map(words).unwrap_or_default();
                let reviewers: BTreeSet<String> = words(&expected["reviewers"]).into_iter().chain(required).collect();
                let reviewers: BTreeSet<String> = reviewers.difference(&approvers).cloned().collect();
                assert_eq!(logins(names(made.reviewers.iter().map(|who| who.as_ref()))), reviewers, "{what}");
                assert_eq!(
                    set(made.labels.iter().map(|label| (*label).to_owned()).collect()),
                    set(words(&expected["labels"])),
                    "{what}"
                );
                assert_eq!(made.optional, expected["optional"] == true, "{what}");
                assert_eq!(made.id, format!("owners:{}", made.place.file));
            },
        );
    }
}

#[test]
fn chromium_owners_answer_as_gerrit_does() {
    for case in cases(include_str!("../data/ownership/chromium.json")) {
        let (all, findings) = chromium::owners(&files(&case));
        check_case(
            &case,
            &findings,
            |path| all.of(path),
            |made, expected, what| {
                assert_eq!(set(owners(made)), set(words(&expected["owners"])), "{what}");
                assert_eq!(made.id, format!("owners:{}", made.place.file));
            },
        );
    }
}

#[test]
fn backstage_owners_answer_for_what_lies_below() {
    for case in cases(include_str!("../data/ownership/backstage.json")) {
        let (catalog, findings) = backstage::catalog(&files(&case));
        check_case(
            &case,
            &findings,
            |path| catalog.of(path),
            |made, expected, what| {
                assert_eq!(owners(made), words(&expected["owners"]), "{what}");
                assert_eq!(made.id, format!("catalog:{}", made.place.file));
            },
        );
    }
}
