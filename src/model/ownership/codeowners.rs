//! CODEOWNERS of GitHub's dialect: the last rule that matches a path answers, alone.

use crate::model::{Pattern, PatternIndex, Principal, RepoPath};

/// A CODEOWNERS file, ready to answer.
#[derive(Clone, Debug)]
pub struct Codeowners {
    /// Where it was found.
    pub path: RepoPath,
    /// Its valid rules, in file order.
    pub rules: Vec<OwnerRule>,
    index: PatternIndex,
}

/// One valid line of CODEOWNERS.
#[derive(Clone, Debug)]
pub struct OwnerRule {
    /// Its line, from 1.
    pub line: u32,
    /// What it matches.
    pub pattern: Pattern,
    /// Any one of them; empty clears the path.
    pub owners: Vec<Principal>,
}

impl Codeowners {
    /// Indexes the rules, which are in file order.
    pub fn new(path: RepoPath, rules: Vec<OwnerRule>) -> Self {
        let index = PatternIndex::new(rules.iter().map(|rule| rule.pattern.clone()).collect());
        Self { path, rules, index }
    }

    /// The rule that matches a path last.
    pub fn rule_for(&self, path: &RepoPath) -> Option<&OwnerRule> {
        self.index.last_match(path).and_then(|n| self.rules.get(n))
    }

    /// Every rule with whether it matches one of some paths; `None` where that is too costly to find out: more than so many
    /// patterns would have to be tried.
    pub fn ever_matching<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p RepoPath>,
        most_steps: u64,
    ) -> Option<Vec<(&OwnerRule, bool)>> {
        let matched = self.index.ever_matching(self.rules.len(), paths, most_steps)?;
        Some(self.rules.iter().zip(matched).collect())
    }
}
