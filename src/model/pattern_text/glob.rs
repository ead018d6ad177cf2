//! The globs of our own files.

use super::{LONGEST, Piece, Placed, fault, is_never_a_name, push_text, segment};
use crate::model::pattern::{Class, PatternError, Segment, Shape, Tail};

/// Most alternatives that `{a,b}` may multiply to.
const MOST_ALTERNATIVES: usize = 256;

/// A glob of our own files.
pub(in crate::model) fn glob(text: &str) -> Result<Vec<Shape>, PatternError> {
    if text.len() > LONGEST {
        return fault(LONGEST, format!("the pattern is longer than {LONGEST} bytes"));
    }
    let start = usize::from(text.starts_with('/'));
    if text.len() == start {
        return fault(start, "the pattern is empty; `**` matches every path");
    }
    expand(lex_glob(text, start)?)?.iter().map(|pieces| glob_shape(text, pieces)).collect()
}

fn glob_shape(text: &str, pieces: &[Placed]) -> Result<Shape, PatternError> {
    let parts: Vec<&[Placed]> = pieces.split(|(_, piece)| *piece == Piece::Slash).collect();
    let slashes: Vec<usize> = pieces.iter().filter(|(_, p)| *p == Piece::Slash).map(|(at, _)| *at).collect();
    let mut segments = Vec::with_capacity(parts.len());
    for (n, part) in parts.iter().enumerate() {
        // An empty part has no piece of its own to point at: the slash that ends it, or the last one.
        if part.is_empty() {
            return match slashes.get(n) {
                Some(at) => fault(*at, "an empty segment: two slashes with nothing between them"),
                None => fault(
                    slashes.last().copied().unwrap_or(0),
                    match text.strip_suffix('/') {
                        Some(directory) => format!("a slash at the end: write `{directory}/**` for all below it"),
                        None => format!("an alternative of `{text}` ends with a slash; write `/**` for all below it"),
                    },
                ),
            };
        }
        if part.len() > 2 || !part.iter().all(|(_, p)| *p == Piece::Star) {
            let double = part.windows(2).find(|pair| pair.iter().all(|(_, p)| *p == Piece::Star));
            if let Some([(at, _), _]) = double {
                return fault(*at, "`**` must be a segment of its own, as in `a/**/*.md`; within one, write `*`");
            }
        } else if part.len() == 2 {
            segments.push(Segment::Deep);
            continue;
        }
        let segment = segment(part);
        if is_never_a_name(&segment) {
            let at = part.first().map_or(0, |(at, _)| *at);
            return fault(at, "`.` and `..` never match: paths are written from the root of the repository");
        }
        segments.push(segment);
    }
    Ok(Shape::tidy(segments, Tail::End))
}

