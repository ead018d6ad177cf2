//! Every pattern that matches a path, and which patterns match any path at all.
//!
//! What wins is one question per path; what never wins needs every match. Patterns that stand in one slot match the same
//! paths by it, so they are kept as a chain behind the last of them, and a [`Sweep`] over many paths follows each chain
//! once.

use super::{PatternIndex, Rank, at, extension, named};
use crate::model::RepoPath;
use std::collections::HashSet;

/// Where one pattern of a simple kind stands: a field, and the number of its node, name or extension.
pub(super) type Slot = (Field, u32);

/// A field of a node, a name or an extension.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Field {
    At,
    Below,
    Child,
    Name,
    NameDirectory,
    Extension,
    ExtensionDirectory,
}

impl PatternIndex {
    /// Keeps the patterns that a pattern took the place of.
    pub(super) fn remember(&mut self, rank: Rank, (number, before): (u32, [Rank; 2]), fields: [Field; 2]) {
        for (field, before) in fields.into_iter().zip(before) {
            if before != 0 && before != rank {
                self.earlier.insert(((field, number), rank), before);
            }
        }
    }

    /// Every pattern that matches a path, by its place, in ascending order.
    pub fn all_matches(&self, path: &RepoPath) -> Vec<usize> {
        self.all_matches_counting(path, &mut 0)
    }

    /// The same; `steps` counts the work: a step for each pattern that was found or tried.
    pub fn all_matches_counting(&self, path: &RepoPath, steps: &mut u64) -> Vec<usize> {
        let mut ranks: Vec<Rank> = Vec::new();
        let mut slots = Vec::new();
        self.visit(path, &mut slots, |_| true, &mut ranks, steps);
        for (slot, last) in slots {
            self.chain(slot, last, |rank| {
                *steps += 1;
                ranks.push(rank);
            });
        }
        ranks.sort_unstable();
        ranks.dedup();
        ranks.into_iter().filter_map(|rank| at(rank).checked_sub(1)).collect()
    }

    /// Begins to mark the patterns that match some path.
    pub fn sweep(&self, patterns: usize) -> Sweep<'_> {
        Sweep { index: self, matched: vec![false; patterns], slots: HashSet::new(), steps: 0 }
    }

    /// For each pattern, whether it matches one of some paths; `None` once more than so many patterns were tried.
    pub fn ever_matching<'p>(
        &self,
        patterns: usize,
        paths: impl IntoIterator<Item = &'p RepoPath>,
        most_steps: u64,
    ) -> Option<Vec<bool>> {
        let mut sweep = self.sweep(patterns);
        for path in paths {
            sweep.take(path);
            if sweep.steps() > most_steps {
                return None;
            }
        }
        Some(sweep.matched)
    }

    /// Calls for each pattern of a slot, the last first.
    fn chain(&self, slot: Slot, last: Rank, mut each: impl FnMut(Rank)) {
        let mut rank = last;
        while rank != 0 {
            each(rank);
            rank = self.earlier.get(&(slot, rank)).copied().unwrap_or(0);
        }
    }

    /// The slots a path falls into, and those of the rest that match it and are wanted.
    fn visit(
        &self,
        path: &RepoPath,
        slots: &mut Vec<(Slot, Rank)>,
        wanted: impl Fn(Rank) -> bool,
        found: &mut Vec<Rank>,
        steps: &mut u64,
    ) {
        let whole: Vec<&[u8]> = path.segments().collect();
        let mut fell = |field: Field, number: u32, rank: Rank| {
            if rank != 0 {
                slots.push(((field, number), rank));
            }
        };
        let (mut marks, mut buckets) = (0, vec![0]);
        let mut node = Some(0_u32);
        for (depth, segment) in whole.iter().enumerate() {
            let is_last = depth + 1 == whole.len();
            if let Some((number, here)) = node.and_then(|number| Some((number, self.nodes.get(at(number))?))) {
                fell(Field::Below, number, here.below);
                if is_last {
                    fell(Field::Child, number, here.child);
                }
                buckets.extend(named(here.bucket));
            }
            let name = self.names.get(*segment);
            let ending = extension(segment).and_then(|text| self.extensions.get(text));
            marks |= name.map_or(0, super::Name::mark) | ending.map_or(0, super::Name::extension_mark);
            for (entry, fields) in
                [(name, [Field::Name, Field::NameDirectory]), (ending, [Field::Extension, Field::ExtensionDirectory])]
            {
                let Some(entry) = entry else { continue };
                let [last, directory] = fields;
                if is_last {
                    fell(last, entry.number, entry.last);
                } else {
                    fell(directory, entry.number, entry.directory);
                }
                buckets.extend(named(entry.bucket));
            }
            node = node.zip(name).and_then(|(number, name)| self.steps.get(&(number, name.number)).copied());
        }
        if let Some((number, here)) = node.and_then(|number| Some((number, self.nodes.get(at(number))?))) {
            fell(Field::At, number, here.at);
        }
        for waiting in buckets.iter().filter_map(|number| self.buckets.get(at(*number))).flatten() {
            if waiting.needs & !marks != 0 || !wanted(waiting.rank) {
                continue;
            }
            *steps += 1;
            if self.rest.get(at(waiting.place)).is_some_and(|shape| shape.matches(&whole, &mut 0)) {
                found.push(waiting.rank);
            }
        }
    }
}

