//! Each check of `changeward doctor`, as a table: what it finds and what it leaves alone, in files (`tests/doctor/cases.toml`)
//! and in settings (`tests/doctor/settings.toml`, asked of a GitHub that remembers); whole reports as snapshots.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

#[path = "support/doctor.rs"]
mod doctor;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::app::doctor::checks;
use changeward::audit::doctor::catalogue::{CLAUSES, of_files};
use doctor::{Edit, copy, findings, healthy, holds, of, run};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use temp_repo::TempRepo;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    code: String,
    at: Option<String>,
    severity: Option<String>,
    fires: Vec<Edit>,
    silent: Vec<Edit>,
}

fn usual_severity(code: &str) -> &'static str {
    checks().iter().find(|check| check.code == code).unwrap_or_else(|| panic!("no check {code}")).severity.as_str()
}

#[test]
fn every_check_of_files_fires_and_stays_silent_as_the_table_says() {
    let table: Cases = toml::from_str(&fs::read_to_string("tests/doctor/cases.toml").unwrap()).unwrap();
    let mut wrong = Vec::new();
    let mut told = BTreeSet::new();
    for (n, case) in table.case.iter().enumerate() {
        told.insert(case.code.clone());
        let severity = case.severity.as_deref().unwrap_or(usual_severity(&case.code));
        let sick = findings(healthy(&case.fires).path(), &["--control-files", "."], &[]);
        match of(&sick, &case.code).first() {
            None => wrong.push(format!("case {n}: {} does not fire: {sick:#?}", case.code)),
            Some(found) => {
                let is = (found["severity"].as_str().unwrap(), doctor::place(found));
                if is.0 != severity || (case.at.is_some() && is.1 != case.at) {
                    wrong.push(format!("case {n}: {} is {is:?}, not {severity} {:?}", case.code, case.at));
                }
                assert!(found["help"].is_string() && !found["answers"].as_array().unwrap().is_empty());
            }
        }
        if !case.silent.is_empty() {
            let near = findings(healthy(&case.silent).path(), &["--control-files", "."], &[]);
            if let Some(found) = of(&near, &case.code).first() {
                wrong.push(format!("case {n}: {} fires: {found}", case.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    // What needs a clone has a test of its own.
    let known: BTreeSet<String> = of_files().map(|check| check.code.to_owned()).collect();
    told.insert("CLONE_SHALLOW".to_owned());
    assert_eq!(told, known);
}

#[test]
fn a_healthy_repository_has_nothing() {
    let (said, _, code) = run(healthy(&[]).path(), &["--control-files", ".", "--fail-on", "warn"], &[]);
    assert!(code == 0 && said.contains("NOTHING TO MEND") && said.contains("GitHub was not asked"), "{said}");
}

/// Whoever copies the examples is told of nothing but the token, which an app would take the place of.
#[test]
fn the_examples_are_well() {
    let folder = healthy(&[]);
    let workflows = folder.path().join(".github/workflows");
    fs::remove_dir_all(&workflows).unwrap();
    fs::create_dir(&workflows).unwrap();
    copy(Path::new("examples/workflows"), &workflows);
    let found = findings(folder.path(), &["--control-files", "."], &[]);
    let codes: BTreeSet<&str> = found.iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, BTreeSet::from(["GATE_TOKEN"]), "{found:#?}");
}

#[test]
fn the_list_of_checks_is_sound() {
    let checks = checks();
    let codes: BTreeSet<&str> = checks.iter().map(|check| check.code).collect();
    assert_eq!(codes.len(), checks.len(), "no code stands twice");
    for check in checks {
        let sentence = |text: &str| !text.is_empty() && !text.ends_with('.') && !text.contains(['|', '\n']);
        assert!(sentence(check.title) && sentence(check.why) && sentence(check.mend), "{}", check.code);
        let known = |name: &&str| CLAUSES.iter().any(|(clause, _)| clause == name);
        assert!(!check.answers.is_empty() && check.answers.iter().all(known), "{}", check.code);
    }
}

#[test]
fn whole_reports_read_as_they_did() {
    let edits: Vec<Edit> = toml::from_str::<Edits>(
        r#"edit = [
            { file = ".github/workflows/changeward.yml", from = "  pull_request_target:", to = "  pull_request:\n    paths: [src/**]" },
            { file = ".github/workflows/ci.yml", text = "on: pull_request\njobs:\n  t:\n    steps:\n      - uses: actions/checkout@v4\n      - run: echo ${{ github.event.pull_request.title }}\n" },
            { file = ".changeward/ownership.toml", remove = true },
        ]"#,
    )
    .unwrap()
    .edit;
    let sick = healthy(&edits);
    let (said, _, code) = run(sick.path(), &["--control-files", "."], &[]);
    assert_eq!(code, 11);
    holds("sick.txt", &said);
    let (said, ..) = run(sick.path(), &["--control-files", ".", "--format", "json"], &[]);
    holds("sick.json", &said);
    assert_eq!(run(sick.path(), &["--control-files", ".", "--fail-on", "never"], &[]).2, 0);
}

#[derive(Deserialize)]
struct Edits {
    edit: Vec<Edit>,
}

#[test]
fn a_clone_that_is_cut_off_is_told() {
    let repo = TempRepo::new();
    copy(Path::new("tests/doctor/healthy"), repo.path());
    for n in ["one", "two"] {
        fs::write(repo.path().join("README.md"), n).unwrap();
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qm", n]);
    }
    let clone = repo.cloned(&["--depth=1"]);
    let found = findings(clone.path(), &[], &[]);
    assert_eq!(found.iter().map(|one| one["code"].as_str().unwrap()).collect::<Vec<_>>(), ["CLONE_SHALLOW"]);
    assert_eq!(findings(repo.path(), &[], &[]), Vec::<Value>::new());
    // What is not committed is not the repository; `--worktree` looks at it.
    fs::remove_file(repo.path().join(".github/workflows/changeward.yml")).unwrap();
    assert_eq!(findings(repo.path(), &[], &[]), Vec::<Value>::new());
    assert!(!of(&findings(repo.path(), &["--worktree"], &[]), "GATE_NOT_ON_TARGET").is_empty());
}

/// Whatever a stranger calls a workflow, a job or a secret: it moves no screen and opens no command of a job's log.
#[test]
fn a_strangers_names_stay_text() {
    let hostile = "on: push\npermissions: {}\njobs:\n  \"::error::x\\e[2J ##[error]\":\n    steps:\n      - uses: \"a/b@\\u202e::set-output\"\n      - run: \"echo ${{ github.event.issue.title || '\\e[31m##[group]' }}\"\n";
    let edits = [Edit {
        file: ".github/workflows/x.yml".to_owned(),
        text: Some(hostile.to_owned()),
        from: None,
        to: None,
        link: None,
        remove: false,
    }];
    let (said, _, code) = run(healthy(&edits).path(), &["--control-files", "."], &[]);
    assert!(code == 11 && said.contains("SCRIPT_INJECTION") && said.contains("ACTION_UNPINNED"), "{said}");
    assert!(!said.contains(['\u{1b}', '\u{202e}']) && !said.contains("##["), "{said}");
    assert!(!said.lines().any(|line| line.trim_start().starts_with("::")), "{said}");
}

#[test]
fn the_page_of_the_checks_is_fresh() {
    let page = changeward::report::doctor_page(&checks(), CLAUSES);
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write("docs/doctor.md", &page).unwrap();
    }
    assert_eq!(fs::read_to_string("docs/doctor.md").unwrap_or_default(), page, "SNAPSHOTS=overwrite makes it anew");
    let changes = fs::read_to_string("CHANGELOG.md").unwrap();
    assert!(changes.contains(&format!("{} checks", checks().len())), "there are {}", checks().len());
}
