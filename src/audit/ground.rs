//! What every lint stands on: who answers for each file, asked once, and what is known of people.
//!
//! Files with the very same answer are one group, so that what is costly to conclude from an answer is concluded once.

use super::Evidence;
use super::directory::Directory;
use crate::model::{
    Assignment, CountedFile, Matrix, OwnershipAnswer, PathRow, Place, Principal, RepoPath, Row, Size, counted,
};
use std::collections::HashMap;

/// The evidence with an answer for each file.
pub(super) struct Ground<'e> {
    pub(super) evidence: &'e Evidence,
    pub(super) directory: Directory<'e>,
    /// For each file: its group.
    pub(super) of_file: Vec<usize>,
    pub(super) groups: Vec<Group<'e>>,
}

/// Files with the same answer.
pub(super) struct Group<'e> {
    pub(super) answer: OwnershipAnswer<'e>,
    pub(super) rows: Vec<PathRow<'e>>,
    pub(super) size: Size,
    /// One of them.
    pub(super) first: &'e RepoPath,
}

/// What makes two answers the same.
type Key<'e> = (Option<&'e str>, Option<u32>, Vec<Assignment<'e>>);

impl<'e> Ground<'e> {
    pub(super) fn new(evidence: &'e Evidence) -> Self {
        let mut groups: Vec<Group<'e>> = Vec::new();
        let mut known: HashMap<Key<'e>, usize> = HashMap::new();
        let mut of_file = Vec::with_capacity(evidence.files.len());
        for CountedFile { file, lines } in &evidence.files {
            let answer = evidence.ownership.of(&file.path);
            let key: Key<'e> =
                (answer.row.map(|row| row.id.as_str()), answer.rule.map(|rule| rule.line), answer.others.clone());
            let number = *known.entry(key).or_insert_with(|| {
                let rows = answer.rows();
                groups.push(Group { answer, rows, size: Size::default(), first: &file.path });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(number) {
                group.size.files += 1;
                group.size.lines += lines.unwrap_or(0);
            }
            of_file.push(number);
        }
        Self { evidence, directory: Directory::new(evidence.ownership.matrix()), of_file, groups }
    }

    pub(super) fn matrix(&self) -> Option<&'e Matrix> {
        self.evidence.ownership.matrix()
    }

    /// The rows of the matrix.
    pub(super) fn rows(&self) -> &'e [Row] {
        self.matrix().map(|matrix| matrix.rows.as_slice()).unwrap_or_default()
    }

    /// The files with the group of each.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'e CountedFile, &Group<'e>)> {
        let group = |(file, number): (&'e CountedFile, &usize)| Some((file, self.groups.get(*number)?));
        self.evidence.files.iter().zip(&self.of_file).filter_map(group)
    }
}

/// What a finding about a row of the matrix is about.
pub(super) fn of_row(row: &Row) -> String {
    format!("row {}", row.id)
}

/// What a finding about a row of a path is about: a row that another file makes is named by its pattern, since its line
/// moves.
pub(super) fn subject(row: &PathRow<'_>) -> String {
    match (row.row, &row.made_by) {
        (Some(row), _) => of_row(row),
        (None, Some(made)) => of_assignment(made),
        (None, None) => row.id.clone().into_owned(),
    }
}

/// The same for what a file beside the matrix says.
pub(super) fn of_assignment(said: &Assignment<'_>) -> String {
    let section = said.section.map(|name| format!(" [{name}]")).unwrap_or_default();
    let pattern = said.pattern.map(|pattern| format!(" {pattern}")).unwrap_or_default();
    format!("{}{section}{pattern}", said.place.file)
}

/// The file of the matrix, for what is about the whole of it.
pub(super) fn matrix_file() -> Place {
    Place { file: ".changeward/ownership.toml".to_owned(), line: 0 }
}

/// `@ann and @bob`, `@ann, @bob and 2 more`.
pub(super) fn people<'p>(names: impl IntoIterator<Item = &'p Principal>) -> String {
    let names: Vec<&str> = names.into_iter().map(Principal::as_str).collect();
    super::said::some_of(&names)
}

/// `1 file`, `2 files`.
pub(super) fn files(number: u64) -> String {
    counted(number, "file")
}
