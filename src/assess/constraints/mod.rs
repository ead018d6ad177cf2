//! Whether everything a change does to a file is allowed by a template's `[[allow]]`s: every edit by one of them, and
//! nothing beside the edits.
//!
//! A file passes in one of three ways: as a whole (documentation, formatting), by its values, or line by line. It never
//! passes by a mixture, and a file whose values cannot be read passes in no way.

mod documentation;
mod image;
mod value;

use crate::model::{
    Allows, Constraint, Dependency, DependencyRule, DocumentHead, Edit, EditKind, FileEdits, FileFacts, FileKind,
    FileRule, FileStatus, LineRule, Pattern, Template, ValueEdits, VersionStep,
};

pub(super) use documentation::is_documentation;

/// The first thing about a file that no constraint allows.
pub(super) struct Uncovered {
    /// For people.
    pub(super) why: String,
    /// The line in the new file (in the old one for what is gone), from 1.
    pub(super) line: Option<u32>,
    /// Some constraint is about something that changes in the file.
    pub(super) near: bool,
}

impl Uncovered {
    fn new(line: Option<u32>, why: impl Into<String>) -> Self {
        Self { why: why.into(), line, near: false }
    }
}

/// What of a file no constraint of the template allows.
pub(super) fn uncovered(template: &Template, file: &FileFacts) -> Option<Uncovered> {
    let rules = Rules::of(template, file);
    if rules.files.iter().any(|rule| whole(*rule, file)) {
        return None;
    }
    let Some(edits) = &file.edits else {
        let why = file.opaque.as_deref().unwrap_or("its contents were not looked at");
        return Some(Uncovered::new(None, format!("its values cannot be judged: {why}")));
    };
    if let Some(Err(unreadable)) = &edits.values {
        let side = if unreadable.new { "" } else { "before the change " };
        let line = (unreadable.new && unreadable.fault.line > 0).then_some(unreadable.fault.line);
        return Some(Uncovered::new(line, format!("its values cannot be judged: {side}it {}", unreadable.fault.why)));
    }
    if !rules.lines.is_empty() && by_line(&rules.lines, edits).is_none() {
        return None;
    }
    match &edits.values {
        Some(Ok(values)) if rules.lines.is_empty() || rules.has_values() => rules.by_value(values, template),
        _ => by_line(&rules.lines, edits),
    }
}

/// An image is pinned and of the repository it was of; with a step, its tag moves up by no more.
pub(super) fn is_pinned(old: &str, new: &str, most: Option<VersionStep>) -> bool {
    image::pinned(Some(old), new, most).is_ok()
}

/// A version moves up by no more than a step.
pub(super) fn is_step(old: &str, new: &str, most: VersionStep) -> bool {
    value::version(most, Some(old), new).is_ok()
}

/// Which constraints of a template, by their place in it, allow something that a change does to a file.
pub(super) fn used(template: &Template, file: &FileFacts) -> Vec<usize> {
    let Some(edits) = &file.edits else {
        return template.allow.iter().enumerate().filter(|(_, c)| allows_whole(c, file)).map(|(at, _)| at).collect();
    };
    let head = |values: &'_ ValueEdits, edit: &Edit| values.documents.get(edit.document).cloned();
    let allows = |constraint: &Constraint| {
        about(&constraint.files, file)
            && match (&constraint.allows, &edits.values) {
                (Allows::File(rule), _) => whole(*rule, file),
                (Allows::Lines(rule), _) => edits.lines.pairs.iter().any(|pair| line_pair(rule, &pair.old, &pair.new)),
                (Allows::Value(rule), Some(Ok(values))) => {
                    let judged = |edit: &Edit| value::judge(rule, edit, head(values, edit).as_ref());
                    values.edits.iter().any(|edit| edit.dependency.is_none() && judged(edit) == Some(Ok(())))
                }
                (Allows::Dependency(rule), Some(Ok(values))) => values.edits.iter().any(|edit| {
                    edit.dependency.as_ref().and_then(|moved| dependency_rule(rule, edit, moved)) == Some(Ok(()))
                }),
                _ => false,
            }
    };
    template.allow.iter().enumerate().filter(|(_, constraint)| allows(constraint)).map(|(at, _)| at).collect()
}

fn allows_whole(constraint: &Constraint, file: &FileFacts) -> bool {
    matches!(constraint.allows, Allows::File(rule) if about(&constraint.files, file) && whole(rule, file))
}

/// A constraint about some files is about this one, at all of its paths.
fn about(files: &[Pattern], file: &FileFacts) -> bool {
    files.is_empty() || file.diff.paths().all(|path| files.iter().any(|pattern| pattern.matches(path)))
}

/// The constraints of a template that are about a file.
struct Rules<'t> {
    all: Vec<&'t Constraint>,
    lines: Vec<&'t LineRule>,
    files: Vec<FileRule>,
}

impl<'t> Rules<'t> {
    fn of(template: &'t Template, file: &FileFacts) -> Self {
        let all: Vec<_> = template.allow.iter().filter(|constraint| about(&constraint.files, file)).collect();
        let lines = all.iter().filter_map(|c| if let Allows::Lines(rule) = &c.allows { Some(rule) } else { None });
        let files = all.iter().filter_map(|c| if let Allows::File(rule) = &c.allows { Some(*rule) } else { None });
        Self { lines: lines.collect(), files: files.collect(), all }
    }

    fn has_values(&self) -> bool {
        self.all.iter().any(|constraint| matches!(constraint.allows, Allows::Value(_) | Allows::Dependency(_)))
    }

