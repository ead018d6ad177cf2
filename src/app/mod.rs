//! The staircase: the order of things.

pub mod answer;
mod attachments;
pub mod check;
mod conftest;
mod contents;
mod controls;
mod digest;
pub mod edits;
pub mod evaluate;
pub mod exceptions;
pub mod failure;
mod gather;
pub mod init;
pub mod owners;
pub mod request;
pub mod schema;
