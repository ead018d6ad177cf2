//! How git is started: plumbing only, no network, no prompt, no lock, nothing of the repository's own run.
#![expect(clippy::disallowed_methods, reason = "this is the room that starts programs")]

use crate::world::WorldError;
use crate::world::error::printable;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Settings on every command line; they win over the files. A file-system monitor or a hook is a program the
/// configuration names, so both are off. `safe.directory` lets a container job read a checkout of another user: git
/// guards there against running what the configuration names, and nothing here does.
const SETTINGS: [&str; 5] =
    ["safe.directory=*", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.splitIndex=false", "diff.external="];

/// `GIT_ALLOW_PROTOCOL` keeps a git before 2.45, which has no `GIT_NO_LAZY_FETCH`, off the network too.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("LC_ALL", "C"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_PAGER", "cat"),
];

/// The place where git runs, and what its environment adds.
#[derive(Clone, Debug)]
pub(super) struct Git {
    dir: PathBuf,
    extra: Vec<(OsString, OsString)>,
    settings: Vec<(String, String)>,
}

impl Git {
    pub(super) fn at(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), extra: Vec::new(), settings: Vec::new() }
    }

    /// The same, with one more variable.
    pub(super) fn with(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.extra.push((key.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The same settings in another directory.
    pub(super) fn moved(mut self, dir: &Path) -> Self {
        self.dir = dir.to_path_buf();
        self
    }

    /// The same, with settings that a command line cannot spell: a name may hold `=`.
    pub(super) fn configured(mut self, settings: impl IntoIterator<Item = (String, String)>) -> Self {
        self.settings.extend(settings);
        self
    }

    /// Those settings as variables, counted on from the caller's own.
    fn numbered(&self, command: &mut Command) {
        if self.settings.is_empty() {
            return;
        }
        let before = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(0_usize);
        for (at, (key, value)) in (before..).zip(&self.settings) {
            command.env(format!("GIT_CONFIG_KEY_{at}"), key).env(format!("GIT_CONFIG_VALUE_{at}"), value);
        }
        command.env("GIT_CONFIG_COUNT", (before + self.settings.len()).to_string());
    }

    /// Starts a command with all three streams piped or closed: input only if asked for.
    pub(super) fn spawn<S: AsRef<OsStr>>(&self, args: &[S], input: bool) -> Result<Child, WorldError> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.dir).arg("--no-pager");
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        command.args(args).envs(ENVIRONMENT).envs(self.extra.iter().map(|(key, value)| (key, value)));
        self.numbered(&mut command);
        command.stdin(if input { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|source| WorldError::GitMissing { source })
    }

    /// Runs a command to its end, whatever its exit code.
    pub(super) fn output<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, WorldError> {
        collect(self.spawn(args, false)?)
    }

    /// Runs a command that must succeed; gives what it printed.
    pub(super) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, WorldError> {
        let output = self.output(args)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(args, &output.stderr)) }
    }

    /// Runs a command that says "nothing" by exit code 1, as `merge-base` and `config` do.
    pub(super) fn ask<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Option<Vec<u8>>, WorldError> {
        let output = self.output(args)?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout)),
            Some(1) => Ok(None),
            _ => Err(failed(args, &output.stderr)),
        }
    }
}

/// Waits for a command and takes everything it says.
pub(super) fn collect(child: Child) -> Result<Output, WorldError> {
    child.wait_with_output().map_err(|source| match source.kind() {
        ErrorKind::NotFound => WorldError::GitMissing { source },
        _ => WorldError::Io { path: PathBuf::from("git"), action: "read", source },
    })
}

/// The error for a command that ended badly.
pub(super) fn failed<S: AsRef<OsStr>>(args: &[S], stderr: &[u8]) -> WorldError {
    let name = args.first().map(|arg| arg.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
    WorldError::GitFailed { command: name, stderr: printable(stderr) }
}
