//! XML in the form of `goxml2json`: attributes as `-name`, text as `#content` beside others, equals as lists.

use crate::model::SyntaxFault;
use crate::parse::syntax::xml_is_within_limits;
use roxmltree::{Document, Error, Node, ParsingOptions};
use serde_json::{Map, Value as Json};

/// How deep elements may stand in one another.
const DEPTH: usize = 64;

/// The outermost element under its name.
pub(super) fn element(text: &str) -> Result<Json, SyntaxFault> {
    xml_is_within_limits(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 2_000_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => SyntaxFault::new(1, "has a document type"),
        error => SyntaxFault::new(error.pos().row, format!("is not XML: {error}")),
    })?;
    let root = document.root_element();
    Ok(Json::Object(Map::from_iter([(name(&document, root)?, value(&document, root, 0)?)])))
}

fn name(document: &Document<'_>, node: Node<'_, '_>) -> Result<String, SyntaxFault> {
    // Conftest's library drops prefixes, so two elements that differ by one would be the same.
    match node.tag_name().namespace() {
        Some(_) if node.range().len() > 1 && tag(document, node).contains(':') => {
            let line = document.text_pos_at(node.range().start).row;
            Err(SyntaxFault::new(line, "has a name with a prefix, which Conftest leaves out"))
        }
        _ => Ok(node.tag_name().name().to_owned()),
    }
}

/// The name as it is written.
fn tag<'t>(document: &'t Document<'_>, node: Node<'_, '_>) -> &'t str {
    let from = document.input_text().get(node.range().start + 1..).unwrap_or_default();
    from.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default()
}

fn value(document: &Document<'_>, node: Node<'_, '_>, depth: usize) -> Result<Json, SyntaxFault> {
    if depth > DEPTH {
        let line = document.text_pos_at(node.range().start).row;
        return Err(SyntaxFault::new(line, "is nested too deeply"));
    }
    let mut map: Map<String, Json> = Map::new();
    let mut put = |key: String, value: Json| match map.get_mut(&key) {
        None => drop(map.insert(key, value)),
        Some(Json::Array(list)) => list.push(value),
        Some(one) => *one = Json::Array(vec![one.take(), value]),
    };
    for attribute in node.attributes() {
        put(format!("-{}", attribute.name()), Json::from(attribute.value()));
    }
    for child in node.children().filter(Node::is_element) {
        put(name(document, child)?, value(document, child, depth + 1)?);
    }
    let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    let text = text.trim();
    Ok(match (map.is_empty(), text.is_empty()) {
        (true, _) => Json::from(text),
        (false, true) => Json::Object(map),
        (false, false) => {
            map.insert("#content".to_owned(), Json::from(text));
            Json::Object(map)
        }
    })
}
