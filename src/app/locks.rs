//! Whether changed lockfiles and changed manifests fit each other, as they would land.

use crate::assess::edits::consistent;
use crate::model::{LockSyntax, RepoPath};
use crate::parse::lockfile::{LOCK_NAMES, lock_of, lockfile, manifest, manifest_name};

/// Reads a file as it would be after the change; `None` where there is none.
pub(super) type After<'a> = dyn Fn(&RepoPath) -> Result<Option<Vec<u8>>, String> + 'a;

/// Why a changed lockfile does not fit its manifest, or a changed manifest its lockfile; `None` when they do, or when the
/// file is neither.
pub(super) fn unfit(path: &RepoPath, after: &After<'_>) -> Option<String> {
    let judged = match lock_of(path) {
        Some(syntax) => of_lock(path, syntax, after),
        None if is_manifest(path) => of_manifest(path, after),
        None => return None,
    };
    judged.err()
}

fn is_manifest(path: &RepoPath) -> bool {
    LOCK_NAMES.iter().any(|(_, syntax)| manifest_name(*syntax).as_bytes() == path.file_name())
}

/// The manifest beside it; those of the members of a workspace are held against it when they change themselves.
fn of_lock(path: &RepoPath, syntax: LockSyntax, after: &After<'_>) -> Result<(), String> {
    let Some(beside) = path.beside(manifest_name(syntax)) else { return Err("it has no folder".to_owned()) };
    fit(&beside, path, syntax, ".", after)
}

/// The nearest folder above that has a lockfile, and all lockfiles there.
fn of_manifest(path: &RepoPath, after: &After<'_>) -> Result<(), String> {
    let mut folder = String::new();
    let depth = path.segments().count();
    for up in 0..depth {
        let mut found = false;
        for (name, syntax) in LOCK_NAMES {
            let fits = manifest_name(syntax).as_bytes() == path.file_name();
            let Some(lock) = path.beside(&format!("{}{name}", "../".repeat(up))).filter(|lock| fits && lock != path)
            else {
                continue;
            };
            if after(&lock)?.is_some() {
                found = true;
                fit(path, &lock, syntax, if folder.is_empty() { "." } else { &folder }, after)?;
            }
        }
        if found {
            return Ok(());
        }
        let segment = path.segments().rev().nth(up + 1).map(String::from_utf8_lossy).unwrap_or_default();
        folder = if folder.is_empty() { segment.into_owned() } else { format!("{segment}/{folder}") };
    }
    Err(format!("there is no lockfile for {}", path.quoted()))
}

fn fit(
    manifest_path: &RepoPath,
    lock_path: &RepoPath,
    syntax: LockSyntax,
    folder: &str,
    after: &After<'_>,
) -> Result<(), String> {
    let read = |path: &RepoPath| after(path)?.ok_or_else(|| format!("there is no {}", path.quoted()));
    let (asked, locked) = (read(manifest_path)?, read(lock_path)?);
    let said = |path: &RepoPath, line: u32, why: &str| format!("{} {why}", place(path, line));
    let asked = manifest(syntax, &asked).map_err(|fault| said(manifest_path, fault.line, &fault.why))?;
    let locked = lockfile(syntax, &locked).map_err(|fault| said(lock_path, fault.line, &fault.why))?;
    consistent(&asked, &locked, folder).map_err(|found| {
        let name = if found.name.is_empty() { String::new() } else { format!("{} ", found.name) };
        format!("{name}{} ({}, {})", found.why, place(manifest_path, found.line), lock_path.quoted())
    })
}

fn place(path: &RepoPath, line: u32) -> String {
    match line {
        0 => path.quoted(),
        line => format!("{}:{line}", path.quoted()),
    }
}
