//! `changeward exceptions`

use super::fail_on::OnGrave;
use super::owners::AtArgs;
use super::{Call, failing};
use crate::app::answer::{ExceptionsFormat, Style, render_exceptions};
use crate::app::exceptions::{ExceptionsRequest, exceptions};
use crate::app::failure::Failure;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::Path;

const EXAMPLES: &str = "\
Examples:
  changeward exceptions                        what is waived, until when, and what no longer counts
  changeward exceptions --fail-on warn         fail in CI when one is about to end, or covers nothing
  changeward exceptions --now 2027-01-01       as it will be then
  changeward exceptions --worktree             before they are committed

Exit codes: 0 nothing fails, 11 an exception fails; 1 to 4 there is no answer";

/// The waivers in .changeward/exceptions, what each is worth, and what is wrong with it; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExceptionsArgs {
    #[command(flatten)]
    at: AtArgs,
    #[command(flatten)]
    shape: ShapeArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How it is answered")]
struct ShapeArgs {
    /// The shape of the answer: human, json (described by `changeward schema exceptions`)
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", hide_possible_values = true)]
    format: ExceptionsFormat,
    /// How grave a finding must be to fail: error, warn, or never
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = OnGrave::Error, hide_possible_values = true)]
    fail_on: OnGrave,
}

fn format() -> impl TypedValueParser<Value = ExceptionsFormat> {
    PossibleValuesParser::new(ExceptionsFormat::ALL.map(ExceptionsFormat::as_str)).try_map(|word| {
        ExceptionsFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

impl ExceptionsArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let now = self.at.now(&call);
        let dir = call.dir.unwrap_or_else(|| Path::new(".").to_path_buf());
        let report = exceptions(&ExceptionsRequest { at: self.at.meant(&dir), dir, now })?;
        let style = Style { colour: call.screen.colour, width: call.screen.width, explain: true };
        let fail_on = self.shape.fail_on.meant();
        render_exceptions(&report, fail_on, self.shape.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(if report.fails(fail_on) { 11 } else { 0 })
    }
}
