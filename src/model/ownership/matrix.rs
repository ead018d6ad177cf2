//! The RACI matrix of `.changeward/ownership.toml`: rows, teams, people, escalation.

use super::RowId;
use crate::model::{Moment, Pattern, Place, Principal, PrincipalKind, Span};
use std::collections::BTreeMap;

/// The RACI matrix of `.changeward/ownership.toml`.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// Who receives what nobody owns.
    pub escalation: Option<Escalation>,
    /// Teams by their name, in lower case: `[teams.pay]` answers for `@pay` and `@org/pay`.
    pub teams: BTreeMap<String, Team>,
    /// What is known of people, by login in lower case: `[people.bob]` is about `@bob`.
    pub people: BTreeMap<String, Person>,
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
    /// Who is asked after them, in order.
    pub next: Vec<EscalationStep>,
}

/// One step of the escalation path after the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationStep {
    /// A person or a role.
    pub who: Principal,
    /// How long after the gap was reported they are asked.
    pub after: Option<Span>,
    /// Where to reach them.
    pub contact: Option<String>,
}

/// A team known offline.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Team {
    /// Its members.
    pub members: Vec<Principal>,
    /// Its director, for rows that name none.
    pub director: Option<Principal>,
    /// What it is measured by, or where that is written.
    pub goals: Option<String>,
    /// Where to reach it.
    pub contact: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// What is known of one person beside their login.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Person {
    /// What they are called.
    pub name: Option<String>,
    /// The addresses their commits carry, in lower case.
    pub emails: Vec<String>,
    /// When they cannot be asked.
    pub away: Vec<Absence>,
    /// They have left: nothing may name them any more.
    pub left: bool,
    /// Where it stands.
    pub place: Place,
}

/// A time in which somebody cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// From then on, inclusive; always, if absent.
    pub from: Option<Moment>,
    /// Until then, exclusive; for good, if absent.
    pub until: Option<Moment>,
}

impl Absence {
    /// Whether it covers a moment.
    pub fn covers(&self, now: Moment) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
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
    /// How many of them must approve a change; at least 1.
    pub approvals: u32,
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

impl Matrix {
    /// What `[people]` says of somebody.
    pub fn person(&self, who: &Principal) -> Option<&Person> {
        self.people.get(&who.bare().to_lowercase())
    }

    /// What `[teams]` says of a name: `[teams.pay]` answers for `@pay` and `@org/pay`, never for a role of a forge.
    pub fn team(&self, who: &Principal) -> Option<&Team> {
        if who.kind() == PrincipalKind::Role {
            return None;
        }
        let key = who.key();
        self.teams.get(key.rsplit('/').next().unwrap_or(key).trim_start_matches('@'))
    }
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
