//! What is wrong with policies, found without an input: in the syntax trees, against the schema of the input.
//!
//! One file for each family of lints, and one list of all of them ([`catalogue`]). The texts are parsed in this process, on a
//! tall stack and after their nesting was measured; whoever calls this with texts of unknown size has let the evaluating
//! process load them first, which is killed where it takes too long.

mod asked;
mod calls;
pub mod catalogue;
mod element;
mod empty;
mod flow;
mod ground;
mod hidden;
mod ignored;
mod input;
mod manners;
mod never;
mod nothing;
mod outline;
mod params;
mod said;
mod shape;
pub(in crate::policy) mod tree;

pub use asked::{Asked, Templates};
pub use outline::{Outline, OutlineRule, outline};

use super::check;
use super::engine::{FILE_BYTES, Limits, Module, NESTING, new_engine, on_tall_stack};
use super::error::{PolicyCode, PolicyError, PolicyErrors, Sources};
use super::fault::unparsed;
use super::scan;
use crate::model::{Finding, LineStarts, LintFinding, Severity, Stretch};
use ground::{Ground, Said};
use regorus::unstable::{Module as Ast, Ref};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A module, and what the comments of its rules say.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The module.
    pub module: Module,
    /// It is judged; otherwise its names count and nothing is said about it.
    pub judged: bool,
    /// Its METADATA blocks.
    pub blocks: Vec<Block>,
    /// What is wrong with them: the line, and a sentence.
    pub faults: Vec<(u32, String)>,
}

/// A METADATA block, as far as it matters here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The line of the statement it stands above, from 1.
    pub statement: u32,
    /// What it is about.
    pub about: About,
    /// Its title.
    pub title: Option<String>,
    /// The code it gives to findings that have none.
    pub code: Option<String>,
    /// The rule is meant to be asked from outside.
    pub entrypoint: bool,
}

/// What a block is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// The rule below it.
    Rule,
    /// All rules of that name.
    Document,
    /// The package.
    Package,
}

/// What was found, before the comments of the files are asked what to leave as it is.
#[derive(Debug)]
pub struct Linted {
    said: Vec<Said>,
    sources: Sources,
    files: Vec<String>,
    /// Rules that were judged.
    pub rules: u64,
}

/// Lints policies; `tests` are the texts of their tests and cases, `templates` what asks for their predicates.
///
/// # Errors
/// Texts that are not parsed at all: too large, or nested so deeply that the parser would not come to an end.
pub fn lint(subjects: &[Subject], tests: &[String], templates: &Templates) -> Result<Linted, PolicyErrors> {
    let mut sources = guarded(subjects)?;
    sources.extend(templates.asked.iter().map(|asked| (asked.file.clone(), Arc::from(asked.source.as_str()))));
    on_tall_stack(|| look(subjects, tests, templates, sources))
}

