//! The schema of the input with nothing to look up in it, for the lints and for tools that follow no references.

use serde_json::{Map, Value};

/// How deep references are followed; one that leads back to itself ends open.
const DEPTH: usize = 32;

/// The schema with each `$ref` to a part of itself replaced by that part.
pub fn flat_schema() -> Value {
    let whole: Value = serde_json::from_str(super::SCHEMA).unwrap_or_default();
    let mut flat = flattened(&whole, &whole, 0);
    if let Some(map) = flat.as_object_mut() {
        map.remove("$defs");
        map.remove("definitions");
    }
    flat
}

/// The schema for the type checkers of OPA (`opa check --schema`) and of editors built on it: as [`flat_schema`], and what may
/// be of several types is left open, since OPA takes the first of them for the only one and would refuse `== null`.
pub fn checker_schema() -> String {
    let mut schema = flat_schema();
    open_several(&mut schema);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn open_several(part: &mut Value) {
    match part {
        Value::Object(map) => {
            if map.get("type").is_some_and(Value::is_array) {
                map.remove("type");
            }
            map.values_mut().for_each(open_several);
        }
        Value::Array(items) => items.iter_mut().for_each(open_several),
        _ => {}
    }
}

fn flattened(part: &Value, whole: &Value, depth: usize) -> Value {
    match part {
        Value::Object(map) => {
            let target =
                map.get("$ref").and_then(Value::as_str).and_then(|name| whole.pointer(name.strip_prefix('#')?));
            let mut flat = match target {
                Some(_) if depth == DEPTH => Map::new(),
                Some(target) => flattened(target, whole, depth + 1).as_object().cloned().unwrap_or_default(),
                None => Map::new(),
            };
            // What stands beside a reference says more of this place.
            let own = map.iter().filter(|(key, _)| *key != "$ref" || target.is_none());
            flat.extend(own.map(|(key, value)| (key.clone(), flattened(value, whole, depth))));
            Value::Object(flat)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| flattened(item, whole, depth)).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{checker_schema, flat_schema, flattened};
    use serde_json::{Value, json};

    /// Nothing in it may be of several types, or of none.
    fn one_type(schema: &Value) -> bool {
        match schema {
            Value::Object(map) => {
                let sound =
                    map.get("type").is_none_or(|kind| kind.is_object() || kind.as_str().is_some_and(|k| k != "null"));
                sound && map.values().all(one_type)
            }
            Value::Array(items) => items.iter().all(one_type),
            _ => true,
        }
    }

    #[test]
    fn references_are_replaced_and_end_where_they_lead_back() {
        let whole = json!({
            "$defs": {"a": {"type": "string", "description": "any"}, "loop": {"items": {"$ref": "#/$defs/loop"}}},
            "properties": {"x": {"$ref": "#/$defs/a", "description": "this"}, "y": {"$ref": "#/$defs/loop"}, "z": {"$ref": "urn:b"}},
        });
        let flat = flattened(&whole, &whole, 0);
        assert_eq!(flat["properties"]["x"], json!({"type": "string", "description": "this"}));
        assert_eq!(flat["properties"]["z"], json!({"$ref": "urn:b"}));
        assert!(flat["properties"]["y"]["items"]["items"].is_object());
        assert!(!checker_schema().contains("\"$ref\""));
        assert!(one_type(&serde_json::from_str(&checker_schema()).unwrap()));
        assert!(flat_schema()["properties"]["files"]["items"]["properties"]["status"]["enum"].is_array());
    }
}
