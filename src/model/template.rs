//! A standard change: one kind of change the change authority has approved in advance.

use super::{Companion, Constraint, FileStatus, Moment, Pattern, Place, Principal, Span};

/// One file of `.changeward/templates/`.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name, unique.
    pub id: String,
    /// For people.
    pub title: String,
    /// Where it is in its life.
    pub state: TemplateState,
    /// Who proposed it.
    pub proposed_by: Option<Principal>,
    /// Who approved it: the change authority, never the proposer.
    pub approved_by: Vec<Principal>,
    /// When it was approved. Outcomes from before do not open the breaker.
    pub approved_at: Option<Moment>,
    /// Usable from then on, inclusive.
    pub not_before: Option<Moment>,
    /// No longer usable from then on.
    pub expires_at: Option<Moment>,
    /// How it is carried out.
    pub implementation: Option<String>,
    /// How it is undone.
    pub backout: Option<String>,
    /// Every changed path, old and new, must match one of these…
    pub include: Vec<Pattern>,
    /// …and none of these.
    pub exclude: Vec<Pattern>,
    /// What may happen to a file.
    pub kinds: Vec<FileStatus>,
    /// Where it may be deployed; empty means anywhere.
    pub environments: Vec<String>,
    /// How large it may be.
    pub limits: Limits,
    /// Who may propose such a change; empty means anyone.
    pub submitters: Vec<Principal>,
    /// A calendar (path below `.changeward/`) that must be open.
    pub window: Option<String>,
    /// Checks that must be green on the head.
    pub required_checks: Vec<String>,
    /// What may change; empty: anything within the scope and the limits.
    pub allow: Vec<Constraint>,
    /// Comments and formatting may change beside the values.
    pub formatting: bool,
    /// Files that must change along with others.
    pub companions: Vec<Companion>,
    /// Changed lockfiles must fit their manifests.
    pub lockfile_consistent: bool,
    /// A predicate of the organisation's policies that must hold.
    pub predicate: Option<String>,
    /// The changes it was drawn from.
    pub samples: Vec<String>,
    /// When it must be confirmed again.
    pub review_by: Option<Moment>,
    /// How often it may be used.
    pub usage: Option<UsageCap>,
    /// When it switches itself off.
    pub breaker: Breaker,
    /// Where it stands.
    pub place: Place,
}

/// How large a standard change may be; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Changed files.
    pub files: Option<u64>,
    /// Added lines.
    pub added: Option<u64>,
    /// Removed lines.
    pub removed: Option<u64>,
    /// Edited values.
    pub edits: Option<u64>,
}

/// How often a template may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageCap {
    /// So many uses…
    pub most: u64,
    /// …within so long.
    pub per: Span,
}

/// When a template switches itself off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// So many uses with issues…
    pub issues: u64,
    /// …among so many of the last.
    pub of: u64,
    /// A use whose outcome nobody told within so long counts as a failure.
    pub silent_after: Span,
}

impl Default for Breaker {
    /// Two of the last ten; two days.
    fn default() -> Self {
        Self { issues: 2, of: 10, silent_after: Span(2 * super::DAY) }
    }
}

/// The life of a template.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TemplateState {
    /// Written, not approved.
    Proposed,
    /// Approved and in use.
    Published,
    /// Switched off after a failure.
    Suspended,
    /// Done with.
    Retired,
}

impl TemplateState {
    /// The word of the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Published => "published",
            Self::Suspended => "suspended",
            Self::Retired => "retired",
        }
    }

    /// Reads the word of the file.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Proposed, Self::Published, Self::Suspended, Self::Retired].into_iter().find(|s| s.as_str() == word)
    }
}
