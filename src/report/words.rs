//! The sentences every format shares. They are raw: whoever writes them puts them through its own sink.

use crate::model::{ChangeClass, Decision, Finding, Level, Obligation, Principal, Verdict};
use std::collections::BTreeSet;

/// What it is, as the title of an answer.
pub(super) fn class_title(class: ChangeClass) -> &'static str {
    match class {
        ChangeClass::None => "not a change (class none)",
        ChangeClass::Standard => "standard change",
        ChangeClass::Normal => "normal change",
        ChangeClass::Emergency => "emergency change",
    }
}

/// The class in one phrase: why it is what it is, short enough for a first line.
pub(super) fn class_phrase(decision: &Decision) -> String {
    let first = match decision.class {
        ChangeClass::None if decision.files.is_empty() => "nothing is changed: both ends are the same".to_owned(),
        ChangeClass::None => "nothing it touches counts as a change to production".to_owned(),
        ChangeClass::Standard => match &decision.template {
            Some(id) => format!("pre-approved, template {id} covers all of it"),
            None => "pre-approved, a template covers all of it".to_owned(),
        },
        ChangeClass::Emergency => "claimed, and nothing contradicts the claim".to_owned(),
        ChangeClass::Normal => match decision.reasons.first() {
            Some(reason) => known_phrase(&reason.code).map_or_else(|| clip(reason.msg.trim(), 90), str::to_owned),
            None => "no template covers it".to_owned(),
        },
    };
    match decision.reasons.len() {
        0 | 1 => first,
        _ if decision.class != ChangeClass::Normal => first,
        n => format!("{first}, and {}", count(n - 1, "more reason", "more reasons")),
    }
}

/// The codes of the shipped rules in a few words (`docs/decision.md` lists them); an organisation's own code has its message.
fn known_phrase(code: &str) -> Option<&'static str> {
    Some(match code {
        "CONTROL_EDIT" => "it edits what controls the gate",
        "CLAIM_CONFLICT" => "its claims contradict each other",
        "CLAIMED_NORMAL" => "it asks to be",
        "UNOWNED" => "it touches files nobody answers for",
        "RACI_LINT" => "a row it touches is at fault",
        "FREEZE" => "a freeze is on",
        "UNANALYSABLE" => "part of it cannot be read line by line",
        "DIFF_TRUNCATED" => "part of it could not be seen",
        "PIR_OVERDUE" => "the review of an earlier emergency is overdue",
        "RISK_DECLARED" => "it declares more than low risk",
        "NO_TEMPLATE" => "no template covers it",
        "TEMPLATE_AMBIGUOUS" => "more than one template covers it",
        "EMERGENCY_CLAIM_REFUSED" => "its emergency claim is refused",
        code if code.starts_with("EMG_") => "its emergency claim is refused",
        code if code.starts_with("FACTOR:") => "it declares what needs a second look",
        _ => return None,
    })
}

/// The verdict in capitals.
pub(super) fn verdict_banner(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "MAY GO AHEAD",
        Verdict::Pending => "WAITS",
        Verdict::Block => "BLOCKED",
    }
}

/// What the verdict rests on, to be read after the banner.
pub(super) fn verdict_phrase(decision: &Decision) -> String {
    match decision.verdict() {
        Verdict::Approve if decision.automatic() => "automatically: nobody has to approve it".to_owned(),
        Verdict::Approve => "every approval it needs is given".to_owned(),
        Verdict::Pending if decision.required.is_empty() => "for an approval nobody is named for".to_owned(),
        Verdict::Pending => {
            let (all, missing) = (decision.required.len(), decision.missing().count());
            let given = if missing < all { format!(" ({} of {all} given)", all - missing) } else { String::new() };
            format!("for {}{given}{}", count(missing, "approval", "approvals"), enough(decision, missing))
        }
        Verdict::Block => match decision.block.as_slice() {
            [] => "by the gate".to_owned(),
            [one] => format!("by {}", one.code),
            [one, rest @ ..] => format!("by {} and {} more", one.code, rest.len()),
        },
    }
}

/// How few people can give them, where that is fewer than one for each.
fn enough(decision: &Decision, missing: usize) -> String {
    let people: usize = decision.ask.iter().map(|asked| asked.people as usize).sum();
    let named: BTreeSet<&String> = decision.ask.iter().flat_map(|asked| &asked.levels).collect();
    if people == 0 || people >= missing || !decision.missing().all(|level| named.contains(&level.level)) {
        return String::new();
    }
    let fewer = if decision.ask_is_smallest { "" } else { ", perhaps fewer" };
    format!("; {} can give them{fewer}", count(people, "person", "people"))
}

/// `1 file`, `2 files`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The first so many of a list and how many more there are: `a, b and 3 more`.
pub(super) fn some_of<T: AsRef<str>>(all: &[T], most: usize) -> String {
    let shown: Vec<&str> = all.iter().take(most).map(AsRef::as_ref).collect();
    match all.len() - shown.len() {
        0 => shown.join(", "),
        n => format!("{} and {n} more", shown.join(", ")),
    }
}

