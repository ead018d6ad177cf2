//! Where control files are read from: a commit of a repository, or a plain folder. Nothing else tells them apart.
#![expect(clippy::disallowed_methods, reason = "this is the room that reads files")]

use super::WorldError;
use super::git::BLOB_LIMIT;
use super::git::lines::of_file;
use crate::model::{CountedFile, FileKind, FoundFile, RepoPath, TrackedFile};
use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// No control file is larger than this; GitHub's own limit for CODEOWNERS is 3 MB.
pub const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// What stands at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A file, a link or a submodule.
    File,
    /// A directory.
    Directory,
}

/// Which directories are looked through.
#[derive(Clone, Copy, Debug)]
pub enum Within<'p> {
    /// All of them.
    Everywhere,
    /// The directories that hold these paths, and all above them.
    Above(&'p [RepoPath]),
}

impl Within<'_> {
    /// Every directory above a path, the root (an empty path) first; `None` for all directories.
    pub(super) fn directories(&self) -> Option<BTreeSet<RepoPath>> {
        let Self::Above(paths) = self else { return None };
        let mut all = BTreeSet::from([RepoPath::from("")]);
        for path in *paths {
            let mut rest = path.as_bytes();
            while let Some(end) = rest.iter().rposition(|byte| *byte == b'/') {
                rest = rest.get(..end).unwrap_or_default();
                if !all.insert(RepoPath::new(rest)) {
                    break;
                }
            }
        }
        Some(all)
    }
}

/// A state of the files: read one, list some. Paths are relative to the root, with `/` between segments.
pub trait Tree {
    /// The contents of a file; `None` when there is no file at that path (a directory is not one). Symbolic links are not
    /// followed: an edit of what one points to would be no edit of the control file.
    ///
    /// # Errors
    /// When the file is there but cannot be read whole: too large, missing in a partial clone, a link out of the tree.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, WorldError>;

    /// The files below a directory, at any depth, as full paths from the root, sorted; empty when there is no such
    /// directory. `""` is the root. Submodules are not listed.
    ///
    /// # Errors
    /// When the directory is there but cannot be listed whole, or holds a name that is not text.
    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError>;

    /// Every file of this state, sorted by path. A submodule is one entry; a plain folder lists what stands in it, without
    /// `.git`.
    ///
    /// # Errors
    /// When the state cannot be listed whole.
    fn tracked(&self) -> Result<Vec<TrackedFile>, WorldError>;

