//! From what was typed to a commit.

use super::objects::Info;
use super::{Repo, lock, too_old};
use crate::model::CommitId;
use crate::world::WorldError;
use crate::world::error::printable;

/// Two names are alike enough to suggest one for the other.
const ALIKE: f64 = 0.75;

impl Repo {
    /// The commits that several revisions name, in one exchange with git.
    pub(super) fn resolve_all<const N: usize>(&self, revisions: [&str; N]) -> Result<[CommitId; N], WorldError> {
        for revision in revisions {
            check(revision)?;
        }
        let peeled = revisions.map(|revision| format!("{revision}^{{commit}}"));
        let answers = lock(&self.objects).infos(peeled.iter().map(String::as_str)).map_err(|error| match error {
            WorldError::GitTooOld { .. } => too_old(&self.git),
            // Some spellings (`@{upstream}` without one) end the process; git says why.
            WorldError::GitFailed { stderr, .. } => WorldError::UnknownRevision {
                revision: revisions.join("` or `"),
                advice: format!("git says: {stderr}"),
            },
            other => other,
        })?;
        let mut ids = revisions.map(|_| CommitId(String::new()));
        for ((id, revision), answer) in ids.iter_mut().zip(revisions).zip(answers) {
            *id = match answer {
                Info::Found { id, .. } => CommitId(id),
                Info::Missing => return Err(self.unknown(revision)),
                Info::Ambiguous => return Err(ambiguous(revision)),
            };
        }
        Ok(ids)
    }

    /// The commits that those of the revisions name which exist.
    pub(super) fn resolve_some<const N: usize>(
        &self,
        revisions: [&str; N],
    ) -> Result<[Option<CommitId>; N], WorldError> {
        let peeled = revisions.map(|revision| format!("{revision}^{{commit}}"));
        let answers = lock(&self.objects).infos(peeled.iter().map(String::as_str))?;
        let mut ids = revisions.map(|_| None);
        for (id, answer) in ids.iter_mut().zip(answers) {
            if let Info::Found { id: found, .. } = answer {
                *id = Some(CommitId(found));
            }
        }
        Ok(ids)
    }

    /// Why a revision names no commit.
    fn unknown(&self, revision: &str) -> WorldError {
        let known = |name: &str| lock(&self.objects).infos([name].into_iter()).ok().and_then(|mut infos| infos.pop());
        if !matches!(known("HEAD"), Some(Info::Found { .. })) {
            return WorldError::UnbornHead;
        }
        if let Some(Info::Found { kind, .. }) = known(revision)
            && kind != "commit"
        {
            return WorldError::NotACommit { revision: revision.to_owned(), found: kind };
        }
        let advice = match self.is_shallow() {
            Ok(true) => format!("this clone is shallow; {}", super::shallow::MEND),
            Ok(false) | Err(_) => self.did_you_mean(revision),
        };
        WorldError::UnknownRevision { revision: revision.to_owned(), advice }
    }

    fn did_you_mean(&self, revision: &str) -> String {
        let wanted = revision.split(['~', '^', '@', ':']).next().unwrap_or(revision);
        let args = ["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"];
        let names = self.git.run(&args).unwrap_or_default();
        let names = String::from_utf8_lossy(&names);
        let mut near: Vec<(f64, &str)> = names
            .lines()
            .map(|name| (strsim::jaro_winkler(wanted, name), name))
            .filter(|(score, _)| *score >= ALIKE)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let near: Vec<String> = near.iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
        match near.as_slice() {
            [] => "`git branch --all` and `git tag` list the names it knows; `git fetch` brings new ones".to_owned(),
            near => format!("did you mean {}?", near.join(" or ")),
        }
    }
}

/// Refuses what git would read as an option, and what would be two requests.
fn check(revision: &str) -> Result<(), WorldError> {
    let why = match revision {
        "" => "it is empty",
        _ if revision.starts_with('-') => "it begins with a dash, as options do",
        _ if revision.chars().any(char::is_control) => "it holds a control character",
        _ => return Ok(()),
    };
    Err(WorldError::BadRevision { revision: printable(revision.as_bytes()), why })
}

fn ambiguous(revision: &str) -> WorldError {
    let advice = "several objects begin with these digits; write more of them".to_owned();
    WorldError::UnknownRevision { revision: revision.to_owned(), advice }
}
