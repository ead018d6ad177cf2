//! Mappings whose fields are statements, which may stand anywhere in their file: the tables of TOML, the blocks of HCL.
//!
//! A mapping that is continued behind something else ends before that, since no range holds both parts; what follows there
//! stands outside it.

use crate::model::{Field, Node, Value};
use std::ops::Range;

/// Fields in the order of the file, each ended where the next begins.
pub(super) fn in_order(mut fields: Vec<Field<'_>>) -> Vec<Field<'_>> {
    fields.sort_by_key(|field| field.key_span.start);
    let starts: Vec<u32> = fields.iter().skip(1).map(|field| field.key_span.start).collect();
    for (field, next) in fields.iter_mut().zip(starts) {
        trim(&mut field.node, next);
    }
    fields
}

/// From the first key to the end of the last value.
pub(super) fn extent(fields: &[Field<'_>]) -> Option<Range<u32>> {
    let start = fields.iter().map(|field| field.key_span.start).min()?;
    let end = fields.iter().map(|field| field.node.span.end.max(field.key_span.end)).max()?;
    Some(start..end)
}

/// Ends a value before an offset where something else begins.
pub(super) fn trim(node: &mut Node<'_>, limit: u32) {
    if node.span.end <= limit || node.span.start >= limit {
        return;
    }
    let mut end = node.span.start;
    let mut part = |node: &mut Node<'_>, start: u32, least: u32| {
        if start < limit {
            trim(node, limit);
            end = end.max(node.span.end.min(limit)).max(least);
        }
    };
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| part(item, item.span.start, 0)),
        Value::Map(fields) => {
            fields.iter_mut().for_each(|field| part(&mut field.node, field.key_span.start, field.key_span.end));
        }
        Value::Scalar(_) => {}
    }
    node.span.end = end.min(limit);
}
