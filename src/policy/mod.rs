//! Facts through Rego to findings.

pub mod engine;
pub mod error;
pub mod wire;

mod attribution;
mod builtins;
mod check;
mod graph;
mod names;
mod outcome;
mod scan;
