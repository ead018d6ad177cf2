//! What the gate and the process that evaluates its policies (`serve.rs`) say to each other.
//!
//! A message is a [`FrameHead`](crate::model::FrameHead) and a body. The body of a request is one line of JSON that says what is asked, and for an
//! evaluation the input document after it, as it is: 20 MB of it are parsed once, by the engine. Each request gets one
//! answer, in order; the body of an answer is JSON. A request loads policies or is an input for those loaded last.
//! Policies that are loaded already are not read again: so the shipped ones can be sent ahead, before it is known whether
//! there are others.

use super::conftest::{self, Judged, Policies, Said};
use super::engine::{Evaluation, Limits, Module, Origin, RuleMeta};
use super::error::{PolicyCode, PolicyError, PolicyErrors, Sources};
use super::testing::wire::{Ask, Told};
use crate::model::{
    ChangeClass, Finding, Findings, Moment, Obligation, Place, Principal, Requirement, Risk, Severity, TestFault,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The body of the first request: the policies, what their METADATA gives, and the limits.
///
/// # Errors
/// Never in practice: JSON of texts.
pub fn load_request(modules: &[Module], metas: &[RuleMeta], limits: Limits) -> Result<Vec<u8>, PolicyErrors> {
    let request = Request::Load {
        modules: modules.iter().map(WireModule::from).collect(),
        metas: metas.iter().map(WireMeta::from).collect(),
        milliseconds: u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX),
    };
    serde_json::to_vec(&request).map_err(|e| garbled(&e).into())
}

/// The body of a request to evaluate: the time, and the input document as JSON.
///
/// # Errors
/// Never in practice: JSON of one number.
pub fn input_request(now: Moment, input_json: &str) -> Result<Vec<u8>, PolicyErrors> {
    let mut body = serde_json::to_vec(&Request::Evaluate { now: now.unix() }).map_err(|e| garbled(&e))?;
    body.reserve(input_json.len() + 1);
    body.push(b'\n');
    body.extend_from_slice(input_json.as_bytes());
    Ok(body)
}

/// The body of a request to judge files as Conftest does, at a time.
///
/// # Errors
/// Never in practice: JSON of texts that are JSON.
pub fn conftest_request(
    policies: &Policies,
    files: &[Judged],
    limits: Limits,
    now: Moment,
) -> Result<Vec<u8>, PolicyErrors> {
    let head = Request::Conftest(conftest::Head {
        modules: policies.modules.clone(),
        namespaces: policies.namespaces.clone(),
        combine: policies.combine,
        milliseconds: u64::try_from(limits.time.as_millis()).unwrap_or(u64::MAX),
        now: now.unix(),
    });
    let mut request = serde_json::to_vec(&head).map_err(|e| garbled(&e))?;
    request.push(b'\n');
    request.extend(conftest::body(policies, files)?);
    Ok(request)
}

/// Reads the answer to a request to judge files.
///
/// # Errors
/// What is wrong with the policies, or with what they gave, shown in the sources that were sent.
pub fn read_conftest(answer: &[u8], policies: &Policies) -> Result<Vec<Said>, PolicyErrors> {
    match serde_json::from_slice(answer).map_err(|e| garbled(&e))? {
        Answer::Judged { said } => Ok(said),
        Answer::Failed { problems } => {
            let sources: Sources =
                policies.modules.iter().map(|(file, text)| (file.clone(), Arc::from(text.as_str()))).collect();
            Err(PolicyErrors::new(problems.into_iter().map(|problem| problem.read(&sources)).collect()))
        }
        _ => Err(garbled(&"something else than was asked for").into()),
    }
}

/// What is known of policies that loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// As [`Pack::reads_files`](super::engine::Pack::reads_files): without this, the input document needs no files.
    pub reads_files: bool,
}

/// Reads the answer to the request that loads.
///
/// # Errors
/// What is wrong with the policies, shown in the sources that were sent.
pub fn read_loaded(answer: &[u8], modules: &[Module]) -> Result<Loaded, PolicyErrors> {
    match serde_json::from_slice(answer).map_err(|e| garbled(&e))? {
        Answer::Loaded { reads_files } => Ok(Loaded { reads_files }),
        Answer::Failed { problems } => Err(failed(problems, modules)),
        _ => Err(garbled(&"an evaluation where none was asked for").into()),
    }
}

