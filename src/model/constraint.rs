//! What a template allows to change: one `[[allow]]` each. Every edit of a change must be allowed by one of them.

use super::{DocPattern, EditKind, Pattern, Place, ScalarKind, TextPattern, VersionStep};

/// One `[[allow]]` of a template.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// What it allows.
    pub allows: Allows,
    /// The files it is about; empty: all that the template covers.
    pub files: Vec<Pattern>,
    /// Where it stands.
    pub place: Place,
}

/// What a constraint allows.
#[derive(Clone, Debug)]
pub enum Allows {
    /// Edits of a value.
    Value(Box<ValueRule>),
    /// Lines in place of others.
    Lines(LineRule),
    /// Edits of a lockfile.
    Dependency(DependencyRule),
    /// Whatever happens to files of a kind.
    File(FileRule),
}

/// What a value may become.
#[derive(Clone, Debug)]
pub struct ValueRule {
    /// Which values.
    pub path: DocPattern,
    /// What may happen to them.
    pub kinds: Vec<EditKind>,
    /// Only in a document that says so near its root, before and after: path and text.
    pub only_where: Vec<(String, String)>,
    /// What the new value must be.
    pub kind: Option<ScalarKind>,
    /// The least number.
    pub min: Option<f64>,
    /// The greatest number.
    pub max: Option<f64>,
    /// The most by which a number may change.
    pub max_step: Option<f64>,
    /// The way a number may go.
    pub direction: Option<Direction>,
    /// The values it may take; empty: any.
    pub one_of: Vec<(ScalarKind, String)>,
    /// What the whole new text must match.
    pub regex: Option<TextPattern>,
    /// How far a version may move up.
    pub semver: Option<VersionStep>,
    /// It is the reference of a container image: of the repository it was of, and pinned by a digest.
    pub image: bool,
}

/// Which way a number goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// Never down.
    Up,
    /// Never up.
    Down,
}

impl Direction {
    /// The word of the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// Reads the word of the file.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Up, Self::Down].into_iter().find(|direction| direction.as_str() == word)
    }
}

/// A line in place of another. Groups of one name in both must hold the same text.
#[derive(Clone, Debug)]
pub struct LineRule {
    /// What the whole old line must match.
    pub old: TextPattern,
    /// What the whole new line must match.
    pub new: TextPattern,
}

/// What may happen to a locked dependency. Never: another source, other contents under the same version.
#[derive(Clone, Debug)]
pub struct DependencyRule {
    /// How far its version may move up.
    pub most: VersionStep,
    /// What may happen to it.
    pub kinds: Vec<EditKind>,
    /// Which ones, each with at most one `*`, at the end; empty: all.
    pub names: Vec<String>,
}

/// Files of which any edit is allowed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FileRule {
    /// Text that no machine acts upon: Markdown, reStructuredText, AsciiDoc, plain text.
    Documentation,
    /// Files of a known format in which no value differs: only comments and formatting do.
    Formatting,
}

impl FileRule {
    /// The word of the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documentation => "documentation",
            Self::Formatting => "formatting",
        }
    }

    /// Reads the word of the file.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Documentation, Self::Formatting].into_iter().find(|rule| rule.as_str() == word)
    }
}

/// A file that must change along with another.
#[derive(Clone, Debug)]
pub struct Companion {
    /// Where one of these changes…
    pub when: Pattern,
    /// …this one must, seen from its folder.
    pub needs: String,
}

impl DependencyRule {
    /// The rule is about this package.
    pub fn is_about(&self, package: &str) -> bool {
        let fits = |name: &String| match name.strip_suffix('*') {
            Some(start) => package.starts_with(start),
            None => package == name,
        };
        self.names.is_empty() || self.names.iter().any(fits)
    }
}
