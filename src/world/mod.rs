//! The only place with I/O: git, files, processes, the forge.

pub mod actions;
pub mod error;
pub mod evaluator;
pub mod files;
pub mod git;
#[cfg(feature = "github")]
pub mod github;
pub mod given;
pub mod tree;

pub use error::WorldError;
