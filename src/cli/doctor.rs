//! `changeward doctor`

use super::fail_on::OnGrave;
use super::owners::StateArgs;
use super::{Call, failing};
use crate::app::answer::{DoctorFormat, Style, render_doctor};
use crate::app::doctor::{DoctorRequest, examine};
use crate::app::failure::Failure;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::Path;

#[cfg(feature = "github")]
use super::{Variables, change, gate::repository};
#[cfg(feature = "github")]
use crate::app::doctor::ForgeRequest;
#[cfg(feature = "github")]
use crate::app::gate::{self, Access, Patience};
#[cfg(feature = "github")]
use crate::model::RepoName;

#[cfg(feature = "github")]
const EXAMPLES: &str = "\
Examples:
  changeward doctor                                 the workflows and control files of HEAD
  changeward doctor --worktree                      before they are committed
  changeward doctor --github --repository acme/shop the settings on GitHub too
  changeward doctor --github --branch release --environment production
  changeward doctor --github --fail-on warn --format json > doctor.json

GitHub is asked with the token in CHANGEWARD_TOKEN, else GITHUB_TOKEN. docs/doctor.md says of each code why it matters.

Exit codes: 0 nothing fails, 11 a finding fails; 1 to 4 there is no answer";

#[cfg(not(feature = "github"))]
const EXAMPLES: &str = "\
Examples:
  changeward doctor                                 the workflows and control files of HEAD
  changeward doctor --worktree                      before they are committed
  changeward doctor --fail-on warn --format json > doctor.json

docs/doctor.md says of each code why it matters.

Exit codes: 0 nothing fails, 11 a finding fails; 1 to 4 there is no answer";

/// Is this repository really gated? Where a change could go round the gate, and what mends it; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    shape: ShapeArgs,
    #[cfg(feature = "github")]
    #[command(flatten)]
    forge: ForgeArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How it is answered")]
struct ShapeArgs {
    /// The shape of the answer: human, json (described by `changeward schema doctor`)
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", hide_possible_values = true)]
    format: DoctorFormat,
    /// How grave a finding must be to fail: error, warn, or never
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = OnGrave::Error, hide_possible_values = true)]
    fail_on: OnGrave,
}

/// The settings on GitHub.
#[cfg(feature = "github")]
#[derive(Debug, Args)]
#[command(next_help_heading = "GitHub")]
struct ForgeArgs {
    /// Ask GitHub too: rules of the branch, settings of Actions, environments, teams
    #[arg(long)]
    github: bool,
    /// OWNER/NAME [default: GITHUB_REPOSITORY]
    #[arg(long, value_name = "OWNER/NAME", value_parser = repository, requires = "github")]
    repository: Option<RepoName>,
    /// The branch that is gated [default: the default branch]
    #[arg(long, value_name = "BRANCH", value_parser = branch, requires = "github")]
    branch: Option<String>,
    /// An environment that must be there, beside those that workflows and calendars name (repeatable)
    #[arg(long = "environment", value_name = "ENV", value_parser = change::environment, requires = "github")]
    environments: Vec<String>,
    /// Read the token from the standard input
    #[arg(long, requires = "github")]
    token_stdin: bool,
    /// Give up when GitHub has not answered for so long
    #[arg(long, value_name = "DURATION", value_parser = super::gate::duration, default_value = "5m", requires = "github")]
    timeout: std::time::Duration,
}

fn format() -> impl TypedValueParser<Value = DoctorFormat> {
    PossibleValuesParser::new(DoctorFormat::ALL.map(DoctorFormat::as_str)).try_map(|word| {
        DoctorFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

#[cfg(feature = "github")]
fn branch(text: &str) -> Result<String, String> {
    let sound = !text.is_empty() && !text.starts_with("refs/") && !text.chars().any(|c| c.is_control() || c == ' ');
    if sound { Ok(text.to_owned()) } else { Err("a branch is named without `refs/heads/`, such as `main`".to_owned()) }
}

impl DoctorArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let dir = call.dir.unwrap_or_else(|| Path::new(".").to_path_buf());
        let report = examine(&DoctorRequest {
            #[cfg(feature = "github")]
            forge: self.forge.meant(&call.around.variables)?,
            at: self.state.meant(&dir),
            dir,
            fail_on: self.shape.fail_on.meant(),
        })?;
        let style = Style { colour: call.screen.colour, width: call.screen.width, explain: true };
        render_doctor(&report, self.shape.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(if report.fails() { 11 } else { 0 })
    }
}

#[cfg(feature = "github")]
impl ForgeArgs {
    fn meant(self, variables: &Variables) -> Result<Option<ForgeRequest>, Failure> {
        if !self.github {
            return Ok(None);
        }
        let repository = match self.repository {
            Some(repository) => repository,
            None => gate::repository(variables.get("GITHUB_REPOSITORY"))?,
        };
        let token = gate::token(self.token_stdin, variables.get("CHANGEWARD_TOKEN"), variables.get("GITHUB_TOKEN"))?;
        let api = variables.get("GITHUB_API_URL").unwrap_or("https://api.github.com").to_owned();
        let graphql = variables.get("GITHUB_GRAPHQL_URL").map_or_else(|| gate::graphql_of(&api), str::to_owned);
        let patience = Patience { deadline: self.timeout, ..Patience::default() };
        Ok(Some(ForgeRequest {
            access: Access { api, graphql, token, repository, patience },
            server: variables.get("GITHUB_SERVER_URL").unwrap_or("https://github.com").to_owned(),
            branch: self.branch,
            environments: self.environments,
        }))
    }
}
