//! The one error of every text file this room reads: which file, and everything that is wrong with it, each at its place.
//!
//! A person who mends a file wants the whole list, not the first line of it. And the file may be a stranger's: its text is
//! shown again in a terminal or a log, so nothing of it is repeated as it stands (`shown.rs`).

use super::shown::Shown;
use crate::model::{RepoPath, is_unsafe};
use miette::{Diagnostic, LabeledSpan, SourceCode};
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
    text: Shown,
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
        let text = Shown::new(RepoPath::new(file).quoted(), text);
        let problems = problems.into_iter().map(|problem| Placed::new(kind, problem, &text)).collect();
        Self { kind, text, problems, hidden }
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
    fn new(kind: &str, problem: Problem, text: &Shown) -> Self {
        let span = text.fit(&problem.span);
        let code = format!("changeward::{kind}::{}", problem.code);
        let Problem { code: word, message, label, help, .. } = problem;
        let (message, label, help) = (one_line(&message), one_line(&label), one_line(&help));
        Self { code, problem: Problem { code: word, message, span, label, help } }
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
pub(super) fn one_line(text: &str) -> String {
    let spelled = |c: char| if is_unsafe(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() };
    text.chars().map(spelled).collect()
}

fn counted(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

#[cfg(test)]
mod tests {
    use super::{InvalidFile, Problem, quoted};

    fn problem(span: std::ops::Range<usize>) -> Problem {
        Problem { code: "odd", message: "odd".into(), span, label: "here".into(), help: "mend it".into() }
    }

    #[test]
    fn what_could_move_a_cursor_is_never_repeated() {
        assert_eq!(quoted("\u{1b}[2J"), "`\\u{1b}[2J`");
        assert_eq!(quoted(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
        let hostile = Problem::new("odd", "a\nb", 0..1, "c\rd", "e\u{202e}f");
        let invalid = InvalidFile::new("config", "x", "y", vec![hostile]);
        let shown = invalid.problems().next().unwrap();
        assert_eq!([&shown.message, &shown.label, &shown.help], ["a\\u{a}b", "c\\u{d}d", "e\\u{202e}f"]);
    }

    #[test]
    fn too_many_problems_are_counted_not_shown() {
        let many = (0..150).map(|n| problem(n..n)).collect();
        let invalid = InvalidFile::new("config", "x", &"y".repeat(200), many);
        assert_eq!((invalid.problems().len(), invalid.hidden), (100, 50));
        assert_eq!(invalid.to_string(), "x cannot be used: 150 problems");
    }
}
