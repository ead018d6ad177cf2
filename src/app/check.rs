//! Stands in for the staircase until it lands.

use super::failure::Failure;
use super::request::CheckRequest;
use crate::model::Decision;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("this build has no staircase")]
#[diagnostic(code(changeward::branch))]
pub(super) struct NoStaircase;

/// Decides.
pub fn check(_request: &CheckRequest) -> Result<Decision, Failure> {
    Err(Failure::internal(NoStaircase))
}

/// The document the policies read.
pub fn input(_request: &CheckRequest) -> Result<String, Failure> {
    Err(Failure::internal(NoStaircase))
}
