//! OWNERS files as Kubernetes' prow reads them: a path's approvers are those of every directory above it.
//!
//! Each of the four lists (approvers, reviewers, required reviewers, labels) climbs from the directory of the path to the
//! root and takes what it finds. `no_parent_owners` stops a list only once something of **that list** was found.

use super::{Assignment, Dialect};
use crate::model::quick_table::Table;
use crate::model::{Place, Principal, RepoPath};
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::collections::HashMap;

/// The OWNERS files of a repository, ready to answer.
#[derive(Clone, Debug, Default)]
pub struct KubernetesOwners {
    directories: Vec<Directory>,
    /// By the bytes of the directory, without a slash at its end; the root is empty.
    places: Table<Box<[u8]>, usize>,
    /// Everybody whom some file names, once.
    people: Vec<Principal>,
    /// Every label that some file gives, once.
    labels: Vec<String>,
}

/// One OWNERS file.
#[derive(Clone, Debug)]
pub struct OwnersDirectory {
    /// The file.
    pub file: RepoPath,
    /// What it says: one rule for all below, or one for each of its filters.
    pub rules: Vec<OwnersRule>,
    /// A list that found somebody here or below does not climb on.
    pub no_parent_owners: bool,
    /// Prow approves by itself what lies in a directory below and has no OWNERS file nearer.
    pub auto_approve_unowned_subfolders: bool,
}

/// Four lists for the paths that a filter lets through.
#[derive(Clone, Debug, Default)]
pub struct OwnersRule {
    /// Which paths; all, if there is none.
    pub filter: Option<OwnersFilter>,
    /// Any of them approves.
    pub approvers: OwnersList,
    /// Who is asked to look.
    pub reviewers: OwnersList,
    /// Who is always asked to look.
    pub required_reviewers: OwnersList,
    /// What the path is labelled with.
    pub labels: Vec<String>,
    /// The line of the labels, from 1.
    pub labels_line: u32,
}

/// Names, and the line of the list.
#[derive(Clone, Debug, Default)]
pub struct OwnersList {
    /// From 1.
    pub line: u32,
    /// Without aliases.
    pub people: Vec<Principal>,
}

/// A regular expression of a `filters` key, matched anywhere in the path relative to its OWNERS file.
#[derive(Clone, Debug)]
pub struct OwnersFilter(Regex);

/// The memory one filter may take once compiled, in bytes.
const FILTER_SIZE: usize = 256 << 10;

/// How deep the groups of a filter may go.
const FILTER_DEPTH: u32 = 50;

impl OwnersFilter {
    /// Compiles an expression in the syntax of RE2, in which prow's are written.
    ///
    /// # Errors
    /// Says what is wrong with it, or that it takes too much memory.
    pub fn new(text: &str) -> Result<Self, String> {
        let text = super::expression::from_re2(text)?;
        let compiled = RegexBuilder::new(&text)
            .size_limit(FILTER_SIZE)
            .dfa_size_limit(FILTER_SIZE)
            .nest_limit(FILTER_DEPTH)
            .build();
        compiled.map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        })
    }
}

/// An OWNERS file, its names as numbers.
#[derive(Clone, Debug)]
struct Directory {
    /// The file, quoted.
    file: String,
    /// The bytes of its directory.
    path: Box<[u8]>,
    rules: Vec<Rule>,
    no_parent_owners: bool,
    auto_approve_unowned_subfolders: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    filter: Option<OwnersFilter>,
    /// In the order of [`Which`].
    lists: [List; 4],
}

#[derive(Clone, Debug, Default)]
struct List {
    line: u32,
    names: Vec<u32>,
}

/// One of the four lists.
#[derive(Clone, Copy)]
enum Which {
    Approvers,
    Reviewers,
    RequiredReviewers,
    Labels,
}

impl KubernetesOwners {
    /// Indexes the files, whose aliases are written out. Of two files for one directory the later one counts.
    pub fn new(directories: Vec<OwnersDirectory>) -> Self {
        let mut all = Self::default();
        let mut people = Numbers::default();
        let mut labels = Numbers::default();
        for owners in directories {
            let rules = owners.rules.into_iter().map(|rule| {
                let mut list = |list: OwnersList| List {
                    line: list.line,
                    names: list.people.into_iter().map(|who| people.of(who.key().to_owned(), who)).collect(),
                };
                let lists = [list(rule.approvers), list(rule.reviewers), list(rule.required_reviewers)];
                let names = rule.labels.into_iter().map(|label| labels.of(label.clone(), label)).collect();
                let [approvers, reviewers, required] = lists;
                let labels = List { line: rule.labels_line, names };
                Rule { filter: rule.filter, lists: [approvers, reviewers, required, labels] }
            });
            let rules = rules.collect();
            let path: Box<[u8]> = directory(owners.file.as_bytes()).into();
            all.places.insert(path.clone(), all.directories.len());
            all.directories.push(Directory {
                file: owners.file.quoted(),
                path,
                rules,
                no_parent_owners: owners.no_parent_owners,
                auto_approve_unowned_subfolders: owners.auto_approve_unowned_subfolders,
            });
        }
        (all.people, all.labels) = (people.all, labels.all);
        all
    }

