//! The gate on a forge: what an event is about is read, decided as a local run would, and acted upon.
//!
//! The event is believed in nothing but which change it names. Everything else is asked of the forge, at the moment of the
//! decision, and asked again before a yes is posted. Decisions are those of [`check`](super::check); nothing here decides.

mod asking;
mod deploy;
mod deploy_words;
mod deployed;
mod emergency;
mod given;
mod ground;
mod merge_group;
mod obligations;
mod people;
mod perform;
mod pull;
mod pull_turn;
mod request;
mod tell;

pub use given::{commit, event, graphql_of, no_deployment_here, repository, token};
pub use request::{Deploy, Files, GateRequest, Run};
pub use tell::{plan, tell, tell_failure};

pub use crate::world::actions::stopped;
pub use crate::world::github::{Access, Patience, Token};

use super::failure::{Failure, FailureKind};
use super::request::FailOn;
use crate::model::{Account, Decision, Effect, GateMode, Known, Receipt, Subject, Verdict};
use crate::world::github::GitHub;

/// One change that was looked at.
#[derive(Debug)]
pub struct Turn {
    /// For people: `pull request #12`, `1a2b3c4d5e6f to production`.
    pub title: String,
    /// What was decided.
    pub decision: Decision,
    /// What was to be done, and how it went.
    pub receipts: Vec<Receipt>,
    /// The comment on the pull request, where it is known.
    pub comment_url: Option<String>,
    /// The issue that asks for approval, where there is one.
    pub request_url: Option<String>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct GateAnswer {
    /// Every change that was looked at.
    pub turns: Vec<Turn>,
    /// Why some were not, or why what had to be done was not.
    pub troubles: Vec<Failure>,
    /// Why there was nothing to look at, if so.
    pub nothing: Option<String>,
}

impl GateAnswer {
    /// The exit code: that of the gravest failure, else of the strictest verdict.
    pub fn exit_code(&self, fail_on: FailOn) -> u8 {
        let trouble = self.troubles.iter().max_by_key(|failure| failure.kind()).map(Failure::exit_code);
        let strictest = self.turns.iter().map(|turn| turn.decision.verdict()).max();
        trouble.unwrap_or_else(|| strictest.map_or(0, |verdict| fail_on.exit_code(verdict)))
    }

    /// The change that decides the exit code.
    pub fn strictest(&self) -> Option<&Turn> {
        self.turns.iter().max_by_key(|turn| turn.decision.verdict())
    }
}

/// What one run has at hand.
pub(super) struct Gate<'a> {
    request: &'a GateRequest,
    github: &'a GitHub,
    /// Who the gate is on the forge; `None` when nobody can tell.
    account: Option<&'a Account>,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum GateError {
    #[error("on `{event}` a pull request brings its own workflow, which could run anything in the place of this gate")]
    #[diagnostic(
        code(changeward::gate::own_workflow),
        help(
            "run it on `pull_request_target`, or only look with `--mode report`; `--own-workflow` is for repositories whose rules require this workflow from elsewhere"
        )
    )]
    OwnWorkflow { event: String },
    #[error("{what} changed while it was being looked at, three times in a row")]
    #[diagnostic(code(changeward::gate::moving), help("nothing was approved; run this again when it has settled"))]
    Moving { what: String },
    #[error("{what} could not be done: {why}")]
    #[diagnostic(code(changeward::gate::not_done), help("{help}"))]
    NotDone { what: String, why: String, help: String },
    #[error("a decision was made before anything was asked")]
    #[diagnostic(code(changeward::gate::not_asked), help("this is a fault of changeward; please report it"))]
    NotAsked,
    #[error("the group {head} of the merge queue cannot be told apart into pull requests")]
    #[diagnostic(
        code(changeward::gate::group),
        help(
            "every commit of it must belong to an open pull request that the gate can see; take it out of the queue and put it in again"
        )
    )]
    Group { head: String },
    #[error("nothing says what {environment} has now: none of the newest deployments to it has succeeded")]
    #[diagnostic(
        code(changeward::gate::never_deployed),
        help(
            "name the commit it has, or the one the first deployment starts from: `--since REV`; what a person recorded is not believed, only an app or a workflow is"
        )
    )]
    NeverDeployed { environment: String },
    #[error("nothing says which run waits for the deployment")]
    #[diagnostic(
        code(changeward::gate::run),
        help(
            "GitHub Actions sets GITHUB_RUN_ID; elsewhere an approval could start nothing again: use `--mode enforce`"
        )
    )]
    Runless,
    #[error("no deployment of {commit} to {environment} is the gate's own")]
    #[diagnostic(
        code(changeward::gate::no_deployment),
        help("record how it went in the job that the gate let go ahead, with the same token and environment")
    )]
    NoDeployment { commit: String, environment: String },
    #[error("there is no revision `{revision}`")]
    #[diagnostic(code(changeward::gate::revision), help("name a commit, a branch or a tag of the repository"))]
    NoSuchRevision { revision: String },
    #[error("nobody can tell which account this token is, so what the gate wrote before cannot be found again")]
    #[diagnostic(
        code(changeward::gate::nameless),
        help("use the token of an app, of a workflow or of a user; nothing is written twice on a guess")
    )]
    Nameless,
}

