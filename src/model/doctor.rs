//! Whether a repository is really gated: what is looked for, and what was found.

use super::{Finding, Severity};

/// A way in which a repository may not be gated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ailment {
    /// Its code.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is about.
    pub organ: Organ,
    /// The clauses it answers, by name: attacks of the threat model, and a few words of our own.
    pub answers: &'static [&'static str],
    /// What is wrong, in one sentence.
    pub title: &'static str,
    /// What comes of it.
    pub why: &'static str,
    /// The next step.
    pub mend: &'static str,
}

/// A part of what makes a gate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Organ {
    /// The files of `.github/workflows/`.
    Workflows,
    /// The files the gate goes by.
    Controls,
    /// The rules of the branch.
    Branch,
    /// The settings of Actions.
    Actions,
    /// The environments.
    Environments,
    /// Teams and CODEOWNERS, as the forge sees them.
    People,
    /// The token that asks.
    Token,
}

impl Organ {
    /// Every one, in the order of the report.
    pub const ALL: [Self; 7] =
        [Self::Workflows, Self::Controls, Self::Branch, Self::Actions, Self::Environments, Self::People, Self::Token];

    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workflows => "workflows",
            Self::Controls => "controls",
            Self::Branch => "branch",
            Self::Actions => "actions",
            Self::Environments => "environments",
            Self::People => "people",
            Self::Token => "token",
        }
    }

    /// The heading above its findings.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Workflows => "Workflows",
            Self::Controls => "Control files",
            Self::Branch => "Rules of the branch",
            Self::Actions => "Settings of Actions",
            Self::Environments => "Environments",
            Self::People => "People and teams",
            Self::Token => "The token",
        }
    }

    /// Only the forge can tell.
    pub fn is_on_forge(self) -> bool {
        !matches!(self, Self::Workflows | Self::Controls)
    }
}

/// One thing the doctor says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symptom {
    /// The code, the message, the place (its first path and line), the next step.
    pub finding: Finding,
    /// What it is about.
    pub organ: Organ,
    /// The clauses it answers.
    pub answers: &'static [&'static str],
    /// The page where it is set.
    pub page: Option<String>,
    /// The command that mends it.
    pub command: Option<String>,
}

/// The whole answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DoctorReport {
    /// Which state of the files was looked at, for people.
    pub state: String,
    /// The repository on the forge and its branch, where the forge was asked.
    pub forge: Option<(String, String)>,
    /// How many checks were made.
    pub checks: usize,
    /// What is wrong, part by part, the gravest first.
    pub symptoms: Vec<Symptom>,
    /// The clauses named in them, each with what it is.
    pub clauses: Vec<(&'static str, &'static str)>,
    /// What was not looked at, and why.
    pub notes: Vec<String>,
    /// How grave a finding must be to fail; `None`: none does.
    pub fail_on: Option<Severity>,
}

impl DoctorReport {
    /// How many findings of a severity there are.
    pub fn number(&self, severity: Severity) -> usize {
        self.symptoms.iter().filter(|symptom| symptom.finding.severity == severity).count()
    }

    /// Whether a finding fails.
    pub fn is_failure(&self, symptom: &Symptom) -> bool {
        self.fail_on.is_some_and(|least| symptom.finding.severity >= least)
    }

    /// Something fails.
    pub fn fails(&self) -> bool {
        self.symptoms.iter().any(|symptom| self.is_failure(symptom))
    }
}
