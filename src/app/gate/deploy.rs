//! A commit that is to be deployed: what it would bring since the last deployment, decided, and asked for by one issue.

use super::asking::{Asking, heard, known_accounts};
use super::deployed::{Reviewed, Since};
use super::ground::{Ends, Place};
use super::obligations::GoneAhead;
use super::people::{self, Own};
use super::pull::authors;
use super::{Gate, GateAnswer, GateError, Turn, perform, says_yes};
use crate::app::failure::Failure;
use crate::app::{attachments, check};
use crate::decide::{REQUEST_LABEL, plan_deploy, plan_superseded};
use crate::model::{
    CommitId, Comparison, Decision, DeployStanding, Done, Effect, Facts, ForgeFacts, GateMode, Issue, Moment,
    Principal, Receipt, Remark, Request, RequestMarker, Spoken, Subject, Superseded, Verdict, Waiter, WorkflowRun,
};
use crate::parse::request_marker;
use crate::report::gate as words;
use std::collections::BTreeSet;
use std::time::Instant;

/// How often a deployment is looked at whose request keeps changing.
const LOOKS: usize = 3;

/// What is to be deployed where.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) environment: String,
    pub(super) commit: CommitId,
    /// Where the change starts, if somebody said so.
    pub(super) since: Option<CommitId>,
    /// The run that waits for it.
    pub(super) run: u64,
    pub(super) waiter: Waiter,
    requester: Option<String>,
    /// The page of that run.
    pub(super) run_url: Option<String>,
    /// The time of the decision.
    now: Moment,
}

/// What was decided, and what it rests on.
pub(super) struct Judged {
    pub(super) decision: Decision,
    pub(super) facts: Facts,
    pub(super) since: Since,
    pub(super) comparison: Comparison,
    request: Option<Issue>,
    remarks: Vec<Remark>,
    reviewed: Reviewed,
    pub(super) spoken: Spoken,
}

