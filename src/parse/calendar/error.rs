//! Why a calendar is refused: everything that is wrong with it, each thing at its line.

use super::lines::Line;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;
use std::ops::Range;

/// How many problems of one calendar are shown; the rest are counted.
const MAX_SHOWN: usize = 50;

/// A calendar that cannot be used. A freeze that is not understood must not read as no freeze.
///
/// Codes, all under `changeward::calendar::`: `too_large`, `not_text`, `bad_line`, `structure`, `unknown`, `bad_value`,
/// `twice`, `missing`, `unsupported`, `bad_time`, `bad_zone`, `bad_rule`, `bad_end`, `unsynchronised`, `too_much_work`.
#[derive(Debug, thiserror::Error)]
#[error("{file} cannot be used: {total} problem{}", if *total == 1 { "" } else { "s" })]
pub struct CalendarError {
    file: String,
    total: usize,
    source_code: NamedSource<String>,
    problems: Vec<CalendarProblem>,
}

impl CalendarError {
    /// The problems of one file, in its order.
    pub(super) fn new(file: &str, text: &str, mut problems: Vec<CalendarProblem>) -> Self {
        problems.sort_by_key(|problem| problem.span.start);
        let total = problems.len();
        problems.truncate(MAX_SHOWN);
        // A control character in a stranger's file must not reach the terminal; byte for byte, so that places still fit.
        let clean = |c: char| match c {
            '\n' | '\t' | '\r' => c.to_string(),
            c if c.is_control() => "?".repeat(c.len_utf8()),
            c => c.to_string(),
        };
        let text: String = text.chars().map(clean).collect();
        Self { file: file.to_owned(), total, source_code: NamedSource::new(file, text), problems }
    }

    /// What is wrong, in the order of the file.
    pub fn problems(&self) -> &[CalendarProblem] {
        &self.problems
    }
}

impl Diagnostic for CalendarError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("changeward::calendar::invalid"))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hidden = self.total - self.problems.len();
        (hidden > 0).then(|| Box::new(format!("{hidden} more are not shown")) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source_code)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.problems.iter().map(|problem| problem as &dyn Diagnostic)))
    }
}

/// One thing that is wrong with a calendar.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CalendarProblem {
    kind: &'static str,
    message: String,
    help: String,
    line: usize,
    span: Range<usize>,
}

impl CalendarProblem {
    /// A problem of one line, with the next step.
    pub(super) fn new(line: &Line, kind: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { kind, message, help, line: line.number, span: line.span.clone() }
    }

    /// The last part of the code: `bad_time`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl Diagnostic for CalendarProblem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("changeward::calendar::{}", self.kind)))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some("here".to_owned()), self.span.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

/// A piece of the file inside a sentence: in back quotes, on one line, not too long.
pub(super) fn quoted(piece: &str) -> String {
    let mut short: String = piece.chars().map(|c| if c.is_control() { '?' } else { c }).take(60).collect();
    if short.len() < piece.len() {
        short.push('…');
    }
    format!("`{short}`")
}
