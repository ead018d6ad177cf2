//! Many patterns at once: which one matches a path last.
//!
//! A scan from the last pattern to the first costs as much as there are patterns. Nearly all patterns people write are
//! one of a few simple kinds, and those are answered by looking up each segment of the path once:
//!
//! - a literal path, all below it, or its direct children: a tree of literal segments;
//! - a name or an extension anywhere in the tree: one table each.
//!
//! The rest wait in buckets under the rarest thing a matching path must have: their literal leading segments, a literal
//! segment further on, or an extension. A bucket is tried from its last pattern and given up at the best one so far; a
//! mark of all else the pattern needs spares most of the trials.

mod every;

pub use every::Sweep;
use every::{Field, Slot};

use crate::model::pattern::{Segment, Shape, Tail, Token};
use crate::model::quick_table::Table;
use crate::model::{Pattern, RepoPath};
use std::collections::HashMap;

/// The place of a pattern, from 1, so that 0 is "none" and the larger one wins.
type Rank = u32;

/// What a path has, or what a pattern needs: a bit for each name in the low half, for each extension in the high one.
type Marks = u128;

/// Room for the segments of most paths, taken at once.
const USUAL_DEPTH: usize = 16;

/// An index over patterns, in their order. Both dialects may be mixed.
#[derive(Clone, Debug, Default)]
pub struct PatternIndex {
    /// Every segment name that some pattern spells out.
    names: Table<Box<[u8]>, Name>,
    /// The tree of literal segments: from a node by a name's number to a node. The root is node 0.
    steps: Table<(u32, u32), u32>,
    nodes: Vec<Node>,
    /// What stands after the last dot of a segment.
    extensions: Table<Box<[u8]>, Name>,
    /// The patterns of no simple kind, in their order.
    rest: Vec<Shape>,
    /// What waits under each key; the first for those that have no key.
    buckets: Vec<Bucket>,
    /// Of a slot and the pattern in it: the pattern that was there before, and so matches the very same paths by it. Only
    /// for whoever asks for every match.
    earlier: Table<(Slot, Rank), Rank>,
}

/// In ascending order.
type Bucket = Vec<Waiting>;

/// A pattern that is tried on a path only if it could win and the path has all that it needs.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    rank: Rank,
    /// In `rest`.
    place: u32,
    needs: Marks,
}

/// The patterns whose literal leading segments end here.
#[derive(Clone, Debug, Default)]
struct Node {
    /// For this very path.
    at: Rank,
    /// For every path below.
    below: Rank,
    /// For the paths one level below.
    child: Rank,
    /// In `buckets`; 0 for none.
    bucket: u32,
}

/// A name or an extension, its number among its kind, and the patterns that match it in any directory.
#[derive(Clone, Debug)]
struct Name {
    number: u32,
    /// For a segment that is the last one.
    last: Rank,
    /// For a segment that is a directory.
    directory: Rank,
    /// In `buckets`; 0 for none.
    bucket: u32,
}

/// What a path must have before a pattern of the rest is tried on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// These leading segments.
    Node(u32),
    /// A segment of this name.
    Name(Box<[u8]>),
    /// A segment with this extension.
    Extension(Box<[u8]>),
}

impl PatternIndex {
    /// Indexes the patterns.
    pub fn new(patterns: Vec<Pattern>) -> Self {
        let mut index = Self { nodes: vec![Node::default()], buckets: vec![Bucket::new()], ..Self::default() };
        let mut rest = Vec::new();
        for (rank, pattern) in (1..).zip(patterns) {
            for shape in pattern.into_shapes() {
                if !index.enter_simple(rank, &shape) {
                    rest.push((rank, shape));
                }
            }
        }
        index.fill_buckets(&rest);
        index.rest = rest.into_iter().map(|(_, shape)| shape).collect();
        index
    }

