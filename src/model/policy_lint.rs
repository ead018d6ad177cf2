//! What is wrong with policies before anybody relies on them.

use super::{AuditLint, Finding, Moment, Severity};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A kind of fault of a policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PolicyLint {
    /// Its code.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub title: &'static str,
    /// What comes of it.
    pub why: &'static str,
    /// The next step.
    pub fix: &'static str,
}

/// A stretch of a file, lines and columns from 1, columns in characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Its bytes.
    pub bytes: Range<usize>,
    /// Where it begins.
    pub line: u32,
    /// In that line.
    pub column: u32,
    /// Where it ends.
    pub end_line: u32,
    /// The column after its last character.
    pub end_column: u32,
}

/// Where each line of a text begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineStarts(Vec<usize>);

impl LineStarts {
    /// Those of a text.
    pub fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(breaks).collect())
    }

    /// The line, from 1, that holds a byte.
    pub fn line(&self, at: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    fn position(&self, text: &str, at: usize) -> (u32, u32) {
        let line = self.line(at);
        let start = usize::try_from(line).ok().and_then(|line| self.0.get(line.checked_sub(1)?)).copied().unwrap_or(0);
        let column = text.get(start..at).map_or(0, |row| row.chars().count());
        (line, u32::try_from(column).unwrap_or(u32::MAX - 1) + 1)
    }
}

impl Stretch {
    /// A stretch of a text by its bytes, which are held to the bounds of its characters.
    pub fn of(text: &str, lines: &LineStarts, bytes: Range<usize>) -> Self {
        let start = text.floor_char_boundary(bytes.start);
        let end = text.floor_char_boundary(bytes.end.max(start));
        let (line, column) = lines.position(text, start);
        let (end_line, end_column) = lines.position(text, end);
        Self { bytes: start..end, line, column, end_line, end_column }
    }
}

/// One thing the lint says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LintFinding {
    /// The code, the message, the file (its first path) and the line, the next step.
    pub finding: Finding,
    /// Where exactly.
    pub place: Option<Stretch>,
    /// The reason a comment gives for leaving it as it is.
    pub ignored: Option<String>,
}

/// The whole answer of a lint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LintReport {
    /// The only time there is.
    pub now: Moment,
    /// Files that were judged.
    pub files: u64,
    /// Rules in them.
    pub rules: u64,
    /// What is wrong, by file and line.
    pub findings: Vec<LintFinding>,
    /// What the codes among them mean.
    pub lints: Vec<AuditLint>,
    /// The text of each file a finding is about.
    pub sources: BTreeMap<String, Arc<str>>,
    /// How grave a finding must be to fail; `None`: none does.
    pub fail_on: Option<Severity>,
}

impl LintReport {
    /// The findings that count: those that no comment leaves as they are.
    pub fn open(&self) -> impl Iterator<Item = &LintFinding> {
        self.findings.iter().filter(|found| found.ignored.is_none())
    }

    /// How many findings of a severity count.
    pub fn number(&self, severity: Severity) -> usize {
        self.open().filter(|open| open.finding.severity == severity).count()
    }

    /// Whether a finding fails the lint.
    pub fn is_failure(&self, found: &LintFinding) -> bool {
        found.ignored.is_none() && self.fail_on.is_some_and(|least| found.finding.severity >= least)
    }

    /// Something fails the lint.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|found| self.is_failure(found))
    }
}

#[cfg(test)]
mod tests {
    use super::{LineStarts, Stretch};

    #[test]
    fn a_stretch_counts_characters_and_never_cuts_one() {
        let text = "a\nüb c\n";
        let of = |bytes| {
            let s = Stretch::of(text, &LineStarts::of(text), bytes);
            (s.bytes, (s.line, s.column), (s.end_line, s.end_column))
        };
        assert_eq!(of(0..1), (0..1, (1, 1), (1, 2)));
        assert_eq!(of(4..5), (4..5, (2, 2), (2, 3)));
        assert_eq!(of(3..4), (2..4, (2, 1), (2, 2)));
        assert_eq!(of(90..99), (8..8, (3, 1), (3, 1)));
    }
}
