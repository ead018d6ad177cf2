//! Why a test failed: the first line of its body that does not hold, and what its parts are.

use super::difference::differences;
use super::discover::{Found, Shape};
use super::literal::{Cut, Kind, Line, lines};
use super::probe::{Body, Depth, fresh, module, sentence, why};
use super::value::shown;
use crate::model::{Place, TestReason};
use crate::policy::error::Sources;
use regorus::unstable::Rule;
use regorus::{Engine, Value};

/// The most different values of one part that are shown.
const VALUES: usize = 3;

/// Where the module that asks says it stands; no file of a repository can be called so.
const ASKING: &str = "<changeward why>";

/// Says why a test failed; `case` is the key of the case that did, of a table-driven one. Empty where it cannot be told.
pub(super) fn explain(engine: &Engine, found: &Found, source: &str, case: Option<&Value>) -> Vec<TestReason> {
    let name = fresh("why", std::iter::once(source));
    for depth in [Depth::Values, Depth::Lines] {
        let text = module(source, found, &questions(found, &Cut::new(source), case, &name, depth));
        let mut engine = engine.clone();
        engine.set_enable_coverage(false);
        if engine.add_policy(ASKING.to_owned(), text).is_err() {
            continue;
        }
        if let Some(reasons) = answered(engine, found, source, &name) {
            return reasons;
        }
    }
    Vec::new()
}

/// The rules that ask about a test.
fn questions(found: &Found, cut: &Cut<'_>, case: Option<&Value>, name: &str, depth: Depth) -> String {
    let bodies = bodies(found, cut);
    let about = |(number, lines): (usize, &Vec<Line>)| {
        why(&Body { number, lines, case: narrowed(found, number, case) }, name, depth)
    };
    bodies.iter().enumerate().map(about).collect()
}

fn bodies(found: &Found, cut: &Cut<'_>) -> Vec<Vec<Line>> {
    match found.rule.as_ref() {
        Rule::Spec { bodies, .. } => bodies.iter().map(|body| lines(cut, &body.query)).collect(),
        Rule::Default { .. } => Vec::new(),
    }
}

/// An engine that can be asked about every plain test of a suite: to prepare one for each takes longer than to run it.
/// `None` when one of them spoils it for the others; then each must be asked for by itself.
pub(super) struct Asking {
    engine: Engine,
    name: String,
}

impl Asking {
    pub(super) fn about(engine: &Engine, tests: &[Found], sources: &Sources) -> Option<Self> {
        let name = fresh("why", sources.values().map(AsRef::as_ref));
        let mut engine = engine.clone();
        engine.set_enable_coverage(false);
        let mut at = 0;
        while let Some(first) = tests.get(at) {
            let file = &first.test.place.file;
            let source = sources.get(file)?;
            let cut = Cut::new(source);
            let mut rules = String::new();
            while let Some(found) = tests.get(at).filter(|found| found.test.place.file == *file) {
                if found.shape == Shape::Plain {
                    rules.push_str(&questions(found, &cut, None, &format!("{name}{at}"), Depth::Values));
                }
                at += 1;
            }
            engine.add_policy(format!("{ASKING} {file}"), module(source, first, &rules)).ok()?;
        }
        let entry = tests.iter().position(|found| found.shape == Shape::Plain)?;
        let path = format!("{}.{name}{entry}", tests.get(entry)?.test.group);
        engine.compile_with_entrypoint(&path.as_str().into()).ok()?;
        Some(Self { engine, name })
    }

    /// Why a test of the suite failed; `None` where it must be asked for by itself.
    pub(super) fn why(&self, index: usize, found: &Found, source: &str) -> Option<Vec<TestReason>> {
        answered(self.engine.clone(), found, source, &format!("{}{index}", self.name))
    }
}

/// After which line the case is known, and the line that picks it.
fn narrowed(found: &Found, number: usize, case: Option<&Value>) -> Option<(usize, String)> {
    let (Shape::Table(table), Some(case)) = (&found.shape, case) else { return None };
    let known = table.known_after.get(number).copied()?;
    let case = serde_json::to_string(case).ok()?;
    Some((known, format!("[{}] == {case}", table.keys.join(", "))))
}

/// Asks, and makes reasons of the answers.
fn answered(mut engine: Engine, found: &Found, source: &str, name: &str) -> Option<Vec<TestReason>> {
    let answers: Vec<Value> = match engine.eval_rule(format!("{}.{name}", found.test.group)).ok()? {
        Value::Set(answers) => answers.iter().cloned().collect(),
        Value::Undefined => Vec::new(),
        _ => return None,
    };
    let bodies = bodies(found, &Cut::new(source));
    Some(bodies.iter().enumerate().map(|(number, lines)| reason(found, number, lines, &answers)).collect())
}

fn reason(found: &Found, number: usize, lines: &[Line], answers: &[Value]) -> TestReason {
    let about = |answer: &&Value, what: &str, line: usize| {
        answer[0] == Value::from(what)
            && answer[1] == Value::from(number as u64)
            && answer[2] == Value::from(line as u64)
    };
    let held = |line: usize| answers.iter().any(|answer| about(&answer, "held", line));
    let file = found.test.place.file.clone();
    let Some((index, line)) = lines.iter().enumerate().find(|(index, _)| !held(index + 1)) else {
        let text = "every line of it holds, but it is not `true`".to_owned();
        return TestReason { place: Some(found.test.place.clone()), text, ..TestReason::default() };
    };
    let rows: Vec<&Value> =
        answers.iter().filter(|answer| about(answer, "values", index + 1)).map(|answer| &answer[3]).collect();
    let mut values = Vec::new();
    let mut undefined = Vec::new();
    for (at, part) in line.parts.iter().enumerate() {
        let mut found: Vec<&Value> =
            rows.iter().filter_map(|row| row[at].as_array().ok()).flat_map(|v| v.iter()).collect();
        found.sort();
        found.dedup();
        if !rows.is_empty() && found.is_empty() {
            undefined.push(part.text.as_str());
        }
        if rows.is_empty() || part.written_out || part.text == line.said {
            continue;
        }
        let more = if found.len() > VALUES { format!(" or {} more", found.len() - VALUES) } else { String::new() };
        let told = found.iter().take(VALUES).map(|value| shown(value)).collect::<Vec<_>>().join(" or ");
        values.push((part.text.clone(), if found.is_empty() { "undefined".to_owned() } else { told + &more }));
    }
    let (differences, more_differences) = match (line.kind, rows.as_slice()) {
        (Kind::Equal, [row]) => match (only(&row[0]), only(&row[1])) {
            (Some(left), Some(right)) => differences(left, right),
            _ => Default::default(),
        },
        _ => Default::default(),
    };
    let text = sentence(line, &undefined);
    TestReason {
        case: None,
        place: Some(Place { file, line: line.number }),
        text,
        values,
        differences,
        more_differences,
    }
}

/// The one value of a list.
fn only(values: &Value) -> Option<&Value> {
    match values.as_array().ok()?.as_slice() {
        [value] => Some(value),
        _ => None,
    }
}
