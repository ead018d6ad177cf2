//! When a merge base can be believed.
//!
//! In a shallow clone git may find a merge base that is none, and nothing in its answer shows it. A base is
//! certain only if it is the only one and no commit at the clone's edge is reachable from either end without passing it.

use super::Repo;
use crate::model::CommitId;
use crate::world::WorldError;
use std::collections::HashSet;
use std::path::Path;

/// The commands that bring what a shallow clone lacks.
pub(super) const MEND: &str = "fetch the rest of the history: `git fetch --unshallow origin \
     \"+refs/heads/*:refs/remotes/origin/*\"`, or a part of it: `git fetch --deepen=200 origin \
     \"+refs/heads/*:refs/remotes/origin/*\"`; in GitHub Actions give `actions/checkout` the input `fetch-depth: 0`";

/// A merge base, and what is to be said about it.
pub(super) struct MergeBase {
    pub(super) id: CommitId,
    /// There were others; git takes the first, and so do we.
    pub(super) others: usize,
}

impl Repo {
    /// The merge base of two commits; `None` when they have none that is certain.
    pub(super) fn merge_base(&self, base: &CommitId, head: &CommitId) -> Result<Option<MergeBase>, WorldError> {
        if base == head {
            return Ok(Some(MergeBase { id: base.clone(), others: 0 }));
        }
        let found = self.git.ask(&["merge-base", "--all", &base.0, &head.0])?.unwrap_or_default();
        let found = String::from_utf8_lossy(&found);
        let mut found = found.lines().map(|id| CommitId(id.to_owned()));
        let Some(id) = found.next() else { return Ok(None) };
        let others = found.count();
        let certain = match &self.place.get(&self.git)?.shallow {
            None => true,
            Some(_) if others > 0 => false,
            Some(edge) => !self.reaches(&read_edge(edge)?, base, head, &id)?,
        };
        Ok(certain.then_some(MergeBase { id, others }))
    }

    /// A commit at the clone's edge is reachable from either end without passing the merge base.
    fn reaches(&self, edge: &HashSet<String>, a: &CommitId, b: &CommitId, base: &CommitId) -> Result<bool, WorldError> {
        let walked = self.git.run(&["rev-list", &a.0, &b.0, "--not", &base.0, "--"])?;
        Ok(String::from_utf8_lossy(&walked).lines().any(|id| edge.contains(id)))
    }

    /// The commits whose parents this clone left out.
    pub(super) fn edge(&self) -> Result<HashSet<String>, WorldError> {
        self.place.get(&self.git)?.shallow.as_deref().map_or_else(|| Ok(HashSet::new()), read_edge)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the room that reads files")]
fn read_edge(path: &Path) -> Result<HashSet<String>, WorldError> {
    let text = std::fs::read_to_string(path).map_err(|source| WorldError::Io {
        path: path.to_path_buf(),
        action: "read",
        source,
    })?;
    Ok(text.lines().map(|line| line.trim().to_owned()).collect())
}

/// The error for a base that is not certain.
pub(super) fn uncertain(why: impl Into<String>) -> WorldError {
    WorldError::Shallow { why: why.into(), advice: MEND.to_owned() }
}
