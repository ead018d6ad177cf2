//! Who answers for a path: every file that names owners, and the one rule that combines them.
//!
//! 1. **The matrix first.** Where it matches a path, its **last** matching row is the path's row.
//! 2. Otherwise the first that names somebody is the row, in this order: CODEOWNERS of GitHub (`codeowners:<line>`),
//!    CODEOWNERS of GitLab outside its named sections (`gitlab:<line>`), OWNERS (`owners:<file>`). Its owners are
//!    responsible and accountable.
//! 3. **Code owners join.** Whoever the others of these three name for the path joins the row's responsible people, and
//!    reviewers of OWNERS join those consulted. The largest number of approvals any of them asks for is asked for.
//! 4. **A named section of GitLab stands by itself**, beside the row: it is a row of its own that must approve too. An
//!    optional one is a row only where nothing else is.
//! 5. **The catalogue is asked last**: a component's owner is the row where nothing else names anybody.
//!
//! A path that some file clears and no row covers is `cleared`; a path nobody speaks about is `unowned`. With no source at
//! all the whole repository is one row whose responsible is anyone but the excluded. Where two sources name nobody in
//! common the answer still follows the rule, and the disagreement is a finding ([`OwnershipAnswer::disagreement`]).

mod assignment;
mod catalog;
mod chromium;
mod codeowners;
mod disagreement;
mod expression;
mod kubernetes;
mod matrix;
mod per_file;
mod sections;

pub use assignment::{Assignment, Dialect};
pub use catalog::{Catalog, CatalogEntity};
pub use chromium::{ChromiumFile, ChromiumOwners, Grant, Import, MOST_IMPORTS, PerFile};
pub use codeowners::{Codeowners, OwnerRule};
pub use disagreement::{Disagreement, Voice};
pub use kubernetes::{KubernetesOwners, OwnersDirectory, OwnersFilter, OwnersList, OwnersRule};
pub use matrix::{Absence, Escalation, EscalationStep, Matrix, Person, Row, RowKind, RowLint, Team};
pub use per_file::PerFileGlob;
pub use sections::{Section, SectionEntry, Sections};

use super::{PatternIndex, Place, Principal, RepoPath};
use std::borrow::Cow;
use std::collections::HashSet;

/// The name of a row: its `id` in the matrix, `codeowners:<line>`, `gitlab:<line>`, `owners:<file>`, `catalog:<file>`, or
/// `repository`.
pub type RowId = String;

/// The name of the one row of a repository that names no owner at all.
pub const REPOSITORY_ROW: &str = "repository";

/// Whether somebody answers for a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OwnedState {
    /// A row does.
    Owned,
    /// Nothing matches it.
    Unowned,
    /// A file clears it, and no row covers it.
    Cleared,
}

impl OwnedState {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owned => "owned",
            Self::Unowned => "unowned",
            Self::Cleared => "cleared",
        }
    }
}

/// The files that name owners, at one revision.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The matrix, if there is one.
    pub matrix: Option<Matrix>,
    /// CODEOWNERS of GitHub's dialect, if there is one.
    pub codeowners: Option<Codeowners>,
    /// CODEOWNERS of GitLab's dialect, if there is one.
    pub sections: Option<Sections>,
    /// OWNERS files, if there are any.
    pub owners: Option<OwnersFiles>,
    /// `catalog-info.yaml` files, if there are any.
    pub catalog: Option<Catalog>,
}

/// The OWNERS files of a repository; one repository has one dialect.
#[derive(Clone, Debug)]
pub enum OwnersFiles {
    /// Prow's.
    Kubernetes(KubernetesOwners),
    /// Gerrit's.
    Chromium(ChromiumOwners),
}

/// All sources of one revision, ready to answer.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    /// The files.
    pub sources: Sources,
    scopes: PatternIndex,
    /// For each pattern in `scopes`: which row it belongs to.
    scope_rows: Vec<usize>,
}

