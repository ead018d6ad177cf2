//! `changeward policy test`

use crate::app::answer::{self, Style, TestFormat};
use crate::app::failure::Failure;
use crate::app::policy_test::{self, CoverageRequest, TestRequest};
use crate::cli::progress::Progress;
use crate::cli::{Call, failing};
use crate::model::{Moment, Span};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::{Path, PathBuf};
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  changeward policy test                             the tests in .changeward/policies/
  changeward policy test --coverage --threshold 90   and how much of the policies they look at
  changeward policy test --run test_pay --verbose    some of them, with all they print
  changeward policy test draft/                      those of a folder, beside the policies that are there
  changeward policy test --format junit > tests.xml

Exit codes: 0 all pass, 11 a test fails or too little is covered, 12 nothing ran;
1 to 4 there is no answer (3: the policies do not load)";

/// Run the tests of the policies that stand in the working folder; reads only
///
/// Tests are rules `test_…`, written as for `opa test`, in files NAME_test.rego, and cases in files NAME_test.yaml or
/// NAME_test.json, which name an input and what must come out. They run against the files as they stand, committed or
/// not, together with the shipped policies.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TestArgs {
    /// Only the tests of these files and folders; other .rego files there are loaded beside the organisation's policies
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    ran: RanArgs,
    #[command(flatten)]
    covered: CoveredArgs,
    #[command(flatten)]
    shape: ShapeArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What runs")]
struct RanArgs {
    /// Only tests whose name (data.PACKAGE.RULE, or FILE: NOTE) matches this regular expression somewhere
    #[arg(long, value_name = "REGEX")]
    run: Option<String>,
    /// How long one test may take (30s, 1m): at most a minute
    #[arg(long, value_name = "SPAN", default_value = "5s", value_parser = timeout)]
    timeout: Duration,
    /// The time that rules see where a test says nothing of it; 2026-01-01 unless given, so that tests come out the same
    /// tomorrow
    #[arg(long, visible_alias = "now", value_name = "TIME", value_parser = crate::cli::change::moment)]
    at: Option<Moment>,
    /// Name the tests instead of running them
    #[arg(long, conflicts_with_all = ["coverage", "threshold", "format", "verbose"])]
    list: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is covered")]
struct CoveredArgs {
    /// Tell which lines of the organisation's policies no test evaluates
    #[arg(long)]
    coverage: bool,
    /// Fail when less of all lines is covered, in per cent (implies --coverage)
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    threshold: Option<f64>,
    /// Count the shipped policies as well (implies --coverage)
    #[arg(long)]
    shipped: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How it is answered")]
struct ShapeArgs {
    /// The shape of the answer: human, json (described by `changeward schema tests`), junit, lcov (the coverage alone)
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", hide_possible_values = true)]
    format: TestFormat,
    /// Tell of every test, with its time and all it printed (human)
    #[arg(long, short)]
    verbose: bool,
}

fn format() -> impl TypedValueParser<Value = TestFormat> {
    PossibleValuesParser::new(TestFormat::ALL.map(TestFormat::as_str)).try_map(|word| {
        TestFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

/// The longest a test may take, in seconds: the evaluating process gives up on its own after two minutes.
const LONGEST: i64 = 60;

fn timeout(text: &str) -> Result<Duration, String> {
    let span = Span::parse(text).filter(|span| span.0 > 0 && span.0 <= LONGEST);
    let seconds = span.and_then(|span| u64::try_from(span.0).ok());
    seconds.map(Duration::from_secs).ok_or_else(|| "write from `1s` to `60s`".to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "write a number from 0 to 100".to_owned())
}

impl TestArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let measured =
            self.covered.coverage || self.covered.threshold.is_some() || self.shape.format == TestFormat::Lcov;
        let request = TestRequest {
            dir: call.dir.unwrap_or_else(|| Path::new(".").to_path_buf()),
            paths: self.paths,
            filter: self.ran.run,
            coverage: measured
                .then_some(CoverageRequest { shipped: self.covered.shipped, threshold: self.covered.threshold }),
            timeout: self.ran.timeout,
            clock: self.ran.at,
            now: call.around.now,
            program: call.around.program.clone(),
        };
        if self.ran.list {
            let tests = policy_test::list(&request)?;
            answer::render_test_list(&tests, call.out).map_err(failing::unwritable)?;
            return Ok(0);
        }
        let mut progress = Progress::of("Testing");
        let report = policy_test::run(&request, &mut |done, all| progress.step(done, all))?;
        drop(progress);
        let style = Style { colour: call.screen.colour, width: call.screen.width, explain: self.shape.verbose };
        answer::render_tests(&report, self.shape.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(if report.fails() { 11 } else { 0 })
    }
}
