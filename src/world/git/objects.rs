//! One `git cat-file --batch-command` process that answers every question about objects: the cheapest way to read
//! many of them, and the only one that git itself promises to keep.
//!
//! Requests go through a thread of their own, so that a full pipe in one direction can never block the other.

use super::command::Git;
use super::count::BLOB_LIMIT;
use crate::model::{CommitId, ObjectId};
use crate::world::WorldError;
use crate::world::error::printable;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// What git says about one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Info {
    /// The object is here.
    Found {
        /// Its full id.
        id: String,
        /// `blob`, `tree`, `commit` or `tag`.
        kind: String,
        /// Bytes.
        size: u64,
    },
    /// There is no such object, or it is not in this clone.
    Missing,
    /// A short id of several objects.
    Ambiguous,
}

/// What became of a request for contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// They are in the buffer.
    Read,
    /// There is no such object, or it is not in this clone.
    Missing,
    /// Over the limit; the buffer is empty.
    TooLarge(u64),
}

/// What became of a request for the contents of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Blob {
    /// It is a file.
    Is(Contents),
    /// It is a `tree`, `commit` or `tag`.
    IsNot(String),
}

/// The process.
#[derive(Debug)]
pub(super) struct CatFile {
    child: Child,
    requests: Option<Sender<Vec<u8>>>,
    answers: BufReader<ChildStdout>,
    complaints: Option<JoinHandle<Vec<u8>>>,
    line: Vec<u8>,
}

