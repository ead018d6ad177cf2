//! Policies and their tests, prepared once: found, run one at a time, explained, measured.

use super::discover::{self, Found, Shape};
use super::explain::{self, Asking};
use super::lines;
use super::literal::Cut;
use super::probe;
use super::value;
use crate::model::{Findings, Moment, PolicyTest, TestCase, TestOutcome, TestReason};
use crate::policy::builtins;
use crate::policy::engine::{Leftover, Limits, Module, Origin, PRINTS, Pack, RuleMeta, on_tall_stack};
use crate::policy::error::{PolicyCode, PolicyError, PolicyErrors, Sources};
use regorus::unstable::{Module as Ast, Ref};
use regorus::{Engine, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Lines by file.
pub(in crate::policy) type Lines = BTreeMap<String, BTreeSet<u32>>;

/// How a suite is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::policy) struct Setting {
    /// How long one test may take.
    pub(in crate::policy) limits: Limits,
    /// Where the clock of the rules stands.
    pub(in crate::policy) now: Moment,
    /// Which lines are evaluated is watched.
    pub(in crate::policy) coverage: bool,
}

/// Policies and their tests.
pub(in crate::policy) struct Suite {
    pack: Pack,
    /// Prepared; each test gets a clone.
    engine: Engine,
    tests: Vec<Found>,
    /// Where the keys of a table-driven test's cases are, by the place of the test.
    keys: BTreeMap<usize, String>,
    /// Made when the first test fails.
    asking: OnceLock<Option<Asking>>,
    /// The lines that can be evaluated, of all files but tests.
    lines: Lines,
    /// The lines that were told of as evaluated.
    told: Lines,
    coverage: bool,
}

/// What came of one test.
pub(in crate::policy) struct Ran {
    pub(in crate::policy) outcome: Result<TestOutcome, PolicyErrors>,
    pub(in crate::policy) cases: Vec<TestCase>,
    pub(in crate::policy) reasons: Vec<TestReason>,
    pub(in crate::policy) prints: Vec<String>,
    /// Lines that no test before it evaluated.
    pub(in crate::policy) covered: Lines,
}

/// What came of one case of a case file.
pub(in crate::policy) struct Said {
    pub(in crate::policy) findings: Result<Findings, PolicyErrors>,
    pub(in crate::policy) prints: Vec<String>,
    pub(in crate::policy) covered: Lines,
}

/// The most failed cases of one test that are explained.
const EXPLAINED: usize = 5;

impl Suite {
    /// Parses, checks and prepares the policies, and finds their tests.
    ///
    /// # Errors
    /// Every problem of every file.
    pub(in crate::policy) fn load(
        modules: &[Module],
        metas: Vec<RuleMeta>,
        setting: Setting,
    ) -> Result<Self, PolicyErrors> {
        let mut pack = Pack::load(modules, metas, setting.limits)?;
        on_tall_stack(|| {
            let mut engine = pack.for_tests(setting.coverage);
            let crashed = |error: String| PolicyErrors::from(PolicyError::new(PolicyCode::Crashed, error));
            builtins::pin_clock(&mut engine, setting.now).map_err(crashed)?;
            let pairs: Vec<(&Module, Ref<Ast>)> = modules.iter().zip(pack.asts().iter().cloned()).collect();
            let tests = discover::tests(&pairs, pack.sources()).map_err(PolicyErrors::new)?;
            let rules = pairs.iter().filter(|(module, _)| module.origin != Origin::Test);
            let lines = rules.map(|(module, ast)| (module.file.clone(), lines::lines(ast))).collect();
            let (engine, keys) = with_keys(engine, &tests, pack.sources());
            let (told, coverage) = (Lines::new(), setting.coverage);
            Ok(Self { pack, engine, tests, keys, asking: OnceLock::new(), lines, told, coverage })
        })?
    }

    /// The tests, in the order of the files and their lines.
    pub(in crate::policy) fn tests(&self) -> impl Iterator<Item = &PolicyTest> {
        self.tests.iter().map(|found| &found.test)
    }

    /// The lines that can be evaluated, by file; a file without any is there as well.
    pub(in crate::policy) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Runs a test; `None` when there is none of this number.
    pub(in crate::policy) fn run(&mut self, index: usize) -> Option<Ran> {
        let found = self.tests.get(index)?;
        let ran = on_tall_stack(|| self.run_here(index, found));
        let (mut ran, covered) = match ran {
            Ok(done) => done,
            Err(problems) => (Ran::of(Err(problems)), Lines::new()),
        };
        ran.covered = self.untold(covered);
        Some(ran)
    }

