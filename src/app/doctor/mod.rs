//! `changeward doctor`: is this repository really gated? Reads only.

#[cfg(feature = "github")]
mod forge;

#[cfg(feature = "github")]
pub use forge::ForgeRequest;

use super::controls::Controls;
use super::failure::{Failure, FailureKind};
use super::owners::{At, Place};
use crate::audit::doctor::{self, ControlState, Evidence, catalogue};
use crate::model::{
    Ailment, Config, ControlFiles, DoctorReport, FileKind, Place as FilePlace, RepoPath, Severity, TrackedFile,
    Workflow, WorkflowFault,
};
use crate::parse;
use crate::world::WorldError;
use crate::world::tree::{Tree, Within};
use miette::Diagnostic;
use std::path::PathBuf;

/// Where workflows are.
const WORKFLOWS: &str = ".github/workflows";

/// What is asked.
#[derive(Clone, Debug)]
pub struct DoctorRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Which state of the files.
    pub at: At,
    /// How grave a finding must be to fail.
    pub fail_on: Option<Severity>,
    /// The forge is asked too.
    #[cfg(feature = "github")]
    pub forge: Option<ForgeRequest>,
}

/// Every check, in the order of the documents.
pub fn checks() -> Vec<&'static Ailment> {
    catalogue::of_files().chain(catalogue::of_forge()).collect()
}

/// Looks at everything.
///
/// # Errors
/// When git, a file or the forge does not answer. What is broken or not allowed is a finding.
pub fn examine(request: &DoctorRequest) -> Result<DoctorReport, Failure> {
    let place = Place::open(&request.dir)?;
    let state = place.state(&request.at)?;
    let tree = state.tree.as_ref();
    let tracked = state.tracked()?;
    let (workflows, broken) = workflows(tree, &tracked)?;
    let controls = controls(tree, &tracked)?;
    #[cfg(feature = "github")]
    let settings = match &request.forge {
        Some(forge) => Some(forge.ask(&workflows, controls.as_ref().ok())?),
        None => None,
    };
    #[cfg(not(feature = "github"))]
    let settings = None;
    let evidence = Evidence {
        shallow: !matches!(request.at, At::Folder(_)) && place.is_shallow()?,
        state: state.described,
        workflows,
        broken,
        controls,
        tracked,
        settings,
        fail_on: request.fail_on,
    };
    Ok(doctor::examine(&evidence))
}

/// The files that GitHub takes for workflows, read; and what is wrong with those that cannot be.
fn workflows(tree: &dyn Tree, tracked: &[TrackedFile]) -> Result<(Vec<Workflow>, Vec<WorkflowFault>), Failure> {
    let (mut workflows, mut broken) = (Vec::new(), Vec::new());
    for file in tracked {
        let Some(path) = file.path.as_str().filter(|path| is_workflow(path)) else { continue };
        let fault = |why: String| WorkflowFault { place: FilePlace { file: path.to_owned(), line: 0 }, why };
        if matches!(file.kind, FileKind::Symlink | FileKind::Submodule) {
            broken.push(fault("it is no plain file".to_owned()));
            continue;
        }
        match tree.read(path) {
            Ok(Some(bytes)) => match parse::workflow(&bytes, path) {
                Ok(workflow) => workflows.push(workflow),
                Err(faults) => broken.extend(faults),
            },
            Ok(None) => {}
            Err(error @ (WorldError::NotAFile { .. } | WorldError::TooLarge { .. })) => {
                broken.push(fault(error.to_string()));
            }
            Err(error) => return Err(Failure::world(error)),
        }
    }
    Ok((workflows, broken))
}

fn is_workflow(path: &str) -> bool {
    let name = path.strip_prefix(WORKFLOWS).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| !name.contains('/') && (name.ends_with(".yml") || name.ends_with(".yaml")))
}

/// The control files as the gate reads them; why not, where it would refuse them.
fn controls(tree: &dyn Tree, tracked: &[TrackedFile]) -> Result<Result<ControlState, String>, Failure> {
    let controls = match Controls::read(tree) {
        Ok(controls) => controls,
        Err(failure) if failure.kind() == FailureKind::Invalid => return Ok(Err(told(&failure))),
        Err(failure) => return Err(failure),
    };
    let paths = control_paths(&controls.config, tracked);
    let owners = controls.owners(tree, Within::Above(&paths))?;
    Ok(Ok(ControlState { config: controls.config, ownership: owners.ownership, templates: controls.templates }))
}

/// The failure, and the first of its mistakes.
fn told(failure: &Failure) -> String {
    let mut at: &dyn Diagnostic = failure.diagnostic();
    while let Some(first) = at.related().and_then(|mut related| related.next()) {
        at = first;
    }
    let (whole, first) = (failure.to_string(), at.to_string());
    if whole == first { whole } else { format!("{whole}; the first: {first}") }
}

fn control_paths(config: &Config, tracked: &[TrackedFile]) -> Vec<RepoPath> {
    let control = ControlFiles::new(&config.control_files);
    tracked.iter().map(|file| &file.path).filter(|path| control.contains(path)).cloned().collect()
}