/// Runs the gate.
///
/// # Errors
/// When nothing could be looked at. What failed beside something that was is among the answer's troubles.
pub fn gate(request: &GateRequest) -> Result<GateAnswer, Failure> {
    refuse_own_workflow(request)?;
    let github = GitHub::new(request.access.clone()).map_err(Failure::world)?;
    let known = match request.mode {
        GateMode::Report => github.viewer().unwrap_or_else(|error| Known::Unknown(error.to_string())),
        GateMode::Enforce | GateMode::Request => github.viewer().map_err(Failure::world)?,
    };
    let account = known.known();
    if account.is_none() && request.mode != GateMode::Report {
        return Err(Failure::world(GateError::Nameless));
    }
    let gate = Gate { request, github: &github, account };
    if request.deploy.is_some() {
        return gate.deploy();
    }
    match &request.event.subject {
        Subject::Pull { number } => gate.pulls(&[*number]),
        Subject::PullsAt { head, numbers } if numbers.is_empty() => {
            let pulls = github.pulls_of(head).map_err(Failure::world)?;
            let open = pulls.iter().filter(|pull| pull.open && pull.head == *head);
            gate.pulls(&open.map(|pull| pull.number).collect::<Vec<_>>())
        }
        Subject::PullsAt { numbers, .. } => gate.pulls(numbers),
        Subject::Issue { number } => gate.requested(*number),
        Subject::MergeGroup { base, head, base_ref, number } => gate.merge_group(base, head, base_ref, *number),
        Subject::Push { before, after, .. } => gate.landed(before.as_ref(), after.as_ref()),
        Subject::Deployment { .. } => gate.deploy(),
        Subject::Everything => gate.everything(),
    }
}

/// What a pull request brings along must not enforce: it would be the judge of itself.
fn refuse_own_workflow(request: &GateRequest) -> Result<(), Failure> {
    let own = matches!(request.event.name.as_str(), "pull_request" | "pull_request_review");
    if own && request.mode != GateMode::Report && !request.own_workflow && !request.dry_run {
        return Err(Failure::usage(GateError::OwnWorkflow { event: request.event.name.clone() }));
    }
    Ok(())
}

impl Gate<'_> {
    /// Some pull requests, one after another; one that cannot be judged does not keep the others from it.
    fn pulls(&self, numbers: &[u64]) -> Result<GateAnswer, Failure> {
        let mut answer = GateAnswer::default();
        for number in numbers {
            self.github.renew();
            match self.pull(*number) {
                Ok(Some(done)) => answer.take(done),
                Ok(None) => answer.nothing = Some(format!("pull request #{number} is not open")),
                Err(failure) => answer.troubles.push(failure),
            }
        }
        match (numbers, answer.troubles.pop()) {
            // A single one that failed is the run's own failure.
            ([_], Some(failure)) if answer.turns.is_empty() => Err(failure),
            (_, last) => {
                answer.troubles.extend(last);
                if numbers.is_empty() {
                    answer.nothing = Some("no open pull request ends at this commit".to_owned());
                }
                Ok(answer)
            }
        }
    }

    /// Everything that is open: pull requests, and approval requests for deployments.
    fn everything(&self) -> Result<GateAnswer, Failure> {
        let open = self.github.open_pulls().map_err(Failure::world)?;
        let numbers: Vec<u64> = open.iter().map(|pull| pull.number).collect();
        let mut answer = match numbers.as_slice() {
            [] => GateAnswer { nothing: Some("nothing is open".to_owned()), ..GateAnswer::default() },
            // One that fails must not keep the requests from being looked at.
            numbers => self
                .pulls(numbers)
                .unwrap_or_else(|failure| GateAnswer { troubles: vec![failure], ..GateAnswer::default() }),
        };
        self.github.renew();
        let requests = self.open_requests().unwrap_or_else(|failure| {
            answer.troubles.push(failure);
            Vec::new()
        });
        for issue in requests {
            self.github.renew();
            match self.requested(issue.number) {
                Ok(more) => answer.join(more),
                Err(failure) => answer.troubles.push(failure),
            }
        }
        Ok(answer)
    }

    /// Does what is planned; with `--dry-run`, says so only.
    fn perform(&self, effects: Vec<Effect>) -> Vec<Receipt> {
        match self.request.dry_run {
            true => perform::planned(effects),
            false => perform::perform(self.github, self.account, effects),
        }
    }
}

impl GateAnswer {
    /// Takes in one change, and what had to be done for it and was not.
    fn take(&mut self, turn: Turn) {
        self.troubles.extend(perform::undone(&turn.receipts));
        self.turns.push(turn);
    }

    fn join(&mut self, other: Self) {
        if !other.turns.is_empty() {
            self.nothing = None;
        }
        self.turns.extend(other.turns);
        self.troubles.extend(other.troubles);
    }
}

/// A yes would be posted.
fn says_yes(decision: &Decision) -> bool {
    decision.verdict() == Verdict::Approve
}

/// The kinds of failure that leave a change without a verdict although it could be read.
fn is_control_fault(failure: &Failure) -> bool {
    failure.kind() == FailureKind::Invalid
}
