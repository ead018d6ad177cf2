//! Facts through Rego to findings. The engine has no clock, no dice, no environment and no network.

mod aliases;
mod attribution;
mod builtins;
mod check;
pub mod codes;
pub mod conftest;
pub mod engine;
pub mod error;
mod fault;
mod graph;
pub mod input;
pub mod lint;
mod names;
mod outcome;
mod scan;
pub mod serve;
pub mod shipped;
pub mod testing;
pub mod wire;
