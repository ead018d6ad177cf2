//! A waiver: a rule that does not apply to some paths for some time, because somebody entitled said so.

use super::{Moment, Pattern, Place, Principal};

/// One file of `.changeward/exceptions/`.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Its name.
    pub id: String,
    /// The code it waives.
    pub rule: String,
    /// The paths it covers; a finding without paths is covered by `**` only.
    pub scope: Vec<Pattern>,
    /// Why.
    pub reason: String,
    /// What is done instead.
    pub compensating: String,
    /// Who answers for it.
    pub owner: Principal,
    /// Who allowed it; never the owner.
    pub approved_by: Principal,
    /// When it was allowed: it holds from then on.
    pub approved_at: Moment,
    /// No longer valid from then on.
    pub expires_at: Moment,
    /// Where it stands.
    pub place: Place,
}

impl Exception {
    /// Its scope takes in everything, and so a finding about the whole change.
    pub fn covers_everything(&self) -> bool {
        self.scope.iter().any(|pattern| pattern.source() == "**")
    }
}

/// What an exception is worth at a moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// It waives.
    Active,
    /// It waives, and ends soon.
    Expiring,
    /// It has ended.
    Expired,
    /// It was approved for a time that has not come.
    NotYet,
    /// Whoever approved it may not.
    NotApproved,
    /// It holds for longer than an exception may.
    TooLong,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 6] =
        [Self::Active, Self::Expiring, Self::Expired, Self::NotYet, Self::NotApproved, Self::TooLong];

    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
            Self::NotApproved => "not-approved",
            Self::TooLong => "too-long",
        }
    }

    /// It takes a reason away.
    pub fn waives(self) -> bool {
        matches!(self, Self::Active | Self::Expiring)
    }
}

/// An exception with what it is worth.
#[derive(Clone, Debug)]
pub struct ExceptionFacts {
    /// What the file says.
    pub exception: Exception,
    /// What it is worth now.
    pub standing: Standing,
    /// Why it is worth nothing, where it is not over: one clause.
    pub void: Option<String>,
}

/// An exception that took a reason away from a change.
#[derive(Clone, Debug)]
pub struct UsedException {
    /// What the file says.
    pub exception: Exception,
    /// The paths of the reasons it took away, quoted; empty where they were about the whole change.
    pub paths: Vec<String>,
}

/// What an exception may hope for when it names a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Waiving {
    /// A rule says it, and it can be waived.
    Possible,
    /// The gate holds it by law.
    Never,
    /// It is said, but never as a reason that forces normal, and nothing else can be waived.
    NoReason,
    /// Rules give it by their METADATA alone, which is read after exceptions have done their work.
    Unseen,
    /// No rule says it; the one most like it, if any is.
    Unknown(Option<String>),
}

/// All exceptions of a state of the files, for whoever looks after them.
#[derive(Clone, Debug)]
pub struct ExceptionsReport {
    /// For people: which state it is.
    pub state: String,
    /// As of when.
    pub now: Moment,
    /// By the day they end.
    pub entries: Vec<ExceptionEntry>,
}

/// One exception with what is wrong with it.
#[derive(Clone, Debug)]
pub struct ExceptionEntry {
    /// What it says and what it is worth.
    pub facts: ExceptionFacts,
    /// How many files of the state it covers.
    pub covers: u64,
    /// What should be known of it.
    pub findings: Vec<super::Finding>,
}

impl ExceptionsReport {
    /// Something is found that weighs at least so much.
    pub fn fails(&self, fail_on: Option<super::Severity>) -> bool {
        let mut all = self.entries.iter().flat_map(|entry| &entry.findings);
        fail_on.is_some_and(|least| all.any(|finding| finding.severity >= least))
    }
}
