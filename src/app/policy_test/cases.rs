//! Case files: each case becomes an input document, and what the policies say of it is held against what it wants.

use super::files::{CaseText, Files};
use super::session::{Judged, Session};
use crate::app::controls::SeveralInvalid;
use crate::app::evaluate::not_serialised;
use crate::app::failure::{Failure, FailureKind};
use crate::assess::{Evidence, assess};
use crate::model::{
    CaseFile, CaseInput, Config, Datum, Moment, Place, PolicyCase, PolicyTest, TestOutcome, TestResult,
};
use crate::parse::{self, EMPTY_INPUT};
use crate::policy::codes::Codes;
use crate::policy::input;
use crate::policy::testing::document::{Start, document};
use crate::policy::testing::expect::{judge, known};
use crate::world::given;
use miette::Diagnostic;
use std::collections::BTreeMap;

/// The cases of all files whose tests run.
pub(super) struct Cases {
    cases: Vec<Case>,
    /// A change of nothing.
    empty: String,
    codes: Codes,
    now: Moment,
}

/// One case with what it starts from.
struct Case {
    test: PolicyTest,
    case: PolicyCase,
    input: Input,
}

/// What a case starts from.
#[derive(Clone)]
enum Input {
    /// A change of nothing.
    Empty,
    /// What differs from that.
    Over(Datum),
    /// The document of a file.
    File(Datum),
}

impl Cases {
    /// Reads them.
    ///
    /// # Errors
    /// Every mistake of every file, those of the inputs they name included.
    pub(super) fn read(files: &Files, now: Moment) -> Result<Self, Failure> {
        let mut invalid: Vec<Box<dyn Diagnostic + Send + Sync>> = Vec::new();
        let mut cases = Vec::new();
        for text in files.cases.iter().filter(|text| files.selected(&text.file)) {
            match parse::policy_cases(&text.text, &text.file) {
                Ok(file) => cases.extend(read_file(text, file, &mut invalid)?),
                Err(error) => invalid.push(Box::new(error)),
            }
        }
        match invalid.len() {
            0 => {
                let (empty, codes) = (empty(&files.config, now)?, Codes::of(&files.modules, &files.metas));
                Ok(Self { cases, empty, codes, now })
            }
            1 => Err(invalid
                .pop()
                .map_or_else(|| Failure::invalid(Lost), |one| Failure::boxed(FailureKind::Invalid, one))),
            _ => Err(Failure::invalid(SeveralInvalid { related: invalid })),
        }
    }

    /// The cases as tests, by their numbers.
    pub(super) fn tests(&self) -> impl Iterator<Item = (usize, PolicyTest)> {
        self.cases.iter().map(|case| case.test.clone()).enumerate()
    }

    /// Runs a case.
    ///
    /// # Errors
    /// When the evaluating process cannot be started again.
    pub(super) fn run(&self, index: usize, test: PolicyTest, session: &mut Session) -> Result<TestResult, Failure> {
        let place = test.place.clone();
        let mut result = TestResult::new(test, TestOutcome::Errored);
        let Some(Case { case, input, .. }) = self.cases.get(index) else { return Ok(result) };
        let start = match input {
            Input::Empty => Start::Json(&self.empty),
            Input::Over(datum) => Start::Over(&self.empty, datum),
            Input::File(datum) => Start::Whole(datum),
        };
        let made = known(&case.want, &self.codes).and_then(|()| document(start, case, self.now));
        let (document, now) = match made {
            Ok(made) => made,
            Err(mut fault) => {
                fault.place = Some(place);
                result.fault = Some(fault);
                return Ok(result);
            }
        };
        let Judged { findings, prints, took } = session.case(&document, now)?;
        (result.prints, result.took) = (prints, took);
        match findings {
            Err(fault) => result.fault = Some(fault),
            Ok(findings) => {
                result.reasons = judge(&case.want, &findings);
                result.outcome = if result.reasons.is_empty() { TestOutcome::Passed } else { TestOutcome::Failed };
            }
        }
        Ok(result)
    }
}

/// The cases of one file.
fn read_file(
    text: &CaseText,
    file: CaseFile,
    invalid: &mut Vec<Box<dyn Diagnostic + Send + Sync>>,
) -> Result<Vec<Case>, Failure> {
    let mut read: BTreeMap<String, Datum> = BTreeMap::new();
    let mut cases = Vec::new();
    for case in file.cases {
        let input = match resolved(case.input.as_ref(), &file.inputs) {
            None => Input::Empty,
            Some(CaseInput::Document(datum)) => Input::Over(datum.clone()),
            Some(CaseInput::Named(name, line)) => {
                if !read.contains_key(name) {
                    let place = Place { file: text.file.clone(), line: *line };
                    match input_file(text, name, place)? {
                        Ok(datum) => drop(read.insert(name.clone(), datum)),
                        Err(error) => {
                            invalid.push(error);
                            read.insert(name.clone(), Datum::Null);
                        }
                    }
                }
                read.get(name).cloned().map_or(Input::Empty, Input::File)
            }
        };
        let place = Place { file: text.file.clone(), line: case.line };
        let test = PolicyTest { group: text.file.clone(), name: case.note.clone(), place, todo: case.todo };
        cases.push(Case { test, case, input });
    }
    Ok(cases)
}

/// The document, or the file that holds it; `None` for a change of nothing.
fn resolved<'a>(input: Option<&'a CaseInput>, inputs: &'a BTreeMap<String, CaseInput>) -> Option<&'a CaseInput> {
    match input? {
        CaseInput::Named(name, _) if name == EMPTY_INPUT => None,
        CaseInput::Named(name, _) if inputs.contains_key(name) => inputs.get(name),
        other => Some(other),
    }
}

type Refused = Box<dyn Diagnostic + Send + Sync>;

/// Reads a document that stands in a file of its own.
fn input_file(text: &CaseText, name: &str, place: Place) -> Result<Result<Datum, Refused>, Failure> {
    let bytes = match given::file(&text.folder.join(name)) {
        Ok(bytes) => bytes,
        Err(error) => {
            let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            let name = name.to_owned();
            return Ok(Err(Box::new(NoInput { place: place.to_string(), name, why })));
        }
    };
    let beside = text.file.rsplit_once('/').map_or_else(|| name.to_owned(), |(folder, _)| format!("{folder}/{name}"));
    let read = parse::policy_input(&String::from_utf8_lossy(&bytes), &beside);
    Ok(read.map_err(|error| Box::new(error) as Refused))
}

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{place} names the input {}, which cannot be read: {why}", crate::model::RepoPath::from(name.as_str()).quoted())]
#[diagnostic(
    code(changeward::cases::no_input),
    help("it is looked for beside the case file; `changeward policy input > FILE` writes one")
)]
struct NoInput {
    place: String,
    name: String,
    why: String,
}

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("a case file is invalid, and it was lost why")]
#[diagnostic(code(changeward::internal::cases), help("this is a defect of changeward; please report it"))]
struct Lost;

/// What the rules read of a change of nothing, where nobody owns anything.
fn empty(config: &Config, now: Moment) -> Result<String, Failure> {
    let facts = assess(Evidence { config: config.clone(), ..Evidence::of_nothing("production", now) });
    input::input(&facts).map_err(not_serialised)
}
