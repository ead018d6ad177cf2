//! The evaluating process from the inside: first the limits, then the policies.

use crate::policy::{engine, wire};
use crate::world::evaluator;
use std::io;
use std::process::ExitCode;

/// Answers requests on the standard streams until there are no more, with so many bytes of memory.
pub fn evaluate_policies(memory_bytes: Option<u64>) -> ExitCode {
    let stack = u64::try_from(engine::STACK_BYTES).unwrap_or(u64::MAX);
    let Some(limit) = memory_bytes.map(|bytes| bytes.saturating_add(stack)) else { return ExitCode::from(2) };
    let limited = evaluator::limit_self(limit);
    match limited.and_then(|()| wire::serve(io::stdin().lock(), io::stdout().lock())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
