//! A pattern over repository paths, compiled once and matched without backtracking into the past.
//!
//! Three dialects become one form: [`Pattern::github`] and [`Pattern::fnmatch`] for the lines of CODEOWNERS as GitHub and
//! GitLab read them, [`Pattern::glob`] for the globs of our own files. The form is a list of segments and what may follow them; both the segments of a path and the
//! characters of a segment are matched with a single point of return (the last `**`, the last `*`), so the work is at
//! most the product of the two lengths, never exponential.

use super::RepoPath;
use super::pattern_text;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    /// One for each alternative of `{a,b}`; none for a pattern that can match nothing.
    shapes: Vec<Shape>,
}

/// Why a pattern is none, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// For people.
    pub msg: String,
    /// Byte offset in the pattern.
    pub offset: usize,
}

impl Pattern {
    /// A pattern of GitHub's CODEOWNERS dialect.
    ///
    /// `*` and `?` stay within a segment, `**` as a segment of its own is any number of segments, a slash at the start
    /// or inside anchors the pattern to the root, a slash at the end asks for something below a directory, and `\`
    /// takes the next character literally. A last segment that is `*` alone matches one level; any other last segment
    /// also takes everything below it. Case counts.
    ///
    /// # Errors
    /// What GitHub calls "Invalid pattern": an empty one, `!` at the start, `[` or `]` without `\`, `***`.
    pub fn github(text: &str) -> Result<Self, PatternError> {
        Self::github_bytes(text.as_bytes())
    }

    /// As [`Pattern::github`], for a line that need not be text.
    ///
    /// # Errors
    /// As [`Pattern::github`].
    pub fn github_bytes(text: &[u8]) -> Result<Self, PatternError> {
        let shapes = pattern_text::github(text)?;
        Ok(Self { source: String::from_utf8_lossy(text).into_owned(), shapes })
    }

    /// A glob of our own files. It is anchored at the root and the whole path must match.
    ///
    /// `*` and `?` stay within a segment; `**` as a segment of its own is any number of segments, at the end at least
    /// one; `[a-z]` and `[!a]` are one character; `{a,b}` is either; `\` takes the next character literally. A slash at
    /// the start is ignored.
    ///
    /// # Errors
    /// A pattern that is empty, longer than 4,096 bytes or unbalanced, ends with a slash, has an empty segment, a `**`
    /// that is no segment of its own, or more than 256 alternatives. The message names the next step.
    pub fn glob(text: &str) -> Result<Self, PatternError> {
        let shapes = pattern_text::glob(text)?;
        Ok(Self { source: text.to_owned(), shapes })
    }

    /// A pattern of Ruby's `File.fnmatch` with `PATHNAME` and `DOTMATCH`, as GitLab reads CODEOWNERS. It is anchored at
    /// the root, with or without its slash, and the whole path must match.
    ///
    /// `*` and `?` stay within a segment; `**/` at the start of a segment is any number of directories, any other `**` is
    /// a `*`; `[a-z]`, `[!a]` and `[^a]` are one character; `\` takes the next character literally. Braces are
    /// characters. What Ruby leaves unmatched, such as `[` without `]`, matches nothing.
    ///
    /// # Errors
    /// A pattern longer than 4,096 bytes.
    pub fn fnmatch(text: &str) -> Result<Self, PatternError> {
        let shapes = pattern_text::fnmatch(text)?;
        Ok(Self { source: text.to_owned(), shapes })
    }

    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether a path matches.
    pub fn matches(&self, path: &RepoPath) -> bool {
        self.count_steps(path, &mut 0)
    }

    /// No path can match: GitHub's `/`, a segment that is empty, `.` or `..`, a `\` with nothing after it.
    pub fn matches_nothing(&self) -> bool {
        self.shapes.is_empty()
    }

    /// [`matches`](Self::matches), counting the comparisons: the measure of the promise at the head of this file.
    fn count_steps(&self, path: &RepoPath, steps: &mut u64) -> bool {
        let segments: Vec<&[u8]> = path.segments().collect();
        self.shapes.iter().any(|shape| shape.matches(&segments, steps))
    }

    /// The alternatives, for whoever says them in another dialect.
    pub(super) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The alternatives, for the index.
    pub(super) fn into_shapes(self) -> Vec<Shape> {
        self.shapes
    }
}

/// One alternative of a pattern: segments, and what may follow them. No two `Deep` stand together, none at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) segments: Vec<Segment>,
    pub(super) tail: Tail,
}

