//! The healthy repository of `tests/doctor`, what is done to it, and what the doctor says of it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a part of the tests: each uses its own part, and it stops where it fails"
)]

use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub file: String,
    pub text: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub link: Option<String>,
    #[serde(default)]
    pub remove: bool,
}

impl Edit {
    pub fn make(&self, root: &Path) {
        let file = root.join(&self.file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        if self.remove {
            if file.is_dir() { fs::remove_dir_all(&file) } else { fs::remove_file(&file) }.unwrap();
        } else if let Some(text) = &self.text {
            fs::write(&file, text).unwrap();
        } else if let Some(target) = &self.link {
            std::os::unix::fs::symlink(target, &file).unwrap();
        } else {
            let before = fs::read_to_string(&file).unwrap();
            let (from, to) = (self.from.as_ref().unwrap(), self.to.as_ref().unwrap());
            assert!(before.contains(from), "{} does not hold {from:?}", self.file);
            fs::write(&file, before.replacen(from, to, 1)).unwrap();
        }
    }
}

pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

pub fn healthy(edits: &[Edit]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new("tests/doctor/healthy"), folder.path());
    edits.iter().for_each(|edit| edit.make(folder.path()));
    folder
}

/// Runs the doctor without anything of the environment.
pub fn run(dir: &Path, words: &[&str], variables: &[(&str, &str)]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .arg("doctor")
        .args(words)
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("COLUMNS", "100")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

pub fn findings(dir: &Path, words: &[&str], variables: &[(&str, &str)]) -> Vec<Value> {
    let (said, errors, code) = run(dir, &[words, &["--format", "json"]].concat(), variables);
    assert!(matches!(code, 0 | 11), "{code}: {errors}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["fails"] == true, code == 11, "{said}");
    described(&report);
    report["findings"].as_array().unwrap().clone()
}

pub fn of<'f>(found: &'f [Value], code: &str) -> Vec<&'f Value> {
    found.iter().filter(|one| one["code"] == code).collect()
}

pub fn place(finding: &Value) -> Option<String> {
    let file = finding["file"].as_str()?;
    Some(finding["line"].as_u64().map_or_else(|| file.to_owned(), |line| format!("{file}:{line}")))
}

/// A report as a whole, held to a snapshot; `SNAPSHOTS=overwrite` makes it anew.
pub fn holds(file: &str, now: &str) {
    let path = format!("tests/doctor/{file}");
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&path, now).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), now, "{path}: SNAPSHOTS=overwrite makes it anew");
}

/// Every document is what its schema says, which is closed here: a field that it does not describe is a fault.
fn described(report: &Value) {
    let mut schema: Value = serde_json::from_str(changeward::app::schema::text("doctor").unwrap()).unwrap();
    schema["additionalProperties"] = false.into();
    schema["properties"]["findings"]["items"]["additionalProperties"] = false.into();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("doctor.json", schema).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("doctor.json", &mut schemas).unwrap();
    schemas.validate(report, index).unwrap_or_else(|fault| panic!("{fault}"));
}
