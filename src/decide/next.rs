//! Who must do what next. Every verdict that is not a yes ends in a step somebody can take.

use super::ask::Wait;
use crate::model::{Ask, ChangeClass, Decision, Facts, Finding, Moment, Principal, PrincipalKind, Verdict};

pub(super) fn next(facts: &Facts, decision: &Decision, waits: &[Wait]) -> Vec<String> {
    let mut steps = Vec::new();
    match decision.verdict() {
        Verdict::Block => steps.extend(decision.block.iter().map(unblock)),
        Verdict::Pending => {
            steps.extend(decision.ask.iter().map(|asked| ask(facts, decision, asked)));
            steps.extend(waits.iter().map(|wait| wait_for(facts, wait)));
        }
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

fn ask(facts: &Facts, decision: &Decision, asked: &Ask) -> String {
    let contact = asked.contact.as_deref().map(|contact| format!(", {contact}")).unwrap_or_default();
    let stand_in = if asked.stand_in { ", standing in," } else { "" };
    let within = facts.escalation.as_ref().and_then(|escalation| escalation.resolve_within);
    let within = within.map(|span| format!(" within {span}")).unwrap_or_default();
    let assigns = asked.levels.iter().any(|level| level == "assign-owner");
    let assigns = if assigns { format!(" to name an owner{within} and approve") } else { " to approve".to_owned() };
    let instead: Vec<String> = asked.instead.iter().map(other).collect();
    let instead = if instead.is_empty() { String::new() } else { format!("; or {}", instead.join(" or ")) };
    format!("ask {}{stand_in}{assigns} ({}{contact}){instead}", whom(decision, asked), asked.levels.join(", "))
}

fn other(who: &Principal) -> String {
    if is_pool(who) { format!("someone {}", of(who)) } else { who.to_string() }
}

fn is_pool(who: &Principal) -> bool {
    matches!(who.kind(), PrincipalKind::Team | PrincipalKind::Role)
}

/// Whose people they are: `of @acme/pay`, `with the role @@developer`.
fn of(who: &Principal) -> String {
    if who.kind() == PrincipalKind::Role { format!("with the role {who}") } else { format!("of {who}") }
}

/// `@bob`, `someone of @acme/pay`, `2 people who did not work on it`.
fn whom(decision: &Decision, asked: &Ask) -> String {
    if matches!(asked.who.kind(), PrincipalKind::User | PrincipalKind::Email) {
        return asked.who.to_string();
    }
    let gives = |levels: &[String]| levels.iter().any(|level| asked.levels.contains(level));
    let others = decision.ask.iter().any(|other| other.who != asked.who && gives(&other.levels));
    let given = decision.required.iter().any(|level| !level.have.is_empty() && asked.levels.contains(&level.level));
    let more = others || given;
    match (asked.who.kind(), asked.people) {
        (PrincipalKind::Anyone, 1) if more => "anyone else who did not work on it".to_owned(),
        (PrincipalKind::Anyone, 1) => "anyone who did not work on it".to_owned(),
        (PrincipalKind::Anyone, n) => format!("{n} {}people who did not work on it", if more { "other " } else { "" }),
        (_, 1) => format!("someone {}{}", if more { "else " } else { "" }, of(&asked.who)),
        (_, n) => format!("{n} {}people {}", if more { "other " } else { "" }, of(&asked.who)),
    }
}

/// Nobody else who is there can give it: who is away until when, and who might know another way.
fn wait_for(facts: &Facts, wait: &Wait) -> String {
    let until = |until: &Option<Moment>| until.map(|until| format!(" until {}", until.date())).unwrap_or_default();
    let mut away: Vec<String> = wait.away.iter().take(3).map(|(who, back)| format!("{who}{}", until(back))).collect();
    away.extend((wait.away.len() > 3).then(|| format!("{} more", wait.away.len() - 3)));
    let more = if wait.more > 1 { format!(" ({} more people)", wait.more) } else { String::new() };
    let away = match away.as_slice() {
        [] => String::new(),
        [_] => wait.away.iter().map(|(who, back)| format!(": {who} is away{}", until(back))).collect(),
        several => format!(": away are {}", several.join(", ")),
    };
    let ways = other_ways(facts, wait);
    let ways = if ways.is_empty() { String::new() } else { format!("; or try {}", ways.join(", then ")) };
    format!("wait for {}{more}{away}{ways}", wait.level)
}

/// Alternates of the row, then the escalation path: they can name somebody else, or reach whoever is away.
fn other_ways(facts: &Facts, wait: &Wait) -> Vec<String> {
    let row = wait.level.split_once(':').and_then(|(_, row)| facts.rows.get(row));
    let alternates = row.iter().flat_map(|row| &row.alternate).map(|who| (who, None, None));
    let escalation = facts.escalation.as_ref();
    let owner = escalation.map(|escalation| (&escalation.owner, None, escalation.contact.as_deref()));
    let next = escalation.iter().flat_map(|escalation| &escalation.next);
    let next = next.map(|step| (&step.who, step.after, step.contact.as_deref()));
    let mut ways: Vec<(&Principal, String)> = Vec::new();
    for (who, after, contact) in alternates.chain(owner).chain(next) {
        let person = facts.membership.known(who);
        if facts.excludes(person) || facts.presence.is_missing(person) || ways.iter().any(|(known, _)| *known == who) {
            continue;
        }
        let after = after.map(|span| format!(" after {span}")).unwrap_or_default();
        let contact = contact.map(|contact| format!(" ({contact})")).unwrap_or_default();
        ways.push((who, format!("{who}{after}{contact}")));
    }
    ways.into_iter().map(|(_, way)| way).collect()
}

/// The fastest way to a yes is sometimes a smaller change.
fn split(decision: &Decision) -> Option<String> {
    let shown: Vec<&str> = decision.split.iter().take(3).map(String::as_str).collect();
    let more = decision.split.len().saturating_sub(shown.len());
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("or split {}{tail} out: the rest is standard", shown.join(", ")))
}
