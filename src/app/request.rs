//! What is meant: every wish of a run as plain values, whoever typed, configured or called it.
//!
//! The front door turns flags into these and nothing behind it ever sees a flag.

use crate::model::{Moment, Verdict};
use std::path::PathBuf;

/// One question to the gate: may this change go ahead?
#[derive(Clone, Debug)]
pub struct CheckRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// What is proposed.
    pub spec: Spec,
    /// A folder whose control files are read instead of those of the base revision, to try them out.
    pub control_files: Option<PathBuf>,
    /// Where it would be deployed.
    pub environment: String,
    /// The only time there is.
    pub now: Moment,
    /// The class asked for by `--claim`.
    pub claim: Option<String>,
    /// What trailers would say, as key and value, in the order given.
    pub trailers: Vec<(String, String)>,
    /// A file of facts that only a forge knows.
    pub facts: Option<PathBuf>,
    /// A file of recorded outcomes of earlier changes; they join those of the facts.
    pub outcomes: Option<PathBuf>,
    /// What is attached: what the rules call it, and the file.
    pub attachments: Vec<(String, PathBuf)>,
    /// The edits of every file are wanted, not only those that a template or a policy asks about.
    pub all_edits: bool,
    /// Which verdicts are a failing exit code.
    pub fail_on: FailOn,
    /// This program itself, started again for the evaluating child.
    pub program: PathBuf,
}

/// What is proposed: which two states are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spec {
    /// From the merge base of `HEAD` and the default branch to `HEAD`.
    Default,
    /// `BASE..HEAD` or `BASE...HEAD`, as typed; an empty side is `HEAD`.
    Range(String),
    /// From the merge base of the two to the head; an absent base is the default branch, an absent head is `HEAD`.
    BaseHead {
        /// The revision to start from.
        base: Option<String>,
        /// The revision that would land.
        head: Option<String>,
    },
    /// What is staged, against `HEAD`.
    Staged,
    /// What is in the worktree, staged or not, against `HEAD`.
    Worktree,
    /// A unified diff from outside.
    Diff(DiffSource),
}

/// Where a unified diff comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffSource {
    /// A file; found from where the program runs; the front door has put `-C` before a relative path.
    File(PathBuf),
    /// The standard input.
    Stdin,
}

/// Which verdicts make the exit code say no. A failure is never a zero, whatever is wished here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FailOn {
    /// Pending is 10 and block is 11.
    #[default]
    Pending,
    /// Block is 11; pending is 0.
    Block,
    /// Every verdict is 0.
    Never,
}

impl FailOn {
    /// The exit code of a verdict. No verdict shares its code with a failure.
    pub fn exit_code(self, verdict: Verdict) -> u8 {
        match (self, verdict) {
            (_, Verdict::Approve) | (Self::Never, _) | (Self::Block, Verdict::Pending) => 0,
            (Self::Pending, Verdict::Pending) => 10,
            (Self::Pending | Self::Block, Verdict::Block) => 11,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FailOn::{self, Block, Never, Pending};
    use crate::model::Verdict;

    #[test]
    fn exit_codes_follow_the_verdict_and_the_wish() {
        let table = [(Pending, [0, 10, 11]), (Block, [0, 0, 11]), (Never, [0, 0, 0])];
        for (wish, codes) in table {
            for (verdict, code) in [Verdict::Approve, Verdict::Pending, Verdict::Block].into_iter().zip(codes) {
                assert_eq!(wish.exit_code(verdict), code, "{wish:?} {verdict:?}");
            }
        }
        assert_eq!(FailOn::default(), Pending);
    }
}
