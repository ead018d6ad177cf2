//! Reads what `git diff-tree --raw -z` and `git diff-index --raw -z` print.
//!
//! The format is in git's documentation, `diff-format.adoc`, "Raw output format": `:MODE MODE ID ID STATUS NUL PATH NUL`,
//! with a second path for renames and copies.

use crate::model::{FileDiff, FileKind, FileStatus, ObjectId, RepoPath, Side};
use crate::world::WorldError;
use std::collections::HashSet;

/// The rows of one raw diff.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// The files, sorted by path; nothing is counted yet and the kinds are what the modes say.
    pub(super) files: Vec<FileDiff>,
    /// Paths with unresolved merge conflicts.
    pub(super) unmerged: Vec<RepoPath>,
}

/// Reads the whole output.
pub(super) fn parse(output: &[u8]) -> Result<Rows, WorldError> {
    let mut rows = Rows::default();
    let mut fields = output.split(|byte| *byte == 0);
    while let Some(header) = fields.next() {
        if header.is_empty() {
            break;
        }
        let row = Header::parse(header).ok_or_else(|| odd(header))?;
        let first = path(&mut fields, header)?;
        let Some(status) = row.status() else {
            if row.letter == b'U' {
                rows.unmerged.push(first);
                continue;
            }
            return Err(odd(header));
        };
        let moved = matches!(status, FileStatus::Renamed | FileStatus::Copied);
        let (old_path, path) = if moved { (Some(first), path(&mut fields, header)?) } else { (None, first) };
        rows.files.push(FileDiff {
            path,
            old_path,
            status,
            old: side(row.old),
            new: side(row.new),
            additions: 0,
            deletions: 0,
            unread: None,
        });
    }
    // A conflict is listed beside a row that compares one of its sides: the conflict is the truth.
    if !rows.unmerged.is_empty() {
        let unmerged: HashSet<&RepoPath> = rows.unmerged.iter().collect();
        rows.files.retain(|file| !unmerged.contains(&file.path));
    }
    rows.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(rows)
}

struct Header<'h> {
    old: (u32, &'h str),
    new: (u32, &'h str),
    letter: u8,
}

impl<'h> Header<'h> {
    fn parse(header: &'h [u8]) -> Option<Self> {
        let text = std::str::from_utf8(header).ok()?.strip_prefix(':')?;
        let mut words = text.split(' ');
        let mut mode = || u32::from_str_radix(words.next()?, 8).ok();
        let (old, new) = (mode()?, mode()?);
        let mut id = || words.next().filter(|id| super::objects::is_full_id(id));
        let (old_id, new_id) = (id()?, id()?);
        let letter = words.next()?.bytes().next()?;
        Some(Self { old: (old, old_id), new: (new, new_id), letter })
    }

    fn status(&self) -> Option<FileStatus> {
        Some(match self.letter {
            b'A' => FileStatus::Added,
            b'M' => FileStatus::Modified,
            b'D' => FileStatus::Deleted,
            b'R' => FileStatus::Renamed,
            b'C' => FileStatus::Copied,
            b'T' => FileStatus::TypeChanged,
            _ => return None,
        })
    }
}

/// One side, its kind as the mode says; mode 0 is "no file".
fn side((mode, id): (u32, &str)) -> Option<Side> {
    let known = !id.bytes().all(|digit| digit == b'0');
    (mode != 0).then(|| Side { mode, id: known.then(|| ObjectId(id.to_owned())), kind: kind(mode) })
}

/// The kind a mode says. What the contents say (binary, LFS pointer) comes later.
pub(super) fn kind(mode: u32) -> FileKind {
    match mode & 0o170_000 {
        0o120_000 => FileKind::Symlink,
        0o160_000 => FileKind::Submodule,
        _ if mode & 0o100 != 0 => FileKind::Executable,
        _ => FileKind::Regular,
    }
}

fn path<'f>(fields: &mut impl Iterator<Item = &'f [u8]>, header: &[u8]) -> Result<RepoPath, WorldError> {
    fields.next().filter(|path| !path.is_empty()).map(RepoPath::new).ok_or_else(|| odd(header))
}

fn odd(header: &[u8]) -> WorldError {
    WorldError::GitAnswer { command: "diff --raw", what: crate::world::error::printable(header) }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use proptest::prelude::*;

    #[test]
    fn every_letter_is_read_and_nothing_else_is() {
        let (a, b, zero) = ("1".repeat(40), "2".repeat(40), "0".repeat(40));
        let modes = "100644 100644";
        let table = [
            (format!(":{modes} {a} {b} M\0x\0"), Ok("modified x")),
            (format!(":000000 100644 {zero} {b} A\0x\0"), Ok("added x")),
            (format!(":100644 000000 {a} {zero} D\0x\0"), Ok("deleted x")),
            (format!(":100644 120000 {a} {b} T\0x\0"), Ok("type-changed x")),
            (format!(":{modes} {a} {b} R086\0x\0y\0"), Ok("renamed x y")),
            (format!(":{modes} {a} {b} C100\0x\0y\0"), Ok("copied x y")),
            (format!(":000000 100644 {zero} {zero} U\0x\0:{modes} {a} {b} M\0x\0"), Ok("unmerged x")),
            (format!(":{modes} {a} {b} X\0x\0"), Err(())),
            (format!(":{modes} {a} M\0x\0"), Err(())),
            (format!(":{modes} {a} {b} R100\0x\0"), Err(())),
            (format!(":{modes} {a} {b} M\0"), Err(())),
            (format!("{modes} {a} {b} M\0x\0"), Err(())),
        ];
        for (output, expected) in table {
            let said = parse(output.as_bytes()).map_err(|_| ()).map(|rows| {
                let files = rows.files.iter().map(|file| {
                    let paths: Vec<_> = file.paths().map(|path| path.quoted()).collect();
                    format!("{} {}", file.status.as_str(), paths.join(" "))
                });
                files.chain(rows.unmerged.iter().map(|path| format!("unmerged {path}"))).collect::<Vec<_>>().join("; ")
            });
            assert_eq!(said, expected.map(str::to_owned), "{output:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
