//! The policies, evaluated in a process of their own: this program started again. Joins the words of the policy room to
//! the pipes of the world.

use super::failure::{Failure, FailureKind};
use super::request::CheckRequest;
use crate::model::{Findings, Moment};
use crate::parse::metadata::Metadata;
use crate::policy::conftest::{Judged, Policies, Said};
use crate::policy::engine::{Limits, Module, RuleMeta, STACK_BYTES};
use crate::policy::error::PolicyErrors;
use crate::policy::serve::serve;
use crate::policy::shipped;
use crate::policy::wire::{self, Loaded};
use crate::world::evaluator::{self, Evaluator, EvaluatorError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// The memory an evaluation may use: 100,000 changed files need a tenth of it.
pub(super) const MEMORY_BYTES: u64 = 2 << 30;

/// How long the process may take beyond the engine's own time limit.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// How long all files together may take where they are judged one by one.
const CONFTEST: Duration = Duration::from_secs(60);

/// The evaluating process of one run.
pub(super) struct Child {
    evaluator: Evaluator,
    modules: Vec<Module>,
    limits: Limits,
}

impl Child {
    /// Starts it, and hands it the shipped policies: most repositories have no others, and then it is ready before git
    /// has said what there is.
    pub(super) fn spawn(request: &CheckRequest) -> Result<Self, Failure> {
        let mut evaluator = Evaluator::spawn(&request.program, MEMORY_BYTES).map_err(failed)?;
        let limits = Limits::default();
        let shipped = wire::load_request(&shipped::modules(), &[], limits).map_err(invalid)?;
        evaluator.load(shipped).map_err(failed)?;
        Ok(Self { evaluator, modules: Vec::new(), limits })
    }

    /// Hands it the policies; does not wait.
    pub(super) fn load(&mut self, modules: &[Module], metas: &[RuleMeta]) -> Result<(), Failure> {
        self.modules = modules.to_vec();
        let request = wire::load_request(modules, metas, self.limits).map_err(invalid)?;
        self.evaluator.load(request).map_err(failed)
    }

    /// Waits until the policies are loaded.
    pub(super) fn loaded(&mut self) -> Result<Loaded, Failure> {
        let deadline = self.limits.time + GRACE;
        // The first answer is about the shipped policies alone; the second, about all of them, holds for both.
        self.evaluator.loaded(deadline).map_err(failed)?;
        let loaded = self.evaluator.loaded(deadline).map_err(failed)?;
        wire::read_loaded(&loaded, &self.modules).map_err(invalid)
    }

    /// Judges files as Conftest does.
    pub(super) fn conftest(
        &mut self,
        policies: &Policies,
        files: &[Judged],
        now: Moment,
    ) -> Result<Vec<Said>, Failure> {
        let request = wire::conftest_request(policies, files, self.limits, now).map_err(invalid)?;
        let answer = self.evaluator.evaluate(request, CONFTEST).map_err(failed)?;
        wire::read_conftest(&answer, policies).map_err(invalid)
    }

    /// Evaluates one input document.
    pub(super) fn evaluate(&mut self, document: &str, now: Moment) -> Result<Findings, Failure> {
        let deadline = self.limits.time + GRACE;
        let request = wire::input_request(now, document).map_err(invalid)?;
        let answer = self.evaluator.evaluate(request, deadline).map_err(failed)?;
        Ok(wire::read_evaluation(&answer, &self.modules).map_err(invalid)?.findings)
    }
}

/// What a process of its own says of policies when it loads them. Texts that would keep the parser busy for ever end there,
/// with the process.
///
/// # Errors
/// When it gives no answer.
pub(super) fn refusals(program: &Path, modules: &[Module]) -> Result<Option<PolicyErrors>, Failure> {
    let limits = Limits::default();
    let mut evaluator = Evaluator::spawn(program, MEMORY_BYTES).map_err(failed)?;
    evaluator.load(wire::load_request(modules, &[], limits).map_err(invalid)?).map_err(failed)?;
    let answer = evaluator.loaded(limits.time + GRACE).map_err(failed)?;
    Ok(wire::read_loaded(&answer, modules).err())
}

/// The child's side: limits itself, then answers until there are no more requests.
///
/// # Errors
/// When the limits cannot be set or the pipe breaks; the parent then has no answer, which is an error there.
pub fn serve_child(memory_bytes: u64) -> Result<(), Failure> {
    let stack = u64::try_from(STACK_BYTES).unwrap_or(u64::MAX);
    let served = evaluator::limit_self(memory_bytes.saturating_add(stack))
        .and_then(|()| serve(io::stdin().lock(), io::stdout().lock()));
    served.map_err(|error| Failure::internal(Broken { why: error.to_string() }))
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the evaluating process cannot go on: {why}")]
#[diagnostic(
    code(changeward::internal::evaluate),
    help("`__evaluate` is for changeward itself; run `changeward check`")
)]
struct Broken {
    why: String,
}

/// A policy that explodes is an invalid policy; a process that cannot be started is this machine's trouble.
pub(super) fn failed(error: EvaluatorError) -> Failure {
    match error {
        EvaluatorError::Spawn(_) => Failure::world(error),
        EvaluatorError::Garbled => Failure::internal(error),
        _ => Failure::invalid(error),
    }
}

pub(super) fn invalid(errors: PolicyErrors) -> Failure {
    Failure::new(FailureKind::Invalid, errors)
}

/// The document could not be written down; it holds nothing that cannot be.
pub(super) fn not_serialised(error: serde_json::Error) -> Failure {
    #[derive(Debug, thiserror::Error, miette::Diagnostic)]
    #[error("the facts could not be written as JSON: {0}")]
    #[diagnostic(code(changeward::internal::input))]
    struct NotSerialised(serde_json::Error);
    Failure::internal(NotSerialised(error))
}

/// What a METADATA block gives to the findings of its rule; `None` for blocks about packages and whole documents.
pub(super) fn rule_meta(file: &str, block: Metadata) -> Option<RuleMeta> {
    let custom = |key: &str| block.custom.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    let (code, help) = (custom("code"), custom("help"));
    let url = block.related_resources.first().cloned();
    let line = block.annotates?;
    Some(RuleMeta { file: file.to_owned(), line, code, help, url })
}
