//! Who answers for what, laid out for people to look up: what a page about ownership is made from.
//!
//! Nothing in it changes with the clock, and nothing but a change of ownership changes it: a file more in a directory that
//! one row answers for leaves it as it was, so a page made from it can be committed and held to its source.

use super::{
    Absence, Dialect, Disagreement, Escalation, Letter, Moment, OwnedState, Place, Principal, RepoPath, RowId, RowKind,
};
use std::collections::BTreeMap;

/// Everything a page about ownership says.
#[derive(Clone, Debug)]
pub struct Roster {
    /// There is a file that could name an owner. Otherwise any one peer may approve a change, and the only row says so.
    pub has_source: bool,
    /// The rows of the matrix in their order, then those that other files make, by file and line.
    pub rows: Vec<RosterRow>,
    /// Every team that the matrix knows or some row names, by name.
    pub teams: Vec<RosterTeam>,
    /// Everybody whom some file names, by name.
    pub people: Vec<RosterPerson>,
    /// Who is asked where nobody answers.
    pub escalation: Option<Escalation>,
    /// How many files have an owner.
    pub coverage: OwnedFiles,
    /// What nobody answers for.
    pub gaps: Vec<Gap>,
    /// Every different answer that some path has.
    pub answers: Vec<PathAnswer>,
    /// Which answer each path has.
    pub paths: PathNode,
}

/// One row, with everybody it names.
#[derive(Clone, Debug)]
pub struct RosterRow {
    /// Its name.
    pub id: RowId,
    /// The file that makes it; `None` for a row of the matrix.
    pub dialect: Option<Dialect>,
    /// What it is about.
    pub kind: RowKind,
    /// The patterns it answers for, as they are written.
    pub scope: Vec<String>,
    /// What it is good for.
    pub purpose: Option<String>,
    /// How critical: 0 is the most.
    pub tier: Option<u8>,
    /// Who does the work.
    pub responsible: Vec<Principal>,
    /// How many of them must approve a change.
    pub approvals: u32,
    /// Who answers for it.
    pub accountable: Vec<Principal>,
    /// Who helps.
    pub supports: Vec<Principal>,
    /// Who is asked before.
    pub consulted: Vec<Principal>,
    /// Who is told after.
    pub informed: Vec<Principal>,
    /// Who approves its emergencies: its own director, else that of its first team that has one.
    pub director: Option<Principal>,
    /// Who may stand in.
    pub alternate: Vec<Principal>,
    /// Where to reach them: its own, else that of its first team that has one.
    pub contact: Option<String>,
    /// When it must be confirmed again.
    pub review_by: Option<Moment>,
    /// The line that says so; of several, the first.
    pub place: Place,
}

/// One team.
#[derive(Clone, Debug)]
pub struct RosterTeam {
    /// The last part of its name, in lower case: `pay` is `@pay` and `@acme/pay`.
    pub name: String,
    /// Its members; `None` where only a forge knows them.
    pub members: Option<Vec<Principal>>,
    /// Its director.
    pub director: Option<Principal>,
    /// What it is measured by.
    pub goals: Option<String>,
    /// Where to reach it.
    pub contact: Option<String>,
    /// Its rows.
    pub rows: Vec<Part>,
    /// Where the matrix describes it.
    pub place: Option<Place>,
}

/// One person, or one address.
#[derive(Clone, Debug)]
pub struct RosterPerson {
    /// Their login or address.
    pub who: Principal,
    /// What they are called.
    pub name: Option<String>,
    /// The rows that name them.
    pub rows: Vec<Part>,
    /// The teams they are a member of, by their place in [`Roster::teams`].
    pub teams: Vec<usize>,
    /// When they cannot be asked.
    pub away: Vec<Absence>,
    /// They have left.
    pub left: bool,
}

/// The part somebody has in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its place in [`Roster::rows`].
    pub row: usize,
    /// Every part they have in it, in order.
    pub letters: Vec<Letter>,
}

impl RosterRow {
    /// Every part somebody can have in a row, in order.
    pub const LETTERS: [Letter; 7] = [
        Letter::Responsible,
        Letter::Accountable,
        Letter::Supports,
        Letter::Consulted,
        Letter::Informed,
        Letter::Director,
        Letter::Alternate,
    ];

    /// Whom the row names for a part.
    pub fn people(&self, letter: Letter) -> &[Principal] {
        match letter {
            Letter::Responsible => &self.responsible,
            Letter::Accountable => &self.accountable,
            Letter::Supports => &self.supports,
            Letter::Consulted => &self.consulted,
            Letter::Informed => &self.informed,
            Letter::Director => self.director.as_slice(),
            Letter::Alternate => &self.alternate,
        }
    }
}

/// How many files have an owner.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct OwnedFiles {
    /// All files.
    pub files: usize,
    /// Those somebody answers for.
    pub owned: usize,
}

/// Some files that nobody answers for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// A file, or a directory; empty for the root.
    pub path: RepoPath,
    /// How much of it.
    pub extent: GapExtent,
    /// A file says so; otherwise none speaks about them.
    pub cleared: bool,
}

/// How much of a path is a gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GapExtent {
    /// The file.
    File,
    /// Everything below the directory.
    Everything,
    /// So many files of the directory itself.
    Some(usize),
}

/// What is answered for a path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PathAnswer {
    /// Whether somebody answers for it.
    pub state: OwnedState,
    /// The rows it belongs to; the first is the row of the path.
    pub rows: Vec<AnswerRow>,
    /// Every line that speaks about it, the one that decides first.
    pub places: Vec<Place>,
    /// Two of them name nobody in common.
    pub disagreement: Option<Disagreement>,
}

/// A row as it stands for one path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AnswerRow {
    /// Its place in [`Roster::rows`].
    pub row: usize,
    /// Who does the work: the row's people, and who joins them for this path.
    pub responsible: Vec<Principal>,
    /// Who is asked before, likewise.
    pub consulted: Vec<Principal>,
    /// How many of the responsible must approve.
    pub approvals: u32,
    /// The line that says so for this path: one OWNERS file may have several.
    pub place: Place,
}

/// The answers of a directory, or of one file, as places in [`Roster::answers`].
///
/// To look a path up, follow its segments. What stops at [`PathNode::Same`] has that answer. A path that is not listed has
/// the answer of a new file: exact for every tracked one, and for others unless a rule goes by their names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PathNode {
    /// This file, or every file below this directory and every new one.
    Same(usize),
    /// A directory whose files have several answers.
    Mixed {
        /// The answer of a file in the directory itself that is not listed; of one in a directory of it that is not listed;
        /// of one in a directory of that; and so on. The last stands for everything deeper; there is always one.
        unlisted: Vec<usize>,
        /// What has another answer, by name; that of a directory ends with a slash. In the root, everything.
        inside: BTreeMap<Box<[u8]>, PathNode>,
    },
}
