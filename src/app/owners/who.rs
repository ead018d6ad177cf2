//! `changeward owners PATH…`: who answers for it, and which line says so.

use super::At;
use super::survey::{Place, State};
use crate::app::failure::Failure;
use crate::assess::duties;
use crate::model::{Asked, AskedPath, Moment, PathList, Principal, Question, RepoPath, There, TrackedFile};
use crate::world::given;
use crate::world::tree::{Standing, Within};
use std::path::PathBuf;

/// A question about owners, as somebody asks it.
#[derive(Clone, Debug)]
pub struct OwnersRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Which state of the files.
    pub at: At,
    /// The only time there is.
    pub now: Moment,
    /// What is asked.
    pub wish: Wish,
}

/// What is asked, before anything is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Who answers for these paths?
    Paths(Vec<PathBuf>),
    /// The same, for the paths on the standard input: one a line, or each ended by a NUL.
    Listed {
        /// They end with a NUL.
        nul: bool,
    },
    /// Who answers for each file below these directories; no directory means all.
    Tree(Vec<PathBuf>),
    /// Which files below these directories does nobody answer for?
    Unowned(Vec<PathBuf>),
    /// What does this person or team answer for?
    Mine(Principal),
}

/// From so many paths on, the directories that name owners are looked for everywhere.
const MANY: usize = 2_000;

/// Answers a question about owners. Reads only.
///
/// # Errors
/// When something could not be read or parsed.
pub fn who(request: &OwnersRequest) -> Result<Asked, Failure> {
    let mut place = Place::open(&request.dir)?;
    let mut asked = ask(request, &mut place)?;
    asked.noticed.extend(place.uncommitted(&request.at)?);
    Ok(asked)
}

fn ask(request: &OwnersRequest, place: &mut Place) -> Result<Asked, Failure> {
    if !matches!(request.wish, Wish::Mine(_)) {
        place.learn_prefix(&request.at)?;
    }
    let state = place.state(&request.at)?;
    let typed = |paths: &[PathBuf]| paths.iter().map(|path| place.typed(path)).collect::<Result<Vec<_>, _>>();
    match &request.wish {
        Wish::Paths(paths) => about_paths(request, &state, typed(paths)?),
        Wish::Listed { nul } => {
            let list = listed(place, *nul)?;
            let few: Vec<RepoPath> = list.iter().take(MANY).collect();
            let within = if few.len() < MANY { Within::Above(&few) } else { Within::Everywhere };
            answer(request, &state, within, |_, _| Question::Listed(list))
        }
        Wish::Tree(dirs) => {
            let files = below(&state, &typed(dirs)?)?;
            answer(request, &state, Within::Everywhere, |_, _| Question::Tree(files))
        }
        Wish::Unowned(dirs) => {
            let files = below(&state, &typed(dirs)?)?;
            answer(request, &state, Within::Everywhere, |_, _| Question::Unowned(files))
        }
        Wish::Mine(who) => {
            let files = state.tracked()?;
            answer(request, &state, Within::Everywhere, |asked, _| {
                Question::Mine(who.clone(), duties::duties(&asked.ownership, &asked.config, &files, who))
            })
        }
    }
}

fn about_paths(request: &OwnersRequest, state: &State<'_>, paths: Vec<RepoPath>) -> Result<Asked, Failure> {
    let mut standing = Vec::with_capacity(paths.len());
    for path in &paths {
        standing.push(state.tree.standing(path).map_err(Failure::world)?);
    }
    let directories = standing.contains(&Standing::Directory);
    let tracked = if directories { state.tracked()? } else { Vec::new() };
    let there = |path: &RepoPath, standing: &Standing| match standing {
        Standing::File => There::File,
        Standing::Nothing => There::Nothing,
        Standing::Directory => There::Directory(inside(&tracked, path)),
    };
    let asked = paths.iter().zip(&standing);
    let asked = asked.map(|(path, standing)| AskedPath { path: path.clone(), there: there(path, standing) }).collect();
    let within = if directories { Within::Everywhere } else { Within::Above(&paths) };
    answer(request, state, within, |_, _| Question::Paths(asked))
}

