//! What differs in a lockfile beside its packages as such: the values of their entries, and those of no entry.

use super::lock::{edit, within};
use super::lock_pairs::Pair;
use super::version::step_between;
use crate::model::{
    Bearing, Dependency, DocPath, Edit, EditKind, EditValue, LockedPackage, LockedValue, Step, VersionScheme,
};
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write;

/// A value before and after; never neither.
type Difference<'v> = (Option<&'v LockedValue>, Option<&'v LockedValue>);

/// A path as what it is compared by: an item that is called something stands anywhere in its list.
pub(super) fn key(path: &DocPath) -> String {
    let mut key = String::new();
    for step in &path.0 {
        // A zero byte is in no file that is read.
        let _ = match step {
            Step::Key(name) => write!(key, "\0k{name}"),
            Step::Item { index, names } if names.is_empty() => write!(key, "\0i{index}"),
            Step::Item { names, .. } => names.iter().try_for_each(|(by, name)| write!(key, "\0n{by}\0{name}")),
        };
    }
    key
}

fn alike(old: &LockedValue, new: &LockedValue) -> bool {
    let steps = || old.path.0.iter().zip(&new.path.0);
    let same = |(old, new): (&Step, &Step)| match (old, new) {
        (Step::Item { names: was, index: i }, Step::Item { names: is, index: j }) => {
            was == is && (!is.is_empty() || i == j)
        }
        (old, new) => old == new,
    };
    old.value == new.value && old.bearing == new.bearing && old.path.0.len() == new.path.0.len() && steps().all(same)
}

/// A value and what it means, as text.
fn said(value: &LockedValue) -> String {
    match &value.value {
        EditValue::Scalar(kind, text) => format!("{}\0{text}\0{:?}", kind.as_str(), value.bearing),
        other => format!("{other:?}\0{:?}", value.bearing),
    }
}

/// What differs between two lists of values, in the order of the new one.
pub(super) fn differences<'v>(old: &'v [LockedValue], new: &'v [LockedValue]) -> Vec<Difference<'v>> {
    if old.len() == new.len() && old.iter().zip(new).all(|(old, new)| alike(old, new)) {
        return Vec::new();
    }
    let mut equal: HashMap<(String, String), Vec<usize>> = HashMap::with_capacity(old.len());
    for (n, value) in old.iter().enumerate().rev() {
        equal.entry((key(&value.path), said(value))).or_default().push(n);
    }
    // Where one place has several, the equal ones are each other's; only then what is left is put side by side.
    let mut open = Vec::new();
    let mut kept = HashSet::new();
    for value in new {
        let place = (key(&value.path), said(value));
        match equal.get_mut(&place).and_then(Vec::pop) {
            Some(n) => _ = kept.insert(n),
            None => open.push((place.0, value)),
        }
    }
    let mut left: HashMap<String, VecDeque<&LockedValue>> = HashMap::new();
    for (_, value) in old.iter().enumerate().filter(|(n, _)| !kept.contains(n)) {
        left.entry(key(&value.path)).or_default().push_back(value);
    }
    let mut found: Vec<Difference<'v>> = Vec::new();
    for (place, value) in open {
        found.push((left.get_mut(&place).and_then(VecDeque::pop_front), Some(value)));
    }
    let mut gone: Vec<&LockedValue> = left.into_values().flatten().collect();
    gone.sort_by(|a, b| (a.line, &a.path).cmp(&(b.line, &b.path)));
    found.extend(gone.into_iter().map(|old| (Some(old), None)));
    found
}

/// The edits of values.
pub(super) struct Values<'l> {
    scheme: VersionScheme,
    /// Packages whose version moves: name, from, to.
    moved: HashSet<(&'l str, &'l str, &'l str)>,
    /// Packages that are new: name, version.
    came: HashSet<(&'l str, &'l str)>,
    /// The names by which packages are found that are locked now, and the requirements they answer.
    locked: HashSet<&'l str>,
    answered: HashSet<&'l str>,
    pub(super) edits: Vec<Edit>,
}

/// A requirement that no registry answers: a folder, an archive, a repository.
fn leads_away(value: &LockedValue) -> bool {
    const AWAY: [&str; 8] = ["link:", "file:", "workspace:", "portal:", "git+", "git:", "http:", "https:"];
    value.text().is_some_and(|text| AWAY.iter().any(|start| text.starts_with(start)))
}

