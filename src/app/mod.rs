//! The staircase: the order of things.

pub mod answer;
pub mod check;
pub mod evaluate;
pub mod failure;
pub mod init;
pub mod request;
pub mod schema;
