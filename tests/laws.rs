//! The laws no policy can break, over random changes: the nine invariants of the decision, and a policy that lies.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

mod support;

use changeward::assess::{Evidence, assess};
use changeward::decide::decide;
use changeward::model::*;
use changeward::policy::engine::{Limits as PolicyLimits, Pack};
use changeward::policy::input::{input, input_without_files};
use changeward::policy::shipped;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use support::random::{Dice, HEAD, evidence, login, now};

/// How many random changes each law is held against.
const CHANGES: u64 = 1_000;

static PACK: LazyLock<Pack> = LazyLock::new(|| {
    let modules = shipped::modules();
    Pack::load(&modules, Vec::new(), PolicyLimits::default()).unwrap()
});

fn findings(facts: &Facts) -> Findings {
    PACK.evaluate(&input(facts).unwrap(), facts.now).unwrap().findings
}

#[test]
fn shipped_rules_answer_alike_without_the_list_of_files() {
    assert!(!PACK.reads_files());
    for seed in 0..CHANGES / 10 {
        let facts = assess(evidence(seed));
        let short = PACK.evaluate(&input_without_files(&facts).unwrap(), facts.now).unwrap().findings;
        assert_eq!(short, findings(&facts), "seed {seed}");
    }
}

fn decided(evidence: Evidence) -> (Facts, Decision) {
    let facts = assess(evidence);
    let decision = decide(&facts, findings(&facts), Digests::default());
    (facts, decision)
}

fn of(seed: u64) -> (Facts, Decision) {
    decided(evidence(seed))
}

fn approved(decision: &Decision) -> bool {
    decision.verdict() == Verdict::Approve
}

/// The people whose approval of the head may count at all.
fn good_approvers(facts: &Facts) -> Vec<&Principal> {
    facts
        .approvals
        .iter()
        .filter(|a| {
            a.content == Content::Head
                && a.counts(&facts.actors, &facts.presence, facts.now, facts.approval_expires_after)
        })
        .map(|a| &a.by)
        .collect()
}

#[test]
fn the_nine_invariants_hold() {
    let mut seen = [0_u64; 4];
    for seed in 0..CHANGES {
        let (facts, decision) = of(seed);
        seen[decision.class as usize] += 1;
        let control = facts.files.iter().any(|f| f.control);
        let unowned = facts.files.iter().any(|f| f.in_scope && f.owned != OwnedState::Owned);
        let closed = facts.calendars.iter().any(|c| !c.open);
        let good = good_approvers(&facts);
        if control {
            assert_eq!(decision.class, ChangeClass::Normal, "I1, seed {seed}");
            assert!(!decision.automatic(), "I1, seed {seed}");
        }
        assert!(!(unowned && decision.automatic()), "I2, seed {seed}");
        assert!(facts.errors.is_empty() || !approved(&decision), "I3, seed {seed}");
        if approved(&decision) && decision.class == ChangeClass::Emergency {
            let entitled = [login("dan"), login("eve"), login("sam")];
            let peer = !facts.has_ownership && !good.is_empty();
            assert!(peer || good.iter().any(|who| entitled.contains(who)), "I4, seed {seed}");
        }
        if approved(&decision) && decision.class == ChangeClass::Normal {
            assert!(!good.is_empty(), "I5, seed {seed}");
        }
        if approved(&decision) && control {
            let owners: Vec<_> = facts.control_owners.iter().cloned().chain([login("sam")]).collect();
            let peer = !facts.has_ownership && !good.is_empty();
            assert!(peer || good.iter().any(|who| owners.contains(who)), "I6, seed {seed}");
        }
        assert!(!(closed && decision.class == ChangeClass::Standard), "I7, seed {seed}");
        for level in &decision.required {
            assert!(level.have.iter().all(|who| good.contains(&who)), "only good approvals count, seed {seed}");
        }
        assert!(decision.class != ChangeClass::Normal || decision.required.is_empty() || !decision.automatic());
        assert!(approved(&decision) || !decision.next.is_empty(), "every no ends in a step, seed {seed}");
    }
    assert!(seen.iter().all(|n| *n > CHANGES / 100), "every class occurs: {seen:?}");
}

