//! Prints what the parsers of the semantic diff see in files, for the second readings beside this file.
//!
//! Reads paths from standard input, one a line; writes a line of JSON for each: `{"path", "documents"}` or `{"path",
//! "fault", "line"}`. A scalar is `["s", kind, text, start, end]`, a list `["l", [...], start, end]`, a mapping
//! `["m", [[key, value, start, end]...], start, end]`.
//!
//! A line of JSON, `{"path", "before", "after"}`, is a change instead: `{"edits", "elsewhere", "more"}`, each edit as the
//! documents have it and with the kinds of its values, or `{"fault"}`.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout, reason = "a tool of the tests")]

use changeward::app::edits::file_edits;
use changeward::model::{Datum, Edit, FileDiff, FileStatus, Node, RepoPath, Syntax, Value};
use changeward::parse::syntax::{documents, syntax_of};
use serde_json::{Value as Json, json};
use std::io::BufRead;

fn main() {
    for path in std::io::stdin().lock().lines().map(Result::unwrap) {
        if path.starts_with('{') {
            println!("{}", change(&serde_json::from_str(&path).unwrap()));
            continue;
        }
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

fn change(asked: &Json) -> Json {
    let text = |key: &str| asked[key].as_str().unwrap();
    let file = FileDiff {
        path: RepoPath::from(text("path")),
        old_path: None,
        status: FileStatus::Modified,
        old: None,
        new: None,
        additions: 0,
        deletions: 0,
        unread: None,
    };
    let edits = file_edits(&file, Some(text("before").as_bytes()), Some(text("after").as_bytes()), &[]);
    match edits.values {
        None => Json::Null,
        Some(Err(fault)) => json!({"fault": fault.fault.why, "line": fault.fault.line, "new": fault.new}),
        Some(Ok(values)) => {
            let all: Vec<Json> = values.edits.iter().map(|edit: &Edit| plain(&edit.datum())).collect();
            json!({"edits": all, "elsewhere": values.elsewhere, "more": values.beyond_formatting.map(|(_, why)| why)})
        }
    }
}

fn plain(datum: &Datum) -> Json {
    match datum {
        Datum::Null => Json::Null,
        Datum::Bool(yes) => json!(yes),
        Datum::Int(number) => json!(number),
        Datum::Text(text) => json!(text),
        Datum::List(items) => items.iter().map(plain).collect(),
        Datum::Map(fields) => fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        other => json!(format!("{other:?}")),
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
