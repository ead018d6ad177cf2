//! Tests of policies: what is run, what came of it, and how much of the policies was looked at.

use super::{ChangeClass, Datum, Moment, Place, Risk};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// One test: a rule `test_…`, or a case of a case file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PolicyTest {
    /// The package (`data.changeward_test`), or the case file.
    pub group: String,
    /// The name of the rule, or the note of the case.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// It is to be done yet (`todo_test_…`), and does not run.
    pub todo: bool,
}

impl PolicyTest {
    /// The name people filter by: `data.changeward_test.test_x`, `payments_test.yaml: no test`.
    pub fn full_name(&self) -> String {
        if self.group.starts_with("data.") {
            format!("{}.{}", self.group, self.name)
        } else {
            format!("{}: {}", self.group, self.name)
        }
    }
}

/// What became of a test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestOutcome {
    /// It is true.
    Passed,
    /// It is anything else.
    Failed,
    /// It could not be evaluated.
    Errored,
    /// It is to be done yet.
    Skipped,
}

impl TestOutcome {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Errored => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// Why a test could not be evaluated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestFault {
    /// The code of the diagnostic.
    pub code: String,
    /// For people, one line.
    pub message: String,
    /// The line of the policy, where it is known.
    pub place: Option<Place>,
    /// The next step.
    pub help: Option<String>,
}

/// One case of a table-driven test, by its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestCase {
    /// The key, as text; several keys are joined by ` / `.
    pub name: String,
    /// It holds.
    pub passed: bool,
}

/// Why a test failed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TestReason {
    /// The case of a table-driven test.
    pub case: Option<String>,
    /// The line that did not hold.
    pub place: Option<Place>,
    /// One sentence.
    pub text: String,
    /// What the parts of the line are: expression and value.
    pub values: Vec<(String, String)>,
    /// Where the two sides of a comparison differ.
    pub differences: Vec<Difference>,
    /// How many more differences are not told.
    pub more_differences: u64,
}

/// One place at which two values differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The way to it (`/files/0/path`); empty for the whole value.
    pub path: String,
    /// What stands there on the left, if anything.
    pub left: Option<String>,
    /// What stands there on the right, if anything.
    pub right: Option<String>,
}

/// A test that was run, or was to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestResult {
    /// Which.
    pub test: PolicyTest,
    /// What became of it.
    pub outcome: TestOutcome,
    /// Why it could not be evaluated.
    pub fault: Option<TestFault>,
    /// The cases of a table-driven test.
    pub cases: Vec<TestCase>,
    /// Why it failed.
    pub reasons: Vec<TestReason>,
    /// What it printed, each `file:line: text`.
    pub prints: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl TestResult {
    /// A result without words.
    pub fn new(test: PolicyTest, outcome: TestOutcome) -> Self {
        let (cases, reasons, prints) = (Vec::new(), Vec::new(), Vec::new());
        Self { test, outcome, fault: None, cases, reasons, prints, took: Duration::ZERO }
    }
}

/// The lines of one policy that can be evaluated, and those that were.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CoveredFile {
    /// Evaluated.
    pub covered: BTreeSet<u32>,
    /// Never evaluated.
    pub missed: BTreeSet<u32>,
}

impl CoveredFile {
    /// How much of it was evaluated, in per cent. All of nothing is everything.
    pub fn percent(&self) -> f64 {
        percent(self.covered.len(), self.missed.len())
    }
}

/// Lines as ranges: first and last of each.
pub fn line_ranges(lines: &BTreeSet<u32>) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in lines.iter().copied() {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(line) => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    ranges
}

/// How much of the policies the tests evaluated.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PolicyCoverage {
    /// By file.
    pub files: BTreeMap<String, CoveredFile>,
    /// Less than this, in per cent, fails.
    pub threshold: Option<f64>,
}

impl PolicyCoverage {
    /// Lines evaluated and lines not.
    pub fn lines(&self) -> (usize, usize) {
        let sum = |of: fn(&CoveredFile) -> usize| self.files.values().map(of).sum();
        (sum(|file| file.covered.len()), sum(|file| file.missed.len()))
    }

    /// How much of all files was evaluated, in per cent. Where there is nothing to evaluate, nothing was.
    pub fn percent(&self) -> f64 {
        match self.lines() {
            (0, 0) => 0.0,
            (covered, missed) => percent(covered, missed),
        }
    }

