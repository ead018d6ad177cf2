//! Which rules are tests: `test_…` of every file of tests, `todo_test_…` to be done yet. As `opa test` has it,
//! each rule is a test of its own (a second `test_x` is `test_x#01`), and `test_x[case]` is one test with many cases.

use super::literal::{Cut, lines};
use crate::model::{Place, PolicyTest};
use crate::policy::engine::{Module, Origin};
use crate::policy::error::{PolicyCode, PolicyError, Sources};
use crate::policy::names::{package, rule_names};
use crate::policy::scan::{WordKind, words};
use regorus::unstable::{Expr, Module as Ast, Ref, Rule, RuleHead};
use std::collections::BTreeMap;

const TEST: &str = "test_";
const TODO: &str = "todo_test_";

/// A test and the rule that it is.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) test: PolicyTest,
    pub(super) module: Ref<Ast>,
    pub(super) rule: Ref<Rule>,
    /// Which module and which rule of it, for the engine that evaluates.
    pub(super) at: (usize, usize),
    /// The way from `data` to its value.
    pub(super) path: Vec<String>,
    pub(super) shape: Shape,
}

/// What its value must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// `true`.
    Plain,
    /// An object of cases, each of them `true`.
    Table(Table),
    /// A set: never true.
    Set,
}

/// The cases of a table-driven test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Table {
    /// The expressions of the key.
    pub(super) keys: Vec<String>,
    /// After so many lines of the body they all have a value, body by body.
    pub(super) known_after: Vec<usize>,
}

/// The tests of some modules, in the order of the modules and of their lines.
///
/// # Errors
/// A test that takes arguments would never run.
pub(super) fn tests(modules: &[(&Module, Ref<Ast>)], sources: &Sources) -> Result<Vec<Found>, Vec<PolicyError>> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for (index, (module, ast)) in modules.iter().enumerate().filter(|(_, (module, _))| module.origin == Origin::Test) {
        let cut = Cut::new(&module.source);
        for (number, rule) in ast.policy.iter().enumerate() {
            let Rule::Spec { head, .. } = rule.as_ref() else { continue };
            let (refr, function) = match head {
                RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } => (refr, false),
                RuleHead::Func { refr, .. } => (refr, true),
            };
            let (names, _) = rule_names(&module.source, refr);
            let Some(first) = names.iter().position(|name| name.starts_with(TEST) || name.starts_with(TODO)) else {
                continue;
            };
            let byte = |n: u32| usize::try_from(n).unwrap_or(0);
            if function {
                let span = byte(refr.span().start)..byte(refr.span().end);
                let name = names.join(".");
                let problem =
                    PolicyError::new(PolicyCode::Shape, format!("`{name}` takes arguments, so nothing runs it"));
                let help = "give a helper another name; a test of many cases is written `test_x[case] if { … }`";
                problems.push(problem.help(help).at(sources, &module.file, span));
                continue;
            }
            let packages = package(&module.source, ast);
            let name = names.iter().take(first + 1).map(String::as_str).collect::<Vec<_>>().join(".");
            let path: Vec<String> =
                packages.iter().skip(1).cloned().chain(names.iter().take(first + 1).cloned()).collect();
            let before = seen.entry(path.clone()).or_default();
            let numbered = if *before == 0 { name.clone() } else { format!("{name}#{before:02}") };
            *before += 1;
            let test = PolicyTest {
                group: packages.join("."),
                name: numbered,
                place: Place { file: module.file.clone(), line: refr.span().line },
                todo: names.get(first).is_some_and(|name| name.starts_with(TODO)),
            };
            let shape = shape(&cut, rule, first);
            found.push(Found { test, module: ast.clone(), rule: rule.clone(), at: (index, number), path, shape });
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn shape(cut: &Cut<'_>, rule: &Rule, at: usize) -> Shape {
    let Rule::Spec { head, bodies, .. } = rule else { return Shape::Plain };
    let refr = match head {
        RuleHead::Set { .. } => return Shape::Set,
        RuleHead::Compr { refr, .. } | RuleHead::Func { refr, .. } => refr,
    };
    let mut keys = Vec::new();
    indices(cut, refr, &mut keys);
    keys.reverse();
    let keys: Vec<String> = keys.into_iter().skip(at).collect();
    if keys.is_empty() {
        return Shape::Plain;
    }
    let known_after = bodies.iter().map(|body| known_after(&lines(cut, &body.query), &keys)).collect();
    Shape::Table(Table { keys, known_after })
}

/// The parts of a head behind its first name, the last one first.
fn indices(cut: &Cut<'_>, refr: &Expr, out: &mut Vec<String>) {
    match refr {
        Expr::RefDot { refr, field, .. } => {
            out.push(format!("\"{}\"", cut.text(&field.0)));
            indices(cut, refr, out);
        }
        Expr::RefBrack { refr, index, .. } => {
            out.push(cut.expression(index).to_owned());
            indices(cut, refr, out);
        }
        _ => {}
    }
}

/// After how many lines every name of the keys was mentioned.
fn known_after(lines: &[super::literal::Line], keys: &[String]) -> usize {
    let names = keys.iter().flat_map(|key| mentioned(key));
    let first = |name: String| lines.iter().position(|line| mentioned(&line.whole).any(|word| word == name));
    names.filter_map(first).map(|index| index + 1).max().unwrap_or(0)
}

/// The names of an expression that may be variables: not those behind a dot.
fn mentioned(text: &str) -> impl Iterator<Item = String> {
    let words = words(text);
    let mut names = Vec::new();
    let mut before = "";
    for word in &words {
        if word.kind == WordKind::Name && before != "." {
            names.push(word.text.to_owned());
        }
        before = word.text;
    }
    names.into_iter()
}
