//! Texts to a regular expression: what all of them begin and end with stays; between, numbers become a number of digits, and
//! words stay those that were seen. Texts that are not built alike have no shape.

use std::collections::BTreeSet;

/// From so many hexadecimal characters on, a text is a digest.
const DIGEST: usize = 7;

/// Words in one place of a shape; with more of them any is meant.
const WORDS: usize = 6;

/// An expression that matches each of the texts as a whole, whatever they are: any characters of theirs.
pub(super) fn expression(texts: &[&str]) -> String {
    around(texts, |inside| Some(class(inside))).unwrap_or_default()
}

/// An expression that matches each of the texts as a whole, and only what is built as they are; `None` where they are not
/// built alike.
pub(super) fn shape(texts: &[&str]) -> Option<String> {
    around(texts, runs)
}

/// An expression that matches this text and no other.
pub(super) fn exactly(text: &str) -> String {
    escaped(text)
}

fn around(texts: &[&str], between: impl Fn(&[&str]) -> Option<String>) -> Option<String> {
    let (start, end) = common(texts);
    let inside: Vec<&str> = texts.iter().map(|text| inner(text, start, end)).collect();
    let first = texts.first().copied().unwrap_or_default();
    let before = first.get(..start).unwrap_or_default();
    let after = first.get(first.len().saturating_sub(end)..).unwrap_or_default();
    Some(format!("{}{}{}", escaped(before), between(&inside)?, escaped(after)))
}

/// What a run of characters is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    Digits,
    Letters,
    /// Itself.
    Sign,
}

impl Run {
    fn of(c: char) -> Self {
        match c {
            _ if c.is_ascii_digit() => Self::Digits,
            _ if c.is_ascii_alphabetic() => Self::Letters,
            _ => Self::Sign,
        }
    }

    fn all_letters(text: &str) -> bool {
        text.chars().all(|c| Self::of(c) == Self::Letters)
    }
}

/// Texts of the same runs of digits and letters between the same signs: each run by itself. Digests of one length, whose
/// runs mean nothing: so many hexadecimal characters. `None` for all others.
fn runs(texts: &[&str]) -> Option<String> {
    let hex = |text: &&str| text.len() >= DIGEST && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if texts.iter().any(hex) {
        let length = texts.first().map_or(0, |text| text.len());
        return texts.iter().all(|text| hex(text) && text.len() == length).then(|| class(texts));
    }
    let each: Vec<Vec<(Run, &str)>> = texts.iter().map(|text| cut(text)).collect();
    let (first, rest) = each.split_first()?;
    let alike = |other: &Vec<(Run, &str)>| {
        let same = |((a, x), (b, y)): (&(Run, &str), &(Run, &str))| a == b && (*a != Run::Sign || x == y);
        other.len() == first.len() && other.iter().zip(first).all(same)
    };
    if !rest.iter().all(alike) {
        return None;
    }
    let run = |at: usize| {
        let these: Vec<&str> = each.iter().filter_map(|runs| runs.get(at).map(|(_, text)| *text)).collect();
        match these.split_first() {
            Some((one, others)) if others.iter().all(|other| other == one) => escaped(one),
            _ => {
                let words: BTreeSet<&str> = these.iter().copied().collect();
                let words_stay = words.len() <= WORDS && words.iter().all(|word| Run::all_letters(word));
                match words_stay {
                    true => format!("(?:{})", words.iter().map(|word| escaped(word)).collect::<Vec<_>>().join("|")),
                    false => class(&these),
                }
            }
        }
    };
    Some((0..first.len()).map(run).collect())
}

fn cut(text: &str) -> Vec<(Run, &str)> {
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let run = Run::of(c);
        let next = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        if run == Run::Sign || next.is_none_or(|next| Run::of(next) != run) {
            let end = at + c.len_utf8();
            runs.extend(text.get(start..end).map(|part| (run, part)));
            start = end;
        }
    }
    runs
}

/// How many bytes all texts begin with and end with, without taking words and numbers apart.
pub(super) fn common(texts: &[&str]) -> (usize, usize) {
    let Some((first, rest)) = texts.split_first() else { return (0, 0) };
    let shortest = texts.iter().map(|text| text.len()).min().unwrap_or_default();
    let alike = |text: &&str| first.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    let mut start = rest.iter().map(alike).min().unwrap_or(first.len());
    while start > 0 && !texts.iter().all(|text| is_seam(text, start)) {
        start -= 1;
    }
    let alike = |text: &&str| first.bytes().rev().zip(text.bytes().rev()).take_while(|(a, b)| a == b).count();
    let mut end = rest.iter().map(alike).min().unwrap_or(first.len()).min(shortest - start);
    while end > 0 && !texts.iter().all(|text| is_seam(text, text.len() - end)) {
        end -= 1;
    }
    (start, end)
}

