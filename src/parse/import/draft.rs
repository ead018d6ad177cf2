//! What all readers of this folder add to: the draft, the names of its rows, its doubts.

use super::names::Names;
use super::source::Source;
use crate::model::{Doubt, Draft, DraftRow, PrincipalKind, Spelling, Unused};
use crate::parse::format::Format;
use crate::parse::problem::{InvalidFile, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// The most text that rows, comments and doubts may hold together, in bytes: several times what a matrix may.
const MAX_WEIGHT: usize = 16 << 20;

/// A draft in the making.
#[derive(Debug, Default)]
pub(super) struct Importer {
    pub(super) draft: Draft,
    pub(super) names: Names,
    pub(super) ids: Ids,
    contact: Option<String>,
    aside: Vec<Unused>,
    weight: usize,
}

impl Importer {
    pub(super) fn new(said: &[Spelling], contact: Option<&str>) -> Self {
        Self { names: Names::new(said), contact: contact.map(str::to_owned), ..Self::default() }
    }

    pub(super) fn doubt(&mut self, doubt: Doubt) {
        self.weight += doubt.message.len() + doubt.help.len();
        self.draft.doubts.push(doubt);
    }

    /// Keeps a text that belongs above the next row.
    pub(super) fn aside(&mut self, unused: Unused) {
        self.weight += unused.text.len();
        self.aside.push(unused);
    }

    pub(super) fn take_aside(&mut self) -> Vec<Unused> {
        std::mem::take(&mut self.aside)
    }

    /// Adds a row. One that is called `escalation` says who receives what nobody owns.
    pub(super) fn finish(&mut self, mut row: DraftRow) {
        if row.contact.is_none() {
            row.contact.clone_from(&self.contact);
        }
        let unused: usize = row.unused.iter().map(|unused| unused.text.len()).sum();
        self.weight += 100 + unused + row.purpose.as_ref().map_or(0, String::len) + row.name.len();
        if let (None, [owner], true, true) =
            (&self.draft.escalation, row.accountable.as_slice(), is_escalation(&row.name), row.scope.is_empty())
            && owner.kind() != PrincipalKind::Team
        {
            self.draft.escalation = Some((owner.clone(), row.contact.clone()));
        }
        self.draft.rows.push(row);
    }

    /// # Errors
    /// When the draft has become larger than any matrix.
    pub(super) fn bounded(&self, source: &Source<'_>) -> Result<(), InvalidFile> {
        if self.weight <= MAX_WEIGHT {
            return Ok(());
        }
        Err(source.refuse(too_much()))
    }

    /// The whole draft.
    pub(super) fn done(mut self) -> Draft {
        self.draft.unused.append(&mut self.aside);
        self.draft.spellings = self.names.spellings;
        self.draft.people = self.names.people;
        let order = |doubt: &Doubt| self.draft.sources.iter().position(|source| *source == doubt.place.file);
        self.draft.doubts.sort_by_cached_key(|doubt| (order(doubt), doubt.place.line, doubt.column));
        self.draft
    }
}

/// What no matrix can hold.
pub(super) fn too_much() -> Problem {
    Problem::new(
        "too_much",
        "this is more than one matrix can hold",
        0..0,
        "not imported",
        "split the file, or leave out what says nothing about owners",
    )
}

fn is_escalation(name: &str) -> bool {
    matches!(name.trim().to_lowercase().as_str(), "escalation" | "escalations" | "escalation owner" | "escalation path")
}

/// The ids that rows have.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: BTreeSet<String>,
    /// The last number given to each name that came twice.
    numbers: BTreeMap<String, u32>,
}

/// An id, and what is doubtful about it.
pub(super) struct Identified {
    pub(super) id: String,
    pub(super) doubt: Option<&'static str>,
}

/// Room for a number behind a name, within the length an id may have.
const LONGEST: usize = 80;

impl Ids {
    /// A new id for a row of this name; `own` when the name is meant to be one.
    pub(super) fn name(&mut self, name: &str, own: bool, line: u32) -> Identified {
        let sound = Format::Id.check(name, &(0..0), "", "").is_none() && name.chars().count() <= LONGEST;
        let wanted = if own && sound { name.to_owned() } else { slug(name) };
        let mut doubt = (own && !sound).then_some("cannot be the id of a row");
        if wanted.is_empty() {
            doubt = Some(if name.is_empty() { "is no name" } else { "leaves no letter for a name" });
        }
        let wanted = if wanted.is_empty() { format!("row-{line}") } else { wanted };
        let key = wanted.to_lowercase();
        if key == "repository" {
            doubt = Some("is a name the gate gives itself");
        } else if self.taken.contains(&key) {
            doubt = Some("comes twice");
        } else {
            self.taken.insert(key);
            return Identified { id: wanted, doubt };
        }
        let mut number = self.numbers.get(&key).copied().unwrap_or(1);
        let id = loop {
            number += 1;
            let id = format!("{wanted}-{number}");
            if self.taken.insert(id.to_lowercase()) {
                break id;
            }
        };
        self.numbers.insert(key, number);
        Identified { id, doubt }
    }
}

/// A name as an id: lower case, letters and digits, parted by `-`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if slug.chars().count() >= LONGEST {
            break;
        }
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn every_row_gets_a_name_of_its_own() {
        let mut ids = Ids::default();
        let table = [
            ("Deploy to production", false, "deploy-to-production", false),
            ("deploy  to PRODUCTION!", false, "deploy-to-production-2", true),
            ("deploy-to-production-2", true, "deploy-to-production-2-2", true),
            ("Repository", false, "repository-2", true),
            ("", false, "row-7", true),
            ("?!", false, "row-7-2", true),
            ("Été", false, "été", false),
            ("Pay_1.0", true, "Pay_1.0", false),
            ("-x", true, "x", true),
            ("=cmd|'/C calc'!A0", false, "cmd-c-calc-a0", false),
        ];
        for (name, own, id, doubtful) in table {
            let named = ids.name(name, own, 7);
            assert_eq!((named.id.as_str(), named.doubt.is_some()), (id, doubtful), "{name}");
        }
        assert_eq!(ids.name(&"x".repeat(500), false, 1).id.len(), 80);
    }
}
