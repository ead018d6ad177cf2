//! The cases of `tests/golden/*.toml`: their words, and how one is laid out on disk and asked for.

use changeward::app::request::{CheckRequest, DiffSource, FailOn, Spec};
use changeward::model::Moment;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cases {
    #[serde(default)]
    pub(crate) fragment: BTreeMap<String, String>,
    pub(crate) case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) class: Option<String>,
    pub(crate) verdict: Option<String>,
    pub(crate) risk: Option<String>,
    #[serde(default)]
    pub(crate) codes: Vec<String>,
    #[serde(default)]
    pub(crate) not_codes: Vec<String>,
    #[serde(default)]
    pub(crate) missing: Option<Vec<String>>,
    pub(crate) split: Option<Vec<String>>,
    pub(crate) next: Option<Vec<String>>,
    /// The exceptions that the decision lists, by id.
    pub(crate) used: Option<Vec<String>>,
    pub(crate) exit: Option<u8>,
    #[serde(default)]
    pub(crate) bare: bool,
    #[serde(default)]
    pub(crate) write: BTreeMap<String, String>,
    #[serde(default = "production")]
    pub(crate) environment: String,
    #[serde(default = "covered_file")]
    pub(crate) files: Vec<String>,
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) emergency: bool,
    #[serde(default)]
    pub(crate) reword: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) approve: Vec<String>,
    #[serde(default)]
    pub(crate) reject: Vec<String>,
    #[serde(default)]
    pub(crate) add: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) replace: Vec<(String, String, String)>,
    /// What is attached: a name, the file's name, and its text.
    #[serde(default)]
    pub(crate) attach: Vec<(String, String, String)>,
    #[serde(default)]
    pub(crate) facts: Map<String, Value>,
    #[serde(default = "noon")]
    pub(crate) at: String,
}

fn covered_file() -> Vec<String> {
    vec!["services/pay/deploy/a.yaml".to_owned()]
}

fn production() -> String {
    "production".to_owned()
}

fn noon() -> String {
    "2026-11-22T12:00:00Z".to_owned()
}

const HEAD: &str = "1111111111111111111111111111111111111111";

/// Every file of cases.
pub(crate) const FILES: &[&str] = &["cases.toml", "points.toml", "ask.toml", "evidence.toml", "exceptions.toml"];

/// The cases of one file.
pub(crate) fn read(file: &str) -> Cases {
    toml::from_str(&fs::read_to_string(Path::new("tests/golden").join(file)).unwrap()).unwrap()
}

/// Writes the case to disk and asks for it.
pub(crate) fn stage(case: &Case, fragments: &BTreeMap<String, String>, dir: &Path) -> CheckRequest {
    if !case.bare {
        copy(Path::new("tests/golden/base"), dir);
    }
    for (path, text) in &case.write {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let controls = dir.join(".changeward");
    for (path, fragment) in &case.add {
        let path = controls.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &fragments[fragment]).unwrap();
    }
    for (path, from, to) in &case.replace {
        let path = controls.join(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from.as_str()), "{}: {from:?} is not in {path:?}", case.name);
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }
    case.files.iter().for_each(|path| before(path, dir));
    let patch: String = case.files.iter().map(|path| section(path, dir)).collect();
    fs::write(dir.join("change.diff"), patch).unwrap();
    fs::write(dir.join("facts.json"), facts(case, fragments).to_string()).unwrap();
    CheckRequest {
        dir: dir.to_owned(),
        spec: Spec::Diff(DiffSource::File(dir.join("change.diff"))),
        control_files: Some(dir.to_owned()),
        environment: case.environment.clone(),
        now: Moment::parse(&case.at).unwrap(),
        claim: None,
        trailers: Vec::new(),
        facts: Some(dir.join("facts.json")),
        outcomes: None,
        attachments: attached(case, dir),
        all_edits: false,
        fail_on: FailOn::Pending,
        program: PathBuf::from(env!("CARGO_BIN_EXE_changeward")),
    }
}

fn attached(case: &Case, dir: &Path) -> Vec<(String, PathBuf)> {
    let write = |(name, file, text): &(String, String, String)| {
        fs::write(dir.join(file), text).unwrap();
        (name.clone(), dir.join(file))
    };
    case.attach.iter().map(write).collect()
}

/// What a file is before the patch.
fn before(path: &str, dir: &Path) {
    let from = path.split_once(" -> ").map_or(path, |(from, _)| from);
    let file = dir.join(from.trim_end_matches('!'));
    if !file.exists() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "old\n").unwrap();
    }
}

/// How a file changes: by its first line.
fn section(path: &str, dir: &Path) -> String {
    if let Some((from, to)) = path.split_once(" -> ") {
        return format!("diff --git a/{from} b/{to}\nsimilarity index 100%\nrename from {from}\nrename to {to}\n");
    }
    if let Some(path) = path.strip_suffix('!') {
        return format!(
            "diff --git a/{path} b/{path}\nindex 1111111..2222222 100644\nBinary files a/{path} and b/{path} differ\n"
        );
    }
    let text = fs::read_to_string(dir.join(path)).unwrap();
    let first = text.lines().next().unwrap_or_default();
    format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{first}\n+new\n")
}

fn facts(case: &Case, fragments: &BTreeMap<String, String>) -> Value {
    let mut body = case.body.clone().unwrap_or_default();
    if case.emergency {
        body = fragments["emergency"].clone();
        for (from, to) in &case.reword {
            assert!(body.contains(from.as_str()), "{}: {from:?} is not in the text", case.name);
            body = body.replace(from, to);
        }
    }
    let said = |who: &String, decision: &str| {
        let bot = who.ends_with('!');
        let (by, old) = who.trim_end_matches('!').split_once('@').map_or((who.as_str(), false), |(by, _)| (by, true));
        json!({
            "by": by.trim_end_matches('!'),
            "kind": if bot { "bot" } else { "user" },
            "decision": decision,
            "commit": if old { HEAD.replace('1', "2") } else { HEAD.to_owned() },
            "at": "2026-11-22T11:00:00Z",
        })
    };
    let words = case.approve.iter().map(|who| said(who, "approve"));
    let words: Vec<_> = words.chain(case.reject.iter().map(|who| said(who, "reject"))).collect();
    // Far future cases keep their approvals fresh.
    let words: Vec<_> = words
        .into_iter()
        .map(|mut word| {
            word["at"] = json!(Moment::parse(&case.at).unwrap().plus(-3600).to_string());
            word
        })
        .collect();
    let mut facts = json!({
        "version": 1,
        "head": HEAD,
        "author": "ann",
        "requester": "ann",
        "committers": ["ann"],
        "body": body,
        "claimed_at": Moment::parse(&case.at).unwrap().plus(-7200).to_string(),
        "approvals": words,
        "incidents": [{"id": "INC-42", "state": "open", "severity": 1, "rows": ["pay"]}],
    });
    for (key, value) in &case.facts {
        facts[key] = value.clone();
    }
    facts
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
