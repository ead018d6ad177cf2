//! The sixty golden cases of the decision, each through the whole gate: control files on disk, a patch, facts, the
//! evaluating child. `tests/golden/cases.toml` says what each case is.

use changeward::app::check::check;
use changeward::app::request::{CheckRequest, DiffSource, FailOn, Spec};
use changeward::model::{Decision, Moment};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    fragment: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    class: Option<String>,
    verdict: Option<String>,
    risk: Option<String>,
    #[serde(default)]
    codes: Vec<String>,
    exit: Option<u8>,
    #[serde(default = "covered_file")]
    files: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    emergency: bool,
    #[serde(default)]
    reword: Vec<(String, String)>,
    #[serde(default)]
    approve: Vec<String>,
    #[serde(default)]
    reject: Vec<String>,
    #[serde(default)]
    add: BTreeMap<String, String>,
    #[serde(default)]
    replace: Vec<(String, String, String)>,
    #[serde(default)]
    facts: Map<String, Value>,
    #[serde(default = "noon")]
    at: String,
}

fn covered_file() -> Vec<String> {
    vec!["services/pay/deploy/a.yaml".to_owned()]
}

fn noon() -> String {
    "2026-11-22T12:00:00Z".to_owned()
}

const HEAD: &str = "1111111111111111111111111111111111111111";

#[test]
fn every_golden_case_comes_out_as_written() {
    let text = fs::read_to_string("tests/golden/cases.toml").unwrap();
    let cases: Cases = toml::from_str(&text).unwrap();
    assert_eq!(cases.case.len(), 60);
    let wrong: Vec<String> = cases.case.iter().filter_map(|case| run(case, &cases.fragment).err()).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn run(case: &Case, fragments: &BTreeMap<String, String>) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    let request = stage(case, fragments, dir.path());
    let said = match check(&request) {
        Ok(decision) => describe(&decision),
        Err(failure) => {
            let expected = case.exit == Some(failure.exit_code());
            return if expected { Ok(()) } else { Err(format!("{}: failed: {failure:?}", case.name)) };
        }
    };
    let (class, verdict, risk, codes) = said;
    let missing: Vec<_> = case.codes.iter().filter(|code| !codes.contains(code)).collect();
    let right = case.exit.is_none()
        && case.class.as_deref() == Some(&class)
        && case.verdict.as_deref() == Some(&verdict)
        && case.risk.as_ref().is_none_or(|expected| *expected == risk)
        && missing.is_empty();
    if right {
        Ok(())
    } else {
        Err(format!("{}: {class}, {verdict}, {risk}; codes {codes:?}, not there {missing:?}", case.name))
    }
}

fn describe(decision: &Decision) -> (String, String, String, Vec<String>) {
    let all = decision.reasons.iter().chain(&decision.block).chain(&decision.findings);
    let codes = all.map(|finding| finding.code.clone()).collect();
    (
        decision.class.as_str().to_owned(),
        decision.verdict().as_str().to_owned(),
        decision.risk.as_str().to_owned(),
        codes,
    )
}

/// Writes the case to disk and asks for it.
fn stage(case: &Case, fragments: &BTreeMap<String, String>, dir: &Path) -> CheckRequest {
    copy(Path::new("tests/golden/base"), dir);
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
    let patch: String = case.files.iter().map(|path| section(path)).collect();
    fs::write(dir.join("change.diff"), patch).unwrap();
    fs::write(dir.join("facts.json"), facts(case, fragments).to_string()).unwrap();
    CheckRequest {
        dir: dir.to_owned(),
        spec: Spec::Diff(DiffSource::File(dir.join("change.diff"))),
        control_files: Some(dir.to_owned()),
        environment: "production".to_owned(),
        now: Moment::parse(&case.at).unwrap(),
        claim: None,
        trailers: Vec::new(),
        facts: Some(dir.join("facts.json")),
        fail_on: FailOn::Pending,
        program: PathBuf::from(env!("CARGO_BIN_EXE_changeward")),
    }
}

fn section(path: &str) -> String {
    format!(
        "diff --git a/{path} b/{path}\nindex 1111111..2222222 100644\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-old\n+new\n"
    )
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
