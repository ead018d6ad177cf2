//! `glob.match` as OPA has it (the rules of Go's gobwas/glob), where the engine follows another library: `**` spans
//! delimiters wherever it stands, `a/**/b` needs both slashes, `[!a]` negates and `[^a]` does not.

use super::{Refusal, text};
use regex::Regex;
use regorus::Value;
use std::collections::HashMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Compiled patterns by delimiters and pattern. Emptied when full: a policy that makes patterns from its input must not
/// fill the memory.
static CACHE: LazyLock<Mutex<HashMap<String, Arc<Regex>>>> = LazyLock::new(Mutex::default);
const CACHED: usize = 1_024;
/// The most bytes of a compiled pattern.
const COMPILED: usize = 4 << 20;

/// `glob.match(pattern, delimiters, text)`: `null` is no delimiter, an empty array is the dot.
pub(super) fn matches(arguments: &[Value]) -> Result<Value, Refusal> {
    let (pattern, candidate) = (text(arguments, 0)?, text(arguments, 2)?);
    let delimiters = match arguments.get(1) {
        Some(Value::Null) => Vec::new(),
        Some(Value::Array(given)) if given.iter().next().is_none() => vec!['.'],
        Some(Value::Array(given)) => given
            .iter()
            .map(delimiter)
            .collect::<Option<_>>()
            .ok_or_else(|| Refusal::new("operand 2 must be an array of single characters"))?,
        _ => return Err(Refusal::new("operand 2 must be null or an array of single characters")),
    };
    Ok(Value::from(compiled(pattern, &delimiters)?.is_match(candidate)))
}

/// `glob.quote_meta(pattern)`: a pattern that matches exactly this text.
pub(super) fn quote_meta(arguments: &[Value]) -> Result<Value, Refusal> {
    let mut out = String::new();
    for c in text(arguments, 0)?.chars() {
        if matches!(c, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
    Ok(Value::from(out))
}

fn delimiter(value: &Value) -> Option<char> {
    let Value::String(text) = value else { return None };
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

fn compiled(pattern: &str, delimiters: &[char]) -> Result<Arc<Regex>, Refusal> {
    let key = delimiters.iter().chain(&['\0']).chain(&pattern.chars().collect::<Vec<_>>()).collect::<String>();
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = cache.get(&key) {
        return Ok(Arc::clone(known));
    }
    let text = to_regex(pattern, delimiters)?;
    let built = regex::RegexBuilder::new(&text).size_limit(COMPILED).build();
    let regex = Arc::new(built.map_err(|_| Refusal::new("the glob is too large"))?);
    if cache.len() >= CACHED {
        cache.clear();
    }
    cache.insert(key, Arc::clone(&regex));
    Ok(regex)
}

/// The regular expression of the same language.
fn to_regex(pattern: &str, delimiters: &[char]) -> Result<String, Refusal> {
    let one = if delimiters.is_empty() {
        ".".to_owned()
    } else {
        format!("[^{}]", delimiters.iter().map(|c| escaped(*c)).collect::<String>())
    };
    let mut out = String::from("(?s)\\A(?:");
    let mut open = 0_usize;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next().map(escaped)),
            '*' if chars.next_if_eq(&'*').is_some() => out.push_str(".*"),
            '*' => out.push_str(&format!("{one}*")),
            '?' => out.push_str(&one),
            '[' => class(&mut chars, &mut out)?,
            '{' => {
                open += 1;
                out.push_str("(?:");
            }
            ',' if open > 0 => out.push('|'),
            '}' if open > 0 => {
                open -= 1;
                out.push(')');
            }
            other => out.push_str(&escaped(other)),
        }
    }
    // A brace that is never closed ends with the pattern.
    out.extend(std::iter::repeat_n(')', open + 1));
    out.push_str("\\z");
    Ok(out)
}

