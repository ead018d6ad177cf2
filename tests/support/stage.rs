//! A shop on GitHub: a repository with owners, a template and people, the stand-in of GitHub, and the gate itself, run as a
//! workflow would run it.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a part of the tests: each uses its own part, and it stops where it fails"
)]

use crate::github::{Fake, Git, State};
use crate::temp_repo::TempRepo;
use changeward::app::failure::Failure;
use changeward::app::gate::{self, Access, Deploy, Files, GateAnswer, GateRequest, Patience, Run, Token};
use changeward::app::request::{CheckRequest, FailOn, Spec};
use changeward::model::{CommitId, GateMode, Moment, RepoName};
use changeward::parse::ci_event::ci_event;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

pub const CONTEXT: &str = "changeward/main";
pub const VERDICT: &str = "<!-- changeward:verdict -->";

const CONFIG: &str = r#"version = 1
[control]
owners = ["@cat"]
[change_authority]
who = ["@cab"]
[emergency.incidents]
source = "github"
"#;

const OWNERSHIP: &str = r##"version = 1
[escalation]
owner = "@sam"
contact = "#help"
[[row]]
id = "payments"
kind = "resource"
scope = ["services/payments/**", "deploy/payments/**"]
tier = 3
responsible = ["@acme/pay"]
accountable = "@cat"
director = "@dan"
contact = "#payments"
[[row]]
id = "web"
kind = "resource"
scope = ["web/**"]
tier = 3
responsible = ["@fay"]
accountable = "@cat"
director = "@dan"
contact = "#web"
"##;

const TEMPLATE: &str = r#"version = 1
id = "replicas"
title = "Raise the replicas"
state = "published"
proposed_by = "@ann"
approved_by = ["@cab"]
approved_at = 2026-10-01
expires_at = 2027-10-01
implementation = "merge"
backout = "revert"
[scope]
include = ["deploy/**/*.yaml"]
kinds = ["modified"]
[[allow]]
edit = "/spec/replicas"
type = "integer"
min = 1
max = 20
"#;

/// Where the gate finds the files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Where {
    /// In a checkout that has everything.
    Checkout,
    /// Through the API alone.
    Api,
}

/// The shop.
pub struct Stage {
    pub repo: TempRepo,
    pub fake: Fake,
    pub place: Where,
    pub mode: GateMode,
    pub token: &'static str,
    pub dry_run: bool,
    pub own_workflow: bool,
    pub context: Option<String>,
    pub files: Files,
    pub run: u64,
    pub environment: String,
    pub patience: Patience,
    elsewhere: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: u8,
    pub answer: Result<GateAnswer, Failure>,
}

impl Ended {
    #[track_caller]
    pub fn answer(&self) -> &GateAnswer {
        self.answer.as_ref().unwrap()
    }

    /// Codes of everything that is said about the only change.
    #[track_caller]
    pub fn codes(&self) -> Vec<String> {
        let decision = &self.answer().turns[0].decision;
        let all = decision.reasons.iter().chain(&decision.block).chain(&decision.findings);
        all.map(|finding| finding.code.clone()).collect()
    }

    #[track_caller]
    pub fn class(&self) -> &'static str {
        self.answer().turns[0].decision.class.as_str()
    }
}

impl Stage {
    pub fn new() -> Self {
        let repo = TempRepo::new();
        repo.write(".changeward/config.toml", CONFIG);
        repo.write(".changeward/ownership.toml", OWNERSHIP);
        repo.write(".changeward/templates/replicas.toml", TEMPLATE);
        repo.write("services/payments/pay.rs", "fn pay() {}\n");
        repo.write("deploy/payments/app.yaml", "kind: Deployment\nspec:\n  replicas: 2\n");
        repo.write("web/index.html", "<p>Hello</p>\n");
        repo.commit("Start");
        let git = Git::new(repo.path());
        let mut state = State::new("acme/shop", &git);
        for (login, role) in [
            ("ann", "write"),
            ("bob", "write"),
            ("eve", "write"),
            ("fay", "write"),
            ("cat", "maintain"),
            ("cab", "write"),
            ("dan", "write"),
            ("sam", "admin"),
            ("mallory", "read"),
        ] {
            state.person(login, role);
        }
        state.team("pay", &["eve", "bob"]);
        let fake = Fake::start(state, git);
        Self {
            repo,
            fake,
            place: Where::Checkout,
            mode: GateMode::Request,
            token: State::APP,
            dry_run: false,
            own_workflow: false,
            context: None,
            files: Files::default(),
            run: 42,
            environment: "production".to_owned(),
            patience: calm(),
            elsewhere: tempfile::tempdir().unwrap(),
        }
    }

    /// The same without a checkout.
    pub fn without_checkout() -> Self {
        Self { place: Where::Api, ..Self::new() }
    }

    /// Commits files on a branch that starts at main, by ann; nothing is pushed.
    pub fn commit(&self, branch: &str, files: &[(&str, &str)], message: &str) -> String {
        let there = self.repo.try_git(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}")]);
        if there.status.success() {
            self.repo.git(&["switch", "--quiet", branch]);
        } else {
            self.repo.git(&["switch", "--quiet", "-c", branch, "main"]);
        }
        for (path, text) in files {
            self.repo.write(path, text);
        }
        self.repo.git(&["add", "--all"]);
        let at = self.fake.with(|state| state.now.to_string());
        self.repo.committed_by("ann", &at, message);
        let head = self.repo.line(&["rev-parse", "HEAD"]);
        self.repo.git(&["switch", "--quiet", "main"]);
        head
    }

