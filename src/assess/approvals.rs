//! What each approver saw, compared with what would land now.

use super::{Evidence, files::Judge};
use crate::model::{Approval, ApproverKind, Content, Diff, FileDiff, Membership, RepoPath, Side};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn approvals(evidence: &Evidence, judge: &Judge<'_>, membership: &Membership) -> Vec<Approval> {
    let head = evidence.head.as_deref();
    evidence
        .forge
        .approvals
        .iter()
        .map(|(approval, commit)| {
            let content = match (commit.as_deref(), head) {
                (Some(commit), Some(head)) if commit.eq_ignore_ascii_case(head) => Content::Head,
                (Some(commit), _) => match evidence.seen.get(commit) {
                    Some(Some(seen)) => {
                        let paths = differing(&evidence.change.diff, seen);
                        Content::Other(paths.into_iter().map(|path| judge.differing(path)).collect())
                    }
                    _ => Content::Unknown,
                },
                (None, _) => Content::Unknown,
            };
            let by = super::actors::known(&approval.by, membership);
            let kind = if by.as_str().ends_with("[bot]") { ApproverKind::Bot } else { approval.kind };
            Approval { by, kind, content, ..approval.clone() }
        })
        .collect()
}

/// The paths of a whole that none of its parts changes just so, to the last byte.
pub fn unexplained<'a>(whole: &'a Diff, parts: &[Diff]) -> Vec<&'a RepoPath> {
    let explained =
        |file: &&FileDiff| parts.iter().flat_map(|part| &part.files).any(|of| of.path == file.path && same(of, file));
    whole.files.iter().filter(|file| !explained(file)).map(|file| &file.path).collect()
}

/// The paths whose change is not the same to the last byte in both differences: status, both paths, modes and contents.
fn differing<'a>(now: &'a Diff, seen: &'a Diff) -> BTreeSet<&'a RepoPath> {
    let before: BTreeMap<&RepoPath, &FileDiff> = seen.files.iter().map(|file| (&file.path, file)).collect();
    let after: BTreeMap<&RepoPath, &FileDiff> = now.files.iter().map(|file| (&file.path, file)).collect();
    let changed = after.values().filter(|file| before.get(&file.path).is_none_or(|old| !same(old, file)));
    let gone = before.values().filter(|file| after.get(&file.path).is_none_or(|new| !same(file, new)));
    changed.chain(gone).flat_map(|file| file.paths()).collect()
}

fn same(a: &FileDiff, b: &FileDiff) -> bool {
    a.status == b.status && a.old_path == b.old_path && side(&a.old, &b.old) && side(&a.new, &b.new)
}

/// Sides are the same when their object ids are known and equal; an unknown id is never the same.
fn side(a: &Option<Side>, b: &Option<Side>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.mode == b.mode && a.id.is_some() && a.id == b.id,
        _ => false,
    }
}
