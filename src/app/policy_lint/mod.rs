//! `changeward policy lint` and `changeward policy doc`: what is wrong with policies, and what they say.

pub mod doc;
mod read;
pub mod shipped;

pub use read::subject;

use super::evaluate;
use super::failure::Failure;
use crate::model::{AuditLint, LintReport, Moment, PolicyLint, Severity};
use crate::policy::engine::Module;
use crate::policy::lint::catalogue::{LINTS, find};
use crate::policy::lint::lint as look;
use read::{Judged, read};
use std::path::PathBuf;

/// What is to be linted, and how.
#[derive(Clone, Debug)]
pub struct LintRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Files and folders to judge instead of the organisation's policies.
    pub paths: Vec<PathBuf>,
    /// The only time there is.
    pub now: Moment,
    /// Only these lints; empty: all.
    pub only: Vec<String>,
    /// How grave a finding must be to fail the lint.
    pub fail_on: Option<Severity>,
    /// This program itself, which loads the policies in a process of its own first.
    pub program: PathBuf,
}

/// Every lint there is.
pub fn lints() -> &'static [PolicyLint] {
    LINTS
}

/// Lints policies as they stand on the disk. Reads only.
///
/// # Errors
/// When something could not be read, or is not to be given to a parser.
pub fn lint(request: &LintRequest) -> Result<LintReport, Failure> {
    let given = read(&request.dir, &request.paths, Judged::Own)?;
    let modules: Vec<Module> = given.subjects.iter().map(|subject| subject.module.clone()).collect();
    // The process is killed where it takes too long; only what came to an end there is parsed here.
    let refused = evaluate::refusals(&request.program, &modules)?;
    let mut linted = look(&given.subjects, &given.tests, &given.templates).map_err(Failure::invalid)?;
    refused.iter().for_each(|errors| linted.refused(errors));
    let (rules, sources) = (linted.rules, linted.sources());
    let mut findings = linted.findings();
    if !request.only.is_empty() {
        findings.retain(|found| request.only.contains(&found.finding.code));
    }
    let told = |lint: &&PolicyLint| findings.iter().any(|found| found.finding.code == lint.code);
    let lints = LINTS.iter().filter(told);
    Ok(LintReport {
        now: request.now,
        files: given.subjects.iter().filter(|subject| subject.judged).count() as u64,
        rules,
        lints: lints.map(|lint| AuditLint { code: lint.code, meaning: lint.title, mend: lint.fix }).collect(),
        findings,
        sources,
        fail_on: request.fail_on,
    })
}

/// The lint of a code.
pub fn lint_of(code: &str) -> Option<&'static PolicyLint> {
    find(code)
}
