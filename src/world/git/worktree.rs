//! What is not committed yet: the working tree as the commit it would become, and a count of it for a note.
//!
//! The working tree is added to a copy of the index, its contents to a folder of their own beside the repository's
//! objects. So git's own rules decide what is changed, ignored, renamed or converted, the difference is one between two
//! trees like any other, and the repository stays as it was.

use super::command::{Git, collect, failed};
use super::count::{BLOB_LIMIT, too_large};
use super::diff::{self, Raw};
use super::overlay::Overlay;
use super::place::{Place, native};
use super::raw::{self, Rows, kind};
use crate::model::{CommitId, FileDiff, FileKind, FileStatus, RepoPath, Side};
use crate::world::WorldError;
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::Write;
use std::path::Path;
use std::thread::JoinHandle;

/// The number of uncommitted files, being counted.
pub(super) type Uncommitted = JoinHandle<Result<usize, WorldError>>;

/// The working tree, being read.
pub(super) type Running = JoinHandle<Result<(Raw, Overlay), WorldError>>;

/// Starts counting uncommitted files.
pub(super) fn uncommitted(git: &Git) -> Uncommitted {
    let git = git.clone();
    std::thread::spawn(move || {
        let args =
            ["status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules=dirty"];
        let said = without_filters(git)?.run(&args)?;
        Ok(said.split(|byte| *byte == 0).filter(|record| !record.is_empty()).count())
    })
}

/// What is to be said about uncommitted files.
pub(super) fn note(count: Uncommitted) -> Option<String> {
    match count.join() {
        Ok(Ok(0)) => None,
        Ok(Ok(1)) => Some("1 uncommitted file is left out; `--worktree` includes it".to_owned()),
        Ok(Ok(count)) => Some(format!("{count} uncommitted files are left out; `--worktree` includes them")),
        Ok(Err(_)) | Err(_) => {
            Some("uncommitted files, if there are any, are left out (git could not list them)".to_owned())
        }
    }
}

/// Starts reading the working tree against a commit.
pub(super) fn start(git: &Git, place: &Place, top: &Path, head: &CommitId) -> Running {
    let git = git.clone().moved(top).with("GIT_DIR", &place.git_dir).with("GIT_WORK_TREE", top);
    let (place, top, head) = (place.clone(), top.to_path_buf(), head.clone());
    std::thread::spawn(move || read(git, &place, &top, &head))
}

fn read(git: Git, place: &Place, top: &Path, head: &CommitId) -> Result<(Raw, Overlay), WorldError> {
    let git = without_filters(git)?;
    let found = Found::look(&git, top)?;
    let overlay = Overlay::create(git, &place.index, &place.objects)?;
    add(overlay.git(), &found.paths)?;
    let mut raw = diff::index(overlay.git(), &head.0)?.finish()?;
    found.complete(&mut raw);
    Ok((raw, overlay))
}

/// A clean filter is a program named by the configuration; with an empty name git runs none. Line ends are still
/// converted, as that is done by git itself.
fn without_filters(git: Git) -> Result<Git, WorldError> {
    let pattern = r"^filter\..*\.(clean|smudge|process|required)$";
    let Some(names) = git.ask(&["config", "-z", "--name-only", "--get-regexp", pattern])? else { return Ok(git) };
    let settings = names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .map(|name| {
            let value = if name.ends_with(".required") { "false" } else { "" };
            (name, value.to_owned())
        });
    Ok(git.configured(settings))
}

/// What differs between the index and the working tree.
#[derive(Default)]
struct Found {
    /// To be added to the copy of the index; deletions first, so that a file may take a directory's place.
    paths: Vec<RepoPath>,
    /// Not to be added, because they cannot be read: they are listed as they are.
    unread: BTreeMap<RepoPath, FileDiff>,
    unmerged: Vec<RepoPath>,
}

