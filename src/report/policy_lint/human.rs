//! For a person at a terminal: each finding drawn at its place, then how many there are.

use super::words;
use crate::model::{LintFinding, LintReport, Severity};
use crate::report::Style;
use crate::report::diagnostic::drawn;
use crate::report::text::{Light, Para, Tone, write_lines};
use miette::{Diagnostic, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

/// Writes the report.
pub(super) fn write(report: &LintReport, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let shown = report.findings.iter().filter(|found| style.explain || found.ignored.is_none());
    for found in shown {
        let theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        out.write_all(drawn(&At::of(report, found), theme, style.width.max(40)).as_bytes())?;
        writeln!(out)?;
    }
    let (light, banner) = match (report.fails(), report.open().count()) {
        (true, _) => (Light::Red, " ✗ FAILS "),
        (false, 0) => (Light::Green, " ✓ NOTHING TO MEND "),
        (false, _) => (Light::Yellow, " ✓ PASSES "),
    };
    let said =
        Para::new(0, 2).block(Tone::Banner(light), banner.to_owned()).ours(Tone::Strong, &words::summary(report));
    let mut lines = said.lines(style.width.max(40), None);
    if report.open().next().is_some() {
        let more = Para::new(0, 2).ours(Tone::Dim, "`changeward policy lint --explain CODE` says more of a code");
        lines.extend(more.lines(style.width.max(40), None));
    }
    write_lines(&lines, style, out)
}

/// A finding as a diagnostic.
#[derive(Debug)]
struct At<'a> {
    found: &'a LintFinding,
    source: Option<NamedSource<Arc<str>>>,
}

impl<'a> At<'a> {
    fn of(report: &LintReport, found: &'a LintFinding) -> Self {
        let source = found.finding.paths.first().and_then(|file| {
            let text = report.sources.get(file)?;
            Some(NamedSource::new(file, Arc::clone(text)))
        });
        Self { found, source }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.found.finding.msg)
    }
}

impl std::error::Error for At<'_> {}

impl Diagnostic for At<'_> {
    fn code<'c>(&'c self) -> Option<Box<dyn fmt::Display + 'c>> {
        Some(Box::new(&self.found.finding.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.found.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warn => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'c>(&'c self) -> Option<Box<dyn fmt::Display + 'c>> {
        if let Some(why) = &self.found.ignored {
            return Some(Box::new(format!("left as it is: {why}")));
        }
        self.found.finding.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        let place = self.found.place.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), place.bytes.clone()))))
    }
}