impl Gate<'_> {
    /// The deployment that this run asks for.
    pub(super) fn deploy(&self) -> Result<GateAnswer, Failure> {
        let Some(mut wish) = self.wish()? else { return Ok(GateAnswer::default()) };
        if let Some(finished) = self.request.deploy.as_ref().and_then(|deploy| deploy.finished) {
            return self.finished(&wish, finished);
        }
        let began = Instant::now();
        let end = self.request.wait.map(|wait| began + wait);
        let mut pause = self.request.pause;
        loop {
            let answer = self.deploy_once(&wish)?;
            let waits = answer.troubles.is_empty()
                && answer.strictest().is_some_and(|turn| turn.decision.verdict() == Verdict::Pending);
            let later = end.filter(|end| waits && Instant::now() + pause < *end && !self.request.dry_run);
            if later.is_none() {
                return Ok(answer);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(self.request.pause * 4);
            let passed = i64::try_from(began.elapsed().as_secs()).unwrap_or(i64::MAX);
            wish.now = self.request.check.now.plus(passed);
            self.github.renew();
        }
    }

    fn wish(&self) -> Result<Option<Wish>, Failure> {
        let deploy = self.request.deploy.as_ref();
        let (environment, commit) = match (&self.request.event.subject, deploy) {
            (Subject::Deployment { environment, commit, .. }, _) => (environment.clone(), commit.clone()),
            (_, Some(deploy)) => (self.request.check.environment.clone(), deploy.commit.clone()),
            (_, None) => return Ok(None),
        };
        let run = self.request.run.id;
        if run.is_none() && self.request.mode == GateMode::Request && !self.request.dry_run {
            return Err(Failure::usage(GateError::Runless));
        }
        let since = deploy.and_then(|deploy| deploy.since.as_deref());
        Ok(Some(Wish {
            environment,
            commit,
            since: since.map(|since| self.named(since)).transpose()?,
            run: run.unwrap_or_default(),
            waiter: Waiter::Here,
            requester: self.request.event.sender.clone(),
            run_url: self.request.run.url.clone(),
            now: self.request.check.now,
        }))
    }

    /// An approval request that somebody spoke on, or whose time has come.
    pub(super) fn requested(&self, number: u64) -> Result<GateAnswer, Failure> {
        let nothing = |why: String| Ok(GateAnswer { nothing: Some(why), ..GateAnswer::default() });
        let issue = self.github.issue(number).map_err(Failure::world)?;
        let marked = issue.filter(|issue| self.is_own(issue)).and_then(|issue| {
            let mark = request_marker(&issue.body)?;
            Some((issue, mark))
        });
        let Some((issue, RequestMarker { environment, commit, run, since })) = marked else {
            return nothing(format!("issue #{number} is no approval request of this gate"));
        };
        if !issue.open {
            return nothing(format!("the approval request #{number} is closed"));
        }
        // Who asks, the run says: without it nobody knows who must not approve, and nothing waits.
        let found = self.github.run(run).map_err(Failure::world)?.filter(|found| found.commit == commit);
        let Some(found) = found else {
            return nothing(format!(
                "the run that the approval request #{number} is for is gone: nothing waits for it"
            ));
        };
        self.deploy_once(&Wish {
            environment,
            commit,
            since,
            run,
            waiter: waiter(&found),
            requester: found.actor.map(|actor| actor.login),
            run_url: Some(found.url),
            now: self.request.check.now,
        })
    }

    /// The gate's own approval requests that are open.
    pub(super) fn open_requests(&self) -> Result<Vec<Issue>, Failure> {
        let open = self.github.issues_labelled(REQUEST_LABEL, true).map_err(Failure::world)?;
        Ok(open.into_iter().filter(|issue| self.is_own(issue) && request_marker(&issue.body).is_some()).collect())
    }

    /// Commits that landed: what they bring, judged after the fact. Nothing is done about it.
    pub(super) fn landed(&self, before: Option<&CommitId>, after: Option<&CommitId>) -> Result<GateAnswer, Failure> {
        let (Some(before), Some(after)) = (before, after) else {
            let nothing = Some("a branch or tag came or went, and no commits with it".to_owned());
            return Ok(GateAnswer { nothing, ..GateAnswer::default() });
        };
        let wish = Wish {
            environment: self.request.check.environment.clone(),
            commit: after.clone(),
            since: Some(before.clone()),
            run: 0,
            waiter: Waiter::Over,
            requester: None,
            run_url: None,
            now: self.request.check.now,
        };
        let judged = self.judge_range(&wish, Since { commit: before.clone(), at: None }, None)?;
        let title = format!("{} pushed", short(after));
        let turn =
            Turn { title, decision: judged.decision, receipts: Vec::new(), comment_url: None, request_url: None };
        Ok(GateAnswer { turns: vec![turn], ..GateAnswer::default() })
    }

    /// One look. A yes rests on what the environment has and on what people said: both are read again before it counts.
    fn deploy_once(&self, wish: &Wish) -> Result<GateAnswer, Failure> {
        for _ in 0..LOOKS {
            let judged = self.judge_deploy(wish)?;
            if !says_yes(&judged.decision) || self.request.dry_run || self.still(wish, &judged)? {
                return self.deployment_turn(wish, judged);
            }
        }
        let what = format!("the deployment of {} to {}", short(&wish.commit), wish.environment);
        Err(Failure::world(GateError::Moving { what }))
    }

    fn still(&self, wish: &Wish, judged: &Judged) -> Result<bool, Failure> {
        let request = self.request_issue(wish)?;
        let remarks = self.remarks(request.as_ref())?;
        let same = request.map(|issue| issue.number) == judged.request.as_ref().map(|issue| issue.number);
        Ok(same
            && remarks == judged.remarks
            && self.since(wish)? == judged.since
            && self.reviewed(&judged.since.commit, &wish.commit, &judged.comparison)? == judged.reviewed)
    }

    fn deployment_turn(&self, wish: &Wish, judged: Judged) -> Result<GateAnswer, Failure> {
        let standing = self.standing(wish, &judged)?;
        let asked = self.asked_for(wish, &judged);
        let words = self.words(&judged, &asked);
        let effects = plan_deploy(&judged.decision, &wish.commit, &standing, &words, self.request.mode);
        let mut all = Vec::new();
        if wish.waiter == Waiter::Here {
            all.extend(self.obligations(&GoneAhead {
                decision: &judged.decision,
                facts: &judged.facts,
                change: &wish.commit,
                title: format!("{} to {}", short(&wish.commit), wish.environment),
                url: wish.run_url.clone(),
                before: &judged.reviewed.heads,
            })?);
        }
        all.extend(effects);
        let mut receipts = self.perform(all);
        let opened = receipts.iter().find_map(|receipt| match (&receipt.effect, &receipt.done) {
            (Effect::OpenIssue { labels, .. }, Done::Yes { url }) if labels.iter().any(|it| it == REQUEST_LABEL) => {
                url.clone()
            }
            _ => None,
        });
        let there = judged.request.as_ref().filter(|issue| issue.open || says_yes(&judged.decision));
        let request_url = opened.or(there.map(|issue| issue.url.clone()));
        receipts.extend(self.supersede(wish, &judged, &asked, request_url.as_deref(), &receipts)?);
        let mut answer = GateAnswer::default();
        answer.troubles.extend(perform::undone(&receipts));
        answer.turns.push(Turn {
            title: format!("{} to {}", short(&wish.commit), wish.environment),
            decision: judged.decision,
            receipts,
            comment_url: None,
            request_url,
        });
        Ok(answer)
    }

    /// Requests for other commits, once this one is asked for or goes ahead.
    fn supersede(
        &self,
        wish: &Wish,
        judged: &Judged,
        asked: &Request,
        page: Option<&str>,
        receipts: &[Receipt],
    ) -> Result<Vec<Receipt>, Failure> {
        let takes = judged.decision.verdict() != Verdict::Block && judged.since.commit != wish.commit;
        let sound = perform::undone(receipts).is_empty() && self.request.mode == GateMode::Request;
        if !takes || !sound || wish.waiter != Waiter::Here {
            return Ok(Vec::new());
        }
        let text = words::request_superseded(asked, page);
        let mut superseded = Vec::new();
        for issue in self.open_requests()?.into_iter().filter(|issue| older(issue, wish, judged)) {
            let told = self.has_said(&self.remarks(Some(&issue))?, &text);
            superseded.push(Superseded { number: issue.number, told });
        }
        Ok(self.perform(plan_superseded(&superseded, &text)))
    }

    fn judge_deploy(&self, wish: &Wish) -> Result<Judged, Failure> {
        let since = self.since(wish)?;
        let request = self.request_issue(wish)?;
        self.judge_range(wish, since, request)
    }

    /// Decides about everything between two commits.
    fn judge_range(&self, wish: &Wish, since: Since, request: Option<Issue>) -> Result<Judged, Failure> {
        let comparison = self.github.compare(&since.commit, &wish.commit).map_err(Failure::world)?;
        let reviewed = self.reviewed(&since.commit, &wish.commit, &comparison)?;
        let remarks = self.remarks(request.as_ref())?;
        let asked = request.as_ref().map(|issue| issue.assignees.clone()).unwrap_or_default();
        // The request names the commit: nobody can have approved it before it stood there, nor what it changes before the
        // environment had what it has.
        let judged = request.as_ref().and_then(|issue| issue.created_at).max(since.at);
        let own = Own { gate: self.account, context: "", judged, asked: &asked, now: wish.now };
        let spoken = people::weigh(self.github, &wish.commit, &reviewed.reviews, &remarks, &own)?;
        let forge = facts(wish, &comparison, &spoken, request.as_ref());
        let base = since.commit.clone();
        let ends = Ends {
            controls: base.clone(),
            base,
            head: wish.commit.clone(),
            exact: true,
            pull: None,
            seen_from: reviewed.seen_from.clone(),
        };
        let mut check_request = self.request.check.clone();
        check_request.environment.clone_from(&wish.environment);
        check_request.now = wish.now;
        let place = Place::of(&check_request, &ends, self.github);
        let attached = attachments::read(&check_request.attachments)?;
        let unlisted = authors((comparison.commits.len() as u64, comparison.total_commits), &forge);
        let mut asking = Asking::new(self.github, self.account, &wish.commit);
        let decision = loop {
            let (decision, ()) = check::decision(
                &check_request,
                |started| place.proposal(&check_request, &ends, (forge.clone(), attached.clone()), started),
                |mut evidence| {
                    evidence.errors.extend(unlisted.iter().cloned());
                    heard(&mut evidence, &spoken);
                    known_accounts(&mut evidence, &comparison.commits);
                    asking.complete(&mut evidence)?;
                    Ok((evidence, ()))
                },
            )?;
            if !asking.must_ask_more(&decision) {
                break decision;
            }
        };
        let facts = asking.facts.take().ok_or_else(|| Failure::internal(GateError::NotAsked))?;
        Ok(Judged { decision, facts, since, comparison, request, remarks, reviewed, spoken })
    }

    fn remarks(&self, request: Option<&Issue>) -> Result<Vec<Remark>, Failure> {
        request.map_or_else(|| Ok(Vec::new()), |issue| self.github.comments(issue.number).map_err(Failure::world))
    }

    /// The gate wrote this below an issue already: its first line is a mark.
    fn has_said(&self, remarks: &[Remark], text: &str) -> bool {
        let mark = text.lines().next();
        let own =
            |remark: &&Remark| self.account.is_some_and(|gate| remark.by.as_ref().is_some_and(|by| by.id == gate.id));
        remarks.iter().filter(own).any(|remark| remark.body.lines().next() == mark)
    }

    /// The approval request for this commit and environment, open or not: the newest.
    fn request_issue(&self, wish: &Wish) -> Result<Option<Issue>, Failure> {
        let all = self.github.issues_labelled(REQUEST_LABEL, false).map_err(Failure::world)?;
        let ours = all.into_iter().filter(|issue| self.is_own(issue));
        Ok(ours
            .filter(|issue| request_marker(&issue.body).is_some_and(|mark| is_for(&mark, wish)))
            .max_by_key(|issue| issue.number))
    }

    fn standing(&self, wish: &Wish, judged: &Judged) -> Result<DeployStanding, Failure> {
        let objects = self.request.deploy.as_ref().is_none_or(|deploy| deploy.objects);
        let deployment = if objects { self.own_deployment(wish)? } else { None };
        let decided = words::request_decided(&judged.decision, &self.asked_for(wish, judged));
        Ok(DeployStanding {
            deployment,
            deployments: objects,
            request: judged.request.clone(),
            decided: self.has_said(&judged.remarks, &decided),
            waiter: wish.waiter,
        })
    }
}

