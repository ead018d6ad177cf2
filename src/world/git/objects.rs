//! One `git cat-file --batch-command` process that answers every question about objects: the cheapest way to read
//! many of them, and the only one that git itself promises to keep.
//!
//! Requests go through a thread of their own, so that a full pipe in one direction can never block the other.

use super::command::Git;
use crate::model::{CommitId, ObjectId};
use crate::world::WorldError;
use crate::world::error::printable;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Bytes in a full pipe, on Linux.
const PIPE: usize = 1 << 16;

/// As many answers outstanding are worth a pause.
const MANY: usize = 64;

/// In which git writes some dozens of small objects.
const PAUSE: Duration = Duration::from_micros(50);

/// What is asked about a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verb {
    /// Whether there is such an object, its type and its size.
    Info,
    /// All of it.
    Contents,
}

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
    /// Over the limit, and not loaded; the buffer is empty.
    TooLarge(u64),
}

/// The process.
#[derive(Debug)]
pub(super) struct CatFile {
    git: Git,
    pipes: Pipes,
    /// Request lines not answered yet.
    asked: VecDeque<Vec<u8>>,
    line: Vec<u8>,
}

#[derive(Debug)]
struct Pipes {
    child: Child,
    requests: Option<Sender<Vec<u8>>>,
    answers: BufReader<Answers>,
    complaints: Option<JoinHandle<Vec<u8>>>,
}

impl CatFile {
    /// Starts the process; it costs nothing until the first answer is read.
    pub(super) fn start(git: &Git) -> Result<Self, WorldError> {
        Ok(Self { git: git.clone(), pipes: Pipes::open(git)?, asked: VecDeque::new(), line: Vec::new() })
    }

    /// Makes sure that the next answer belongs to the next request: after a failure others may still be under way.
    pub(super) fn settle(&mut self) -> Result<(), WorldError> {
        if !self.asked.is_empty() || self.pipes.requests.is_none() {
            self.asked.clear();
            self.pipes = Pipes::open(&self.git)?;
        }
        Ok(())
    }

    /// Adds a request for what an object is, or for its contents; nothing is sent before [`flush`](Self::flush). Each
    /// must then be answered by [`info`](Self::info) or [`contents`](Self::contents), in order.
    pub(super) fn ask(&mut self, verb: Verb, name: &str) {
        let verb = match verb {
            Verb::Info => "info ",
            Verb::Contents => "contents ",
        };
        self.asked.push_back([verb.as_bytes(), name.as_bytes(), b"\n"].concat());
    }

    /// Sends the last `count` requests.
    pub(super) fn flush(&self, count: usize) {
        let from = self.asked.len().saturating_sub(count);
        self.pipes.send(self.asked.range(from..).flatten().copied().collect());
    }

    /// Reads the answer to one `info NAME`.
    pub(super) fn info(&mut self) -> Result<Info, WorldError> {
        self.pipes.answers.get_mut().many = self.asked.len() > MANY;
        self.asked.pop_front();
        self.line.clear();
        let read = self.pipes.answers.read_until(b'\n', &mut self.line);
        if !matches!(read, Ok(length) if length > 0) || self.line.pop() != Some(b'\n') {
            return Err(self.pipes.obituary());
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

    /// Reads the answer to one `contents NAME` into the buffer. For anything over `limit` bytes the process is replaced
    /// by a new one: that takes milliseconds, and unpacking what nobody wants could take seconds.
    pub(super) fn contents(&mut self, buffer: &mut Vec<u8>, limit: u64) -> Result<Contents, WorldError> {
        buffer.clear();
        let size = match self.info()? {
            Info::Found { size, .. } if size <= limit => size,
            Info::Found { size, .. } => {
                self.pipes = Pipes::open(&self.git)?;
                self.flush(self.asked.len());
                return Ok(Contents::TooLarge(size));
            }
            Info::Missing | Info::Ambiguous => return Ok(Contents::Missing),
        };
        // The contents are followed by a newline of their own.
        let whole = size.saturating_add(1);
        buffer.reserve(usize::try_from(whole).unwrap_or(0));
        let read = (&mut self.pipes.answers).take(whole).read_to_end(buffer);
        if !matches!(read, Ok(length) if length as u64 == whole) {
            return Err(self.pipes.obituary());
        }
        buffer.pop();
        Ok(Contents::Read)
    }

    /// What several names are, in one exchange.
    pub(super) fn infos<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Result<Vec<Info>, WorldError> {
        self.settle()?;
        names.for_each(|name| self.ask(Verb::Info, name));
        let count = self.asked.len();
        self.flush(count);
        (0..count).map(|_| self.info()).collect()
    }

    /// The contents of one object.
    pub(super) fn fetch(&mut self, id: &str, buffer: &mut Vec<u8>, limit: u64) -> Result<Contents, WorldError> {
        self.settle()?;
        self.ask(Verb::Contents, id);
        self.flush(1);
        self.contents(buffer, limit)
    }
}

impl Pipes {
    fn open(git: &Git) -> Result<Self, WorldError> {
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
            answers: BufReader::with_capacity(PIPE, Answers { stdout, filled: PIPE, many: false }),
            complaints: Some(std::thread::spawn(move || listen(stderr))),
        })
    }

    fn send(&self, mut requests: Vec<u8>) {
        requests.extend_from_slice(b"flush\n");
        // A process that is gone shows when its answer is read.
        if let Some(queue) = &self.requests {
            let _gone = queue.send(requests);
        }
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

impl Drop for Pipes {
    fn drop(&mut self) {
        self.requests = None;
        let _dead = self.child.kill();
        let _reaped = self.child.wait();
    }
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

/// What git prints, read in large pieces. It writes every object by itself, and to be woken for each costs more than to
/// read it; so where much is to come, it gets a moment to fill the pipe.
#[derive(Debug)]
struct Answers {
    stdout: ChildStdout,
    /// Bytes of the last piece.
    filled: usize,
    many: bool,
}

impl Read for Answers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.many && self.filled < PIPE / 4 {
            std::thread::sleep(PAUSE);
        }
        self.filled = self.stdout.read(buffer)?;
        Ok(self.filled)
    }
}

fn write_all(mut stdin: ChildStdin, queue: &Receiver<Vec<u8>>) {
    for requests in queue {
        if stdin.write_all(&requests).is_err() {
            return;
        }
    }
}

/// Keeps the first words of stderr and reads the rest away, so that a talkative git never blocks.
pub(super) fn listen(mut stderr: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ended = (&mut stderr).take(4096).read_to_end(&mut kept);
    let _ended = io::copy(&mut stderr, &mut io::sink());
    kept
}

fn answer(what: String) -> WorldError {
    WorldError::GitAnswer { command: "cat-file", what }
}
