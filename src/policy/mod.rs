//! Facts through Rego to findings. The engine has no clock, no dice, no environment and no network.

mod attribution;
mod builtins;
mod check;
pub mod codes;
pub mod conftest;
pub mod engine;
pub mod error;
mod graph;
pub mod input;
mod names;
mod outcome;
mod scan;
pub mod serve;
pub mod shipped;
pub mod wire;
