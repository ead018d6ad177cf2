//! A question about owners, and everything its answer is read from.

use super::{CommitId, Config, Finding, Moment, OwnershipAnswer, PathRow, Place, Principal, RepoPath};
use super::{OwnedState, Ownership};

/// Who answers for what, at one state of the files.
#[derive(Debug)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    /// The files that name owners.
    pub ownership: Ownership,
    /// The configuration.
    pub config: Config,
    /// The commit, where the state is one.
    pub commit: Option<CommitId>,
    /// The state, for people: `commit 1a2b3c4d5e6f`, `the working tree`.
    pub state: String,
    /// The time of the question: whoever is away then is said to be.
    pub now: Moment,
    /// Lines that are skipped, files that cannot be read.
    pub noticed: Vec<Finding>,
}

/// What is asked about owners.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Question {
    /// Who answers for these paths?
    Paths(Vec<AskedPath>),
    /// Who answers for these paths, of which there may be a million?
    Listed(PathList),
    /// Who answers for each file below these directories?
    Tree(Vec<RepoPath>),
    /// Which files does nobody answer for?
    Unowned(Vec<RepoPath>),
    /// What does this person or team answer for?
    Mine(Principal, Vec<Duty>),
}

/// Very many paths, as they came: one buffer, each path ended by a NUL.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PathList(Vec<u8>);

impl PathList {
    /// Takes a buffer in which each path is ended by a NUL.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Adds a path.
    pub fn push(&mut self, path: &[u8]) {
        self.0.extend_from_slice(path);
        self.0.push(0);
    }

    /// The paths, in pieces of about so many bytes.
    pub fn pieces(&self, bytes: usize) -> Vec<&[u8]> {
        let mut pieces = Vec::new();
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let from = bytes.min(rest.len());
            let end = rest.iter().skip(from).position(|byte| *byte == 0).map_or(rest.len(), |at| from + at + 1);
            let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            pieces.push(piece);
            rest = after;
        }
        pieces
    }

    /// The paths of a piece, or of the whole.
    pub fn paths(piece: &[u8]) -> impl Iterator<Item = RepoPath> {
        piece.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(RepoPath::new)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = RepoPath> {
        Self::paths(&self.0)
    }
}

/// One path that is asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedPath {
    /// The path.
    pub path: RepoPath,
    /// What stands there.
    pub there: There,
}

/// What stands at a path that is asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum There {
    /// A file, or nobody looked.
    File,
    /// A directory, with the files below it.
    Directory(Vec<RepoPath>),
    /// Nothing: the answer is what a new file would get.
    Nothing,
}

/// Something a person or a team answers for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duty {
    /// The row, or the office: `escalation`, `control`, `change-authority`, `calendar:<file>`.
    pub name: String,
    /// What it is about, for a row that another file makes: the pattern, the section.
    pub about: Option<String>,
    /// What they are there.
    pub letters: Vec<Letter>,
    /// The teams through which they are; empty where they are named themselves.
    pub via: Vec<Principal>,
    /// What it is good for.
    pub purpose: Option<String>,
    /// How critical: 0 is the most.
    pub tier: Option<u8>,
    /// Where to reach its people.
    pub contact: Option<String>,
    /// How many tracked files are in it.
    pub files: u64,
    /// Where it says so.
    pub place: Place,
}

/// What somebody is to a row: the letters of a RASCI matrix, and the two that stand beside it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Letter {
    /// Does the work.
    Responsible,
    /// Answers for it.
    Accountable,
    /// Helps.
    Supports,
    /// Is asked before.
    Consulted,
    /// Is told after.
    Informed,
    /// Approves its emergencies.
    Director,
    /// Stands in.
    Alternate,
}

impl Letter {
    /// `R`, `A`, `S`, `C`, `I`, `D`, `alt`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Responsible => "R",
            Self::Accountable => "A",
            Self::Supports => "S",
            Self::Consulted => "C",
            Self::Informed => "I",
            Self::Director => "D",
            Self::Alternate => "alt",
        }
    }
}

/// The people of a row with what each is, the row's director being that of its team where it names none.
pub fn people_of<'a>(ownership: &'a Ownership, row: &'a PathRow<'a>) -> Vec<(Letter, Vec<&'a Principal>)> {
    let joined = row.responsible.iter().map(|who| who.as_ref()).collect::<Vec<_>>();
    let consulted = row.consulted.iter().map(|who| who.as_ref()).collect();
    let Some(of) = row.row else {
        // Whoever a file beside the matrix names answers for it, too.
        return vec![
            (Letter::Responsible, joined.clone()),
            (Letter::Accountable, joined),
            (Letter::Consulted, consulted),
        ];
    };
    let team_director = || of.responsible.iter().find_map(|who| ownership.matrix()?.team(who)?.director.as_ref());
    vec![
        (Letter::Responsible, joined),
        (Letter::Accountable, of.accountable.iter().collect()),
        (Letter::Supports, of.supports.iter().collect()),
        (Letter::Consulted, consulted),
        (Letter::Informed, of.informed.iter().collect()),
        (Letter::Director, of.director.as_ref().or_else(team_director).into_iter().collect()),
        (Letter::Alternate, of.alternate.iter().collect()),
    ]
}

impl Asked {
    /// What is known about who answers for a path. Where no file names owners nobody does, and the one row says who may
    /// approve a change all the same.
    pub fn rows<'a>(&self, answer: &OwnershipAnswer<'a>) -> (OwnedState, Vec<PathRow<'a>>) {
        if self.ownership.has_source() {
            (answer.state, answer.rows())
        } else {
            (OwnedState::Unowned, vec![PathRow::repository()])
        }
    }
}
