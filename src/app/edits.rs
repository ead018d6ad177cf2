//! How changed files change by value and by line: contents read, parsed, compared, and let go again.

use super::contents::{Contents, Sides};
use super::failure::Failure;
use super::locks::{After, Locks};
use crate::assess::edits::{Condition, line_edits, lock_value_edits, value_edits};
use crate::model::{
    Documents, FileDiff, FileEdits, LockSyntax, RepoPath, Syntax, SyntaxFault, Unanalysable, ValueEdits,
};
use crate::parse::lockfile::{lock_of, lockfile};
use crate::parse::syntax::{documents, syntax_of};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// From this size on, in bytes, the two sides of one file are parsed side by side.
const LARGE: usize = 256 * 1024;

/// The edits of the files that are asked about, by their place in the diff; of those that are `locked`, whether they fit
/// their manifests and lockfiles, too. Of each document, what the `conditions` ask for is known.
pub(super) fn edits(
    (files, conditions): (&[FileDiff], &[Condition]),
    wanted: impl Fn(&FileDiff) -> bool,
    locked: impl Fn(&FileDiff) -> bool,
    contents: Contents<'_>,
    after: &After<'_>,
) -> Result<BTreeMap<usize, Arc<FileEdits>>, Failure> {
    let readable = |file: &FileDiff| file.unread.is_none() && file.opaque().is_none();
    let asked: Vec<(usize, &FileDiff)> =
        files.iter().enumerate().filter(|(_, file)| readable(file) && wanted(file)).collect();
    let diffs: Vec<&FileDiff> = asked.iter().map(|(_, file)| *file).collect();
    let mut all = BTreeMap::new();
    contents.read(&diffs, |chunk| {
        let work = chunk.into_iter().filter_map(|(at, sides)| Some((*asked.get(at)?, sides)));
        all.extend(side_by_side(work.collect(), conditions));
    })?;
    let locks = Locks::new(after);
    for (at, file) in asked.into_iter().filter(|(_, file)| locked(file)) {
        if let Some(why) = locks.unfit(file)
            && let Some(edits) = all.get_mut(&at)
        {
            Arc::make_mut(edits).unfit = Some(why);
        }
    }
    Ok(all)
}

/// A file of the diff with its place, and what it holds.
type Work<'f> = ((usize, &'f FileDiff), Sides);

/// Compares a chunk of files on all cores.
fn side_by_side(work: Vec<Work<'_>>, conditions: &[Condition]) -> Vec<(usize, Arc<FileEdits>)> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(work.len());
    let one = |((at, file), sides): Work<'_>| (at, Arc::new(compare(file, sides, conditions)));
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

fn compare(file: &FileDiff, sides: Sides, conditions: &[Condition]) -> FileEdits {
    match sides {
        Ok((old, new)) => file_edits(file, old.as_deref(), new.as_deref(), conditions),
        Err(why) => unknown(why),
    }
}

/// How one file changes, by what it holds before and after; `None` for a side that does not exist.
pub fn file_edits(file: &FileDiff, old: Option<&[u8]>, new: Option<&[u8]>, conditions: &[Condition]) -> FileEdits {
    let lines = line_edits(old, new);
    let format = Format::of(&file.path);
    let before = file.old_path.as_ref().map_or(format, Format::of);
    let values = match (format, format == before) {
        (None, true) => None,
        (Some(format), true) => Some(by_value(format, (old, new), conditions)),
        (_, false) => Some(Err(fault(true, SyntaxFault::new(0, "becomes a file of another format")))),
    };
    FileEdits { values, lines, unfit: None }
}

/// How the values of a file are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Document(Syntax),
    Lock(LockSyntax),
}

impl Format {
    fn of(path: &RepoPath) -> Option<Self> {
        lock_of(path).map(Self::Lock).or_else(|| syntax_of(path).map(Self::Document))
    }
}

/// Contents that cannot be had are no proof of anything.
fn unknown(why: String) -> FileEdits {
    let values = Some(Err(fault(true, SyntaxFault::new(0, format!("cannot be read: {why}")))));
    let lines = crate::model::LineEdits { pairs: Vec::new(), uneven: Some(why) };
    FileEdits { values, lines, unfit: None }
}

fn fault(new: bool, fault: SyntaxFault) -> Unanalysable {
    Unanalysable { new, fault }
}

fn by_value(
    format: Format,
    (old, new): (Option<&[u8]>, Option<&[u8]>),
    conditions: &[Condition],
) -> Result<ValueEdits, Unanalysable> {
    // Whoever ends lines at the feed alone sees the return before it, and no longer sees it where the last line has no end.
    if let (Some(old), Some(new)) = (old, new)
        && (old.contains(&b'\r') != new.contains(&b'\r')
            || (new.contains(&b'\r') && old.ends_with(b"\n") != new.ends_with(b"\n")))
    {
        return Err(fault(true, SyntaxFault::new(1, "changes its line ends")));
    }
    match format {
        Format::Document(syntax) => {
            let (before, after) = both(old, new, |bytes| documents(syntax, bytes))?;
            let (before, after): (Option<Documents<'_>>, Option<Documents<'_>>) = (before, after);
            value_edits(before.as_ref(), after.as_ref(), conditions)
        }
        Format::Lock(syntax) => {
            let read = |bytes| {
                let lock = lockfile(syntax, bytes)?;
                let text = std::str::from_utf8(bytes).map_err(|_| SyntaxFault::new(0, "is not UTF-8"))?;
                Ok((text, lock))
            };
            let (before, after) = both(old, new, read)?;
            lock_value_edits(
                before.as_ref().map(|(text, lock)| (*text, lock)),
                after.as_ref().map(|(text, lock)| (*text, lock)),
            )
        }
    }
}

/// Reads both sides, side by side where that pays.
fn both<'t, T: Send>(
    old: Option<&'t [u8]>,
    new: Option<&'t [u8]>,
    read: impl Fn(&'t [u8]) -> Result<T, SyntaxFault> + Sync,
) -> Result<(Option<T>, Option<T>), Unanalysable> {
    let side = |bytes: Option<&'t [u8]>, new| bytes.map(|bytes| read(bytes).map_err(|why| fault(new, why))).transpose();
    let large = [old, new].into_iter().flatten().map(<[u8]>::len).sum::<usize>() > LARGE;
    if !large {
        return Ok((side(old, false)?, side(new, true)?));
    }
    std::thread::scope(|scope| {
        let before = scope.spawn(|| side(old, false));
        let after = side(new, true);
        let stopped = || Err(fault(false, SyntaxFault::new(0, "stopped its reader")));
        Ok((before.join().unwrap_or_else(|_| stopped())?, after?))
    })
}
