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
        .filter(|a| a.content == Content::Head && a.counts(&facts.actors, facts.now, facts.approval_expires_after))
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
            let stand_in = facts.control_owners.iter().all(|who| facts.actors.includes(who));
            assert!(
                stand_in || good.iter().any(|who| facts.control_owners.contains(who)) || !facts.has_ownership,
                "control owners, seed {seed}"
            );
        }
    }
}
