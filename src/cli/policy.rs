//! `changeward policy …`

use super::Call;
use super::change::{KnownArgs, SpecArgs, request};
use crate::app::check;
use crate::app::failure::Failure;
use crate::app::request::FailOn;
use clap::{Args, Subcommand};

const EXAMPLES: &str = "\
Examples:
  changeward policy input                    what the policies would read about this branch
  changeward policy input --staged > i.json  an input to write Rego against
  changeward schema input                    what every key of it means";

/// Write Rego against what the gate knows
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    Input(InputArgs),
}

/// Print the document the policies read, as JSON
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
struct InputArgs {
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    known: KnownArgs,
}

impl PolicyArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        match self.command {
            PolicyCommand::Input(args) => {
                let request = request(args.spec, args.known, FailOn::default(), call.dir.as_deref(), call.around);
                let document = check::input(&request)?;
                call.out.extend_from_slice(document.trim_end().as_bytes());
                call.out.push(b'\n');
                Ok(0)
            }
        }
    }
}
