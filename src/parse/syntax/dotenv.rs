//! `.env`: `KEY=value`, as far as shells, Docker, systemd and the libraries agree.
//!
//! To most of them quotes and `export` are no part of what is said; to `docker run --env-file` and to systemd they are. So
//! how a variable is written stands beside its value, under `#written`: to write it otherwise is an edit. Where readers differ
//! on where a value ends, and so on what the lines below it are, the file is refused.

use super::lines::{Lines, trimmed};
use super::source::{Source, scalar, shown, span};
use super::statements::extent;
use crate::model::{Field, Node, ScalarKind, SyntaxFault, is_unsafe};
use std::ops::Range;

/// The key of the order of all keys, where a value may refer to one above it.
const ORDER: &str = "#order";

/// The key of how variables are written that are not written plainly.
const WRITTEN: &str = "#written";

/// The variables of a file.
pub(super) fn root(mut source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    source.count(0, 0)?;
    let mut lines = Lines::of(&source)?;
    let (mut fields, mut written) = (Vec::new(), Vec::new());
    let mut refers = false;
    while let Some(line) = lines.next() {
        let place = trimmed(source.text, line.clone());
        if source.slice(place.clone()).ends_with('\\') {
            return Err(source.fault(place.start, "has a line that ends in `\\`, which goes on below to some readers"));
        }
        // `node --env-file` makes one name of such a line, even of one of blanks alone, and the next.
        if place.start > line.start {
            return Err(source.fault(place.start, "has an indented line, which is not the same to every reader"));
        }
        if matches!(source.slice(place.clone()).as_bytes(), [] | [b'#', ..]) {
            continue;
        }
        source.count(place.start, 1)?;
        let (field, how) = variable(&source, place.start..line.end)?;
        let end = field.node.span.end as usize;
        refers |= source.slice(field.node.span.start as usize..end).contains('$');
        lines.go_to(end);
        lines.next();
        if let Some(how) = how {
            let node = scalar(field.node.span.clone(), ScalarKind::Text, how);
            written.push(Field::new(field.key.clone(), field.key_span.clone(), node));
        }
        fields.push(field);
    }
    let place = extent(&fields).unwrap_or(0..0);
    let here = place.start..place.start;
    let map = Node { span: here.clone(), value: source.map(written)? };
    let order = fields.iter().map(|field: &Field<'_>| &*field.key).collect::<Vec<_>>().join(" ");
    fields.push(Field::new(WRITTEN, here.clone(), map));
    if refers {
        let node = scalar(here.clone(), ScalarKind::Text, order);
        fields.push(Field::new(ORDER, here, node));
    }
    Ok(Node { span: place, value: source.map(fields)? })
}

/// A variable, and how it is written, where that is not plainly `KEY=value`.
fn variable<'t>(source: &Source<'t>, place: Range<usize>) -> Result<(Field<'t>, Option<String>), SyntaxFault> {
    let line = source.slice(place.clone());
    let bare = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let start = bare.map_or(place.start, |rest| place.end - rest.trim_start().len());
    let line = source.slice(start..place.end);
    let length = line.find('=').unwrap_or(line.trim_end().len());
    let key = line.get(..length).unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if key.is_empty() || !key.chars().all(known) || key.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(source.broken(start, &format!("{} is no name of a variable", shown(key))));
    }
    if length == line.len() || !line.contains('=') {
        return Err(
            source.fault(start, "has a line without `=`: to some readers it begins the next one, or runs a program")
        );
    }
    let (node, quotes) = value(source, start + length + 1..place.end)?;
    let how: Vec<&str> = bare.map(|_| "export").into_iter().chain(quotes).collect();
    let how = (!how.is_empty()).then(|| how.join(", "));
    Ok((Field::new(key, span(start, start + length), node), how))
}

