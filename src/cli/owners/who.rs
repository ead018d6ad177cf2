//! `changeward owners PATH…`

use super::AtArgs;
use crate::app::answer::{self, OwnersFormat, Style};
use crate::app::failure::Failure;
use crate::app::owners::who::{self, OwnersRequest, Wish};
use crate::cli::{Call, failing};
use crate::model::Principal;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};

/// What is asked, and how it is answered.
#[derive(Debug, Args)]
pub(super) struct WhoArgs {
    /// Files and directories, from where you are; a directory is answered by the files below it
    #[arg(value_name = "PATH", required_unless_present_any = ["mine", "unowned", "stdin", "tree"])]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    instead: InsteadArgs,
    #[command(flatten)]
    at: AtArgs,
    #[command(flatten)]
    shape: ShapeArgs,
}

/// Other questions than "who answers for this path?".
#[derive(Debug, Args)]
#[command(next_help_heading = "What is asked")]
struct InsteadArgs {
    /// Every directory with its own answer [default path: all]
    #[arg(long, conflicts_with_all = ["mine", "unowned", "stdin"])]
    tree: bool,
    /// What WHO answers for: @login, @org/team or an e-mail address
    #[arg(long, value_name = "WHO", value_parser = principal, conflicts_with_all = ["paths", "unowned", "stdin"])]
    mine: Option<Principal>,
    /// The files nobody answers for [default path: all]
    #[arg(long, conflicts_with = "stdin")]
    unowned: bool,
    /// Take the paths from the standard input, one a line
    #[arg(long, conflicts_with = "paths")]
    stdin: bool,
    /// Paths on the standard input end with a NUL, as `git ls-files -z` writes them
    #[arg(short = 'z', requires = "stdin")]
    nul: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How it is answered")]
struct ShapeArgs {
    /// The shape of the answer: human, json (described by `changeward schema owners`), csv
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", hide_possible_values = true)]
    format: OwnersFormat,
}

fn format() -> impl TypedValueParser<Value = OwnersFormat> {
    PossibleValuesParser::new(OwnersFormat::ALL.map(OwnersFormat::as_str)).try_map(|word| {
        OwnersFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

/// A name as people type it: `bob` is `@bob`, `acme/pay` is `@acme/pay`.
pub(in crate::cli) fn principal(text: &str) -> Result<Principal, String> {
    let wrong = || format!("`{text}` names nobody: write @login, @org/team or an e-mail address");
    Principal::parse(text).or_else(|| Principal::parse(&format!("@{text}"))).ok_or_else(wrong)
}

impl WhoArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let wish = match self.instead {
            InsteadArgs { mine: Some(who), .. } => Wish::Mine(who),
            InsteadArgs { stdin: true, nul, .. } => Wish::Listed { nul },
            InsteadArgs { tree: true, .. } => Wish::Tree(self.paths),
            InsteadArgs { unowned: true, .. } => Wish::Unowned(self.paths),
            _ => Wish::Paths(self.paths),
        };
        let now = self.at.now(&call);
        let dir = call.dir.unwrap_or_else(|| Path::new(".").to_path_buf());
        let at = self.at.meant(&dir);
        let request = OwnersRequest { dir, at, now, wish };
        let asked = who::who(&request)?;
        let style = Style { colour: call.screen.colour, width: call.screen.width, explain: false };
        answer::render_owners(&asked, self.shape.format, &style, call.out).map_err(failing::unwritable)?;
        let mut notes = Vec::new();
        let plain = Style { colour: false, ..style };
        answer::render_owners_notes(&asked, self.shape.format, &plain, &mut notes).map_err(failing::unwritable)?;
        failing::tell(&String::from_utf8_lossy(&notes));
        // The process ends here; to take a million answers apart piece by piece would only hold it up.
        std::mem::forget(asked);
        Ok(0)
    }
}
