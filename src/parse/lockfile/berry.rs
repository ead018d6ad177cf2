//! `yarn.lock` of Yarn 2 and later, which is YAML: `"a@npm:^1.0.0, a@npm:^1.1.0": {version, resolution, checksum, …}`.

use super::tree::{Tree, empty, key, package, shown, unknown};
use super::yarn::name_of;
use crate::model::{
    Bearing, DocPath, Field, LockSyntax, LockedPackage, LockedRequirement, LockedValue, Lockfile, Node, SyntaxFault,
};

/// The entry that says which version of the format this is.
const HEAD: &str = "__metadata";

/// Versions of the format that are known: Yarn 2 and later.
const KNOWN: [&str; 7] = ["4", "5", "6", "7", "8", "9", "10"];

/// Whether a file is of Yarn 2 or later.
pub(super) fn is_berry(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "__metadata:")
}

/// Reads a file.
pub(super) fn read(tree: &Tree, root: &Node<'_>) -> Result<Lockfile, SyntaxFault> {
    let mut lock = empty(LockSyntax::Yarn);
    let version = root.get(HEAD).and_then(|head| head.get("version")).and_then(Node::scalar);
    if !version.is_some_and(|version| KNOWN.contains(&&*version.text)) {
        return Err(match root.get(HEAD) {
            Some(head) => unknown(head, tree, "version"),
            None => unknown(root, tree, HEAD),
        });
    }
    let mut descriptors = std::collections::HashSet::new();
    for field in root.fields() {
        if field.key == HEAD {
            tree.all(field, &Bearing::Stands, &mut lock.rest);
            continue;
        }
        for descriptor in field.key.split(", ") {
            if !descriptors.insert(descriptor.to_owned()) {
                let why = format!("has the requirement {} twice", shown(descriptor));
                return Err(SyntaxFault::new(tree.field_line(field), why));
            }
        }
        let package = entry(tree, field)?;
        if package.source.text.starts_with("workspace:") {
            wanted(tree, field, &package, &mut lock);
        }
        lock.packages.push(package);
    }
    Ok(lock)
}

fn wanted(tree: &Tree, entry: &Field<'_>, package: &LockedPackage, lock: &mut Lockfile) {
    let project = package.source.text.strip_prefix("workspace:").unwrap_or(".");
    let list = entry.node.get("dependencies").map(Node::fields).unwrap_or_default();
    lock.wanted.extend(list.iter().map(|field| LockedRequirement {
        project: project.to_owned(),
        section: "dependencies".to_owned(),
        name: field.key.clone().into_owned(),
        requirement: field.node.text().map(str::to_owned),
        version: None,
        line: tree.field_line(field),
    }));
}

fn entry(tree: &Tree, field: &Field<'_>) -> Result<LockedPackage, SyntaxFault> {
    let fields = tree.map(field)?;
    let resolution = tree.required(&field.node, "resolution")?;
    let name = name_of(resolution);
    let mut package = package(&name, DocPath(vec![key(&field.key)]), tree.field_line(field));
    package.slot = resolution.to_owned();
    package.span = field.key_span.start..field.node.span.end;
    let own = resolution.get(name.len() + 1..).is_some_and(|source| source.starts_with("workspace:"));
    for descriptor in field.key.split(", ") {
        let path = DocPath::keys(["descriptors"]).with(key(descriptor));
        package.values.push(tree.value(field, path, descriptor, Bearing::Answers));
    }
    for value in fields {
        match &*value.key {
            "version" => {
                package.version = Some(tree.text(value)?.to_owned());
                package.line = tree.field_line(value);
            }
            "checksum" => {
                let text = tree.text(value)?;
                package.contents.push(tree.value(value, DocPath::keys(["checksum"]), text, Bearing::Stands));
            }
            "resolution" => {
                package.source.path = DocPath::keys(["resolution"]);
                package.source.line = tree.field_line(value);
            }
            _ if own => tree.all(value, &Bearing::Stands, &mut package.values),
            "dependencies" | "peerDependencies" | "dependenciesMeta" | "peerDependenciesMeta" | "conditions" => {
                tree.all(value, &Bearing::Moves, &mut package.values)
            }
            // It says what a command runs.
            "bin" => tree.all(value, &Bearing::Loud, &mut package.values),
            _ => tree.all(value, &Bearing::Stands, &mut package.values),
        }
    }
    let source = resolution.get(name.len() + 1..).unwrap_or_default();
    origin(tree, field, source, &mut package);
    Ok(package)
}

/// `npm:1.0.0`, with where else the archive lies; `https://host/x.git#commit=…`; `patch:…`; `workspace:…`.
fn origin(tree: &Tree, field: &Field<'_>, source: &str, package: &mut LockedPackage) {
    let version = package.version.as_deref().unwrap_or_default();
    let from_registry = source.strip_prefix("npm:");
    if let Some(reference) = from_registry {
        let (reference, place) = reference.split_once("::").unwrap_or((reference, ""));
        let stray = reference != version || !place.is_empty();
        package.source.stray = stray.then(|| source.to_owned());
        package.source.text = if place.is_empty() { "npm:".to_owned() } else { format!("npm:::{place}") };
        return;
    }
    if source.starts_with("patch:") {
        let (inner, outer) = (format!("npm%3A{version}#"), format!("version={version}&"));
        // What is patched, and the version that makes, are those of the entry.
        let stray = version.is_empty() || !source.contains(&inner) || !source.contains(&outer);
        package.source.stray = stray.then(|| source.to_owned());
        let same =
            if stray { source.to_owned() } else { source.replace(&inner, "npm%3A#").replace(&outer, "version=&") };
        let (place, hash) = same.split_once("hash=").unwrap_or((&same, ""));
        place.clone_into(&mut package.source.text);
        let line = package.source.line;
        if !hash.is_empty() {
            package.contents.push(LockedValue::new(DocPath::keys(["resolution"]), hash, line, Bearing::Stands));
        }
        return;
    }
    match source.split_once("#commit=") {
        Some((place, commit)) => {
            place.clone_into(&mut package.source.text);
            let path = DocPath::keys(["resolution"]);
            let line = package.source.line.max(tree.field_line(field));
            package.contents.push(LockedValue::new(path, commit, line, Bearing::Stands));
        }
        None => source.clone_into(&mut package.source.text),
    }
}
