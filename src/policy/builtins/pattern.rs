//! `regex.match` and its kind with the syntax of Go, kept compiled: the engine's own has another syntax, refuses what is
//! larger than 100 KiB when compiled, and compiles anew for each call.

use super::{Refusal, text};
use regex::Regex;
use regorus::Value;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

static CACHE: LazyLock<Mutex<HashMap<String, Arc<Regex>>>> = LazyLock::new(Mutex::default);
const CACHED: usize = 1_024;
/// The most bytes of a compiled expression.
const COMPILED: usize = 4 << 20;

/// `regex.match(pattern, text)`: the pattern is found anywhere.
pub(super) fn matches(arguments: &[Value]) -> Result<Value, Refusal> {
    Ok(Value::from(compiled(text(arguments, 0)?)?.is_match(text(arguments, 1)?)))
}

/// `regex.is_valid(pattern)`.
pub(super) fn is_valid(arguments: &[Value]) -> Result<Value, Refusal> {
    Ok(Value::from(text(arguments, 0).is_ok_and(|pattern| compiled(pattern).is_ok())))
}

/// `regex.template_match(template, text, open, close)`: the parts between the delimiters are patterns, the rest is text.
pub(super) fn template_match(arguments: &[Value]) -> Result<Value, Refusal> {
    let (template, candidate) = (text(arguments, 0)?, text(arguments, 1)?);
    let (open, close) = (delimiter(arguments, 2)?, delimiter(arguments, 3)?);
    let unbalanced = || Refusal::new("the delimiters of the template do not pair up");
    let mut whole = String::from("^");
    let (mut depth, mut part) = (0_usize, String::new());
    for c in template.chars() {
        let (opens, closes) = (c == open && (open != close || depth == 0), c == close);
        if opens && depth == 0 {
            whole.push_str(&regex::escape(&std::mem::take(&mut part)));
        } else if closes && depth == 1 {
            whole.push_str(&format!("({})", translated(&std::mem::take(&mut part))?));
        } else {
            part.push(c);
        }
        depth = match (opens, closes) {
            (true, _) => depth + 1,
            (false, true) => depth.checked_sub(1).ok_or_else(unbalanced)?,
            _ => depth,
        };
    }
    if depth != 0 {
        return Err(unbalanced());
    }
    whole.push_str(&regex::escape(&part));
    whole.push('$');
    Ok(Value::from(cached(&whole, || Ok(whole.clone()))?.is_match(candidate)))
}

fn delimiter(arguments: &[Value], index: usize) -> Result<char, Refusal> {
    let mut chars = text(arguments, index)?.chars();
    let wrong = || Refusal::new(format!("operand {} must be a single character", index + 1));
    chars.next().filter(|_| chars.next().is_none()).ok_or_else(wrong)
}

fn compiled(pattern: &str) -> Result<Arc<Regex>, Refusal> {
    cached(pattern, || translated(pattern))
}

fn cached(key: &str, text: impl Fn() -> Result<String, Refusal>) -> Result<Arc<Regex>, Refusal> {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = cache.get(key) {
        return Ok(Arc::clone(known));
    }
    let built = regex::RegexBuilder::new(&text()?).size_limit(COMPILED).build();
    let regex = Arc::new(built.map_err(|error| Refusal::new(last_line(&error.to_string())))?);
    if cache.len() >= CACHED {
        cache.clear();
    }
    cache.insert(key.to_owned(), Arc::clone(&regex));
    Ok(regex)
}

/// The regex crate explains over several lines; the last one says it.
fn last_line(text: &str) -> String {
    format!("invalid regex: {}", text.lines().last().unwrap_or(text).trim_start_matches("error: "))
}

/// A pattern of Go in the words of our regex crate: `\d`, `\w`, `\s` and `\b` are ASCII, `\Q…\E` is text, octal escapes
/// are characters, and inside a class `[`, `&` and `~` stand for themselves.
fn translated(pattern: &str) -> Result<String, Refusal> {
    let mut out = String::new();
    let mut rest = pattern;
    let mut class: Option<usize> = None;
    while let Some(c) = rest.chars().next() {
        let (taken, word) = match (c, class) {
            ('\\', _) => escape(rest, class.is_some())?,
            ('[', None) => {
                let head = if rest.starts_with("[^") { 2 } else { 1 };
                // A bracket that closes at once is a character.
                let head = if rest.get(head..).is_some_and(|tail| tail.starts_with(']')) { head + 1 } else { head };
                class = Some(head);
                (head, rest.get(..head).unwrap_or("[").replace("]", "\\]"))
            }
            ('[', Some(_)) if rest.starts_with("[:") => {
                let end = rest.find(":]").map_or(1, |at| at + 2);
                (end, if end == 1 { "\\[".to_owned() } else { rest.get(..end).unwrap_or("").to_owned() })
            }
            ('[' | '&' | '~', Some(_)) => (1, format!("\\{c}")),
            (']', Some(_)) => {
                class = None;
                (1, "]".to_owned())
            }
            // A brace that counts nothing is a character.
            ('{', None) if !counts(rest) => (1, "\\{".to_owned()),
            _ => (c.len_utf8(), c.to_string()),
        };
        out.push_str(&word);
        rest = rest.get(taken..).unwrap_or("");
    }
    Ok(out)
}

