//! Who must do what next. Every verdict that is not a yes ends in a step somebody can take.

use crate::model::{ChangeClass, Decision, Facts, Finding, Level, Verdict};

pub(super) fn next(facts: &Facts, decision: &Decision) -> Vec<String> {
    let mut steps = Vec::new();
    match decision.verdict() {
        Verdict::Block => steps.extend(decision.block.iter().map(unblock)),
        Verdict::Pending => steps.extend(decision.missing().map(|level| ask(facts, level))),
        Verdict::Approve => steps.extend(decision.obligations.iter().map(|owed| {
            let when = match (owed.due, owed.due_in_days) {
                (Some(due), _) => format!(" by {}", due.date()),
                (None, Some(days)) => format!(" within {days} days of deployment"),
                (None, None) => String::new(),
            };
            format!("afterwards{when}: {}", owed.msg.as_deref().unwrap_or(&owed.kind))
        })),
    }
    if decision.verdict() != Verdict::Approve && decision.class == ChangeClass::Normal {
        steps.extend(split(decision));
    }
    if steps.is_empty() && decision.verdict() == Verdict::Pending {
        // No rule asked anybody: a bent policy, or an organisation without one owner. Never silence.
        steps.push("no level of approval is defined for this change; name owners or a change authority".to_owned());
    }
    steps.dedup();
    steps
}

fn unblock(reason: &Finding) -> String {
    match &reason.help {
        Some(help) => help.clone(),
        None => format!("mend what {} says", reason.code),
    }
}

fn ask(facts: &Facts, level: &Level) -> String {
    let have = u32::try_from(level.have.len()).unwrap_or(u32::MAX);
    let more = level.min.saturating_sub(have).max(1);
    let people = if more > 1 { format!("{more} of ") } else { String::new() };
    let contact = level.contact.as_deref().map(|contact| format!(", {contact}")).unwrap_or_default();
    if level.level == "assign-owner" {
        let within = facts.escalation.as_ref().and_then(|e| e.resolve_within);
        let within = within.map(|span| format!(" within {span}")).unwrap_or_default();
        return format!("ask {} to name an owner{within} and approve (assign-owner{contact})", level.ask());
    }
    if level.is_open_to_anyone() {
        return format!("ask {people}anyone who did not work on it to approve ({}{contact})", level.level);
    }
    let stand_in = if level.stand_in { ", standing in" } else { "" };
    format!("ask {people}{}{stand_in} to approve ({}{contact})", level.ask(), level.level)
}

/// The fastest way to a yes is sometimes a smaller change.
fn split(decision: &Decision) -> Option<String> {
    let shown: Vec<&str> = decision.split.iter().take(3).map(String::as_str).collect();
    let more = decision.split.len().saturating_sub(shown.len());
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("or split {}{tail} out: the rest is standard", shown.join(", ")))
}