    /// It is less than asked for.
    pub fn falls_short(&self) -> bool {
        self.threshold.is_some_and(|threshold| self.percent() < threshold)
    }
}

#[expect(clippy::cast_precision_loss, reason = "lines of policies are far below 2^53")]
fn percent(covered: usize, missed: usize) -> f64 {
    match covered + missed {
        0 => 100.0,
        all => covered as f64 * 100.0 / all as f64,
    }
}

/// What a run of tests gives.
#[derive(Clone, PartialEq, Debug)]
pub struct TestReport {
    /// When it was run.
    pub at: Moment,
    /// In the order of the files and of the lines in them.
    pub results: Vec<TestResult>,
    /// Where it was asked for.
    pub coverage: Option<PolicyCoverage>,
}

impl TestReport {
    /// How many came out so.
    pub fn number(&self, outcome: TestOutcome) -> usize {
        self.results.iter().filter(|result| result.outcome == outcome).count()
    }

    /// A test failed or could not be evaluated, or too little was covered.
    pub fn fails(&self) -> bool {
        let held = |result: &TestResult| matches!(result.outcome, TestOutcome::Passed | TestOutcome::Skipped);
        !self.results.iter().all(held) || self.coverage.as_ref().is_some_and(PolicyCoverage::falls_short)
    }
}

/// A case file: inputs, and what the policies must say of them.
#[derive(Clone, PartialEq, Debug)]
pub struct CaseFile {
    /// Documents that cases start from, by name.
    pub inputs: BTreeMap<String, CaseInput>,
    /// In the order of the file.
    pub cases: Vec<PolicyCase>,
}

/// A document that stands in the file, or in another one.
#[derive(Clone, PartialEq, Debug)]
pub enum CaseInput {
    /// Here: what differs from a change of nothing.
    Document(Datum),
    /// In a JSON or YAML file beside this one, or under the name of one of [`CaseFile::inputs`]; the line that says so.
    Named(String, u32),
}

/// One input, and what the policies must say of it.
#[derive(Clone, PartialEq, Debug)]
pub struct PolicyCase {
    /// Its name.
    pub note: String,
    /// The line of its note.
    pub line: u32,
    /// It does not run yet.
    pub todo: bool,
    /// What it starts from; without it, a change of nothing.
    pub input: Option<CaseInput>,
    /// What differs from that, as a JSON merge patch (RFC 7396).
    pub patch: Option<Datum>,
    /// The time; without it, that of the input.
    pub now: Option<Moment>,
    /// The parameters, each in place of the input's.
    pub params: BTreeMap<String, Datum>,
    /// What must come out.
    pub want: Wanted,
}

/// What must come out of a case. What is absent may be anything.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wanted {
    /// The class.
    pub class: Option<ChangeClass>,
    /// The risk.
    pub risk: Option<Risk>,
    /// By the name of the set: codes (for `require` levels, for `obligation` kinds) that must be there; an empty list
    /// wants an empty set.
    pub sets: BTreeMap<String, Vec<String>>,
    /// Codes, levels and kinds that may be nowhere.
    pub not: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::{CoveredFile, PolicyCoverage, line_ranges};
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn lines_are_counted_over_all_files_and_shown_as_ranges() {
        assert_eq!(line_ranges(&BTreeSet::from([1, 2, 3, 5, 7, 8])), [(1, 3), (5, 5), (7, 8)]);
        let file = |covered: &[u32], missed: &[u32]| CoveredFile {
            covered: covered.iter().copied().collect(),
            missed: missed.iter().copied().collect(),
        };
        let files = BTreeMap::from([
            ("a".to_owned(), file(&[1, 2], &[])),
            ("b".to_owned(), file(&[], &[1, 2])),
            ("c".to_owned(), file(&[], &[])),
        ]);
        let mut coverage = PolicyCoverage { files, threshold: Some(50.0) };
        assert_eq!((coverage.lines(), coverage.percent(), coverage.falls_short()), ((2, 2), 50.0, false));
        coverage.threshold = Some(50.01);
        assert!(coverage.falls_short());
        assert_eq!(coverage.files["c"].percent(), 100.0);
        coverage.files.retain(|name, _| name == "c");
        assert_eq!((coverage.lines(), coverage.percent(), coverage.falls_short()), ((0, 0), 0.0, true));
    }
}
