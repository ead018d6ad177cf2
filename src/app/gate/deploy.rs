//! A commit that is to be deployed: what it would bring since the last deployment, decided, and asked for by one issue.

use super::asking::{Asking, heard, known_accounts};
use super::ground::{Ends, Place};
use super::people::{self, Own};
use super::since::DEPLOYMENTS;
use super::{Gate, GateAnswer, GateError, Turn, perform};
use crate::app::failure::Failure;
use crate::app::{attachments, check};
use crate::decide::{REQUEST_LABEL, plan_deploy};
use crate::model::{
    Account, CommitId, Comparison, Decision, DeployStanding, DeployWords, Deployment, Done, Effect, Facts, ForgeFacts,
    GateMode, Issue, Principal, PullReview, Remark, Request, RequestMarker, Spoken, Subject, Verdict, WorkflowRun,
};
use crate::parse::request_marker;
use crate::report::gate as words;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Commits of the range whose pull requests are looked up: approvals given there count here, for the same content.
const COMMITS: usize = 20;

/// How often a request that keeps changing is looked at.
const LOOKS: usize = 3;

/// Between two looks while it waits, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(120));

/// What is to be deployed where.
#[derive(Clone, Debug)]
struct Wish {
    environment: String,
    commit: CommitId,
    /// The run that waits for it.
    run: u64,
    /// It is started again once it may go ahead; none where this run is the one that waits.
    waiting: Option<u64>,
    requester: Option<String>,
    /// The page of that run.
    run_url: Option<String>,
}

/// What was decided, and what it rests on.
struct Judged {
    decision: Decision,
    facts: Facts,
    since: CommitId,
    comparison: Comparison,
    said: Said,
    spoken: Spoken,
}

/// What people said about a deployment, as it was read.
#[derive(PartialEq, Eq)]
struct Said {
    request: Option<Issue>,
    remarks: Vec<Remark>,
    reviews: Vec<PullReview>,
}