    fn by_value(&self, values: &ValueEdits, template: &Template) -> Option<Uncovered> {
        if values.edits.is_empty() {
            let why = "no value changes, only comments or formatting do, and no [[allow]] is about those";
            return Some(Uncovered::new(values.elsewhere, why));
        }
        let head = |edit: &Edit| values.documents.get(edit.document);
        let mut edits = values.edits.iter().enumerate();
        if let Some((at, found)) = edits.find_map(|(at, edit)| Some((at, self.edit(edit, head(edit))?))) {
            // Another edit may be one that a constraint is about.
            let about = |edit: &Edit| self.edit(edit, head(edit)).is_none_or(|other| other.near);
            let near = found.near || at > 0 || edits.any(|(_, edit)| about(edit));
            return Some(Uncovered { near, ..found });
        }
        if let Some((line, why)) = values.beyond_formatting.filter(|_| template.formatting) {
            return Some(Uncovered::new(
                Some(line),
                format!("what differs beside the values is more than formatting: {why}"),
            ));
        }
        let line = values.elsewhere.filter(|_| !template.formatting)?;
        let why = "something beside the values that may change is different: a comment, a blank, the order of keys";
        Some(Uncovered { near: true, ..Uncovered::new(Some(line), why) })
    }

    /// Why no constraint allows an edit; `None` when one does.
    fn edit(&self, edit: &Edit, head: Option<&DocumentHead>) -> Option<Uncovered> {
        let mut nearest: Option<String> = None;
        for constraint in &self.all {
            let judged = match (&constraint.allows, &edit.dependency) {
                (Allows::Value(rule), None) => value::judge(rule, edit, head),
                (Allows::Dependency(rule), Some(dependency)) => dependency_rule(rule, edit, dependency),
                _ => None,
            };
            match judged {
                Some(Ok(())) => return None,
                Some(Err(why)) => {
                    nearest.get_or_insert(format!("{why} ({})", constraint.place));
                }
                None => {}
            }
        }
        let near = nearest.is_some();
        let why = nearest.unwrap_or_else(|| "no [[allow]] is about it".to_owned());
        let line = edit.new_line.or(edit.old_line);
        let document = head.and_then(|head| head.label.as_deref()).map(|label| format!("{label} "));
        let why = format!("{}{}: {why}", document.unwrap_or_default(), edit.describe());
        Some(Uncovered { near, ..Uncovered::new(line, why) })
    }
}

/// Whether a rule allows an edit of a package; `None` when it is not about that package.
fn dependency_rule(rule: &DependencyRule, edit: &Edit, dependency: &Dependency) -> Option<Result<(), String>> {
    rule.is_about(&dependency.name).then(|| moves_within(rule, edit, dependency))
}

fn moves_within(rule: &DependencyRule, edit: &Edit, dependency: &Dependency) -> Result<(), String> {
    if !rule.kinds.contains(&edit.kind) {
        return Err(format!("{} is not among its `kinds`", edit.kind.as_str()));
    }
    if dependency.source_changed {
        return Err("it comes from another place than before".to_owned());
    }
    if dependency.contents_changed && edit.old.is_none() {
        return Err("it has no checksum, or one that says nothing".to_owned());
    }
    if dependency.contents_changed {
        return Err("its contents change under the same version".to_owned());
    }
    if edit.kind == EditKind::Replace && !dependency.step.within(rule.most) {
        let is = dependency.step.as_str();
        return Err(format!("the step of its version is {is}, and at most {} is allowed", rule.most.as_str()));
    }
    Ok(())
}

fn by_line(rules: &[&LineRule], edits: &FileEdits) -> Option<Uncovered> {
    if rules.is_empty() {
        return Some(Uncovered::new(None, "no [[allow]] is about this file"));
    }
    if let Some(why) = &edits.lines.uneven {
        return Some(Uncovered::new(None, format!("its lines cannot be put side by side: {why}")));
    }
    if edits.lines.pairs.is_empty() {
        return Some(Uncovered::new(None, "no line of it changes"));
    }
    let wrong =
        edits.lines.pairs.iter().find(|pair| !rules.iter().any(|rule| line_pair(rule, &pair.old, &pair.new)))?;
    let why = "no [[allow]] is about this line as it was and as it is";
    Some(Uncovered { near: true, ..Uncovered::new(Some(wrong.line), why) })
}

/// Both lines match as a whole, and what they have by one name is the same.
fn line_pair(rule: &LineRule, old: &str, new: &str) -> bool {
    if new.chars().any(|c| c != '\t' && crate::model::is_unsafe(c)) {
        return false;
    }
    let (Some(was), Some(is)) = (rule.old.groups(old), rule.new.groups(new)) else { return false };
    was.iter().all(|(name, held)| is.iter().all(|(other, holds)| name != other || held == holds))
}

/// Whether a rule about whole files lets this one pass.
fn whole(rule: FileRule, file: &FileFacts) -> bool {
    match rule {
        FileRule::Documentation => {
            let plain =
                [&file.diff.old, &file.diff.new].into_iter().flatten().all(|side| side.kind == FileKind::Regular);
            plain && file.opaque.is_none() && file.diff.paths().all(is_documentation)
        }
        FileRule::Formatting => {
            let same_place = matches!(file.diff.status, FileStatus::Modified);
            let values = file.edits.as_ref().and_then(|edits| edits.values.as_ref());
            same_place
                && matches!(values, Some(Ok(values)) if values.edits.is_empty() && values.beyond_formatting.is_none())
        }
    }
}