    /// The place of the last pattern that matches, if any.
    pub fn last_match(&self, path: &RepoPath) -> Option<usize> {
        let mut best = 0;
        let mut marks = 0;
        let mut buckets = Vec::with_capacity(USUAL_DEPTH);
        buckets.push(0);
        let mut number = 0;
        let mut node = self.nodes.first();
        let mut segments = path.segments().peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            if let Some(here) = node {
                best = best.max(here.below).max(if is_last { here.child } else { 0 });
                buckets.extend(named(here.bucket));
            }
            let name = self.names.get(segment);
            let extension = extension(segment).and_then(|text| self.extensions.get(text));
            marks |= name.map_or(0, Name::mark) | extension.map_or(0, Name::extension_mark);
            for found in name.into_iter().chain(extension) {
                best = best.max(if is_last { found.last } else { found.directory });
                buckets.extend(named(found.bucket));
            }
            let step = node.and(name).and_then(|name| self.steps.get(&(number, name.number)));
            number = step.copied().unwrap_or(0);
            node = step.and_then(|number| self.nodes.get(at(*number)));
        }
        best = best.max(node.map_or(0, |here| here.at));
        at(self.last_in(&buckets, path, marks, best)).checked_sub(1)
    }

    /// The better of `best` and the last match among those that wait.
    fn last_in(&self, buckets: &[u32], path: &RepoPath, marks: Marks, mut best: Rank) -> Rank {
        let mut segments = Vec::new();
        for bucket in buckets.iter().filter_map(|number| self.buckets.get(at(*number))) {
            for waiting in bucket.iter().rev().take_while(|waiting| waiting.rank > best) {
                if waiting.needs & !marks != 0 {
                    continue;
                }
                if segments.is_empty() {
                    segments.reserve(USUAL_DEPTH);
                    segments.extend(path.segments());
                }
                if self.rest.get(at(waiting.place)).is_some_and(|shape| shape.matches(&segments, &mut 0)) {
                    best = waiting.rank;
                    break;
                }
            }
        }
        best
    }

    /// Enters a shape of a simple kind; `false` for any other.
    fn enter_simple(&mut self, rank: Rank, shape: &Shape) -> bool {
        let (here, below) = match shape.tail {
            Tail::End => (true, false),
            Tail::EndOrBelow => (true, true),
            Tail::Below => (false, true),
        };
        match shape.segments.as_slice() {
            [Segment::Deep, Segment::Literal(name)] => {
                let before = self.name(name).enter(rank, here, below);
                self.remember(rank, before, [Field::Name, Field::NameDirectory]);
            }
            [Segment::Deep, Segment::Wild(tokens)] => match tokens.as_slice() {
                [Token::Many, Token::Literal(text)] if text.first() == Some(&b'.') => match extension(text) {
                    Some(only) if only.len() + 1 == text.len() => {
                        let before = self.extension(only).enter(rank, here, below);
                        self.remember(rank, before, [Field::Extension, Field::ExtensionDirectory]);
                    }
                    _ => return false,
                },
                _ => return false,
            },
            [path @ .., Segment::Whole] if shape.tail == Tail::End && path.iter().all(is_literal) => {
                let number = self.node(path);
                let before = self.nodes.get_mut(at(number)).map_or(0, |node| replace(&mut node.child, true, rank));
                self.remember(rank, (number, [before, 0]), [Field::Child, Field::Child]);
            }
            path if path.iter().all(is_literal) => {
                let number = self.node(path);
                let enter =
                    |node: &mut Node| [replace(&mut node.at, here, rank), replace(&mut node.below, below, rank)];
                let before = self.nodes.get_mut(at(number)).map_or([0; 2], enter);
                self.remember(rank, (number, before), [Field::At, Field::Below]);
            }
            _ => return false,
        }
        true
    }

    /// Puts each of the rest under the key that it shares with the fewest others.
    fn fill_buckets(&mut self, rest: &[(Rank, Shape)]) {
        let keys: Vec<Vec<Key>> = rest.iter().map(|(_, shape)| self.keys(shape)).collect();
        let mut shared: HashMap<&Key, usize> = HashMap::new();
        for key in keys.iter().flatten() {
            *shared.entry(key).or_default() += 1;
        }
        for ((place, (rank, shape)), keys) in (0..).zip(rest).zip(&keys) {
            let needs = shape.segments.iter().filter_map(segment_key).fold(0, |needs, key| needs | self.mark(&key));
            let waiting = Waiting { rank: *rank, place, needs };
            let number = match keys.iter().min_by_key(|key| shared.get(key)) {
                None => 0,
                Some(key) => self.bucket(key),
            };
            if let Some(bucket) = self.buckets.get_mut(at(number)) {
                bucket.push(waiting);
            }
        }
    }

    /// The number of a key's bucket, made where it is missing.
    fn bucket(&mut self, key: &Key) -> u32 {
        let next = u32::try_from(self.buckets.len()).unwrap_or(u32::MAX);
        let number = match key {
            Key::Node(number) => self.nodes.get_mut(at(*number)).map(|node| &mut node.bucket),
            Key::Name(text) => Some(&mut self.name(text).bucket),
            Key::Extension(text) => Some(&mut self.extension(text).bucket),
        };
        match number {
            Some(number) if *number == 0 => {
                *number = next;
                self.buckets.push(Bucket::new());
                next
            }
            number => number.copied().unwrap_or(0),
        }
    }

    /// What a path can be asked for before a shape is tried.
    fn keys(&mut self, shape: &Shape) -> Vec<Key> {
        let lead = shape.segments.iter().take_while(|segment| is_literal(segment)).count();
        let (path, others) = shape.segments.split_at_checked(lead).unwrap_or_default();
        let node = (lead > 0).then(|| Key::Node(self.node(path)));
        node.into_iter().chain(others.iter().filter_map(segment_key)).collect()
    }

    /// The bit a path has if it has the key; a node is reached by its whole path and needs none.
    fn mark(&mut self, key: &Key) -> Marks {
        match key {
            Key::Node(_) => 0,
            Key::Name(text) => self.name(text).mark(),
            Key::Extension(text) => self.extension(text).extension_mark(),
        }
    }

    /// The number of the node at the end of literal segments, made where it is missing.
    fn node(&mut self, path: &[Segment]) -> u32 {
        let mut number = 0;
        for segment in path {
            let Segment::Literal(name) = segment else { continue };
            let step = (number, self.name(name).number);
            let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            number = *self.steps.entry(step).or_insert(next);
            if number == next {
                self.nodes.push(Node::default());
            }
        }
        number
    }

    fn name(&mut self, text: &[u8]) -> &mut Name {
        Name::of(&mut self.names, text)
    }

    fn extension(&mut self, text: &[u8]) -> &mut Name {
        Name::of(&mut self.extensions, text)
    }
}