    /// A pull request by ann with one commit.
    pub fn pull(&self, files: &[(&str, &str)]) -> u64 {
        self.pull_saying(files, "Change something", "")
    }

    /// The same with a text.
    pub fn pull_saying(&self, files: &[(&str, &str)], title: &str, body: &str) -> u64 {
        let branch = format!("topic-{}", self.fake.with(|state| state.pulls.len()));
        self.commit(&branch, files, title);
        let number = self.fake.open("ann", &branch, "main", title);
        if !body.is_empty() {
            self.fake.edit("ann", number, title, body);
        }
        number
    }

    /// One more commit on a pull request's branch, pushed.
    pub fn push(&self, by: &str, number: u64, files: &[(&str, &str)]) -> String {
        let branch = self.fake.with(|state| state.pulls[&number].head_ref.clone());
        self.commit(&branch, files, "More");
        self.fake.push(by, &branch)
    }

    /// The head of a pull request.
    pub fn head(&self, number: u64) -> String {
        self.fake.with(|state| state.pulls[&number].head.clone())
    }

    /// Runs the gate on a pull request, as `pull_request_target` would.
    pub fn gate(&self, number: u64) -> Ended {
        self.gate_on("pull_request_target", &json!({"number": number, "by": "ann", "action": "opened"}))
    }

    /// Runs the gate on an event.
    pub fn gate_on(&self, name: &str, args: &Value) -> Ended {
        self.run(&self.request(name, args))
    }

    /// Runs the gate for a deployment, by somebody.
    pub fn deploy(&self, by: &str, commit: &str) -> Ended {
        self.run(&self.deployment(by, commit))
    }

    pub fn deployment(&self, by: &str, commit: &str) -> GateRequest {
        let mut request = self.request("workflow_dispatch", &json!({"by": by}));
        request.deploy =
            Some(Deploy { commit: CommitId(commit.to_owned()), since: None, objects: true, finished: None });
        request
    }

    pub fn run(&self, request: &GateRequest) -> Ended {
        let answer = gate::gate(request);
        let code = match &answer {
            Ok(answer) => answer.exit_code(FailOn::Pending),
            Err(failure) => failure.exit_code(),
        };
        Ended { code, answer }
    }

    pub fn request(&self, name: &str, args: &Value) -> GateRequest {
        let payload = self.fake.event(name, args).to_string();
        let event = ci_event(name, "acme/shop", payload.as_bytes()).unwrap();
        let dir = match self.place {
            Where::Checkout => self.repo.path().to_path_buf(),
            Where::Api => self.elsewhere.path().to_path_buf(),
        };
        GateRequest {
            check: CheckRequest {
                dir,
                spec: Spec::Default,
                control_files: None,
                environment: self.environment.clone(),
                now: self.now(),
                claim: None,
                trailers: Vec::new(),
                facts: None,
                outcomes: None,
                attachments: Vec::new(),
                all_edits: false,
                fail_on: FailOn::Pending,
                program: PathBuf::from(env!("CARGO_BIN_EXE_changeward")),
            },
            event,
            access: Access {
                api: self.fake.api(),
                graphql: self.fake.graphql(),
                token: Token::new(self.token),
                repository: RepoName::parse("acme/shop").unwrap(),
                patience: self.patience,
            },
            mode: self.mode,
            dry_run: self.dry_run,
            own_workflow: self.own_workflow,
            context: self.context.clone(),
            deploy: None,
            wait: None,
            pause: Duration::from_millis(40),
            run: Run {
                id: Some(self.run),
                url: Some(format!("{}/acme/shop/actions/runs/{}", self.fake.home(), self.run)),
            },
            files: self.files.clone(),
        }
    }

    pub fn now(&self) -> Moment {
        let now = self.fake.with(|state| state.now.to_string());
        Moment::parse(&now).unwrap()
    }

    /// The newest status of the gate on a pull request's head: its state.
    pub fn status(&self, number: u64) -> Option<String> {
        let head = self.head(number);
        self.fake.statuses(&head, CONTEXT).first().map(|status| status.state.clone())
    }

    /// The texts of the gate's comments.
    pub fn comments(&self) -> Vec<String> {
        self.fake.comments_with(VERDICT).into_iter().map(|comment| comment.body).collect()
    }
}

/// Nothing goes wrong, so nothing is waited for, and a busy machine may take its time to answer.
pub fn calm() -> Patience {
    Patience { request: Duration::from_secs(60), deadline: Duration::from_secs(300), ..hurried() }
}

/// Something goes wrong, and is given up on soon.
pub fn hurried() -> Patience {
    Patience {
        connect: Duration::from_millis(500),
        request: Duration::from_millis(700),
        deadline: Duration::from_secs(8),
        backoff: Duration::from_millis(5),
        write_gap: Duration::ZERO,
        secondary: Duration::from_millis(20),
        settle: Duration::from_millis(10),
    }
}
