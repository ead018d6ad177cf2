//! The three spellings of patterns, read into the one form that [`super::Pattern`] matches. Here is what they share.

mod fnmatch;
mod github;
mod glob;

pub(super) use fnmatch::fnmatch;
pub(super) use github::github;
pub(super) use glob::glob;

use super::pattern::{Class, PatternError, Segment, Shape, Tail, Token};

/// Longest pattern but GitHub's, whose file has a limit of its own, in bytes: the longest path most systems allow.
const LONGEST: usize = 4096;

fn fault<T>(offset: usize, msg: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError { msg: msg.into(), offset })
}

/// A piece and the byte it stands at.
type Placed = (usize, Piece);

/// What a pattern's text is made of, once escapes are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Bytes that stand for themselves; what is next to each other may come in several pieces.
    Text(Vec<u8>),
    Slash,
    Star,
    Question,
    Class(Class),
    Open,
    Comma,
    Close,
}

impl Shape {
    /// Joins neighbouring `**`, and turns those at the end, and `**/*`, into "a path below".
    fn tidy(mut segments: Vec<Segment>, mut tail: Tail) -> Self {
        segments.dedup_by(|next, before| *next == Segment::Deep && *before == Segment::Deep);
        if tail == Tail::End && segments.ends_with(&[Segment::Deep, Segment::Whole]) {
            segments.pop();
        }
        if segments.pop_if(|last| *last == Segment::Deep).is_some() {
            tail = Tail::Below;
        }
        Self { segments, tail }
    }
}

/// One segment; neighbouring `*` within it are one.
fn segment(pieces: &[Placed]) -> Segment {
    match pieces {
        [(_, Piece::Star), (_, Piece::Star)] => return Segment::Deep,
        [(_, Piece::Star)] => return Segment::Whole,
        _ => {}
    }
    let mut tokens = Vec::new();
    let mut literal = Vec::new();
    for (_, piece) in pieces {
        let token = match piece {
            Piece::Star => Token::Many,
            Piece::Question => Token::One,
            Piece::Class(class) => Token::Class(class.clone()),
            Piece::Text(bytes) => {
                literal.extend_from_slice(bytes);
                continue;
            }
            // Separators are taken out before a segment is read.
            Piece::Slash | Piece::Open | Piece::Comma | Piece::Close => continue,
        };
        if !literal.is_empty() {
            tokens.push(Token::Literal(std::mem::take(&mut literal).into()));
        }
        if token != Token::Many || tokens.last() != Some(&Token::Many) {
            tokens.push(token);
        }
    }
    if tokens.is_empty() {
        return Segment::Literal(literal.into());
    }
    if !literal.is_empty() {
        tokens.push(Token::Literal(literal.into()));
    }
    Segment::Wild(tokens)
}

/// Git stores no such name.
fn is_never_a_name(segment: &Segment) -> bool {
    matches!(segment, Segment::Literal(name) if matches!(&**name, b"" | b"." | b".."))
}

fn push_text(pieces: &mut Vec<Placed>, at: usize, bytes: &[u8]) {
    match pieces.last_mut() {
        Some((_, Piece::Text(text))) => text.extend_from_slice(bytes),
        _ => pieces.push((at, Piece::Text(bytes.to_vec()))),
    }
}
