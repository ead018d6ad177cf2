//! Answers about owners to words, one file per format.

mod csv;
mod human;
mod json;
mod tree;

use super::Style;
use crate::model::{
    Asked, AskedPath, Escalation, Letter, OwnedState, Ownership, OwnershipAnswer, PathRow, Principal, Question,
    RepoPath, There,
};
use std::io::{self, BufWriter, Write};

/// How answers about owners are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnersFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`owners_schema`].
    Json,
    /// A line a path, for a spreadsheet (RFC 4180).
    Csv,
}

impl OwnersFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 3] = [Self::Human, Self::Json, Self::Csv];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// Writes the answer in a format.
///
/// # Errors
/// Only those of `out`.
pub fn render_owners(asked: &Asked, format: OwnersFormat, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        OwnersFormat::Human => human::write(asked, style, &mut out)?,
        OwnersFormat::Json => json::write(asked, &mut out)?,
        OwnersFormat::Csv => csv::write(asked, &mut out)?,
    }
    out.flush()
}

/// The JSON Schema (2020-12) of what [`OwnersFormat::Json`] writes.
pub fn owners_schema() -> &'static str {
    include_str!("../schemas/owners.schema.json")
}

/// The paths a question is about, each once, with whether they are files of the state.
fn paths(asked: &Asked) -> Vec<(&RepoPath, bool)> {
    let inside = |path: &AskedPath| matches!(path.there, There::File);
    match &asked.question {
        Question::Paths(paths) => paths
            .iter()
            .flat_map(|path| match &path.there {
                There::Directory(files) => files.iter().map(|file| (file, true)).collect(),
                There::File | There::Nothing => vec![(&path.path, inside(path))],
            })
            .collect(),
        Question::Tree(files) | Question::Unowned(files) => files.iter().map(|file| (file, true)).collect(),
        Question::Mine(..) => Vec::new(),
    }
}

/// Answers many paths on all cores: each worker writes the answers of a run of paths, and the runs are put together in
/// their order.
fn in_parallel<T: Sync>(items: &[T], write: impl Fn(&[T], &mut Vec<u8>) + Sync) -> Vec<Vec<u8>> {
    /// Fewer are answered sooner than a thread starts.
    const WORTH: usize = 4096;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let run = items.len().div_ceil(cores.min(items.len().div_ceil(WORTH)).max(1)).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(run)
            .map(|items| {
                let write = &write;
                scope.spawn(move || {
                    let mut out = Vec::new();
                    write(items, &mut out);
                    out
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_default()).collect()
    })
}

/// Who a set of names is, for one cell or line: `@bob @acme/pay`.
fn names<'a>(people: impl IntoIterator<Item = &'a Principal>, between: &str) -> String {
    let shown: Vec<&str> = people.into_iter().map(Principal::as_str).collect();
    shown.join(between)
}

/// Everybody of several rows who is something to one of them, each once.
fn people<'a>(ownership: &'a Ownership, rows: &'a [PathRow<'a>], wanted: Letter) -> Vec<&'a Principal> {
    let mut all: Vec<&Principal> = Vec::new();
    for row in rows {
        for (letter, people) in crate::model::people_of(ownership, row) {
            for who in people.into_iter().filter(|_| letter == wanted) {
                if !all.contains(&who) {
                    all.push(who);
                }
            }
        }
    }
    all
}

/// Where to reach the people of some rows.
fn contacts<'a>(rows: &'a [PathRow<'a>]) -> Vec<&'a str> {
    let mut all: Vec<&str> = rows.iter().filter_map(|row| row.row?.contact.as_deref()).collect();
    all.dedup();
    all
}

fn escalation(asked: &Asked) -> Option<&Escalation> {
    asked.ownership.matrix()?.escalation.as_ref()
}

/// A path's answer, in the form that tells whether two paths have the same.
fn same_answer(a: &OwnershipAnswer<'_>, b: &OwnershipAnswer<'_>) -> bool {
    let row = |answer: &OwnershipAnswer<'_>| answer.row.map(std::ptr::from_ref);
    let rule = |answer: &OwnershipAnswer<'_>| answer.rule.map(std::ptr::from_ref);
    row(a) == row(b) && rule(a) == rule(b) && a.others == b.others
}

fn is_owned(asked: &Asked, path: &RepoPath) -> bool {
    asked.rows(&asked.ownership.of(path)).0 == OwnedState::Owned
}
