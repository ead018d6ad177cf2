//! `changeward template list`

use super::WhichArgs;
use crate::app::answer::{self, TemplateFormat};
use crate::app::failure::Failure;
use crate::app::template;
use crate::cli::{Call, failing};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  changeward template list                                 those at HEAD
  changeward template list --worktree                      those that stand here, committed or not
  changeward template list --outcomes outcomes.json        which are switched off after failures
  changeward template list --now 2027-01-01                which will have expired by then
  changeward template list --catalogue                     those to begin with
  changeward template list --format json                   described by `changeward schema templates`";

/// Every template: what it covers, whether it may be used now, and why not; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ListArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// The shape of the answer
    #[arg(long, value_name = "FORMAT", value_parser = super::format(), default_value = "human")]
    format: TemplateFormat,
}

impl ListArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let (request, style) = (self.which.meant(&call), super::style(&call));
        let list = template::list(&request)?;
        answer::render_templates(&list, self.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(0)
    }
}
