//! What a change does to the values of a file.

use super::{Datum, ScalarKind, SyntaxFault};
use std::collections::BTreeMap;
use std::fmt;

/// What is known of how one changed file changes, by value and by line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileEdits {
    /// By value; `None` for a file of no known format.
    pub values: Option<Result<ValueEdits, Unanalysable>>,
    /// By line.
    pub lines: LineEdits,
    /// Of a lockfile or a manifest: why the two do not fit each other as they would land.
    pub unfit: Option<String>,
}

impl FileEdits {
    /// How many values change; of a file of no known format, how many lines; `None` when it cannot be told.
    pub fn count(&self) -> Option<u64> {
        match &self.values {
            Some(values) => values.as_ref().ok().map(|values| values.edits.len() as u64),
            None => self.lines.uneven.is_none().then_some(self.lines.pairs.len() as u64),
        }
    }
}

/// The edits of a file of a known format.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ValueEdits {
    /// Every value that differs, in the order of the new file. Empty: only comments and formatting differ.
    pub edits: Vec<Edit>,
    /// The first line of the new file (of the old one, where lines are only gone) that differs outside the values of
    /// `edits`: a comment or formatting.
    pub elsewhere: Option<u32>,
    /// What differs beside the values is more than formatting: the line, and why.
    pub beyond_formatting: Option<(u32, &'static str)>,
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

impl Edit {
    /// For people: `/spec/replicas: 3 → 40`.
    pub fn describe(&self) -> String {
        let path = self.path.to_string();
        let path = if path.is_empty() { "the document" } else { path.as_str() };
        let from = differ_from(self.old.as_ref(), self.new.as_ref());
        let shown = |value: &Option<EditValue>| value.as_ref().map(|value| value.shown(from)).unwrap_or_default();
        let (old, new) = (shown(&self.old), shown(&self.new));
        // A package is known by its name; its place in the lockfile says nothing to anybody.
        let path = self.dependency.as_ref().map_or(path, |dependency| dependency.name.as_str());
        let is = |value: &Option<EditValue>| match value {
            Some(EditValue::List(many) | EditValue::Map(many)) if *many != 1 => "are",
            _ => "is",
        };
        match self.kind {
            EditKind::Add => format!("{path}: {new} {} added", is(&self.new)),
            EditKind::Remove => format!("{path}: {old} {} removed", is(&self.old)),
            EditKind::Replace => format!("{path}: {old} → {new}"),
            EditKind::Move => match &self.from {
                Some(from) => format!("{path}: {new} moves here from {from}"),
                None => format!("{path}: {new} moves"),
            },
        }
    }
}

impl Edit {
    /// The edit as a plain tree, as the documents have it: `edit`, `path`, `document`, `from`, `old`, `old_type`, `old_line`,
    /// and the same for `new`, `dependency`. A value that JSON has no exact word for is its text.
    pub fn datum(&self) -> Datum {
        let mut map = BTreeMap::from([
            ("edit".to_owned(), text(self.kind.as_str())),
            ("path".to_owned(), text(&self.path.to_string())),
            ("document".to_owned(), whole(self.document as u64)),
        ]);
        let mut put = |key: &str, value: Option<Datum>| {
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
        };
        put("from", self.from.as_ref().map(|from| text(&from.to_string())));
        put("old", self.old.as_ref().map(EditValue::datum));
        put("old_type", self.old.as_ref().map(|value| text(value.kind())));
        put("old_line", self.old_line.map(|line| whole(line.into())));
        put("new", self.new.as_ref().map(EditValue::datum));
        put("new_type", self.new.as_ref().map(|value| text(value.kind())));
        put("new_line", self.new_line.map(|line| whole(line.into())));
        put("dependency", self.dependency.as_ref().map(Dependency::datum));
        Datum::Map(map)
    }
}

impl Dependency {
    fn datum(&self) -> Datum {
        let mut map = BTreeMap::from([
            ("name".to_owned(), text(&self.name)),
            ("step".to_owned(), text(self.step.as_str())),
            ("source_changed".to_owned(), Datum::Bool(self.source_changed)),
            ("contents_changed".to_owned(), Datum::Bool(self.contents_changed)),
        ]);
        map.extend(self.from.as_ref().map(|from| ("from".to_owned(), text(from))));
        map.extend(self.to.as_ref().map(|to| ("to".to_owned(), text(to))));
        Datum::Map(map)
    }
}

fn text(text: &str) -> Datum {
    Datum::Text(text.to_owned())
}

fn whole(number: u64) -> Datum {
    Datum::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Beyond this a whole number is its text, so that no reader rounds it: 2^53.
const EXACT: i64 = 1 << 53;

/// Likewise a fraction of more digits.
const EXACT_DIGITS: usize = 15;

fn digits(number: &str) -> usize {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    mantissa.bytes().filter(u8::is_ascii_digit).count()
}

/// The most characters of a value that are shown.
const SHOWN: usize = 60;

impl EditValue {
    /// The word of documents.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Scalar(kind, _) => kind.as_str(),
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }

    /// A single value as JSON has it, or its text; how large a list or a mapping is.
    fn datum(&self) -> Datum {
        match self {
            Self::Scalar(ScalarKind::Null, _) => Datum::Null,
            Self::Scalar(ScalarKind::Bool, word) => Datum::Bool(word == "true"),
            Self::Scalar(ScalarKind::Integer, digits) => match digits.parse::<i64>() {
                Ok(number) if (-EXACT..=EXACT).contains(&number) => Datum::Int(number),
                _ => text(digits),
            },
            Self::Scalar(ScalarKind::Number, word) => match word.parse::<f64>() {
                Ok(number) if number.is_finite() && digits(word) <= EXACT_DIGITS => Datum::Float(number),
                _ => text(word),
            },
            Self::Scalar(_, word) => text(word),
            Self::List(size) | Self::Map(size) => {
                Datum::Map(BTreeMap::from([("size".to_owned(), whole(*size as u64))]))
            }
        }
    }

    /// For people, on one line, long texts cut.
    pub fn describe(&self) -> String {
        self.shown(0)
    }

    /// Likewise; a text that is too long from so many characters on.
    fn shown(&self, from: usize) -> String {
        match self {
            Self::Scalar(ScalarKind::Text, text) if text.chars().nth(SHOWN).is_none() => format!("{text:?}"),
            Self::Scalar(ScalarKind::Text, text) => {
                let mut rest = text.chars().skip(from);
                let shown: String = rest.by_ref().take(SHOWN).collect();
                let cut = |cut: bool| if cut { "…" } else { "" };
                format!("{:?}", format!("{}{shown}{}", cut(from > 0), cut(rest.next().is_some())))
            }
            Self::Scalar(_, text) => text.chars().take(SHOWN).collect(),
            Self::List(items) => super::counted(*items as u64, "item"),
            Self::Map(keys) => super::counted(*keys as u64, "key"),
        }
    }
}

/// Where to begin to show two texts, so that it is seen what differs.
fn differ_from(old: Option<&EditValue>, new: Option<&EditValue>) -> usize {
    let (Some(EditValue::Scalar(ScalarKind::Text, old)), Some(EditValue::Scalar(ScalarKind::Text, new))) = (old, new)
    else {
        return 0;
    };
    let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    same.saturating_sub(SHOWN / 2)
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

#[cfg(test)]
mod tests {
    use super::{DocPath, Edit, EditKind, EditValue};
    use crate::model::ScalarKind;

    #[test]
    fn of_long_texts_is_shown_what_differs() {
        let long = |tag: &str| format!("registry.example.org/acme/payments-service:{tag}@sha256:{}", "7".repeat(64));
        let say = |old: &str, new: &str| {
            let value = |text: &str| Some(EditValue::Scalar(ScalarKind::Text, text.to_owned()));
            let (kind, path) = (EditKind::Replace, DocPath::default());
            let (old, new) = (value(old), value(new));
            let edit = Edit {
                kind,
                document: 0,
                path,
                from: None,
                old,
                new,
                old_line: None,
                new_line: None,
                dependency: None,
            };
            edit.describe().replace("the document: ", "")
        };
        assert_eq!(say("a", "b"), r#""a" → "b""#);
        assert_eq!(
            say(&long("1.4"), &long("1.5")),
            r#""…e.org/acme/payments-service:1.4@sha256:777777777777777777777…" → "…e.org/acme/payments-service:1.5@sha256:777777777777777777777…""#
        );
        let (old, new) = ("x".repeat(61), "x".repeat(60));
        assert_eq!(say(&old, &new), format!(r#""…{}" → "{new}""#, "x".repeat(31)));
        assert_eq!(say(&old, "y"), format!(r#""{}…" → "y""#, "x".repeat(60)));
    }
}
