//! `changeward exceptions`: what each waiver is worth and what is wrong with it; and how a decision lists those it used.
#![expect(clippy::disallowed_methods, reason = "these tests start the program and write the files it is given")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const CONFIG: &str =
    "version = 1\n[change_authority]\nwho = [\"@cab1\", \"@acme/board\"]\n[exceptions]\nmax_days = 90\n";

const OWNERSHIP: &str = "version = 1\n[teams.board]\nmembers = [\"@lou\"]\n[[row]]\nid = \"all\"\nkind = \"resource\"\nscope = [\"**\"]\n\
                         responsible = [\"@bob\"]\naccountable = \"@cat\"\n";

/// An exception; each word of `but` is a key and the value it has instead.
fn exception(but: &[(&str, &str)]) -> String {
    let keys = [
        ("version", "1"),
        ("id", "\"contact\""),
        ("rule", "\"RACI_LINT\""),
        ("scope", "[\"**\"]"),
        ("reason", "\"it is being renamed\""),
        ("compensating", "\"ask @cat\""),
        ("owner", "\"@bob\""),
        ("approved_by", "\"@cab1\""),
        ("approved_at", "2026-11-01"),
        ("expires_at", "2026-12-31"),
    ];
    let value = |key: &str, usual: &str| {
        let other = but.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        format!("{key} = {}\n", other.unwrap_or(usual))
    };
    keys.iter().map(|(key, usual)| value(key, usual)).collect()
}

fn folder(exceptions: &[String]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = dir.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("src/main.rs", "fn main() {}\n");
    write(".changeward/config.toml", CONFIG);
    write(".changeward/ownership.toml", OWNERSHIP);
    for (n, text) in exceptions.iter().enumerate() {
        write(&format!(".changeward/exceptions/{n}.toml"), text);
    }
    let diff = "diff --git a/src/main.rs b/src/main.rs\nindex 1111111..2222222 100644\n--- a/src/main.rs\n+++ b/src/main.rs\n@@ -1 +1 @@\n-a\n+b\n";
    write("change.diff", diff);
    dir
}

fn run(dir: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
    command.current_dir(dir).args(words).args(["--control-files", "."]).env("NO_COLOR", "1").env("COLUMNS", "100");
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A rule whose code an exception does not see, and two whose code it does, with the file said in either way.
const OWN: &str = r#"package changeward

import rego.v1

# METADATA
# custom:
#   code: ACME_OWN
force_normal contains "no" if input.index

force_normal contains {"code": "ACME_SAID", "msg": "one", "path": file.path} if some file in input.files

force_normal contains {"code": "ACME_SAID", "msg": "all", "paths": [file.path]} if some file in input.files
"#;

/// What is written otherwise, the state, the codes of the findings, the exit code.
type Row = (&'static [(&'static str, &'static str)], &'static str, &'static [&'static str], i32);

