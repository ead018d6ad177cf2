//! The changes of the past that a template names as proof that it repeats, and what they prove.

use super::{CommitId, Diff};

/// What a repository says of a change that somebody names: a commit, or `BASE..HEAD`.
#[derive(Clone, Debug)]
pub enum Past {
    /// It is in the history that was asked about.
    Change {
        /// The state before.
        base: CommitId,
        /// The state after.
        head: CommitId,
        /// What differs.
        diff: Diff,
    },
    /// It is not there, for certain: why.
    Never(String),
    /// Nobody can tell here: why.
    Unknown(String),
}

/// A sample that was looked up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// As the template names it.
    pub name: String,
    /// The commits it stands for, where it was found. Two names of one change prove it once.
    pub change: Option<(CommitId, CommitId)>,
    /// What it proves.
    pub proof: Proof,
}

/// What a sample proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// The template would have covered it.
    Fits,
    /// Nothing, for certain: why.
    False(String),
    /// Nobody can tell here: why.
    Unknown(String),
}

impl Sample {
    /// The template would have covered it.
    pub fn fits(&self) -> bool {
        self.proof == Proof::Fits
    }

    /// Why it proves nothing, if so.
    pub fn why(&self) -> Option<&str> {
        match &self.proof {
            Proof::Fits => None,
            Proof::False(why) | Proof::Unknown(why) => Some(why),
        }
    }
}

impl Proof {
    /// The word of the documents.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::False(_) => "false",
            Self::Unknown(_) => "unknown",
        }
    }
}
