//! The only place with I/O: git, files, processes.

pub mod error;
pub mod git;
pub mod tree;

pub use error::WorldError;
