//! JUnit XML, in the form CI servers agree on: one test suite, a case for each thing found.

mod audit;
mod decision;
mod policy_lint;
mod policy_test;
mod template;

pub(super) use audit::write as write_audit;
pub(super) use decision::write;
pub(super) use policy_lint::write as write_policy_lint;
pub(super) use policy_test::write as write_tests;
pub(super) use template::write as write_template_tests;

use super::escape::xml;
use super::words;
use crate::model::{Finding, Moment};
use std::io::{self, Write};

/// Characters of any one text; CI servers keep every one in memory.
const TEXT: usize = 4_000;

/// Paths of one finding.
const PATHS: usize = 100;

/// How many cases of each kind there are.
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

/// What became of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Failed,
    /// Passed, with its words.
    Passed,
    Skipped,
}

fn write_head(counts: &Counts, at: Moment, out: &mut impl Write) -> io::Result<()> {
    let Counts { tests, failures, skipped } = counts;
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"");
    let stamp = at.to_string();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"changeward\" {counts} time=\"0\">")?;
    writeln!(
        out,
        "  <testsuite name=\"changeward\" {counts} time=\"0\" timestamp=\"{}\">",
        xml(stamp.trim_end_matches('Z'))
    )
}

fn write_end(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn write_properties<const N: usize>(properties: [(&str, String); N], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "    <properties>")?;
    for (name, value) in properties {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", xml(&value))?;
    }
    writeln!(out, "    </properties>")
}

/// A case about a finding, named by its code and what it is about.
fn write_finding(
    role: &str,
    finding: &Finding,
    about: Option<&str>,
    outcome: Outcome,
    out: &mut impl Write,
) -> io::Result<()> {
    let name = about.map_or_else(|| finding.code.clone(), |about| format!("{} {about}", finding.code));
    write!(
        out,
        "    <testcase classname=\"changeward.{role}\" name=\"{}\" time=\"0\"",
        xml(&words::clip(&name, TEXT))
    )?;
    if let Some(path) = finding.paths.first() {
        write!(out, " file=\"{}\"", xml(path))?;
    }
    if let Some(line) = finding.line {
        write!(out, " line=\"{line}\"")?;
    }
    let (code, msg) = (xml(&finding.code), xml(&words::clip(&finding.msg, TEXT)));
    let tag = match outcome {
        Outcome::Failed => "failure",
        Outcome::Passed => "system-out",
        Outcome::Skipped => "skipped",
    };
    match outcome {
        Outcome::Failed => writeln!(out, ">\n      <failure type=\"{code}\" message=\"{msg}\">")?,
        Outcome::Passed => writeln!(out, ">\n      <system-out>")?,
        Outcome::Skipped => writeln!(out, ">\n      <skipped message=\"{msg}\">")?,
    }
    writeln!(out, "{msg}")?;
    for path in finding.paths.iter().take(PATHS) {
        writeln!(out, "at {}", xml(path))?;
    }
    if finding.paths.len() > PATHS {
        writeln!(out, "and {} more", finding.paths.len() - PATHS)?;
    }
    if let Some(help) = &finding.help {
        writeln!(out, "next: {}", xml(&words::clip(help, TEXT)))?;
    }
    if let Some(rule) = &finding.rule {
        writeln!(out, "rule: {}", xml(&rule.to_string()))?;
    }
    writeln!(out, "      </{tag}>\n    </testcase>")
}
