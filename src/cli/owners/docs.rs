//! `changeward owners docs`

use super::StateArgs;
use crate::app::answer::{self, RosterFormat};
use crate::app::failure::Failure;
use crate::app::owners::docs::{self, DocsRequest, DocsWish, Document, Made};
use crate::cli::{Call, failing};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  changeward owners docs                                       the page as Markdown, on the standard output
  changeward owners docs --output docs/owners.html             one page of HTML: search, filters, no network
  changeward owners docs --output docs/owners.html --check     in CI: fails when the committed page is stale
  changeward owners docs --codeowners --output .github/CODEOWNERS
  changeward owners docs --stamp --format html > owners.html   a page to publish, with its commit and date

Exit codes: 0 made, or fresh; 11 stale; 1 to 4 there is no answer";

/// Make a page for people, or CODEOWNERS, from the files that name owners; or hold the committed one to them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DocsArgs {
    #[command(flatten)]
    what: WhatArgs,
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    state: StateArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is made")]
struct WhatArgs {
    /// markdown or html [default: as FILE ends, else markdown]
    #[arg(long, value_name = "FORMAT", value_parser = format(), hide_possible_values = true)]
    format: Option<RosterFormat>,
    /// CODEOWNERS as GitHub reads it, from the matrix alone
    #[arg(long, conflicts_with_all = ["format", "stamp"])]
    codeowners: bool,
    /// Name the commit and its date, and count files: for a page that is published, not committed
    #[arg(long, conflicts_with = "check")]
    stamp: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What becomes of it")]
struct FileArgs {
    /// Write it to FILE [default: the standard output]
    #[arg(long, short, value_name = "FILE", conflicts_with = "control_files")]
    output: Option<PathBuf>,
    /// Write nothing; compare with FILE of the same state, and fail when it is stale
    #[arg(long, requires = "output")]
    check: bool,
    /// Write over a FILE that changeward did not make
    #[arg(long, requires = "output", conflicts_with = "check")]
    force: bool,
}

/// The formats by their own words: a new one needs no line here.
fn format() -> impl TypedValueParser<Value = RosterFormat> {
    PossibleValuesParser::new(RosterFormat::ALL.map(RosterFormat::as_str)).try_map(|word| {
        RosterFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

impl WhatArgs {
    fn meant(&self, output: Option<&Path>) -> Document {
        let ending = output.and_then(Path::extension).map(|ending| ending.to_ascii_lowercase());
        let is_html = ending.is_some_and(|ending| ending == "html" || ending == "htm");
        let of_ending = if is_html { RosterFormat::Html } else { RosterFormat::Markdown };
        match self.codeowners {
            true => Document::Codeowners,
            false => Document::Page { format: self.format.unwrap_or(of_ending), stamp: self.stamp },
        }
    }

    /// What to type to make the file anew.
    fn command(&self, file: &str) -> String {
        let what = match (self.codeowners, self.format) {
            (true, _) => " --codeowners".to_owned(),
            (false, Some(format)) => format!(" --format {}", format.as_str()),
            (false, None) => String::new(),
        };
        let sound = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
        let file = if file.chars().all(sound) { file.to_owned() } else { format!("'{}'", file.replace('\'', "'\\''")) };
        format!("changeward owners docs{what} --output {file}")
    }
}

impl DocsArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let dir = call.dir.unwrap_or_else(|| PathBuf::from("."));
        let wish = match self.file {
            FileArgs { check: true, .. } => DocsWish::Check,
            FileArgs { force: true, .. } => DocsWish::Force,
            FileArgs { .. } => DocsWish::Make,
        };
        let what = self.what.meant(self.file.output.as_deref());
        let at = self.state.meant(&dir);
        match docs::docs(&DocsRequest { dir, at, what, file: self.file.output.clone(), wish })? {
            Made::Shown(document) => {
                call.out.extend_from_slice(&document);
                Ok(0)
            }
            Made::File(file, made) => {
                let typed = self.file.output.map(|file| file.display().to_string()).unwrap_or_default();
                answer::render_made(&file.quoted(), &made, &self.what.command(&typed), call.out)
                    .map_err(failing::unwritable)?;
                Ok(if made.is_fresh() { 0 } else { STALE })
            }
        }
    }
}

/// The exit code of a verdict that blocks.
const STALE: u8 = 11;