impl Name {
    fn of<'a>(table: &'a mut Table<Box<[u8]>, Self>, text: &[u8]) -> &'a mut Self {
        let number = u32::try_from(table.len()).unwrap_or(u32::MAX);
        table.entry(text.into()).or_insert(Self { number, last: 0, directory: 0, bucket: 0 })
    }

    /// Its number, and what stood where the pattern stands now.
    fn enter(&mut self, rank: Rank, here: bool, below: bool) -> (u32, [Rank; 2]) {
        (self.number, [replace(&mut self.last, here, rank), replace(&mut self.directory, below, rank)])
    }

    fn mark(&self) -> Marks {
        1 << (self.number % 64)
    }

    fn extension_mark(&self) -> Marks {
        self.mark() << 64
    }
}

/// Puts a pattern into a place, if it belongs there; what was there before.
fn replace(place: &mut Rank, belongs: bool, rank: Rank) -> Rank {
    if belongs { std::mem::replace(place, rank) } else { 0 }
}

/// A bucket's number, if there is one.
fn named(bucket: u32) -> Option<u32> {
    (bucket != 0).then_some(bucket)
}

/// A number as a place in a list.
fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn is_literal(segment: &Segment) -> bool {
    matches!(segment, Segment::Literal(_))
}

fn segment_key(segment: &Segment) -> Option<Key> {
    match segment {
        Segment::Literal(name) => Some(Key::Name(name.clone())),
        Segment::Wild(tokens) => match tokens.last() {
            Some(Token::Literal(text)) => extension(text).map(|text| Key::Extension(text.into())),
            _ => None,
        },
        Segment::Deep | Segment::Whole => None,
    }
}

