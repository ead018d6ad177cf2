//! One finding while it is made: the code says everything that its list knows.

use super::catalogue;
use crate::model::{Finding, Organ, Place, Severity, Symptom};

/// A finding in the making.
pub(super) struct Sign(Symptom);

impl Sign {
    /// Of a check, about something.
    pub(super) fn of(code: &'static str, msg: impl Into<String>) -> Self {
        let check = catalogue::find(code);
        let severity = check.map_or(Severity::Error, |check| check.severity);
        let mut finding = Finding::new(code, severity, msg);
        finding.help = check.map(|check| check.mend.to_owned());
        let organ = check.map_or(Organ::Token, |check| check.organ);
        Self(Symptom { finding, organ, answers: check.map_or(&[], |check| check.answers), page: None, command: None })
    }

    /// In a file; a line of 0 is not known.
    pub(super) fn at(mut self, file: &str, line: u32) -> Self {
        self.0.finding.paths = vec![file.to_owned()];
        self.0.finding.line = (line > 0).then_some(line);
        self
    }

    /// At a place.
    pub(super) fn place(self, place: &Place) -> Self {
        self.at(&place.file, place.line)
    }

    /// It weighs otherwise than its check does.
    pub(super) fn weighs(mut self, severity: Severity) -> Self {
        self.0.finding.severity = severity;
        self
    }

    /// With a next step of its own.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.finding.help = Some(help.into());
        self
    }

    /// Set on this page.
    pub(super) fn page(mut self, page: String) -> Self {
        self.0.page = Some(page);
        self
    }

    /// Mended by this command.
    pub(super) fn command(mut self, command: String) -> Self {
        self.0.command = Some(command);
        self
    }

    pub(super) fn into_symptom(self) -> Symptom {
        self.0
    }
}