impl Gate<'_> {
    /// The deployment that this run asks for.
    pub(super) fn deploy(&self) -> Result<GateAnswer, Failure> {
        let Some(wish) = self.wish() else { return Ok(GateAnswer::default()) };
        if let Some(finished) = self.request.deploy.as_ref().and_then(|deploy| deploy.finished) {
            return self.finished(&wish, finished);
        }
        let end = self.request.wait.map(|wait| Instant::now() + wait);
        let mut pause = PAUSE.0;
        loop {
            let answer = self.deploy_once(&wish)?;
            let waits = answer.strictest().is_some_and(|turn| turn.decision.verdict() == Verdict::Pending);
            let later = end.filter(|end| waits && Instant::now() + pause < *end && !self.request.dry_run);
            if later.is_none() {
                return Ok(answer);
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE.1);
            self.github.renew();
        }
    }

    fn wish(&self) -> Option<Wish> {
        let environment = self.request.check.environment.clone();
        let deploy = self.request.deploy.as_ref();
        let commit = match (&self.request.event.subject, deploy) {
            (Subject::Deployment { commit, .. }, _) => commit.clone(),
            (_, deploy) => deploy?.commit.clone(),
        };
        let environment = match &self.request.event.subject {
            Subject::Deployment { environment, .. } => environment.clone(),
            _ => environment,
        };
        let requester = self.request.event.sender.clone();
        let run_url = self.request.run.url.clone();
        Some(Wish { environment, commit, run: self.request.run.id.unwrap_or(1), waiting: None, requester, run_url })
    }

    /// An approval request that somebody spoke on, or whose time has come.
    pub(super) fn requested(&self, number: u64) -> Result<GateAnswer, Failure> {
        let issue = self.github.issue(number).map_err(Failure::world)?;
        let marked = issue.filter(|issue| self.is_own(issue)).and_then(|issue| {
            let mark = request_marker(&issue.body)?;
            Some((issue, mark))
        });
        let Some((issue, RequestMarker { environment, commit, run })) = marked else {
            let nothing = Some(format!("issue #{number} is no approval request of this gate"));
            return Ok(GateAnswer { nothing, ..GateAnswer::default() });
        };
        if !issue.open {
            let nothing = Some(format!("the approval request #{number} is closed"));
            return Ok(GateAnswer { nothing, ..GateAnswer::default() });
        }
        let found = self.github.run(run).map_err(Failure::world)?.filter(|found| found.commit == commit);
        let run_url = found.as_ref().map(|found| found.url.clone());
        let requester = found.as_ref().and_then(|found| found.actor.as_ref()).map(|actor| actor.login.clone());
        let waiting = found.filter(waits).map(|found| found.id);
        self.deploy_once(&Wish { environment, commit, run, waiting, requester, run_url })
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
        let environment = self.request.check.environment.clone();
        let wish = Wish { environment, commit: after.clone(), run: 1, waiting: None, requester: None, run_url: None };
        let comparison = self.github.compare(before, after).map_err(Failure::world)?;
        let reviews = self.reviews(&comparison)?;
        let (decision, ..) = self.decide_range(&wish, before, &comparison, (&reviews, &[]), None)?;
        let title = format!("{} pushed", short(after));
        let turn = Turn { title, decision, receipts: Vec::new(), comment_url: None, request_url: None };
        Ok(GateAnswer { turns: vec![turn], ..GateAnswer::default() })
    }

    /// A yes only after everything that people said was read again.
    fn deploy_once(&self, wish: &Wish) -> Result<GateAnswer, Failure> {
        for _ in 0..LOOKS {
            let judged = self.judge_deploy(wish)?;
            let yes = judged.decision.verdict() == Verdict::Approve;
            if !yes || self.request.dry_run || self.said(wish, &judged.comparison)? == judged.said {
                return self.told(wish, judged);
            }
        }
        Err(Failure::world(GateError::Moving { what: format!("the request for {}", short(&wish.commit)) }))
    }

    fn told(&self, wish: &Wish, judged: Judged) -> Result<GateAnswer, Failure> {
        let standing = self.standing(wish, &judged)?;
        let words = self.words(wish, &judged);
        let effects = plan_deploy(&judged.decision, &wish.commit, &standing, &words, self.request.mode);
        let receipts = self.perform(effects);
        let opened = receipts.iter().find_map(|receipt| match (&receipt.effect, &receipt.done) {
            (Effect::OpenIssue { .. }, Done::Yes { url }) => url.clone(),
            _ => None,
        });
        let there = judged.said.request.as_ref().map(|issue| issue.url.clone());
        let mut answer = GateAnswer::default();
        answer.troubles.extend(perform::undone(&receipts));
        answer.turns.push(Turn {
            title: format!("{} to {}", short(&wish.commit), wish.environment),
            decision: judged.decision,
            receipts,
            comment_url: None,
            request_url: opened.or(there),
        });
        Ok(answer)
    }

    fn judge_deploy(&self, wish: &Wish) -> Result<Judged, Failure> {
        let since = self.deployed(&wish.environment)?;
        let comparison = self.github.compare(&since, &wish.commit).map_err(Failure::world)?;
        let said = self.said(wish, &comparison)?;
        let words = (said.reviews.as_slice(), said.remarks.as_slice());
        let (decision, facts, spoken) = self.decide_range(wish, &since, &comparison, words, said.request.as_ref())?;
        Ok(Judged { decision, facts, since, comparison, said, spoken })
    }

    fn said(&self, wish: &Wish, comparison: &Comparison) -> Result<Said, Failure> {
        let request = self.request_issue(wish)?;
        let reviews = self.reviews(comparison)?;
        let remarks = match &request {
            Some(issue) => self.github.comments(issue.number).map_err(Failure::world)?,
            None => Vec::new(),
        };
        Ok(Said { request, remarks, reviews })
    }

    /// Decides about everything between two commits.
    fn decide_range(
        &self,
        wish: &Wish,
        since: &CommitId,
        comparison: &Comparison,
        (reviews, remarks): (&[PullReview], &[Remark]),
        request: Option<&Issue>,
    ) -> Result<(Decision, Facts, Spoken), Failure> {
        let asked = request.map(|issue| issue.assignees.clone()).unwrap_or_default();
        // The request names the commit: nobody can have approved it before it stood there.
        let judged = request.and_then(|issue| issue.created_at);
        let own = Own { gate: self.account, context: "", judged, asked: &asked, now: self.request.check.now };
        let spoken = people::weigh(self.github, &wish.commit, reviews, remarks, &own)?;
        let forge = facts(wish, comparison, &spoken, request);
        let ends =
            Ends { controls: since.clone(), base: since.clone(), head: wish.commit.clone(), exact: true, pull: None };
        let mut check_request = self.request.check.clone();
        check_request.environment.clone_from(&wish.environment);
        let place = Place::of(&check_request, &ends, self.github);
        let attached = attachments::read(&check_request.attachments)?;
        let mut asking = Asking::new(self.github, self.account, &wish.commit);
        loop {
            let (decision, ()) = check::decision(
                &check_request,
                |started| place.proposal(&check_request, &ends, (forge.clone(), attached.clone()), started),
                |mut evidence| {
                    heard(&mut evidence, &spoken);
                    known_accounts(&mut evidence, &comparison.commits);
                    asking.complete(&mut evidence)?;
                    Ok((evidence, ()))
                },
            )?;
            if !asking.must_ask_more(&decision) {
                let facts = asking.facts.take().ok_or_else(|| Failure::internal(GateError::NotAsked))?;
                return Ok((decision, facts, spoken));
            }
        }
    }

    /// Reviews of the pull requests that brought the commits: whoever approved there the very same change of a path need
    /// not approve it again. At a pull request to another pull request's branch nobody saw what that one brings along.
    fn reviews(&self, comparison: &Comparison) -> Result<Vec<PullReview>, Failure> {
        let main = self.github.repository().map_err(Failure::world)?.default_branch;
        let mut pulls = BTreeSet::new();
        for commit in comparison.commits.iter().rev().take(COMMITS) {
            let of = self.github.pulls_of(&commit.id).map_err(Failure::world)?;
            pulls.extend(of.into_iter().filter(|pull| pull.merged && pull.base_ref == main).map(|pull| pull.number));
        }
        let mut reviews = Vec::new();
        for number in pulls {
            reviews.extend(people::reviews_here(self.github, number)?);
        }
        Ok(reviews)
    }

    /// The approval request for this commit and environment, open or not.
    fn request_issue(&self, wish: &Wish) -> Result<Option<Issue>, Failure> {
        let all = self.github.issues_labelled(REQUEST_LABEL, false).map_err(Failure::world)?;
        let ours = all.into_iter().filter(|issue| self.is_own(issue));
        let mut ours = ours.filter(|issue| request_marker(&issue.body).is_some_and(|mark| is_for(&mark, wish)));
        Ok(ours.next())
    }

    fn standing(&self, wish: &Wish, judged: &Judged) -> Result<DeployStanding, Failure> {
        let objects = self.request.deploy.as_ref().is_none_or(|deploy| deploy.objects);
        let deployment = match objects && wish.waiting.is_none() {
            true => self.own_deployment(wish)?,
            false => None,
        };
        let superseded = match self.request.mode {
            GateMode::Request => self.open_requests()?.into_iter().filter(|issue| older(issue, wish, judged)).collect(),
            GateMode::Report | GateMode::Enforce => Vec::new(),
        };
        Ok(DeployStanding {
            deployment,
            // The run that is started again makes its own.
            deployments: objects && wish.waiting.is_none(),
            request: judged.said.request.clone(),
            superseded,
            waiting: wish.waiting,
        })
    }

    /// The object of this deployment: the one the event is about, or the newest of the commit that the gate made.
    fn own_deployment(&self, wish: &Wish) -> Result<Option<(Deployment, Option<String>)>, Failure> {
        let found = match &self.request.event.subject {
            Subject::Deployment { id, .. } => self.github.deployment(*id).map_err(Failure::world)?,
            _ => {
                let all = self.github.deployments(&wish.environment, DEPLOYMENTS).map_err(Failure::world)?;
                let own = |by: &Account| self.account.is_some_and(|gate| gate.id == by.id);
                all.into_iter().find(|found| found.commit == wish.commit && found.by.as_ref().is_some_and(own))
            }
        };
        let Some(found) = found else { return Ok(None) };
        let statuses = self.github.deployment_statuses(found.id).map_err(Failure::world)?;
        let stands = statuses.first().map(|status| status.state.clone());
        Ok(Some((found, stands)))
    }

    /// Writes down how a deployment ended.
    fn finished(&self, wish: &Wish, succeeded: bool) -> Result<GateAnswer, Failure> {
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

    fn words(&self, wish: &Wish, judged: &Judged) -> DeployWords {
        let request = self.asked_for(wish, judged);
        let (_, description) = words::status(&judged.decision);
        DeployWords {
            title: words::request_title(&judged.decision, &request),
            body: words::request_body(&judged.decision, &request),
            superseded: words::request_superseded(&request),
            decided: words::request_decided(&judged.decision, &request),
            description,
            target: self.request.run.url.clone(),
        }
    }

    /// What whoever is asked should know.
    fn asked_for(&self, wish: &Wish, judged: &Judged) -> Request {
        let Judged { facts, comparison, spoken, .. } = judged;
        let line = |message: &str| message.lines().next().unwrap_or_default().to_owned();
        let commits = comparison.commits.iter().rev().map(|commit| {
            let who = commit.author.as_ref().map_or(&commit.author_identity.name, |account| &account.login);
            (commit.id.clone(), line(&commit.message), who.clone())
        });
        let mut request = Request::of(wish.environment.clone(), wish.commit.clone(), wish.run);
        request.deployed = Some(judged.since.clone());
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

/// The run ended without success: it waits to be started again.
fn waits(run: &WorkflowRun) -> bool {
    run.status == "completed" && run.conclusion.as_deref() == Some("failure")
}

fn is_for(mark: &RequestMarker, wish: &Wish) -> bool {
    mark.environment == wish.environment && mark.commit == wish.commit
}

/// A request for another commit of the same environment, opened before this one was asked for.
fn older(issue: &Issue, wish: &Wish, judged: &Judged) -> bool {
    let same_place = request_marker(&issue.body)
        .is_some_and(|mark| mark.environment == wish.environment && mark.commit != wish.commit);
    let earlier = judged.said.request.as_ref().is_none_or(|own| issue.number < own.number);
    same_place && earlier && wish.waiting.is_none()
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

fn short(commit: &CommitId) -> String {
    commit.0.chars().take(12).collect()
}
