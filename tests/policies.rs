//! Every shipped rule fires in some case of `tests/golden/` and stays silent in another: a misspelt input path is no error
//! in Rego, the rule just never fires.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

mod support;

use changeward::model::{Findings, Moment, Place};
use changeward::policy::engine::{Limits, Pack};
use changeward::policy::shipped::{self, SHIPPED};
use std::collections::BTreeSet;
use support::cases::{FILES, read, stage};

/// The sets whose rules speak to people. (`usable` names templates; the golden cases of standard changes hold it.)
const SETS: &[&str] = &["force_normal", "emergency_fault", "template_fault", "deny", "warn", "require", "obligation"];

fn rules() -> BTreeSet<Place> {
    let heads = |(file, text): &(&str, &str)| {
        let file = (*file).to_owned();
        let lines = text.lines().enumerate().filter(|(_, line)| {
            SETS.iter().any(|set| line.strip_prefix(set).is_some_and(|rest| rest.starts_with(" contains ")))
        });
        lines.map(|(n, _)| Place { file: file.clone(), line: n as u32 + 1 }).collect::<Vec<_>>()
    };
    SHIPPED.iter().flat_map(heads).collect()
}

fn fired(findings: &Findings) -> BTreeSet<Place> {
    let faults = findings.template_faults.iter().map(|(_, fault)| fault);
    let said =
        findings.force_normal.iter().chain(&findings.emergency_faults).chain(&findings.deny).chain(&findings.warn);
    let said = said.chain(faults).filter_map(|finding| finding.rule.clone());
    let asked = findings.require.iter().filter_map(|require| require.rule.clone());
    let owed = findings.obligations.iter().filter_map(|owed| owed.rule.clone());
    said.chain(asked).chain(owed).collect()
}

#[test]
fn every_rule_fires_in_some_case_and_stays_silent_in_another() {
    let modules = shipped::modules();
    let pack = Pack::load(&modules, Vec::new(), Limits::default()).unwrap();
    let fragments = read("cases.toml").fragment;
    let (mut ever, mut always) = (BTreeSet::new(), rules());
    let cases = FILES.iter().copied().flat_map(|file| read(file).case);
    for case in cases.filter(|case| case.exit.is_none()) {
        let dir = tempfile::tempdir().unwrap();
        let request = stage(&case, &fragments, dir.path());
        let document = changeward::app::check::input(&request).unwrap();
        let fired = fired(&pack.evaluate(&document, Moment::parse(&case.at).unwrap()).unwrap().findings);
        always.retain(|rule| fired.contains(rule));
        ever.extend(fired);
    }
    let never: Vec<String> = rules().difference(&ever).map(Place::to_string).collect();
    assert!(never.is_empty(), "these rules fire in no case: {never:?}");
    assert!(always.is_empty(), "these rules fire in every case: {always:?}");
    assert!(rules().len() > 30, "the shipped rules were found");
}

/// What the rules see is what the published schema says, by a validator that is not ours.
#[test]
fn every_input_document_holds_to_its_schema() {
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(changeward::policy::input::SCHEMA).unwrap();
    compiler.add_resource("input.json", schema).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("input.json", &mut schemas).unwrap();
    let fragments = read("cases.toml").fragment;
    let cases = FILES.iter().copied().flat_map(|file| read(file).case);
    for case in cases.filter(|case| case.exit.is_none()) {
        let dir = tempfile::tempdir().unwrap();
        let document = changeward::app::check::input(&stage(&case, &fragments, dir.path())).unwrap();
        let document = serde_json::from_str(&document).unwrap();
        if let Err(fault) = schemas.validate(&document, index) {
            panic!("{}: {fault}", case.name);
        }
    }
}

#[test]
fn every_shipped_policy_is_embedded() {
    let on_disk: BTreeSet<String> = std::fs::read_dir("policies")
        .unwrap()
        .map(|entry| format!("policies/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|path| path.ends_with(".rego"))
        .collect();
    let embedded: BTreeSet<String> = SHIPPED.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(embedded, on_disk);
}

#[test]
fn every_rule_that_speaks_to_people_has_a_title() {
    for (file, text) in SHIPPED {
        let lines: Vec<&str> = text.lines().collect();
        for rule in rules().iter().filter(|rule| rule.file == *file) {
            let above = lines[..rule.line as usize - 1].iter().rev().take_while(|line| line.starts_with('#'));
            assert!(above.clone().any(|line| line.starts_with("# title: ")), "{rule} has no title");
            assert!(above.clone().any(|line| *line == "# METADATA"), "{rule} has no METADATA");
        }
    }
}
