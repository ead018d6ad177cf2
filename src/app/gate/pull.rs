//! One pull request: everything the forge knows of it, decided as a local run would.

use super::asking::{Asking, heard, known_accounts};
use super::emergency;
use super::ground::{Ends, Place};
use super::people::{self, Own};
use super::request::GateRequest;
use crate::app::failure::Failure;
use crate::app::{attachments, check};
use crate::model::{
    Account, CommitId, CommitStatus, Decision, Facts, Finding, ForgeCommit, ForgeFacts, IntegrityError, Moment,
    Principal, PullRequest, PullReview, Remark, ReviewState, Spoken, TimelineEvent,
};
use crate::world::github::GitHub;
use std::collections::{BTreeMap, BTreeSet};

/// The first line of the gate's own comment, by which it is found again.
pub(super) const MARKER: &str = "<!-- changeward:verdict -->";

/// How GitHub signs what is done in the browser; no person.
pub(super) const WEB_FLOW: &str = "web-flow";

/// What stands before a pusher's name in a status: pushes are told to the gate once, by the event, and by nobody again.
const PUSHED: &str = "; pushed by @";

/// Everything read of a pull request at one moment.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) pull: PullRequest,
    /// The head of its base branch now.
    pub(super) base: CommitId,
    reviews: Vec<PullReview>,
    pub(super) remarks: Vec<Remark>,
    /// Of the gate's context, on the head, newest first.
    pub(super) statuses: Vec<CommitStatus>,
    commits: Vec<ForgeCommit>,
    timeline: Vec<TimelineEvent>,
}

/// A pull request with its decision.
pub(super) struct Judged {
    pub(super) snapshot: Snapshot,
    pub(super) context: String,
    pub(super) decision: Decision,
    /// What people said and how it counts.
    pub(super) spoken: Spoken,
    /// Who pushed the head, as far as known.
    pub(super) pusher: Option<String>,
    /// What it rests on.
    pub(super) facts: Facts,
}

impl Snapshot {
    /// Reads it; `None` where there is nothing to judge: it is gone, closed, or its branch is.
    pub(super) fn read(github: &GitHub, number: u64, context: Option<&str>) -> Result<Option<Self>, Failure> {
        let Some(pull) = github.pull(number).map_err(Failure::world)?.filter(|pull| pull.open) else {
            return Ok(None);
        };
        let Some(base) = github.branch_head(&pull.base_ref).map_err(Failure::world)? else { return Ok(None) };
        let reviews = github.reviews(number).map_err(Failure::world)?;
        let remarks = github.comments(number).map_err(Failure::world)?;
        let mut statuses = github.statuses(&pull.head).map_err(Failure::world)?;
        let context = context_of(context, &pull.base_ref);
        statuses.retain(|status| status.context == context);
        let commits = github.pull_commits(number).map_err(Failure::world)?;
        // Who put a label and who forced a push stands in the timeline alone; it is long, and asked for where it matters.
        let labelled = pull.labels.iter().any(|label| label.to_lowercase().starts_with("change:"));
        let approves = |remark: &Remark| remark.body.to_ascii_lowercase().contains("/approve");
        let timeline = match labelled || !reviews.is_empty() || remarks.iter().any(approves) {
            true => github.timeline(number).map_err(Failure::world)?,
            false => Vec::new(),
        };
        Ok(Some(Self { pull, base, reviews, remarks, statuses, commits, timeline }))
    }

    /// Nothing that a verdict rests on differs.
    pub(super) fn still(&self, later: &Self, gate: Option<&Account>) -> bool {
        let words = |snapshot: &Self| -> Vec<(u64, String, Option<Moment>)> {
            let ours = snapshot.comment(gate).map(|remark| remark.id);
            let remarks = snapshot.remarks.iter().filter(|remark| Some(remark.id) != ours);
            remarks.map(|remark| (remark.id, remark.body.clone(), remark.updated_at)).collect()
        };
        let (a, b) = (&self.pull, &later.pull);
        a.head == b.head
            && a.base_ref == b.base_ref
            && self.base == later.base
            && a.draft == b.draft
            && a.open == b.open
            && a.title == b.title
            && a.body == b.body
            && sorted(&a.labels) == sorted(&b.labels)
            && self.reviews == later.reviews
            && words(self) == words(later)
    }

    /// The newest status of the gate's context, whoever posted it.
    pub(super) fn status(&self) -> Option<&CommitStatus> {
        self.statuses.first()
    }

