//! The files the gate goes by: whether they are there, what they seem, and owned.

use super::sign::Sign;
use super::{ControlState, Evidence};
use crate::model::{
    Config, ControlFiles, FileKind, OwnedState, Ownership, Pattern, RepoPath, Severity, TemplateState, TrackedFile,
    counted,
};

const FOLDER: &[u8] = b".changeward/";
const CONFIG: &str = ".changeward/config.toml";

/// Paths named in one finding.
const SHOWN: usize = 3;

/// What is wrong with the control files.
pub(super) fn look(evidence: &Evidence) -> Vec<Sign> {
    let mut signs = Vec::new();
    if evidence.shallow {
        signs.push(Sign::of("CLONE_SHALLOW", "this clone does not have the whole history"));
    }
    if !evidence.tracked.iter().any(|file| file.path.as_bytes().starts_with(FOLDER)) {
        signs.push(Sign::of("CONTROLS_MISSING", "there is no `.changeward/`: the gate goes by its defaults"));
    }
    let own: &[Pattern] = evidence.controls.as_ref().map_or(&[], |state| &state.config.control_files);
    let control_files = ControlFiles::new(own);
    let control: Vec<&TrackedFile> =
        evidence.tracked.iter().filter(|file| control_files.contains(&file.path)).collect();
    for file in &control {
        let what = match file.kind {
            FileKind::Symlink => "a link",
            FileKind::Submodule => "a submodule",
            FileKind::LfsPointer => "kept in Git LFS",
            _ => continue,
        };
        let path = file.path.quoted();
        signs.push(Sign::of("CONTROL_NOT_PLAIN", format!("{path} is {what}")).at(&path, 0));
    }
    match &evidence.controls {
        Err(why) => signs.push(Sign::of("CONTROLS_INVALID", why.clone())),
        Ok(state) => {
            signs.extend(owners(state, &control));
            signs.extend(code_owners(&state.ownership, &control));
            signs.extend(configured(&state.config));
            signs.extend(escalation(&state.ownership));
            signs.extend(templates(state));
        }
    }
    signs
}

fn owners(state: &ControlState, control: &[&TrackedFile]) -> Vec<Sign> {
    let mut signs = Vec::new();
    let named = !state.config.control_owners.is_empty();
    if !named {
        let msg = "`[control] owners` names nobody for edits of the gate's own files";
        signs.push(Sign::of("CONTROL_OWNERS_MISSING", msg).at(CONFIG, 0));
    }
    let owned = |file: &&&TrackedFile| state.ownership.of(&file.path).state == OwnedState::Owned;
    let all = state.ownership.has_source();
    let unowned: Vec<&RepoPath> = control.iter().filter(|file| !all || !owned(file)).map(|file| &file.path).collect();
    if let Some(first) = unowned.first() {
        let msg = format!("nobody owns {}: {}", counted(unowned.len() as u64, "control file"), shown(&unowned));
        let sign = Sign::of("CONTROL_UNOWNED", msg).at(&first.quoted(), 0);
        signs.push(if named { sign.weighs(Severity::Warn) } else { sign });
    }
    signs
}

fn shown(paths: &[&RepoPath]) -> String {
    let mut list: Vec<String> = paths.iter().take(SHOWN).map(|path| path.quoted()).collect();
    if paths.len() > SHOWN {
        list.push(format!("and {} more", paths.len() - SHOWN));
    }
    list.join(", ")
}

/// GitHub's own second lock.
fn code_owners(ownership: &Ownership, control: &[&TrackedFile]) -> Vec<Sign> {
    let Some(codeowners) = &ownership.sources.codeowners else {
        let msg = "there is no CODEOWNERS of GitHub's: it asks nobody of its own accord";
        return vec![Sign::of("CODEOWNERS_SILENT", msg).weighs(Severity::Info)];
    };
    let file = codeowners.path.quoted();
    let mut signs = Vec::new();
    for (folder, name) in [(FOLDER, ".changeward/"), (&b".github/workflows/"[..], ".github/workflows/")] {
        let silent = |path: &&RepoPath| {
            path.as_bytes().starts_with(folder) && codeowners.rule_for(path).is_none_or(|rule| rule.owners.is_empty())
        };
        let silent: Vec<&RepoPath> = control.iter().map(|file| &file.path).filter(silent).collect();
        if !silent.is_empty() {
            let msg = format!("CODEOWNERS names nobody for {}", shown(&silent));
            let help = format!("add a line for `/{name}`, after all others that match it");
            signs.push(Sign::of("CODEOWNERS_SILENT", msg).at(&file, 0).help(help));
        }
    }
    signs
}

fn configured(config: &Config) -> Vec<Sign> {
    let mut signs = Vec::new();
    if config.incidents.as_ref().is_some_and(|incidents| incidents.declarers.is_empty()) {
        let msg = "`[emergency.incidents]` names no `declarers`: whoever may write can declare an incident";
        signs.push(Sign::of("INCIDENT_DECLARERS", msg).at(CONFIG, 0));
    }
    for calendar in config.calendars.iter().filter(|calendar| calendar.approvers.is_empty()) {
        let msg = format!("nobody may let a change through while `{}` is closed", calendar.file);
        signs.push(Sign::of("FREEZE_WITHOUT_APPROVERS", msg).place(&calendar.place));
    }
    signs
}

fn escalation(ownership: &Ownership) -> Option<Sign> {
    let matrix = ownership.matrix();
    if matrix.is_some_and(|matrix| matrix.escalation.is_some()) {
        return None;
    }
    let sign = Sign::of("ESCALATION_MISSING", "no `[escalation]` names who receives what nobody owns");
    let sign = sign.at(".changeward/ownership.toml", 0);
    // Without any source of owners the whole repository is one row, and nothing is unowned.
    Some(if ownership.has_source() { sign } else { sign.weighs(Severity::Warn) })
}

fn templates(state: &ControlState) -> Vec<Sign> {
    let published = state.templates.iter().filter(|template| template.state == TemplateState::Published);
    let alone = published.filter(|template| {
        template.proposed_by.is_none()
            || !template.approved_by.iter().any(|by| Some(by) != template.proposed_by.as_ref())
    });
    alone
        .map(|template| {
            let msg = format!("the template `{}` is published, and nobody but its proposer approved it", template.id);
            Sign::of("TEMPLATE_SELF_PUBLISHED", msg).place(&template.place)
        })
        .collect()
}
