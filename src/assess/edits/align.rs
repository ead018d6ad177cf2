//! Which items of two lists are the same one.
//!
//! Equal beginnings and ends first; then, where every item is called something (`name`, `id`, `key`), by that; else the
//! longest run of equal items in the same order, and what stands between two of those in place of each other.

use crate::model::{Field, Node, ScalarKind, Value};
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};

/// The keys by which an item of a list is called, the first that all items have.
pub(super) const NAMES: [&str; 3] = ["name", "id", "key"];

/// What the products of the lengths of all lists of a file may come to; from there on, lists are compared by place.
pub(super) struct Cells(usize);

impl Default for Cells {
    fn default() -> Self {
        Self(4_000_000)
    }
}

impl Cells {
    /// Takes what two lists of these lengths need, if so much is left.
    fn spend(&mut self, old: usize, new: usize) -> bool {
        let left = self.0.checked_sub(old.saturating_mul(new));
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// What became of the items.
pub(super) enum Match {
    /// The same item, at its old and its new place: compare what is in it.
    Pair(usize, usize),
    /// Gone.
    Gone(usize),
    /// New.
    New(usize),
    /// The same item, in another order than before.
    Moved(usize, usize),
}

/// Aligns two lists; in the order of the new one, what is gone first.
pub(super) fn align(old: &[Node<'_>], new: &[Node<'_>], cells: &mut Cells) -> Vec<Match> {
    let start = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
    let (a, b) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(old, new)| same(old, new)).count();
    let a = a.get(..a.len() - end).unwrap_or_default();
    let b = b.get(..b.len() - end).unwrap_or_default();
    let shift = |found: Match| match found {
        Match::Pair(i, j) => Match::Pair(i + start, j + start),
        Match::Gone(i) => Match::Gone(i + start),
        Match::New(j) => Match::New(j + start),
        Match::Moved(i, j) => Match::Moved(i + start, j + start),
    };
    // The equal ends hold names too: one that stands there and in the middle names nobody.
    let named = if a.is_empty() && b.is_empty() { None } else { by_name(old, new) };
    let found = match named {
        Some(name) => align_named(a, b, name),
        None if cells.spend(a.len(), b.len()) => align_equal(a, b),
        None => by_place(a.len(), b.len()),
    };
    found.into_iter().map(shift).collect()
}

/// The key that calls every item of both lists by a name of its own.
fn by_name(old: &[Node<'_>], new: &[Node<'_>]) -> Option<&'static str> {
    let distinct = |items: &[Node<'_>], key: &str| {
        let mut seen = HashSet::new();
        items.iter().all(|item| name_of(item, key).is_some_and(|name| seen.insert(name)))
    };
    NAMES.into_iter().find(|key| distinct(old, key) && distinct(new, key))
}

/// What a mapping is called by a key.
pub(super) fn name_of<'n>(item: &'n Node<'_>, key: &str) -> Option<&'n str> {
    let scalar = item.get(key)?.scalar()?;
    matches!(scalar.kind, ScalarKind::Text | ScalarKind::Integer).then_some(&*scalar.text)
}

fn align_named(old: &[Node<'_>], new: &[Node<'_>], key: &str) -> Vec<Match> {
    let places: HashMap<&str, usize> =
        old.iter().enumerate().filter_map(|(i, item)| Some((name_of(item, key)?, i))).collect();
    let mut found = Vec::new();
    let paired: Vec<Option<usize>> =
        new.iter().map(|item| name_of(item, key).and_then(|name| places.get(name).copied())).collect();
    let kept: HashSet<usize> = paired.iter().flatten().copied().collect();
    found.extend((0..old.len()).filter(|i| !kept.contains(i)).map(Match::Gone));
    // Whoever stands behind one that stood behind them has moved.
    let mut furthest = None;
    for (j, place) in paired.into_iter().enumerate() {
        match place {
            None => found.push(Match::New(j)),
            Some(i) => {
                if furthest.is_some_and(|before| i < before) {
                    found.push(Match::Moved(i, j));
                }
                furthest = furthest.max(Some(i));
                found.push(Match::Pair(i, j));
            }
        }
    }
    found
}