/// Which patterns match any of many paths. A pattern that was matched once is not tried again.
#[derive(Clone, Debug)]
pub struct Sweep<'i> {
    index: &'i PatternIndex,
    matched: Vec<bool>,
    slots: HashSet<(Field, u32)>,
    steps: u64,
}

impl Sweep<'_> {
    /// Takes one more path.
    pub fn take(&mut self, path: &RepoPath) {
        let Self { index, matched, slots, steps } = self;
        let (mut fell, mut found) = (Vec::new(), Vec::new());
        let place = |rank: Rank| at(rank).saturating_sub(1);
        let wanted = |rank| matched.get(place(rank)).is_some_and(|known| !known);
        index.visit(path, &mut fell, wanted, &mut found, steps);
        let mut mark = |rank| {
            if let Some(known) = matched.get_mut(place(rank)) {
                *known = true;
            }
        };
        found.into_iter().for_each(&mut mark);
        for (slot, last) in fell {
            if slots.insert(slot) {
                index.chain(slot, last, &mut mark);
            }
        }
    }

    /// The patterns tried so far, one step for each path it was tried on.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// For each pattern, whether it matched a path.
    pub fn matched(&self) -> &[bool] {
        &self.matched
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Pattern, PatternIndex, RepoPath};
    use proptest::prelude::*;

    fn check(patterns: &[Pattern], paths: &[RepoPath]) {
        let index = PatternIndex::new(patterns.to_vec());
        let mut sweep = index.sweep(patterns.len());
        for path in paths {
            let naive: Vec<usize> = (0..patterns.len()).filter(|n| patterns[*n].matches(path)).collect();
            assert_eq!(index.all_matches(path), naive, "{path} among {patterns:?}");
            sweep.take(path);
        }
        let ever: Vec<bool> = patterns.iter().map(|p| paths.iter().any(|path| p.matches(path))).collect();
        assert_eq!(sweep.matched(), ever, "{paths:?} among {patterns:?}");
    }

    #[test]
    fn patterns_of_one_slot_are_all_found() {
        let texts = ["*", "/a/", "/a/", "a", "/a/**", "/*", "*.c", "*.c", "a/*", "a/*", "{a,a}", "a/**/b*", "a/**/b*"];
        let patterns: Vec<Pattern> = texts.iter().filter_map(|text| Pattern::github(text).ok()).collect();
        let paths = ["a", "a/b", "a/b/c.c", "x.c", "a/x/bb", "q/a/b", "a.c/b"].map(RepoPath::from);
        check(&patterns, &paths);
        patterns.iter().for_each(|one| check(std::slice::from_ref(one), &paths));
    }

    #[test]
    fn a_sweep_tries_no_pattern_again_once_it_matched() {
        let patterns: Vec<Pattern> = (0..100).map(|_| Pattern::github("a/**/b*c").unwrap()).collect();
        let index = PatternIndex::new(patterns);
        let mut sweep = index.sweep(100);
        for n in 0..1000 {
            sweep.take(&RepoPath::new(format!("a/x/b{n}c")));
        }
        assert_eq!(sweep.steps(), 100);
    }

    proptest! {
        #[test]
        fn every_match_is_found(
            texts in prop::collection::vec("(/?(\\*|[ab]|[ab]\\*|\\*[ab]|\\*\\.a|\\*\\*))(/(\\*|[ab]|\\*\\*|b\\*)){0,3}/?", 1..14),
            paths in prop::collection::vec("[ab]{1,2}(\\.a)?(/[ab]{1,2}(\\.a)?){0,4}", 1..12),
        ) {
            let github = texts.iter().filter_map(|text| Pattern::github(text).ok());
            let globs = texts.iter().filter_map(|text| Pattern::glob(text).ok());
            let patterns: Vec<Pattern> = github.chain(globs).collect();
            let paths: Vec<RepoPath> = paths.iter().map(RepoPath::new).collect();
            check(&patterns, &paths);
        }
    }
}
