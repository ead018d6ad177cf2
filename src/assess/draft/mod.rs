//! A template drawn from changes of the past: the tightest scope, limits and constraints that cover all of them.
//!
//! Nothing is invented: what the changes have in common stays as it is, and only what differs between them is made a
//! pattern, a range or a list. Each rule says what it was drawn from. Whether the draft really covers the changes is for
//! the caller to hold it to; a change that no draft can cover comes out as one that its own draft does not fit.

mod lines;
mod paths;
mod shapes;
mod values;

use super::constraints::is_documentation;
use crate::model::{
    DocumentHead, DraftPattern, DraftRule, DraftValue, Edit, FileDiff, FileEdits, FileStatus, LinePair, TemplateDraft,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A change of the past.
#[derive(Clone, Debug)]
pub struct PastChange {
    /// Its commit.
    pub id: String,
    /// Its files, each with its edits.
    pub files: Vec<PastFile>,
}

/// A changed file, with its edits.
pub type PastFile = (FileDiff, Option<Arc<FileEdits>>);

/// Draws a template; `there` is every file there is. Id and title are left to whoever asks, where they are empty here.
pub fn draft(changes: &[PastChange], there: &[String]) -> TemplateDraft {
    let files = || changes.iter().flat_map(|change| &change.files);
    let all: BTreeSet<&str> = files().flat_map(|(diff, _)| diff.paths()).filter_map(|path| path.as_str()).collect();
    let include = paths::globs(&all, there);
    let mut seen = Seen::default();
    changes.iter().for_each(|change| seen.look(change));
    let rules = seen.rules(&include);
    let most =
        |of: &dyn Fn(&[PastFile]) -> u64| changes.iter().map(|change| of(&change.files)).max().unwrap_or_default();
    let count =
        |change: &PastChange| change.files.iter().map(|(_, edits)| edits.as_ref()?.count()).sum::<Option<u64>>();
    let edits: Option<Vec<u64>> = changes.iter().map(count).collect();
    let kinds: BTreeSet<FileStatus> = files().map(|(diff, _)| diff.status).collect();
    TemplateDraft {
        id: name(&rules),
        title: title(&rules, changes.len()),
        proposed_by: None,
        kinds: kinds.into_iter().collect(),
        limits: (
            most(&|files| files.len() as u64),
            most(&|files| files.iter().map(|(diff, _)| diff.additions).sum()),
            most(&|files| files.iter().map(|(diff, _)| diff.deletions).sum()),
        ),
        edits: edits.and_then(|edits| edits.into_iter().max()).filter(|most| *most > 0),
        formatting: seen.formatting,
        lockfile_consistent: seen.values.iter().any(|one| one.edit.dependency.is_some())
            && files().all(|(_, edits)| edits.as_ref().is_none_or(|edits| edits.unfit.is_none())),
        samples: changes.iter().map(|change| change.id.clone()).collect(),
        include,
        rules,
        foreseen: None,
    }
}

/// Everything the changes did, by how it can be allowed.
#[derive(Default)]
struct Seen<'a> {
    documents: BTreeSet<&'a str>,
    formats: BTreeSet<&'a str>,
    values: Vec<OneEdit<'a>>,
    lines: Vec<(&'a str, &'a LinePair)>,
    formatting: bool,
}

/// An edit, its document and its file.
#[derive(Clone, Copy)]
struct OneEdit<'a> {
    edit: &'a Edit,
    head: Option<&'a DocumentHead>,
    file: &'a str,
    /// So many documents are in the file.
    among: usize,
}

impl<'a> Seen<'a> {
    fn look(&mut self, change: &'a PastChange) {
        for (diff, edits) in &change.files {
            let (Some(file), Some(edits)) = (diff.path.as_str(), edits) else { continue };
            if diff.paths().all(is_documentation) {
                self.documents.insert(file);
                continue;
            }
            match &edits.values {
                None => self.lines.extend(edits.lines.pairs.iter().map(|pair| (file, pair))),
                Some(Err(_)) => {}
                Some(Ok(values)) if values.edits.is_empty() => drop(self.formats.insert(file)),
                Some(Ok(values)) => {
                    self.formatting |= values.elsewhere.is_some();
                    let one = |edit: &'a Edit| OneEdit {
                        edit,
                        head: values.documents.get(edit.document),
                        file,
                        among: values.documents.len(),
                    };
                    self.values.extend(values.edits.iter().map(one));
                }
            }
        }
    }

    fn rules(&self, include: &[DraftPattern]) -> Vec<DraftRule> {
        let mut rules = values::rules(&self.values, include);
        let whole = |word: &str, files: &BTreeSet<&str>, seen: &str| {
            (!files.is_empty()).then(|| DraftRule {
                seen: vec![format!("{seen}: {}", some(files.iter().map(|file| (*file).to_owned())))],
                beyond: (word == "documentation").then(|| "any other text in them".to_owned()).into_iter().collect(),
                keys: with_files(vec![("whole_file", text(word))], files, include),
            })
        };
        rules.extend(whole("documentation", &self.documents, "documents"));
        rules.extend(lines::rules(&self.lines, include));
        rules.extend(whole("formatting", &self.formats, "only comments or formatting changed"));
        rules
    }
}

/// A rule is about the patterns of the scope it was seen in; about all of them it need not say so.
fn with_files(
    mut keys: Vec<(&'static str, DraftValue)>,
    files: &BTreeSet<&str>,
    include: &[DraftPattern],
) -> Vec<(&'static str, DraftValue)> {
    let about: Vec<&DraftPattern> =
        include.iter().filter(|pattern| pattern.paths.iter().any(|path| files.contains(path.as_str()))).collect();
    if about.len() < include.len() {
        let globs = about.iter().map(|pattern| text(&pattern.glob)).collect();
        keys.push(("files", DraftValue::List(globs)));
    }
    keys
}

fn text(text: &str) -> DraftValue {
    DraftValue::Text(text.to_owned())
}

/// Some of many, each once, in the order they came.
fn some(all: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 6;
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut kept: Vec<String> = all.filter(|one| known.insert(one.clone())).collect();
    let more = kept.len().saturating_sub(SHOWN);
    kept.truncate(SHOWN);
    let tail = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{tail}", kept.join(", "))
}

/// A name after what changes first.
fn name(rules: &[DraftRule]) -> String {
    let about = rules.first().and_then(|rule| rule.keys.first());
    let word = match about {
        Some(("edit", DraftValue::Text(path))) => {
            let words = path.rsplit('/').find(|step| !step.starts_with('[') && *step != "*" && !step.is_empty());
            format!("change-{}", words.unwrap_or("values"))
        }
        Some(("whole_file", DraftValue::Text(word))) => word.clone(),
        Some(("dependency", _)) => "bump-dependencies".to_owned(),
        Some(("lines", _)) => "change-lines".to_owned(),
        _ => "draft".to_owned(),
    };
    let plain =
        word.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn title(rules: &[DraftRule], changes: usize) -> String {
    let about = rules.first().and_then(|rule| rule.keys.first());
    let what = match about {
        Some(("edit", DraftValue::Text(path))) => format!("Change {path}"),
        Some(("whole_file", DraftValue::Text(word))) if word == "documentation" => "Edit documents".to_owned(),
        Some(("whole_file", _)) => "Change comments and formatting".to_owned(),
        Some(("dependency", _)) => "Bump dependencies".to_owned(),
        Some(("lines", _)) => "Change single lines".to_owned(),
        _ => "Change files".to_owned(),
    };
    format!("{what}, as in {}", crate::model::counted(changes as u64, "past change"))
}
