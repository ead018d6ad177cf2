//! Where control files are read from: a commit of a repository, or a plain folder. Nothing else tells them apart.
#![expect(clippy::disallowed_methods, reason = "this is the room that reads files")]

use super::WorldError;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// No control file is larger than this; GitHub's own limit for CODEOWNERS is 3 MB.
pub const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// A state of the files: read one, list some. Paths are relative to the root, with `/` between segments.
pub trait Tree {
    /// The contents of a file; `None` when there is no file at that path (a directory is not one). Symbolic links are
    /// followed inside the tree.
    ///
    /// # Errors
    /// When the file is there but cannot be read whole: too large, missing in a partial clone, a link out of the tree.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, WorldError>;

    /// The path of what stands at a path: another one where links lead there, `None` when nothing does.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn place(&self, path: &str) -> Result<Option<String>, WorldError>;

    /// The files below a directory, at any depth, as full paths from the root, sorted; empty when there is no such
    /// directory. `""` is the root.
    ///
    /// # Errors
    /// When the directory is there but cannot be listed whole: it is or holds a submodule, or a name that is not text.
    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError>;

    /// For people: which state this is (`commit 1a2b3c4d5e6f`, `folder /x`).
    fn describe(&self) -> String;
}

/// A plain directory. Links are followed only while they stay inside.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens a directory.
    ///
    /// # Errors
    /// When it is not there or is no directory.
    pub fn open(dir: &Path) -> Result<Self, WorldError> {
        let root = dir.canonicalize().map_err(|source| io(dir, "opened", source))?;
        if !root.is_dir() {
            return Err(io(dir, "opened", ErrorKind::NotADirectory.into()));
        }
        Ok(Self { root })
    }

    /// The place on the disk; `None` when nothing is there.
    fn locate(&self, path: &str) -> Result<Option<PathBuf>, WorldError> {
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(refused(path, "the path leaves the folder"));
        }
        let full = self.root.join(relative);
        match full.canonicalize() {
            Ok(real) if real.starts_with(&self.root) => Ok(Some(real)),
            Ok(_) => Err(refused(path, "it is a link to a place outside of the folder")),
            Err(error) if is_absent(error.kind()) => Ok(None),
            Err(source) => Err(io(&full, "read", source)),
        }
    }
}

impl Tree for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, WorldError> {
        let Some(place) = self.locate(path)? else { return Ok(None) };
        let about = fs::metadata(&place).map_err(|source| io(&place, "read", source))?;
        if about.is_dir() {
            return Ok(None);
        }
        // A pipe or a device would block, or never end.
        if !about.is_file() {
            return Err(refused(path, "it is no plain file"));
        }
        read_limited(&place, path).map(Some)
    }

    fn place(&self, path: &str) -> Result<Option<String>, WorldError> {
        let Some(place) = self.locate(path)? else { return Ok(None) };
        spell("", place.strip_prefix(&self.root).unwrap_or(&place)).map(Some)
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError> {
        let Some(place) = self.locate(dir)? else { return Ok(Vec::new()) };
        if !place.is_dir() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let walk = WalkDir::new(&place).follow_links(false).into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git") {
            let entry = entry.map_err(|error| {
                let at = error.path().unwrap_or(&place).to_path_buf();
                io(&at, "listed", error.into())
            })?;
            let kind = entry.file_type();
            let listed = kind.is_file() || kind.is_symlink();
            if !listed || entry.depth() == 0 {
                continue;
            }
            let below = entry.path().strip_prefix(&place).unwrap_or(entry.path());
            found.push(spell(dir, below)?);
        }
        found.sort();
        Ok(found)
    }

    fn describe(&self) -> String {
        format!("folder {}", self.root.display())
    }
}

/// The path as the rest of the house writes it: below `dir`, with `/`.
fn spell(dir: &str, below: &Path) -> Result<String, WorldError> {
    let mut path = dir.trim_end_matches('/').to_owned();
    for part in below.components() {
        let Some(name) = part.as_os_str().to_str() else {
            return Err(refused(&below.to_string_lossy(), "its name is not UTF-8"));
        };
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(name);
    }
    Ok(path)
}

/// Reads at most [`FILE_LIMIT`] bytes, whatever the size said before the file was opened.
fn read_limited(place: &Path, path: &str) -> Result<Vec<u8>, WorldError> {
    let file = fs::File::open(place).map_err(|source| io(place, "read", source))?;
    let mut contents = Vec::new();
    file.take(FILE_LIMIT + 1).read_to_end(&mut contents).map_err(|source| io(place, "read", source))?;
    if contents.len() as u64 > FILE_LIMIT {
        let size = fs::metadata(place).map_or(FILE_LIMIT + 1, |about| about.len());
        return Err(WorldError::TooLarge { what: path.to_owned(), size, limit: FILE_LIMIT });
    }
    Ok(contents)
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn refused(path: &str, why: &'static str) -> WorldError {
    WorldError::NotAFile { path: crate::model::RepoPath::new(path).quoted(), why }
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> WorldError {
    WorldError::Io { path: path.to_path_buf(), action, source }
}
