//! `changeward policy test`: the tests of the policies that stand in a folder, run one by one.

mod cases;
mod files;
mod session;

use super::failure::Failure;
use crate::model::{CoveredFile, Moment, PolicyCoverage, PolicyTest, TestOutcome, TestReport, TestResult};
use crate::policy::engine::Origin;
use crate::policy::testing::filter::Filter;
use cases::Cases;
use files::Files;
use session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// What is to be tested, and how.
#[derive(Clone, Debug)]
pub struct TestRequest {
    /// The folder of the policies, or any folder inside it.
    pub dir: PathBuf,
    /// Files and folders whose tests run; none: those of the organisation.
    pub paths: Vec<PathBuf>,
    /// Only tests whose full name matches this regular expression.
    pub filter: Option<String>,
    /// Which lines were evaluated is told.
    pub coverage: Option<CoverageRequest>,
    /// How long one test may take.
    pub timeout: Duration,
    /// Where the clock of the rules stands; without it at a fixed time, so that tests come out the same tomorrow.
    pub clock: Option<Moment>,
    /// When this is.
    pub now: Moment,
    /// This program itself, started again for the evaluating child.
    pub program: PathBuf,
}

/// Which coverage is told.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct CoverageRequest {
    /// Of the shipped policies as well.
    pub shipped: bool,
    /// Less than this, in per cent, fails.
    pub threshold: Option<f64>,
}

/// 2026-01-01T00:00:00Z
const CLOCK: i64 = 1_767_225_600;

/// One test that is to run.
enum Runnable {
    /// A rule, by its number in the evaluating process.
    Rule(usize, PolicyTest),
    /// A case, by its number among the cases.
    Case(usize, PolicyTest),
}

impl Runnable {
    fn test(&self) -> &PolicyTest {
        match self {
            Self::Rule(_, test) | Self::Case(_, test) => test,
        }
    }
}

/// Everything that is known before a test runs.
struct Prepared {
    files: Files,
    cases: Cases,
    session: Session,
    tests: Vec<Runnable>,
}

/// The tests that would run.
///
/// # Errors
/// As [`run`].
pub fn list(request: &TestRequest) -> Result<Vec<PolicyTest>, Failure> {
    Ok(prepare(request)?.tests.iter().map(|one| one.test().clone()).collect())
}

/// Runs the tests. `progress` is told how many of how many are done.
///
/// # Errors
/// When the policies or the tests cannot be read or do not load, and when there is nothing to run.
pub fn run(request: &TestRequest, progress: &mut dyn FnMut(u64, u64)) -> Result<TestReport, Failure> {
    let Prepared { files, cases, mut session, tests } = prepare(request)?;
    let all = tests.len() as u64;
    let mut results = Vec::with_capacity(tests.len());
    for (done, one) in tests.into_iter().enumerate() {
        progress(done as u64, all);
        results.push(match one {
            Runnable::Rule(_, test) | Runnable::Case(_, test) if test.todo => {
                TestResult::new(test, TestOutcome::Skipped)
            }
            Runnable::Rule(index, test) => session.rule(index, test)?,
            Runnable::Case(index, test) => cases.run(index, test, &mut session)?,
        });
    }
    let coverage = request.coverage.map(|wish| measured(wish, &files, &session));
    Ok(TestReport { at: request.now, results, coverage })
}

fn prepare(request: &TestRequest) -> Result<Prepared, Failure> {
    let filter = match &request.filter {
        Some(expression) => Filter::new(expression).map_err(|why| {
            let expression = expression.clone();
            Failure::usage(Unfit::Filter { expression, why })
        })?,
        None => Filter::default(),
    };
    let files = Files::read(request)?;
    let clock = request.clock.unwrap_or(Moment::from_unix(CLOCK));
    let cases = Cases::read(&files, clock)?;
    let (session, found) = Session::start(request, &files, clock)?;
    let rules = found.into_iter().enumerate().map(|(index, test)| Runnable::Rule(index, test));
    let mut tests: Vec<Runnable> = rules.filter(|one| files.selected(&one.test().place.file)).collect();
    tests.extend(cases.tests().map(|(index, test)| Runnable::Case(index, test)));
    let there = tests.len();
    tests.retain(|one| filter.wants(one.test()));
    if tests.iter().all(|one| one.test().todo) {
        return Err(Failure::nothing(nothing(request, there, tests.len())));
    }
    Ok(Prepared { files, cases, session, tests })
}

/// Why nothing would run.
fn nothing(request: &TestRequest, there: usize, left: usize) -> Nothing {
    match (&request.filter, there, left) {
        (_, 0, _) if request.paths.is_empty() => Nothing::NoTest,
        (_, 0, _) => Nothing::NoTestThere,
        (Some(filter), _, 0) => Nothing::NoMatch { filter: filter.clone(), there },
        _ => Nothing::AllTodo { left },
    }
}

/// How much of which policies was evaluated.
fn measured(wish: CoverageRequest, files: &Files, session: &Session) -> PolicyCoverage {
    let wanted = |file: &str| {
        files.modules.iter().any(|module| {
            module.file == file
                && (module.origin == Origin::Organisation || (wish.shipped && module.origin == Origin::Shipped))
        })
    };
    let none = BTreeSet::new();
    let all = session.lines.iter().filter(|(file, _)| wanted(file));
    let files: BTreeMap<String, CoveredFile> = all
        .map(|(file, lines)| {
            let seen = session.covered.get(file).unwrap_or(&none);
            let covered = lines.intersection(seen).copied().collect();
            let missed = lines.difference(seen).copied().collect();
            (file.clone(), CoveredFile { covered, missed })
        })
        .collect();
    PolicyCoverage { files, threshold: wish.threshold }
}

/// To run nothing is no success.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Nothing {
    #[error("there is no test")]
    #[diagnostic(
        code(changeward::policy::no_tests),
        help("write rules `test_…` into .changeward/policies/NAME_test.rego, or cases into NAME_test.yaml there")
    )]
    NoTest,
    #[error("there is no test in what was named")]
    #[diagnostic(
        code(changeward::policy::no_tests),
        help(
            "tests are rules `test_…` of .rego files, and cases of files whose names end in _test.yaml or _test.json"
        )
    )]
    NoTestThere,
    #[error("no test matches `{}`", filter.escape_debug())]
    #[diagnostic(
        code(changeward::policy::no_tests),
        help("`changeward policy test --list` names each of the {there}; the expression may match anywhere in a name")
    )]
    NoMatch { filter: String, there: usize },
    #[error("every test is to be done yet")]
    #[diagnostic(
        code(changeward::policy::no_tests),
        help("each is marked, by `todo_test_…` or `todo: true`: let one of the {left} run")
    )]
    AllTodo { left: usize },
}

/// Something was asked that cannot be.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Unfit {
    #[error("`{}` is no regular expression: {why}", expression.escape_debug())]
    #[diagnostic(
        code(changeward::usage::filter),
        help("write part of a name, such as `--run test_pay`; put `\\` before what is no letter")
    )]
    Filter { expression: String, why: String },
}
