//! A template against files alone: what would be said about them whoever proposes them, whenever, and however far the
//! template is in its life.

use super::Fitting;
use crate::assess::constraints::used;
use crate::assess::stats;
use crate::model::{FileDiff, FileEdits, FileFacts, OwnedState, Template, TemplateFault};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How some files fit a template.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// What speaks against them; empty when they fit.
    pub faults: Vec<TemplateFault>,
    /// The constraints that allowed something, by their place in the template.
    pub used: BTreeSet<usize>,
}

/// Holds changed files, each with its edits, to the scope, the kinds, the limits, the constraints and the companions of a
/// template.
pub fn fit(template: &Template, files: &[(FileDiff, Option<Arc<FileEdits>>)]) -> Fit {
    let mut facts: Vec<FileFacts> = files.iter().map(|(diff, edits)| facts(diff, edits.clone())).collect();
    let fitting = Fitting { template };
    let mut faults = fitting.files(&mut facts);
    faults.extend(fitting.limits(stats(&facts), &facts));
    faults.extend(fitting.contents(&mut facts));
    Fit { faults, used: facts.iter().flat_map(|file| used(template, file)).collect() }
}

fn facts(diff: &FileDiff, edits: Option<Arc<FileEdits>>) -> FileFacts {
    FileFacts {
        diff: diff.clone(),
        in_scope: true,
        control: false,
        owned: OwnedState::Owned,
        rows: Vec::new(),
        owners: Vec::new(),
        opaque: diff.opaque().map(|opaque| opaque.describe()),
        templates: Vec::new(),
        edits,
    }
}
