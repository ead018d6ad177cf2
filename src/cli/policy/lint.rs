//! `changeward policy lint`

use crate::app::answer::{self, PolicyLintFormat, Style};
use crate::app::failure::Failure;
use crate::app::policy_lint::{self, LintRequest};
use crate::cli::fail_on::OnSeverity;
use crate::cli::{Call, failing};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward policy lint                           the policies in .changeward/policies/, as they stand on the disk
  changeward policy lint drafts/pay.rego           a file that is not there yet
  changeward policy lint --fail-on warn            in CI
  changeward policy lint --format sarif > lint.sarif
  changeward policy lint --list                    every lint; --explain CODE says more of one

To leave a finding as it is, say why on its line or above: # changeward:ignore CODE why

Exit codes: 0 nothing fails, 11 a finding fails the lint; 1 to 4 there is no answer";

/// What is wrong with policies: rules that never fire, misspelt keys, where nothing is taken for a yes; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LintArgs {
    /// Files and folders to look at [default: .changeward/policies]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only this lint (repeatable); --list names them
    #[arg(long = "lint", value_name = "CODE", value_parser = PossibleValuesParser::new(codes()), hide_possible_values = true, ignore_case = true)]
    lints: Vec<String>,
    #[command(flatten)]
    shape: ShapeArgs,
    #[command(flatten)]
    about: AboutArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How it is answered")]
struct ShapeArgs {
    /// The shape of the answer: human, json (described by `changeward schema policy-lint`), github, sarif, junit
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", hide_possible_values = true)]
    format: PolicyLintFormat,
    /// Show what a comment leaves as it is, too (human)
    #[arg(long)]
    all: bool,
    /// How grave a finding must be to fail: error, warn, info, or never
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = OnSeverity::Error, hide_possible_values = true)]
    fail_on: OnSeverity,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "About the lints")]
struct AboutArgs {
    /// List every lint: its code, its weight, what is wrong
    #[arg(long, conflicts_with_all = ["paths", "lints", "explain"])]
    list: bool,
    /// Say of one lint why it matters and what to do
    #[arg(long, value_name = "CODE", value_parser = PossibleValuesParser::new(codes()), hide_possible_values = true, ignore_case = true, conflicts_with_all = ["paths", "lints"])]
    explain: Option<String>,
}

fn codes() -> Vec<&'static str> {
    policy_lint::lints().iter().map(|lint| lint.code).collect()
}

fn format() -> impl TypedValueParser<Value = PolicyLintFormat> {
    PossibleValuesParser::new(PolicyLintFormat::ALL.map(PolicyLintFormat::as_str)).try_map(|word| {
        PolicyLintFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

impl LintArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        if self.about.list {
            for lint in policy_lint::lints() {
                let line = format!("{:<20} {:<5}  {}\n", lint.code, lint.severity.as_str(), lint.title);
                call.out.extend_from_slice(line.as_bytes());
            }
            return Ok(0);
        }
        if let Some(lint) = self.about.explain.as_ref().and_then(|code| policy_lint::lint_of(&code.to_uppercase())) {
            call.out.extend_from_slice(answer::explained(lint).as_bytes());
            return Ok(0);
        }
        let report = policy_lint::lint(&LintRequest {
            dir: call.dir.unwrap_or_else(|| PathBuf::from(".")),
            paths: self.paths,
            now: call.around.now,
            only: self.lints.iter().map(|code| code.to_uppercase()).collect(),
            fail_on: self.shape.fail_on.meant(),
            program: call.around.program.clone(),
        })?;
        let style = Style { colour: call.screen.colour, width: call.screen.width, explain: self.shape.all };
        answer::render_policy_lint(&report, self.shape.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(if report.fails() { 11 } else { 0 })
    }
}
