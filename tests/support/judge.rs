//! Whether a template takes a change: parsed, compared and judged as the gate does, without its policies.

use changeward::app::edits::file_edits;
use changeward::assess::{Evidence, assess, conditions};
use changeward::model::*;
use changeward::parse;
use std::sync::Arc;

/// One changed file.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    pub(crate) path: String,
    pub(crate) old_path: Option<String>,
    pub(crate) before: Option<Vec<u8>>,
    pub(crate) after: Option<Vec<u8>>,
    pub(crate) mode: u32,
}

impl Changed {
    pub(crate) fn modified(path: &str, before: &str, after: impl Into<Vec<u8>>) -> Self {
        let (before, after) = (Some(before.as_bytes().to_vec()), Some(after.into()));
        Self { path: path.to_owned(), old_path: None, before, after, mode: 0o100_644 }
    }

    pub(crate) fn diff(&self) -> FileDiff {
        let kind = |mode: u32, contents: &[u8]| match mode {
            0o120_000 => FileKind::Symlink,
            0o160_000 => FileKind::Submodule,
            _ if contents.iter().take(8000).any(|byte| *byte == 0) => FileKind::Binary,
            0o100_755 => FileKind::Executable,
            _ => FileKind::Regular,
        };
        let side = |mode: u32, contents: &Option<Vec<u8>>| {
            contents.as_ref().map(|contents| Side { mode, id: None, kind: kind(mode, contents) })
        };
        let status = match (&self.old_path, &self.before, &self.after) {
            (Some(_), ..) => FileStatus::Renamed,
            (_, None, _) => FileStatus::Added,
            (_, _, None) => FileStatus::Deleted,
            _ if self.mode & 0o170_000 != 0o100_000 => FileStatus::TypeChanged,
            _ => FileStatus::Modified,
        };
        FileDiff {
            path: RepoPath::from(self.path.as_str()),
            old_path: self.old_path.as_deref().map(RepoPath::from),
            status,
            old: side(0o100_644, &self.before),
            new: side(self.mode, &self.after),
            additions: 1,
            deletions: 1,
            unread: None,
        }
    }
}

/// Why the template does not take the change, and so why it is not standard; `None` when it does.
pub(crate) fn refusal(template: &str, changed: &[Changed]) -> Option<String> {
    let template = parse::template(template, ".changeward/templates/t.toml").unwrap();
    let files: Vec<FileDiff> = changed.iter().map(Changed::diff).collect();
    let edits = files.iter().zip(changed).enumerate().filter(|(_, (file, _))| file.opaque().is_none());
    let asked = conditions(std::slice::from_ref(&template));
    let edits = edits.map(|(at, (file, changed))| {
        (at, Arc::new(file_edits(file, changed.before.as_deref(), changed.after.as_deref(), &asked)))
    });
    let edits = edits.collect();
    let change = Change { diff: Diff { files, truncated: Vec::new() }, ..Change::default() };
    let facts = assess(Evidence { edits, change, templates: vec![template], ..evidence() });
    let faults = facts.templates.iter().flat_map(|template| &template.faults);
    let faults: Vec<String> = faults.map(|fault| format!("{}: {}", fault.what, fault.msg)).collect();
    let opaque = facts.files.iter().filter_map(|file| file.opaque.clone());
    faults.into_iter().chain(opaque).reduce(|all, one| format!("{all}; {one}"))
}

/// Nothing, at noon.
pub(crate) fn evidence() -> Evidence {
    Evidence::of_nothing("production", Moment::from_unix(1_795_348_800))
}