impl CatFile {
    /// Starts the process; it costs nothing until the first answer is read.
    pub(super) fn start(git: &Git) -> Result<Self, WorldError> {
        // From this size on git hands a file over piece by piece, where its pack allows.
        let git = git.clone().configured([("core.bigFileThreshold".to_owned(), BLOB_LIMIT.to_string())]);
        let mut child = git.spawn(&["cat-file", "--batch-command", "--buffer"], true)?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(answer("its pipes are not open".to_owned()));
        };
        let (requests, queue) = channel();
        std::thread::spawn(move || write_all(stdin, &queue));
        Ok(Self {
            child,
            requests: Some(requests),
            answers: BufReader::with_capacity(1 << 16, stdout),
            complaints: Some(std::thread::spawn(move || listen(stderr))),
            line: Vec::new(),
        })
    }

    /// Asks something, so that what it needs to answer is read; [`awake`](Self::awake) takes the answer.
    pub(super) fn wake(&self) {
        self.send(b"info HEAD\n".to_vec());
    }

    /// Takes the answer to [`wake`](Self::wake), whatever it is.
    pub(super) fn awake(&mut self) -> Result<(), WorldError> {
        self.info().map(|_| ())
    }

    /// Sends requests; each must then be answered by [`info`](Self::info) or [`contents`](Self::contents), in order.
    pub(super) fn send(&self, mut requests: Vec<u8>) {
        requests.extend_from_slice(b"flush\n");
        // A process that is gone shows when its answer is read.
        if let Some(queue) = &self.requests {
            let _gone = queue.send(requests);
        }
    }

    /// Reads the answer to one `info NAME`.
    pub(super) fn info(&mut self) -> Result<Info, WorldError> {
        self.line.clear();
        let read = self.answers.read_until(b'\n', &mut self.line);
        if !matches!(read, Ok(length) if length > 0) || self.line.pop() != Some(b'\n') {
            return Err(self.obituary());
        }
        if self.line.ends_with(b" missing") {
            return Ok(Info::Missing);
        }
        if self.line.ends_with(b" ambiguous") {
            return Ok(Info::Ambiguous);
        }
        let text = String::from_utf8_lossy(&self.line);
        let mut words = text.split(' ');
        match (words.next(), words.next(), words.next().map(str::parse), words.next()) {
            (Some(id), Some(kind), Some(Ok(size)), None) => {
                Ok(Info::Found { id: id.to_owned(), kind: kind.to_owned(), size })
            }
            _ => Err(answer(printable(&self.line))),
        }
    }

    /// Reads the answer to one `contents NAME` into the buffer; anything over `limit` bytes is passed over.
    pub(super) fn contents(&mut self, buffer: &mut Vec<u8>, limit: u64) -> Result<Contents, WorldError> {
        match self.info()? {
            Info::Found { size, .. } => self.body(size, buffer, limit),
            Info::Missing | Info::Ambiguous => {
                buffer.clear();
                Ok(Contents::Missing)
            }
        }
    }

    /// As [`contents`](Self::contents), but an object of another kind than `blob` is not one.
    pub(super) fn blob(&mut self, buffer: &mut Vec<u8>, limit: u64) -> Result<Blob, WorldError> {
        match self.info()? {
            Info::Found { kind, size, .. } if kind == "blob" => self.body(size, buffer, limit).map(Blob::Is),
            Info::Found { kind, size, .. } => self.body(size, buffer, 0).map(|_| Blob::IsNot(kind)),
            Info::Missing | Info::Ambiguous => Ok(Blob::Is(Contents::Missing)),
        }
    }

    /// Reads what follows the line about an object.
    fn body(&mut self, size: u64, buffer: &mut Vec<u8>, limit: u64) -> Result<Contents, WorldError> {
        buffer.clear();
        // The contents are followed by a newline of their own.
        let whole = size.saturating_add(1);
        let read = if size > limit {
            std::io::copy(&mut (&mut self.answers).take(whole), &mut std::io::sink())
        } else {
            (&mut self.answers).take(whole).read_to_end(buffer).map(|length| length as u64)
        };
        if !matches!(read, Ok(length) if length == whole) {
            return Err(self.obituary());
        }
        buffer.pop();
        Ok(if size > limit { Contents::TooLarge(size) } else { Contents::Read })
    }

    /// Asks about several names at once.
    pub(super) fn ask<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Result<Vec<Info>, WorldError> {
        let mut requests = Vec::new();
        let mut count = 0;
        for name in names {
            request(&mut requests, "info", name);
            count += 1;
        }
        self.send(requests);
        (0..count).map(|_| self.info()).collect()
    }

    /// Asks for one object.
    pub(super) fn fetch(&mut self, id: &str, buffer: &mut Vec<u8>, limit: u64) -> Result<Contents, WorldError> {
        let mut requests = Vec::new();
        request(&mut requests, "contents", id);
        self.send(requests);
        self.contents(buffer, limit)
    }

    /// Why the process is gone.
    fn obituary(&mut self) -> WorldError {
        self.requests = None;
        let _dead = self.child.kill();
        let said = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let text = printable(&said);
        if text.contains("unknown option") {
            return WorldError::GitTooOld { found: "a git without `cat-file --batch-command`".to_owned() };
        }
        WorldError::GitFailed { command: "cat-file".to_owned(), stderr: text }
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        self.requests = None;
        let _dead = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Adds one request line.
pub(super) fn request(requests: &mut Vec<u8>, verb: &str, name: &str) {
    requests.extend_from_slice(verb.as_bytes());
    requests.push(b' ');
    requests.extend_from_slice(name.as_bytes());
    requests.push(b'\n');
}

/// A full object id: 40 or 64 hexadecimal digits. Anything else could be another request.
pub(super) fn is_full_id(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The id, if it is one.
pub(super) fn checked(id: &ObjectId) -> Result<&str, WorldError> {
    if is_full_id(&id.0) { Ok(&id.0) } else { Err(bad_id(&id.0)) }
}

/// The commit's id, if it is one.
pub(super) fn checked_commit(id: &CommitId) -> Result<&str, WorldError> {
    if is_full_id(&id.0) { Ok(&id.0) } else { Err(bad_id(&id.0)) }
}

fn bad_id(id: &str) -> WorldError {
    WorldError::BadRevision { revision: printable(id.as_bytes()), why: "it is no full object id" }
}

fn write_all(mut stdin: ChildStdin, queue: &Receiver<Vec<u8>>) {
    for requests in queue {
        if stdin.write_all(&requests).is_err() {
            return;
        }
    }
}

/// Keeps the first words of stderr and reads the rest away, so that a talkative git never blocks.
fn listen(mut stderr: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ended = (&mut stderr).take(4096).read_to_end(&mut kept);
    let _ended = std::io::copy(&mut stderr, &mut std::io::sink());
    kept
}

fn answer(what: String) -> WorldError {
    WorldError::GitAnswer { command: "cat-file", what }
}
