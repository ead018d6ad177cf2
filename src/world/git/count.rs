//! Fills in what only the contents can say: line counts and kinds. Blobs stream by; two are in memory at a time.
//!
//! Each worker has its own `cat-file` and takes the next few files from a common queue. Sizes are asked first, so a
//! blob over the limit is never loaded; the sizes of the next few files travel with the contents of these.

use super::command::Git;
use super::lines::{self, Counts};
use super::objects::{CatFile, Contents, Info, checked, request};
use crate::model::{FileDiff, FileKind, ObjectId, Side};
use crate::world::WorldError;
use std::sync::{Mutex, PoisonError};

/// A blob over this size is not loaded to count its lines: the file is `unread`.
pub const BLOB_LIMIT: u64 = 50 * 1024 * 1024;

/// Files handled at a time: large enough that waiting for git's first answer does not show, small enough that two
/// workers share a small change.
const CHUNK: usize = 128;

/// Buffers grown beyond this are given back before the next file.
const KEPT: usize = 4 * 1024 * 1024;

/// Reads the contents of all files, in parallel where it pays.
pub(super) fn fill(files: &mut [FileDiff], git: &Git, first: &mut CatFile) -> Result<(), WorldError> {
    let helpers = helpers(files.len());
    let queue = Mutex::new(files.chunks_mut(CHUNK));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..helpers).map(|_| scope.spawn(|| work(&mut CatFile::start(git)?, &next))).collect();
        let mine = work(first, &next);
        let joined = others.into_iter().map(|worker| {
            let crashed = WorldError::GitAnswer { command: "cat-file", what: "its reader stopped".to_owned() };
            worker.join().unwrap_or(Err(crashed))
        });
        joined.fold(mine, Result::and)
    })
}

/// How many workers beside the first: a process for each half of the cores, once there is work for it.
fn helpers(files: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (files / (CHUNK * 8)).min(cores.div_ceil(2)).min(4)
}

fn work<'f>(git: &mut CatFile, next: &impl Fn() -> Option<&'f mut [FileDiff]>) -> Result<(), WorldError> {
    let mut buffers = Buffers::default();
    let mut chunk = next();
    if let Some(files) = &chunk {
        git.send(sizes(files)?);
    }
    while let Some(files) = chunk {
        for file in files.iter_mut() {
            file.unread = judge_sizes(git, file)?;
        }
        let coming = next();
        let mut requests = contents(files)?;
        if let Some(files) = &coming {
            requests.extend(sizes(files)?);
        }
        git.send(requests);
        for file in files.iter_mut().filter(|file| file.unread.is_none()) {
            read(git, file, &mut buffers)?;
        }
        chunk = coming;
    }
    Ok(())
}

/// The sides whose blobs must be read: both, or one where both are the same, or where one is a submodule.
fn wanted(file: &FileDiff) -> impl Iterator<Item = &ObjectId> {
    let old = file.old.as_ref().and_then(blob);
    let new = file.new.as_ref().and_then(blob);
    old.into_iter().chain(new.filter(move |id| old != Some(*id)))
}

fn blob(side: &Side) -> Option<&ObjectId> {
    side.id.as_ref().filter(|_| side.kind != FileKind::Submodule)
}

fn sizes(files: &[FileDiff]) -> Result<Vec<u8>, WorldError> {
    requests("info", files.iter())
}

fn contents(files: &[FileDiff]) -> Result<Vec<u8>, WorldError> {
    requests("contents", files.iter().filter(|file| file.unread.is_none()))
}

fn requests<'f>(verb: &str, files: impl Iterator<Item = &'f FileDiff>) -> Result<Vec<u8>, WorldError> {
    let mut requests = Vec::new();
    for id in files.flat_map(wanted) {
        request(&mut requests, verb, checked(id)?);
    }
    Ok(requests)
}

/// Why a file cannot be read, if so.
fn judge_sizes(git: &mut CatFile, file: &FileDiff) -> Result<Option<String>, WorldError> {
    let mut why = file.unread.clone();
    for id in wanted(file) {
        match git.info()? {
            Info::Found { kind, size, .. } if kind == "blob" && size <= BLOB_LIMIT => {}
            Info::Found { kind, size, .. } if kind == "blob" => why = Some(too_large(size)),
            Info::Found { kind, .. } => why = Some(format!("object {} is a {kind}, not a file", short(id))),
            Info::Missing | Info::Ambiguous => why = Some(missing(id)),
        }
    }
    Ok(why)
}

fn read(git: &mut CatFile, file: &mut FileDiff, buffers: &mut Buffers) -> Result<(), WorldError> {
    let same = match (&file.old, &file.new) {
        (Some(old), Some(new)) => blob(old).is_some() && blob(old) == blob(new),
        _ => false,
    };
    if let Some(why) = load(git, file.old.as_mut(), &mut buffers.old)? {
        file.unread = Some(why);
    }
    if same {
        // Nothing to count, but a moved binary is still a binary.
        if let Some(new) = file.new.as_mut() {
            new.kind = lines::kind(new.kind, &buffers.old);
        }
        return Ok(());
    }
    if let Some(why) = load(git, file.new.as_mut(), &mut buffers.new)? {
        file.unread = Some(why);
    }
    let unread = file.unread.is_some();
    let counts = if unread { Counts::default() } else { lines::between(&buffers.old, &buffers.new) };
    file.additions = counts.additions;
    file.deletions = counts.deletions;
    buffers.shrink();
    Ok(())
}

/// Puts one side's contents into the buffer and settles its kind. A submodule has the line git shows for it.
fn load(git: &mut CatFile, side: Option<&mut Side>, buffer: &mut Vec<u8>) -> Result<Option<String>, WorldError> {
    buffer.clear();
    let Some(side) = side else { return Ok(None) };
    let Some(id) = side.id.clone() else { return Ok(None) };
    if side.kind == FileKind::Submodule {
        buffer.extend_from_slice(format!("Subproject commit {}\n", id.0).as_bytes());
        return Ok(None);
    }
    match git.contents(buffer, BLOB_LIMIT)? {
        Contents::Read => {
            side.kind = lines::kind(side.kind, buffer);
            Ok(None)
        }
        Contents::Missing => Ok(Some(missing(&id))),
        Contents::TooLarge(size) => Ok(Some(too_large(size))),
    }
}

#[derive(Default)]
struct Buffers {
    old: Vec<u8>,
    new: Vec<u8>,
}

impl Buffers {
    fn shrink(&mut self) {
        for buffer in [&mut self.old, &mut self.new] {
            if buffer.capacity() > KEPT {
                *buffer = Vec::new();
            }
        }
    }
}

/// Why a large file is not read, for people.
pub(super) fn too_large(size: u64) -> String {
    let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
    format!("it is too large to read: {} MiB, and the limit is {} MiB", mib(size), mib(BLOB_LIMIT))
}

fn missing(id: &ObjectId) -> String {
    format!(
        "blob {} is not in this clone (a partial clone leaves contents out until they are asked for); \
         `git diff --numstat` of the same two commits fetches what is missing",
        short(id)
    )
}

fn short(id: &ObjectId) -> String {
    id.0.chars().take(12).collect()
}
