//! `changeward __evaluate`: the child in which policies run. Started by this program, for nobody to type.

use crate::app::evaluate;
use crate::app::failure::Failure;
use clap::Args;

/// Evaluate policies for the process that started this one
#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {
    /// The memory it may use, in bytes
    #[arg(value_name = "BYTES")]
    memory: Option<u64>,
}

impl EvaluateArgs {
    pub(super) fn run(self) -> Result<u8, Failure> {
        evaluate::serve_child(self.memory, std::io::stdin().lock(), std::io::stdout().lock()).map(|()| 0)
    }
}
