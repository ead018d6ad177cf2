//! The templates that come with this program, to begin with: none is approved, each has its tests.

use super::failure::Failure;
use crate::model::Template;
use crate::parse;

/// A template of the catalogue.
pub(super) struct Starter {
    /// Its id.
    pub(super) id: &'static str,
    /// Its file.
    pub(super) text: &'static str,
    /// Its tests: paths below the folder of its tests, and contents.
    pub(super) tests: &'static [(&'static str, &'static str)],
}

/// All of them, by id.
pub(super) const STARTERS: [Starter; 0] = [];

/// All of them, read.
pub(super) fn templates() -> Result<Vec<Template>, Failure> {
    let read = |starter: &Starter| {
        parse::template(starter.text, &format!(".changeward/templates/{}.toml", starter.id)).map_err(Failure::internal)
    };
    STARTERS.iter().map(read).collect()
}

/// How many changes of a template's tests must fit, and how many must not.
pub(super) fn tests(id: &str) -> (u64, u64) {
    let of = STARTERS.iter().filter(|starter| starter.id == id).flat_map(|starter| starter.tests);
    of.fold((0, 0), |(fits, misfits), (path, _)| match path.starts_with("fits/") {
        true => (fits + 1, misfits),
        false => (fits, misfits + 1),
    })
}
