//! What a lint says, before it is weighed.

use crate::model::{Place, Severity};
use std::borrow::Cow;

/// One thing a lint says.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) code: Cow<'static, str>,
    /// What it is about, in a spelling that stays while lines move.
    pub(super) subject: String,
    pub(super) msg: String,
    pub(super) paths: Vec<String>,
    pub(super) line: Option<u32>,
    pub(super) count: u64,
    pub(super) tier: Option<u8>,
    /// The next step, where it is another than the lint's own.
    pub(super) help: Option<String>,
    /// How much it weighs, where it is not what the lint weighs by default.
    pub(super) severity: Option<Severity>,
    /// It never weighs more, whatever is configured.
    pub(super) most: Option<Severity>,
}

impl Said {
    pub(super) fn new(code: &'static str, subject: impl Into<String>, msg: impl Into<String>) -> Self {
        Self {
            code: Cow::Borrowed(code),
            subject: subject.into(),
            msg: msg.into(),
            paths: Vec::new(),
            line: None,
            count: 1,
            tier: None,
            help: None,
            severity: None,
            most: None,
        }
    }

    /// Where it stands: always the first path.
    pub(super) fn at(mut self, place: &Place) -> Self {
        self.paths.insert(0, place.file.clone());
        self.line = (place.line > 0).then_some(place.line);
        self
    }

    /// More paths it is about.
    pub(super) fn about(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        self.paths.extend(paths);
        self
    }

    pub(super) fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }

    pub(super) fn tier(mut self, tier: Option<u8>) -> Self {
        self.tier = tier;
        self
    }

    pub(super) fn weighs(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub(super) fn at_most(mut self, most: Option<Severity>) -> Self {
        self.most = most;
        self
    }

    pub(super) fn help(mut self, help: Option<&str>) -> Self {
        self.help = help.map(str::to_owned);
        self
    }
}

/// The first three names of a list, and how many more there are.
pub(super) fn some_of<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(3).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