    fn run_here(&self, index: usize, found: &Found) -> (Ran, Lines) {
        let mut engine = self.engine.clone();
        let result = evaluate(&mut engine, found);
        let mut ran = match result {
            Err(error) => Ran::of(Err(self.pack.fault(&error).into())),
            Ok(value) => self.judged(index, found, &value),
        };
        ran.prints = engine.take_prints().unwrap_or_default();
        ran.prints.truncate(PRINTS);
        (ran, self.covered(&engine))
    }

    /// What a value of a test means.
    fn judged(&self, index: usize, found: &Found, value: &Value) -> Ran {
        let passed = |held: bool| if held { TestOutcome::Passed } else { TestOutcome::Failed };
        match &found.shape {
            Shape::Plain if *value == Value::Bool(true) || *value == Value::Undefined => {
                Ran::of(Ok(passed(*value != Value::Undefined)))
            }
            Shape::Plain => {
                let place = Some(found.test.place.clone());
                let text = format!("it is {}, not `true`", value::shown(value));
                let reasons = vec![TestReason { place, text, ..TestReason::default() }];
                Ran { reasons, ..Ran::of(Ok(TestOutcome::Failed)) }
            }
            Shape::Set => {
                let text = "a set is never `true`; write the cases as `test_x[case] if { … }`".to_owned();
                let place = Some(found.test.place.clone());
                let reasons = vec![TestReason { place, text, ..TestReason::default() }];
                Ran { reasons, ..Ran::of(Ok(TestOutcome::Failed)) }
            }
            Shape::Table(_) => match self.cases(index, found, value) {
                Err(problem) => Ran::of(Err(problem)),
                Ok(cases) => {
                    let held = !cases.is_empty() && cases.iter().all(|(_, held)| *held);
                    let cases = cases.iter().map(|(keys, passed)| TestCase { name: named(keys), passed: *passed });
                    Ran { cases: cases.collect(), ..Ran::of(Ok(passed(held))) }
                }
            },
        }
    }

    /// The cases of a table-driven test by their keys, and whether each holds.
    fn cases(&self, index: usize, found: &Found, value: &Value) -> Result<Vec<(Value, bool)>, PolicyErrors> {
        let Some(name) = self.keys.get(&index) else {
            let message = "the cases of this test cannot be told before they are tried";
            let problem = PolicyError::new(PolicyCode::Shape, message).at_line(self.pack.sources(), &found.test.place);
            let help = "let the first lines of the body give the key a value: `some case in [ … ]`";
            return Err(problem.help(help).into());
        };
        let mut engine = self.engine.clone();
        engine.set_enable_coverage(false);
        let all = engine.eval_rule(format!("{}.{name}", found.test.group));
        let all = all.map_err(|error| self.pack.fault(&error.to_string()))?;
        let keys = all.as_set().into_iter().flat_map(|keys| keys.iter());
        let held = |keys: &Value| {
            let keys = keys.as_array().into_iter().flat_map(|keys| keys.iter());
            *keys.fold(value, |value, key| &value[key]) == Value::Bool(true)
        };
        Ok(keys.map(|keys| (keys.clone(), held(keys))).collect())
    }

    /// Why a test failed. Empty where that cannot be told.
    pub(in crate::policy) fn explain(&self, index: usize) -> Vec<TestReason> {
        let Some(found) = self.tests.get(index) else { return Vec::new() };
        let Some(source) = self.pack.sources().get(&found.test.place.file) else { return Vec::new() };
        let explained = on_tall_stack(|| {
            if !matches!(found.shape, Shape::Table(_)) {
                let asking = self.asking.get_or_init(|| Asking::about(&self.engine, &self.tests, self.pack.sources()));
                let why = asking.as_ref().and_then(|asking| asking.why(index, found, source));
                return why.unwrap_or_else(|| explain::explain(&self.engine, found, source, None));
            }
            let value = evaluate(&mut self.engine.clone(), found).unwrap_or(Value::Undefined);
            let cases = self.cases(index, found, &value).unwrap_or_default();
            if cases.is_empty() {
                let text = "it has no case at all".to_owned();
                return vec![TestReason { place: Some(found.test.place.clone()), text, ..TestReason::default() }];
            }
            let failed = cases.iter().filter(|(_, held)| !held).take(EXPLAINED);
            failed
                .flat_map(|(keys, _)| {
                    let reasons = explain::explain(&self.engine, found, source, Some(keys)).into_iter();
                    reasons.map(|reason| TestReason { case: Some(named(keys)), ..reason })
                })
                .collect()
        });
        explained.unwrap_or_default()
    }

