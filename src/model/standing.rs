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
    /// The gate has said below the request already that it was decided.
    pub decided: bool,
    /// Whose deployment it is.
    pub waiter: Waiter,
}

/// The run that would deploy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiter {
    /// The run that asks.
    Here,
    /// Another, which ended without success: it is started again once it may go ahead.
    Ended(u64),
    /// Another that is under way still: whether it saw the approval, its end says.
    Busy,
    /// Another that is over.
    Over,
}

/// A request that another one takes the place of.
#[derive(Clone, Debug)]
pub struct Superseded {
    /// Its number.
    pub number: u64,
    /// The gate has said so below it already.
    pub told: bool,
}

/// What the gate would say where a commit is to be deployed.
#[derive(Clone, Debug)]
pub struct DeployWords {
    /// The title of the request.
    pub title: String,
    /// Its text, with its marker.
    pub body: String,
    /// What is said below the request once it is decided.
    pub decided: String,
    /// At most 140 characters.
    pub description: String,
    /// The same for a new deployment; no other has these words.
    pub made: String,
    /// Where deployment statuses lead.
    pub target: Option<String>,
}
