//! What the gate does on a forge, as data: planned by `decide`, carried out by `world`, told by `report`.

use super::{CommitId, StatusState};

/// One thing to be done. Everything in it is whole: whoever carries it out decides nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Post a status on a commit.
    Status {
        /// The commit.
        commit: CommitId,
        /// What it is about: `changeward/<base branch>`.
        context: String,
        /// What it says.
        state: StatusState,
        /// At most 140 characters.
        description: String,
        /// Where it leads.
        target: Option<String>,
    },
    /// Write the one comment.
    CreateComment {
        /// Of the pull request or the issue.
        number: u64,
        /// The text, with its marker.
        body: String,
    },
    /// Bring the one comment up to date.
    EditComment {
        /// The comment.
        id: u64,
        /// The text, with its marker.
        body: String,
    },
    /// Ask people to review.
    RequestReviewers {
        /// The pull request.
        number: u64,
        /// Logins.
        people: Vec<String>,
        /// Teams of the repository's organisation, by the last component of their name.
        teams: Vec<String>,
    },
    /// Put labels on a pull request or an issue.
    AddLabels {
        /// Its number.
        number: u64,
        /// The labels.
        labels: Vec<String>,
    },
    /// Take a label off.
    RemoveLabel {
        /// Of the pull request or the issue.
        number: u64,
        /// The label.
        label: String,
    },
    /// Open an issue: an approval request, an obligation.
    OpenIssue {
        /// The title; at most 256 characters.
        title: String,
        /// The text, with its marker.
        body: String,
        /// The labels, by which it is found again.
        labels: Vec<String>,
        /// Logins.
        assignees: Vec<String>,
    },
    /// Bring an issue up to date.
    EditIssue {
        /// Its number.
        number: u64,
        /// The text, with its marker.
        body: String,
    },
    /// Close an issue.
    CloseIssue {
        /// Its number.
        number: u64,
        /// It is done, rather than not needed any more.
        completed: bool,
    },
    /// Make a deployment object.
    CreateDeployment {
        /// What is deployed.
        commit: CommitId,
        /// Where.
        environment: String,
        /// In words.
        description: String,
    },
    /// Say how a deployment stands.
    DeploymentStatus {
        /// The deployment; `None` for the one made just before.
        id: Option<u64>,
        /// GitHub's word.
        state: &'static str,
        /// At most 140 characters.
        description: String,
        /// Where it leads.
        target: Option<String>,
    },
    /// Run the failed jobs of a workflow run again.
    Rerun {
        /// The run.
        run: u64,
    },
}

impl Effect {
    /// Without it the decision is not known to anybody who must act on it: that it could not be done is a failure.
    pub fn essential(&self) -> bool {
        matches!(
            self,
            Self::Status { .. }
                | Self::OpenIssue { .. }
                | Self::Rerun { .. }
                // Without it nobody knows afterwards what the environment has.
                | Self::CreateDeployment { .. }
                | Self::DeploymentStatus { .. }
        )
    }
}

/// What became of one effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// What was to be done.
    pub effect: Effect,
    /// How it went.
    pub done: Done,
}

/// How an effect went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Done {
    /// It was done; the page it is seen on, where there is one.
    Yes {
        /// Its page.
        url: Option<String>,
    },
    /// It was only planned.
    Planned,
    /// It could not be done.
    No {
        /// Why.
        why: String,
        /// What helps.
        help: Option<String>,
    },
}
