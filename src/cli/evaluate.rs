//! `changeward __evaluate`: the child in which policies run. Started by this program, for nobody to type.

use crate::app::evaluate;
use crate::app::failure::Failure;
use clap::Args;

/// Evaluate policies for the process that started this one
#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {
    /// The most bytes of memory the policies may use
    memory: u64,
}

impl EvaluateArgs {
    pub(super) fn run(self) -> Result<u8, Failure> {
        evaluate::serve_child(self.memory).map(|()| 0)
    }
}
