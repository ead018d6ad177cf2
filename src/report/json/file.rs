//! One changed file in the decision document.

use crate::model::{FileFacts, Principal, RepoPath};
use crate::report::datum::value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
pub(super) struct FileRecord<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    old_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_path_bytes: Option<String>,
    status: &'static str,
    additions: u64,
    deletions: u64,
    in_scope: bool,
    rows: &'a [String],
    owners: Vec<&'a str>,
    owned: &'static str,
    control: bool,
    analysable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    opaque: Option<&'a str>,
    template: Option<&'a str>,
    templates: &'a [String],
    values: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    values_why: Option<String>,
    formatting_only: bool,
    edits: Vec<Value>,
}

impl<'a> FileRecord<'a> {
    pub(super) fn of(file: &'a FileFacts, template: Option<&'a str>) -> Self {
        let old = file.diff.old_path.as_ref();
        Self {
            path: file.diff.path.quoted(),
            path_bytes: exact_bytes(&file.diff.path),
            old_path: old.map(RepoPath::quoted),
            old_path_bytes: old.and_then(exact_bytes),
            status: file.diff.status.as_str(),
            additions: file.diff.additions,
            deletions: file.diff.deletions,
            in_scope: file.in_scope,
            rows: &file.rows,
            owners: file.owners.iter().map(Principal::as_str).collect(),
            owned: file.owned.as_str(),
            control: file.control,
            analysable: file.opaque.is_none(),
            opaque: file.opaque.as_deref(),
            template: template.filter(|id| file.templates.iter().any(|t| t == id)),
            templates: &file.templates,
            values: file.values_known(),
            values_why: file.values_why(),
            formatting_only: file.formatting_only(),
            edits: file.values().map(|v| v.edits.iter().map(|edit| value(&edit.datum())).collect()).unwrap_or_default(),
        }
    }
}

/// The bytes of a path whose spelling in the document is not itself: base64.
pub(in crate::report) fn exact_bytes(path: &RepoPath) -> Option<String> {
    (path.quoted().as_bytes() != path.as_bytes()).then(|| BASE64.encode(path.as_bytes()))
}
