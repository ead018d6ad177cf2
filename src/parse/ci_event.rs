//! The payload of a CI event: what it names is believed, what it says of it is not.
//!
//! A payload is a snapshot that may be minutes old, and half of it was typed by strangers. So only numbers, commit ids and
//! names are taken out of it; everything about the change itself is asked of the API again. The shapes are those of
//! GitHub's webhooks (npm `@octokit/webhooks-examples`, cut in `tests/data/events`).

use super::problem::{one_line, quoted, shortened};
use crate::model::{CiEvent, CommitId, RepoName, Subject};
use miette::Diagnostic;
use serde_json::Value;
use std::cell::RefCell;
use thiserror::Error;

/// The largest payload read: GitHub sends none of more than 25 MB (docs, "Webhook events and payloads").
pub const MAX_PAYLOAD: usize = 25 << 20;

/// The events this program has an answer for.
pub const EVENTS: [&str; 11] = [
    "deployment",
    "deployment_status",
    "issue_comment",
    "merge_group",
    "pull_request",
    "pull_request_review",
    "pull_request_target",
    "push",
    "schedule",
    "workflow_dispatch",
    "workflow_run",
];

/// Why an event says nothing that could be looked at.
#[derive(Debug, Error, Diagnostic)]
pub enum CiEventError {
    /// No event is named.
    #[error("no event is named")]
    #[diagnostic(
        code(changeward::event::unnamed),
        help("GitHub Actions names it in GITHUB_EVENT_NAME; outside of a workflow, `changeward check` is the command")
    )]
    Unnamed,
    /// An event without an answer here.
    #[error("the event {name} names no change that could be looked at")]
    #[diagnostic(code(changeward::event::unknown_event))]
    Unknown {
        /// The event, as it may be shown.
        name: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// Beyond [`MAX_PAYLOAD`].
    #[error("the payload of the event has {bytes} bytes, and more than 25 MiB are not read")]
    #[diagnostic(
        code(changeward::event::too_large),
        help("GitHub sends none of that size; see what GITHUB_EVENT_PATH names")
    )]
    TooLarge {
        /// How many there are.
        bytes: usize,
    },
    /// No JSON.
    #[error("the payload of the event is not JSON: {said}")]
    #[diagnostic(
        code(changeward::event::syntax),
        help("see what GITHUB_EVENT_PATH names; a payload is one JSON object")
    )]
    Syntax {
        /// What the reader said, with line and column.
        said: String,
    },
    /// The environment names no repository.
    #[error("{name} names no repository")]
    #[diagnostic(code(changeward::event::repository), help("GITHUB_REPOSITORY is `owner/name`"))]
    Repository {
        /// The name, as it may be shown.
        name: String,
    },
    /// Fields that are missing or of another kind.
    #[error("the payload of {event} cannot be used: {}", counted(.faults.len()))]
    #[diagnostic(code(changeward::event::invalid))]
    Fields {
        /// The event.
        event: String,
        /// All of them.
        #[related]
        faults: Vec<EventFault>,
    },
}

/// One field of a payload that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, Error, Diagnostic)]
#[error("`{path}` {what}")]
#[diagnostic(code(changeward::event::field))]
pub struct EventFault {
    /// Where: `pull_request.number`.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
    /// The next step.
    #[help]
    pub help: String,
}

/// Reads an event: its name (`GITHUB_EVENT_NAME`), the repository the program runs for (`GITHUB_REPOSITORY`), and its payload
/// (the file `GITHUB_EVENT_PATH` names).
///
/// # Errors
/// An event without an answer here, and a payload that does not name one change of this repository without a doubt; all that is
/// wrong with its fields at once.
pub fn ci_event(name: &str, repository: &str, payload: &[u8]) -> Result<CiEvent, CiEventError> {
    if name.trim().is_empty() {
        return Err(CiEventError::Unnamed);
    }
    if !EVENTS.contains(&name) {
        return Err(CiEventError::Unknown { name: quoted(name), help: instead_of(name) });
    }
    let Some(repository) = RepoName::parse(repository) else {
        return Err(CiEventError::Repository { name: quoted(repository) });
    };
    if payload.len() > MAX_PAYLOAD {
        return Err(CiEventError::TooLarge { bytes: payload.len() });
    }
    let payload: Value =
        serde_json::from_slice(payload).map_err(|error| CiEventError::Syntax { said: one_line(&error.to_string()) })?;
    let read = Payload { root: &payload, faults: RefCell::default() };
    if !payload.is_object() {
        read.fault("$", format!("is {}, and not an object", kind(&payload)));
    }
    let same = read.is_of(&repository, name);
    let subject = if same { read.subject(name) } else { None };
    let sender = read.text("sender.login", Need::No);
    let is_user = read.text("sender.type", Need::No).is_some_and(|kind| kind == "User");
    let sender_is_person = is_user && sender.is_some_and(|login| !login.ends_with("[bot]"));
    let action = read.text("action", Need::No).map(str::to_owned);
    let (sender, faults) = (sender.map(str::to_owned), read.faults.into_inner());
    match subject {
        Some(subject) if faults.is_empty() => {
            Ok(CiEvent { name: name.to_owned(), action, repository, sender, sender_is_person, subject })
        }
        _ => Err(CiEventError::Fields { event: name.to_owned(), faults }),
    }
}

