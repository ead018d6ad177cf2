//! `changeward init`

use super::Call;
use crate::app::failure::Failure;
use crate::app::init::{self, InitRequest};
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward init --dry-run    show what would be written
  changeward init              write it; files that exist are kept
  changeward init --editor     with schemas, so that an editor completes and checks the files
  changeward init --force      write it again, over what is there
  changeward init --templates                    write starter templates with their tests
  changeward init --templates replicas dns-ttl   only these; `changeward template list --catalogue` lists them";

/// Write a commented, working .changeward/ fitted to this repository
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct InitArgs {
    /// Print the files instead of writing them
    #[arg(long)]
    dry_run: bool,
    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
    /// Write the starter templates named, or all of them, with their tests, and nothing else
    #[arg(long, value_name = "ID", num_args = 0.., conflicts_with = "editor")]
    templates: Option<Vec<String>>,
    /// Write the schemas too, and name in each TOML file its own (docs/editors.md)
    #[arg(long)]
    editor: bool,
}

impl InitArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let dir = call.dir.unwrap_or_else(|| PathBuf::from("."));
        let Self { dry_run, force, editor, templates } = self;
        let request = InitRequest { dir, now: call.around.now, dry_run, force, editor };
        let told = match &templates {
            Some(ids) => init::templates(&request, ids)?,
            None => init::init(&request)?,
        };
        call.out.extend_from_slice(told.as_bytes());
        Ok(0)
    }
}
