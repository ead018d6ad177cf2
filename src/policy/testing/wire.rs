//! What is said about tests between this program and the process that evaluates: as in `policy/wire.rs`, one answer to
//! each request, in order. A test has a request of its own, so that whoever asks knows which one never answered.

use super::suite::{Lines, Ran, Said, Setting, Suite};
use crate::model::{Difference, Findings, Moment, Place, PolicyTest, TestCase, TestFault, TestOutcome, TestReason};
use crate::policy::engine::{Leftover, Limits, Module, RuleMeta};
use crate::policy::error::PolicyErrors;
use crate::policy::wire::{Answer, WireFindings, WireMeta, WireModule, WireProblem, failed, garbled};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The policies, what their METADATA gives, how long one test may take, the time, and whether lines are watched.
///
/// # Errors
/// Never in practice: JSON of texts.
pub fn load_request(
    modules: &[Module],
    metas: &[RuleMeta],
    limits: Limits,
    now: Moment,
    coverage: bool,
) -> Result<Vec<u8>, PolicyErrors> {
    request(&Ask::Load {
        modules: modules.iter().map(WireModule::from).collect(),
        metas: metas.iter().map(WireMeta::from).collect(),
        milliseconds: u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX),
        now: now.unix(),
        coverage,
    })
}

/// Run the test of this number.
///
/// # Errors
/// Never in practice: JSON of one number.
pub fn run_request(index: usize) -> Result<Vec<u8>, PolicyErrors> {
    request(&Ask::Run { index })
}

/// Say why the test of this number failed.
///
/// # Errors
/// Never in practice: JSON of one number.
pub fn explain_request(index: usize) -> Result<Vec<u8>, PolicyErrors> {
    request(&Ask::Explain { index })
}

/// Evaluate the policies over an input document, at a time.
///
/// # Errors
/// Never in practice: JSON of one number.
pub fn case_request(now: Moment, input_json: &str) -> Result<Vec<u8>, PolicyErrors> {
    let mut body = request(&Ask::Case { now: now.unix() })?;
    body.push(b'\n');
    body.extend_from_slice(input_json.as_bytes());
    Ok(body)
}

/// What is known of policies with tests that loaded.
#[derive(Clone, Debug, Default)]
pub struct LoadedTests {
    /// In the order of the files and their lines; a test's number is its place here.
    pub tests: Vec<PolicyTest>,
    /// The lines that can be evaluated, by file.
    pub lines: BTreeMap<String, BTreeSet<u32>>,
}

/// What came of a test.
#[derive(Clone, Debug)]
pub struct RanTest {
    /// What became of it.
    pub outcome: TestOutcome,
    /// Why it could not be evaluated.
    pub fault: Option<TestFault>,
    /// The cases of a table-driven test.
    pub cases: Vec<TestCase>,
    /// Why it failed, where that is clear without asking.
    pub reasons: Vec<TestReason>,
    /// What it printed.
    pub prints: Vec<String>,
    /// The lines that no test before it evaluated, by file.
    pub covered: BTreeMap<String, BTreeSet<u32>>,
}

/// What the policies say of a case.
#[derive(Clone, Debug)]
pub struct RanCase {
    /// The findings, or why there are none.
    pub findings: Result<Findings, TestFault>,
    /// What the rules printed.
    pub prints: Vec<String>,
    /// The lines that nothing before it evaluated, by file.
    pub covered: BTreeMap<String, BTreeSet<u32>>,
}

/// Reads the answer to the request that loads.
///
/// # Errors
/// What is wrong with the policies or the tests.
pub fn read_loaded(answer: &[u8], modules: &[Module]) -> Result<LoadedTests, PolicyErrors> {
    match told(answer)? {
        Answer::Failed { problems } => Err(failed(problems, modules)),
        Answer::Testing(Told::Loaded { tests, lines }) => {
            Ok(LoadedTests { tests: tests.into_iter().map(WireTest::read).collect(), lines })
        }
        _ => Err(garbled(&"no tests where some were loaded").into()),
    }
}

/// Reads the answer to the request to run a test.
///
/// # Errors
/// When it is none.
pub fn read_run(answer: &[u8]) -> Result<RanTest, PolicyErrors> {
    let Answer::Testing(Told::Ran { outcome, problems, cases, reasons, prints, covered }) = told(answer)? else {
        return Err(garbled(&"no result of a test").into());
    };
    Ok(RanTest {
        outcome: match outcome {
            WireOutcome::Passed => TestOutcome::Passed,
            WireOutcome::Failed => TestOutcome::Failed,
            WireOutcome::Errored => TestOutcome::Errored,
        },
        fault: problems.into_iter().next().map(WireProblem::fault),
        cases: cases.into_iter().map(|(name, passed)| TestCase { name, passed }).collect(),
        reasons: reasons.into_iter().map(WireReason::read).collect(),
        prints,
        covered,
    })
}

/// Reads the answer to the question why a test failed.
///
/// # Errors
/// When it is none.
pub fn read_explained(answer: &[u8]) -> Result<Vec<TestReason>, PolicyErrors> {
    match told(answer)? {
        Answer::Testing(Told::Explained { reasons }) => Ok(reasons.into_iter().map(WireReason::read).collect()),
        _ => Err(garbled(&"no reasons").into()),
    }
}

/// Reads the answer to the request to evaluate a case.
///
/// # Errors
/// When it is none.
pub fn read_case(answer: &[u8]) -> Result<RanCase, PolicyErrors> {
    let Answer::Testing(Told::Said { findings, problems, prints, covered }) = told(answer)? else {
        return Err(garbled(&"nothing said of a case").into());
    };
    let findings = match (findings, problems.into_iter().next()) {
        (Some(findings), None) => Ok(findings.read().ok_or_else(|| garbled(&"a word that is none of ours"))?),
        (_, Some(problem)) => Err(problem.fault()),
        (None, None) => return Err(garbled(&"neither findings nor a problem").into()),
    };
    Ok(RanCase { findings, prints, covered })
}

