//! What is wrong with a policy, and where: every problem of every file at once, each at its Rego line.

use crate::model::Place;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What kind of problem; each has a fixed diagnostic code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PolicyCode {
    /// The text is no Rego v1.
    Parse,
    /// Literals inside literals beyond what the parser can read in time.
    Nesting,
    /// A call of something that does not exist.
    UnknownFunction,
    /// A call with too many or too few arguments.
    Arity,
    /// A rule that depends on itself.
    Recursion,
    /// A call that could answer differently tomorrow: network, dice, environment.
    Impure,
    /// An organisation's rule that would replace a shipped one.
    Overrides,
    /// Two definitions that cannot stand side by side.
    Conflict,
    /// A package that is not loaded.
    Package,
    /// A rule that failed while it ran.
    Evaluation,
    /// A value that is not what the contract asks for.
    Shape,
    /// It ran too long.
    TimeLimit,
    /// It needed too much memory.
    MemoryLimit,
    /// The engine fell over.
    Crashed,
}

impl PolicyCode {
    const ALL: [Self; 14] = [
        Self::Parse,
        Self::Nesting,
        Self::UnknownFunction,
        Self::Arity,
        Self::Recursion,
        Self::Impure,
        Self::Overrides,
        Self::Conflict,
        Self::Package,
        Self::Evaluation,
        Self::Shape,
        Self::TimeLimit,
        Self::MemoryLimit,
        Self::Crashed,
    ];

    /// The diagnostic code.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "changeward::policy::parse",
            Self::Nesting => "changeward::policy::nesting",
            Self::UnknownFunction => "changeward::policy::unknown_function",
            Self::Arity => "changeward::policy::arity",
            Self::Recursion => "changeward::policy::recursion",
            Self::Impure => "changeward::policy::impure",
            Self::Overrides => "changeward::policy::overrides",
            Self::Conflict => "changeward::policy::conflict",
            Self::Package => "changeward::policy::package",
            Self::Evaluation => "changeward::policy::evaluation",
            Self::Shape => "changeward::policy::shape",
            Self::TimeLimit => "changeward::policy::time_limit",
            Self::MemoryLimit => "changeward::policy::memory_limit",
            Self::Crashed => "changeward::policy::crashed",
        }
    }

    /// The next step where a problem names none of its own.
    fn help(self) -> Option<&'static str> {
        match self {
            Self::Parse => {
                Some("mend the Rego at this place; it is read as Rego v1 (`if` before bodies, `contains` in sets)")
            }
            _ => None,
        }
    }

    /// Reads a diagnostic code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == code)
    }
}

/// The text of each module, by file, so that an error can be shown where it stands.
pub type Sources = BTreeMap<String, Arc<str>>;

/// One problem.
#[derive(Clone, Debug)]
pub struct PolicyError {
    /// What kind.
    pub code: PolicyCode,
    /// For people, one line.
    pub message: String,
    /// The file and the line, when there is one.
    pub place: Option<Place>,
    /// The bytes of the file it is about, when known.
    pub span: Option<Range<usize>>,
    /// The next step.
    pub help: Option<String>,
    source: Option<NamedSource<Arc<str>>>,
}

impl PolicyError {
    /// A problem without a place.
    pub fn new(code: PolicyCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: None, span: None, help: None, source: None }
    }

    /// With a next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// At these bytes of a file.
    #[must_use]
    pub fn at(mut self, sources: &Sources, file: &str, span: Range<usize>) -> Self {
        let text = sources.get(file);
        let line = text.map_or(0, |text| line_of(text, span.start));
        self.place = Some(Place { file: file.to_owned(), line });
        self.source = text.map(|text| NamedSource::new(file, Arc::clone(text)).with_language("rego"));
        self.span = Some(span);
        self
    }

    /// At a line of a file; the label covers the text of the line.
    #[must_use]
    pub fn at_line(mut self, sources: &Sources, place: &Place) -> Self {
        match sources.get(&place.file).and_then(|text| line_span(text, place.line)) {
            Some(span) => self.at(sources, &place.file, span),
            None => {
                self.place = Some(place.clone());
                self
            }
        }
    }
}

/// The line, from 1, that holds this byte.
pub(super) fn line_of(text: &str, offset: usize) -> u32 {
    let breaks = text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

/// The bytes of a line, from 1, without its indentation and its end.
pub(super) fn line_span(text: &str, line: u32) -> Option<Range<usize>> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let mut start = 0;
    for (number, row) in text.split_inclusive('\n').enumerate() {
        if number == index {
            let first = start + (row.len() - row.trim_start().len());
            return Some(first.min(start + row.trim_end().len())..start + row.trim_end().len());
        }
        start += row.len();
    }
    None
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, &self.source) {
            (Some(place), None) => write!(f, "{place}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for PolicyError {}

impl Diagnostic for PolicyError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code.as_str()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_deref().or_else(|| self.code.help());
        help.map(|help| Box::new(help) as Box<dyn fmt::Display + 'a>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span.clone()?;
        self.source.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some("here".to_owned()), span))))
    }
}

/// All problems of all policies, in the order of their places.
#[derive(Clone, Debug)]
pub struct PolicyErrors(Vec<PolicyError>);

impl PolicyErrors {
    /// Sorts them by place and drops repetitions. There must be at least one.
    pub fn new(mut problems: Vec<PolicyError>) -> Self {
        problems.sort_by(|a, b| {
            let key = |p: &PolicyError| (p.place.clone(), p.span.as_ref().map(|s| s.start), p.code);
            key(a).cmp(&key(b))
        });
        problems.dedup_by(|a, b| a.code == b.code && a.place == b.place && a.span == b.span && a.message == b.message);
        Self(problems)
    }

    /// Each problem.
    pub fn problems(&self) -> &[PolicyError] {
        &self.0
    }
}

impl From<PolicyError> for PolicyErrors {
    fn from(problem: PolicyError) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the policies hold a mistake, so nothing was decided"),
            count => write!(f, "the policies hold {count} mistakes, so nothing was decided"),
        }
    }
}

impl std::error::Error for PolicyErrors {}

impl Diagnostic for PolicyErrors {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new("changeward::policy"))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.0.iter().map(|problem| problem as &dyn Diagnostic)))
    }
}

#[cfg(test)]
mod tests {
    use super::{PolicyCode, line_of, line_span};

    #[test]
    fn codes_read_back_and_lines_have_bytes() {
        for code in PolicyCode::ALL {
            assert_eq!(PolicyCode::parse(code.as_str()), Some(code));
        }
        let text = "a\n  b \n\nc";
        assert_eq!(line_span(text, 2).and_then(|s| text.get(s)), Some("b"));
        assert_eq!(line_span(text, 3), Some(7..7));
        assert_eq!(line_span(text, 5), None);
        assert_eq!(line_of(text, 4), 2);
    }
}
