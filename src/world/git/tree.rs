//! The files of one commit, read without a checkout.
//!
//! Paths are walked in-process over raw tree objects (mode, blank, name, NUL, id; git's `gitformat-tree`), each of which
//! is asked for once: a path that does not exist costs nothing more, and no spelling of a path can be mistaken for git's
//! own syntax.

use super::find;
use super::objects::{Contents, checked_commit};
use super::raw::kind;
use super::{Fetched, Repo};
use crate::model::{CommitId, CountedFile, FileKind, FoundFile, RepoPath, TrackedFile};
use crate::world::WorldError;
use crate::world::tree::{FILE_LIMIT, LINK, Standing, Tree, Within, is_own};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Trees below trees; git's own limit is 2048.
const DEPTH: usize = 256;

/// The tree of one commit, over the repository's one `cat-file` process.
#[derive(Debug)]
pub struct GitTree<'r> {
    pub(super) repo: &'r Repo,
    commit: CommitId,
    trees: Mutex<HashMap<String, Arc<Vec<u8>>>>,
}

/// One entry of a raw tree object.
pub(super) struct Entry<'t> {
    pub(super) mode: u32,
    pub(super) name: &'t [u8],
    id: &'t [u8],
}

impl<'t> Entry<'t> {
    /// Cuts the first entry off; `None` when the tree is damaged.
    fn cut(rest: &mut &'t [u8], id_bytes: usize) -> Option<Self> {
        let blank = rest.iter().position(|byte| *byte == b' ')?;
        let (mode, tail) = rest.split_at_checked(blank)?;
        let mode = u32::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
        let tail = tail.get(1..)?;
        let end = tail.iter().position(|byte| *byte == 0)?;
        let (name, tail) = tail.split_at_checked(end)?;
        let (id, tail) = tail.get(1..)?.split_at_checked(id_bytes)?;
        *rest = tail;
        Some(Self { mode, name, id })
    }

    pub(super) fn is_tree(&self) -> bool {
        is_tree(self.mode)
    }

    pub(super) fn hex(&self) -> String {
        let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
        self.id.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

fn is_tree(mode: u32) -> bool {
    mode & 0o170_000 == 0o040_000
}

impl<'r> GitTree<'r> {
    pub(super) fn new(repo: &'r Repo, commit: CommitId) -> Self {
        Self { repo, commit, trees: Mutex::default() }
    }

    /// The raw tree object of that id (or of `COMMIT^{tree}`).
    pub(super) fn raw(&self, name: &str) -> Result<Arc<Vec<u8>>, WorldError> {
        let known = || self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(raw) = known().get(name) {
            return Ok(Arc::clone(raw));
        }
        let mut raw = Vec::new();
        if self.repo.fetch(name, &mut raw, u64::MAX)? != Contents::Read {
            return Err(self.missing(name));
        }
        let raw = Arc::new(raw);
        known().insert(name.to_owned(), Arc::clone(&raw));
        Ok(raw)
    }

    /// The entries of a raw tree object.
    pub(super) fn entries<'t>(&self, tree: &str, raw: &'t [u8]) -> Result<Vec<Entry<'t>>, WorldError> {
        let mut rest = raw;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            entries.push(Entry::cut(&mut rest, self.commit.0.len() / 2).ok_or_else(|| damaged(tree))?);
        }
        Ok(entries)
    }

    /// Several raw tree objects, in one exchange.
    pub(super) fn raws(&self, names: &[String]) -> Result<Vec<Arc<Vec<u8>>>, WorldError> {
        let known = || self.trees.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown: Vec<&str> = {
            let known = known();
            names.iter().map(String::as_str).filter(|name| !known.contains_key(*name)).collect()
        };
        let mut read = Vec::new();
        self.repo.fetch_all(&unknown, u64::MAX, |at, contents| {
            let name = unknown.get(at).copied().unwrap_or_default();
            match contents {
                Fetched::Read(raw) => read.push((name.to_owned(), Arc::new(raw))),
                Fetched::Missing | Fetched::TooLarge(_) => return Err(self.missing(name)),
            }
            Ok(())
        })?;
        known().extend(read);
        names.iter().map(|name| self.raw(name)).collect()
    }

    /// The mode and id of one name in a directory.
    fn entry(&self, tree: &str, name: &[u8]) -> Result<Option<(u32, String)>, WorldError> {
        let raw = self.raw(tree)?;
        let mut rest = raw.as_slice();
        while !rest.is_empty() {
            let entry = Entry::cut(&mut rest, self.commit.0.len() / 2).ok_or_else(|| damaged(tree))?;
            if entry.name == name {
                return Ok(Some((entry.mode, entry.hex())));
            }
        }
        Ok(None)
    }

    pub(super) fn root(&self) -> Result<String, WorldError> {
        Ok(format!("{}^{{tree}}", checked_commit(&self.commit)?))
    }

    /// What stands at a path; `None` when nothing does. No link is followed: whoever edits the target of a link edits no
    /// control file. On the way to a file of the gate's own folder, anything but a directory is refused; on the way to
    /// another (`docs` is a link or a file) there simply is none, as on GitHub.
    fn locate(&self, path: &str) -> Result<Option<(u32, String)>, WorldError> {
        let mut at = (0o040_000, self.root()?);
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            if !is_tree(at.0) {
                return if is_own(path) {
                    Err(refused(path, "something on the way is no directory"))
                } else {
                    Ok(None)
                };
            }
            if matches!(part, "." | "..") {
                return Err(refused(path, "the path leaves the tree"));
            }
            let Some(next) = self.entry(&at.1, part.as_bytes())? else { return Ok(None) };
            if matches!(kind(next.0), FileKind::Symlink | FileKind::Submodule)
                && (parts.peek().is_none() || is_own(path))
            {
                return Err(refused(path, LINK));
            }
            at = next;
        }
        Ok(Some(at))
    }

    fn blob(&self, id: &str, path: &str) -> Result<Vec<u8>, WorldError> {
        let mut buffer = Vec::new();
        match self.repo.fetch(id, &mut buffer, FILE_LIMIT)? {
            Contents::Read => Ok(buffer),
            Contents::TooLarge(size) => Err(WorldError::TooLarge { what: quoted(path), size, limit: FILE_LIMIT }),
            Contents::Missing => Err(self.missing(&format!("{}:{path}", self.commit))),
        }
    }

    pub(super) fn missing(&self, name: &str) -> WorldError {
        let what = quoted(name);
        let advice = if name.contains("^{tree}") {
            format!("fetch the commit: `git fetch origin {}`", self.commit)
        } else {
            format!("in a partial clone this fetches it: `git cat-file -p {what}`")
        };
        WorldError::MissingObject { what, advice }
    }

    fn collect(&self, tree: &str, prefix: &str, depth: usize, found: &mut Vec<String>) -> Result<(), WorldError> {
        if depth > DEPTH {
            return Err(refused(prefix, "it lies too deep"));
        }
        let raw = self.raw(tree)?;
        let mut rest = raw.as_slice();
        while !rest.is_empty() {
            let entry = Entry::cut(&mut rest, self.commit.0.len() / 2).ok_or_else(|| damaged(tree))?;
            let Ok(name) = std::str::from_utf8(entry.name) else {
                return Err(refused(
                    &format!("{prefix}{}", String::from_utf8_lossy(entry.name)),
                    "its name is not UTF-8",
                ));
            };
            let path = format!("{prefix}{name}");
            if matches!(kind(entry.mode), FileKind::Symlink | FileKind::Submodule) && is_own(&path) {
                return Err(refused(&path, LINK));
            }
            if kind(entry.mode) == FileKind::Submodule {
                continue;
            }
            if entry.is_tree() {
                self.collect(&entry.hex(), &format!("{path}/"), depth + 1, found)?;
            } else {
                found.push(path);
            }
        }
        Ok(())
    }
}

