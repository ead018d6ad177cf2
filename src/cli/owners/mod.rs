//! `changeward owners …`: the question about paths is the command itself, everything else a word behind it.

mod audit;
mod docs;
mod import;
mod who;

pub(super) use who::principal;

use super::Call;
use crate::app::failure::Failure;
use crate::app::owners::At;
use crate::model::Moment;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  changeward owners src/main.rs                      who answers for a file, and which line says so
  changeward owners services --tree                  each directory with its own answer
  changeward owners --mine @bob                      everything Bob answers for, with letters
  changeward owners --unowned --format csv           the files nobody answers for, for a spreadsheet
  git ls-files -z | changeward owners --stdin -z --format csv
  changeward owners -- audit                         a file that has the name of a command

Exit codes: 0 there is an answer, whatever it is; 1 to 4 there is none";

/// Who answers for a path, and which line of which file says so
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct OwnersArgs {
    #[command(subcommand)]
    command: Option<OwnersCommand>,
    #[command(flatten)]
    who: who::WhoArgs,
}

#[derive(Debug, Subcommand)]
enum OwnersCommand {
    Audit(audit::AuditArgs),
    Import(import::ImportArgs),
    Docs(docs::DocsArgs),
}

impl OwnersArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        match self.command {
            Some(OwnersCommand::Audit(args)) => args.run(call),
            Some(OwnersCommand::Import(args)) => args.run(call),
            Some(OwnersCommand::Docs(args)) => args.run(call),
            None => self.who.run(call),
        }
    }
}

/// Which state of the files is looked at, and as of when.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which state")]
pub(super) struct AtArgs {
    #[command(flatten)]
    state: StateArgs,
    /// Judge as of TIME: who is away, what is overdue, what has expired [default: now]
    #[arg(long, value_name = "TIME", value_parser = super::change::moment)]
    now: Option<Moment>,
}

/// Which state of the files is looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which state")]
pub(in crate::cli) struct StateArgs {
    /// The files of REV [default: HEAD]
    #[arg(long, value_name = "REV", value_parser = super::change::revision, conflicts_with = "worktree")]
    at: Option<String>,
    /// What stands in the working tree, committed or not
    #[arg(long)]
    worktree: bool,
    /// What stands in DIR, from where paths are then taken: to try files out
    #[arg(long, value_name = "DIR", conflicts_with_all = ["at", "worktree"])]
    control_files: Option<PathBuf>,
}

impl AtArgs {
    /// The time of the question.
    pub(super) fn now(&self, call: &Call<'_>) -> Moment {
        self.now.unwrap_or(call.around.now)
    }

    pub(super) fn meant(self, dir: &Path) -> At {
        self.state.meant(dir)
    }
}

impl StateArgs {
    pub(in crate::cli) fn meant(self, dir: &Path) -> At {
        match self {
            Self { control_files: Some(folder), .. } => At::Folder(below(dir, folder)),
            Self { at: Some(revision), .. } => At::Revision(revision),
            Self { worktree: true, .. } => At::Worktree,
            Self { .. } => At::Head,
        }
    }
}

/// A folder named from another one, without a `.` in its name.
fn below(dir: &Path, folder: PathBuf) -> PathBuf {
    let here = Path::new(".");
    if dir == here {
        folder
    } else if folder == here {
        dir.to_path_buf()
    } else {
        dir.join(folder)
    }
}
