//! Where a change is read: the checkout, if it has both ends, and the forge otherwise.

use crate::app::contents::Contents;
use crate::app::controls::Controls;
use crate::app::failure::Failure;
use crate::app::gather::{self, Ground, Proposal};
use crate::app::request::CheckRequest;
use crate::model::{Attachment, CommitId, ForgeCommit, ForgeFacts};
use crate::world::git::{ChangeSpec, Repo};
use crate::world::github::{ForgeObjects, ForgeTree, GitHub};
use std::collections::{BTreeMap, BTreeSet};

/// Merges from the base that are looked at one by one, without a checkout.
const MOST_STARTS: usize = 20;

/// The two ends of a change, and how far the change goes back.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    /// Where control files are read.
    pub(super) controls: CommitId,
    /// What the change is compared with.
    pub(super) base: CommitId,
    /// What would land.
    pub(super) head: CommitId,
    /// The change starts at the base itself, not where the two parted.
    pub(super) exact: bool,
    /// The pull request whose list of files counts the lines.
    pub(super) pull: Option<u64>,
    /// Where whoever approved a commit saw it start from, if not from the base.
    pub(super) seen_from: BTreeMap<CommitId, CommitId>,
}

impl Ends {
    fn seen_from<'a>(&'a self, base: &'a CommitId, commit: &CommitId) -> &'a CommitId {
        self.seen_from.get(commit).unwrap_or(base)
    }

    fn spec(&self) -> ChangeSpec {
        match self.exact {
            true => ChangeSpec::Range(format!("{}..{}", self.base.0, self.head.0)),
            false => ChangeSpec::BaseHead { base: Some(self.base.0.clone()), head: Some(self.head.0.clone()) },
        }
    }
}

/// A place where a change can be read.
pub(super) enum Place<'a> {
    /// The checkout has every commit that is asked about.
    Checkout(Box<Repo>, &'a GitHub),
    /// The forge has.
    Forge(&'a GitHub),
}

impl<'a> Place<'a> {
    /// The checkout, if the history between both ends is in it; the forge otherwise. Nothing of what is checked out is
    /// read: only objects, by the ids that the forge gave.
    pub(super) fn of(request: &CheckRequest, ends: &Ends, github: &'a GitHub) -> Self {
        let Ok(repo) = Repo::open(&request.dir) else { return Self::Forge(github) };
        let there = |commit: &CommitId| repo.resolve(&commit.0).is_ok_and(|found| found == *commit);
        let whole = [&ends.controls, &ends.base, &ends.head].into_iter().all(there);
        match whole && repo.begin(&ends.spec()).is_ok() {
            true => Self::Checkout(Box::new(repo), github),
            false => Self::Forge(github),
        }
    }

    /// One commit is the last that both ends have. Where several are, none of them shows all that would land: what one side
    /// has taken back since the other of them is missing in the difference, and not in the merge.
    ///
    /// # Errors
    /// When the forge does not answer.
    pub(super) fn has_one_start(&self, ends: &Ends, commits: &[ForgeCommit], all: u64) -> Result<bool, Failure> {
        match self {
            Self::Checkout(repo, _) => Ok(matches!(repo.seen_at(&ends.base, &ends.head), Ok(Some(_)))),
            Self::Forge(_) if commits.len() as u64 == all && starts(commits).len() <= 1 => Ok(true),
            Self::Forge(github) => {
                let between = github.compare(&ends.base, &ends.head).map_err(Failure::world)?;
                let starts = starts(&between.commits);
                let others: Vec<&CommitId> = starts.into_iter().filter(|start| **start != between.merge_base).collect();
                if others.len() > MOST_STARTS || (between.commits.len() as u64) < between.total_commits {
                    return Ok(false);
                }
                for start in others {
                    if github.compare(start, &between.merge_base).map_err(Failure::world)?.merge_base != *start {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    /// Reads everything about the change.
    ///
    /// # Errors
    /// As `gather::proposal`.
    pub(super) fn proposal(
        &self,
        request: &CheckRequest,
        ends: &Ends,
        known: (ForgeFacts, Vec<Attachment>),
        started: &mut dyn FnMut(&Controls),
    ) -> Result<Proposal, Failure> {
        match self {
            Self::Checkout(repo, github) => {
                let elsewhere = ForgeObjects::new(github);
                let pending = repo.begin(&ends.spec()).map_err(Failure::world)?;
                let (controls, before) = (repo.tree_at(&ends.controls), repo.tree_at(pending.base()));
                let ground = Ground {
                    controls: &controls,
                    before: &before,
                    contents: Contents::Objects(repo.as_ref()),
                    change: Box::new(|| pending.finish().map_err(Failure::world)),
                    // Heads that were pushed over, and those of forks, are in no checkout.
                    seen: &|base, commit| match repo.seen_at(ends.seen_from(base, commit), commit) {
                        Ok(seen) => seen,
                        Err(_) => elsewhere.seen_at(ends.seen_from(base, commit), commit).ok(),
                    },
                    history: repo.as_ref(),
                };
                gather::on(request, ground, known, started)
            }
            Self::Forge(github) => {
                let objects = ForgeObjects::new(github);
                let between = objects.between(&ends.base, &ends.head, ends.exact, ends.pull).map_err(Failure::world)?;
                let controls = ForgeTree::at(&objects, &ends.controls);
                let before = ForgeTree::at(&objects, between.base());
                let ground = Ground {
                    controls: &controls,
                    before: &before,
                    contents: Contents::Objects(&objects),
                    change: Box::new(|| between.change(&objects).map_err(Failure::world)),
                    seen: &|base, commit| objects.seen_at(ends.seen_from(base, commit), commit).ok(),
                    history: &objects,
                };
                gather::on(request, ground, known, started)
            }
        }
    }
}

/// Commits outside of these from which they start.
fn starts(commits: &[ForgeCommit]) -> BTreeSet<&CommitId> {
    let among: BTreeSet<&CommitId> = commits.iter().map(|commit| &commit.id).collect();
    commits.iter().flat_map(|commit| &commit.parents).filter(|parent| !among.contains(parent)).collect()
}