/// Reads the answer to a request to evaluate.
///
/// # Errors
/// What is wrong with the policies, or with what they gave, shown in the sources that were sent.
pub fn read_evaluation(answer: &[u8], modules: &[Module]) -> Result<Evaluation, PolicyErrors> {
    match serde_json::from_slice(answer).map_err(|e| garbled(&e))? {
        Answer::Evaluated { findings, prints } => {
            let findings = findings.read().ok_or_else(|| garbled(&"a word that is none of ours"))?;
            Ok(Evaluation { findings, prints })
        }
        Answer::Failed { problems } => Err(failed(problems, modules)),
        _ => Err(garbled(&"no evaluation where one was asked for").into()),
    }
}

pub(super) fn garbled(why: &dyn std::fmt::Display) -> PolicyError {
    PolicyError::new(PolicyCode::Crashed, format!("the evaluating process said something that is no answer: {why}"))
}

pub(super) fn failed(problems: Vec<WireProblem>, modules: &[Module]) -> PolicyErrors {
    let sources: Sources = modules.iter().map(|m| (m.file.clone(), Arc::from(m.source.as_str()))).collect();
    PolicyErrors::new(problems.into_iter().map(|problem| problem.read(&sources)).collect())
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    Load { modules: Vec<WireModule>, metas: Vec<WireMeta>, milliseconds: u64 },
    Evaluate { now: i64 },
    Testing(Ask),
    Conftest(conftest::Head),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Loaded { reads_files: bool },
    Evaluated { findings: Box<WireFindings>, prints: Vec<String> },
    Judged { said: Vec<Said> },
    Failed { problems: Vec<WireProblem> },
    Testing(Told),
}

