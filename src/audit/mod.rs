//! Ownership as a whole: how much of a repository is owned, and what is wrong with the files that say so.
//!
//! One file for each group of lints, and one list of all of them ([`lint`]). Pure, as `assess` is: the same evidence gives
//! the same report. It cannot fail; what could not be judged is a note of the report.

mod baseline;
mod capacity;
mod codeowners;
mod coverage;
mod directory;
pub mod doctor;
mod drift;
mod ground;
pub mod lint;
mod matrix;
mod people;
mod rows;
mod said;
mod scopes;
mod sources;

pub use baseline::{left, ratcheted};

use crate::model::{
    AuditFinding, AuditLint, AuditReport, Baseline, CommitId, Config, CountedFile, Finding, History, Moment, Ownership,
    Severity,
};
use ground::Ground;
use said::Said;
use std::collections::BTreeMap;

/// Everything an audit looks at.
#[derive(Debug)]
pub struct Evidence {
    /// The only time there is.
    pub now: Moment,
    /// Which state this is, for people.
    pub state: String,
    /// Its commit, if it is one.
    pub commit: Option<CommitId>,
    /// The files that name owners.
    pub ownership: Ownership,
    /// How they are read and judged.
    pub config: Config,
    /// What was noticed while they were read.
    pub noticed: Vec<Finding>,
    /// Every tracked file, sorted by path.
    pub files: Vec<CountedFile>,
    /// Who changed what; `None` where nobody asked.
    pub history: Option<History>,
    /// What is accepted for now.
    pub baseline: Option<Baseline>,
    /// How grave a finding must be to fail the audit.
    pub fail_on: Option<Severity>,
}

/// Concludes the report.
pub fn audit(evidence: &Evidence) -> AuditReport {
    let ground = Ground::new(evidence);
    let mut notes = Vec::new();
    let (coverage, gaps) = coverage::coverage(&ground);
    let mut said = Vec::new();
    said.extend(rows::lints(&ground));
    said.extend(matrix::lints(&ground));
    said.extend(scopes::lints(&ground, &mut notes));
    said.extend(people::lints(&ground));
    said.extend(capacity::lints(&ground));
    said.extend(gaps);
    said.extend(sources::lints(&ground));
    said.extend(codeowners::lints(&ground, &mut notes));
    let drift = evidence.history.as_ref().map(|history| drift::lints(&ground, history, &mut said));
    let mut findings = weighed(said, &evidence.config);
    if let Some(baseline) = &evidence.baseline {
        let own = baseline::accept(baseline, &mut findings, evidence.history.is_some(), evidence.now);
        findings.extend(weighed(own, &evidence.config));
    }
    findings.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let told = |lint: &&lint::Lint| findings.iter().any(|found| found.finding.code == lint.code);
    let lints = lint::LINTS.iter().filter(told);
    let lints = lints.map(|lint| AuditLint { code: lint.code, meaning: lint.meaning, mend: lint.mend }).collect();
    AuditReport {
        now: evidence.now,
        state: evidence.state.clone(),
        commit: evidence.commit.clone(),
        coverage,
        findings,
        lints,
        drift,
        notes,
        fail_on: evidence.fail_on,
    }
}

/// What is accepted comes last; then the gravest first, of these the most critical, of these the largest.
fn rank(found: &AuditFinding) -> impl Ord + '_ {
    let severity = std::cmp::Reverse(found.finding.severity);
    let tier = found.tier.unwrap_or(u8::MAX);
    let count = std::cmp::Reverse(found.count);
    (
        found.accepted.is_some(),
        severity,
        tier,
        place_of(&found.finding.code),
        count,
        &found.finding.code,
        &found.subject,
    )
}

/// The place of a lint in the list; what is not in it comes last.
fn place_of(code: &str) -> usize {
    lint::LINTS.iter().position(|lint| lint.code == code).unwrap_or(usize::MAX)
}

/// Gives each its weight, drops what is switched off, and joins what is about the same.
fn weighed(said: Vec<Said>, config: &Config) -> Vec<AuditFinding> {
    let mut found: Vec<AuditFinding> = Vec::new();
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    for one in said {
        let Some(severity) = severity(&one, config) else { continue };
        let key = (one.code.to_string(), one.subject.clone());
        if let Some(before) = places.get(&key).and_then(|place| found.get_mut(*place)) {
            before.count += one.count;
            before.finding.severity = before.finding.severity.max(severity);
            continue;
        }
        places.insert(key, found.len());
        let help = one.help.or_else(|| lint::find(&one.code).map(|lint| lint.mend.to_owned()));
        let finding =
            Finding { line: one.line, help, ..Finding::new(one.code.into_owned(), severity, one.msg).at(one.paths) };
        found.push(AuditFinding { finding, subject: one.subject, count: one.count, tier: one.tier, accepted: None });
    }
    found
}

/// How much it weighs: as configured, as the lint says of this case, as the lint says of all. `None`: it is switched off.
fn severity(said: &Said, config: &Config) -> Option<Severity> {
    let weight = match config.ownership.severity.get(&*said.code) {
        Some(configured) => *configured,
        None => said.severity.or_else(|| Some(lint::find(&said.code).map_or(Severity::Warn, |lint| lint.severity))),
    };
    weight.map(|weight| said.most.map_or(weight, |most| weight.min(most)))
}
