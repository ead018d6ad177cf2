//! The files that name owners, one dialect a file: bytes to the nouns of `model`, and a finding for each line that does not
//! do what it should.
//!
//! Each reader does with a mistake what the dialect's owner does with it (skip the line, ignore the file) and says so. A
//! dialect of many files gets them all at once, those that could not be read among them.

pub mod github;
pub mod gitlab;

use super::problem::quoted;
use crate::model::{Finding, RepoPath, Severity};

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
