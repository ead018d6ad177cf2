//! Deployments and runs.

use super::people::WireUser;
use super::{Wire, commit_id, moment};
use crate::model::{Deployment, DeploymentStatus, WorkflowRun};
use serde::Deserialize;

/// A deployment.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireDeployment {
    id: u64,
    sha: String,
    environment: String,
    description: Option<String>,
    creator: Option<WireUser>,
    created_at: Option<String>,
}

impl Wire for WireDeployment {
    type Noun = Deployment;
    fn noun(self) -> Result<Deployment, String> {
        Ok(Deployment {
            id: self.id,
            commit: commit_id(&self.sha)?,
            environment: self.environment,
            description: self.description.unwrap_or_default(),
            by: WireUser::of(self.creator),
            created_at: moment(self.created_at.as_deref()),
        })
    }
}

/// A status of a deployment.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireDeploymentStatus {
    state: String,
    description: Option<String>,
    creator: Option<WireUser>,
    created_at: Option<String>,
}

impl Wire for WireDeploymentStatus {
    /// The status, and what it says in words.
    type Noun = (DeploymentStatus, String);
    fn noun(self) -> Result<Self::Noun, String> {
        let at = moment(self.created_at.as_deref());
        let status = DeploymentStatus { state: self.state, by: WireUser::of(self.creator), at };
        Ok((status, self.description.unwrap_or_default()))
    }
}

/// A run of a workflow.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireRun {
    id: u64,
    head_sha: String,
    status: Option<String>,
    conclusion: Option<String>,
    run_attempt: Option<u64>,
    path: Option<String>,
    html_url: Option<String>,
    actor: Option<WireUser>,
}

impl Wire for WireRun {
    type Noun = WorkflowRun;
    fn noun(self) -> Result<WorkflowRun, String> {
        Ok(WorkflowRun {
            id: self.id,
            commit: commit_id(&self.head_sha)?,
            status: self.status.unwrap_or_default(),
            conclusion: self.conclusion,
            attempt: self.run_attempt.unwrap_or(1),
            path: self.path.unwrap_or_default(),
            actor: WireUser::of(self.actor),
            url: self.html_url.unwrap_or_default(),
        })
    }
}
