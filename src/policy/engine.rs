//! The one door to the Rego engine: policies in, findings out.
//!
//! The interpreter (never the bytecode machine), strict builtin errors, one entry rule evaluated once, a prepared engine
//! that is cloned for each evaluation and thrown away after it, a clock that stands at `now`, a time limit, and a thread
//! with a stack that a long chain of rules cannot exhaust. What this cannot hold — memory, a single builtin that never
//! returns — the child process around it does (`wire.rs`).

use super::aliases::{self, Aliases, Functions};
use super::attribution::{self, COMPANION, Marked, MarkedRule, PACKAGE, Text};
use super::builtins;
use super::check;
use super::error::{PolicyCode, PolicyError, PolicyErrors, Sources};
use super::fault::{fault, unparsed};
use super::outcome::{self, Element, Proposal, RuleSet};
use super::scan;
use crate::model::{Findings, Moment};
use regorus::unstable::{Module as Ast, Ref};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, PolicyLengthConfig, Value};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

/// Whose policy it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Shipped with the gate.
    Shipped,
    /// The organisation's own: it adds, it never replaces.
    Organisation,
    /// The organisation's tests of its rules: they read everything and add nothing.
    Test,
}

/// One Rego file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    /// Its name in messages: `policies/class.rego`, `.changeward/policies/two.rego`.
    pub file: String,
    /// Its text.
    pub source: String,
    /// Whose it is.
    pub origin: Origin,
}

/// Some rule of the organisation may look at the edits inside the changed files; none of the shipped ones does.
pub fn reads_edits(modules: &[Module]) -> bool {
    let own = modules.iter().filter(|module| module.origin == Origin::Organisation);
    own.into_iter().any(|module| scan::reads_edits(&module.source))
}

/// What the METADATA of a rule gives to its findings.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleMeta {
    /// The file of the rule.
    pub file: String,
    /// The line of its head, from 1.
    pub line: u32,
    /// The code of findings that give none.
    pub code: Option<String>,
    /// The next step of findings that give none.
    pub help: Option<String>,
    /// Where to read more, for findings that do not say.
    pub url: Option<String>,
}

/// How long an evaluation may take. Memory is limited by the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The time of one evaluation.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(10) }
    }
}

/// What one evaluation gives.
#[derive(Clone, PartialEq, Debug)]
pub struct Evaluation {
    /// What the rules say.
    pub findings: Findings,
    /// What they printed, each `file:line: text`; at most [`PRINTS`].
    pub prints: Vec<String>,
}

/// Policies, checked and prepared, ready for any number of inputs.
pub struct Pack {
    base: Engine,
    rules: Vec<MarkedRule>,
    metas: Vec<RuleMeta>,
    sources: Sources,
    entry: String,
    reads_files: bool,
    asts: Vec<Ref<Ast>>,
    /// The lines whose columns are not those the engine knows.
    shifted: BTreeSet<(String, u32)>,
}

/// The most bytes of a Rego file.
pub const FILE_BYTES: usize = 256 * 1024;
/// The most columns of a line.
const COLUMNS: u32 = 2048;
/// The most lines of a file.
const LINES: usize = 20_000;
/// Literals may stand this deep in one another: the parser needs about 20 ms for one such, and twice that per level.
pub const NESTING: usize = 10;
/// The stack of the evaluating thread, in bytes of address space; only what is used is ever committed.
pub const STACK_BYTES: usize = 1 << 30;
/// The most lines a policy may print.
pub const PRINTS: usize = 1_000;

/// What an evaluation leaves behind (the input, mostly), to be dropped when there is time.
pub(super) struct Leftover(Option<Engine>);

impl Leftover {
    /// The engine that evaluated, if there still is one.
    pub(super) fn engine(&self) -> Option<&Engine> {
        self.0.as_ref()
    }
}