impl Answer {
    pub(super) fn failed(problems: &PolicyErrors) -> Self {
        Self::Failed { problems: WireProblem::all(problems) }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireModule {
    file: String,
    source: String,
    origin: WireOrigin,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireOrigin {
    Shipped,
    Organisation,
    Test,
}

impl From<&Module> for WireModule {
    fn from(module: &Module) -> Self {
        let Module { file, source, origin } = module.clone();
        let origin = match origin {
            Origin::Shipped => WireOrigin::Shipped,
            Origin::Organisation => WireOrigin::Organisation,
            Origin::Test => WireOrigin::Test,
        };
        Self { file, source, origin }
    }
}

impl From<WireModule> for Module {
    fn from(module: WireModule) -> Self {
        let origin = match module.origin {
            WireOrigin::Shipped => Origin::Shipped,
            WireOrigin::Organisation => Origin::Organisation,
            WireOrigin::Test => Origin::Test,
        };
        Self { file: module.file, source: module.source, origin }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireMeta {
    file: String,
    line: u32,
    code: Option<String>,
    help: Option<String>,
    url: Option<String>,
}

impl From<&RuleMeta> for WireMeta {
    fn from(meta: &RuleMeta) -> Self {
        let RuleMeta { file, line, code, help, url } = meta.clone();
        Self { file, line, code, help, url }
    }
}

impl From<WireMeta> for RuleMeta {
    fn from(meta: WireMeta) -> Self {
        let WireMeta { file, line, code, help, url } = meta;
        Self { file, line, code, help, url }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireProblem {
    code: String,
    message: String,
    file: Option<String>,
    line: u32,
    span: Option<(usize, usize)>,
    help: Option<String>,
}

impl WireProblem {
    pub(super) fn all(problems: &PolicyErrors) -> Vec<Self> {
        problems.problems().iter().map(Self::of).collect()
    }

    /// As the fault of one test.
    pub(super) fn fault(self) -> TestFault {
        let line = self.line;
        let place = self.file.map(|file| Place { file, line });
        TestFault { code: self.code, message: self.message, place, help: self.help }
    }

    fn of(problem: &PolicyError) -> Self {
        Self {
            code: problem.code.as_str().to_owned(),
            message: problem.message.clone(),
            file: problem.place.as_ref().map(|place| place.file.clone()),
            line: problem.place.as_ref().map_or(0, |place| place.line),
            span: problem.span.as_ref().map(|span| (span.start, span.end)),
            help: problem.help.clone(),
        }
    }

    fn read(self, sources: &Sources) -> PolicyError {
        let code = PolicyCode::parse(&self.code).unwrap_or(PolicyCode::Crashed);
        let mut problem = PolicyError::new(code, self.message);
        problem.help = self.help;
        match (self.file, self.span) {
            (Some(file), Some((start, end))) => problem.at(sources, &file, start..end),
            (Some(file), None) => problem.at_line(sources, &Place { file, line: self.line }),
            (None, _) => problem,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireFindings {
    class: String,
    risk: String,
    force_normal: Vec<WireFinding>,
    emergency_faults: Vec<WireFinding>,
    template_faults: Vec<(String, WireFinding)>,
    usable: Vec<String>,
    deny: Vec<WireFinding>,
    warn: Vec<WireFinding>,
    require: Vec<WireRequirement>,
    obligations: Vec<WireObligation>,
    exceptions: Vec<(String, Vec<String>)>,
}

impl WireFindings {
    pub(super) fn of(findings: &Findings) -> Self {
        let all = |list: &[Finding]| list.iter().map(WireFinding::of).collect();
        Self {
            class: findings.class.as_str().to_owned(),
            risk: findings.risk.as_str().to_owned(),
            force_normal: all(&findings.force_normal),
            emergency_faults: all(&findings.emergency_faults),
            template_faults: findings.template_faults.iter().map(|(id, f)| (id.clone(), WireFinding::of(f))).collect(),
            usable: findings.usable.clone(),
            deny: all(&findings.deny),
            warn: all(&findings.warn),
            require: findings.require.iter().map(WireRequirement::of).collect(),
            obligations: findings.obligations.iter().map(WireObligation::of).collect(),
            exceptions: findings.exceptions.clone(),
        }
    }

    pub(super) fn read(self) -> Option<Findings> {
        let all = |list: Vec<WireFinding>| list.into_iter().map(WireFinding::read).collect::<Option<Vec<_>>>();
        let faults = self.template_faults.into_iter().map(|(id, fault)| Some((id, fault.read()?)));
        Some(Findings {
            class: ChangeClass::parse(&self.class)?,
            risk: Risk::parse(&self.risk)?,
            force_normal: all(self.force_normal)?,
            emergency_faults: all(self.emergency_faults)?,
            template_faults: faults.collect::<Option<_>>()?,
            usable: self.usable,
            deny: all(self.deny)?,
            warn: all(self.warn)?,
            require: self.require.into_iter().map(WireRequirement::read).collect::<Option<_>>()?,
            obligations: self.obligations.into_iter().map(WireObligation::read).collect(),
            exceptions: self.exceptions,
        })
    }
}

/// The rule's file and line.
type WirePlace = Option<(String, u32)>;

fn wire_place(place: Option<&Place>) -> WirePlace {
    place.map(|place| (place.file.clone(), place.line))
}

fn place(place: WirePlace) -> Option<Place> {
    place.map(|(file, line)| Place { file, line })
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireFinding {
    code: String,
    severity: String,
    msg: String,
    paths: Vec<String>,
    line: Option<u32>,
    help: Option<String>,
    url: Option<String>,
    rule: WirePlace,
}

impl WireFinding {
    fn of(finding: &Finding) -> Self {
        let Finding { code, severity, msg, paths, line, help, url, rule } = finding.clone();
        let (severity, rule) = (severity.as_str().to_owned(), wire_place(rule.as_ref()));
        Self { code, severity, msg, paths, line, help, url, rule }
    }

    fn read(self) -> Option<Finding> {
        let Self { code, severity, msg, paths, line, help, url, rule } = self;
        let known = [Severity::Info, Severity::Warn, Severity::Error];
        let severity = known.into_iter().find(|known| known.as_str() == severity)?;
        Some(Finding { code, severity, msg, paths, line, help, url, rule: place(rule) })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireRequirement {
    level: String,
    who: Vec<String>,
    min: u32,
    why: String,
    rule: WirePlace,
}

impl WireRequirement {
    fn of(requirement: &Requirement) -> Self {
        let Requirement { level, who, min, why, rule } = requirement.clone();
        let who = who.iter().map(|principal| principal.as_str().to_owned()).collect();
        Self { level, who, min, why, rule: wire_place(rule.as_ref()) }
    }

    fn read(self) -> Option<Requirement> {
        let anyone = Principal::anyone();
        let principal = |name: String| {
            let named = Principal::parse(&name).or_else(|| Principal::role(&name));
            named.or((name == anyone.as_str()).then(|| anyone.clone()))
        };
        let who = self.who.into_iter().map(principal).collect::<Option<_>>()?;
        Some(Requirement { level: self.level, who, min: self.min, why: self.why, rule: place(self.rule) })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireObligation {
    kind: String,
    due_in_days: Option<i64>,
    due: Option<i64>,
    msg: Option<String>,
    paths: Vec<String>,
    rule: WirePlace,
}

impl WireObligation {
    fn of(obligation: &Obligation) -> Self {
        let Obligation { kind, due_in_days, due, msg, paths, rule } = obligation.clone();
        Self { kind, due_in_days, due: due.map(Moment::unix), msg, paths, rule: wire_place(rule.as_ref()) }
    }

    fn read(self) -> Obligation {
        let Self { kind, due_in_days, due, msg, paths, rule } = self;
        Obligation { kind, due_in_days, due: due.map(Moment::from_unix), msg, paths, rule: place(rule) }
    }
}