/// `{2}`, `{2,}`, `{2,3}`.
fn counts(rest: &str) -> bool {
    let Some((inside, _)) = rest.trim_start_matches('{').split_once('}') else { return false };
    let (low, high) = inside.split_once(',').unwrap_or((inside, ""));
    !low.is_empty() && low.chars().chain(high.chars()).all(|c| c.is_ascii_digit()) && !rest.starts_with("{{")
}

/// What stands after a backslash: how many bytes, and our words for it.
fn escape(rest: &str, in_class: bool) -> Result<(usize, String), Refusal> {
    let next = rest.chars().nth(1).ok_or_else(|| Refusal::new("invalid regex: trailing backslash"))?;
    let ascii = |inside: &str, negated: bool| match (in_class, negated) {
        (true, false) => inside.to_owned(),
        (_, true) => format!("[^{inside}]"),
        (false, false) => format!("[{inside}]"),
    };
    Ok(match next {
        'd' | 'D' => (2, ascii("0-9", next == 'D')),
        'w' | 'W' => (2, ascii("0-9A-Za-z_", next == 'W')),
        's' | 'S' => (2, ascii("\\t\\n\\x0c\\r ", next == 'S')),
        'b' if !in_class => (2, "(?-u:\\b)".to_owned()),
        'Q' if !in_class => {
            let quoted = rest.get(2..).unwrap_or("");
            let end = quoted.find("\\E").unwrap_or(quoted.len());
            ((4 + end).min(rest.len()), regex::escape(quoted.get(..end).unwrap_or("")))
        }
        '0'..='7' => octal(rest)?,
        other => (1 + other.len_utf8(), format!("\\{other}")),
    })
}

/// `\0` to `\07`, or three octal digits; a single digit would be a back reference, which Go has not.
fn octal(rest: &str) -> Result<(usize, String), Refusal> {
    let digits: String = rest.chars().skip(1).take_while(|c| ('0'..='7').contains(c)).take(3).collect();
    let code = u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32);
    match code.filter(|_| digits.starts_with('0') || digits.len() > 1) {
        Some(c) => Ok((1 + digits.len(), regex::escape(c.encode_utf8(&mut [0; 4])))),
        None => Err(Refusal::new(format!("invalid regex: invalid escape sequence `\\{digits}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_valid, matches, template_match};
    use regorus::Value;

    #[test]
    fn expressions_answer_as_opa_does() {
        let table = [
            ("a+", "xaax", Some(true)),
            ("^a$", "a\n", Some(false)),
            ("\\d", "\u{663}", Some(false)),
            ("^[\\d-]+$", "1-2", Some(true)),
            ("^[\\W]$", "-", Some(true)),
            ("[a&&b]", "&", Some(true)),
            ("[[a]", "[", Some(true)),
            ("[]a]", "]", Some(true)),
            ("[^]a]", "]", Some(false)),
            ("^[[:alpha:]]+$", "ab", Some(true)),
            ("\\Qa.b\\E$", "a.b", Some(true)),
            ("\\Qa.b", "axb", Some(false)),
            ("\\141", "a", Some(true)),
            ("\\1", "a", None),
            ("(", "a", None),
            ("a\\", "a", None),
            ("^\\w{5}$", "abcde", Some(true)),
            ("^{a{2}}$", "{aa}", Some(true)),
            ("^a{,2}$", "a{,2}", Some(true)),
            ("^\\d{50}$", "1", Some(false)),
            ("^(feat|fix|chore)(\\(\\w+\\))?!?: .{1,72}$", "feat(x): y", Some(true)),
            ("(?i)k", "\u{212a}", Some(true)),
        ];
        for (pattern, candidate, expected) in table {
            let found = matches(&[Value::from(pattern), Value::from(candidate)]).ok();
            assert_eq!(found, expected.map(Value::from), "{pattern}");
            assert_eq!(is_valid(&[Value::from(pattern)]).unwrap(), Value::from(expected.is_some()), "{pattern}");
        }
    }

    #[test]
    fn templates_never_panic() {
        let table = [
            ("urn:foo:{.*}", "urn:foo:bar", Some(true)),
            ("urn:foo:{.*}", "ur", Some(false)),
            ("urn:{[a-z]{2}}:x", "urn:ab:x", Some(true)),
            ("é{.*}", "a", Some(false)),
            ("a}", "a}", None),
            ("{a", "a", None),
        ];
        for (template, candidate, expected) in table {
            let arguments = [template, candidate, "{", "}"].map(Value::from);
            assert_eq!(template_match(&arguments).ok(), expected.map(Value::from), "{template}");
        }
    }
}
