//! The commits of a change: who wrote them, who committed them, when, and what they say.
//!
//! A short straight line of commits is read object by object over the process that runs already. Everything else
//! (merges, long ranges, odd commits) is git's to list.

use super::command::{Git, collect, failed};
use super::objects::{CatFile, Contents};
use crate::model::{Commit, CommitId, Identity, Moment};
use crate::world::WorldError;
use std::thread::JoinHandle;

/// Eight fields, each ended by a NUL, which no commit can hold: git itself ends every text at one.
const FORMAT: &str = "--format=%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%ct%x00%B%x00";

/// A line longer than this is read faster by a process of its own.
const LINE: usize = 32;

/// A commit message longer than this is left to git.
const MESSAGE_LIMIT: u64 = 1024 * 1024;

/// The commits reachable from one end and not from the other, head first.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) commits: Vec<Commit>,
    /// Some commit has no parents, so far as this clone knows.
    pub(super) ends: bool,
}

/// Commits that are read, or being read.
#[derive(Debug)]
pub(super) enum Log {
    Known(History),
    Running(JoinHandle<Result<History, WorldError>>),
}

impl Log {
    /// Reads the commits reachable from `head` and not from `base`, or starts to.
    pub(super) fn begin(
        git: &Git,
        objects: &mut CatFile,
        base: &CommitId,
        head: &CommitId,
    ) -> Result<Self, WorldError> {
        if let Some(commits) = line(objects, base, head)? {
            return Ok(Self::Known(History { commits, ends: false }));
        }
        let base = format!("^{base}");
        let args = ["rev-list", "--no-commit-header", "--encoding=UTF-8", FORMAT, &head.0, &base, "--"];
        let child = git.spawn(&args, false)?;
        Ok(Self::Running(std::thread::spawn(move || {
            let output = collect(child)?;
            if !output.status.success() {
                return Err(failed(&["rev-list"], &output.stderr));
            }
            parse(&output.stdout)
        })))
    }

    /// Waits for the rest.
    pub(super) fn finish(self) -> Result<History, WorldError> {
        match self {
            Self::Known(history) => Ok(history),
            Self::Running(thread) => thread.join().unwrap_or_else(|_| Err(cut("the last commit"))),
        }
    }
}

/// When a commit was made.
pub(super) fn committed_at(git: &Git, commit: &str) -> Result<Moment, WorldError> {
    let said = git.run(&["rev-list", "--no-commit-header", "--max-count=1", "--format=%ct", commit, "--"])?;
    let seconds = std::str::from_utf8(&said).ok().and_then(|said| said.trim().parse().ok());
    seconds.map(Moment::from_unix).ok_or_else(|| cut("the time of a commit"))
}

/// The commits from head down to base, if each has one parent and base is among them: then nothing else is reachable
/// from head and not from base.
fn line(objects: &mut CatFile, base: &CommitId, head: &CommitId) -> Result<Option<Vec<Commit>>, WorldError> {
    let mut commits = Vec::new();
    let mut at = head.clone();
    let mut raw = Vec::new();
    while at != *base {
        if commits.len() == LINE || objects.fetch(&at.0, &mut raw, MESSAGE_LIMIT)? != Contents::Read {
            return Ok(None);
        }
        let Some((commit, parent)) = plain(at, &raw) else { return Ok(None) };
        commits.push(commit);
        at = parent;
    }
    Ok(Some(commits))
}

/// Reads a raw commit (git's `Documentation/user-manual`, "Commit Object") and its only parent; `None` when it has
/// another number of them, or anything that git would read in a way of its own.
fn plain(id: CommitId, raw: &[u8]) -> Option<(Commit, CommitId)> {
    let end = raw.windows(2).position(|pair| pair == b"\n\n")?;
    let (header, message) = (raw.get(..end)?, raw.get(end + 2..)?);
    let mut lines = header.split(|byte| *byte == b'\n');
    lines.next()?.strip_prefix(b"tree ")?;
    let parent = std::str::from_utf8(lines.next()?.strip_prefix(b"parent ")?).ok()?;
    let (author, _) = identity(lines.next()?.strip_prefix(b"author ")?)?;
    let (committer, committed_at) = identity(lines.next()?.strip_prefix(b"committer ")?)?;
    if message.contains(&0) || lines.any(|line| line.starts_with(b"encoding ")) || !super::objects::is_full_id(parent) {
        return None;
    }
    let message = text(message).trim_end_matches('\n').to_owned();
    Some((Commit { id, author, committer, committed_at, message }, CommitId(parent.to_owned())))
}

