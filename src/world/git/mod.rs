//! Reads a change out of a git repository, exactly as git sees it and about as fast.
//!
//! Git itself finds the files (trees, renames), one `cat-file` process hands over the contents, and the lines are
//! counted here. Nothing the repository holds is run, nothing is fetched, nothing is written to it.

mod command;
mod count;
mod diff;
mod lines;
mod log;
mod objects;
mod overlay;
mod pending;
mod range;
mod raw;
mod revision;
mod seen;
mod shallow;
mod tree;
mod worktree;

pub use count::BLOB_LIMIT;
pub use pending::Pending;
pub use tree::GitTree;

use crate::model::{Change, CommitId, Diff, ObjectId};
use crate::world::WorldError;
use crate::world::error::printable;
use command::Git;
use objects::{CatFile, Contents, checked, checked_commit};
use overlay::Overlay;
use std::path::{Path, PathBuf};
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

/// An open repository: where it is, and one `cat-file` process that stays until this is dropped.
#[derive(Debug)]
pub struct Repo {
    git: Git,
    place: Place,
    objects: Mutex<CatFile>,
    /// The working tree's own contents, once a change has been read from it.
    overlay: Mutex<Option<Overlay>>,
}

/// What `git rev-parse` says about a repository.
#[derive(Clone, Debug)]
struct Place {
    git_dir: PathBuf,
    index: PathBuf,
    objects: PathBuf,
    shallow: Option<PathBuf>,
    sha256: bool,
    top: Option<PathBuf>,
}

impl Repo {
    /// Opens the repository that `dir` lies in.
    ///
    /// # Errors
    /// When there is no git, or no repository.
    pub fn open(dir: &Path) -> Result<Self, WorldError> {
        let git = Git::at(dir);
        let child = git.spawn(&QUESTIONS, false)?;
        let mut objects = CatFile::start(&git)?;
        // Any question makes it open its packs, while the other process still looks around.
        objects.wake();
        let output = command::collect(child)?;
        let place = Place::parse(&output.stdout, output.status.success())
            .ok_or_else(|| no_repository(dir, &git, &output.stderr))?;
        objects.awake().map_err(|error| match error {
            WorldError::GitTooOld { .. } => too_old(&git),
            other => other,
        })?;
        Ok(Self { git, place, objects: Mutex::new(objects), overlay: Mutex::new(None) })
    }

    /// The root of the working tree; `None` in a bare repository.
    pub fn top_level(&self) -> Option<&Path> {
        self.place.top.as_deref()
    }

    /// The repository's own directory.
    pub fn git_dir(&self) -> &Path {
        &self.place.git_dir
    }

    /// The history ends before its beginning.
    pub fn is_shallow(&self) -> bool {
        self.place.shallow.is_some()
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

    /// Bytes of an object id inside a tree.
    fn id_bytes(&self) -> usize {
        if self.place.sha256 { 32 } else { 20 }
    }

    fn fetch(&self, name: &str, buffer: &mut Vec<u8>, limit: u64) -> Result<Contents, WorldError> {
        lock(&self.objects).fetch(name, buffer, limit)
    }
}

/// One `rev-parse` tells all of it. The working tree comes last: in a bare repository git stops there.
const QUESTIONS: [&str; 13] = [
    "rev-parse",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--show-object-format",
    "--path-format=absolute",
    "--git-dir",
    "--git-path",
    "index",
    "--git-path",
    "objects",
    "--git-path",
    "shallow",
    "--show-toplevel",
];

impl Place {
    fn parse(stdout: &[u8], success: bool) -> Option<Self> {
        let mut lines = stdout.split(|byte| *byte == b'\n');
        let mut word = || lines.next().map(|line| String::from_utf8_lossy(line).into_owned());
        let (_bare, shallow, format) = (word()?, word()?, word()?);
        let mut path = || lines.next().filter(|line| !line.is_empty()).map(native);
        let (git_dir, index, objects, grafts) = (path()?, path()?, path()?, path()?);
        let top = if success { Some(path()?) } else { None };
        let shallow = (shallow == "true").then_some(grafts);
        Some(Self { git_dir, index, objects, shallow, sha256: format == "sha256", top })
    }
}

/// A path as git printed it.
#[cfg(unix)]
fn native(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path as git printed it.
#[cfg(not(unix))]
fn native(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn no_repository(dir: &Path, git: &Git, stderr: &[u8]) -> WorldError {
    let said = String::from_utf8_lossy(stderr);
    if said.contains("not a git repository") || said.contains("cannot change to") {
        return WorldError::NotARepository { dir: dir.to_path_buf() };
    }
    if said.contains("unknown option") || said.is_empty() {
        return too_old(git);
    }
    command::failed(&QUESTIONS, stderr)
}

/// The error for a git that does not know a command, with the version it gives itself.
fn too_old(git: &Git) -> WorldError {
    let found = git.run(&["--version"]).map(|said| printable(&said));
    WorldError::GitTooOld { found: found.unwrap_or_else(|_| "a git that does not tell its version".to_owned()) }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
