//! How changed files change by value and by line: contents read, parsed, compared, and let go again.

use super::contents::{Contents, Sides};
use super::failure::Failure;
use crate::assess::edits::{line_edits, value_edits};
use crate::model::{Documents, FileDiff, FileEdits, Syntax, SyntaxFault, Unanalysable, ValueEdits};
use crate::parse::syntax::{documents, syntax_of};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// From this size on, in bytes, the two sides of one file are parsed side by side.
const LARGE: usize = 256 * 1024;

/// The edits of the files that are asked about, by their place in the diff.
pub(super) fn edits(
    files: &[FileDiff],
    wanted: impl Fn(&FileDiff) -> bool,
    contents: Contents<'_>,
) -> Result<BTreeMap<usize, Arc<FileEdits>>, Failure> {
    let readable = |file: &FileDiff| file.unread.is_none() && file.opaque().is_none();
    let asked: Vec<(usize, &FileDiff)> =
        files.iter().enumerate().filter(|(_, file)| readable(file) && wanted(file)).collect();
    let diffs: Vec<&FileDiff> = asked.iter().map(|(_, file)| *file).collect();
    let mut all = BTreeMap::new();
    contents.read(&diffs, |chunk| {
        let work = chunk.into_iter().filter_map(|(at, sides)| Some((*asked.get(at)?, sides)));
        all.extend(side_by_side(work.collect()));
    })?;
    Ok(all)
}

/// A file of the diff with its place, and what it holds.
type Work<'f> = ((usize, &'f FileDiff), Sides);

/// Compares a chunk of files on all cores.
fn side_by_side(work: Vec<Work<'_>>) -> Vec<(usize, Arc<FileEdits>)> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(work.len());
    let one = |((at, file), sides): Work<'_>| (at, Arc::new(compare(file, sides)));
    if workers < 2 {
        return work.into_iter().map(one).collect();
    }
    let queue = Mutex::new(work.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(work) = next() {
                    let result = one(work);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push(result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn compare(file: &FileDiff, sides: Sides) -> FileEdits {
    match sides {
        Ok((old, new)) => file_edits(file, old.as_deref(), new.as_deref()),
        Err(why) => unknown(why),
    }
}

/// How one file changes, by what it holds before and after; `None` for a side that does not exist.
pub fn file_edits(file: &FileDiff, old: Option<&[u8]>, new: Option<&[u8]>) -> FileEdits {
    let lines = line_edits(old, new);
    let syntax = syntax_of(&file.path);
    let before = file.old_path.as_ref().map_or(syntax, syntax_of);
    let values = match (syntax, syntax == before) {
        (None, true) => None,
        (Some(syntax), true) => Some(by_value(syntax, old, new)),
        (_, false) => Some(Err(fault(true, SyntaxFault::new(0, "becomes a file of another format")))),
    };
    FileEdits { values, lines }
}

/// Contents that cannot be had are no proof of anything.
fn unknown(why: String) -> FileEdits {
    let values = Some(Err(fault(true, SyntaxFault::new(0, format!("cannot be read: {why}")))));
    FileEdits { values, lines: crate::model::LineEdits { pairs: Vec::new(), uneven: Some(why) } }
}

fn fault(new: bool, fault: SyntaxFault) -> Unanalysable {
    Unanalysable { new, fault }
}

fn by_value(syntax: Syntax, old: Option<&[u8]>, new: Option<&[u8]>) -> Result<ValueEdits, Unanalysable> {
    if let (Some(old), Some(new)) = (old, new)
        && old.contains(&b'\r') != new.contains(&b'\r')
    {
        return Err(fault(true, SyntaxFault::new(1, "changes its line ends")));
    }
    let parse = |bytes, new| documents(syntax, bytes).map_err(|why| fault(new, why));
    let read = |bytes: Option<_>, new| bytes.map(|bytes| parse(bytes, new)).transpose();
    let large = [old, new].into_iter().flatten().map(<[u8]>::len).sum::<usize>() > LARGE;
    let (before, after) = if large {
        std::thread::scope(|scope| {
            let before = scope.spawn(|| read(old, false));
            let after = read(new, true);
            (before.join().unwrap_or_else(|_| Err(fault(false, SyntaxFault::new(0, "stopped its reader")))), after)
        })
    } else {
        (read(old, false), read(new, true))
    };
    let (before, after): (Option<Documents<'_>>, Option<Documents<'_>>) = (before?, after?);
    value_edits(before.as_ref(), after.as_ref())
}
