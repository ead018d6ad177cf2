//! `changeward template test`

use crate::app::answer::{self, TemplateTestFormat};
use crate::app::failure::Failure;
use crate::app::template::test::{TestRequest, test};
use crate::cli::owners::StateArgs;
use crate::cli::{Call, failing};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  changeward template test                       all templates of HEAD
  changeward template test raise-replicas --worktree
  changeward template test --format junit > templates.xml
  git diff -U1000000 HEAD~1 > .changeward/tests/templates/raise-replicas/fits/to-six.diff

A test is a patch that shows whole files (`git diff -U1000000`): .changeward/tests/templates/ID/fits/NAME.diff must
fit the template, .changeward/tests/templates/ID/misfits/NAME.diff must not. A line `# why: …` before the first file of
a misfit says what the reason must say. Only what a change does to files is judged.

Exit codes: 0 every case comes out as it must, 11 one does not, 12 nothing was run; 1 to 4 there is no answer";

/// Templates against changes that must fit them and changes that must not; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TestArgs {
    /// Which ones [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    state: StateArgs,
    /// Having nothing to run is no failure
    #[arg(long)]
    allow_empty: bool,
    /// The shape of the answer: human, json (described by `changeward schema template-tests`), junit
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", hide_possible_values = true)]
    format: TemplateTestFormat,
}

fn format() -> impl TypedValueParser<Value = TemplateTestFormat> {
    PossibleValuesParser::new(TemplateTestFormat::ALL.map(TemplateTestFormat::as_str)).try_map(|word| {
        TemplateTestFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

impl TestArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let style = super::style(&call);
        let dir = call.dir.unwrap_or_else(|| PathBuf::from("."));
        let at = self.state.meant(&dir);
        let request = TestRequest { dir, at, now: call.around.now, ids: self.ids, allow_empty: self.allow_empty };
        let tests = test(&request)?;
        answer::render_template_tests(&tests, self.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(match (tests.is_empty_handed(), tests.fails()) {
            (true, _) => 12,
            (false, true) => 11,
            (false, false) => 0,
        })
    }
}
