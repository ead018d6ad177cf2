//! A copy of the index and a folder for new objects, outside of the repository and gone with this value.
#![expect(clippy::disallowed_methods, reason = "this is the room that reads files")]

use super::command::Git;
use super::objects::CatFile;
use crate::world::WorldError;
use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// How many names are tried for the folder.
const TRIES: u32 = 1000;

/// The folder, and git pointed at it.
#[derive(Debug)]
pub(super) struct Overlay {
    git: Git,
    objects: Option<CatFile>,
    _folder: Folder,
}

impl Overlay {
    /// Copies an index; objects are read from `objects` and written to the folder.
    pub(super) fn create(git: Git, index: &Path, objects: &Path) -> Result<Self, WorldError> {
        let folder = Folder::create()?;
        let (own_index, own_objects) = (folder.0.join("index"), folder.0.join("objects"));
        fs::create_dir(&own_objects).map_err(|source| failed(&own_objects, "created", source))?;
        copy(index, &own_index).map_err(|source| failed(index, "copied", source))?;
        let git = git
            .configured([
                ("core.looseCompression".to_owned(), "0".to_owned()),
                ("core.fsync".to_owned(), "none".to_owned()),
            ])
            .with("GIT_INDEX_FILE", &own_index)
            .with("GIT_OBJECT_DIRECTORY", &own_objects)
            .with("GIT_ALTERNATE_OBJECT_DIRECTORIES", alternates(objects));
        Ok(Self { git, objects: None, _folder: folder })
    }

    pub(super) fn git(&self) -> &Git {
        &self.git
    }

    /// The process that reads this folder's objects and the repository's.
    pub(super) fn objects(&mut self) -> Result<&mut CatFile, WorldError> {
        let started = match self.objects.take() {
            Some(running) => running,
            None => CatFile::start(&self.git)?,
        };
        Ok(self.objects.insert(started))
    }
}

/// The repository's objects, and whatever the caller's environment already added to them.
fn alternates(objects: &Path) -> OsString {
    let mut list = quote(objects);
    if let Some(more) = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        list.push(if cfg!(windows) { ";" } else { ":" });
        list.push(more);
    }
    list
}

/// A path with a colon or a quote would read as two (git's documentation of the variable); in quotes it is one.
fn quote(path: &Path) -> OsString {
    match path.to_str() {
        Some(text) if text.contains([':', '"']) && !cfg!(windows) => {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).into()
        }
        _ => path.as_os_str().to_owned(),
    }
}

/// Copies the index with its time: files as young as the index are compared by their contents, not by their times.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let modified = match fs::metadata(from) {
        Ok(about) => about.modified()?,
        // Nothing was ever added.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    fs::copy(from, to)?;
    fs::File::options().write(true).open(to)?.set_modified(modified)
}

/// A folder of this process's own, removed with the value.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn create() -> Result<Self, WorldError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let parent = std::env::temp_dir();
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        for _ in 0..TRIES {
            let name = format!("changeward-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let path = parent.join(name);
            match builder.create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(failed(&path, "created", source)),
            }
        }
        Err(failed(&parent, "written to", ErrorKind::AlreadyExists.into()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn failed(path: &Path, action: &'static str, source: io::Error) -> WorldError {
    WorldError::Io { path: path.to_path_buf(), action, source }
}
