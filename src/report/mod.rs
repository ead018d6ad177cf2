//! A decision to words, one file per format.
//!
//! A format is a function from a [`Decision`] to a writer; it decides nothing and reads nothing else. What strangers
//! wrote (paths, titles, owners, messages) goes through the one sink of its format in `escape`, and through nothing else.
//! Adding a format is one file here, one line in [`Format::ALL`] and one arm in [`render`].

mod audit;
mod datum;
mod diagnostic;
mod doctor;
pub mod draft;
mod escape;
mod escape_html;
mod exceptions;
mod explain;
pub mod gate;
mod github;
mod harmless;
mod human;
mod json;
mod junit;
mod leaned_on;
mod markdown;
mod owners;
mod policy_doc;
mod policy_lint;
mod policy_test;
mod roster;
mod sarif;
mod template;
mod text;
mod words;

pub use audit::{AuditFormat, audit_schema, baseline, render_audit};
pub use diagnostic::{clean, drawn};
pub use doctor::{DoctorFormat, doctor_page, doctor_schema, render_doctor};
pub use exceptions::{ExceptionsFormat, exceptions_schema, render_exceptions};
pub use owners::{OwnersFormat, owners_schema, render_owners, render_owners_notes};
pub use policy_doc::{policy_doc, policy_lints_page};
pub use policy_lint::{PolicyLintFormat, explained, policy_lint_schema, render_policy_lint};
pub use policy_test::{TestFormat, render_test_list, render_tests, tests_schema};
pub use roster::{Compared, RosterFormat, Stamp, is_made_here, render_made, render_roster, write_codeowners};
pub use template::{
    TemplateFormat, TemplateTestFormat, render_template, render_template_tests, render_templates, template_draft,
    template_tests_schema, templates_schema,
};

use crate::model::Decision;
use std::io::{self, BufWriter, Write};

/// How a decision is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// For a person at a terminal.
    Human,
    /// The frozen decision document, described by [`schema`].
    Json,
    /// For a comment on a pull request or the summary of a job.
    Markdown,
    /// Workflow commands of GitHub Actions: annotations on the changed lines.
    Github,
    /// SARIF 2.1.0 (OASIS), for code scanning.
    Sarif,
    /// JUnit XML, as CI servers read it.
    Junit,
}

impl Format {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 6] = [Self::Human, Self::Json, Self::Markdown, Self::Github, Self::Sarif, Self::Junit];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
        }
    }
}

/// What the reader's screen can do and how much they want to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Colour sequences may be written (human only).
    pub colour: bool,
    /// Columns of the terminal (human only); fewer than 40 count as 40.
    pub width: usize,
    /// Show everything: nothing is cut, and every class not chosen says why not (human and markdown).
    pub explain: bool,
}

impl Default for Style {
    /// No colour, 80 columns, the short answer.
    fn default() -> Self {
        Self { colour: false, width: 80, explain: false }
    }
}

/// Writes the decision in a format. Every format ends with exactly one line end, and takes no second copy of a
/// decision over 100,000 files to write it.
///
/// # Errors
/// Only those of `out`; a closed pipe is the caller's to forgive.
pub fn render(decision: &Decision, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        Format::Human => human::write(decision, style, &mut out)?,
        Format::Json => json::write(decision, &mut out)?,
        Format::Markdown => markdown::write(decision, style, &mut out)?,
        Format::Github => github::write(decision, &mut out)?,
        Format::Sarif => sarif::write(decision, &mut out)?,
        Format::Junit => junit::write(decision, &mut out)?,
    }
    out.flush()
}

/// The JSON Schema (2020-12) of what [`Format::Json`] writes.
pub fn schema() -> &'static str {
    include_str!("schemas/decision.schema.json")
}
