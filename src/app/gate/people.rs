//! What people said at a pull request or an issue: asked of the forge, and handed over to be weighed.

use crate::app::failure::Failure;
use crate::assess::{Acquainted, Heard, Named, speakers, spoken};
use crate::model::{
    Account, Approval, ApprovalDecision, Command, CommitId, ForgeFacts, Known, Moment, Permission, Principal,
    PullReview, Remark, ReviewState, Spoken, TimelineEvent,
};
use crate::parse;
use crate::world::github::GitHub;
use std::collections::{BTreeMap, BTreeSet};

/// People whose rights are asked about at one change: a crowd of strangers who approve must not use up the requests.
const MOST_PEOPLE: usize = 40;

/// Commits that comments name and that are looked up.
const MOST_COMMITS: usize = 10;

/// What the gate's own statuses look like, by which it is known when a commit was judged.
pub(super) struct Own<'a> {
    /// Who the gate is; nobody knows: then no comment counts.
    pub(super) gate: Option<&'a Account>,
    /// The context of its statuses.
    pub(super) context: &'a str,
    /// When it had judged the head; known already.
    pub(super) judged: Option<Moment>,
    /// Whom it has asked: their rights are looked up first.
    pub(super) asked: &'a [String],
    /// The moment of the decision, by the clock of this machine.
    pub(super) now: Moment,
}

/// Weighs what was said.
///
/// # Errors
/// When the forge cannot answer.
pub(super) fn weigh(
    github: &GitHub,
    head: &CommitId,
    reviews: &[PullReview],
    remarks: &[Remark],
    own: &Own<'_>,
) -> Result<Spoken, Failure> {
    let heard = heard(github, remarks, own)?;
    let mut known = Acquainted::default();
    let mut people = speakers(reviews, &heard);
    people.sort_by_key(|account| !own.asked.iter().any(|login| account.is(login)));
    for account in people.into_iter().take(MOST_PEOPLE) {
        if let Known::Known(permission) = github.permission(&account.login).map_err(Failure::world)? {
            known.rights.insert(account.login.to_lowercase(), permission);
        }
    }
    known.commits = commits(github, head, named_by_writers(&heard, &known), own)?;
    let mut spoken = spoken(head, reviews, &heard, &known);
    // Said while this ran, or by a clock that is ahead: an approval waits for the next run, a refusal does not.
    for (word, _) in spoken.approvals.iter_mut().filter(|(word, _)| word.decision == ApprovalDecision::Reject) {
        word.at = word.at.map(|at| at.min(own.now));
    }
    Ok(spoken)
}

/// The reviews, with objections back that whoever had a hand in the change has dismissed: nobody silences who refuses
/// their own work. Whoever may dismiss maintains the repository, or takes back what they said themselves.
///
/// # Errors
/// When the forge cannot answer.
pub(super) fn objections_kept(
    github: &GitHub,
    reviews: &[PullReview],
    timeline: &[TimelineEvent],
    forge: &ForgeFacts,
) -> Result<Vec<PullReview>, Failure> {
    let mut kept = reviews.to_vec();
    let mut may: BTreeMap<String, bool> = BTreeMap::new();
    for event in timeline {
        let Some((id, ReviewState::ChangesRequested)) = event.dismissed else { continue };
        let Some(review) = kept.iter_mut().find(|review| review.id == id && review.state == ReviewState::Dismissed)
        else {
            continue;
        };
        let own = |by: &Account| review.by.as_ref().is_some_and(|reviewer| reviewer.id == by.id);
        let sound = match &event.by {
            None => false,
            Some(by) if own(by) => true,
            Some(by) => {
                let who = Principal::login(&by.login);
                let hand = forge.author.as_ref() == Some(&who) || forge.committers.contains(&who);
                !hand && maintains(github, &by.login, &mut may)?
            }
        };
        if !sound {
            review.state = ReviewState::ChangesRequested;
        }
    }
    Ok(kept)
}

/// What GitHub calls it when the branch that a pull request goes to is another, or was pushed over.
const REBASED: [&str; 3] = ["base_ref_changed", "base_ref_force_pushed", "automatic_base_change_succeeded"];

/// Since when a pull request has the base that it has; `None` when always.
pub(super) fn based_since(timeline: &[TimelineEvent]) -> Option<Moment> {
    let rebased = timeline.iter().filter(|event| REBASED.contains(&event.kind.as_str()));
    rebased.filter_map(|event| event.at).max()
}

/// Whoever approved before saw the difference to another base: the same commit, and other content.
pub(super) fn unbase(approvals: &mut [(Approval, Option<String>)], since: Option<Moment>) {
    let Some(since) = since else { return };
    for (word, commit) in approvals {
        if word.decision == ApprovalDecision::Approve && word.at.is_none_or(|at| at <= since) {
            *commit = None;
        }
    }
}

