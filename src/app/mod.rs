//! The staircase: the order of things.

mod evaluate;

pub use evaluate::evaluate_policies;
