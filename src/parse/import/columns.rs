//! What the columns of a table mean, told by their headings and by what stands below them.

use super::cells::{is_letters, words};
use super::source::{Cell, Line};
use crate::model::{Principal, RowKind};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Column {
    /// What the row is called.
    Name,
    /// Its name in the matrix.
    Id,
    /// Names of people and teams of one kind.
    Role(Role),
    /// The letters of one person, team or role.
    Letters,
    Scope,
    Kind,
    Purpose,
    Contact,
    Tier,
    Approvals,
    ReviewBy,
    /// One that a row has once, and that stands further left already.
    Again,
    /// Nothing a matrix has a place for.
    Unknown,
}

/// How somebody takes part in a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Role {
    Responsible,
    Accountable,
    Supports,
    Consulted,
    Informed,
    Director,
    Alternate,
    /// The owner of a list of services: accountable, if that is a person.
    Owner,
    /// The team of a list of services: responsible, where nobody else is.
    Team,
}

/// Headings of one word, headings of several, and what they head; spelled as [`words`] does.
const HEADINGS: &[(&str, &[&str], Column)] = &[
    ("id key slug", &[], Column::Id),
    ("responsible r doer", &["responsible person", "responsible party"], Column::Role(Role::Responsible)),
    ("driver drivers", &[], Column::Role(Role::Responsible)),
    ("accountable a", &["accountable person", "accountable party"], Column::Role(Role::Accountable)),
    ("approver approvers", &[], Column::Role(Role::Accountable)),
    ("support supports supporting supportive supporter s", &[], Column::Role(Role::Supports)),
    ("consulted consult c", &[], Column::Role(Role::Consulted)),
    ("contributor contributors", &[], Column::Role(Role::Consulted)),
    ("informed inform i", &[], Column::Role(Role::Informed)),
    ("director executive sponsor", &[], Column::Role(Role::Director)),
    (
        "alternate alternates backup backups deputy deputies delegate delegates substitute",
        &["stand in"],
        Column::Role(Role::Alternate),
    ),
    (
        "owner owners maintainer maintainers",
        &["owned by", "service owner", "product owner", "business owner"],
        Column::Role(Role::Owner),
    ),
    ("team teams squad", &["owning team", "owner team", "support team", "team name"], Column::Role(Role::Team)),
    (
        "scope scopes path paths file files folder folders directory directories glob globs location",
        &["source path", "code path"],
        Column::Scope,
    ),
    ("kind type", &[], Column::Kind),
    ("purpose outcome description summary", &[], Column::Purpose),
    (
        "contact contacts channel slack chat oncall",
        &["slack channel", "contact channel", "chat channel", "on call"],
        Column::Contact,
    ),
    ("tier criticality", &["service tier", "business criticality"], Column::Tier),
    ("approvals", &["required approvals", "minimum approvals"], Column::Approvals),
    ("review", &["review by", "review date", "review due", "next review", "valid until"], Column::ReviewBy),
    (
        "name activity activities task tasks process processes procedure procedures runbook resource resources service \
         services component components system systems application applications app deliverable deliverables step \
         responsibility responsibilities area decision item raci rasci",
        &["service name", "component name", "work item", "raci matrix"],
        Column::Name,
    ),
];

/// Headings of DACI, which are near to ours and not the same.
const NEAR: &[(&str, &str)] = &[
    ("driver drivers", "the Driver of DACI is read as responsible"),
    ("approver approvers", "the Approver of DACI is read as accountable"),
    ("contributor contributors", "the Contributor of DACI is read as consulted"),
];

/// How well a heading is understood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Weight {
    /// How many columns it names in words of ours.
    named: usize,
    /// How many columns mean something.
    known: usize,
}

/// The columns of one table.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) all: Vec<Column>,
    /// What the rows are, where the heading of their names says so.
    pub(super) kind: Option<RowKind>,
}