fn by_place(old: usize, new: usize) -> Vec<Match> {
    let both = old.min(new);
    let pairs = (0..both).map(|i| Match::Pair(i, i));
    pairs.chain((both..old).map(Match::Gone)).chain((both..new).map(Match::New)).collect()
}

/// The longest common subsequence; a gap that is as long on both sides is compared item by item.
fn align_equal(old: &[Node<'_>], new: &[Node<'_>]) -> Vec<Match> {
    let (a, b): (Vec<u64>, Vec<u64>) = (old.iter().map(hash).collect(), new.iter().map(hash).collect());
    let equal = |i: usize, j: usize| {
        a.get(i) == b.get(j) && matches!((old.get(i), new.get(j)), (Some(old), Some(new)) if same(old, new))
    };
    let mut found = Vec::new();
    let (mut from_old, mut from_new) = (0, 0);
    for (i, j) in common(&a, &b).into_iter().filter(|(i, j)| equal(*i, *j)).chain([(a.len(), b.len())]) {
        gap(from_old..i, from_new..j, &equal, &mut found);
        (from_old, from_new) = (i + 1, j + 1);
    }
    found
}

fn gap(
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    equal: &impl Fn(usize, usize) -> bool,
    found: &mut Vec<Match>,
) {
    let mut left: Vec<usize> = old.collect();
    let mut rest = Vec::new();
    for j in new {
        // Equal, but not in the order of the others: it has moved.
        match left.iter().position(|i| equal(*i, j)) {
            Some(at) => found.push(Match::Moved(left.remove(at), j)),
            None => rest.push(j),
        }
    }
    if left.len() == rest.len() {
        found.extend(left.into_iter().zip(rest).map(|(i, j)| Match::Pair(i, j)));
    } else {
        found.extend(left.into_iter().map(Match::Gone));
        found.extend(rest.into_iter().map(Match::New));
    }
}

/// The pairs of a longest common subsequence, in order.
fn common(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut lengths = vec![0_u32; (a.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, x) in a.iter().enumerate().rev() {
        for (j, y) in b.iter().enumerate().rev() {
            let length = if x == y {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if x == y {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// The same value, wherever it stands and however it is spelled, with its keys in the same order: where they stand in
/// another one, something is left to be said.
pub(super) fn same(old: &Node<'_>, new: &Node<'_>) -> bool {
    match (&old.value, &new.value) {
        (Value::Scalar(old), Value::Scalar(new)) => old == new,
        (Value::List(old), Value::List(new)) => old.len() == new.len() && old.iter().zip(new).all(|(a, b)| same(a, b)),
        (Value::Map(old), Value::Map(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(a, b)| same_field(a, b))
        }
        _ => false,
    }
}

fn same_field(old: &Field<'_>, new: &Field<'_>) -> bool {
    old.key == new.key && old.form == new.form && same(&old.node, &new.node)
}

fn hash(node: &Node<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match &node.value {
        Value::Scalar(scalar) => (0_u8, scalar.kind, &*scalar.text).hash(&mut hasher),
        Value::List(items) => {
            (1_u8, items.len()).hash(&mut hasher);
            items.iter().for_each(|item| hash(item).hash(&mut hasher));
        }
        // The order of keys says nothing, so their hashes are added up.
        Value::Map(fields) => {
            let field = |field: &Field<'_>| {
                let mut hasher = DefaultHasher::new();
                (&*field.key, hash(&field.node)).hash(&mut hasher);
                hasher.finish()
            };
            let sum = fields.iter().map(field).fold(0_u64, u64::wrapping_add);
            (2_u8, fields.len(), sum).hash(&mut hasher);
        }
    }
    hasher.finish()
}