/// What may follow the last segment of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing.
    End,
    /// Nothing, or any path below.
    EndOrBelow,
    /// A path below.
    Below,
}

/// One segment of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// `**`: any number of segments.
    Deep,
    /// `*`: one segment, whatever it is.
    Whole,
    /// Exactly these bytes.
    Literal(Box<[u8]>),
    /// Anything else.
    Wild(Vec<Token>),
}

/// A part of a segment with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Exactly these bytes.
    Literal(Box<[u8]>),
    /// `?`: one character, or one byte that is no text.
    One,
    /// `*`: any number of characters. No two stand together.
    Many,
    /// `[a-z]`: one character of a set.
    Class(Class),
}

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// `[!...]`.
    pub(super) negated: bool,
    /// First and last of each range, both included.
    pub(super) ranges: Vec<(char, char)>,
}

impl Shape {
    /// Whether the segments of a path match.
    pub(super) fn matches(&self, path: &[&[u8]], steps: &mut u64) -> bool {
        let (mut at, mut here) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            *steps += 1;
            match self.segments.get(at) {
                None if self.tail.accepts(path.len().saturating_sub(here)) => return true,
                Some(Segment::Deep) => {
                    at += 1;
                    retry = Some((at, here));
                    continue;
                }
                Some(segment) if path.get(here).is_some_and(|name| segment.matches(name, steps)) => {
                    at += 1;
                    here += 1;
                    continue;
                }
                _ => {}
            }
            // Only the last `**` can still give: what stands before it already took the leftmost place it can.
            match retry {
                Some((after, from)) if from < path.len() => {
                    (at, here) = (after, from + 1);
                    retry = Some((at, here));
                }
                _ => return false,
            }
        }
    }
}

impl Tail {
    fn accepts(self, left: usize) -> bool {
        match self {
            Self::End => left == 0,
            Self::EndOrBelow => true,
            Self::Below => left > 0,
        }
    }
}

impl Segment {
    fn matches(&self, name: &[u8], steps: &mut u64) -> bool {
        match self {
            Self::Deep | Self::Whole => true,
            Self::Literal(bytes) => **bytes == *name,
            Self::Wild(tokens) => wild_matches(tokens, name, steps),
        }
    }
}

fn wild_matches(tokens: &[Token], name: &[u8], steps: &mut u64) -> bool {
    let (mut at, mut rest) = (0, name);
    let mut retry: Option<(usize, &[u8])> = None;
    loop {
        *steps += 1;
        let next = match tokens.get(at) {
            None => rest.is_empty().then_some(rest),
            Some(Token::Many) => {
                retry = Some((at + 1, rest));
                Some(rest)
            }
            Some(Token::Literal(bytes)) => rest.strip_prefix(&**bytes),
            Some(Token::One) => split_char(rest).map(|(_, after)| after),
            Some(Token::Class(class)) => split_char(rest).filter(|(c, _)| class.holds(*c)).map(|(_, after)| after),
        };
        match next {
            Some(_) if at >= tokens.len() => return true,
            Some(after) => {
                at += 1;
                rest = after;
            }
            None => match retry.and_then(|(after, from)| split_char(from).map(|(_, from)| (after, from))) {
                Some((after, from)) => {
                    (at, rest) = (after, from);
                    retry = Some((after, from));
                }
                None => return false,
            },
        }
    }
}

impl Class {
    /// A byte that is no text is in no set, and so in every negated one.
    fn holds(&self, c: Option<char>) -> bool {
        let listed = c.is_some_and(|c| self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)));
        listed != self.negated
    }
}

