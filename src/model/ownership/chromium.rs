//! OWNERS files as Chromium and Gerrit read them: a path's owners are those of every directory above it, until one says
//! `set noparent`.
//!
//! Within one file `per-file` lines add owners for the paths they match, and `per-file …=set noparent` leaves only those.
//! `file:` brings in the plain owners of another file, `include` all of it, both with whatever that file brings in. The
//! rule is that of Gerrit's code-owners plugin, backend find-owners (`PathCodeOwners.java`). A file with a line that nobody
//! can read names nobody, nor does any above it.

use super::per_file::{PerFileGlob, PerFileIndex};
use super::{Assignment, Dialect};
use crate::model::quick_table::Table;
use crate::model::{Place, Principal, RepoPath};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

/// How many files one OWNERS file may bring in, directly or not. One that brings in more counts as broken.
pub const MOST_IMPORTS: usize = 1_000;

/// The OWNERS files of a repository and what they include, ready to answer.
#[derive(Clone, Debug, Default)]
pub struct ChromiumOwners {
    files: Vec<File>,
    /// By the bytes of the directory, without a slash at its end; the root is empty.
    places: Table<Box<[u8]>, usize>,
    /// Everybody whom some file names, once.
    people: Vec<Principal>,
}

/// One OWNERS file, or one that others bring in.
#[derive(Clone, Debug)]
pub struct ChromiumFile {
    /// The file. Only one named `OWNERS` speaks for its directory.
    pub path: RepoPath,
    /// The first line that nobody can read, or that brings in too much: then the file names nobody, and keeps those
    /// further up away.
    pub broken: Option<u32>,
    /// The line of its first `set noparent`.
    pub noparent: Option<u32>,
    /// Its plain owners, each with the line.
    pub owners: Vec<(u32, Principal)>,
    /// Its `per-file` lines.
    pub per_file: Vec<PerFile>,
    /// Its `file:` and `include` lines.
    pub imports: Vec<Import>,
}

/// One `per-file` line.
#[derive(Clone, Debug)]
pub struct PerFile {
    /// From 1.
    pub line: u32,
    /// Any of them.
    pub globs: Vec<PerFileGlob>,
    /// What it grants.
    pub grant: Grant,
}

/// What stands after the `=` of a `per-file` line.
#[derive(Clone, Debug)]
pub enum Grant {
    /// `set noparent`: nobody but those whom `per-file` lines name.
    NoParent,
    /// These owners.
    Owners(Vec<Principal>),
    /// The plain owners of another file.
    Import(RepoPath),
}

/// One `file:` or `include` line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// From 1.
    pub line: u32,
    /// The other file.
    pub path: RepoPath,
    /// `include`: its `set noparent` and `per-file` lines too.
    pub whole: bool,
}

/// A file, its names as numbers and its imports as places.
#[derive(Clone, Debug)]
struct File {
    /// Quoted.
    path: String,
    broken: Option<u32>,
    noparent: Option<u32>,
    owners: Vec<u32>,
    /// The line of the first of them.
    owners_line: u32,
    per_file: Vec<Line>,
    globs: PerFileIndex,
    /// Line, place in the list of files, `include`.
    imports: Vec<(u32, usize, bool)>,
}

#[derive(Clone, Debug)]
struct Line {
    line: u32,
    noparent: bool,
    owners: Vec<u32>,
    import: Option<usize>,
}

/// A file that another one brings in, while a path is asked for.
struct Visit {
    file: usize,
    /// `include`, all the way from the OWNERS file.
    whole: bool,
    /// Its plain owners come in by a `per-file` line.
    per_file: bool,
    /// The line of the OWNERS file that brings it in.
    line: u32,
}

