//! `changeward template propose`

use crate::app::failure::Failure;
use crate::app::template::propose::{ProposeRequest, propose};
use crate::cli::{Call, failing};
use crate::model::Principal;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward template propose --from HEAD                       from the last commit
  changeward template propose --from 1a2b3c4 --from v1.4..v1.5  what both have in common stays as it is
  changeward template propose --from HEAD~2 --from HEAD --id raise-replicas --by @ann \\
    --output .changeward/templates/raise-replicas.toml --with-tests

The draft has the tightest scope, limits and constraints that cover all of these changes, and says at each rule what it
was drawn from. A change that no template can cover (binaries, links, files that cannot be read as values) is
left out, and said.";

/// Draft a template from real changes of the past
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ProposeArgs {
    /// A change: BASE..HEAD, BASE...HEAD, or one commit (repeatable)
    #[arg(long = "from", value_name = "RANGE", required = true, value_parser = change)]
    ranges: Vec<String>,
    /// Its id [default: after what changes]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Its title [default: after what changes]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Who proposes it: @login or an e-mail address
    #[arg(long, value_name = "WHO", value_parser = crate::cli::owners::principal)]
    by: Option<Principal>,
    /// Write it to FILE, which must not be there yet, instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the changes as tests that must fit, below .changeward/tests/templates/
    #[arg(long, requires = "output")]
    with_tests: bool,
}

/// It is handed to git: it must not look like a flag.
fn change(text: &str) -> Result<String, String> {
    let sound = !text.is_empty() && !text.starts_with('-');
    if sound { Ok(text.to_owned()) } else { Err("a change is BASE..HEAD or one commit".to_owned()) }
}

impl ProposeArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let proposed = propose(&ProposeRequest {
            dir: call.dir.unwrap_or_else(|| PathBuf::from(".")),
            ranges: self.ranges,
            id: self.id,
            title: self.title,
            by: self.by,
            output: self.output,
            with_tests: self.with_tests,
        })?;
        failing::tell(&proposed.told);
        call.out.extend_from_slice(proposed.text.as_bytes());
        Ok(0)
    }
}
