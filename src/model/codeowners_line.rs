//! A CODEOWNERS file that is to be written, as lines.

use super::{Place, Principal, RowId};

/// What one pattern of the matrix becomes in CODEOWNERS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeownersLine {
    /// Its row.
    pub row: RowId,
    /// The pattern as the matrix has it.
    pub glob: String,
    /// The same in GitHub's dialect; several where one line cannot say it.
    pub patterns: Vec<String>,
    /// The dialect cannot say it, so the files it matches are named one by one.
    pub listed: bool,
    /// Who is responsible.
    pub owners: Vec<Principal>,
}

/// Why a row cannot be said in CODEOWNERS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnsayableRow {
    /// The row, or the file that cannot be told from another.
    pub place: Place,
    /// For people.
    pub msg: String,
    /// The next step.
    pub help: String,
}
