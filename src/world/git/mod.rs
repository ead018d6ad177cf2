//! Reads a change out of a git repository, exactly as git sees it and about as fast.
//!
//! Git itself finds the files (trees, renames), one `cat-file` process hands over the contents, and the lines are
//! counted here. Nothing the repository holds is run, nothing is fetched, nothing is written to it.

mod command;
mod count;
mod diff;
mod find;
mod history;
pub(super) mod lines;
mod log;
mod objects;
mod overlay;
mod past;
mod patch;
mod pending;
mod place;
mod range;
mod raw;
mod revision;
mod seen;
mod shallow;
mod sizes;
mod standing;
mod tree;
mod typed;
mod worktree;

pub use count::BLOB_LIMIT;
pub use pending::Pending;
pub use standing::WorkTree;
pub use tree::GitTree;
pub use typed::from_the_root;

use crate::model::{Change, CommitId, Diff, FileKind, Moment, ObjectId};
use crate::world::WorldError;
use crate::world::error::printable;
use command::Git;
use objects::{CatFile, Contents, Verb, checked, checked_commit};
use overlay::Overlay;
use place::Lookup;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is to be compared with what.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum ChangeSpec {
    /// From the merge base of HEAD and the default branch to HEAD.
    #[default]
    Default,
    /// `A..B` compares the two as they are; `A...B` starts at their merge base; `A` alone is `A...HEAD`. An empty side
    /// is HEAD.
    Range(String),
    /// From the merge base of the two; without a base the default branch's, without a head HEAD.
    BaseHead {
        /// The revision to compare with.
        base: Option<String>,
        /// The revision that would land.
        head: Option<String>,
    },
    /// HEAD and the index.
    Staged,
    /// HEAD and the working tree, untracked files included, ignored ones not.
    Worktree,
}

/// What kind of file these contents make, of one that is this by its mode.
pub fn kind_of(by_mode: FileKind, contents: &[u8]) -> FileKind {
    lines::kind(by_mode, contents)
}

/// An open repository: where it is, and one `cat-file` process that stays until this is dropped.
#[derive(Debug)]
pub struct Repo {
    git: Git,
    place: Lookup,
    objects: Mutex<CatFile>,
    /// The working tree's own contents, once a change has been read from it.
    overlay: Mutex<Option<Overlay>>,
}

impl Repo {
    /// Opens the repository that `dir` lies in.
    ///
    /// # Errors
    /// When there is no git, or no repository.
    pub fn open(dir: &Path) -> Result<Self, WorldError> {
        let git = Git::at(dir);
        let mut objects = CatFile::start(&git)?;
        objects.infos(["HEAD"].into_iter()).map_err(|error| no_repository(dir, &git, error))?;
        Ok(Self { git, place: Lookup::default(), objects: Mutex::new(objects), overlay: Mutex::new(None) })
    }

    /// The root of the working tree; `None` in a bare repository.
    ///
    /// # Errors
    /// When git fails.
    pub fn top_level(&self) -> Result<Option<&Path>, WorldError> {
        Ok(self.place.get(&self.git)?.top.as_deref())
    }

    /// The repository's own directory.
    ///
    /// # Errors
    /// When git fails.
    pub fn git_dir(&self) -> Result<&Path, WorldError> {
        Ok(&self.place.get(&self.git)?.git_dir)
    }

    /// The history ends before its beginning.
    ///
    /// # Errors
    /// When git fails.
    pub fn is_shallow(&self) -> Result<bool, WorldError> {
        Ok(self.place.get(&self.git)?.shallow.is_some())
    }

    /// Reads a change: the files, their line counts and kinds, the commits.
    ///
    /// # Errors
    /// When an end of it cannot be determined for certain, or git fails.
    pub fn change(&self, spec: &ChangeSpec) -> Result<Change, WorldError> {
        self.begin(spec)?.finish()
    }

