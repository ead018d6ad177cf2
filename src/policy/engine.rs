//! The one door to the Rego engine: policies in, findings out.
//!
//! The interpreter (never the bytecode machine), strict builtin errors, one entry rule evaluated once, a prepared engine
//! that is cloned for each evaluation and thrown away after it, a clock that stands at `now`, a time limit, and a thread
//! with a stack that a long chain of rules cannot exhaust. What this cannot hold — memory, a single builtin that never
//! returns — the child process around it does (`wire.rs`).

use super::attribution::{self, COMPANION, Marked, MarkedRule, PACKAGE, Text};
use super::builtins;
use super::check;
use super::error::{PolicyCode, PolicyError, PolicyErrors, Sources, line_span};
use super::outcome::{self, Element, Proposal, RuleSet};
use super::scan;
use crate::model::{Findings, Moment};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, PolicyLengthConfig, Value};
use std::any::Any;
use std::collections::BTreeMap;
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
pub(super) struct Leftover(#[expect(dead_code, reason = "kept only to be dropped")] Option<Engine>);

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
            .map_err(|error| fault(&error.to_string(), PolicyCode::Evaluation, &self.sources).into())
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

fn json(value: &Value) -> Result<Json, PolicyErrors> {
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
    for ((module, text), source) in modules.iter().zip(&texts).zip(marked) {
        if let Some(span) = scan::too_deep(text.words, NESTING) {
            let message = format!("literals stand more than {NESTING} deep in one another here");
            let problem = PolicyError::new(PolicyCode::Nesting, message).at(sources, &module.file, span);
            problems.push(problem.help("give the inner value a name of its own: `inner := {…}`"));
        } else if let Err(error) = base.add_policy(module.file.clone(), source) {
            problems.push(unparsed(&error.to_string(), &module.file, sources));
        } else {
            parsed.push(module);
        }
    }
    let asts = base.get_modules().clone();
    let complete = problems.is_empty();
    problems.extend(check::check(&parsed.into_iter().zip(asts).collect::<Vec<_>>(), complete, sources));
    if !problems.is_empty() {
        return Err(PolicyErrors::new(problems));
    }
    let crashed = |error: String| PolicyErrors::from(fault(&error, PolicyCode::Parse, sources));
    base.add_policy(COMPANION.to_owned(), companion).map_err(|e| crashed(e.to_string()))?;
    builtins::shadow(&mut base).map_err(crashed)?;
    // Prepares the engine (scheduling, safety of variables), so that the clones need not.
    base.compile_with_entrypoint(&format!("data.{PACKAGE}.{entry}").into()).map_err(|e| crashed(e.to_string()))?;
    let reads_files = texts.iter().any(|text| scan::reads_files(text.words));
    Ok(Pack { base, rules, metas, sources: sources.clone(), entry, reads_files })
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

/// A parse error, with help for what older Rego looked like.
fn unparsed(text: &str, file: &str, sources: &Sources) -> PolicyError {
    let mut problem = fault(text, PolicyCode::Parse, sources);
    if problem.place.is_none() {
        problem.place = Some(crate::model::Place { file: file.to_owned(), line: 0 });
    }
    let line = problem.place.as_ref().and_then(|place| {
        let text = sources.get(&place.file)?;
        text.get(line_span(text, place.line)?)
    });
    let help = line.and_then(old_rego);
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// What to write today instead of a rule head of Rego v0.
fn old_rego(line: &str) -> Option<&'static str> {
    let head = line.split(['#', '"', '`']).next().unwrap_or(line);
    let words = scan::words(line);
    let mut texts = words.iter().map(|word| word.text);
    let named = texts.next().is_some_and(|first| first != "package" && first != "import");
    if head.contains(" if ") || head.contains(" contains ") || !named {
        return None;
    }
    match texts.next() {
        Some("[") => Some("Rego v1 writes a rule of a set as `deny contains msg if { … }`"),
        Some("{") => Some("Rego v1 wants `if` before the body of a rule: `name if { … }`"),
        _ if head.trim_end().ends_with('{') => Some("Rego v1 wants `if` before the body of a rule: `name if { … }`"),
        _ => None,
    }
}

/// An error of the engine, which is one text: `--> FILE:LINE:COL`, the line, and `error: MESSAGE`.
pub(super) fn fault(text: &str, otherwise: PolicyCode, sources: &Sources) -> PolicyError {
    let code = if text.contains("execution exceeded time limit") {
        PolicyCode::TimeLimit
    } else if text.contains("execution exceeded memory limit") {
        PolicyCode::MemoryLimit
    } else if text.contains("recursion detected") {
        PolicyCode::Recursion
    } else {
        otherwise
    };
    let message = match code {
        PolicyCode::TimeLimit => "the policies ran longer than they may".to_owned(),
        PolicyCode::Recursion => "this rule depends on itself".to_owned(),
        _ => {
            let said = text.rsplit_once("error: ").map_or(text, |(_, said)| said);
            said.trim().lines().next().unwrap_or_default().to_owned()
        }
    };
    let mut problem = PolicyError::new(code, message);
    if code == PolicyCode::TimeLimit {
        problem = problem.help("look for a loop over all pairs of files; an index by path makes it one lookup each");
    }
    match located(text, sources) {
        Some((file, span)) => problem.at(sources, file, span),
        None => problem,
    }
}

/// The first `--> FILE:LINE:COL` of a text, as bytes of one of our files.
fn located<'a>(text: &'a str, sources: &Sources) -> Option<(&'a str, std::ops::Range<usize>)> {
    let place = text.lines().find_map(|line| line.strip_prefix("--> "))?;
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let source = sources.get(file)?;
    let index = line.parse::<usize>().ok()?.checked_sub(1)?;
    let start: usize = source.split_inclusive('\n').take(index).map(str::len).sum();
    let row = source.get(start..)?.lines().next().unwrap_or("");
    let at = start + byte_of_column(row, column.parse().ok()?);
    let word = scan::words(row).into_iter().find(|word| start + word.start == at);
    Some((file, word.map_or(at..at, |word| at..at + word.text.len())))
}

/// The engine counts a tab as 4 columns, a character of a string by its bytes and any other as 1.
fn byte_of_column(row: &str, column: usize) -> usize {
    let strings: Vec<_> = scan::words(row).into_iter().filter(|w| w.kind == scan::WordKind::Text).collect();
    let mut reached = 1;
    for (at, c) in row.char_indices() {
        if reached >= column {
            return at;
        }
        let in_string = strings.iter().any(|word| word.span().contains(&at));
        reached += match c {
            '\t' => 4,
            _ if in_string => c.len_utf8(),
            _ => 1,
        };
    }
    row.len()
}
