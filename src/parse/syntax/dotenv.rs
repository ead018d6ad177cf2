//! `.env`: `KEY=value`, as far as shells, Docker and the libraries agree.

use super::lines::{Lines, trimmed};
use super::source::{Source, scalar, shown, span};
use super::statements::extent;
use crate::model::{Field, Node, ScalarKind, SyntaxFault};
use std::ops::Range;

/// The key of the order of all keys, where a value may refer to one above it.
const ORDER: &str = "#order";

/// The variables of a file.
pub(super) fn root(mut source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    source.count(0, 0)?;
    let mut lines = Lines::new(source.text);
    let mut fields = Vec::new();
    let mut refers = false;
    while let Some(line) = lines.next() {
        let place = trimmed(source.text, line);
        if matches!(source.slice(place.clone()).as_bytes(), [] | [b'#', ..]) {
            continue;
        }
        source.count(place.start, 1)?;
        let field = variable(&source, place)?;
        let end = field.node.span.end as usize;
        refers |= source.slice(field.node.span.start as usize..end).contains('$');
        lines.go_to(end);
        // The rest of the last line of a value in quotes.
        if let Some(rest) = lines.next() {
            let rest = trimmed(source.text, rest);
            if !matches!(source.slice(rest.clone()).as_bytes(), [] | [b'#', ..]) {
                return Err(source.broken(rest.start, "something follows a value in quotes"));
            }
        }
        fields.push(field);
    }
    let place = extent(&fields).unwrap_or(0..0);
    if refers {
        let order: Vec<&str> = fields.iter().map(|field: &Field<'_>| &*field.key).collect();
        let here = place.start..place.start;
        let node = scalar(here.clone(), ScalarKind::Text, order.join(" "));
        fields.insert(0, Field::new(ORDER, here, node));
    }
    Ok(Node { span: place, value: source.map(fields)? })
}

fn variable<'t>(source: &Source<'t>, place: Range<usize>) -> Result<Field<'t>, SyntaxFault> {
    let line = source.slice(place.clone());
    let bare = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let start = bare.map_or(place.start, |rest| place.end - rest.trim_start().len());
    let line = source.slice(start..place.end);
    let length = line.find('=').unwrap_or(line.len());
    let key = line.get(..length).unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if key.is_empty() || !key.chars().all(known) || key.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(source.broken(start, &format!("{} is no name of a variable", shown(key))));
    }
    let key_span = span(start, start + length);
    let node = if length == line.len() {
        scalar(span(place.end, place.end), ScalarKind::Null, "")
    } else {
        value(source, start + length + 1..place.end)?
    };
    Ok(Field::new(key, key_span, node))
}

fn value<'t>(source: &Source<'t>, place: Range<usize>) -> Result<Node<'t>, SyntaxFault> {
    let written = source.slice(place.clone());
    if written.starts_with([' ', '\t']) {
        return Err(source.broken(place.start, "a blank follows `=`"));
    }
    let Some(quote) = written.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
        // To some readers a value ends before a comment, has escapes, or loses its quotes.
        let kind = if written.contains('$') {
            ScalarKind::Expression
        } else if written.contains(|c: char| "#\\\"'`;&|<>()~*?[]{}!".contains(c) || c.is_whitespace()) {
            ScalarKind::Unclear
        } else {
            ScalarKind::Text
        };
        return Ok(scalar(span(place.start, place.end), kind, written));
    };
    let mut escaped = false;
    let rest = source.slice(place.start + 1..source.text.len());
    let end = rest.find(|c| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped && quote == '"';
        closes
    });
    let end = end.ok_or_else(|| source.broken(place.start, "a value in quotes has no end"))?;
    let inner = rest.get(..end).unwrap_or_default();
    let whole = place.start..place.start + end + 2;
    let (kind, text) = if quote == '"' && inner.contains('$') {
        (ScalarKind::Expression, source.slice(whole.clone()))
    } else if quote == '`' || inner.contains('\\') {
        (ScalarKind::Unclear, source.slice(whole.clone()))
    } else {
        (ScalarKind::Text, inner)
    };
    Ok(scalar(span(whole.start, whole.end), kind, text))
}
