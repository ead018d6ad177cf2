//! Any bytes as a workflow: no panic, every fault stands in the file and says so without anything hidden, what is read lies in
//! the file, and the doctor has an opinion about it whose commands and places are sound.
#![no_main]

use changeward::audit::doctor::{ControlState, Evidence, examine};
use changeward::model::{Config, Ownership, Workflow, is_unsafe};
use changeward::parse::workflow;
use libfuzzer_sys::fuzz_target;

const FILE: &str = ".github/workflows/w.yml";

fuzz_target!(|data: &[u8]| {
    let lines = u32::try_from(data.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX);
    let read = workflow(data, FILE);
    let (workflows, broken) = match read {
        Ok(workflow) => {
            holds(&workflow, lines);
            (vec![workflow], Vec::new())
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in &faults {
                assert!(fault.place.file == FILE && fault.place.line >= 1, "{fault:?}");
                assert!(!fault.why.is_empty() && !fault.why.chars().any(is_unsafe), "{fault:?}");
            }
            (Vec::new(), faults)
        }
    };
    let is_broken = !broken.is_empty();
    let controls = ControlState { config: Config::default(), ownership: Ownership::default(), templates: Vec::new() };
    let evidence = Evidence {
        state: String::new(),
        workflows,
        broken,
        controls: Ok(controls),
        tracked: Vec::new(),
        shallow: false,
        settings: None,
        fail_on: None,
    };
    let report = examine(&evidence);
    assert_eq!(report.symptoms.iter().any(|symptom| symptom.finding.code == "WORKFLOW_BROKEN"), is_broken);
    for symptom in &report.symptoms {
        assert!(!symptom.answers.is_empty() && symptom.finding.help.is_some(), "{symptom:?}");
    }
});

fn holds(workflow: &Workflow, lines: u32) {
    assert!(!workflow.jobs.is_empty());
    let placed = |line: u32| assert!((1..=lines.max(1) + 1).contains(&line), "{line} of {lines}");
    workflow.triggers.iter().for_each(|trigger| placed(trigger.line));
    for job in &workflow.jobs {
        placed(job.line);
        job.steps.iter().for_each(|step| placed(step.line));
    }
}
