//! CODEOWNERS of GitLab's dialect: sections, each of which answers by itself.

use super::Assignment;
use crate::model::RepoPath;

/// A CODEOWNERS file of GitLab, ready to answer.
#[derive(Clone, Debug, Default)]
pub struct Sections {}

impl Sections {
    /// What each section says about a path, the unnamed one first.
    pub fn of(&self, _path: &RepoPath) -> Vec<Assignment<'_>> {
        Vec::new()
    }
}
