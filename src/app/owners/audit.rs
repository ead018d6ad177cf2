//! `changeward owners audit`: how much is owned, and what is wrong with the files that say so.

use super::At;
use super::survey::{Place, State};
use crate::app::controls;
use crate::app::failure::Failure;
use crate::audit::{self, Evidence, lint};
use crate::model::{
    AuditReport, Baseline, CountedFile, FileKind, Moment, Principal, RepoPath, Severity, Span, TrackedFile,
};
use crate::report;
use crate::world::files;
use crate::world::tree::{Folder, Within};
use miette::Diagnostic;
use std::path::PathBuf;

/// What is to be audited, and how.
#[derive(Clone, Debug)]
pub struct AuditRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Which state of the files.
    pub at: At,
    /// The only time there is.
    pub now: Moment,
    /// The lines of every file are counted.
    pub lines: bool,
    /// The history is asked who really changes the code.
    pub drift: Drift,
    /// Only these lints; empty: all.
    pub only: Vec<String>,
    /// How grave a finding must be to fail the audit.
    pub fail_on: Option<Severity>,
}

/// Whether the history is asked, and how far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Drift {
    /// It is not.
    #[default]
    Not,
    /// As far back as the configuration says.
    Configured,
    /// So far back.
    Within(Span),
}

/// The codes of every lint.
pub fn codes() -> Vec<&'static str> {
    lint::LINTS.iter().map(|lint| lint.code).collect()
}

/// Only the history can tell of a lint.
pub fn needs_history(code: &str) -> bool {
    lint::needs_history(code)
}

/// Audits a state of the files. Reads only. `progress` is told how many commits of how many were read.
///
/// # Errors
/// When something could not be read or parsed.
pub fn audit(request: &AuditRequest, progress: &mut dyn FnMut(u64, u64)) -> Result<AuditReport, Failure> {
    let place = Place::open(&request.dir)?;
    let state = place.state(&request.at)?;
    let baseline = state.baseline()?;
    report_of(request, &place, &state, Standing::Audited(baseline), progress)
}

/// What is made of the baseline of the state.
enum Standing {
    /// It counts.
    Audited(Option<Baseline>),
    /// It is being written: it does not count, and is a file that the next audit finds.
    Written,
}

fn report_of(
    request: &AuditRequest,
    place: &Place,
    state: &State<'_>,
    standing: Standing,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<AuditReport, Failure> {
    let mut survey = state.survey(Within::Everywhere)?;
    if let Drift::Within(span) = request.drift {
        survey.config.ownership.drift_window = span;
    }
    let history = match (request.drift, place.history_of(state)?) {
        (Drift::Not, _) | (_, None) => None,
        (_, Some((repo, commit))) => {
            let window = survey.config.ownership.drift_window;
            Some(repo.history(&commit, request.now, window, progress).map_err(Failure::world)?)
        }
    };
    let files = state.tracked()?;
    let mut files = if request.lines {
        state.tree.count_lines(files).map_err(Failure::world)?
    } else {
        files.into_iter().map(|file| CountedFile { file, lines: None }).collect()
    };
    if matches!(standing, Standing::Written) {
        add_baseline(&mut files);
    }
    let evidence = Evidence {
        now: request.now,
        state: state.tree.describe(),
        commit: state.commit.clone(),
        ownership: survey.owners.ownership,
        config: survey.config,
        noticed: survey.owners.noticed,
        files,
        history,
        baseline: match standing {
            Standing::Audited(baseline) => baseline,
            Standing::Written => None,
        },
        fail_on: request.fail_on,
    };
    let mut report = audit::audit(&evidence);
    if !request.only.is_empty() {
        report.findings.retain(|found| request.only.contains(&found.finding.code));
    }
    let unasked = request.only.iter().find(|code| lint::needs_history(code));
    match (&evidence.history, request.drift, unasked) {
        (None, Drift::Not, Some(code)) => report.notes.push(format!("{code} asks the history, which was not read")),
        (None, Drift::Configured | Drift::Within(_), _) => {
            report.notes.push("there is no repository here, so there is no history to ask".to_owned());
        }
        _ => {}
    }
    // The process ends soon; to take 100,000 files apart piece by piece would only hold it up.
    std::mem::forget(evidence);
    Ok(report)
}

/// Adds the baseline to the files of a state that does not have it yet.
fn add_baseline(files: &mut Vec<CountedFile>) {
    let path = RepoPath::from(controls::BASELINE);
    if let Err(place) = files.binary_search_by(|file| file.file.path.cmp(&path)) {
        let file = TrackedFile { path, kind: FileKind::Regular, id: None };
        files.insert(place, CountedFile { file, lines: None });
    }
}

/// How the baseline is to be written.
#[derive(Clone, Debug)]
pub struct BaselineRequest {
    /// Who answers for what is accepted.
    pub owner: Principal,
    /// When it ends.
    pub expires_at: Moment,
    /// What the file says already is forgotten; otherwise it is only tightened.
    pub afresh: bool,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineWritten {
    /// The file, from the top of the repository.
    pub file: &'static str,
    /// Findings it accepts.
    pub accepted: usize,
    /// Findings it does not take in, since there was a baseline already.
    pub left: usize,
    /// There was one before.
    pub tightened: bool,
}

/// Audits, and writes a baseline of what was found into the working tree.
///
/// # Errors
/// As [`audit()`]; when it would accept only some lints, or end before it begins; when the file cannot be written.
pub fn write_baseline(
    request: &AuditRequest,
    wish: &BaselineRequest,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BaselineWritten, Failure> {
    if !request.only.is_empty() {
        return Err(Failure::usage(Unsuited::OfSome));
    }
    if wish.expires_at <= request.now {
        return Err(Failure::usage(Unsuited::Over { date: wish.expires_at.date(), now: request.now.date() }));
    }
    let place = Place::open(&request.dir)?;
    let state = place.state(&request.at)?;
    let root = files::repository_root(&request.dir).map_err(Failure::world)?.unwrap_or_else(|| request.dir.clone());
    let before = if wish.afresh { None } else { controls::baseline(&Folder::open(&root).map_err(Failure::world)?)? };
    let report = report_of(request, &place, &state, Standing::Written, progress)?;
    let made = audit::ratcheted(&report, before.as_ref(), wish.owner.clone(), wish.expires_at);
    files::write(&root, controls::BASELINE, &report::baseline(&made), true).map_err(Failure::world)?;
    let left = audit::left(&report.findings, &made, request.now);
    Ok(BaselineWritten {
        file: controls::BASELINE,
        accepted: report.findings.len() - left,
        left,
        tightened: before.is_some(),
    })
}

/// A baseline that would be of no use.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum Unsuited {
    #[error("a baseline is of all lints, not of some")]
    #[diagnostic(
        code(changeward::audit::baseline),
        help("leave `--lint` out; to accept fewer findings, take the entries you do not want out of the file")
    )]
    OfSome,
    #[error("the baseline would have ended before it began: on {date}, and it is {now}")]
    #[diagnostic(
        code(changeward::audit::baseline),
        help("give `--expires` a later date: on that day it no longer holds")
    )]
    Over { date: String, now: String },
}
