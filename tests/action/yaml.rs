//! The documents of the Action as the gate itself reads YAML.

use changeward::model::{Node, Syntax, Value};

/// The root of a file.
pub(crate) fn root(text: &str) -> Node<'_> {
    let documents = changeward::parse::syntax::documents(Syntax::Yaml, text.as_bytes()).unwrap();
    documents.roots.into_iter().next().unwrap()
}

/// What stands under keys, one below the other.
pub(crate) fn get<'n, 't>(node: &'n Node<'t>, keys: &[&str]) -> Option<&'n Node<'t>> {
    keys.iter().try_fold(node, |node, key| fields(node).find(|(name, _)| name == key).map(|(_, node)| node))
}

/// The text of a value; empty where there is none.
pub(crate) fn text<'n>(node: Option<&'n Node<'_>>) -> &'n str {
    match node.map(|node| &node.value) {
        Some(Value::Scalar(scalar)) => &scalar.text,
        _ => "",
    }
}

/// Keys and values, in the order of the file; none of what is no mapping.
pub(crate) fn fields<'n, 't>(node: &'n Node<'t>) -> impl Iterator<Item = (&'n str, &'n Node<'t>)> {
    let fields = match &node.value {
        Value::Map(fields) => fields.as_slice(),
        _ => &[],
    };
    fields.iter().map(|field| (field.key.as_ref(), &field.node))
}

/// The members of a list.
pub(crate) fn list<'n, 't>(node: Option<&'n Node<'t>>) -> &'n [Node<'t>] {
    match node.map(|node| &node.value) {
        Some(Value::List(list)) => list,
        _ => &[],
    }
}
