//! What an alias of YAML stands for: the value of its anchor, once more. It is put where the alias stands, so that a value
//! that changes under an anchor changes wherever it is used, before everybody's eyes.

use super::source::{Source, shown, span};
use crate::model::{Node, SyntaxFault, Value};
use std::collections::HashMap;

/// How many values anchors may keep, and aliases bring in, in one file.
const MOST: usize = 100_000;

/// The values of a document's anchors, by their numbers.
pub(super) struct Anchors<'t> {
    /// Something in the file looks like an alias: without one, nothing is kept.
    used: bool,
    known: HashMap<usize, Node<'t>>,
    kept: usize,
    brought: usize,
}

impl<'t> Anchors<'t> {
    pub(super) fn new(text: &str) -> Self {
        Self { used: text.contains('*'), known: HashMap::new(), kept: 0, brought: 0 }
    }

    /// No alias refers to another document.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// Keeps the value of an anchor; 0 is none.
    pub(super) fn keep(&mut self, anchor: usize, node: &Node<'t>, source: &Source<'t>) -> Result<(), SyntaxFault> {
        if anchor == 0 || !self.used {
            return Ok(());
        }
        self.kept += values(node);
        if self.kept > MOST {
            return Err(source.fault(node.span.start as usize, format!("has more than {MOST} values under anchors")));
        }
        self.known.insert(anchor, node.clone());
        Ok(())
    }

    /// The value an alias brings in, at its own place and so many levels deep.
    pub(super) fn value(
        &mut self,
        anchor: usize,
        place: std::ops::Range<usize>,
        depth: usize,
        source: &mut Source<'t>,
    ) -> Result<Node<'t>, SyntaxFault> {
        let name = source.slice(place.clone());
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let plain = name.strip_prefix('*').is_some_and(|name| !name.is_empty() && name.chars().all(known));
        let Some(found) = self.known.get(&anchor).filter(|_| plain) else {
            let why = format!("has an alias {}: the value it brings in is not clear", shown(name));
            return Err(source.fault(place.start, why));
        };
        self.brought += values(found);
        if self.brought > MOST {
            return Err(source.fault(place.start, format!("brings in more than {MOST} values by aliases")));
        }
        let mut node = found.clone();
        settle(&mut node, place.start, depth, source)?;
        node.span = span(place.start, place.end);
        Ok(node)
    }
}

fn values(node: &Node<'_>) -> usize {
    let inner = node.items().iter().chain(node.fields().iter().map(|field| &field.node));
    1 + inner.map(values).sum::<usize>()
}

/// Gives all parts of a value one place.
fn settle(node: &mut Node<'_>, at: usize, depth: usize, source: &mut Source<'_>) -> Result<(), SyntaxFault> {
    source.count(at, depth)?;
    node.span = span(at, at);
    match &mut node.value {
        Value::Scalar(_) => Ok(()),
        Value::List(items) => items.iter_mut().try_for_each(|item| settle(item, at, depth + 1, source)),
        Value::Map(fields) => fields.iter_mut().try_for_each(|field| {
            field.key_span = span(at, at);
            settle(&mut field.node, at, depth + 1, source)
        }),
    }
}
