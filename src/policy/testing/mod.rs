//! Tests of policies: rules `test_…` as `opa test` runs them, and cases that name what must come out.
//!
//! Every test runs in a clone of one prepared engine that is thrown away after it, so no test can change another: the
//! engine itself leaks mocks when a test with `with` ends in an error. Why a test failed is asked afterwards, by
//! evaluating the lines of its body one after the other (`explain.rs`).

mod difference;
mod discover;
pub mod document;
pub mod expect;
mod explain;
pub mod filter;
mod lines;
mod literal;
mod probe;
mod suite;
mod value;
pub mod wire;

pub(super) use suite::Suite;
