//! What a forge tells of pull requests, people and deployments, as far as a change gate asks.
//!
//! Plain records: nothing is concluded here. Whatever could not be learnt is [`Known::Unknown`], which is no answer and
//! never a yes.

use super::{CommitId, Identity, Moment, ObjectId, RepoPath};
use std::fmt;

/// A repository on a forge: `owner/name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RepoName {
    /// The organisation or person.
    pub owner: String,
    /// The repository.
    pub name: String,
}

impl RepoName {
    /// Reads `owner/name`; both have letters, digits, `-`, `_` and `.` and are not `.` or `..`.
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let sound = |part: &str| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        (sound(owner) && sound(name)).then(|| Self { owner: owner.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// What a forge says of a repository itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repository {
    /// Its number.
    pub id: u64,
    /// The branch that everything starts from.
    pub default_branch: String,
    /// Not everybody may see it.
    pub private: bool,
    /// It was forked from another.
    pub fork: bool,
    /// It belongs to an organisation, so it can have teams.
    pub organisation: bool,
}

/// An answer that may not be had: no right to ask, or an answer that means several things.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Known<T> {
    /// The forge said so.
    Known(T),
    /// Nobody could tell, and why. Never a yes.
    Unknown(String),
}

impl<T> Known<T> {
    /// What is known, if so.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(known) => Some(known),
            Self::Unknown(_) => None,
        }
    }
}

/// Somebody on the forge.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Account {
    /// The number that stays when the name changes.
    pub id: u64,
    /// The login, in the forge's spelling.
    pub login: String,
    /// A person. Everything else (an app, `[bot]`, an organisation, a ghost) is not.
    pub person: bool,
}

impl Account {
    /// The same account, whatever the spelling of its login.
    pub fn is(&self, login: &str) -> bool {
        self.login.eq_ignore_ascii_case(login)
    }
}

/// What somebody may do in the repository, from least to most. A role of an organisation's own counts as the one it is
/// built on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Permission {
    /// Nothing.
    None,
    /// See it.
    Read,
    /// Sort issues.
    Triage,
    /// Push.
    Write,
    /// Manage without the dangerous parts.
    Maintain,
    /// Everything.
    Admin,
}

/// A pull request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// Who opened it; `None` for an account that is gone.
    pub author: Option<Account>,
    /// It is open.
    pub open: bool,
    /// It was merged.
    pub merged: bool,
    /// It is a draft.
    pub draft: bool,
    /// The commit that would land.
    pub head: CommitId,
    /// The branch it comes from.
    pub head_ref: String,
    /// The repository it comes from; `None` when it is gone.
    pub head_repo: Option<String>,
    /// The branch it goes to.
    pub base_ref: String,
    /// The head of that branch when the forge last looked: old. Ask for the branch itself.
    pub base: CommitId,
    /// Its labels.
    pub labels: Vec<String>,
    /// Logins of people asked to review.
    pub requested_people: Vec<String>,
    /// Teams asked to review, by the last component of their name.
    pub requested_teams: Vec<String>,
    /// How many files the forge counts.
    pub changed_files: u64,
    /// How many commits the forge counts.
    pub commits: u64,
    /// When it was opened.
    pub created_at: Option<Moment>,
    /// When anything about it changed last.
    pub updated_at: Option<Moment>,
    /// Its page.
    pub url: String,
}

/// What a review says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReviewState {
    /// Yes.
    Approved,
    /// No.
    ChangesRequested,
    /// A remark; what was said before stands.
    Commented,
    /// Taken back, by somebody else or by a rule.
    Dismissed,
    /// Not sent yet, or a word this program does not know: says nothing.
    Pending,
}

/// One review of a pull request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PullReview {
    /// Its number.
    pub id: u64,
    /// Who; `None` for an account that is gone.
    pub by: Option<Account>,
    /// What it says.
    pub state: ReviewState,
    /// The commit they saw.
    pub commit: Option<CommitId>,
    /// When it was sent.
    pub at: Option<Moment>,
    /// Its text.
    pub body: String,
}

