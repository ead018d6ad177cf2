//! The files that alone keep a change from being standard: without them, one template would cover the rest.

use crate::model::{ChangeClass, Facts, FileFacts, Findings, OwnedState};

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
        own.into_iter().all(|(_, fault)| matches!(fault.code.as_str(), "TPL_PATHS" | "TPL_KINDS" | "TPL_LIMITS"))
    });
    let best = candidates
        .map(|template| facts.files.iter().filter(|file| !fits(facts, file, &template.id)).collect::<Vec<_>>())
        .filter(|out| !out.is_empty() && out.len() < facts.files.len())
        .min_by_key(Vec::len);
    best.into_iter().flatten().map(|file| file.diff.path.quoted()).collect()
}

/// The file could go ahead under the template by itself.
fn fits(facts: &Facts, file: &FileFacts, template: &str) -> bool {
    file.templates.iter().any(|id| id == template)
        && !file.control
        && file.owned == OwnedState::Owned
        && file.opaque.is_none()
        && file.rows.iter().all(|row| facts.rows.get(row).is_none_or(|row| row.lints.is_empty()))
}
