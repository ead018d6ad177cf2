//! Fills in what only the contents can say: line counts and kinds. Blobs stream by; two are in memory at a time.
//!
//! Each worker has its own `cat-file` and takes the next few files from a common queue; their contents are asked for
//! before those at hand are counted, so that git never waits.

use super::command::Git;
use super::lines;
use super::objects::{CatFile, Contents, Verb, checked};
use crate::model::{FileDiff, FileKind, ObjectId, Side};
use crate::world::WorldError;
use std::sync::{Mutex, PoisonError};

/// A blob over this size is not loaded to count its lines: the file is `unread`.
pub const BLOB_LIMIT: u64 = 50 * 1024 * 1024;

/// Files handled at a time: large enough that waiting for git's first answer does not show, small enough that two
/// workers share a small change.
const CHUNK: usize = 64;

/// Files that are worth one more process: it costs git about as much to start as to hand over a hundred blobs.
const WORTH: usize = 256;

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
    (files / WORTH).min(cores.div_ceil(2)).min(4)
}

fn work<'f>(git: &mut CatFile, next: &impl Fn() -> Option<&'f mut [FileDiff]>) -> Result<(), WorldError> {
    git.settle()?;
    let mut buffers = Buffers::default();
    let mut chunk = next();
    request(git, chunk.as_deref())?;
    while let Some(files) = chunk {
        let coming = next();
        request(git, coming.as_deref())?;
        for file in files {
            read(git, file, &mut buffers)?;
        }
        chunk = coming;
    }
    Ok(())
}

/// Asks for the contents of some files.
fn request(git: &mut CatFile, files: Option<&[FileDiff]>) -> Result<(), WorldError> {
    let mut count = 0;
    for id in files.into_iter().flatten().flat_map(wanted) {
        git.ask(Verb::Contents, checked(id)?);
        count += 1;
    }
    if count > 0 {
        git.flush(count);
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

fn read(git: &mut CatFile, file: &mut FileDiff, buffers: &mut Buffers) -> Result<(), WorldError> {
    let same = match (&file.old, &file.new) {
        (Some(old), Some(new)) => blob(old).is_some() && blob(old) == blob(new),
        _ => false,
    };
    let mut unread = load(git, file.old.as_mut(), &mut buffers.old)?;
    if same {
        // Nothing to count, but a moved binary is still a binary.
        if let Some(new) = file.new.as_mut() {
            new.kind = lines::kind(new.kind, &buffers.old);
        }
    } else {
        unread = load(git, file.new.as_mut(), &mut buffers.new)?.or(unread);
        if unread.is_none() && file.unread.is_none() {
            let counts = lines::between(&buffers.old, &buffers.new);
            file.additions = counts.additions;
            file.deletions = counts.deletions;
        }
    }
    // What is known to be unreadable without asking keeps its reason, and its counts.
    file.unread = file.unread.take().or(unread);
    buffers.shrink();
    Ok(())
}

/// Puts one side's contents into the buffer and settles its kind; says why if it cannot. A submodule has the line git
/// shows for it.
fn load(git: &mut CatFile, side: Option<&mut Side>, buffer: &mut Vec<u8>) -> Result<Option<String>, WorldError> {
    buffer.clear();
    let Some((side, id)) = side.and_then(|side| side.id.clone().map(|id| (side, id))) else { return Ok(None) };
    if side.kind == FileKind::Submodule {
        buffer.extend_from_slice(format!("Subproject commit {}\n", id.0).as_bytes());
        return Ok(None);
    }
    Ok(match git.contents(buffer, BLOB_LIMIT)? {
        Contents::Read => {
            side.kind = lines::kind(side.kind, buffer);
            None
        }
        Contents::Missing => Some(missing(&id)),
        Contents::TooLarge(size) => Some(too_large(size)),
    })
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

pub(super) fn missing(id: &ObjectId) -> String {
    format!(
        "blob {} is not in this clone (a partial clone leaves contents out until they are asked for); \
         `git diff --numstat` of the same two commits fetches what is missing",
        short(id)
    )
}

fn short(id: &ObjectId) -> String {
    id.0.chars().take(12).collect()
}
