//! A pull request looked at, decided and told: a yes only after everything it rests on was read again.

use super::obligations::GoneAhead;
use super::pull::{Judged, Snapshot, judge, with_pusher};
use super::{Gate, GateError, Turn, says_yes};
use crate::app::failure::Failure;
use crate::decide::plan_pull;
use crate::model::{
    About, Beside, Decision, Effect, Finding, GateMode, PullStanding, PullWords, Severity, StatusState,
};
use crate::report::gate as words;
use std::collections::BTreeSet;

/// How often a pull request that keeps changing is looked at.
const LOOKS: usize = 3;

impl Gate<'_> {
    /// One pull request; `None` where it is not open.
    pub(super) fn pull(&self, number: u64) -> Result<Option<Turn>, Failure> {
        let context = self.request.context.as_deref();
        for _ in 0..LOOKS {
            let Some(snapshot) = Snapshot::read(self.github, number, context)? else { return Ok(None) };
            let judged = self.judged(snapshot)?;
            let strictest = self.strictest(&judged)?;
            let effects = self.plan(&judged, strictest.as_ref());
            let approving = effects.iter().any(says_success);
            if approving && !self.request.dry_run {
                let Some(later) = Snapshot::read(self.github, number, context)? else { return Ok(None) };
                if !judged.snapshot.still(&later, self.account) {
                    continue;
                }
            }
            return self.turn(judged, effects).map(Some);
        }
        Err(Failure::world(GateError::Moving { what: format!("pull request #{number}") }))
    }

    /// The decision; where there is none, an older green of the gate's own does not stay.
    pub(super) fn judged(&self, snapshot: Snapshot) -> Result<Judged, Failure> {
        let (pull, context) =
            (snapshot.pull.clone(), super::pull::context_of(self.request.context.as_deref(), &snapshot.pull.base_ref));
        let was_green = snapshot.status().is_some_and(|status| status.state == Some(StatusState::Success));
        judge(self.request, self.github, self.account, snapshot).inspect_err(|failure| {
            if self.request.mode != GateMode::Report && (was_green || super::is_control_fault(failure)) {
                // Rules that ran too long must not use up the time in which that is told.
                self.github.renew();
                let (state, description) = words::status_failed(&failure.to_string());
                let target = self.request.run.url.clone();
                self.perform(vec![Effect::Status { commit: pull.head, context, state, description, target }]);
            }
        })
    }

    /// Another open pull request with the same head and context shares the status: the strictest of them is told.
    fn strictest(&self, judged: &Judged) -> Result<Option<(u64, Decision)>, Failure> {
        if !says_yes(&judged.decision) || self.request.mode == GateMode::Report {
            return Ok(None);
        }
        let pull = &judged.snapshot.pull;
        let others = self.github.pulls_of(&pull.head).map_err(Failure::world)?;
        let mut strictest: Option<(u64, Decision)> = None;
        for other in others {
            let context = super::pull::context_of(self.request.context.as_deref(), &other.base_ref);
            let shares = other.open && other.head == pull.head && context == judged.context;
            if !shares || other.number == pull.number {
                continue;
            }
            let read = Snapshot::read(self.github, other.number, self.request.context.as_deref())?;
            let Some(read) = read else { continue };
            let decision = self.judged(read)?.decision;
            if strictest.as_ref().is_none_or(|(_, before)| decision.verdict() > before.verdict()) {
                strictest = Some((other.number, decision));
            }
        }
        Ok(strictest.filter(|(_, decision)| !says_yes(decision)))
    }

    fn plan(&self, judged: &Judged, strictest: Option<&(u64, Decision)>) -> Vec<Effect> {
        let Judged { snapshot, decision, pusher, .. } = judged;
        let pull = &snapshot.pull;
        let (state, description) = match strictest {
            Some((number, other)) => {
                let (state, description) = words::status(other);
                (state, clipped(&format!("#{number}, which has the same head: {description}")))
            }
            None => words::status(decision),
        };
        let description = with_pusher(&description, pusher.as_deref(), pull.author.as_ref());
        let standing = PullStanding {
            pull: pull.clone(),
            owner: self.request.access.repository.owner.clone(),
            gate: self.account.cloned(),
            context: judged.context.clone(),
            status: snapshot.status().cloned(),
            comment: snapshot.comment(self.account).cloned(),
            reviewed: snapshot.reviewed(),
        };
        let comment = words::pull_comment(decision, &self.about(judged));
        let words = PullWords { state, description, target: self.request.run.url.clone(), comment };
        plan_pull(decision, &standing, &words, self.request.mode)
    }

    /// What the comment says beside the decision. Nothing in it differs from run to run.
    fn about(&self, judged: &Judged) -> About {
        let pull = &judged.snapshot.pull;
        let held = judged.spoken.holds.iter().map(|hold| (hold.by.clone(), hold.reason.clone())).collect();
        About {
            number: pull.number,
            title: pull.title.clone(),
            head: pull.head.clone(),
            base_ref: pull.base_ref.clone(),
            beside: Beside { held, misread: judged.spoken.misread.clone(), ..Beside::default() },
        }
    }

    fn turn(&self, judged: Judged, effects: Vec<Effect>) -> Result<Turn, Failure> {
        let pull = &judged.snapshot.pull;
        let mut all = self.obligations(&GoneAhead {
            decision: &judged.decision,
            facts: &judged.facts,
            change: &pull.head,
            title: pull.title.clone(),
            url: Some(pull.url.clone()),
            before: &BTreeSet::new(),
        })?;
        all.extend(effects);
        let Judged { snapshot, decision, .. } = judged;
        let receipts = self.perform(all);
        let written = receipts.iter().find_map(|receipt| match (&receipt.effect, &receipt.done) {
            (Effect::CreateComment { .. } | Effect::EditComment { .. }, crate::model::Done::Yes { url }) => url.clone(),
            _ => None,
        });
        let there = snapshot.comment(self.account).map(|remark| remark.url.clone());
        Ok(Turn {
            title: format!("pull request #{}", snapshot.pull.number),
            decision,
            receipts,
            comment_url: written.or(there),
            request_url: None,
        })
    }
}

/// It would let something through.
pub(super) fn says_success(effect: &Effect) -> bool {
    matches!(effect, Effect::Status { state: StatusState::Success, .. })
}

/// The words of a status have 140 characters.
pub(super) fn clipped(text: &str) -> String {
    match text.chars().count() {
        0..=140 => text.to_owned(),
        _ => text.chars().take(139).chain(['…']).collect(),
    }
}

/// Somebody else posted a status of the gate's context: everybody who reads it should know.
pub(super) fn foreign_status(judged: &Snapshot, gate: Option<&crate::model::Account>) -> Option<Finding> {
    let gate = gate?;
    let other = judged.statuses.iter().filter_map(|status| status.by.as_ref()).find(|by| by.id != gate.id)?;
    let msg = format!("@{} posted a status with the gate's own name on this commit", other.login);
    Some(Finding::new("FOREIGN_STATUS", Severity::Warn, msg).help(
        "anybody who may write can: require the status from the gate's app only (`changeward doctor --github` tells how)",
    ))
}
