//! A regular expression that a whole text must match.

use regex::{Regex, bytes};

/// The largest compiled expression, in bytes.
const MOST: usize = 1 << 20;

/// A regular expression in the syntax of the `regex` crate; it matches a text as a whole or not at all.
///
/// `\d`, `\w`, `\s` and `(?i)` are about ASCII, as whoever writes them means: no digits of other scripts, no letters that only
/// look the same. An expression that names others itself (`\p{Greek}`, `[а-я]`) is about all of Unicode.
#[derive(Clone, Debug)]
pub struct TextPattern {
    source: String,
    regex: Regex,
    /// The same about ASCII, when it can be.
    narrow: Option<bytes::Regex>,
}

impl TextPattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let whole = format!(r"\A(?:{text})\z");
        // By itself first: an expression such as `a)|(b` would escape the group around it.
        let compiled = Regex::new(text).and_then(|_| regex::RegexBuilder::new(&whole).size_limit(MOST).build());
        match compiled {
            Ok(regex) => {
                let narrow = bytes::RegexBuilder::new(&whole).unicode(false).size_limit(MOST).build().ok();
                Ok(Self { source: text.to_owned(), regex, narrow })
            }
            Err(regex::Error::CompiledTooBig(_)) => Err("it is too large once compiled".to_owned()),
            Err(error) => {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                Err(last.trim_start_matches("error: ").to_owned())
            }
        }
    }

    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text) && self.is_narrow(text)
    }

    fn is_narrow(&self, text: &str) -> bool {
        text.is_ascii() || self.narrow.as_ref().is_none_or(|narrow| narrow.is_match(text.as_bytes()))
    }

    /// The names of its groups.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regex.capture_names().flatten()
    }

    /// What the named groups hold when the whole text matches; a group that took no part holds `None`.
    pub fn groups<'t>(&self, text: &'t str) -> Option<Vec<(&str, Option<&'t str>)>> {
        let captures = self.regex.captures(text).filter(|_| self.is_narrow(text))?;
        let names = self.regex.capture_names().flatten();
        Some(names.map(|name| (name, captures.name(name).map(|group| group.as_str()))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::TextPattern;

    #[test]
    fn the_whole_text_must_match() {
        let pattern = TextPattern::parse("a|bc").unwrap();
        assert!(pattern.matches("a") && pattern.matches("bc"));
        assert!(!pattern.matches("ab") && !pattern.matches("xbc") && !pattern.matches("a\n"));
        let pattern = TextPattern::parse(r"ttl (?<name>\w+)").unwrap();
        assert_eq!(pattern.groups("ttl x"), Some(vec![("name", Some("x"))]));
        assert_eq!(pattern.groups("ttl"), None);
        for (pattern, text, fits) in [
            (r"v\d+", "v7", true),
            (r"v\d+", "v\u{667}", false),
            (r"\w+", "adm\u{456}n", false),
            ("(?i)k", "\u{212a}", false),
            ("(?i)k", "K", true),
            (".+", "é", true),
            ("[^/]+", "é", true),
            ("é+", "éé", true),
            ("[а-я]+", "д", true),
            (r"\p{Greek}+", "λ", true),
        ] {
            assert_eq!(TextPattern::parse(pattern).unwrap().matches(text), fits, "{pattern} {text}");
        }
        for bad in ["(", "a)|(b", "[z-a]", r"\w{1000000}"] {
            assert!(TextPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
