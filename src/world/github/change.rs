//! A change read through the API: two trees compared, and the lines as far as GitHub counts them.
//!
//! GitHub's own list of changed files ends at 3,000, has no modes, and past some size says 0 without a word. So the trees
//! say what differs, whole or not at all, and the list only adds the lines; where the two do not agree, a part of the
//! change was not seen.

use super::state::{Entries, ForgeObjects, kind};
use crate::model::{
    Change, Commit, CommitId, Comparison, Diff, FileDiff, FileKind, FileStatus, ForgeCommit, Moment, ObjectId,
    PullFile, RepoPath, Side, TreeEntry,
};
use crate::world::WorldError;
use crate::world::git::BLOB_LIMIT;
use crate::world::git::lines;
use std::collections::{BTreeMap, BTreeSet};

/// Without a list, the lines of no more files than these are counted from their contents.
const COUNTED: usize = 100;

/// Files of the size of a Git LFS pointer (its specification: version, oid and size, each a line) that are looked into.
const POINTERS: usize = 50;
const POINTER_BYTES: std::ops::RangeInclusive<u64> = 100..=200;

/// The object id of an empty file, with SHA-1 and with SHA-256.
const EMPTY: [&str; 2] =
    ["e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"];

/// Two commits between which a change lies.
#[derive(Debug)]
pub struct Between {
    base: CommitId,
    head: CommitId,
    comparison: Comparison,
    pull: Option<u64>,
}

impl ForgeObjects<'_> {
    /// Where a change starts and which commits it has. `exact`: at `base` itself, not where the two parted. The lines are
    /// counted by the list of a pull request, where there is one.
    ///
    /// # Errors
    /// When GitHub cannot answer.
    pub fn between(
        &self,
        base: &CommitId,
        head: &CommitId,
        exact: bool,
        pull: Option<u64>,
    ) -> Result<Between, WorldError> {
        let comparison = self.github.compare(base, head)?;
        let base = if exact { base.clone() } else { comparison.merge_base.clone() };
        Ok(Between { base, head: head.clone(), comparison, pull })
    }

    /// The difference an approval of `commit` was given on: paths, modes, ids.
    ///
    /// # Errors
    /// When GitHub cannot answer.
    pub fn seen_at(&self, base: &CommitId, commit: &CommitId) -> Result<Diff, WorldError> {
        let from = self.github.compare(base, commit)?.merge_base;
        let files = differing(&self.entries(&from)?, &self.entries(commit)?);
        Ok(Diff { files, truncated: Vec::new() })
    }

    /// Kinds that only contents can tell: Git LFS pointers, and whatever is to be counted here.
    fn look_into(&self, files: &mut [FileDiff]) -> Result<(), WorldError> {
        let mut left = POINTERS;
        for file in files {
            for side in [&mut file.old, &mut file.new].into_iter().flatten() {
                let (FileKind::Regular | FileKind::Executable, Some(id)) = (side.kind, side.id.clone()) else {
                    continue;
                };
                if file.unread.is_some() || !self.pointer_sized(&id) {
                    continue;
                }
                if left == 0 {
                    file.unread = Some("its contents were not looked at: too many files of its size changed".into());
                    break;
                }
                left -= 1;
                side.kind = lines::kind(side.kind, &self.blob(&id, BLOB_LIMIT)?);
            }
        }
        Ok(())
    }

    fn pointer_sized(&self, id: &ObjectId) -> bool {
        self.size(id).is_none_or(|size| POINTER_BYTES.contains(&size))
    }

    /// Counts the lines of a file from both of its contents.
    fn count(&self, file: &mut FileDiff) -> Result<(), WorldError> {
        let mut contents = [Vec::new(), Vec::new()];
        for (side, contents) in [&mut file.old, &mut file.new].into_iter().zip(&mut contents) {
            let Some((side, id)) = side.as_mut().and_then(|side| side.id.clone().map(|id| (side, id))) else {
                continue;
            };
            if side.kind != FileKind::Submodule {
                *contents = self.blob(&id, BLOB_LIMIT)?.to_vec();
                side.kind = lines::kind(side.kind, contents);
            }
        }
        let [old, new] = contents;
        let counts = lines::between(&old, &new);
        (file.additions, file.deletions) = (counts.additions, counts.deletions);
        Ok(())
    }
}

impl Between {
    /// The state the change is compared with.
    pub fn base(&self) -> &CommitId {
        &self.base
    }

    /// Reads the change.
    ///
    /// # Errors
    /// When GitHub cannot answer, or cuts a tree off.
    pub fn change(self, objects: &ForgeObjects<'_>) -> Result<Change, WorldError> {
        let mut files = differing(&objects.entries(&self.base)?, &objects.entries(&self.head)?);
        let mut truncated = Vec::new();
        match self.pull {
            Some(number) => truncated.extend(listed(&mut files, &objects.github.pull_files(number)?)),
            None if files.len() > COUNTED => {
                let msg = format!("without a checkout the lines of {} files are not counted", files.len());
                truncated.push(msg);
            }
            None => files.iter_mut().try_for_each(|file| objects.count(file))?,
        }
        objects.look_into(&mut files)?;
        let Comparison { commits, total_commits, .. } = self.comparison;
        let commits_missing = (commits.len() as u64) < total_commits;
        let mut commits: Vec<Commit> = commits.into_iter().map(commit).collect();
        commits.reverse();
        let diff = Diff { files, truncated };
        Ok(Change { base: Some(self.base), head: Some(self.head), diff, commits, commits_missing, notes: Vec::new() })
    }
}

