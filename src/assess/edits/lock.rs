//! Two states of a lockfile as edits of dependencies.
//!
//! A package that is new, gone or of another version is one edit, whatever its entry holds besides: what comes with a
//! version comes with that edit. Everything else that differs is an edit of its own, so that nothing of a lockfile
//! changes unseen; an edit without a dependency is one of a plain value, with its path.

use super::lock_pairs::{Pair, pairs};
use super::lock_values::{Values, differences};
use super::version::step_between;
use crate::model::{
    Dependency, DocPath, Edit, EditKind, EditValue, LockedPackage, LockedValue, Lockfile, ScalarKind, VersionScheme,
    VersionStep,
};
use std::collections::{BTreeSet, HashSet};

/// Compares two states of a lockfile; `None` for one that is not there. In the order of the new file.
pub fn lock_edits(old: Option<&Lockfile>, new: Option<&Lockfile>) -> Vec<Edit> {
    let Some(syntax) = new.or(old).map(|lock| lock.syntax) else { return Vec::new() };
    let pairs = pairs(old, new);
    let known = old.map(|lock| lock.packages.iter().map(|package| package.source.text.as_str()).collect());
    let before = || old.into_iter().flat_map(|lock| &lock.packages).filter(|package| !package.contents.is_empty());
    let checked = before().map(|package| (package.aspect, package.source.text.as_str())).collect();
    let mut packages = Packages { scheme: syntax.scheme(), known, checked, edits: Vec::new() };
    pairs.iter().for_each(|pair| packages.pair(pair));
    let mut edits = packages.told();
    let mut values = Values::new(syntax.scheme(), &pairs);
    for pair in &pairs {
        values.package(pair);
    }
    values.descriptors(&pairs);
    values.rest(rest(old), rest(new));
    edits.extend(values.edits);
    edits.sort_by_key(|edit| edit.new_line.or(edit.old_line));
    edits
}

fn rest(lock: Option<&Lockfile>) -> &[LockedValue] {
    lock.map(|lock| lock.rest.as_slice()).unwrap_or_default()
}

/// An edit of a plain value, or of a dependency.
pub(super) fn edit(
    path: DocPath,
    old: Option<(EditValue, u32)>,
    new: Option<(EditValue, u32)>,
    dependency: Option<Dependency>,
) -> Edit {
    let kind = match (&old, &new) {
        (None, _) => EditKind::Add,
        (Some(_), None) => EditKind::Remove,
        (Some(_), Some(_)) => EditKind::Replace,
    };
    let (old, old_line) = old.map_or((None, None), |(value, line)| (Some(value), Some(line)));
    let (new, new_line) = new.map_or((None, None), |(value, line)| (Some(value), Some(line)));
    Edit { kind, document: 0, path, from: None, old, new, old_line, new_line, dependency }
}

/// A path into a package, from the root.
pub(super) fn within(package: &LockedPackage, path: &DocPath) -> DocPath {
    let mut whole = package.path.clone();
    whole.0.extend_from_slice(&path.0);
    whole
}

/// The edits of packages as such.
struct Packages<'l> {
    scheme: VersionScheme,
    /// Where packages came from before; none when there was no lockfile.
    known: Option<HashSet<&'l str>>,
    /// Where packages with checksums came from before, by the list each was of.
    checked: HashSet<(&'static str, &'l str)>,
    /// With the list each is of.
    edits: Vec<(&'static str, Edit)>,
}

