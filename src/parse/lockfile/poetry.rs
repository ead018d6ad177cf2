//! `poetry.lock`, versions 1 and 2 of its format.

use super::address::python_fits;
use super::tree::{Tree, empty, format_version, key, package, unknown};
use crate::model::{
    Bearing, DocPath, EditValue, Field, LockSyntax, LockedPackage, LockedValue, Lockfile, Node, Step, SyntaxFault,
    Value,
};
use std::collections::HashMap;

/// How many packages of one name share a list of files that stands behind all packages.
const MOST: usize = 8;

/// Reads a file.
pub(super) fn read(tree: &Tree, root: &Node<'_>) -> Result<Lockfile, SyntaxFault> {
    let metadata = root.get("metadata");
    let known = metadata.and_then(|metadata| format_version(metadata, "lock-version"));
    if !known.is_some_and(|version| matches!(version, "1.0" | "1.1" | "2.0" | "2.1")) {
        return Err(unknown(metadata.unwrap_or(root), tree, "lock-version"));
    }
    let mut lock = empty(LockSyntax::Poetry);
    for field in root.fields() {
        match &*field.key {
            "package" => {
                for (index, node) in tree.list(field)?.iter().enumerate() {
                    lock.packages.push(entry(tree, node, index)?);
                }
            }
            "metadata" => {}
            _ => tree.all(field, &Bearing::Stands, &mut lock.rest),
        }
    }
    let above = DocPath::keys(["metadata"]);
    for field in metadata.map(Node::fields).unwrap_or_default() {
        match &*field.key {
            // Version 1 has the files of all packages here.
            "files" | "hashes" => apart(tree, field, &mut lock)?,
            _ => tree.below(&above, field, &Bearing::Stands, &mut lock.rest),
        }
    }
    lock.packages.iter_mut().for_each(judge);
    Ok(lock)
}

fn entry(tree: &Tree, node: &Node<'_>, index: usize) -> Result<LockedPackage, SyntaxFault> {
    let name = tree.required(node, "name")?;
    let names = vec![("name".to_owned(), name.to_owned())];
    let path = DocPath(vec![key("package"), Step::Item { index, names }]);
    let mut package = package(name, path, tree.line(node.span.start));
    package.span = node.span.clone();
    for field in node.fields() {
        match &*field.key {
            "name" => {}
            "version" => {
                package.version = Some(tree.text(field)?.to_owned());
                package.line = tree.field_line(field);
            }
            "files" => files(tree, &DocPath::keys(["files"]), tree.list(field)?, field, &mut package),
            "source" => source(tree, field, &mut package)?,
            "description" | "python-versions" | "dependencies" | "extras" => {
                tree.all(field, &Bearing::Moves, &mut package.values);
            }
            _ => tree.all(field, &Bearing::Stands, &mut package.values),
        }
    }
    let version = package.version.as_deref().unwrap_or_default();
    let at = if package.source.text.is_empty() { String::new() } else { format!(" ({})", package.source.text) };
    package.slot = format!("{}@{version}{at}", package.name);
    Ok(package)
}

/// The archives of a package: each with its checksum.
fn files(tree: &Tree, above: &DocPath, items: &[Node<'_>], whole: &Field<'_>, package: &mut LockedPackage) {
    if items.is_empty() {
        let path = above.clone();
        package.values.push(LockedValue {
            path,
            value: EditValue::List(0),
            line: tree.field_line(whole),
            bearing: Bearing::Moves,
        });
    }
    for (index, item) in items.iter().enumerate() {
        let line = tree.line(item.span.start);
        let (file, hash) = match &item.value {
            Value::Map(fields) => {
                let known = |key: &str| item.get(key).and_then(Node::text);
                let inner = above.with(Step::Item { index, names: Vec::new() });
                for field in fields.iter().filter(|field| !matches!(&*field.key, "file" | "hash")) {
                    tree.below(&inner, field, &Bearing::Stands, &mut package.values);
                }
                (known("file").unwrap_or_default(), known("hash").unwrap_or_default())
            }
            Value::Scalar(scalar) => ("", &*scalar.text),
            Value::List(_) => ("", ""),
        };
        let names = if file.is_empty() { Vec::new() } else { vec![("file".to_owned(), file.to_owned())] };
        let path = above.with(Step::Item { index, names });
        package.contents.push(LockedValue::new(path, hash, line, Bearing::Stands));
    }
}

/// `{type, url, reference, resolved_reference}`; the last is the commit.
fn source(tree: &Tree, field: &Field<'_>, package: &mut LockedPackage) -> Result<(), SyntaxFault> {
    let path = DocPath::keys(["source"]);
    package.source.line = tree.field_line(field);
    for part in tree.map(field)? {
        match (&*part.key, part.node.text()) {
            ("resolved_reference", Some(commit)) => {
                let path = path.with(key("resolved_reference"));
                package.contents.push(tree.value(part, path, commit, Bearing::Stands));
            }
            (name, Some(text)) => {
                let between = if package.source.text.is_empty() { "" } else { " " };
                package.source.text.push_str(&format!("{between}{name}={text}"));
            }
            (_, None) => tree.below(&path, part, &Bearing::Stands, &mut package.values),
        }
    }
    package.source.path = path;
    Ok(())
}

/// The files that stand behind all packages, by name; where several are called the same, each has all.
fn apart(tree: &Tree, list: &Field<'_>, lock: &mut Lockfile) -> Result<(), SyntaxFault> {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (n, package) in lock.packages.iter().enumerate() {
        places.entry(package.name.clone()).or_default().push(n);
    }
    let above = DocPath::keys(["metadata"]).with(key(&list.key));
    if list.node.fields().is_empty() {
        tree.below(&DocPath::keys(["metadata"]), list, &Bearing::Stands, &mut lock.rest);
    }
    for field in tree.map(list)? {
        match places.get(&*field.key) {
            Some(all) if all.len() <= MOST => {
                for n in all {
                    if let Some(package) = lock.packages.get_mut(*n) {
                        files(tree, &DocPath::keys(["files"]), tree.list(field)?, field, package);
                    }
                }
            }
            _ => tree.below(&above, field, &Bearing::Stands, &mut lock.rest),
        }
    }
    Ok(())
}

/// Whether the archives are of this package.
fn judge(package: &mut LockedPackage) {
    let Some(version) = &package.version else { return };
    let file = |value: &LockedValue| match value.path.0.last() {
        Some(Step::Item { names, .. }) => names.iter().find(|(key, _)| key == "file").map(|(_, file)| file.clone()),
        _ => None,
    };
    let strange = |file: &String| !python_fits(&package.name, version, file);
    package.source.stray = package.contents.iter().filter_map(file).find(strange);
    if package.source.line == 0 {
        package.source.line = package.line;
    }
}
