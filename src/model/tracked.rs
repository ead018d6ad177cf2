//! The files of one revision, as a list.

use super::{FileKind, ObjectId, RepoPath};

/// One file that git tracks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrackedFile {
    /// Where it is.
    pub path: RepoPath,
    /// What its mode says, or its contents where they were read.
    pub kind: FileKind,
    /// Its contents' id; `None` for a file of a plain folder.
    pub id: Option<ObjectId>,
}

/// A file that was looked for by its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundFile {
    /// Where it is.
    pub path: RepoPath,
    /// What it holds, or why that is not read: it is a link, it is too large, …
    pub contents: Result<Vec<u8>, String>,
}
