//! Templates to words: what they allow, whether they may be used, what their tests say, and a draft of one as a file.

mod draft;
mod json;
mod list;
mod markdown;
mod show;
mod tests;
mod words;

pub use draft::template_draft;
pub(super) use tests::said;
pub(super) use words::sample as sample_said;

use super::{Style, junit};
use crate::model::{TemplateList, TemplateTests};
use std::io::{self, BufWriter, Write};

/// How templates are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TemplateFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`templates_schema`].
    Json,
    /// For a page or a comment.
    Markdown,
}

impl TemplateFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 3] = [Self::Human, Self::Json, Self::Markdown];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

/// How the tests of templates are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TemplateTestFormat {
    /// For a person at a terminal.
    Human,
    /// The document described by [`template_tests_schema`].
    Json,
    /// JUnit XML, as CI servers read it.
    Junit,
}

impl TemplateTestFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 3] = [Self::Human, Self::Json, Self::Junit];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
        }
    }
}

/// Writes the list of templates.
///
/// # Errors
/// Only those of `out`.
pub fn render_templates(
    all: &TemplateList,
    format: TemplateFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    buffered(out, |out| match format {
        TemplateFormat::Human => list::write(all, style, out),
        TemplateFormat::Json => json::write(all, out),
        TemplateFormat::Markdown => markdown::write_list(all, out),
    })
}

/// Writes each template as a person reads it.
///
/// # Errors
/// Only those of `out`.
pub fn render_template(
    all: &TemplateList,
    format: TemplateFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    buffered(out, |out| match format {
        TemplateFormat::Human => show::write(all, style, out),
        TemplateFormat::Json => json::write(all, out),
        TemplateFormat::Markdown => markdown::write_each(all, out),
    })
}

/// Writes what tests of templates say.
///
/// # Errors
/// Only those of `out`.
pub fn render_template_tests(
    tests: &TemplateTests,
    format: TemplateTestFormat,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    buffered(out, |out| match format {
        TemplateTestFormat::Human => tests::write(tests, style, out),
        TemplateTestFormat::Json => json::write_tests(tests, out),
        TemplateTestFormat::Junit => junit::write_template_tests(tests, out),
    })
}

/// Gathers small writes into large ones.
fn buffered(
    out: &mut dyn Write,
    write: impl FnOnce(&mut BufWriter<&mut dyn Write>) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    write(&mut out)?;
    out.flush()
}

/// The JSON Schema (2020-12) of what [`TemplateFormat::Json`] writes.
pub fn templates_schema() -> &'static str {
    include_str!("../schemas/templates.schema.json")
}

/// The JSON Schema (2020-12) of what [`TemplateTestFormat::Json`] writes.
pub fn template_tests_schema() -> &'static str {
    include_str!("../schemas/template-tests.schema.json")
}