#[test]
fn claiming_more_scrutiny_never_helps_a_change_through() {
    for seed in 0..CHANGES {
        let (_, before) = of(seed);
        let mut claimed = evidence(seed);
        claimed.forge.labels.push("change:normal".to_owned());
        let (_, after) = decided(claimed);
        let was_emergency = before.class == ChangeClass::Emergency;
        assert!(was_emergency || approved(&before) || !approved(&after), "I8, seed {seed}");
    }
}

#[test]
fn without_approvals_only_automatic_verdicts_remain() {
    for seed in 0..CHANGES {
        let mut silent = evidence(seed);
        silent.forge.approvals.clear();
        let (_, decision) = decided(silent);
        assert!(!approved(&decision) || decision.automatic(), "I9, seed {seed}");
    }
}

#[test]
fn another_rejection_or_error_never_loosens_a_verdict() {
    for seed in 0..CHANGES {
        let (_, before) = of(seed);
        let mut refused = evidence(seed);
        let mut no = refused.forge.approvals.first().cloned().unwrap_or_else(|| approval("eve"));
        no.0.decision = ApprovalDecision::Reject;
        no.1 = Some(HEAD.to_owned());
        refused.forge.approvals.push(no);
        let (_, after) = decided(refused);
        assert!(before.verdict() <= after.verdict() || !approved(&after), "a rejection loosened, seed {seed}");
        let mut broken = evidence(seed);
        broken.errors.push(IntegrityError { code: "OWNERSHIP_INVALID".into(), msg: "it does not parse".into() });
        assert_eq!(decided(broken).1.verdict(), Verdict::Block, "an error approved, seed {seed}");
    }
}

fn approval(by: &str) -> (Approval, Option<String>) {
    let approval = Approval {
        by: login(by),
        kind: ApproverKind::User,
        decision: ApprovalDecision::Approve,
        at: Some(now().plus(-60)),
        teams: Vec::new(),
        content: Content::Unknown,
    };
    (approval, Some(HEAD.to_owned()))
}

#[test]
fn the_order_of_files_and_approvals_does_not_matter() {
    for seed in 0..CHANGES / 3 {
        let (_, before) = of(seed);
        let mut turned = evidence(seed);
        turned.change.diff.files.reverse();
        // Two words of one person at one moment have no order to lose: their times differ by construction.
        turned.forge.approvals.reverse();
        turned.templates.reverse();
        let (_, after) = decided(turned);
        let answer =
            |d: &Decision| (d.class, d.verdict(), d.risk, d.missing().map(|l| l.level.clone()).collect::<Vec<_>>());
        assert_eq!(answer(&before), answer(&after), "seed {seed}");
    }
}

// ------------------------------------------------------------------------------------------------------ who to ask

/// The approvals the people would give: of a team without known members somebody the forge knows to belong to it.
fn yes(people: impl IntoIterator<Item = Principal>) -> Vec<Approval> {
    let word = |(n, who): (usize, Principal)| {
        let (by, teams) = match who.kind() {
            PrincipalKind::User | PrincipalKind::Email => (who, Vec::new()),
            PrincipalKind::Team | PrincipalKind::Role => (login(&format!("member{n}")), vec![who]),
            PrincipalKind::Anyone => (login(&format!("peer{n}")), Vec::new()),
        };
        Approval { by, teams, content: Content::Head, at: Some(now()), ..approval("x").0 }
    };
    people.into_iter().enumerate().map(word).collect()
}

/// What is missing when these people have approved too.
fn left_when(facts: &Facts, findings: &Findings, approve: impl IntoIterator<Item = Principal>) -> Vec<String> {
    let mut facts = facts.clone();
    facts.approvals.extend(yes(approve));
    let decision = decide(&facts, findings.clone(), Digests::default());
    let mut left: Vec<String> = decision.missing().map(|level| level.level.clone()).collect();
    left.sort();
    left
}

