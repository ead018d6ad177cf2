//! What one pair of contents amounts to: lines added and removed, and what kind of file each side is.
//!
//! The rules are git's own (`xdiff-interface.c`, `diff.c`): a NUL among the first 8000 bytes makes a file binary, a
//! last line without a newline is a line, the algorithm is Myers with git's heuristics. Attributes play no part, so a
//! change cannot hide its lines by a `.gitattributes` of its own.

use crate::model::FileKind;
use gix_imara_diff::sources::byte_lines;
use gix_imara_diff::{Algorithm, Diff, InternedInput};

/// Git looks for a NUL in this many bytes (`FIRST_FEW_BYTES`).
const BINARY_WINDOW: usize = 8000;

/// First line of a pointer file, git-lfs `docs/spec.md`. What follows is the version.
const LFS_MARK: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Lines added and removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::world) struct Counts {
    pub(in crate::world) additions: u64,
    pub(in crate::world) deletions: u64,
}

/// Counts the lines between two contents, as git does between any two: that one is a link or a submodule plays no part.
pub(in crate::world) fn between(old: &[u8], new: &[u8]) -> Counts {
    if is_binary(old) || is_binary(new) {
        return Counts::default();
    }
    if old.is_empty() || new.is_empty() {
        return Counts { additions: count(new), deletions: count(old) };
    }
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let diff = Diff::compute(Algorithm::Myers, &input);
    Counts { additions: diff.count_additions().into(), deletions: diff.count_removals().into() }
}

/// The lines of a file; none if it is binary.
pub(in crate::world) fn of_file(contents: &[u8]) -> u64 {
    between(&[], contents).additions
}

/// Lines, the last one without a newline included.
fn count(contents: &[u8]) -> u64 {
    let newlines = contents.iter().filter(|byte| **byte == b'\n').count() as u64;
    newlines + u64::from(contents.last().is_some_and(|byte| *byte != b'\n'))
}

/// Git's rule for "binary", attributes aside.
fn is_binary(contents: &[u8]) -> bool {
    contents.get(..BINARY_WINDOW).unwrap_or(contents).contains(&0)
}

/// The kind of a file whose contents are known; links and submodules stay what their mode says.
pub(in crate::world) fn kind(by_mode: FileKind, contents: &[u8]) -> FileKind {
    match by_mode {
        FileKind::Symlink | FileKind::Submodule => by_mode,
        _ if is_binary(contents) => FileKind::Binary,
        _ if contents.starts_with(LFS_MARK) => FileKind::LfsPointer,
        _ => by_mode,
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, FileKind, between, kind};

    #[test]
    fn counts_and_kinds_follow_git() {
        let table: &[(&[u8], &[u8], u64, u64)] = &[
            (b"", b"", 0, 0),
            (b"", b"a\nb", 2, 0),
            (b"a\n", b"a", 1, 1),
            (b"a\r\nb\r\n", b"a\nb\n", 2, 2),
            (b"a\rb\r", b"a\rb", 1, 1),
            (b"a\nb\nc\n", b"a\nx\nc\n", 1, 1),
            (b"a\n", b"a\0\n", 0, 0),
        ];
        for (old, new, additions, deletions) in table {
            assert_eq!(between(old, new), Counts { additions: *additions, deletions: *deletions }, "{old:?} {new:?}");
        }

        let late = [vec![b'x'; 8000], vec![0]].concat();
        let early = [vec![b'x'; 7999], vec![0]].concat();
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
        assert_eq!(kind(FileKind::Regular, &late), FileKind::Regular);
        assert_eq!(kind(FileKind::Regular, &early), FileKind::Binary);
        assert_eq!(kind(FileKind::Executable, pointer), FileKind::LfsPointer);
        assert_eq!(kind(FileKind::Symlink, &early), FileKind::Symlink);
    }
}
