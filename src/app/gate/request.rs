//! What is meant by a run of the gate: the event, the forge, how much may be done.

use crate::app::request::CheckRequest;
use crate::model::{CiEvent, CommitId, GateMode};
use crate::world::github::Access;
use std::path::PathBuf;
use std::time::Duration;

/// One run of the gate.
pub struct GateRequest {
    /// What is the same as in a local run: where the checkout is, the environment, the time, what is attached. What is
    /// proposed, the event says.
    pub check: CheckRequest,
    /// What started it.
    pub event: CiEvent,
    /// How the forge is reached.
    pub access: Access,
    /// How much is done there.
    pub mode: GateMode,
    /// Nothing is done, only planned.
    pub dry_run: bool,
    /// A workflow that the change may have written itself may enforce.
    pub own_workflow: bool,
    /// The context of the status, where it is not `changeward/<base branch>`.
    pub context: Option<String>,
    /// A commit is to be deployed to the environment.
    pub deploy: Option<Deploy>,
    /// How long to wait for approval, asking again and again.
    pub wait: Option<Duration>,
    /// Between two looks while it waits, at first; later up to four times as long.
    pub pause: Duration,
    /// The run itself, where statuses and issues lead.
    pub run: Run,
    /// Where outputs, the summary and the document go.
    pub files: Files,
}

/// A deployment that is asked for.
#[derive(Clone, Debug)]
pub struct Deploy {
    /// The commit.
    pub commit: CommitId,
    /// What the environment has now, where no deployment object says so.
    pub since: Option<String>,
    /// The gate makes and updates deployment objects.
    pub objects: bool,
    /// How the deployment went: it is only recorded.
    pub finished: Option<bool>,
}

/// The run of the CI system.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its number.
    pub id: Option<u64>,
    /// Its page.
    pub url: Option<String>,
}

/// Where a CI system takes what the gate says.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// `GITHUB_OUTPUT`.
    pub outputs: Option<PathBuf>,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: Option<PathBuf>,
    /// The decision document.
    pub report: Option<PathBuf>,
}
