//! Is this repository really gated? What a checkout and a forge say of that, held against the ways round a gate.
//!
//! One file for each part, and one list of all checks ([`catalogue`]). Pure, as the rest of the room is. What nobody may
//! look at is a finding of its own.

mod branch;
pub mod catalogue;
mod catalogue_forge;
mod controls;
mod gate;
mod hygiene;
mod mend;
mod settings;
mod sign;
mod workflows;

pub use gate::{environments, teams};

use crate::model::{
    Config, DoctorReport, ForgeSettings, Ownership, Severity, Symptom, Template, TrackedFile, Workflow, WorkflowFault,
};
use gate::Gates;
use std::collections::BTreeSet;

/// Everything the doctor looks at.
#[derive(Debug)]
pub struct Evidence {
    /// Which state of the files this is, for people.
    pub state: String,
    /// The workflows that can be read.
    pub workflows: Vec<Workflow>,
    /// What is wrong with the others.
    pub broken: Vec<WorkflowFault>,
    /// What the gate goes by, or why it cannot be used.
    pub controls: Result<ControlState, String>,
    /// Every tracked file.
    pub tracked: Vec<TrackedFile>,
    /// The clone ends before the history does.
    pub shallow: bool,
    /// How the repository is set up on the forge; `None` where nobody asked.
    pub settings: Option<ForgeSettings>,
    /// How grave a finding must be to fail.
    pub fail_on: Option<Severity>,
}

/// The control files, as far as they matter here.
#[derive(Debug)]
pub struct ControlState {
    /// The configuration.
    pub config: Config,
    /// Who answers for the control files.
    pub ownership: Ownership,
    /// Changes approved in advance.
    pub templates: Vec<Template>,
}

/// Looks at everything, and says what is not as it should be.
pub fn examine(evidence: &Evidence) -> DoctorReport {
    let gates = Gates::of(&evidence.workflows);
    let mut symptoms = workflows::look(evidence, &gates);
    symptoms.extend(hygiene::look(&evidence.workflows, &gates));
    symptoms.extend(controls::look(evidence));
    let mut checks = catalogue::of_files().count();
    let mut notes = Vec::new();
    match &evidence.settings {
        Some(settings) => {
            symptoms.extend(branch::look(settings, &gates));
            symptoms.extend(settings::look(settings));
            checks += catalogue::of_forge().count();
        }
        None => notes.push(
            "GitHub was not asked: whether the status is required, who may go round it, and what workflows may is not \
             known; `--github` asks"
                .to_owned(),
        ),
    }
    let mut symptoms: Vec<Symptom> = symptoms.into_iter().map(sign::Sign::into_symptom).collect();
    symptoms.sort_by(|a, b| rank(a).cmp(&rank(b)));
    symptoms.dedup();
    let named: BTreeSet<&str> = symptoms.iter().flat_map(|symptom| symptom.answers.iter().copied()).collect();
    let forge = evidence.settings.as_ref();
    DoctorReport {
        state: evidence.state.clone(),
        forge: forge.map(|settings| (settings.repository.to_string(), settings.branch.clone())),
        checks,
        clauses: catalogue::CLAUSES.iter().filter(|(name, _)| named.contains(name)).copied().collect(),
        symptoms,
        notes,
        fail_on: evidence.fail_on,
    }
}

/// Part by part, the gravest first.
fn rank(symptom: &Symptom) -> impl Ord + '_ {
    let finding = &symptom.finding;
    (
        symptom.organ,
        std::cmp::Reverse(finding.severity),
        &finding.code,
        finding.paths.first(),
        finding.line,
        &finding.msg,
    )
}