fn lex_glob(text: &str, start: usize) -> Result<Vec<Placed>, PatternError> {
    let mut pieces = Vec::new();
    let mut chars = text.char_indices().skip(start).peekable();
    let mut open: Vec<usize> = Vec::new();
    while let Some((at, c)) = chars.next() {
        let piece = match c {
            '\\' => match chars.next() {
                None => return fault(at, "a `\\` with nothing after it; write `\\\\` for the character itself"),
                Some((_, '/')) => Piece::Slash,
                Some((_, escaped)) => {
                    push_text(&mut pieces, at, escaped.encode_utf8(&mut [0; 4]).as_bytes());
                    continue;
                }
            },
            '[' => Piece::Class(lex_class(&mut chars, at)?),
            ']' => return fault(at, "`]` without `[`; write `\\]` for the character itself"),
            '{' => {
                open.push(at);
                Piece::Open
            }
            '}' if open.pop().is_some() => Piece::Close,
            '}' => return fault(at, "`}` without `{`; write `\\}` for the character itself"),
            ',' if !open.is_empty() => Piece::Comma,
            '*' => Piece::Star,
            '?' => Piece::Question,
            '/' => Piece::Slash,
            other => {
                push_text(&mut pieces, at, other.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
        };
        pieces.push((at, piece));
    }
    match open.pop() {
        Some(at) => fault(at, "`{` without its closing `}`; write `\\{` for the character itself"),
        None => Ok(pieces),
    }
}

type Chars<'a> = std::iter::Peekable<std::iter::Skip<std::str::CharIndices<'a>>>;

/// A class, after its `[`.
fn lex_class(chars: &mut Chars<'_>, opened: usize) -> Result<Class, PatternError> {
    let negated = chars.next_if(|(_, c)| *c == '!').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    loop {
        let (at, first) = match chars.next() {
            None => return unclosed(opened),
            Some((_, ']')) if ranges.is_empty() => {
                return fault(opened, "an empty set of characters; write `\\]` for a `]` in a set");
            }
            Some((_, ']')) => return Ok(Class { negated, ranges }),
            Some((at, '^')) if ranges.is_empty() && !negated => {
                return fault(at, "a set is negated by `!`: write `[!...]`, or `\\^` for the character itself");
            }
            Some((at, c)) => (at, class_char(chars, at, c, opened)?),
        };
        let dash = chars.peek().is_some_and(|(_, c)| *c == '-');
        let range = dash && chars.clone().nth(1).is_some_and(|(_, c)| c != ']');
        let last = if range {
            chars.next();
            match chars.next() {
                None => return unclosed(opened),
                Some((at, c)) => class_char(chars, at, c, opened)?,
            }
        } else {
            first
        };
        if last < first {
            return fault(at, format!("the range `{first}-{last}` runs backwards"));
        }
        ranges.push((first, last));
    }
}

fn class_char(chars: &mut Chars<'_>, at: usize, c: char, opened: usize) -> Result<char, PatternError> {
    match c {
        '/' => fault(at, "a set of characters never holds `/`"),
        '[' => fault(at, "`[` within a set; write `\\[` for the character itself"),
        '\\' => match chars.next() {
            None => unclosed(opened),
            Some((at, '/')) => fault(at, "a set of characters never holds `/`"),
            Some((_, escaped)) => Ok(escaped),
        },
        c => Ok(c),
    }
}

fn unclosed<T>(opened: usize) -> Result<T, PatternError> {
    fault(opened, "`[` without its closing `]`; write `\\[` for the character itself")
}

/// Writes out `{a,b}`. Each group has at least two alternatives, so there are fewer rounds than results.
fn expand(pieces: Vec<Placed>) -> Result<Vec<Vec<Placed>>, PatternError> {
    let mut done = Vec::new();
    let mut todo = vec![pieces];
    while let Some(pieces) = todo.pop() {
        let Some(group) = Group::first(&pieces) else {
            done.push(pieces);
            continue;
        };
        if group.alternatives.len() < 2 {
            return fault(group.at, "`{` needs two alternatives or more, as in `{a,b}`");
        }
        if done.len() + todo.len() + group.alternatives.len() > MOST_ALTERNATIVES {
            let msg = format!("the alternatives multiply to more than {MOST_ALTERNATIVES}; write several patterns");
            return fault(0, msg);
        }
        todo.extend(group.alternatives.iter().map(|middle| [group.before, *middle, group.after].concat()));
    }
    Ok(done)
}

/// The first `{...}` of a pattern and what stands around it.
struct Group<'a> {
    at: usize,
    before: &'a [Placed],
    alternatives: Vec<&'a [Placed]>,
    after: &'a [Placed],
}

impl<'a> Group<'a> {
    fn first(pieces: &'a [Placed]) -> Option<Self> {
        let open = pieces.iter().position(|(_, piece)| *piece == Piece::Open)?;
        let (before, rest) = pieces.split_at_checked(open)?;
        let ((at, _), inner) = rest.split_first()?;
        let mut alternatives = Vec::new();
        let (mut depth, mut from) = (0_usize, 0);
        for (n, (_, piece)) in inner.iter().enumerate() {
            match piece {
                Piece::Open => depth += 1,
                Piece::Close if depth > 0 => depth -= 1,
                Piece::Comma | Piece::Close if depth == 0 => {
                    alternatives.push(inner.get(from..n)?);
                    from = n + 1;
                }
                _ => {}
            }
            if depth == 0 && *piece == Piece::Close && from == n + 1 {
                return Some(Self { at: *at, before, alternatives, after: inner.get(from..)? });
            }
        }
        None
    }
}
