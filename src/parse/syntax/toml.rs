//! TOML: the library's tree, with the places of whole statements.
//!
//! A key stands where its statement begins: `a.b` of `a.b = 1`, `[a.b]` of a table. A table reaches from its first
//! statement to the end of its last. One that is continued behind another table ends before that one, since no range
//! holds both parts: what follows there stands outside it.

use super::number;
use super::source::{Source, scalar, shown, span};
use super::statements::{extent, in_order, trim};
use crate::model::{Field, Node, ScalarKind, SyntaxFault, Value};
use crate::parse::document::long_key;
use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The table of a file.
pub(super) fn root(source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    if let Some(problem) = long_key(source.text) {
        return Err(source.fault(problem.span.start, "has a key of too many parts"));
    }
    let (table, errors) = DeTable::parse_recoverable(source.text);
    if let Some(error) = errors.iter().min_by_key(|error| error.span().map(|span| span.start)) {
        let place = error.span().unwrap_or_default();
        return Err(match error.message() {
            "duplicate key" => {
                let key = source.slice(place.clone());
                source.fault(place.start, format!("has the key {} twice", shown(key)))
            }
            said => source.broken(place.start, said),
        });
    }
    let mut reader = Reader { source };
    reader.source.count(0, 0)?;
    let fields = reader.fields(table.into_inner(), false, 0)?;
    let place = extent(&fields).unwrap_or(0..0);
    Ok(Node { span: place, value: reader.source.map(fields)? })
}

struct Reader<'t> {
    source: Source<'t>,
}

impl<'t> Reader<'t> {
    fn fields(&mut self, table: DeTable<'t>, inline: bool, depth: usize) -> Result<Vec<Field<'t>>, SyntaxFault> {
        let mut fields = Vec::with_capacity(table.len());
        for (key, value) in table {
            let word = key.span();
            let header = self.header(&value);
            let node = self.node(value, inline, depth + 1)?;
            let place = match header {
                Some(header) => header,
                None if inline => word,
                None => self.statement(word.start)..word.end,
            };
            let start = place.start.min(node.span.start as usize);
            let key_span = span(start, place.end.max(start));
            fields.push(Field::new(key.into_inner(), key_span, node));
        }
        Ok(in_order(fields)) // the library sorts by name
    }

    /// The first header of a table or of a list of tables, when the value has one.
    fn header(&self, value: &Spanned<DeValue<'t>>) -> Option<Range<usize>> {
        let table = match value.get_ref() {
            DeValue::Table(_) => value.span(),
            DeValue::Array(items) => {
                let first = items.first().filter(|item| matches!(item.get_ref(), DeValue::Table(_)))?;
                first.span()
            }
            _ => return None,
        };
        self.source.slice(table.clone()).starts_with('[').then_some(table)
    }

    /// Where the statement begins that holds an offset in its key.
    fn statement(&self, at: usize) -> usize {
        let before = self.source.slice(0..at);
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let indent =
            before.get(line..).unwrap_or_default().bytes().take_while(|byte| byte.is_ascii_whitespace()).count();
        line + indent
    }

    fn node(&mut self, value: Spanned<DeValue<'t>>, inline: bool, depth: usize) -> Result<Node<'t>, SyntaxFault> {
        let place = value.span();
        self.source.count(place.start, depth)?;
        let written = self.source.slice(place.clone());
        let (kind, text) = match value.into_inner() {
            DeValue::String(text) => (ScalarKind::Text, text),
            DeValue::Boolean(_) => (ScalarKind::Bool, Cow::Borrowed(written)),
            DeValue::Datetime(_) => (ScalarKind::Date, Cow::Borrowed(written)),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => (ScalarKind::Integer, Cow::Owned(number.to_string())),
                Err(_) => (ScalarKind::Unclear, Cow::Borrowed(written)),
            },
            DeValue::Float(_) => (number::fraction(&written.replace('_', "")), Cow::Borrowed(written)),
            DeValue::Array(items) => return self.list(items, place, inline, depth),
            DeValue::Table(table) => {
                let inline = inline || written.starts_with('{');
                let fields = self.fields(table, inline, depth)?;
                let span = match extent(&fields) {
                    _ if written.starts_with('{') => span(place.start, place.end),
                    Some(extent) => extent,
                    None => span(place.end, place.end),
                };
                return Ok(Node { span, value: self.source.map(fields)? });
            }
        };
        Ok(scalar(span(place.start, place.end), kind, text))
    }

    fn list(
        &mut self,
        items: impl IntoIterator<Item = Spanned<DeValue<'t>>>,
        place: Range<usize>,
        inline: bool,
        depth: usize,
    ) -> Result<Node<'t>, SyntaxFault> {
        let mut nodes = Vec::new();
        let mut end = place.end;
        let mut ends_later = false;
        for item in items {
            let header = self.header(&item);
            let mut node = self.node(item, inline || header.is_none(), depth + 1)?;
            if let Some(header) = header {
                node.span = span(header.start, header.end.max(node.span.end as usize));
                end = node.span.end as usize;
                ends_later = true;
            }
            nodes.push(node);
        }
        if ends_later {
            let starts: Vec<u32> = nodes.iter().skip(1).map(|node| node.span.start).collect();
            nodes.iter_mut().zip(starts).for_each(|(node, next)| trim(node, next));
        }
        Ok(Node { span: span(place.start, end), value: Value::List(nodes) })
    }
}