fn request(ask: &Ask) -> Result<Vec<u8>, PolicyErrors> {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Outer<'a> {
        Testing(&'a Ask),
    }
    serde_json::to_vec(&Outer::Testing(ask)).map_err(|e| garbled(&e).into())
}

fn told(answer: &[u8]) -> Result<Answer, PolicyErrors> {
    Ok(serde_json::from_slice(answer).map_err(|e| garbled(&e))?)
}

/// A request.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::policy) enum Ask {
    Load { modules: Vec<WireModule>, metas: Vec<WireMeta>, milliseconds: u64, now: i64, coverage: bool },
    Run { index: usize },
    Explain { index: usize },
    Case { now: i64 },
}

/// An answer.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::policy) enum Told {
    Loaded {
        tests: Vec<WireTest>,
        lines: Lines,
    },
    Ran {
        outcome: WireOutcome,
        problems: Vec<WireProblem>,
        cases: Vec<(String, bool)>,
        reasons: Vec<WireReason>,
        prints: Vec<String>,
        covered: Lines,
    },
    Explained {
        reasons: Vec<WireReason>,
    },
    Said {
        findings: Option<Box<WireFindings>>,
        problems: Vec<WireProblem>,
        prints: Vec<String>,
        covered: Lines,
    },
}

/// The evaluating process: answers one request. `None` when there are no policies, or no such test.
pub(in crate::policy) fn answer(
    suite: &mut Option<Suite>,
    ask: Ask,
    input: &str,
) -> Option<(Answer, Option<Leftover>)> {
    let answer = match ask {
        Ask::Load { modules, metas, milliseconds, now, coverage } => {
            let modules: Vec<Module> = modules.into_iter().map(Module::from).collect();
            let metas = metas.into_iter().map(RuleMeta::from).collect();
            let limits = Limits { time: Duration::from_millis(milliseconds) };
            match Suite::load(&modules, metas, Setting { limits, now: Moment::from_unix(now), coverage }) {
                Err(problems) => Answer::failed(&problems),
                Ok(loaded) => {
                    let tests = loaded.tests().map(WireTest::of).collect();
                    let lines = loaded.lines().clone();
                    *suite = Some(loaded);
                    Answer::Testing(Told::Loaded { tests, lines })
                }
            }
        }
        Ask::Run { index } => Answer::Testing(ran(suite.as_mut()?.run(index)?)),
        Ask::Explain { index } => {
            let reasons = suite.as_ref()?.explain(index).iter().map(WireReason::of).collect();
            Answer::Testing(Told::Explained { reasons })
        }
        Ask::Case { now } => {
            let (said, leftover) = suite.as_mut()?.case(input, Moment::from_unix(now));
            return Some((Answer::Testing(said_of(said)), Some(leftover)));
        }
    };
    Some((answer, None))
}

fn ran(ran: Ran) -> Told {
    let (outcome, problems) = match &ran.outcome {
        Ok(TestOutcome::Passed | TestOutcome::Skipped) => (WireOutcome::Passed, Vec::new()),
        Ok(TestOutcome::Failed | TestOutcome::Errored) => (WireOutcome::Failed, Vec::new()),
        Err(problems) => (WireOutcome::Errored, WireProblem::all(problems)),
    };
    Told::Ran {
        outcome,
        problems,
        cases: ran.cases.into_iter().map(|case| (case.name, case.passed)).collect(),
        reasons: ran.reasons.iter().map(WireReason::of).collect(),
        prints: ran.prints,
        covered: ran.covered,
    }
}

fn said_of(said: Said) -> Told {
    let (findings, problems) = match &said.findings {
        Ok(findings) => (Some(Box::new(WireFindings::of(findings))), Vec::new()),
        Err(problems) => (None, WireProblem::all(problems)),
    };
    Told::Said { findings, problems, prints: said.prints, covered: said.covered }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::policy) enum WireOutcome {
    Passed,
    Failed,
    Errored,
}

#[derive(Serialize, Deserialize)]
pub(in crate::policy) struct WireTest {
    group: String,
    name: String,
    file: String,
    line: u32,
    todo: bool,
}

impl WireTest {
    fn of(test: &PolicyTest) -> Self {
        let PolicyTest { group, name, place, todo } = test.clone();
        Self { group, name, file: place.file, line: place.line, todo }
    }

    fn read(self) -> PolicyTest {
        let Self { group, name, file, line, todo } = self;
        PolicyTest { group, name, place: Place { file, line }, todo }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::policy) struct WireReason {
    case: Option<String>,
    place: Option<(String, u32)>,
    text: String,
    values: Vec<(String, String)>,
    differences: Vec<(String, Option<String>, Option<String>)>,
    more_differences: u64,
}

impl WireReason {
    fn of(reason: &TestReason) -> Self {
        let TestReason { case, place, text, values, differences, more_differences } = reason.clone();
        let place = place.map(|place| (place.file, place.line));
        let differences = differences.into_iter().map(|d| (d.path, d.left, d.right)).collect();
        Self { case, place, text, values, differences, more_differences }
    }

    fn read(self) -> TestReason {
        let Self { case, place, text, values, differences, more_differences } = self;
        let place = place.map(|(file, line)| Place { file, line });
        let differences = differences.into_iter().map(|(path, left, right)| Difference { path, left, right }).collect();
        TestReason { case, place, text, values, differences, more_differences }
    }
}
