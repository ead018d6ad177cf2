//! `changeward schema`

use super::Call;
use crate::app::failure::Failure;
use crate::app::schema;
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  changeward schema --list                       the names
  changeward schema decision > decision.json     what `check --format json` prints
  changeward schema config                       for an editor that completes config.toml
  changeward schema --write .changeward/schemas  all of them, as NAME.schema.json (docs/editors.md)";

/// Print the JSON Schema of a file people write or of a document this program prints
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SchemaArgs {
    /// Which one
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(schema::names()), required_unless_present_any = ["list", "write"])]
    name: Option<String>,
    /// List the names
    #[arg(long, conflicts_with = "name")]
    list: bool,
    /// Write every one into DIR, as NAME.schema.json
    #[arg(long, value_name = "DIR", conflicts_with_all = ["name", "list"])]
    write: Option<PathBuf>,
}

impl SchemaArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        if let Some(folder) = self.write {
            let folder = call.dir.unwrap_or_else(|| Path::new(".").to_path_buf()).join(folder);
            call.out.extend_from_slice(schema::write(&folder)?.as_bytes());
            return Ok(0);
        }
        match self.name.as_deref().and_then(schema::text) {
            Some(text) => call.out.extend_from_slice(text.as_bytes()),
            None => call.out.extend(schema::names().iter().flat_map(|name| name.bytes().chain([b'\n']))),
        }
        Ok(0)
    }
}
