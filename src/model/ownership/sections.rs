//! CODEOWNERS of GitLab's dialect: sections, each of which answers by itself.
//!
//! In each section the last entry that matches a path answers, alone, unless an exclusion of that section matches too. A
//! section is optional only if every entry of it is.

use super::{Assignment, Dialect};
use crate::model::{Pattern, PatternIndex, Place, Principal, RepoPath};

/// A CODEOWNERS file of GitLab, ready to answer.
#[derive(Clone, Debug)]
pub struct Sections {
    /// Where it was found.
    pub path: RepoPath,
    /// Its sections, the unnamed one first, the others as their names first appear.
    pub sections: Vec<Section>,
    index: PatternIndex,
    /// For each pattern in the index: its section, and its entry within it.
    places: Vec<(usize, usize)>,
}

/// Entries that answer together.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name in the spelling that appeared first; `None` for the entries before any header, which GitLab calls
    /// `codeowners`.
    pub name: Option<String>,
    /// In the order in which their patterns first appear.
    pub entries: Vec<SectionEntry>,
}

/// One pattern of a section.
#[derive(Clone, Debug)]
pub struct SectionEntry {
    /// The line that says so last, from 1.
    pub line: u32,
    /// As it is written, without the `!` of an exclusion.
    pub written: String,
    /// What it matches.
    pub pattern: Pattern,
    /// It takes what it matches out of the section.
    pub excludes: bool,
    /// Any of them; empty is approved by itself in GitLab.
    pub owners: Vec<Principal>,
    /// How many of them must approve; at least 1.
    pub approvals: u32,
    /// The header above it says that nobody has to.
    pub optional: bool,
}

impl Sections {
    /// Indexes the sections.
    pub fn new(path: RepoPath, sections: Vec<Section>) -> Self {
        let mut places = Vec::new();
        let mut patterns = Vec::new();
        for (n, section) in sections.iter().enumerate() {
            for (m, entry) in section.entries.iter().enumerate() {
                places.push((n, m));
                patterns.push(entry.pattern.clone());
            }
        }
        Self { path, sections, index: PatternIndex::new(patterns), places }
    }

    /// What each section says about a path, the unnamed one first.
    pub fn of(&self, path: &RepoPath) -> Vec<Assignment<'_>> {
        let places: Vec<(usize, usize)> =
            self.index.all_matches(path).into_iter().filter_map(|n| self.places.get(n)).copied().collect();
        let by_section = places.chunk_by(|one, next| one.0 == next.0);
        by_section.filter_map(|matching| self.section(matching)).collect()
    }

    /// Every entry with whether it matches one of some paths; `None` where that is too costly to find out: more than so many
    /// patterns would have to be tried.
    pub fn ever_matching<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p RepoPath>,
        most_steps: u64,
    ) -> Option<Vec<(&SectionEntry, bool)>> {
        let matched = self.index.ever_matching(self.places.len(), paths, most_steps)?;
        let entry = |place: &(usize, usize)| self.sections.get(place.0)?.entries.get(place.1);
        Some(self.places.iter().filter_map(entry).zip(matched).collect())
    }

    /// What one section says, by its entries that match a path.
    fn section(&self, matching: &[(usize, usize)]) -> Option<Assignment<'_>> {
        let section = matching.first().and_then(|(n, _)| self.sections.get(*n))?;
        let entries = || matching.iter().filter_map(|(_, m)| section.entries.get(*m));
        if entries().any(|entry| entry.excludes) {
            return None;
        }
        let entry = entries().next_back()?;
        let place = Place { file: self.path.quoted(), line: entry.line };
        let mut made = Assignment::new(Dialect::Gitlab, format!("gitlab:{}", entry.line), place, &entry.owners);
        made.section = section.name.as_deref();
        made.approvals = entry.approvals;
        made.optional = entry.optional && section.is_optional();
        made.pattern = Some(&entry.written);
        Some(made)
    }
}

impl Section {
    /// Every entry stands under a header that says so.
    fn is_optional(&self) -> bool {
        self.entries.iter().all(|entry| entry.optional)
    }
}
