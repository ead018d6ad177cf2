//! From what was asked for to the two commits that are compared.

use super::log;
use super::shallow::{MergeBase, uncertain};
use super::{ChangeSpec, Repo};
use crate::model::{Commit, CommitId};
use crate::world::WorldError;
use std::path::Path;
use std::thread::JoinHandle;

/// Commits being read.
pub(super) type Log = JoinHandle<Result<Vec<Commit>, WorldError>>;

/// Both ends of a change, and what is to be said about how they were found.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) base: CommitId,
    pub(super) head: CommitId,
    pub(super) notes: Vec<String>,
    /// The commits, where they are being read already.
    pub(super) log: Option<Log>,
}

/// A ref, as `for-each-ref` tells it.
#[derive(Clone, Debug)]
struct Ref {
    name: String,
    /// What it stands for, if it is a symbolic one.
    points_to: String,
    id: CommitId,
    upstream: String,
}

impl Repo {
    /// The ends of a change between commits.
    pub(super) fn ends(&self, spec: &ChangeSpec) -> Result<Ends, WorldError> {
        match spec {
            ChangeSpec::Range(range) => self.range(range),
            ChangeSpec::BaseHead { base: Some(base), head } => {
                self.since_merge_base(base, head.as_deref().unwrap_or("HEAD"))
            }
            ChangeSpec::BaseHead { base: None, head: Some(head) } => self.since_default_branch(head),
            _ => self.since_default_branch("HEAD"),
        }
    }

    fn range(&self, range: &str) -> Result<Ends, WorldError> {
        let side = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
        if let Some((base, head)) = range.split_once("...") {
            return self.since_merge_base(&side(base), &side(head));
        }
        let Some((base, head)) = range.split_once("..") else { return self.since_merge_base(range, "HEAD") };
        let [base, head] = self.resolve_all([&side(base), &side(head)])?;
        self.as_they_are(base, head, Vec::new())
    }

    fn as_they_are(&self, base: CommitId, head: CommitId, notes: Vec<String>) -> Result<Ends, WorldError> {
        Ok(Ends { base, head, notes, log: None })
    }

    fn since_merge_base(&self, base: &str, head: &str) -> Result<Ends, WorldError> {
        let [from, to] = self.resolve_all([base, head])?;
        match self.start_at_merge_base(&from, &to)? {
            Some(ends) => Ok(ends),
            None if self.is_shallow() => {
                Err(uncertain(format!("it does not reach back to where `{head}` left `{base}`")))
            }
            None => Err(WorldError::UnrelatedHistories { base: base.to_owned(), head: head.to_owned() }),
        }
    }

    fn start_at_merge_base(&self, from: &CommitId, to: &CommitId) -> Result<Option<Ends>, WorldError> {
        // With one merge base, what it leaves of the head's history is what the other end leaves: no need to wait.
        let log = log::start(&self.git, &from.0, &to.0)?;
        let Some(MergeBase { id, others }) = self.merge_base(from, to)? else { return Ok(None) };
        if others == 0 {
            return Ok(Some(Ends { base: id, head: to.clone(), notes: Vec::new(), log: Some(log) }));
        }
        let note = format!("there are {} merge bases; as git does, this compares with the first, {id}", others + 1);
        self.as_they_are(id, to.clone(), vec![note]).map(Some)
    }

    fn since_default_branch(&self, head: &str) -> Result<Ends, WorldError> {
        let [to] = self.resolve_all([head])?;
        let current = if head == "HEAD" { self.current_branch()? } else { None };
        let refs = self.refs(current.as_deref())?;
        let default = self.default_branch(&refs)?;
        let base = default.as_ref().and_then(|default| self.counterpart(default, current.as_deref(), &refs));
        let found = match &base {
            Some(base) => self.start_at_merge_base(&base.id, &to)?,
            None => None,
        };
        // A shallow checkout of a merge, on no branch or on the default one, is there to show what was merged.
        let at_default = default.as_ref().map(Ref::branch) == current.as_deref().map(local);
        let merge = self.is_shallow() && (current.is_none() || at_default);
        if let Some(ends) = found {
            let merged = if merge && ends.base == to { self.merged_change(head, &to, None)? } else { None };
            return Ok(merged.unwrap_or(ends));
        }
        if self.is_shallow() {
            let known = default.as_ref().map(|default| &default.id);
            let merged = if merge { self.merged_change(head, &to, known)? } else { None };
            return merged.ok_or_else(|| uncertain("it does not reach back to where the change left its base"));
        }
        match base {
            Some(base) => Err(WorldError::UnrelatedHistories { base: base.name, head: head.to_owned() }),
            None => Err(WorldError::NoBase { why: no_base(default.as_ref()) }),
        }
    }