/// What to do about an event nobody answers here.
fn instead_of(name: &str) -> String {
    let known = format!("the events are {}", EVENTS.join(", "));
    let written = name.trim().to_lowercase().replace('-', "_");
    let near = |known: &&&str| strsim::damerau_levenshtein(known, &written);
    let close = EVENTS.iter().min_by_key(near).filter(|known| written.len() < 64 && near(known) <= 3);
    let inside = || EVENTS.iter().rev().find(|known| written.starts_with(**known));
    match (name, close.or_else(inside)) {
        ("deployment_protection_rule", _) => {
            format!("GitHub sends it to Apps only, and starts no workflow with it: use `deployment`; {known}")
        }
        (_, Some(near)) => format!("did you mean `{near}`? {known}"),
        (_, None) => known,
    }
}

/// A payload being read, and what is wrong with it so far.
struct Payload<'a> {
    root: &'a Value,
    faults: RefCell<Vec<EventFault>>,
}

/// Whether a field must be there. What is there must be right in any case.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Yes,
    No,
}

impl<'a> Payload<'a> {
    fn subject(&self, event: &str) -> Option<Subject> {
        match event {
            "pull_request" | "pull_request_target" | "pull_request_review" => self.pull(),
            "workflow_run" => self.run(),
            "issue_comment" => self.issue(),
            "merge_group" => self.merge_group(),
            "push" => self.push(),
            "deployment" | "deployment_status" => self.deployment(),
            "workflow_dispatch" => self.dispatched(),
            "schedule" => Some(Subject::Everything),
            _ => None,
        }
    }

    fn pull(&self) -> Option<Subject> {
        Some(Subject::Pull { number: self.number("pull_request.number")? })
    }

    fn run(&self) -> Option<Subject> {
        let head = self.commit("workflow_run.head_sha")?;
        // GitHub also lists pull requests of the repository this one was forked from; their numbers mean nothing here.
        let here = self.at("repository.id");
        let mut numbers = Vec::new();
        for (n, pull) in self.list("workflow_run.pull_requests").iter().enumerate() {
            let of = pull.pointer("/base/repo/id");
            if of.is_some() && of != here {
                continue;
            }
            numbers.push(self.number(&format!("workflow_run.pull_requests.{n}.number"))?);
        }
        Some(Subject::PullsAt { head, numbers })
    }

    fn issue(&self) -> Option<Subject> {
        let number = self.number("issue.number")?;
        match self.at("issue.pull_request") {
            None => Some(Subject::Issue { number }),
            Some(Value::Object(_)) => Some(Subject::Pull { number }),
            Some(other) => self.mistyped("issue.pull_request", "an object", other),
        }
    }

    fn merge_group(&self) -> Option<Subject> {
        let (base, head) = (self.commit("merge_group.base_sha"), self.commit("merge_group.head_sha"));
        let path = "merge_group.base_ref";
        let name = self.text(path, Need::Yes)?;
        let Some(base_ref) = name.strip_prefix("refs/heads/").filter(|branch| !branch.is_empty()) else {
            self.fault(path, format!("is {}, and no branch", quoted(name)));
            return None;
        };
        let number = self.text("merge_group.head_ref", Need::No).and_then(|name| queued(name, base_ref));
        Some(Subject::MergeGroup { base: base?, head: head?, base_ref: base_ref.to_owned(), number })
    }

    fn push(&self) -> Option<Subject> {
        let (before, after) = (self.commit_or_zero("before"), self.commit_or_zero("after"));
        let name = self.text("ref", Need::Yes)?;
        if !name.starts_with("refs/") {
            self.fault("ref", format!("is {}, and not a ref in full", quoted(name)));
            return None;
        }
        let (before, after) = (before?, after?);
        if before.is_none() && after.is_none() {
            self.fault("after", "names no commit, and neither does `before`");
            return None;
        }
        Some(Subject::Push { before, after, name: name.to_owned() })
    }

    fn deployment(&self) -> Option<Subject> {
        let (id, commit) = (self.number("deployment.id"), self.commit("deployment.sha"));
        let environment = self.text("deployment.environment", Need::Yes)?.to_owned();
        Some(Subject::Deployment { id: id?, commit: commit?, environment })
    }

