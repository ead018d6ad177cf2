//! Tests of policies in JUnit: a suite for each package or case file, a case for each test, with its time.

use super::TEXT;
use crate::model::{Place, TestOutcome, TestReport, TestResult};
use crate::report::escape::xml;
use crate::report::words::clip;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

/// Writes the document and a line end.
pub(in crate::report) fn write(report: &TestReport, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"changeward policy test\" {}>", counts(report.results.iter()))?;
    let stamp = report.at.to_string();
    let mut rest = report.results.as_slice();
    while let Some(first) = rest.first() {
        let many = rest.iter().take_while(|result| result.test.group == first.test.group).count();
        let (suite, after) = rest.split_at(many);
        rest = after;
        let (name, stamp) = (xml(&first.test.group), xml(stamp.trim_end_matches('Z')));
        writeln!(out, "  <testsuite name=\"{name}\" {} timestamp=\"{stamp}\">", counts(suite.iter()))?;
        for result in suite {
            write_case(result, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if let Some(coverage) = report.coverage.as_ref().filter(|coverage| coverage.falls_short()) {
        let said = format!("{:.2} % of all lines are covered, less than was asked for", coverage.percent());
        writeln!(
            out,
            "  <testsuite name=\"coverage\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"0\">"
        )?;
        writeln!(out, "    <testcase classname=\"coverage\" name=\"threshold\" time=\"0\">")?;
        writeln!(out, "      <failure type=\"coverage\" message=\"{said}\"/>\n    </testcase>\n  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn counts<'r>(results: impl Iterator<Item = &'r TestResult> + Clone) -> String {
    let number = |outcome| results.clone().filter(|result| result.outcome == outcome).count();
    let took: Duration = results.clone().map(|result| result.took).sum();
    let (failed, errored) = (number(TestOutcome::Failed), number(TestOutcome::Errored));
    format!(
        "tests=\"{}\" failures=\"{failed}\" errors=\"{errored}\" skipped=\"{}\" time=\"{}\"",
        results.clone().count(),
        number(TestOutcome::Skipped),
        seconds(took)
    )
}

fn seconds(took: Duration) -> String {
    format!("{:.6}", took.as_secs_f64())
}

fn write_case(result: &TestResult, out: &mut impl Write) -> io::Result<()> {
    let Place { file, line } = &result.test.place;
    let (class, name) = (xml(&result.test.group), xml(&clip(&result.test.name, TEXT)));
    let took = seconds(result.took);
    writeln!(
        out,
        "    <testcase classname=\"{class}\" name=\"{name}\" time=\"{took}\" file=\"{}\" line=\"{line}\">",
        xml(file)
    )?;
    match result.outcome {
        TestOutcome::Passed => {}
        TestOutcome::Skipped => writeln!(out, "      <skipped message=\"it is to be done yet\"/>")?,
        TestOutcome::Failed => {
            let first = result.reasons.first().map_or("it is not true", |reason| reason.text.as_str());
            writeln!(out, "      <failure type=\"failed\" message=\"{}\">", xml(&clip(first, TEXT)))?;
            writeln!(out, "{}      </failure>", told(result))?;
        }
        TestOutcome::Errored => {
            let fault = result.fault.as_ref();
            let (code, message) = fault.map_or(("error", ""), |fault| (fault.code.as_str(), fault.message.as_str()));
            writeln!(out, "      <error type=\"{}\" message=\"{}\">", xml(code), xml(&clip(message, TEXT)))?;
            if let Some(place) = fault.and_then(|fault| fault.place.as_ref()) {
                writeln!(out, "at {}", xml(&place.to_string()))?;
            }
            if let Some(help) = fault.and_then(|fault| fault.help.as_ref()) {
                writeln!(out, "next: {}", xml(&clip(help, TEXT)))?;
            }
            writeln!(out, "      </error>")?;
        }
    }
    if !result.prints.is_empty() {
        writeln!(out, "      <system-out>")?;
        for print in &result.prints {
            writeln!(out, "{}", xml(&clip(print, TEXT)))?;
        }
        writeln!(out, "      </system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

/// The reasons as lines.
fn told(result: &TestResult) -> String {
    let mut text = String::new();
    let mut line = |said: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", xml(&clip(&said, TEXT)));
    };
    for reason in &result.reasons {
        let case = reason.case.as_ref().map_or_else(String::new, |case| format!("case {case}: "));
        let place = reason.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
        line(format!("{case}{place}{}", reason.text));
        reason.values.iter().for_each(|(expression, value)| line(format!("  {expression} is {value}")));
        for difference in &reason.differences {
            let side = |value: &Option<String>| value.as_deref().unwrap_or("nothing").to_owned();
            let at = if difference.path.is_empty() { String::new() } else { format!(" at {}", difference.path) };
            line(format!("  differs{at}: left {}, right {}", side(&difference.left), side(&difference.right)));
        }
        if reason.more_differences > 0 {
            line(format!("  differs at {} more", reason.more_differences));
        }
    }
    text
}
