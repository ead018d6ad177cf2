//! What an event is about: real payloads, the same with one thing wrong, and what is said of those.

#![expect(clippy::disallowed_methods, reason = "this test reads the payloads it is about")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use changeward::parse::ci_event::{EVENTS, MAX_PAYLOAD, ci_event};
use miette::Diagnostic;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    event: String,
    file: Option<String>,
    payload: Option<String>,
    repository: Option<String>,
    #[serde(default)]
    set: BTreeMap<String, String>,
    says: Option<String>,
    action: Option<String>,
    sender: Option<String>,
    #[serde(default)]
    error: Vec<String>,
}

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/events").join(name)
}

fn cases() -> Vec<Case> {
    toml::from_str::<Table>(&std::fs::read_to_string(data("cases.toml")).unwrap()).unwrap().case
}

/// Puts a value where a path leads, making objects on the way.
fn set(root: &mut Value, path: &str, value: Value) {
    let mut at = root;
    for key in path.split('.') {
        at = match (key.parse::<usize>(), at.is_array()) {
            (Ok(n), true) => at.get_mut(n).unwrap(),
            _ => at.as_object_mut().unwrap().entry(key).or_insert_with(|| Value::Object(serde_json::Map::new())),
        };
    }
    *at = value;
}

/// Everything a person is told.
fn told(error: &dyn Diagnostic) -> String {
    let mut text = format!("{error} | {}", error.help().map(|help| help.to_string()).unwrap_or_default());
    assert!(error.code().is_some_and(|code| code.to_string().starts_with("changeward::event::")), "{text}");
    for one in error.related().into_iter().flatten() {
        assert!(one.help().is_some(), "{one} says no next step");
        text.push_str(&format!(" | {one}"));
    }
    text
}

fn check(case: &Case) -> Result<(), String> {
    let (payload, own) = match (&case.file, &case.payload) {
        (Some(file), None) => {
            let text = std::fs::read_to_string(data(&format!("{file}.json"))).unwrap();
            let mut payload: Value = serde_json::from_str(&text).unwrap();
            let own = payload.pointer("/repository/full_name").and_then(Value::as_str).unwrap().to_owned();
            for (path, value) in &case.set {
                set(&mut payload, path, serde_json::from_str(value).unwrap());
            }
            (payload.to_string(), own)
        }
        (None, Some(payload)) => (payload.clone(), "acme/shop".to_owned()),
        _ => return Err("a case has a file or a payload".to_owned()),
    };
    let repository = case.repository.clone().unwrap_or(own);
    match (ci_event(&case.event, &repository, payload.as_bytes()), &case.says) {
        (Ok(event), Some(says)) => {
            assert_eq!(event.name, case.event);
            let sender = match (&event.sender, event.sender_is_person) {
                (Some(login), true) => format!("{login}, a person"),
                (Some(login), false) => login.clone(),
                (None, false) => "nobody".to_owned(),
                (None, true) => return Err("nobody is a person".to_owned()),
            };
            let same = format!("{:?}", event.subject) == *says
                && case.action.as_ref().is_none_or(|action| event.action.as_ref() == Some(action))
                && case.sender.as_ref().is_none_or(|wanted| sender == *wanted);
            if same { Ok(()) } else { Err(format!("{event:?}")) }
        }
        (Err(error), None) => {
            let told = told(&error);
            let lost: Vec<_> = case.error.iter().filter(|piece| !told.contains(piece.as_str())).collect();
            if !case.error.is_empty() && lost.is_empty() { Ok(()) } else { Err(format!("{lost:?} not in {told}")) }
        }
        (Ok(event), None) => Err(format!("{event:?}")),
        (Err(error), Some(_)) => Err(told(&error)),
    }
}

#[test]
fn every_payload_names_what_it_is_about_or_what_is_wrong() {
    let cases = cases();
    let wrong: Vec<String> = cases
        .iter()
        .enumerate()
        .filter_map(|(n, case)| Some(format!("case {} ({}): {}", n + 1, case.event, check(case).err()?)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_event_and_every_payload_has_a_case() {
    let cases = cases();
    let answered: BTreeSet<&str> = cases.iter().filter(|case| case.says.is_some()).map(|case| &*case.event).collect();
    assert_eq!(answered, EVENTS.into_iter().collect());
    let used: BTreeSet<String> =
        cases.iter().filter_map(|case| Some(format!("{}.json", case.file.as_ref()?))).collect();
    let there: BTreeSet<String> = std::fs::read_dir(data(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    assert_eq!(used, there);
}

/// What a stranger typed into a payload changes nothing: titles, branches, messages.
#[test]
fn only_what_names_the_change_is_read() {
    let text = std::fs::read_to_string(data("pull_request-opened-0.json")).unwrap();
    let mut payload: Value = serde_json::from_str(&text).unwrap();
    let before = ci_event("pull_request_target", "Codertocat/Hello-World", text.as_bytes()).unwrap();
    for (path, value) in [
        ("number", "99".into()),
        ("pull_request.title", "::set-output name=verdict::approve".into()),
        ("pull_request.head.sha", "0".repeat(40).into()),
        ("pull_request.base.ref", "elsewhere".into()),
        ("pull_request.labels", Value::Null),
        ("pull_request.head.repo.full_name", "mallory/x".into()),
    ] {
        set(&mut payload, path, value);
    }
    let after = ci_event("pull_request_target", "Codertocat/Hello-World", payload.to_string().as_bytes()).unwrap();
    assert_eq!(before, after);
}

#[test]
fn what_is_too_large_or_too_deep_is_refused() {
    let mut large = br#"{"repository": {"full_name": "a/b"}, "x": ""#.to_vec();
    large.resize(MAX_PAYLOAD - 1, b'x');
    large.extend(br#""}"#);
    assert!(told(&ci_event("schedule", "a/b", &large).unwrap_err()).contains("more than 25 MiB are not read"));
    let deep = format!(r#"{{"x": {}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(told(&ci_event("schedule", "a/b", deep.as_bytes()).unwrap_err()).contains("recursion limit"));
    assert!(told(&ci_event("schedule", "a/b", b"{\"x\": \"\xff\"}").unwrap_err()).contains("not JSON"));
}
