//! The files of one commit, read through the API: for runs without a checkout.
//!
//! A tree is listed once, whole; a list that GitHub cut off is an error, since what is missing may be a freeze. Contents
//! are asked for by object id, so that the same id is never asked for twice.

use super::{ForgeError, GitHub};
use crate::model::{CommitId, CountedFile, FileKind, FoundFile, ObjectId, RepoPath, TrackedFile, TreeEntry};
use crate::world::WorldError;
use crate::world::git::BLOB_LIMIT;
use crate::world::git::lines::of_file;
use crate::world::tree::{FILE_LIMIT, LINK, Standing, Tree, Within, is_own};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The entries of a tree, by path.
pub(super) type Entries = Arc<BTreeMap<RepoPath, TreeEntry>>;

/// What has been read of a repository through the API.
#[derive(Debug)]
pub struct ForgeObjects<'a> {
    pub(super) github: &'a GitHub,
    trees: Mutex<HashMap<CommitId, Entries>>,
    blobs: Mutex<HashMap<ObjectId, Arc<Vec<u8>>>>,
    sizes: Mutex<HashMap<ObjectId, u64>>,
}

impl<'a> ForgeObjects<'a> {
    /// Nothing read yet.
    pub fn new(github: &'a GitHub) -> Self {
        Self { github, trees: Mutex::default(), blobs: Mutex::default(), sizes: Mutex::default() }
    }

    /// The files of a commit.
    ///
    /// # Errors
    /// When they cannot be listed whole.
    pub(super) fn entries(&self, commit: &CommitId) -> Result<Entries, WorldError> {
        if let Some(known) = lock(&self.trees).get(commit) {
            return Ok(Arc::clone(known));
        }
        let listed = self.github.tree(commit)?;
        lock(&self.sizes).extend(listed.iter().filter_map(|entry| Some((entry.id.clone(), entry.size?))));
        let entries: Entries = Arc::new(listed.into_iter().map(|entry| (entry.path.clone(), entry)).collect());
        lock(&self.trees).insert(commit.clone(), Arc::clone(&entries));
        Ok(entries)
    }

    /// Bytes of an object of a tree that was listed.
    pub(super) fn size(&self, id: &ObjectId) -> Option<u64> {
        lock(&self.sizes).get(id).copied()
    }

    /// The contents of an object.
    ///
    /// # Errors
    /// When they are too large, or GitHub cannot answer.
    pub fn blob(&self, id: &ObjectId, limit: u64) -> Result<Arc<Vec<u8>>, WorldError> {
        if let Some(known) = lock(&self.blobs).get(id) {
            return Ok(Arc::clone(known));
        }
        let contents = Arc::new(self.github.blob(id, limit)?);
        lock(&self.blobs).insert(id.clone(), Arc::clone(&contents));
        Ok(contents)
    }

