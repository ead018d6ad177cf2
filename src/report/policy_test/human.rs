//! For a person at a terminal: how it came out, each test that failed with the line that did not hold, what is covered.

use super::counts;
use crate::model::{PolicyCoverage, TestOutcome, TestReason, TestReport, TestResult, line_ranges};
use crate::report::Style;
use crate::report::text::{Light, Line, Para, Tone, write_lines};
use std::io::{self, Write};
use std::time::Duration;

/// Lines printed by one test that are shown, unless everything is.
const PRINTS: usize = 10;

/// Ranges of lines of one file that are shown, unless everything is.
const RANGES: usize = 12;

/// Writes the report.
pub(super) fn write(report: &TestReport, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let page = Page { width: style.width.max(40), all: style.explain };
    let mut lines = page.head(report);
    for result in &report.results {
        lines.extend(page.result(result));
    }
    lines.extend(report.coverage.iter().flat_map(|coverage| page.coverage(coverage)));
    write_lines(&lines, style, out)
}

struct Page {
    width: usize,
    /// Everything is told: each test, its time, all it printed.
    all: bool,
}

impl Page {
    fn lines(&self, para: Para, most: usize) -> Vec<Line> {
        para.lines(self.width, (!self.all).then_some(most))
    }

    fn head(&self, report: &TestReport) -> Vec<Line> {
        let (light, banner) = match report.fails() {
            true => (Light::Red, " ✗ FAILS "),
            false => (Light::Green, " ✓ PASSES "),
        };
        let said = Para::new(0, 2).block(Tone::Banner(light), banner.to_owned()).ours(Tone::Strong, &counts(report));
        let said = match &report.coverage {
            Some(coverage) => said.then(",").ours(Tone::Plain, &format!("{} covered", percent(coverage.percent()))),
            None => said,
        };
        self.lines(said, 2)
    }

    fn result(&self, result: &TestResult) -> Vec<Line> {
        let (symbol, tone) = match result.outcome {
            TestOutcome::Passed => ("✓", Tone::Good),
            TestOutcome::Failed => ("✗", Tone::Bad),
            TestOutcome::Errored => ("!", Tone::Bad),
            TestOutcome::Skipped => ("·", Tone::Dim),
        };
        let quiet = matches!(result.outcome, TestOutcome::Passed | TestOutcome::Skipped);
        if quiet && !self.all {
            return Vec::new();
        }
        let mut lines = if self.all { Vec::new() } else { vec![Line::new()] };
        let name = Para::new(0, 2).block(tone, symbol.to_owned()).name(Tone::Strong, &result.test.full_name());
        let ran = result.outcome != TestOutcome::Skipped;
        let took = if self.all && ran { format!("({})", time(result.took)) } else { String::new() };
        let name = name.name(Tone::Dim, &result.test.place.to_string()).ours(Tone::Dim, &took);
        lines.extend(name.lines(self.width, None));
        if self.all {
            for case in &result.cases {
                let (symbol, tone) = if case.passed { ("✓", Tone::Good) } else { ("✗", Tone::Bad) };
                let case = Para::new(4, 6).block(tone, symbol.to_owned()).theirs(Tone::Plain, &case.name);
                lines.extend(self.lines(case, 1));
            }
        }
        lines.extend(result.reasons.iter().flat_map(|reason| self.reason(reason)));
        if result.outcome == TestOutcome::Failed && result.reasons.is_empty() {
            let said =
                Para::new(4, 6).ours(Tone::Plain, "it is not `true`; which line of it does not hold cannot be told");
            lines.extend(self.lines(said, 2));
        }
        if let Some(fault) = &result.fault {
            lines.extend(self.lines(Para::new(4, 6).theirs(Tone::Plain, &fault.message), 3));
            let place = fault
                .place
                .iter()
                .map(|place| Para::new(4, 6).ours(Tone::Dim, "at").name(Tone::Dim, &place.to_string()));
            lines.extend(place.flat_map(|para| self.lines(para, 1)));
            let help = fault.help.iter().map(|help| Para::new(4, 6).ours(Tone::Good, "→").theirs(Tone::Plain, help));
            lines.extend(help.flat_map(|para| self.lines(para, 3)));
        }
        lines.extend(self.prints(&result.prints));
        lines
    }

