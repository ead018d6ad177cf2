//! Policies as Conftest runs them: the shapes of files, whole changes judged, and what no policy may get away with.
#![expect(clippy::disallowed_methods, reason = "these tests start the program and write the files it is given")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a document without the key is a test that fails")]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::model::{ConftestParser, RepoPath};
use changeward::parse::conftest;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Command, Output};
use temp_repo::TempRepo;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    name: String,
    parser: String,
    text: String,
    gives: Option<Vec<String>>,
    why: Option<String>,
    line: Option<u32>,
}

#[derive(Deserialize)]
struct Shapes {
    shape: Vec<Shape>,
}

#[test]
fn every_file_has_the_shape_conftest_gives_it() {
    let shapes: Shapes = toml::from_str(&std::fs::read_to_string("tests/conftest/shapes.toml").unwrap()).unwrap();
    let mut wrong = Vec::new();
    for Shape { name, parser, text, gives, why, line } in shapes.shape {
        let parse = |text: &String| serde_json::from_str::<Value>(text).unwrap();
        match (conftest(ConftestParser::parse(&parser).unwrap(), text.as_bytes()), gives) {
            (Ok(documents), Some(gives)) => {
                let is: Vec<_> = documents.iter().map(parse).collect();
                let expected: Vec<_> = gives.iter().map(parse).collect();
                if is != expected {
                    wrong.push(format!("{name}:\n  {is:?}\n  {expected:?}"));
                }
            }
            (Err(fault), None) => {
                if !fault.why.contains(why.as_deref().unwrap()) || Some(fault.line) != line {
                    wrong.push(format!("{name}: line {}: {}", fault.line, fault.why));
                }
            }
            (is, expected) => wrong.push(format!("{name}: {is:?}, not {expected:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_file_is_read_as_its_name_says() {
    let table = [
        ("a/Dockerfile", Some("dockerfile")),
        ("Dockerfile.debug", Some("dockerfile")),
        ("dev.Dockerfile", Some("dockerfile")),
        ("a.tf", Some("hcl2")),
        ("a.tfvars", Some("hcl2")),
        (".env.prod", Some("dotenv")),
        ("prod.env", Some("dotenv")),
        ("a.YML", Some("yaml")),
        ("a.json", Some("json")),
        ("package-lock.json", Some("json")),
        ("a.ini", Some("ini")),
        ("a.md", None),
        ("Makefile", None),
        ("yaml", None),
    ];
    for (path, expected) in table {
        let parser = ConftestParser::of(&RepoPath::from(path));
        assert_eq!(parser, expected.map(|word| ConftestParser::parse(word).unwrap()), "{path}");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Below `[conftest]`.
    #[serde(default)]
    config: String,
    /// Files of the base.
    #[serde(default)]
    base: BTreeMap<String, String>,
    /// What the change writes; a file without text is deleted.
    head: BTreeMap<String, String>,
    /// Each as `CODE path:line message`.
    #[serde(default)]
    says: Vec<String>,
    /// The code of the diagnostic, where nothing is decided.
    fails: Option<String>,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn changeward(repo: &TempRepo, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
    command.current_dir(repo.path()).args(args).env("NO_COLOR", "1");
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR");
    command.output().unwrap()
}

fn judged(case: &Case) -> Result<(), String> {
    let repo = TempRepo::new();
    let config = format!("version = 1\n[conftest]\npolicy = [\"policy\"]\n{}\n", case.config);
    repo.write(".changeward/config.toml", &config);
    for (path, text) in &case.base {
        repo.write(path, text);
    }
    repo.commit("base");
    for (path, text) in &case.head {
        match text.as_str() {
            "" => std::fs::remove_file(repo.path().join(path)).unwrap(),
            text => repo.write(path, text),
        }
    }
    repo.commit("head");
    let output = changeward(&repo, &["check", "HEAD~1..HEAD", "--format", "json"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if let Some(code) = &case.fails {
        let failed = output.status.code() == Some(3) && stderr.contains(code.as_str()) && output.stdout.is_empty();
        return if failed { Ok(()) } else { Err(format!("{}: {:?} {stderr}", case.name, output.status.code())) };
    }
    let document: Value = serde_json::from_slice(&output.stdout).map_err(|_| format!("{}: {stderr}", case.name))?;
    let block = document["block"].as_array().unwrap();
    let shown = |finding: &Value| {
        let line = finding["line"].as_u64().map_or_else(String::new, |line| format!(":{line}"));
        let path = finding["path"].as_str().unwrap_or("-");
        format!("{} {path}{line} {}", finding["code"].as_str().unwrap(), finding["msg"].as_str().unwrap())
    };
    let all = block.iter().chain(document["findings"].as_array().unwrap());
    let mut says: Vec<String> = all.map(shown).filter(|line| line.starts_with("CONFTEST_")).collect();
    let mut expected = case.says.clone();
    says.sort();
    expected.sort();
    // What is only info is left out of the first screen of an approval.
    let quiet = document["findings"].as_array().unwrap().iter().filter(|one| one["severity"] == "info");
    if let Some(one) = quiet.map(shown).find(|line| line.starts_with("CONFTEST_")) {
        return Err(format!("{}: nobody is shown {one}", case.name));
    }
    let blocks = block.iter().any(|one| one["code"].as_str().unwrap().starts_with("CONFTEST_"));
    if says != expected || blocks != (document["verdict"] == "block") {
        return Err(format!("{}: {says:#?}, verdict {}", case.name, document["verdict"]));
    }
    Ok(())
}

#[test]
fn every_case_comes_out_as_written() {
    let cases: Cases = toml::from_str(&std::fs::read_to_string("tests/conftest/cases.toml").unwrap()).unwrap();
    let wrong: Vec<String> = cases.case.iter().filter_map(|case| judged(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The policies of the base judge: a change cannot bring its own, and one that edits them is an edit of a control file.
#[test]
fn a_change_does_not_bring_the_policies_it_is_judged_by() {
    let repo = TempRepo::new();
    let config = "version = 1\n[conftest]\npolicy = [\"rules\"]\ndata = [\"facts/known.json\"]\n";
    repo.write(".changeward/config.toml", config);
    repo.write("rules/a.rego", "package main\n\nimport rego.v1\n\ndeny contains \"never\" if input.a == data.bad\n");
    repo.write("facts/known.json", "{\"bad\": 1}");
    repo.commit("base");
    repo.write("rules/a.rego", "package main\n\nimport rego.v1\n\ndeny contains \"no\" if false\n");
    repo.write("facts/known.json", "{\"bad\": 2}");
    repo.write("x.yaml", "a: 1\n");
    repo.commit("head");
    let output = changeward(&repo, &["check", "HEAD~1..HEAD", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["block"][0]["msg"], "never", "{document}");
    let files = document["files"].as_array().unwrap();
    let control = |path: &str| files.iter().any(|file| file["path"] == path && file["control"] == true);
    assert!(control("rules/a.rego") && control("facts/known.json") && !control("x.yaml"));
    assert_eq!(document["reasons"][0]["code"], "CONTROL_EDIT");
}

#[test]
fn a_patch_is_judged_by_what_it_makes_of_a_file() {
    let repo = TempRepo::new();
    repo.write(".changeward/config.toml", "version = 1\n[conftest]\npolicy = [\"policy\"]\n");
    repo.write("policy/a.rego", "package main\n\nimport rego.v1\n\ndeny contains \"one\" if input.a == 1\n");
    repo.write("x.yaml", "a: 0\nb: 0\n");
    repo.commit("base");
    let patch = "diff --git a/x.yaml b/x.yaml\nindex 1111111..2222222 100644\n--- a/x.yaml\n+++ b/x.yaml\n@@ -1,2 +1,2 @@\n-a: 0\n+a: 1\n b: 0\n";
    std::fs::write(repo.path().join("change.diff"), patch).unwrap();
    let output = changeward(&repo, &["check", "--diff", "change.diff", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&document["block"][0]["code"], &document["block"][0]["path"]),
        (&"CONFTEST_DENY".into(), &"x.yaml".into())
    );
}