    /// The gate's own comment: its marker, in its own name.
    pub(super) fn comment(&self, gate: Option<&Account>) -> Option<&Remark> {
        let gate = gate?;
        let ours =
            |remark: &&Remark| remark.body.starts_with(MARKER) && remark.by.as_ref().is_some_and(|by| by.id == gate.id);
        self.remarks.iter().find(ours)
    }

    /// Whoever has reviewed the head.
    pub(super) fn reviewed(&self) -> Vec<String> {
        let of_head = self
            .reviews
            .iter()
            .filter(|review| review.commit.as_ref() == Some(&self.pull.head) && review.state != ReviewState::Pending);
        of_head.filter_map(|review| review.by.as_ref()).map(|by| by.login.clone()).collect()
    }
}

fn sorted(labels: &[String]) -> Vec<&str> {
    let mut labels: Vec<&str> =
        labels.iter().map(String::as_str).filter(|label| !label.starts_with(crate::decide::LABEL)).collect();
    labels.sort_unstable();
    labels
}

/// The context of the gate's status.
pub(super) fn context_of(wished: Option<&str>, base_ref: &str) -> String {
    wished.map_or_else(|| format!("changeward/{base_ref}"), str::to_owned)
}

/// Decides about a pull request as it was read.
///
/// # Errors
/// When the forge, git or a control file gives no answer. A failure is never a verdict.
pub(super) fn judge(
    request: &GateRequest,
    github: &GitHub,
    gate: Option<&Account>,
    snapshot: Snapshot,
) -> Result<Judged, Failure> {
    let context = context_of(request.context.as_deref(), &snapshot.pull.base_ref);
    let ours = snapshot
        .statuses
        .iter()
        .filter(|status| gate.is_some_and(|gate| status.by.as_ref().is_some_and(|by| by.id == gate.id)));
    let judged = ours.clone().filter_map(|status| status.at).min();
    let recorded: Vec<String> = ours.filter_map(|status| recorded_pusher(&status.description)).collect();
    let pusher = last_pusher(told_pusher(request, &snapshot), &recorded, snapshot.pull.author.as_ref());
    let mut forge = forge(&snapshot, pusher.iter().chain(&recorded));
    let own = Own { gate, context: &context, judged, asked: &snapshot.pull.requested_people, now: request.check.now };
    let reviews = people::objections_kept(github, &snapshot.reviews, &snapshot.timeline, &forge)?;
    let mut spoken = people::weigh(github, &snapshot.pull.head, &reviews, &snapshot.remarks, &own)?;
    people::unbase(&mut spoken.approvals, people::based_since(&snapshot.timeline));
    forge.approvals.clone_from(&spoken.approvals);
    let mut noticed: Vec<Finding> = super::pull_turn::foreign_status(&snapshot, gate).into_iter().collect();
    noticed.extend(emergency::own_labels(&snapshot.pull, &snapshot.timeline, &mut forge));
    let ends = Ends {
        controls: snapshot.base.clone(),
        base: snapshot.base.clone(),
        head: snapshot.pull.head.clone(),
        exact: false,
        pull: Some(snapshot.pull.number),
        seen_from: BTreeMap::new(),
    };
    let place = Place::of(&request.check, &ends, github);
    let one_start = place.has_one_start(&ends, &snapshot.commits, snapshot.pull.commits)?;
    let listed = (snapshot.commits.len() as u64, snapshot.pull.commits);
    let errors: Vec<IntegrityError> = authors(listed, &forge).into_iter().chain(starts(&snapshot, one_start)).collect();
    let attached = attachments::read(&request.check.attachments)?;
    let mut asking = Asking::new(github, gate, &snapshot.pull.head);
    let decision = loop {
        let (decision, ()) = check::decision(
            &request.check,
            |started| place.proposal(&request.check, &ends, (forge.clone(), attached.clone()), started),
            |mut evidence| {
                evidence.errors.extend(errors.iter().cloned());
                evidence.noticed.extend(noticed.iter().cloned());
                heard(&mut evidence, &spoken);
                known_accounts(&mut evidence, &snapshot.commits);
                asking.complete(&mut evidence)?;
                Ok((evidence, ()))
            },
        )?;
        // A policy of the organisation may name a team that no file does: it is asked too, and everything decided again.
        if !asking.must_ask_more(&decision) {
            break decision;
        }
    };
    let facts = asking.facts.take().ok_or_else(|| Failure::internal(super::GateError::NotAsked))?;
    Ok(Judged { snapshot, context, decision, spoken, pusher, facts })
}

