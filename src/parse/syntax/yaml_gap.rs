//! What stands between two YAML values: blanks, comments, indicators, tags and anchors, and nothing else.
//!
//! The reader of YAML says where a value stands but not its tag, its `-` or the `|` of its block. Reading the gaps as well
//! finds these, and it is a second opinion: a byte that belongs to no value must have a reason to be there.

use std::ops::Range;

/// What was found in a gap, by offsets into the file.
#[derive(Default)]
pub(super) struct Gap {
    /// The first `-`.
    pub(super) dash: Option<usize>,
    /// The first tag.
    pub(super) tag: Option<Range<usize>>,
    /// The `|` or `>` a block begins with.
    pub(super) block: Option<usize>,
    /// A comment stands behind the tag.
    pub(super) comment_after_tag: bool,
    /// The first `%` at the start of a line.
    pub(super) directive: Option<usize>,
    /// The first `...`.
    pub(super) over: Option<usize>,
    /// The first thing that has no reason to be there.
    pub(super) stray: Option<usize>,
}

/// Where something stands that is neither blank nor comment.
pub(super) fn behind_blanks(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    let mut gap = Gap::default();
    while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r' | b'#')) = bytes.get(at) {
        at = gap.step(bytes, at, *byte, bytes.len());
    }
    at
}

impl Gap {
    /// Reads the bytes of a range.
    pub(super) fn read(text: &str, range: Range<usize>) -> Self {
        let mut gap = Self::default();
        let bytes = text.as_bytes();
        let mut at = range.start;
        while let Some(byte) = bytes.get(at).filter(|_| at < range.end) {
            at = gap.step(bytes, at, *byte, range.end);
        }
        gap
    }

    /// Takes what stands at an offset; where the next thing stands.
    fn step(&mut self, bytes: &[u8], at: usize, byte: u8, end: usize) -> usize {
        let rest = bytes.get(at..end).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b'\n');
        let line = || rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at + 1,
            b'#' if matches!(before, b' ' | b'\t' | b'\n') => {
                self.comment_after_tag |= self.tag.is_some();
                at + line()
            }
            b'%' if before == b'\n' => {
                self.directive = self.directive.or(Some(at));
                at + line()
            }
            b'-' if before == b'\n' && rest.starts_with(b"---") => at + 3,
            b'.' if before == b'\n' && rest.starts_with(b"...") => {
                // A second one ends a document that only some readers see.
                self.stray = self.stray.or(self.over.and(Some(at)));
                self.over = self.over.or(Some(at));
                at + 3
            }
            b'-' | b':' | b'?' | b',' => {
                if byte == b'-' {
                    self.dash = self.dash.or(Some(at));
                }
                at + 1
            }
            b'&' | b'!' => {
                let length = match rest.strip_prefix(b"!<") {
                    Some(uri) => uri.iter().position(|byte| *byte == b'>').map_or(rest.len(), |end| end + 3),
                    None => rest.iter().take_while(|byte| !b" \t\r\n,[]{}".contains(byte)).count(),
                };
                // PyYAML ends the name of an anchor at other characters, and begins a value there.
                let name = rest.get(1..length).unwrap_or_default();
                let known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
                if byte == b'&' && !name.iter().all(known) {
                    self.stray = self.stray.or(Some(at));
                }
                if byte == b'!' && self.tag.is_none() {
                    self.tag = Some(at..at + length);
                }
                at + length.max(1)
            }
            b'|' | b'>' => {
                self.block = Some(at);
                end
            }
            _ => {
                self.stray = self.stray.or(Some(at));
                at + 1
            }
        }
    }
}
