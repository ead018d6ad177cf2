//! What an organisation configures: scope, control files, authorities, calendars, lockdowns.

use super::{ConftestConfig, Datum, Dialect, Moment, Pattern, Place, Principal, RowId, Severity, Span};
use std::collections::BTreeMap;

/// `.changeward/config.toml`; the default is what holds without the file.
#[derive(Clone, Debug)]
pub struct Config {
    /// What counts as a change to production…
    pub scope_include: Vec<Pattern>,
    /// …and what does not.
    pub scope_exclude: Vec<Pattern>,
    /// Who approves edits of control files.
    pub control_owners: Vec<Principal>,
    /// Control files beside the built-in ones.
    pub control_files: Vec<Pattern>,
    /// Who approves templates and high-risk changes.
    pub change_authority: Vec<Principal>,
    /// How many samples a template needs.
    pub min_samples: u64,
    /// The least grave incident that allows an emergency (1 is the worst).
    pub emergency_max_severity: i64,
    /// How long an emergency claim holds.
    pub emergency_claim_ttl: Span,
    /// Who may claim an emergency; empty means anyone.
    pub emergency_submitters: Vec<Principal>,
    /// When the post-implementation review is due.
    pub emergency_review_within: Span,
    /// Which issues of a forge are incidents; `None`: only the facts name any.
    pub incidents: Option<IncidentIssues>,
    /// How long an approval holds.
    pub approval_expires_after: Span,
    /// The freeze calendars.
    pub calendars: Vec<CalendarRule>,
    /// How many days an exception may hold from its approval.
    pub exceptions_max_days: i64,
    /// How many days before its end an exception is called expiring.
    pub exceptions_warn_days: i64,
    /// How the files that name owners are read and judged.
    pub ownership: OwnershipConfig,
    /// Policies over the contents of files, as Conftest runs them.
    pub conftest: Option<ConftestConfig>,
    /// Parameters handed to the policies as `input.params`.
    pub params: BTreeMap<String, Datum>,
}

/// `[emergency.incidents]` of the configuration: which issues of a forge are incidents, and who may say so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncidentIssues {
    /// The label that makes an issue one.
    pub label: String,
    /// What stands before the number in the label of its severity.
    pub severity_prefix: String,
    /// What stands before the row in the labels that say what it affects.
    pub affects_prefix: String,
    /// Who may put these labels; empty: whoever may write to the repository.
    pub declarers: Vec<Principal>,
}

/// `[ownership]` of the configuration.
#[derive(Clone, Debug)]
pub struct OwnershipConfig {
    /// Whose CODEOWNERS this repository has; `None`: what its place says.
    pub codeowners: Option<Dialect>,
    /// Whose OWNERS files this repository has.
    pub owners: OwnersReading,
    /// Rows that must be there, by id: the deployment process, the disaster-recovery plan, …
    pub required_rows: Vec<RowId>,
    /// How many rows one person may be accountable for before they are called overloaded.
    pub most_rows: u32,
    /// How far back the history is read to see who really changes the code.
    pub drift_window: Span,
    /// How much a fault of ownership weighs, by its code, where it is not the default; `None` switches it off.
    pub severity: BTreeMap<String, Option<Severity>>,
}

/// How OWNERS files are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OwnersReading {
    /// As their contents say.
    #[default]
    Auto,
    /// In this dialect.
    As(Dialect),
    /// Not at all.
    Not,
}

