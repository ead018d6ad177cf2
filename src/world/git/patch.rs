//! A change between two commits as a patch that shows whole files.

use super::{Repo, checked_commit};
use crate::model::CommitId;
use crate::world::WorldError;

impl Repo {
    /// The patch, with all lines of every changed file as context: both states can be had from it.
    ///
    /// # Errors
    /// When one of the commits is not in this clone, or git fails.
    pub fn whole_patch(&self, base: &CommitId, head: &CommitId) -> Result<Vec<u8>, WorldError> {
        let fixed = ["diff-tree", "-r", "-p", "-M", "-U1000000", "--full-index", "--no-color", "--no-ext-diff"];
        let form = ["--no-textconv", "--no-relative", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"];
        let ends = ["--ignore-submodules=none", checked_commit(base)?, checked_commit(head)?, "--"];
        let args: Vec<&str> = fixed.into_iter().chain(form).chain(ends).collect();
        self.git.run(&args)
    }
}