    /// A number typed into the form of a workflow, or everything where there is none.
    fn dispatched(&self) -> Option<Subject> {
        let mut named: Option<u64> = None;
        for path in ["inputs.pull-request", "inputs.number"] {
            let number = match self.at(path) {
                None => continue,
                Some(Value::String(text)) if text.trim().is_empty() => continue,
                Some(Value::String(text)) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
                Some(value) => value.as_u64(),
            };
            let Some(number) = number.filter(|number| *number > 0) else {
                self.fault(path, "is no number of a pull request: digits, or nothing for all that are open");
                return None;
            };
            if named.is_some_and(|other| other != number) {
                self.fault(path, "names another pull request than `inputs.pull-request`");
                return None;
            }
            named = Some(number);
        }
        Some(named.map_or(Subject::Everything, |number| Subject::Pull { number }))
    }

    /// The payload speaks of the repository the program runs for. A schedule may speak of none.
    fn is_of(&self, repository: &RepoName, event: &str) -> bool {
        let path = "repository.full_name";
        let need = if event == "schedule" { Need::No } else { Need::Yes };
        let Some(named) = self.text(path, need) else { return need == Need::No };
        let same = named.eq_ignore_ascii_case(&repository.to_string());
        if !same {
            self.fault(path, format!("is {}, and GITHUB_REPOSITORY names `{repository}`", quoted(named)));
        }
        same
    }

    /// A value, `null` counting as nothing.
    fn at(&self, path: &str) -> Option<&'a Value> {
        let step = |value: &'a Value, key: &str| match value {
            Value::Array(items) => items.get(key.parse::<usize>().ok()?),
            value => value.get(key),
        };
        path.split('.').try_fold(self.root, step).filter(|value| !value.is_null())
    }

    fn text(&self, path: &str, need: Need) -> Option<&'a str> {
        match self.at(path) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            Some(Value::String(_)) | None if need == Need::No => None,
            Some(Value::String(_)) => {
                self.fault(path, "is empty");
                None
            }
            Some(other) => self.mistyped(path, "text", other),
            None => self.missing(path),
        }
    }

    fn number(&self, path: &str) -> Option<u64> {
        match self.at(path) {
            Some(value) => match value.as_u64().filter(|number| *number > 0) {
                None => self.mistyped(path, "a number from 1", value),
                number => number,
            },
            None => self.missing(path),
        }
    }

    fn list(&self, path: &str) -> &'a [Value] {
        match self.at(path) {
            Some(Value::Array(items)) => items,
            Some(other) => self.mistyped(path, "a list", other).unwrap_or(&[]),
            None => &[],
        }
    }

    fn commit(&self, path: &str) -> Option<CommitId> {
        match self.commit_or_zero(path)? {
            Some(commit) => Some(commit),
            None => {
                self.fault(path, "is all zeros, which names no commit");
                None
            }
        }
    }

    /// A commit, or `Some(None)` for the zeros that stand for none.
    fn commit_or_zero(&self, path: &str) -> Option<Option<CommitId>> {
        let text = self.text(path, Need::Yes)?;
        let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if !matches!(text.len(), 40 | 64) || !text.bytes().all(hex) {
            self.fault(path, format!("is {}, and no full commit id", quoted(text)));
            return None;
        }
        Some((!text.bytes().all(|byte| byte == b'0')).then(|| CommitId(text.to_owned())))
    }

    fn missing<T>(&self, path: &str) -> Option<T> {
        self.fault(path, "is missing");
        None
    }

    fn mistyped<T>(&self, path: &str, wanted: &str, is: &Value) -> Option<T> {
        self.fault(path, format!("is {}, and should be {wanted}", kind(is)));
        None
    }

    fn fault(&self, path: &str, what: impl Into<String>) {
        let help = "nothing is decided from half a payload: see that GITHUB_EVENT_NAME, GITHUB_EVENT_PATH and GITHUB_REPOSITORY \
                    are those of one run";
        let fault = EventFault { path: path.to_owned(), what: what.into(), help: help.to_owned() };
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(number) => format!("the number {}", shortened(&number.to_string())),
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn counted(faults: usize) -> String {
    if faults == 1 { "1 problem".to_owned() } else { format!("{faults} problems") }
}
/// The pull request a branch of the queue is made for: `refs/heads/gh-readonly-queue/main/pr-12-<base>`.
fn queued(name: &str, base_ref: &str) -> Option<u64> {
    let rest = name.strip_prefix("refs/heads/gh-readonly-queue/")?.strip_prefix(base_ref)?.strip_prefix("/pr-")?;
    rest.split_once('-')?.0.parse().ok()
}