impl Found {
    fn look(git: &Git, top: &Path) -> Result<Self, WorldError> {
        let tracked = ["diff-files", "-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=dirty"];
        let untracked = ["ls-files", "--others", "--exclude-standard", "-z"];
        let (tracked_child, untracked_child) = (git.spawn(&tracked, false)?, git.spawn(&untracked, false)?);
        let untracked_thread = std::thread::spawn(|| collect(untracked_child));
        let tracked_output = collect(tracked_child)?;
        let untracked_output = untracked_thread.join().unwrap_or_else(|_| git.output(&untracked))?;
        for (args, output) in [(&tracked[..], &tracked_output), (&untracked[..], &untracked_output)] {
            if !output.status.success() {
                return Err(failed(args, &output.stderr));
            }
        }
        let mut found = Self::default();
        found.tracked(raw::parse(&tracked_output.stdout)?, top);
        for path in untracked_output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            found.untracked(path, top);
        }
        Ok(found)
    }

    fn tracked(&mut self, rows: Rows, top: &Path) {
        let (gone, there): (Vec<_>, Vec<_>) = rows.files.into_iter().partition(|file| file.new.is_none());
        self.paths.extend(gone.into_iter().map(|file| file.path));
        for mut file in there {
            match oversize(top, file.path.as_bytes()) {
                Some(size) => {
                    file.unread = Some(too_large(size));
                    self.unread.insert(file.path.clone(), file);
                }
                None => self.paths.push(file.path),
            }
        }
        self.paths.extend(rows.unmerged.iter().cloned());
        self.unmerged = rows.unmerged;
    }

    fn untracked(&mut self, path: &[u8], top: &Path) {
        if let Some(nested) = path.strip_suffix(b"/") {
            let why = "it is another repository inside this one".to_owned();
            self.leave(added(nested, 0o160_000, why));
        } else if let Some(size) = oversize(top, path) {
            let mode = about(top, path).map_or(0o100_644, |about| mode(&about));
            self.leave(added(path, mode, too_large(size)));
        } else {
            self.paths.push(RepoPath::new(path));
        }
    }

    fn leave(&mut self, file: FileDiff) {
        self.unread.insert(file.path.clone(), file);
    }

    /// Adds to the difference what was left out of the copy of the index.
    fn complete(mut self, raw: &mut Raw) {
        for file in &mut raw.files {
            if let Some(left) = self.unread.remove(&file.path) {
                file.new = left.new;
                file.unread = left.unread;
            }
        }
        raw.files.extend(self.unread.into_values());
        raw.files.sort_by(|a, b| a.path.cmp(&b.path));
        raw.truncated.extend(self.unmerged.iter().map(|path| format!("{path} has an unresolved merge conflict")));
    }
}

fn added(path: &[u8], mode: u32, why: String) -> FileDiff {
    let kind = kind(mode);
    FileDiff {
        path: RepoPath::new(path),
        old_path: None,
        status: FileStatus::Added,
        old: None,
        new: Some(Side { mode, id: None, kind }),
        additions: u64::from(kind == FileKind::Submodule),
        deletions: 0,
        unread: Some(why),
    }
}

fn about(top: &Path, path: &[u8]) -> Option<Metadata> {
    fs::symlink_metadata(top.join(native(path))).ok()
}

/// The size of a plain file over the limit.
fn oversize(top: &Path, path: &[u8]) -> Option<u64> {
    about(top, path).filter(|about| about.is_file() && about.len() > BLOB_LIMIT).map(|about| about.len())
}

#[cfg(unix)]
fn mode(about: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    if about.permissions().mode() & 0o100 == 0 { 0o100_644 } else { 0o100_755 }
}

#[cfg(not(unix))]
fn mode(_about: &Metadata) -> u32 {
    0o100_644
}

/// Adds files to the copy of the index, and takes the vanished ones out.
fn add(git: &Git, paths: &[RepoPath]) -> Result<(), WorldError> {
    if paths.is_empty() {
        return Ok(());
    }
    let args = ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"];
    let mut child = git.spawn(&args, true)?;
    let list: Vec<u8> = paths.iter().flat_map(|path| path.as_bytes().iter().copied().chain([0])).collect();
    let stdin = child.stdin.take();
    let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&list)));
    let output = collect(child)?;
    let _written = writer.join();
    if output.status.success() { Ok(()) } else { Err(failed(&args, &output.stderr)) }
}
