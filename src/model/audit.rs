//! How well ownership is kept: what the audit looks at, and what it answers.

use super::{CommitId, Finding, Identity, Moment, Principal, RepoPath, Severity, Span, TrackedFile};

/// A tracked file and its size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountedFile {
    /// The file.
    pub file: TrackedFile,
    /// Its lines, a last one without a newline included; 0 for a binary file and for a submodule. `None` where they were
    /// not counted, or its contents are not there.
    pub lines: Option<u64>,
}

/// What the history says of a stretch of time: who changed which paths.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// The commits, merges left out.
    pub commits: Vec<CommitTouch>,
    /// The paths they touch, each once.
    pub paths: Vec<RepoPath>,
    /// From when on.
    pub since: Moment,
    /// The clone ends inside the stretch: older commits of it are not here.
    pub cut: bool,
}

/// One commit, for the question who changes what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitTouch {
    /// Who wrote it, co-authors included, as `.mailmap` spells them.
    pub authors: Vec<Identity>,
    /// When it was committed.
    pub at: Moment,
    /// What it touched, as places in [`History::paths`].
    pub paths: Vec<usize>,
}

/// `.changeward/baseline.toml`: findings that an organisation lives with for now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Baseline {
    /// Who answers for it.
    pub owner: Principal,
    /// It no longer holds from then on.
    pub expires_at: Moment,
    /// What is accepted.
    pub entries: Vec<BaselineEntry>,
}

/// One `[[finding]]` of the baseline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaselineEntry {
    /// The lint.
    pub code: String,
    /// What it is about, as the audit spells it.
    pub subject: String,
    /// How many at most, for lints that count; `None`: any number.
    pub count: Option<u64>,
    /// Who answers for it, where it is not the owner of the whole.
    pub owner: Option<Principal>,
    /// When it ends, where it is not with the whole.
    pub expires_at: Option<Moment>,
    /// Where it stands.
    pub place: super::Place,
}

/// One thing the audit says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditFinding {
    /// The code, the message, the place (its first path and line), the next step.
    pub finding: Finding,
    /// What it is about, in a spelling that stays the same while lines move: `row payments`, `@bob`, `legacy/`. It names
    /// the finding in a baseline.
    pub subject: String,
    /// How many there are of it: files, mentions; 1 where there is nothing to count.
    pub count: u64,
    /// The tier of the row it is about.
    pub tier: Option<u8>,
    /// The baseline accepts it.
    pub accepted: Option<Acceptance>,
}

/// A kind of fault, for the formats that describe each of them once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuditLint {
    /// Its code.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub meaning: &'static str,
    /// The next step.
    pub mend: &'static str,
}

/// Who accepted a finding, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acceptance {
    /// Who answers for it.
    pub owner: Principal,
    /// No longer from then on.
    pub expires_at: Moment,
}

/// How much there is of something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Size {
    /// Files.
    pub files: u64,
    /// Lines of them, as far as they were counted.
    pub lines: u64,
}

/// How much of a part of the repository is owned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
    /// What somebody answers for.
    pub owned: Size,
    /// What no file says anything about.
    pub unowned: Size,
    /// What a file clears.
    pub cleared: Size,
    /// Directories.
    pub directories: u64,
    /// Those of them in which every file, at any depth, is owned.
    pub directories_owned: u64,
}

impl Share {
    /// All files, owned or not.
    pub fn files(&self) -> u64 {
        self.owned.files + self.unowned.files + self.cleared.files
    }

    /// All lines, owned or not.
    pub fn lines(&self) -> u64 {
        self.owned.lines + self.unowned.lines + self.cleared.lines
    }
}

/// How much of a repository is owned.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// All of it.
    pub all: Share,
    /// By the first segment of the path; the files that stand at the top, of which there is no directory, under `None`.
    pub tops: Vec<(Option<RepoPath>, Share)>,
    /// What is owned, by the tier of its row; what no row with a tier covers, under `None`.
    pub tiers: Vec<(Option<u8>, Size)>,
    /// Files whose lines are not known; all of them where lines were not counted.
    pub uncounted: u64,
}

/// What the history was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DriftWindow {
    /// How far back.
    pub span: Span,
    /// From then on.
    pub since: Moment,
    /// Commits found.
    pub commits: u64,
    /// People who wrote them.
    pub people: u64,
    /// The clone ends inside the window.
    pub cut: bool,
    /// Rows with commits enough that could not be judged, since nobody here knows who is in their teams.
    pub unjudged: u64,
}

/// The whole answer of an audit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditReport {
    /// The only time there is.
    pub now: Moment,
    /// Which state was audited, for people.
    pub state: String,
    /// Its commit, if it is one.
    pub commit: Option<CommitId>,
    /// How much is owned.
    pub coverage: Coverage,
    /// What is wrong, the gravest first.
    pub findings: Vec<AuditFinding>,
    /// What the lints among them mean; a finding of a parser may have a code that is no lint.
    pub lints: Vec<AuditLint>,
    /// What the history was asked for; `None` where it was not.
    pub drift: Option<DriftWindow>,
    /// What could not be judged, and why.
    pub notes: Vec<String>,
    /// How grave a finding must be to fail the audit; `None`: none does.
    pub fail_on: Option<Severity>,
}

impl AuditReport {
    /// The findings that count: those that no baseline accepts.
    pub fn open(&self) -> impl Iterator<Item = &AuditFinding> {
        self.findings.iter().filter(|finding| finding.accepted.is_none())
    }

    /// How many findings of a severity count.
    pub fn number(&self, severity: Severity) -> usize {
        self.open().filter(|open| open.finding.severity == severity).count()
    }

    /// Whether a finding fails the audit: it is grave enough, and nobody accepted it.
    pub fn is_failure(&self, found: &AuditFinding) -> bool {
        found.accepted.is_none() && self.fail_on.is_some_and(|least| found.finding.severity >= least)
    }

    /// Errors count, and nothing was asked to fail the audit.
    pub fn is_unjudged(&self) -> bool {
        !self.fails() && self.number(Severity::Error) > 0
    }

    /// Something fails the audit.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|found| self.is_failure(found))
    }
}