    /// Determines both ends and starts the processes that read the rest. Control files at the base can be read through
    /// [`tree_at`](Self::tree_at) meanwhile.
    ///
    /// # Errors
    /// When an end of the change cannot be determined for certain, or git cannot be started.
    pub fn begin(&self, spec: &ChangeSpec) -> Result<Pending<'_>, WorldError> {
        Pending::begin(self, spec)
    }

    /// When a commit was made.
    ///
    /// # Errors
    /// When git cannot tell.
    pub fn committed_at(&self, commit: &CommitId) -> Result<Moment, WorldError> {
        log::committed_at(&self.git, checked_commit(commit)?)
    }

    /// The commit a revision names; tags are peeled.
    ///
    /// # Errors
    /// When it names none.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, WorldError> {
        let [id] = self.resolve_all([revision])?;
        Ok(id)
    }

    /// The files of a commit.
    pub fn tree_at(&self, commit: &CommitId) -> GitTree<'_> {
        GitTree::new(self, commit.clone())
    }

    /// What differs between two commits: paths, modes, ids; no lines are counted and no contents read.
    ///
    /// # Errors
    /// When one of them is not in this clone, or git fails.
    pub fn diff_between(&self, base: &CommitId, head: &CommitId) -> Result<Diff, WorldError> {
        Ok(diff::trees(&self.git, checked_commit(base)?, checked_commit(head)?)?.finish()?.into())
    }

    /// The contents of one side of a changed file; `None` when this clone does not have them.
    ///
    /// # Errors
    /// When they are larger than [`BLOB_LIMIT`], or git fails.
    pub fn blob(&self, id: &ObjectId) -> Result<Option<Vec<u8>>, WorldError> {
        let mut buffer = Vec::new();
        let mut read = self.fetch(checked(id)?, &mut buffer, BLOB_LIMIT)?;
        if read == Contents::Missing
            && let Some(overlay) = lock(&self.overlay).as_mut()
        {
            read = overlay.objects()?.fetch(checked(id)?, &mut buffer, BLOB_LIMIT)?;
        }
        match read {
            Contents::Read => Ok(Some(buffer)),
            Contents::Missing => Ok(None),
            Contents::TooLarge(size) => {
                Err(WorldError::TooLarge { what: format!("blob {}", id.0), size, limit: BLOB_LIMIT })
            }
        }
    }

    /// The contents of some objects, asked for at once, each with why it cannot be had if so.
    ///
    /// # Errors
    /// When git fails.
    pub fn blobs(
        &self,
        ids: &[ObjectId],
        mut take: impl FnMut(&ObjectId, Result<Vec<u8>, String>),
    ) -> Result<(), WorldError> {
        let names: Vec<&str> = ids.iter().map(checked).collect::<Result<_, _>>()?;
        let mut elsewhere = Vec::new();
        self.fetch_all(&names, BLOB_LIMIT, |at, fetched| {
            let Some(id) = ids.get(at) else { return Ok(()) };
            match fetched {
                Fetched::Read(contents) => take(id, Ok(contents)),
                Fetched::Missing => elsewhere.push(id),
                Fetched::TooLarge(size) => take(id, Err(count::too_large(size))),
            }
            Ok(())
        })?;
        // What is not committed yet is not among the repository's objects.
        for id in elsewhere {
            let contents = self.blob(id)?;
            take(id, contents.ok_or_else(|| count::missing(id)));
        }
        Ok(())
    }

    /// The contents of several objects, asked for at once and handed over in their order.
    fn fetch_all(
        &self,
        names: &[&str],
        limit: u64,
        mut take: impl FnMut(usize, Fetched) -> Result<(), WorldError>,
    ) -> Result<(), WorldError> {
        let mut objects = lock(&self.objects);
        objects.settle()?;
        names.iter().for_each(|name| objects.ask(Verb::Contents, name));
        if !names.is_empty() {
            objects.flush(names.len());
        }
        for at in 0..names.len() {
            let mut buffer = Vec::new();
            let fetched = match objects.contents(&mut buffer, limit)? {
                Contents::Read => Fetched::Read(buffer),
                Contents::Missing => Fetched::Missing,
                Contents::TooLarge(size) => Fetched::TooLarge(size),
            };
            take(at, fetched)?;
        }
        Ok(())
    }

    fn fetch(&self, name: &str, buffer: &mut Vec<u8>, limit: u64) -> Result<Contents, WorldError> {
        lock(&self.objects).fetch(name, buffer, limit)
    }
}

/// What became of one of several requests.
enum Fetched {
    Read(Vec<u8>),
    Missing,
    /// Bytes.
    TooLarge(u64),
}

/// The error for a `cat-file` that did not even tell what HEAD is.
fn no_repository(dir: &Path, git: &Git, error: WorldError) -> WorldError {
    match error {
        WorldError::GitTooOld { .. } => too_old(git),
        WorldError::GitFailed { stderr, .. }
            if stderr.contains("not a git repository") || stderr.contains("cannot change to") =>
        {
            WorldError::NotARepository { dir: dir.to_path_buf() }
        }
        other => other,
    }
}

/// The error for a git that does not know a command, with the version it gives itself.
fn too_old(git: &Git) -> WorldError {
    let found = git.run(&["--version"]).map(|said| printable(&said));
    WorldError::GitTooOld { found: found.unwrap_or_else(|_| "a git that does not tell its version".to_owned()) }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
