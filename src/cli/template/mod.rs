//! `changeward template …`: one file per question about standard changes.

mod list;
mod propose;
mod show;
mod test;

use super::Call;
use super::owners::StateArgs;
use crate::app::answer::{Style, TemplateFormat};
use crate::app::failure::Failure;
use crate::app::template::{From, TemplateRequest};
use crate::model::Moment;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward template list                       which there are, and whether they may be used
  changeward template show raise-replicas        what one allows, in sentences
  changeward template test                       they do what their tests say
  changeward template propose --from HEAD~3 --from v1.4..v1.5
                                                 a draft from real changes";

/// Standard changes: list, explain, test and draft the templates that approve them in advance
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct TemplateArgs {
    #[command(subcommand)]
    command: TemplateCommand,
}

#[derive(Debug, Subcommand)]
enum TemplateCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Test(test::TestArgs),
    Propose(propose::ProposeArgs),
}

impl TemplateArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        match self.command {
            TemplateCommand::List(args) => args.run(call),
            TemplateCommand::Show(args) => args.run(call),
            TemplateCommand::Test(args) => args.run(call),
            TemplateCommand::Propose(args) => args.run(call),
        }
    }
}

/// Which templates are looked at, as of when, and how they fared.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which state")]
struct WhichArgs {
    #[command(flatten)]
    state: StateArgs,
    /// The templates that come with changeward, to begin with
    #[arg(long, conflicts_with_all = ["at", "worktree", "control_files"])]
    catalogue: bool,
    /// Whether they may be used as of TIME [default: now]
    #[arg(long, value_name = "TIME", value_parser = super::change::moment)]
    now: Option<Moment>,
    /// What only a forge knows, as JSON: who is in the change authority, outcomes
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// How earlier changes went, as JSON: breakers and usage caps go by it
    #[arg(long, value_name = "FILE")]
    outcomes: Option<PathBuf>,
}

impl WhichArgs {
    fn meant(self, call: &Call<'_>) -> TemplateRequest {
        let dir = call.dir.clone().unwrap_or_else(|| PathBuf::from("."));
        let there = |file: PathBuf| call.dir.as_ref().map_or_else(|| file.clone(), |dir| dir.join(&file));
        TemplateRequest {
            now: self.now.unwrap_or(call.around.now),
            facts: self.facts.map(there),
            outcomes: self.outcomes.map(there),
            from: if self.catalogue { From::Catalogue } else { From::State(self.state.meant(&dir)) },
            dir,
        }
    }
}

/// The formats by their own words: a new one needs no line here.
fn format() -> impl TypedValueParser<Value = TemplateFormat> {
    PossibleValuesParser::new(TemplateFormat::ALL.map(TemplateFormat::as_str)).try_map(|word| {
        TemplateFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

fn style(call: &Call<'_>) -> Style {
    Style { colour: call.screen.colour, width: call.screen.width, explain: false }
}
