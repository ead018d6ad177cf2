//! `uv.lock`, version 1.

use super::address::{host, python_fits, split};
use super::edges::{Edges, edge};
use super::tree::{Tree, empty, format_version, key, package, unknown};
use crate::model::{
    Bearing, DocPath, Field, LockSyntax, LockedPackage, LockedRequirement, LockedValue, Lockfile, Node, ScalarKind,
    Step, SyntaxFault, Value,
};
use std::collections::BTreeSet;

/// Kinds of source that are of the repository itself.
const OWN: [&str; 3] = ["editable", "virtual", "directory"];

/// Reads a file.
pub(super) fn read(tree: &Tree, root: &Node<'_>) -> Result<Lockfile, SyntaxFault> {
    let number = root.get("version").and_then(Node::scalar).is_some_and(|s| s.kind == ScalarKind::Integer);
    if !number || format_version(root, "version") != Some("1") {
        return Err(unknown(root, tree, "version"));
    }
    let mut lock = empty(LockSyntax::Uv);
    let mut nodes = Vec::new();
    for field in root.fields() {
        if field.key != "package" {
            tree.all(field, &Bearing::Stands, &mut lock.rest);
            continue;
        }
        for (index, node) in tree.list(field)?.iter().enumerate() {
            lock.packages.push(entry(tree, node, index)?);
            nodes.push(node);
        }
    }
    let sources: Vec<String> = nodes.iter().map(|node| node.get("source").map(written).unwrap_or_default()).collect();
    let edges = Edges::of(lock.packages.iter().zip(sources.iter().map(String::as_str)));
    for (package, node) in lock.packages.iter_mut().zip(&nodes) {
        lists(tree, node, &edges, package)?;
        let own = node.get("source").is_some_and(|source| OWN.iter().any(|kind| source.get(kind).is_some()));
        let required = node.get("metadata").and_then(|metadata| metadata.get("requires-dist"));
        for item in required.filter(|_| own).map(Node::items).unwrap_or_default() {
            let said = |key: &str| item.get(key).and_then(Node::text);
            lock.wanted.push(LockedRequirement {
                project: package.name.clone(),
                section: "dependencies".to_owned(),
                name: said("name").unwrap_or_default().to_owned(),
                requirement: Some(said("specifier").unwrap_or_default().to_owned()),
                version: None,
                line: tree.line(item.span.start),
            });
        }
    }
    Ok(lock)
}

/// `{registry = "…"}`, as one text.
fn written(source: &Node<'_>) -> String {
    let part = |field: &Field<'_>| Some(format!("{}={}", field.key, split(field.node.text()?).0));
    source.fields().iter().filter_map(part).collect::<Vec<_>>().join(" ")
}

fn entry(tree: &Tree, node: &Node<'_>, index: usize) -> Result<LockedPackage, SyntaxFault> {
    let name = tree.required(node, "name")?;
    let names = vec![("name".to_owned(), name.to_owned())];
    let path = DocPath(vec![key("package"), Step::Item { index, names }]);
    let mut package = package(name, path, tree.line(node.span.start));
    package.span = node.span.clone();
    package.source.line = package.line;
    for field in node.fields() {
        match &*field.key {
            "name" | "dependencies" | "optional-dependencies" | "dev-dependencies" | "sdist" | "wheels" => {}
            "version" => {
                package.version = Some(tree.text(field)?.to_owned());
                package.line = tree.field_line(field);
            }
            "source" => {
                package.source.text = written(&field.node);
                package.source.path = DocPath::keys(["source"]);
                package.source.line = tree.field_line(field);
                for part in tree.map(field)? {
                    let path = package.source.path.with(key(&part.key));
                    match part.node.text() {
                        Some(text) => {
                            let value = |commit: String| tree.value(part, path, &commit, Bearing::Stands);
                            package.contents.extend(split(text).1.map(value));
                        }
                        None => tree.below(&package.source.path, part, &Bearing::Stands, &mut package.values),
                    }
                }
            }
            _ => tree.all(field, &Bearing::Stands, &mut package.values),
        }
    }
    let version = package.version.as_deref().unwrap_or_default();
    package.slot = format!("{}@{version} ({})", package.name, package.source.text);
    archives(tree, node, &mut package)?;
    Ok(package)
}