impl Packages<'_> {
    fn pair(&mut self, pair: &Pair<'_>) {
        match (pair.old, pair.new) {
            (None, Some(new)) => {
                let source_changed = self.known.as_ref().is_some_and(|known| !known.contains(new.source.text.as_str()));
                let dependency = Dependency {
                    name: new.name.clone(),
                    from: None,
                    to: new.version.clone(),
                    step: VersionStep::Other,
                    source_changed,
                    contents_changed: !sound(new) || self.lacks_checksum(new),
                };
                self.push(new, edit(new.path.clone(), None, Some((version(new), new.line)), Some(dependency)));
            }
            (Some(old), None) => {
                let dependency = Dependency {
                    name: old.name.clone(),
                    from: old.version.clone(),
                    to: None,
                    step: VersionStep::Other,
                    source_changed: false,
                    contents_changed: false,
                };
                self.push(old, edit(old.path.clone(), Some((version(old), old.line)), None, Some(dependency)));
            }
            (Some(old), Some(new)) => self.both(old, new),
            (None, None) => {}
        }
    }

    /// What comes from there has a checksum.
    fn lacks_checksum(&self, package: &LockedPackage) -> bool {
        package.contents.is_empty() && self.checked.contains(&(package.aspect, package.source.text.as_str()))
    }

    fn push(&mut self, package: &LockedPackage, edit: Edit) {
        self.edits.push((package.aspect, edit));
    }

    fn both(&mut self, old: &LockedPackage, new: &LockedPackage) {
        let step = step(self.scheme, old, new);
        let moves = old.version != new.version;
        let strays = new.source.stray.is_some() && (moves || old.source.stray != new.source.stray);
        let source_changed = strays || old.source.text != new.source.text;
        let contents = differences(&old.contents, &new.contents);
        let dependency = Dependency {
            name: new.name.clone(),
            from: old.version.clone(),
            to: new.version.clone(),
            step,
            source_changed,
            contents_changed: (step == VersionStep::Same && !contents.is_empty()) || !sound(new),
        };
        if moves {
            let was = Some((version(old), old.line));
            let is = Some((version(new), new.line));
            let mut whole = edit(new.path.clone(), was, is, Some(dependency.clone()));
            whole.from = (!same_place(&old.path, &new.path)).then(|| old.path.clone());
            self.push(new, whole);
        } else if !same_place(&old.path, &new.path) && old.slot != new.slot && !source_changed && contents.is_empty() {
            let was = Some((version(old), old.line));
            let is = Some((version(new), new.line));
            let mut moved = edit(new.path.clone(), was, is, Some(dependency.clone()));
            moved.kind = EditKind::Move;
            moved.from = Some(old.path.clone());
            self.push(new, moved);
        }
        // What the edit of a version says by a word alone is shown beside it.
        let beside = (!moves).then_some(dependency);
        if source_changed {
            self.push(new, source(old, new, beside.clone()));
        }
        if !moves {
            for (was, is) in contents {
                self.contents(old, new, was, is, beside.clone());
            }
        } else if algorithms(old) != algorithms(new) {
            self.contents(old, new, old.contents.first(), new.contents.first(), None);
        }
    }

    fn contents(
        &mut self,
        old: &LockedPackage,
        new: &LockedPackage,
        was: Option<&LockedValue>,
        is: Option<&LockedValue>,
        dependency: Option<Dependency>,
    ) {
        let path = match (was, is) {
            (_, Some(is)) => within(new, &is.path),
            (Some(was), None) => within(old, &was.path),
            (None, None) => return,
        };
        let value = |value: &LockedValue| (value.value.clone(), value.line);
        self.push(new, edit(path, was.map(value), is.map(value), dependency));
    }

    /// All edits, those of a second list only where they say something else than the first.
    fn told(self) -> Vec<Edit> {
        let key = |edit: &Edit| {
            edit.dependency
                .clone()
                .map(|it| (it.name, it.from, it.to, it.step, it.source_changed, it.contents_changed, edit.kind))
        };
        let firsts: BTreeSet<_> =
            self.edits.iter().filter(|(aspect, _)| aspect.is_empty()).filter_map(|(_, edit)| key(edit)).collect();
        let told = self
            .edits
            .into_iter()
            .filter(|(aspect, edit)| aspect.is_empty() || key(edit).is_none_or(|key| !firsts.contains(&key)));
        told.map(|(_, edit)| edit).collect()
    }
}

/// The version of a package as a value.
fn version(package: &LockedPackage) -> EditValue {
    match &package.version {
        Some(version) => EditValue::Scalar(ScalarKind::Text, version.clone()),
        None => EditValue::Map(package.values.len() + package.contents.len()),
    }
}

fn step(scheme: VersionScheme, old: &LockedPackage, new: &LockedPackage) -> VersionStep {
    match (&old.version, &new.version) {
        (None, None) => VersionStep::Same,
        (Some(from), Some(to)) => step_between(scheme, from, to),
        _ => VersionStep::Other,
    }
}

fn source(old: &LockedPackage, new: &LockedPackage, dependency: Option<Dependency>) -> Edit {
    let value = |package: &LockedPackage| {
        let text = package.source.stray.as_ref().unwrap_or(&package.source.text).clone();
        let line = if package.source.line > 0 { package.source.line } else { package.line };
        (!text.is_empty()).then_some((EditValue::Scalar(ScalarKind::Text, text), line))
    };
    let said = if value(new).is_none() { old } else { new };
    edit(within(new, &said.source.path), value(old), value(new), dependency)
}

/// Where two packages stand is the same but for how many stand before them.
fn same_place(old: &DocPath, new: &DocPath) -> bool {
    super::lock_values::key(old) == super::lock_values::key(new)
}

/// Every checksum says something. npm takes one without digits for none, and holds the package to nothing.
fn sound(package: &LockedPackage) -> bool {
    let digits = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        text.trim_end_matches('=').len() >= 4 && text.bytes().all(plain)
    };
    let word = |word: &str| digits(word.split_once(['-', ':']).map_or(word, |(_, rest)| rest));
    let mut texts = package.contents.iter().filter_map(LockedValue::text);
    texts.all(|text| !text.trim().is_empty() && text.split_whitespace().all(word))
}

/// What the checksums are made by: what stands before the first `-`, `:` or `/`, or else how long they are.
fn algorithms(package: &LockedPackage) -> BTreeSet<String> {
    let texts = package.contents.iter().filter_map(LockedValue::text);
    let words = texts.flat_map(|text| text.split(' ').filter(|word| !word.is_empty()));
    words
        .map(|word| match word.split_once(['-', ':', '/']) {
            Some((algorithm, _)) => algorithm.to_owned(),
            None => word.len().to_string(),
        })
        .collect()
}