/// Who pushed, as the event tells.
fn told_pusher(request: &GateRequest, snapshot: &Snapshot) -> Option<String> {
    let event = &request.event;
    let pushed = matches!(event.action.as_deref(), Some("synchronize" | "opened" | "reopened"));
    let about = matches!(event.subject, crate::model::Subject::Pull { number } if number == snapshot.pull.number);
    event.sender.clone().filter(|_| pushed && about && event.sender_is_person)
}

/// Who is written down. An old event that is run again must not rub out who was known to have pushed since.
fn last_pusher(told: Option<String>, recorded: &[String], author: Option<&Account>) -> Option<String> {
    let by_author = told.as_ref().is_some_and(|login| author.is_some_and(|author| author.is(login)));
    match recorded.first() {
        Some(known) if by_author => Some(known.clone()),
        known => told.or_else(|| known.cloned()),
    }
}

/// What the gate wrote down itself, in a status of its own.
fn recorded_pusher(description: &str) -> Option<String> {
    let (_, login) = description.rsplit_once(PUSHED)?;
    let sound = !login.is_empty() && login.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    sound.then(|| login.to_owned())
}

/// The words of a status, with room for who pushed.
pub(super) fn with_pusher(description: &str, pusher: Option<&str>, author: Option<&Account>) -> String {
    let Some(pusher) = pusher.filter(|login| author.is_none_or(|author| !author.is(login))) else {
        return description.to_owned();
    };
    let tail = format!("{PUSHED}{pusher}");
    let room = 140_usize.saturating_sub(tail.chars().count());
    let head: String = match description.chars().count() <= room {
        true => description.to_owned(),
        false => description.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
    };
    format!("{head}{tail}")
}

/// What the forge says, as facts; but for what people said.
fn forge<'a>(snapshot: &'a Snapshot, pushers: impl Iterator<Item = &'a String>) -> ForgeFacts {
    let pull = &snapshot.pull;
    let author = pull.author.as_ref().map(|account| Principal::login(&account.login));
    let accounts = snapshot.commits.iter().flat_map(|commit| [&commit.author, &commit.committer]).flatten();
    let names = accounts.map(|account| account.login.as_str()).filter(|login| *login != WEB_FLOW);
    let forced = snapshot.timeline.iter().filter(|event| event.kind == "head_ref_force_pushed");
    let forced = forced.filter_map(|event| event.by.as_ref()).map(|by| by.login.as_str());
    let committers: BTreeSet<Principal> =
        names.chain(forced).chain(pushers.map(String::as_str)).map(Principal::login).collect();
    ForgeFacts {
        head: Some(pull.head.0.clone()),
        author: author.clone(),
        requester: author,
        committers: committers.into_iter().collect(),
        title: Some(pull.title.clone()),
        body: Some(pull.body.clone()),
        claimed_at: claimed_at(snapshot),
        labels: pull.labels.clone(),
        ..ForgeFacts::default()
    }
}

/// Claims by text are as old as the pull request, those by label as their label.
fn claimed_at(snapshot: &Snapshot) -> Option<Moment> {
    let put = snapshot.timeline.iter().filter(|event| {
        event.kind == "labeled"
            && event.label.as_deref().is_some_and(|label| label.to_lowercase().starts_with("change:"))
    });
    put.filter_map(|event| event.at).max().or(snapshot.pull.created_at)
}

/// GitHub lists no more than 250 commits: whoever made another could approve their own work.
pub(super) fn authors((listed, all): (u64, u64), forge: &ForgeFacts) -> Option<IntegrityError> {
    (listed < all && !forge.approvals.is_empty()).then(|| IntegrityError {
        code: "AUTHORS_MISSING".to_owned(),
        msg: format!("GitHub lists {listed} of {all} commits: who made the others is not known"),
    })
}

/// The branch and its base have been merged crosswise.
fn starts(snapshot: &Snapshot, one: bool) -> Option<IntegrityError> {
    let base = &snapshot.pull.base_ref;
    (!one).then(|| IntegrityError {
        code: "CROSSWISE".to_owned(),
        msg: format!("no one difference shows what would land: merge `{base}` into the branch once more"),
    })
}
