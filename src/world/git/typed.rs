//! Paths as somebody types them, who stands somewhere inside the repository, as paths from its root.

use super::Repo;
use crate::model::RepoPath;
use crate::world::WorldError;
use std::path::{Component, Path, PathBuf};

impl Repo {
    /// The directory from which paths are typed, relative to the root; empty at the root and in a bare repository.
    ///
    /// # Errors
    /// When git fails, or the directory lies outside of the working tree.
    pub fn prefix(&self, dir: &Path) -> Result<PathBuf, WorldError> {
        let Some(top) = self.top_level()? else { return Ok(PathBuf::new()) };
        below(top, &real(dir)).ok_or_else(|| WorldError::OutsideRepository { path: dir.to_path_buf() })
    }

    /// A typed path, from the root of the repository; a path that begins with a slash is one of the file system. The root
    /// itself is the empty path.
    ///
    /// # Errors
    /// When the path leaves the repository.
    pub fn typed(&self, prefix: &Path, path: &Path) -> Result<RepoPath, WorldError> {
        let outside = || WorldError::OutsideRepository { path: path.to_path_buf() };
        let from_root = match path.is_absolute() {
            true => below(self.top_level()?.ok_or_else(outside)?, &real(path)).ok_or_else(outside)?,
            false => prefix.join(path),
        };
        from_the_root(&from_root).ok_or_else(outside)
    }
}

/// A path without `.` and `..`, as git writes it; `None` when it climbs out.
pub fn from_the_root(path: &Path) -> Option<RepoPath> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name.as_encoded_bytes()),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(RepoPath::new(parts.join(&b'/')))
}

fn below(top: &Path, path: &Path) -> Option<PathBuf> {
    path.strip_prefix(top).map(Path::to_path_buf).ok()
}

/// The path with the links on its way resolved, as far as it is there.
fn real(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), _, _) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::from_the_root;
    use std::path::Path;

    #[test]
    fn a_typed_path_is_spelled_as_git_does() {
        let table = [
            ("a/b", Some("a/b")),
            ("./a//b/", Some("a/b")),
            ("a/../b", Some("b")),
            (".", Some("")),
            ("", Some("")),
            ("../a", None),
            ("a/../../b", None),
            ("/a", None),
        ];
        for (typed, expected) in table {
            let found = from_the_root(Path::new(typed));
            assert_eq!(found.as_ref().and_then(|path| path.as_str()), expected, "{typed}");
        }
    }
}
