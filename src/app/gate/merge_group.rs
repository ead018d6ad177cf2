//! A merge queue's group: every pull request in it must have a yes of its own, and the group tells the strictest.

use super::pull::{Snapshot, context_of};
use super::{Gate, GateAnswer, GateError, Turn, perform};
use crate::app::failure::Failure;
use crate::model::{CommitId, Effect, GateMode};
use crate::report::gate as words;
use std::collections::BTreeSet;

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
        let mut numbers = BTreeSet::new();
        let mut strays = Vec::new();
        for commit in &comparison.commits {
            let pulls = self.github.pulls_of(&commit.id).map_err(Failure::world)?;
            let in_queue: Vec<u64> =
                pulls.iter().filter(|pull| pull.open && pull.base_ref == base_ref).map(|pull| pull.number).collect();
            // The commits that the queue makes itself belong to no pull request yet; those with two parents are its merges.
            if in_queue.is_empty() && commit.parents.len() < 2 {
                strays.push(commit.id.clone());
            }
            numbers.extend(in_queue);
        }
        numbers.extend(named);
        let mut answer = GateAnswer::default();
        for number in &numbers {
            self.github.renew();
            let read = Snapshot::read(self.github, *number, self.request.context.as_deref())?;
            let Some(read) = read else { continue };
            let judged = self.judged(read)?;
            // What the queue squashes or rebases belongs to no pull request yet. GitHub names the one it is for: then it is
            // one commit, or as many as that has. More would be somebody else's.
            if named == Some(*number) && (strays.len() == 1 || strays.len() as u64 == judged.snapshot.pull.commits) {
                strays.clear();
            }
            let url = judged.snapshot.comment(self.account).map(|remark| remark.url.clone());
            answer.turns.push(Turn {
                title: format!("pull request #{number}"),
                decision: judged.decision,
                receipts: Vec::new(),
                comment_url: url,
                request_url: None,
            });
        }
        if !whole || answer.turns.is_empty() || answer.turns.len() < numbers.len() || !strays.is_empty() {
            return Err(Failure::world(GateError::Group { head: head.0.clone() }));
        }
        self.tell_group(head, base_ref, answer)
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
