//! How much is owned: files, lines and directories, of the whole, of each top-level directory and by tier; and the gaps.
//!
//! A directory is owned when every file in it, at any depth, is. The root is not counted as one. A gap is told by the
//! topmost directory in which nothing is owned; where a directory holds owned files too, the unowned files right in it
//! are told together.

use super::ground::{Ground, files};
use super::said::Said;
use crate::model::{Coverage, OwnedState, RepoPath, Share, Size, counted};
use std::collections::BTreeMap;

/// Files named as examples of a gap.
const EXAMPLES: usize = 3;

/// Measures, and names the gaps.
pub(super) fn coverage(ground: &Ground<'_>) -> (Coverage, Vec<Said>) {
    let mut walk = Walk { open: vec![Directory::default()], tops: Vec::new() };
    for (file, group) in ground.files() {
        walk.take(&file.file.path, file.lines.unwrap_or(0), group.answer.state);
    }
    let (mut root, tops) = walk.finish();
    let mut tiers: BTreeMap<(bool, Option<u8>), Size> = BTreeMap::new();
    for group in ground.groups.iter().filter(|group| group.answer.state == OwnedState::Owned) {
        let tier = group.answer.row.and_then(|row| row.tier);
        let size = tiers.entry((tier.is_none(), tier)).or_default();
        size.files += group.size.files;
        size.lines += group.size.lines;
    }
    // In a repository without any source one finding says so; every file would only say it again.
    let gaps = if ground.evidence.ownership.has_source() { gaps(&mut root) } else { Vec::new() };
    let coverage = Coverage {
        all: root.share,
        tops,
        tiers: tiers.into_iter().map(|((_, tier), size)| (tier, size)).collect(),
        uncounted: ground.evidence.files.iter().filter(|file| file.lines.is_none()).count() as u64,
    };
    (coverage, gaps)
}

/// Walks the files in the order of their paths, in which those of one directory stand together.
struct Walk<'f> {
    /// The directories the last file lies in, the root first.
    open: Vec<Directory<'f>>,
    tops: Vec<(Option<RepoPath>, Share)>,
}

/// One directory: what is in it so far.
#[derive(Default)]
struct Directory<'f> {
    name: &'f [u8],
    /// Bytes of its path.
    end: usize,
    share: Share,
    unowned: Gaps<'f>,
    cleared: Gaps<'f>,
}

/// The gaps of one kind in a directory that is not all a gap.
#[derive(Default)]
struct Gaps<'f> {
    below: Vec<Gap<'f>>,
    /// The files right in it.
    direct: Gap<'f>,
}

#[derive(Default)]
struct Gap<'f> {
    /// As a pattern: `legacy/**`, `src/*`, `src/a.c`.
    subject: String,
    size: Size,
    first: Vec<&'f RepoPath>,
}

impl<'f> Gap<'f> {
    fn add(&mut self, size: Size, first: &[&'f RepoPath]) {
        self.size.files += size.files;
        self.size.lines += size.lines;
        self.first.extend(first);
        self.first.truncate(EXAMPLES);
    }
}

impl<'f> Walk<'f> {
    fn take(&mut self, path: &'f RepoPath, lines: u64, state: OwnedState) {
        let bytes = path.as_bytes();
        let folder = bytes.iter().rposition(|byte| *byte == b'/').and_then(|end| bytes.get(..end)).unwrap_or_default();
        let mut depth = 1;
        let mut end = 0;
        for name in folder.split(|byte| *byte == b'/').filter(|_| !folder.is_empty()) {
            end += name.len() + usize::from(end > 0);
            if self.open.get(depth).is_some_and(|open| open.name != name) {
                self.close_to(depth);
            }
            if self.open.len() == depth {
                self.open.push(Directory { name, end, ..Directory::default() });
            }
            depth += 1;
        }
        self.close_to(depth);
        let size = Size { files: 1, lines };
        let Some(directory) = self.open.last_mut() else { return };
        let place = match state {
            OwnedState::Owned => &mut directory.share.owned,
            OwnedState::Unowned => {
                directory.unowned.direct.add(size, &[path]);
                &mut directory.share.unowned
            }
            OwnedState::Cleared => {
                directory.cleared.direct.add(size, &[path]);
                &mut directory.share.cleared
            }
        };
        place.files += 1;
        place.lines += lines;
    }

