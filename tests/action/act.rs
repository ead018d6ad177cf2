//! The Action and the example workflows as a runner runs them, by act, without a container and without a network.

use super::{read, tool};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands for the Action in the examples.
const ACTION: &str = "OWNER/changeward@0000000000000000000000000000000000000000";

/// A repository `acme/shop` with a workflow, beside a copy of the Action.
pub(crate) struct Runner {
    act: PathBuf,
    root: PathBuf,
    _folder: tempfile::TempDir,
}

/// What came of it.
pub(crate) struct Run {
    pub(crate) log: String,
    pub(crate) succeeded: bool,
}

impl Runner {
    /// None where act is not installed.
    pub(crate) fn new() -> Option<Self> {
        let act = tool("venv/bin/act")?;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["action/action", "home", "told", "work/.github/workflows"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        for name in ["action.yml", "action/run.sh"] {
            fs::copy(name, root.join("action").join(name)).unwrap();
        }
        let runner = Self { act, root, _folder: folder };
        runner.git(&["init", "--quiet", "--initial-branch=main"]);
        runner.git(&["remote", "add", "origin", "https://github.com/acme/shop"]);
        Some(runner)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A file of the repository.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let place = self.at("work").join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    /// A program beside the repository.
    pub(crate) fn program(&self, name: &str, text: &str) -> PathBuf {
        let place = self.at(name);
        fs::write(&place, format!("#!/bin/bash\n{text}\n")).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    fn git(&self, words: &[&str]) {
        let who = ["-c", "user.name=Ann", "-c", "user.email=ann@acme.example"];
        let output = Command::new("git")
            .args(who)
            .args(words)
            .current_dir(self.at("work"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// What happens when the event comes. `told` holds what the workflow writes into `$TOLD`.
    pub(crate) fn run(&self, event: &str, payload: &serde_json::Value, environment: &[(&str, &str)]) -> Run {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "as it is"]);
        fs::write(self.at("event.json"), payload.to_string()).unwrap();
        let mut command = Command::new(&self.act);
        command.arg(event).args([
            "-P",
            "ubuntu-latest=-self-hosted",
            "--actor",
            "bob",
            "-s",
            "GITHUB_TOKEN=a-token-of-the-test",
        ]);
        command.arg("-e").arg(self.at("event.json"));
        command.arg("--local-repository").arg(format!("{ACTION}={}", self.at("action").display()));
        command.arg("--env").arg(format!("TOLD={}", self.at("told").display()));
        for (name, value) in environment {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        let output = command
            .current_dir(self.at("work"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.at("home"))
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        Run { log, succeeded: output.status.success() }
    }

    /// What the workflow has written into a file of `$TOLD`.
    pub(crate) fn told(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.at("told").join(name)).ok()
    }
}

/// A workflow that uses the Action and tells what it got of it.
pub(crate) fn consumer(event: &str, inputs: &[(&str, &str)]) -> String {
    let inputs: String = inputs.iter().map(|(name, value)| format!("          {name}: '{value}'\n")).collect();
    format!(
        "on: {event}
permissions: {{}}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - id: changeward
        continue-on-error: true
        uses: {ACTION}
        with:
{inputs}      - env:
          STEP: ${{{{ toJSON(steps.changeward) }}}}
          REPORT: ${{{{ steps.changeward.outputs.report }}}}
        run: |
          printf '%s' \"$STEP\" >\"$TOLD/step.json\"
          if [ -n \"$REPORT\" ]; then cp \"$REPORT\" \"$TOLD/report.json\"; fi
  strict:
    runs-on: ubuntu-latest
    needs: gate
    steps:
      - uses: {ACTION}
        with:
{inputs}      - run: touch \"$TOLD/went-on\"
"
    )
}

/// The outputs of the step, and how it ended, in the words of the runner.
pub(crate) fn step(runner: &Runner) -> (BTreeMap<String, String>, String) {
    let step: serde_json::Value = serde_json::from_str(&runner.told("step.json").unwrap_or_default()).unwrap();
    let outputs = step["outputs"].as_object().unwrap();
    let outputs = outputs.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    (outputs, step["outcome"].as_str().unwrap().to_owned())
}

/// The program that is not there: the step fails, every output is there, and the job stops.
#[test]
fn a_program_that_cannot_be_had_approves_nothing() {
    let Some(runner) = Runner::new() else { return };
    let inputs = [("install", "path"), ("binary", "/nowhere/changeward")];
    runner.write(".github/workflows/gate.yml", &consumer("push", &inputs));
    let run = runner.run("push", &serde_json::json!({}), &[]);
    let (outputs, outcome) = step(&runner);
    assert!(!run.succeeded && outcome == "failure", "{}", run.log);
    assert_eq!(outputs.len(), 11, "{outputs:?}");
    for (name, value) in outputs {
        let expected = match name.as_str() {
            "exit-code" => "2",
            "automatic" => "false",
            _ => "",
        };
        assert_eq!(value, expected, "{name}");
    }
    assert_eq!(runner.told("went-on"), None);
    assert!(run.log.contains("which is no program") && !run.log.contains("a-token-of-the-test"), "{}", run.log);
}

/// The example as it is. The Action's program is one that notes what it was told and ends as `$ENDS` says.
fn example(runner: &Runner, name: &str) {
    let note = "echo \"$*\" >>\"$TOLD/gate\"; [ -n \"$CHANGEWARD_TOKEN\" ] || exit 2; exit \"${ENDS:-0}\"";
    let program = runner.program("changeward", note);
    let action = read("action.yml")
        .replace("${{ inputs.install }}", "path")
        .replace("${{ inputs.binary }}", program.to_str().unwrap());
    fs::write(runner.at("action/action.yml"), action).unwrap();
    runner.write(&format!(".github/workflows/{name}"), &read(Path::new("examples/workflows").join(name)));
}

/// The gate is started by the events it is for, and by no other.
#[test]
fn the_examples_start_the_gate_when_they_should() {
    let request = serde_json::json!([{ "name": "changeward:request" }]);
    let plain = serde_json::json!([{ "name": "bug" }]);
    let on_issue = |labels: &serde_json::Value| serde_json::json!({ "issue": { "number": 7, "labels": labels } });
    let on_pull = serde_json::json!({ "issue": { "number": 7, "labels": request, "pull_request": { "url": "x" } } });
    let nothing = serde_json::json!({});
    let pull = serde_json::json!({ "pull_request": { "number": 7 } });
    let cases = [
        ("pull-request.yml", "pull_request_target", &pull, Some("gate --fail-on=never")),
        ("pull-request.yml", "workflow_run", &nothing, Some("gate --fail-on=never")),
        ("pull-request.yml", "issue_comment", &on_pull, Some("gate --fail-on=never")),
        ("pull-request.yml", "issue_comment", &on_issue(&request), None),
        ("comments.yml", "issue_comment", &on_issue(&request), Some("gate --fail-on=never")),
        ("comments.yml", "issue_comment", &on_issue(&plain), None),
        ("comments.yml", "issue_comment", &on_pull, None),
        ("re-evaluate.yml", "schedule", &nothing, Some("gate --fail-on=never")),
        ("re-evaluate.yml", "workflow_dispatch", &nothing, Some("gate --fail-on=never")),
        ("merge-queue.yml", "merge_group", &nothing, Some("gate --mode=enforce --fail-on=never")),
        ("report-only.yml", "pull_request", &pull, Some("gate --mode=report --fail-on=never")),
        ("review.yml", "pull_request_review", &pull, None),
    ];
    for (name, event, payload, told) in cases {
        let Some(runner) = Runner::new() else { return };
        example(&runner, name);
        let run = runner.run(event, payload, &[]);
        assert!(run.succeeded, "{name}: {event}: {}", run.log);
        assert_eq!(runner.told("gate").as_deref().map(str::trim), told, "{name}: {event}: {}", run.log);
    }
}

/// Nothing is deployed that the gate has not let through, and how it went is recorded.
#[test]
fn the_example_deploys_what_may_go_ahead_and_records_how_it_went() {
    let gate = "gate --environment=production";
    let cases = [
        ("10", "exit 0", false, vec![gate]),
        ("11", "exit 0", false, vec![gate]),
        ("4", "exit 0", false, vec![gate]),
        ("0", "exit 0", true, vec![gate, "gate --environment=production --deployed=success"]),
        ("0", "exit 1", true, vec![gate, "gate --environment=production --deployed=failure"]),
    ];
    for (ends, deploy, deploys, told) in cases {
        let Some(runner) = Runner::new() else { return };
        example(&runner, "deploy.yml");
        let program = runner.program("work/deploy", &format!("echo \"$*\" >\"$TOLD/deployed\"; {deploy}"));
        assert!(program.exists());
        let run = runner.run("push", &serde_json::json!({ "ref": "refs/heads/main" }), &[("ENDS", ends)]);
        let deployed = runner.told("deployed");
        assert_eq!(deployed.as_deref(), deploys.then_some("production\n"), "{ends}: {}", run.log);
        assert_eq!(runner.told("gate").unwrap_or_default().lines().collect::<Vec<_>>(), told, "{ends}: {}", run.log);
        assert_eq!(run.succeeded, ends == "0" && deploy == "exit 0", "{ends}: {}", run.log);
    }
}
