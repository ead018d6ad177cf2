//! A change of the past, looked up through the API: as `world/git/past.rs` does in a clone.

use super::{ForgeError, ForgeObjects};
use crate::model::{CommitId, ForgeCommit, Past};
use crate::world::WorldError;

/// Fewer digits name too many commits.
const SHORTEST: usize = 7;

/// Why a change cannot be had: for certain, or not.
enum Lost {
    Never(String),
    Unknown(String),
}

impl From<ForgeError> for Lost {
    fn from(error: ForgeError) -> Self {
        Self::Unknown(error.to_string())
    }
}

impl From<WorldError> for Lost {
    fn from(error: WorldError) -> Self {
        Self::Unknown(error.to_string())
    }
}

impl ForgeObjects<'_> {
    /// Looks a change up in the history of a state.
    pub fn look_back(&self, of: &CommitId, name: &str) -> Past {
        match self.change_called(of, name) {
            Ok(past) => past,
            Err(Lost::Never(why)) => Past::Never(why),
            Err(Lost::Unknown(why)) => Past::Unknown(why),
        }
    }

    fn change_called(&self, of: &CommitId, name: &str) -> Result<Past, Lost> {
        let (first, last) = match name.split_once("..") {
            Some((first, last)) => (Some(first), last),
            None => (None, name),
        };
        let last = self.commit_called(last)?;
        self.lies_behind(&last.id, of)?;
        let base = match (first, last.parents.first()) {
            (Some(first), _) => {
                let first = self.commit_called(first)?;
                self.lies_behind(&first.id, &last.id)?;
                first.id
            }
            (None, Some(parent)) => parent.clone(),
            (None, None) => return Err(Lost::Never("it is the first commit of all, and shows no change".to_owned())),
        };
        let diff = self.between(&base, &last.id, true, None)?.change(self)?.diff;
        let unread = diff.files.iter().find_map(|file| Some((&file.path, file.unread.as_ref()?)));
        match (diff.truncated.first(), unread) {
            (Some(why), _) => Err(Lost::Unknown(why.clone())),
            (None, Some((path, why))) => Err(Lost::Unknown(format!("{}: {why}", path.quoted()))),
            (None, None) => Ok(Past::Change { base, head: last.id, diff }),
        }
    }

    fn commit_called(&self, digits: &str) -> Result<ForgeCommit, Lost> {
        let id = (SHORTEST..=64).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !id {
            return Err(Lost::Unknown("it is no commit, nor BASE..HEAD".to_owned()));
        }
        match self.github.commit(digits)? {
            Some(commit) if commit.id.0.starts_with(&digits.to_ascii_lowercase()) => Ok(commit),
            Some(_) => Err(Lost::Unknown("it is the name of a branch or a tag".to_owned())),
            // Digits that several commits begin with are none for GitHub, too.
            None if digits.len() < 40 => Err(Lost::Unknown("GitHub knows no one commit that begins so".to_owned())),
            None => Err(Lost::Never("there is no such commit in this repository".to_owned())),
        }
    }

    fn lies_behind(&self, commit: &CommitId, of: &CommitId) -> Result<(), Lost> {
        if commit == of || self.github.compare(commit, of)?.merge_base == *commit {
            return Ok(());
        }
        let of = of.0.get(..12).unwrap_or(&of.0);
        Err(Lost::Never(format!("it is not in the history of {of}")))
    }
}
