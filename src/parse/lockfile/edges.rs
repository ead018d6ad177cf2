//! Which locked package a name in a list of dependencies means, in the formats that write as little as is unambiguous.

use super::tree::key;
use crate::model::{Bearing, DocPath, LockedPackage, LockedValue, Step};
use std::collections::HashMap;

/// The locked packages by name: version and source.
pub(super) struct Edges {
    known: HashMap<String, Vec<(String, String)>>,
}

impl Edges {
    /// Of packages, with the word by which edges call each one's source.
    pub(super) fn of<'p>(packages: impl Iterator<Item = (&'p LockedPackage, &'p str)>) -> Self {
        let mut known: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for (package, source) in packages {
            let version = package.version.clone().unwrap_or_default();
            known.entry(package.name.clone()).or_default().push((version, source.to_owned()));
        }
        Self { known }
    }

    /// The version that is meant, when it is one alone.
    pub(super) fn version(&self, name: &str, version: Option<&str>, source: Option<&str>) -> Option<&str> {
        let all = self.known.get(name)?;
        let fits = |(known, from): &&(String, String)| {
            version.is_none_or(|version| version == known) && source.is_none_or(|source| source == from)
        };
        let mut found = all.iter().filter(fits);
        match (found.next(), found.next()) {
            (Some((version, _)), None) => Some(version.as_str()),
            _ => None,
        }
    }
}

/// An edge as a value of the package that has it.
pub(super) fn edge(list: &[&str], index: usize, name: &str, version: &str, line: u32) -> LockedValue {
    let mut path = DocPath(list.iter().map(|step| key(step)).collect());
    path.0.push(Step::Item { index, names: vec![("name".to_owned(), name.to_owned())] });
    LockedValue::new(path, version, line, Bearing::Points(name.to_owned()))
}
