//! Temporary repositories with nobody's configuration, fixed dates and fixed people.
#![allow(dead_code, unreachable_pub, reason = "each test file includes it and uses a part")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A repository that is gone when this is dropped.
pub struct TempRepo {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl TempRepo {
    /// An empty repository on the branch `main`.
    pub fn new() -> Self {
        Self::init(&[])
    }

    /// The same, with more options for `git init`.
    pub fn init(options: &[&str]) -> Self {
        let repo = Self::plain();
        repo.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        repo
    }

    /// A folder without a repository.
    pub fn plain() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("work");
        std::fs::create_dir(&root).unwrap();
        Self { root, _folder: folder }
    }

    /// A clone over the `file` protocol, so that `--depth` and `--filter` work.
    pub fn cloned(&self, options: &[&str]) -> Self {
        let clone = Self::plain();
        self.git(&["config", "uploadpack.allowFilter", "true"]);
        self.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        let url = format!("file://{}", self.root.display());
        clone.git(&[&["clone", "--quiet"], options, &[url.as_str(), "."]].concat());
        clone
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Runs git, which must succeed; gives what it printed.
    pub fn git(&self, args: &[&str]) -> Vec<u8> {
        let output = self.try_git(args);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// The same, as one line of text.
    pub fn line(&self, args: &[&str]) -> String {
        String::from_utf8(self.git(args)).unwrap().trim_end().to_owned()
    }

    pub fn try_git(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs git at another time than the fixed one.
    pub fn dated(&self, at: &str, args: &[&str]) {
        let output = self.command(args).env("GIT_AUTHOR_DATE", at).env("GIT_COMMITTER_DATE", at).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs git with something to read.
    pub fn feed(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut child = self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(output.status.success(), "git {args:?}");
        output.stdout
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.root).args(args).stdin(Stdio::null());
        for (key, _) in std::env::vars_os().filter(|(key, _)| key.as_bytes().starts_with(b"GIT_")) {
            command.env_remove(key);
        }
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", "/nonexistent")
            .env("LC_ALL", "C")
            .env("GIT_AUTHOR_NAME", "ann")
            .env("GIT_AUTHOR_EMAIL", "ann@acme.example")
            .env("GIT_AUTHOR_DATE", "2026-11-20T10:00:00Z")
            .env("GIT_COMMITTER_NAME", "bob")
            .env("GIT_COMMITTER_EMAIL", "bob@acme.example")
            .env("GIT_COMMITTER_DATE", "2026-11-21T10:00:00Z");
        command
    }

    /// The place of a path that may not be text.
    pub fn at(&self, path: impl AsRef<[u8]>) -> PathBuf {
        self.root.join(OsStr::from_bytes(path.as_ref()))
    }

    pub fn write(&self, path: impl AsRef<[u8]>, contents: impl AsRef<[u8]>) {
        let place = self.at(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, contents).unwrap();
    }

    pub fn remove(&self, path: impl AsRef<[u8]>) {
        std::fs::remove_file(self.at(path)).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        std::fs::create_dir_all(self.at(to).parent().unwrap()).unwrap();
        std::fs::rename(self.at(from), self.at(to)).unwrap();
    }

    pub fn link(&self, path: &str, target: &str) {
        let _absent = std::fs::remove_file(self.at(path));
        std::os::unix::fs::symlink(target, self.at(path)).unwrap();
    }

    pub fn executable(&self, path: &str, on: bool) {
        let mode = if on { 0o755 } else { 0o644 };
        std::fs::set_permissions(self.at(path), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Stages a submodule at a commit that need not exist.
    pub fn submodule(&self, path: &str, digit: char) {
        let id = digit.to_string().repeat(self.line(&["hash-object", "--stdin"]).len());
        self.git(&["update-index", "--add", "--replace", "--cacheinfo", &format!("160000,{id},{path}")]);
    }

    /// Commits the whole working tree and whatever was staged beside it.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.commit_staged(message)
    }

    pub fn commit_staged(&self, message: &str) -> String {
        self.git(&["commit", "--quiet", "--allow-empty", "--no-verify", "--message", message]);
        self.line(&["rev-parse", "HEAD"])
    }

    /// Commits what is staged in somebody's name, author and committer, at a time.
    pub fn committed_by(&self, login: &str, at: &str, message: &str) -> String {
        let mut command = self.command(&["commit", "--quiet", "--allow-empty", "--no-verify", "--message", message]);
        let email = format!("{login}@acme.example");
        command.env("GIT_AUTHOR_NAME", login).env("GIT_AUTHOR_EMAIL", &email).env("GIT_AUTHOR_DATE", at);
        command.env("GIT_COMMITTER_NAME", login).env("GIT_COMMITTER_EMAIL", &email).env("GIT_COMMITTER_DATE", at);
        assert!(command.output().unwrap().status.success());
        self.line(&["rev-parse", "HEAD"])
    }

    /// A chain of commits that each change `path`.
    pub fn chain(&self, path: &str, commits: std::ops::Range<u32>) {
        for number in commits {
            self.write(path, format!("{number}\n"));
            self.commit(&format!("{path} {number}"));
        }
    }
}
