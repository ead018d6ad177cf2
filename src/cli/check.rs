//! `changeward check`

use super::Call;
use super::change::{KnownArgs, SpecArgs, Wishes, request};
use super::fail_on::OnVerdict;
use crate::app::answer::{self, Format, Style};
use crate::app::check;
use crate::app::failure::Failure;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

const EXAMPLES: &str = "\
Examples:
  changeward check                                   this branch, against the default branch
  changeward check main...topic --format json        a branch, for a program
  changeward check --staged --explain                before a commit: what else it could have been
  git diff main | changeward check --diff -          a diff from anywhere
  changeward check --claim emergency --trailer Incident=INC-42 \\
    --trailer Criterion=restore-service --trailer 'Justification=payments are down since noon'
  changeward check --facts facts.json --at 2026-12-24 --fail-on block

Exit codes: 0 may go ahead, 10 approval pending, 11 blocked; 1 to 4 there is no answer";

/// Classify a change and decide whether it may go ahead; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    known: KnownArgs,
    #[command(flatten)]
    answer: AnswerArgs,
}

/// How the answer is given.
#[derive(Debug, Args)]
#[command(next_help_heading = "How it is answered")]
struct AnswerArgs {
    /// The shape of the answer
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", long_help = FORMATS)]
    format: Format,
    /// Also say, for every class not chosen, why not, and which files alone prevent standard
    #[arg(long)]
    explain: bool,
    /// Which verdicts fail: pending (and block), block, or never; a failure always does
    #[arg(long, value_name = "VERDICT", value_enum, default_value_t = OnVerdict::Pending, hide_possible_values = true)]
    fail_on: OnVerdict,
}

const FORMATS: &str = "The shape of the answer: human, for a person (without colour where it is piped); json, versioned, \
described by `changeward schema decision`; markdown, for a comment or a step summary; sarif, for code scanning; junit, \
for test reporters; github, workflow commands that annotate the change";

/// The formats by their own words: a new one needs no line here.
fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str))
        .try_map(|word| Format::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format"))
}

impl CheckArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let AnswerArgs { format, explain, fail_on } = self.answer;
        let wishes = Wishes { fail_on: fail_on.meant(), all_edits: explain };
        let request = request(self.spec, self.known, wishes, call.dir.as_deref(), call.around);
        let decision = check::check(&request)?;
        let style = Style { colour: call.screen.colour, width: call.screen.width, explain };
        answer::render(&decision, format, &style, call.out).map_err(super::failing::unwritable)?;
        let code = request.fail_on.exit_code(decision.verdict());
        // The process ends here; to take 100,000 files apart piece by piece would only hold it up.
        std::mem::forget(decision);
        Ok(code)
    }
}
