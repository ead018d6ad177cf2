//! A file's text as a report may show it: masked, and cut where a line is too long to be read.
//!
//! A stranger's file may hold characters that move a cursor or hide text, and facts made by a program are often one line
//! of a megabyte. Both would make the report worse than none.

use crate::model::is_unsafe;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::ops::Range;

/// The longest line shown whole, in bytes.
const LONG_LINE: usize = 300;

/// How much of a longer line is shown on each side of the place, in bytes.
const MARGIN: usize = 40;

/// The longest piece of a text pointed at, in bytes.
const LONG_SPAN: usize = 120;

/// The text of a file, for reports.
#[derive(Debug)]
pub(super) struct Shown {
    name: String,
    text: String,
    lines: Vec<usize>,
}

impl Shown {
    /// Takes a copy, masked byte for byte, so that spans still fit.
    pub(super) fn new(name: String, text: &str) -> Self {
        Self { name, lines: line_starts(text), text: masked(text) }
    }

    /// The file's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The part of a span that can be pointed at: inside the text, on its characters, on one line, not too long.
    pub(super) fn fit(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start);
        let most = span.end.clamp(start, start.saturating_add(LONG_SPAN));
        let end = self.text.ceil_char_boundary(most).min(self.text.len()).max(start);
        let line_end = self.line(self.row(start)).trim_end_matches(['\r', '\n']).len() + self.start_of(self.row(start));
        start..end.min(line_end.max(start))
    }

    /// The line a byte is on, from 0.
    fn row(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    fn start_of(&self, row: usize) -> usize {
        self.lines.get(row).copied().unwrap_or(self.text.len())
    }

    /// A line with its end.
    fn line(&self, row: usize) -> &str {
        self.text.get(self.start_of(row)..self.start_of(row + 1)).unwrap_or_default()
    }

    /// What to show around a span on one line: that line and its neighbours, as far as they are short.
    fn window(&self, span: &Range<usize>, before: usize, after: usize) -> Range<usize> {
        let row = self.row(span.start);
        let short = |row: &usize| self.line(*row).len() <= LONG_LINE;
        if !short(&row) {
            let from = self.text.floor_char_boundary(span.start.saturating_sub(MARGIN)).max(self.start_of(row));
            let to = self.text.ceil_char_boundary(span.end + MARGIN).min(self.start_of(row + 1));
            return from..to;
        }
        let first = (row.saturating_sub(before)..row).rev().take_while(short).last().unwrap_or(row);
        let last = (row + 1..self.lines.len()).take(after).take_while(short).last().unwrap_or(row);
        self.start_of(first)..self.start_of(last + 1)
    }
}

impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let asked = span.offset()..span.offset().saturating_add(span.len());
        let range = if before + after == 0 { asked } else { self.window(&asked, before, after) };
        let data = self.text.get(range.clone()).ok_or(MietteError::OutOfBounds)?;
        let row = self.row(range.start);
        let column = self.text.get(self.start_of(row)..range.start).map_or(0, |left| left.chars().count());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            (range.start, range.len()).into(),
            row,
            column,
            data.lines().count(),
        )))
    }
}

/// Where each line starts; there is always a first.
pub(super) fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1)).collect()
}

/// The text with everything that could move a cursor or hide text replaced, byte for byte.
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

#[cfg(test)]
mod tests {
    use super::{LONG_LINE, Shown, masked};

    #[test]
    fn what_could_move_a_cursor_is_masked() {
        let hostile = "a\u{1b}[2J\rb\r\n\u{202e}c\u{85}";
        assert_eq!(masked(hostile), "a?[2J?b\r\n???c??");
        assert_eq!(masked(hostile).len(), hostile.len());
    }

    #[test]
    fn a_place_is_inside_the_text_and_on_one_line() {
        let text = "aéb\r\n\nlast";
        let shown = Shown::new("x".into(), text);
        let table = [
            ((0, 0), ""),
            ((1, 2), "é"),
            ((2, 1), ""),
            ((0, 99), "aéb"),
            ((4, 5), ""),
            ((5, 6), ""),
            ((6, 8), ""),
            ((7, 99), "last"),
            ((99, 100), ""),
            ((usize::MAX, usize::MAX), ""),
        ];
        for ((start, end), expected) in table {
            let fit = shown.fit(&std::ops::Range { start, end });
            assert_eq!(text.get(fit), Some(expected), "{start}..{end}");
        }
        assert_eq!(Shown::new("x".into(), &"y".repeat(999)).fit(&(1..900)), 1..121);
    }

    /// What is shown around the first `!`, with one line of context.
    fn check(text: &str, expected: &str, line: usize, column: usize) {
        use miette::SourceCode;
        let at = text.find('!').unwrap();
        let shown = Shown::new("x".into(), text);
        let contents = shown.read_span(&(at, 1).into(), 1, 1).unwrap();
        assert_eq!(std::str::from_utf8(contents.data()).unwrap(), expected);
        let exact = shown.read_span(&(at, 1).into(), 0, 0).unwrap();
        assert_eq!((exact.data(), exact.line(), exact.column()), (&b"!"[..], line, column));
    }

    #[test]
    fn neighbours_are_shown_and_long_lines_are_cut() {
        check("a\nb\n!c\nd\ne\n", "b\n!c\nd\n", 2, 0);
        check("!", "!", 0, 0);
        check("é!\n", "é!\n", 0, 1);
        let long = "é".repeat(LONG_LINE);
        check(&format!("{long}\n!\n{long}\n"), "!\n", 1, 0);
        check(&format!("a\n{long}!{long}\nb"), &format!("{}!{}", "é".repeat(20), "é".repeat(20)), 1, LONG_LINE);
    }
}