/// The reviews of a pull request, without approvals from before it had its base.
///
/// # Errors
/// When the forge cannot answer.
pub(super) fn reviews_here(github: &GitHub, number: u64) -> Result<Vec<PullReview>, Failure> {
    let mut reviews = github.reviews(number).map_err(Failure::world)?;
    if reviews.iter().any(|review| review.state == ReviewState::Approved) {
        let since = based_since(&github.timeline(number).map_err(Failure::world)?);
        let before = |review: &PullReview| since.is_some_and(|since| review.at.is_none_or(|at| at <= since));
        reviews.retain(|review| review.state != ReviewState::Approved || !before(review));
    }
    Ok(reviews)
}

fn maintains(github: &GitHub, login: &str, known: &mut BTreeMap<String, bool>) -> Result<bool, Failure> {
    if let Some(known) = known.get(login) {
        return Ok(*known);
    }
    let permission = github.permission(login).map_err(Failure::world)?;
    let maintains = matches!(permission, Known::Known(right) if right >= Permission::Maintain);
    known.insert(login.to_owned(), maintains);
    Ok(maintains)
}

/// The comments that say something to the gate. Of those that changed since they were written, it is asked whether their
/// text did.
fn heard<'a>(github: &GitHub, remarks: &'a [Remark], own: &Own<'_>) -> Result<Vec<Heard<'a>>, Failure> {
    let mut heard = Vec::new();
    for remark in remarks.iter().filter(|remark| !is(own.gate, remark.by.as_ref())) {
        let (commands, misread) = parse::command::commands(&remark.body);
        if !commands.is_empty() || !misread.is_empty() {
            let untouched = remark.created_at.is_some() && remark.created_at == remark.updated_at;
            heard.push(Heard { remark, commands, misread, untouched });
        }
    }
    let doubtful: Vec<String> = heard
        .iter()
        .filter(|said| !said.untouched && !said.commands.is_empty())
        .map(|said| said.remark.node.clone())
        .collect();
    if !doubtful.is_empty() {
        let edits = github.last_edits(&doubtful).map_err(Failure::world)?;
        for said in heard.iter_mut().filter(|said| !said.untouched) {
            said.untouched = matches!(edits.get(&said.remark.node), Some(Known::Known(None)));
        }
    }
    Ok(heard)
}

fn is(gate: Option<&Account>, by: Option<&Account>) -> bool {
    gate.is_some_and(|gate| by.is_some_and(|by| by.id == gate.id))
}

/// The commits named by approvals that may count: what strangers name must not use up the requests.
fn named_by_writers<'a>(heard: &'a [Heard<'_>], known: &Acquainted) -> BTreeSet<&'a str> {
    let counts = |said: &&Heard<'_>| said.untouched && said.remark.by.as_ref().is_some_and(|by| known.writes(by));
    let all = heard.iter().filter(counts).flat_map(|said| &said.commands);
    all.filter_map(|command| match command {
        Command::Approve { commit } => Some(commit.as_str()),
        _ => None,
    })
    .collect()
}

/// The commits that approvals by comment name, and since when the gate's own status stands on each. Seven digits are
/// quickly made the beginning of two commits, so the forge says which one they are, and none if they are several.
fn commits(
    github: &GitHub,
    head: &CommitId,
    shorts: BTreeSet<&str>,
    own: &Own<'_>,
) -> Result<BTreeMap<String, Named>, Failure> {
    let mut named = BTreeMap::new();
    let mut shorts: Vec<&str> = shorts.into_iter().collect();
    shorts.sort_by_key(|short| !head.0.starts_with(short));
    for short in shorts.into_iter().take(MOST_COMMITS) {
        let commit = match head.0 == short {
            true => Some(head.clone()),
            false => github.commit(short).map_err(Failure::world)?.map(|found| found.id),
        };
        let Some(commit) = commit.filter(|commit| commit.0.starts_with(short)) else { continue };
        let judged = if commit == *head { own.judged } else { judged(github, &commit, own)? };
        named.insert(short.to_owned(), Named { commit, judged });
    }
    Ok(named)
}

/// Since when the gate's own status stands on a commit.
///
/// # Errors
/// When the forge cannot answer.
pub(super) fn judged(github: &GitHub, commit: &CommitId, own: &Own<'_>) -> Result<Option<Moment>, Failure> {
    let statuses = github.statuses(commit).map_err(Failure::world)?;
    let ours = statuses.iter().filter(|status| status.context == own.context && is(own.gate, status.by.as_ref()));
    Ok(ours.filter_map(|status| status.at).min())
}
