//! What is owed after an emergency, as issues: each opened once, and read again when the next emergency is claimed.

use super::Gate;
use crate::app::failure::Failure;
use crate::model::{
    Account, ChangeClass, CommitId, DAY, Decision, Effect, Facts, ForgeObligation, GateMode, Issue, Moment, Obligation,
    Owed, Principal, RowFacts, RowId,
};
use crate::parse::obligation_marker;
use crate::report::gate as words;
use crate::world::github::GitHub;
use std::collections::{BTreeMap, BTreeSet};

/// The label of obligations.
pub(super) const LABEL: &str = "changeward:obligation";

/// What stands before a row in the labels of an obligation.
const ROW: &str = "row:";

/// An emergency that may go ahead.
pub(super) struct GoneAhead<'a> {
    pub(super) decision: &'a Decision,
    pub(super) facts: &'a Facts,
    pub(super) change: &'a CommitId,
    pub(super) title: String,
    pub(super) url: Option<String>,
    /// Commits that were the same emergency before it landed: what is owed for them is not owed twice.
    pub(super) before: &'a BTreeSet<CommitId>,
}

impl Gate<'_> {
    /// The issues that an approved emergency leaves behind, as far as they are not there yet.
    pub(super) fn obligations(&self, of: &GoneAhead<'_>) -> Result<Vec<Effect>, Failure> {
        let GoneAhead { decision, facts, change, before, .. } = *of;
        let due = decision.class == ChangeClass::Emergency && super::says_yes(decision);
        if !due || decision.obligations.is_empty() || self.request.mode != GateMode::Request {
            return Ok(Vec::new());
        }
        let there = self.github.issues_labelled(LABEL, false).map_err(Failure::world)?;
        let mut effects = Vec::new();
        for obligation in &decision.obligations {
            let owed = Owed {
                kind: obligation.kind.clone(),
                what: obligation.msg.clone(),
                due: due_day(obligation, decision.evaluated_at),
                change: change.clone(),
                title: of.title.clone(),
                url: of.url.clone(),
                incident: facts.claim_text.incident.clone(),
                owners: owners(&facts.rows),
                paths: obligation.paths.clone(),
            };
            let known = |issue: &Issue| {
                let mark = obligation_marker(&issue.body).filter(|_| self.is_own(issue));
                mark.is_some_and(|mark| {
                    mark.kind == owed.kind && (mark.change == owed.change || before.contains(&mark.change))
                })
            };
            if !there.iter().any(known) {
                effects.push(Effect::OpenIssue {
                    title: words::obligation_title(&owed),
                    body: words::obligation_body(&owed),
                    labels: labels(&facts.rows),
                    assignees: owed.owners.iter().filter_map(login).take(10).collect(),
                });
            }
        }
        Ok(effects)
    }

    /// The gate opened it itself.
    pub(super) fn is_own(&self, issue: &Issue) -> bool {
        is_own(self.account, issue)
    }
}

fn is_own(account: Option<&Account>, issue: &Issue) -> bool {
    account.is_some_and(|gate| issue.by.as_ref().is_some_and(|by| by.id == gate.id))
}

fn due_day(obligation: &Obligation, now: Moment) -> Option<Moment> {
    obligation.due.or_else(|| obligation.due_in_days.map(|days| now.plus(days * DAY).midnight()))
}

/// Whoever is accountable for what was touched.
fn owners(rows: &BTreeMap<RowId, RowFacts>) -> Vec<Principal> {
    let mut owners: Vec<Principal> = rows.values().flat_map(|row| row.accountable.first()).cloned().collect();
    owners.sort();
    owners.dedup();
    owners
}

/// The label by which it is found again, and one for each row it is about. GitHub takes 50 characters of a label.
fn labels(rows: &BTreeMap<RowId, RowFacts>) -> Vec<String> {
    let rows = rows.keys().map(|row| format!("{ROW}{row}")).filter(|label| label.chars().count() <= 50);
    std::iter::once(LABEL.to_owned()).chain(rows).collect()
}

fn login(who: &Principal) -> Option<String> {
    (who.kind() == crate::model::PrincipalKind::User).then(|| who.bare().to_owned())
}

/// The reviews that are still owed, for the rules that slow down whoever does not pay.
///
/// # Errors
/// When the forge cannot answer.
pub(super) fn owed(github: &GitHub, account: Option<&Account>) -> Result<Vec<ForgeObligation>, Failure> {
    let open = github.issues_labelled(LABEL, true).map_err(Failure::world)?;
    let own = open.iter().filter(|issue| is_own(account, issue));
    let mut owed = Vec::new();
    for (issue, mark) in own.filter_map(|issue| Some((issue, obligation_marker(&issue.body)?))) {
        for row in issue.labels.iter().filter_map(|label| label.strip_prefix(ROW)) {
            owed.push(ForgeObligation { kind: mark.kind.clone(), row: Some(row.to_owned()), due: mark.due });
        }
    }
    Ok(owed)
}
