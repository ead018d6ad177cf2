//! `changeward policy shipped`

use crate::app::failure::Failure;
use crate::app::policy_lint::shipped;
use crate::cli::Call;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward policy shipped                          their names
  changeward policy shipped --write build/rego       as files, for `opa check` and editors: not to be edited";

/// List the policies that come with the program, or write them where other tools can read them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ShippedArgs {
    /// Write them into DIR, over what is there
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

impl ShippedArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let told = match self.write {
            Some(folder) => shipped::write(&call.dir.unwrap_or_else(|| PathBuf::from(".")).join(folder))?,
            None => shipped::names(),
        };
        call.out.extend_from_slice(told.as_bytes());
        Ok(0)
    }
}
