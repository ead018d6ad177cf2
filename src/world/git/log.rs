//! The commits of a change: who wrote them, who committed them, when, and what they say.

use super::command::{Git, collect, failed};
use crate::model::{Commit, CommitId, Identity, Moment};
use crate::world::WorldError;
use std::thread::JoinHandle;

/// Seven fields, each ended by a NUL, which no commit can hold: git itself ends every text at one.
const FORMAT: &str = "--format=%H%x00%an%x00%ae%x00%cn%x00%ce%x00%ct%x00%B%x00";

/// Starts reading the commits reachable from `head` and not from `base`, head first.
pub(super) fn start(
    git: &Git,
    base: &str,
    head: &str,
) -> Result<JoinHandle<Result<Vec<Commit>, WorldError>>, WorldError> {
    let (base, head) = (format!("^{base}"), head.to_owned());
    let args = ["rev-list", "--no-commit-header", "--encoding=UTF-8", FORMAT, head.as_str(), base.as_str(), "--"];
    let child = git.spawn(&args, false)?;
    Ok(std::thread::spawn(move || {
        let output = collect(child)?;
        if !output.status.success() {
            return Err(failed(&["rev-list"], &output.stderr));
        }
        parse(&output.stdout)
    }))
}

fn parse(output: &[u8]) -> Result<Vec<Commit>, WorldError> {
    let mut fields = output.split(|byte| *byte == 0);
    let mut commits = Vec::new();
    while let Some(id) = fields.next() {
        // Records are divided by a newline, which git also prints after the last one.
        let id = text(id).trim().to_owned();
        if id.is_empty() {
            break;
        }
        let mut field = || fields.next().map(text).ok_or_else(|| cut(&id));
        let author = Identity { name: field()?, email: field()? };
        let committer = Identity { name: field()?, email: field()? };
        // A commit whose time cannot be read counts as older than any claim may be.
        let seconds = field()?.parse().unwrap_or(0);
        let message = field()?.trim_end_matches('\n').to_owned();
        commits.push(Commit { id: CommitId(id), author, committer, committed_at: Moment::from_unix(seconds), message });
    }
    Ok(commits)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn cut(id: &str) -> WorldError {
    WorldError::GitAnswer { command: "rev-list", what: format!("the record of {id} is cut short") }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn records_end_where_they_end() {
        let two = b"aa\0ann\0ann@x\0bob\0bob@x\x0010\0one\n\ntwo\n\0\nbb\0\0\0\0\0?\0\0\n";
        let commits = parse(two).unwrap();
        assert_eq!(commits.len(), 2);
        assert_eq!(commits[0].message, "one\n\ntwo");
        assert_eq!(commits[0].committed_at.unix(), 10);
        assert_eq!((commits[1].id.0.as_str(), commits[1].committed_at.unix()), ("bb", 0));
        assert!(parse(b"").unwrap().is_empty());
        assert!(parse(b"aa\0ann\0").is_err());
    }
}
