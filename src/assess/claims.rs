//! What the change says of itself: trailers, labels, flags. Reading only; whether a claim is granted is for the rules.

use super::Evidence;
use crate::model::{ChangeClass, Claim, ClaimSource, ClaimText, Datum, Finding, FollowUp, Moment, Risk, Severity};
use std::collections::BTreeSet;

/// The trailers of one source.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where they stand.
    pub source: ClaimSource,
    /// When they were written, if known.
    pub at: Option<Moment>,
    /// Key and value, in order.
    pub trailers: Vec<(String, String)>,
}

/// All claims, and what was noticed while reading them.
pub(super) struct Claims {
    pub(super) claims: Vec<Claim>,
    pub(super) text: ClaimText,
    pub(super) risk: Option<Risk>,
    pub(super) risk_unreadable: Option<String>,
    pub(super) noticed: Vec<Finding>,
}

pub(super) fn claims(evidence: &Evidence) -> Claims {
    let mut found = Claims {
        claims: Vec::new(),
        text: text(&evidence.statements),
        risk: None,
        risk_unreadable: None,
        noticed: Vec::new(),
    };
    for statement in &evidence.statements {
        let template = value(statement, "template").map(str::to_owned);
        for (_, word) in statement.trailers.iter().filter(|(key, _)| key.eq_ignore_ascii_case("change-type")) {
            found.claim(word, template.clone(), statement.source, statement.at);
        }
    }
    found.noticed.extend(evidence.statements.iter().flat_map(|statement| &statement.trailers).filter_map(misspelt));
    for label in &evidence.forge.labels {
        let lower = label.trim().to_lowercase();
        if let Some(word) = lower.strip_prefix("change:") {
            found.claim(word, None, ClaimSource::Label, evidence.forge.claimed_at);
        }
    }
    found.name_templates();
    for word in all(&evidence.statements, "risk") {
        match Risk::parse(&word.to_lowercase()) {
            // Claiming more scrutiny always works, wherever it is claimed.
            Some(risk) => found.risk = found.risk.max(Some(risk)),
            None => found.risk_unreadable = Some(word.to_owned()),
        }
    }
    found
}

impl Claims {
    /// Records a claim. A word nobody knows is read as normal: doubt asks for more scrutiny, and says so.
    fn claim(&mut self, word: &str, template: Option<String>, source: ClaimSource, at: Option<Moment>) {
        let known = ChangeClass::parse(&word.trim().to_lowercase()).filter(|class| *class != ChangeClass::None);
        if known.is_none() {
            let msg = format!("the {} claims the change type `{word}`, which is none; read as normal", source.as_str());
            self.noticed.push(
                Finding::new("CLAIM_UNKNOWN", Severity::Warn, msg).help("claim `standard`, `normal` or `emergency`"),
            );
        }
        let class = known.unwrap_or(ChangeClass::Normal);
        let template = template.filter(|_| class == ChangeClass::Standard);
        self.claims.push(Claim { class, template, source, at });
    }
}

impl Claims {
    /// A standard claim without a template (a label has no room for one) means the template another source names.
    fn name_templates(&mut self) {
        let named: BTreeSet<_> = self.claims.iter().filter_map(|claim| claim.template.clone()).collect();
        if named.len() == 1 {
            for claim in self.claims.iter_mut().filter(|claim| claim.class == ChangeClass::Standard) {
                claim.template = named.first().cloned();
            }
        }
    }
}

/// Every trailer that means something to the gate.
const KEYS: &[&str] = &[
    "Change-Type",
    "Template",
    "Incident",
    "Criterion",
    "Justification",
    "Backout",
    "Benefit",
    "Risk",
    "Downtime",
    "Alters-Functionality",
    "Needs-Higher-Approval",
    "Permanent",
    "Follow-Up",
];

/// A trailer that is one slip away from one of ours means nothing, and its author should know.
fn misspelt((key, _): &(String, String)) -> Option<Finding> {
    if KEYS.iter().any(|known| known.eq_ignore_ascii_case(key)) {
        return None;
    }
    let meant = KEYS.iter().find(|known| known.len() > 4 && one_slip(&known.to_lowercase(), &key.to_lowercase()))?;
    let finding = Finding::new("TRAILER_UNKNOWN", Severity::Warn, format!("the trailer `{key}` means nothing"));
    Some(finding.help(format!("did you mean `{meant}`?")))
}

