//! The staircase: gather, assess, evaluate, decide. No branch about a format, a forge or a mode is taken here.

use super::evaluate::Child;
use super::failure::Failure;
use super::request::CheckRequest;
use super::{conftest, digest, gather};
use crate::assess::assess;
use crate::decide::decide;
use crate::model::{Decision, Digests};
use crate::policy::input;

/// Decides whether a change may go ahead. Reads only.
///
/// # Errors
/// When something could not be read, parsed or evaluated. A failure is never a verdict.
pub fn check(request: &CheckRequest) -> Result<Decision, Failure> {
    let mut child = Child::spawn(request)?;
    let mut loaded = None;
    let mut proposal =
        gather::proposal(request, |controls| loaded = Some(child.load(&controls.modules, &controls.metas)))?;
    loaded.unwrap_or(Ok(()))?;
    let digests = Digests {
        policy: proposal.controls.policy_digest.clone(),
        ownership: proposal.owners.digest.clone(),
        controls: proposal.controls.controls_digest.clone(),
        diff: digest::diff(&proposal.change.diff),
    };
    let foreign = (proposal.controls.conftest.take(), proposal.conftest.take());
    let fail_on_warn = proposal.controls.config.conftest.as_ref().is_some_and(|wish| wish.fail_on_warn);
    let facts = assess(gather::evidence(request, proposal)?);
    let document = if child.loaded()?.reads_files { input::input(&facts) } else { input::input_without_files(&facts) };
    let document = document.map_err(super::evaluate::not_serialised)?;
    let mut findings = child.evaluate(&document, facts.now)?;
    if let (Some(policies), Some(gathered)) = foreign {
        let said = child.conftest(&policies, &gathered.files, facts.now)?;
        let (block, known) = conftest::findings(said, fail_on_warn);
        findings.deny.extend(gathered.unread.into_iter().chain(block));
        findings.warn.extend(known);
    }
    Ok(decide(&facts, findings, digests))
}

/// The document the policies would see.
///
/// # Errors
/// As [`check`], but nothing is evaluated.
pub fn input(request: &CheckRequest) -> Result<String, Failure> {
    let proposal = gather::proposal(request, |_| ())?;
    let facts = assess(gather::evidence(request, proposal)?);
    input::input_pretty(&facts).map_err(super::evaluate::not_serialised)
}
