//! INI: sections of `key = value`, as far as its many readers agree.

use super::lines::{Lines, trimmed};
use super::source::{Source, scalar, shown, span};
use super::statements::extent;
use crate::model::{Field, Node, ScalarKind, SyntaxFault, Value};
use std::collections::HashSet;
use std::ops::Range;

/// The sections of a file, and the keys before the first.
pub(super) fn root(source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    let mut reader = Reader { source, root: Vec::new(), section: None, names: HashSet::new(), indent: 0 };
    reader.source.count(0, 0)?;
    let mut lines = Lines::new(reader.source.text);
    while let Some(line) = lines.next() {
        let place = trimmed(reader.source.text, line.clone());
        let indent = place.start - line.start;
        reader.line(place, indent)?;
    }
    reader.close()?;
    let fields = reader.root;
    let place = extent(&fields).unwrap_or(0..0);
    Ok(Node { span: place, value: reader.source.map(fields)? })
}

struct Reader<'t> {
    source: Source<'t>,
    root: Vec<Field<'t>>,
    /// The open section: its name, its header, its keys.
    section: Option<(&'t str, Range<usize>, Vec<Field<'t>>)>,
    /// Keys of what is open, in lower case: to some readers they are the same.
    names: HashSet<String>,
    /// How far the last key stands from its margin.
    indent: usize,
}

impl<'t> Reader<'t> {
    fn line(&mut self, place: Range<usize>, indent: usize) -> Result<(), SyntaxFault> {
        let line = self.source.slice(place.clone());
        match line.as_bytes() {
            [] | [b';' | b'#', ..] => Ok(()),
            [b'[', ..] => {
                let name = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let Some(name) = name.filter(|name| !name.is_empty() && !name.contains(['[', ']', ';', '#'])) else {
                    return Err(self.source.broken(place.start, "a section is not written as `[name]`"));
                };
                self.close()?;
                self.indent = 0;
                self.section = Some((name, place, Vec::new()));
                Ok(())
            }
            _ => self.key(place, indent),
        }
    }

    fn key(&mut self, place: Range<usize>, indent: usize) -> Result<(), SyntaxFault> {
        let text = self.source.text;
        let line = self.source.slice(place.clone());
        if indent > self.indent && !self.names.is_empty() {
            return Err(self
                .source
                .fault(place.start, "has an indented line, which may go on with the value above it"));
        }
        self.indent = indent;
        if line.ends_with('\\') {
            return Err(self.source.fault(place.start, "has a line that ends in `\\`, which may go on below"));
        }
        let separator = line.find(['=', ':']);
        if separator.is_some_and(|at| line.get(at..).is_some_and(|rest| rest.starts_with(':') && rest.contains('='))) {
            return Err(self
                .source
                .fault(place.start, "has a line with `:` and `=`, of which readers take one or the other"));
        }
        let end = separator.map_or(place.end, |at| place.start + at);
        let key = trimmed(text, place.start..end);
        let name = self.source.slice(key.clone());
        if name.is_empty() {
            return Err(self.source.broken(place.start, "a key is missing"));
        }
        if !self.names.insert(name.to_ascii_lowercase()) {
            return Err(self.source.fault(place.start, format!("has the key {} twice", shown(name))));
        }
        self.source.count(place.start, 2)?;
        let value = if separator.is_some() { trimmed(text, end + 1..place.end) } else { end..end };
        let written = self.source.slice(value.clone());
        // Some readers end the value there.
        let comment = written.contains([';', '#']);
        let kind = match separator {
            None => ScalarKind::Null,
            Some(_) if comment => ScalarKind::Unclear,
            Some(_) => ScalarKind::Text,
        };
        let node = scalar(span(value.start, value.end), kind, written);
        let field = Field::new(name, span(key.start, key.end), node);
        match &mut self.section {
            Some((_, _, fields)) => fields.push(field),
            None => self.root.push(field),
        }
        Ok(())
    }

    /// Ends the open section.
    fn close(&mut self) -> Result<(), SyntaxFault> {
        self.names.clear();
        let Some((name, header, fields)) = self.section.take() else { return Ok(()) };
        self.source.count(header.start, 1)?;
        let place = extent(&fields).unwrap_or(span(header.end, header.end));
        let node = Node { span: place, value: Value::Map(fields) };
        self.root.push(Field::new(name, span(header.start, header.end), node));
        Ok(())
    }
}
