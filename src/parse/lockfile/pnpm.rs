//! `pnpm-lock.yaml`, versions 5, 6 and 9 (pnpm's `spec` repository, `lockfile/`).
//!
//! Which peers a package was put together with is part of its key; here it is a list of pointers like that of its
//! dependencies, so that a package whose peer moves is still the same package.

use super::address;
use super::pnpm_key::{self, Meant};
use super::tree::{Tree, empty, format_version, key, package, unknown};
use crate::model::{
    Bearing, DocPath, Field, LockSyntax, LockedPackage, LockedRequirement, LockedValue, Lockfile, Node, SyntaxFault,
};
use std::collections::HashMap;

/// Lists that name what is required.
const SECTIONS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// What one version of the format is like.
#[derive(Clone, Copy)]
struct Format {
    /// `NAME/1.0.0_PEERS`.
    dashed: bool,
}

/// Reads a file.
pub(super) fn read(tree: &Tree, root: &Node<'_>) -> Result<Lockfile, SyntaxFault> {
    let format = match format_version(root, "lockfileVersion") {
        Some("5" | "5.0" | "5.1" | "5.2" | "5.3" | "5.4") => Format { dashed: true },
        Some("6" | "6.0" | "6.1" | "9" | "9.0") => Format { dashed: false },
        _ => return Err(unknown(root, tree, "lockfileVersion")),
    };
    let mut reader = Reader { tree, format, lock: empty(LockSyntax::Pnpm), seen: HashMap::new() };
    for field in root.fields() {
        match &*field.key {
            "packages" => reader.packages(field, "")?,
            "snapshots" => reader.packages(field, "snapshots")?,
            "importers" => {
                for project in tree.map(field)? {
                    let above = DocPath::keys(["importers"]).with(key(&project.key));
                    reader.project(&above, &project.key, tree.map(project)?, project);
                }
            }
            // A file of one project has its lists at the root.
            section if SECTIONS.contains(&section) => {
                reader.section(&DocPath::default(), ".", field, root.get("specifiers"));
            }
            "catalogs" => reader.catalogs(field),
            _ => tree.all(field, &Bearing::Stands, &mut reader.lock.rest),
        }
    }
    Ok(reader.lock)
}

struct Reader<'r> {
    tree: &'r Tree,
    format: Format,
    lock: Lockfile,
    /// How often a slot was there.
    seen: HashMap<(&'static str, String), usize>,
}

