//! Whose approval is needed, who may give it, and whose counts.
//!
//! Only people, only on the content at hand, only each person's last word. Whoever had a hand in the change never
//! counts, nor does whoever has left; a named person who may not approve may still refuse. Where nobody named may approve, the escalation owner
//! stands in; where that fails too, nothing can be approved and the change is blocked.

use crate::model::{
    Approval, ApprovalDecision, ChangeClass, DifferingPath, Facts, Finding, Findings, Level, Principal, PrincipalKind,
    Requirement, Review, Risk, Severity, last_words,
};
use std::collections::{BTreeMap, BTreeSet};

/// The levels with their state, and what blocks.
pub(super) struct Quorum {
    pub(super) levels: Vec<Level>,
    pub(super) block: Vec<Finding>,
}

pub(super) fn quorum(facts: &Facts, findings: &Findings, class: ChangeClass) -> Quorum {
    if matches!(class, ChangeClass::None | ChangeClass::Standard) {
        // Pre-approved: there is no level, so nobody is eligible to refuse; a lockdown, a hold or a claim stops it.
        return Quorum { levels: Vec::new(), block: Vec::new() };
    }
    let requirements = requirements(facts, findings, class);
    let words = last_words(&facts.approvals, facts.now, |person, path| answers_for(facts, &requirements, person, path));
    let mut levels: Vec<Level> = requirements.iter().map(|require| level(facts, require, &words)).collect();
    let mut block = rejections(facts, &requirements, &levels, &words);
    block.extend(unreachable(facts, &levels));
    if findings.risk == Risk::High {
        block.extend(one_person_one_level(facts, &mut levels));
    }
    Quorum { levels, block }
}

/// What the rules ask, in one order, and the one level the law adds: a change that waits for people waits for somebody.
fn requirements(facts: &Facts, findings: &Findings, class: ChangeClass) -> Vec<Requirement> {
    let mut all: Vec<Requirement> = findings.require.clone();
    let control = facts.files.iter().any(|file| file.control);
    if control && class == ChangeClass::Normal {
        control_levels(facts, &mut all);
    }
    for require in &mut all {
        require.min = require.min.max(1);
        require.who.sort();
        require.who.dedup();
    }
    all.sort_by(|a, b| order(&a.level).cmp(&order(&b.level)).then_with(|| a.cmp(b)));
    all.dedup_by(|b, a| {
        let same = a.level == b.level && a.who == b.who;
        if same {
            a.min = a.min.max(b.min);
        }
        same
    });
    all
}

/// The law: every control file touched is approved by somebody who controls it, whatever the rules leave out.
fn control_levels(facts: &Facts, all: &mut Vec<Requirement>) {
    let nobody = [Review { who: Vec::new(), approvals: 1 }];
    let reviews = if facts.control_reviews.is_empty() { nobody.as_slice() } else { facts.control_reviews.as_slice() };
    for review in reviews {
        let asks = |r: &Requirement| r.level == "control-owner" && r.who.iter().all(|who| review.who.contains(who));
        if !all.iter().any(asks) {
            all.push(Requirement {
                level: "control-owner".to_owned(),
                who: review.who.clone(),
                min: review.approvals,
                why: "it edits files that control the gate".to_owned(),
                rule: None,
            });
        }
    }
}

/// Control owners first, then whoever can assign, then the owners, then authorities.
fn order(level: &str) -> u8 {
    match level.split(':').next().unwrap_or(level) {
        "control-owner" => 0,
        "assign-owner" => 1,
        "director" => 2,
        "review" => 3,
        "accountable" => 4,
        "freeze" => 5,
        "change-authority" => 6,
        _ => 7,
    }
}

/// Who may give a level, and who has.
fn level(facts: &Facts, require: &Requirement, words: &[&Approval]) -> Level {
    let direct: Vec<Principal> = require.who.iter().filter(|who| !is_excluded(facts, who)).cloned().collect();
    let stand_in = direct.is_empty();
    let eligible = if stand_in { stand_ins(facts) } else { direct };
    let stand_in = stand_in && !eligible.is_empty();
    let have: BTreeSet<Principal> = words
        .iter()
        .filter(|word| word.counts(&facts.actors, &facts.presence, facts.now, facts.approval_expires_after))
        .filter(|word| speaks_for_any(facts, word, &eligible))
        .map(|word| word.by.clone())
        .collect();
    let have: Vec<Principal> = have.into_iter().collect();
    Level {
        level: require.level.clone(),
        min: require.min,
        met: have.len() >= require.min as usize,
        contact: contact(facts, &require.level, stand_in),
        eligible,
        have,
        stand_in,
        why: require.why.clone(),
        rule: require.rule.clone(),
    }
}

/// The escalation owner, unless they made the change; in a repository that names no owner at all, any peer.
fn stand_ins(facts: &Facts) -> Vec<Principal> {
    let owner = facts.escalation.as_ref().map(|escalation| escalation.owner.clone());
    match owner {
        Some(owner) if !is_excluded(facts, &owner) => vec![owner],
        None if !facts.has_ownership => vec![Principal::anyone()],
        _ => Vec::new(),
    }
}

/// A person who made the change or has left, or a team of nobody else.
fn is_excluded(facts: &Facts, who: &Principal) -> bool {
    match facts.membership.people(who) {
        Some(people) => people.iter().all(|person| facts.excludes(person)),
        None => false,
    }
}

fn speaks_for_any(facts: &Facts, word: &Approval, names: &[Principal]) -> bool {
    names.iter().any(|name| facts.membership.speaks_for(&word.by, &word.teams, name))
}

