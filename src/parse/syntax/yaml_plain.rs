//! What a plain YAML scalar is, where the readers of YAML agree.
//!
//! Held together: the core schema of YAML 1.2, the types of YAML 1.1 as PyYAML has them, and go-yaml, by which Kubernetes
//! reads. Whatever one of them takes for something else than the others is unclear.

use super::number;
use crate::model::ScalarKind;
use std::borrow::Cow;

/// Words that are more than text to some readers, in one case of letters or another.
const AMBIGUOUS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// What a scalar without quotes is, and its text.
pub(super) fn resolve(text: Cow<'_, str>) -> (ScalarKind, Cow<'_, str>) {
    let kind = match &*text {
        "" | "~" | "null" | "Null" | "NULL" => ScalarKind::Null,
        // The value and merge keys of YAML 1.1.
        "=" | "<<" => ScalarKind::Unclear,
        plain => match plain.as_bytes().first() {
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') => return numeric(text),
            Some(b'a'..=b'z' | b'A'..=b'Z') if plain.len() <= 5 => match word(plain) {
                ScalarKind::Bool => return (ScalarKind::Bool, Cow::Owned(plain.to_ascii_lowercase())),
                kind => kind,
            },
            _ => ScalarKind::Text,
        },
    };
    (kind, text)
}

fn word(plain: &str) -> ScalarKind {
    match plain {
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarKind::Bool,
        _ if AMBIGUOUS.iter().any(|word| word.eq_ignore_ascii_case(plain)) => ScalarKind::Unclear,
        _ => ScalarKind::Text,
    }
}

/// A scalar that begins as numbers do.
fn numeric(text: Cow<'_, str>) -> (ScalarKind, Cow<'_, str>) {
    let plain = text.trim_start_matches(['+', '-']);
    let signs = text.len() - plain.len();
    let only = |allowed: fn(u8) -> bool| !plain.is_empty() && plain.bytes().all(allowed);
    if only(|byte| byte.is_ascii_digit()) {
        return integer(text, signs);
    }
    if let Some(digits) = plain.strip_prefix("0x").filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) {
        return match i64::from_str_radix(digits, 16) {
            Ok(number) if signs == 0 => (ScalarKind::Integer, Cow::Owned(number.to_string())),
            _ => (ScalarKind::Unclear, text),
        };
    }
    if is_fraction(&text) {
        return (number::fraction(&text), text);
    }
    let kind = if might_be_number(plain) || is_sexagesimal(plain) || is_date(&text) {
        ScalarKind::Unclear
    } else {
        ScalarKind::Text
    };
    (kind, text)
}

/// Digits only, behind a sign or none. A leading zero is octal to some; `-0` is not `0` to some.
fn integer(text: Cow<'_, str>, signs: usize) -> (ScalarKind, Cow<'_, str>) {
    let digits = text.trim_start_matches(['+', '-']);
    let written = (digits == "0" && !text.starts_with('-')) || !digits.starts_with('0');
    match digits.parse::<i64>() {
        Ok(_) if !written || signs > 1 => (ScalarKind::Unclear, text),
        Ok(number) if text.starts_with('+') => (ScalarKind::Integer, Cow::Owned(number.to_string())),
        Ok(_) => (ScalarKind::Integer, text),
        Err(_) => (ScalarKind::Unclear, text),
    }
}

/// A fraction as all readers know it: `[-+]?digits.digits?([eE][-+]digits)?`, or `.digits` without a sign.
fn is_fraction(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-'])),
        None => (unsigned, Some("0")),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((whole, part)) = mantissa.split_once('.') else { return false };
    let complete = match whole {
        "" => !part.is_empty() && unsigned.len() == text.len(),
        _ => true,
    };
    complete
        && digits(whole)
        && digits(part)
        && exponent.is_some_and(|exponent| !exponent.is_empty() && digits(exponent))
}

/// What some reader may take for a number: with `_` in it, without a dot before the exponent, in another radix, not
/// finite. Rather too much than too little.
fn might_be_number(plain: &str) -> bool {
    let plain = plain.replace('_', "").to_ascii_lowercase();
    if matches!(&*plain, "." | ".inf" | ".nan" | "inf" | "nan" | "infinity") {
        return true;
    }
    let other_radix = ["0x", "0o", "0b"].iter().any(|prefix| {
        plain
            .strip_prefix(prefix)
            .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'.' || b == b'p'))
    });
    let begins = plain.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    other_radix || (begins && plain.parse::<f64>().is_ok())
}

/// `190:20:30`, a number of base 60 to YAML 1.1.
fn is_sexagesimal(plain: &str) -> bool {
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let mut parts = whole.split(':');
    let first = parts.next().is_some_and(|part| !part.is_empty() && digits(part));
    let place = |part: &str| match part.as_bytes() {
        [digit] | [b'0'..=b'5', digit] => digit.is_ascii_digit(),
        _ => false,
    };
    let mut places = 0;
    first && parts.inspect(|_| places += 1).all(place) && places > 0 && digits(fraction)
}

/// `2026-01-01`, and times that begin so.
fn is_date(text: &str) -> bool {
    let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let day = rest.split(['T', 't', ' ', '\t']).next().unwrap_or_default();
    digits(year, 4..=4) && digits(month, 1..=2) && digits(day, 1..=2)
}
