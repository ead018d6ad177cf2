//! What the CI system is told: every output on every path, the summary of the job, the document.

use super::{Files, GateAnswer, Turn};
use crate::app::failure::Failure;
use crate::app::request::FailOn;
use crate::model::{Effect, OUTPUTS, Receipt, Verdict};
use crate::report::{Format, Style, gate as words, render};
use crate::world::{actions, files};
use std::collections::BTreeMap;
use std::path::Path;

/// Tells an answer.
///
/// # Errors
/// When a file of the CI system cannot be written. The outputs are tried first.
pub fn tell(answer: &GateAnswer, fail_on: FailOn, given: &Files) -> Result<(), Failure> {
    let code = answer.exit_code(fail_on);
    let strictest = answer.strictest();
    let written = match (strictest, &given.report) {
        (Some(turn), Some(path)) => report(turn, path).map(Some),
        _ => Ok(None),
    };
    let written = match written {
        Ok(written) => written,
        // What an earlier step printed must not stand in for an output, whatever fails.
        Err(failure) => return tell_failure(&failure, given).and(Err(failure)),
    };
    outputs(given, strictest.map(|turn| (turn, answer.troubles.is_empty())), written, code)?;
    let Some(summary) = &given.summary else { return Ok(()) };
    let decisions: Vec<_> = answer.turns.iter().map(|turn| (turn.title.clone(), &turn.decision)).collect();
    let receipts: Vec<Receipt> = answer.turns.iter().flat_map(|turn| turn.receipts.iter().cloned()).collect();
    let mut text = words::summary(&decisions, &receipts);
    for line in answer.nothing.iter().cloned().chain(answer.troubles.iter().map(Failure::to_string)) {
        text.push_str(&words::summary_note(&line));
    }
    actions::append_summary(summary, &text).map_err(Failure::world)
}

/// Tells that there is no answer: every output is written, so that nothing printed earlier can stand in for one.
///
/// # Errors
/// When a file of the CI system cannot be written.
pub fn tell_failure(failure: &Failure, files: &Files) -> Result<(), Failure> {
    outputs(files, None, None, failure.exit_code())?;
    match &files.summary {
        Some(summary) => {
            actions::append_summary(summary, &words::summary_note(&failure.to_string())).map_err(Failure::world)
        }
        None => Ok(()),
    }
}

/// The effects of a dry run, for a person or a program.
pub fn plan(answer: &GateAnswer) -> Vec<Effect> {
    answer.turns.iter().flat_map(|turn| turn.receipts.iter().map(|receipt| receipt.effect.clone())).collect()
}

fn report(turn: &Turn, path: &Path) -> Result<String, Failure> {
    let mut document = Vec::new();
    // Writing to memory does not fail.
    let _ = render(&turn.decision, Format::Json, &Style::default(), &mut document);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return Ok(String::new());
    };
    files::write(folder, name, &String::from_utf8_lossy(&document), true).map_err(Failure::world)?;
    Ok(path.display().to_string())
}

/// A yes that could not be told, or beside which something failed, is no verdict.
fn outputs(files: &Files, turn: Option<(&Turn, bool)>, report: Option<String>, code: u8) -> Result<(), Failure> {
    let Some(path) = &files.outputs else { return Ok(()) };
    let mut values: BTreeMap<&str, String> = BTreeMap::from([("exit-code", code.to_string())]);
    values.insert("automatic", "false".to_owned());
    values.insert("report", report.unwrap_or_default());
    if let Some((Turn { decision, comment_url, request_url, .. }, whole)) = turn {
        let says = whole || decision.verdict() != Verdict::Approve;
        let commit = |id: &Option<crate::model::CommitId>| id.as_ref().map_or_else(String::new, |id| id.0.clone());
        values.insert("class", decision.class.as_str().to_owned());
        values.insert("verdict", if says { decision.verdict().as_str().to_owned() } else { String::new() });
        values.insert("automatic", (says && decision.automatic()).to_string());
        values.insert("risk", decision.risk.as_str().to_owned());
        values.insert("head", commit(&decision.head));
        values.insert("base", commit(&decision.base));
        values.insert("policy-digest", decision.digests.policy.clone());
        values.insert("comment-url", comment_url.clone().unwrap_or_default());
        values.insert("request-url", request_url.clone().unwrap_or_default());
    }
    let all: Vec<(&str, String)> =
        OUTPUTS.iter().map(|(name, _)| (*name, values.remove(name).unwrap_or_default())).collect();
    actions::write_outputs(path, &all).map_err(Failure::world)
}
