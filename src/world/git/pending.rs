//! A change whose ends are known and whose contents git is already reading.

use super::diff::{self, Raw, Running};
use super::log::{History, Log};
use super::range::Ends;
use super::worktree::{self, Uncommitted};
use super::{ChangeSpec, Repo, count, lock};
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
        // The slowest question goes first.
        let has_files = *spec == ChangeSpec::Default && repo.top_level()?.is_some();
        let uncommitted = has_files.then(|| worktree::uncommitted(&repo.git));
        let Ends { base, head, notes } = repo.ends(spec)?;
        let diff = read(diff::trees(&repo.git, &base.0, &head.0)?);
        let log = Some(Log::begin(&repo.git, &mut lock(&repo.objects), &base, &head)?);
        Ok(Self { repo, base, head: Some(head), notes, diff, log, uncommitted })
    }

    fn uncommitted(repo: &'r Repo, spec: &ChangeSpec) -> Result<Self, WorldError> {
        let place = repo.place.get(&repo.git)?;
        let Some(top) = &place.top else { return Err(WorldError::NoWorkTree) };
        let [head] = repo.resolve_all(["HEAD"])?;
        let diff = match spec {
            ChangeSpec::Staged => read(diff::index(&repo.git, &head.0)?),
            _ => Source::Worktree(worktree::start(&repo.git, place, top, &head)),
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
        let History { commits, ends } = log.map_or_else(|| Ok(History::default()), Log::finish)?;
        if ends && cut_short(repo, &commits)? {
            let note =
                "this clone is shallow and ends inside the change: commits, and so their authors, may be missing";
            notes.push(note.to_owned());
        }
        notes.extend(uncommitted.and_then(worktree::note));
        Ok(Change { base: Some(base), head, diff: Diff::from(raw), commits, notes })
    }
}

/// Takes git's output in a thread, so that git never waits for whoever reads control files meanwhile.
fn read(running: Running) -> Source {
    Source::Running(std::thread::spawn(|| running.finish()))
}

/// A commit without parents is the first of all, or one whose parents the clone left out, with all their authors.
fn cut_short(repo: &Repo, commits: &[Commit]) -> Result<bool, WorldError> {
    let edge = repo.edge()?;
    Ok(commits.iter().any(|commit| edge.contains(&commit.id.0)))
}

fn join<T>(thread: JoinHandle<Result<T, WorldError>>) -> Result<T, WorldError> {
    let stopped = WorldError::GitAnswer { command: "diff-tree", what: "its reader stopped".to_owned() };
    thread.join().unwrap_or(Err(stopped))
}
