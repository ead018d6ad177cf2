//! A change of the past as a person wrote it down, looked up: a commit against the one before it, or `BASE..HEAD`.
//!
//! Only what lies in the history of a state counts, and only what this clone shows for certain: what a shallow or partial
//! clone leaves out is unknown, and not absent.

use super::objects::Info;
use super::{Repo, count, diff, lock};
use crate::model::{CommitId, Diff, Past};
use crate::world::WorldError;

/// Fewer digits name too many commits.
const SHORTEST: usize = 7;

/// Why a change cannot be had: for certain, or not.
enum Lost {
    Never(String),
    Unknown(String),
}

impl From<WorldError> for Lost {
    fn from(error: WorldError) -> Self {
        Self::Unknown(error.to_string())
    }
}

impl Repo {
    /// Looks a change up in the history of a state.
    pub fn past(&self, of: &CommitId, name: &str) -> Past {
        match self.look_back(of, name) {
            Ok((base, head, diff)) => Past::Change { base, head, diff },
            Err(Lost::Never(why)) => Past::Never(why),
            Err(Lost::Unknown(why)) => Past::Unknown(why),
        }
    }

    fn look_back(&self, of: &CommitId, name: &str) -> Result<(CommitId, CommitId, Diff), Lost> {
        let (first, last) = match name.split_once("..") {
            Some((first, last)) => (Some(first), last),
            None => (None, name),
        };
        let head = self.commit_called(last)?;
        self.lies_behind(&head, of)?;
        let base = match first {
            Some(first) => {
                let base = self.commit_called(first)?;
                self.lies_behind(&base, &head)?;
                base
            }
            None => self.before(&head)?,
        };
        let mut raw = diff::trees(&self.git, &base.0, &head.0)?.finish()?;
        count::fill(&mut raw.files, &self.git, &mut lock(&self.objects))?;
        let unread = raw.files.iter().find_map(|file| Some((&file.path, file.unread.as_ref()?)));
        match (raw.truncated.first(), unread) {
            (Some(why), _) => Err(Lost::Unknown(why.clone())),
            (None, Some((path, why))) => Err(Lost::Unknown(format!("{}: {why}", path.quoted()))),
            (None, None) => Ok((base, head, raw.into())),
        }
    }

    /// Branches and tags move, and prove nothing.
    fn commit_called(&self, digits: &str) -> Result<CommitId, Lost> {
        let id = (SHORTEST..=64).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !id {
            return Err(Lost::Unknown("it is no commit, nor BASE..HEAD".to_owned()));
        }
        let name = format!("{digits}^{{commit}}");
        match lock(&self.objects).infos([name.as_str()].into_iter())?.pop() {
            // A branch may be called so.
            Some(Info::Found { id, .. }) if !id.starts_with(&digits.to_ascii_lowercase()) => {
                Err(Lost::Unknown("it is the name of a branch or a tag".to_owned()))
            }
            Some(Info::Found { id, .. }) => Ok(CommitId(id)),
            Some(Info::Ambiguous) => Err(Lost::Unknown("several objects begin with these digits".to_owned())),
            Some(Info::Missing) | None => {
                self.unless_shallow(Lost::Never("there is no such commit in this repository".to_owned()))
            }
        }
    }

    fn lies_behind(&self, commit: &CommitId, of: &CommitId) -> Result<(), Lost> {
        match self.git.ask(&["merge-base", "--is-ancestor", &commit.0, &of.0])? {
            Some(_) => Ok(()),
            None => {
                let of = of.0.get(..12).unwrap_or(&of.0);
                self.unless_shallow(Lost::Never(format!("it is not in the history of {of}")))
            }
        }
    }

    fn before(&self, commit: &CommitId) -> Result<CommitId, Lost> {
        let parent = format!("{}^", commit.0);
        match self.resolve_some([parent.as_str()])? {
            [Some(parent)] => Ok(parent),
            [None] if self.edge()?.contains(&commit.0) => {
                self.unless_shallow(Lost::Unknown("the commit before it is not in this clone".to_owned()))
            }
            [None] => Err(Lost::Never("it is the first commit of all, and shows no change".to_owned())),
        }
    }

    /// What a shallow clone does not have, there may be.
    fn unless_shallow<T>(&self, lost: Lost) -> Result<T, Lost> {
        match self.is_shallow()? {
            true => Err(Lost::Unknown("this clone is shallow and may end before it".to_owned())),
            false => Err(lost),
        }
    }
}
