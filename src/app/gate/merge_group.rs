//! A merge queue's group: every pull request in it must have a yes of its own, and the group tells the strictest.
//!
//! The event says which pull request the queue made the group for, and no more is believed of it: what the group holds must
//! be what its pull requests hold now, commit by commit, or file by file where the queue squashed or rebased them.

use super::pull::{Snapshot, context_of};
use super::{Gate, GateAnswer, GateError, Turn, perform, says_yes};
use crate::app::failure::Failure;
use crate::assess::unexplained;
use crate::model::{CommitId, Comparison, Diff, Effect, GateMode};
use crate::report::gate as words;
use crate::world::git::Repo;
use crate::world::github::ForgeObjects;
use std::collections::BTreeSet;

/// How often a group whose pull requests keep changing is looked at.
const LOOKS: usize = 3;

impl Gate<'_> {
    /// A group of a merge queue.
    pub(super) fn merge_group(
        &self,
        base: &CommitId,
        head: &CommitId,
        base_ref: &str,
        named: Option<u64>,
    ) -> Result<GateAnswer, Failure> {
        let comparison = self.github.compare(base, head).map_err(Failure::world)?;
        let whole = comparison.commits.len() as u64 == comparison.total_commits && !comparison.commits.is_empty();
        let (mut numbers, strays) = self.queued(&comparison, base_ref)?;
        numbers.extend(named);
        let apart = || Failure::world(GateError::Group { head: head.0.clone() });
        if !whole || numbers.is_empty() || (strays && named.is_none()) {
            return Err(apart());
        }
        for _ in 0..LOOKS {
            let mut answer = GateAnswer::default();
            let mut read = Vec::new();
            for number in &numbers {
                self.github.renew();
                let context = self.request.context.as_deref();
                let snapshot = Snapshot::read(self.github, *number, context)?.ok_or_else(apart)?;
                let judged = self.judged(snapshot)?;
                let url = judged.snapshot.comment(self.account).map(|remark| remark.url.clone());
                answer.turns.push(Turn {
                    title: format!("pull request #{number}"),
                    decision: judged.decision,
                    receipts: Vec::new(),
                    comment_url: url,
                    request_url: None,
                });
                read.push(judged.snapshot);
            }
            if !self.holds_just(base, head, &comparison, (&read, base_ref, strays))? {
                return Err(apart());
            }
            let yes = answer.turns.iter().all(|turn| says_yes(&turn.decision));
            if !yes || self.request.dry_run || self.unchanged(&read)? {
                return self.tell_group(head, base_ref, answer);
            }
        }
        Err(Failure::world(GateError::Moving { what: format!("a pull request of the group {}", head.0) }))
    }

    /// The open pull requests whose commits are in the group, and whether there are commits of none.
    fn queued(&self, comparison: &Comparison, base_ref: &str) -> Result<(BTreeSet<u64>, bool), Failure> {
        let mut numbers = BTreeSet::new();
        let mut strays = false;
        for commit in &comparison.commits {
            let pulls = self.github.pulls_of(&commit.id).map_err(Failure::world)?;
            let in_queue: Vec<u64> =
                pulls.iter().filter(|pull| pull.open && pull.base_ref == base_ref).map(|pull| pull.number).collect();
            // What the queue makes itself belongs to no pull request yet; of that, its merges have two parents.
            strays |= in_queue.is_empty() && commit.parents.len() < 2;
            numbers.extend(in_queue);
        }
        Ok((numbers, strays))
    }

    /// The group holds what its pull requests hold now: their heads themselves, or else just their changes.
    fn holds_just(
        &self,
        base: &CommitId,
        head: &CommitId,
        comparison: &Comparison,
        (read, base_ref, strays): (&[Snapshot], &str, bool),
    ) -> Result<bool, Failure> {
        if read.iter().any(|snapshot| snapshot.pull.base_ref != base_ref) {
            return Ok(false);
        }
        let there = |snapshot: &&Snapshot| comparison.commits.iter().any(|commit| commit.id == snapshot.pull.head);
        if !strays && read.iter().all(|snapshot| there(&snapshot)) {
            return Ok(true);
        }
        let whole = self.difference(base, head)?;
        let parts: Result<Vec<Diff>, Failure> =
            read.iter().map(|snapshot| self.difference(base, &snapshot.pull.head)).collect();
        Ok(unexplained(&whole, &parts?).is_empty())
    }

    /// What a commit changes since it left the base.
    fn difference(&self, base: &CommitId, commit: &CommitId) -> Result<Diff, Failure> {
        let here = Repo::open(&self.request.check.dir).and_then(|repo| repo.seen_at(base, commit));
        match here {
            Ok(Some(diff)) => Ok(diff),
            Ok(None) | Err(_) => ForgeObjects::new(self.github).seen_at(base, commit).map_err(Failure::world),
        }
    }

    fn unchanged(&self, read: &[Snapshot]) -> Result<bool, Failure> {
        for before in read {
            let later = Snapshot::read(self.github, before.pull.number, self.request.context.as_deref())?;
            if !later.is_some_and(|later| before.still(&later, self.account)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn tell_group(&self, head: &CommitId, base_ref: &str, mut answer: GateAnswer) -> Result<GateAnswer, Failure> {
        let Some(at) =
            (0..answer.turns.len()).max_by_key(|at| answer.turns.get(*at).map(|turn| turn.decision.verdict()))
        else {
            return Ok(answer);
        };
        let Some(turn) = answer.turns.get_mut(at) else { return Ok(answer) };
        if self.request.mode == GateMode::Report {
            return Ok(answer);
        }
        let (state, description) = words::status(&turn.decision);
        let context = context_of(self.request.context.as_deref(), base_ref);
        let target = self.request.run.url.clone();
        let effect = Effect::Status { commit: head.clone(), context, state, description, target };
        turn.receipts = self.perform(vec![effect]);
        answer.troubles.extend(perform::undone(&turn.receipts));
        Ok(answer)
    }
}
