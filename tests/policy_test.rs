//! `changeward policy test`: each folder of `tests/policy_test/` holds policies, tests and a `session.txt` of commands
//! with what they print. Times are taken out of it.
//!
//! `SNAPSHOTS=overwrite cargo test --test policy_test` rewrites the outputs; read the difference before committing it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

use regex::Regex;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn changeward(words: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
    command.args(words).current_dir(folder).env_clear().env("COLUMNS", "100");
    command.output().unwrap()
}

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy_test");
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// What a command prints, without its times, and its exit code where it is not zero.
fn told(command: &str, folder: &Path) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let output = changeward(&words[1..], folder);
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let mut timeless = said;
    for (pattern, instead) in [
        (r"\([0-9.]+ m?s\)", "(… ms)"),
        (r#""duration_ns": [0-9]+"#, r#""duration_ns": 1"#),
        (r#""ran_at": "[^"]*""#, r#""ran_at": "now""#),
        (r#" time="[0-9.]+""#, r#" time="0""#),
        (r#" timestamp="[^"]*""#, r#" timestamp="now""#),
    ] {
        timeless = Regex::new(pattern).unwrap().replace_all(&timeless, instead).into_owned();
    }
    match output.status.code() {
        Some(0) => timeless,
        code => format!("{}\n? {}\n", timeless.trim_end(), code.unwrap_or(-1)),
    }
}

#[test]
fn every_story_comes_out_as_told() {
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite");
    let mut wrong = Vec::new();
    let stories = stories();
    assert!(stories.len() >= 8);
    for story in stories {
        let file = story.join("session.txt");
        let before = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} tells nothing", story.display()));
        let commands: Vec<&str> = before.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        assert!(!commands.is_empty(), "{} runs nothing", story.display());
        let now: String =
            commands.iter().map(|command| format!("$ {command}\n{}\n", told(command, &story).trim_end())).collect();
        if overwrite {
            fs::write(&file, &now).unwrap();
        } else if now != before {
            wrong.push(format!("--- {}\n{now}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "these stories come out otherwise:\n{}", wrong.join("\n"));
}

/// The documents are what their schema says, in the judgement of another validator.
#[test]
fn every_json_report_obeys_its_schema() {
    let schema: Value = serde_json::from_str(changeward::app::schema::text("tests").unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("tests.json", schema).unwrap();
    let index = compiler.compile("tests.json", &mut schemas).unwrap();
    let mut seen = 0;
    for story in stories() {
        let output = changeward(&["policy", "test", "--format", "json", "--coverage", "--timeout", "1s"], &story);
        if matches!(output.status.code(), Some(0 | 11)) {
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            schemas.validate(&report, index).unwrap_or_else(|error| panic!("{}: {error:#}", story.display()));
            seen += 1;
        }
    }
    assert!(seen >= 3);
}

/// Each test alone comes out as it does among all the others, in whatever order: none changes another.
#[test]
fn no_test_changes_another() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy_test/isolation");
    let outcomes = |words: &[&str]| -> Vec<(String, String)> {
        let output = changeward(&[&["policy", "test", "--format", "json"], words].concat(), &story);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let tests = report["tests"].as_array().unwrap().iter();
        tests.map(|test| (test["name"].as_str().unwrap().to_owned(), test["outcome"].to_string())).collect()
    };
    let together = outcomes(&[]);
    assert!(together.len() >= 5);
    for (name, outcome) in &together {
        let alone = outcomes(&["--run", &format!("{}$", regex::escape(name))]);
        assert_eq!(alone, [(name.clone(), outcome.clone())]);
    }
    // The other way round: the files are read in the order of their names.
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join(".changeward/policies");
    fs::create_dir_all(&policies).unwrap();
    let text = fs::read_to_string(story.join(".changeward/policies/leak_test.rego")).unwrap();
    let (head, tests) = text.split_once("# TESTS\n").unwrap();
    let tests: Vec<&str> = tests.split("\n\n").filter(|test| !test.trim().is_empty()).collect();
    for (n, test) in tests.iter().rev().enumerate() {
        fs::write(
            policies.join(format!("t{n:02}_test.rego")),
            format!("{head}\n{test}\n").replace("package leak_test", &format!("package leak{n:02}_test")),
        )
        .unwrap();
    }
    let output = changeward(&["policy", "test", "--format", "json"], folder.path());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut reversed: Vec<(String, String)> = report["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| (test["name"].as_str().unwrap().to_owned(), test["outcome"].to_string()))
        .collect();
    reversed.reverse();
    assert_eq!(reversed, together);
}

/// A note, a printed line or a value of a stranger's can neither move a cursor nor end a line, in any format.
#[test]
fn nothing_hostile_reaches_any_format() {
    let folder = tempfile::tempdir().unwrap();
    let policies = folder.path().join(".changeward/policies");
    fs::create_dir_all(&policies).unwrap();
    let hostile = "\\u001b[2J\\n::error::x\\u202e<b>&\"'";
    let text = format!(
        r#"{{"version": 1, "cases": [{{"note": "{}", "want": {{"deny": ["{}"]}}}}]}}"#,
        hostile.replace('"', "\\\""),
        hostile.replace('"', "\\\"")
    );
    fs::write(policies.join("a_test.json"), text).unwrap();
    let rego = "package a_test\ntest_x if { print(\"\\u001b[2J\\n::error::y\"); \"\\u001b[31m\" == \"\\u202e\" }\ntest_y[k] if { some k in [\"\\u001b[2J\\n::error::z\"]; false }\n";
    fs::write(policies.join("a_test.rego"), rego).unwrap();
    for format in ["human", "json", "junit", "lcov"] {
        let output = changeward(&["policy", "test", "--format", format, "--verbose"], folder.path());
        assert_eq!(output.status.code(), Some(11), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(!said.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{format}: {said:?}");
        assert!(!said.lines().any(|line| line.trim_start().starts_with("::")), "{format}: {said}");
    }
    let output = changeward(&["policy", "test", "--list"], folder.path());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(!said.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{said:?}");
}