/// Looks at policies that all parse.
fn parsed<T: Send>(subjects: &[Subject], look: impl FnOnce(&Ground<'_>) -> T + Send) -> Result<T, PolicyErrors> {
    let sources = guarded(subjects)?;
    on_tall_stack(|| {
        let (trees, problems) = trees(subjects, &sources);
        if !problems.is_empty() {
            return Err(PolicyErrors::new(problems));
        }
        let schema = super::input::flat_schema();
        Ok(look(&Ground::new(&trees, &schema)))
    })?
}

/// The texts, if each may be given to the parser.
fn guarded(subjects: &[Subject]) -> Result<Sources, PolicyErrors> {
    let sources: Sources =
        subjects.iter().map(|s| (s.module.file.clone(), Arc::from(s.module.source.as_str()))).collect();
    let hostile: Vec<PolicyError> = subjects.iter().filter_map(|subject| hostile(subject, &sources)).collect();
    if hostile.is_empty() { Ok(sources) } else { Err(PolicyErrors::new(hostile)) }
}

/// What keeps a text from being parsed.
fn hostile(subject: &Subject, sources: &Sources) -> Option<PolicyError> {
    let Module { file, source, .. } = &subject.module;
    if source.len() > FILE_BYTES {
        let message = format!("the file has {} bytes, of at most {FILE_BYTES}", source.len());
        let place = crate::model::Place { file: file.clone(), line: 1 };
        return Some(
            PolicyError::new(PolicyCode::Parse, message).help("split it into several files").at_line(sources, &place),
        );
    }
    let span = scan::too_deep(&scan::words(source), NESTING)?;
    let message = format!("literals stand more than {NESTING} deep in one another here");
    let problem =
        PolicyError::new(PolicyCode::Nesting, message).help("give the inner value a name of its own: `inner := {…}`");
    Some(problem.at(sources, file, span))
}

/// The trees of the texts that are Rego, and what is wrong with the others.
fn trees<'s>(subjects: &'s [Subject], sources: &Sources) -> (Vec<(&'s Subject, Ref<Ast>)>, Vec<PolicyError>) {
    let mut parsed = Vec::new();
    let mut problems = Vec::new();
    let mut engine = new_engine(Limits::default());
    for subject in subjects {
        let Module { file, source, .. } = &subject.module;
        match engine.add_policy(file.clone(), source.clone()) {
            Ok(_) => parsed.extend(engine.get_modules().last().map(|ast| (subject, ast.clone()))),
            Err(error) => problems.push(unparsed(&error.to_string(), file, sources)),
        }
    }
    (parsed, problems)
}

fn look(subjects: &[Subject], tests: &[String], templates: &Templates, sources: Sources) -> Linted {
    let (parsed, mut problems) = trees(subjects, &sources);
    let complete = problems.is_empty();
    let modules: Vec<(&Module, Ref<Ast>)> = parsed.iter().map(|(s, ast)| (&s.module, ast.clone())).collect();
    problems.extend(check::check(&modules, complete, &sources));
    let schema = super::input::flat_schema();
    let ground = Ground::new(&parsed, &schema);
    let mut said = Vec::new();
    let passed = flow::Passed::default();
    let shapes = flow::AllShapes::new(&ground, &passed);
    input::lints(&ground, &shapes, &mut said);
    never::lints(&ground, &shapes, &mut said);
    calls::lints(&ground, &shapes, &mut said);
    nothing::lints(&ground, &shapes, &mut said);
    asked::lints(&ground, templates, &mut said);
    params::lints(&ground, &mut said);
    hidden::lints(&ground, &mut said);
    said::lints(&ground, tests, &mut said);
    element::lints(&ground, &mut said);
    manners::lints(&ground, &mut said);
    if !complete {
        // What is in the file that could not be read may be what they miss.
        said.retain(|one| !["UNUSED_RULE", "UNDEFINED_REFERENCE", "PREDICATE_UNKNOWN"].contains(&one.code));
    }
    let rules = ground.judged().count() as u64;
    let files = subjects.iter().filter(|s| s.judged).map(|s| s.module.file.clone()).collect();
    let mut linted = Linted { said, sources, files, rules };
    problems.iter().for_each(|problem| linted.add(code_of(problem.code), problem));
    linted
}

impl Linted {
    /// Adds what the engine found when it put everything together. Where a file could not be read or names something that
    /// is not there, it stopped at that, which is known.
    pub fn refused(&mut self, errors: &PolicyErrors) {
        if self.loads() {
            errors.problems().iter().for_each(|problem| self.add("LOAD", problem));
        }
    }

    fn add(&mut self, code: &'static str, problem: &PolicyError) {
        let file = problem.place.as_ref().map(|place| place.file.clone()).unwrap_or_default();
        let span = problem.span.clone().unwrap_or(0..0);
        self.said.push(Said { code, file, span, msg: problem.message.clone(), help: problem.help.clone() });
    }

    /// The gate would load them.
    pub fn loads(&self) -> bool {
        self.said.iter().all(|one| !catalogue::is_of_loading(one.code))
    }

    /// The text of each file.
    pub fn sources(&self) -> Sources {
        self.sources.clone()
    }

    /// The findings, by file and line; those that a comment leaves as they are with its reason.
    pub fn findings(self) -> Vec<LintFinding> {
        let Self { mut said, sources, files, .. } = self;
        said.sort_by(|a, b| (&a.file, a.span.start, a.code, &a.msg).cmp(&(&b.file, b.span.start, b.code, &b.msg)));
        said.dedup_by(|a, b| a.code == b.code && a.file == b.file && a.span == b.span);
        let texts: Vec<(&str, &str)> =
            files.iter().filter_map(|file| Some((file.as_str(), &**sources.get(file)?))).collect();
        let words: Vec<_> = texts.iter().map(|(_, text)| scan::words(text)).collect();
        let judged: Vec<_> =
            texts.iter().zip(&words).map(|((file, text), words)| (*file, *text, words.as_slice())).collect();
        let starts: BTreeMap<&str, LineStarts> =
            sources.iter().map(|(file, text)| (file.as_str(), LineStarts::of(text))).collect();
        let line = |one: &Said| starts.get(one.file.as_str()).map_or(0, |lines| lines.line(one.span.start));
        let settled = ignored::settle(&judged, said, line);
        let mut findings: Vec<LintFinding> =
            settled.into_iter().map(|(one, why)| finding(one, why, &sources, &starts)).collect();
        findings.sort_by(|a, b| {
            let key = |f: &LintFinding| (f.finding.paths.clone(), f.place.as_ref().map(|p| p.bytes.start));
            key(a).cmp(&key(b))
        });
        findings
    }
}

fn finding(one: Said, ignored: Option<String>, sources: &Sources, starts: &BTreeMap<&str, LineStarts>) -> LintFinding {
    let lint = catalogue::find(one.code);
    let severity = lint.map_or(Severity::Error, |lint| lint.severity);
    let text = sources.get(&one.file).zip(starts.get(one.file.as_str()));
    let place = text.map(|(text, lines)| Stretch::of(text, lines, one.span.clone()));
    let mut finding = Finding::new(one.code, severity, one.msg);
    finding.help = one.help.or_else(|| lint.map(|lint| lint.fix.to_owned()));
    finding.line = place.as_ref().map(|place| place.line);
    finding.paths = if one.file.is_empty() { Vec::new() } else { vec![one.file] };
    LintFinding { finding, place, ignored }
}

/// The lint that stands for an error of loading.
fn code_of(code: PolicyCode) -> &'static str {
    match code {
        PolicyCode::Parse | PolicyCode::Nesting => "PARSE",
        PolicyCode::UnknownFunction => "UNKNOWN_FUNCTION",
        PolicyCode::Arity => "ARITY",
        PolicyCode::Recursion => "RECURSION",
        PolicyCode::Impure => "IMPURE",
        PolicyCode::Overrides => "OVERRIDES",
        PolicyCode::Conflict => "CONFLICT",
        PolicyCode::Package => "PACKAGE",
        PolicyCode::Shape => "SHAPE",
        PolicyCode::Evaluation | PolicyCode::TimeLimit | PolicyCode::MemoryLimit | PolicyCode::Crashed => "LOAD",
    }
}
