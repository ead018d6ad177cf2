//! One changed file and all that is known about it.

use super::{FileDiff, FileEdits, FileStatus, OwnedState, Principal, RowId, ValueEdits};
use std::sync::Arc;

/// One changed file with all that is known about it.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// The difference.
    pub diff: FileDiff,
    /// It counts as a change to production at one of its paths.
    pub in_scope: bool,
    /// It is a control file at one of its paths.
    pub control: bool,
    /// Whether somebody answers for it; the worse of its two paths.
    pub owned: OwnedState,
    /// The rows of its paths.
    pub rows: Vec<RowId>,
    /// Everyone responsible for its paths.
    pub owners: Vec<Principal>,
    /// Why its lines cannot be judged; `None` when they can.
    pub opaque: Option<String>,
    /// The templates whose scope and kinds accept it, by id.
    pub templates: Vec<String>,
    /// How its values and lines change; `None` when nobody asked for it, or it cannot be read at all.
    pub edits: Option<Arc<FileEdits>>,
}

impl FileFacts {
    /// The edits of its values, where they are known.
    pub fn values(&self) -> Option<&ValueEdits> {
        self.edits.as_ref()?.values.as_ref()?.as_ref().ok()
    }

    /// How far its values are known: `analysed`, `unanalysable`, `none` (it is of no known format), `not-looked-at`.
    pub fn values_known(&self) -> &'static str {
        match self.edits.as_ref().map(|edits| &edits.values) {
            None => "not-looked-at",
            Some(None) => "none",
            Some(Some(Ok(_))) => "analysed",
            Some(Some(Err(_))) => "unanalysable",
        }
    }

    /// Why its values cannot be known: where, and what stands there.
    pub fn values_why(&self) -> Option<String> {
        let unreadable = self.edits.as_ref()?.values.as_ref()?.as_ref().err()?;
        let side = if unreadable.new { "" } else { "before the change, " };
        let line = match unreadable.fault.line {
            0 => String::new(),
            line => format!("line {line}: "),
        };
        Some(format!("{side}{line}the file {}", unreadable.fault.why))
    }

    /// It is known that no value of it differs: only comments and formatting do.
    pub fn formatting_only(&self) -> bool {
        self.diff.status == FileStatus::Modified && self.values().is_some_and(|values| values.edits.is_empty())
    }
}
