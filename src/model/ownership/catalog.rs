//! Backstage's `catalog-info.yaml`: the owner of the component whose directory holds a path.

use super::Assignment;
use crate::model::{Place, Principal, RepoPath};

/// The catalogue files of a repository, ready to answer.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Every entity that names an owner, in the order of files and documents.
    pub entities: Vec<CatalogEntity>,
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
    /// The owners of the entities in the nearest catalogue file above a path.
    pub fn of(&self, _path: &RepoPath) -> Option<Assignment<'_>> {
        None
    }
}
