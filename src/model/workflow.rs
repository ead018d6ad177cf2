//! What a workflow of GitHub Actions does, as far as a gate could be got round by it.
//!
//! Texts are as they are written, expressions and all: nothing is evaluated.

use super::Place;
use std::collections::BTreeMap;

/// A piece of text and its line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// As it is written.
    pub text: String,
    /// From 1.
    pub line: u32,
}

/// One file of `.github/workflows/`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workflow {
    /// Where it is.
    pub file: String,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// What its token may, where jobs do not say otherwise.
    pub rights: Option<TokenRights>,
    /// Its environment variables.
    pub env: Vec<(String, Written)>,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// One event that starts a workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trigger {
    /// GitHub's word.
    pub event: String,
    /// The activities it is limited to; `None`: the usual ones.
    pub types: Option<Vec<String>>,
    /// The branches it is limited to; `None`: all.
    pub branches: Option<Vec<String>>,
    /// The keys that limit it to some paths or branches: `paths-ignore`, …
    pub filters: Vec<String>,
    /// Where it stands.
    pub line: u32,
}

/// What the token of a workflow or a job may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRights {
    /// For every area that is not named.
    pub others: TokenRight,
    /// By area: `statuses`, `contents`, …
    pub named: BTreeMap<String, TokenRight>,
    /// Where it stands.
    pub line: u32,
}

/// How much a token may in one area.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TokenRight {
    /// Nothing.
    None,
    /// Look.
    Read,
    /// Change.
    Write,
}

impl TokenRights {
    /// How much it may in an area.
    pub fn of(&self, area: &str) -> TokenRight {
        self.named.get(area).copied().unwrap_or(self.others)
    }
}

/// One job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// Its key.
    pub id: String,
    /// Where it stands.
    pub line: u32,
    /// Its own rights, which take the place of the workflow's.
    pub rights: Option<TokenRights>,
    /// `if:`
    pub condition: Option<Written>,
    /// The environment it deploys to.
    pub environment: Option<Written>,
    /// The line that lets it fail without consequence.
    pub tolerated: Option<u32>,
    /// The workflow it calls instead of having steps.
    pub uses: Option<Written>,
    /// The line that hands every secret to the workflow it calls.
    pub inherits_secrets: Option<u32>,
    /// Its environment variables.
    pub env: Vec<(String, Written)>,
    /// Its steps.
    pub steps: Vec<JobStep>,
}

/// One step of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobStep {
    /// Where it stands.
    pub line: u32,
    /// The action it runs…
    pub uses: Option<Written>,
    /// …or the script.
    pub run: Option<Written>,
    /// The inputs of the action.
    pub with: Vec<(String, Written)>,
    /// Its environment variables.
    pub env: Vec<(String, Written)>,
    /// `if:`
    pub condition: Option<Written>,
    /// The line that lets it fail without consequence.
    pub tolerated: Option<u32>,
}

impl JobStep {
    /// An input of the action.
    pub fn input(&self, name: &str) -> Option<&Written> {
        self.with.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Why a workflow cannot be read: GitHub would not run it either, or we do not know what it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkflowFault {
    /// Where.
    pub place: Place,
    /// For people.
    pub why: String,
}
