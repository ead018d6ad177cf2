//! A file of lines: what INI files, env files, properties and Dockerfiles have in common.

use super::source::Source;
use crate::model::SyntaxFault;
use std::ops::Range;

/// The lines of a text: where each stands, without its end.
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    /// The lines every reader sees: some end one at any of the characters by which Unicode, Python or a terminal do, so that a
    /// comment to one reader holds a value to another.
    pub(super) fn of(source: &Source<'t>) -> Result<Self, SyntaxFault> {
        let ends =
            |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{2028}' | '\u{2029}');
        match source.text.find(ends) {
            Some(at) => Err(source.fault(at, "has a control character, or one that ends a line to some readers")),
            None => Ok(Self { text: source.text, at: 0 }),
        }
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let place = self.at..self.at + line.trim_end_matches('\r').len();
        self.at = (self.at + length + 1).min(self.text.len());
        Some(place)
    }

    /// Goes on with the line that holds an offset, or begins at it.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }
}

/// A part of a text without blanks around it; the place of nothing is its end.
pub(super) fn trimmed(text: &str, place: Range<usize>) -> Range<usize> {
    let part = text.get(place.clone()).unwrap_or_default();
    let tail = part.trim_start_matches([' ', '\t']);
    let start = place.start + (part.len() - tail.len());
    start..start + tail.trim_end_matches([' ', '\t']).len()
}
