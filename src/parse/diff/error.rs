//! Why a patch is refused, and where.

use super::reader::Line;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;

/// A patch that cannot be read whole. Reading stops at the first fault: what follows a fault in a patch has no meaning.
///
/// Codes, all under `changeward::diff::`: `empty`, `no_diff`, `cut_off`, `garbage`, `combined`, `orphan_hunk`,
/// `bad_header`, `bad_hunk`, `bad_binary`, `bad_name`, `names_disagree`, `unsafe_path`, `names_only`, `unmerged`,
/// `submodule_log`.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{}: {}", fault.line, fault.message)]
pub struct DiffError {
    file: String,
    fault: Box<Fault>,
    /// The lines around the fault, and where in them it is.
    excerpt: Option<(NamedSource<String>, (usize, usize))>,
}

impl DiffError {
    /// Quotes the lines around the fault; the patch itself may be of any size and any bytes.
    pub(super) fn new(fault: Fault, file: &str, bytes: &[u8]) -> Self {
        let excerpt = (fault.line <= LAST_SHOWN).then(|| excerpt(bytes, &fault));
        let excerpt = excerpt.map(|(text, span)| (NamedSource::new(file, text), span));
        Self { file: file.to_owned(), excerpt, fault: Box::new(fault) }
    }

    /// The last part of the code: `cut_off`.
    pub fn kind(&self) -> &'static str {
        self.fault.kind
    }

    /// The line of the fault, from 1.
    pub fn line(&self) -> usize {
        self.fault.line
    }
}

impl Diagnostic for DiffError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("changeward::diff::{}", self.fault.kind)))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.fault.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|(text, _)| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, (start, length)) = self.excerpt.as_ref()?;
        let label = LabeledSpan::new(Some(self.fault.label.to_owned()), *start, *length);
        Some(Box::new(std::iter::once(label)))
    }
}

/// One fault, before the file around it is quoted.
#[derive(Debug)]
pub(super) struct Fault {
    kind: &'static str,
    message: String,
    label: &'static str,
    help: &'static str,
    line: usize,
    start: usize,
}

impl Fault {
    /// A fault in this line.
    pub(super) fn at(line: &Line<'_>, kind: &'static str, message: impl Into<String>) -> Box<Self> {
        let (label, help) = ("here", "write the patch again, whole, with `git diff` or `git format-patch`");
        Box::new(Self { kind, message: message.into(), label, help, line: line.number, start: line.start })
    }

    /// The same patch ends here, too early.
    pub(super) fn cut_off(line: &Line<'_>, what: &str) -> Box<Self> {
        Self::at(line, "cut_off", format!("the patch is cut off: {what}"))
            .label("nothing that completes this follows")
            .help("copy or download the patch again; compare the sizes")
    }

    /// What the arrow says.
    pub(super) fn label(mut self: Box<Self>, label: &'static str) -> Box<Self> {
        self.label = label;
        self
    }

    /// The next step.
    pub(super) fn help(mut self: Box<Self>, help: &'static str) -> Box<Self> {
        self.help = help;
        self
    }
}

/// Lines shown before and after the fault, and bytes shown of each.
const AROUND: usize = 2;
const WIDTH: usize = 300;

/// The last line whose fault is shown in its place: to find its number the drawing counts every line before it, at a
/// tenth of a second a million. After that the message alone names the line.
const LAST_SHOWN: usize = 5_000_000;

/// Three lines of the patch under their own line numbers: the lines before them are there, but empty.
fn excerpt(bytes: &[u8], fault: &Fault) -> (String, (usize, usize)) {
    let before = bytes.get(..fault.start).unwrap_or(bytes);
    let mut first = before.len();
    for _ in 0..=AROUND {
        let head = before.get(..first.saturating_sub(1)).unwrap_or_default();
        first = head.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    }
    let skipped = bytes.get(..first).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    let mut text = "\n".repeat(skipped);
    let mut span = (text.len(), 0);
    let shown = bytes.get(first..).unwrap_or_default().split(|byte| *byte == b'\n').take(2 * AROUND + 2);
    for (number, line) in (skipped + 1..).zip(shown) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = String::from_utf8_lossy(line.get(..WIDTH).unwrap_or(line)).replace(char::is_control, "\u{fffd}");
        if number == fault.line {
            span = (text.len(), line.len());
        }
        text.push_str(&line);
        text.push('\n');
    }
    (text, span)
}
