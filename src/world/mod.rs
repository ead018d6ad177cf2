//! The only place with I/O: git, files, processes.

pub mod evaluator;
pub mod files;