/// After `[`: `!` negates; then either one range `a-z` or a list of characters, up to `]`.
fn class(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), Refusal> {
    let unfinished = || Refusal::new("unexpected end of input in a glob");
    out.push_str(if chars.next_if_eq(&'!').is_some() { "[^" } else { "[" });
    let mut ahead = chars.clone();
    let low = ahead.next().ok_or_else(unfinished)?;
    if ahead.next() == Some('-') {
        let high = ahead.next().ok_or_else(unfinished)?;
        match ahead.next() {
            Some(']') if low <= high => {}
            Some(']') => return Err(Refusal::new("a range of a glob runs backwards")),
            _ => return Err(Refusal::new("expected close range character")),
        }
        *chars = ahead;
        out.push_str(&format!("{}-{}]", escaped(low), escaped(high)));
        return Ok(());
    }
    let mut empty = true;
    loop {
        match chars.next().ok_or_else(unfinished)? {
            ']' if empty => return Err(Refusal::new("could not parse range")),
            ']' => break,
            '\\' => out.push_str(&escaped(chars.next().ok_or_else(unfinished)?)),
            other => out.push_str(&escaped(other)),
        }
        empty = false;
    }
    out.push(']');
    Ok(())
}

fn escaped(c: char) -> String {
    regex::escape(c.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::{matches, quote_meta};
    use regorus::Value;

    /// Every row was asked of OPA 1.20.2. `slash`, `dot` (an empty array) and `null` are the delimiters.
    const TABLE: &[(&str, &str, &str, Option<bool>)] = &[
        ("*.rs", "slash", "main.rs", Some(true)),
        ("*.rs", "slash", "a/main.rs", Some(false)),
        ("*.rs", "null", "a/main.rs", Some(true)),
        ("*", "dot", "a.b", Some(false)),
        ("*", "dot", "a/b", Some(true)),
        ("**", "dot", "a.b", Some(true)),
        ("**/*.tf", "slash", "main.tf", Some(false)),
        ("**/*.tf", "slash", "a/b/main.tf", Some(true)),
        ("foo**bar", "slash", "foo/x/bar", Some(true)),
        ("**a", "slash", "x/ya", Some(true)),
        ("a/**/b", "null", "a/b", Some(false)),
        ("[^a]", "slash", "^", Some(true)),
        ("[^a]", "slash", "b", Some(false)),
        ("[!a]", "slash", "b", Some(true)),
        ("[!a]", "slash", "/", Some(true)),
        ("[a-c]x", "slash", "bx", Some(true)),
        ("[a-c0]", "slash", "a", None),
        ("[a", "slash", "a", None),
        ("[]", "slash", "a", None),
        ("?", "slash", "/", Some(false)),
        ("?", "slash", "é", Some(true)),
        ("{a,b}/c", "slash", "b/c", Some(true)),
        ("{,a}b", "slash", "b", Some(true)),
        ("{a,b", "slash", "a", Some(true)),
        ("a}", "slash", "a}", Some(true)),
        ("a,b", "slash", "a,b", Some(true)),
        ("\\*", "slash", "*", Some(true)),
        ("\\*", "slash", "a", Some(false)),
        ("a\\", "slash", "a", Some(true)),
        ("", "slash", "", Some(true)),
        ("a.b", "slash", "axb", Some(false)),
    ];

    #[test]
    fn globs_answer_as_opa_does() {
        for (pattern, delimiters, candidate, expected) in TABLE {
            let delimiters = match *delimiters {
                "slash" => Value::from_json_str("[\"/\"]").unwrap(),
                "dot" => Value::new_array(),
                _ => Value::Null,
            };
            let answer = matches(&[Value::from(*pattern), delimiters, Value::from(*candidate)]).ok();
            assert_eq!(answer, expected.map(Value::from), "{pattern} {candidate}");
        }
        let quoted = quote_meta(&[Value::from("a*[b]{c}?\\,!-")]).unwrap();
        assert_eq!(quoted, Value::from("a\\*\\[b\\]\\{c\\}\\?\\\\,!-"));
    }
}
