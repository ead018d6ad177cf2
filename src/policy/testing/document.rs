//! The input of a case: a document, what differs from it, and the guard that no key of it is misspelt. A rule that reads
//! `input.labels` says nothing of `lables`, and the case would pass for the wrong reason.

use crate::model::{Datum, Moment, PolicyCase, TestFault};
use crate::policy::check::closest;
use crate::policy::input;
use serde_json::{Map, Value};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(input::SCHEMA).unwrap_or_default());

/// What a case starts from.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// JSON as the gate writes it.
    Json(&'a str),
    /// A whole document that somebody wrote.
    Whole(&'a Datum),
    /// What differs from a document as the gate writes it.
    Over(&'a str, &'a Datum),
}

/// The input document of a case, as JSON, and the time of its evaluation, which is `otherwise` where the document has none.
///
/// # Errors
/// When the document has a key that no input has.
pub fn document(start: Start<'_>, case: &PolicyCase, otherwise: Moment) -> Result<(String, Moment), TestFault> {
    let read = |text| serde_json::from_str(text).map_err(|e| fault(format!("the input is not JSON: {e}"), None));
    let mut document = match start {
        Start::Json(text) | Start::Over(text, _) => read(text)?,
        Start::Whole(datum) => input::datum(datum),
    };
    if let Start::Over(_, datum) = start {
        merge(&mut document, input::datum(datum));
    }
    if let Some(patch) = &case.patch {
        merge(&mut document, input::datum(patch));
    }
    if let Value::Object(map) = &mut document {
        if !case.params.is_empty() {
            let params = map.entry("params").or_insert_with(|| Value::Object(Map::new()));
            let wanted = case.params.iter().map(|(name, value)| (name.clone(), input::datum(value)));
            params.as_object_mut().into_iter().for_each(|params| params.extend(wanted.clone()));
        }
        if let Some(now) = case.now {
            map.insert("now".to_owned(), Value::from(now.to_string()));
        }
    }
    unknown_key(&document, &SCHEMA, "input").map_or(Ok(()), Err)?;
    let now = match document.get("now") {
        None => otherwise,
        Some(now) => now.as_str().and_then(Moment::parse).ok_or_else(|| {
            fault("`input.now` is no time".to_owned(), Some("write it as 2026-11-22T16:00:00Z".to_owned()))
        })?,
    };
    Ok((document.to_string(), now))
}

fn fault(message: String, help: Option<String>) -> TestFault {
    TestFault { code: "changeward::cases::input".to_owned(), message, place: None, help }
}

/// JSON merge patch, RFC 7396.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(&key);
        } else {
            merge(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// The first key that the schema of the input does not know.
fn unknown_key(value: &Value, schema: &Value, way: &str) -> Option<TestFault> {
    match value {
        Value::Object(map) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let others = schema.get("additionalProperties");
            for (key, value) in map {
                if let Some(known) = properties.and_then(|properties| properties.get(key)) {
                    if let Some(fault) = unknown_key(value, known, &format!("{way}.{key}")) {
                        return Some(fault);
                    }
                } else if others == Some(&Value::Bool(false)) {
                    let known = properties.into_iter().flat_map(Map::keys).map(String::as_str);
                    let help = match closest(key, known) {
                        Some(name) => format!("did you mean `{name}`?"),
                        None => "`changeward schema input` says what an input holds".to_owned(),
                    };
                    return Some(fault(format!("`{way}` has no key `{}`", key.escape_debug()), Some(help)));
                } else if let Some(fault) =
                    others.and_then(|others| unknown_key(value, others, &format!("{way}.{key}")))
                {
                    return Some(fault);
                }
            }
            None
        }
        Value::Array(items) => {
            let schema = schema.get("items")?;
            items.iter().enumerate().find_map(|(n, item)| unknown_key(item, schema, &format!("{way}[{n}]")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Start, document, merge};
    use crate::model::{Moment, PolicyCase, Wanted};
    use serde_json::json;

    #[test]
    fn a_patch_joins_tables_and_replaces_everything_else() {
        // The examples of RFC 7396, appendix A.
        let table = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": "foo"}), json!({"b": {"c": null, "d": 1}}), json!({"a": "foo", "b": {"d": 1}})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (mut target, patch, expected) in table {
            merge(&mut target, patch);
            assert_eq!(target, expected);
        }
    }

    #[test]
    fn a_misspelt_key_is_refused_wherever_it_stands() {
        let case = PolicyCase {
            note: String::new(),
            line: 1,
            todo: false,
            input: None,
            patch: None,
            now: None,
            params: [("x".to_owned(), crate::model::Datum::Int(1))].into(),
            want: Wanted::default(),
        };
        let now = Moment::from_unix(0);
        for (text, message) in [
            (r#"{"lables": []}"#, "`input` has no key `lables`"),
            (r#"{"files": [{"path": "a"}, {"pth": 1}]}"#, "`input.files[1]` has no key `pth`"),
        ] {
            let fault = document(Start::Json(text), &case, now).unwrap_err();
            assert_eq!(fault.message, message);
            assert!(fault.help.unwrap().starts_with("did you mean"));
        }
        let (text, at) =
            document(Start::Json(r#"{"now": "2026-01-02T00:00:00Z", "rows": {"pay": {}}}"#), &case, now).unwrap();
        assert_eq!(text, r#"{"now":"2026-01-02T00:00:00Z","params":{"x":1},"rows":{"pay":{}}}"#);
        assert_eq!(at.to_string(), "2026-01-02T00:00:00Z");
    }
}
