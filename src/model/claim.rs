//! What the change says of itself. A claim may only ask for a class; it never grants one.

use super::{Datum, Moment};
use std::collections::BTreeMap;

/// The class of a change, from no scrutiny to the ordinary one. (Emergency is not "more": it is a debt.)
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ChangeClass {
    /// Not a change to production.
    None,
    /// Pre-approved by a published template.
    Standard,
    /// Decided by the people who answer for it.
    Normal,
    /// Cannot wait: the director now, the review afterwards.
    Emergency,
}

impl ChangeClass {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Standard => "standard",
            Self::Normal => "normal",
            Self::Emergency => "emergency",
        }
    }

    /// Reads the word of the frozen documents.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Standard, Self::Normal, Self::Emergency].into_iter().find(|class| class.as_str() == word)
    }
}

/// One request for a class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The class asked for: standard, normal or emergency. A word nobody knows is read as normal.
    pub class: ChangeClass,
    /// The template named, for a standard claim.
    pub template: Option<String>,
    /// Where it was found.
    pub source: ClaimSource,
    /// When it was made, if known.
    pub at: Option<Moment>,
}

/// Where a claim was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ClaimSource {
    /// `--claim` or `--trailer`.
    Flag,
    /// The pull request's text.
    Body,
    /// The head commit's message.
    Commit,
    /// A label `change:<type>`.
    Label,
    /// `/class <type>` in a comment.
    Comment,
}

impl ClaimSource {
    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Body => "body",
            Self::Commit => "commit",
            Self::Label => "label",
            Self::Comment => "comment",
        }
    }
}

/// What the trailers say beside the class. Flags win over the body, the body over the commit message.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ClaimText {
    /// `Incident:` — the incident the emergency belongs to.
    pub incident: Option<String>,
    /// `Criterion:` — `restore-service`, `protect-data`, `protect-assets` or `security-threat`.
    pub criterion: Option<String>,
    /// `Justification:` — why it cannot wait.
    pub justification: Option<String>,
    /// `Backout:` — how to undo it.
    pub backout: Option<String>,
    /// `Benefit:` — what it is good for.
    pub benefit: Option<String>,
    /// `Risk:` — the risk its author sees, as written.
    pub risk: Option<String>,
    /// `Downtime: yes`
    pub downtime: bool,
    /// `Alters-Functionality: yes`
    pub alters_functionality: bool,
    /// `Needs-Higher-Approval: yes`
    pub needs_higher_approval: bool,
    /// `Permanent: yes`
    pub permanent: bool,
    /// `Follow-Up: <what> by <date>`
    pub follow_up: Option<FollowUp>,
    /// Every trailer of the sources read, by lower-case key, for an organisation's own rules.
    pub trailers: BTreeMap<String, Datum>,
}

/// A promise to make a temporary change permanent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FollowUp {
    /// What will be done.
    pub what: String,
    /// By when; `None` when no date could be read.
    pub due: Option<Moment>,
}
