//! Whether changed lockfiles and changed manifests fit each other, as they would land.

use crate::assess::edits::consistent;
use crate::model::{FileDiff, LockSyntax, Lockfile, RepoPath};
use crate::parse::lockfile::{LOCK_NAMES, lock_of, lockfile, manifest, manifest_name};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Reads a file as it would be after the change; `None` where there is none.
pub(super) type After<'a> = dyn Fn(&RepoPath) -> Result<Option<Vec<u8>>, String> + 'a;

/// The lockfiles that changed files are held to, each read once.
pub(super) struct Locks<'a> {
    after: &'a After<'a>,
    known: RefCell<BTreeMap<RepoPath, Rc<Known>>>,
}

/// A lockfile as it would be; `None` where there is none.
type Known = Result<Option<Lockfile>, String>;

impl<'a> Locks<'a> {
    pub(super) fn new(after: &'a After<'a>) -> Self {
        Self { after, known: RefCell::default() }
    }

    /// Why a changed lockfile does not fit its manifest, or a changed manifest its lockfile, at the path it had or has;
    /// `None` when they do, or when the file is neither.
    pub(super) fn unfit(&self, file: &FileDiff) -> Option<String> {
        file.paths().find_map(|path| self.fits(path).err())
    }

    fn fits(&self, path: &RepoPath) -> Result<(), String> {
        let syntax = lock_of(path);
        if syntax.is_none() && !is_manifest(path) {
            return Ok(());
        }
        if (self.after)(path)?.is_none() {
            return self.may_go(path, syntax);
        }
        match syntax {
            Some(syntax) => self.of_lock(path, syntax),
            None => self.of_manifest(path),
        }
    }

    /// What goes leaves nothing behind that was made from it, or that it was made from.
    fn may_go(&self, path: &RepoPath, syntax: Option<LockSyntax>) -> Result<(), String> {
        let manifest = syntax.and_then(|syntax| path.beside(manifest_name(syntax))).filter(|it| it != path);
        if let Some(manifest) = manifest
            && (self.after)(&manifest)?.is_some()
        {
            return Err(format!("{} goes, and {} stays", path.quoted(), manifest.quoted()));
        }
        match is_manifest(path).then(|| self.nearest_locks(path)).transpose()? {
            Some((locks, _)) if !locks.is_empty() => {
                let names: Vec<String> = locks.iter().map(|(lock, _)| lock.quoted()).collect();
                Err(format!("{} goes, and {} stays", path.quoted(), names.join(", ")))
            }
            _ => Ok(()),
        }
    }

    /// The manifest beside it; those of the members of a workspace are held against it when they change themselves.
    fn of_lock(&self, path: &RepoPath, syntax: LockSyntax) -> Result<(), String> {
        let Some(beside) = path.beside(manifest_name(syntax)) else { return Err("it has no folder".to_owned()) };
        self.fit(&beside, path, syntax, ".")
    }

    fn of_manifest(&self, path: &RepoPath) -> Result<(), String> {
        let (locks, folder) = self.nearest_locks(path)?;
        if locks.is_empty() {
            return Err(format!("there is no lockfile for {}", path.quoted()));
        }
        locks.iter().try_for_each(|(lock, syntax)| self.fit(path, lock, *syntax, &folder))
    }

    /// All lockfiles of the nearest folder above that has one, and where the file lies seen from there.
    fn nearest_locks(&self, path: &RepoPath) -> Result<(Vec<(RepoPath, LockSyntax)>, String), String> {
        let mut folder = String::new();
        for up in 0..path.segments().count() {
            let mut found = Vec::new();
            for (name, syntax) in LOCK_NAMES {
                let fits = manifest_name(syntax).as_bytes() == path.file_name();
                let lock = path.beside(&format!("{}{name}", "../".repeat(up))).filter(|lock| fits && lock != path);
                if let Some(lock) = lock
                    && !matches!(&*self.lock(&lock, syntax), Ok(None))
                {
                    found.push((lock, syntax));
                }
            }
            if !found.is_empty() {
                return Ok((found, if folder.is_empty() { ".".to_owned() } else { folder }));
            }
            let segment = path.segments().rev().nth(up + 1).map(String::from_utf8_lossy).unwrap_or_default();
            folder = if folder.is_empty() { segment.into_owned() } else { format!("{segment}/{folder}") };
        }
        Ok((Vec::new(), folder))
    }

    fn lock(&self, path: &RepoPath, syntax: LockSyntax) -> Rc<Known> {
        if let Some(known) = self.known.borrow().get(path) {
            return Rc::clone(known);
        }
        let read = |bytes: Vec<u8>| {
            lockfile(syntax, &bytes).map_err(|fault| format!("{} {}", place(path, fault.line), fault.why))
        };
        let known = Rc::new((self.after)(path).and_then(|bytes| bytes.map(read).transpose()));
        self.known.borrow_mut().insert(path.clone(), Rc::clone(&known));
        known
    }

    fn fit(
        &self,
        manifest_path: &RepoPath,
        lock_path: &RepoPath,
        syntax: LockSyntax,
        folder: &str,
    ) -> Result<(), String> {
        let missing = |path: &RepoPath| format!("there is no {}", path.quoted());
        let asked = (self.after)(manifest_path)?.ok_or_else(|| missing(manifest_path))?;
        let asked =
            manifest(syntax, &asked).map_err(|fault| format!("{} {}", place(manifest_path, fault.line), fault.why))?;
        let known = self.lock(lock_path, syntax);
        let locked = known.as_ref().as_ref().map_err(String::clone)?.as_ref().ok_or_else(|| missing(lock_path))?;
        consistent(&asked, locked, folder).map_err(|found| {
            let name = if found.name.is_empty() { String::new() } else { format!("{} ", found.name) };
            format!("{name}{} ({}, {})", found.why, place(manifest_path, found.line), lock_path.quoted())
        })
    }
}

fn is_manifest(path: &RepoPath) -> bool {
    LOCK_NAMES.iter().any(|(_, syntax)| manifest_name(*syntax).as_bytes() == path.file_name())
}

fn place(path: &RepoPath, line: u32) -> String {
    match line {
        0 => path.quoted(),
        line => format!("{}:{line}", path.quoted()),
    }
}
