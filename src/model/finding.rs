//! What rules say about a change, each with the place of the rule that says it.

use super::{ChangeClass, Moment, Principal, Risk};
use std::fmt;

/// A file and a line, from 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Place {
    /// The file, relative to the repository (`policies/…` for the shipped rules).
    pub file: String,
    /// The line, from 1; 0 when unknown.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// `1 file`, `1,200 files`.
pub fn counted(many: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(many), if many == 1 { "" } else { "s" })
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How much a finding weighs. Only a `deny` blocks, whatever its severity says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it.
    Warn,
    /// Wrong.
    Error,
}

impl Severity {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One thing one rule says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// Its code: `UNOWNED`, `FREEZE`, `EMG_SCOPE`, an organisation's own.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// For people.
    pub msg: String,
    /// The paths it is about, quoted as [`RepoPath::quoted`](super::RepoPath::quoted) does.
    pub paths: Vec<String>,
    /// The line in the (first) path, from 1.
    pub line: Option<u32>,
    /// The next step.
    pub help: Option<String>,
    /// Where to read more.
    pub url: Option<String>,
    /// The rule that says so; `None` for what the gate itself found.
    pub rule: Option<Place>,
}

impl Finding {
    /// A finding of the gate itself.
    pub fn new(code: impl Into<String>, severity: Severity, msg: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity,
            msg: msg.into(),
            paths: Vec::new(),
            line: None,
            help: None,
            url: None,
            rule: None,
        }
    }

    /// With paths.
    #[must_use]
    pub fn at(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        self.paths.extend(paths);
        self
    }

    /// With a line in the first path.
    #[must_use]
    pub fn line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// With a next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A level of approval some rule asks for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Requirement {
    /// `review:ROW`, `accountable:ROW`, `director:ROW`, `control-owner`, `assign-owner`, `freeze`, `change-authority`, or
    /// an organisation's own.
    pub level: String,
    /// Who may give it. Empty falls to the escalation owner.
    pub who: Vec<Principal>,
    /// How many distinct people, at least 1.
    pub min: u32,
    /// For people.
    pub why: String,
    /// The rule that asks.
    pub rule: Option<Place>,
}

/// Something that is still owed after the change goes ahead.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Obligation {
    /// `pir`, `owner-review-after-the-fact`, `assign-owner`, `make-permanent`, or an organisation's own.
    pub kind: String,
    /// Days after deployment.
    pub due_in_days: Option<i64>,
    /// A fixed date.
    pub due: Option<Moment>,
    /// What exactly, for people.
    pub msg: Option<String>,
    /// The paths it is about, quoted.
    pub paths: Vec<String>,
    /// The rule that says so.
    pub rule: Option<Place>,
}

/// All that the policies say about one change. They propose; the decision disposes.
#[derive(Clone, PartialEq, Debug)]
pub struct Findings {
    /// The class the policies arrive at. The decision arrives at its own and blocks if they differ.
    pub class: ChangeClass,
    /// The larger of the declared and the computed risk.
    pub risk: Risk,
    /// Why the change must be normal.
    pub force_normal: Vec<Finding>,
    /// Why an emergency claim is refused.
    pub emergency_faults: Vec<Finding>,
    /// Why a template is not usable: its id, and the fault.
    pub template_faults: Vec<(String, Finding)>,
    /// The templates that cover the whole change, by id.
    pub usable: Vec<String>,
    /// What blocks.
    pub deny: Vec<Finding>,
    /// What should be known.
    pub warn: Vec<Finding>,
    /// Whose approval is needed.
    pub require: Vec<Requirement>,
    /// What is owed afterwards.
    pub obligations: Vec<Obligation>,
    /// The exceptions that took a reason away: the id, and the paths of what it took.
    pub exceptions: Vec<(String, Vec<String>)>,
}