impl Reader<'_> {
    fn project(&mut self, above: &DocPath, name: &str, fields: &[Field<'_>], whole: &Field<'_>) {
        let rest = &mut self.lock.rest;
        if fields.is_empty() {
            self.tree.below(&DocPath::keys(["importers"]), whole, &Bearing::Stands, rest);
        }
        for field in fields {
            if SECTIONS.contains(&&*field.key) {
                self.section(above, name, field, whole.node.get("specifiers"));
            } else {
                self.tree.below(above, field, &Bearing::Stands, &mut self.lock.rest);
            }
        }
    }

    /// A list of what a project requires: `NAME: VERSION`, or `NAME: {specifier, version}`.
    fn section(&mut self, above: &DocPath, project: &str, list: &Field<'_>, specifiers: Option<&Node<'_>>) {
        let path = above.with(key(&list.key));
        if list.node.fields().is_empty() {
            self.tree.below(above, list, &Bearing::Stands, &mut self.lock.rest);
        }
        for field in list.node.fields() {
            let own = path.with(key(&field.key));
            let short = field.node.text();
            let version = short.or_else(|| field.node.get("version").and_then(Node::text));
            let specifier = match short {
                Some(_) => specifiers.and_then(|all| all.get(&field.key)),
                None => field.node.get("specifier"),
            };
            self.lock.wanted.push(LockedRequirement {
                project: project.to_owned(),
                section: list.key.clone().into_owned(),
                name: field.key.clone().into_owned(),
                requirement: specifier.and_then(Node::text).map(str::to_owned),
                version: version.map(|text| pnpm_key::reference(text, self.format.dashed).version),
                line: self.tree.field_line(field),
            });
            if let Some(text) = short {
                let values = self.point(&own, field, &field.key, text);
                self.lock.rest.extend(values);
                continue;
            }
            self.pointed(&path, field);
        }
    }

    /// A mapping whose `version` says which package is meant.
    fn pointed(&mut self, above: &DocPath, field: &Field<'_>) {
        let own = above.with(key(&field.key));
        if field.node.fields().is_empty() {
            self.tree.below(above, field, &Bearing::Stands, &mut self.lock.rest);
        }
        for part in field.node.fields() {
            match part.node.text() {
                Some(text) if part.key == "version" => {
                    let values = self.point(&own.with(key("version")), part, &field.key, text);
                    self.lock.rest.extend(values);
                }
                _ => self.tree.below(&own, part, &Bearing::Stands, &mut self.lock.rest),
            }
        }
    }

    fn catalogs(&mut self, list: &Field<'_>) {
        if list.node.fields().is_empty() {
            self.tree.all(list, &Bearing::Stands, &mut self.lock.rest);
        }
        for catalog in list.node.fields() {
            let above = DocPath::keys(["catalogs"]).with(key(&catalog.key));
            if catalog.node.fields().is_empty() {
                self.tree.below(&DocPath::keys(["catalogs"]), catalog, &Bearing::Stands, &mut self.lock.rest);
            }
            catalog.node.fields().iter().for_each(|field| self.pointed(&above, field));
        }
    }

    /// Which package is meant, and with which peers.
    fn point(&self, path: &DocPath, field: &Field<'_>, name: &str, text: &str) -> Vec<LockedValue> {
        let meant = pnpm_key::reference(text, self.format.dashed);
        let real = if meant.name.is_empty() { name } else { &meant.name };
        let version = if meant.registry.is_empty() { meant.version.clone() } else { text.to_owned() };
        let mut all = vec![self.tree.value(field, path.clone(), &version, Bearing::Points(real.to_owned()))];
        self.peers(path, field, &meant, &mut all);
        all
    }

    fn peers(&self, path: &DocPath, field: &Field<'_>, meant: &Meant, out: &mut Vec<LockedValue>) {
        for (names, version) in &meant.peers {
            let Some(name) = names.last() else { continue };
            let mut place = path.clone();
            place.0.extend(names.iter().flat_map(|name| [key("peers"), key(name)]));
            out.push(self.tree.value(field, place, version, Bearing::Points(name.clone())));
        }
        let unclear = meant.unclear.iter();
        out.extend(unclear.map(|text| self.tree.value(field, path.with(key("peers")), text, Bearing::Stands)));
    }

    fn packages(&mut self, list: &Field<'_>, aspect: &'static str) -> Result<(), SyntaxFault> {
        let above = DocPath(vec![key(&list.key)]);
        let fields = self.tree.map(list)?;
        if fields.is_empty() {
            self.tree.all(list, &Bearing::Stands, &mut self.lock.rest);
        }
        for field in fields {
            let package = self.package(&above, field, aspect)?;
            self.lock.packages.push(package);
        }
        Ok(())
    }

    fn package(
        &mut self,
        above: &DocPath,
        field: &Field<'_>,
        aspect: &'static str,
    ) -> Result<LockedPackage, SyntaxFault> {
        let tree = self.tree;
        let entry = tree.map(field)?;
        let meant = pnpm_key::entry(&field.key, self.format.dashed);
        let said = |key: &str| field.node.get(key).and_then(Node::text);
        let name = said("name").unwrap_or(if meant.name.is_empty() { &meant.version } else { &meant.name });
        let mut package = package(name, above.with(key(&field.key)), tree.field_line(field));
        package.aspect = aspect;
        package.span = field.key_span.start..field.node.span.end;
        package.version =
            if meant.is_version() { Some(meant.version.clone()) } else { said("version").map(str::to_owned) };
        package.source.path = DocPath::default();
        package.source.line = package.line;
        package.source.text.clone_from(if meant.is_version() { &meant.registry } else { &meant.version });
        let names: Vec<String> = meant.peers.iter().map(|(names, _)| names.join(">")).collect();
        package.slot = format!("{}@{}({})", meant.name, meant.version, names.join(","));
        let count = self.seen.entry((aspect, package.slot.clone())).or_default();
        *count += 1;
        if *count > 1 {
            package.slot = format!("{} {count}", package.slot);
        }
        self.peers(&DocPath::default(), field, &meant, &mut package.values);
        for value in entry {
            match &*value.key {
                "resolution" => resolution(tree, value, &mut package)?,
                "dependencies" | "optionalDependencies" => {
                    let path = DocPath(vec![key(&value.key)]);
                    for edge in tree.map(value)? {
                        let text = tree.text(edge)?;
                        package.values.extend(self.point(&path.with(key(&edge.key)), edge, &edge.key, text));
                    }
                    if value.node.fields().is_empty() {
                        tree.all(value, &Bearing::Moves, &mut package.values);
                    }
                }
                key => tree.all(value, &bearing(key), &mut package.values),
            }
        }
        Ok(package)
    }
}

/// What a change of a value means, by the first key.
fn bearing(key: &str) -> Bearing {
    match key {
        "transitivePeerDependencies"
        | "engines"
        | "cpu"
        | "os"
        | "libc"
        | "hasBin"
        | "peerDependencies"
        | "peerDependenciesMeta"
        | "deprecated" => Bearing::Moves,
        "requiresBuild" | "prepare" | "patched" => Bearing::Loud,
        _ => Bearing::Stands,
    }
}

/// `{integrity}`, `{tarball}`, `{repo, commit}`, `{directory}`.
fn resolution(tree: &Tree, field: &Field<'_>, package: &mut LockedPackage) -> Result<(), SyntaxFault> {
    let above = DocPath(vec![key(&field.key)]);
    for part in tree.map(field)? {
        let path = above.with(key(&part.key));
        match &*part.key {
            "integrity" | "commit" => {
                package.contents.push(tree.value(part, path, tree.text(part)?, Bearing::Stands));
            }
            "tarball" | "repo" | "directory" | "registry" if !package.source.text.contains(' ') => {
                let text = tree.text(part)?;
                let address = address::npm(&package.name, package.version.as_deref(), text);
                let folder = matches!(&*part.key, "registry" | "repo");
                package.source.text = if folder { text.to_owned() } else { address.source };
                package.source.stray = address.stray.filter(|_| !folder);
                package.source.path = path.clone();
                package.source.line = tree.field_line(part);
                let contents = |text: String| tree.value(part, path, &text, Bearing::Stands);
                package.contents.extend(address.contents.map(contents));
            }
            _ => tree.below(&above, part, &Bearing::Stands, &mut package.values),
        }
    }
    Ok(())
}