fn answer(
    request: &OwnersRequest,
    state: &State<'_>,
    within: Within<'_>,
    question: impl FnOnce(&Asked, &State<'_>) -> Question,
) -> Result<Asked, Failure> {
    let survey = state.survey(within)?;
    let mut asked = Asked {
        question: Question::Paths(Vec::new()),
        ownership: survey.owners.ownership,
        config: survey.config,
        commit: state.commit.clone(),
        state: state.described.clone(),
        now: request.now,
        noticed: survey.owners.noticed,
    };
    asked.question = question(&asked, state);
    Ok(asked)
}

/// The files below some directories, or all.
fn below(state: &State<'_>, directories: &[RepoPath]) -> Result<Vec<RepoPath>, Failure> {
    let tracked = state.tracked()?;
    if directories.is_empty() {
        return Ok(tracked.into_iter().map(|file| file.path).collect());
    }
    let mut files: Vec<RepoPath> = directories.iter().flat_map(|directory| inside(&tracked, directory)).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// The tracked files below a directory, or the one file of that path. The list is sorted.
fn inside(tracked: &[TrackedFile], directory: &RepoPath) -> Vec<RepoPath> {
    let holds = |path: &RepoPath| {
        let rest = path.as_bytes().strip_prefix(directory.as_bytes());
        directory.as_bytes().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    };
    let from = tracked.partition_point(|file| file.path < *directory);
    let run = tracked.get(from..).unwrap_or_default().iter().map(|file| &file.path);
    let begins = |path: &&RepoPath| path.as_bytes().starts_with(directory.as_bytes());
    run.take_while(begins).filter(|path| holds(path)).cloned().collect()
}

/// The paths on the standard input. Nearly all are spelled as git spells them, and are taken as they are.
fn listed(place: &Place, nul: bool) -> Result<PathList, Failure> {
    let mut bytes = given::standard_input().map_err(Failure::world)?;
    let end = if nul { 0 } else { b'\n' };
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if place.is_root() && all_plain(&bytes, end) {
        bytes.iter_mut().filter(|byte| **byte == end).for_each(|byte| *byte = 0);
        return Ok(PathList::of(bytes));
    }
    let mut list = PathList::default();
    for line in bytes.split(|byte| *byte == end) {
        let path = line.strip_suffix(b"\r").filter(|_| !nul).unwrap_or(line);
        if path.is_empty() {
            continue;
        }
        if path.contains(&0) {
            return Err(Failure::usage(NulInLine));
        }
        if !nul && path.starts_with(b"\"") {
            return Err(Failure::usage(QuotedLine));
        }
        if place.is_root() && is_plain(path) {
            list.push(path);
        } else {
            list.push(place.typed(&given::path(path))?.as_bytes());
        }
    }
    Ok(list)
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("a line of the standard input holds a NUL, which no path does")]
#[diagnostic(
    code(changeward::usage::nul),
    help("add `-z` where the paths end with a NUL, as `git ls-files -z` writes them")
)]
struct NulInLine;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("a line of the standard input begins with a quote, as git writes names that are no plain text")]
#[diagnostic(
    code(changeward::usage::quoted),
    help("list the paths as they are: `git ls-files -z | changeward owners --stdin -z`")
)]
struct QuotedLine;

/// Nothing in the list needs a second look: no part of a path begins with a dot or is empty, and no line ends with a
/// carriage return. One pass without a branch, for it is taken over every list.
fn all_plain(bytes: &[u8], end: u8) -> bool {
    let odd = |before: u8, byte: u8| {
        let begins = before == b'/' || before == end;
        let ends = byte == end;
        (begins & (byte == b'.' || byte == b'/'))
            | (ends & (before == b'/' || before == b'\r'))
            | (byte == 0 && end != 0)
            | (begins & (byte == b'"'))
    };
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let inside = pairs.fold(false, |found, (before, byte)| found | odd(*before, *byte));
    let (first, last) = (bytes.first().copied().unwrap_or(end), bytes.last().copied().unwrap_or(end));
    !(inside || odd(end, first) || odd(last, end))
}

/// No part of the path is empty, `.` or `..`.
fn is_plain(path: &[u8]) -> bool {
    let mut before = b'/';
    for byte in path {
        if before == b'/' && matches!(byte, b'/' | b'.' | 0) {
            // A name that begins with a dot is looked at more closely.
            return path.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."));
        }
        before = *byte;
    }
    before != b'/'
}