/// The first character and what follows it; a byte that does not begin a UTF-8 character stands for itself.
fn split_char(bytes: &[u8]) -> Option<(Option<char>, &[u8])> {
    let (first, after) = bytes.split_first()?;
    if first.is_ascii() {
        return Some((Some(char::from(*first)), after));
    }
    let width = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((None, after)),
    };
    let whole = bytes.split_at_checked(width).and_then(|(head, tail)| Some((std::str::from_utf8(head).ok()?, tail)));
    match whole {
        Some((text, tail)) => Some((text.chars().next(), tail)),
        None => Some((None, after)),
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use crate::model::RepoPath;
    use proptest::prelude::*;

    fn check(pattern: &Pattern, hits: &[&str], misses: &[&str]) {
        for path in hits {
            assert!(pattern.matches(&RepoPath::from(*path)), "`{}` should match `{path}`", pattern.source());
        }
        for path in misses {
            assert!(!pattern.matches(&RepoPath::from(*path)), "`{}` should not match `{path}`", pattern.source());
        }
    }

    #[test]
    fn a_glob_is_anchored_and_takes_the_whole_path() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("**", &["a", "a/b/c", ".x"], &[]),
            ("**/*", &["a", "a/b/c"], &[]),
            ("*", &["a", ".x"], &["a/b"]),
            ("*.md", &["a.md", ".md"], &["x/a.md", "a.mdx"]),
            ("**/*.md", &["a.md", "x/y/a.md"], &["a.md/x"]),
            ("docs/**", &["docs/a", "docs/a/b"], &["docs", "x/docs/a", "docs2/a"]),
            ("/docs/**", &["docs/a"], &["docs"]),
            ("docs/*", &["docs/a"], &["docs/a/b", "docs"]),
            ("docs/**/*", &["docs/a", "docs/a/b"], &["docs"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b", "a/b/x/b"], &["a", "a/b/c", "x/a/b"]),
            ("a/**/b/**", &["a/b/c", "a/x/b/c/d"], &["a/b", "a/x/b"]),
            ("**/a/**/b", &["a/b", "x/a/y/b", "a/a/b/b"], &["a", "b", "b/a"]),
            ("a/**/**/b", &["a/b", "a/x/b"], &["ab"]),
            ("Makefile", &["Makefile"], &["x/Makefile", "Makefile/x", "makefile"]),
            ("a?c", &["abc", "a\u{e9}c"], &["ac", "a/c", "abbc"]),
            ("[a-c]x", &["ax", "cx"], &["dx", "x", "-x"]),
            ("[!a-c]x", &["dx", "\u{e9}x"], &["ax", "/x"]),
            ("[\\]\\-a]", &["]", "-", "a"], &["b", "\\"]),
            ("[a-]", &["a", "-"], &["b"]),
            ("[\u{e0}-\u{ef}]", &["\u{e9}"], &["e"]),
            ("{a,b}.txt", &["a.txt", "b.txt"], &["{a,b}.txt", "ab.txt"]),
            ("{src/**,*.{rs,toml}}", &["src/a", "src/a/b", "x.rs", "y.toml"], &["src", "z.md"]),
            ("a{,.bak}", &["a", "a.bak"], &["a."]),
            ("{**,a}/x", &["x", "a/x", "q/r/x"], &["xx"]),
            ("\\*\\{a,b\\}\\\\", &["*{a,b}\\"], &["xa\\"]),
            ("a,b", &["a,b"], &["a"]),
            ("a b", &["a b"], &[]),
            ("#x", &["#x"], &[]),
            ("!x", &["!x"], &["x"]),
            ("*a*b*c", &["abc", "xaxbxc", "aabbcc"], &["abcx", "acb"]),
            ("caf\u{e9}/*", &["caf\u{e9}/x"], &["cafe/x"]),
        ];
        for (text, hits, misses) in table {
            check(&Pattern::glob(text).unwrap(), hits, misses);
        }
    }

    #[test]
    fn a_glob_that_is_none_says_where_and_what_to_write() {
        let long = "a".repeat(4097);
        let wide = "{a,b}".repeat(9);
        let table: &[(&str, usize, &str)] = &[
            ("", 0, "empty"),
            ("/", 1, "empty"),
            ("docs/", 4, "`docs/**`"),
            ("/docs/api/", 9, "`/docs/api/**`"),
            ("a//b", 2, "empty segment"),
            ("./a", 0, "root"),
            ("a/../b", 2, "root"),
            ("docs**", 4, "segment of its own"),
            ("docs/**.md", 5, "segment of its own"),
            ("a/***", 2, "segment of its own"),
            ("[ab", 0, "closing `]`"),
            ("x[]", 1, "empty"),
            ("x[^a]", 2, "`[!"),
            ("[z-a]", 1, "backwards"),
            ("[a/b]", 2, "`/`"),
            ("[[:alpha:]]", 1, "`\\[`"),
            ("a]", 1, "`\\]`"),
            ("{a,b", 0, "closing `}`"),
            ("a}", 1, "`\\}`"),
            ("{a}", 0, "two alternatives"),
            ("a\\", 1, "nothing after"),
            ("a/{b,}", 1, "`a/{b,}`"),
            ("{,a}/b", 4, "empty segment"),
            (&long, 4096, "4096"),
            (&wide, 0, "256"),
        ];
        for (text, offset, part) in table {
            let error = Pattern::glob(text).unwrap_err();
            assert_eq!(error.offset, *offset, "{text}: {}", error.msg);
            assert!(error.msg.contains(part), "{text}: {}", error.msg);
        }
    }

    #[test]
    fn github_refuses_what_github_refuses() {
        let table = [
            ("", 0, "empty"),
            ("!docs/", 0, "negat"),
            ("[id].ts", 0, "escaped"),
            ("a]", 1, "escaped"),
            ("a***b", 1, "`***`"),
            ("/x/***", 3, "`***`"),
        ];
        for (text, offset, part) in table {
            let error = Pattern::github(text).unwrap_err();
            assert_eq!(error.offset, offset, "{text}: {}", error.msg);
            assert!(error.msg.contains(part), "{text}: {}", error.msg);
        }
    }

    #[test]
    fn github_leaves_some_patterns_that_match_nothing() {
        for text in ["/", "//", "a//b", "a//", "./a", "a/../b", "\\", "a\\"] {
            let pattern = Pattern::github(text).unwrap();
            assert!(pattern.matches_nothing(), "{text}");
            check(&pattern, &[], &["a", "a/b", "\\", "b"]);
        }
        assert!(!Pattern::github("*").unwrap().matches_nothing());
    }

    #[test]
    fn github_reads_the_corners_like_this() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("a/**/", &["a/x", "a/x/y"], &["a", "b/a/x"]),
            ("/**/", &["a/b", "a/b/c"], &["a"]),
            ("**/", &["a/b"], &["a"]),
            ("**/*", &["a", "a/b"], &[]),
            ("a/**/*", &["a/b", "a/b/c"], &["a"]),
            ("*/", &["a/b"], &["a"]),
            ("**/**/x", &["x", "a/x", "a/b/x/c"], &["xx"]),
            ("a\\/b", &["a/b"], &["x/a/b"]),
            ("a\\!b", &["a!b"], &["a\\!b"]),
            ("\\!a", &["!a", "x/!a/y"], &["a"]),
            ("caf?", &["caf\u{e9}", "cafe"], &["caf"]),
            ("{a,b}", &["{a,b}"], &["a"]),
        ];
        for (text, hits, misses) in table {
            check(&Pattern::github(text).unwrap(), hits, misses);
        }
    }

    /// What each does was read off Ruby's `dir.c`.
    #[test]
    fn fnmatch_reads_the_corners_as_ruby_does() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("/**/*", &["a", ".x", "a/.b/c"], &[]),
            ("/docs", &["docs"], &["docs/a", "x/docs"]),
            ("/docs/**/*", &["docs/a", "docs/a/b"], &["docs", "x/docs/a"]),
            ("/docs/**", &["docs/a"], &["docs/a/b", "docs"]),
            ("/**/docs/**/*", &["docs/a", "x/docs/a/b"], &["docs"]),
            ("/a**b", &["ab", "axb"], &["a/b"]),
            ("/***/b", &["x/b"], &["b", "x/y/b"]),
            ("/**\\/b", &["x/b"], &["b", "x/y/b"]),
            ("/a\\/b", &["a/b"], &["a\\/b"]),
            ("/**/**/b", &["b", "x/y/b"], &[]),
            ("/*.[ch]", &["a.c", ".h"], &["a.o", "x/a.c"]),
            ("/[!a]x", &["bx"], &["ax"]),
            ("/[^a]x", &["bx"], &["ax"]),
            ("/[z-a]x", &["zx", "ax"], &["mx"]),
            ("/[a-]x", &["ax", "-x"], &["bx"]),
            ("/[\\]]x", &["]x"], &["\\x"]),
            ("/[!]x", &["ax"], &[]),
            ("/[]x", &[], &["x", "[]x"]),
            ("/[]a]x", &[], &["]x", "ax"]),
            ("/[ab", &[], &["a", "[ab"]),
            ("/[a/b]x", &["ax", "bx"], &["/x", "[a/b]x"]),
            ("/{a,b}", &["{a,b}"], &["a"]),
            ("/a\\*b", &["a*b"], &["axb"]),
            ("/a\\", &["a\\"], &["a"]),
            ("/a//b", &[], &["a/b"]),
            ("/caf?", &["caf\u{e9}"], &["caf"]),
            ("/[\u{e0}-\u{ef}]", &["\u{e9}"], &["e"]),
            ("/A", &["A"], &["a"]),
        ];
        for (text, hits, misses) in table {
            check(&Pattern::fnmatch(text).unwrap(), hits, misses);
        }
        assert!(Pattern::fnmatch(&"a".repeat(4097)).is_err());
    }

    #[test]
    fn bytes_that_are_no_text_match_as_they_are() {
        let table: &[(&[u8], &[u8], bool)] = &[
            (b"x\xff", b"x\xff", true),
            (b"x\xff", b"x\xfe", false),
            (b"x?", b"x\xff", true),
            (b"x?", b"x\xff\xff", false),
            (b"*??", "\u{20ac}".as_bytes(), false),
            (b"*\xe9.txt", b"caf\xe9.txt", true),
        ];
        for (pattern, path, expected) in table {
            let compiled = Pattern::github_bytes(pattern).unwrap();
            assert_eq!(compiled.matches(&RepoPath::new(path)), *expected, "{pattern:?} {path:?}");
        }
    }

    #[test]
    fn the_work_is_bounded_by_the_product_of_the_lengths() {
        let name = "a".repeat(200);
        let deep = vec!["a"; 100].join("/");
        let table = [
            (format!("{}b", "*a".repeat(60)), name.clone()),
            (format!("{}b", "*?".repeat(60)), name.clone()),
            (format!("{}/b", vec!["**/a"; 40].join("/")), deep.clone()),
            (format!("{}/b", vec!["**/*a*a*"; 40].join("/")), deep.clone()),
            (format!("{}/b", vec!["**/*"; 40].join("/")), deep),
            (format!("{}/b", vec!["**/a*"; 600].join("/")), vec!["a"; 2_000].join("/")),
            (format!("{}b", "**/".repeat(1_300)), vec!["a"; 2_000].join("/")),
        ];
        for (text, path) in table {
            let readings = [Pattern::github(&text), Pattern::glob(&text), Pattern::fnmatch(&text)];
            for pattern in readings.map(Result::unwrap) {
                let mut steps = 0;
                assert!(!pattern.count_steps(&RepoPath::from(path.as_str()), &mut steps));
                let bound = (text.len() * path.len()) as u64;
                assert!(steps <= bound, "`{text}` took {steps} steps; {bound} allowed");
            }
        }
    }

    /// A glob's segments as one regular expression, straight from the rules of [`Pattern::glob`].
    fn as_regex(segments: &[String]) -> regex::Regex {
        let mut text = String::new();
        for (n, segment) in segments.iter().enumerate() {
            let is_last = n + 1 == segments.len();
            if segment == "**" {
                text.push_str(if is_last { "([^/]+/)*[^/]+" } else { "([^/]+/)*" });
                continue;
            }
            for c in segment.chars() {
                match c {
                    // Alone, it still needs a name to stand for; names are never empty.
                    '*' => text.push_str("[^/]*"),
                    '?' => text.push_str("[^/]"),
                    c => text.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
                }
            }
            text.push_str(if is_last { "" } else { "/" });
        }
        regex::Regex::new(&format!("^{text}$")).unwrap()
    }

    proptest! {
        #[test]
        fn a_glob_equals_its_regular_expression(
            segments in prop::collection::vec(prop_oneof![
                2 => Just("**".to_owned()), 1 => Just("*".to_owned()), 4 => "[ab\u{e9}](\\*?[ab?\u{e9}]){0,3}\\*?", 1 => "\\*[ab]"
            ], 1..6),
            paths in prop::collection::vec("[ab\u{e9}]{1,4}(/[ab\u{e9}]{1,4}){0,5}", 1..10),
        ) {
            let glob = Pattern::glob(&segments.join("/")).unwrap();
            let regex = as_regex(&segments);
            for path in paths {
                prop_assert_eq!(glob.matches(&RepoPath::from(path.as_str())), regex.is_match(&path), "{:?} {}", glob, path);
            }
        }

        #[test]
        fn no_text_panics(text in "[ab*?/\\\\\\[\\]{},!^\\-. \u{e9}]{0,24}", path in prop::collection::vec(any::<u8>(), 0..12)) {
            let path = RepoPath::new(path);
            for pattern in [Pattern::glob(&text), Pattern::github(&text), Pattern::fnmatch(&text)] {
                match pattern {
                    Ok(pattern) => prop_assert!(!(pattern.matches_nothing() && pattern.matches(&path))),
                    Err(error) => prop_assert!(error.offset <= text.len() && !error.msg.is_empty()),
                }
            }
        }
    }
}
