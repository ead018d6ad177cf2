//! The one error of every text file this room reads: which file, and everything that is wrong with it, each at its place.
//!
//! A person who mends a file wants the whole list, not the first line of it. And the file may be a stranger's: its text is
//! shown again in a terminal or a log, so characters that move a cursor or hide text are masked before they get here.

use crate::model::{RepoPath, is_unsafe};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;
use std::ops::Range;
use thiserror::Error;

/// How many problems of one file are shown; the rest are counted.
const MAX_SHOWN: usize = 100;

/// The longest piece of a file repeated inside a sentence, in characters.
const MAX_QUOTED: usize = 60;

/// One mistake in one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The last word of its code: `unknown_key` of `changeward::config::unknown_key`.
    pub code: &'static str,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// Where, in bytes of the file. Clamped to the file when it is shown.
    pub span: Range<usize>,
    /// A few words beside the place.
    pub label: String,
    /// The next step.
    pub help: String,
}

impl Problem {
    /// A problem, in the order it is shown: code, sentence, place, words beside the place, next step.
    pub fn new(
        code: &'static str,
        message: impl Into<String>,
        span: Range<usize>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { code, message: message.into(), span, label: label.into(), help: help.into() }
    }
}

/// A text file that cannot be used, with all its mistakes in the order of the file.
#[derive(Debug, Error)]
#[error("{} cannot be used: {}", text.name(), counted(problems.len() + hidden))]
pub struct InvalidFile {
    kind: &'static str,
    text: NamedSource<String>,
    problems: Vec<Placed>,
    hidden: usize,
}

impl InvalidFile {
    /// Collects the problems of one file.
    ///
    /// `kind` is the middle word of the codes (`config`, `ownership`, `template`, `facts`, `calendar`, …), `file` the name
    /// as the user knows it, `text` what the spans point into.
    pub fn new(kind: &'static str, file: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        problems.dedup();
        let hidden = problems.len().saturating_sub(MAX_SHOWN);
        problems.truncate(MAX_SHOWN);
        let problems = problems.into_iter().map(|problem| Placed::new(kind, problem, text)).collect();
        Self { kind, text: NamedSource::new(RepoPath::new(file).quoted(), masked(text)), problems, hidden }
    }

    /// The middle word of the codes.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The file, as it is shown.
    pub fn file(&self) -> &str {
        self.text.name()
    }

    /// The problems shown, in the order of the file.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = &Problem> {
        self.problems.iter().map(|placed| &placed.problem)
    }
}

impl Diagnostic for InvalidFile {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("changeward::{}::invalid", self.kind)))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (self.hidden > 0).then(|| Box::new(format!("{} more are not shown", self.hidden)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.problems.iter().map(|placed| placed as &dyn Diagnostic)))
    }
}

/// A problem that knows its whole code and stands inside its file.
#[derive(Debug)]
struct Placed {
    code: String,
    problem: Problem,
}

impl Placed {
    fn new(kind: &str, problem: Problem, text: &str) -> Self {
        let start = text.floor_char_boundary(problem.span.start);
        let end = text.ceil_char_boundary(problem.span.end.max(start));
        let code = format!("changeward::{kind}::{}", problem.code);
        let Problem { code: word, message, label, help, .. } = problem;
        let (message, label, help) = (one_line(&message), one_line(&label), one_line(&help));
        Self { code, problem: Problem { code: word, message, span: start..end, label, help } }
    }
}

impl fmt::Display for Placed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Placed {}

impl Diagnostic for Placed {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.problem.help))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some(self.problem.label.clone()), self.problem.span.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

/// A piece of a file, in back quotes, fit to stand in a sentence: on one line, not too long, nothing hidden.
pub(super) fn quoted(piece: &str) -> String {
    format!("`{}`", shortened(piece))
}

/// The same without the quotes.
pub(super) fn shortened(piece: &str) -> String {
    let mut short: String = piece.chars().take(MAX_QUOTED).collect();
    if short.len() < piece.len() {
        short.push('…');
    }
    one_line(&short)
}

/// A sentence without anything that could end a line, move a cursor or hide text.
fn one_line(text: &str) -> String {
    let spelled = |c: char| if is_unsafe(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() };
    text.chars().map(spelled).collect()
}

/// The text with everything that could move a cursor or hide text replaced, byte for byte, so that spans still fit.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' if rest.peek() == Some(&'\n') => out.push(c),
            c if is_unsafe(c) => out.extend(std::iter::repeat_n('?', c.len_utf8())),
            c => out.push(c),
        }
    }
    out
}

fn counted(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

#[cfg(test)]
mod tests {
    use super::{InvalidFile, Problem, masked, quoted};

    fn problem(span: std::ops::Range<usize>) -> Problem {
        Problem { code: "odd", message: "odd".into(), span, label: "here".into(), help: "mend it".into() }
    }

    #[test]
    fn spans_stay_inside_the_file_and_on_its_characters() {
        for span in [0..0, 1..2, 2..1, 5..99, 99..100, usize::MAX..usize::MAX] {
            let invalid = InvalidFile::new("config", "x", "aéb", vec![problem(span)]);
            let shown = invalid.problems().next().unwrap().span.clone();
            assert!("aéb".get(shown.clone()).is_some(), "{shown:?}");
        }
    }

    #[test]
    fn what_could_move_a_cursor_is_never_repeated() {
        let hostile = "a\u{1b}[2J\rb\r\n\u{202e}c\u{85}";
        let text = masked(hostile);
        assert_eq!(text.len(), hostile.len());
        assert_eq!(text, "a?[2J?b\r\n???c??");
        assert_eq!(quoted("\u{1b}[2J"), "`\\u{1b}[2J`");
        assert_eq!(quoted(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
    }

    #[test]
    fn too_many_problems_are_counted_not_shown() {
        let many = (0..150).map(|n| problem(n..n)).collect();
        let invalid = InvalidFile::new("config", "x", &"y".repeat(200), many);
        assert_eq!((invalid.problems().len(), invalid.hidden), (100, 50));
        assert_eq!(invalid.to_string(), "x cannot be used: 150 problems");
    }
}