impl Pack {
    /// Parses, checks and prepares the policies.
    ///
    /// # Errors
    /// Every problem of every file.
    pub fn load(modules: &[Module], metas: Vec<RuleMeta>, limits: Limits) -> Result<Self, PolicyErrors> {
        let sources: Sources = modules.iter().map(|m| (m.file.clone(), Arc::from(m.source.as_str()))).collect();
        on_tall_stack(|| prepare(modules, metas, limits, &sources))?
    }

    /// Replaces what METADATA says of the rules.
    pub(super) fn describe(&mut self, metas: Vec<RuleMeta>) {
        self.metas = metas;
    }

    /// A prepared engine with these policies, and the pack made ready for tests: with coverage, if it is asked for.
    pub(super) fn for_tests(&mut self, coverage: bool) -> Engine {
        self.base.set_enable_coverage(coverage);
        self.base.clone()
    }

    /// The parsed modules, whose places are those of the text.
    pub(super) fn asts(&self) -> &[Ref<Ast>] {
        &self.asts
    }

    /// An error of the engine, at its place.
    pub(super) fn fault(&self, error: &str) -> PolicyError {
        settled(fault(error, PolicyCode::Evaluation, &self.sources), &self.shifted, &self.sources)
    }

    /// The text of each module.
    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Some rule may look at `input.files`: none of the shipped ones does. Where no rule does, a document without them
    /// gives the same findings, and a large change is not written, sent and read for nothing.
    pub fn reads_files(&self) -> bool {
        self.reads_files
    }

    /// Evaluates the policies over one input document, at a time.
    ///
    /// # Errors
    /// An evaluation that fails, lasts too long or gives a value of the wrong shape is an error, never a part of an answer.
    pub fn evaluate(&self, input_json: &str, now: Moment) -> Result<Evaluation, PolicyErrors> {
        self.run(input_json, now).0
    }

    /// The value of `data.changeward.proposal` as it is, `None` when it is undefined: for comparing engines.
    ///
    /// # Errors
    /// An evaluation that fails.
    pub fn proposal_json(&self, input_json: &str, now: Moment) -> Result<Option<serde_json::Value>, PolicyErrors> {
        on_tall_stack(|| match self.value(&mut self.base.clone(), input_json, now)? {
            Value::Undefined => Ok(None),
            value => json(&value["proposal"]).map(Some),
        })?
    }

    /// As [`Pack::evaluate`], but leaves the dropping of a large input to the caller.
    pub(super) fn run(&self, input_json: &str, now: Moment) -> (Result<Evaluation, PolicyErrors>, Leftover) {
        let outcome = on_tall_stack(|| {
            let mut engine = self.base.clone();
            let result = self.run_in(&mut engine, input_json, now);
            (result, Leftover(Some(engine)))
        });
        match outcome {
            Ok(done) => done,
            Err(problems) => (Err(problems), Leftover(None)),
        }
    }

    /// The value of the entry rule.
    fn value(&self, engine: &mut Engine, input_json: &str, now: Moment) -> Result<Value, PolicyErrors> {
        let input = Value::from_json_str(input_json)
            .map_err(|e| PolicyError::new(PolicyCode::Evaluation, format!("the input is not JSON: {e}")))?;
        builtins::pin_clock(engine, now)
            .map_err(|e| PolicyError::new(PolicyCode::Crashed, format!("the clock could not be pinned: {e}")))?;
        engine.set_input(input);
        engine
            .eval_rule(format!("data.{PACKAGE}.{}", self.entry))
            .map_err(|error| self.fault(&error.to_string()).into())
    }

    fn run_in(&self, engine: &mut Engine, input_json: &str, now: Moment) -> Result<Evaluation, PolicyErrors> {
        let value = self.value(engine, input_json, now)?;
        let mut prints = engine.take_prints().unwrap_or_default();
        prints.truncate(PRINTS);
        let findings = outcome::read(self.attributed(&value)?, &self.metas, &self.sources)?;
        Ok(Evaluation { findings, prints })
    }

