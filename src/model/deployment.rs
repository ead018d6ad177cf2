//! What a forge tells of deployments, and of the runs that make them.

use super::{Account, CommitId, Moment};

/// A deployment object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deployment {
    /// Its number.
    pub id: u64,
    /// What is deployed.
    pub commit: CommitId,
    /// Where.
    pub environment: String,
    /// What it is for, in words.
    pub description: String,
    /// Who made it.
    pub by: Option<Account>,
    /// When.
    pub created_at: Option<Moment>,
}

/// A status of a deployment; the newest holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeploymentStatus {
    /// GitHub's word: `pending`, `queued`, `in_progress`, `success`, `failure`, `error`, `inactive`.
    pub state: String,
    /// Who posted it.
    pub by: Option<Account>,
    /// When.
    pub at: Option<Moment>,
}

/// A run of a workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkflowRun {
    /// Its number.
    pub id: u64,
    /// The commit it runs on.
    pub commit: CommitId,
    /// `queued`, `in_progress`, `completed`, …
    pub status: String,
    /// `success`, `failure`, …, once it is completed.
    pub conclusion: Option<String>,
    /// Counts from 1.
    pub attempt: u64,
    /// The file of the workflow, from the root.
    pub path: String,
    /// Who started it.
    pub actor: Option<Account>,
    /// Its page.
    pub url: String,
}
