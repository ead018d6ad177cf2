//! Which tests run: those whose full name matches a regular expression, anywhere in it.

use crate::model::PolicyTest;
use regex::Regex;

/// A filter of tests by name.
#[derive(Clone, Debug, Default)]
pub struct Filter(Option<Regex>);

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it, on one line.
    pub fn new(expression: &str) -> Result<Self, String> {
        let last = |error: regex::Error| {
            let said = error.to_string();
            let line = said.lines().last().unwrap_or_default().trim();
            line.strip_prefix("error: ").unwrap_or(line).to_owned()
        };
        Regex::new(expression).map(|regex| Self(Some(regex))).map_err(last)
    }

    /// The test runs.
    pub fn wants(&self, test: &PolicyTest) -> bool {
        self.0.as_ref().is_none_or(|regex| regex.is_match(&test.full_name()))
    }

    /// As it was written; `None` for the one that wants every test.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(Regex::as_str)
    }
}
