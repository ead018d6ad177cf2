//! What an environment has now, which is where the change that is to be deployed starts.

use super::{Gate, GateError};
use crate::app::failure::Failure;
use crate::model::{Account, CommitId};
use crate::world::git::Repo;

/// How far back the last successful deployment is looked for.
pub(super) const DEPLOYMENTS: usize = 30;

impl Gate<'_> {
    /// What the environment has now: the newest deployment that succeeded. Whoever may write to the repository can make
    /// such objects, and whoever names what is there already leaves nothing to judge: what a person says is not believed.
    pub(super) fn deployed(&self, environment: &str) -> Result<CommitId, Failure> {
        if let Some(since) = self.request.deploy.as_ref().and_then(|deploy| deploy.since.clone()) {
            return self.named(&since);
        }
        let ours = |by: &Account| self.account.is_some_and(|gate| gate.id == by.id);
        let believed = |by: &Option<Account>| by.as_ref().is_some_and(|by| !by.person || ours(by));
        let all = self.github.deployments(environment, DEPLOYMENTS).map_err(Failure::world)?;
        for deployment in all.into_iter().filter(|deployment| believed(&deployment.by)) {
            let statuses = self.github.deployment_statuses(deployment.id).map_err(Failure::world)?;
            if statuses.iter().any(|status| status.state == "success" && believed(&status.by)) {
                return Ok(deployment.commit);
            }
        }
        Err(Failure::world(GateError::NeverDeployed { environment: environment.to_owned() }))
    }

    fn named(&self, revision: &str) -> Result<CommitId, Failure> {
        if let Ok(repo) = Repo::open(&self.request.check.dir)
            && let Ok(commit) = repo.resolve(revision)
        {
            return Ok(commit);
        }
        let found = self.github.commit(revision).map_err(Failure::world)?;
        found
            .map(|commit| commit.id)
            .ok_or_else(|| Failure::usage(GateError::NoSuchRevision { revision: revision.to_owned() }))
    }
}
