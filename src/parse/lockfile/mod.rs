//! Lockfiles of package managers as the packages they lock.
//!
//! One file per format. A format says which of an entry's values are the version, the origin and the contents of a package,
//! and what a change of each other one means; whatever it does not know stands among the values as it is, so that no token
//! of a lockfile can change unseen. What cannot be read that way is a fault: an unknown version of the format, an entry
//! that stands twice, the marks of a merge that was not finished.

mod address;
mod berry;
mod cargo;
mod edges;
mod go;
mod go_mod;
mod manifest;
mod npm;
mod pnpm;
mod pnpm_key;
mod poetry;
mod pyproject;
mod tree;
mod uv;
mod yarn;

pub use manifest::{manifest, manifest_name};

use super::syntax;
use crate::model::{LockSyntax, Lockfile, RepoPath, Syntax, SyntaxFault};
use std::collections::HashSet;

/// The names lockfiles have.
pub const LOCK_NAMES: [(&str, LockSyntax); 9] = [
    ("Cargo.lock", LockSyntax::Cargo),
    ("package-lock.json", LockSyntax::Npm),
    ("npm-shrinkwrap.json", LockSyntax::Npm),
    ("pnpm-lock.yaml", LockSyntax::Pnpm),
    ("yarn.lock", LockSyntax::Yarn),
    ("poetry.lock", LockSyntax::Poetry),
    ("uv.lock", LockSyntax::Uv),
    ("go.sum", LockSyntax::GoSum),
    ("go.mod", LockSyntax::GoMod),
];

/// Which lockfile a file is, by its name as its package manager looks for it.
pub fn lock_of(path: &RepoPath) -> Option<LockSyntax> {
    let name = path.file_name();
    LOCK_NAMES.into_iter().find(|(known, _)| known.as_bytes() == name).map(|(_, syntax)| syntax)
}

/// Reads a lockfile: all of it, or why it cannot be judged by its packages.
///
/// # Errors
/// When it is not of its format, or says something that cannot be told from what it hides.
pub fn lockfile(syntax: LockSyntax, bytes: &[u8]) -> Result<Lockfile, SyntaxFault> {
    let text = syntax::whole_text(bytes)?;
    unmerged(text)?;
    let lock = match syntax {
        LockSyntax::Cargo => tree::read(Syntax::Toml, bytes, cargo::read),
        LockSyntax::Npm => tree::read(Syntax::Json, bytes, npm::read),
        LockSyntax::Pnpm => tree::read(Syntax::Yaml, bytes, pnpm::read),
        LockSyntax::Yarn if berry::is_berry(text) => tree::read(Syntax::Yaml, bytes, berry::read),
        LockSyntax::Yarn => yarn::read(text),
        LockSyntax::Poetry => tree::read(Syntax::Toml, bytes, poetry::read),
        LockSyntax::Uv => tree::read(Syntax::Toml, bytes, uv::read),
        LockSyntax::GoSum => go::read(text),
        LockSyntax::GoMod => go_mod::read(text),
    }?;
    let mut slots = HashSet::with_capacity(lock.packages.len());
    match lock.packages.iter().find(|package| !slots.insert((package.aspect, package.slot.as_str()))) {
        Some(twice) => Err(SyntaxFault::new(twice.line, format!("locks {} twice", tree::shown(&twice.slot)))),
        None => Ok(lock),
    }
}

/// A file in which a merge left both sides.
fn unmerged(text: &str) -> Result<(), SyntaxFault> {
    let marked = |line: &str| ["<<<<<<< ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark));
    if !text.contains("<<<<<<< ") && !text.contains(">>>>>>> ") {
        return Ok(());
    }
    match text.lines().position(marked) {
        Some(at) => Err(SyntaxFault::new(tree::number(at + 1), "has the marks of a merge that was not finished")),
        None => Ok(()),
    }
}
