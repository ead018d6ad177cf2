//! Whether something was done whose answer was lost. GitHub may show an old list for a while, so "no" is believed only
//! when it is said twice, with time between.

use super::GitHub;
use super::ask::{Asked, Got};
use super::error::ForgeError;
use super::lists::paged;
use super::wire;
use crate::model::{Account, CommitId, Deployment, Issue, Known, Remark, StatusState};
use serde_json::Value;

/// How often something is sent whose answers are lost.
const SENDINGS: u32 = 4;
/// Looks before something is held to be absent.
const LOOKS: u32 = 2;

impl GitHub {
    /// Sends what must be done once. `read` makes something of the answer; `find` looks for it where there is none.
    pub(super) fn once<T>(
        &self,
        asked: &Asked,
        read: impl Fn(Value) -> Result<T, ForgeError>,
        find: impl Fn() -> Result<Option<T>, ForgeError>,
    ) -> Result<T, ForgeError> {
        let mut last = String::new();
        for _ in 0..SENDINGS {
            match self.ask(asked)? {
                Got::Answer(answer) => match read(answer.json) {
                    Ok(made) => return Ok(made),
                    // GitHub says it was done, in words that cannot be read: found or not, it is not sent again.
                    Err(error) => return self.look(asked, &error.to_string(), &find)?.ok_or(error),
                },
                Got::Doubt(why) => last = why,
            }
            if let Some(found) = self.look(asked, &last, &find)? {
                return Ok(found);
            }
        }
        Err(ForgeError::Unanswered { what: self.name(asked), why: last })
    }

    /// Looks until it is there, or certainly not.
    fn look<T>(
        &self,
        asked: &Asked,
        why: &str,
        find: impl Fn() -> Result<Option<T>, ForgeError>,
    ) -> Result<Option<T>, ForgeError> {
        let unknown = |more: &str| ForgeError::Unanswered {
            what: self.name(asked),
            why: format!("{why}; whether it was done is not known: {more}"),
        };
        for look in 1..=LOOKS {
            if !self.pause(self.patience.settle.saturating_mul(look)) {
                return Err(unknown("the time is up"));
            }
            if let Some(found) = find().map_err(|error| unknown(&error.to_string()))? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The newest status of the context is this one, and ours. Where nobody can tell whose it is, it is not: a status
    /// said twice does no harm.
    pub(super) fn has_status(
        &self,
        commit: &CommitId,
        context: &str,
        state: StatusState,
        description: &str,
        target: Option<&str>,
    ) -> Result<Option<()>, ForgeError> {
        let Known::Known(me) = self.viewer()? else { return Ok(None) };
        let newest = self.statuses(commit)?.into_iter().find(|status| status.context == context);
        let same = newest.is_some_and(|status| {
            status.state == Some(state)
                && status.description == description
                && status.target.as_deref() == target.filter(|target| !target.is_empty())
                && is(status.by.as_ref(), &me)
        });
        Ok(same.then_some(()))
    }

    /// The comment with this marker that this account wrote.
    pub(super) fn has_comment(&self, number: u64, marker: &str, by: &Account) -> Result<Option<Remark>, ForgeError> {
        Ok(self.comments(number)?.into_iter().find(|remark| remark.body.contains(marker) && is(remark.by.as_ref(), by)))
    }

    /// The open issue with this marker that this account opened. It is among the newest, if it is there; it is not
    /// asked for by label, since GitHub leaves labels out that the token may not give.
    pub(super) fn has_issue(&self, marker: &str, by: &Account) -> Result<Option<Issue>, ForgeError> {
        let asked = self.get(&paged(&self.of_repository("issues?state=open&sort=created&direction=desc")));
        let name = self.name(&asked);
        let Value::Array(newest) = self.answer(&asked)?.json else {
            return Err(super::lists::malformed(&name, "a list was expected"));
        };
        let issues = wire::many::<wire::WireIssue>(&name, newest)?;
        Ok(issues.into_iter().find(|issue| !issue.is_pull && issue.body.contains(marker) && is(issue.by.as_ref(), by)))
    }

    /// The newest deployment of this commit to this environment, in these words, and ours as far as anybody can tell.
    pub(super) fn has_deployment(
        &self,
        commit: &CommitId,
        environment: &str,
        description: &str,
    ) -> Result<Option<Deployment>, ForgeError> {
        let me = self.viewer()?;
        let ours = |by: Option<&Account>| me.known().is_none_or(|me| is(by, me));
        let same = |made: &Deployment| {
            made.commit == *commit && made.environment == environment && made.description == description
        };
        Ok(self.deployments(environment, 100)?.into_iter().find(|made| same(made) && ours(made.by.as_ref())))
    }

    /// The newest status of the deployment is this one.
    pub(super) fn has_deployment_status(
        &self,
        id: u64,
        state: &str,
        description: &str,
    ) -> Result<Option<()>, ForgeError> {
        let path = self.of_repository(&format!("deployments/{id}/statuses"));
        let newest = self.many::<wire::WireDeploymentStatus>(&path)?.into_iter().next();
        Ok(newest.is_some_and(|(status, words)| status.state == state && words == description).then_some(()))
    }

    /// The run is under way, or was since.
    pub(super) fn runs_again(&self, run: u64, attempt: u64) -> Result<Option<()>, ForgeError> {
        let now = self.run(run)?;
        Ok(now.is_some_and(|now| now.attempt > attempt || now.status != "completed").then_some(()))
    }
}

fn is(by: Option<&Account>, account: &Account) -> bool {
    by.is_some_and(|by| by.id == account.id)
}
