//! What an environment has, and the deployment objects that say so.

use super::deploy::{Wish, short};
use super::{Gate, GateAnswer, GateError, people, perform};
use crate::app::failure::Failure;
use crate::model::{Account, CommitId, Comparison, Deployment, Effect, Moment, PullReview, Subject, Waiter};
use crate::world::git::Repo;
use std::collections::{BTreeMap, BTreeSet};

/// How far back the last successful deployment is looked for.
const DEPLOYMENTS: usize = 100;

/// Commits of the range whose pull requests are looked up: approvals given there count here, for the same content.
const COMMITS: usize = 20;

/// What the environment has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Since {
    pub(super) commit: CommitId,
    /// Since when, where a deployment says so. Whoever approved a deployment before approved another change.
    pub(super) at: Option<Moment>,
}

/// Reviews of the pull requests that a change was made of.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Reviewed {
    pub(super) reviews: Vec<PullReview>,
    /// What each of the commits they name was a change of.
    pub(super) seen_from: BTreeMap<CommitId, CommitId>,
    /// The heads that were merged.
    pub(super) heads: BTreeSet<CommitId>,
}

impl Gate<'_> {
    /// What the environment has now: what it was told, else the newest deployment that succeeded. Whoever may write to the
    /// repository can make such objects, and whoever names what is there already leaves nothing to judge: what a person
    /// says is not believed.
    pub(super) fn since(&self, wish: &Wish) -> Result<Since, Failure> {
        if let Some(commit) = wish.since.clone() {
            return Ok(Since { commit, at: None });
        }
        let ours = |by: &Account| self.account.is_some_and(|gate| gate.id == by.id);
        let believed = |by: &Option<Account>| by.as_ref().is_some_and(|by| !by.person || ours(by));
        let all = self.github.deployments(&wish.environment, DEPLOYMENTS).map_err(Failure::world)?;
        for deployment in all.into_iter().filter(|deployment| believed(&deployment.by)) {
            let statuses = self.github.deployment_statuses(deployment.id).map_err(Failure::world)?;
            if let Some(status) = statuses.iter().find(|status| status.state == "success" && believed(&status.by)) {
                return Ok(Since { commit: deployment.commit, at: status.at });
            }
        }
        Err(Failure::world(GateError::NeverDeployed { environment: wish.environment.clone() }))
    }

    /// A commit that somebody typed.
    pub(super) fn named(&self, revision: &str) -> Result<CommitId, Failure> {
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

    /// Reviews of the pull requests that brought the commits: whoever approved there the very same change of a path need
    /// not approve it again. At a pull request to another pull request's branch nobody saw what that one brings along. They saw their pull request and nothing that landed before it: that is what is compared.
    pub(super) fn reviewed(
        &self,
        since: &CommitId,
        head: &CommitId,
        comparison: &Comparison,
    ) -> Result<Reviewed, Failure> {
        let main = self.github.repository().map_err(Failure::world)?.default_branch;
        let mut pulls = BTreeMap::new();
        for commit in comparison.commits.iter().rev().take(COMMITS) {
            let of = self.github.pulls_of(&commit.id).map_err(Failure::world)?;
            pulls.extend(
                of.into_iter()
                    .filter(|pull| pull.merged && pull.base_ref == main)
                    .map(|pull| (pull.number, (pull.base, pull.head))),
            );
        }
        let mut reviewed = Reviewed::default();
        for (number, (base, head_of)) in pulls {
            reviewed.heads.insert(head_of);
            for review in people::reviews_here(self.github, number)? {
                let Some(commit) = review.commit.clone() else { continue };
                let from = reviewed.seen_from.entry(commit.clone()).or_insert_with(|| base.clone());
                // A review of the very commit that is deployed says yes to all of it, unless it was all there was to see;
                // and a commit that two pull requests start from two places says nothing certain.
                if *from == base && (commit != *head || base == *since) {
                    reviewed.reviews.push(review);
                }
            }
        }
        Ok(reviewed)
    }

    /// The object of this deployment: the one the event is about, or the newest of the commit that the gate made and that
    /// has not come to its end; an end is followed by another deployment.
    pub(super) fn own_deployment(&self, wish: &Wish) -> Result<Option<(Deployment, Option<String>)>, Failure> {
        if wish.waiter != Waiter::Here {
            return Ok(None);
        }
        let (found, named) = match &self.request.event.subject {
            Subject::Deployment { id, .. } => (self.github.deployment(*id).map_err(Failure::world)?, true),
            _ => {
                let all = self.github.deployments(&wish.environment, DEPLOYMENTS).map_err(Failure::world)?;
                let own = |by: &Account| self.account.is_some_and(|gate| gate.id == by.id);
                let own = all.into_iter().find(|it| it.commit == wish.commit && it.by.as_ref().is_some_and(own));
                (own, false)
            }
        };
        let Some(found) = found else { return Ok(None) };
        let statuses = self.github.deployment_statuses(found.id).map_err(Failure::world)?;
        let stands = statuses.first().map(|status| status.state.clone());
        let ended = |state: &str| matches!(state, "success" | "inactive" | "failure" | "error");
        let over = !named && stands.as_deref().is_some_and(ended) && !self.records();
        Ok((!over).then_some((found, stands)))
    }

    /// The run only records how a deployment went.
    fn records(&self) -> bool {
        self.request.deploy.as_ref().is_some_and(|deploy| deploy.finished.is_some())
    }

    /// Writes down how a deployment ended.
    pub(super) fn finished(&self, wish: &Wish, succeeded: bool) -> Result<GateAnswer, Failure> {
        let Some((deployment, stands)) = self.own_deployment(wish)? else {
            return Err(Failure::world(GateError::NoDeployment {
                commit: wish.commit.0.clone(),
                environment: wish.environment.clone(),
            }));
        };
        let state = if succeeded { "success" } else { "failure" };
        let told = stands.as_deref() == Some(state);
        let effect = Effect::DeploymentStatus {
            id: Some(deployment.id),
            state,
            description: if succeeded { "deployed".to_owned() } else { "the deployment failed".to_owned() },
            target: self.request.run.url.clone(),
        };
        let receipts = self.perform(if told { Vec::new() } else { vec![effect] });
        let mut answer = GateAnswer::default();
        answer.troubles.extend(perform::not_done(&receipts));
        answer.nothing = Some(format!("{} to {}: {state}", short(&wish.commit), wish.environment));
        Ok(answer)
    }
}
