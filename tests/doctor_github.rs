//! `changeward doctor --github` against a GitHub that remembers: every check of the settings fires and stays silent, what may
//! not be seen is said, and trouble is no health.
#![cfg(feature = "github")]
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
#[path = "support/github/mod.rs"]
mod github;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::app::doctor::checks;
use changeward::audit::doctor::catalogue::of_forge;
use doctor::{Edit, findings, healthy, holds, of, place, run};
use github::{Fake, Fault, Git, Trouble, scenario};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use temp_repo::TempRepo;

const SEES_ALL: &str = "token-that-sees-all";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    code: String,
    says: Option<String>,
    page: Option<String>,
    command: Option<String>,
    at: Option<String>,
    severity: Option<String>,
    fires: Setting,
    #[serde(default)]
    silent: Setting,
}

/// How a repository differs from the healthy one.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Setting {
    #[serde(default)]
    set: Vec<Vec<Value>>,
    #[serde(default)]
    edits: Vec<Edit>,
    #[serde(default)]
    words: Vec<String>,
    codeowners: Option<Value>,
    token: Option<String>,
}

/// One history for all: nothing of it is asked but the branches.
fn history() -> TempRepo {
    let repo = TempRepo::new();
    fs::write(repo.path().join("a"), "one\n").unwrap();
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "one"]);
    repo.git(&["branch", "release/1"]);
    repo
}

fn begin(repo: &TempRepo, setting: &Setting) -> Fake {
    let mut scene: Value = serde_json::from_str(&fs::read_to_string("tests/doctor/healthy.json").unwrap()).unwrap();
    for change in &setting.set {
        let pointer = change[0].as_str().unwrap();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        if scene.pointer(parent).is_none() {
            // `/protection/main`, where there was none.
            scene[parent.trim_start_matches('/')] = serde_json::json!({});
        }
        match (scene.pointer_mut(parent).unwrap(), change.get(1)) {
            (Value::Array(list), None) => _ = list.remove(key.parse().unwrap()),
            (Value::Array(list), Some(value)) => list[key.parse::<usize>().unwrap()] = value.clone(),
            (Value::Object(map), None) => _ = map.remove(key).unwrap(),
            (Value::Object(map), Some(value)) => _ = map.insert(key.to_owned(), value.clone()),
            (other, _) => panic!("{pointer} leads into {other}"),
        }
    }
    let fake = scenario::begin(&scene, Git::new(repo.path())).unwrap();
    if let Some(errors) = &setting.codeowners {
        fake.with(|state| state.codeowners_errors = errors.clone());
    }
    fake
}

fn words(setting: &Setting) -> Vec<&str> {
    let own = setting.words.iter().map(String::as_str);
    ["--control-files", ".", "--github", "--repository", "acme/shop"].into_iter().chain(own).collect()
}

fn variables<'v>(api: &'v str, token: &'v str) -> [(&'static str, &'v str); 2] {
    [("GITHUB_API_URL", api), ("CHANGEWARD_TOKEN", token)]
}

fn look(repo: &TempRepo, setting: &Setting) -> Vec<Value> {
    let fake = begin(repo, setting);
    let token = setting.token.as_deref().unwrap_or(SEES_ALL);
    let found = findings(healthy(&setting.edits).path(), &words(setting), &variables(&fake.api(), token));
    assert_eq!(fake.writes(), 0, "the doctor wrote");
    fake.finish();
    found
}

fn is_meant(case: &Case, found: &Value) -> bool {
    let text = |key: &str| found[key].as_str().unwrap_or_default();
    let severity = checks().iter().find(|check| check.code == case.code).unwrap().severity.as_str();
    text("severity") == case.severity.as_deref().unwrap_or(severity)
        && case.says.as_ref().is_none_or(|says| text("msg").contains(says))
        && case.page.as_ref().is_none_or(|page| text("page").ends_with(page))
        && case.command.as_ref().is_none_or(|command| text("command").contains(command))
        && (case.at.is_none() || place(found) == case.at)
}

