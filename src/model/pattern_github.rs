//! A pattern said in the dialect of GitHub's CODEOWNERS, as far as that can be.
//!
//! The dialect has no sets of characters and no `{a,b}`: alternatives become several lines, a small set its characters. It
//! has no escape for `#`, which ends a line wherever it stands, nor for a line end: `?` stands for them and for what nobody would
//! see in a line, which is wider by the characters it also takes. And a name at the end takes what is below it too, which differs only where a directory has
//! that name. Whoever writes such lines therefore holds them to the files that are there.

use super::pattern::{Class, Segment, Shape, Tail, Token};
use super::{Pattern, RepoPath, is_unsafe};

/// Most lines that the sets of one alternative may multiply to.
const MOST_LINES: usize = 64;

impl Pattern {
    /// Lines of GitHub's dialect that together match what this matches. `None` where a set of characters is too large, or
    /// negated.
    pub fn in_github_dialect(&self) -> Option<Vec<String>> {
        let shapes = self.shapes().iter();
        shapes.map(lines).collect::<Option<Vec<_>>>().map(|lines| lines.into_iter().flatten().collect())
    }

    /// The line of GitHub's dialect for one file.
    pub fn github_text_of(path: &RepoPath) -> String {
        let segments: Vec<String> = path.segments().map(literal).collect();
        format!("/{}", segments.join("/"))
    }
}

/// The lines of one alternative.
fn lines(shape: &Shape) -> Option<Vec<String>> {
    let rooted = !matches!(shape.segments.as_slice(), [Segment::Deep, _]);
    let segments = if rooted { shape.segments.as_slice() } else { shape.segments.get(1..)? };
    if segments.is_empty() {
        return Some(vec!["*".to_owned()]);
    }
    let mut lines = vec![String::new()];
    for (n, segment) in segments.iter().enumerate() {
        if n > 0 || rooted {
            lines.iter_mut().for_each(|line| line.push('/'));
        }
        match segment {
            Segment::Deep => lines.iter_mut().for_each(|line| line.push_str("**")),
            Segment::Whole => lines.iter_mut().for_each(|line| line.push('*')),
            Segment::Literal(name) => lines.iter_mut().for_each(|line| line.push_str(&literal(name))),
            Segment::Wild(tokens) => {
                for token in tokens {
                    lines = extended(lines, token)?;
                }
            }
        }
    }
    if shape.tail == Tail::Below {
        lines.iter_mut().for_each(|line| line.push('/'));
    }
    Some(lines)
}

fn extended(lines: Vec<String>, token: &Token) -> Option<Vec<String>> {
    let ends = match token {
        Token::Literal(bytes) => vec![literal(bytes)],
        Token::One => vec!["?".to_owned()],
        Token::Many => vec!["*".to_owned()],
        Token::Class(class) => {
            characters(class)?.iter().map(|c| literal(c.encode_utf8(&mut [0; 4]).as_bytes())).collect()
        }
    };
    if lines.len() * ends.len() > MOST_LINES {
        return None;
    }
    Some(ends.iter().flat_map(|end| lines.iter().map(move |line| format!("{line}{end}"))).collect())
}

/// The characters of a set, if it is a small one.
fn characters(class: &Class) -> Option<Vec<char>> {
    let size = |(first, last): &(char, char)| (u32::from(*last) - u32::from(*first)) as usize + 1;
    if class.negated || class.ranges.iter().map(size).sum::<usize>() > MOST_LINES {
        return None;
    }
    let mut all: Vec<char> =
        class.ranges.iter().flat_map(|(first, last)| *first..=*last).filter(|c| *c != '/').collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// A name, or a part of one, that stands for itself.
fn literal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '*' | '?' | '[' | ']' | '\\' | '!' | ' ' => out.extend(['\\', c]),
                '#' => out.push('?'),
                c if is_unsafe(c) || c.is_whitespace() => out.push('?'),
                c => out.push(c),
            }
        }
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use crate::model::RepoPath;
    use proptest::prelude::*;

    #[test]
    fn a_glob_is_said_the_way_people_write_it_there() {
        let table: &[(&str, &[&str])] = &[
            ("**", &["*"]),
            ("**/*", &["*"]),
            ("*", &["/*"]),
            ("*.md", &["/*.md"]),
            ("**/*.md", &["*.md"]),
            ("**/Makefile", &["Makefile"]),
            ("**/api/**", &["api/"]),
            ("**/api/*.go", &["/**/api/*.go"]),
            ("services/pay/**", &["/services/pay/"]),
            ("docs/*", &["/docs/*"]),
            ("a/**/b", &["/a/**/b"]),
            ("a/*/**", &["/a/*/"]),
            ("{a,b}/x.{c,d}", &["/a/x.c", "/a/x.d", "/b/x.c", "/b/x.d"]),
            ("v[1-3]", &["/v1", "/v2", "/v3"]),
            ("my file\\[1\\]\\*", &["/my\\ file\\[1\\]\\*"]),
            ("a#b/!c", &["/a?b/\\!c"]),
            ("f?o", &["/f?o"]),
        ];
        for (glob, expected) in table {
            let mut lines = Pattern::glob(glob).unwrap().in_github_dialect().unwrap();
            lines.sort();
            assert_eq!(lines, *expected, "{glob}");
        }
        for glob in ["[!a]", "[a-z][a-z]", "[\u{0}-\u{ffff}]"] {
            assert_eq!(Pattern::glob(glob).unwrap().in_github_dialect(), None, "{glob}");
        }
    }

    #[test]
    fn one_file_is_said_so_that_it_is_matched() {
        for name in ["a b", "#x", "[id].ts", "!a", "x\u{a0}y", "a\nb", "t\ty", "\\", "caf\u{e9}", "*", "?"] {
            let path = RepoPath::new(format!("dir/{name}"));
            let text = Pattern::github_text_of(&path);
            assert!(Pattern::github(&text).unwrap().matches(&path), "{text}");
            assert!(!text.contains(['\n', '#', '\t']), "{text}");
        }
        let bytes = RepoPath::new(b"x\xff/y");
        assert!(Pattern::github(&Pattern::github_text_of(&bytes)).unwrap().matches(&bytes));
    }

    const GLOB: &str = "(\\*\\*/|[ab]/|\\*/|\\?/){0,3}(\\*\\*|\\*|[ab]|a\\*|\\*b|\\{a,b\\}|[ab]\\?|\\[ab\\])";

    proptest! {
        /// What the glob matches the lines match; where they match more, a name is a directory's.
        #[test]
        fn the_lines_match_what_the_glob_matches(glob in GLOB, path in "([ab]{1,2}/){0,3}[ab]{1,2}") {
            let pattern = Pattern::glob(&glob).unwrap();
            let path = RepoPath::new(path);
            let lines = pattern.in_github_dialect().unwrap();
            let said = lines.iter().any(|line| Pattern::github(line).unwrap().matches(&path));
            if pattern.matches(&path) {
                prop_assert!(said, "{glob} as {lines:?} misses {path}");
            } else if said {
                let above: Vec<usize> =
                    path.as_bytes().iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at).collect();
                let directory = |at: &usize| pattern.matches(&RepoPath::new(&path.as_bytes()[..*at]));
                prop_assert!(above.iter().any(directory), "{glob} as {lines:?} takes {path}");
            }
        }
    }
}
