//! One state of the files, for questions about owners: the configuration, who answers, what is tracked.

use super::At;
use crate::app::controls::{self, Owners};
use crate::app::failure::Failure;
use crate::model::{Baseline, CommitId, Config, Finding, Moment, RepoPath, Severity, TrackedFile};
use crate::world::WorldError;
use crate::world::git::{Repo, from_the_root};
use crate::world::tree::{Folder, Tree, Within};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where a question is asked: a repository, or a plain folder.
pub(in crate::app) struct Place {
    repo: Option<Repo>,
    /// Where paths are typed from.
    prefix: PathBuf,
    dir: PathBuf,
}

impl Place {
    /// Opens the repository a directory lies in, or the directory itself.
    pub(in crate::app) fn open(dir: &Path) -> Result<Self, Failure> {
        let repo = match Repo::open(dir) {
            Ok(repo) => Some(repo),
            Err(WorldError::NotARepository { .. }) => None,
            Err(error) => return Err(Failure::world(error)),
        };
        Ok(Self { repo, prefix: PathBuf::new(), dir: dir.to_path_buf() })
    }

    /// Learns where paths are typed from; git is asked only for this.
    pub(in crate::app) fn learn_prefix(&mut self, at: &At) -> Result<(), Failure> {
        if let Some(repo) = self.repo.as_ref().filter(|_| !matches!(at, At::Folder(_))) {
            self.prefix = repo.prefix(&self.dir).map_err(Failure::usage)?;
        }
        Ok(())
    }

    /// Paths are typed from the root.
    pub(in crate::app) fn is_root(&self) -> bool {
        self.prefix.as_os_str().is_empty()
    }

    /// A typed path, from the root.
    pub(in crate::app) fn typed(&self, path: &Path) -> Result<RepoPath, Failure> {
        let outside = || WorldError::OutsideRepository { path: path.to_path_buf() };
        match &self.repo {
            Some(repo) => repo.typed(&self.prefix, path),
            None => from_the_root(path).ok_or_else(outside),
        }
        .map_err(Failure::usage)
    }

    /// The commit whose history tells of the state: its own, or that the working tree is checked out from. `None` where
    /// there is no repository.
    pub(in crate::app) fn history_of(&self, state: &State<'_>) -> Result<Option<(&Repo, CommitId)>, Failure> {
        let Some(repo) = &self.repo else { return Ok(None) };
        let head = || repo.resolve("HEAD").map_err(Failure::world);
        let commit = state.commit.clone().map_or_else(head, Ok)?;
        Ok(Some((repo, commit)))
    }

    /// The root that typed paths are relative to; `None` in a bare repository.
    pub(in crate::app) fn root(&self) -> Result<Option<&Path>, Failure> {
        let Some(repo) = &self.repo else { return Ok(Some(&self.dir)) };
        repo.top_level().map_err(Failure::world)
    }

    /// The clone ends before the history does.
    pub(in crate::app) fn is_shallow(&self) -> Result<bool, Failure> {
        self.repo.as_ref().map_or(Ok(false), |repo| repo.is_shallow().map_err(Failure::world))
    }

    /// When a commit was made.
    pub(in crate::app) fn committed_at(&self, commit: &CommitId) -> Result<Option<Moment>, Failure> {
        self.repo.as_ref().map(|repo| repo.committed_at(commit)).transpose().map_err(Failure::world)
    }

    /// What a question about HEAD does not see: files that name owners and are edited and not committed.
    /// What cannot be compared is left out: the answer does not rest on it.
    pub(in crate::app) fn uncommitted(&self, at: &At) -> Result<Option<Finding>, Failure> {
        let Some(repo) = self.repo.as_ref().filter(|_| *at == At::Head) else { return Ok(None) };
        let Ok(there) = repo.work_tree() else { return Ok(None) };
        let head = self.state(at)?.tree;
        let list = |tree: &dyn Tree| tree.list(controls::FOLDER).unwrap_or_default();
        let mut paths: BTreeSet<String> = list(head.as_ref()).into_iter().chain(list(&there)).collect();
        paths.extend(controls::PLACES.map(str::to_owned));
        // A checkout may end its lines otherwise.
        let text = |tree: &dyn Tree, path: &str| {
            let read = tree.read(path).ok().flatten();
            read.map(|bytes| bytes.into_iter().filter(|byte| *byte != b'\r').collect::<Vec<_>>())
        };
        paths.retain(|path| text(head.as_ref(), path) != text(&there, path));
        let shown: Vec<String> = paths.iter().take(3).map(|path| RepoPath::from(path.as_str()).quoted()).collect();
        let more = paths.len() - shown.len();
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        let msg = format!("not committed, and so not read: {}{tail}", shown.join(", "));
        let finding = Finding::new("UNCOMMITTED", Severity::Info, msg);
        Ok((!paths.is_empty()).then(|| finding.help("`--worktree` reads what stands in the working tree")))
    }

    /// The state asked about: its files, and its commit where it is one.
    pub(in crate::app) fn state(&self, at: &At) -> Result<State<'_>, Failure> {
        let folder = |dir: &Path| {
            Folder::open(dir).map(|folder| State {
                tree: Box::new(folder),
                commit: None,
                described: format!("folder {}", dir.display()),
            })
        };
        let Some(repo) = &self.repo else {
            return match at {
                At::Folder(dir) => folder(dir).map_err(Failure::usage),
                At::Revision(_) | At::Head | At::Worktree => {
                    Err(Failure::world(WorldError::NoRepositoryToAsk { dir: self.dir.clone() }))
                }
            };
        };
        let revision = match at {
            At::Folder(dir) => return folder(dir).map_err(Failure::usage),
            At::Worktree => {
                let tree = repo.work_tree().map_err(Failure::world)?;
                let described = tree.describe();
                return Ok(State { tree: Box::new(tree), commit: None, described });
            }
            At::Head => "HEAD",
            At::Revision(revision) => revision,
        };
        let commit = repo.resolve(revision).map_err(Failure::world)?;
        let tree = repo.tree_at(&commit);
        let described = tree.describe();
        Ok(State { tree: Box::new(tree), commit: Some(commit), described })
    }
}

/// One state of the files.
pub(in crate::app) struct State<'r> {
    pub(in crate::app) tree: Box<dyn Tree + 'r>,
    pub(in crate::app) commit: Option<CommitId>,
    /// For people: which state it is.
    pub(in crate::app) described: String,
}

/// A state that was looked through for owners.
pub(in crate::app) struct Survey {
    pub(in crate::app) config: Config,
    pub(in crate::app) owners: Owners,
}

impl State<'_> {
    /// Who answers for the paths asked about.
    pub(in crate::app) fn survey(&self, within: Within<'_>) -> Result<Survey, Failure> {
        let (config, owners) = controls::survey(self.tree.as_ref(), within)?;
        Ok(Survey { config, owners })
    }

    /// The baseline of the audit, if there is one.
    pub(in crate::app) fn baseline(&self) -> Result<Option<Baseline>, Failure> {
        controls::baseline(self.tree.as_ref())
    }

    /// Every file of the state.
    pub(in crate::app) fn tracked(&self) -> Result<Vec<TrackedFile>, Failure> {
        self.tree.tracked().map_err(Failure::world)
    }
}
