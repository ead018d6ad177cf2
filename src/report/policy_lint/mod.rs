//! A lint of policies to words, one file per format; SARIF, JUnit and GitHub's stand beside those of a decision.

mod human;
mod json;
pub(super) mod words;

use super::{Style, github, junit, sarif};
use crate::model::{LintReport, PolicyLint};
use std::io::{self, BufWriter, Write};

/// How a lint of policies is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PolicyLintFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`policy_lint_schema`].
    Json,
    /// Workflow commands of GitHub Actions: annotations on the lines.
    Github,
    /// SARIF 2.1.0 (OASIS), for code scanning.
    Sarif,
    /// JUnit XML, as CI servers read it.
    Junit,
}

impl PolicyLintFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 5] = [Self::Human, Self::Json, Self::Github, Self::Sarif, Self::Junit];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
        }
    }
}

/// Writes the report in a format. With [`Style::explain`], what is left as it is is shown too (human).
///
/// # Errors
/// Only those of `out`.
pub fn render_policy_lint(
    report: &LintReport,
    format: PolicyLintFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        PolicyLintFormat::Human => human::write(report, style, &mut out)?,
        PolicyLintFormat::Json => json::write(report, &mut out)?,
        PolicyLintFormat::Github => github::write_policy_lint(report, &mut out)?,
        PolicyLintFormat::Sarif => sarif::write_policy_lint(report, &mut out)?,
        PolicyLintFormat::Junit => junit::write_policy_lint(report, &mut out)?,
    }
    out.flush()
}

/// The JSON Schema (2020-12) of what [`PolicyLintFormat::Json`] writes.
pub fn policy_lint_schema() -> &'static str {
    include_str!("../schemas/policy-lint.schema.json")
}

/// What a lint is about, for a person.
pub fn explained(lint: &PolicyLint) -> String {
    let PolicyLint { code, severity, title, why, fix } = lint;
    let (first, rest) = title.split_at(title.chars().next().map_or(0, char::len_utf8));
    let title = first.to_uppercase() + rest;
    format!("{code} ({})\n\n{title}.\n\nWhy:  {why}.\nNext: {fix}.\n", severity.as_str())
}
