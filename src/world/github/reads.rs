//! What is asked of a repository: branches, changes, talk, deployments.

use super::ask::LARGEST;
use super::error::ForgeError;
use super::lists::{incomplete, malformed, only_list, paged};
use super::wire::{self, Wire};
use super::{GitHub, address::segments, segment};
use crate::model::{
    CommitId, CommitStatus, Comparison, Deployment, DeploymentStatus, ForgeCommit, Issue, Known, ObjectId, PullFile,
    PullRequest, PullReview, Remark, Repository, TimelineEvent, TreeEntry, WorkflowRun,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Changes.
impl GitHub {
    /// The repository itself.
    pub fn repository(&self) -> Result<Repository, ForgeError> {
        self.one::<wire::WireRepository>(&self.of_repository(""))
    }

    /// The commit a branch is at now; `None` where there is no such branch.
    pub fn branch_head(&self, branch: &str) -> Result<Option<CommitId>, ForgeError> {
        let path = self.of_repository(&format!("git/ref/heads/{}", segments(branch)));
        match self.there::<wire::WireRef>(&path)? {
            None => Ok(None),
            Some((name, commit)) if name.strip_prefix("refs/heads/") == Some(branch) => Ok(Some(commit)),
            Some(_) => Err(malformed(&format!("GET /{path}"), "another branch was answered")),
        }
    }

    /// A pull request.
    pub fn pull(&self, number: u64) -> Result<Option<PullRequest>, ForgeError> {
        self.there::<wire::WirePull>(&self.of_repository(&format!("pulls/{number}")))
    }

    /// The open pull requests. Lists count neither files nor commits: both are 0 in them.
    pub fn open_pulls(&self) -> Result<Vec<PullRequest>, ForgeError> {
        self.many::<wire::WirePull>(&self.of_repository("pulls?state=open"))
    }

    /// The pull requests a commit belongs to, open or not, with the same gap.
    pub fn pulls_of(&self, commit: &CommitId) -> Result<Vec<PullRequest>, ForgeError> {
        self.many::<wire::WirePull>(&self.of_repository(&format!("commits/{}/pulls", segment(&commit.0))))
    }

    /// The changed files as GitHub lists them: at most 3,000. Hold their number against `changed_files`.
    pub fn pull_files(&self, number: u64) -> Result<Vec<PullFile>, ForgeError> {
        self.many::<wire::WireFile>(&self.of_repository(&format!("pulls/{number}/files")))
    }

    /// The commits as GitHub lists them: at most 250. Hold their number against `commits`.
    pub fn pull_commits(&self, number: u64) -> Result<Vec<ForgeCommit>, ForgeError> {
        self.many::<wire::WireCommit>(&self.of_repository(&format!("pulls/{number}/commits")))
    }

    /// The statuses of a commit, newest first.
    pub fn statuses(&self, commit: &CommitId) -> Result<Vec<CommitStatus>, ForgeError> {
        self.many::<wire::WireStatus>(&self.of_repository(&format!("commits/{}/statuses", segment(&commit.0))))
    }

    /// What lies between two commits. `total_commits` says whether all are listed.
    pub fn compare(&self, base: &CommitId, head: &CommitId) -> Result<Comparison, ForgeError> {
        let path = self.of_repository(&format!("compare/{}...{}", segment(&base.0), segment(&head.0)));
        let mut whole: Option<Comparison> = None;
        let mut seen = BTreeSet::new();
        self.pages(self.get(&paged(&path)), |answer, name| {
            let page = wire::one::<wire::WireComparison>(name, answer.json)?;
            if let Some(twice) = page.commits.iter().find(|commit| !seen.insert(commit.id.clone())) {
                return Err(incomplete(name, &format!("{} is listed twice", twice.id)));
            }
            match &mut whole {
                None => whole = Some(page),
                Some(whole) if whole.merge_base == page.merge_base && whole.total_commits == page.total_commits => {
                    whole.commits.extend(page.commits);
                }
                Some(_) => return Err(incomplete(name, "it changed between two pages")),
            }
            Ok(usize::MAX)
        })?;
        whole.ok_or_else(|| incomplete(&path, "it has no page"))
    }

    /// A commit, by its id, a branch or a tag.
    pub fn commit(&self, revision: &str) -> Result<Option<ForgeCommit>, ForgeError> {
        // One file a page: a commit comes with its files, and nobody asks for them here.
        let path = self.of_repository(&format!("commits/{}?per_page=1", segment(revision)));
        match self.there::<wire::WireCommit>(&path) {
            Err(ForgeError::Refused { status: 422, .. }) => Ok(None),
            found => found,
        }
    }

    /// Everything in a commit but directories. A tree that GitHub cuts off is an error.
    pub fn tree(&self, commit: &CommitId) -> Result<Vec<TreeEntry>, ForgeError> {
        let path = self.of_repository(&format!("git/trees/{}?recursive=1", segment(&commit.0)));
        let (entries, truncated) = self.one::<wire::WireTree>(&path)?;
        if truncated {
            return Err(incomplete(&format!("GET /{path}"), "the tree has too many files for one answer"));
        }
        Ok(entries)
    }

    /// The content of a file.
    pub fn blob(&self, id: &ObjectId, limit: u64) -> Result<Vec<u8>, ForgeError> {
        let mut asked = self.get(&self.of_repository(&format!("git/blobs/{}", segment(&id.0))));
        // Base64 in lines, and what is around it.
        asked.limit = usize::try_from(limit.saturating_mul(3) / 2 + 8192).unwrap_or(LARGEST).min(LARGEST);
        let name = self.name(&asked);
        let bytes = wire::one::<wire::WireBlob>(&name, self.answer(&asked)?.json)?;
        if bytes.len() as u64 > limit {
            return Err(incomplete(&name, &format!("the file has {} bytes, and the limit is {limit}", bytes.len())));
        }
        Ok(bytes)
    }
}

/// Talk.
impl GitHub {
    /// Every review of a pull request, oldest first.
    pub fn reviews(&self, number: u64) -> Result<Vec<PullReview>, ForgeError> {
        self.many::<wire::WireReview>(&self.of_repository(&format!("pulls/{number}/reviews")))
    }

    /// Every comment below a pull request or an issue, oldest first.
    pub fn comments(&self, number: u64) -> Result<Vec<Remark>, ForgeError> {
        self.many::<wire::WireRemark>(&self.of_repository(&format!("issues/{number}/comments")))
    }

    /// What happened to a pull request or an issue, oldest first.
    pub fn timeline(&self, number: u64) -> Result<Vec<TimelineEvent>, ForgeError> {
        self.many::<wire::WireTimeline>(&self.of_repository(&format!("issues/{number}/timeline")))
    }

    /// An issue. One that was moved to another repository is not there.
    pub fn issue(&self, number: u64) -> Result<Option<Issue>, ForgeError> {
        let asked = self.get(&self.of_repository(&format!("issues/{number}")));
        match self.answer(&asked) {
            Ok(answer) if answer.redirected => Ok(None),
            Ok(answer) => wire::one::<wire::WireIssue>(&self.name(&asked), answer.json).map(Some),
            Err(ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The issues with a label, newest first. Pull requests are among them.
    pub fn issues_labelled(&self, label: &str, open_only: bool) -> Result<Vec<Issue>, ForgeError> {
        let state = if open_only { "open" } else { "all" };
        self.many::<wire::WireIssue>(&self.of_repository(&format!("issues?labels={}&state={state}", segment(label))))
    }
}

/// Deployments.
impl GitHub {
    /// The deployments to an environment, newest first, at most so many.
    pub fn deployments(&self, environment: &str, most: usize) -> Result<Vec<Deployment>, ForgeError> {
        let path = self.of_repository(&format!("deployments?environment={}", segment(environment)));
        wire::many::<wire::WireDeployment>(&format!("GET /{path}"), self.first(&path, most)?)
    }

    /// A deployment.
    pub fn deployment(&self, id: u64) -> Result<Option<Deployment>, ForgeError> {
        self.there::<wire::WireDeployment>(&self.of_repository(&format!("deployments/{id}")))
    }

    /// The statuses of a deployment, newest first.
    pub fn deployment_statuses(&self, id: u64) -> Result<Vec<DeploymentStatus>, ForgeError> {
        let path = self.of_repository(&format!("deployments/{id}/statuses"));
        Ok(self.many::<wire::WireDeploymentStatus>(&path)?.into_iter().map(|(status, _)| status).collect())
    }

    /// A run of a workflow.
    pub fn run(&self, id: u64) -> Result<Option<WorkflowRun>, ForgeError> {
        self.there::<wire::WireRun>(&self.of_repository(&format!("actions/runs/{id}")))
    }
}

/// Anything.
impl GitHub {
    /// What lies at a path below the API's base, such as `repos/OWNER/NAME/rulesets` ([`GitHub::of_repository`] makes
    /// one; encode names with [`segment`], and ask lists for `per_page=100`). All pages of a list are joined; so are those of a list that an object holds.
    /// What is not there, or not for this token, is unknown.
    pub fn json(&self, path: &str) -> Result<Known<Value>, ForgeError> {
        if path.contains("://") || self.base.join(path).parse::<http::Uri>().is_err() {
            return Err(malformed(path, "a path below the API's base was expected"));
        }
        let mut whole: Option<Value> = None;
        let read = self.pages(self.get(path), |answer, name| {
            match &mut whole {
                None => whole = Some(answer.json),
                Some(whole) => join(whole, answer.json).ok_or_else(|| incomplete(name, "its pages have two forms"))?,
            }
            Ok(usize::MAX)
        });
        match read {
            Ok(()) => Ok(Known::Known(whole.unwrap_or(Value::Null))),
            Err(error @ (ForgeError::NotFound { .. } | ForgeError::Forbidden { .. })) => {
                Ok(Known::Unknown(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    /// One record.
    pub(super) fn one<W: Wire>(&self, path: &str) -> Result<W::Noun, ForgeError> {
        let asked = self.get(path);
        wire::one::<W>(&self.name(&asked), self.answer(&asked)?.json)
    }

    /// One record that may not be there.
    fn there<W: Wire>(&self, path: &str) -> Result<Option<W::Noun>, ForgeError> {
        match self.one::<W>(path) {
            Ok(noun) => Ok(Some(noun)),
            Err(ForgeError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A whole list of records.
    pub(super) fn many<W: Wire>(&self, path: &str) -> Result<Vec<W::Noun>, ForgeError> {
        wire::many::<W>(&format!("GET /{path}"), self.list(path)?)
    }
}

/// Puts one more page behind the others.
fn join(whole: &mut Value, page: Value) -> Option<()> {
    match (whole, page) {
        (Value::Array(whole), Value::Array(page)) => whole.extend(page),
        (whole @ Value::Object(_), page @ Value::Object(_)) => {
            let (key, more) = only_list(&page)?;
            whole.get_mut(key)?.as_array_mut()?.extend(more.iter().cloned());
        }
        _ => return None,
    }
    Some(())
}