/// What is between.
pub(super) fn inner(text: &str, start: usize, end: usize) -> &str {
    text.get(start..text.len().saturating_sub(end)).unwrap_or_default()
}

/// A text may be taken apart here: between two characters that are not of one word or number.
fn is_seam(text: &str, at: usize) -> bool {
    let Some((before, after)) = text.split_at_checked(at) else { return false };
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !(word(before.chars().next_back()) && word(after.chars().next()))
}

/// The characters of some texts, as often as they have any.
fn class(texts: &[&str]) -> String {
    let lengths: BTreeSet<usize> = texts.iter().map(|text| text.chars().count()).collect();
    let (least, most) = (lengths.first().copied().unwrap_or(0), lengths.last().copied().unwrap_or(0));
    if most == 0 {
        return String::new();
    }
    let all: BTreeSet<char> = texts.iter().flat_map(|text| text.chars()).collect();
    let hex = all.iter().all(|c| c.is_ascii_digit() || ('a'..='f').contains(c));
    let mut class = String::from("[");
    let digits = all.iter().any(char::is_ascii_digit);
    let lower = all.iter().any(char::is_ascii_lowercase);
    if digits {
        class.push_str("0-9");
    }
    if all.iter().any(char::is_ascii_uppercase) {
        class.push_str("A-Z");
    }
    if lower {
        class.push_str(if hex && least == most && least >= DIGEST { "a-f" } else { "a-z" });
    }
    for c in all.iter().filter(|c| !c.is_ascii_alphanumeric()) {
        class.push_str(&escaped(c.encode_utf8(&mut [0; 4])));
    }
    class.push(']');
    match (least, most) {
        (1, 1) => class,
        (least, most) if least == most => format!("{class}{{{least}}}"),
        (least, most) => format!("{class}{{{least},{most}}}"),
    }
}

/// A text as an expression that matches nothing else.
fn escaped(text: &str) -> String {
    // `\<` and the like would mean something else: only what has a meaning is escaped.
    let special = |c: char| r"\.+*?()|[]{}^$#&-~".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::{exactly, expression, shape};
    use crate::model::TextPattern;
    use proptest::prelude::*;

    #[test]
    fn what_is_shared_stays() {
        let table: &[(&[&str], Option<&str>)] = &[
            (&["web-1", "web-23"], Some(r"web\-[0-9]{1,2}")),
            (&["v1.10", "v1.11"], Some(r"v1\.[0-9]{2}")),
            (&["certs/2026-a", "certs/2027-b"], Some(r"certs/[0-9]{4}\-(?:a|b)")),
            (&["certs/2026-ab", "certs/27-c"], Some(r"certs/[0-9]{2,4}\-(?:ab|c)")),
            (&["x-a", "x-b", "x-c", "x-d", "x-e", "x-f", "x-gh"], Some(r"x\-[a-z]{1,2}")),
            (&["r.io/a/b", "q.com/c/d"], Some(r"(?:q|r)\.(?:com|io)/(?:a|c)/(?:b|d)")),
            (&["300", "60"], Some("[0-9]{2,3}")),
            (&["x y", "x z"], Some("x (?:y|z)")),
            (&["same", "same"], Some("same")),
            (&["sha-0a1b2c3", "sha-1234567"], Some(r"sha\-[0-9a-f]{7}")),
            (&["20261101", "20261102"], Some("[0-9]{8}")),
            // What is not built alike has no shape.
            (&["0a1b2c3", "0a1b2c3d"], None),
            (&["a", ""], None),
            (&["a1", "1a"], None),
            (&["r.io/a/b", "q.example.com/c"], None),
        ];
        for (texts, expected) in table {
            assert_eq!(shape(texts).as_deref(), *expected, "{texts:?}");
        }
        let digests = ["sha256:", "sha256:"].map(|start| format!("{start}{}", "0123456789abcdef".repeat(4)));
        let other = format!("sha256:{}", "f".repeat(64));
        assert_eq!(shape(&[&digests[0], &other]).as_deref(), Some("sha256:[0-9a-f]{64}"));
        assert_eq!(expression(&["a", ""]), "[a-z]{0,1}");
        assert_eq!(expression(&["r/a", "q.b"]), r"[a-z\./]{3}");
    }

    proptest! {
        #[test]
        fn an_expression_matches_what_it_was_drawn_from(
            texts in prop::collection::vec(prop_oneof!["\\PC{0,12}", "[a-c]-[0-9]{1,3}", "[0-9a-f]{7}"], 1..5),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            for source in std::iter::once(expression(&texts)).chain(shape(&texts)) {
                let pattern = TextPattern::parse(&source).unwrap();
                for text in &texts {
                    prop_assert!(pattern.matches(text), "{source} {text:?}");
                }
            }
            let exact = TextPattern::parse(&exactly(texts[0])).unwrap();
            let longer = format!("{}x", texts[0]);
            prop_assert!(exact.matches(texts[0]) && !exact.matches(&longer));
        }
    }
}