/// What stands after the last dot.
fn extension(name: &[u8]) -> Option<&[u8]> {
    let dot = name.iter().rposition(|byte| *byte == b'.')?;
    name.get(dot + 1..)
}

#[cfg(test)]
mod tests {
    use super::PatternIndex;
    use crate::model::{Pattern, RepoPath};
    use proptest::prelude::*;

    /// The last match, the slow way.
    fn naive(patterns: &[Pattern], path: &RepoPath) -> Option<usize> {
        patterns.iter().rposition(|pattern| pattern.matches(path))
    }

    fn check(patterns: &[Pattern], path: &str) {
        let path = RepoPath::from(path);
        let found = PatternIndex::new(patterns.to_vec()).last_match(&path);
        assert_eq!(found, naive(patterns, &path), "{path} among {patterns:?}");
    }

    #[test]
    fn the_last_pattern_wins_whatever_its_kind() {
        let kinds = [
            "*", "/*", "/**", "a", "/a", "a/", "/a/", "a/b", "a/*", "a/**", "*.c", "/*.c", "a/*.c", "**/b/", "**/b/*",
            "a/**/b", "/*/", "*/", "*.b.c", "b*", "/", "a/*/c/", ".c",
        ];
        let paths = ["a", "b", "a/b", "b/a", "a/b/c", "x.c", "a/x.c", "a/b/x.b.c", "x.c/y", "a/b/c/d", ".c", "q/.c/a"];
        for first in kinds {
            for second in kinds {
                let seconds = [Pattern::github(second), Pattern::glob(second)];
                for second in seconds.into_iter().flatten() {
                    let patterns = [Pattern::github(first).unwrap(), second];
                    for path in paths {
                        check(&patterns, path);
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_matches_nothing() {
        let path = RepoPath::from("a");
        assert_eq!(PatternIndex::default().last_match(&path), None);
        assert_eq!(PatternIndex::new(Vec::new()).last_match(&path), None);
        let all = PatternIndex::new(vec![Pattern::glob("**").unwrap()]);
        assert_eq!(all.last_match(&path), Some(0));
        assert_eq!(all.last_match(&RepoPath::from("")), None);
    }

    /// Few names and extensions, so that random patterns do meet random paths.
    fn pattern() -> impl Strategy<Value = Pattern> {
        let segment = prop_oneof![
            5 => "[ab]{1,2}", 1 => "[ab]\\.c", 2 => Just("*".to_owned()), 2 => Just("**".to_owned()),
            1 => "\\*\\.[cd]", 1 => "[ab]\\*", 1 => "\\*[ab]\\.c", 1 => "\\*\\.c\\.d", 1 => "[ab]\\?",
        ];
        let text = (any::<bool>(), prop::collection::vec(segment, 1..5), any::<bool>()).prop_map(
            |(root, parts, directory)| {
                format!("{}{}{}", if root { "/" } else { "" }, parts.join("/"), if directory { "/" } else { "" })
            },
        );
        prop_oneof![
            3 => text.clone().prop_map(|text| Pattern::github(&text).unwrap()),
            1 => text.prop_map(|text| Pattern::glob(text.trim_end_matches('/')).unwrap()),
            1 => "\\{a,b/\\*\\*\\}/[ab*]".prop_map(|text| Pattern::glob(&text).unwrap()),
        ]
    }

    proptest! {
        #[test]
        fn the_index_equals_a_scan(
            patterns in prop::collection::vec(pattern(), 0..40),
            paths in prop::collection::vec("[ab]{1,2}(\\.[cd]){0,2}(/[ab]{1,2}(\\.[cd]){0,2}){0,4}", 1..20),
        ) {
            let index = PatternIndex::new(patterns.clone());
            for path in paths {
                let path = RepoPath::from(path.as_str());
                prop_assert_eq!(index.last_match(&path), naive(&patterns, &path), "{} among {:?}", path, patterns);
                let matching: Vec<usize> = (0..patterns.len()).filter(|n| patterns[*n].matches(&path)).collect();
                prop_assert_eq!(PatternIndex::new(patterns.clone()).all_matches(&path), matching);
            }
        }
    }
}
