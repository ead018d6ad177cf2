//! The evaluating process while tests run. A test that hangs or kills it is named, and the others go on in a new one.

use super::TestRequest;
use super::files::Files;
use crate::app::evaluate::{GRACE, MEMORY_BYTES, failed, invalid};
use crate::app::failure::Failure;
use crate::model::{Findings, Moment, PolicyTest, TestFault, TestOutcome, TestResult};
use crate::policy::engine::{Limits, Module};
use crate::policy::error::PolicyCode;
use crate::policy::testing::wire::{self, LoadedTests, RanCase};
use crate::world::evaluator::{Evaluator, EvaluatorError};
use miette::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// The evaluating process of a run, with everything needed to start it again.
pub(super) struct Session {
    program: PathBuf,
    modules: Vec<Module>,
    load: Vec<u8>,
    evaluator: Option<Evaluator>,
    timeout: Duration,
    /// The lines that can be evaluated, by file.
    pub(super) lines: BTreeMap<String, BTreeSet<u32>>,
    /// Those that were.
    pub(super) covered: BTreeMap<String, BTreeSet<u32>>,
}

/// What a case gave, and how long it took.
pub(super) struct Judged {
    pub(super) findings: Result<Findings, TestFault>,
    pub(super) prints: Vec<String>,
    pub(super) took: Duration,
}

impl Session {
    /// Starts it and finds the tests.
    ///
    /// # Errors
    /// When it cannot be started, or the policies do not load.
    pub(super) fn start(
        request: &TestRequest,
        files: &Files,
        clock: Moment,
    ) -> Result<(Self, Vec<PolicyTest>), Failure> {
        let limits = Limits { time: request.timeout };
        let load = wire::load_request(&files.modules, &files.metas, limits, clock, request.coverage.is_some());
        let mut session = Self {
            program: request.program.clone(),
            modules: files.modules.clone(),
            load: load.map_err(invalid)?,
            evaluator: None,
            timeout: request.timeout,
            lines: BTreeMap::new(),
            covered: BTreeMap::new(),
        };
        let LoadedTests { tests, lines } = session.begin()?;
        session.lines = lines;
        Ok((session, tests))
    }

    /// A new process, with the policies in it.
    fn begin(&mut self) -> Result<LoadedTests, Failure> {
        let mut evaluator = Evaluator::spawn(&self.program, MEMORY_BYTES).map_err(failed)?;
        let deadline = Limits::default().time + GRACE;
        let answer = evaluator.evaluate(self.load.clone(), deadline).map_err(failed)?;
        let loaded = wire::read_loaded(&answer, &self.modules).map_err(invalid)?;
        self.evaluator = Some(evaluator);
        Ok(loaded)
    }

    /// Asks, and says how long the answer took. Without an answer the process is gone, and the next question starts a new
    /// one.
    fn ask(&mut self, request: Vec<u8>) -> Result<(Result<Vec<u8>, TestFault>, Duration), Failure> {
        if self.evaluator.is_none() {
            self.begin()?;
        }
        let Some(evaluator) = &mut self.evaluator else {
            return Ok((Err(gone(&EvaluatorError::Garbled)), Duration::ZERO));
        };
        let answer = evaluator.evaluate(request, self.timeout + GRACE);
        let took = evaluator.took();
        Ok((
            answer.map_err(|error| {
                self.evaluator = None;
                gone(&error)
            }),
            took,
        ))
    }

    /// Runs a rule and, when it fails, asks why.
    ///
    /// # Errors
    /// When the process cannot be started again.
    pub(super) fn rule(&mut self, index: usize, test: PolicyTest) -> Result<TestResult, Failure> {
        let mut result = TestResult::new(test, TestOutcome::Errored);
        let (answer, took) = self.ask(wire::run_request(index).map_err(invalid)?)?;
        result.took = took;
        let ran = match answer {
            Ok(answer) => wire::read_run(&answer).map_err(invalid)?,
            Err(fault) => {
                result.fault = Some(fault);
                return Ok(result);
            }
        };
        self.covers(ran.covered);
        (result.outcome, result.fault) = (ran.outcome, ran.fault.map(longer));
        (result.cases, result.reasons, result.prints) = (ran.cases, ran.reasons, ran.prints);
        if result.outcome == TestOutcome::Failed && result.reasons.is_empty() {
            let (answer, _) = self.ask(wire::explain_request(index).map_err(invalid)?)?;
            // Without an answer the test has failed all the same; only why stays unknown.
            result.reasons = answer.ok().and_then(|answer| wire::read_explained(&answer).ok()).unwrap_or_default();
        }
        Ok(result)
    }

    /// Evaluates the policies over an input document.
    ///
    /// # Errors
    /// When the process cannot be started again.
    pub(super) fn case(&mut self, document: &str, now: Moment) -> Result<Judged, Failure> {
        let (answer, took) = self.ask(wire::case_request(now, document).map_err(invalid)?)?;
        let RanCase { findings, prints, covered } = match answer {
            Ok(answer) => wire::read_case(&answer).map_err(invalid)?,
            Err(fault) => return Ok(Judged { findings: Err(fault), prints: Vec::new(), took }),
        };
        self.covers(covered);
        Ok(Judged { findings: findings.map_err(longer), prints, took })
    }

    fn covers(&mut self, covered: BTreeMap<String, BTreeSet<u32>>) {
        for (file, lines) in covered {
            self.covered.entry(file).or_default().extend(lines);
        }
    }
}

/// Why there was no answer, as the fault of the test that got none.
fn gone(error: &EvaluatorError) -> TestFault {
    let word = |said: Option<Box<dyn std::fmt::Display + '_>>| said.map(|said| said.to_string());
    longer(TestFault {
        code: word(error.code()).unwrap_or_default(),
        message: error.to_string(),
        place: None,
        help: word(error.help()),
    })
}

/// A test that ran too long may be given longer.
fn longer(fault: TestFault) -> TestFault {
    if fault.code != PolicyCode::TimeLimit.as_str() {
        return fault;
    }
    let help = fault.help.map(|help| format!("{help}; ")).unwrap_or_default();
    TestFault { help: Some(format!("{help}`--timeout` gives each test longer")), ..fault }
}
