#![expect(clippy::disallowed_methods, reason = "this file is the door to the folders people work in")]
//! Files of a working folder, read and written one at a time and never through a symbolic link.
//!
//! For scaffolding only: whatever a decision rests on is read from git, at the base revision.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What a folder could not do.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum FilesError {
    /// The folder named on the command line is none.
    #[error("{} is not a folder", .0.display())]
    #[diagnostic(code(changeward::files::no_folder), help("name a folder that exists with `-C DIR`"))]
    NoFolder(PathBuf),
    /// A file could not be read.
    #[error("{} cannot be read", path.display())]
    #[diagnostic(code(changeward::files::unreadable), help("see that it is a file and that you may read it"))]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// A file could not be written.
    #[error("{} cannot be written", path.display())]
    #[diagnostic(code(changeward::files::unwritable), help("see that its folder exists and that you may write there"))]
    Unwritable {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// Something on the way to a file is a symbolic link.
    #[error("{} is a symbolic link, and nothing is written through one", .0.display())]
    #[diagnostic(code(changeward::files::link), help("remove the link, or make a folder in its place"))]
    Link(PathBuf),
}

/// What became of a file that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is new.
    New,
    /// It took the place of another.
    Replaced,
    /// It was there already and was left alone.
    Kept,
}

/// The top of the repository a folder is in: the nearest folder that holds `.git`. `None` outside of any.
///
/// # Errors
/// [`FilesError::NoFolder`] when the folder itself does not exist.
pub fn repository_root(dir: &Path) -> Result<Option<PathBuf>, FilesError> {
    let there = dir.canonicalize().map_err(|_| FilesError::NoFolder(dir.to_path_buf()))?;
    if !there.is_dir() {
        return Err(FilesError::NoFolder(dir.to_path_buf()));
    }
    Ok(there.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf))
}

/// The folder an author works in: the nearest one that holds `name`, from `dir` up to the top of its repository; `dir`
/// itself where there is none.
///
/// # Errors
/// [`FilesError::NoFolder`] when the folder itself does not exist.
pub fn home(dir: &Path, name: &str) -> Result<PathBuf, FilesError> {
    let top = repository_root(dir)?;
    let there = dir.canonicalize().map_err(|_| FilesError::NoFolder(dir.to_path_buf()))?;
    let within = |folder: &&Path| top.as_deref().is_some_and(|top| folder.starts_with(top)) || *folder == there;
    let found = there.ancestors().take_while(within).find(|folder| folder.join(name).is_dir());
    Ok(found.map_or(there.clone(), Path::to_path_buf))
}

/// There is a folder.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// There is something.
pub fn is_there(path: &Path) -> bool {
    path.exists()
}

