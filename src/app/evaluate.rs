//! Stands in for the evaluating child until it lands.

use super::failure::Failure;
use std::io::{Read, Write};

/// Serves evaluations until the input ends.
pub fn serve_child(_memory: Option<u64>, _stdin: impl Read, _stdout: impl Write) -> Result<(), Failure> {
    Err(Failure::internal(super::check::NoStaircase))
}
