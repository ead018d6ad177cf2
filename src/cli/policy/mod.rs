//! `changeward policy …`: one file per question an author of policies asks.

mod doc;
mod input;
mod lint;
mod shipped;
mod test;

use super::Call;
use crate::app::failure::Failure;
use clap::{Args, Subcommand};

/// Write Rego against what the gate knows
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    Lint(lint::LintArgs),
    Doc(doc::DocArgs),
    Input(input::InputArgs),
    Test(test::TestArgs),
    Shipped(shipped::ShippedArgs),
}

impl PolicyArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        match self.command {
            PolicyCommand::Lint(args) => args.run(call),
            PolicyCommand::Doc(args) => args.run(call),
            PolicyCommand::Input(args) => args.run(call),
            PolicyCommand::Test(args) => args.run(call),
            PolicyCommand::Shipped(args) => args.run(call),
        }
    }
}
