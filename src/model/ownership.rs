//! Who answers for a path: the RACI matrix, CODEOWNERS, and the one rule that combines them.
//!
//! Where the matrix matches a path, its **last** matching row is the path's row, and CODEOWNERS' owners of the path
//! join that row's responsible people. Where only CODEOWNERS matches, its rule is the row (`codeowners:<line>`): its
//! owners are responsible and accountable. A CODEOWNERS line without owners clears the path, unless a row covers it.
//! With no source at all the whole repository is one row whose responsible is anyone but the excluded.

use super::{Moment, Pattern, PatternIndex, Place, Principal, RepoPath, Span};
use std::collections::BTreeMap;

/// The name of a row: its `id` in the matrix, `codeowners:<line>`, or `repository`.
pub type RowId = String;

/// The RACI matrix of `.changeward/ownership.toml`.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// Who receives what nobody owns.
    pub escalation: Option<Escalation>,
    /// Teams by their name: `[teams.pay]` answers for `@pay` and `@org/pay`.
    pub teams: BTreeMap<String, Team>,
    /// The rows, in file order.
    pub rows: Vec<Row>,
}

/// The one person who can assign what nobody owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// Exactly one person.
    pub owner: Principal,
    /// Where to reach them.
    pub contact: Option<String>,
    /// How soon they answer.
    pub acknowledge_within: Option<Span>,
    /// How soon the gap is closed.
    pub resolve_within: Option<Span>,
}

/// A team known offline.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Team {
    /// Its members.
    pub members: Vec<Principal>,
    /// Its director, for rows that name none.
    pub director: Option<Principal>,
}

/// What a row is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RowKind {
    /// A thing that runs or is stored.
    Resource,
    /// Something people do.
    Activity,
    /// A process.
    Process,
    /// A procedure.
    Procedure,
}

impl RowKind {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Activity => "activity",
            Self::Process => "process",
            Self::Procedure => "procedure",
        }
    }
}

/// One row of the matrix.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub id: RowId,
    /// What it is about.
    pub kind: RowKind,
    /// The paths it answers for; may be empty for an activity.
    pub scope: Vec<Pattern>,
    /// What it is good for.
    pub purpose: Option<String>,
    /// How critical: 0 is the most.
    pub tier: Option<u8>,
    /// Who does the work.
    pub responsible: Vec<Principal>,
    /// Who answers for it; anything but exactly one is a lint.
    pub accountable: Vec<Principal>,
    /// Who helps.
    pub supports: Vec<Principal>,
    /// Who is asked before.
    pub consulted: Vec<Principal>,
    /// Who is told after.
    pub informed: Vec<Principal>,
    /// Who approves its emergencies.
    pub director: Option<Principal>,
    /// Who may stand in for the accountable and the director.
    pub alternate: Vec<Principal>,
    /// Where to reach them.
    pub contact: Option<String>,
    /// When the row must be confirmed again.
    pub review_by: Option<Moment>,
    /// Where the row stands.
    pub place: Place,
}

/// A fault of a row that leaves it readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowLint {
    /// `NO_A`, `MANY_A`, `NO_R`, `NO_CONTACT`, …
    pub code: &'static str,
    /// For people.
    pub msg: String,
}

impl Row {
    /// The error-level faults of this row by itself: exactly one accountable, somebody responsible, a contact.
    pub fn lints(&self) -> Vec<RowLint> {
        let mut found = Vec::new();
        let mut lint = |code, msg: String| found.push(RowLint { code, msg });
        match self.accountable.len() {
            0 => lint("NO_A", format!("row `{}` names nobody accountable", self.id)),
            1 => {}
            n => {
                lint("MANY_A", format!("row `{}` names {n} accountable people; exactly one answers for a row", self.id))
            }
        }
        if self.responsible.is_empty() {
            lint("NO_R", format!("row `{}` names nobody responsible", self.id));
        }
        if self.contact.is_none() {
            lint("NO_CONTACT", format!("row `{}` cannot be contacted", self.id));
        }
        found
    }
}

/// A CODEOWNERS file of GitHub's dialect.
#[derive(Clone, Debug)]
pub struct Codeowners {
    /// Where it was found.
    pub path: RepoPath,
    /// Its valid rules, in file order.
    pub rules: Vec<OwnerRule>,
}

/// One valid line of CODEOWNERS.
#[derive(Clone, Debug)]
pub struct OwnerRule {
    /// Its line, from 1.
    pub line: u32,
    /// What it matches.
    pub pattern: Pattern,
    /// Any one of them; empty clears the path.
    pub owners: Vec<Principal>,
}

/// Whether somebody answers for a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OwnedState {
    /// A row does.
    Owned,
    /// Nothing matches it.
    Unowned,
    /// A CODEOWNERS line without owners matches it last, and no row does.
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

/// All sources of one revision, ready to answer.
#[derive(Clone, Debug)]
pub struct Ownership {
    /// The matrix, if there is one.
    pub matrix: Option<Matrix>,
    /// CODEOWNERS, if there is one.
    pub codeowners: Option<Codeowners>,
    scopes: PatternIndex,
    /// For each pattern in `scopes`: which row it belongs to.
    scope_rows: Vec<usize>,
    rules: PatternIndex,
}

/// The answer for one path.
#[derive(Clone, Copy, Debug)]
pub struct OwnershipAnswer<'a> {
    /// Whether somebody answers for it.
    pub state: OwnedState,
    /// The row of the matrix, if one covers it.
    pub row: Option<&'a Row>,
    /// The CODEOWNERS rule that matches last, if any.
    pub rule: Option<&'a OwnerRule>,
}

impl Ownership {
    /// Indexes the sources.
    pub fn new(matrix: Option<Matrix>, codeowners: Option<Codeowners>) -> Self {
        let mut patterns = Vec::new();
        let mut scope_rows = Vec::new();
        for (n, row) in matrix.iter().flat_map(|m| m.rows.iter()).enumerate() {
            for pattern in &row.scope {
                patterns.push(pattern.clone());
                scope_rows.push(n);
            }
        }
        let rules = codeowners.iter().flat_map(|c| c.rules.iter()).map(|rule| rule.pattern.clone()).collect();
        Self { matrix, codeowners, scopes: PatternIndex::new(patterns), scope_rows, rules: PatternIndex::new(rules) }
    }

    /// There is a file that could name an owner.
    pub fn has_source(&self) -> bool {
        self.matrix.is_some() || self.codeowners.is_some()
    }

    /// Who answers for a path. The combination rule is at the head of this file.
    pub fn of(&self, path: &RepoPath) -> OwnershipAnswer<'_> {
        let row = self
            .scopes
            .last_match(path)
            .and_then(|n| self.scope_rows.get(n))
            .and_then(|n| self.matrix.as_ref().and_then(|m| m.rows.get(*n)));
        let rule = self.rules.last_match(path).and_then(|n| self.codeowners.as_ref().and_then(|c| c.rules.get(n)));
        let state = match (row, rule) {
            (Some(_), _) => OwnedState::Owned,
            (None, Some(rule)) if rule.owners.is_empty() => OwnedState::Cleared,
            (None, Some(_)) => OwnedState::Owned,
            (None, None) => OwnedState::Unowned,
        };
        OwnershipAnswer { state, row, rule }
    }
}