#[test]
fn each_is_worth_what_its_file_says() {
    let table: &[Row] = &[
        (&[], "active", &[], 0),
        (&[("approved_by", "\"@lou\"")], "active", &[], 0),
        (&[("expires_at", "2026-11-30")], "expiring", &["EXCEPTION_EXPIRING"], 0),
        (&[("expires_at", "2026-11-22")], "expired", &["EXCEPTION_EXPIRED"], 11),
        (&[("approved_at", "2026-11-23")], "not-yet", &["EXCEPTION_VOID"], 0),
        // The only one behind its owner is its owner.
        (&[("approved_by", "\"@lou\""), ("owner", "\"@acme/board\"")], "not-approved", &["EXCEPTION_VOID"], 11),
        (&[("approved_by", "\"@cab1\""), ("owner", "\"@acme/board\"")], "active", &[], 0),
        (&[("approved_by", "\"@eve\"")], "not-approved", &["EXCEPTION_VOID"], 11),
        (&[("expires_at", "2027-03-01")], "too-long", &["EXCEPTION_VOID"], 11),
        (&[("scope", "[\"nowhere/**\"]")], "active", &["EXCEPTION_UNUSED"], 0),
        (&[("rule", "\"FREEZE\"")], "active", &["EXCEPTION_IDLE"], 11),
        (&[("rule", "\"LOCKDOWN\"")], "active", &["EXCEPTION_IDLE"], 11),
        (&[("rule", "\"RACI_LNT\"")], "active", &["EXCEPTION_IDLE"], 11),
        (&[("rule", "\"ACME_OWN\"")], "active", &["EXCEPTION_IDLE"], 11),
        (&[("rule", "\"ACME_SAID\"")], "active", &[], 0),
    ];
    for (but, state, codes, exit) in table {
        let dir = folder(&[exception(but)]);
        let policies = dir.path().join(".changeward/policies");
        std::fs::create_dir_all(&policies).unwrap();
        std::fs::write(policies.join("own.rego"), OWN).unwrap();
        let output = run(dir.path(), &["exceptions", "--now", "2026-11-22T12:00:00Z", "--format", "json"]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        let one = &document["exceptions"][0];
        let found: Vec<_> = one["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert_eq!((one["state"].as_str().unwrap(), found.as_slice()), (*state, *codes), "{but:?}");
        assert_eq!((output.status.code(), document["fails"].as_bool()), (Some(*exit), Some(*exit == 11)), "{but:?}");
        let human = said(&run(dir.path(), &["exceptions", "--now", "2026-11-22T12:00:00Z"]));
        assert!(human.contains(state) && codes.iter().all(|code| human.contains(code)), "{human}");
    }
}

#[test]
fn a_file_said_as_path_is_covered_like_one_of_paths() {
    for (scope, left) in
        [("[\"src/**\"]", &["ACME_OWN"][..]), ("[\"docs/**\"]", &["ACME_OWN", "ACME_SAID", "ACME_SAID"])]
    {
        let dir = folder(&[exception(&[("rule", "\"ACME_SAID\""), ("scope", scope)])]);
        let policies = dir.path().join(".changeward/policies");
        std::fs::create_dir_all(&policies).unwrap();
        std::fs::write(policies.join("own.rego"), OWN).unwrap();
        let output = run(dir.path(), &["check", "--diff", "change.diff", "--at", "2026-11-22", "--format", "json"]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        let reasons = document["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap());
        let mut own: Vec<&str> = reasons.filter(|code| code.starts_with("ACME_")).collect();
        own.sort_unstable();
        assert_eq!(own, left, "{scope}: {}", document["reasons"]);
    }
}

#[test]
fn the_words_say_what_to_do() {
    let dir = folder(&[exception(&[("rule", "\"RACI_LNT\"")])]);
    let human = said(&run(dir.path(), &["exceptions", "--now", "2026-11-22"]));
    assert!(human.contains("did you mean RACI_LINT?"), "{human}");
    let none = run(folder(&[]).path(), &["exceptions", "--now", "2026-11-22"]);
    assert!(none.status.code() == Some(0) && said(&none).contains("0 exceptions, 0 in force"), "{}", said(&none));
}

#[test]
fn the_document_holds_to_its_schema() {
    let dir = folder(&[exception(&[]), exception(&[("id", "\"b\""), ("scope", "[\"x\"]"), ("rule", "\"X\"")])]);
    let output = run(dir.path(), &["exceptions", "--now", "2026-11-22", "--format", "json"]);
    let mut compiler = boon::Compiler::new();
    let schema = Command::new(env!("CARGO_BIN_EXE_changeward")).args(["schema", "exceptions"]).output().unwrap();
    compiler.add_resource("e.json", serde_json::from_slice(&schema.stdout).unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("e.json", &mut schemas).unwrap();
    let document = serde_json::from_slice(&output.stdout).unwrap();
    assert!(schemas.validate(&document, index).is_ok(), "{}", said(&output));
}

/// The row has no contact, so there is something to waive.
#[test]
fn a_decision_lists_what_it_used_in_every_format() {
    let dir = folder(&[exception(&[])]);
    let check = |format: &str| {
        said(&run(dir.path(), &["check", "--diff", "change.diff", "--at", "2026-11-22", "--format", format]))
    };
    let document: Value = serde_json::from_str(&check("json")).unwrap();
    let used = &document["exceptions"][0];
    let keys = ["id", "rule", "reason", "compensating", "owner", "approved_by", "approved_at", "expires_at"];
    assert!(keys.iter().all(|key| used[key].is_string()) && used["place"]["line"] == 2, "{used}");
    for (format, words) in [
        ("human", "RACI_LINT by contact until 2026-12-31T00:00:00Z: it is being renamed"),
        ("human", "@cab1 allowed it in .changeward/exceptions/0.toml:2"),
        ("markdown", "`RACI_LINT` by `contact` until `2026-12-31T00:00:00Z`: it is being renamed; instead: ask"),
        ("sarif", "EXCEPTION_USED"),
        ("junit", "@bob answers for it, @cab1 allowed it"),
        ("github", "EXCEPTION_USED"),
    ] {
        let answer = check(format).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(answer.contains(words), "{format}: {answer}");
    }
}
