//! Tests of policies to words, one file per format; JUnit stands beside that of a decision.

mod human;
mod json;
mod lcov;

use super::{Style, junit};
use crate::model::{PolicyTest, TestOutcome, TestReport, counted};
use std::io::{self, BufWriter, Write};

/// How a run of tests is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`tests_schema`].
    Json,
    /// JUnit XML, as CI servers read it.
    Junit,
    /// The coverage alone, as LCOV's tools and editors read it.
    Lcov,
}

impl TestFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 4] = [Self::Human, Self::Json, Self::Junit, Self::Lcov];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Lcov => "lcov",
        }
    }
}

/// Writes the report in a format. With [`Style::explain`] every test is told of, with its time (human).
///
/// # Errors
/// Only those of `out`.
pub fn render_tests(report: &TestReport, format: TestFormat, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        TestFormat::Human => human::write(report, style, &mut out)?,
        TestFormat::Json => json::write(report, &mut out)?,
        TestFormat::Junit => junit::write_tests(report, &mut out)?,
        TestFormat::Lcov => lcov::write(report, &mut out)?,
    }
    out.flush()
}

/// Writes the names of tests, one a line, with their places.
///
/// # Errors
/// Only those of `out`.
pub fn render_test_list(tests: &[PolicyTest], out: &mut dyn Write) -> io::Result<()> {
    for test in tests {
        let (name, place) = (test.full_name(), test.place.to_string());
        let todo = if test.todo { "  to be done" } else { "" };
        writeln!(out, "{}  {}{todo}", super::escape::terminal(&name), super::escape::terminal(&place))?;
    }
    Ok(())
}

/// The JSON Schema (2020-12) of what [`TestFormat::Json`] writes.
pub fn tests_schema() -> &'static str {
    include_str!("../schemas/tests.schema.json")
}

/// `3 passed, 1 failed, 1 error, 2 to be done`
fn counts(report: &TestReport) -> String {
    let number = |outcome| report.number(outcome) as u64;
    let mut said = vec![format!("{} passed", counted(number(TestOutcome::Passed), "test"))];
    for (outcome, words) in
        [(TestOutcome::Failed, "failed"), (TestOutcome::Errored, "not evaluated"), (TestOutcome::Skipped, "to be done")]
    {
        if number(outcome) > 0 {
            said.push(format!("{} {words}", number(outcome)));
        }
    }
    said.join(", ")
}