/// The answer for one path: what each source says.
#[derive(Clone, Debug)]
pub struct OwnershipAnswer<'a> {
    /// Whether somebody answers for it.
    pub state: OwnedState,
    /// The row of the matrix, if one covers it.
    pub row: Option<&'a Row>,
    /// The rule of GitHub's CODEOWNERS that matches last, if any.
    pub rule: Option<&'a OwnerRule>,
    /// What the other files say: sections of GitLab, OWNERS, the catalogue, in this order.
    pub others: Vec<Assignment<'a>>,
    codeowners: Option<&'a Codeowners>,
}

/// One row a path belongs to, with everybody who joins it for this path.
#[derive(Clone, Debug)]
pub struct PathRow<'a> {
    /// Its name.
    pub id: Cow<'a, str>,
    /// The row of the matrix; `None` for a row that another file makes.
    pub row: Option<&'a Row>,
    /// The assignment that makes the row; `None` for a row of the matrix and for the row `repository`.
    pub made_by: Option<Assignment<'a>>,
    /// Who does the work and may approve: the row's people, then who joins them. No name twice.
    pub responsible: Vec<Cow<'a, Principal>>,
    /// Who is asked before: the row's people, then reviewers of OWNERS.
    pub consulted: Vec<Cow<'a, Principal>>,
    /// How many of the responsible must approve; at least 1.
    pub approvals: u32,
}

impl Ownership {
    /// Indexes the sources.
    pub fn new(sources: Sources) -> Self {
        let mut patterns = Vec::new();
        let mut scope_rows = Vec::new();
        for (n, row) in sources.matrix.iter().flat_map(|m| m.rows.iter()).enumerate() {
            for pattern in &row.scope {
                patterns.push(pattern.clone());
                scope_rows.push(n);
            }
        }
        Self { sources, scopes: PatternIndex::new(patterns), scope_rows }
    }

    /// The matrix, if there is one.
    pub fn matrix(&self) -> Option<&Matrix> {
        self.sources.matrix.as_ref()
    }

    /// There is a file that could name an owner.
    pub fn has_source(&self) -> bool {
        let Sources { matrix, codeowners, sections, owners, catalog } = &self.sources;
        matrix.is_some() || codeowners.is_some() || sections.is_some() || owners.is_some() || catalog.is_some()
    }

    /// Every row of the matrix whose scope matches a path, by its place in the matrix, in ascending order; the last is the
    /// path's row. `steps` counts the work.
    pub fn rows_matching(&self, path: &RepoPath, steps: &mut u64) -> Vec<usize> {
        let scopes = self.scopes.all_matches_counting(path, steps);
        let mut rows: Vec<usize> = scopes.iter().filter_map(|n| self.scope_rows.get(*n).copied()).collect();
        rows.dedup();
        rows
    }

    /// What every source says about a path.
    pub fn of(&self, path: &RepoPath) -> OwnershipAnswer<'_> {
        let sources = &self.sources;
        let row = sources.matrix.as_ref().and_then(|matrix| {
            let scope = self.scopes.last_match(path)?;
            matrix.rows.get(*self.scope_rows.get(scope)?)
        });
        let codeowners = sources.codeowners.as_ref();
        let rule = codeowners.and_then(|codeowners| codeowners.rule_for(path));
        let mut others = Vec::new();
        others.extend(sources.sections.iter().flat_map(|sections| sections.of(path)));
        others.extend(sources.owners.as_ref().and_then(|owners| match owners {
            OwnersFiles::Kubernetes(owners) => owners.of(path),
            OwnersFiles::Chromium(owners) => owners.of(path),
        }));
        others.extend(sources.catalog.as_ref().and_then(|catalog| catalog.of(path)));
        let named = rule.is_some_and(|rule| !rule.owners.is_empty())
            || others.iter().any(|assignment| !assignment.owners.is_empty());
        let state = match (row, named) {
            (Some(_), _) | (None, true) => OwnedState::Owned,
            (None, false) if rule.is_some() || others.iter().any(Assignment::clears) => OwnedState::Cleared,
            (None, false) => OwnedState::Unowned,
        };
        OwnershipAnswer { state, row, rule, others, codeowners }
    }
}

