//! `changeward template show`

use super::WhichArgs;
use crate::app::answer::{self, TemplateFormat};
use crate::app::failure::Failure;
use crate::app::template;
use crate::cli::{Call, failing};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  changeward template show raise-replicas                  what it allows, and what is weak about it
  changeward template show raise-replicas --worktree       before it is committed
  changeward template show replicas --catalogue            one of those to begin with
  changeward template show raise-replicas --format markdown";

/// One template as a person reads it: what may change, its limits, its life, its lints; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ShowArgs {
    /// Which one
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    which: WhichArgs,
    /// The shape of the answer
    #[arg(long, value_name = "FORMAT", value_parser = super::format(), default_value = "human")]
    format: TemplateFormat,
}

impl ShowArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let (request, style) = (self.which.meant(&call), super::style(&call));
        let list = template::show(&request, &self.id)?;
        answer::render_template(&list, self.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(0)
    }
}
