//! The lines of a patch, each with its place.

use super::error::Fault;

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Without its line ending, `\n` or `\r\n`. A carriage return that belongs to a name is quoted in a patch.
    pub(super) text: &'a [u8],
    /// Where it starts, in bytes.
    pub(super) start: usize,
    /// From 1.
    pub(super) number: usize,
    /// It has a line ending. Git ends every line of a patch with one, so a line without was cut.
    pub(super) whole: bool,
}

/// A place in a patch.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    start: usize,
    number: usize,
    ahead: Option<Line<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut reader = Self { rest: bytes, start: 0, number: 1, ahead: None };
        reader.ahead = reader.cut();
        reader
    }

    /// The line at hand.
    pub(super) fn peek(&self) -> Option<Line<'a>> {
        self.ahead
    }

    /// Where the line at hand starts, in bytes; at the end, the length of it all.
    pub(super) fn offset(&self) -> usize {
        self.ahead.map_or(self.start, |line| line.start)
    }

    /// The line after the one at hand.
    pub(super) fn second(&self) -> Option<Line<'a>> {
        Self { rest: self.rest, start: self.start, number: self.number, ahead: None }.cut()
    }

    /// Goes to the next line.
    pub(super) fn advance(&mut self) {
        self.ahead = self.cut();
    }

    /// Takes the line at hand; it must be whole.
    pub(super) fn take(&mut self) -> Result<Option<Line<'a>>, Box<Fault>> {
        let line = self.ahead;
        self.advance();
        match line {
            Some(line) if !line.whole => Err(Fault::cut_off(&line, "the last line has no end")),
            line => Ok(line),
        }
    }

    /// Takes the line at hand if it starts with `prefix`, and returns what follows the prefix.
    pub(super) fn take_after(&mut self, prefix: &[u8]) -> Result<Option<(Line<'a>, &'a [u8])>, Box<Fault>> {
        match self.ahead.and_then(|line| Some((line, line.text.strip_prefix(prefix)?))) {
            Some(found) => self.take().map(|_| Some(found)),
            None => Ok(None),
        }
    }

    fn cut(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (text, rest) = match end {
            Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
            None => (self.rest, [].as_slice()),
        };
        let line = Line {
            text: text.strip_suffix(b"\r").unwrap_or(text),
            start: self.start,
            number: self.number,
            whole: end.is_some(),
        };
        self.start += self.rest.len() - rest.len();
        self.number += 1;
        self.rest = rest;
        Some(line)
    }
}