    /// Approvers, reviewers and labels of a path; `None` where no OWNERS file says anything about it.
    ///
    /// The owners are the approvers, nearest first; the reviewers are all reviewers and required reviewers who are not
    /// owners. The row is named after the nearest file that gives an approver, and without any after the nearest that
    /// gives anything. It is optional where prow approves by itself.
    pub fn of(&self, path: &RepoPath) -> Option<Assignment<'_>> {
        let steps = self.steps(path.as_bytes());
        let mut owners = Gathered::new(self.people.len());
        owners.climb(&steps, Which::Approvers);
        let mut reviewers = Gathered { seen: owners.seen.clone(), ..Gathered::new(0) };
        reviewers.climb(&steps, Which::Reviewers);
        reviewers.climb(&steps, Which::RequiredReviewers);
        let mut labels = Gathered::new(self.labels.len());
        labels.climb(&steps, Which::Labels);
        let (nearest, line) = owners.nearest.or(reviewers.nearest).or(labels.nearest)?;
        let place = Place { file: nearest.file.clone(), line };
        let person = |number: &u32| self.people.get(at(*number));
        let id = format!("owners:{}", nearest.file);
        let made = Assignment::new(Dialect::Kubernetes, id, place, owners.names.iter().filter_map(person));
        let parts = owners.parts.iter().map(|(owners, line, names)| {
            let place = Place { file: owners.file.clone(), line: *line };
            (place, names.iter().filter_map(person).map(Cow::Borrowed).collect())
        });
        let mut made = made.said_in(parts.collect());
        made.reviewers = reviewers.names.iter().filter_map(person).map(Cow::Borrowed).collect();
        made.labels =
            labels.names.iter().filter_map(|number| self.labels.get(at(*number))).map(String::as_str).collect();
        made.optional = owners.nearest.is_some_and(|(owners, _)| owners.approves_by_itself(path.as_bytes()));
        Some(made)
    }

    /// The OWNERS files above a path, the nearest first, and the path as each sees it.
    fn steps<'p>(&self, path: &'p [u8]) -> Vec<(&Directory, &'p [u8])> {
        let mut steps = Vec::new();
        let mut here = directory(path);
        loop {
            if let Some(owners) = self.places.get(here).and_then(|n| self.directories.get(*n)) {
                let cut = if here.is_empty() { 0 } else { here.len() + 1 };
                steps.push((owners, path.get(cut..).unwrap_or_default()));
            }
            if here.is_empty() {
                return steps;
            }
            here = directory(here);
        }
    }
}

impl Directory {
    /// Prow's rule: the file lies at least one directory further down. The root takes all that has no nearer approvers.
    fn approves_by_itself(&self, path: &[u8]) -> bool {
        self.auto_approve_unowned_subfolders && (self.path.is_empty() || directory(path) != &*self.path)
    }
}

/// What one list has found on its way up.
struct Gathered<'a> {
    names: Vec<u32>,
    /// A bit for each name that is not to be taken again.
    seen: Vec<u64>,
    /// The nearest file with something in the list, and the line.
    nearest: Option<(&'a Directory, u32)>,
    /// Each file that adds somebody, its line, and whom.
    parts: Vec<(&'a Directory, u32, Vec<u32>)>,
}

impl<'a> Gathered<'a> {
    fn new(names: usize) -> Self {
        Self { names: Vec::new(), seen: vec![0; names.div_ceil(64)], nearest: None, parts: Vec::new() }
    }

    fn climb(&mut self, steps: &[(&'a Directory, &[u8])], which: Which) {
        let mut found = false;
        for (owners, relative) in steps {
            for rule in &owners.rules {
                let list = rule.lists.get(which as usize).filter(|list| !list.names.is_empty());
                let Some(list) = list.filter(|_| rule.applies(relative)) else { continue };
                found = true;
                self.nearest = self.nearest.or(Some((owners, list.line)));
                let before = self.names.len();
                for name in &list.names {
                    self.take(*name);
                }
                let added = self.names.get(before..).unwrap_or_default();
                if !added.is_empty() {
                    self.parts.push((owners, list.line, added.to_vec()));
                }
            }
            if found && owners.no_parent_owners {
                return;
            }
        }
    }

    fn take(&mut self, name: u32) {
        let bit = 1 << (name % 64);
        if let Some(word) = self.seen.get_mut(at(name) / 64).filter(|word| **word & bit == 0) {
            *word |= bit;
            self.names.push(name);
        }
    }
}

impl Rule {
    fn applies(&self, relative: &[u8]) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.0.is_match(relative))
    }
}

/// Gives equal names equal numbers.
struct Numbers<T> {
    known: HashMap<String, u32>,
    all: Vec<T>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), all: Vec::new() }
    }
}

impl<T> Numbers<T> {
    fn of(&mut self, key: String, name: T) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let number = *self.known.entry(key).or_insert(next);
        if number == next {
            self.all.push(name);
        }
        number
    }
}

/// A number as a place in a list.
fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Everything before the last slash.
fn directory(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|byte| *byte == b'/');
    slash.and_then(|at| path.get(..at)).unwrap_or_default()
}
