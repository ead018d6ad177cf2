//! Whether the changes that a template names as proof that it repeats are such changes.
//!
//! Each is held to the template as it stands now, as a test of the template would be. One that is certainly none opens the
//! breaker: whoever approved the template was shown something else. One that cannot be looked up proves nothing.

use super::{covers, fault, fit};
use crate::assess::draft::PastFile;
use crate::model::{FileDiff, FileEdits, Proof, Sample, Template, TemplateFault, TemplateState, counted};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a sample proves, by the files it changed.
pub fn proof(template: &Template, files: &[PastFile]) -> Proof {
    if files.is_empty() {
        return Proof::False("nothing differs in it".to_owned());
    }
    match fit(template, files).faults.into_iter().next() {
        None => Proof::Fits,
        Some(fault) => {
            // Where the rule stands is said of the template as a whole.
            let own = fault.msg.rfind(&format!(" ({}:", template.place.file)).unwrap_or(fault.msg.len());
            let msg = fault.msg.get(..own).unwrap_or(&fault.msg);
            Proof::False(match (fault.paths.first(), fault.line) {
                (Some(path), Some(line)) => format!("{path}:{line}: {msg}"),
                (Some(path), None) => format!("{path}: {msg}"),
                (None, _) => msg.to_owned(),
            })
        }
    }
}

/// The templates whose samples are worth looking up for a change: those in use that cover its files. Only they may make
/// it standard.
pub fn asks_for_samples<'t>(
    templates: &'t [Template],
    files: &[FileDiff],
    edits: &BTreeMap<usize, Arc<FileEdits>>,
) -> Vec<&'t Template> {
    let named = templates.iter().filter(|one| one.state == TemplateState::Published && !one.samples.is_empty());
    let near: Vec<&Template> = named.filter(|template| files.iter().all(|file| covers(template, file))).collect();
    if near.is_empty() {
        return near;
    }
    let files: Vec<PastFile> =
        files.iter().enumerate().map(|(at, file)| (file.clone(), edits.get(&at).cloned())).collect();
    near.into_iter().filter(|template| fit(template, &files).faults.is_empty()).collect()
}

/// As many changes of the past as the configuration asks for prove that it repeats. `looked` is what became of its samples,
/// `None` where nobody looked.
pub(super) fn lacking(template: &Template, needs: u64, looked: Option<&[Sample]>) -> Option<TemplateFault> {
    let named = distinct(template);
    if named < needs {
        let msg = format!("{} show that it repeats, and {needs} are needed", counted(named, "sample"));
        return Some(fault("samples", msg, Vec::new()));
    }
    let looked = looked?;
    let proven = looked.iter().filter(|sample| sample.fits()).map(|sample| &sample.change).collect::<BTreeSet<_>>();
    let proven = proven.len() as u64;
    (proven < needs).then(|| {
        // One that is certainly none is the breaker's reason already.
        let unknown = looked.iter().find(|sample| matches!(sample.proof, Proof::Unknown(_)));
        let first =
            unknown.and_then(|sample| Some(format!("; {}: {}", sample.name, sample.why()?))).unwrap_or_default();
        let msg = format!("{proven} of {named} samples prove that it repeats, and {needs} are needed{first}");
        fault("samples", msg, Vec::new())
    })
}

/// The first sample that is certainly none.
pub(super) fn belied(looked: Option<&[Sample]>) -> Option<String> {
    looked?.iter().find_map(|sample| match &sample.proof {
        Proof::False(why) => Some(format!("its sample {} proves nothing: {why}", sample.name)),
        Proof::Fits | Proof::Unknown(_) => None,
    })
}

/// Each name counts once.
pub(super) fn distinct(template: &Template) -> u64 {
    template.samples.iter().collect::<BTreeSet<_>>().len() as u64
}
