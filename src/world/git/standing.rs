//! The files people see in the working tree: what is tracked, and what could be, without what git ignores.

use super::{Repo, place};
use crate::model::{CountedFile, FileKind, FoundFile, RepoPath, TrackedFile};
use crate::world::WorldError;
use crate::world::tree::{Folder, Standing, Tree, Within};
use std::path::Path;

/// The working tree as a state of the files.
#[derive(Debug)]
pub struct WorkTree<'r> {
    repo: &'r Repo,
    folder: Folder,
}

impl Repo {
    /// The working tree.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub fn work_tree(&self) -> Result<WorkTree<'_>, WorldError> {
        let top = self.top_level()?.ok_or(WorldError::NoWorkTree)?;
        // What a sparse checkout leaves out is not there to be read, and may name owners.
        let sparse = self.git.ask(&["config", "--type=bool", "core.sparseCheckout"])?;
        if sparse.is_some_and(|said| said.trim_ascii() == b"true") {
            return Err(WorldError::SparseWorkTree);
        }
        Ok(WorkTree { repo: self, folder: Folder::open(top)? })
    }
}

impl Tree for WorkTree<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, WorldError> {
        self.folder.read(path)
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, WorldError> {
        self.folder.list(dir)
    }

    fn tracked(&self) -> Result<Vec<TrackedFile>, WorldError> {
        let top = self.repo.top_level()?.ok_or(WorldError::NoWorkTree)?;
        let words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name", ":/"];
        let listed = self.repo.git.run(&words)?;
        let paths = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        let mut files: Vec<TrackedFile> = paths.filter_map(|path| there(top, path)).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup();
        Ok(files)
    }

    fn find(&self, names: &[&str], within: Within<'_>) -> Result<Vec<FoundFile>, WorldError> {
        if !matches!(within, Within::Everywhere) {
            return self.folder.find(names, within);
        }
        let wanted = |path: &RepoPath| names.iter().any(|name| name.as_bytes() == path.file_name());
        let tracked = self.tracked()?.into_iter().map(|file| file.path).filter(wanted);
        self.folder.find_all(tracked)
    }

    fn standing(&self, path: &RepoPath) -> Result<Standing, WorldError> {
        self.folder.standing(path)
    }

    fn count_lines(&self, files: Vec<TrackedFile>) -> Result<Vec<CountedFile>, WorldError> {
        // A submodule stands in the folder as a directory.
        let (files, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.kind != FileKind::Submodule);
        let mut counted = self.folder.count_lines(files)?;
        counted.extend(others.into_iter().map(|file| CountedFile { file, lines: Some(0) }));
        counted.sort_by(|a, b| a.file.path.cmp(&b.file.path));
        Ok(counted)
    }

    fn describe(&self) -> String {
        "the working tree".to_owned()
    }
}

/// A listed path with what stands there now; a file that was deleted and not yet staged is none.
fn there(top: &Path, path: &[u8]) -> Option<TrackedFile> {
    let about = top.join(place::native(path)).symlink_metadata().ok()?;
    let kind = match about.file_type() {
        kind if kind.is_symlink() => FileKind::Symlink,
        kind if kind.is_dir() => FileKind::Submodule,
        kind if kind.is_file() => FileKind::Regular,
        _ => return None,
    };
    Some(TrackedFile { path: RepoPath::new(path), kind, id: None })
}