/// What one OWNERS file, with all it brings in, says about a path.
#[derive(Default)]
struct Said<'a> {
    plain: Vec<(u32, &'a [u32])>,
    per_file: Vec<(u32, &'a [u32])>,
    /// The line that says so.
    noparent: Option<u32>,
    only_per_file: bool,
}

impl ChromiumOwners {
    /// Indexes the files. An import of a file that is not among them brings in nothing.
    pub fn new(files: Vec<ChromiumFile>) -> Self {
        let mut all = Self::default();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let known: HashMap<RepoPath, usize> =
            files.iter().enumerate().map(|(n, file)| (file.path.clone(), n)).collect();
        let mut number = |who: Principal, people: &mut Vec<Principal>| {
            let next = u32::try_from(people.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(who.key().to_owned()).or_insert(next);
            if number == next {
                people.push(who);
            }
            number
        };
        for (n, file) in files.into_iter().enumerate() {
            if file.path.file_name() == b"OWNERS" {
                all.places.insert(directory(file.path.as_bytes()).into(), n);
            }
            let mut globs = Vec::new();
            let mut lines = Vec::with_capacity(file.per_file.len());
            for (m, line) in file.per_file.into_iter().enumerate() {
                globs.extend(line.globs.into_iter().map(|glob| (m, glob)));
                let mut made = Line { line: line.line, noparent: false, owners: Vec::new(), import: None };
                match line.grant {
                    Grant::NoParent => made.noparent = true,
                    Grant::Owners(owners) => {
                        made.owners = owners.into_iter().map(|who| number(who, &mut all.people)).collect();
                    }
                    Grant::Import(path) => made.import = known.get(&path).copied(),
                }
                lines.push(made);
            }
            all.files.push(File {
                path: file.path.quoted(),
                broken: file.broken,
                noparent: file.noparent,
                owners_line: file.owners.first().map_or(0, |(line, _)| *line),
                owners: file.owners.into_iter().map(|(_, who)| number(who, &mut all.people)).collect(),
                per_file: lines,
                globs: PerFileIndex::new(globs.into_iter()),
                imports: file
                    .imports
                    .iter()
                    .filter_map(|import| known.get(&import.path).map(|n| (import.line, *n, import.whole)))
                    .collect(),
            });
        }
        all
    }

    /// The owners of a path, nearest first; `None` where no OWNERS file says anything about it.
    ///
    /// The row is named after the nearest file that gives an owner, and without any owner after the one that keeps the
    /// owners further up away.
    pub fn of(&self, path: &RepoPath) -> Option<Assignment<'_>> {
        let path = path.as_bytes();
        let mut owners = Vec::new();
        let mut seen = vec![0_u64; self.people.len().div_ceil(64)];
        let mut nearest: Option<(&str, u32)> = None;
        let mut parts: Vec<(Place, Vec<Cow<'_, Principal>>)> = Vec::new();
        let mut stopped: Option<(&str, u32)> = None;
        let mut here = directory(path);
        loop {
            if let Some((n, file)) = self.places.get(here).and_then(|n| self.files.get(*n).map(|file| (*n, file))) {
                if let Some(line) = file.broken {
                    // Gerrit lets nothing through there, and neither do we: who was meant cannot be told.
                    let place = Place { file: file.path.clone(), line };
                    return Some(Assignment::new(Dialect::Chromium, format!("owners:{}", file.path), place, []));
                }
                let cut = if here.is_empty() { 0 } else { here.len() + 1 };
                let said = self.said(n, path.get(cut..).unwrap_or_default());
                for (line, names) in said.relevant().filter(|(_, names)| !names.is_empty()) {
                    nearest = nearest.or(Some((&file.path, line)));
                    let before = owners.len();
                    for name in names {
                        let bit = 1 << (name % 64);
                        if let Some(word) = seen.get_mut(at(*name) / 64).filter(|word| **word & bit == 0) {
                            *word |= bit;
                            owners.extend(self.people.get(at(*name)));
                        }
                    }
                    let added = owners.get(before..).unwrap_or_default();
                    if !added.is_empty() {
                        let place = Place { file: file.path.clone(), line };
                        parts.push((place, added.iter().copied().map(Cow::Borrowed).collect()));
                    }
                }
                if let Some(line) = said.noparent {
                    stopped = Some((&file.path, line));
                    break;
                }
            }
            if here.is_empty() {
                break;
            }
            here = directory(here);
        }
        let (file, line) = nearest.or(stopped)?;
        let place = Place { file: file.to_owned(), line };
        Some(Assignment::new(Dialect::Chromium, format!("owners:{file}"), place, owners).said_in(parts))
    }

    /// What one OWNERS file says about a path relative to its directory.
    fn said(&self, n: usize, relative: &[u8]) -> Said<'_> {
        let mut said = Said::default();
        let Some(file) = self.files.get(n) else { return said };
        said.noparent = file.noparent;
        said.plain.push((file.owners_line, &file.owners));
        let matching = file.matching(relative);
        for line in &matching {
            said.take(line, line.line);
        }
        let plain = file.imports.iter().map(|(line, file, whole)| Visit {
            file: *file,
            whole: *whole,
            per_file: false,
            line: *line,
        });
        self.bring_in(n, plain.collect(), relative, &mut said);
        let by_line =
            |line: &&Line| line.import.map(|file| Visit { file, whole: false, per_file: true, line: line.line });
        self.bring_in(n, matching.iter().filter_map(by_line).collect(), relative, &mut said);
        said
    }

    /// Follows imports. A file may be brought in twice, but what it brings in itself only once; and coming again in the
    /// same way it has nothing to add, so that files which all name each other cost no more than there are files.
    fn bring_in<'a>(&'a self, from: usize, mut queue: VecDeque<Visit>, relative: &[u8], said: &mut Said<'a>) {
        let mut followed = HashSet::from([from]);
        let mut seen = HashSet::new();
        while let Some(visit) = queue.pop_front() {
            if !seen.insert((visit.file, visit.whole, visit.per_file)) {
                continue;
            }
            let Some(file) = self.files.get(visit.file).filter(|file| file.broken.is_none()) else { continue };
            let owners = (visit.line, file.owners.as_slice());
            if visit.per_file {
                said.per_file.push(owners)
            } else {
                said.plain.push(owners)
            }
            let matching = file.matching(relative);
            if visit.whole {
                if file.noparent.is_some() {
                    said.noparent = said.noparent.or(Some(visit.line));
                }
                for line in &matching {
                    said.take(line, visit.line);
                }
            }
            if !followed.insert(visit.file) {
                continue;
            }
            queue.extend(file.imports.iter().map(|(_, file, whole)| Visit {
                file: *file,
                whole: visit.whole && *whole,
                ..visit
            }));
            let by_line = matching.iter().filter_map(|line| line.import);
            queue.extend(by_line.map(|file| Visit { file, whole: false, per_file: true, ..visit }));
        }
    }
}

impl File {
    /// The `per-file` lines that match a path.
    fn matching(&self, relative: &[u8]) -> Vec<&Line> {
        match self.per_file.is_empty() {
            true => Vec::new(),
            false => self.globs.matching(relative).into_iter().filter_map(|m| self.per_file.get(m)).collect(),
        }
    }
}

impl<'a> Said<'a> {
    /// Takes a `per-file` line that matches; `place` is the line of the OWNERS file it came by.
    fn take(&mut self, line: &'a Line, place: u32) {
        if line.noparent {
            self.noparent = self.noparent.or(Some(place));
            self.only_per_file = true;
        }
        self.per_file.push((place, &line.owners));
    }

    /// The owners that count, with the line of each group.
    fn relevant(&self) -> impl Iterator<Item = (u32, &'a [u32])> {
        let plain = if self.only_per_file { &[][..] } else { self.plain.as_slice() };
        plain.iter().chain(&self.per_file).copied()
    }
}

/// Everything before the last slash.
fn directory(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|byte| *byte == b'/');
    slash.and_then(|at| path.get(..at)).unwrap_or_default()
}

/// A number as a place in a list.
fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
