//! Patches that follow each other, folded into one entry per path.

use crate::model::{FileDiff, FileKind, FileStatus, RepoPath, Side};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The patches read so far.
#[derive(Default)]
pub(super) struct Series {
    /// The net of the finished patches, by the path a file has (or had last).
    net: BTreeMap<RepoPath, FileDiff>,
    /// The files of the patch being read; they change at once.
    patch: BTreeMap<RepoPath, FileDiff>,
}

impl Series {
    /// One more file of the patch at hand.
    pub(super) fn push(&mut self, file: FileDiff) {
        if let Entry::Occupied(mut twice) = self.patch.entry(file.path.clone()) {
            // Git writes a file that becomes a symlink or a submodule as a deletion and a creation of one path.
            if twice.get().status == FileStatus::Deleted && file.status == FileStatus::Added {
                let deleted = twice.get().clone();
                twice.insert(follow(deleted, file));
                return;
            }
            // Patches put end to end without anything between them.
            self.end_of_patch();
        }
        self.patch.insert(file.path.clone(), file);
    }

    /// The next file belongs to a later patch.
    pub(super) fn end_of_patch(&mut self) {
        let patch = std::mem::take(&mut self.patch);
        if patch.is_empty() {
            return;
        }
        if self.net.is_empty() {
            self.net = patch;
            return;
        }
        // First everything leaves its old place, then everything arrives: two files may swap names.
        let moves: Vec<(Option<FileDiff>, FileDiff)> =
            patch.into_values().map(|file| (self.net.remove(source(&file)), file)).collect();
        for (before, file) in moves {
            let file = match before {
                Some(before) => follow(before, file),
                None => file,
            };
            self.arrive(file);
        }
    }

    /// The net of it all, sorted by path.
    pub(super) fn finish(mut self) -> Vec<FileDiff> {
        self.end_of_patch();
        self.net.into_values().collect()
    }

    /// Puts a file where it is now. What an earlier patch left there was deleted, so the path changes its contents, and a
    /// file that moved in leaves its old path deleted.
    fn arrive(&mut self, file: FileDiff) {
        let Some(before) = self.net.remove(&file.path) else {
            self.net.insert(file.path.clone(), file);
            return;
        };
        if let (FileStatus::Renamed, Some(left)) = (file.status, file.old_path.clone()) {
            let gone =
                FileDiff { path: left.clone(), old_path: None, status: FileStatus::Deleted, new: None, ..file.clone() };
            self.net.entry(left).or_insert(FileDiff { additions: 0, deletions: 0, ..gone });
        }
        let merged = follow(before, FileDiff { old_path: None, status: FileStatus::Added, ..file });
        self.net.insert(merged.path.clone(), merged);
    }
}

/// Where the file was before the patch.
fn source(file: &FileDiff) -> &RepoPath {
    match (file.status, &file.old_path) {
        (FileStatus::Renamed, Some(old)) => old,
        _ => &file.path,
    }
}

/// One change after another, as one.
fn follow(before: FileDiff, after: FileDiff) -> FileDiff {
    let unread = unsettled(&before, &after);
    let new = match (before.new, after.new) {
        // A pure rename says nothing about the mode; the patch before it may.
        (Some(known), Some(side)) if side.mode == 0 && known.mode != 0 => Some(known),
        (_, new) => new,
    };
    let old = before.old.or(match before.status {
        FileStatus::Added => None,
        _ => after.old.clone(),
    });
    let old_path = match before.status {
        FileStatus::Added => None,
        _ => before.old_path.or(after.old_path).filter(|old| *old != after.path),
    };
    let status = match (before.status, after.status) {
        (_, FileStatus::Deleted) => FileStatus::Deleted,
        (FileStatus::Added, _) => FileStatus::Added,
        (FileStatus::Copied, _) => FileStatus::Copied,
        _ if old_path.is_some() => FileStatus::Renamed,
        _ if type_changed(old.as_ref(), new.as_ref()) => FileStatus::TypeChanged,
        _ => FileStatus::Modified,
    };
    FileDiff {
        path: after.path,
        old_path,
        old: if status == FileStatus::Deleted { old.or(after.old) } else { old },
        status,
        new,
        additions: before.additions + after.additions,
        deletions: before.deletions + after.deletions,
        unread,
    }
}

/// Why two patches of one file do not add up: one shows no lines, or they disagree about its mode.
fn unsettled(before: &FileDiff, after: &FileDiff) -> Option<String> {
    let sides = [&before.old, &before.new, &after.old, &after.new];
    let shows_nothing = |side: &Side| matches!(side.kind, FileKind::Binary | FileKind::LfsPointer);
    if sides.into_iter().flatten().any(shows_nothing) {
        return Some("several patches change it, and one of them does not show its lines".to_owned());
    }
    let (was, is) = (before.new.as_ref()?.mode, after.old.as_ref()?.mode);
    let differ = was != is && was != 0 && is != 0;
    let earlier = before.unread.clone().or_else(|| after.unread.clone());
    if differ { Some("several patches change it, and disagree about its mode".to_owned()) } else { earlier }
}

/// A regular file, a symlink and a submodule are different types; executable or not is only a mode.
fn type_changed(old: Option<&Side>, new: Option<&Side>) -> bool {
    let group = |side: &Side| match side.kind {
        FileKind::Symlink => 1,
        FileKind::Submodule => 2,
        _ => 0,
    };
    matches!((old, new), (Some(old), Some(new)) if group(old) != group(new))
}
