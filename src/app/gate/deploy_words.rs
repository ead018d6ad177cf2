//! What is said of a deployment: its approval request, its statuses.

use super::Gate;
use super::deploy::{Judged, Wish};
use super::pull_turn::clipped;
use crate::model::{DeployWords, Request};
use crate::report::gate as words;

impl Gate<'_> {
    pub(super) fn words(&self, judged: &Judged, request: &Request) -> DeployWords {
        let (_, description) = words::status(&judged.decision);
        // The time of the decision tells it from others of the same commit, should the answer be lost.
        let made = clipped(&format!("{}: {description}", judged.decision.evaluated_at));
        DeployWords {
            title: words::request_title(&judged.decision, request),
            body: words::request_body(&judged.decision, request),
            decided: words::request_decided(&judged.decision, request),
            description,
            made,
            target: self.request.run.url.clone(),
        }
    }

    /// What whoever is asked should know.
    pub(super) fn asked_for(&self, wish: &Wish, judged: &Judged) -> Request {
        let Judged { facts, comparison, spoken, .. } = judged;
        let line = |message: &str| message.lines().next().unwrap_or_default().to_owned();
        let commits = comparison.commits.iter().rev().map(|commit| {
            let who = commit.author.as_ref().map_or(&commit.author_identity.name, |account| &account.login);
            (commit.id.clone(), line(&commit.message), who.clone())
        });
        let mut request = Request::of(wish.environment.clone(), wish.commit.clone(), wish.run);
        request.deployed = Some(judged.since.commit.clone());
        request.since.clone_from(&wish.since);
        request.commits = commits.collect();
        request.commits_missing = (comparison.commits.len() as u64) < comparison.total_commits;
        request.rows.clone_from(&facts.rows);
        request.benefit.clone_from(&facts.claim_text.benefit);
        request.backout.clone_from(&facts.claim_text.backout);
        request.risk = facts.risk.clone();
        request.downtime = facts.claim_text.downtime.then(|| "yes".to_owned());
        request.checks.clone_from(&facts.checks);
        request.calendars.clone_from(&facts.calendars);
        request.beside.held = spoken.holds.iter().map(|hold| (hold.by.clone(), hold.reason.clone())).collect();
        request.beside.misread.clone_from(&spoken.misread);
        request.beside.run_url.clone_from(&wish.run_url);
        request
    }
}
