//! Which files differ: one git process over two trees, or a tree and the index.

use super::command::{Git, collect, failed};
use super::raw;
use crate::model::{Diff, FileDiff};
use crate::world::WorldError;
use std::process::{Child, Output};

/// Above this many candidates git pairs renames by content no more. Said aloud, because plumbing too would otherwise
/// take the limit from whoever's configuration it finds. 1000 is git's own.
const RENAME_LIMIT: &str = "-l1000";

/// A raw difference, and what is to be said about it.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) files: Vec<FileDiff>,
    pub(super) notes: Vec<String>,
    pub(super) truncated: Vec<String>,
}

impl From<Raw> for Diff {
    fn from(raw: Raw) -> Self {
        Self { files: raw.files, truncated: raw.truncated }
    }
}

/// A difference being read by a git process.
#[derive(Debug)]
pub(super) struct Running {
    git: Git,
    what: Vec<String>,
    child: Child,
}

/// Two commits (or trees), by their ids.
pub(super) fn trees(git: &Git, base: &str, head: &str) -> Result<Running, WorldError> {
    start(git, ["diff-tree", "-r", base, head].map(str::to_owned).to_vec())
}

/// A commit and the index.
pub(super) fn index(git: &Git, head: &str) -> Result<Running, WorldError> {
    start(git, ["diff-index", "--cached", head].map(str::to_owned).to_vec())
}

fn start(git: &Git, what: Vec<String>) -> Result<Running, WorldError> {
    let child = git.spawn(&args(&what, "-M"), false)?;
    Ok(Running { git: git.clone(), what, child })
}

fn args<'a>(what: &'a [String], renames: &'a str) -> Vec<&'a str> {
    let (command, ends) = what.split_first().map_or(("", [].as_slice()), |(first, rest)| (first.as_str(), rest));
    let fixed = ["-z", "--raw", "--no-abbrev", renames, RENAME_LIMIT, "--no-ext-diff", "--no-textconv"];
    let scope = ["--no-relative", "--ignore-submodules=none"];
    std::iter::once(command).chain(fixed).chain(scope).chain(ends.iter().map(String::as_str)).chain(["--"]).collect()
}

impl Running {
    /// Waits for git, and reads what it printed.
    pub(super) fn finish(self) -> Result<Raw, WorldError> {
        let output = collect(self.child)?;
        if output.status.success() {
            return read(&output, Vec::new());
        }
        if !lacks_objects(&output) {
            return Err(failed(&self.what, &output.stderr));
        }
        // Pairing by content needs contents, and a partial clone may lack them. Identical ones still pair by id.
        let exact = self.git.output(&args(&self.what, "-M100%"))?;
        if !exact.status.success() {
            return Err(treeless(&self.what));
        }
        let note = "contents are missing from this clone, so only renames without edits were recognised; every other \
                    rename counts as a deletion and an addition";
        read(&exact, vec![note.to_owned()])
    }
}

fn read(output: &Output, mut notes: Vec<String>) -> Result<Raw, WorldError> {
    let rows = raw::parse(&output.stdout)?;
    if String::from_utf8_lossy(&output.stderr).contains("rename detection was skipped") {
        notes.push(
            "so many files were added and deleted that git paired only identical ones and those of one name as \
             renames; every other rename counts as a deletion and an addition"
                .to_owned(),
        );
    }
    let truncated = rows.unmerged.iter().map(|path| format!("{path} has an unresolved merge conflict")).collect();
    Ok(Raw { files: rows.files, notes, truncated })
}

/// Git says that it would have fetched something.
fn lacks_objects(output: &Output) -> bool {
    let said = String::from_utf8_lossy(&output.stderr);
    ["lazy fetching disabled", "could not fetch", "unable to read", "bad object"].iter().any(|sign| said.contains(sign))
}

/// A clone without trees cannot be compared at all.
fn treeless(what: &[String]) -> WorldError {
    let ends: Vec<&str> = what.iter().skip(1).map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    WorldError::MissingObject {
        what: "a part of the compared commits".to_owned(),
        advice: format!("run `git diff --numstat {}` once: it fetches what this clone lacks", ends.join(" ")),
    }
}