/// People as their files spell them.
pub(super) fn people(all: &[Principal]) -> Vec<&str> {
    all.iter().map(Principal::as_str).collect()
}

/// The first so many of some people, or `nobody`.
pub(super) fn who(all: &[Principal], most: usize) -> String {
    if all.is_empty() { "nobody".to_owned() } else { some_of(&people(all), most) }
}

/// What blocks, then the reasons of the class that do not block as well.
pub(super) fn why(decision: &Decision) -> impl Iterator<Item = (bool, &Finding)> {
    let blocking: BTreeSet<&Finding> = decision.block.iter().collect();
    let others = decision.reasons.iter().filter(move |reason| !blocking.contains(reason));
    decision.block.iter().map(|b| (true, b)).chain(others.map(|r| (false, r)))
}

/// Who must do what next; where nobody has said, the next steps of the reasons themselves.
pub(super) fn next_steps(decision: &Decision) -> Vec<&str> {
    if !decision.next.is_empty() {
        return decision.next.iter().map(String::as_str).collect();
    }
    let mut seen = BTreeSet::new();
    why(decision).filter_map(|(_, reason)| reason.help.as_deref()).filter(|help| seen.insert(*help)).collect()
}

/// Where a finding points: its first path with its line.
pub(super) fn first_place(finding: &Finding) -> Option<String> {
    let path = finding.paths.first()?;
    Some(finding.line.map_or_else(|| path.clone(), |line| format!("{path}:{line}")))
}

/// How far a level is.
pub(super) fn progress(level: &Level) -> String {
    format!("{} of {}", level.have.len(), level.min)
}

/// When an obligation is due.
pub(super) fn due(obligation: &Obligation) -> String {
    match (obligation.due, obligation.due_in_days) {
        (Some(day), _) => format!("by {}", day.date()),
        (None, Some(0)) => "on the day of the deployment".to_owned(),
        (None, Some(1)) => "within 1 day of the deployment".to_owned(),
        (None, Some(days)) => format!("within {days} days of the deployment"),
        (None, None) => "afterwards".to_owned(),
    }
}

/// The template under which the rest would be standard, once the files of `split` are taken out: the only one that accepts
/// every other file.
pub(super) fn template_of_the_rest(decision: &Decision) -> Option<&str> {
    let split: BTreeSet<&str> = decision.split.iter().map(String::as_str).collect();
    let mut rest = decision.files.iter().filter(|file| !split.contains(file.diff.path.quoted().as_str()));
    let mut common: BTreeSet<&str> = rest.next()?.templates.iter().map(String::as_str).collect();
    for file in rest {
        if common.is_empty() {
            return None;
        }
        common.retain(|id| file.templates.iter().any(|t| t == id));
    }
    if common.len() == 1 { common.first().copied() } else { None }
}

/// The next step that makes most of the change standard, if there is one.
pub(super) fn split_sentence(decision: &Decision) -> Option<String> {
    let n = decision.split.len();
    if n == 0 {
        return None;
    }
    let files = if n == 1 { "this file".to_owned() } else { format!("these {n} files") };
    Some(match template_of_the_rest(decision) {
        Some(id) => format!("split {files} out and the rest is standard under template {id}"),
        None => format!("split {files} out and the rest is standard"),
    })
}

/// A digest short enough to compare by eye: its algorithm and twelve digits.
pub(super) fn short_digest(digest: &str) -> String {
    let (algorithm, hex) = digest.split_once(':').unwrap_or(("", digest));
    let hex: String = hex.chars().take(12).collect();
    if algorithm.is_empty() { hex } else { format!("{algorithm}:{hex}") }
}

/// `123456789abc..def012345678`, where commits are known.
pub(super) fn range(decision: &Decision) -> Option<String> {
    let short = |id: &crate::model::CommitId| id.0.chars().take(12).collect::<String>();
    match (&decision.base, &decision.head) {
        (Some(base), Some(head)) => Some(format!("{}..{}", short(base), short(head))),
        (Some(base), None) => Some(format!("{}..", short(base))),
        (None, Some(head)) => Some(short(head)),
        (None, None) => None,
    }
}

/// At most so many characters of a stranger's text, with a mark where it was cut.
pub(super) fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most).chain(std::iter::once('…')).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{clip, count, short_digest, some_of};

    #[test]
    fn lists_are_cut_with_a_count() {
        assert_eq!(some_of(&["a", "b"], 2), "a, b");
        assert_eq!(some_of(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(some_of::<&str>(&[], 2), "");
        assert_eq!(count(1, "file", "files"), "1 file");
        assert_eq!(count(0, "file", "files"), "0 files");
        assert_eq!(clip("äöü", 2), "äö…");
        assert_eq!(clip("äö", 2), "äö");
        assert_eq!(short_digest("sha256:0123456789abcdef"), "sha256:0123456789ab");
    }
}