/// Git's own record of a commit; one without a time is as old as can be.
fn commit(of: ForgeCommit) -> Commit {
    Commit {
        id: of.id,
        author: of.author_identity,
        committer: of.committer_identity,
        committed_at: of.committed_at.unwrap_or(Moment::from_unix(0)),
        message: of.message,
    }
}

/// What differs between two trees. A file that only moved, and is the only one with its contents, is one rename.
fn differing(old: &Entries, new: &Entries) -> Vec<FileDiff> {
    let paths: BTreeSet<&RepoPath> = old.keys().chain(new.keys()).collect();
    let side = |entry: &TreeEntry| Side { mode: entry.mode, id: Some(entry.id.clone()), kind: kind(entry.mode) };
    let mut files: BTreeMap<&RepoPath, FileDiff> = BTreeMap::new();
    for path in paths {
        let (before, after) = (old.get(path), new.get(path));
        if before.map(|entry| (entry.mode, &entry.id)) == after.map(|entry| (entry.mode, &entry.id)) {
            continue;
        }
        let status = match (before, after) {
            (None, _) => FileStatus::Added,
            (_, None) => FileStatus::Deleted,
            (Some(a), Some(b)) if a.mode & 0o170_000 != b.mode & 0o170_000 => FileStatus::TypeChanged,
            _ => FileStatus::Modified,
        };
        files.insert(
            path,
            FileDiff {
                path: path.clone(),
                old_path: None,
                status,
                old: before.map(side),
                new: after.map(side),
                additions: 0,
                deletions: 0,
                unread: None,
            },
        );
    }
    renames(&mut files);
    files.into_values().collect()
}

/// Joins what went and what came with the same contents, where there is just one of each.
fn renames(files: &mut BTreeMap<&RepoPath, FileDiff>) {
    type Ends<'p> = (Vec<&'p RepoPath>, Vec<&'p RepoPath>);
    let mut by_id: BTreeMap<(String, u32), Ends<'_>> = BTreeMap::new();
    for (path, file) in files.iter() {
        let (side, went) = match (file.status, &file.old, &file.new) {
            (FileStatus::Deleted, Some(side), _) => (side, true),
            (FileStatus::Added, _, Some(side)) => (side, false),
            _ => continue,
        };
        let Some(id) = side.id.as_ref().filter(|id| !EMPTY.contains(&id.0.as_str())) else { continue };
        let ends = by_id.entry((id.0.clone(), side.mode)).or_default();
        if went { ends.0.push(path) } else { ends.1.push(path) }
    }
    for (went, came) in by_id.into_values() {
        let ([from], [to]) = (went.as_slice(), came.as_slice()) else { continue };
        let Some(gone) = files.remove(from) else { continue };
        if let Some(file) = files.get_mut(to) {
            (file.status, file.old, file.old_path) = (FileStatus::Renamed, gone.old, Some(gone.path));
        }
    }
}

/// Adds what GitHub's list says of the lines; why a part of the change was not seen, where the list is another.
fn listed(files: &mut [FileDiff], list: &[PullFile]) -> Option<String> {
    let by_path: BTreeMap<&RepoPath, &PullFile> = list.iter().map(|file| (&file.path, file)).collect();
    let moved: BTreeMap<&RepoPath, &PullFile> =
        list.iter().filter_map(|file| Some((file.old_path.as_ref()?, file))).collect();
    let mut missing = 0;
    for file in files {
        let same = match (&file.old, &file.new) {
            (Some(old), Some(new)) => old.id == new.id,
            _ => false,
        };
        match (by_path.get(&file.path), moved.get(&file.path)) {
            _ if same => {}
            (Some(of), _) if of.old_path.is_some() && file.old_path.is_none() => file.unread = Some(rewritten(of)),
            (Some(of), _) => {
                (file.additions, file.deletions) = (of.additions, of.deletions);
                let empty = file
                    .new
                    .iter()
                    .chain(&file.old)
                    .all(|side| side.id.as_ref().is_some_and(|id| EMPTY.contains(&id.0.as_str())));
                let submodule = file.new.iter().chain(&file.old).any(|side| side.kind == FileKind::Submodule);
                if !of.has_patch && !empty && !submodule {
                    file.unread = Some("GitHub shows no lines of it: it is binary, or too large".to_owned());
                }
            }
            (None, Some(of)) => file.unread = Some(rewritten(of)),
            (None, None) => missing += 1,
        }
    }
    (missing > 0).then(|| format!("GitHub lists {} changed files, and {missing} others changed as well", list.len()))
}

fn rewritten(file: &PullFile) -> String {
    let from = file.old_path.as_ref().map_or_else(String::new, RepoPath::quoted);
    format!("GitHub calls it a rename with edits, from {from} to {}: its lines were not compared", file.path.quoted())
}