impl Tree for GitTree<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, WorldError> {
        match self.locate(path)? {
            Some((mode, id)) if mode & 0o170_000 == 0o100_000 => self.blob(&id, path).map(Some),
            _ => Ok(None),
        }
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError> {
        let Some((mode, id)) = self.locate(dir)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        if !is_tree(mode) && is_own(dir) {
            return Err(refused(dir, "it is no directory"));
        }
        if is_tree(mode) {
            let dir = dir.trim_matches('/');
            let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
            self.collect(&id, &prefix, 0, &mut found)?;
            found.sort();
        }
        Ok(found)
    }

    fn tracked(&self) -> Result<Vec<TrackedFile>, WorldError> {
        find::tracked(&self.repo.git, checked_commit(&self.commit)?)
    }

    fn find(&self, names: &[&str], within: Within<'_>) -> Result<Vec<FoundFile>, WorldError> {
        match within.directories() {
            Some(directories) => self.found_in(&directories, names),
            None => {
                let wanted = |file: &TrackedFile| names.iter().any(|name| name.as_bytes() == file.path.file_name());
                self.contents(self.tracked()?.into_iter().filter(wanted).collect())
            }
        }
    }

    fn standing(&self, path: &RepoPath) -> Result<Standing, WorldError> {
        let mut at = (0o040_000, self.root()?);
        for part in path.segments() {
            if !is_tree(at.0) {
                return Ok(Standing::Nothing);
            }
            match self.entry(&at.1, part)? {
                Some(next) => at = next,
                None => return Ok(Standing::Nothing),
            }
        }
        Ok(if is_tree(at.0) { Standing::Directory } else { Standing::File })
    }

    fn count_lines(&self, files: Vec<TrackedFile>) -> Result<Vec<CountedFile>, WorldError> {
        self.repo.sizes(files)
    }

    fn describe(&self) -> String {
        format!("commit {}", self.commit.0.chars().take(12).collect::<String>())
    }
}

fn quoted(path: &str) -> String {
    RepoPath::new(path).quoted()
}

fn refused(path: &str, why: &'static str) -> WorldError {
    WorldError::NotAFile { path: quoted(path), why }
}

fn damaged(name: &str) -> WorldError {
    WorldError::GitAnswer { command: "cat-file", what: format!("tree {name} is damaged") }
}
