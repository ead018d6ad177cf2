//! Backstage's `catalog-info.yaml`: the owner of the component whose directory holds a path.
//!
//! That a path belongs to the nearest catalogue file above it is our convention; Backstage itself knows no paths.

use super::{Assignment, Dialect};
use crate::model::quick_table::Table;
use crate::model::{Place, Principal, RepoPath};

/// The catalogue files of a repository, ready to answer.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Every entity that names an owner, in the order of files and documents.
    pub entities: Vec<CatalogEntity>,
    /// By the bytes of the directory, without a slash at its end; the root is empty.
    places: Table<Box<[u8]>, Vec<usize>>,
}

/// One entity of the catalogue that names an owner.
#[derive(Clone, Debug)]
pub struct CatalogEntity {
    /// `Component`, `API`, `Resource`, `System`, `Domain`, `Template`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `spec.owner`.
    pub owner: Principal,
    /// The directory of its file; `None` for the root.
    pub directory: Option<RepoPath>,
    /// Where the owner stands.
    pub place: Place,
}

impl Catalog {
    /// Indexes the entities.
    pub fn new(entities: Vec<CatalogEntity>) -> Self {
        let mut places: Table<Box<[u8]>, Vec<usize>> = Table::default();
        for (n, entity) in entities.iter().enumerate() {
            let directory = entity.directory.as_ref().map(RepoPath::as_bytes).unwrap_or_default();
            places.entry(directory.into()).or_default().push(n);
        }
        Self { entities, places }
    }

    /// The owners of the entities in the nearest catalogue file above a path that names any.
    pub fn of(&self, path: &RepoPath) -> Option<Assignment<'_>> {
        let mut here = path.as_bytes();
        let found = loop {
            if here.is_empty() {
                return None;
            }
            let slash = here.iter().rposition(|byte| *byte == b'/');
            here = slash.and_then(|at| here.get(..at)).unwrap_or_default();
            if let Some(found) = self.places.get(here) {
                break found;
            }
        };
        let entities = || found.iter().filter_map(|n| self.entities.get(*n));
        let first = entities().next()?;
        let mut owners: Vec<&Principal> = Vec::new();
        for entity in entities() {
            if !owners.contains(&&entity.owner) {
                owners.push(&entity.owner);
            }
        }
        let id = format!("catalog:{}", first.place.file);
        Some(Assignment::new(Dialect::Backstage, id, first.place.clone(), owners))
    }
}
