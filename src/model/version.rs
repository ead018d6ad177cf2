//! How far a version may move.

use super::VersionStep;

impl VersionStep {
    /// Reads the word of a template: a step that may be taken.
    pub fn parse_most(word: &str) -> Option<Self> {
        [Self::Patch, Self::Minor, Self::Major].into_iter().find(|step| step.as_str() == word)
    }

    /// It goes up by no more than `most`.
    pub fn within(self, most: Self) -> bool {
        matches!(self, Self::Patch | Self::Minor | Self::Major) && self <= most
    }
}
