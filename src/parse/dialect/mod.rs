//! The files that name owners, one dialect a file: bytes to the nouns of `model`, and a finding for each line that does not
//! do what it should.
//!
//! Each reader does with a mistake what the dialect's owner does with it (skip the line, ignore the file) and says so. A
//! dialect of many files gets them all at once, those that could not be read among them.

pub mod backstage;
pub mod chromium;
pub mod github;
pub mod gitlab;
pub mod kubernetes;
mod yaml_file;

use super::problem::quoted;
use crate::model::{Dialect, Finding, FoundFile, RepoPath, Severity};

/// The code of a part of an OWNERS file that is ignored.
const SYNTAX_CODE: &str = "OWNERS_SYNTAX";

/// The code of a part of an OWNERS file that counts but hardly does what its writer meant.
const LINT_CODE: &str = "OWNERS_LINT";

/// The findings of one file.
struct Report<'a> {
    path: &'a RepoPath,
    findings: Vec<Finding>,
}

/// How many findings of one file are kept; one more says that there are others.
const MOST_FINDINGS: usize = 1_000;

impl<'a> Report<'a> {
    fn new(path: &'a RepoPath) -> Self {
        Self { path, findings: Vec::new() }
    }

    /// A finding on a line, from 1; 0 for the whole file.
    fn add(&mut self, code: &str, line: u32, what: &str, help: &str) {
        let msg = match line {
            0 => what.to_owned(),
            line => format!("line {line}: {what}"),
        };
        let (msg, help) = match self.findings.len() {
            MOST_FINDINGS => ("there are more such lines than are shown".to_owned(), "mend those above first"),
            more if more > MOST_FINDINGS => return,
            _ => (msg, help),
        };
        let mut finding = Finding::new(code, Severity::Warn, msg).at([self.path.quoted()]).help(help);
        if line > 0 {
            finding = finding.line(line);
        }
        self.findings.push(finding);
    }
}

/// A file whose contents could not be had.
fn unread(report: &mut Report<'_>, code: &str, reason: &str) {
    let help = "put the file itself there, as plain text; what is not in the repository is never read";
    report.add(code, 0, &format!("this file names nobody: {reason}"), help);
}

/// Whose OWNERS files these are, by what they hold: Kubernetes' where there is an OWNERS_ALIASES in the root, or where the
/// first of them that holds anything, the nearest to the root, is a YAML mapping with a key that prow knows; Chromium's
/// otherwise.
pub fn which_owners(files: &[FoundFile]) -> Dialect {
    let depth = |file: &&FoundFile| (file.path.segments().count(), file.path.clone());
    let mut owners: Vec<&FoundFile> = files.iter().filter(|file| file.path.file_name() == b"OWNERS").collect();
    owners.sort_by_key(depth);
    let first = owners.into_iter().find(|file| speaks(file)).and_then(|file| file.contents.as_ref().ok());
    match has_aliases(files) || first.is_some_and(|bytes| kubernetes::is_owners(bytes)) {
        true => Dialect::Kubernetes,
        false => Dialect::Chromium,
    }
}

/// These files alone say which dialect it is: one of them is the aliases, or an OWNERS file that holds anything.
pub fn says_something(files: &[FoundFile]) -> bool {
    has_aliases(files) || files.iter().any(|file| file.path.file_name() == b"OWNERS" && speaks(file))
}

fn has_aliases(files: &[FoundFile]) -> bool {
    files.iter().any(|file| file.path.as_bytes() == kubernetes::ALIASES.as_bytes())
}

/// The file holds more than blanks and comments.
fn speaks(file: &FoundFile) -> bool {
    let said = |line: &[u8]| !matches!(line.trim_ascii().first(), None | Some(b'#'));
    file.contents.as_ref().is_ok_and(|bytes| bytes.split(|byte| *byte == b'\n').any(said))
}
