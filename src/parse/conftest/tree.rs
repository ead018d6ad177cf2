//! Formats of keys and texts, from the trees that edits are computed on.

use crate::model::{Documents, Node, ScalarKind, SyntaxFault, Value};
use crate::parse::problem::quoted;
use serde_json::{Map, Number, Value as Json};

/// The line of a byte, from 1.
pub(super) fn line(documents: &Documents<'_>, at: u32) -> u32 {
    let before = documents.text.get(..usize::try_from(at).unwrap_or(0)).unwrap_or(documents.text);
    u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX).saturating_add(1)
}

fn root<'d, 't>(documents: &'d Documents<'t>) -> Result<&'d Node<'t>, SyntaxFault> {
    documents.roots.first().ok_or_else(|| SyntaxFault::new(1, "is empty"))
}

/// JSON with comments, without them.
pub(super) fn jsonc(documents: &Documents<'_>) -> Result<Json, SyntaxFault> {
    value(documents, root(documents)?)
}

fn value(documents: &Documents<'_>, node: &Node<'_>) -> Result<Json, SyntaxFault> {
    match &node.value {
        Value::List(items) => {
            items.iter().map(|item| value(documents, item)).collect::<Result<_, _>>().map(Json::Array)
        }
        Value::Map(fields) => {
            let pairs = fields.iter().map(|field| Ok((field.key.to_string(), value(documents, &field.node)?)));
            pairs.collect::<Result<_, _>>().map(Json::Object)
        }
        Value::Scalar(scalar) => {
            let odd = || {
                let why = format!("has {}, which is no value of JSON", quoted(&scalar.text));
                SyntaxFault::new(line(documents, node.span.start), why)
            };
            match scalar.kind {
                ScalarKind::Null => Ok(Json::Null),
                ScalarKind::Bool => Ok(Json::Bool(&*scalar.text == "true")),
                ScalarKind::Text | ScalarKind::Date => Ok(Json::from(&*scalar.text)),
                ScalarKind::Integer | ScalarKind::Number => number(&scalar.text).ok_or_else(odd),
                ScalarKind::Unclear | ScalarKind::Expression => Err(odd()),
            }
        }
    }
}

/// A number as it is spelled.
pub(super) fn number(text: &str) -> Option<Json> {
    let whole = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok();
    whole.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64)).map(Json::Number)
}

/// The keys of a mapping that are the file's own: the tree has some that tell of an order.
fn texts(documents: &Documents<'_>, node: &Node<'_>) -> Result<Map<String, Json>, SyntaxFault> {
    let mut map = Map::new();
    for field in node.fields().iter().filter(|field| !field.key.starts_with('#')) {
        let Some(scalar) = field.node.scalar() else {
            let why = format!("has {}, which is no text", quoted(&field.key));
            return Err(SyntaxFault::new(line(documents, field.key_span.start), why));
        };
        map.insert(field.key.to_string(), Json::from(&*scalar.text));
    }
    Ok(map)
}

/// `.env`. A value that refers to another would be looked for in the environment.
pub(super) fn dotenv(documents: &Documents<'_>) -> Result<Json, SyntaxFault> {
    let root = root(documents)?;
    let refers = root.fields().iter().find(|field| field.node.scalar().is_some_and(|scalar| scalar.text.contains('$')));
    if let Some(field) = refers {
        let why = format!("has the variable {} with a `$`, which depends on where it is read", quoted(&field.key));
        return Err(SyntaxFault::new(line(documents, field.key_span.start), why));
    }
    texts(documents, root).map(Json::Object)
}

/// Properties. A value that refers to another (`${…}`) would be put together.
pub(super) fn properties(documents: &Documents<'_>) -> Result<Json, SyntaxFault> {
    let root = root(documents)?;
    let refers =
        root.fields().iter().find(|field| field.node.scalar().is_some_and(|scalar| scalar.text.contains("${")));
    if let Some(field) = refers {
        let why =
            format!("has the property {} with `${{`, which Conftest puts together from others", quoted(&field.key));
        return Err(SyntaxFault::new(line(documents, field.key_span.start), why));
    }
    texts(documents, root).map(Json::Object)
}

/// Sections of keys; numbers and truth values are such. Conftest leaves out what stands before the first section, and in
/// `DEFAULT`.
pub(super) fn ini(documents: &Documents<'_>) -> Result<Json, SyntaxFault> {
    let mut sections = Map::new();
    for field in root(documents)?.fields().iter().filter(|field| !field.key.starts_with('#')) {
        if field.node.scalar().is_some() || field.key == "DEFAULT" {
            continue;
        }
        let keys = texts(documents, &field.node)?;
        let keys = keys.into_iter().map(|(key, value)| (key, typed(value.as_str().unwrap_or_default())));
        sections.insert(field.key.to_string(), keys.collect());
    }
    Ok(Json::Object(sections))
}

fn typed(text: &str) -> Json {
    let quotes = ['"', '\'', '`'];
    let inner = quotes.iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    let text = inner.unwrap_or(text);
    let numeric = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    match text {
        "t" | "T" | "true" | "True" | "TRUE" => Json::Bool(true),
        "f" | "F" | "false" | "False" | "FALSE" => Json::Bool(false),
        _ => numeric.then(|| number(text)).flatten().unwrap_or_else(|| Json::from(text)),
    }
}
