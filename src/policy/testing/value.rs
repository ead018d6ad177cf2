//! Values as Rego writes them, short enough to be read: JSON would show a set as a list.

use regorus::Value;
use std::fmt::Write;

/// The longest value shown, in characters.
const LONGEST: usize = 2_000;

/// A value in Rego's own words; `undefined` for none.
pub(super) fn shown(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// A key of an object as it stands in a name: text without its quotes.
pub(super) fn key(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => shown(other),
    }
}

fn write(value: &Value, out: &mut String) {
    if out.len() > LONGEST * 4 {
        return;
    }
    match value {
        Value::Undefined => out.push_str("undefined"),
        Value::Array(items) => list(items.iter(), "[", "]", out),
        Value::Set(items) if items.is_empty() => out.push_str("set()"),
        Value::Set(items) => list(items.iter(), "{", "}", out),
        Value::Object(fields) => {
            out.push('{');
            for (n, (name, field)) in fields.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                write(name, out);
                out.push_str(": ");
                write(field, out);
            }
            out.push('}');
        }
        // A value that cannot be written as JSON is none that Rego has.
        other => drop(write!(out, "{}", serde_json::to_string(other).unwrap_or_default())),
    }
}

fn list<'v>(items: impl Iterator<Item = &'v Value>, open: &str, close: &str, out: &mut String) {
    out.push_str(open);
    for (n, item) in items.enumerate() {
        out.push_str(if n > 0 { ", " } else { "" });
        write(item, out);
    }
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, key, shown};
    use regorus::Value;

    #[test]
    fn values_are_written_as_rego_writes_them() {
        let json = |text| Value::from_json_str(text).unwrap();
        let one = Value::from_json_str("[1]").unwrap();
        assert_eq!(shown(&json(r#"{"a": [1, "x\n", null], "b": {}}"#)), r#"{"a": [1, "x\n", null], "b": {}}"#);
        assert_eq!(shown(&Value::from(std::collections::BTreeSet::from([one]))), "{[1]}");
        assert_eq!(shown(&Value::new_set()), "set()");
        assert_eq!(
            (shown(&Value::Undefined), key(&json("\"a\"")), key(&json("1"))),
            ("undefined".into(), "a".into(), "1".into())
        );
        let long = shown(&json(&format!("\"{}\"", "é".repeat(3 * LONGEST))));
        assert_eq!(long.chars().count(), LONGEST + 1);
    }
}
