//! Which answer each path has, in as few entries as it takes.
//!
//! A directory is known by what a file gets that turns up in it tomorrow; what stands in it already and gets anything else
//! is listed. So what is tracked is exact, and what is not has the answer of a new file, whatever its neighbours are.

use super::Answers;
use crate::model::{Gap, GapExtent, OwnedState, PathNode, RepoPath};
use std::collections::BTreeMap;

/// A name that a rule takes only if it takes every name: no rule has it, begins with it or ends with it.
const NEW: &[u8] = b"\x01\x01\x01\x01\x01\x01\x01\x01";

/// How deep in a directory new files are asked about: `a/*/*` is told from `a/*` and `a/**` on the third level.
const LEVELS: usize = 3;

/// And where those have several answers.
const MOST_LEVELS: usize = 6;

/// The tree of answers over files sorted by path, and what nobody answers for.
pub(super) fn tree(files: &[(&[u8], usize)], answers: &mut Answers<'_>) -> (PathNode, Vec<Gap>) {
    let mut planter = Planter { answers, gaps: Vec::new() };
    let root = planter.directory(files, 0, false);
    let gaps = planter.gaps;
    (root, gaps)
}

struct Planter<'p, 'a> {
    answers: &'p mut Answers<'a>,
    gaps: Vec<Gap>,
}

impl Planter<'_, '_> {
    /// The node of the directory whose files these are; its name is the first `depth` bytes of their paths. `told`: the gaps
    /// in it are part of one that is named already.
    fn directory(&mut self, files: &[(&[u8], usize)], depth: usize, told: bool) -> PathNode {
        let path = files.first().and_then(|(path, _)| path.get(..depth)).unwrap_or_default();
        let told = told || self.is_gap(path, files);
        let unlisted = self.unlisted(path);
        let new_directory = node(unlisted.get(1..).filter(|deeper| !deeper.is_empty()).unwrap_or(&unlisted).to_vec());
        let mut inside = BTreeMap::new();
        let mut differs = false;
        let mut own: Vec<(&[u8], usize)> = Vec::new();
        let mut rest = files;
        while let Some(Entry { name, answer, files: of_entry, after }) = Entry::first(rest, depth) {
            rest = after;
            let (entry, is_new) = if name.ends_with(b"/") {
                let entry = self.directory(of_entry, depth + name.len(), told);
                let is_new = entry == new_directory;
                (entry, is_new)
            } else {
                own.push((name, answer));
                (PathNode::Same(answer), unlisted.first() == Some(&answer))
            };
            differs |= !is_new;
            // Whether a path begins in the root is known only by what is listed there.
            if !is_new || depth == 0 {
                inside.insert(name.into(), entry);
            }
        }
        if !told {
            self.own_gaps(path, &own);
        }
        match unlisted.as_slice() {
            [answer] if !differs => PathNode::Same(*answer),
            _ => PathNode::Mixed { unlisted, inside },
        }
    }

    /// What a new file gets in a directory, in a new directory there, in a new one of that, and so on.
    fn unlisted(&mut self, directory: &[u8]) -> Vec<usize> {
        let mut path = directory.to_vec();
        let mut found: Vec<usize> = Vec::with_capacity(MOST_LEVELS);
        while found.len() < LEVELS || (found.len() < MOST_LEVELS && found.iter().any(|one| Some(one) != found.first()))
        {
            path.extend_from_slice(NEW);
            found.push(self.answers.of(&RepoPath::new(&path)));
            path.push(b'/');
        }
        // The last stands for everything deeper.
        while let [.., one, last] = found.as_slice()
            && one == last
        {
            found.pop();
        }
        found
    }

    /// Names a directory that nobody answers for, whole.
    fn is_gap(&mut self, path: &[u8], files: &[(&[u8], usize)]) -> bool {
        let Some((_, first)) = files.first() else { return false };
        let is_gap = self.answers.state(*first) != OwnedState::Owned && files.iter().all(|(_, answer)| answer == first);
        if is_gap {
            self.gap(path, *first, GapExtent::Everything);
        }
        is_gap
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

/// A file or directory, by the name it has in the directory around it.
struct Entry<'s, 'f> {
    name: &'f [u8],
    /// Of its first file.
    answer: usize,
    files: &'s [(&'f [u8], usize)],
    /// The files of those behind it.
    after: &'s [(&'f [u8], usize)],
}

impl<'s, 'f> Entry<'s, 'f> {
    /// The first of a directory whose name is the first `depth` bytes.
    fn first(files: &'s [(&'f [u8], usize)], depth: usize) -> Option<Self> {
        let (path, answer) = files.first()?;
        let rest = path.get(depth..)?;
        let name = rest.iter().position(|byte| *byte == b'/').and_then(|slash| rest.get(..=slash));
        let end = name.map_or(1, |name| {
            files.partition_point(|(path, _)| path.get(depth..).is_some_and(|path| path.starts_with(name)))
        });
        let (of_it, after) = files.split_at_checked(end)?;
        Some(Self { name: name.unwrap_or(rest), answer: *answer, files: of_it, after })
    }
}

/// A directory in which nothing is listed.
fn node(unlisted: Vec<usize>) -> PathNode {
    match unlisted.as_slice() {
        [answer] => PathNode::Same(*answer),
        _ => PathNode::Mixed { unlisted, inside: BTreeMap::new() },
    }
}
