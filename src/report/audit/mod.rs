//! An audit of ownership to words, one file per format; SARIF and JUnit stand beside those of a decision.

mod baseline;
mod human;
mod json;
mod markdown;
pub(super) mod words;

pub use baseline::baseline;

use super::{Style, junit, sarif};
use crate::model::AuditReport;
use std::io::{self, BufWriter, Write};

/// How an audit is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`audit_schema`].
    Json,
    /// For a comment or the summary of a job.
    Markdown,
    /// SARIF 2.1.0 (OASIS), for code scanning.
    Sarif,
    /// JUnit XML, as CI servers read it.
    Junit,
}

impl AuditFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 5] = [Self::Human, Self::Json, Self::Markdown, Self::Sarif, Self::Junit];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
        }
    }
}

/// Writes the report in a format. With [`Style::explain`] nothing is cut (human and markdown).
///
/// # Errors
/// Only those of `out`.
pub fn render_audit(report: &AuditReport, format: AuditFormat, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        AuditFormat::Human => human::write(report, style, &mut out)?,
        AuditFormat::Json => json::write(report, &mut out)?,
        AuditFormat::Markdown => markdown::write(report, style, &mut out)?,
        AuditFormat::Sarif => sarif::write_audit(report, &mut out)?,
        AuditFormat::Junit => junit::write_audit(report, &mut out)?,
    }
    out.flush()
}

/// The JSON Schema (2020-12) of what [`AuditFormat::Json`] writes.
pub fn audit_schema() -> &'static str {
    include_str!("../schemas/audit.schema.json")
}