    /// The contents of some objects, each with why it cannot be had if so.
    ///
    /// # Errors
    /// When GitHub does not answer at all.
    pub fn blobs(
        &self,
        ids: &[ObjectId],
        mut take: impl FnMut(&ObjectId, Result<Vec<u8>, String>),
    ) -> Result<(), WorldError> {
        for id in ids {
            match self.blob(id, BLOB_LIMIT) {
                Ok(contents) => take(id, Ok(contents.to_vec())),
                Err(WorldError::Forge(error @ (ForgeError::NotFound { .. } | ForgeError::Incomplete { .. }))) => {
                    take(id, Err(error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The files of one commit.
#[derive(Debug)]
pub struct ForgeTree<'o> {
    objects: &'o ForgeObjects<'o>,
    commit: CommitId,
}

impl<'o> ForgeTree<'o> {
    /// The files of a commit; nothing is asked for yet.
    pub fn at(objects: &'o ForgeObjects<'o>, commit: &CommitId) -> Self {
        Self { objects, commit: commit.clone() }
    }

    /// What stands at a path; links are not followed. As [`GitTree`](crate::world::git::GitTree) does.
    fn locate(&self, path: &str) -> Result<Option<TreeEntry>, WorldError> {
        if path.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(refused(path, "the path leaves the tree"));
        }
        let entries = self.objects.entries(&self.commit)?;
        let mut above = path;
        while let Some((folder, _)) = above.rsplit_once('/') {
            above = folder;
            if entries.contains_key(&RepoPath::from(folder)) {
                return if is_own(path) {
                    Err(refused(path, "something on the way is no directory"))
                } else {
                    Ok(None)
                };
            }
        }
        let Some(entry) = entries.get(&RepoPath::from(path)) else { return Ok(None) };
        if matches!(kind(entry.mode), FileKind::Symlink | FileKind::Submodule) {
            return Err(refused(path, LINK));
        }
        Ok(Some(entry.clone()))
    }

    fn found(&self, entry: &TreeEntry) -> Result<FoundFile, WorldError> {
        let contents = match kind(entry.mode) {
            FileKind::Symlink | FileKind::Submodule => Err(LINK.to_owned()),
            _ if entry.size.is_some_and(|size| size > FILE_LIMIT) => Err("it is too large".to_owned()),
            _ => Ok(self.objects.blob(&entry.id, FILE_LIMIT)?.to_vec()),
        };
        Ok(FoundFile { path: entry.path.clone(), contents })
    }
}

impl Tree for ForgeTree<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, WorldError> {
        let Some(entry) = self.locate(path)? else { return Ok(None) };
        if let Some(size) = entry.size.filter(|size| *size > FILE_LIMIT) {
            return Err(WorldError::TooLarge { what: entry.path.quoted(), size, limit: FILE_LIMIT });
        }
        Ok(Some(self.objects.blob(&entry.id, FILE_LIMIT)?.to_vec()))
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError> {
        let entries = self.objects.entries(&self.commit)?;
        let dir = dir.trim_matches('/');
        if !dir.is_empty() && self.locate(dir)?.is_some() {
            return if is_own(dir) { Err(refused(dir, "it is no directory")) } else { Ok(Vec::new()) };
        }
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut found = Vec::new();
        for entry in entries.values().filter(|entry| entry.path.as_bytes().starts_with(prefix.as_bytes())) {
            let Some(path) = entry.path.as_str() else {
                return Err(refused(&entry.path.quoted(), "its name is not UTF-8"));
            };
            match kind(entry.mode) {
                FileKind::Symlink | FileKind::Submodule if is_own(path) => return Err(refused(path, LINK)),
                FileKind::Submodule => {}
                _ => found.push(path.to_owned()),
            }
        }
        Ok(found)
    }

    fn tracked(&self) -> Result<Vec<TrackedFile>, WorldError> {
        let entries = self.objects.entries(&self.commit)?;
        let tracked = |entry: &TreeEntry| TrackedFile {
            path: entry.path.clone(),
            kind: kind(entry.mode),
            id: Some(entry.id.clone()),
        };
        Ok(entries.values().map(tracked).collect())
    }

    fn find(&self, names: &[&str], within: Within<'_>) -> Result<Vec<FoundFile>, WorldError> {
        let directories = within.directories();
        let entries = self.objects.entries(&self.commit)?;
        let wanted = |entry: &&TreeEntry| {
            let named = names.iter().any(|name| name.as_bytes() == entry.path.file_name());
            named && directories.as_ref().is_none_or(|all| all.contains(&folder(&entry.path)))
        };
        entries.values().filter(wanted).map(|entry| self.found(entry)).collect()
    }

    fn standing(&self, path: &RepoPath) -> Result<Standing, WorldError> {
        let entries = self.objects.entries(&self.commit)?;
        if entries.contains_key(path) {
            return Ok(Standing::File);
        }
        let mut prefix = path.as_bytes().to_vec();
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        let below = entries.range(RepoPath::new(prefix.clone())..).next();
        let is_folder = below.is_some_and(|(first, _)| first.as_bytes().starts_with(&prefix));
        Ok(if is_folder || path.as_bytes().is_empty() { Standing::Directory } else { Standing::Nothing })
    }

    fn count_lines(&self, files: Vec<TrackedFile>) -> Result<Vec<CountedFile>, WorldError> {
        let counted = |file: TrackedFile| {
            let lines = match (&file.id, file.kind) {
                (_, FileKind::Symlink) => Some(1),
                (_, FileKind::Submodule) | (None, _) => None,
                (Some(id), _) => Some(of_file(&self.objects.blob(id, BLOB_LIMIT)?)),
            };
            Ok(CountedFile { file, lines })
        };
        files.into_iter().map(counted).collect()
    }

    fn describe(&self) -> String {
        format!("commit {}", self.commit.0.chars().take(12).collect::<String>())
    }
}

/// The directory a file lies in; the root is an empty path.
fn folder(path: &RepoPath) -> RepoPath {
    let bytes = path.as_bytes();
    let end = bytes.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    RepoPath::new(bytes.get(..end).unwrap_or_default())
}

/// What git's mode says of a file, before its contents are looked at.
pub(super) fn kind(mode: u32) -> FileKind {
    match mode & 0o170_000 {
        0o120_000 => FileKind::Symlink,
        0o160_000 => FileKind::Submodule,
        _ if mode & 0o111 != 0 => FileKind::Executable,
        _ => FileKind::Regular,
    }
}

fn refused(path: &str, why: &'static str) -> WorldError {
    WorldError::NotAFile { path: RepoPath::new(path).quoted(), why }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
