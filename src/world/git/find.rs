//! Files of a commit by their names: everywhere, or in the directories above some paths.
//!
//! The directories of one depth are asked for together, so that a thousand of them cost a few exchanges with git and not
//! a thousand.

use super::Fetched;
use super::command::Git;
use super::raw::kind;
use super::tree::GitTree;
use crate::model::{FileKind, FoundFile, ObjectId, RepoPath, TrackedFile};
use crate::world::WorldError;
use crate::world::tree::{FILE_LIMIT, LINK};
use std::collections::{BTreeMap, BTreeSet};

/// Every file of a commit, as `git ls-tree -r -z` lists them: `MODE TYPE ID TAB PATH NUL`.
pub(super) fn tracked(git: &Git, commit: &str) -> Result<Vec<TrackedFile>, WorldError> {
    let listed = git.run(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
    let records = listed.split(|byte| *byte == 0).filter(|record| !record.is_empty());
    let mut files: Vec<TrackedFile> =
        records.map(|record| read(record).ok_or_else(|| odd(record))).collect::<Result<_, _>>()?;
    // Git sorts a directory as if its name ended with a slash; a list of files by their bytes is the same but for that.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read(record: &[u8]) -> Option<TrackedFile> {
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = record.split_at_checked(tab)?;
    let mut words = std::str::from_utf8(head).ok()?.split(' ');
    let mode = u32::from_str_radix(words.next()?, 8).ok()?;
    let _type = words.next()?;
    let id = ObjectId(words.next()?.to_owned());
    Some(TrackedFile { path: RepoPath::new(path.get(1..)?), kind: kind(mode), id: Some(id) })
}

fn odd(record: &[u8]) -> WorldError {
    WorldError::GitAnswer { command: "ls-tree", what: crate::world::error::printable(record) }
}

impl GitTree<'_> {
    /// The files with one of these names in the given directories; the root is the empty path.
    pub(super) fn found_in(
        &self,
        directories: &BTreeSet<RepoPath>,
        names: &[&str],
    ) -> Result<Vec<FoundFile>, WorldError> {
        let mut level = BTreeMap::from([(RepoPath::from(""), self.root()?)]);
        let mut files = Vec::new();
        while !level.is_empty() {
            let ids: Vec<String> = level.values().cloned().collect();
            let mut below = BTreeMap::new();
            for ((directory, id), raw) in level.iter().zip(self.raws(&ids)?) {
                for entry in self.entries(id, &raw)? {
                    let wanted = || names.iter().any(|name| name.as_bytes() == entry.name);
                    if !entry.is_tree() && !wanted() {
                        continue;
                    }
                    let path = joined(directory, entry.name);
                    if !entry.is_tree() {
                        files.push(TrackedFile { path, kind: kind(entry.mode), id: Some(ObjectId(entry.hex())) });
                    } else if directories.contains(&path) {
                        below.insert(path, entry.hex());
                    }
                }
            }
            level = below;
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        self.contents(files)
    }

    /// What files hold, in one exchange. A link, a submodule and what is too large is named and not read.
    pub(super) fn contents(&self, files: Vec<TrackedFile>) -> Result<Vec<FoundFile>, WorldError> {
        let is_read = |file: &&TrackedFile| !matches!(file.kind, FileKind::Symlink | FileKind::Submodule);
        let ids: Vec<&str> =
            files.iter().filter(is_read).filter_map(|file| Some(file.id.as_ref()?.0.as_str())).collect();
        let mut read = Vec::with_capacity(ids.len());
        self.repo.fetch_all(&ids, FILE_LIMIT, |at, fetched| {
            read.push(match fetched {
                Fetched::Read(contents) => Ok(contents),
                Fetched::TooLarge(size) => Err(format!("it holds {size} bytes, and the limit is {FILE_LIMIT}")),
                Fetched::Missing => return Err(self.missing(ids.get(at).copied().unwrap_or_default())),
            });
            Ok(())
        })?;
        let mut read = read.into_iter();
        let contents = |file: &TrackedFile| if is_read(&file) { read.next() } else { Some(Err(LINK.to_owned())) };
        let found: Vec<_> = files.iter().map(contents).collect();
        let whole = files.into_iter().zip(found).filter_map(|(file, contents)| Some((file.path, contents?)));
        Ok(whole.map(|(path, contents)| FoundFile { path, contents }).collect())
    }
}

fn joined(directory: &RepoPath, name: &[u8]) -> RepoPath {
    let directory = directory.as_bytes();
    if directory.is_empty() { RepoPath::new(name) } else { RepoPath::new([directory, b"/", name].concat()) }
}
