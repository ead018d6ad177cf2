//! The sixty golden cases of the decision and the points decided beside them, each through the whole gate: control files
//! on disk, a patch, facts, the evaluating child. `tests/golden/cases.toml` says what each case is; `points.toml` adds
//! what the sixty leave open, `ask.toml` who is asked next.
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

use changeward::app::check::check;
use changeward::model::Decision;
use std::collections::BTreeMap;
use support::cases::{Case, read, stage};

fn hold(cases: &[Case]) {
    let fragments = read("cases.toml").fragment;
    let wrong: Vec<String> = cases.iter().filter_map(|case| run(case, &fragments).err()).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_golden_case_comes_out_as_written() {
    let cases = read("cases.toml").case;
    assert_eq!(cases.len(), 60);
    hold(&cases);
}

#[test]
fn every_point_decided_comes_out_as_written() {
    hold(&read("points.toml").case);
}

#[test]
fn whoever_is_asked_is_who_is_written() {
    hold(&read("ask.toml").case);
}

#[test]
fn what_is_attached_comes_out_as_written() {
    hold(&read("evidence.toml").case);
}

#[test]
fn what_is_waived_comes_out_as_written() {
    hold(&read("exceptions.toml").case);
}

fn run(case: &Case, fragments: &BTreeMap<String, String>) -> Result<(), String> {
    let dir = tempfile::tempdir().unwrap();
    let request = stage(case, fragments, dir.path());
    let said = match check(&request) {
        Ok(decision) => {
            let missing: Vec<_> = decision.missing().map(|level| level.level.clone()).collect();
            if case.split.as_ref().is_some_and(|expected| *expected != decision.split) {
                return Err(format!("{}: split {:?}", case.name, decision.split));
            }
            if case.next.as_ref().is_some_and(|expected| *expected != decision.next) {
                return Err(format!("{}: next {:#?}", case.name, decision.next));
            }
            let used: Vec<_> = decision.exceptions.iter().map(|used| used.exception.id.clone()).collect();
            if case.used.as_ref().is_some_and(|expected| *expected != used) {
                return Err(format!("{}: used {used:?}", case.name));
            }
            if case.missing.as_ref().is_some_and(|expected| *expected != missing) {
                return Err(format!("{}: missing {missing:?}", case.name));
            }
            describe(&decision)
        }
        Err(failure) => {
            let expected = case.exit == Some(failure.exit_code());
            return if expected { Ok(()) } else { Err(format!("{}: failed: {failure:?}", case.name)) };
        }
    };
    let (class, verdict, risk, codes) = said;
    let missing: Vec<_> = case.codes.iter().filter(|code| !codes.contains(code)).collect();
    let right = case.exit.is_none()
        && case.class.as_deref() == Some(&class)
        && case.verdict.as_deref() == Some(&verdict)
        && case.risk.as_ref().is_none_or(|expected| *expected == risk)
        && missing.is_empty()
        && !case.not_codes.iter().any(|code| codes.contains(code));
    if right {
        Ok(())
    } else {
        Err(format!("{}: {class}, {verdict}, {risk}; codes {codes:?}, not there {missing:?}", case.name))
    }
}

fn describe(decision: &Decision) -> (String, String, String, Vec<String>) {
    let all = decision.reasons.iter().chain(&decision.block).chain(&decision.findings);
    let codes = all.map(|finding| finding.code.clone()).collect();
    (
        decision.class.as_str().to_owned(),
        decision.verdict().as_str().to_owned(),
        decision.risk.as_str().to_owned(),
        codes,
    )
}