    /// Closes directories until so many are open.
    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(mut closed) = self.open.pop() else { return };
            closed.share.directories += 1;
            closed.share.directories_owned += u64::from(closed.share.owned.files == closed.share.files());
            if self.open.len() == 1 {
                self.tops.push((Some(RepoPath::new(closed.name)), closed.share));
            }
            let (unowned, cleared) = (closed.gaps(OwnedState::Unowned), closed.gaps(OwnedState::Cleared));
            let Some(parent) = self.open.last_mut() else { return };
            parent.unowned.below.extend(unowned);
            parent.cleared.below.extend(cleared);
            add(&mut parent.share, &closed.share);
        }
    }

    /// The root, and the shares of the top-level directories; the files that stand at the top come last.
    fn finish(mut self) -> (Directory<'f>, Vec<(Option<RepoPath>, Share)>) {
        self.close_to(1);
        let root = self.open.pop().unwrap_or_default();
        let mut rest = root.share;
        for (_, share) in &self.tops {
            for (rest, part) in parts(&mut rest).into_iter().zip([share.owned, share.unowned, share.cleared]) {
                rest.files -= part.files;
                rest.lines -= part.lines;
            }
        }
        if rest.files() > 0 {
            self.tops.push((None, Share { directories: 0, directories_owned: 0, ..rest }));
        }
        (root, self.tops)
    }
}

fn parts(share: &mut Share) -> [&mut Size; 3] {
    [&mut share.owned, &mut share.unowned, &mut share.cleared]
}

fn add(sum: &mut Share, part: &Share) {
    for (sum, part) in parts(sum).into_iter().zip([part.owned, part.unowned, part.cleared]) {
        sum.files += part.files;
        sum.lines += part.lines;
    }
    sum.directories += part.directories;
    sum.directories_owned += part.directories_owned;
}

impl<'f> Directory<'f> {
    /// The gaps in it, joined into one where there is nothing else.
    fn gaps(&mut self, state: OwnedState) -> Vec<Gap<'f>> {
        let (size, gaps) = match state {
            OwnedState::Cleared => (self.share.cleared, &mut self.cleared),
            _ => (self.share.unowned, &mut self.unowned),
        };
        let mut below = std::mem::take(&mut gaps.below);
        let mut direct = std::mem::take(&mut gaps.direct);
        let Some(one) =
            direct.first.first().copied().or_else(|| below.iter().find_map(|gap| gap.first.first().copied()))
        else {
            return below;
        };
        let folder = one.as_bytes().get(..self.end).unwrap_or_default();
        let within = |what: &str| {
            let slash: &[u8] = if folder.is_empty() { b"" } else { b"/" };
            RepoPath::new([folder, slash, what.as_bytes()].concat()).quoted()
        };
        if size.files == self.share.files() {
            let mut first: Vec<&RepoPath> = direct.first;
            first.extend(below.iter().flat_map(|gap| gap.first.iter().copied()));
            first.sort();
            first.truncate(EXAMPLES);
            return vec![Gap { subject: within("**"), size, first }];
        }
        if let [only] = direct.first.as_slice()
            && direct.size.files == 1
        {
            direct.subject = only.quoted();
        } else {
            direct.subject = within("*");
        }
        below.extend((direct.size.files > 0).then_some(direct));
        below
    }
}

fn gaps(root: &mut Directory<'_>) -> Vec<Said> {
    let unowned = root.gaps(OwnedState::Unowned);
    let cleared = root.gaps(OwnedState::Cleared);
    let told = |code, what: &str, gap: Gap<'_>| {
        let lines =
            if gap.size.lines > 0 { format!(" with {}", counted(gap.size.lines, "line")) } else { String::new() };
        let msg = format!("{what} {} at {}{lines}", files(gap.size.files), gap.subject);
        let examples: Vec<String> = gap.first.iter().map(|path| path.quoted()).collect();
        Said::new(code, gap.subject, msg).about(examples).count(gap.size.files)
    };
    let unowned = unowned.into_iter().map(|gap| told("UNOWNED", "nobody answers for", gap));
    unowned.chain(cleared.into_iter().map(|gap| told("CLEARED", "a file takes the owner away from", gap))).collect()
}
