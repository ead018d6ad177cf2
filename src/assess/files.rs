//! One changed file: its scope, its rows, its owners, whether it is a control file. A rename counts at both paths.

use super::disagreements::Disagreements;
use crate::model::{
    Config, ControlFiles, DifferingPath, FileDiff, FileEdits, FileFacts, OwnedState, Ownership, OwnershipAnswer,
    Principal, REPOSITORY_ROW, RepoPath, RowId,
};
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// What is needed to judge a path.
pub(super) struct Judge<'a> {
    pub(super) ownership: &'a Ownership,
    pub(super) config: &'a Config,
    pub(super) control: &'a ControlFiles,
}

impl Judge<'_> {
    /// Judges one changed file. Templates are matched later.
    pub(super) fn file(
        &self,
        diff: &FileDiff,
        edits: Option<Arc<FileEdits>>,
        disagreements: &mut Disagreements<'_>,
    ) -> FileFacts {
        let mut file = FileFacts {
            diff: diff.clone(),
            in_scope: false,
            control: false,
            owned: OwnedState::Owned,
            rows: Vec::new(),
            owners: Vec::new(),
            opaque: diff.opaque().map(|opaque| opaque.describe()),
            templates: Vec::new(),
            edits,
        };
        for path in diff.paths() {
            let in_scope = self.config.in_scope(path);
            file.in_scope |= in_scope;
            file.control |= self.control.contains(path);
            let (state, rows, owners) = self.owner(path, |answer| {
                if in_scope {
                    disagreements.hear(answer, path);
                }
            });
            if state != OwnedState::Owned {
                file.owned = state;
            }
            push_new(&mut file.rows, rows);
            push_new(&mut file.owners, owners);
        }
        file
    }

    /// A path that differs between what an approver saw and what would land.
    pub(super) fn differing(&self, path: &RepoPath) -> DifferingPath {
        let (state, rows, _) = self.owner(path, |_| {});
        DifferingPath {
            path: path.quoted(),
            rows,
            control: self.control.contains(path),
            unowned: state != OwnedState::Owned && self.config.in_scope(path),
        }
    }

    /// The state, the rows and the responsible people of one path, by the rule at the head of `model/ownership/mod.rs`.
    fn owner(
        &self,
        path: &RepoPath,
        hear: impl FnOnce(&OwnershipAnswer<'_>),
    ) -> (OwnedState, Vec<RowId>, Vec<Principal>) {
        if !self.ownership.has_source() {
            return (OwnedState::Owned, vec![REPOSITORY_ROW.to_owned()], vec![Principal::anyone()]);
        }
        let answer = self.ownership.of(path);
        hear(&answer);
        let rows = answer.rows();
        let mut owners: Vec<Principal> = Vec::new();
        push_new(&mut owners, rows.iter().flat_map(|row| row.responsible.iter().map(|who| who.clone().into_owned())));
        (answer.state, rows.into_iter().map(|row| row.id.into_owned()).collect(), owners)
    }
}

fn push_new<T: Eq + Hash + Clone>(list: &mut Vec<T>, items: impl IntoIterator<Item = T>) {
    let mut known: HashSet<T> = list.iter().cloned().collect();
    for item in items {
        if known.insert(item.clone()) {
            list.push(item);
        }
    }
}