impl Columns {
    /// How well a line is understood as the heading of the lines below, where at least one of its columns says who.
    pub(super) fn weigh(head: &Line, below: &[Line]) -> Option<Weight> {
        if head.cells.len() < 2 || below.iter().all(Line::is_blank) {
            return None;
        }
        let columns = Self::of(head, below);
        let who = |column: &&Column| matches!(column, Column::Role(_) | Column::Letters);
        let known = columns.all.iter().filter(|column| **column != Column::Unknown).count();
        let named = columns.all.iter().filter(|column| !matches!(column, Column::Unknown | Column::Letters)).count();
        columns.all.iter().find(who).map(|_| Weight { named, known })
    }

    /// What each column is. The first is the name of the row, unless another one says that it is.
    pub(super) fn of(head: &Line, below: &[Line]) -> Self {
        let mut all: Vec<Column> = head.cells.iter().enumerate().map(|(at, cell)| column(cell, at, below)).collect();
        let named = match all.iter().position(|column| *column == Column::Name) {
            Some(at) => Some(at),
            None => match all.first_mut() {
                Some(first @ (Column::Unknown | Column::Letters | Column::Id | Column::Kind)) => {
                    *first = Column::Name;
                    Some(0)
                }
                _ => None,
            },
        };
        let several = |column: Column| {
            let lists = matches!(column, Column::Role(role) if role != Role::Director);
            lists || matches!(column, Column::Letters | Column::Scope | Column::Unknown | Column::Again)
        };
        for at in 1..all.len() {
            let (before, rest) = all.split_at_mut(at);
            if let Some(column) = rest.first_mut()
                && !several(*column)
                && before.contains(column)
            {
                *column = Column::Again;
            }
        }
        let heading = named.and_then(|at| head.cells.get(at)).map(|cell| words(&cell.text)).unwrap_or_default();
        Self { all, kind: kind_of_rows(&heading) }
    }

    /// What should be said about the heading of a column.
    pub(super) fn near(cell: &Cell) -> Option<&'static str> {
        let heading = words(&cell.text);
        NEAR.iter().find(|(headings, _)| headings.split(' ').any(|one| one == heading)).map(|(_, said)| *said)
    }

    pub(super) fn has(&self, wanted: Column) -> bool {
        self.all.contains(&wanted)
    }
}

fn column(head: &Cell, at: usize, below: &[Line]) -> Column {
    let cells = || below.iter().take(200).filter_map(|line| line.cells.get(at)).filter(|cell| !cell.is_blank());
    let (letters, filled) = (cells().filter(|cell| is_letters(&cell.text)).count(), cells().count());
    let lettered = filled > 0 && letters * 2 >= filled;
    match known(&head.text) {
        // People stand below a column of theirs; letters below the heading `A` say that it is no heading, or a name.
        Some(Column::Role(_)) if lettered && head.text.chars().count() == 1 => Column::Unknown,
        Some(Column::Role(_)) if lettered && at > 0 => Column::Letters,
        Some(known) => known,
        None if at > 0 && !head.is_blank() && (lettered || Principal::parse(&head.text).is_some()) => Column::Letters,
        None => Column::Unknown,
    }
}

/// What a heading says by itself.
fn known(heading: &str) -> Option<Column> {
    let heading = words(heading);
    exactly(&heading).or_else(|| {
        let roles = ["responsible", "accountable", "supporting", "consulted", "informed"];
        let mut named = roles.into_iter().filter(|role| heading.split(' ').any(|word| word == *role));
        match (named.next(), named.next()) {
            (Some(role), None) if heading.split(' ').count() <= 4 => exactly(role),
            _ => None,
        }
    })
}

fn exactly(heading: &str) -> Option<Column> {
    let is = |(single, several, _): &&(&str, &[&str], Column)| {
        single.split(' ').any(|one| one == heading) || several.contains(&heading)
    };
    HEADINGS.iter().find(is).map(|(.., column)| *column)
}

fn kind_of_rows(heading: &str) -> Option<RowKind> {
    match heading.split(' ').next()? {
        "activity" | "activities" | "task" | "tasks" | "step" | "decision" => Some(RowKind::Activity),
        "process" | "processes" => Some(RowKind::Process),
        "procedure" | "procedures" | "runbook" => Some(RowKind::Procedure),
        "resource" | "resources" | "service" | "services" | "component" | "components" | "system" | "systems"
        | "application" | "applications" | "app" => Some(RowKind::Resource),
        _ => None,
    }
}
