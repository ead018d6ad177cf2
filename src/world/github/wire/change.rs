//! Pull requests, their files and commits, statuses, trees.

use super::people::WireUser;
use super::{Wire, commit_id, moment, object_id};
use crate::model::{
    CommitStatus, Comparison, ForgeCommit, Identity, ObjectId, PullFile, PullRequest, RepoPath, StatusState, TreeEntry,
};
use serde::Deserialize;

/// A pull request, alone or in a list. Lists count neither files nor commits: 0.
#[derive(Deserialize)]
pub(in crate::world::github) struct WirePull {
    number: u64,
    title: Option<String>,
    body: Option<String>,
    user: Option<WireUser>,
    state: String,
    merged: Option<bool>,
    merged_at: Option<String>,
    draft: Option<bool>,
    head: WireEnd,
    base: WireEnd,
    labels: Option<Vec<WireLabel>>,
    requested_reviewers: Option<Vec<Option<WireUser>>>,
    requested_teams: Option<Vec<WireTeam>>,
    changed_files: Option<u64>,
    commits: Option<u64>,
    created_at: Option<String>,
    updated_at: Option<String>,
    html_url: Option<String>,
}

#[derive(Deserialize)]
struct WireEnd {
    sha: String,
    r#ref: String,
    repo: Option<WireHome>,
}

#[derive(Deserialize)]
struct WireHome {
    full_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct WireLabel {
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
struct WireTeam {
    slug: Option<String>,
}

impl Wire for WirePull {
    type Noun = PullRequest;
    fn noun(self) -> Result<PullRequest, String> {
        let asked = self.requested_reviewers.unwrap_or_default().into_iter().flatten();
        Ok(PullRequest {
            number: self.number,
            title: self.title.unwrap_or_default(),
            body: self.body.unwrap_or_default(),
            author: WireUser::of(self.user),
            open: self.state == "open",
            merged: self.merged.unwrap_or(self.merged_at.is_some()),
            draft: self.draft.unwrap_or(false),
            head: commit_id(&self.head.sha)?,
            head_ref: self.head.r#ref,
            head_repo: self.head.repo.and_then(|repo| repo.full_name),
            base_ref: self.base.r#ref,
            base: commit_id(&self.base.sha)?,
            labels: self.labels.unwrap_or_default().into_iter().filter_map(|label| label.name).collect(),
            requested_people: asked.filter_map(WireUser::login).collect(),
            requested_teams: self
                .requested_teams
                .unwrap_or_default()
                .into_iter()
                .filter_map(|team| team.slug)
                .collect(),
            changed_files: self.changed_files.unwrap_or(0),
            commits: self.commits.unwrap_or(0),
            created_at: moment(self.created_at.as_deref()),
            updated_at: moment(self.updated_at.as_deref()),
            url: self.html_url.unwrap_or_default(),
        })
    }
}

/// A changed file.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireFile {
    filename: String,
    previous_filename: Option<String>,
    status: String,
    additions: u64,
    deletions: u64,
    patch: Option<serde::de::IgnoredAny>,
}

impl Wire for WireFile {
    type Noun = PullFile;
    fn noun(self) -> Result<PullFile, String> {
        if self.filename.is_empty() {
            return Err("a file without a name".to_owned());
        }
        Ok(PullFile {
            path: RepoPath::new(self.filename),
            old_path: self.previous_filename.map(RepoPath::new),
            status: self.status,
            additions: self.additions,
            deletions: self.deletions,
            has_patch: self.patch.is_some(),
        })
    }
}

/// A commit.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireCommit {
    sha: String,
    author: Option<WireUser>,
    committer: Option<WireUser>,
    commit: WireGitCommit,
    parents: Vec<WireSha>,
}

#[derive(Deserialize)]
struct WireGitCommit {
    author: Option<WireIdentity>,
    committer: Option<WireIdentity>,
    message: Option<String>,
}

#[derive(Deserialize, Default)]
struct WireIdentity {
    name: Option<String>,
    email: Option<String>,
    date: Option<String>,
}

#[derive(Deserialize)]
struct WireSha {
    sha: String,
}

impl WireIdentity {
    fn identity(self) -> Identity {
        Identity { name: self.name.unwrap_or_default(), email: self.email.unwrap_or_default() }
    }
}

impl Wire for WireCommit {
    type Noun = ForgeCommit;
    fn noun(self) -> Result<ForgeCommit, String> {
        let committer = self.commit.committer.unwrap_or_default();
        Ok(ForgeCommit {
            id: commit_id(&self.sha)?,
            author: WireUser::of(self.author),
            committer: WireUser::of(self.committer),
            author_identity: self.commit.author.unwrap_or_default().identity(),
            committed_at: moment(committer.date.as_deref()),
            committer_identity: committer.identity(),
            message: self.commit.message.unwrap_or_default(),
            parents: self.parents.iter().map(|parent| commit_id(&parent.sha)).collect::<Result<_, _>>()?,
        })
    }
}

/// One page of a comparison.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireComparison {
    merge_base_commit: WireSha,
    commits: Vec<WireCommit>,
    total_commits: u64,
}

impl Wire for WireComparison {
    type Noun = Comparison;
    fn noun(self) -> Result<Comparison, String> {
        Ok(Comparison {
            merge_base: commit_id(&self.merge_base_commit.sha)?,
            commits: self.commits.into_iter().map(WireCommit::noun).collect::<Result<_, _>>()?,
            total_commits: self.total_commits,
        })
    }
}

/// A status of a commit.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireStatus {
    context: Option<String>,
    state: String,
    description: Option<String>,
    target_url: Option<String>,
    creator: Option<WireUser>,
    created_at: Option<String>,
}

impl Wire for WireStatus {
    type Noun = CommitStatus;
    fn noun(self) -> Result<CommitStatus, String> {
        Ok(CommitStatus {
            // What GitHub calls a status without a name.
            context: self.context.unwrap_or_else(|| "default".to_owned()),
            state: StatusState::parse(&self.state),
            description: self.description.unwrap_or_default(),
            target: self.target_url.filter(|target| !target.is_empty()),
            by: WireUser::of(self.creator),
            at: moment(self.created_at.as_deref()),
        })
    }
}

/// A tree with everything below it. Directories are left out.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireTree {
    truncated: bool,
    tree: Vec<WireEntry>,
}

#[derive(Deserialize)]
struct WireEntry {
    path: String,
    mode: String,
    r#type: String,
    sha: String,
    size: Option<u64>,
}

impl Wire for WireTree {
    /// The entries, and whether some are missing.
    type Noun = (Vec<TreeEntry>, bool);
    fn noun(self) -> Result<Self::Noun, String> {
        let files = self.tree.into_iter().filter(|entry| entry.r#type != "tree");
        let entry = |entry: WireEntry| {
            let mode = u32::from_str_radix(&entry.mode, 8).map_err(|_| format!("`{}` is no mode", entry.mode))?;
            let id = ObjectId(object_id(&entry.sha)?);
            Ok::<_, String>(TreeEntry { path: RepoPath::new(entry.path), mode, id, size: entry.size })
        };
        Ok((files.map(entry).collect::<Result<_, _>>()?, self.truncated))
    }
}
