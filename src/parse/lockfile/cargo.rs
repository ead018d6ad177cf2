//! `Cargo.lock`, versions 1 to 4 (`cargo::core::resolver::encode` is what they are written by).

use super::address::split;
use super::edges::{Edges, edge};
use super::tree::{Tree, empty, format_version, key, package, unknown};
use crate::model::{
    Bearing, DocPath, LockSyntax, LockedPackage, LockedRequirement, LockedValue, Lockfile, Node, ScalarKind, Step,
    SyntaxFault,
};

/// The list of packages.
const PACKAGES: &str = "package";
/// The checksums of version 1.
const METADATA: &str = "metadata";

/// Reads a file.
pub(super) fn read(tree: &Tree, root: &Node<'_>) -> Result<Lockfile, SyntaxFault> {
    let version = root.get("version");
    let known = version.is_none_or(|node| {
        node.scalar().is_some_and(|scalar| scalar.kind == ScalarKind::Integer)
            && format_version(root, "version").is_some_and(|version| matches!(version, "1" | "2" | "3" | "4"))
    });
    if !known {
        return Err(unknown(root, tree, "version"));
    }
    let mut lock = empty(LockSyntax::Cargo);
    let mut nodes = Vec::new();
    for field in root.fields() {
        match &*field.key {
            PACKAGES => {
                for (index, node) in tree.list(field)?.iter().enumerate() {
                    let name = tree.required(node, "name")?;
                    let names = vec![("name".to_owned(), name.to_owned())];
                    let path = DocPath(vec![key(PACKAGES), Step::Item { index, names }]);
                    lock.packages.push(entry(tree, node, path)?);
                    nodes.push(node);
                }
            }
            // Before version 1 had a number, the project itself stood apart.
            "root" => {
                let mut root = entry(tree, &field.node, DocPath::keys(["root"]))?;
                root.values.push(tree.value(field, DocPath::keys(["root"]), "true", Bearing::Stands));
                lock.packages.push(root);
                nodes.push(&field.node);
            }
            METADATA => {}
            _ => tree.all(field, &Bearing::Stands, &mut lock.rest),
        }
    }
    let sources: Vec<&str> = nodes.iter().map(|node| source(node)).collect();
    let edges = Edges::of(lock.packages.iter().zip(sources));
    let found: Result<Vec<Vec<LockedValue>>, SyntaxFault> =
        nodes.iter().map(|node| dependencies(tree, node, &edges)).collect();
    for (package, values) in lock.packages.iter_mut().zip(found?) {
        package.values.extend(values);
    }
    checksums(tree, root, &mut lock);
    for package in lock.packages.iter().filter(|package| package.source.text.is_empty()) {
        let edges = package.values.iter().filter(|value| matches!(value.bearing, Bearing::Points(_)));
        lock.wanted.extend(edges.filter_map(|value| wanted(package, value)));
    }
    Ok(lock)
}

fn wanted(package: &LockedPackage, value: &LockedValue) -> Option<LockedRequirement> {
    let Bearing::Points(name) = &value.bearing else { return None };
    Some(LockedRequirement {
        project: package.name.clone(),
        section: String::new(),
        name: name.clone(),
        requirement: None,
        version: value.text().map(str::to_owned),
        line: value.line,
    })
}

/// The source of an entry, as edges call it: without a commit.
fn source<'n>(node: &'n Node<'_>) -> &'n str {
    node.get("source").and_then(Node::text).map_or("", |source| split(source).0)
}

fn entry(tree: &Tree, node: &Node<'_>, path: DocPath) -> Result<LockedPackage, SyntaxFault> {
    let mut package = package(tree.required(node, "name")?, path, tree.line(node.span.start));
    package.span = node.span.clone();
    for field in node.fields() {
        match &*field.key {
            "name" | "dependencies" => {}
            "version" => {
                package.version = Some(tree.text(field)?.to_owned());
                package.line = tree.field_line(field);
            }
            "source" => {
                let (place, commit) = split(tree.text(field)?);
                place.clone_into(&mut package.source.text);
                package.source.path = DocPath::keys(["source"]);
                package.source.line = tree.field_line(field);
                let value = |commit: String| tree.value(field, DocPath::keys(["source"]), &commit, Bearing::Stands);
                package.contents.extend(commit.map(value));
            }
            "checksum" => {
                let text = tree.text(field)?;
                package.contents.push(tree.value(field, DocPath::keys(["checksum"]), text, Bearing::Stands));
            }
            _ => tree.all(field, &Bearing::Stands, &mut package.values),
        }
    }
    package.slot = format!("{}@{}", package.name, package.version.as_deref().unwrap_or_default());
    if !package.source.text.is_empty() {
        package.slot = format!("{} ({})", package.slot, package.source.text);
    }
    Ok(package)
}

/// `name`, `name version` or `name version (source)`, as much as is unambiguous.
fn dependencies(tree: &Tree, node: &Node<'_>, edges: &Edges) -> Result<Vec<LockedValue>, SyntaxFault> {
    let Some(field) = node.fields().iter().find(|field| field.key == "dependencies") else { return Ok(Vec::new()) };
    let items = tree.list(field)?;
    let mut found = Vec::with_capacity(items.len());
    if items.is_empty() {
        tree.all(field, &Bearing::Moves, &mut found);
    }
    for (index, item) in items.iter().enumerate() {
        let text = item.text().ok_or_else(|| tree.fault(item, "has a dependency that is no text"))?;
        let mut words = text.splitn(3, ' ');
        let (name, version, source) = (words.next().unwrap_or_default(), words.next(), words.next());
        // A commit is no part of a source here: it is what the package holds.
        let bare = source.map(|source| source.strip_prefix('(').and_then(|source| source.strip_suffix(')')));
        let bare = bare.map(|source| source.map_or(text, |source| split(source).0));
        let version = match edges.version(name, version, bare) {
            Some(version) => version,
            None => text,
        };
        found.push(edge(&["dependencies"], index, name, version, tree.line(item.span.start)));
    }
    Ok(found)
}

/// Version 1 has the checksums behind the packages: `"checksum NAME VERSION (SOURCE)" = "…"`.
fn checksums(tree: &Tree, root: &Node<'_>, lock: &mut Lockfile) {
    let Some(metadata) = root.fields().iter().find(|field| field.key == METADATA) else { return };
    let above = DocPath::keys([METADATA]);
    if metadata.node.fields().is_empty() {
        tree.all(metadata, &Bearing::Stands, &mut lock.rest);
    }
    let id = |package: &LockedPackage| {
        let version = package.version.as_deref().unwrap_or_default();
        format!("checksum {} {version} ({})", package.name, package.source.text)
    };
    let places: std::collections::HashMap<String, usize> =
        lock.packages.iter().enumerate().map(|(n, package)| (id(package), n)).collect();
    for field in metadata.node.fields() {
        let place = places.get(&*field.key).and_then(|n| lock.packages.get_mut(*n));
        match (place, field.node.text()) {
            (Some(package), Some(text)) => {
                package.contents.push(tree.value(field, DocPath::keys(["checksum"]), text, Bearing::Stands));
            }
            _ => tree.below(&above, field, &Bearing::Stands, &mut lock.rest),
        }
    }
}
