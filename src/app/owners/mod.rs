//! Questions about owners: who answers for a path, and what is wrong with the answers.

pub mod audit;
pub mod docs;
pub mod import;
pub(super) mod survey;
pub mod who;

pub(super) use survey::Place;

use std::path::PathBuf;

/// Which state of the files is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum At {
    /// What is committed.
    #[default]
    Head,
    /// A revision.
    Revision(String),
    /// What stands in the working tree, committed or not.
    Worktree,
    /// What stands in a folder, whatever it belongs to; paths are from there.
    Folder(PathBuf),
}
