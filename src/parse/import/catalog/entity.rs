//! One document of a catalogue as its texts, each of which is taken by whoever has a use for it; what is left at the end
//! becomes a comment.

use crate::model::{Doubt, Place, Unused};
use crate::parse::import::draft::{Importer, too_much};
use crate::parse::import::source::{Cell, Source};
use crate::parse::problem::{InvalidFile, Problem};
use crate::parse::yaml::{self, Limits, Node, Value};

/// The largest file read, in bytes, as large as Backstage's own exports get.
const LIMITS: Limits = Limits { size: 4 << 20, aliases: true };

/// The longest key kept, in characters; the most text of one document, in bytes; the longest text kept as a comment, in
/// bytes: the definition of an API is longer than everything else, and says nothing of owners.
const MAX_KEY: usize = 200;
const MAX_WEIGHT: usize = 16 << 20;
const MAX_COMMENT: usize = 400;

/// One text of an entity and the line it stands on.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Its keys, joined by dots: `metadata.name`.
    pub(super) path: String,
    pub(super) text: String,
    /// How long it was, in bytes: of a very long one only the start is kept.
    pub(super) whole: usize,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// One document: its texts, of which those that are used are taken out.
#[derive(Clone, Debug)]
pub(in crate::parse::import) struct Entity {
    pub(super) file: String,
    /// The folder of the file, if it is known.
    pub(super) folder: Option<String>,
    pub(super) line: u32,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) leaves: Vec<Leaf>,
}

/// Reads the entities of a file; what becomes of them is told by all files together.
///
/// # Errors
/// What is no YAML, and a file without an entity.
pub(in crate::parse::import) fn entities(
    importer: &mut Importer,
    source: &Source<'_>,
    found: &mut Vec<Entity>,
) -> Result<(), InvalidFile> {
    let (documents, fault) = yaml::documents(source.text, LIMITS);
    if let Some(fault) = fault {
        let span = source.line_span(fault.line);
        return Err(source.refuse(Problem::new(
            "bad_yaml",
            format!("this file {}", fault.message),
            span,
            "here",
            "a catalogue file holds YAML documents, parted by `---`",
        )));
    }
    let before = found.len();
    for document in documents {
        let mut leaves = Leaves { source, all: Vec::new(), weight: 0 };
        leaves.gather(&document, "");
        if leaves.weight > MAX_WEIGHT {
            return Err(source.refuse(too_much()));
        }
        let mut entity = Entity {
            file: source.name.clone(),
            folder: folder(&source.name),
            line: document.line,
            kind: String::new(),
            name: String::new(),
            leaves: leaves.all,
        };
        if entity.leaves.is_empty() {
            continue;
        }
        let has = |path: &str| entity.leaves.iter().any(|leaf| leaf.path == path);
        if !["apiVersion", "kind", "metadata.name"].into_iter().all(has) {
            let message = "this document is no entity of a catalogue, so it is kept as comments".to_owned();
            let help = "an entity has an `apiVersion`, a `kind` and a `metadata.name`";
            importer.doubt(entity.doubt(None, message, help));
            entity.rest("no entity").into_iter().for_each(|unused| importer.aside(unused));
            continue;
        }
        entity.take("apiVersion");
        let named = |entity: &mut Entity, path: &str| entity.take(path).map(|leaf| leaf.text).unwrap_or_default();
        let (kind, name) = (named(&mut entity, "kind"), named(&mut entity, "metadata.name"));
        found.push(Entity { kind, name, ..entity });
    }
    if found.len() > before {
        return Ok(());
    }
    Err(source.refuse(Problem::new(
        "no_entity",
        "this file holds no entity of a catalogue",
        0..0,
        "nothing here",
        "an entity has `apiVersion: backstage.io/v1alpha1`, a `kind` and a `metadata.name`",
    )))
}

