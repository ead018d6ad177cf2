//! The patterns of CODEOWNERS as GitHub reads them.

use super::{Piece, Placed, fault, is_never_a_name, push_text, segment};
use crate::model::pattern::{PatternError, Segment, Shape, Tail};

/// A CODEOWNERS pattern. No shape: it is valid and matches nothing.
pub(in crate::model) fn github(text: &[u8]) -> Result<Vec<Shape>, PatternError> {
    let Some(pieces) = lex_github(text)? else { return Ok(Vec::new()) };
    let mut parts: Vec<&[Placed]> = pieces.split(|(_, piece)| *piece == Piece::Slash).collect();
    let rooted = parts.len() > 1 && parts.first().is_some_and(|part| part.is_empty());
    if rooted {
        parts.remove(0);
    }
    let directory = parts.len() > 1 && parts.last().is_some_and(|part| part.is_empty());
    if directory {
        parts.pop();
    }
    let mut segments: Vec<Segment> = parts.iter().map(|part| segment(part)).collect();
    if segments.iter().any(is_never_a_name) {
        return Ok(Vec::new());
    }
    if !rooted && segments.len() == 1 {
        segments.insert(0, Segment::Deep);
    }
    let tail = match segments.last() {
        // Every file in any directory, as gitignore reads it; GitHub's reading is not known.
        Some(Segment::Deep) if directory && segments.iter().all(|s| *s == Segment::Deep) => {
            segments.push(Segment::Whole);
            Tail::Below
        }
        _ if directory => Tail::Below,
        Some(Segment::Whole) => Tail::End,
        _ => Tail::EndOrBelow,
    };
    Ok(vec![Shape::tidy(segments, tail)])
}

/// `None`: a `\` with nothing after it, as `\#x` leaves behind when `#` starts a comment.
fn lex_github(text: &[u8]) -> Result<Option<Vec<Placed>>, PatternError> {
    match text.first() {
        None => return fault(0, "the pattern is empty"),
        Some(b'!') => return fault(0, "`!` does not negate a pattern in CODEOWNERS"),
        Some(_) => {}
    }
    let mut pieces: Vec<Placed> = Vec::new();
    let mut bytes = text.iter().copied().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let piece = match byte {
            b'\\' => match bytes.next() {
                None => return Ok(None),
                Some((_, b'/')) => Piece::Slash,
                Some((_, escaped)) => {
                    push_text(&mut pieces, at, &[escaped]);
                    continue;
                }
            },
            b'[' | b']' => return fault(at, "both `[` and `]` must be escaped with a `\\`"),
            b'*' => Piece::Star,
            b'?' => Piece::Question,
            b'/' => Piece::Slash,
            other => {
                push_text(&mut pieces, at, &[other]);
                continue;
            }
        };
        pieces.push((at, piece));
        if let [.., (first, Piece::Star), (_, Piece::Star), (_, Piece::Star)] = pieces.as_slice() {
            return fault(*first, "`***` is no wildcard");
        }
    }
    Ok(Some(pieces))
}
