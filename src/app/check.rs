//! The staircase: gather, assess, evaluate, decide. No branch about a format, a forge or a mode is taken here.

use super::controls::Controls;
use super::evaluate::Child;
use super::failure::Failure;
use super::gather::Proposal;
use super::request::CheckRequest;
use super::{conftest, digest, gather, told};
use crate::assess::{Evidence, assess};
use crate::decide::decide;
use crate::model::{Decision, Digests};
use crate::policy::input;

/// Decides whether a change may go ahead. Reads only.
///
/// # Errors
/// When something could not be read, parsed or evaluated. A failure is never a verdict.
pub fn check(request: &CheckRequest) -> Result<Decision, Failure> {
    decision(request, |started| gather::proposal(request, started), |evidence| Ok((evidence, ())))
        .map(|(decision, ())| decision)
}

/// The order of things, whoever gathers: `propose` reads the change and its control files, `complete` adds what can be
/// asked only once those are known.
pub(super) fn decision<T>(
    request: &CheckRequest,
    propose: impl FnOnce(&mut dyn FnMut(&Controls)) -> Result<Proposal, Failure>,
    complete: impl FnOnce(Evidence) -> Result<(Evidence, T), Failure>,
) -> Result<(Decision, T), Failure> {
    let mut child = Child::spawn(request)?;
    let mut loaded = None;
    let mut proposal =
        propose(&mut |controls: &Controls| loaded = Some(child.load(&controls.modules, &controls.metas)))?;
    loaded.unwrap_or(Ok(()))?;
    let mut digests = Digests {
        policy: proposal.controls.policy_digest.clone(),
        ownership: proposal.owners.digest.clone(),
        controls: proposal.controls.controls_digest.clone(),
        diff: digest::diff(&proposal.change.diff),
        ..Digests::default()
    };
    let foreign = (proposal.controls.conftest.take(), proposal.conftest.take());
    let fail_on_warn = proposal.controls.config.conftest.as_ref().is_some_and(|wish| wish.fail_on_warn);
    let (evidence, known) = complete(gather::evidence(request, proposal)?)?;
    (digests.facts, digests.outcomes) = (told::facts(&evidence), told::outcomes(&evidence.forge.outcomes));
    let facts = assess(evidence);
    let document = if child.loaded()?.reads_files { input::input(&facts) } else { input::input_without_files(&facts) };
    let document = document.map_err(super::evaluate::not_serialised)?;
    let mut findings = child.evaluate(&document, facts.now)?;
    if let (Some(policies), Some(gathered)) = foreign {
        let said = child.conftest(&policies, &gathered.files, facts.now)?;
        let (block, known) = conftest::findings(said, fail_on_warn);
        findings.deny.extend(gathered.unread.into_iter().chain(block));
        findings.warn.extend(gathered.idle.into_iter().chain(known));
    }
    Ok((decide(&facts, findings, digests), known))
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