    /// Every file with one of these names, and what it holds, sorted by path. A link is found and not read: whoever edits
    /// what it points to edits no control file.
    ///
    /// # Errors
    /// When a directory cannot be listed or a file cannot be read.
    fn find(&self, names: &[&str], within: Within<'_>) -> Result<Vec<FoundFile>, WorldError>;

    /// What stands at a path; the empty path is the root. Links are not followed.
    ///
    /// # Errors
    /// When a directory on the way cannot be read.
    fn standing(&self, path: &RepoPath) -> Result<Standing, WorldError>;

    /// How many lines each of some files of this state has. What is too large, or not in this clone, is not counted.
    ///
    /// # Errors
    /// When a file cannot be read.
    fn count_lines(&self, files: Vec<TrackedFile>) -> Result<Vec<CountedFile>, WorldError>;

    /// For people: which state this is (`commit 1a2b3c4d5e6f`, `folder /x`).
    fn describe(&self) -> String;
}

/// A plain directory. Links are followed only while they stay inside.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    /// As it was named, for people.
    named: PathBuf,
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
        Ok(Self { root, named: dir.components().collect() })
    }

    /// Files by their paths, those that are there.
    pub(super) fn find_all(&self, paths: impl Iterator<Item = RepoPath>) -> Result<Vec<FoundFile>, WorldError> {
        paths.map(|path| self.found(path)).filter_map(Result::transpose).collect()
    }

    /// A file that was looked for; `None` where there is none.
    fn found(&self, path: RepoPath) -> Result<Option<FoundFile>, WorldError> {
        let Some(text) = path.as_str() else { return Ok(None) };
        match self.read(text) {
            Ok(contents) => Ok(contents.map(|contents| FoundFile { path, contents: Ok(contents) })),
            Err(error @ (WorldError::NotAFile { .. } | WorldError::TooLarge { .. })) => {
                Ok(Some(FoundFile { path, contents: Err(error.to_string()) }))
            }
            Err(error) => Err(error),
        }
    }

    /// The lines of a file; `None` for one that is too large, or gone since it was listed.
    fn lines(&self, path: &RepoPath) -> Result<Option<u64>, WorldError> {
        let place = self.root.join(place_of(path));
        let failed = |source| io(&place, "read", source);
        let mut contents = Vec::new();
        match fs::File::open(&place) {
            Ok(file) => file.take(BLOB_LIMIT + 1).read_to_end(&mut contents).map_err(failed)?,
            Err(error) if is_absent(error.kind()) => return Ok(None),
            Err(source) => return Err(failed(source)),
        };
        Ok((contents.len() as u64 <= BLOB_LIMIT).then(|| of_file(&contents)))
    }

    /// A directory on the way to a path is a link.
    fn leads_through_a_link(&self, relative: &Path) -> bool {
        let on_the_way = relative.ancestors().skip(1).filter(|part| !part.as_os_str().is_empty());
        on_the_way.into_iter().any(|part| is_link(&self.root.join(part)))
    }

    /// The place on the disk; `None` when nothing is there.
    fn locate(&self, path: &str) -> Result<Option<PathBuf>, WorldError> {
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(refused(path, "the path leaves the folder"));
        }
        let full = self.root.join(relative);
        let through_a_link = self.leads_through_a_link(relative);
        if is_link(&full) || (through_a_link && is_own(path)) {
            return Err(refused(path, LINK));
        }
        if through_a_link {
            return Ok(None);
        }
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

    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError> {
        let Some(place) = self.locate(dir)? else { return Ok(Vec::new()) };
        if !place.is_dir() {
            return if is_own(dir) { Err(refused(dir, "it is no directory")) } else { Ok(Vec::new()) };
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
            let path = spell(dir, below)?;
            if kind.is_symlink() && is_own(&path) {
                return Err(refused(&path, LINK));
            }
            found.push(path);
        }
        found.sort();
        Ok(found)
    }

    fn tracked(&self) -> Result<Vec<TrackedFile>, WorldError> {
        let mut found = Vec::new();
        let walk = WalkDir::new(&self.root).follow_links(false).into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git") {
            let entry = entry.map_err(|error| {
                let at = error.path().unwrap_or(&self.root).to_path_buf();
                io(&at, "listed", error.into())
            })?;
            let kind = match entry.file_type() {
                kind if kind.is_symlink() => FileKind::Symlink,
                kind if kind.is_file() => FileKind::Regular,
                _ => continue,
            };
            let below = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
            found.push(TrackedFile { path: path_of(below), kind, id: None });
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn find(&self, names: &[&str], within: Within<'_>) -> Result<Vec<FoundFile>, WorldError> {
        let wanted = |path: &RepoPath| names.iter().any(|name| name.as_bytes() == path.file_name());
        let Some(directories) = within.directories() else {
            return self.find_all(self.tracked()?.into_iter().map(|file| file.path).filter(wanted));
        };
        let mut found = Vec::new();
        for directory in directories {
            for name in names {
                let mut path = directory.as_bytes().to_vec();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(name.as_bytes());
                found.extend(self.found(RepoPath::new(path))?);
            }
        }
        found.sort_by(|a: &FoundFile, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn standing(&self, path: &RepoPath) -> Result<Standing, WorldError> {
        let Some(text) = path.as_str() else { return Ok(Standing::Nothing) };
        let relative = Path::new(text);
        if !relative.components().all(|part| matches!(part, Component::Normal(_)))
            || self.leads_through_a_link(relative)
        {
            return Ok(Standing::Nothing);
        }
        let full = self.root.join(relative);
        match fs::symlink_metadata(&full) {
            Ok(about) if about.is_dir() => Ok(Standing::Directory),
            Ok(_) => Ok(Standing::File),
            Err(error) if is_absent(error.kind()) => Ok(Standing::Nothing),
            Err(source) => Err(io(&full, "read", source)),
        }
    }

    fn count_lines(&self, files: Vec<TrackedFile>) -> Result<Vec<CountedFile>, WorldError> {
        let counted = |file: TrackedFile| {
            let lines = if file.kind == FileKind::Symlink { Some(1) } else { self.lines(&file.path)? };
            Ok(CountedFile { file, lines })
        };
        files.into_iter().map(counted).collect()
    }

    fn describe(&self) -> String {
        format!("folder {}", self.named.display())
    }
}

fn is_link(place: &Path) -> bool {
    fs::symlink_metadata(place).is_ok_and(|about| about.is_symlink())
}

/// Why a link is refused.
pub(super) const LINK: &str = "it is a link to somewhere else, and whoever edits that place edits no control file";

/// The path is in the gate's own folder, where everything must be what it seems.
pub(super) fn is_own(path: &str) -> bool {
    path == ".changeward" || path.starts_with(".changeward/")
}

/// The path as git writes it: bytes, with `/`.
fn path_of(below: &Path) -> RepoPath {
    let mut bytes = Vec::new();
    for part in below.components() {
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(part.as_os_str().as_encoded_bytes());
    }
    RepoPath::new(bytes)
}

/// Its place below the root; the other way round.
fn place_of(path: &RepoPath) -> PathBuf {
    path.segments().map(name_of).collect()
}

#[cfg(unix)]
fn name_of(segment: &[u8]) -> std::ffi::OsString {
    std::os::unix::ffi::OsStringExt::from_vec(segment.to_vec())
}

/// Elsewhere a name is text.
#[cfg(not(unix))]
fn name_of(segment: &[u8]) -> std::ffi::OsString {
    String::from_utf8_lossy(segment).into_owned().into()
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
