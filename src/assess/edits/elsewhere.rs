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
    let mut left = Rest::new(old, old_spans, exact);
    let mut right = Rest::new(new, new_spans, exact);
    loop {
        match (left.next(), right.next()) {
            (None, None) => return None,
            (Some((_, a)), Some((_, b))) if a == b => {}
            (_, Some((at, _))) => return Some(line_at(new, at)),
            (Some((at, _)), None) => return Some(line_at(old, at)),
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

/// The bytes of a text without its cuts, each with its place; a value in place of another leaves a mark.
struct Rest<'t> {
    bytes: &'t [u8],
    at: usize,
    spans: std::vec::IntoIter<(Range<u32>, bool)>,
    next: Option<(Range<u32>, bool)>,
    exact: bool,
    /// Only blanks and dashes stand before, on this line.
    begins: bool,
}

impl<'t> Rest<'t> {
    fn new(text: &'t str, spans: Vec<(Range<u32>, bool)>, exact: bool) -> Self {
        let mut spans = spans.into_iter();
        let next = spans.next();
        Self { bytes: text.as_bytes(), at: 0, spans, next, exact, begins: true }
    }
}

impl Iterator for Rest<'_> {
    type Item = (usize, Option<u8>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((span, marked)) = self.next.clone()
                && self.at >= usize::try_from(span.start).unwrap_or(usize::MAX)
            {
                let here = self.at;
                self.at = self.at.max(usize::try_from(span.end).unwrap_or(usize::MAX));
                self.next = self.spans.next();
                if marked {
                    return Some((here, None));
                }
                continue;
            }
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            let dash = byte == b'-' && self.begins;
            self.begins = byte == b'\n' || (self.begins && matches!(byte, b' ' | b'\t' | b'-'));
            // The dash of a list in YAML, at the start of its line, comes and goes with its item.
            if self.exact || !(dash || matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')) {
                return Some((self.at - 1, Some(byte)));
            }
        }
    }
}
