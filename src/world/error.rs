//! Everything that can go wrong between the tool and the repository, each with its next step.
//!
//! A failure here is never a verdict: nothing is guessed from half an answer.

use miette::Diagnostic;
use std::path::PathBuf;
use thiserror::Error;

/// Why git, or a file on the disk, could not answer.
#[derive(Debug, Error, Diagnostic)]
pub enum WorldError {
    /// A forge, where what is read lies there.
    #[cfg(feature = "github")]
    #[error(transparent)]
    #[diagnostic(transparent)]
    Forge(#[from] super::github::ForgeError),
    /// There is no `git` to start.
    #[error("git could not be started: {source}")]
    #[diagnostic(code(changeward::git::missing), help("install git 2.36 or newer and make sure it is on PATH"))]
    GitMissing {
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The git found does not know what is asked of it.
    #[error("git is too old: this is {found}, and 2.36 or newer is needed")]
    #[diagnostic(code(changeward::git::too_old), help("install git 2.36 (April 2022) or newer"))]
    GitTooOld {
        /// What `git --version` printed.
        found: String,
    },
    /// The directory is in no repository.
    #[error("{} is not inside a git repository", dir.display())]
    #[diagnostic(
        code(changeward::git::not_a_repository),
        help("run this inside a clone, or judge a patch file with `--diff FILE`")
    )]
    NotARepository {
        /// Where git was asked.
        dir: PathBuf,
    },
    /// The same, where only what is tracked matters.
    #[error("{} is not inside a git repository", dir.display())]
    #[diagnostic(
        code(changeward::git::not_a_repository),
        help("run this inside a clone, or name a folder whose files are to be read with `--control-files DIR`")
    )]
    NoRepositoryToAsk {
        /// Where git was asked.
        dir: PathBuf,
    },
    /// The working tree holds a part of the files only.
    #[error("this is a sparse checkout: files that name owners may be left out of the working tree")]
    #[diagnostic(
        code(changeward::git::sparse),
        help("ask about what is committed, without `--worktree`; or run `git sparse-checkout disable`")
    )]
    SparseWorkTree,
    /// A path that lies outside of the repository.
    #[error("{} is outside of the repository", path.display())]
    #[diagnostic(
        code(changeward::git::outside),
        help("name a path inside the repository, from where you are or from `-C`")
    )]
    OutsideRepository {
        /// As it was given.
        path: PathBuf,
    },
    /// A bare repository has neither index nor working tree.
    #[error("this repository is bare: it has no working tree and nothing staged")]
    #[diagnostic(code(changeward::git::bare), help("name two commits instead: `A..B`"))]
    NoWorkTree,
    /// The branch has no commit yet.
    #[error("this repository has no commit yet, so there is nothing to compare with")]
    #[diagnostic(code(changeward::git::unborn_head), help("make the first commit, then run this again"))]
    UnbornHead,
    /// A revision that git does not know.
    #[error("there is no revision `{revision}` in this repository")]
    #[diagnostic(code(changeward::git::unknown_revision), help("{advice}"))]
    UnknownRevision {
        /// As it was given.
        revision: String,
        /// The nearest names, or how to fetch what is missing.
        advice: String,
    },
    /// A revision that names something else than a commit.
    #[error("`{revision}` is a {found}, not a commit")]
    #[diagnostic(code(changeward::git::not_a_commit), help("name a commit, a branch or a tag of a commit"))]
    NotACommit {
        /// As it was given.
        revision: String,
        /// The type of the object it names.
        found: String,
    },
    /// A revision that cannot be one, such as an option in disguise.
    #[error("`{revision}` cannot be a revision: {why}")]
    #[diagnostic(
        code(changeward::git::bad_revision),
        help("give a branch, a tag, a commit id, or a range of two: `A..B` or `A...B`")
    )]
    BadRevision {
        /// As it was given, with control characters escaped.
        revision: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Nothing says what the change should be compared with.
    #[error("there is nothing to compare HEAD with: {why}")]
    #[diagnostic(
        code(changeward::git::no_base),
        help(
            "name the base: `--base REVISION`, or a range `A..B`; `git remote set-head origin --auto` records the default branch"
        )
    )]
    NoBase {
        /// What was looked for.
        why: String,
    },
    /// Two commits without a common ancestor.
    #[error("{base} and {head} have no common ancestor")]
    #[diagnostic(
        code(changeward::git::unrelated_histories),
        help("to compare the two trees as they are, give the range with two dots: `{base}..{head}`")
    )]
    UnrelatedHistories {
        /// The revision to compare with.
        base: String,
        /// The revision that would land.
        head: String,
    },
    /// The clone does not reach back far enough to know the base.
    #[error("this clone is shallow, and {why}")]
    #[diagnostic(code(changeward::git::shallow), help("{advice}"))]
    Shallow {
        /// What cannot be known.
        why: String,
        /// The exact command that mends it.
        advice: String,
    },
    /// An object that is named but not there, as in a partial clone.
    #[error("{what} is not in this clone")]
    #[diagnostic(code(changeward::git::missing_object), help("{advice}"))]
    MissingObject {
        /// What was wanted.
        what: String,
        /// The exact command that fetches it.
        advice: String,
    },
    /// A file or an object over the limit of what is read into memory.
    #[error("{what} is too large: {size} bytes, and the limit is {limit}")]
    #[diagnostic(
        code(changeward::world::too_large),
        help("files that configure the gate are small; make this one smaller")
    )]
    TooLarge {
        /// What was wanted.
        what: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A path that should be a file and is not, or that leaves the tree.
    #[error("{path} cannot be read: {why}")]
    #[diagnostic(code(changeward::world::not_a_file), help("replace it by a plain file"))]
    NotAFile {
        /// The path, safe to print.
        path: String,
        /// What it is instead.
        why: &'static str,
    },
    /// A git command ended with an error nobody expected.
    #[error("`git {command}` failed: {stderr}")]
    #[diagnostic(
        code(changeward::git::failed),
        help("run the same git command by hand in this repository; `git fsck` finds damaged objects")
    )]
    GitFailed {
        /// The command's name.
        command: String,
        /// What it said, shortened and safe to print.
        stderr: String,
    },
    /// A git command answered in a shape nobody expected.
    #[error("`git {command}` gave an answer that cannot be read: {what}")]
    #[diagnostic(code(changeward::git::answer), help("please report this, with the output of `git --version`"))]
    GitAnswer {
        /// The command's name.
        command: &'static str,
        /// What was odd about it.
        what: String,
    },
    /// The operating system refused.
    #[error("{} could not be {action}", path.display())]
    #[diagnostic(code(changeward::world::io), help("check that the path exists and may be read"))]
    Io {
        /// The path.
        path: PathBuf,
        /// `read`, `listed`, …
        action: &'static str,
        /// What it said.
        source: std::io::Error,
    },
}

/// What a program said, fit to be shown: one line, no control characters, at most 600 characters.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let clean: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(600).collect();
    if clean.is_empty() { "it said nothing".to_owned() } else { clean }
}
