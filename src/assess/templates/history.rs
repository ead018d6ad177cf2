//! What became of a template's earlier uses: whether its breaker is open, and whether it is used up.
//!
//! It reads a list of outcomes and does not know who keeps them: a file of facts, or a ledger.

use crate::model::{Finding, Moment, Outcome, Severity, Template, counted};
use std::collections::BTreeSet;

/// The uses of one template, oldest first; one without a time is as new as can be.
pub(super) struct History<'e> {
    template: &'e Template,
    /// Since it was approved: those from before are what its approval knew of.
    uses: Vec<&'e Outcome>,
    /// All of them: how often it may be used does not begin anew with an approval.
    all: Vec<&'e Outcome>,
    now: Moment,
}

/// Outcomes that no template will ever hear of: a slip in a name must not keep a breaker closed unnoticed.
pub(in crate::assess) fn outcomes_of_nobody(templates: &[Template], outcomes: &[Outcome]) -> Vec<Finding> {
    let known: BTreeSet<&str> = templates.iter().map(|template| template.id.as_str()).collect();
    let named: BTreeSet<&str> = outcomes.iter().filter_map(|outcome| outcome.template.as_deref()).collect();
    let lost = named.into_iter().filter(|name| !known.contains(name));
    let finding = |name: &str| {
        Finding::new(
            "OUTCOME_UNKNOWN",
            Severity::Warn,
            format!("an outcome names the template `{name}`, and there is none"),
        )
        .help("`changeward template list` names the templates; a retired one stays a file with `state = \"retired\"`")
    };
    lost.map(finding).collect()
}

impl<'e> History<'e> {
    /// Uses from before its approval do not count: approving it again closes the breaker.
    pub(super) fn of(template: &'e Template, outcomes: &'e [Outcome], now: Moment) -> Self {
        let since = |at: Option<Moment>| at.is_none_or(|at| template.approved_at.is_none_or(|from| from <= at));
        let of = |outcome: &&Outcome| outcome.template.as_deref() == Some(template.id.as_str());
        let mut all: Vec<&Outcome> = outcomes.iter().filter(of).collect();
        all.sort_by_key(|outcome| (outcome.at.is_none(), outcome.at));
        Self { template, uses: all.iter().copied().filter(|outcome| since(outcome.at)).collect(), all, now }
    }

    /// How often it was used.
    pub(super) fn count(&self) -> u64 {
        self.uses.len() as u64
    }

    /// When it was used last, as far as anybody said when.
    pub(super) fn last(&self) -> Option<Moment> {
        self.uses.iter().filter_map(|outcome| outcome.at).max()
    }

    /// Open after one failure, one severe incident, one outcome that nobody told in time, or too many uses with issues.
    pub(super) fn breaker(&self) -> Option<String> {
        let latest = |holds: &dyn Fn(&Outcome) -> bool| self.uses.iter().rev().find(|outcome| holds(outcome));
        if let Some(failed) = latest(&|o| matches!(o.result.as_str(), "unsuccessful" | "backed-out")) {
            return Some(format!("a change under it was {}", failed.result));
        }
        if let Some(severity) = latest(&|o| o.severity.is_some_and(|s| s <= 2)).and_then(|o| o.severity) {
            return Some(format!("a change under it caused an incident of severity {severity}"));
        }
        let rule = self.template.breaker;
        // A use that is yet to come cannot be waited for.
        let due = |at: Moment| at.plus(rule.silent_after.0) <= self.now || at > self.now;
        let silent = |o: &Outcome| o.result == "unknown" && o.at.is_none_or(due);
        if latest(&silent).is_some() {
            return Some(format!("nobody told within {} how a change under it went", rule.silent_after));
        }
        // What did not happen, or was not told yet, does not push out what was.
        let told = self.uses.iter().rev().filter(|o| !matches!(o.result.as_str(), "not-deployed" | "unknown"));
        let last = told.take(usize::try_from(rule.of).unwrap_or(usize::MAX));
        let issues = last.filter(|o| o.result == "successful-with-issues").count() as u64;
        (issues >= rule.issues).then(|| format!("{issues} of its last uses had issues"))
    }

    /// It was used as often as it may be.
    pub(super) fn used_up(&self) -> Option<String> {
        let cap = self.template.usage?;
        let recent = |o: &&&Outcome| o.at.is_none_or(|at| self.now < at.plus(cap.per.0));
        let used = self.all.iter().filter(recent).filter(|o| o.result != "not-deployed").count() as u64;
        (used >= cap.most)
            .then(|| format!("it was used {} within {}, at most {}", counted(used, "time"), cap.per, cap.most))
    }
}