    /// Ties each element of a set to the first rule that gave it.
    fn attributed(&self, value: &Value) -> Result<Proposal, PolicyErrors> {
        let undefined = || {
            PolicyError::new(PolicyCode::Shape, "`data.changeward.proposal` is undefined")
                .help("some rule it is built from has no value for this input; give it a `default`")
        };
        if *value == Value::Undefined {
            return Err(undefined().into());
        }
        let Json::Object(map) = json(&value["proposal"])? else {
            return Err(PolicyError::new(PolicyCode::Shape, "`data.changeward.proposal` is not an object").into());
        };
        let sets = RuleSet::ALL.into_iter().map(|set| Ok((set, self.elements(set, value)?)));
        Ok(Proposal { value: map, sets: sets.collect::<Result<_, PolicyErrors>>()? })
    }

    fn elements(&self, set: RuleSet, value: &Value) -> Result<Vec<Element>, PolicyErrors> {
        let mut first: BTreeMap<&Value, &MarkedRule> = BTreeMap::new();
        for rule in self.rules.iter().filter(|rule| rule.set == set) {
            for element in value["rules"][rule.name.as_str()].as_set().into_iter().flat_map(|s| s.iter()) {
                first.entry(element).or_insert(rule);
            }
        }
        let elements = match &value["proposal"][set.as_str()] {
            Value::Set(elements) => elements.iter().collect::<Vec<_>>(),
            Value::Array(elements) => elements.iter().collect(),
            Value::Undefined => Vec::new(),
            _ => {
                let message = format!("`{}` in `proposal` is not a set", set.as_str());
                let problem = PolicyError::new(PolicyCode::Shape, message);
                return Err(problem.help("the proposal holds the set of that name").into());
            }
        };
        elements
            .into_iter()
            .map(|e| Ok(Element { value: json(e)?, rule: first.get(e).map(|r| r.place.clone()) }))
            .collect()
    }
}

/// JSON outside the engine.
type Json = serde_json::Value;

pub(super) fn json(value: &Value) -> Result<Json, PolicyErrors> {
    serde_json::to_value(value)
        .map_err(|e| PolicyError::new(PolicyCode::Shape, format!("a value cannot be written as JSON: {e}")).into())
}

/// Everything that happens before the first input.
fn prepare(modules: &[Module], metas: Vec<RuleMeta>, limits: Limits, sources: &Sources) -> Result<Pack, PolicyErrors> {
    let mut problems = Vec::new();
    let words: Vec<_> = modules.iter().map(|m| scan::words(&m.source)).collect();
    let texts: Vec<_> =
        modules.iter().zip(&words).map(|(m, words)| Text { file: &m.file, source: &m.source, words }).collect();
    let Some(Marked { sources: marked, companion, entry, rules }) = attribution::mark(&texts) else {
        return Err(PolicyError::new(PolicyCode::Conflict, "there are more than 46,000 rules in the sets").into());
    };
    let mut base = new_engine(limits);
    let mut parsed = Vec::new();
    for ((module, text), source) in modules.iter().zip(&texts).zip(&marked) {
        if let Some(span) = scan::too_deep(text.words, NESTING) {
            let message = format!("literals stand more than {NESTING} deep in one another here");
            let problem = PolicyError::new(PolicyCode::Nesting, message).at(sources, &module.file, span);
            problems.push(problem.help("give the inner value a name of its own: `inner := {…}`"));
        } else if let Err(error) = base.add_policy(module.file.clone(), source.clone()) {
            problems.push(unparsed(&error.to_string(), &module.file, sources));
        } else {
            parsed.push(module);
        }
    }
    let asts = base.get_modules().clone();
    let complete = problems.is_empty();
    problems.extend(check::check(&parsed.into_iter().zip(asts.clone()).collect::<Vec<_>>(), complete, sources));
    if !problems.is_empty() {
        return Err(PolicyErrors::new(problems));
    }
    let mut shifted = BTreeSet::new();
    let replaces = words.iter().flatten().any(|word| word.text == "with");
    if let Some(expanded) = expanded(modules, &marked, &asts, replaces) {
        base = new_engine(limits);
        for (module, (source, lines)) in modules.iter().zip(expanded) {
            shifted.extend(lines.into_iter().map(|line| (module.file.clone(), line)));
            let added = base.add_policy(module.file.clone(), source);
            added.map_err(|e| settled(fault(&e.to_string(), PolicyCode::Parse, sources), &shifted, sources))?;
        }
    }
    let crashed =
        |error: String| PolicyErrors::from(settled(fault(&error, PolicyCode::Parse, sources), &shifted, sources));
    base.add_policy(COMPANION.to_owned(), companion).map_err(|e| crashed(e.to_string()))?;
    builtins::shadow(&mut base).map_err(crashed)?;
    // Prepares the engine (scheduling, safety of variables), so that the clones need not.
    base.compile_with_entrypoint(&format!("data.{PACKAGE}.{entry}").into()).map_err(|e| crashed(e.to_string()))?;
    let reads_files = texts.iter().any(|text| scan::reads_files(text.words));
    Ok(Pack { base, rules, metas, sources: sources.clone(), entry, reads_files, asts, shifted })
}

