//! The files that alone keep a change from being standard: without them, one template would cover the rest.

use crate::model::{ChangeClass, Facts, FileFacts, Findings, OwnedState, TemplateFacts};

/// What is no file cannot be split out: while one of these holds, no smaller change is standard either.
fn stays(code: &str) -> bool {
    !matches!(code, "CONTROL_EDIT" | "UNOWNED" | "UNANALYSABLE" | "NO_TEMPLATE" | "TEMPLATE_AMBIGUOUS" | "RACI_LINT")
}

pub(super) fn split(facts: &Facts, findings: &Findings, class: ChangeClass) -> Vec<String> {
    if class != ChangeClass::Normal || findings.force_normal.iter().any(|reason| stays(&reason.code)) {
        return Vec::new();
    }
    let candidates = facts.templates.iter().filter(|template| {
        let own = findings.template_faults.iter().filter(|(id, _)| *id == template.id);
        // Files that belong together are not taken apart.
        !template.together && own.into_iter().all(|(_, fault)| only_about_files(&fault.code))
    });
    let best = candidates
        .map(|template| {
            (template, facts.files.iter().filter(|file| !fits(facts, file, &template.id)).collect::<Vec<_>>())
        })
        .filter(|(template, out)| {
            let some_left = !out.is_empty() && out.len() < facts.files.len();
            some_left && small_enough(facts, template) && alone(facts, findings, template)
        })
        .min_by_key(|(_, out)| out.len());
    best.into_iter().flat_map(|(_, out)| out).map(|file| file.diff.path.quoted()).collect()
}

/// What would be left is within the template's limits.
fn small_enough(facts: &Facts, template: &TemplateFacts) -> bool {
    let left: Vec<&FileFacts> = facts.files.iter().filter(|file| fits(facts, file, &template.id)).collect();
    let within = |is: u64, limit: Option<u64>| limit.is_none_or(|limit| is <= limit);
    let edits = || left.iter().map(|file| file.edits.as_ref()?.count()).sum::<Option<u64>>();
    within(left.len() as u64, template.limits.files)
        && template.limits.edits.is_none_or(|limit| edits().is_some_and(|edits| edits <= limit))
        && within(left.iter().map(|file| file.diff.additions).sum(), template.limits.added)
        && within(left.iter().map(|file| file.diff.deletions).sum(), template.limits.removed)
}

/// No other template would cover what is left as well: two of them make a change normal.
fn alone(facts: &Facts, findings: &Findings, template: &TemplateFacts) -> bool {
    let left = || facts.files.iter().filter(|file| fits(facts, file, &template.id));
    let sound = |other: &TemplateFacts| {
        let own = findings.template_faults.iter().filter(|(id, _)| *id == other.id);
        own.into_iter().all(|(_, fault)| only_about_files(&fault.code))
    };
    let others = facts.templates.iter().filter(|other| other.id != template.id && sound(other));
    !others.into_iter().any(|other| left().all(|file| file.templates.contains(&other.id)))
}

/// A fault that a smaller change may not have.
fn only_about_files(code: &str) -> bool {
    matches!(code, "TPL_PATHS" | "TPL_KINDS" | "TPL_CONSTRAINTS" | "TPL_LIMITS")
}

/// The file could go ahead under the template by itself.
fn fits(facts: &Facts, file: &FileFacts, template: &str) -> bool {
    file.templates.iter().any(|id| id == template)
        && !file.control
        && file.owned == OwnedState::Owned
        && file.opaque.is_none()
        && file.rows.iter().all(|row| facts.rows.get(row).is_none_or(|row| row.lints.is_empty()))
}