fn everybody_asked(decision: &Decision) -> Vec<Principal> {
    decision.ask.iter().flat_map(|asked| std::iter::repeat_n(asked.who.clone(), asked.people as usize)).collect()
}

/// What no one who is there can give, as the next steps say.
fn waits(decision: &Decision) -> Vec<String> {
    let steps = decision.next.iter().filter_map(|step| step.strip_prefix("wait for "));
    let levels = steps.map(|step| step.split([' ', ';']).next().unwrap().trim_end_matches(':').to_owned());
    let mut levels: Vec<String> = levels.collect();
    levels.sort();
    levels
}

/// Random changes that wait for people, with what the rules say about them.
fn waiting() -> impl Iterator<Item = (u64, Facts, Findings, Decision)> {
    let all = (0..CHANGES / 2).map(|seed| {
        let facts = assess(evidence(seed));
        let findings = findings(&facts);
        let decision = decide(&facts, findings.clone(), Digests::default());
        (seed, facts, findings, decision)
    });
    all.filter(|(_, _, _, decision)| decision.verdict() == Verdict::Pending)
}

#[test]
fn when_everybody_asked_approves_nothing_is_missing_but_what_waits() {
    let (mut whole, mut short, mut several) = (0, 0, 0);
    for (seed, facts, findings, decision) in waiting() {
        let left = left_when(&facts, &findings, everybody_asked(&decision));
        let waits = waits(&decision);
        assert_eq!(left, waits, "seed {seed}: {:#?} {:#?}", decision.next, decision.required);
        let named: BTreeSet<&String> = decision.ask.iter().flat_map(|asked| &asked.levels).chain(&waits).collect();
        assert!(decision.missing().all(|level| named.contains(&level.level)), "seed {seed}: {:#?}", decision.next);
        for asked in &decision.ask {
            assert!(!asked.levels.is_empty(), "seed {seed}");
            // Each alternate can take their place.
            for other in &asked.instead {
                let others = everybody_asked(&decision).into_iter().filter(|who| *who != asked.who);
                let left = left_when(&facts, &findings, others.chain([other.clone()]));
                assert_eq!(left, waits, "seed {seed}: {other} instead of {}", asked.who);
            }
        }
        whole += u32::from(waits.is_empty());
        short += u32::from(!waits.is_empty());
        several += u32::from(decision.ask.iter().any(|asked| asked.levels.len() > 1));
    }
    assert!(whole > 50 && short > 10 && several > 20, "{whole} {short} {several}");
}

