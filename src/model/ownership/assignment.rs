//! What one file says about one path, in the words that all dialects share.

use super::RowId;
use crate::model::{Place, Principal};
use std::borrow::Cow;

/// The kind of file that names owners, beside the matrix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dialect {
    /// CODEOWNERS as GitHub reads it.
    Github,
    /// CODEOWNERS as GitLab reads it, with sections.
    Gitlab,
    /// OWNERS as Kubernetes' prow reads it.
    Kubernetes,
    /// OWNERS as Chromium and Gerrit read it.
    Chromium,
    /// Backstage's `catalog-info.yaml`.
    Backstage,
}

impl Dialect {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Kubernetes => "kubernetes",
            Self::Chromium => "chromium",
            Self::Backstage => "backstage",
        }
    }
}

/// What one file (with those it includes and inherits from) says about one path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Assignment<'a> {
    /// The kind of file.
    pub dialect: Dialect,
    /// The name of the row it makes: `codeowners:<line>`, `gitlab:<line>`, `owners:<file>`, `catalog:<file>`.
    pub id: RowId,
    /// Its section, where the dialect has named ones.
    pub section: Option<&'a str>,
    /// Who may approve: any of them. Empty clears the path, for this file.
    pub owners: Vec<Cow<'a, Principal>>,
    /// Who is asked to look, and whose word is no approval.
    pub reviewers: Vec<Cow<'a, Principal>>,
    /// How many of the owners must approve; at least 1.
    pub approvals: u32,
    /// Nobody has to approve.
    pub optional: bool,
    /// Labels the dialect gives to the path.
    pub labels: Vec<&'a str>,
    /// The line that says so; of several, the nearest to the path.
    pub place: Place,
    /// The pattern of that line, where it has one.
    pub pattern: Option<&'a str>,
    /// Where several lines name the owners (OWNERS of several directories do): each line with whom it adds, the nearest
    /// to the path first. Empty where one line names them all.
    pub parts: Vec<(Place, Vec<Cow<'a, Principal>>)>,
}

impl<'a> Assignment<'a> {
    /// An assignment by one line to its owners; one approval, nothing else.
    pub fn new(dialect: Dialect, id: RowId, place: Place, owners: impl IntoIterator<Item = &'a Principal>) -> Self {
        Self {
            dialect,
            id,
            section: None,
            owners: owners.into_iter().map(Cow::Borrowed).collect(),
            reviewers: Vec::new(),
            approvals: 1,
            optional: false,
            labels: Vec::new(),
            place,
            pattern: None,
            parts: Vec::new(),
        }
    }

    /// With the lines that name its owners, if there are several.
    #[must_use]
    pub fn said_in(mut self, parts: Vec<(Place, Vec<Cow<'a, Principal>>)>) -> Self {
        if parts.len() > 1 {
            self.parts = parts;
        }
        self
    }

    /// It says that nobody owns the path. OWNERS of Kubernetes with reviewers or labels alone say nothing of the kind.
    pub fn clears(&self) -> bool {
        self.owners.is_empty() && self.dialect != Dialect::Kubernetes
    }

    /// It joins the row of a path rather than standing as a row of its own: everything but a named section of GitLab,
    /// which asks for its own approval, and the catalogue, which speaks of components and not of review.
    pub fn joins(&self) -> bool {
        self.section.is_none() && self.dialect != Dialect::Backstage
    }
}