/// A value, and its quotes.
fn value<'t>(source: &Source<'t>, place: Range<usize>) -> Result<(Node<'t>, Option<&'static str>), SyntaxFault> {
    let written = source.slice(place.clone());
    if written.starts_with([' ', '\t']) {
        return Err(source.broken(place.start, "a blank follows `=`"));
    }
    let quoted = match written.as_bytes().first() {
        Some(b'"') => Some(('"', "double quotes")),
        Some(b'\'') => Some(('\'', "single quotes")),
        Some(b'`') => Some(('`', "backquotes")),
        _ => None,
    };
    match quoted {
        Some((quote, name)) => Ok((in_quotes(source, place, quote)?, Some(name))),
        None => Ok((plain(source, place)?, None)),
    }
}

/// To some readers a value ends before a comment, has escapes, or loses its quotes; to some, blanks behind it are its own.
fn plain<'t>(source: &Source<'t>, place: Range<usize>) -> Result<Node<'t>, SyntaxFault> {
    let written = source.slice(place.clone());
    if is_open(written) {
        return Err(source.broken(place.start, "a quote within a value has no end"));
    }
    let kind = if written.contains('$') {
        ScalarKind::Expression
    } else if written.contains(|c: char| "#\\\"'`;&|<>()~*?[]{}!".contains(c) || c.is_whitespace() || is_unsafe(c)) {
        ScalarKind::Unclear
    } else {
        ScalarKind::Text
    };
    Ok(scalar(span(place.start, place.end), kind, written))
}

/// To a shell, a quote anywhere goes on to the next one, over lines; behind a blank and `#` it is of a comment.
fn is_open(written: &str) -> bool {
    let (mut open, mut escaped, mut before) = (None, false, ' ');
    for c in written.chars() {
        match open {
            None if c == '#' && matches!(before, ' ' | '\t') => return false,
            None if !escaped && matches!(c, '"' | '\'' | '`') => open = Some(c),
            Some(quote) if c == quote && (!escaped || quote == '\'') => open = None,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        before = c;
    }
    open.is_some()
}

/// From the quote on, where its line ends no other way than every reader takes it.
fn in_quotes<'t>(source: &Source<'t>, place: Range<usize>, quote: char) -> Result<Node<'t>, SyntaxFault> {
    let mut escaped = false;
    let rest = source.slice(place.start + 1..source.text.len());
    let end = rest.find(|c| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped && quote == '"';
        closes
    });
    let end = end.ok_or_else(|| source.broken(place.start, "a value in quotes has no end"))?;
    let inner = rest.get(..end).unwrap_or_default();
    let over_lines = inner.contains('\n');
    if inner.ends_with('\\') || (over_lines && quote != '`' && inner.contains("\\\"")) {
        return Err(source.fault(place.start, "has a quote behind a `\\`, and readers differ on where that value ends"));
    }
    let names =
        |below: &str| below.contains('=') || below.split(':').skip(1).any(|rest| rest.starts_with(char::is_whitespace));
    if over_lines && (quote == '`' || inner.split_once('\n').is_some_and(|(_, below)| names(below))) {
        return Err(source.fault(place.start, "has a value over several lines, which are variables to some readers"));
    }
    let line_end = |at: usize| source.slice(at..source.text.len()).find('\n').map_or(source.text.len(), |n| at + n);
    let close = place.start + end + 2;
    let behind = source.slice(close..line_end(close)).trim_end_matches('\r');
    if !matches!(behind.trim_start_matches([' ', '\t']).as_bytes(), [] | [b'#', ..]) {
        return Err(source.broken(close, "something follows a value in quotes"));
    }
    if behind.ends_with('\\') {
        return Err(source.fault(close, "has a line that ends in `\\`, which goes on below to some readers"));
    }
    let whole = place.start..close + behind.len();
    let (kind, text) = if inner.contains('$') {
        (ScalarKind::Expression, source.slice(whole.clone()))
    } else if quote == '`' || over_lines || inner.contains('\\') || !behind.is_empty() {
        (ScalarKind::Unclear, source.slice(whole.clone()))
    } else {
        (ScalarKind::Text, inner)
    };
    Ok(scalar(span(whole.start, whole.end), kind, text))
}
