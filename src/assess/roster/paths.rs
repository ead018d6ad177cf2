//! Which answer each path has, in as few entries as it takes.

use super::Answers;
use crate::model::{Gap, GapExtent, OwnedState, PathNode, RepoPath};
use std::collections::BTreeMap;

/// The tree of answers over files sorted by path, and what nobody answers for.
pub(super) fn tree(files: &[(&[u8], usize)], answers: &mut Answers<'_>) -> (PathNode, Vec<Gap>) {
    let mut planter = Planter { answers, gaps: Vec::new() };
    let root = planter.directory(files, 0);
    let gaps = planter.gaps;
    (root, gaps)
}

struct Planter<'p, 'a> {
    answers: &'p mut Answers<'a>,
    gaps: Vec<Gap>,
}

impl Planter<'_, '_> {
    /// The node of the directory whose files these are; its name is the first `depth` bytes of their paths.
    fn directory(&mut self, files: &[(&[u8], usize)], depth: usize) -> PathNode {
        let path = files.first().and_then(|(path, _)| path.get(..depth)).unwrap_or_default();
        let first = files.first().map(|(_, answer)| *answer);
        if let Some(answer) = first.filter(|first| files.iter().all(|(_, answer)| answer == first)) {
            self.gap(path, answer, GapExtent::Everything);
            return PathNode::Same(answer);
        }
        let mut inside = BTreeMap::new();
        let mut own: Vec<(&[u8], usize)> = Vec::new();
        let mut rest = files;
        while let Some((path, answer)) = rest.first() {
            let name = path.get(depth..).unwrap_or_default();
            let Some(slash) = name.iter().position(|byte| *byte == b'/') else {
                own.push((name, *answer));
                rest = rest.get(1..).unwrap_or_default();
                continue;
            };
            let name = name.get(..=slash).unwrap_or_default();
            let below = |(path, _): &(&[u8], usize)| path.get(depth..).is_some_and(|path| path.starts_with(name));
            let (of_directory, after) = rest.split_at(rest.partition_point(below));
            inside.insert(name.into(), self.directory(of_directory, depth + slash + 1));
            rest = after;
        }
        let here = most_common(&own).unwrap_or_else(|| self.newcomer(path));
        self.own_gaps(path, &own);
        // Without a directory before it, a file of the root is known only by being listed.
        let listed = own.into_iter().filter(|(_, answer)| depth == 0 || *answer != here);
        inside.extend(listed.map(|(name, answer)| (name.into(), PathNode::Same(answer))));
        PathNode::Mixed { here, inside }
    }

    /// What a file would be answered that nothing but its directory tells about.
    fn newcomer(&mut self, directory: &[u8]) -> usize {
        let path = [directory, b"\x01"].concat();
        self.answers.of(&RepoPath::new(path))
    }

    fn own_gaps(&mut self, directory: &[u8], own: &[(&[u8], usize)]) {
        for state in [OwnedState::Unowned, OwnedState::Cleared] {
            let of_state: Vec<_> = own.iter().filter(|(_, answer)| self.answers.state(*answer) == state).collect();
            match of_state.as_slice() {
                [] => {}
                [(name, answer)] => self.gap(&[directory, *name].concat(), *answer, GapExtent::File),
                [(_, answer), ..] => self.gap(directory, *answer, GapExtent::Some(of_state.len())),
            }
        }
    }

    fn gap(&mut self, path: &[u8], answer: usize, extent: GapExtent) {
        let cleared = match self.answers.state(answer) {
            OwnedState::Owned => return,
            state => state == OwnedState::Cleared,
        };
        self.gaps.push(Gap { path: RepoPath::new(path), extent, cleared });
    }
}

/// The answer most files have; of several, the first that was given.
fn most_common(files: &[(&[u8], usize)]) -> Option<usize> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, answer) in files {
        *counts.entry(*answer).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(answer, count)| (*count, std::cmp::Reverse(*answer))).map(|(answer, _)| answer)
}
