//! The words of a Rego text, before it is parsed: the parser's time grows with 2 to the depth of nested literals, so the
//! depth must be known first, and the rules of the sets get their marks here.

use std::ops::Range;

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WordKind {
    /// A name or a keyword.
    Name,
    /// `[` or `{`.
    Open,
    /// `]` or `}`.
    Close,
    /// A string, raw or not, with its quotes.
    Text,
    /// Any other single character.
    Sign,
}

/// One word with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Word<'a> {
    pub(super) kind: WordKind,
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Word<'_> {
    /// Its bytes.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// Splits a text into words; blanks and comments are left out. Never fails: what is no Rego is left to the parser.
pub(super) fn words(source: &str) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut rest = source;
    let mut start = 0;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = match first {
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '"' => (Some(WordKind::Text), quoted(rest)),
            '`' => (Some(WordKind::Text), rest.bytes().skip(1).position(|b| b == b'`').map_or(rest.len(), |n| n + 2)),
            '[' | '{' => (Some(WordKind::Open), 1),
            ']' | '}' => (Some(WordKind::Close), 1),
            c if is_name(c) => (Some(WordKind::Name), rest.find(|c| !is_name(c)).unwrap_or(rest.len())),
            c if c.is_whitespace() => (None, c.len_utf8()),
            c => (Some(WordKind::Sign), c.len_utf8()),
        };
        let Some((word, tail)) = rest.split_at_checked(length.max(1)) else { break };
        out.extend(kind.map(|kind| Word { kind, text: word, start }));
        start += word.len();
        rest = tail;
    }
    out
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric()
}

/// The length of a string that starts here; an unclosed one ends with its line.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return at,
            b'"' if !escaped => return at + 1,
            _ => escaped = byte == b'\\' && !escaped,
        }
    }
    text.len()
}

/// The first bracket that stands deeper than the limit.
pub(super) fn too_deep(words: &[Word<'_>], limit: usize) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    for word in words {
        match word.kind {
            WordKind::Open => depth += 1,
            WordKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return Some(word.span());
        }
    }
    None
}

/// The text may look at `input.files`: it names them, or it uses `input` in another way than `input.NAME`. A string that
/// speaks of `input` counts as such a use, whatever it is for.
pub(super) fn reads_files(words: &[Word<'_>]) -> bool {
    words.iter().enumerate().any(|(at, word)| match word.kind {
        WordKind::Text => word.text.contains("input"),
        WordKind::Name if word.text == "input" => {
            let mut after = words.iter().skip(at + 1);
            let dot = after.next().is_some_and(|next| next.text == ".");
            !dot || after.next().is_none_or(|name| name.kind != WordKind::Name || name.text == "files")
        }
        _ => false,
    })
}

/// The text may look at the edits inside the files: it looks at the files, and one of their keys about edits is in it, or
/// `walk`, which comes by every key. A key that is put together while the rule runs is not seen here; the file then says
/// that its values were not looked at.
pub(super) fn reads_edits(text: &str) -> bool {
    const KEYS: [&str; 4] = ["edits", "formatting_only", "values", "walk"];
    let words = words(text);
    let named = |word: &Word<'_>| match word.kind {
        WordKind::Text => KEYS.iter().any(|key| word.text.contains(key)),
        _ => KEYS.contains(&word.text),
    };
    reads_files(&words) && words.iter().any(named)
}

#[cfg(test)]
mod tests {
    use super::{WordKind, reads_edits, reads_files, too_deep, words};

    #[test]
    fn a_text_that_may_look_at_the_edits_is_recognised() {
        let table = [
            ("some f in input.files; f.control", false),
            ("some e in edits", false),
            ("some e in input.files[_].edits", true),
            ("f := input.files[0]; f[\"edits\"]", true),
            ("f := input.files[0]; f.formatting_only", true),
            ("walk(input.files, x)", true),
            ("# edits\nx := input.files", false),
        ];
        for (text, expected) in table {
            assert_eq!(reads_edits(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_that_may_look_at_the_files_is_recognised() {
        let table = [
            ("x := count(input.rows)", false),
            ("# input.files\nx := 1", false),
            ("x := inputs[files]", false),
            ("x := count(input.files)", true),
            ("x := count(input\n. # here\nfiles)", true),
            ("some f in input.files", true),
            ("import input.files as changed", true),
            ("import input as i", true),
            ("x := input", true),
            ("x := input[name]", true),
            ("x := input[\"files\"]", true),
            ("walk(input, [path, value])", true),
            ("x := y with input as z", true),
            ("x := $\"{input.files}\"", true),
        ];
        for (text, expected) in table {
            assert_eq!(reads_files(&words(text)), expected, "{text}");
        }
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let text = "x := [`[[[`, \"[\\\"[[\", {1}] # [[[[\ny := \"[[\n[";
        let deep = |limit| too_deep(&words(text), limit).and_then(|span| text.get(span));
        assert_eq!(deep(1), Some("{"));
        assert_eq!(deep(2), None);
        let strings: Vec<_> = words(text).into_iter().filter(|w| w.kind == WordKind::Text).map(|w| w.text).collect();
        assert_eq!(strings, ["`[[[`", "\"[\\\"[[\"", "\"[["]);
        for odd in ["", "`", "\"", "\"\\", "é[", "#", "\u{0}"] {
            assert!(words(odd).iter().map(|w| w.text.len()).sum::<usize>() <= odd.len(), "{odd}");
        }
    }
}
