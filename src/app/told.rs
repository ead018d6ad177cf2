//! Digests of what others told about a change: a forge, flags and commits; and of how earlier changes went.
//!
//! Written field by field, so that a digest changes when what was told does, and not with the program.

use super::controls::{add, hex};
use crate::assess::{Evidence, Statement};
use crate::model::{
    Approval, ApproverKind, CheckResult, ClaimSource, ForgeFacts, ForgeObligation, Identity, Incident, IntegrityError,
    Moment, Outcome, Principal, RowId,
};
use sha2::{Digest, Sha256};

/// `sha256:…` over everything that was told, but for the outcomes.
pub(super) fn facts(evidence: &Evidence) -> String {
    let mut sum = Sum(Sha256::new());
    sum.forge(&evidence.forge);
    sum.all(&evidence.statements, Sum::statement);
    sum.all(&evidence.identities, Sum::identity);
    sum.all(&evidence.errors, Sum::error);
    hex(sum.0.finalize().as_slice())
}

/// `sha256:…` over the outcomes, in whatever order they were told.
pub(super) fn outcomes(outcomes: &[Outcome]) -> String {
    let mut each: Vec<String> = outcomes
        .iter()
        .map(|outcome| {
            let mut sum = Sum(Sha256::new());
            sum.outcome(outcome);
            hex(sum.0.finalize().as_slice())
        })
        .collect();
    each.sort();
    let mut sum = Sum(Sha256::new());
    sum.all(&each, |sum, one| sum.text(one));
    hex(sum.0.finalize().as_slice())
}

struct Sum(Sha256);

impl Sum {
    fn text(&mut self, text: &str) {
        add(&mut self.0, text.as_bytes());
    }

    /// Absent is not empty.
    fn maybe(&mut self, text: Option<&str>) {
        self.text(if text.is_some() { "is" } else { "none" });
        self.text(text.unwrap_or_default());
    }

    fn moment(&mut self, at: Option<Moment>) {
        self.maybe(at.map(|at| at.to_string()).as_deref());
    }

    fn all<T>(&mut self, all: &[T], one: impl Fn(&mut Self, &T)) {
        self.text(&all.len().to_string());
        all.iter().for_each(|item| one(self, item));
    }

    fn who(&mut self, who: &Principal) {
        self.text(who.as_str());
    }

    fn row(&mut self, row: &RowId) {
        self.text(row.as_str());
    }

    fn forge(&mut self, told: &ForgeFacts) {
        self.maybe(told.head.as_deref());
        self.maybe(told.author.as_ref().map(Principal::as_str));
        self.maybe(told.requester.as_ref().map(Principal::as_str));
        self.all(&told.committers, Self::who);
        self.maybe(told.title.as_deref());
        self.maybe(told.body.as_deref());
        self.moment(told.claimed_at);
        self.all(&told.labels, |sum, label| sum.text(label));
        self.all(&told.approvals, |sum, (approval, commit)| sum.approval(approval, commit.as_deref()));
        let teams: Vec<_> = told.teams.iter().collect();
        self.all(&teams, |sum, (name, members)| {
            sum.text(name);
            sum.all(members, Self::who);
        });
        self.all(&told.incidents, Self::incident);
        self.all(&told.checks, Self::check);
        self.all(&told.obligations, Self::obligation);
        self.text(if told.truncated { "truncated" } else { "whole" });
    }

    fn approval(&mut self, approval: &Approval, commit: Option<&str>) {
        self.who(&approval.by);
        self.text(match approval.kind {
            ApproverKind::User => "user",
            ApproverKind::Bot => "bot",
        });
        self.text(approval.decision.as_str());
        self.moment(approval.at);
        self.all(&approval.teams, Self::who);
        self.maybe(commit);
    }

    fn incident(&mut self, incident: &Incident) {
        self.text(&incident.id);
        self.text(&incident.state);
        self.maybe(incident.severity.map(|severity| severity.to_string()).as_deref());
        self.all(&incident.rows, Self::row);
        self.moment(incident.opened_at);
    }

    fn check(&mut self, check: &CheckResult) {
        self.text(&check.name);
        self.text(&check.conclusion);
        self.maybe(check.commit.as_deref());
    }

    fn obligation(&mut self, owed: &ForgeObligation) {
        self.text(&owed.kind);
        self.maybe(owed.row.as_deref());
        self.moment(owed.due);
    }

    fn outcome(&mut self, outcome: &Outcome) {
        self.maybe(outcome.template.as_deref());
        self.all(&outcome.rows, Self::row);
        self.text(&outcome.result);
        self.maybe(outcome.severity.map(|severity| severity.to_string()).as_deref());
        self.moment(outcome.at);
    }

    /// What a flag says is said at the time of the decision.
    fn statement(&mut self, statement: &Statement) {
        self.text(statement.source.as_str());
        self.moment(statement.at.filter(|_| statement.source != ClaimSource::Flag));
        self.all(&statement.trailers, |sum, (key, value)| {
            sum.text(key);
            sum.text(value);
        });
    }

    fn identity(&mut self, identity: &Identity) {
        self.text(&identity.name);
        self.text(&identity.email);
    }

    fn error(&mut self, error: &IntegrityError) {
        self.text(&error.code);
        self.text(&error.msg);
    }
}
