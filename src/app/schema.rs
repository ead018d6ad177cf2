//! The published JSON Schemas: of every file people write and of every document we write.

use crate::{parse, policy, report};

/// The names, in alphabetical order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = all().map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

/// The text of one.
pub fn text(name: &str) -> Option<&'static str> {
    all().find(|(known, _)| *known == name).map(|(_, text)| text)
}

fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let documents = [
        ("audit", report::audit_schema()),
        ("decision", report::schema()),
        ("exceptions", report::exceptions_schema()),
        ("input", policy::input::SCHEMA),
        ("owners", report::owners_schema()),
    ];
    parse::schemas().iter().copied().chain(documents)
}
