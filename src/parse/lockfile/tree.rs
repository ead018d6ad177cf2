//! What the formats that are trees have in common: lines, single values, what is left of an entry.

use crate::model::{
    Bearing, DocPath, EditValue, Field, LockSyntax, LockedPackage, LockedSource, LockedValue, Lockfile, Node, Scalar,
    ScalarKind, Step, Syntax, SyntaxFault, Value,
};
use crate::parse::syntax;

/// How much of a name is shown in a fault.
const MAX_SHOWN: usize = 80;

/// Reads a file of one document whose root is a mapping.
pub(super) fn read(
    syntax: Syntax,
    bytes: &[u8],
    format: impl Fn(&Tree, &Node<'_>) -> Result<Lockfile, SyntaxFault>,
) -> Result<Lockfile, SyntaxFault> {
    let documents = syntax::documents(syntax, bytes)?;
    let tree = Tree::of(documents.text);
    match documents.roots.as_slice() {
        [root @ Node { value: Value::Map(_), .. }] => format(&tree, root),
        [root] => Err(tree.fault(root, "is no lockfile: its root is no mapping")),
        [] => Err(SyntaxFault::new(0, "is no lockfile: it is empty")),
        [_, second, ..] => Err(tree.fault(second, "has a second document")),
    }
}

/// A name in a fault.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{:?}…", name.get(..end).unwrap_or_default()),
        None => format!("{name:?}"),
    }
}

/// A count as lines are counted.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A lockfile that says nothing yet.
pub(super) fn empty(syntax: LockSyntax) -> Lockfile {
    Lockfile { syntax, packages: Vec::new(), rest: Vec::new(), wanted: Vec::new() }
}

/// A package of which only the name is known yet.
pub(super) fn package(name: &str, path: DocPath, line: u32) -> LockedPackage {
    LockedPackage {
        slot: name.to_owned(),
        path,
        name: name.to_owned(),
        aspect: "",
        version: None,
        source: LockedSource::default(),
        contents: Vec::new(),
        values: Vec::new(),
        line,
        span: 0..0,
    }
}

/// A step by a key.
pub(super) fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

/// A text whose lines are found fast.
pub(super) struct Tree {
    starts: Vec<u32>,
}

impl Tree {
    pub(super) fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { starts: std::iter::once(0).chain(ends.map(|(at, _)| number(at + 1))).collect() }
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, at: u32) -> u32 {
        number(self.starts.partition_point(|start| *start <= at))
    }

    /// The line a field stands in.
    pub(super) fn field_line(&self, field: &Field<'_>) -> u32 {
        self.line(field.key_span.start)
    }

    /// A fault at a value; `why` goes on from "the file …".
    pub(super) fn fault(&self, node: &Node<'_>, why: impl Into<String>) -> SyntaxFault {
        SyntaxFault::new(self.line(node.span.start), why)
    }

    /// The text of a field that must be text.
    pub(super) fn text<'f>(&self, field: &'f Field<'_>) -> Result<&'f str, SyntaxFault> {
        let why = || format!("has a {} that is no text", shown(&field.key));
        field.node.text().ok_or_else(|| SyntaxFault::new(self.field_line(field), why()))
    }

    /// The text of a key that an entry must have.
    pub(super) fn required<'n>(&self, entry: &'n Node<'_>, key: &str) -> Result<&'n str, SyntaxFault> {
        match entry.fields().iter().find(|field| field.key == key) {
            Some(field) => self.text(field),
            None => Err(self.fault(entry, format!("has an entry without {key:?}"))),
        }
    }

    /// The fields of a field that must be a mapping.
    pub(super) fn map<'f, 't>(&self, field: &'f Field<'t>) -> Result<&'f [Field<'t>], SyntaxFault> {
        match &field.node.value {
            Value::Map(fields) => Ok(fields),
            _ => {
                Err(SyntaxFault::new(self.field_line(field), format!("has a {} that is no mapping", shown(&field.key))))
            }
        }
    }

    /// The items of a field that must be a list.
    pub(super) fn list<'f, 't>(&self, field: &'f Field<'t>) -> Result<&'f [Node<'t>], SyntaxFault> {
        match &field.node.value {
            Value::List(items) => Ok(items),
            _ => Err(SyntaxFault::new(self.field_line(field), format!("has a {} that is no list", shown(&field.key)))),
        }
    }

    /// A value with the path, as text.
    pub(super) fn value(&self, field: &Field<'_>, path: DocPath, text: &str, bearing: Bearing) -> LockedValue {
        LockedValue::new(path, text, self.field_line(field), bearing)
    }

    /// All single values of a field, with their paths from its entry.
    pub(super) fn all(&self, field: &Field<'_>, bearing: &Bearing, out: &mut Vec<LockedValue>) {
        self.below(&DocPath::default(), field, bearing, out);
    }

    /// All single values of a field that stands below a path.
    pub(super) fn below(&self, above: &DocPath, field: &Field<'_>, bearing: &Bearing, out: &mut Vec<LockedValue>) {
        let mut path = above.with(key(&field.key));
        self.flatten(&mut path, &field.node, self.field_line(field), bearing, out);
    }

    fn flatten(&self, path: &mut DocPath, node: &Node<'_>, line: u32, bearing: &Bearing, out: &mut Vec<LockedValue>) {
        let mut leaf = |value: EditValue, path: &DocPath| {
            out.push(LockedValue { path: path.clone(), value, line, bearing: bearing.clone() });
        };
        match &node.value {
            Value::Scalar(Scalar { kind, text }) => leaf(EditValue::Scalar(*kind, text.clone().into_owned()), path),
            Value::List(items) if items.is_empty() => leaf(EditValue::List(0), path),
            Value::Map(fields) if fields.is_empty() => leaf(EditValue::Map(0), path),
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.0.push(Step::Item { index, names: item_names(item) });
                    self.flatten(path, item, self.line(item.span.start), bearing, out);
                    path.0.pop();
                }
            }
            Value::Map(fields) => {
                for field in fields {
                    path.0.push(key(&field.key));
                    self.flatten(path, &field.node, self.field_line(field), bearing, out);
                    path.0.pop();
                }
            }
        }
    }
}

/// What an item of a list is called.
fn item_names(item: &Node<'_>) -> Vec<(String, String)> {
    let name = ["name", "file"].into_iter().find_map(|key| Some((key, item.get(key)?.text()?)));
    name.map(|(key, name)| (key.to_owned(), name.to_owned())).into_iter().collect()
}

/// A scalar of the root that says which version of its format a file has.
pub(super) fn format_version<'n>(root: &'n Node<'_>, key: &str) -> Option<&'n str> {
    let scalar = root.get(key)?.scalar()?;
    matches!(scalar.kind, ScalarKind::Text | ScalarKind::Integer | ScalarKind::Number | ScalarKind::Unclear)
        .then_some(&*scalar.text)
}

/// A version of a format that is not known.
pub(super) fn unknown(root: &Node<'_>, tree: &Tree, key: &str) -> SyntaxFault {
    match root.fields().iter().find(|field| field.key == key) {
        Some(field) => {
            let said = field.node.scalar().map_or("no single value", |scalar| &*scalar.text);
            SyntaxFault::new(
                tree.field_line(field),
                format!("is of a version that is not known: {key} {}", shown(said)),
            )
        }
        None => SyntaxFault::new(0, format!("does not say which version of its format it has: {key} is not there")),
    }
}
