//! The changed files as the rules see them, and the index of what most rules ask of them.

use super::datum;
use crate::model::{FileFacts, OwnedState, Principal};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
pub(super) struct File<'a> {
    path: String,
    old_path: Option<String>,
    status: &'static str,
    additions: u64,
    deletions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<FileSide>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<FileSide>,
    in_scope: bool,
    control: bool,
    owned: &'static str,
    rows: &'a [String],
    owners: Vec<&'a str>,
    analysable: bool,
    templates: &'a [String],
    /// How far its values are known: `analysed`, `unanalysable`, `none` (no known format), `not-looked-at`.
    values: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    values_why: Option<String>,
    formatting_only: bool,
    edits: Vec<Value>,
}

#[derive(Serialize)]
pub(super) struct FileSide {
    mode: String,
    kind: &'static str,
}

/// What most rules ask of the files, so that they need not loop over all of them.
#[derive(Serialize, Default)]
pub(super) struct Index {
    control: Vec<String>,
    unowned: Vec<String>,
    unanalysable: Vec<Value>,
    out_of_scope: Vec<String>,
}

pub(super) fn file(file: &FileFacts) -> File<'_> {
    let side = |side: &Option<crate::model::Side>| {
        side.as_ref().map(|s| FileSide { mode: format!("{:06o}", s.mode), kind: s.kind.as_str() })
    };
    File {
        path: file.diff.path.quoted(),
        old_path: file.diff.old_path.as_ref().map(|path| path.quoted()),
        status: file.diff.status.as_str(),
        additions: file.diff.additions,
        deletions: file.diff.deletions,
        old: side(&file.diff.old),
        new: side(&file.diff.new),
        in_scope: file.in_scope,
        control: file.control,
        owned: file.owned.as_str(),
        rows: &file.rows,
        owners: file.owners.iter().map(Principal::as_str).collect(),
        analysable: file.opaque.is_none(),
        templates: &file.templates,
        values: file.values_known(),
        values_why: file.values_why(),
        formatting_only: file.formatting_only(),
        edits: file
            .values()
            .map(|values| values.edits.iter().map(|edit| datum(&edit.datum())).collect())
            .unwrap_or_default(),
    }
}

pub(super) fn index(files: &[FileFacts]) -> Index {
    let mut index = Index::default();
    for file in files {
        let path = || file.diff.path.quoted();
        if file.control {
            index.control.push(path());
        }
        if !file.in_scope {
            index.out_of_scope.push(path());
            continue;
        }
        if file.owned != OwnedState::Owned {
            index.unowned.push(path());
        }
        if let Some(why) = &file.opaque {
            index.unanalysable.push(json!({"path": path(), "why": why}));
        }
    }
    index
}
