//! The globs of `per-file` lines: Java's, matched in the directory of their file and in all directories below.
//!
//! Gerrit's code-owners plugin puts `{**/,}` before each and gives it to `FileSystem.getPathMatcher("glob:…")`, whose
//! documentation defines the rest: `*` and `?` stay within a name, `**` crosses slashes wherever it stands, `[a-z]` and
//! `[!a]` are one character but a slash, `{a,b}` is either and does not nest, `\` takes the next character literally.

use crate::model::{Pattern, PatternIndex, RepoPath};
use regex::bytes::{Regex, RegexBuilder};

/// A compiled glob. Nearly all are patterns as ours are, which an index takes; the others are expressions.
#[derive(Clone, Debug)]
pub struct PerFileGlob(Form);

#[derive(Clone, Debug)]
enum Form {
    Pattern(Pattern),
    Expression(Regex),
}

/// The memory one glob may take once compiled, in bytes.
const SIZE: usize = 256 << 10;

impl PerFileGlob {
    /// Compiles a glob.
    ///
    /// # Errors
    /// Says what is wrong with it; in the original such a glob matches nothing.
    pub fn new(text: &str) -> Result<Self, String> {
        let plain = !text.contains(['{', '}', '[', ']', '\\']) && !text.contains("**");
        if plain && let Ok(pattern) = Pattern::glob(&format!("**/{text}")) {
            return Ok(Self(Form::Pattern(pattern)));
        }
        let text = format!("(?s)^(?:.*/)?{}$", expression(text)?);
        let compiled = RegexBuilder::new(&text).size_limit(SIZE).build();
        compiled.map(|regex| Self(Form::Expression(regex))).map_err(|_| "it is too large".to_owned())
    }
}

/// The globs of one file.
#[derive(Clone, Debug, Default)]
pub(super) struct PerFileIndex {
    patterns: PatternIndex,
    /// For each pattern: the number it was given.
    numbers: Vec<usize>,
    expressions: Vec<(Regex, usize)>,
}

impl PerFileIndex {
    /// Indexes globs, each with a number that several may share.
    pub(super) fn new(globs: impl Iterator<Item = (usize, PerFileGlob)>) -> Self {
        let (mut patterns, mut numbers, mut expressions) = (Vec::new(), Vec::new(), Vec::new());
        for (number, PerFileGlob(form)) in globs {
            match form {
                Form::Pattern(pattern) => {
                    patterns.push(pattern);
                    numbers.push(number);
                }
                Form::Expression(regex) => expressions.push((regex, number)),
            }
        }
        Self { patterns: PatternIndex::new(patterns), numbers, expressions }
    }

    /// The numbers whose globs match a path relative to their directory, ascending, none twice.
    pub(super) fn matching(&self, relative: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        if !self.numbers.is_empty() {
            let places = self.patterns.all_matches(&RepoPath::new(relative));
            found.extend(places.into_iter().filter_map(|n| self.numbers.get(n)));
        }
        found.extend(self.expressions.iter().filter(|(regex, _)| regex.is_match(relative)).map(|(_, n)| n));
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A glob as a regular expression.
fn expression(glob: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut grouped = false;
    let mut rest = glob.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some(escaped) => literal(&mut out, escaped),
                None => return Err("a `\\` with nothing after it".to_owned()),
            },
            '*' if rest.as_str().starts_with('*') => {
                rest.next();
                out.push_str(".*");
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => set(&mut out, &mut rest)?,
            '{' if grouped => return Err("a `{` within `{…}`".to_owned()),
            '{' => {
                out.push_str("(?:(?:");
                grouped = true;
            }
            '}' if grouped => {
                out.push_str("))");
                grouped = false;
            }
            ',' if grouped => out.push_str(")|(?:"),
            other => literal(&mut out, other),
        }
    }
    if grouped { Err("a `{` without its `}`".to_owned()) } else { Ok(out) }
}

fn literal(out: &mut String, c: char) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

/// A set of characters, after its `[`.
fn set(out: &mut String, rest: &mut std::str::Chars<'_>) -> Result<(), String> {
    let negated = rest.as_str().starts_with('!');
    if negated {
        rest.next();
    }
    let mut items = String::new();
    let mut last: Option<char> = None;
    let mut first = true;
    loop {
        match rest.next() {
            None => return Err("a `[` without its `]`".to_owned()),
            Some(']') => break,
            Some('/') => return Err("a slash within `[…]`".to_owned()),
            Some('-') if !first && !rest.as_str().starts_with(']') => {
                let (Some(from), Some(to)) = (last.take(), rest.next()) else {
                    return Err("a `-` within `[…]` that begins no range".to_owned());
                };
                if to < from {
                    return Err(format!("the range `{from}-{to}` runs backwards"));
                }
                items.push('-');
                literal(&mut items, to);
            }
            Some(c) => {
                literal(&mut items, c);
                last = Some(c);
            }
        }
        first = false;
    }
    if items.is_empty() {
        return Err("an empty `[]`".to_owned());
    }
    out.push_str(&format!("[[^/]&&[{}{items}]]", if negated { "^" } else { "" }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{PerFileGlob, PerFileIndex};

    #[test]
    fn a_glob_matches_as_java_says_here_and_below() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("*.md", &["x.md", "sub/x.md", ".md"], &["x.mdx", "x.md/y"]),
            ("BUILD", &["BUILD", "a/b/BUILD"], &["XBUILD", "BUILD/x"]),
            ("*", &["x", "a/x"], &[]),
            ("my/*", &["my/x", "a/my/x"], &["my/a/x"]),
            ("my/**", &["my/x", "my/a/x", "a/my/b/x"], &["my"]),
            ("a**z", &["az", "a/b/z", "q/axz"], &["a"]),
            ("**.md", &["x.md", "a/x.md"], &["x"]),
            ("f?o", &["foo", "a/fxo"], &["f/o", "fo"]),
            ("*.{h,cc}", &["x.h", "a/x.cc"], &["x.c"]),
            ("foo-[0-9].txt", &["foo-1.txt"], &["foo-12.txt", "foo-a.txt"]),
            ("[!a]x", &["bx"], &["ax", "x"]),
            ("[^a]x", &["^x", "ax"], &["bx"]),
            ("[-a]x", &["-x", "ax"], &["bx"]),
            ("[a-]x", &["-x", "ax"], &["bx"]),
            ("\\*x", &["*x"], &["ax"]),
            ("a}b", &["a}b"], &["ab"]),
            ("/x", &[], &["x", "a/x"]),
            (" x", &[" x"], &["x"]),
        ];
        for (text, hits, misses) in table {
            let index = PerFileIndex::new([(7, PerFileGlob::new(text).unwrap())].into_iter());
            for path in *hits {
                assert_eq!(index.matching(path.as_bytes()), [7], "`{text}` on `{path}`");
            }
            for path in *misses {
                assert!(index.matching(path.as_bytes()).is_empty(), "`{text}` on `{path}`");
            }
        }
        for text in ["{a", "{a,{b}}", "[a", "[]", "[a/b]", "[z-a]", "[a-c-e]", "x\\"] {
            assert!(PerFileGlob::new(text).is_err(), "{text}");
        }
    }
}
