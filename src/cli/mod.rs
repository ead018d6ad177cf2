//! What was typed: flags become a request, an answer becomes bytes and an exit code. Nothing here decides anything.
//!
//! One file per command; a new command is a file, a `mod` line and a variant of `Command`.

mod change;
mod check;
mod completions;
mod doctor;
mod evaluate;
mod exceptions;
mod fail_on;
mod failing;
#[cfg(feature = "github")]
mod gate;
mod init;
mod owners;
mod policy;
mod progress;
mod schema;
mod screen;
mod template;

use crate::app::failure::Failure;
use crate::model::Moment;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use screen::{Colour, Screen};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

pub use failing::{PANICKED, apologise};

/// What the process knows of its surroundings, read once in `main`.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The clock.
    pub now: Moment,
    /// This program itself.
    pub program: PathBuf,
    /// `COLUMNS`, where it is set: the width somebody wishes for.
    pub columns: Option<String>,
    /// What a CI system says in the environment.
    pub variables: Variables,
}

/// Variables of the environment. A token may be among them, so their values are never printed.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Takes names and values.
    pub fn new(all: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(all.into_iter().collect())
    }

    #[cfg(feature = "github")]
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

const EXAMPLES: &str = "\
Examples:
  changeward check                       what is on this branch, against the default branch
  changeward check --staged --explain    what is about to be committed, and why not otherwise
  changeward check v1.4..v1.5            what a release would bring
  changeward owners src/main.rs          who answers for a file, and which line says so
  changeward init                        write a .changeward/ fitted to this repository

Exit codes:
  0 may go ahead, 10 approval pending, 11 blocked;
  1 internal, 2 usage, 3 a control file, policy or input is invalid, 4 git, GitHub or a file could not be read,
  12 nothing ran";

/// Is this change standard, normal or emergency, may it go ahead, and who must say so?
///
/// Reads the git diff and the files that say who owns what, evaluates Rego policies over them, and answers with the
/// reason, the rule and the person for everything it says. Works offline; `check` changes nothing.
#[derive(Debug, Parser)]
#[command(name = "changeward", version, after_help = EXAMPLES, styles = screen::STYLES)]
#[command(arg_required_else_help = true, disable_help_subcommand = true, infer_long_args = false)]
struct Typed {
    #[command(flatten)]
    everywhere: Everywhere,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Everywhere")]
struct Everywhere {
    /// Run as if started in DIR, as git does
    #[arg(short = 'C', value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    color: Colour,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::CheckArgs),
    #[cfg(feature = "github")]
    Gate(gate::GateArgs),
    Doctor(doctor::DoctorArgs),
    Owners(owners::OwnersArgs),
    Exceptions(exceptions::ExceptionsArgs),
    Init(init::InitArgs),
    Policy(policy::PolicyArgs),
    Template(template::TemplateArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    #[command(name = "__evaluate", hide = true)]
    Evaluate(evaluate::EvaluateArgs),
}

/// What a command has at hand beside its own flags.
struct Call<'a> {
    /// `-C`, if given.
    dir: Option<PathBuf>,
    around: &'a Surroundings,
    screen: Screen,
    /// What will be written to the standard output, all at once, if the command does not fail.
    out: &'a mut Vec<u8>,
}

impl Command {
    fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        match self {
            Self::Check(args) => args.run(call),
            #[cfg(feature = "github")]
            Self::Gate(args) => args.run(call),
            Self::Doctor(args) => args.run(call),
            Self::Owners(args) => args.run(call),
            Self::Exceptions(args) => args.run(call),
            Self::Init(args) => args.run(call),
            Self::Policy(args) => args.run(call),
            Self::Template(args) => args.run(call),
            Self::Schema(args) => args.run(call),
            Self::Completions(args) => args.run(call),
            Self::Evaluate(args) => args.run(),
        }
    }
}

/// Runs what was typed and returns the exit code.
///
/// The answer is written only when it is whole: a failure leaves the standard output empty and shows a diagnostic on
/// the standard error.
pub fn run(argv: impl IntoIterator<Item = OsString>, around: &Surroundings) -> u8 {
    let argv: Vec<OsString> = argv.into_iter().collect();
    let command = Typed::command().color(Colour::wished(&argv).for_help());
    let typed = match command.try_get_matches_from(argv).and_then(|found| Typed::from_arg_matches(&found)) {
        Ok(typed) => typed,
        Err(error) => {
            // Whoever closed the pipe does not want to read it.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let screen = Screen::new(typed.everywhere.color, around.columns.as_deref());
    let mut out = Vec::new();
    let call = Call { dir: typed.everywhere.dir, around, screen, out: &mut out };
    let done = typed.command.run(call).and_then(|code| deliver(&out).map(|()| code));
    done.unwrap_or_else(|failure| {
        failing::show(&failure, typed.everywhere.color, around.columns.as_deref());
        failure.exit_code()
    })
}

/// Writes the whole answer. A reader that has left is no failure: the exit code still tells the verdict.
fn deliver(answer: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(answer).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failing::unwritable(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Typed};
    use clap::{CommandFactory, Parser};

    #[test]
    fn every_flag_is_sound() {
        Typed::command().debug_assert();
    }

    #[test]
    fn everywhere_means_before_and_after_the_command() {
        for argv in [["changeward", "-C", "sub", "check"], ["changeward", "check", "-C", "sub"]] {
            let typed = Typed::try_parse_from(argv).unwrap();
            assert_eq!(typed.everywhere.dir.as_deref(), Some(std::path::Path::new("sub")));
            assert!(matches!(typed.command, Command::Check(_)));
        }
    }
}
