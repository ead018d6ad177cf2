//! The staircase: the order of things.
