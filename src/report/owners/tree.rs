//! A directory as a tree of owners: what has one answer is one line, whatever is below it.

use crate::model::{Asked, OwnedState, OwnershipAnswer, RepoPath};
use crate::report::text::{Line, Para, Tone};
use crate::report::words;

/// The lines of the tree.
pub(super) fn lines(asked: &Asked, files: &[RepoPath]) -> Vec<Line> {
    let mut labels: Vec<(OwnedState, String, String)> = Vec::new();
    let mut answers: Vec<OwnershipAnswer<'_>> = Vec::new();
    let mut marked: Vec<(Vec<&[u8]>, usize)> = Vec::new();
    for file in files {
        let answer = asked.ownership.of(file);
        // Neighbours mostly share an answer, so the last one is looked at first.
        let known = answers.iter().rposition(|known| super::same_answer(known, &answer));
        let at = known.unwrap_or_else(|| {
            labels.push(super::label(asked, &answer));
            answers.push(answer);
            answers.len() - 1
        });
        marked.push((file.segments().collect(), at));
    }
    let mut tree = Tree { labels: &labels, lines: Vec::new() };
    tree.directory(&marked, 0);
    tree.lines
}

struct Tree<'a> {
    labels: &'a [(OwnedState, String, String)],
    lines: Vec<Line>,
}

impl Tree<'_> {
    /// The entries of one directory: files whose paths share their first `depth` segments.
    fn directory(&mut self, files: &[(Vec<&[u8]>, usize)], depth: usize) {
        let mut rest = files;
        while let Some((first, answer)) = rest.first() {
            let name = first.get(depth).copied().unwrap_or_default();
            // Paths in order keep the files of a directory together, though not the directories in order.
            let same = rest.iter().take_while(|(path, _)| path.get(depth).copied().unwrap_or_default() == name);
            let (here, after) = rest.split_at_checked(same.count()).unwrap_or((rest, &[]));
            rest = after;
            let is_file = first.len() == depth + 1;
            let one_answer = here.iter().all(|(_, other)| other == answer);
            if is_file {
                self.line(name, depth, false, Some((*answer, 1)));
            } else if one_answer {
                self.line(name, depth, true, Some((*answer, here.len())));
            } else {
                self.line(name, depth, true, None);
                self.directory(here, depth + 1);
            }
        }
    }

    fn line(&mut self, name: &[u8], depth: usize, directory: bool, answer: Option<(usize, usize)>) {
        let name = RepoPath::new(name).quoted() + if directory { "/" } else { "" };
        let tone = if answer.is_none() { Tone::Dim } else { Tone::Plain };
        let column = if answer.is_some() { 36_usize.saturating_sub(depth * 2) } else { 0 };
        let mut para = Para::new(depth * 2, depth * 2 + 4).column(tone, &name, column);
        if let Some(((owned, row, people), files)) =
            answer.and_then(|(answer, files)| Some((self.labels.get(answer)?, files)))
        {
            match owned {
                OwnedState::Owned => para = para.theirs(Tone::Strong, row).theirs(Tone::Plain, people),
                OwnedState::Unowned | OwnedState::Cleared => para = para.ours(Tone::Bad, owned.as_str()),
            }
            if directory {
                para = para.ours(Tone::Dim, &words::count(files, "file", "files"));
            }
        }
        // One line an entry, however long: a tree is searched as often as it is read.
        self.lines.extend(para.lines(usize::MAX, None));
    }
}
