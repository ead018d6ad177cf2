//! What stands on a forge already, and what should: the two sides that a plan brings together.

use super::{Account, CommitStatus, Deployment, Issue, PullRequest, Remark, StatusState};

/// How much the gate does on the forge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum GateMode {
    /// Nothing: it only tells whoever runs it.
    Report,
    /// A status.
    Enforce,
    /// A status, the comment, requests for review, labels, issues.
    #[default]
    Request,
}

/// What stands at a pull request.
#[derive(Clone, Debug)]
pub struct PullStanding {
    /// The pull request.
    pub pull: PullRequest,
    /// Whose repository it is: only teams of this organisation can be asked.
    pub owner: String,
    /// Who the gate is; `None` when nobody could tell, and then nothing of its own is found again.
    pub gate: Option<Account>,
    /// The context of the gate's status.
    pub context: String,
    /// The newest status of that context on the head, whoever posted it.
    pub status: Option<CommitStatus>,
    /// The gate's own comment.
    pub comment: Option<Remark>,
    /// Logins of whoever has reviewed the head.
    pub reviewed: Vec<String>,
}

/// What the gate would say at a pull request.
#[derive(Clone, Debug)]
pub struct PullWords {
    /// The status.
    pub state: StatusState,
    /// At most 140 characters.
    pub description: String,
    /// Where the status leads.
    pub target: Option<String>,
    /// The comment, with its marker.
    pub comment: String,
}

/// What stands where a commit is to be deployed.
#[derive(Clone, Debug)]
pub struct DeployStanding {
    /// The gate's deployment object of this commit and environment, the newest, and GitHub's word for how it stands.
    pub deployment: Option<(Deployment, Option<String>)>,
    /// Whether the gate may make and update such objects here.
    pub deployments: bool,
    /// The approval request for this commit and environment, open or closed.
    pub request: Option<Issue>,
    /// Open approval requests of the environment for other commits.
    pub superseded: Vec<Issue>,
    /// The run to start again once it is approved; known when another run than this one waits.
    pub waiting: Option<u64>,
}

/// What the gate would say where a commit is to be deployed.
#[derive(Clone, Debug)]
pub struct DeployWords {
    /// The title of the request.
    pub title: String,
    /// Its text, with its marker.
    pub body: String,
    /// What is said below a request that another one takes the place of.
    pub superseded: String,
    /// What is said below the request once it is decided.
    pub decided: String,
    /// At most 140 characters.
    pub description: String,
    /// Where deployment statuses lead.
    pub target: Option<String>,
}
