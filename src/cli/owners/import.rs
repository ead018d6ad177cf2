//! `changeward owners import`

use crate::app::failure::Failure;
use crate::app::owners::import::{self, ImportRequest};
use crate::cli::Call;
use crate::cli::failing;
use crate::model::{ImportKind, Spelling};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward owners import raci.csv                     look at what would come of it
  changeward owners import raci.csv --name 'Jane Doe=@jane' -o .changeward/ownership.toml
  changeward owners import docs/raci.md services.csv    several sources, one matrix
  changeward owners import catalog-info.yaml services/*/catalog-info.yaml

Columns, by their English headings; the first one names the rows:
  responsible, accountable, supports, consulted, informed, owner, team, director,
  alternate (backup, deputy), path (scope, files), kind (type), purpose (outcome, description),
  contact (channel, slack), tier (criticality), approvals, review by, id;
  a column of letters is headed by whose letters they are

What cannot be used is kept as a comment at its row. Every doubt is a line FILE:LINE:COLUMN on the
standard error.";

/// Make an ownership.toml of a RACI table or a service catalogue
///
/// Reads RACI tables in CSV or Markdown, with activities as rows and people as columns (letters R, A, S, C, I) or with the
/// columns Responsible, Accountable, Consulted, Informed; lists of services with their owner, team, tier and path; and
/// Backstage's catalog-info.yaml.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ImportArgs {
    /// What to import; `-` is the standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What the files are, where their names and contents do not tell
    #[arg(long, value_name = "KIND", value_enum)]
    from: Option<From>,
    /// Write the matrix to FILE instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long, requires = "output")]
    force: bool,
    /// Who a name stands for: 'Jane Doe=@jane', 'Payments=@acme/pay'; may be given again
    #[arg(long = "name", value_name = "NAME=WHO", value_parser = spelling)]
    names: Vec<Spelling>,
    /// Read such names from a file, one a line
    #[arg(long = "names", value_name = "FILE")]
    names_file: Option<PathBuf>,
    /// Where to reach whoever answers for a row that does not say
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// Write nothing and exit 3 if anything is doubtful
    #[arg(long)]
    strict: bool,
}

/// What a file to import is.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    /// A RACI table or a list of services
    Csv,
    /// A document with RACI tables
    Markdown,
    /// Entities of a Backstage catalogue
    Backstage,
}

fn spelling(text: &str) -> Result<Spelling, String> {
    Spelling::parse(text).ok_or_else(|| {
        "write the name, `=`, and a @login, an @org/team or an e-mail address: 'Jane Doe=@jane'".to_owned()
    })
}

impl ImportArgs {
    pub(in crate::cli) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let imported = import::import(&ImportRequest {
            dir: call.dir.unwrap_or_else(|| PathBuf::from(".")),
            files: self.files,
            kind: self.from.map(|kind| match kind {
                From::Csv => ImportKind::Csv,
                From::Markdown => ImportKind::Markdown,
                From::Backstage => ImportKind::Backstage,
            }),
            output: self.output,
            force: self.force,
            names: self.names,
            names_file: self.names_file,
            contact: self.contact.filter(|contact| !contact.is_empty()),
            strict: self.strict,
        })?;
        failing::tell(&imported.told);
        call.out.extend_from_slice(imported.text?.as_bytes());
        Ok(0)
    }
}