/// `sdist` and `wheels`: the checksum is what they hold, the host is part of where they come from.
fn archives(tree: &Tree, node: &Node<'_>, package: &mut LockedPackage) -> Result<(), SyntaxFault> {
    let mut hosts: BTreeSet<&str> = BTreeSet::new();
    for field in node.fields() {
        let items = match &*field.key {
            "sdist" => std::slice::from_ref(&field.node),
            "wheels" => tree.list(field)?,
            _ => continue,
        };
        if items.is_empty() {
            tree.all(field, &Bearing::Stands, &mut package.values);
        }
        for (index, item) in items.iter().enumerate() {
            let Value::Map(parts) = &item.value else {
                return Err(tree.fault(item, "has an archive that is no mapping"));
            };
            let address = ["url", "path", "filename"].into_iter().find_map(|key| item.get(key)).and_then(Node::text);
            let file = address.map(|address| address.rsplit('/').next().unwrap_or(address)).unwrap_or_default();
            let names = vec![("file".to_owned(), file.to_owned())];
            let path = DocPath(vec![key(&field.key), Step::Item { index, names }]);
            if let Some(version) = &package.version
                && package.source.stray.is_none()
                && !python_fits(&package.name, version, file)
            {
                package.source.stray = Some(address.unwrap_or(file).to_owned());
            }
            if item.get("hash").and_then(Node::text).is_none() {
                return Err(tree.fault(item, "has an archive without a hash"));
            }
            if item.get("url").and_then(Node::text).is_some_and(|url| url.contains('?')) {
                return Err(tree.fault(item, "has an archive whose address asks a question"));
            }
            hosts.extend(item.get("url").and_then(Node::text).map(place));
            hosts.extend(item.get("path").and_then(Node::text));
            for part in parts {
                match (&*part.key, part.node.text()) {
                    ("hash", Some(hash)) => {
                        package.contents.push(tree.value(part, path.with(key("hash")), hash, Bearing::Stands));
                    }
                    _ => tree.below(&path, part, &Bearing::Moves, &mut package.values),
                }
            }
        }
    }
    if !hosts.is_empty() {
        let hosts = hosts.into_iter().collect::<Vec<_>>().join(",");
        package.source.text = format!("{} files={hosts}", package.source.text);
    }
    Ok(())
}

/// Where an archive lies: the host of a registry that has a folder for each file; of any other, the folder as well.
fn place(url: &str) -> &str {
    let found = host(url);
    let layout = ["https://files.pythonhosted.org", "https://test-files.pythonhosted.org"].contains(&found);
    if layout { found } else { url.rsplit_once('/').map_or(url, |(folder, _)| folder) }
}

/// The lists of dependencies: what is meant is a version, named where there are several.
fn lists(tree: &Tree, node: &Node<'_>, edges: &Edges, package: &mut LockedPackage) -> Result<(), SyntaxFault> {
    for field in node.fields() {
        match &*field.key {
            "dependencies" => list(tree, &["dependencies"], field, edges, &mut package.values)?,
            name @ ("optional-dependencies" | "dev-dependencies") => {
                if field.node.fields().is_empty() {
                    tree.all(field, &Bearing::Moves, &mut package.values);
                }
                for group in tree.map(field)? {
                    list(tree, &[name, &group.key], group, edges, &mut package.values)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn list(
    tree: &Tree,
    path: &[&str],
    field: &Field<'_>,
    edges: &Edges,
    out: &mut Vec<LockedValue>,
) -> Result<(), SyntaxFault> {
    let above = DocPath(path.iter().map(|step| key(step)).collect());
    if field.node.items().is_empty() {
        let (last, parents) = path.split_last().unwrap_or((&"", &[]));
        let parents = DocPath(parents.iter().map(|step| key(step)).collect());
        debug_assert_eq!(*last, field.key);
        tree.below(&parents, field, &Bearing::Moves, out);
    }
    for (index, item) in tree.list(field)?.iter().enumerate() {
        let name = tree.required(item, "name")?;
        let said = |key: &str| item.get(key).and_then(Node::text);
        let source = item.get("source").map(written);
        let meant = edges.version(name, said("version"), source.as_deref());
        let version = meant.or_else(|| said("version")).unwrap_or_default();
        out.push(edge(path, index, name, version, tree.line(item.span.start)));
        let own = above.with(Step::Item { index, names: vec![("name".to_owned(), name.to_owned())] });
        for part in item.fields() {
            let implied = match &*part.key {
                "name" => true,
                // They are written where they tell one of several from the others.
                "version" | "source" => meant.is_some(),
                _ => false,
            };
            if !implied {
                tree.below(&own, part, &Bearing::Moves, out);
            }
        }
    }
    Ok(())
}
