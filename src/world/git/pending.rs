//! A change whose ends are known and whose contents git is already reading.

use super::diff::{self, Raw, Running};
use super::range::Log;
use super::worktree::{self, Uncommitted};
use super::{ChangeSpec, Repo, count, lock, log};
use crate::model::{Change, Commit, CommitId, Diff};
use crate::world::WorldError;
use std::thread::JoinHandle;

/// A change being read. Dropping it lets the processes end on their own.
#[derive(Debug)]
pub struct Pending<'r> {
    repo: &'r Repo,
    base: CommitId,
    head: Option<CommitId>,
    notes: Vec<String>,
    diff: Source,
    log: Option<Log>,
    uncommitted: Option<Uncommitted>,
}

#[derive(Debug)]
enum Source {
    Running(JoinHandle<Result<Raw, WorldError>>),
    Worktree(worktree::Running),
}

impl<'r> Pending<'r> {
    pub(super) fn begin(repo: &'r Repo, spec: &ChangeSpec) -> Result<Self, WorldError> {
        if matches!(spec, ChangeSpec::Staged | ChangeSpec::Worktree) {
            return Self::uncommitted(repo, spec);
        }
        let count_uncommitted = *spec == ChangeSpec::Default && repo.top_level().is_some();
        let ends = repo.ends(spec)?;
        // The files first: their contents wait for them, and nothing waits for the commits.
        let diff = read(diff::trees(&repo.git, &ends.base.0, &ends.head.0)?);
        let log = ends.log.map_or_else(|| log::start(&repo.git, &ends.base.0, &ends.head.0), Ok)?;
        Ok(Self {
            repo,
            base: ends.base,
            head: Some(ends.head),
            notes: ends.notes,
            diff,
            log: Some(log),
            uncommitted: count_uncommitted.then(|| worktree::uncommitted(&repo.git)),
        })
    }

    fn uncommitted(repo: &'r Repo, spec: &ChangeSpec) -> Result<Self, WorldError> {
        let Some(top) = repo.top_level() else { return Err(WorldError::NoWorkTree) };
        let [head] = repo.resolve_all(["HEAD"])?;
        let diff = match spec {
            ChangeSpec::Staged => read(diff::index(&repo.git, &head.0)?),
            _ => Source::Worktree(worktree::start(&repo.git, &repo.place, top, &head)),
        };
        Ok(Self { repo, base: head, head: None, notes: Vec::new(), diff, log: None, uncommitted: None })
    }

    /// The state the change is compared with, where control files are read.
    pub fn base(&self) -> &CommitId {
        &self.base
    }

    /// The commit that would land; `None` for what is staged or in the working tree.
    pub fn head(&self) -> Option<&CommitId> {
        self.head.as_ref()
    }

    /// Reads the rest.
    ///
    /// # Errors
    /// When git fails.
    pub fn finish(self) -> Result<Change, WorldError> {
        let Self { repo, base, head, mut notes, diff, log, uncommitted } = self;
        let mut raw = match diff {
            Source::Running(diff) => {
                let mut raw = join(diff)?;
                count::fill(&mut raw.files, &repo.git, &mut lock(&repo.objects))?;
                raw
            }
            Source::Worktree(running) => {
                let (mut raw, mut overlay) = join(running)?;
                let git = overlay.git().clone();
                count::fill(&mut raw.files, &git, overlay.objects()?)?;
                *lock(&repo.overlay) = Some(overlay);
                raw
            }
        };
        notes.append(&mut raw.notes);
        let commits = log.map_or_else(|| Ok(Vec::new()), join)?;
        notes.extend(cut_short(repo, &commits)?);
        notes.extend(uncommitted.and_then(worktree::note));
        Ok(Change { base: Some(base), head, diff: Diff::from(raw), commits, notes })
    }
}

/// Takes git's output in a thread, so that git never waits for whoever reads control files meanwhile.
fn read(running: Running) -> Source {
    Source::Running(std::thread::spawn(|| running.finish()))
}

/// Commits may be missing where the clone ends: their authors are then unknown, and that must be said.
fn cut_short(repo: &Repo, commits: &[Commit]) -> Result<Option<String>, WorldError> {
    if !repo.is_shallow() {
        return Ok(None);
    }
    let edge = repo.edge()?;
    let cut = commits.iter().any(|commit| edge.contains(&commit.id.0));
    Ok(cut.then(|| {
        "this clone is shallow and ends inside the change: commits, and so their authors, may be missing".to_owned()
    }))
}

fn join<T>(thread: JoinHandle<Result<T, WorldError>>) -> Result<T, WorldError> {
    let stopped = WorldError::GitAnswer { command: "diff-tree", what: "its reader stopped".to_owned() };
    thread.join().unwrap_or(Err(stopped))
}
