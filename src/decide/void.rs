//! Approvals that were given and do not count, each with why: nobody should wonder where theirs went.

use crate::model::{Approval, ApprovalDecision, ApproverKind, Content, Facts, Finding, Level, Severity};

pub(super) fn void(facts: &Facts, levels: &[Level]) -> Vec<Finding> {
    let mut found: Vec<Finding> = facts
        .approvals
        .iter()
        .filter(|word| word.decision == ApprovalDecision::Approve)
        .filter(|word| !levels.iter().any(|level| level.have.contains(&word.by)))
        .filter_map(|word| Some((word, why(facts, word)?)))
        .map(|(word, why)| {
            Finding::new("APPROVAL_VOID", Severity::Info, format!("the approval of {} does not count: {why}", word.by))
        })
        .collect();
    found.dedup();
    found
}

fn why(facts: &Facts, word: &Approval) -> Option<&'static str> {
    if word.kind == ApproverKind::Bot {
        return Some("a program approves nothing");
    }
    if facts.actors.includes(&word.by) {
        return Some("they had a hand in the change");
    }
    if facts.presence.has_left(&word.by) {
        return Some("they have left");
    }
    if word.content != Content::Head {
        return Some("it was given on other content");
    }
    match word.at {
        None => Some("it has no date"),
        Some(at) if at > facts.now => Some("it is dated later than this evaluation"),
        Some(_) if !word.counts(&facts.actors, &facts.presence, facts.now, facts.approval_expires_after) => {
            Some("it has expired")
        }
        // Eligible for nothing here, or taken back: nothing to explain.
        Some(_) => None,
    }
}
