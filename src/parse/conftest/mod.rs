//! Changed files in the shapes that Conftest's parsers give them, as JSON for its policies.
//!
//! The shapes are those of its parsers, read in its sources. A file that Conftest would read while others read it otherwise, or that it
//! reads only in part, is refused: a policy that sees less than a program does passes what it should not.

mod dockerfile;
mod hcl;
mod tree;
mod xml;
mod yaml;

use super::attachment::json_text;
use super::document;
use super::syntax::documents as trees;
use crate::model::{ConftestParser, Datum, Syntax, SyntaxFault};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The largest file read, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// Each document of a file, as the text of a JSON document: those of a YAML stream, the items of an outermost list, or the
/// one there is.
///
/// # Errors
/// Why it cannot be judged.
pub fn conftest(parser: ConftestParser, bytes: &[u8]) -> Result<Vec<String>, SyntaxFault> {
    if bytes.len() > MAX_BYTES {
        return Err(SyntaxFault::new(0, format!("is larger than {} MiB", MAX_BYTES >> 20)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        SyntaxFault::new(u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1), "is not UTF-8")
    })?;
    let tree = |syntax| trees(syntax, bytes);
    match parser {
        ConftestParser::Json => json(text),
        ConftestParser::Yaml => yaml::documents(text).map(|all| all.iter().map(Value::to_string).collect()),
        ConftestParser::Toml => toml(text).map(one),
        ConftestParser::Jsonc => tree::jsonc(&tree(Syntax::Jsonc)?).map(one),
        ConftestParser::Hcl2 => hcl::body(&tree(Syntax::Hcl)?).map(one),
        ConftestParser::Ini => tree::ini(&tree(Syntax::Ini)?).map(one),
        ConftestParser::Dotenv => tree::dotenv(&tree(Syntax::Dotenv)?).map(one),
        ConftestParser::Properties => tree::properties(&tree(Syntax::Properties)?).map(one),
        ConftestParser::Xml => xml::element(text).map(one),
        // A list of commands is one input, not one for each.
        ConftestParser::Dockerfile => dockerfile::commands(text).map(|commands| vec![commands.to_string()]),
    }
}

/// Conftest judges the items of an outermost list one by one.
fn one(value: Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(Value::to_string).collect(),
        other => vec![other.to_string()],
    }
}

fn json(text: &str) -> Result<Vec<String>, SyntaxFault> {
    json_text(text).map_err(|(line, why)| SyntaxFault::new(line, why))?;
    let list = text.trim_start().starts_with('[').then(|| serde_json::from_str::<Vec<&RawValue>>(text));
    match list {
        Some(Ok(items)) => Ok(items.into_iter().map(|item| item.get().to_owned()).collect()),
        _ => Ok(vec![text.to_owned()]),
    }
}

fn toml(text: &str) -> Result<Value, SyntaxFault> {
    let (root, problems) = document::toml(text);
    match problems.first() {
        None => Ok(datum(root.datum())),
        Some(problem) => {
            let before = text.get(..problem.span.start).unwrap_or(text);
            let line = before.matches('\n').count();
            let line = u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1);
            Err(SyntaxFault::new(line, format!("is not TOML: {}", problem.message)))
        }
    }
}

fn datum(datum: Datum) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Bool(value) => Value::from(value),
        Datum::Int(value) => Value::from(value),
        Datum::Float(value) => Value::from(value),
        Datum::Text(value) => Value::from(value),
        Datum::List(list) => Value::Array(list.into_iter().map(self::datum).collect()),
        Datum::Map(map) => Value::Object(map.into_iter().map(|(key, value)| (key, self::datum(value))).collect()),
    }
}

/// The side data of some files, each with the keys of the folders it stands in: one object.
///
/// # Errors
/// The file that cannot be read, and why; also where two of them say different things.
pub fn conftest_data(files: &[(String, Vec<String>, Vec<u8>)]) -> Result<String, (String, SyntaxFault)> {
    let mut all = Map::new();
    for (file, keys, bytes) in files {
        let yaml = !file.to_ascii_lowercase().ends_with(".json");
        let parser = if yaml { ConftestParser::Yaml } else { ConftestParser::Json };
        let fault = |fault| (file.clone(), fault);
        let documents = conftest(parser, bytes).map_err(fault)?;
        let [document] = documents.as_slice() else {
            return Err(fault(SyntaxFault::new(1, "is not one document")));
        };
        let mut value: Value = serde_json::from_str(document).unwrap_or_default();
        if !value.is_object() {
            return Err(fault(SyntaxFault::new(1, "is no mapping, so its values have no names")));
        }
        for key in keys.iter().rev() {
            value = Value::Object(Map::from_iter([(key.clone(), value)]));
        }
        let Value::Object(map) = value else { continue };
        if let Some(key) = merge(&mut all, map) {
            let why = format!("says something else about `{key}` than another file does");
            return Err(fault(SyntaxFault::new(0, why)));
        }
    }
    Ok(Value::Object(all).to_string())
}

/// Merges; the key that two disagree on.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) -> Option<String> {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (None, value) => drop(into.insert(key, value)),
            (Some(Value::Object(there)), Value::Object(value)) => {
                if let Some(inner) = merge(there, value) {
                    return Some(format!("{key}.{inner}"));
                }
            }
            (Some(there), value) if *there == value => {}
            _ => return Some(key),
        }
    }
    None
}
