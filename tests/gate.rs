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

use changeward::model::OUTPUTS;
use serde_json::json;
use stage::{Stage, VERDICT};
use std::io::Write;
use std::process::{Command, Output, Stdio};

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

/// The changes of the past that prove a template, wherever the history is read.
#[test]
fn samples_are_looked_up_in_a_checkout_or_on_github() {
    both(|stage| {
        let file = "deploy/payments/app.yaml";
        let replicas = |many: u32| format!("kind: Deployment\nspec:\n  replicas: {many}\n");
        let head = || stage.repo.line(&["rev-parse", "main"]);
        let land = |path: &str, text: &str| {
            stage.commit("main", &[(path, text)], "Change something");
            head()
        };
        let first = stage.repo.line(&["rev-parse", "main"]);
        let three = land(file, &replicas(3));
        let forty = land(file, &replicas(40));
        let four = land(file, &replicas(4));
        let range = format!("{first}..{}", three.get(..9).unwrap());
        let (template, config) = (".changeward/templates/replicas.toml", ".changeward/config.toml");
        let text = |path: &str| std::fs::read_to_string(stage.repo.path().join(path)).unwrap();
        let (plain, two) = (text(template), text(config) + "[templates]\nmin_samples = 2\n");
        land(config, &two);
        let elsewhere = stage.commit("elsewhere", &[(file, &replicas(5))], "Never merged");
        let table: &[(&[&str], &str, &str)] = &[
            (&[&three, &four], "standard", ""),
            (&[&range, &four], "standard", ""),
            (&[&three], "normal", "TPL_SAMPLES"),
            (&[&three, &range], "normal", "TPL_SAMPLES"),
            (&[&three, &four, &forty], "normal", "TPL_BREAKER_OPEN"),
            (&[&three, &four, &elsewhere], "normal", "TPL_BREAKER_OPEN"),
            (&[&three, &four, "0123456789012345678901234567890123456789"], "normal", "TPL_BREAKER_OPEN"),
            (&[&three, "#12"], "normal", "TPL_SAMPLES"),
        ];
        for (samples, class, code) in table {
            land(template, &plain.replace("[scope]", &format!("samples = {samples:?}\n[scope]")));
            stage.fake.push("sam", "main");
            let number = stage.pull(&[(file, &replicas(6))]);
            let ended = stage.gate(number);
            assert_eq!(ended.class(), *class, "{:?} {samples:?} {:?}", stage.place, ended.codes());
            let decision = &ended.answer().turns[0].decision;
            let said = decision.why_not.iter().flat_map(|(_, reasons)| reasons).any(|reason| reason.code == *code);
            assert!(code.is_empty() || said, "{:?} {samples:?} {:?}", stage.place, decision.why_not);
        }
    });
}

/// The program itself, as a job runs it: what it prints, and the files it leaves in a folder.
fn job(stage: &Stage, number: u64, words: &[&str], token: &str) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let event = stage.fake.event("pull_request_target", &json!({"number": number, "by": "ann", "action": "opened"}));
    std::fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
    let place = |name: &str| folder.path().join(name);
    let mut program = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(words)
        .current_dir(stage.repo.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_EVENT_NAME", "pull_request_target")
        .env("GITHUB_EVENT_PATH", place("event.json"))
        .env("GITHUB_REPOSITORY", "acme/shop")
        .env("GITHUB_API_URL", stage.fake.api())
        .env("GITHUB_GRAPHQL_URL", stage.fake.graphql())
        .env("GITHUB_OUTPUT", place("outputs"))
        .env("GITHUB_STEP_SUMMARY", place("summary"))
        .env("RUNNER_TEMP", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(token.as_bytes()).unwrap();
    (program.wait_with_output().unwrap(), folder)
}

/// The outputs as the runner reads them: what stands between the delimiters.
fn outputs(text: &str) -> Vec<(String, String)> {
    let mut lines = text.lines();
    let mut read = Vec::new();
    while let Some((key, end)) = lines.next().and_then(|line| line.split_once("<<")) {
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
        read.push((key.to_owned(), value.join("\n")));
    }
    read
}

#[test]
fn a_job_is_told_everything_and_nothing_of_the_token() {
    let stage = Stage::new();
    let number = stage.pull(&[PAY]);
    let (done, folder) = job(&stage, number, &["gate", "--token-stdin"], "token-of-the-app\n");
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    assert_eq!(done.status.code(), Some(10), "{out}{err}");
    let (mask, rest) = out.split_once('\n').unwrap();
    assert_eq!(mask, "::add-mask::token-of-the-app");
    assert!(rest.starts_with("::stop-commands::"), "{rest}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let told = outputs(&read("outputs"));
    let named: Vec<&str> = told.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(named, OUTPUTS.map(|(name, _)| name));
    let value = |key: &str| told.iter().find(|(name, _)| name == key).unwrap().1.clone();
    assert_eq!(
        (value("class"), value("verdict"), value("exit-code")),
        ("normal".into(), "pending".into(), "10".into())
    );
    assert_eq!(value("head"), stage.head(number));
    let document: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(value("report")).unwrap()).unwrap();
    assert_eq!(document["verdict"], "pending");
    assert!(
        read("summary").starts_with("# changeward") && read("summary").contains("review:payments"),
        "{}",
        read("summary")
    );
    for text in [rest, &err, &read("outputs"), &read("summary"), &document.to_string()] {
        assert!(!text.contains("token-of"), "{text}");
    }
}

#[test]
fn a_job_that_fails_still_writes_every_output() {
    let stage = Stage::new();
    let number = stage.pull(&[PAY]);
    let (done, folder) = job(&stage, number, &["gate"], "");
    assert_eq!(done.status.code(), Some(2), "there is no token");
    let told = outputs(&std::fs::read_to_string(folder.path().join("outputs")).unwrap());
    assert_eq!(told.len(), OUTPUTS.len());
    for (key, value) in &told {
        let expected = match key.as_str() {
            "exit-code" => "2",
            "automatic" => "false",
            _ => "",
        };
        assert_eq!(value, expected, "{key}");
    }
}

#[test]
fn what_is_asked_of_a_deployment_is_not_passed_over() {
    let stage = Stage::new();
    let number = stage.pull(&[PAY]);
    for asked in [["--deployed", "success"], ["--wait", "5m"], ["--since", "main"]] {
        let words = ["gate", "--token-stdin", "--environment", "production", asked[0], asked[1]];
        let (done, _folder) = job(&stage, number, &words, "token-of-the-app\n");
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{asked:?}: {said}");
        assert!(said.contains("changeward::gate::no_deployment_here"), "{said}");
    }
    assert_eq!(stage.fake.journal().len(), 0, "nothing was asked of GitHub");
}
