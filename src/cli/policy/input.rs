//! `changeward policy input`

use crate::app::check;
use crate::app::failure::Failure;
use crate::app::schema;
use crate::cli::Call;
use crate::cli::change::{KnownArgs, SpecArgs, Wishes, request};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  changeward policy input                    what the policies would read about this branch
  changeward policy input --staged > i.json  an input to write Rego against
  changeward policy input --schema > input.schema.json    for `opa check --schema`, and for editors
  changeward schema input                    what every key of it means, in full";

/// Print the document the policies read, as JSON
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct InputArgs {
    /// Print its JSON Schema instead, in the words OPA's type checker understands
    #[arg(long)]
    schema: bool,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    known: KnownArgs,
}

impl InputArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        if self.schema {
            call.out.extend_from_slice(schema::for_checkers().as_bytes());
            return Ok(0);
        }
        let wishes = Wishes { all_edits: true, ..Wishes::default() };
        let request = request(self.spec, self.known, wishes, call.dir.as_deref(), call.around);
        let document = check::input(&request)?;
        call.out.extend_from_slice(document.trim_end().as_bytes());
        call.out.push(b'\n');
        Ok(0)
    }
}
