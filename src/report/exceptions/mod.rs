//! The exceptions of a state of the files, to words.

mod human;
mod json;

use super::Style;
use crate::model::{ExceptionsReport, Severity};
use std::io::{self, BufWriter, Write};

/// How they are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExceptionsFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`exceptions_schema`].
    Json,
}

impl ExceptionsFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 2] = [Self::Human, Self::Json];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
        }
    }
}

/// Writes the report; `fail_on` is how grave a finding must be to fail.
///
/// # Errors
/// Only those of `out`.
pub fn render_exceptions(
    report: &ExceptionsReport,
    fail_on: Option<Severity>,
    format: ExceptionsFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        ExceptionsFormat::Human => human::write(report, fail_on, style, &mut out)?,
        ExceptionsFormat::Json => json::write(report, fail_on, &mut out)?,
    }
    out.flush()
}

/// The JSON Schema of the JSON document.
pub fn exceptions_schema() -> &'static str {
    include_str!("../schemas/exceptions.schema.json")
}