/// One letter more, less or other, or two swapped.
fn one_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = |text: &[char]| text.iter().skip(head).copied().collect::<Vec<_>>();
    let (a, b) = (rest(&a), rest(&b));
    let tail = |text: &[char], n: usize| text.iter().skip(n).copied().collect::<Vec<_>>();
    let swapped = a.len() == b.len() && a.len() > 1 && a.first() == b.get(1) && a.get(1) == b.first();
    tail(&a, 1) == b || a == tail(&b, 1) || tail(&a, 1) == tail(&b, 1) || (swapped && tail(&a, 2) == tail(&b, 2))
}

/// The value a statement gives for a key; the last one, as git reads trailers that replace each other.
fn value<'a>(statement: &'a Statement, key: &str) -> Option<&'a str> {
    let found = statement.trailers.iter().rev().find(|(k, v)| k.eq_ignore_ascii_case(key) && !v.trim().is_empty());
    found.map(|(_, v)| v.trim())
}

/// Every value any source gives for a key.
fn all<'a>(statements: &'a [Statement], key: &str) -> impl Iterator<Item = &'a str> {
    let key = key.to_owned();
    let trailers = statements.iter().flat_map(|statement| &statement.trailers);
    trailers.filter(move |(k, _)| k.eq_ignore_ascii_case(&key)).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
}

/// The value of the weightiest source that has one.
fn first<'a>(statements: &'a [Statement], key: &str) -> Option<&'a str> {
    statements.iter().find_map(|statement| value(statement, key))
}

fn text(statements: &[Statement]) -> ClaimText {
    let owned = |key: &str| first(statements, key).map(str::to_owned);
    // What asks for more scrutiny holds when any source says anything but no: "yes, ten minutes" is a yes.
    let any_yes = |key: &str| all(statements, key).any(|word| !is_no(word));
    let mut text = ClaimText {
        incident: owned("incident"),
        criterion: owned("criterion").map(|word| word.to_lowercase()),
        justification: owned("justification"),
        backout: owned("backout"),
        benefit: owned("benefit"),
        risk: owned("risk"),
        downtime: any_yes("downtime"),
        alters_functionality: any_yes("alters-functionality"),
        needs_higher_approval: any_yes("needs-higher-approval"),
        permanent: first(statements, "permanent").is_some_and(is_yes),
        follow_up: first(statements, "follow-up").map(follow_up),
        ..ClaimText::default()
    };
    for statement in statements.iter().rev() {
        for (key, value) in &statement.trailers {
            text.trailers.insert(key.to_lowercase(), Datum::Text(value.clone()));
        }
    }
    text
}

fn is_yes(word: &str) -> bool {
    ["yes", "true", "y"].iter().any(|yes| word.eq_ignore_ascii_case(yes))
}

fn is_no(word: &str) -> bool {
    ["no", "false", "n", "none"].iter().any(|no| word.eq_ignore_ascii_case(no))
}

/// `<what> by <date>`; a promise without a readable date has no due date, which is a fault of an emergency.
fn follow_up(value: &str) -> FollowUp {
    let split = value.rsplit_once(" by ").map(|(what, date)| (what.trim(), Moment::parse(date.trim())));
    match split {
        Some((what, Some(due))) => FollowUp { what: what.to_owned(), due: Some(due) },
        _ => FollowUp { what: value.to_owned(), due: None },
    }
}

#[cfg(test)]
mod tests {
    use super::follow_up;

    #[test]
    fn a_promise_has_a_date_or_it_is_none() {
        let table = [
            ("#12 by 2026-12-01", "#12", Some("2026-12-01T00:00:00Z")),
            ("stand by me by 2026-12-01", "stand by me", Some("2026-12-01T00:00:00Z")),
            ("#12 by next week", "#12 by next week", None),
            ("#12", "#12", None),
        ];
        for (text, what, due) in table {
            let read = follow_up(text);
            assert_eq!((read.what.as_str(), read.due.map(|d| d.to_string()).as_deref()), (what, due));
        }
    }
}