/// The folder of a file, as a path of the repository.
fn folder(file: &str) -> Option<String> {
    let (folder, _) = file.rsplit_once('/').unwrap_or(("", file));
    let outside = file.starts_with(['/', '<', '"']) || folder.split('/').any(|part| part == "..");
    (!outside).then(|| folder.to_owned())
}

/// The texts of one document.
struct Leaves<'s, 't> {
    source: &'s Source<'t>,
    all: Vec<Leaf>,
    /// How much they hold, in bytes: aliases may repeat a text without end.
    weight: usize,
}

impl Leaves<'_, '_> {
    /// Every text with its path. Those of a list of texts share one.
    fn gather(&mut self, node: &Node<'_>, path: &str) {
        if self.weight > MAX_WEIGHT {
            return;
        }
        match &node.value {
            Value::Scalar(spelled) => {
                let cell = Cell::new(&spelled.text, 0);
                if cell.text.is_empty() || node.is_null() {
                    return;
                }
                let (line, column) = (node.line, self.source.indent(node.line));
                let leaf =
                    Leaf { path: path.to_owned(), text: cell.text, whole: spelled.text.trim().len(), line, column };
                self.weight += leaf.path.len() + leaf.text.len();
                self.all.push(leaf);
            }
            Value::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    match item.value {
                        Value::Scalar(_) => self.gather(item, path),
                        _ => self.gather(item, &format!("{path}[{at}]")),
                    }
                }
            }
            Value::Map(pairs) => {
                for (key, value) in pairs {
                    let key: String = key.spelled().map_or("?", |key| &key.text).chars().take(MAX_KEY).collect();
                    let path = if path.is_empty() { key } else { format!("{path}.{key}") };
                    self.gather(value, &path);
                }
            }
        }
    }
}

impl Leaf {
    /// As a comment repeats it.
    pub(super) fn comment(&self) -> String {
        match self.text.get(..self.text.floor_char_boundary(MAX_COMMENT)) {
            Some(start) if start.len() < self.whole => format!("{}: {start}… ({} bytes)", self.path, self.whole),
            _ => format!("{}: {}", self.path, self.text),
        }
    }
}

impl Entity {
    pub(super) fn take(&mut self, path: &str) -> Option<Leaf> {
        self.take_where(|leaf| leaf.path == path)
    }

    pub(super) fn take_where(&mut self, wanted: impl Fn(&Leaf) -> bool) -> Option<Leaf> {
        let at = self.leaves.iter().position(wanted)?;
        Some(self.leaves.remove(at))
    }

    pub(super) fn take_all(&mut self, path: &str) -> Vec<Leaf> {
        let (taken, left) = std::mem::take(&mut self.leaves).into_iter().partition(|leaf| leaf.path == path);
        self.leaves = left;
        taken
    }

    /// What is left, to be kept as comments.
    pub(super) fn rest(&mut self, why: &'static str) -> Vec<Unused> {
        let unused = |leaf: Leaf| Unused { text: leaf.comment(), column: None, why };
        std::mem::take(&mut self.leaves).into_iter().map(unused).collect()
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    pub(super) fn place(&self) -> Place {
        Place { file: self.file.clone(), line: self.line }
    }

    pub(super) fn doubt(&self, at: Option<&Leaf>, message: String, help: impl Into<String>) -> Doubt {
        let (line, column) = at.map_or((self.line, 1), |leaf| (leaf.line, leaf.column));
        Doubt { place: Place { file: self.file.clone(), line }, column, message, help: help.into() }
    }

    /// The value of an annotation or a label that one of the words names.
    pub(super) fn tagged(&mut self, words: &[&str]) -> Option<Leaf> {
        self.take_where(|leaf| {
            let key = leaf.path.strip_prefix("metadata.annotations.").or(leaf.path.strip_prefix("metadata.labels."));
            key.is_some_and(|key| {
                let key = key.to_lowercase();
                key.split(['.', '/', '-', '_']).any(|part| words.contains(&part))
            })
        })
    }
}
