//! The document of `policy test --format json`: a frozen record, version 1. Grow it by adding. The coverage has the shape
//! of `opa test --coverage`.

use crate::model::{CoveredFile, PolicyCoverage, TestOutcome, TestReason, TestReport, TestResult, line_ranges};
use crate::report::json::write_document;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Writes the document and a line end.
pub(super) fn write(report: &TestReport, out: &mut impl Write) -> io::Result<()> {
    let number = |outcome| report.number(outcome);
    write_document(
        &Document {
            version: 1,
            ran_at: report.at.to_string(),
            fails: report.fails(),
            counts: Counts {
                passed: number(TestOutcome::Passed),
                failed: number(TestOutcome::Failed),
                error: number(TestOutcome::Errored),
                skipped: number(TestOutcome::Skipped),
            },
            tests: report.results.iter().map(test).collect(),
            coverage: report.coverage.as_ref().map(coverage),
        },
        out,
    )
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    ran_at: String,
    fails: bool,
    counts: Counts,
    tests: Vec<TestRecord<'a>>,
    coverage: Option<CoverageRecord<'a>>,
}

#[derive(Serialize)]
struct Counts {
    passed: usize,
    failed: usize,
    error: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct TestRecord<'a> {
    group: &'a str,
    name: &'a str,
    file: &'a str,
    line: u32,
    outcome: &'static str,
    duration_ns: u64,
    cases: Vec<CaseRecord<'a>>,
    reasons: Vec<ReasonRecord<'a>>,
    error: Option<FaultRecord<'a>>,
    prints: &'a [String],
}

#[derive(Serialize)]
struct CaseRecord<'a> {
    name: &'a str,
    passed: bool,
}

#[derive(Serialize)]
struct ReasonRecord<'a> {
    case: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
    text: &'a str,
    values: Vec<ValueRecord<'a>>,
    differences: Vec<DifferenceRecord<'a>>,
    more_differences: u64,
}

#[derive(Serialize)]
struct ValueRecord<'a> {
    expression: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct DifferenceRecord<'a> {
    path: &'a str,
    left: Option<&'a str>,
    right: Option<&'a str>,
}

#[derive(Serialize)]
struct FaultRecord<'a> {
    code: &'a str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
    help: Option<&'a str>,
}

fn test(result: &TestResult) -> TestRecord<'_> {
    TestRecord {
        group: &result.test.group,
        name: &result.test.name,
        file: &result.test.place.file,
        line: result.test.place.line,
        outcome: result.outcome.as_str(),
        duration_ns: u64::try_from(result.took.as_nanos()).unwrap_or(u64::MAX),
        cases: result.cases.iter().map(|case| CaseRecord { name: &case.name, passed: case.passed }).collect(),
        reasons: result.reasons.iter().map(reason).collect(),
        error: result.fault.as_ref().map(|fault| FaultRecord {
            code: &fault.code,
            message: &fault.message,
            file: fault.place.as_ref().map(|place| place.file.as_str()),
            line: fault.place.as_ref().map(|place| place.line),
            help: fault.help.as_deref(),
        }),
        prints: &result.prints,
    }
}

fn reason(reason: &TestReason) -> ReasonRecord<'_> {
    let values = reason.values.iter().map(|(expression, value)| ValueRecord { expression, value });
    let differences = reason.differences.iter().map(|difference| DifferenceRecord {
        path: &difference.path,
        left: difference.left.as_deref(),
        right: difference.right.as_deref(),
    });
    ReasonRecord {
        case: reason.case.as_deref(),
        file: reason.place.as_ref().map(|place| place.file.as_str()),
        line: reason.place.as_ref().map(|place| place.line),
        text: &reason.text,
        values: values.collect(),
        differences: differences.collect(),
        more_differences: reason.more_differences,
    }
}

#[derive(Serialize)]
struct CoverageRecord<'a> {
    files: BTreeMap<&'a str, FileRecord>,
    covered_lines: usize,
    not_covered_lines: usize,
    coverage: f64,
    threshold: Option<f64>,
}

#[derive(Serialize)]
struct FileRecord {
    covered: Vec<RangeRecord>,
    not_covered: Vec<RangeRecord>,
    covered_lines: usize,
    not_covered_lines: usize,
    coverage: f64,
}

#[derive(Serialize)]
struct RangeRecord {
    start: RowRecord,
    end: RowRecord,
}

#[derive(Serialize)]
struct RowRecord {
    row: u32,
}

fn coverage(coverage: &PolicyCoverage) -> CoverageRecord<'_> {
    let (covered_lines, not_covered_lines) = coverage.lines();
    CoverageRecord {
        files: coverage.files.iter().map(|(name, covered)| (name.as_str(), file(covered))).collect(),
        covered_lines,
        not_covered_lines,
        coverage: hundredths(coverage.percent()),
        threshold: coverage.threshold,
    }
}

fn file(file: &CoveredFile) -> FileRecord {
    FileRecord {
        covered: ranges(&file.covered),
        not_covered: ranges(&file.missed),
        covered_lines: file.covered.len(),
        not_covered_lines: file.missed.len(),
        coverage: hundredths(file.percent()),
    }
}

fn ranges(lines: &BTreeSet<u32>) -> Vec<RangeRecord> {
    let range = |(first, last)| RangeRecord { start: RowRecord { row: first }, end: RowRecord { row: last } };
    line_ranges(lines).into_iter().map(range).collect()
}

/// Two places, and never more than there is.
fn hundredths(value: f64) -> f64 {
    (value * 100.0).floor() / 100.0
}
