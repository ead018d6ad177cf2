//! Which values of a document are meant: a JSON Pointer (RFC 6901) with wildcards.

use super::{DocPath, Step};
use std::fmt;

/// `/spec/replicas`, `/spec/template/spec/containers/*/image`, `/**/ttl`, `/env/[name=LOG_LEVEL]/value`.
///
/// `*` is one step, `**` any number of steps, `[name=web]` an item of a list that is called so by its key `name`, `id` or
/// `key`, before and after the change; a number is an item by its place. Everything else is a key, `~1` for `/` and `~0`
/// for `~` in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocPattern {
    source: String,
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    /// `**`
    Deep,
    /// `*`
    Any,
    /// `[key=name]`
    Named(String, String),
    Key(String),
}

/// The most steps of a pattern.
const MOST: usize = 64;

impl DocPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix('/') else {
            return Err("a path into a document starts with `/`: \"/spec/replicas\"".to_owned());
        };
        let parts = rest.split('/').map(Part::parse).collect::<Result<Vec<_>, _>>()?;
        if parts.len() > MOST {
            return Err(format!("a path into a document has at most {MOST} steps"));
        }
        if parts.windows(2).any(|two| two == [Part::Deep, Part::Deep]) {
            return Err("`**` twice in a row says no more than once".to_owned());
        }
        Ok(Self { source: text.to_owned(), parts })
    }

    /// The text it was read from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The one value it names, by keys and places; `None` where it may mean several.
    pub fn single(&self) -> Option<DocPath> {
        let key = |part: &Part| if let Part::Key(key) = part { Some(Step::Key(key.clone())) } else { None };
        self.parts.iter().map(key).collect::<Option<Vec<_>>>().map(DocPath)
    }

    /// Whether a path is meant. Two places to return to at most: the last `**`, as in a path's pattern.
    pub fn matches(&self, path: &DocPath) -> bool {
        let (mut part, mut step) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        loop {
            match (self.parts.get(part), path.0.get(step)) {
                (None, None) => return true,
                (Some(Part::Deep), _) => {
                    back = Some((part, step));
                    part += 1;
                    continue;
                }
                (Some(wanted), Some(found)) if wanted.is(found) => {
                    part += 1;
                    step += 1;
                    continue;
                }
                _ => {}
            }
            match back {
                Some((deep, from)) if from < path.0.len() => {
                    back = Some((deep, from + 1));
                    part = deep + 1;
                    step = from + 1;
                }
                _ => return false,
            }
        }
    }
}

impl Part {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "**" => return Ok(Self::Deep),
            "*" => return Ok(Self::Any),
            _ => {}
        }
        if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return match inside.split_once('=') {
                Some((key @ ("name" | "id" | "key"), name)) if !name.is_empty() => {
                    Ok(Self::Named(key.to_owned(), unescaped(name)?))
                }
                _ => Err("an item of a list is named by its key `name`, `id` or `key`: \"[name=web]\"".to_owned()),
            };
        }
        if text.contains('*') {
            return Err("`*` is a whole step: \"/containers/*/image\"".to_owned());
        }
        Ok(Self::Key(unescaped(text)?))
    }

    fn is(&self, step: &Step) -> bool {
        match (self, step) {
            (Self::Any, _) => true,
            (Self::Key(key), Step::Key(found)) => key == found,
            (Self::Key(key), Step::Item { index, .. }) => key.parse() == Ok(*index),
            (Self::Named(key, name), Step::Item { names, .. }) => {
                names.iter().any(|(found, called)| found == key && called == name)
            }
            (Self::Named(..), Step::Key(_)) | (Self::Deep, _) => false,
        }
    }
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        out.push(match (c, c == '~') {
            (_, true) => match rest.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return Err("`~` is written `~0`, and `/` in a key `~1`".to_owned()),
            },
            (other, false) => other,
        });
    }
    Ok(out)
}

impl fmt::Display for DocPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::DocPattern;
    use crate::model::{DocPath, Step};

    fn path(text: &str) -> DocPath {
        let step = |step: &str| match step.split_once('#') {
            Some((index, name)) => {
                let names = vec![("name".to_owned(), name.to_owned())];
                Step::Item { index: index.parse().unwrap(), names }
            }
            None => Step::Key(step.to_owned()),
        };
        DocPath(text.split('/').skip(1).map(step).collect())
    }

    #[test]
    fn a_pattern_means_what_it_says() {
        let table = [
            ("/spec/replicas", "/spec/replicas", true),
            ("/spec/replicas", "/spec/replicas/x", false),
            ("/spec/replicas", "/spec", false),
            ("/spec/*", "/spec/replicas", true),
            ("/spec/*", "/spec", false),
            ("/**/image", "/image", true),
            ("/**/image", "/a/b/image", true),
            ("/**/image", "/a/image/b", false),
            ("/**/image", "/a/image/image", true),
            ("/a/**", "/a", true),
            ("/a/**", "/a/b/c", true),
            ("/a/**/b/**/c", "/a/b/x/b/c", true),
            ("/a/**/b/**/c", "/a/x/c", false),
            ("/l/*/image", "/l/0#web/image", true),
            ("/l/0/image", "/l/0#web/image", true),
            ("/l/1/image", "/l/0#web/image", false),
            ("/l/[name=web]/image", "/l/3#web/image", true),
            ("/l/[name=web]/image", "/l/3#db/image", false),
            ("/a~1b", "/a", false),
        ];
        for (pattern, text, matches) in table {
            assert_eq!(DocPattern::parse(pattern).unwrap().matches(&path(text)), matches, "{pattern} {text}");
        }
        let one = |text: &str| DocPattern::parse(text).unwrap().single();
        assert_eq!(one("/a~1b/c"), Some(DocPath(vec![Step::Key("a/b".to_owned()), Step::Key("c".to_owned())])));
        assert_eq!([one("/a/*"), one("/a/[name=web]"), one("/**/a")], [None, None, None]);
        let slash = DocPath(vec![Step::Key("a/b~".to_owned())]);
        assert!(DocPattern::parse("/a~1b~0").unwrap().matches(&slash));
        assert_eq!(slash.to_string(), "/a~1b~0");
        for bad in ["", "spec", "/a/**/**", "/im*ge", "/[web]", "/[name=]", "/[kind=x]", "/~2"] {
            assert!(DocPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