impl Default for OwnershipConfig {
    fn default() -> Self {
        Self {
            codeowners: None,
            owners: OwnersReading::Auto,
            required_rows: Vec::new(),
            most_rows: 10,
            drift_window: Span(90 * super::DAY),
            severity: BTreeMap::new(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            scope_include: Vec::new(),
            scope_exclude: Vec::new(),
            control_owners: Vec::new(),
            control_files: Vec::new(),
            change_authority: Vec::new(),
            min_samples: 0,
            emergency_max_severity: 2,
            emergency_claim_ttl: Span(24 * 3_600),
            emergency_submitters: Vec::new(),
            emergency_review_within: Span(5 * super::DAY),
            incidents: None,
            approval_expires_after: Span(14 * super::DAY),
            calendars: Vec::new(),
            exceptions_max_days: 180,
            exceptions_warn_days: 14,
            ownership: OwnershipConfig::default(),
            conftest: None,
            params: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Whether a path counts as a change to production. An empty include list means everything.
    pub fn in_scope(&self, path: &super::RepoPath) -> bool {
        (self.scope_include.is_empty() || self.scope_include.iter().any(|p| p.matches(path)))
            && !self.scope_exclude.iter().any(|p| p.matches(path))
    }
}

/// One `[[calendar]]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRule {
    /// The calendar, relative to `.changeward/`.
    pub file: String,
    /// Where it applies; empty means everywhere.
    pub environments: Vec<String>,
    /// Who may let a change through while it is closed.
    pub approvers: Vec<Principal>,
    /// Where the entry stands.
    pub place: Place,
}

/// A calendar at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarState {
    /// The calendar, relative to `.changeward/`.
    pub file: String,
    /// Changes may be made.
    pub open: bool,
    /// The event that holds now, if any.
    pub event: Option<String>,
    /// When the state changes next, if within the horizon looked at.
    pub next_transition: Option<Moment>,
    /// Who may let a change through while it is closed (of the `[[calendar]]` entry).
    pub approvers: Vec<Principal>,
}

/// Which files control the gate itself. A change that touches one is always normal and needs the control owners.
#[derive(Clone, Debug)]
pub struct ControlFiles {
    patterns: Vec<Pattern>,
}

/// Everything under `.changeward/`, every ownership file with all that one may include, every workflow, pipeline and
/// action definition.
const BUILT_IN_CONTROL_FILES: &[&str] = &[
    ".changeward",
    ".changeward/**",
    "**/CODEOWNERS",
    "**/OWNERS",
    "**/OWNERS_*",
    "**/OWNERS.*",
    "**/*_OWNERS",
    "**/*.OWNERS",
    "**/*-OWNERS",
    "**/DIR_METADATA",
    "**/catalog-info.yaml",
    "**/catalog-info.yml",
    ".github/workflows/**",
    ".github/actions/**",
    "**/action.yml",
    "**/action.yaml",
    ".gitea/workflows/**",
    ".forgejo/workflows/**",
    ".gitlab-ci.yml",
    ".gitlab/ci/**",
    ".circleci/**",
    ".buildkite/**",
    ".travis.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "**/Jenkinsfile",
];

impl ControlFiles {
    /// The built-in list and the organisation's own. A built-in pattern that does not compile is a bug the tests catch.
    pub fn new(own: &[Pattern]) -> Self {
        let built_in = BUILT_IN_CONTROL_FILES.iter().filter_map(|text| Pattern::glob(text).ok());
        Self { patterns: built_in.chain(own.iter().cloned()).collect() }
    }

    /// Whether a path is a control file.
    pub fn contains(&self, path: &super::RepoPath) -> bool {
        self.patterns.iter().any(|p| p.matches(path))
    }
}

/// One file of `.changeward/lockdowns/`: nothing goes ahead while it is enforced.
#[derive(Clone, Debug)]
pub struct Lockdown {
    /// Its name.
    pub id: String,
    /// Where it is in its life.
    pub state: LockdownState,
    /// For people.
    pub reason: String,
    /// From then on, inclusive.
    pub from: Option<Moment>,
    /// Until then, exclusive.
    pub until: Option<Moment>,
    /// Where it applies; empty means everywhere.
    pub environments: Vec<String>,
    /// Which rows it holds; empty means all.
    pub rows: Vec<String>,
    /// Classes it lets through: `emergency`.
    pub exempt: Vec<super::ChangeClass>,
    /// Whose approval lets one change through.
    pub release_approvers: Vec<Principal>,
    /// Where it stands.
    pub place: Place,
}

/// The life of a lockdown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockdownState {
    /// Written, not in force.
    Draft,
    /// In force between its times.
    Enforced,
    /// Over.
    Ended,
}