/// The texts with the names of their imports written out, and the lines that changed; `None` where none did.
fn expanded(
    modules: &[Module],
    marked: &[String],
    asts: &[Ref<Ast>],
    replaces: bool,
) -> Option<Vec<(String, Vec<u32>)>> {
    let pairs = modules.iter().map(|module| module.source.as_str()).zip(asts);
    let functions = if replaces { aliases::functions(pairs) } else { Functions::new() };
    let expand = |((module, text), ast): ((&Module, &String), &Ref<Ast>)| {
        Aliases::of(&module.source, ast).with(&functions, &module.source, ast).expand(text).map_or_else(
            || (text.clone(), Vec::new()),
            |expanded| {
                let lines = text.lines().zip(expanded.lines()).zip(1..);
                let changed = lines.filter(|((before, after), _)| before != after).map(|(_, line)| line).collect();
                (expanded, changed)
            },
        )
    };
    let all: Vec<_> = modules.iter().zip(marked).zip(asts).map(expand).collect();
    all.iter().any(|(_, lines)| !lines.is_empty()).then_some(all)
}

/// A problem on a line whose columns shifted is a problem of the line.
fn settled(mut problem: PolicyError, shifted: &BTreeSet<(String, u32)>, sources: &Sources) -> PolicyError {
    let place = problem.place.clone().filter(|place| shifted.contains(&(place.file.clone(), place.line)));
    match place {
        Some(place) => {
            problem.span = None;
            problem.at_line(sources, &place)
        }
        None => problem,
    }
}

pub(super) fn new_engine(limits: Limits) -> Engine {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    engine.set_policy_length_config(PolicyLengthConfig {
        max_col: NonZeroU32::new(COLUMNS).unwrap_or(NonZeroU32::MIN),
        max_file_bytes: NonZeroUsize::new(FILE_BYTES).unwrap_or(NonZeroUsize::MIN),
        max_lines: NonZeroUsize::new(LINES).unwrap_or(NonZeroUsize::MIN),
    });
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: limits.time,
        check_interval: NonZeroU32::new(256).unwrap_or(NonZeroU32::MIN),
    });
    engine
}

/// Runs on a thread of its own with a tall stack; a panic inside becomes an error.
pub(super) fn on_tall_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, PolicyErrors> {
    let crashed = |what: &str| {
        let problem = PolicyError::new(PolicyCode::Crashed, format!("the policy engine fell over: {what}"));
        let help = "a call in a policy met a defect of the engine; take out the rule that was added last and report it";
        PolicyErrors::from(problem.help(help))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("policy".to_owned()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, work) {
            Ok(running) => running.join().map_err(|panic| crashed(&panic_text(panic.as_ref()))),
            Err(error) => Err(crashed(&format!("no thread for it: {error}"))),
        }
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it did not say why".to_owned())
}
