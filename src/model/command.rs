//! What people tell the gate in a comment.

use super::ChangeClass;

/// One command of a comment. What it is worth is another matter: who wrote it, and when, decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// `/approve 1a2b3c4`: this commit may go ahead.
    Approve {
        /// The commit as it was typed: 7 to 64 digits of lower-case hexadecimal.
        commit: String,
    },
    /// `/reject too risky before the holidays`: it may not.
    Reject {
        /// Why; may be empty.
        reason: String,
    },
    /// `/hold until the test is green`: not yet, whoever approves.
    Hold {
        /// Why; may be empty.
        reason: String,
    },
    /// `/release`: what was held may go on.
    Release,
    /// `/class emergency INC-42`: it claims to be of this class.
    Class {
        /// The class.
        class: ChangeClass,
        /// What follows it.
        rest: String,
    },
}

impl Command {
    /// It only asks for patience: it counts even where nobody can be sure whose words it is.
    pub fn objects(&self) -> bool {
        matches!(self, Self::Reject { .. } | Self::Hold { .. })
    }
}

/// A line that was surely meant as a command and is none. Its author is told, since silence would look like consent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misread {
    /// The line, as it was typed.
    pub line: String,
    /// Why it is no command, and what would be one.
    pub why: String,
}