/// A place without links and dots, so that two ways to one file are seen to be one; as it is where nothing stands there.
pub fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// The files below a folder as `/`-separated relative paths, in order: at most `depth` levels and `limit` files deep.
/// `.git`, folders that say they are a cache, names that are no text and folders for which `skip` answers true are
/// left out; what cannot be listed is left out as well.
pub fn list(root: &Path, depth: usize, limit: usize, skip: impl Fn(&str) -> bool) -> Vec<String> {
    let wanted = |entry: &walkdir::DirEntry| {
        entry.depth() == 0
            || !entry.file_type().is_dir()
            || (entry.file_name() != ".git"
                && !entry.path().join("CACHEDIR.TAG").exists()
                && entry.file_name().to_str().is_some_and(|name| !skip(name)))
    };
    walkdir::WalkDir::new(root)
        .max_depth(depth)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(wanted)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| relative(root, entry.path()))
        .take(limit)
        .collect()
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// The text of a file, at most `limit` bytes of it. `None` when there is no such file. Bytes that are no text become
/// replacement characters.
///
/// # Errors
/// [`FilesError::Unreadable`] when it is there and cannot be read.
pub fn read(path: &Path, limit: u64) -> Result<Option<String>, FilesError> {
    let unreadable = |why| FilesError::Unreadable { path: path.to_path_buf(), why };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Whether a file would be new, replaced or kept.
pub fn foresee(root: &Path, relative: &str, replace: bool) -> Written {
    match (root.join(relative).symlink_metadata().is_ok(), replace) {
        (false, _) => Written::New,
        (true, true) => Written::Replaced,
        (true, false) => Written::Kept,
    }
}

/// Writes a file below `root`, with the folders on its way. A file that exists is kept, unless `replace`; it is then
/// replaced in one step, so that it is never half written.
///
/// # Errors
/// [`FilesError::Link`] when a folder on the way is a symbolic link, [`FilesError::Unwritable`] when the system refuses.
pub fn write(root: &Path, relative: &str, text: &str, replace: bool) -> Result<Written, FilesError> {
    let path = root.join(relative);
    let unwritable = |why| FilesError::Unwritable { path: path.clone(), why };
    let mut folder = root.to_path_buf();
    for part in Path::new(relative).parent().into_iter().flat_map(Path::iter) {
        folder.push(part);
        if folder.symlink_metadata().is_ok_and(|data| data.file_type().is_symlink()) {
            return Err(FilesError::Link(folder));
        }
    }
    fs::create_dir_all(&folder).map_err(unwritable)?;
    let foreseen = foresee(root, relative, replace);
    match foreseen {
        Written::Kept => {}
        Written::New => {
            let mut file = fs::File::create_new(&path).map_err(unwritable)?;
            file.write_all(text.as_bytes()).map_err(unwritable)?;
        }
        Written::Replaced => {
            let beside = path.with_added_extension(format!("new-{}", std::process::id()));
            let swapped = fs::File::create_new(&beside)
                .and_then(|mut file| file.write_all(text.as_bytes()))
                .and_then(|()| fs::rename(&beside, &path));
            if let Err(why) = swapped {
                // The rest of a failed write is worth nothing; that it cannot be removed either is no news.
                let _ = fs::remove_file(&beside);
                return Err(unwritable(why));
            }
        }
    }
    Ok(foreseen)
}

#[cfg(test)]
mod tests {
    use super::{FilesError, Written, list, read, repository_root, write};
    use std::fs;
    use std::path::Path;

    #[test]
    fn a_file_is_kept_unless_it_may_be_replaced() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path();
        for (text, replace, became, holds) in [
            ("one", false, Written::New, "one"),
            ("two", false, Written::Kept, "one"),
            ("three", true, Written::Replaced, "three"),
        ] {
            assert_eq!(write(root, "a/b/c.toml", text, replace).unwrap(), became);
            assert_eq!(read(&root.join("a/b/c.toml"), 100).unwrap().as_deref(), Some(holds));
        }
        assert_eq!(fs::read_dir(root.join("a/b")).unwrap().count(), 1, "nothing is left beside it");
        assert_eq!(read(&root.join("a/b/c.toml"), 2).unwrap().as_deref(), Some("th"));
        assert_eq!(read(&root.join("none"), 2).unwrap(), None);
        assert!(matches!(read(&root.join("a"), 2), Err(FilesError::Unreadable { .. })));
        fs::write(root.join("file"), "").unwrap();
        assert!(matches!(write(root, "file/x", "", true), Err(FilesError::Unwritable { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path();
        fs::create_dir_all(root.join("elsewhere")).unwrap();
        fs::write(root.join("elsewhere/kept"), "kept").unwrap();
        std::os::unix::fs::symlink("elsewhere", root.join("folder")).unwrap();
        std::os::unix::fs::symlink("elsewhere/kept", root.join("file")).unwrap();
        assert!(matches!(write(root, "folder/x", "new", true), Err(FilesError::Link(_))));
        assert_eq!(write(root, "file", "new", false).unwrap(), Written::Kept);
        assert_eq!(write(root, "file", "new", true).unwrap(), Written::Replaced);
        assert_eq!(fs::read_to_string(root.join("elsewhere/kept")).unwrap(), "kept");
    }

    #[test]
    fn the_root_is_the_nearest_folder_with_git_in_it() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("repo/sub/deep")).unwrap();
        fs::write(root.join("repo/.git"), "gitdir: elsewhere").unwrap();
        assert_eq!(repository_root(&root.join("repo/sub/deep")).unwrap(), Some(root.join("repo")));
        assert!(matches!(repository_root(&root.join("none")), Err(FilesError::NoFolder(_))));
        assert!(matches!(repository_root(&root.join("repo/.git")), Err(FilesError::NoFolder(_))));
    }

    #[test]
    fn a_listing_leaves_out_caches_and_what_is_skipped() {
        let home = tempfile::tempdir().unwrap();
        for file in ["b.md", "a/x.rs", "a/deep/er/y.rs", ".git/config", "out/CACHEDIR.TAG", "out/z", "skipped/s"] {
            let path = home.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let listed = |depth, limit| list(home.path(), depth, limit, |name| name == "skipped");
        assert_eq!(listed(3, 10), ["a/x.rs", "b.md"]);
        assert_eq!(listed(4, 10), ["a/deep/er/y.rs", "a/x.rs", "b.md"]);
        assert_eq!(listed(4, 1), ["a/deep/er/y.rs"]);
        assert_eq!(list(Path::new("/nonexistent"), 3, 3, |_| false), Vec::<String>::new());
    }
}