    /// What a shallow checkout of a pull request's merge commit still tells for certain: the commit against its first
    /// parent. A branch into which the default branch was merged looks the same, and is told apart where it can be.
    fn merged_change(&self, head: &str, to: &CommitId, default: Option<&CommitId>) -> Result<Option<Ends>, WorldError> {
        let parents = ["^1", "^2", "^3"].map(|parent| format!("{to}{parent}"));
        let parents = self.resolve_some(parents.each_ref().map(String::as_str))?;
        let [Some(first), Some(_), None] = parents else { return Ok(None) };
        if let Some(default) = default
            && self.git.ask(&["merge-base", "--is-ancestor", &first.0, &default.0])?.is_none()
        {
            return Ok(None);
        }
        let note = format!("this clone is shallow and {head} is a merge: this is what it brings to its first parent");
        self.as_they_are(first, to.clone(), vec![note]).map(Some)
    }

    /// The full name of the branch HEAD is on; `None` when it is on none.
    fn current_branch(&self) -> Result<Option<String>, WorldError> {
        let name = match read_head(&self.place.git_dir.join("HEAD")) {
            Some(text) if text.starts_with("ref: refs/heads/") && !text.contains(".invalid") => {
                text.trim_start_matches("ref: ").trim_end().to_owned()
            }
            // A detached HEAD, or refs kept in another format than files.
            _ => match self.git.ask(&["symbolic-ref", "-q", "HEAD"])? {
                Some(name) => String::from_utf8_lossy(&name).trim_end().to_owned(),
                None => return Ok(None),
            },
        };
        Ok(Some(name))
    }

    fn refs(&self, current: Option<&str>) -> Result<Vec<Ref>, WorldError> {
        let format = "--format=%(refname)%00%(symref)%00%(objectname)%00%(upstream)";
        let remote = ["refs/remotes/*/HEAD", "refs/remotes/*/main", "refs/remotes/*/master"];
        let mut args = vec!["for-each-ref", format, "refs/heads/main", "refs/heads/master"];
        args.extend(remote.into_iter().chain(current));
        let output = self.git.run(&args)?;
        let text = String::from_utf8_lossy(&output);
        let refs = text.lines().filter_map(|line| {
            let mut fields = line.split('\0').map(str::to_owned);
            let mut field = || fields.next();
            Some(Ref { name: field()?, points_to: field()?, id: CommitId(field()?), upstream: field()? })
        });
        Ok(refs.collect())
    }

    /// The branch changes are made against: what the remote says, else the usual names there, else here.
    fn default_branch(&self, refs: &[Ref]) -> Result<Option<Ref>, WorldError> {
        let found = refs.iter().filter(|found| rank(&found.name).is_some()).min_by_key(|found| rank(&found.name));
        if let Some(found) = found {
            return Ok(Some(found.clone()));
        }
        let Some(name) = self.git.ask(&["config", "--get", "init.defaultBranch"])? else { return Ok(None) };
        let name = format!("refs/heads/{}", String::from_utf8_lossy(&name).trim_end());
        let [id] = self.resolve_some([&name])?;
        Ok(id.map(|id| Ref { name, points_to: String::new(), id, upstream: String::new() }))
    }

    /// What the current branch is compared with: the default branch, or if it is that one itself, its upstream.
    fn counterpart(&self, default: &Ref, current: Option<&str>, refs: &[Ref]) -> Option<Ref> {
        if current.map(local) != Some(default.branch()) {
            return Some(default.clone());
        }
        let upstream =
            refs.iter().find(|found| Some(found.name.as_str()) == current).map(|found| found.upstream.as_str());
        if let Some(upstream) = upstream.filter(|name| !name.is_empty())
            && let Ok([Some(id)]) = self.resolve_some([upstream])
        {
            return Some(Ref { name: upstream.to_owned(), points_to: String::new(), id, upstream: String::new() });
        }
        default.name.starts_with("refs/remotes/").then(|| default.clone())
    }
}

impl Ref {
    /// The branch's name, as its own repository calls it.
    fn branch(&self) -> &str {
        let full = if self.points_to.is_empty() { &self.name } else { &self.points_to };
        match full.strip_prefix("refs/remotes/") {
            Some(rest) => rest.split_once('/').map_or(rest, |(_, branch)| branch),
            None => local(full),
        }
    }
}

/// How likely a ref is the default branch, 0 being the likeliest; `None` when it is not one.
fn rank(name: &str) -> Option<usize> {
    if let Some(branch) = name.strip_prefix("refs/heads/") {
        return ["main", "master"].iter().position(|usual| branch == *usual).map(|place| 6 + place);
    }
    let (remote, branch) = name.strip_prefix("refs/remotes/")?.split_once('/')?;
    let place = ["HEAD", "main", "master"].iter().position(|usual| branch == *usual)?;
    Some(2 * place + usize::from(remote != "origin"))
}

fn local(full: &str) -> &str {
    full.strip_prefix("refs/heads/").unwrap_or(full)
}

fn no_base(default: Option<&Ref>) -> String {
    match default {
        Some(default) => format!("it is on the default branch `{}`, which has no upstream here", default.branch()),
        None => "no default branch is known (there is no origin/HEAD, main or master)".to_owned(),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the room that reads files")]
fn read_head(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok()
}