/// What its run is doing.
fn waiter(run: &WorkflowRun) -> Waiter {
    match (run.status.as_str(), run.conclusion.as_deref()) {
        ("completed", Some("failure")) => Waiter::Ended(run.id),
        ("completed", _) => Waiter::Over,
        _ => Waiter::Busy,
    }
}

fn is_for(mark: &RequestMarker, wish: &Wish) -> bool {
    mark.environment == wish.environment && mark.commit == wish.commit
}

/// A request for another commit of the same environment, opened before this one was asked for.
fn older(issue: &Issue, wish: &Wish, judged: &Judged) -> bool {
    let same_place = request_marker(&issue.body)
        .is_some_and(|mark| mark.environment == wish.environment && mark.commit != wish.commit);
    let own = judged.request.as_ref().filter(|own| own.open || says_yes(&judged.decision));
    same_place && own.is_none_or(|own| issue.number < own.number)
}

/// What the forge says, as facts. Whoever asks for the deployment does not approve it.
fn facts(wish: &Wish, comparison: &Comparison, spoken: &Spoken, request: Option<&Issue>) -> ForgeFacts {
    let accounts = comparison.commits.iter().flat_map(|commit| [&commit.author, &commit.committer]).flatten();
    let logins: BTreeSet<Principal> = accounts
        .filter(|account| account.login != "web-flow")
        .map(|account| Principal::login(&account.login))
        .collect();
    ForgeFacts {
        head: Some(wish.commit.0.clone()),
        requester: wish.requester.as_deref().map(Principal::login),
        committers: logins.into_iter().collect(),
        claimed_at: request.and_then(|issue| issue.created_at),
        approvals: spoken.approvals.clone(),
        ..ForgeFacts::default()
    }
}

pub(super) fn short(commit: &CommitId) -> String {
    commit.0.chars().take(12).collect()
}
