//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3 (npm's documentation, "package-lock.json").
//!
//! Version 2 has every package twice: in `packages`, which npm 7 and later reads, and in `dependencies`, for those before.
//! Both are read, each as a list of its own, so that one half cannot say what the other does not.

use super::address::{self, Address};
use super::tree::{Tree, empty, format_version, key, package, unknown};
use crate::model::{
    Bearing, DocPath, Field, LockSyntax, LockedPackage, LockedRequirement, Lockfile, Node, ScalarKind, SyntaxFault,
};

/// The folder packages are unpacked to.
const FOLDER: &str = "node_modules/";

/// The lists of a project that name what it requires.
pub(super) const SECTIONS: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

/// Reads a file.
pub(super) fn read(tree: &Tree, root: &Node<'_>) -> Result<Lockfile, SyntaxFault> {
    let number = root.get("lockfileVersion").and_then(Node::scalar).is_some_and(|s| s.kind == ScalarKind::Integer);
    let version = match format_version(root, "lockfileVersion") {
        Some("1") if number => 1,
        Some("2") if number => 2,
        Some("3") if number => 3,
        _ => return Err(unknown(root, tree, "lockfileVersion")),
    };
    let mut lock = empty(LockSyntax::Npm);
    for field in root.fields() {
        match &*field.key {
            "packages" if version > 1 => packages(tree, field, &mut lock)?,
            "dependencies" if version < 3 => {
                let aspect = if version == 1 { "" } else { "dependencies" };
                let place = Place { path: DocPath::default(), slot: String::new(), aspect };
                nested(tree, field, &place, &mut lock)?;
            }
            _ => tree.all(field, &Bearing::Stands, &mut lock.rest),
        }
    }
    Ok(lock)
}

/// What a change of a value means, by the first key.
fn bearing(key: &str) -> Bearing {
    match key {
        "dependencies"
        | "optionalDependencies"
        | "peerDependencies"
        | "peerDependenciesMeta"
        | "requires"
        | "engines"
        | "os"
        | "cpu"
        | "libc"
        | "license"
        | "funding"
        | "deprecated" => Bearing::Moves,
        "hasInstallScript" | "hasShrinkwrap" | "bin" => Bearing::Loud,
        _ => Bearing::Stands,
    }
}

fn packages(tree: &Tree, list: &Field<'_>, lock: &mut Lockfile) -> Result<(), SyntaxFault> {
    let above = DocPath::keys(["packages"]);
    let fields = tree.map(list)?;
    if fields.is_empty() {
        tree.all(list, &Bearing::Stands, &mut lock.rest);
    }
    for field in fields {
        let entry = tree.map(field)?;
        let own = !format!("/{}", field.key).contains("/node_modules/");
        if own {
            wanted(tree, field, lock);
        }
        if field.key.is_empty() {
            let root = above.with(key(""));
            entry.iter().for_each(|field| tree.below(&root, field, &Bearing::Stands, &mut lock.rest));
            continue;
        }
        let slot = field.key.rsplit_once(FOLDER).map_or(&*field.key, |(_, name)| name);
        let name = field.node.get("name").and_then(Node::text).unwrap_or(slot);
        let mut package = package(name, above.with(key(&field.key)), tree.field_line(field));
        package.slot = field.key.clone().into_owned();
        package.span = field.key_span.start..field.node.span.end;
        version(tree, &field.node, &mut package)?;
        for value in entry {
            match &*value.key {
                "version" => {}
                "resolved" => resolved(tree, value, &mut package)?,
                "integrity" => integrity(tree, value, &mut package)?,
                _ if own => tree.all(value, &Bearing::Stands, &mut package.values),
                key => tree.all(value, &bearing(key), &mut package.values),
            }
        }
        lock.packages.push(package);
    }
    Ok(())
}

/// What a project of the repository requires, as the lockfile repeats it.
fn wanted(tree: &Tree, project: &Field<'_>, lock: &mut Lockfile) {
    for section in SECTIONS {
        let Some(list) = project.node.get(section) else { continue };
        lock.wanted.extend(list.fields().iter().map(|field| LockedRequirement {
            project: if project.key.is_empty() { ".".to_owned() } else { project.key.clone().into_owned() },
            section: section.to_owned(),
            name: field.key.clone().into_owned(),
            requirement: field.node.text().map(str::to_owned),
            version: None,
            line: tree.field_line(field),
        }));
    }
}

