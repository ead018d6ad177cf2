//! Which locked package became which.
//!
//! The same slot first. Then, of the packages of one name: the same version from another place; the nearest within one
//! major version; and one that is left with the one that is left. Whatever has no partner after that is new or gone, so
//! that no package is hidden behind another.

use super::version::{line_of, order};
use crate::model::{LockedPackage, Lockfile, VersionScheme};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Of how many old and new packages of one name, multiplied, the nearest are looked for.
const MOST: usize = 250_000;

/// A package, before and after; never neither.
#[derive(Clone, Copy)]
pub(super) struct Pair<'l> {
    pub(super) old: Option<&'l LockedPackage>,
    pub(super) new: Option<&'l LockedPackage>,
}

/// Pairs all packages of two lockfiles.
pub(super) fn pairs<'l>(old: Option<&'l Lockfile>, new: Option<&'l Lockfile>) -> Vec<Pair<'l>> {
    let packages = |lock: Option<&'l Lockfile>| lock.map(|lock| lock.packages.as_slice()).unwrap_or_default();
    let (was, is) = (packages(old), packages(new));
    let by_slot: HashMap<(&str, &str), &LockedPackage> = was.iter().map(|package| (slot(package), package)).collect();
    let mut found = Vec::with_capacity(is.len());
    let mut left: BTreeMap<(&str, &str), Left<'l>> = BTreeMap::new();
    let mut kept = HashSet::with_capacity(is.len());
    for package in is {
        match by_slot.get(&slot(package)).filter(|before| before.name == package.name) {
            Some(before) => {
                kept.insert(slot(package));
                found.push(Pair { old: Some(before), new: Some(package) });
            }
            None => left.entry((&package.name, package.aspect)).or_default().new.push(package),
        }
    }
    for package in was.iter().filter(|package| !kept.contains(&slot(package))) {
        left.entry((&package.name, package.aspect)).or_default().old.push(package);
    }
    let Some(syntax) = new.or(old).map(|lock| lock.syntax) else { return found };
    for names in left.into_values() {
        names.pair(syntax.scheme(), syntax.is_placed(), &mut found);
    }
    found
}

fn slot(package: &LockedPackage) -> (&str, &str) {
    (package.aspect, &package.slot)
}

/// The packages of one name that no slot pairs.
#[derive(Default)]
struct Left<'l> {
    old: Vec<&'l LockedPackage>,
    new: Vec<&'l LockedPackage>,
}

impl<'l> Left<'l> {
    fn pair(mut self, scheme: VersionScheme, placed: bool, found: &mut Vec<Pair<'l>>) {
        // The highest first, so that a package takes the place of the nearest below it.
        for side in [&mut self.old, &mut self.new] {
            side.sort_by_cached_key(|package| {
                let package: &'l LockedPackage = package;
                let version = package.version.as_deref().unwrap_or_default();
                std::cmp::Reverse((order(scheme, version), package.slot.as_str()))
            });
        }
        if self.old.len().saturating_mul(self.new.len()) > MOST {
            // Nobody has so many versions of one package; each is said for itself.
        } else if placed {
            // The same archive in another folder; anything else there is new to whoever looks into that folder.
            self.take(found, |old, new| {
                old.version == new.version && old.source.text == new.source.text && texts(old).eq(texts(new))
            });
        } else {
            let line = |package: &LockedPackage| package.version.as_deref().and_then(|v| line_of(scheme, v));
            self.take(found, |old, new| old.version == new.version && old.source.text == new.source.text);
            self.take(found, |old, new| old.version == new.version);
            self.take(found, |old, new| {
                old.source.text == new.source.text && line(old).is_some() && line(old) == line(new)
            });
            self.take(found, |old, new| line(old).is_some() && line(old) == line(new));
            if self.old.len() == 1 && self.new.len() == 1 {
                self.take(found, |_, _| true);
            }
        }
        found.extend(self.new.into_iter().map(|new| Pair { old: None, new: Some(new) }));
        found.extend(self.old.into_iter().map(|old| Pair { old: Some(old), new: None }));
    }

    /// Pairs what is alike, in order.
    fn take(&mut self, found: &mut Vec<Pair<'l>>, alike: impl Fn(&LockedPackage, &LockedPackage) -> bool) {
        self.new.retain(|new| {
            let Some(place) = self.old.iter().position(|old| alike(old, new)) else { return true };
            found.push(Pair { old: Some(self.old.remove(place)), new: Some(new) });
            false
        });
    }
}

fn texts(package: &LockedPackage) -> impl Iterator<Item = Option<&str>> {
    package.contents.iter().map(|value| value.text())
}
