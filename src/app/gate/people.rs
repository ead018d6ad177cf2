//! What people said at a pull request or an issue: asked of the forge, and handed over to be weighed.

use crate::app::failure::Failure;
use crate::assess::{Acquainted, Heard, Named, speakers, spoken};
use crate::model::{Account, Command, CommitId, Known, Moment, PullReview, Remark, Spoken};
use crate::parse;
use crate::world::github::GitHub;
use std::collections::BTreeMap;

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
    let mut known = Acquainted { commits: commits(github, head, &heard, own)?, ..Acquainted::default() };
    let mut people = speakers(reviews, &heard);
    people.sort_by_key(|account| !own.asked.iter().any(|login| account.is(login)));
    for account in people.into_iter().take(MOST_PEOPLE) {
        if let Known::Known(permission) = github.permission(&account.login).map_err(Failure::world)? {
            known.rights.insert(account.login.to_lowercase(), permission);
        }
    }
    Ok(spoken(head, reviews, &heard, &known))
}

/// The time of a decision: now, and no earlier than the newest word. A clock that is behind the forge's, and a refusal
/// that comes while it is decided, must not make a no unsaid.
pub(super) fn moment(now: Moment, reviews: &[PullReview], remarks: &[Remark]) -> Moment {
    let said = reviews.iter().filter_map(|review| review.at);
    let said = said.chain(remarks.iter().filter_map(|remark| remark.created_at));
    said.fold(now, Ord::max)
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

/// The commits that approvals by comment name, and since when the gate's own status stands on each.
fn commits(
    github: &GitHub,
    head: &CommitId,
    heard: &[Heard<'_>],
    own: &Own<'_>,
) -> Result<BTreeMap<String, Named>, Failure> {
    let mut named = BTreeMap::new();
    let all = heard.iter().flat_map(|said| &said.commands);
    let short = all.filter_map(|command| match command {
        Command::Approve { commit } => Some(commit),
        _ => None,
    });
    for short in short.take(MOST_COMMITS) {
        if named.contains_key(short) {
            continue;
        }
        if head.0.starts_with(short.as_str()) {
            named.insert(short.clone(), Named { commit: head.clone(), judged: own.judged });
            continue;
        }
        let Some(found) = github.commit(short).map_err(Failure::world)? else { continue };
        if found.id.0.starts_with(short.as_str()) {
            let judged = judged(github, &found.id, own)?;
            named.insert(short.clone(), Named { commit: found.id, judged });
        }
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
