//! Files in a few places that differ between HEAD and the working tree: whoever asks about HEAD should know of them.

use super::Repo;
use crate::model::RepoPath;
use crate::world::WorldError;

impl Repo {
    /// What is edited, new or gone below some places, as `git status --porcelain -z` lists it; nothing in a bare
    /// repository.
    ///
    /// # Errors
    /// When git fails.
    pub fn uncommitted_in(&self, places: &[&str]) -> Result<Vec<RepoPath>, WorldError> {
        if self.top_level()?.is_none() {
            return Ok(Vec::new());
        }
        let mut words =
            ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--"].map(str::to_owned).to_vec();
        words.extend(places.iter().map(|place| format!(":(top,literal){place}")));
        let listed = self.git.run(&words)?;
        let records = listed.split(|byte| *byte == 0);
        Ok(records.filter_map(|record| record.get(3..)).map(RepoPath::new).collect())
    }
}
