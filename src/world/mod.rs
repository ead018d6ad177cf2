//! The only place with I/O: git, files, processes.

pub mod actions;
pub mod error;
pub mod evaluator;
pub mod files;
pub mod git;
pub mod given;
pub mod tree;

pub use error::WorldError;
