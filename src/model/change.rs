//! What somebody wants to land: two states of the tree, the files that differ, the commits in between.

use super::{Moment, RepoPath};
use std::fmt;

/// A commit's full object id, in lower-case hexadecimal (SHA-1 or SHA-256).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub String);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The full object id of a blob or of a submodule's commit, in lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ObjectId(pub String);

/// What is proposed: the difference, and where it comes from.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The state the change is compared with; `None` for a patch file outside a repository.
    pub base: Option<CommitId>,
    /// The commit that would land; `None` for staged, working-tree and patch-file changes.
    pub head: Option<CommitId>,
    /// The difference, per file.
    pub diff: Diff,
    /// The commits between base and head, head first; empty where there is no head.
    pub commits: Vec<Commit>,
    /// The clone ends inside the change: commits, and so their authors, may be missing from the list.
    pub commits_missing: bool,
    /// What the person running the tool should know about how the change was read (uncommitted files left out, …).
    pub notes: Vec<String>,
}

/// The files that differ, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// One entry per changed file. A rename is one entry with both paths.
    pub files: Vec<FileDiff>,
    /// Why a part of the difference could not be seen, if so. Not empty means the list may be short.
    pub truncated: Vec<String>,
}

/// One changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff {
    /// Where the file is after the change; for a deletion, where it was.
    pub path: RepoPath,
    /// Where it was before, when that is another path (renames and copies).
    pub old_path: Option<RepoPath>,
    /// What happened to it.
    pub status: FileStatus,
    /// The file before the change; `None` when it did not exist.
    pub old: Option<Side>,
    /// The file after the change; `None` when it no longer exists.
    pub new: Option<Side>,
    /// Lines added, as `git diff --numstat` counts them; 0 for binary files.
    pub additions: u64,
    /// Lines removed, as `git diff --numstat` counts them; 0 for binary files.
    pub deletions: u64,
    /// The contents could not be read (too large, missing in a partial clone): why.
    pub unread: Option<String>,
}

/// One side of a changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Git's mode: `0o100644`, `0o100755`, `0o120000`, `0o160000`; 0 when a patch does not say.
    pub mode: u32,
    /// The blob (or the submodule's commit); `None` when only a patch is known.
    pub id: Option<ObjectId>,
    /// What kind of file it is.
    pub kind: FileKind,
}

/// What happened to a file, in git's words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FileStatus {
    /// New.
    Added,
    /// Contents or mode differ.
    Modified,
    /// Gone.
    Deleted,
    /// Moved, perhaps with edits. Counts at both paths.
    Renamed,
    /// Copied from another file, perhaps with edits.
    Copied,
    /// A file became a symlink, a submodule, or the reverse.
    TypeChanged,
}

impl FileStatus {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
            Self::TypeChanged => "type-changed",
        }
    }

    /// Reads the word of the frozen documents.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Added, Self::Modified, Self::Deleted, Self::Renamed, Self::Copied, Self::TypeChanged]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// What kind of file one side is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FileKind {
    /// Text, not executable.
    Regular,
    /// Text, executable.
    Executable,
    /// A symbolic link; its contents are its target.
    Symlink,
    /// A commit of another repository.
    Submodule,
    /// A Git LFS pointer: the contents live elsewhere.
    LfsPointer,
    /// A NUL among the first 8000 bytes, git's own rule.
    Binary,
}

impl FileKind {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Executable => "executable",
            Self::Symlink => "symlink",
            Self::Submodule => "submodule",
            Self::LfsPointer => "lfs-pointer",
            Self::Binary => "binary",
        }
    }
}

/// Why the contents of a change cannot be judged by reading its lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Opaque {
    /// One side is of a kind that has no lines to read.
    Kind(FileKind),
    /// The mode changed (a file became executable, or stopped being so).
    ModeOnly,
    /// The contents could not be read.
    Unread(String),
}

impl Opaque {
    /// For people: why.
    pub fn describe(&self) -> String {
        match self {
            Self::Kind(kind) => format!("it is a {} file", kind.as_str()),
            Self::ModeOnly => "its mode changes".to_owned(),
            Self::Unread(why) => why.clone(),
        }
    }
}

impl FileDiff {
    /// Both paths a change touches: a rename counts at the old one and at the new one.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.old_path.iter().chain(std::iter::once(&self.path))
    }

    /// Why the change cannot be judged by its lines; `None` when it can.
    pub fn opaque(&self) -> Option<Opaque> {
        if let Some(why) = &self.unread {
            return Some(Opaque::Unread(why.clone()));
        }
        let odd = [&self.old, &self.new].into_iter().flatten().map(|side| side.kind).find(|kind| {
            matches!(kind, FileKind::Symlink | FileKind::Submodule | FileKind::LfsPointer | FileKind::Binary)
        });
        if let Some(kind) = odd {
            return Some(Opaque::Kind(kind));
        }
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old.mode != new.mode => Some(Opaque::ModeOnly),
            _ => None,
        }
    }
}

/// One commit of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// Who wrote it.
    pub author: Identity,
    /// Who committed it.
    pub committer: Identity,
    /// When it was committed.
    pub committed_at: Moment,
    /// The whole message, lossily decoded.
    pub message: String,
}

/// A name and an address, as git records them. Anyone can write anything here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}
