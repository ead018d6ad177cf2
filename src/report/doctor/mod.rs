//! What the doctor says, to words, one file per format.

mod human;
mod json;
mod page;

pub use page::doctor_page;

use super::Style;
use crate::model::DoctorReport;
use std::io::{self, BufWriter, Write};

/// How it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DoctorFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`doctor_schema`].
    Json,
}

impl DoctorFormat {
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

/// Writes the report in a format.
///
/// # Errors
/// Only those of `out`.
pub fn render_doctor(
    report: &DoctorReport,
    format: DoctorFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        DoctorFormat::Human => human::write(report, style, &mut out)?,
        DoctorFormat::Json => json::write(report, &mut out)?,
    }
    out.flush()
}

/// The JSON Schema (2020-12) of what [`DoctorFormat::Json`] writes.
pub fn doctor_schema() -> &'static str {
    include_str!("../schemas/doctor.schema.json")
}
