//! What a change does to the values of a file.

use super::{ScalarKind, SyntaxFault};
use std::fmt;

/// What is known of how one changed file changes, by value and by line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileEdits {
    /// By value; `None` for a file of no known format.
    pub values: Option<Result<ValueEdits, Unanalysable>>,
    /// By line.
    pub lines: LineEdits,
}

/// The edits of a file of a known format.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ValueEdits {
    /// Every value that differs, in the order of the new file. Empty: only comments and formatting differ.
    pub edits: Vec<Edit>,
    /// The first line of the new file (of the old one, where lines are only gone) that differs outside the values of
    /// `edits`: a comment or formatting.
    pub elsewhere: Option<u32>,
    /// What each document is, by its place in the new file (in the old one for those that are gone).
    pub documents: Vec<DocumentHead>,
}

/// What tells one document of a file from another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DocumentHead {
    /// `Deployment/web`, where it says so of itself.
    pub label: Option<String>,
    /// Single values near the root that are the same before and after: path and text.
    pub same: Vec<(String, String)>,
}

/// One value that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What happens to it.
    pub kind: EditKind,
    /// The place of its document in [`ValueEdits::documents`].
    pub document: usize,
    /// Where it is in the new document; for one that is gone, where it was.
    pub path: DocPath,
    /// Where it was, when that is another place.
    pub from: Option<DocPath>,
    /// What it was.
    pub old: Option<EditValue>,
    /// What it is.
    pub new: Option<EditValue>,
    /// The line of the old value, from 1.
    pub old_line: Option<u32>,
    /// The line of the new value, from 1.
    pub new_line: Option<u32>,
    /// What it means for a dependency, in a lockfile.
    pub dependency: Option<Dependency>,
}

/// What happens to a value, in the words of JSON Patch (RFC 6902).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EditKind {
    /// It was not there.
    Add,
    /// It is no longer there.
    Remove,
    /// It was another.
    Replace,
    /// The same value stands at another place of its list.
    Move,
}

impl EditKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Add, Self::Remove, Self::Replace, Self::Move];

    /// The word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Move => "move",
        }
    }

    /// Reads the word of documents.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A value of an edit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EditValue {
    /// A single value: its kind and text, as in [`Scalar`](super::Scalar).
    Scalar(ScalarKind, String),
    /// A list of so many items.
    List(usize),
    /// A mapping of so many keys.
    Map(usize),
}

/// A way into a document, from its root.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct DocPath(pub Vec<Step>);

/// One step of a way into a document.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// An item of a list.
    Item {
        /// Its place, from 0.
        index: usize,
        /// What it is called, by keys such as `name`, the same before and after: key and text.
        names: Vec<(String, String)>,
    },
}

impl fmt::Display for DocPath {
    /// As a JSON Pointer (RFC 6901); the root is empty.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| match step {
            Step::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Item { index, .. } => write!(f, "/{index}"),
        })
    }
}

/// What an edit of a lockfile means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dependency {
    /// The package.
    pub name: String,
    /// The version that was locked.
    pub from: Option<String>,
    /// The version that is locked now.
    pub to: Option<String>,
    /// How far it moves.
    pub step: VersionStep,
    /// It comes from another place than before: another registry, another repository.
    pub source_changed: bool,
    /// Its contents differ though its version does not.
    pub contents_changed: bool,
}

/// How far a version moves, by Semantic Versioning 2.0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum VersionStep {
    /// Not at all.
    Same,
    /// Up, by the third number.
    Patch,
    /// Up, by the second number; below 1.0.0 the second number is the major one.
    Minor,
    /// Up, by the first number, or to or from a version below 1.0.0 by its second.
    Major,
    /// Down.
    Down,
    /// One of the two is none, or is no version; or one is a pre-release.
    Other,
}

impl VersionStep {
    /// The word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Down => "down",
            Self::Other => "other",
        }
    }
}

/// Why a file cannot be judged by its values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unanalysable {
    /// It is the new state that cannot be read; otherwise the old one.
    pub new: bool,
    /// Where and why.
    pub fault: SyntaxFault,
}

/// How a file differs by line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LineEdits {
    /// Lines that differ, each beside the one in its place; empty when they cannot be put side by side.
    pub pairs: Vec<LinePair>,
    /// Why lines cannot be put side by side: some were added or removed, there are too many, they are no text.
    pub uneven: Option<String>,
}

/// A line and what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinePair {
    /// From 1, in the old and in the new file.
    pub line: u32,
    /// Without its end.
    pub old: String,
    /// Without its end.
    pub new: String,
}
