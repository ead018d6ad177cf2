//! `changeward schema`

use super::Call;
use crate::app::failure::Failure;
use crate::app::schema;
use clap::Args;
use clap::builder::PossibleValuesParser;

const EXAMPLES: &str = "\
Examples:
  changeward schema --list                       the names
  changeward schema decision > decision.json     what `check --format json` prints
  changeward schema config                       for an editor that completes config.toml";

/// Print the JSON Schema of a file people write or of a document this program prints
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SchemaArgs {
    /// Which one
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(schema::names()), required_unless_present = "list")]
    name: Option<String>,
    /// List the names
    #[arg(long, conflicts_with = "name")]
    list: bool,
}

impl SchemaArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        match self.name.as_deref().and_then(schema::text) {
            Some(text) => call.out.extend_from_slice(text.as_bytes()),
            None => call.out.extend(schema::names().iter().flat_map(|name| name.bytes().chain([b'\n']))),
        }
        Ok(0)
    }
}
