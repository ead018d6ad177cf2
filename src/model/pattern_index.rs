//! Many patterns at once: which one matches a path last.

use super::{Pattern, RepoPath};

/// An index over patterns, in their order.
#[derive(Clone, Debug, Default)]
pub struct PatternIndex {
    patterns: Vec<Pattern>,
}

impl PatternIndex {
    /// Indexes the patterns.
    pub fn new(patterns: Vec<Pattern>) -> Self {
        Self { patterns }
    }

    /// The place of the last pattern that matches, if any.
    pub fn last_match(&self, path: &RepoPath) -> Option<usize> {
        self.patterns.iter().rposition(|pattern| pattern.matches(path))
    }
}
