//! Fills in what only the contents can say: line counts and kinds. Blobs stream by; two are in memory at a time.
//!
//! Each worker has its own `cat-file` and takes the next few files from a common queue; the next few are asked for before
//! these are read. A blob over the limit is passed over as it streams by: to ask for the sizes first would cost git a
//! sixth of its work for every file, so that a rare one is cheaper.

use super::command::Git;
use super::lines::{self, Counts};
use super::objects::{Blob, CatFile, Contents, checked, request};
use crate::model::{FileDiff, FileKind, ObjectId, Side};
use crate::world::WorldError;
use std::sync::{Mutex, PoisonError};

/// A blob over this size is not held to count its lines: the file is `unread`.
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
    let mut buffers = Buffers::default();
    let mut chunk = next();
    if let Some(files) = &chunk {
        git.send(contents(files)?);
    }
    while let Some(files) = chunk {
        let coming = next();
        if let Some(files) = &coming {
            git.send(contents(files)?);
        }
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

fn contents(files: &[FileDiff]) -> Result<Vec<u8>, WorldError> {
    let mut requests = Vec::new();
    for id in files.iter().filter(|file| file.unread.is_none()).flat_map(wanted) {
        request(&mut requests, "contents", checked(id)?);
    }
    Ok(requests)
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
    match git.blob(buffer, BLOB_LIMIT)? {
        Blob::Is(Contents::Read) => {
            side.kind = lines::kind(side.kind, buffer);
            Ok(None)
        }
        Blob::Is(Contents::Missing) => Ok(Some(missing(&id))),
        Blob::Is(Contents::TooLarge(size)) => Ok(Some(too_large(size))),
        Blob::IsNot(kind) => Ok(Some(format!("object {} is a {kind}, not a file", short(&id)))),
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
