//! `changeward __evaluate`: the child in which policies run. Started by this program, for nobody to type.

use crate::app::evaluate;
use crate::app::failure::Failure;
use clap::Args;

/// Evaluate policies for the process that started this one
#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {}

impl EvaluateArgs {
    pub(super) fn run(self) -> Result<u8, Failure> {
        evaluate::serve_child(std::io::stdin().lock(), std::io::stdout().lock()).map(|()| 0)
    }
}
