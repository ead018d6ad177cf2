//! What differs beside the values that differ: comments, blanks, the order of keys.
//!
//! The edited values are cut out of both texts; what remains must be the same. Where values only take the place of
//! others, the same to the byte. Where some come or go, commas and blanks come and go with them.

use std::ops::Range;

/// Where the values of an edit stand.
pub(super) struct Cut {
    pub(super) old: Option<Range<u32>>,
    pub(super) new: Option<Range<u32>>,
}

/// The first line of the new text (from 1) that differs outside the cuts; where lines are only gone, of the old one.
pub(super) fn elsewhere(old: &str, new: &str, cuts: &[Cut]) -> Option<u32> {
    let exact = cuts.iter().all(|cut| cut.old.is_some() && cut.new.is_some());
    let marked = |cut: &Cut| cut.old.is_some() && cut.new.is_some();
    let side = |of: fn(&Cut) -> &Option<Range<u32>>| {
        let spans = cuts.iter().filter_map(|cut| Some((of(cut).clone()?, marked(cut))));
        let mut spans: Vec<(Range<u32>, bool)> = spans.collect();
        spans.sort_by_key(|(span, _)| (span.start, span.end));
        spans
    };
    let (old_spans, new_spans) = (side(|cut| &cut.old), side(|cut| &cut.new));
    // Almost all texts are the same almost everywhere: piece by piece that is seen at once.
    if exact && gaps(old, &old_spans).eq(gaps(new, &new_spans)) {
        return None;
    }
    let (mut left, mut right) = (Rest::new(old, old_spans), Rest::new(new, new_spans));
    loop {
        let (a, b) = (left.next(), right.next());
        // Blanks stay as they are but where a value came or went.
        if !(a.open || b.open) && left.blanks != right.blanks {
            let at = a.at.saturating_sub(left.blanks.len());
            let to = b.at.saturating_sub(right.blanks.len());
            let same = left.blanks.iter().zip(&right.blanks).take_while(|(a, b)| a == b).count();
            let gone = right.blanks.len() == same;
            return Some(if gone { line_at(old, at + same) } else { line_at(new, to + same) });
        }
        match (a.what, b.what) {
            (What::End, What::End) => return None,
            (one, two) if one == two => {}
            (_, What::End) => return Some(line_at(old, a.at)),
            _ => return Some(line_at(new, b.at)),
        }
    }
}

/// What stands before, between and behind the cuts. Cuts within others leave nothing between.
fn gaps<'t>(text: &'t str, spans: &'t [(Range<u32>, bool)]) -> impl Iterator<Item = &'t [u8]> {
    let at = |byte: u32| usize::try_from(byte).unwrap_or(usize::MAX);
    let starts = spans.iter().map(move |(span, _)| at(span.start)).chain([text.len()]);
    let mut reached = 0;
    let ends = spans.iter().map(move |(span, _)| at(span.end)).chain([text.len()]);
    starts.zip(ends).map(move |(start, end)| {
        let from = reached;
        reached = reached.max(end);
        text.as_bytes().get(from..start).unwrap_or_default()
    })
}

/// The line of a byte, from 1.
pub(super) fn line_at(text: &str, at: usize) -> u32 {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}

/// A text without its cuts: one byte after the other, and the blanks before it.
struct Rest<'t> {
    bytes: &'t [u8],
    at: usize,
    spans: std::iter::Peekable<std::vec::IntoIter<(Range<u32>, bool)>>,
    /// What was passed over to get to the last piece: blanks, commas, and the dashes of YAML's lists.
    blanks: Vec<u8>,
    /// Only blanks and dashes stand before, on this line.
    begins: bool,
}

/// The next piece of a text.
struct Piece {
    at: usize,
    what: What,
    /// A value that comes or goes was passed over before it.
    open: bool,
}

#[derive(PartialEq)]
enum What {
    Byte(u8),
    /// A value in place of another.
    Value,
    End,
}

impl<'t> Rest<'t> {
    fn new(text: &'t str, spans: Vec<(Range<u32>, bool)>) -> Self {
        Self { bytes: text.as_bytes(), at: 0, spans: spans.into_iter().peekable(), blanks: Vec::new(), begins: true }
    }

    fn next(&mut self) -> Piece {
        self.blanks.clear();
        let mut open = false;
        loop {
            let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
            if let Some((span, replaced)) = self.spans.next_if(|(span, _)| self.at >= offset(span.start)) {
                let at = self.at;
                self.at = self.at.max(offset(span.end));
                if replaced {
                    return Piece { at, what: What::Value, open };
                }
                open = true;
                continue;
            }
            let Some(byte) = self.bytes.get(self.at).copied() else {
                return Piece { at: self.at, what: What::End, open };
            };
            self.at += 1;
            let dash = byte == b'-' && self.begins;
            self.begins = byte == b'\n' || (self.begins && matches!(byte, b' ' | b'\t' | b'-'));
            // The dash of a list in YAML, at the start of its line, comes and goes with its item.
            if !(dash || matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')) {
                return Piece { at: self.at - 1, what: What::Byte(byte), open };
            }
            self.blanks.push(byte);
        }
    }
}
