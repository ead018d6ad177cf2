//! `changeward policy doc`

use crate::app::answer;
use crate::app::failure::Failure;
use crate::app::policy_lint::doc::{self, PolicyDocMade, PolicyDocRequest, PolicyDocWish};
use crate::cli::{Call, failing};
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward policy doc                                    every rule, shipped and own, as Markdown
  changeward policy doc --own --output docs/policies.md    the organisation's own rules, as a file
  changeward policy doc --own --output docs/policies.md --check    in CI: fails when the committed page is stale

Exit codes: 0 made, or fresh; 11 stale; 1 to 4 there is no answer";

/// Make a page for people from the METADATA of the rules; or hold the committed one to them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DocArgs {
    /// Files and folders to describe [default: the shipped policies and .changeward/policies]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Leave the shipped rules out
    #[arg(long, conflicts_with = "paths")]
    own: bool,
    #[command(flatten)]
    file: FileArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What becomes of it")]
struct FileArgs {
    /// Write it to FILE [default: the standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing; compare with FILE, and fail when it is stale
    #[arg(long, requires = "output")]
    check: bool,
    /// Write over a FILE that changeward did not make
    #[arg(long, requires = "output", conflicts_with = "check")]
    force: bool,
}

/// The exit code of a verdict that blocks.
const STALE: u8 = 11;

impl DocArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let wish = match self.file {
            FileArgs { check: true, .. } => PolicyDocWish::Check,
            FileArgs { force: true, .. } => PolicyDocWish::Force,
            FileArgs { .. } => PolicyDocWish::Make,
        };
        let typed = self.file.output.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
        let command = format!("changeward policy doc{} --output {typed}", if self.own { " --own" } else { "" });
        let made = doc::doc(&PolicyDocRequest {
            dir: call.dir.unwrap_or_else(|| PathBuf::from(".")),
            paths: self.paths,
            own: self.own,
            file: self.file.output,
            wish,
            program: call.around.program.clone(),
        })?;
        match made {
            PolicyDocMade::Shown(page) => {
                call.out.extend_from_slice(page.as_bytes());
                Ok(0)
            }
            PolicyDocMade::File(made) => {
                answer::render_made(&typed, &made, &command, call.out).map_err(failing::unwritable)?;
                Ok(if made.is_fresh() { 0 } else { STALE })
            }
        }
    }
}
