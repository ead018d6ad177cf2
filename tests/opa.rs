//! The shipped policies mean the same to the real OPA engine: on every golden case, every point decided, and on thousands of random
//! changes. Tests of policies come out as their values do there. Needs python3 and the engine (`tests/opa/differential.py --install`, which `.ci/run` calls); without it the
//! comparison says loudly that it compared with nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

mod support;

use changeward::assess::assess;
use changeward::model::Moment;
use changeward::policy::engine::{Limits, Pack};
use changeward::policy::input::input;
use changeward::policy::shipped;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use support::cases::{FILES, read, stage};
use support::random::evidence;

/// How many random changes both engines judge.
const CHANGES: u64 = 3_000;

/// The proposals of the real engine, one line an input; `None` where it is not installed.
fn real(policies: &Path, inputs: &str) -> Option<String> {
    if !Path::new(".cache/opa/lib-opa").is_dir() {
        eprintln!(
            "!!! the real OPA engine is not installed (tests/opa/differential.py --install): nothing was compared"
        );
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opa/differential.py");
    let mut child = Command::new("python3")
        .arg(script)
        .arg(policies)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = inputs.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "OPA does not load the policies");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Each list of a proposal in the order of its elements' text: engines differ in how they order a set.
fn ordered(mut proposal: Value) -> Value {
    for list in proposal.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut) {
        list.sort_by_key(Value::to_string);
    }
    proposal
}

#[test]
fn the_shipped_policies_mean_the_same_to_opa() {
    let modules = shipped::modules();
    let pack = Pack::load(&modules, Vec::new(), Limits::default()).unwrap();
    let mut inputs: Vec<String> = (0..CHANGES).map(|seed| input(&assess(evidence(seed))).unwrap()).collect();
    inputs.extend(golden());
    let Some(answers) = real(Path::new("policies"), &(inputs.join("\n") + "\n")) else { return };
    assert_eq!(answers.lines().count(), inputs.len());
    for (seed, (input, answer)) in inputs.iter().zip(answers.lines()).enumerate() {
        let document: Value = serde_json::from_str(input).unwrap();
        let now = Moment::parse(document["now"].as_str().unwrap()).unwrap();
        let ours = pack.proposal_json(input, now).unwrap().map(ordered);
        let theirs: Value = serde_json::from_str(answer).unwrap();
        let theirs = theirs.get("value").cloned().map(ordered);
        assert_eq!(ours, theirs, "seed {seed}");
    }
}

/// What the real engine makes of each test: `passed`, `failed` or `error`, and the keys that hold of a table of cases.
fn real_test(policies: &Path, query: &str) -> (String, Vec<String>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opa/differential.py");
    let mut child = Command::new("python3")
        .args([script.as_os_str(), policies.as_os_str(), "-".as_ref(), "--query".as_ref(), query.as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"{}\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "OPA does not load the tests");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut held = Vec::new();
    let outcome = match (&answer["value"], answer.get("error")) {
        (_, Some(_)) => "error",
        (Value::Bool(true), _) => "passed",
        (Value::Object(cases), _) => {
            holding(cases, "", &mut held);
            "table"
        }
        _ => "failed",
    };
    (outcome.to_owned(), held)
}

/// The keys of an object of cases that end in `true`.
fn holding(cases: &serde_json::Map<String, Value>, before: &str, held: &mut Vec<String>) {
    for (key, value) in cases {
        let name = if before.is_empty() { key.clone() } else { format!("{before} / {key}") };
        match value {
            Value::Object(inner) => holding(inner, &name, held),
            Value::Bool(true) => held.push(name),
            _ => {}
        }
    }
}

/// A test comes out as its value does in the real engine: true, something else, nothing, or an error. What a table of
/// cases gives is the same object.
#[test]
fn tests_of_policies_come_out_as_opa_evaluates_them() {
    if !Path::new(".cache/opa/lib-opa").is_dir() {
        eprintln!(
            "!!! the real OPA engine is not installed (tests/opa/differential.py --install): nothing was compared"
        );
        return;
    }
    let mut compared = 0;
    for story in ["passing", "failing", "isolation", "mocks"] {
        let story = Path::new("tests/policy_test").join(story);
        let folder = tempfile::tempdir().unwrap();
        for from in [Path::new("policies").to_owned(), story.join(".changeward/policies")] {
            for entry in std::fs::read_dir(from).unwrap() {
                let file = entry.unwrap().path();
                if file.extension().is_some_and(|ending| ending == "rego") {
                    std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
                }
            }
        }
        let ours = Command::new(env!("CARGO_BIN_EXE_changeward"))
            .args(["policy", "test", "--format", "json"])
            .current_dir(&story)
            .output()
            .unwrap();
        let report: Value = serde_json::from_slice(&ours.stdout).unwrap();
        for test in report["tests"].as_array().unwrap() {
            let (group, name) = (test["group"].as_str().unwrap(), test["name"].as_str().unwrap());
            // Two rules of one name are one value to OPA's evaluation; only its runner tells them apart. Its clock runs.
            let other = name.contains('#') || name == "test_the_clock_stands";
            if !group.starts_with("data.") || other || test["outcome"] == "skipped" {
                continue;
            }
            let query = format!("{group}.{name}");
            let (theirs, mut held) = real_test(folder.path(), &query);
            let cases = test["cases"].as_array().unwrap();
            if theirs == "table" {
                let ours = cases.iter().filter(|case| case["passed"] == true);
                let mut ours: Vec<&str> = ours.map(|case| case["name"].as_str().unwrap()).collect();
                ours.sort_unstable();
                held.sort_unstable();
                assert_eq!(ours, held, "{query}");
            } else {
                assert_eq!(test["outcome"], theirs.as_str(), "{query}");
            }
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}

/// What the rules see in the golden cases and the points decided.
fn golden() -> Vec<String> {
    let fragments = read("cases.toml").fragment;
    let cases = FILES.iter().copied().flat_map(|file| read(file).case);
    let documents = cases.filter(|case| case.exit.is_none()).map(|case| {
        let dir = tempfile::tempdir().unwrap();
        let pretty = changeward::app::check::input(&stage(&case, &fragments, dir.path())).unwrap();
        serde_json::from_str::<Value>(&pretty).unwrap().to_string()
    });
    documents.collect()
}
