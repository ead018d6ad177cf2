//! Who changed which paths in a stretch of the history: one `git log`, read as it comes.
//!
//! Merges are left out: what they bring is in the commits they join. Renames are not followed, so that git compares trees
//! and never contents. `.mailmap` is git's to read.

use super::Repo;
use super::command::failed;
use super::objects::{checked_commit, listen};
use crate::model::{CommitId, CommitTouch, History, Identity, Moment, Span};
use crate::world::WorldError;
use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};

/// Id, time, author, co-authors; each ended by a NUL.
const FORMAT: &str =
    "--format=%H%x00%ct%x00%aN%x00%aE%x00%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x1f)";

/// The earliest time git reads as it is written.
const EARLIEST: i64 = 2 * crate::model::DAY;

impl Repo {
    /// Reads the commits of so long a time before `now`, or before the commit itself where that is earlier. `progress` is
    /// told, for each commit, how many were read and how many there are.
    ///
    /// # Errors
    /// When the commit is not in this clone, or git fails.
    pub fn history(
        &self,
        commit: &CommitId,
        now: Moment,
        span: Span,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<History, WorldError> {
        let head = checked_commit(commit)?;
        let last = self.git.run(&["rev-list", "-1", "--no-commit-header", "--format=%ct", head, "--"])?;
        let last = number(&last).unwrap_or(now.unix());
        let since = Moment::from_unix(now.unix().min(last).saturating_sub(span.0).max(EARLIEST));
        let from = format!("--since={since}");
        let count = self.git.run(&["rev-list", "--count", "--no-merges", &from, head, "--"])?;
        let total = number(&count).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        // Signatures would start a program that the configuration names; the rest would change what is printed.
        let args = [
            "-c",
            "log.showSignature=false",
            "-c",
            "log.showRoot=true",
            "-c",
            "log.follow=false",
            "log",
            "-z",
            "--no-merges",
            "--no-renames",
            "--raw",
            "--no-abbrev",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=none",
            "--use-mailmap",
            "--encoding=UTF-8",
            FORMAT,
            &from,
            head,
            "--",
        ];
        let mut child = self.git.spawn(&args, false)?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(odd("its pipes are not open"));
        };
        let complaints = std::thread::spawn(move || listen(stderr));
        let mut reading = Reading::new(since, self.edge()?);
        let read = reading.read(BufReader::with_capacity(1 << 16, stdout), |done| progress(done, total));
        if read.is_err() {
            // It would wait for a reader that is gone.
            let _dead = child.kill();
        }
        let status = child.wait().map_err(|_| odd("it did not end"))?;
        let said = complaints.join().unwrap_or_default();
        read?;
        if status.success() { Ok(reading.history) } else { Err(failed(&["log"], &said)) }
    }
}

/// A number alone on its line.
fn number(output: &[u8]) -> Option<i64> {
    std::str::from_utf8(output).ok()?.trim().parse().ok()
}

/// What was read so far.
struct Reading {
    history: History,
    /// Places of paths in the history.
    places: HashMap<Vec<u8>, usize>,
    /// Commits whose parents this clone left out: they look as if they had written every file.
    edge: HashSet<String>,
}

impl Reading {
    fn new(since: Moment, edge: HashSet<String>) -> Self {
        let history = History { commits: Vec::new(), paths: Vec::new(), since, cut: false };
        Self { history, places: HashMap::new(), edge }
    }

    /// Fields end with a NUL. A change is `:MODES IDS LETTER`, which no id can look like, and the path after it.
    fn read(&mut self, mut from: impl BufRead, mut progress: impl FnMut(u64)) -> Result<(), WorldError> {
        let mut field = Vec::new();
        let mut at_edge = false;
        while next(&mut from, &mut field)? {
            let start = usize::from(field.first() == Some(&b'\n'));
            let text = field.get(start..).unwrap_or_default();
            if text.is_empty() {
                continue;
            }
            if text.first() == Some(&b':') {
                if !next(&mut from, &mut field)? {
                    return Err(odd("a change without its path"));
                }
                if !at_edge {
                    self.touch(&field);
                }
                continue;
            }
            at_edge = self.edge.contains(&*String::from_utf8_lossy(text));
            self.history.cut |= at_edge;
            self.commit(&mut from, &mut field)?;
            progress(self.history.commits.len() as u64);
        }
        // What stands at the edge of a shallow clone says nothing of its own changes.
        self.history.commits.retain(|commit| !commit.paths.is_empty());
        Ok(())
    }

    fn commit(&mut self, from: &mut impl BufRead, field: &mut Vec<u8>) -> Result<(), WorldError> {
        let mut text = || -> Result<String, WorldError> {
            if next(from, field)? {
                Ok(String::from_utf8_lossy(field).into_owned())
            } else {
                Err(odd("a commit cut short"))
            }
        };
        let at = Moment::from_unix(text()?.trim().parse().unwrap_or(0));
        let (name, email) = (text()?, text()?);
        let mut authors = vec![Identity { name, email }];
        authors.extend(text()?.split('\u{1f}').filter_map(co_author));
        self.history.commits.push(CommitTouch { authors, at, paths: Vec::new() });
        Ok(())
    }

    fn touch(&mut self, path: &[u8]) {
        let next = self.history.paths.len();
        let place = self.places.get(path).copied().unwrap_or_else(|| {
            self.places.insert(path.to_vec(), next);
            self.history.paths.push(crate::model::RepoPath::new(path));
            next
        });
        if let Some(commit) = self.history.commits.last_mut() {
            commit.paths.push(place);
        }
    }
}

/// `NAME <ADDRESS>`.
fn co_author(text: &str) -> Option<Identity> {
    let (name, rest) = text.trim().split_once('<')?;
    let (email, _) = rest.split_once('>')?;
    Some(Identity { name: name.trim().to_owned(), email: email.trim().to_owned() })
}

/// Reads up to a NUL, which is left out; `false` at the end.
fn next(from: &mut impl BufRead, field: &mut Vec<u8>) -> Result<bool, WorldError> {
    field.clear();
    let read = from.read_until(0, field).map_err(|error| odd(&error.to_string()))?;
    if field.last() == Some(&0) {
        field.pop();
    }
    Ok(read > 0)
}

fn odd(what: &str) -> WorldError {
    WorldError::GitAnswer { command: "log", what: what.to_owned() }
}
