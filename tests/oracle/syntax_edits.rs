//! Prints the edits between two states of files, for the second readings beside this file (`mutate_syntax.py`).
//!
//! Reads a line of JSON for each pair from standard input: `{"path", "before", "after"}`; writes one for each: `{"fault"}` or
//! `{"edits": [{"kind", "document", "path", "from", "new": [kind, text]}...], "elsewhere", "more", "text"}`. A step of a path is
//! a key or the place of an item; `from` is the way in the old document, where that is another. `text`: nothing but comments
//! and formatting differs; `more`: and yet it is no formatting.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool of the tests")]

use changeward::app::edits::file_edits;
use changeward::model::{DocPath, Edit, EditValue, FileDiff, FileKind, FileStatus, RepoPath, Side, Step};
use serde_json::{Value as Json, json};
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines().map(Result::unwrap) {
        let pair: Json = serde_json::from_str(&line).unwrap();
        let text = |key: &str| pair.get(key).and_then(Json::as_str).unwrap();
        let edits =
            file_edits(&modified(text("path")), Some(text("before").as_bytes()), Some(text("after").as_bytes()), &[]);
        let answer = match edits.values.unwrap() {
            Err(why) => json!({"fault": why.fault.why, "line": why.fault.line, "new": why.new}),
            Ok(values) => json!({
                "edits": values.edits.iter().map(edit).collect::<Vec<_>>(),
                "elsewhere": values.elsewhere,
                "more": values.beyond_formatting.map(|(_, why)| why),
            }),
        };
        println!("{answer}");
    }
}

fn modified(path: &str) -> FileDiff {
    let side = || Some(Side { mode: 0o100_644, id: None, kind: FileKind::Regular });
    FileDiff {
        path: RepoPath::from(path),
        old_path: None,
        status: FileStatus::Modified,
        old: side(),
        new: side(),
        additions: 1,
        deletions: 1,
        unread: None,
    }
}

fn edit(edit: &Edit) -> Json {
    let value = |value: &Option<EditValue>| match value {
        Some(EditValue::Scalar(kind, text)) => json!([kind.as_str(), text]),
        Some(EditValue::List(size)) => json!(["list", size]),
        Some(EditValue::Map(size)) => json!(["map", size]),
        None => Json::Null,
    };
    json!({
        "kind": edit.kind.as_str(),
        "document": edit.document,
        "path": steps(&edit.path),
        "from": edit.from.as_ref().map(steps),
        "old": value(&edit.old),
        "new": value(&edit.new),
    })
}

fn steps(path: &DocPath) -> Json {
    path.0
        .iter()
        .map(|step| match step {
            Step::Key(key) => json!(key),
            Step::Item { index, .. } => json!(index),
        })
        .collect()
}
