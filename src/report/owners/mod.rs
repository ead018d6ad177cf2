//! Answers about owners to words, one file per format.

mod csv;
mod human;
mod json;
mod mine;
mod tree;

use super::Style;
use crate::model::{
    Asked, AskedPath, Escalation, Letter, OwnedState, Ownership, OwnershipAnswer, PathRow, Principal, Question,
    RepoPath, There, people_of,
};
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

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

/// What should be known beside an answer for people or for a spreadsheet: lines that were skipped, what is not committed,
/// sums. The document of [`OwnersFormat::Json`] holds them itself.
///
/// # Errors
/// Only those of `out`.
pub fn render_owners_notes(asked: &Asked, format: OwnersFormat, style: &Style, out: &mut Vec<u8>) -> io::Result<()> {
    if format == OwnersFormat::Json { Ok(()) } else { human::notes(asked, style, out) }
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
        Question::Listed(_) | Question::Mine(..) => Vec::new(),
    }
}

/// Bytes of a piece of a list of paths, and paths of a piece of files: a few milliseconds of work.
const PIECE_BYTES: usize = 256 * 1024;
const PIECE_FILES: usize = 4096;

/// Writes what each piece says, in their order, on all cores: a few pieces for each are under way at a time, and each
/// core keeps what it learned (`start` begins it) from piece to piece.
fn in_parallel<P: Sync, S: Send>(
    pieces: &[P],
    start: impl Fn() -> S,
    write: impl Fn(&mut S, &P, &mut Vec<u8>) + Sync,
    out: &mut impl Write,
) -> io::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(pieces.len()).max(1);
    let mut learned: Vec<S> = (0..cores).map(|_| start()).collect();
    // What the pieces of a round say; the memory serves every round.
    let mut said: Vec<Mutex<Vec<u8>>> = (0..16 * cores).map(|_| Mutex::default()).collect();
    for round in pieces.chunks(said.len()) {
        let next = AtomicUsize::new(0);
        let work = |state: &mut S| {
            let take = || next.fetch_add(1, Ordering::Relaxed);
            while let Some((piece, said)) = Some(take()).and_then(|at| Some((round.get(at)?, said.get(at)?))) {
                write(state, piece, &mut said.lock().unwrap_or_else(PoisonError::into_inner));
            }
        };
        std::thread::scope(|scope| {
            let mut states = learned.iter_mut();
            let first = states.next();
            for state in states {
                scope.spawn(|| work(state));
            }
            first.map(work);
        });
        for said in said.iter_mut().take(round.len()) {
            let said = said.get_mut().unwrap_or_else(PoisonError::into_inner);
            out.write_all(said)?;
            said.clear();
        }
    }
    Ok(())
}

/// Who a set of names is, for one cell or line: `@bob @acme/pay`.
fn names<'a>(people: impl IntoIterator<Item = &'a Principal>, between: &str) -> String {
    let shown: Vec<&str> = people.into_iter().map(Principal::as_str).collect();
    shown.join(between)
}

/// Everybody of several rows, by what they are there; each name once a letter.
struct People<'a>(Vec<(Letter, Vec<&'a Principal>)>);

impl<'a> People<'a> {
    fn of(ownership: &'a Ownership, rows: &'a [PathRow<'a>]) -> Self {
        let mut all: Vec<(Letter, Vec<&Principal>)> = Vec::new();
        for (letter, people) in rows.iter().flat_map(|row| people_of(ownership, row)) {
            match all.iter_mut().find(|(known, _)| *known == letter) {
                Some((_, known)) => {
                    let names: HashSet<&str> = known.iter().map(|who| who.key()).collect();
                    let new: Vec<_> = people.into_iter().filter(|who| !names.contains(who.key())).collect();
                    known.extend(new);
                }
                None => all.push((letter, people)),
            }
        }
        Self(all)
    }

    fn who(&self, letter: Letter) -> &[&'a Principal] {
        self.0.iter().find(|(of, _)| *of == letter).map(|(_, people)| people.as_slice()).unwrap_or_default()
    }
}

/// The responsible people of some rows, on one line.
fn responsible(ownership: &Ownership, rows: &[PathRow<'_>]) -> String {
    names(People::of(ownership, rows).who(Letter::Responsible).iter().copied(), " ")
}

/// An answer in a few words: the state, the rows, the responsible people.
fn label(asked: &Asked, answer: &OwnershipAnswer<'_>) -> (OwnedState, String, String) {
    let (owned, rows) = asked.rows(answer);
    let ids: Vec<&str> = rows.iter().map(|row| &*row.id).collect();
    (owned, ids.join(", "), responsible(&asked.ownership, &rows))
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
