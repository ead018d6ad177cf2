//! Texts to a regular expression: what all of them begin and end with stays, what is between becomes a class of
//! characters with a length.

use std::collections::BTreeSet;

/// From so many hexadecimal characters on, a text is a digest.
const DIGEST: usize = 8;

/// An expression that matches each of the texts as a whole, and little else.
pub(super) fn expression(texts: &[&str]) -> String {
    let (start, end) = common(texts);
    let inside: Vec<&str> = texts.iter().map(|text| inner(text, start, end)).collect();
    let first = texts.first().copied().unwrap_or_default();
    let before = first.get(..start).unwrap_or_default();
    let after = first.get(first.len().saturating_sub(end)..).unwrap_or_default();
    format!("{}{}{}", escaped(before), runs(&inside).unwrap_or_else(|| class(&inside)), escaped(after))
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
}

/// Texts of the same runs of digits and letters between the same signs: each run by itself. `None` where they are not, and
/// for digests, whose runs mean nothing.
fn runs(texts: &[&str]) -> Option<String> {
    let hex = |text: &&str| text.len() >= DIGEST && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if texts.iter().any(hex) {
        return None;
    }
    let each: Vec<Vec<(Run, &str)>> = texts.iter().map(|text| cut(text)).collect();
    let (first, rest) = each.split_first()?;
    let alike = |other: &Vec<(Run, &str)>| {
        let same = |((a, x), (b, y)): (&(Run, &str), &(Run, &str))| a == b && (*a != Run::Sign || x == y);
        other.len() == first.len() && other.iter().zip(first).all(same)
    };
    if first.is_empty() || !rest.iter().all(alike) {
        return None;
    }
    let run = |at: usize| {
        let these: Vec<&str> = each.iter().filter_map(|runs| runs.get(at).map(|(_, text)| *text)).collect();
        match these.split_first() {
            Some((one, others)) if others.iter().all(|other| other == one) => escaped(one),
            _ => class(&these),
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
    use super::expression;
    use crate::model::TextPattern;
    use proptest::prelude::*;

    #[test]
    fn what_is_shared_stays() {
        let table: &[(&[&str], &str)] = &[
            (&["web-1", "web-23"], r"web\-[0-9]{1,2}"),
            (&["v1.10", "v1.11"], r"v1\.[0-9]{2}"),
            (&["certs/2026-a", "certs/2027-b"], r"certs/[0-9]{4}\-[a-z]"),
            (&["certs/2026-ab", "certs/27-c"], r"certs/[0-9]{2,4}\-[a-z]{1,2}"),
            (&["A-1/x", "B-22/x", "b-3/x"], r"[A-Za-z]\-[0-9]{1,2}/x"),
            (&["a1", "1a"], "[0-9a-z]{2}"),
            (&["x.1.y", "x.1"], r"x\.[0-9a-z\.]{1,3}"),
            (&["300", "60"], "[0-9]{2,3}"),
            (&["a", ""], "[a-z]{0,1}"),
            (&["x y", "x z"], "x [a-z]"),
        ];
        for (texts, expected) in table {
            assert_eq!(expression(texts), *expected);
        }
        let digests = ["sha256:", "sha256:"].map(|start| format!("{start}{}", "0123456789abcdef".repeat(4)));
        let other = format!("sha256:{}", "f".repeat(64));
        assert_eq!(expression(&[&digests[0], &other]), "sha256:[0-9a-f]{64}");
    }

    proptest! {
        #[test]
        fn an_expression_matches_what_it_was_drawn_from(texts in prop::collection::vec("\\PC{0,12}", 1..5)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let source = expression(&texts);
            let pattern = TextPattern::parse(&source).unwrap();
            for text in &texts {
                prop_assert!(pattern.matches(text), "{source} {text:?}");
            }
        }
    }
}