/// Reads `NAME <ADDRESS> SECONDS ZONE` without any oddity.
fn identity(line: &[u8]) -> Option<(Identity, Moment)> {
    let once = |mark: u8| line.iter().filter(|byte| **byte == mark).count() == 1;
    if !once(b'<') || !once(b'>') || line.contains(&0) {
        return None;
    }
    let line = text(line);
    let (name, rest) = line.split_once(" <")?;
    let (email, rest) = rest.split_once("> ")?;
    let (seconds, _zone) = rest.split_once(' ')?;
    if name.trim() != name || email.trim() != email {
        return None;
    }
    let identity = Identity { name: name.to_owned(), email: email.to_owned() };
    Some((identity, Moment::from_unix(seconds.parse().ok()?)))
}

/// Reads git's list.
fn parse(output: &[u8]) -> Result<History, WorldError> {
    let mut fields = output.split(|byte| *byte == 0);
    let mut history = History::default();
    while let Some(id) = fields.next() {
        // Records are divided by a newline, which git also prints after the last one.
        let id = text(id).trim().to_owned();
        if id.is_empty() {
            break;
        }
        let mut field = || fields.next().map(text).ok_or_else(|| cut(&id));
        history.ends |= field()?.is_empty();
        let author = Identity { name: field()?, email: field()? };
        let committer = Identity { name: field()?, email: field()? };
        // A commit whose time cannot be read counts as older than any claim may be.
        let seconds = field()?.parse().unwrap_or(0);
        let message = field()?.trim_end_matches('\n').to_owned();
        history.commits.push(Commit {
            id: CommitId(id),
            author,
            committer,
            committed_at: Moment::from_unix(seconds),
            message,
        });
    }
    Ok(history)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn cut(id: &str) -> WorldError {
    WorldError::GitAnswer { command: "rev-list", what: format!("the record of {id} is cut short") }
}

#[cfg(test)]
mod tests {
    use super::{CommitId, History, parse, plain};

    #[test]
    fn records_end_where_they_end() {
        let two = b"aa\0bb cc\0ann\0ann@x\0bob\0bob@x\x0010\0one\n\ntwo\n\0\nbb\0\0\0\0\0\0?\0\0\n";
        let History { commits, ends } = parse(two).unwrap();
        assert!(ends);
        assert_eq!(commits.len(), 2);
        assert_eq!(commits[0].message, "one\n\ntwo");
        assert_eq!(commits[0].committed_at.unix(), 10);
        assert_eq!((commits[1].id.0.as_str(), commits[1].committed_at.unix()), ("bb", 0));
        assert!(parse(b"").unwrap().commits.is_empty());
        assert!(parse(b"aa\0ann\0").is_err());
    }
    #[test]
    fn only_plain_commits_are_read_here() {
        let parent = "1".repeat(40);
        let who = "ann <ann@x> 10 +0000";
        let head = format!("tree {parent}\nparent {parent}\nauthor {who}\ncommitter bob <bob@x> 20 +0100\n");
        let table = [
            (format!("{head}\nsubject\n\nbody\n"), true),
            (format!("{head}gpgsig -----BEGIN\n \n x\n -----END\n\nsubject\n"), true),
            (format!("{head}encoding latin1\n\nsubject\n"), false),
            (format!("{head}\nsub\0ject\n"), false),
            (format!("tree {parent}\nauthor {who}\ncommitter {who}\n\nroot\n"), false),
            (format!("tree {parent}\nparent {parent}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nm\n"), false),
            (head.replace("ann <", "ann <<") + "\nodd\n", false),
            (head.replace("20 +0100", "soon") + "\nodd\n", false),
            (head, false),
            (String::new(), false),
        ];
        for (raw, read) in table {
            let said = plain(CommitId("a".to_owned()), raw.as_bytes());
            assert_eq!(said.is_some(), read, "{raw}");
            if let Some((commit, found)) = said {
                assert_eq!((commit.author.email.as_str(), commit.committer.name.as_str()), ("ann@x", "bob"));
                assert_eq!((commit.committed_at.unix(), found.0.as_str()), (20, parent.as_str()));
                assert!(commit.message.starts_with("subject") && !commit.message.ends_with('\n'));
            }
        }
    }
}
