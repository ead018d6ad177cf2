//! Every value a decision may depend on, gathered once, `now` included. Rules see this and nothing else.

use super::{
    Approval, Attachment, CalendarState, ChangeClass, Claim, ClaimText, CommitId, Config, Escalation, ExceptionFacts,
    FileFacts, Finding, Limits, Membership, Moment, Place, Presence, Principal, Review, RowId, RowKind, Span,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything known about one change at one moment.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The time of the evaluation; the only time there is.
    pub now: Moment,
    /// Where the change would be deployed.
    pub environment: String,
    /// The state it is compared with.
    pub base: Option<CommitId>,
    /// The commit it would land.
    pub head: Option<CommitId>,
    /// What forges know: title, text, labels.
    pub title: String,
    /// The text of the pull request.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
    /// The changed files, each with what ownership, scope and templates say about it. Shared: there may be 100,000.
    pub files: Arc<Vec<FileFacts>>,
    /// Sums.
    pub stats: Stats,
    /// Why part of the change may be missing; empty when it was seen whole.
    pub truncated: Vec<String>,
    /// The rows touched by files in scope.
    pub rows: BTreeMap<RowId, RowFacts>,
    /// Some file names owners; without any, the repository is one row that any peer may approve.
    pub has_ownership: bool,
    /// Who made the change.
    pub actors: Actors,
    /// What the change says of itself.
    pub claims: Vec<Claim>,
    /// The trailers.
    pub claim_text: ClaimText,
    /// The incident that is named, if the forge knows it.
    pub incident: Option<Incident>,
    /// The templates with what they say about this change.
    pub templates: Vec<TemplateFacts>,
    /// The calendars that apply here, at `now`.
    pub calendars: Vec<CalendarState>,
    /// Lockdowns with what they say about this change.
    pub lockdowns: Vec<LockdownFacts>,
    /// Who approves control edits, taken together.
    pub control_owners: Vec<Principal>,
    /// The same for each control file touched: any one of each list. Never empty where a control file is touched.
    pub control_reviews: Vec<Review>,
    /// Who approves high risk.
    pub change_authority: Vec<Principal>,
    /// Who receives what nobody owns.
    pub escalation: Option<Escalation>,
    /// What people said about the change.
    pub approvals: Vec<Approval>,
    /// How long an approval holds.
    pub approval_expires_after: Span,
    /// Who belongs to which team, as far as known.
    pub membership: Membership,
    /// Who is away at `now`, and who has left.
    pub presence: Presence,
    /// Check results the forge reports.
    pub checks: Vec<CheckResult>,
    /// What was attached.
    pub attachments: Arc<Vec<Attachment>>,
    /// Rows with an overdue post-implementation review.
    pub overdue_reviews: Vec<RowId>,
    /// What raises the risk.
    pub risk: RiskFactors,
    /// Waivers with what each is worth; the policies report those that are worth nothing.
    pub exceptions: Vec<ExceptionFacts>,
    /// What the configuration says (limits of emergencies, parameters of the policies).
    pub config: Config,
    /// What made the facts incomplete in a way that must block.
    pub errors: Vec<IntegrityError>,
    /// What was noticed while gathering: CODEOWNERS errors, unattributed commits, …
    pub noticed: Vec<Finding>,
}

impl Facts {
    /// Whether this person can give no approval: they had a hand in the change, or have left.
    pub fn excludes(&self, person: &Principal) -> bool {
        self.actors.includes(person) || self.presence.has_left(person)
    }
}

/// Sums over the change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Changed files.
    pub files: u64,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Changed files in scope.
    pub files_in_scope: u64,
    /// Lines added and removed in scope.
    pub lines_in_scope: u64,
}

/// A touched row, as the rules see it.
#[derive(Clone, Debug)]
pub struct RowFacts {
    /// What it is about.
    pub kind: RowKind,
    /// Another file than the matrix makes it: whoever owns a part of it answers for that part, too.
    pub by_owners: bool,
    /// How critical: 0 is the most.
    pub tier: Option<u8>,
    /// Who may review: the row's responsible people and CODEOWNERS' owners of the touched paths.
    pub responsible: Vec<Principal>,
    /// How many of them must approve; at least 1.
    pub approvals: u32,
    /// Who must approve, for each part of the row that others join: whoever may speak for one path of it need not speak
    /// for another. An approval that meets one of these and is enough for it meets every wider one, so those are left out.
    pub reviews: Vec<Review>,
    /// Who may stand in for the accountable and the director.
    pub alternate: Vec<Principal>,
    /// Who answers for it, and the alternates.
    pub accountable: Vec<Principal>,
    /// Who approves its emergencies, and the alternates.
    pub director: Vec<Principal>,
    /// What it is good for.
    pub purpose: Option<String>,
    /// When it must be confirmed again.
    pub review_by: Option<Moment>,
    /// Who helps.
    pub supports: Vec<Principal>,
    /// Who is asked before.
    pub consulted: Vec<Principal>,
    /// Who is told after.
    pub informed: Vec<Principal>,
    /// Where to reach them.
    pub contact: Option<String>,
    /// Its error-level faults, as codes with words.
    pub lints: Vec<super::RowLint>,
    /// Failed changes on it in the last 30 days.
    pub recent_failures: u32,
    /// Its place in the ownership file.
    pub place: Place,
}

/// Who made the change. None of them ever counts as an approver.
#[derive(Clone, Debug, Default)]
pub struct Actors {
    /// Its author on the forge.
    pub author: Option<Principal>,
    /// Who asks for it.
    pub requester: Option<Principal>,
    /// Everyone who wrote, committed or co-authored one of its commits, as far as they can be named.
    pub committers: BTreeSet<Principal>,
    /// Addresses that name nobody known.
    pub unattributed: BTreeSet<String>,
}