impl<'a> OwnershipAnswer<'a> {
    /// What the files beside the matrix say, GitHub's CODEOWNERS first.
    pub fn assignments(&self) -> Vec<Assignment<'a>> {
        let rule = self.rule.into_iter().map(|rule| self.of_rule(rule));
        rule.chain(self.others.iter().cloned()).collect()
    }

    fn of_rule(&self, rule: &'a OwnerRule) -> Assignment<'a> {
        let file = self.codeowners.map(|codeowners| codeowners.path.quoted()).unwrap_or_default();
        let place = Place { file, line: rule.line };
        let mut made = Assignment::new(Dialect::Github, format!("codeowners:{}", rule.line), place, &rule.owners);
        made.pattern = Some(rule.pattern.source());
        made
    }

    /// The rows the path belongs to, by the rule at the head of this file; the first is the row of the path, the others are
    /// named sections. None where nobody owns it.
    pub fn rows(&self) -> Vec<PathRow<'a>> {
        let (mut named, silent): (Vec<_>, Vec<_>) =
            self.assignments().into_iter().partition(|assignment| !assignment.owners.is_empty());
        let mut rows = Vec::new();
        if let Some(row) = self.row {
            rows.push(PathRow::of_matrix(row));
        } else if let Some(first) = named.iter().position(Assignment::joins) {
            rows.push(PathRow::made_by(named.remove(first)));
        }
        for assignment in named.iter().chain(&silent).filter(|assignment| assignment.joins()) {
            if let Some(row) = rows.first_mut() {
                row.join(assignment);
            }
        }
        let sections = || named.iter().filter(|assignment| assignment.section.is_some());
        rows.extend(sections().filter(|section| !section.optional).cloned().map(PathRow::made_by));
        if rows.is_empty() {
            let optional = sections().next().or_else(|| named.first());
            rows.extend(optional.cloned().map(PathRow::made_by));
        }
        rows
    }
}

impl<'a> PathRow<'a> {
    /// A row of the matrix by itself, before anybody joins it.
    pub fn of_matrix(row: &'a Row) -> Self {
        Self {
            id: Cow::Borrowed(&row.id),
            row: Some(row),
            made_by: None,
            responsible: row.responsible.iter().map(Cow::Borrowed).collect(),
            consulted: row.consulted.iter().map(Cow::Borrowed).collect(),
            approvals: row.approvals.max(1),
        }
    }

    fn made_by(assignment: Assignment<'a>) -> Self {
        Self {
            id: Cow::Owned(assignment.id.clone()),
            row: None,
            responsible: assignment.owners.clone(),
            consulted: assignment.reviewers.clone(),
            approvals: assignment.approvals.max(1),
            made_by: Some(assignment),
        }
    }

    fn join(&mut self, other: &Assignment<'a>) {
        push_new(&mut self.responsible, &other.owners);
        push_new(&mut self.consulted, &other.reviewers);
        if !other.owners.is_empty() {
            self.approvals = self.approvals.max(other.approvals);
        }
    }

    /// The one row of a repository that names no owner at all: anyone may approve.
    pub fn repository() -> Self {
        Self {
            id: Cow::Borrowed(REPOSITORY_ROW),
            row: None,
            made_by: None,
            responsible: vec![Cow::Owned(Principal::anyone())],
            consulted: Vec::new(),
            approvals: 1,
        }
    }

    /// Where the row stands.
    pub fn place(&self) -> Place {
        let row = self.row.map(|row| row.place.clone());
        row.or_else(|| self.made_by.as_ref().map(|made| made.place.clone())).unwrap_or_default()
    }
}

fn push_new<'a>(list: &mut Vec<Cow<'a, Principal>>, items: &[Cow<'a, Principal>]) {
    let known: HashSet<&str> = list.iter().map(|who| who.key()).collect();
    let new: Vec<_> = items.iter().filter(|item| !known.contains(item.key())).cloned().collect();
    list.extend(new);
}
