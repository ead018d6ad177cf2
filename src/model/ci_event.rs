//! What a CI event is about: which change is to be looked at.
//!
//! An event names a change and is believed in nothing else: what the change is, the API says.

use super::{CommitId, RepoName};

/// One run of a CI system: the event that started it, and where it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CiEvent {
    /// The event's own name, such as `pull_request_target`.
    pub name: String,
    /// What happened, such as `synchronize`, where the event says so.
    pub action: Option<String>,
    /// The repository.
    pub repository: RepoName,
    /// Who caused it: for `synchronize`, who pushed.
    pub sender: Option<String>,
    /// The sender is a person.
    pub sender_is_person: bool,
    /// What it is about.
    pub subject: Subject,
}

/// What is to be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// One pull request.
    Pull {
        /// Its number.
        number: u64,
    },
    /// Whatever open pull requests end at this commit (`workflow_run` after a review; forks name no number).
    PullsAt {
        /// The head.
        head: CommitId,
        /// The numbers the event names, if any.
        numbers: Vec<u64>,
    },
    /// An issue that is no pull request: a comment on an approval request.
    Issue {
        /// Its number.
        number: u64,
    },
    /// A group of a merge queue.
    MergeGroup {
        /// What it starts from.
        base: CommitId,
        /// What would land.
        head: CommitId,
        /// The branch it goes to, without `refs/heads/`.
        base_ref: String,
        /// The pull request that the group's own branch is named after.
        number: Option<u64>,
    },
    /// Commits that landed on a branch, or were tagged.
    Push {
        /// The commit before; `None` for a new branch or tag.
        before: Option<CommitId>,
        /// The commit after; `None` when the branch is gone.
        after: Option<CommitId>,
        /// The ref, in full.
        name: String,
    },
    /// A deployment object that somebody made.
    Deployment {
        /// Its number.
        id: u64,
        /// What is deployed.
        commit: CommitId,
        /// Where.
        environment: String,
    },
    /// Everything that is open (`schedule`, `workflow_dispatch` without a number).
    Everything,
}