/// A comment below a pull request or an issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remark {
    /// Its number.
    pub id: u64,
    /// Its name in GraphQL.
    pub node: String,
    /// Who; `None` for an account that is gone.
    pub by: Option<Account>,
    /// The text.
    pub body: String,
    /// When it was written.
    pub created_at: Option<Moment>,
    /// When anything about it changed last.
    pub updated_at: Option<Moment>,
    /// An app wrote it in its author's name: its slug.
    pub via_app: Option<String>,
    /// Its page.
    pub url: String,
}

/// The state of a commit status.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StatusState {
    /// Green.
    Success,
    /// Yellow.
    Pending,
    /// Red.
    Failure,
    /// Red: there is no answer.
    Error,
}

impl StatusState {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Pending => "pending",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }

    /// Reads GitHub's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Success, Self::Pending, Self::Failure, Self::Error].into_iter().find(|state| state.as_str() == word)
    }
}

/// A status of a commit. The newest of a context holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommitStatus {
    /// What it is about.
    pub context: String,
    /// What it says; `None` for a word this program does not know.
    pub state: Option<StatusState>,
    /// At most 140 characters.
    pub description: String,
    /// Where it leads.
    pub target: Option<String>,
    /// Who posted it.
    pub by: Option<Account>,
    /// When.
    pub at: Option<Moment>,
}

/// Something that happened to a pull request or an issue: `labeled`, `unlabeled`, `head_ref_force_pushed`, … as GitHub
/// calls it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimelineEvent {
    /// GitHub's word.
    pub kind: String,
    /// Who did it.
    pub by: Option<Account>,
    /// When.
    pub at: Option<Moment>,
    /// The label it is about.
    pub label: Option<String>,
    /// The commit it is about.
    pub commit: Option<CommitId>,
    /// The review it takes back, and what that had said.
    pub dismissed: Option<(u64, ReviewState)>,
}

/// A commit, as the forge tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForgeCommit {
    /// Its id.
    pub id: CommitId,
    /// Whose account the author's address belongs to, if the forge knows.
    pub author: Option<Account>,
    /// Whose account the committer's address belongs to, if the forge knows.
    pub committer: Option<Account>,
    /// What git says of the author.
    pub author_identity: Identity,
    /// What git says of the committer.
    pub committer_identity: Identity,
    /// When it was committed.
    pub committed_at: Option<Moment>,
    /// The message.
    pub message: String,
    /// Its parents.
    pub parents: Vec<CommitId>,
}

/// Two commits compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// Where the two parted.
    pub merge_base: CommitId,
    /// Commits between the merge base and the head, oldest first, as far as listed.
    pub commits: Vec<ForgeCommit>,
    /// How many there are.
    pub total_commits: u64,
}

/// One changed file of a pull request, as the forge lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PullFile {
    /// Where it is after the change; for a deletion, where it was.
    pub path: RepoPath,
    /// Where it was before a rename or a copy.
    pub old_path: Option<RepoPath>,
    /// GitHub's word: `added`, `removed`, `modified`, `renamed`, `copied`, `changed`, `unchanged`.
    pub status: String,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// A patch came with it.
    pub has_patch: bool,
}

/// One entry of a commit's tree, at any depth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeEntry {
    /// Its path from the root.
    pub path: RepoPath,
    /// Git's mode: `0o100644`, `0o120000`, `0o160000`, …; directories are left out.
    pub mode: u32,
    /// The blob, or a submodule's commit.
    pub id: ObjectId,
    /// Bytes, where the forge says.
    pub size: Option<u64>,
}

/// An issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// It is open.
    pub open: bool,
    /// It is a pull request, too.
    pub is_pull: bool,
    /// Who opened it.
    pub by: Option<Account>,
    /// Its labels.
    pub labels: Vec<String>,
    /// Logins of whom it is assigned to.
    pub assignees: Vec<String>,
    /// When it was opened.
    pub created_at: Option<Moment>,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// Its page.
    pub url: String,
}
