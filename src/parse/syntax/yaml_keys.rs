//! The keys of a YAML mapping: that they are distinct to every reader, whatever it takes them for.
//!
//! A merge key brings in keys beside others. Readers differ on which of two wins, and some know no merge at all; they see
//! the same when no key is there twice.

use super::source::{MAX_DEPTH, Source, shown};
use super::yaml_gap;
use super::yaml_plain::resolve;
use crate::model::{Field, ScalarKind, SyntaxFault, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// The key that brings in the keys of other mappings.
const MERGE: &str = "<<";

/// A key as the tree has it: in quotes when it would be no text without them.
pub(super) fn named(text: Cow<'_, str>, plain: bool) -> Cow<'_, str> {
    let as_it_is = plain || (is_plain_text(&text) && !text.starts_with('"'));
    if as_it_is { text } else { Cow::Owned(format!("\"{text}\"")) }
}

/// In brackets the `:` behind a key without quotes needs a blank behind it; some take `c:` of `{c:}` for the key.
pub(super) fn parted(source: &Source<'_>, end: usize) -> Result<(), SyntaxFault> {
    let colon = yaml_gap::behind_blanks(source.text, end);
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    match source.text.as_bytes().get(colon..) {
        Some([b':', next, ..]) if !blank(next) => {
            Err(source.fault(colon, "has a `:` in brackets with no blank behind it, which some readers take for text"))
        }
        _ => Ok(()),
    }
}

/// A mapping. A key in quotes that would be no text without them keeps its quotes, so that `on` and `"on"` differ;
/// but both in one mapping are one too many.
pub(super) fn map<'t>(source: &Source<'t>, fields: Vec<Field<'t>>) -> Result<Value<'t>, SyntaxFault> {
    if fields.iter().any(|field| field.key == MERGE) {
        let mut seen = HashSet::new();
        let all = merged(&fields, source)?;
        if let Some(field) = all.iter().find(|field| !seen.insert(bare(&field.key))) {
            let why = format!("has a merge key (`<<`) that brings in {}, which is there already", shown(&field.key));
            return Err(source.fault(field.key_span.start as usize, why));
        }
        spellings(source, all.into_iter())?;
    }
    spellings(source, fields.iter())?;
    source.map_by(fields, |field| bare(&field.key))
}

/// `80`, `0x50` and `"80"`, `true` and `yes` are one key to some readers, and the last one wins.
fn spellings<'n, 't>(source: &Source<'t>, fields: impl Iterator<Item = &'n Field<'t>>) -> Result<(), SyntaxFault>
where
    't: 'n,
{
    let mut odd = fields.filter(|field| field.key != MERGE && !is_plain_text(bare(&field.key)));
    let (first, others) = (odd.next(), odd.next());
    let doubtful = |field: &&Field<'_>| !field.key.starts_with('"') && !is_canonical(&field.key);
    let Some(field) = others.and(first.into_iter().chain(others).chain(odd).find(doubtful)) else { return Ok(()) };
    let why = "has keys that are no texts, and that some readers take for the same";
    Err(source.fault(field.key_span.start as usize, why))
}

/// All keys a mapping has to a reader that merges; the merge keys are left out.
fn merged<'n, 't>(fields: &'n [Field<'t>], source: &Source<'t>) -> Result<Vec<&'n Field<'t>>, SyntaxFault> {
    let mut all = Vec::new();
    let mut wanted: Vec<(&'n [Field<'t>], usize)> = vec![(fields, 0)];
    while let Some((fields, depth)) = wanted.pop() {
        for field in fields {
            if field.key != MERGE {
                all.push(field);
                continue;
            }
            let sources = match &field.node.value {
                Value::Map(_) => std::slice::from_ref(&field.node),
                Value::List(items) => items.as_slice(),
                Value::Scalar(_) => &[],
            };
            if sources.is_empty()
                || depth > MAX_DEPTH
                || sources.iter().any(|node| !matches!(node.value, Value::Map(_)))
            {
                let why = "has a merge key (`<<`) that brings in something else than mappings";
                return Err(source.fault(field.key_span.start as usize, why));
            }
            wanted.extend(sources.iter().map(|node| (node.fields(), depth + 1)));
        }
    }
    Ok(all)
}

/// A key without the quotes that it keeps.
fn bare(key: &str) -> &str {
    let inner = key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
    inner.filter(|inner| !is_plain_text(inner)).unwrap_or(key)
}

/// Whether a text needs no quotes to be text.
fn is_plain_text(text: &str) -> bool {
    resolve(Cow::Borrowed(text)).0 == ScalarKind::Text
}

/// A key that is no text and has one spelling only.
fn is_canonical(key: &str) -> bool {
    let digits = key.strip_prefix('-').unwrap_or(key);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    matches!(key, "true" | "false" | "null") || (whole && (digits == "0" || !digits.starts_with('0')) && key != "-0")
}
