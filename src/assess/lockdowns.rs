//! Whether a lockdown holds this change: now, here, for a touched row, and not released by the right person.

use super::Evidence;
use crate::model::{
    Actors, Approval, ApprovalDecision, Lockdown, LockdownFacts, LockdownState, Membership, Presence, RowId, last_words,
};
use std::collections::BTreeSet;

pub(super) fn lockdowns(
    evidence: &Evidence,
    touched: &BTreeSet<&RowId>,
    approvals: &[Approval],
    actors: &Actors,
    people: (&Membership, &Presence),
) -> Vec<LockdownFacts> {
    let (membership, presence) = people;
    // A release is bound to the whole change: any path that differs makes it one for other content.
    let words = last_words(approvals, evidence.now, |_, _| true);
    let released = |lockdown: &Lockdown| {
        words.iter().any(|word| {
            word.decision == ApprovalDecision::Approve
                && word.counts(actors, presence, evidence.now, evidence.config.approval_expires_after)
                && lockdown.release_approvers.iter().any(|who| membership.speaks_for(&word.by, &word.teams, who))
        })
    };
    let holds = |lockdown: &Lockdown| {
        lockdown.state == LockdownState::Enforced
            && lockdown.from.is_none_or(|from| from <= evidence.now)
            && lockdown.until.is_none_or(|until| evidence.now < until)
            && (lockdown.environments.is_empty() || lockdown.environments.contains(&evidence.environment))
            && (lockdown.rows.is_empty() || lockdown.rows.iter().any(|row| touched.contains(row)))
    };
    evidence
        .lockdowns
        .iter()
        .map(|lockdown| LockdownFacts {
            id: lockdown.id.clone(),
            reason: lockdown.reason.clone(),
            active: holds(lockdown),
            released: released(lockdown),
            exempt: lockdown.exempt.clone(),
            release_approvers: lockdown.release_approvers.clone(),
            place: lockdown.place.clone(),
        })
        .collect()
}
