//! The answer's shapes: the door from the front to the report room. Stands in for it until it lands; then this file is
//! `pub use crate::report::{Format, Style, render};`.

use crate::model::Decision;
use std::io::{self, Write};

/// How a decision is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person at a terminal.
    Human,
    /// The frozen document.
    Json,
    /// For a comment or a step summary.
    Markdown,
    /// Workflow commands.
    Github,
    /// For code scanning.
    Sarif,
    /// For test reporters.
    Junit,
}

impl Format {
    /// Every format.
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

/// How the human format is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With escape codes.
    pub colour: bool,
    /// Columns.
    pub width: usize,
    /// With the classes not chosen.
    pub explain: bool,
}

/// Writes the decision.
pub fn render(_decision: &Decision, _format: Format, _style: &Style, _out: &mut dyn Write) -> io::Result<()> {
    Ok(())
}
