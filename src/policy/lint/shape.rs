//! What is known of a value, from the schema of the input. What is not known is not judged.

use super::tree::literal_text;
use regorus::unstable::Expr;
use serde_json::Value;
use std::sync::LazyLock;

/// What is known of a value that is only known to be there or not.
pub(super) static ANYTHING: LazyLock<Value> = LazyLock::new(|| serde_json::json!({}));
/// What counts and calculates.
pub(super) static NUMBER: LazyLock<Value> = LazyLock::new(|| serde_json::json!({"type": "number"}));
/// What makes a text.
pub(super) static TEXT: LazyLock<Value> = LazyLock::new(|| serde_json::json!({"type": "string"}));

/// How many of such values there are, and in what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Many {
    /// One.
    One,
    /// A list of them.
    List,
    /// A set of them.
    Set,
    /// An object that has them under keys of its own.
    Map,
}

/// What is known of a value.
#[derive(Clone, Debug)]
pub(super) struct Shape<'s> {
    /// Its schema, or that of its elements.
    pub(super) schema: &'s Value,
    /// It is one such value, or a collection of them.
    pub(super) many: Many,
    /// The keys on the way to it that may be missing, as they are called.
    pub(super) missing: Vec<String>,
    /// An index on the way to it may lead nowhere.
    pub(super) looked_up: bool,
    /// What it is called: `input.files[_].status`.
    pub(super) name: String,
}

impl<'s> Shape<'s> {
    pub(super) fn of(schema: &'s Value, name: impl Into<String>) -> Self {
        Self { schema, many: Many::One, missing: Vec::new(), looked_up: false, name: name.into() }
    }

    /// The types it may have; empty where the schema does not say.
    pub(super) fn types(&self) -> Vec<&'s str> {
        match self.many {
            Many::One => {}
            Many::List => return vec!["array"],
            Many::Set => return vec!["set"],
            Many::Map => return vec!["object"],
        }
        match self.schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The values it may have, where the schema lists them.
    pub(super) fn values(&self) -> Option<Vec<&'s Value>> {
        let listed = |schema: &'s Value| match (schema.get("enum"), schema.get("const")) {
            (Some(Value::Array(all)), _) => Some(all.iter().collect()),
            (_, Some(one)) => Some(vec![one]),
            _ => None,
        };
        if self.many == Many::One { listed(self.schema) } else { None }
    }

    /// The keys it has, and whether it has no others.
    pub(super) fn keys(&self) -> Option<(Vec<&'s str>, bool)> {
        let object = self.many == Many::One && self.types() == ["object"];
        let properties = self.schema.get("properties").and_then(Value::as_object);
        let closed = self.schema.get("additionalProperties") == Some(&Value::Bool(false));
        let names = properties.map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default();
        object.then_some((names, closed))
    }

    /// It is a collection that is known: its elements.
    pub(super) fn element(&self) -> Option<Self> {
        if self.many != Many::One {
            return Some(Self { many: Many::One, name: format!("{}[_]", self.name), ..self.clone() });
        }
        let below = match self.types().as_slice() {
            ["array"] => self.schema.get("items"),
            ["object"] => self.schema.get("additionalProperties").filter(|schema| schema.is_object()),
            _ => None,
        };
        Some(Self { schema: below?, name: format!("{}[_]", self.name), ..self.clone() })
    }

    /// What a key holds.
    pub(super) fn key(&self, key: &str) -> Option<Self> {
        let name = format!("{}.{key}", self.name);
        let perhaps =
            |shape: Self| Self { looked_up: true, missing: with(&self.missing, &name), name: name.clone(), ..shape };
        match self.many {
            Many::One => {}
            Many::Map => return self.element().map(perhaps),
            Many::List | Many::Set => return None,
        }
        if let Some(schema) = self.schema.get("properties").and_then(|all| all.get(key)) {
            let required = self.schema.get("required").and_then(Value::as_array);
            let required = required.is_some_and(|all| all.iter().any(|one| one == key));
            let missing = if required { self.missing.clone() } else { with(&self.missing, &name) };
            return Some(Self { schema, missing, name, ..self.clone() });
        }
        let schema = self.schema.get("additionalProperties").filter(|schema| schema.is_object())?;
        Some(perhaps(Self { schema, ..self.clone() }))
    }

    /// What stands at a place of a list: there may be fewer.
    pub(super) fn at(&self, index: &str) -> Option<Self> {
        let element = self.element()?;
        Some(Self { looked_up: true, missing: with(&self.missing, &format!("{}[{index}]", self.name)), ..element })
    }

    /// The same, where it is certainly there.
    pub(super) fn there(self) -> Self {
        Self { missing: Vec::new(), looked_up: false, ..self }
    }

    /// The two are of one kind.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::ptr::eq(self.schema, other.schema) && self.many == other.many
    }
}

/// The keys that may be missing, and one more.
fn with(missing: &[String], name: &str) -> Vec<String> {
    missing.iter().cloned().chain([name.to_owned()]).collect()
}

/// A step of a path that is written out.
pub(super) enum Step {
    Key(String),
    At(String),
}

/// The steps of `object.get(x, "key", …)` and `object.get(x, ["a", 0, "b"], …)`.
pub(super) fn steps_of(path: &Expr) -> Option<Vec<Step>> {
    match path {
        Expr::Array { items, .. } => items.iter().map(|item| step_of(item)).collect(),
        one => step_of(one).map(|step| vec![step]),
    }
}

pub(super) fn step_of(expr: &Expr) -> Option<Step> {
    match expr {
        Expr::Number { value, .. } => Some(Step::At(value.to_string())),
        other => literal_text(other).map(Step::Key),
    }
}
