//! Regular expressions of RE2, spelled for our own engine.
//!
//! The two are of one family and differ in corners (RE2's syntax page, `github.com/google/re2/wiki/Syntax`): there `\d`,
//! `\w`, `\s` and `\b` know ASCII only, `\Q…\E` quotes, and a set of characters has neither operators nor sets within.

/// The expression in the other spelling.
///
/// # Errors
/// Flags that only our engine knows.
pub(super) fn from_re2(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (spelled, after) = match c {
            '\\' => escape(rest),
            '[' => set(rest),
            '(' => (String::from("("), group(rest)?),
            _ => (String::from(c), rest.get(c.len_utf8()..).unwrap_or_default()),
        };
        out.push_str(&spelled);
        rest = after;
    }
    Ok(out)
}

/// Looks at the flags behind a `(`.
fn group(text: &str) -> Result<&str, String> {
    let after = text.strip_prefix('(').unwrap_or(text);
    let flags = after.strip_prefix('?').and_then(|flags| flags.split([':', ')']).next()).unwrap_or_default();
    let odd = flags.chars().find(|c| matches!(c, 'x' | 'u' | 'R'));
    match odd.filter(|_| flags.chars().all(|c| c.is_ascii_alphabetic() || c == '-')) {
        Some(flag) => Err(format!("there is no flag `{flag}`")),
        None => Ok(after),
    }
}

/// An escape outside a set, and what follows it.
fn escape(text: &str) -> (String, &str) {
    let after = text.strip_prefix('\\').unwrap_or(text);
    let Some(c) = after.chars().next() else { return (String::from("\\"), after) };
    let rest = after.get(c.len_utf8()..).unwrap_or_default();
    let spelled = match c {
        'd' | 'w' | 's' => format!("[{}]", perl(c)),
        'D' | 'W' | 'S' => format!("[^{}]", perl(c.to_ascii_lowercase())),
        'b' | 'B' => format!("(?-u:\\{c})"),
        'C' => String::from("(?s-u:.)"),
        'Q' => {
            let (quoted, rest) = rest.split_once("\\E").unwrap_or((rest, ""));
            return (regex::escape(quoted), rest);
        }
        _ => format!("\\{c}"),
    };
    (spelled, rest)
}

/// A set of characters from its `[` to its `]`, and what follows it.
fn set(text: &str) -> (String, &str) {
    let mut out = String::from("[");
    let mut rest = text.strip_prefix('[').unwrap_or(text);
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    if let Some(after) = rest.strip_prefix(']') {
        out.push_str("\\]");
        rest = after;
    }
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            ']' => {
                out.push(']');
                return (out, after);
            }
            '[' => match rest.strip_prefix("[:").and_then(|named| named.split_once(":]")) {
                Some((name, behind)) if name.chars().all(|c| c.is_ascii_alphabetic() || c == '^') => {
                    out.push_str(&format!("[:{name}:]"));
                    rest = behind;
                    continue;
                }
                _ => out.push_str("\\["),
            },
            '&' | '~' => out.extend(['\\', c]),
            '-' if out.ends_with('-') => out.push_str("\\-"),
            '\\' => {
                let Some(escaped) = after.chars().next() else { return (out + "\\", after) };
                match escaped {
                    'd' | 'w' | 's' => out.push_str(perl(escaped)),
                    'D' | 'W' | 'S' => out.push_str(&format!("[^{}]", perl(escaped.to_ascii_lowercase()))),
                    other => out.extend(['\\', other]),
                }
                rest = after.get(escaped.len_utf8()..).unwrap_or_default();
                continue;
            }
            other => out.push(other),
        }
        rest = after;
    }
    (out, rest)
}

/// What Perl's classes hold in RE2.
fn perl(class: char) -> &'static str {
    match class {
        'd' => "0-9",
        's' => "\\t\\n\\x0c\\r ",
        _ => "0-9A-Za-z_",
    }
}

#[cfg(test)]
mod tests {
    use super::from_re2;
    use regex::bytes::Regex;

    #[test]
    fn what_re2_means_is_what_matches() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("\\.go$", &["a.go", "x/a.go"], &["a.go.x", "ago"]),
            ("^sub/", &["sub/x"], &["a/sub/x"]),
            ("^\\d+$", &["12"], &["\u{664}"]),
            ("^[\\d_]+$", &["1_"], &["\u{664}"]),
            ("^[^\\W]+$", &["ab"], &["\u{e9}", "-"]),
            ("\\bx\\b", &["a x", "\u{e9}x"], &["ax"]),
            ("^\\Qa.b\\E$", &["a.b"], &["axb"]),
            ("^[]a]+$", &["]a"], &["b"]),
            ("^[a[]$", &["[", "a"], &["b"]),
            ("^[a&&b]$", &["&", "a", "b"], &["c"]),
            ("^[a~~b]$", &["~"], &["c"]),
            ("^[+--]$", &["+", ",", "-"], &["a"]),
            ("^[[:digit:]x]+$", &["1x"], &["y"]),
            ("^[\\]\\-]+$", &["]-"], &["\\"]),
            ("^(?i)readme", &["README"], &["x"]),
            ("^(?P<x>a)$", &["a"], &["x"]),
            ("^.$", &["\u{e9}"], &["ab"]),
            ("(^|/)OWNERS$", &["OWNERS", "a/OWNERS"], &["XOWNERS"]),
        ];
        for (text, hits, misses) in table {
            let spelled = from_re2(text).unwrap();
            let regex = Regex::new(&spelled).unwrap();
            for path in *hits {
                assert!(regex.is_match(path.as_bytes()), "`{text}` ({spelled}) on `{path}`");
            }
            for path in *misses {
                assert!(!regex.is_match(path.as_bytes()), "`{text}` ({spelled}) on `{path}`");
            }
        }
        for text in ["(?x) a", "(?iu)a", "(?R:a)"] {
            assert!(from_re2(text).is_err(), "{text}");
        }
    }
}