    fn reason(&self, reason: &TestReason) -> Vec<Line> {
        let mut para = Para::new(4, 6);
        if let Some(case) = &reason.case {
            para = para.ours(Tone::Dim, "case").name(Tone::Strong, case).then(":");
        }
        if let Some(place) = &reason.place {
            para = para.ours(Tone::Dim, "line").block(Tone::Dim, place.line.to_string()).then(":");
        }
        let mut lines = self.lines(para.theirs(Tone::Plain, &reason.text), 4);
        for (expression, value) in &reason.values {
            let value = Para::new(6, 10).name(Tone::Dim, expression).ours(Tone::Dim, "is").theirs(Tone::Plain, value);
            lines.extend(self.lines(value, 4));
        }
        for difference in &reason.differences {
            let mut para = Para::new(6, 10).ours(Tone::Wait, "differs");
            if !difference.path.is_empty() {
                para = para.ours(Tone::Dim, "at").name(Tone::Plain, &difference.path);
            }
            let mut first = true;
            for (side, value) in [("left", &difference.left), ("right", &difference.right)] {
                let Some(value) = value else { continue };
                para = if first { para.then(":") } else { para.then(",") };
                para = para.ours(Tone::Dim, side).theirs(Tone::Plain, value);
                first = false;
            }
            let alone = match (&difference.left, &difference.right) {
                (Some(_), None) => ", only",
                (None, Some(_)) => ", only",
                _ => "",
            };
            lines.extend(self.lines(para.then(alone), 3));
        }
        if reason.more_differences > 0 {
            let said = format!("at {} more places", reason.more_differences);
            let said = if reason.more_differences == 1 { "at 1 more place".to_owned() } else { said };
            let para = Para::new(6, 10).ours(Tone::Wait, "differs").ours(Tone::Plain, &said);
            lines.extend(self.lines(para, 3));
        }
        lines
    }

    fn prints(&self, prints: &[String]) -> Vec<Line> {
        let most = if self.all { usize::MAX } else { PRINTS };
        let said = prints
            .iter()
            .take(most)
            .flat_map(|print| self.lines(Para::new(4, 6).ours(Tone::Dim, "printed").theirs(Tone::Plain, print), 3));
        let mut lines: Vec<Line> = said.collect();
        if let Some(more) = prints.len().checked_sub(most).filter(|more| *more > 0) {
            let more = format!("and {more} more; --verbose shows them");
            lines.extend(self.lines(Para::new(4, 4).ours(Tone::Dim, &more), 1));
        }
        lines
    }

    fn coverage(&self, coverage: &PolicyCoverage) -> Vec<Line> {
        let mut lines = vec![Line::new(), vec![(Tone::Strong, "Coverage".to_owned())]];
        for (file, covered) in &coverage.files {
            let tone = if covered.missed.is_empty() { Tone::Good } else { Tone::Wait };
            let mut para =
                Para::new(2, 13).block(tone, format!("{:>8}", percent(covered.percent()))).name(Tone::Plain, file);
            let ranges = line_ranges(&covered.missed);
            let most = if self.all { usize::MAX } else { RANGES };
            if !ranges.is_empty() {
                para = para.ours(Tone::Dim, "not line");
                let told: Vec<String> = ranges.iter().take(most).map(|range| lines_of(*range)).collect();
                let more = if ranges.len() > most { ", …" } else { "" };
                para = para.ours(Tone::Plain, &(told.join(", ") + more));
            }
            lines.extend(self.lines(para, 3));
        }
        if coverage.files.is_empty() {
            lines.extend(
                self.lines(Para::new(2, 2).ours(Tone::Plain, "there is no policy of the organisation's own"), 1),
            );
        }
        if let Some(threshold) = coverage.threshold {
            let all = percent(coverage.percent());
            let (tone, said) = match coverage.falls_short() {
                true => (Tone::Bad, format!("{all} of all lines, less than the {} asked for", percent(threshold))),
                false => (Tone::Good, format!("{all} of all lines, and {} were asked for", percent(threshold))),
            };
            lines.extend(self.lines(Para::new(2, 4).ours(tone, &said), 2));
        }
        lines
    }
}

/// `3`, `5-9`
fn lines_of((first, last): (u32, u32)) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// Never `100 %` of something that is not whole.
fn percent(value: f64) -> String {
    let tenths = (value * 10.0).floor() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0} %") } else { format!("{tenths:.1} %") }
}

/// `0.4 ms`, `1.25 s`
fn time(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{:.1} ms", took.as_secs_f64() * 1_000.0)
    } else {
        format!("{:.2} s", took.as_secs_f64())
    }
}
