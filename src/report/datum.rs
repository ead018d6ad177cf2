//! A plain tree of values as JSON.

use crate::model::Datum;
use serde_json::Value;

/// The same tree.
pub(super) fn value(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Bool(yes) => Value::from(*yes),
        Datum::Int(number) => Value::from(*number),
        Datum::Float(number) => Value::from(*number),
        Datum::Text(text) => Value::from(text.as_str()),
        Datum::List(items) => Value::Array(items.iter().map(value).collect()),
        Datum::Map(map) => Value::Object(map.iter().map(|(key, datum)| (key.clone(), value(datum))).collect()),
    }
}
