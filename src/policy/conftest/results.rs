//! What the rules gave, in the two forms Conftest knows: a text, or an object with `msg`.

use super::asked::Asked;
use super::{Said, SaidKind};
use crate::policy::error::{PolicyCode, PolicyError, PolicyErrors, Sources};
use regorus::Value;
use serde_json::Value as Json;

/// The endings of rules that an `exception` mutes.
pub(super) struct Exceptions(Vec<String>);

impl Exceptions {
    /// `exception` is a set of lists of endings.
    pub(super) fn of(value: &Value) -> Self {
        let Ok(Json::Array(lists)) = serde_json::to_value(value) else { return Self(Vec::new()) };
        let items = |list: Json| match list {
            Json::Array(items) => items,
            Json::Object(map) => map.into_iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        let endings = lists.into_iter().flat_map(items).filter_map(|item| item.as_str().map(str::to_owned));
        Self(endings.collect())
    }

    /// A rule is muted by what follows its kind; one without an ending, by the empty text.
    pub(super) fn mute(&self, name: &str) -> bool {
        let ending = name.split_once('_').map_or("", |(_, ending)| ending);
        self.0.iter().any(|muted| muted == ending)
    }
}

/// Reads the results of one document.
pub(super) struct Reader<'a> {
    pub(super) path: Option<&'a str>,
    pub(super) sources: &'a Sources,
}

impl Reader<'_> {
    /// What one rule says. A value that is no set of results would be passed over by Conftest; here it is an error.
    pub(super) fn read(&self, rule: &Asked, value: &Value, excepted: bool) -> Result<Vec<Said>, PolicyErrors> {
        let elements: Vec<&Value> = match value {
            Value::Undefined | Value::Null | Value::Bool(false) => Vec::new(),
            Value::Set(elements) => elements.iter().collect(),
            Value::Array(elements) => elements.iter().collect(),
            Value::Object(map) if map.is_empty() => Vec::new(),
            other => {
                let message = format!("`{}` is {}, not a set of results", rule.path(), shown(other));
                return Err(self.wrong(rule, message, "write `deny contains msg if { … }` (in v0, `deny[msg] { … }`)"));
            }
        };
        elements.into_iter().map(|element| self.element(rule, element, excepted)).collect()
    }

    fn element(&self, rule: &Asked, element: &Value, excepted: bool) -> Result<Said, PolicyErrors> {
        let json = serde_json::to_value(element).unwrap_or_default();
        let (msg, loc) = match &json {
            Json::String(msg) => (Some(msg.as_str()), None),
            Json::Object(map) => (map.get("msg").and_then(Json::as_str), map.get("_loc")),
            _ => (None, None),
        };
        let Some(msg) = msg else {
            let message = format!("`{}` holds {}, which is no result", rule.path(), shown(element));
            return Err(self.wrong(rule, message, "a result is a text, or an object with the text `msg`"));
        };
        let file = loc.and_then(|loc| loc.get("file")).and_then(Json::as_str).map(str::to_owned);
        let line = loc.and_then(|loc| loc.get("line")).and_then(number);
        Ok(Said {
            kind: match (excepted, rule.name.starts_with("warn")) {
                (true, _) => SaidKind::Excepted,
                (false, true) => SaidKind::Warning,
                (false, false) => SaidKind::Failure,
            },
            path: file.or_else(|| self.path.map(str::to_owned)),
            line: line.and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0),
            rule: rule.path(),
            msg: if msg.trim().is_empty() { "(the rule gives no message)".to_owned() } else { msg.to_owned() },
            places: rule.places.iter().map(|place| (place.file.clone(), place.line)).collect(),
        })
    }

    fn wrong(&self, rule: &Asked, message: String, help: &str) -> PolicyErrors {
        let problem = PolicyError::new(PolicyCode::Shape, message).help(help);
        match rule.places.first() {
            Some(place) => problem.at_line(self.sources, place).into(),
            None => problem.into(),
        }
    }
}

/// A line, as a number or as text.
fn number(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn shown(value: &Value) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{short}`")
}
