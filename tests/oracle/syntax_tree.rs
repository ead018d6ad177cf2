//! Prints what the parsers of the semantic diff see in files, for the second readings beside this file.
//!
//! Reads paths from standard input, one a line; writes a line of JSON for each: `{"path", "documents"}` or `{"path",
//! "fault", "line"}`. A scalar is `["s", kind, text, start, end]`, a list `["l", [...], start, end]`, a mapping
//! `["m", [[key, value, start, end]...], start, end]`.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout, reason = "a tool of the tests")]

use changeward::model::{Node, RepoPath, Syntax, Value};
use changeward::parse::syntax::{documents, syntax_of};
use serde_json::{Value as Json, json};
use std::io::BufRead;

fn main() {
    for path in std::io::stdin().lock().lines().map(Result::unwrap) {
        let Some(syntax) = syntax_of(&RepoPath::from(&*path)) else { continue };
        let bytes = std::fs::read(&path).unwrap();
        println!("{}", answer(&path, syntax, &bytes));
    }
}

fn answer(path: &str, syntax: Syntax, bytes: &[u8]) -> Json {
    let format = syntax.as_str();
    match documents(syntax, bytes) {
        Ok(documents) => {
            let roots: Vec<Json> = documents.roots.iter().map(tree).collect();
            json!({"path": path, "format": format, "documents": roots})
        }
        Err(fault) => json!({"path": path, "format": format, "fault": fault.why, "line": fault.line}),
    }
}

fn tree(node: &Node<'_>) -> Json {
    let (start, end) = (node.span.start, node.span.end);
    match &node.value {
        Value::Scalar(scalar) => json!(["s", scalar.kind.as_str(), scalar.text, start, end]),
        Value::List(items) => json!(["l", items.iter().map(tree).collect::<Vec<_>>(), start, end]),
        Value::Map(fields) => {
            let field = |field: &changeward::model::Field<'_>| {
                json!([field.key, tree(&field.node), field.key_span.start, field.key_span.end])
            };
            json!(["m", fields.iter().map(field).collect::<Vec<_>>(), start, end])
        }
    }
}