impl Actors {
    /// Whether this person had a hand in the change.
    pub fn includes(&self, person: &Principal) -> bool {
        self.author.as_ref() == Some(person)
            || self.requester.as_ref() == Some(person)
            || self.committers.contains(person)
    }

    /// All of them.
    pub fn all(&self) -> BTreeSet<&Principal> {
        self.author.iter().chain(&self.requester).chain(&self.committers).collect()
    }
}

/// The risk of a change; the larger of two wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Risk {
    /// One peer decides.
    Low,
    /// The accountable decides too.
    Moderate,
    /// The change authority decides too.
    High,
}

impl Risk {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }

    /// Reads the word of the frozen documents.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Low, Self::Moderate, Self::High].into_iter().find(|risk| risk.as_str() == word)
    }
}

/// What raises the risk, beside rows, tiers and lines.
#[derive(Clone, Debug, Default)]
pub struct RiskFactors {
    /// Declared by the author, when it could be read.
    pub declared: Option<Risk>,
    /// `Risk:` said something that is no risk; read as high.
    pub declared_unreadable: Option<String>,
}

/// An incident, as the trusted source knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its name.
    pub id: String,
    /// `open`, `mitigated`, `closed`, …
    pub state: String,
    /// 1 is the worst; `None` when unknown.
    pub severity: Option<i64>,
    /// The rows it affects.
    pub rows: Vec<RowId>,
    /// When it was opened.
    pub opened_at: Option<Moment>,
}

/// A template, with what it says about this change.
#[derive(Clone, Debug)]
pub struct TemplateFacts {
    /// Its name.
    pub id: String,
    /// For people.
    pub title: String,
    /// `proposed`, `published`, `suspended`, `retired`.
    pub state: &'static str,
    /// Why it does not count as approved by the change authority; `None` where it does.
    pub unapproved: Option<String>,
    /// Usable from then on.
    pub not_before: Option<Moment>,
    /// Unusable from then on.
    pub expires_at: Option<Moment>,
    /// The breaker is open after failures: why.
    pub breaker: Option<String>,
    /// How large a change under it may be.
    pub limits: Limits,
    /// A predicate of the organisation's policies that must hold.
    pub predicate: Option<String>,
    /// When it must be confirmed again.
    pub review_by: Option<Moment>,
    /// The changes it was drawn from.
    pub samples: u64,
    /// Its files belong together: companions, or lockfiles and manifests.
    pub together: bool,
    /// Everything that speaks against it, beside what the fields above say.
    pub faults: Vec<TemplateFault>,
    /// Its place.
    pub place: Place,
}

/// One thing that speaks against a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// `paths`, `kinds`, `constraints`, `companions`, `lockfile`, `limits`, `usage`, `samples`, `checks`, `submitter`,
    /// `environment`, `window`.
    pub what: &'static str,
    /// For people.
    pub msg: String,
    /// The paths at fault, quoted.
    pub paths: Vec<String>,
    /// The line in the first of them, from 1.
    pub line: Option<u32>,
    /// The template lets some of what changes change, be it otherwise than it does.
    pub near: bool,
}

/// A lockdown, with what it says about this change.
#[derive(Clone, Debug)]
pub struct LockdownFacts {
    /// Its name.
    pub id: String,
    /// For people.
    pub reason: String,
    /// Somebody entitled let this change through.
    pub released: bool,
    /// It holds now, here, for a touched row.
    pub active: bool,
    /// Classes it lets through.
    pub exempt: Vec<ChangeClass>,
    /// Whose approval lets one change through.
    pub release_approvers: Vec<Principal>,
    /// Its place.
    pub place: Place,
}

/// Something that makes the facts incomplete in a way that must block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrityError {
    /// Its code.
    pub code: String,
    /// For people.
    pub msg: String,
}

/// What only a forge knows, as `--facts FILE` or the forge itself says it.
#[derive(Clone, Debug, Default)]
pub struct ForgeFacts {
    /// The commit the facts are about.
    pub head: Option<String>,
    /// The author of the pull request.
    pub author: Option<Principal>,
    /// Who asks.
    pub requester: Option<Principal>,
    /// Who committed.
    pub committers: Vec<Principal>,
    /// The title.
    pub title: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// When the claims by text or label were made.
    pub claimed_at: Option<Moment>,
    /// Labels.
    pub labels: Vec<String>,
    /// What people said: each with the commit they saw.
    pub approvals: Vec<(Approval, Option<String>)>,
    /// Teams and their members.
    pub teams: BTreeMap<String, Vec<Principal>>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// Check results.
    pub checks: Vec<CheckResult>,
    /// How earlier changes went.
    pub outcomes: Vec<Outcome>,
    /// What is still owed.
    pub obligations: Vec<ForgeObligation>,
    /// The forge's lists were cut off.
    pub truncated: bool,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// Its name.
    pub name: String,
    /// `success`, `failure`, …
    pub conclusion: String,
    /// The commit it ran on.
    pub commit: Option<String>,
}

/// How an earlier change went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The template it used.
    pub template: Option<String>,
    /// The rows it touched.
    pub rows: Vec<RowId>,
    /// `successful`, `successful-with-issues`, `unsuccessful`, `backed-out`, `not-deployed`; `unknown` while nobody told.
    pub result: String,
    /// The severity of the worst incident it caused; 1 is the worst.
    pub severity: Option<i64>,
    /// When.
    pub at: Option<Moment>,
}

/// Something still owed from an earlier change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeObligation {
    /// `pir`, …
    pub kind: String,
    /// The row it is about.
    pub row: Option<RowId>,
    /// Its day; overdue from the day after.
    pub due: Option<Moment>,
}