impl<'l> Values<'l> {
    pub(super) fn new(scheme: VersionScheme, pairs: &[Pair<'l>]) -> Self {
        let (mut moved, mut came) = (HashSet::new(), HashSet::new());
        for pair in pairs {
            let version = |package: &'l LockedPackage| package.version.as_deref().unwrap_or_default();
            match (pair.old, pair.new) {
                (Some(old), Some(new)) if old.version != new.version => {
                    moved.insert((new.name.as_str(), version(old), version(new)));
                }
                (None, Some(new)) => {
                    came.insert((new.name.as_str(), version(new)));
                }
                _ => {}
            }
        }
        let now = || pairs.iter().filter_map(|pair| pair.new);
        let folder = |package: &'l LockedPackage| package.slot.rsplit("node_modules/").next().unwrap_or_default();
        let locked = now().flat_map(|package| [package.name.as_str(), folder(package)]).collect();
        let answered = now().flat_map(answered).filter_map(LockedValue::text).collect();
        Self { scheme, moved, came, locked, answered, edits: Vec::new() }
    }

    /// Whoever installs from this lockfile looks for the requirement elsewhere: it names a place, or nothing that is locked
    /// answers it. What does not have to be there (`optionalDependencies`, peers) is not looked for.
    fn leaves(&self, value: &LockedValue) -> bool {
        // Of Python's, what an extra needs need not be locked.
        let whole = self.scheme == VersionScheme::SemVer;
        if let Bearing::Points(name) = &value.bearing {
            return leads_away(value) || (whole && !self.locked.contains(name.as_str()));
        }
        let ([Step::Key(list), Step::Key(name)], Some(range)) = (value.path.0.as_slice(), value.text()) else {
            return false;
        };
        let needed = match list.as_str() {
            "dependencies" | "requires" => true,
            "optionalDependencies" => false,
            _ => return false,
        };
        let plain = range.strip_prefix("npm:").unwrap_or(range);
        let unanswered = match self.answered.is_empty() {
            true => !self.locked.contains(name.as_str()),
            false => {
                let descriptors = [format!("{name}@{range}"), format!("{name}@npm:{range}")];
                !descriptors.iter().any(|descriptor| self.answered.contains(descriptor.as_str()))
            }
        };
        whole && (plain.contains([':', '/', '@']) || (needed && unanswered))
    }

    /// The values of a package that is there before and after; of a new one those that are never part of it.
    pub(super) fn package(&mut self, pair: &Pair<'l>) {
        let (old, new) = match (pair.old, pair.new) {
            (Some(old), Some(new)) => (old, new),
            (None, Some(new)) => {
                for value in &new.values {
                    if value.bearing == Bearing::Loud || self.leaves(value) {
                        self.plain(within(new, &value.path), (None, Some(value)));
                    }
                }
                return;
            }
            _ => return,
        };
        let moves = old.version != new.version;
        let archives = archives(old, new);
        for (was, is) in differences(&old.values, &new.values) {
            let Some(value) = is.or(was) else { continue };
            if !archives.is_empty() && archive(&value.path).is_some_and(|archive| archives.contains(&archive)) {
                continue;
            }
            let path = within(if is.is_some() { new } else { old }, &value.path);
            match &value.bearing {
                Bearing::Answers => {}
                Bearing::Moves if moves && !is.is_some_and(|is| self.leaves(is)) => {}
                Bearing::Points(_)
                    if moves && (was.is_none() || is.is_none()) && !is.is_some_and(|is| self.leaves(is)) => {}
                Bearing::Points(_) => self.pointer(path, (was, is)),
                Bearing::Moves | Bearing::Stands | Bearing::Loud => self.plain(path, (was, is)),
            }
        }
    }

    /// The values of no package.
    pub(super) fn rest(&mut self, old: &[LockedValue], new: &[LockedValue]) {
        for (was, is) in differences(old, new) {
            let Some(value) = is.or(was) else { continue };
            match &value.bearing {
                Bearing::Points(_) => self.pointer(value.path.clone(), (was, is)),
                _ => self.plain(value.path.clone(), (was, is)),
            }
        }
    }

    fn plain(&mut self, path: DocPath, (was, is): Difference<'_>) {
        let value = |value: &LockedValue| (value.value.clone(), value.line);
        self.edits.push(edit(path, was.map(value), is.map(value), None));
    }

    /// Another version of a package is meant. Nothing is to say where that package itself moves so, or is new.
    fn pointer(&mut self, path: DocPath, (was, is): Difference<'_>) {
        let said = |value: &LockedValue| match &value.bearing {
            Bearing::Points(name) => Some((name.clone(), value.text()?.to_owned())),
            _ => None,
        };
        let both = was.and_then(said).zip(is.and_then(said)).filter(|((was, _), (is, _))| was == is);
        let Some(((name, from), (_, to))) = both else { return self.plain(path, (was, is)) };
        let followed = self.moved.contains(&(&*name, &*from, &*to)) || self.came.contains(&(&*name, &*to));
        if !followed {
            self.plain(path, (was, is));
            self.dependency(name, from, to);
        }
    }

    /// What the last edit means for a dependency.
    fn dependency(&mut self, name: String, from: String, to: String) {
        let step = step_between(self.scheme, &from, &to);
        if let Some(last) = self.edits.last_mut() {
            last.dependency = Some(Dependency {
                name,
                from: Some(from),
                to: Some(to),
                step,
                source_changed: false,
                contents_changed: false,
            });
        }
    }

    /// The requirements that packages answer. One that comes or goes with a version, or with a package that has it, is
    /// part of that; one that another version answers now is a dependency that moves.
    pub(super) fn descriptors(&mut self, pairs: &[Pair<'l>]) {
        let was = answers(pairs.iter().filter_map(|pair| pair.old));
        let is = answers(pairs.iter().filter_map(|pair| pair.new));
        if was.is_empty() && is.is_empty() {
            return;
        }
        let changed = |pair: &&Pair<'l>| pair.old.map(|old| &old.version) != pair.new.map(|new| &new.version);
        let needed = needs(pairs.iter().filter(changed).filter_map(|pair| pair.new));
        let needed_before = needs(pairs.iter().filter(changed).filter_map(|pair| pair.old));
        for pair in pairs {
            let moves = changed(&pair);
            let own = |package: &LockedPackage, text: &str| {
                text.strip_prefix(&*package.name).is_some_and(|range| range.starts_with('@'))
            };
            for value in pair.new.into_iter().flat_map(answered) {
                let (Some(new), Some(text)) = (pair.new, value.text()) else { continue };
                match was.get(text) {
                    Some((old, _)) if pair.old.is_some_and(|before| std::ptr::eq(before, *old)) => {}
                    Some((old, before)) => self.answered_by_another(old, before, new, value),
                    None if (moves && own(new, text) && is_alike(pair.old, new, text)) || needed.contains(text) => {}
                    None => self.plain(within(new, &value.path), (None, Some(value))),
                }
            }
            for value in pair.old.into_iter().flat_map(answered) {
                let (Some(old), Some(text)) = (pair.old, value.text()) else { continue };
                let told = is.contains_key(text) || (moves && own(old, text)) || needed_before.contains(text);
                if !told {
                    self.plain(within(old, &value.path), (Some(value), None));
                }
            }
        }
    }

    fn answered_by_another(
        &mut self,
        old: &LockedPackage,
        before: &LockedValue,
        new: &LockedPackage,
        value: &LockedValue,
    ) {
        let version = |package: &LockedPackage| package.version.clone().unwrap_or_default();
        let (from, to) = (version(old), version(new));
        let known = old.name == new.name
            && (self.moved.contains(&(&*new.name, &*from, &*to)) || self.came.contains(&(&*new.name, &*to)));
        if known {
            return;
        }
        let text = |package: &LockedPackage, line: u32| {
            (EditValue::Scalar(crate::model::ScalarKind::Text, version(package)), line)
        };
        let path = within(new, &value.path);
        let mut other = edit(path, Some(text(old, before.line)), Some(text(new, value.line)), None);
        other.from = Some(within(old, &before.path));
        if from == to {
            other.kind = EditKind::Move;
        }
        self.edits.push(other);
        if old.name == new.name {
            self.dependency(new.name.clone(), from, to);
        }
    }
}

/// The archives that only one of two states has: what is said of one comes and goes with its checksum.
fn archives(old: &LockedPackage, new: &LockedPackage) -> HashSet<String> {
    let found = differences(&old.contents, &new.contents).into_iter();
    let alone = found.filter(|(was, is)| was.is_none() || is.is_none());
    alone.filter_map(|(was, is)| archive(&was.or(is)?.path)).collect()
}

/// The archive that a path leads into.
fn archive(path: &DocPath) -> Option<String> {
    let file = |step: &Step| matches!(step, Step::Item { names, .. } if names.iter().any(|(key, _)| key == "file"));
    let place = path.0.iter().position(file)?;
    Some(key(&DocPath(path.0.get(..=place)?.to_vec())))
}

fn answered(package: &LockedPackage) -> impl Iterator<Item = &LockedValue> {
    package.values.iter().filter(|value| value.bearing == Bearing::Answers)
}

/// Which package answers each requirement.
fn answers<'l>(
    packages: impl Iterator<Item = &'l LockedPackage>,
) -> HashMap<&'l str, (&'l LockedPackage, &'l LockedValue)> {
    packages
        .flat_map(|package| answered(package).filter_map(move |value| Some((value.text()?, (package, value)))))
        .collect()
}

/// A requirement that differs from one the package answered before by its version alone; of a new package, a plain range.
fn is_alike(old: Option<&LockedPackage>, new: &LockedPackage, text: &str) -> bool {
    let bare = |text: &str| text.replace(|c: char| c.is_ascii_digit() || ".^~<>=*|+- ".contains(c), "");
    let is = bare(text);
    match old {
        Some(old) => answered(old).filter_map(LockedValue::text).any(|was| bare(was) == is),
        None => [format!("{}@", new.name), format!("{}@npm:", new.name)].iter().any(|plain| bare(plain) == is),
    }
}

/// What packages require, as requirements are written.
fn needs<'l>(packages: impl Iterator<Item = &'l LockedPackage>) -> HashSet<String> {
    let mut all = HashSet::new();
    for value in packages.flat_map(|package| &package.values).filter(|value| value.bearing == Bearing::Moves) {
        if let (Some(Step::Key(name)), Some(range)) = (value.path.0.last(), value.text()) {
            all.insert(format!("{name}@{range}"));
            all.insert(format!("{name}@npm:{range}"));
        }
    }
    all
}