/// Whether a person answers for a path, by any level that names them: its row, the control files, what nobody owns, or
/// the change as a whole.
fn answers_for(facts: &Facts, requirements: &[Requirement], person: &Principal, path: &DifferingPath) -> bool {
    let names_person = |require: &&Requirement| {
        let teams: Vec<Principal> = facts
            .approvals
            .iter()
            .filter(|approval| approval.by == *person)
            .flat_map(|approval| approval.teams.iter().cloned())
            .collect();
        let stand_in = facts.escalation.as_ref().is_some_and(|e| facts.membership.known(&e.owner) == person);
        stand_in || require.who.iter().any(|who| facts.membership.speaks_for(person, &teams, who))
    };
    requirements.iter().filter(names_person).any(|require| match require.level.split_once(':') {
        Some(("review" | "accountable" | "director", row)) if facts.rows.contains_key(row) => {
            path.rows.iter().any(|touched| touched == row)
        }
        _ if require.level == "control-owner" => path.control,
        _ if require.level == "assign-owner" => path.unowned,
        _ => true,
    })
}

/// One eligible person who says no is enough.
fn rejections(facts: &Facts, requirements: &[Requirement], levels: &[Level], words: &[&Approval]) -> Vec<Finding> {
    let mut found = Vec::new();
    for word in words.iter().filter(|word| word.decision == ApprovalDecision::Reject) {
        let named = requirements.iter().any(|require| speaks_for_any(facts, word, &require.who));
        let eligible = levels.iter().any(|level| speaks_for_any(facts, word, &level.eligible));
        if named || eligible {
            found.push(
                Finding::new("REJECTED", Severity::Error, format!("{} refuses it", word.by))
                    .help(format!("answer {}, and ask for another look", word.by)),
            );
        }
    }
    found
}

/// A level that needs more people than there can be.
fn unreachable(facts: &Facts, levels: &[Level]) -> Vec<Finding> {
    let short = levels.iter().filter(|level| reach(facts, &level.eligible).is_some_and(|n| n < level.min as usize));
    short.map(|level| nobody_left(&level.level, level.min)).collect()
}

/// How many distinct people may speak for these names; `None` when that is not known, so there may be enough.
fn reach(facts: &Facts, eligible: &[Principal]) -> Option<usize> {
    people(facts, eligible).map(|people| people.len())
}

fn people(facts: &Facts, eligible: &[Principal]) -> Option<BTreeSet<Principal>> {
    let mut all = BTreeSet::new();
    for name in eligible {
        all.extend(facts.membership.people(name)?);
    }
    all.retain(|person| !facts.excludes(person));
    Some(all)
}

/// At high risk one person gives only one of the two levels of a row: each pair of them needs as many people as both ask
/// for together. The accountable level waits for somebody else.
fn one_person_one_level(facts: &Facts, levels: &mut [Level]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut reviews: BTreeMap<String, Vec<Level>> = BTreeMap::new();
    for level in levels.iter() {
        if let Some(row) = level.level.strip_prefix("review:") {
            reviews.entry(row.to_owned()).or_default().push(level.clone());
        }
    }
    for accountable in levels.iter_mut() {
        let of = accountable.level.strip_prefix("accountable:").and_then(|row| reviews.get(row));
        for review in of.into_iter().flatten() {
            let needed = (review.min + accountable.min) as usize;
            let given: BTreeSet<_> = review.have.iter().chain(&accountable.have).collect();
            if accountable.met && review.met && given.len() < needed {
                accountable.met = false;
                accountable.why.push_str("; at high risk somebody else than the reviewer");
            }
            let both: Vec<Principal> = review.eligible.iter().chain(&accountable.eligible).cloned().collect();
            if !both.is_empty() && reach(facts, &both).is_some_and(|n| n < needed) {
                found.push(nobody_left(&accountable.level, review.min + accountable.min));
            }
        }
    }
    found
}

fn nobody_left(level: &str, min: u32) -> Finding {
    let where_to_name = match level.split(':').next().unwrap_or(level) {
        "change-authority" => "[change_authority] of .changeward/config.toml",
        "control-owner" => "[control] owners of .changeward/config.toml",
        "freeze" => "the approvers of the calendar in .changeward/config.toml",
        "assign-owner" => "[escalation] of .changeward/ownership.toml",
        "review" | "accountable" | "director" => "the row in .changeward/ownership.toml, or its line of CODEOWNERS",
        _ => "the rule that asks for it",
    };
    let msg = format!("nobody is left who could give `{level}` ({min} needed)");
    Finding::new("NO_ELIGIBLE_APPROVER", Severity::Error, msg).help(format!(
        "name somebody else in {where_to_name}; or an [escalation] owner in .changeward/ownership.toml, who stands in"
    ))
}

/// Where to reach whoever gives a level.
fn contact(facts: &Facts, level: &str, stand_in: bool) -> Option<String> {
    let row = level.split_once(':').and_then(|(_, row)| facts.rows.get(row)).and_then(|row| row.contact.clone());
    let escalation = facts.escalation.as_ref().and_then(|escalation| escalation.contact.clone());
    if stand_in || level == "assign-owner" { escalation } else { row }
}

impl Level {
    /// Whether anybody may give it who is not a team or a person yet (a repository without owners).
    pub(super) fn is_open_to_anyone(&self) -> bool {
        self.eligible.iter().any(|who| who.kind() == PrincipalKind::Anyone)
    }
}