    /// Evaluates the policies over an input.
    pub(in crate::policy) fn case(&mut self, input: &str, now: Moment) -> (Said, Leftover) {
        let (result, leftover) = self.pack.run(input, now);
        let covered = leftover.engine().map(|engine| self.covered(engine)).unwrap_or_default();
        let covered = self.untold(covered);
        let (findings, prints) = match result {
            Ok(done) => (Ok(done.findings), done.prints),
            Err(problems) => (Err(problems), Vec::new()),
        };
        (Said { findings, prints, covered }, leftover)
    }

    /// The lines an engine evaluated.
    fn covered(&self, engine: &Engine) -> Lines {
        if !self.coverage {
            return Lines::new();
        }
        let files = engine.get_coverage_report().map(|report| report.files).unwrap_or_default();
        let ours = files.into_iter().filter_map(|file| {
            let lines = self.lines.get(&file.path)?;
            Some((file.path, file.covered.intersection(lines).copied().collect()))
        });
        ours.collect()
    }

    /// What of it was not told before.
    fn untold(&mut self, covered: Lines) -> Lines {
        let mut news = Lines::new();
        for (file, lines) in covered {
            let told = self.told.entry(file.clone()).or_default();
            let new: BTreeSet<u32> = lines.difference(told).copied().collect();
            told.extend(&new);
            if !new.is_empty() {
                news.insert(file, new);
            }
        }
        news
    }
}

impl Ran {
    fn of(outcome: Result<TestOutcome, PolicyErrors>) -> Self {
        let (cases, reasons, prints) = (Vec::new(), Vec::new(), Vec::new());
        Self { outcome, cases, reasons, prints, covered: Lines::new() }
    }
}

/// The value of a test's own rule, whatever else bears its name.
fn evaluate(engine: &mut Engine, found: &Found) -> Result<Value, String> {
    let (module, rule) = found.at;
    let modules = engine.get_modules();
    let module = modules.get(module).cloned();
    let rule = module.as_ref().and_then(|module| module.policy.get(rule)).cloned();
    let (Some(module), Some(rule)) = (module, rule) else { return Err("the test is gone".to_owned()) };
    let data = engine.eval_rule_in_module(&module, &rule, false).map_err(|error| error.to_string())?;
    Ok(found.path.iter().fold(&data, |value, name| &value[name.as_str()]).clone())
}

/// The keys of a case as one name.
fn named(keys: &Value) -> String {
    let keys = keys.as_array().into_iter().flat_map(|keys| keys.iter()).map(value::key);
    keys.collect::<Vec<_>>().join(" / ")
}

/// The engine with rules that hold the keys of each table-driven test. A test whose keys cannot be told gets none.
fn with_keys(engine: Engine, tests: &[Found], sources: &Sources) -> (Engine, BTreeMap<usize, String>) {
    let stem = probe::fresh("case", sources.values().map(AsRef::as_ref));
    let tables: Vec<(usize, String, String)> = tests
        .iter()
        .enumerate()
        .filter_map(|(index, found)| {
            let (Shape::Table(table), source) = (&found.shape, sources.get(&found.test.place.file)?) else {
                return None;
            };
            let (cut, name) = (Cut::new(source), format!("{stem}{index}"));
            let text = probe::module(source, found, &probe::cases(&cut, found, table, &name));
            Some((index, name, text))
        })
        .collect();
    let mut keys = BTreeMap::new();
    let Some(all) = asking(&engine, &tables) else {
        // One of them does not hold up: each by itself, so that only that one is left out.
        let mut engine = engine;
        for table in tables {
            if let Some(with) = asking(&engine, std::slice::from_ref(&table)) {
                engine = with;
                keys.insert(table.0, table.1);
            }
        }
        return (engine, keys);
    };
    keys.extend(tables.into_iter().map(|(index, name, _)| (index, name)));
    (all, keys)
}

/// The engine with these modules, prepared.
fn asking(engine: &Engine, tables: &[(usize, String, String)]) -> Option<Engine> {
    let mut engine = engine.clone();
    let mut entry = None;
    for (_, name, text) in tables {
        engine.add_policy(format!("<changeward {name}>"), text.clone()).ok()?;
        let package = text.lines().next().and_then(|line| line.strip_prefix("package ")).unwrap_or_default();
        entry = Some(format!("data.{package}.{name}"));
    }
    match entry {
        Some(entry) => engine.compile_with_entrypoint(&entry.as_str().into()).ok().map(|_| engine),
        None => Some(engine),
    }
}
