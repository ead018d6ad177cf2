//! The staircase: the order of things.

pub mod answer;
mod attachments;
mod catalogue;
pub mod check;
mod conftest;
mod contents;
mod controls;
mod digest;
pub mod doctor;
pub mod edits;
pub mod evaluate;
pub mod exceptions;
pub mod failure;
#[cfg(feature = "github")]
pub mod gate;
mod gather;
pub mod init;
mod locks;
mod outcomes;
pub mod owners;
pub mod policy_lint;
pub mod policy_test;
pub mod request;
mod samples;
pub mod schema;
pub mod template;
mod told;