/// Where an entry of the nested lists stands.
struct Place {
    path: DocPath,
    slot: String,
    aspect: &'static str,
}

/// The lists of versions 1 and 2: what is unpacked below a package stands in its entry. As deep as a file may be.
fn nested(tree: &Tree, list: &Field<'_>, place: &Place, lock: &mut Lockfile) -> Result<(), SyntaxFault> {
    let fields = tree.map(list)?;
    let above = place.path.with(key(&list.key));
    if fields.is_empty() && place.slot.is_empty() {
        tree.all(list, &Bearing::Stands, &mut lock.rest);
    }
    for field in fields {
        let entry = tree.map(field)?;
        let mut package = package(&field.key, above.with(key(&field.key)), tree.field_line(field));
        let parent = if place.slot.is_empty() { String::new() } else { format!("{}/", place.slot) };
        package.slot = format!("{parent}{FOLDER}{}", field.key);
        package.aspect = place.aspect;
        package.span = field.key_span.start..field.node.span.end;
        version(tree, &field.node, &mut package)?;
        for value in entry {
            match &*value.key {
                "version" | "dependencies" => {}
                "resolved" => resolved(tree, value, &mut package)?,
                "integrity" => integrity(tree, value, &mut package)?,
                key => tree.all(value, &bearing(key), &mut package.values),
            }
        }
        let below = Place { path: package.path.clone(), slot: package.slot.clone(), aspect: place.aspect };
        let inner = entry.iter().find(|field| field.key == "dependencies");
        if let Some(inner) = inner.filter(|inner| inner.node.fields().is_empty()) {
            tree.all(inner, &Bearing::Stands, &mut package.values);
        }
        lock.packages.push(package);
        if let Some(inner) = inner {
            nested(tree, inner, &below, lock)?;
        }
    }
    Ok(())
}

/// The version; in the nested lists also a repository, a folder, or another package: `npm:NAME@1.0.0`.
fn version(tree: &Tree, entry: &Node<'_>, package: &mut LockedPackage) -> Result<(), SyntaxFault> {
    let Some(field) = entry.fields().iter().find(|field| field.key == "version") else { return Ok(()) };
    let text = tree.text(field)?;
    package.line = tree.field_line(field);
    if let Some((name, version)) = text.strip_prefix("npm:").and_then(|other| other.rsplit_once('@')) {
        name.clone_into(&mut package.name);
        package.version = Some(version.to_owned());
    } else if text.contains([':', '/']) {
        origin(tree, field, address::npm("", None, text), package);
    } else {
        package.version = Some(text.to_owned());
    }
    Ok(())
}

fn resolved(tree: &Tree, field: &Field<'_>, package: &mut LockedPackage) -> Result<(), SyntaxFault> {
    // `false` is what npm writes of a folder that is linked.
    let Some(text) = field.node.text() else {
        tree.all(field, &Bearing::Stands, &mut package.values);
        return Ok(());
    };
    if !package.source.text.is_empty() {
        tree.all(field, &Bearing::Stands, &mut package.values);
        return Ok(());
    }
    origin(tree, field, address::npm(&package.name, package.version.as_deref(), text), package);
    Ok(())
}

fn origin(tree: &Tree, field: &Field<'_>, address: Address, package: &mut LockedPackage) {
    let path = DocPath(vec![key(&field.key)]);
    package.source.text = address.source;
    package.source.stray = address.stray;
    package.source.path = path.clone();
    package.source.line = tree.field_line(field);
    let contents = |text: String| tree.value(field, path, &text, Bearing::Stands);
    package.contents.extend(address.contents.map(contents));
}

fn integrity(tree: &Tree, field: &Field<'_>, package: &mut LockedPackage) -> Result<(), SyntaxFault> {
    let text = tree.text(field)?;
    package.contents.push(tree.value(field, DocPath::keys(["integrity"]), text, Bearing::Stands));
    Ok(())
}
