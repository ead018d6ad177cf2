//! Which locked package a name in a list of dependencies means, in the formats that write as little as is unambiguous.

use super::tree::key;
use crate::model::{Bearing, DocPath, LockedPackage, LockedValue, Step};
use std::collections::HashMap;

/// What an edge says: a name, perhaps a version, perhaps a source.
type Said = (String, Option<String>, Option<String>);

/// The locked packages, by as much as an edge may say of one: how many there are, and the version of the last.
#[derive(Default)]
pub(super) struct Edges {
    known: HashMap<Said, (usize, String)>,
}

impl Edges {
    /// Of packages, with the word by which edges call each one's source.
    pub(super) fn of<'p>(packages: impl Iterator<Item = (&'p LockedPackage, &'p str)>) -> Self {
        let mut edges = Self::default();
        for (package, source) in packages {
            let version = package.version.clone().unwrap_or_default();
            let from = Some(source.to_owned());
            for said in
                [(None, None), (Some(version.clone()), None), (None, from.clone()), (Some(version.clone()), from)]
            {
                let known = edges.known.entry((package.name.clone(), said.0, said.1)).or_default();
                known.0 += 1;
                known.1.clone_from(&version);
            }
        }
        edges
    }

    /// The version that is meant, when it is one alone.
    pub(super) fn version(&self, name: &str, version: Option<&str>, source: Option<&str>) -> Option<&str> {
        let said = (name.to_owned(), version.map(str::to_owned), source.map(str::to_owned));
        self.known.get(&said).filter(|(count, _)| *count == 1).map(|(_, version)| version.as_str())
    }
}

/// An edge as a value of the package that has it.
pub(super) fn edge(list: &[&str], index: usize, name: &str, version: &str, line: u32) -> LockedValue {
    let mut path = DocPath(list.iter().map(|step| key(step)).collect());
    path.0.push(Step::Item { index, names: vec![("name".to_owned(), name.to_owned())] });
    LockedValue::new(path, version, line, Bearing::Points(name.to_owned()))
}