#[test]
fn every_check_of_settings_fires_and_stays_silent_as_the_table_says() {
    let table: Cases = toml::from_str(&fs::read_to_string("tests/doctor/settings.toml").unwrap()).unwrap();
    let repo = history();
    let mut wrong = Vec::new();
    for (n, case) in table.case.iter().enumerate() {
        let sick = look(&repo, &case.fires);
        let found = of(&sick, &case.code);
        if !found.iter().any(|found| is_meant(case, found)) {
            wrong.push(format!("case {n}: {} is not as it should be: {found:#?}", case.code));
        }
        // Without a near miss of its own the healthy repository is it.
        let silent_by_itself = case.code != "ENVIRONMENT_UNGUARDED" || !case.silent.set.is_empty();
        if let Some(found) = of(&look(&repo, &case.silent), &case.code).first().filter(|_| silent_by_itself) {
            wrong.push(format!("case {n}: {} fires: {found:#?}", case.code));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    let told: BTreeSet<&str> = table.case.iter().map(|case| case.code.as_str()).collect();
    assert_eq!(told, of_forge().map(|check| check.code).collect::<BTreeSet<_>>());
}

#[test]
fn a_healthy_repository_passes_and_costs_little() {
    let repo = history();
    let fake = begin(&repo, &Setting::default());
    let api = fake.api();
    let (said, errors, code) = run(healthy(&[]).path(), &words(&Setting::default()), &variables(&api, SEES_ALL));
    assert_eq!(code, 0, "{said}{errors}");
    holds("healthy.txt", &said);
    assert!(fake.journal().len() <= 20, "{} requests", fake.journal().len());
}

#[test]
fn a_token_that_may_little_is_told_what_was_not_seen() {
    let repo = history();
    let fake = begin(&repo, &Setting { set: vec![vec!["/rules/main/1".into()]], ..Setting::default() });
    let (api, folder) = (fake.api(), healthy(&[]));
    let variables = variables(&api, "token-of-the-workflow");
    let (said, _, code) = run(folder.path(), &words(&Setting::default()), &variables);
    assert_eq!(code, 11, "{said}");
    holds("little.txt", &said);
    let plain = Setting::default();
    let never = [words(&plain), vec!["--fail-on", "never"]].concat();
    assert_eq!(run(folder.path(), &never, &variables).2, 0);
}

/// A token that may not even see the repository, and one that nobody knows: there is no answer.
#[test]
fn without_the_repository_there_is_no_answer() {
    let repo = history();
    let fake = begin(&repo, &Setting::default());
    let (api, folder) = (fake.api(), healthy(&[]));
    for (token, told) in [("token-that-may-nothing", "github::forbidden"), ("nobody", "github::unauthorized")] {
        let (said, errors, code) = run(folder.path(), &words(&Setting::default()), &variables(&api, token));
        assert!((code, said.as_str()) == (4, "") && errors.contains(told), "{code} {said} {errors}");
        assert!(!errors.contains(token), "{errors}");
    }
    let (_, errors, code) = run(folder.path(), &words(&Setting::default()), &[("GITHUB_API_URL", &api)]);
    assert!(code == 2 && errors.contains("changeward::gate::token"), "{errors}");
    let (_, errors, code) = run(folder.path(), &["--github"], &variables(&api, SEES_ALL));
    assert!(code == 2 && errors.contains("changeward::gate::repository"), "{errors}");
}

/// Whatever goes wrong on the way: the same answer in the end, or none; never a clean bill that is not one.
#[test]
fn trouble_is_no_health() {
    let repo = history();
    let sick = Setting { set: vec![vec!["/rules/main/0".into()]], ..Setting::default() };
    let folder = healthy(&[]);
    let words = [words(&sick), vec!["--timeout", "1s"]].concat();
    for (named, trouble) in [
        ("broken", Trouble::Broken),
        ("html", Trouble::Html),
        ("half", Trouble::HalfJson),
        ("cut", Trouble::CutBody),
        ("drop", Trouble::Drop),
        ("foreign", Trouble::ForeignNext),
        ("limit", Trouble::TooMany { retry_after: Some(1) }),
    ] {
        for times in [1, 1000] {
            let fake = begin(&repo, &sick);
            fake.fault(Fault::nth("GET /repos/acme/shop/rules/**", 1, trouble.clone()).times(times));
            let (said, errors, code) = run(folder.path(), &words, &variables(&fake.api(), SEES_ALL));
            match code {
                11 => assert!(said.contains("STATUS_NOT_REQUIRED"), "{named} {times}: {said}"),
                4 => assert!(said.is_empty() && errors.contains("changeward::github::"), "{named} {times}: {errors}"),
                other => panic!("{named} {times}: {other} {said} {errors}"),
            }
        }
    }
}
