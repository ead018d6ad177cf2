//! What somebody who looked at an earlier commit saw: that commit against where it left the base.

use super::Repo;
use crate::model::{CommitId, Diff};
use crate::world::WorldError;

impl Repo {
    /// The difference an approval of `commit` was given on. Only with exactly one certain merge base: an approval that
    /// may have been given on something else is none.
    ///
    /// # Errors
    /// When the commit is not in this clone, its merge base is not certain, or git fails.
    pub fn seen_at(&self, base: &CommitId, commit: &CommitId) -> Result<Option<Diff>, WorldError> {
        let [commit] = self.resolve_all([commit.0.as_str()])?;
        match self.merge_base(base, &commit)? {
            Some(from) if from.others == 0 => self.diff_between(&from.id, &commit).map(Some),
            _ => Ok(None),
        }
    }
}