#[test]
fn no_smaller_set_of_people_would_do() {
    let mut compared = 0;
    let without_waits = waiting().filter(|(.., decision)| waits(decision).is_empty());
    for (seed, facts, findings, decision) in without_waits.take(200) {
        assert!(decision.ask_is_smallest, "seed {seed}");
        let size = everybody_asked(&decision).len();
        let names = decision.required.iter().flat_map(|level| level.eligible.clone());
        let people = names.flat_map(|name| match facts.membership.people(&name) {
            Some(people) => people.into_iter().collect(),
            None => vec![name],
        });
        let mut people: Vec<Principal> = people.filter(|who| !facts.presence.is_missing(who)).collect();
        people.sort();
        people.dedup();
        // A team may give two approvals, so it stands there twice.
        let pools: Vec<_> = people.iter().filter(|who| facts.membership.people(who).is_none()).cloned().collect();
        people.extend(pools);
        for smaller in subsets(&people, size - 1) {
            let left = left_when(&facts, &findings, smaller.iter().cloned());
            assert!(!left.is_empty(), "seed {seed}: {smaller:?} would do: {:#?}", decision.next);
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}

/// Every choice of so many.
fn subsets(of: &[Principal], size: usize) -> Vec<Vec<Principal>> {
    match (size, of.split_first()) {
        (0, _) => vec![Vec::new()],
        (_, None) => Vec::new(),
        (_, Some((first, rest))) => {
            let with = subsets(rest, size - 1).into_iter().map(|set| [vec![first.clone()], set].concat());
            with.chain(subsets(rest, size)).collect()
        }
    }
}

#[test]
fn nobody_is_asked_who_cannot_answer() {
    for (seed, facts, _, decision) in waiting() {
        let given: BTreeSet<&Principal> = decision.required.iter().flat_map(|level| &level.have).collect();
        for who in decision.ask.iter().flat_map(|asked| std::iter::once(&asked.who).chain(&asked.instead)) {
            assert!(!facts.excludes(who), "seed {seed}: {who} had a hand in it or has left");
            assert!(!facts.presence.away.contains_key(who), "seed {seed}: {who} is away");
            assert!(!given.contains(who), "seed {seed}: {who} approved already");
        }
    }
}

#[test]
fn the_order_of_what_is_known_does_not_change_who_is_asked() {
    for (seed, _, _, before) in waiting() {
        let mut turned = evidence(seed);
        turned.change.diff.files.reverse();
        turned.forge.approvals.reverse();
        turned.config.control_owners.reverse();
        turned.config.change_authority.reverse();
        let mut sources = turned.ownership.sources.clone();
        for row in sources.matrix.iter_mut().flat_map(|matrix| &mut matrix.rows) {
            row.responsible.reverse();
            row.alternate.reverse();
        }
        turned.ownership = Ownership::new(sources);
        let (_, after) = decided(turned);
        // Files to split out are told in the order of the difference.
        let steps = |decision: &Decision| {
            let steps = decision.next.iter().filter(|step| !step.starts_with("or split "));
            steps.cloned().collect::<Vec<_>>()
        };
        assert_eq!((&before.ask, steps(&before)), (&after.ask, steps(&after)), "seed {seed}");
    }
}

/// A policy that lies in every way a set can lie.
fn lies(findings: &Findings, dice: &mut Dice) -> Findings {
    let mut bent = findings.clone();
    bent.class = *dice.pick(&[ChangeClass::None, ChangeClass::Standard, ChangeClass::Normal, ChangeClass::Emergency]);
    bent.risk = Risk::Low;
    if dice.once_in(2) {
        bent.force_normal.clear();
    }
    if dice.once_in(2) {
        bent.emergency_faults.clear();
    }
    if dice.once_in(2) {
        bent.template_faults.clear();
        bent.usable = vec!["wide".to_owned()];
    }
    if dice.once_in(2) {
        bent.deny.clear();
    }
    if dice.once_in(2) {
        bent.require.clear();
    }
    if dice.once_in(3) {
        let who = vec![login("ann"), login("bob")];
        bent.require.push(Requirement { level: "mine".into(), who, min: 0, why: String::new(), rule: None });
    }
    bent
}

#[test]
fn a_lying_policy_cannot_break_the_law() {
    for seed in 0..CHANGES {
        let mut dice = Dice::new(seed ^ 0xdead);
        let facts = assess(evidence(seed));
        let bent = lies(&findings(&facts), &mut dice);
        let decision = decide(&facts, bent, Digests::default());
        let control = facts.files.iter().any(|f| f.control);
        let unowned = facts.has_ownership && facts.files.iter().any(|f| f.in_scope && f.owned != OwnedState::Owned);
        let good = good_approvers(&facts);
        assert!(facts.errors.is_empty() || !approved(&decision), "an error approved, seed {seed}");
        assert!(!(control && (decision.automatic() || decision.class != ChangeClass::Normal)), "control, seed {seed}");
        assert!(!((unowned || !facts.truncated.is_empty()) && decision.automatic()), "unseen or unowned, seed {seed}");
        assert!(!approved(&decision) || decision.automatic() || !good.is_empty(), "nobody approved, seed {seed}");
        if control && approved(&decision) {
            let stand_in = facts.control_owners.iter().all(|who| facts.excludes(who));
            assert!(
                stand_in || good.iter().any(|who| facts.control_owners.contains(who)) || !facts.has_ownership,
                "control owners, seed {seed}"
            );
        }
    }
}
