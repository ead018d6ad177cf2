//! A matrix made from somebody's table or service catalogue: what could be understood of it, and every doubt.

use super::{Place, Principal, RowKind};
use std::fmt;

/// What a file to import is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportKind {
    /// A table of separated values: a RACI table, or a list of services and their owners.
    Csv,
    /// A document with RACI tables, as GitHub writes tables.
    Markdown,
    /// Entities of Backstage's catalogue, one YAML document each.
    Backstage,
}

impl ImportKind {
    /// Every kind, in the order help texts list them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Markdown, Self::Backstage];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Backstage => "backstage",
        }
    }
}

/// A matrix before it is written: every part is fit for `ownership.toml`, except that nobody has confirmed it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draft {
    /// The files it was made from, as they are shown.
    pub sources: Vec<String>,
    /// The names of the sources that stand for somebody else's spelling, in order.
    pub spellings: Vec<Spelling>,
    /// Who receives what nobody owns, where a source says so: one person, and where to reach them.
    pub escalation: Option<(Principal, Option<String>)>,
    /// Teams whose members a source names.
    pub teams: Vec<DraftTeam>,
    /// What the sources say of people beside their login.
    pub people: Vec<DraftPerson>,
    /// The rows; no two share an id.
    pub rows: Vec<DraftRow>,
    /// What belongs to no row and could not be used.
    pub unused: Vec<Unused>,
    /// Everything that somebody should look at, in the order of the sources.
    pub doubts: Vec<Doubt>,
}

/// A name of a source, and who it stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spelling {
    /// As the source spells it.
    pub name: String,
    /// Who that is.
    pub who: Principal,
}

impl Spelling {
    /// Reads `Jane Doe = @jane`. `None` where either side is missing, or the right one is no login, team or address.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, who) = text.rsplit_once('=')?;
        let (name, who) = (name.trim(), Principal::parse(who.trim())?);
        (!name.is_empty()).then(|| Self { name: name.to_owned(), who })
    }
}

/// A team whose members a source names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftTeam {
    /// Its name, fit for `[teams.NAME]`.
    pub name: String,
    /// People.
    pub members: Vec<Principal>,
    /// Where to reach it.
    pub contact: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// What of its entry could not be used.
    pub unused: Vec<Unused>,
}

/// What a source says of a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftPerson {
    /// Login or address, without `@` at the head.
    pub login: String,
    /// What they are called.
    pub name: Option<String>,
    /// Their addresses.
    pub emails: Vec<String>,
    /// What of their entry could not be used.
    pub unused: Vec<Unused>,
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftRow {
    /// Its name in the matrix.
    pub id: String,
    /// Its name in the source.
    pub name: String,
    /// What it is about.
    pub kind: RowKind,
    /// Patterns that compile.
    pub scope: Vec<String>,
    /// What it is good for.
    pub purpose: Option<String>,
    /// 0 to 9.
    pub tier: Option<u8>,
    /// Who does the work.
    pub responsible: Vec<Principal>,
    /// How many of them must approve, where the source says.
    pub approvals: Option<u8>,
    /// Who answers for it: one, where the source is sound.
    pub accountable: Vec<Principal>,
    /// Who helps.
    pub supports: Vec<Principal>,
    /// Who is asked before.
    pub consulted: Vec<Principal>,
    /// Who is told after.
    pub informed: Vec<Principal>,
    /// Who approves its emergencies.
    pub director: Option<Principal>,
    /// Who may stand in.
    pub alternate: Vec<Principal>,
    /// Where to reach them.
    pub contact: Option<String>,
    /// A date or a time, as [`Moment::parse`](super::Moment::parse) reads it.
    pub review_by: Option<String>,
    /// What stands before it in the source and is no row.
    pub above: Vec<Unused>,
    /// What of its cells could not be used.
    pub unused: Vec<Unused>,
    /// Where it stands.
    pub place: Place,
}

impl DraftRow {
    /// A row of which nothing but its name is known.
    pub fn new(id: String, name: String, place: Place) -> Self {
        Self {
            id,
            name,
            place,
            kind: RowKind::Resource,
            scope: Vec::new(),
            purpose: None,
            tier: None,
            responsible: Vec::new(),
            approvals: None,
            accountable: Vec::new(),
            supports: Vec::new(),
            consulted: Vec::new(),
            informed: Vec::new(),
            director: None,
            alternate: Vec::new(),
            contact: None,
            review_by: None,
            above: Vec::new(),
            unused: Vec::new(),
        }
    }
}

/// A text of the source that found no place in the matrix. It is kept beside it, as a comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unused {
    /// The whole text.
    pub text: String,
    /// The heading of its column, or the key it stands at; absent where it has none.
    pub column: Option<String>,
    /// Why it was not used, in a few words of ours.
    pub why: &'static str,
}

/// Something in a source that a person should look at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Doubt {
    /// File and line.
    pub place: Place,
    /// From 1, in characters.
    pub column: u32,
    /// What is doubtful and what was done about it, without a full stop. May hold text of the source.
    pub message: String,
    /// How to settle it.
    pub help: String,
}

impl fmt::Display for Doubt {
    /// For people who read no screen: what holds text of strangers still has to pass a sink.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.place, self.column, self.message, self.help)
    }
}
