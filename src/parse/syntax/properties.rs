//! Java properties, as `java.util.Properties` and those who build on it read them.

use super::lines::Lines;
use super::source::{Source, scalar, span};
use super::statements::extent;
use crate::model::{Field, Node, ScalarKind, SyntaxFault};
use std::borrow::Cow;
use std::ops::Range;

/// Blanks, as this format has them.
const BLANKS: [char; 3] = [' ', '\t', '\u{c}'];

/// The keys of a file.
pub(super) fn root(mut source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    source.count(0, 0)?;
    let mut lines = Lines::of(&source)?;
    let mut fields = Vec::new();
    while let Some(mut line) = lines.next() {
        let written = source.slice(line.clone());
        let tail = written.trim_start_matches(BLANKS);
        line.start = line.end - tail.len();
        if let Some(comment) = tail.strip_prefix(['#', '!']) {
            // `spring-boot`: the properties below are another document, which may be for some environments only.
            if comment.trim_end_matches(BLANKS) == "---" {
                return Err(
                    source.fault(line.start, "has a comment `---`, at which another document begins to some readers")
                );
            }
            continue;
        }
        if tail.is_empty() {
            continue;
        }
        source.count(line.start, 1)?;
        while goes_on(source.slice(line.clone())) {
            match lines.next() {
                Some(next) => line.end = next.end,
                None => return Err(source.broken(line.start, "the last line goes on behind the end")),
            }
        }
        fields.push(property(&source, line)?);
    }
    let place = extent(&fields).unwrap_or(0..0);
    Ok(Node { span: place, value: source.map(fields)? })
}

/// Whether a line goes on with the next: it ends in an odd number of backslashes.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn property<'t>(source: &Source<'t>, place: Range<usize>) -> Result<Field<'t>, SyntaxFault> {
    let line = source.slice(place.clone());
    let (mut escaped, mut below) = (false, false);
    let end = line.find(|c| {
        let ends = !escaped && (BLANKS.contains(&c) || matches!(c, '=' | ':'));
        below |= escaped && matches!(c, '\n' | '\r');
        escaped = c == '\\' && !escaped;
        ends || below
    });
    if below {
        return Err(source.fault(place.start, "has a key that goes on in the next line"));
    }
    let key = place.start..place.start + end.unwrap_or(line.len());
    let start = behind_blanks(source, key.end..place.end);
    let separated = source.slice(start..place.end).starts_with(['=', ':']);
    let start = if separated { behind_blanks(source, start + 1..place.end) } else { start };
    let text = unescaped(source, start..place.end)?;
    // Spring, Log4j, Maven and Ant put something else in its place.
    let kind = if text.contains("${") || text.contains("#{") { ScalarKind::Expression } else { ScalarKind::Text };
    let node = scalar(span(start, place.end), kind, text);
    Ok(Field::new(unescaped(source, key.clone())?, span(key.start, key.end), node))
}

/// Behind blanks, and behind line breaks that go on with them.
fn behind_blanks(source: &Source<'_>, place: Range<usize>) -> usize {
    let mut rest = source.slice(place.clone());
    loop {
        let next = rest.trim_start_matches(BLANKS);
        let next = next.strip_prefix("\\\n").or_else(|| next.strip_prefix("\\\r\n")).unwrap_or(next);
        if next.len() == rest.len() {
            return place.end - rest.len();
        }
        rest = next;
    }
}

fn unescaped<'t>(source: &Source<'t>, place: Range<usize>) -> Result<Cow<'t, str>, SyntaxFault> {
    let written = source.slice(place.clone());
    if !written.contains('\\') {
        return Ok(Cow::Borrowed(written));
    }
    let mut units: Vec<u16> = Vec::with_capacity(written.len());
    let mut buffer = [0; 2];
    let mut rest = written.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            units.extend_from_slice(c.encode_utf16(&mut buffer));
            continue;
        }
        let made = match rest.next() {
            Some('t') => '\t',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('f') => '\u{c}',
            Some('u') => {
                let digits =
                    rest.as_str().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
                let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
                units.push(unit.ok_or_else(|| source.broken(place.start, "`\\u` is not followed by four digits"))?);
                rest.nth(3);
                continue;
            }
            Some(c @ ('\n' | '\r')) => {
                let next = rest.as_str();
                let next = if c == '\r' { next.strip_prefix('\n').unwrap_or(next) } else { next };
                rest = next.trim_start_matches(BLANKS).chars();
                continue;
            }
            Some(c) => c,
            None => continue,
        };
        units.extend_from_slice(made.encode_utf16(&mut buffer));
    }
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map(Cow::Owned).map_err(|_| source.broken(place.start, "`\\u` names half a character"))
}
