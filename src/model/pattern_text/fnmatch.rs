//! The patterns of CODEOWNERS as GitLab reads them: Ruby's `File.fnmatch` with `PATHNAME` and `DOTMATCH`, on the whole path.
//!
//! Ruby's own words are in `dir.c` (`fnmatch`, `fnmatch_helper`, `bracket`): `**/` at the start of a segment is any number of
//! directories and anything else of stars is one `*`; `\` takes the next character literally, but `\/` still ends a segment;
//! a `[` without its `]` and an empty `[]` match nothing; `[!]` is any character; a range that runs backwards holds its ends.

use super::{LONGEST, Piece, Placed, fault, is_never_a_name, push_text, segment};
use crate::model::pattern::{Class, PatternError, Segment, Shape, Tail};

/// A pattern that starts at the root, with its `/`. No shape: it is valid and matches nothing.
pub(in crate::model) fn fnmatch(text: &str) -> Result<Vec<Shape>, PatternError> {
    if text.len() > LONGEST {
        return fault(LONGEST, format!("the pattern is longer than {LONGEST} bytes"));
    }
    let text = text.strip_prefix('/').unwrap_or(text);
    let mut segments = Vec::new();
    let mut rest = text;
    loop {
        // Only here is `**` more than a `*`.
        while let Some(after) = rest.strip_prefix("**/") {
            segments.push(Segment::Deep);
            rest = after;
        }
        let Some((pieces, after)) = lex_segment(rest) else { return Ok(Vec::new()) };
        let read = if pieces.iter().all(|(_, piece)| *piece == Piece::Star) && !pieces.is_empty() {
            Segment::Whole
        } else {
            segment(&pieces)
        };
        if is_never_a_name(&read) {
            return Ok(Vec::new());
        }
        segments.push(read);
        match after {
            Some(after) => rest = after,
            None => return Ok(vec![Shape::tidy(segments, Tail::End)]),
        }
    }
}

/// The pieces of a segment, and what follows its slash if it has one. `None` for a segment that matches nothing.
fn lex_segment(text: &str) -> Option<(Vec<Placed>, Option<&str>)> {
    let mut pieces: Vec<Placed> = Vec::new();
    let mut chars = text.chars();
    loop {
        let at = text.len() - chars.as_str().len();
        let piece = match chars.next() {
            None => return Some((pieces, None)),
            Some('/') => return Some((pieces, Some(chars.as_str()))),
            Some('*') => Piece::Star,
            Some('?') => Piece::Question,
            Some('[') => Piece::Class(lex_class(&mut chars)?),
            Some('\\') => match chars.next() {
                Some('/') => return Some((pieces, Some(chars.as_str()))),
                escaped => {
                    // A `\` at the very end stands for itself.
                    push_text(&mut pieces, at, escaped.unwrap_or('\\').encode_utf8(&mut [0; 4]).as_bytes());
                    continue;
                }
            },
            Some(other) => {
                push_text(&mut pieces, at, other.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
        };
        pieces.push((at, piece));
    }
}

/// A class, after its `[`; a slash within it is a character like any other. `None` for one that matches nothing.
fn lex_class(chars: &mut std::str::Chars<'_>) -> Option<Class> {
    let negated = chars.as_str().starts_with(['!', '^']);
    if negated {
        chars.next();
    }
    let mut ranges = Vec::new();
    loop {
        let first = match chars.next()? {
            ']' if ranges.is_empty() && !negated => return None,
            ']' => return Some(Class { negated, ranges }),
            '\\' => chars.next()?,
            other => other,
        };
        if !chars.as_str().starts_with('-') || chars.as_str().starts_with("-]") {
            ranges.push((first, first));
            continue;
        }
        chars.next();
        let last = match chars.next()? {
            '\\' => chars.next()?,
            other => other,
        };
        if first <= last {
            ranges.push((first, last));
        } else {
            ranges.extend([(first, first), (last, last)]);
        }
    }
}
