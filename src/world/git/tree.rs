//! The files of one commit, read without a checkout.
//!
//! Paths are walked in-process over raw tree objects (mode, blank, name, NUL, id; git's `gitformat-tree`), each of which
//! is asked for once: a path that does not exist costs nothing more, and no spelling of a path can be mistaken for git's
//! own syntax.

use super::Repo;
use super::objects::{Contents, checked_commit};
use super::raw::kind;
use crate::model::{CommitId, FileKind, RepoPath};
use crate::world::WorldError;
use crate::world::tree::{FILE_LIMIT, Tree};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// As many links as are followed from one path.
const LINKS: usize = 8;

/// Trees below trees; git's own limit is 2048.
const DEPTH: usize = 256;

/// The tree of one commit, over the repository's one `cat-file` process.
#[derive(Debug)]
pub struct GitTree<'r> {
    repo: &'r Repo,
    commit: CommitId,
    trees: Mutex<HashMap<String, Arc<Vec<u8>>>>,
}

/// What stands somewhere in the tree.
#[derive(Clone)]
struct Located {
    /// Its own path, without links.
    path: String,
    mode: u32,
    id: String,
}

/// One entry of a raw tree object.
struct Entry<'t> {
    mode: u32,
    name: &'t [u8],
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

    fn is_tree(&self) -> bool {
        is_tree(self.mode)
    }

    fn hex(&self) -> String {
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
    fn raw(&self, name: &str) -> Result<Arc<Vec<u8>>, WorldError> {
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

    fn root(&self) -> Result<String, WorldError> {
        Ok(format!("{}^{{tree}}", checked_commit(&self.commit)?))
    }

    /// What stands at a path, links followed; `None` when nothing does.
    fn locate(&self, path: &str) -> Result<Option<Located>, WorldError> {
        let mut todo: Vec<Vec<u8>> = path.as_bytes().split(|b| *b == b'/').rev().map(<[u8]>::to_vec).collect();
        // What was walked through, the root first.
        let mut walked = vec![Located { path: String::new(), mode: 0o040_000, id: self.root()? }];
        let mut links = 0;
        while let Some(part) = todo.pop() {
            let Some(Located { path: above, mode, id }) = walked.last().cloned() else {
                return Err(refused(path, "it leads out of the tree"));
            };
            match part.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    walked.pop();
                    continue;
                }
                _ if !is_tree(mode) => return Ok(None),
                _ => {}
            }
            let Some((mode, id)) = self.entry(&id, &part)? else { return Ok(None) };
            if kind(mode) != FileKind::Symlink {
                let slash = if above.is_empty() { "" } else { "/" };
                walked.push(Located { path: format!("{above}{slash}{}", String::from_utf8_lossy(&part)), mode, id });
                continue;
            }
            links += 1;
            if links > LINKS {
                return Err(refused(path, "too many links lead to one another"));
            }
            let target = self.blob(&id, path)?;
            if target.starts_with(b"/") {
                return Err(refused(path, "it is a link to a place outside of the repository"));
            }
            todo.extend(target.split(|b| *b == b'/').rev().map(<[u8]>::to_vec));
        }
        walked.pop().map(Some).ok_or_else(|| refused(path, "it leads out of the tree"))
    }

    fn blob(&self, id: &str, path: &str) -> Result<Vec<u8>, WorldError> {
        let mut buffer = Vec::new();
        match self.repo.fetch(id, &mut buffer, FILE_LIMIT)? {
            Contents::Read => Ok(buffer),
            Contents::TooLarge(size) => Err(WorldError::TooLarge { what: quoted(path), size, limit: FILE_LIMIT }),
            Contents::Missing => Err(self.missing(&format!("{}:{path}", self.commit))),
        }
    }

    fn missing(&self, name: &str) -> WorldError {
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
            if kind(entry.mode) == FileKind::Submodule {
                return Err(submodule(&path));
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
            Some(Located { mode, id, .. }) if mode & 0o170_000 == 0o100_000 => self.blob(&id, path).map(Some),
            _ => Ok(None),
        }
    }

    fn place(&self, path: &str) -> Result<Option<String>, WorldError> {
        Ok(self.locate(path)?.map(|located| located.path))
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError> {
        let Some(Located { mode, id, .. }) = self.locate(dir)? else { return Ok(Vec::new()) };
        if kind(mode) == FileKind::Submodule {
            return Err(submodule(dir));
        }
        let mut found = Vec::new();
        if is_tree(mode) {
            let dir = dir.trim_matches('/');
            let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
            self.collect(&id, &prefix, 0, &mut found)?;
            found.sort();
        }
        Ok(found)
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

fn submodule(path: &str) -> WorldError {
    refused(path, "it is a submodule, and what is in there is no part of this repository")
}

fn damaged(name: &str) -> WorldError {
    WorldError::GitAnswer { command: "cat-file", what: format!("tree {name} is damaged") }
}
