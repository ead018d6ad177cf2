//! What the engine itself finds late or never: unknown functions, wrong arity, recursion, calls that are not pure, an
//! organisation's rule that would replace a shipped one. Everything of every file at once, before anything runs.

use super::attribution::PACKAGE;
use super::builtins;
use super::engine::{Module, Origin};
use super::error::{PolicyCode, PolicyError, Sources, line_of};
use super::graph::Graph;
use super::names::{Call, Names, callee, package, rule_names};
use super::outcome::RuleSet;
use regorus::unstable::{Expr, Module as Ast, Ref, Rule, RuleHead, Span};
use std::collections::BTreeMap;

/// Checks parsed modules. `complete` says that every module parsed: only then is a missing function really missing.
pub(super) fn check(modules: &[(&Module, Ref<Ast>)], complete: bool, sources: &Sources) -> Vec<PolicyError> {
    let mut checker = Checker::new(sources);
    for (module, ast) in modules {
        checker.package(module, ast);
        checker.define(module, ast);
    }
    checker.contradictions();
    for (module, ast) in modules {
        checker.calls(module, ast, complete);
    }
    checker.recursion();
    if complete && !checker.definitions.contains_key(&format!("data.{PACKAGE}.proposal")) {
        let missing = PolicyError::new(PolicyCode::Shape, format!("no policy defines `data.{PACKAGE}.proposal`"));
        checker.problems.push(missing.help("it is the one rule that is evaluated"));
    }
    checker.problems
}

/// The same for policies that are none of ours: their packages and sets are their own.
pub(super) fn check_foreign(modules: &[(&Module, Ref<Ast>)], complete: bool, sources: &Sources) -> Vec<PolicyError> {
    let mut checker = Checker::new(sources);
    for (module, ast) in modules {
        checker.define(module, ast);
    }
    for (module, ast) in modules {
        checker.calls(module, ast, complete);
    }
    checker.recursion();
    checker.problems
}

/// The set of the names of what holds, for templates that ask. It is no part of the proposal.
const PREDICATE: &str = "predicate";

/// The name that was probably meant.
pub(super) fn closest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = names.into_iter().map(|known| (strsim::normalized_damerau_levenshtein(name, known), known));
    let best = scored.filter(|(score, _)| *score >= 0.6).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
    best.map(|(_, known)| known)
}

/// What a name is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Function(usize),
    Set,
    Value,
    Map,
}

impl Kind {
    fn words(self) -> String {
        match self {
            Self::Function(arity) => format!("a function of {arity}"),
            Self::Set => "a set".to_owned(),
            Self::Value => "a value".to_owned(),
            Self::Map => "an object".to_owned(),
        }
    }
}

/// One definition of a name.
struct Definition {
    kind: Kind,
    default: bool,
    origin: Origin,
    file: String,
    span: std::ops::Range<usize>,
}

struct Checker<'a> {
    sources: &'a Sources,
    problems: Vec<PolicyError>,
    /// By absolute path: `data.changeward.deny`.
    definitions: BTreeMap<String, Vec<Definition>>,
    graph: Graph,
    /// The places of the graph: the head of each rule that mentions others.
    heads: Vec<(String, std::ops::Range<usize>)>,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a Sources) -> Self {
        let (problems, definitions, heads) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { sources, problems, definitions, graph: Graph::default(), heads }
    }

    fn report(&mut self, code: PolicyCode, file: &str, span: std::ops::Range<usize>, message: String, help: String) {
        self.problems.push(PolicyError::new(code, message).help(help).at(self.sources, file, span));
    }

    fn package(&mut self, module: &Module, ast: &Ast) {
        if module.origin == Origin::Test {
            return;
        }
        let path = package(&module.source, ast).join(".");
        let ours = format!("data.{PACKAGE}");
        let library = format!("{ours}.lib");
        if path == ours || path == library || path.starts_with(&format!("{library}.")) {
            return;
        }
        let message = format!("`package {}` is not evaluated", path.trim_start_matches("data."));
        let help = format!("write `package {PACKAGE}`, or `package {PACKAGE}.lib.NAME` for helpers");
        self.report(PolicyCode::Package, &module.file, range(ast.package.refr.span()), message, help);
    }

    fn define(&mut self, module: &Module, ast: &Ast) {
        let package = package(&module.source, ast);
        for rule in &ast.policy {
            let (refr, kind, default) = match rule.as_ref() {
                Rule::Default { refr, args, .. } if args.is_empty() => (refr, Kind::Value, true),
                Rule::Default { refr, args, .. } => (refr, Kind::Function(args.len()), true),
                Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } => (refr, Kind::Function(args.len()), false),
                Rule::Spec { head: RuleHead::Set { refr, .. }, .. } => (refr, Kind::Set, false),
                Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => (refr, Kind::Value, false),
            };
            let (names, whole) = rule_names(&module.source, refr);
            let kind = if whole { kind } else { Kind::Map };
            let file = module.file.clone();
            let definition = Definition { kind, default, origin: module.origin, file, span: range(refr.span()) };
            if package == ["data", PACKAGE] {
                self.contract(&names, &definition);
            }
            let path = package.iter().chain(&names).map(String::as_str).collect::<Vec<_>>().join(".");
            self.graph.node(&path);
            self.definitions.entry(path).or_default().push(definition);
        }
    }

    /// The sets are sets, and `lib` is a package.
    fn contract(&mut self, names: &[String], definition: &Definition) {
        let Some(first) = names.first() else { return };
        let whole_set = names.len() == 1 && definition.kind == Kind::Set;
        let open = RuleSet::parse(first).is_some() || first == PREDICATE;
        if definition.origin == Origin::Test && open {
            let message = format!("a test adds to `{first}`, and so to what every other test sees");
            let help = format!("write it in the test alone: `… with data.{PACKAGE}.{first} as {{…}}`");
            return self.report(PolicyCode::Overrides, &definition.file, definition.span.clone(), message, help);
        }
        if open && (!whole_set || definition.default) {
            let message = format!("`{first}` is a set, not {}", definition.kind.words());
            let help = format!("write `{first} contains {{\"code\": …, \"msg\": …}} if {{ … }}`");
            self.report(PolicyCode::Shape, &definition.file, definition.span.clone(), message, help);
        }
        if first == "lib" {
            let message = format!("`lib` is the name of the package `{PACKAGE}.lib`");
            let help = "give the rule another name".to_owned();
            self.report(PolicyCode::Conflict, &definition.file, definition.span.clone(), message, help);
        }
    }

    /// Definitions of one name that cannot stand together.
    fn contradictions(&mut self) {
        let definitions = std::mem::take(&mut self.definitions);
        for (path, all) in &definitions {
            let name = path.trim_start_matches("data.").trim_start_matches(PACKAGE).trim_start_matches('.');
            let shipped = owner(&definitions, path);
            for (index, one) in all.iter().enumerate() {
                // The engine would let the rule win, in the shipped rules too.
                if builtins::arity(name).is_some() {
                    let message = format!("`{name}` is a builtin function");
                    let help = "give the rule another name".to_owned();
                    self.report(PolicyCode::Overrides, &one.file, one.span.clone(), message, help);
                    continue;
                }
                if let Some(shipped) = shipped.filter(|_| one.origin != Origin::Shipped && !is_open(path)) {
                    let there = self.place(shipped);
                    let message = format!("`{name}` is a shipped rule (defined at {there})");
                    let help = format!("an organisation adds to {}; give helpers another name", open_sets());
                    self.report(PolicyCode::Overrides, &one.file, one.span.clone(), message, help);
                    continue;
                }
                let clash = all.iter().take(index).find(|b| b.kind != one.kind || (b.default && one.default));
                if let Some(before) = clash {
                    let (was, there) = (before.kind.words(), self.place(before));
                    let message = if before.kind == one.kind {
                        format!("`{name}` has a second default (the first is at {there})")
                    } else {
                        format!("`{name}` is {} here and {was} at {there}", one.kind.words())
                    };
                    let help = "one name is one thing, with one default".to_owned();
                    self.report(PolicyCode::Conflict, &one.file, one.span.clone(), message, help);
                }
            }
        }
        self.definitions = definitions;
    }

    fn place(&self, definition: &Definition) -> String {
        let line = self.sources.get(&definition.file).map_or(0, |text| line_of(text, definition.span.start));
        format!("{}:{line}", definition.file)
    }

    /// The calls and references of each rule: are they known, and what do they make of the graph?
    fn calls(&mut self, module: &Module, ast: &Ast, complete: bool) {
        let names = Names::new(&module.source, ast);
        for rule in &ast.policy {
            let uses = names.uses(rule);
            let refr = match rule.as_ref() {
                Rule::Default { refr, .. } => refr,
                Rule::Spec { head, .. } => head_of(head),
            };
            let (own, _) = rule_names(&module.source, refr);
            let from = names.package().iter().chain(&own).map(String::as_str).collect::<Vec<_>>().join(".");
            let place = self.heads.len();
            self.heads.push((module.file.clone(), range(refr.span())));
            for (variable, span) in uses.declared.into_iter().filter(|(variable, _)| names.imports(variable)) {
                self.shadowing(module, &names, &variable, span);
            }
            for (variable, span) in uses.somes {
                self.shadowing(module, &names, &variable, span);
            }
            for call in &uses.calls {
                let path = callee(call, &names, |path| self.definitions.contains_key(path));
                self.call(module, call, &path, complete);
                self.graph.edge(&from, &path, place);
            }
            for (reference, _) in &uses.references {
                self.graph.reach(&from, reference, place);
            }
            for replacement in uses.replacements.iter().filter(|r| builtins::IMPURE.contains(&r.name.as_str())) {
                self.impure(module, replacement);
            }
        }
    }

    /// `some x in …` where `x` is a rule or an import: OPA lets the variable win, this engine mixes the two up, silently at times. The
    /// blame falls on the rule where the variable is a shipped one.
    fn shadowing(&mut self, module: &Module, names: &Names<'_>, variable: &str, span: std::ops::Range<usize>) {
        let path = format!("{}.{variable}", names.package().join("."));
        if names.imports(variable) {
            let message = format!("`{variable}` is an import already, so it can be no variable");
            let help = "give the variable another name".to_owned();
            return self.report(PolicyCode::Conflict, &module.file, span, message, help);
        }
        let Some(rules) = self.definitions.get(&path) else { return };
        let own = rules.iter().find(|rule| rule.origin != Origin::Shipped);
        match own.filter(|_| module.origin == Origin::Shipped).map(|rule| (rule.file.clone(), rule.span.clone())) {
            Some((file, rule)) => {
                let line = line_of(&module.source, span.start);
                let message = format!("`{variable}` is the name of a variable at {}:{line}", module.file);
                self.report(PolicyCode::Conflict, &file, rule, message, "give this rule a longer name".to_owned());
            }
            None => {
                let there = rules.first().map(|rule| self.place(rule)).unwrap_or_default();
                let message = format!("`{variable}` is a rule already (at {there}), so it can be no variable");
                let help = "give the variable another name".to_owned();
                self.report(PolicyCode::Conflict, &module.file, span, message, help);
            }
        }
    }

    fn impure(&mut self, module: &Module, call: &Call) {
        let message = format!("`{}` is not available: it could answer differently tomorrow", call.name);
        let help = "a decision must come out the same again; what a rule needs to know stands in `input`".to_owned();
        self.report(PolicyCode::Impure, &module.file, call.span.clone(), message, help);
    }

    fn call(&mut self, module: &Module, call: &Call, path: &str, complete: bool) {
        if builtins::IMPURE.contains(&path) {
            return self.impure(module, call);
        }
        let defined = self.definitions.get(path).and_then(|all| all.first());
        let (arity, outputs) = match (defined, builtins::arity(path)) {
            (Some(Definition { kind: Kind::Function(arity), .. }), _) => (*arity, call.statement),
            (Some(other), _) => {
                let message = format!("`{}` is {}, not a function", call.name, other.kind.words());
                let help = format!("write `{}` without arguments", call.name);
                return self.report(PolicyCode::UnknownFunction, &module.file, call.span.clone(), message, help);
            }
            (None, Some(builtin)) => (builtin.arity, call.statement && !builtin.ours),
            (None, None) if path == "print" || !complete => return,
            (None, None) => return self.unknown(module, call),
        };
        if call.arguments == arity || (outputs && call.arguments == arity + 1) {
            return;
        }
        let arguments = if arity == 1 { "argument" } else { "arguments" };
        let message = format!("`{}` takes {arity} {arguments}, not {}", call.name, call.arguments);
        let help = if call.arguments == arity + 1 {
            format!("write `result := {}(…)`", call.name)
        } else {
            "count the arguments".to_owned()
        };
        self.report(PolicyCode::Arity, &module.file, call.span.clone(), message, help);
    }

    fn unknown(&mut self, module: &Module, call: &Call) {
        let is_function = |all: &[Definition]| all.iter().any(|one| matches!(one.kind, Kind::Function(_)));
        let defined = self.definitions.iter().filter(|(_, all)| is_function(all));
        let known = defined.map(|(path, _)| path.rsplit('.').next().unwrap_or(path).to_owned());
        let known: Vec<String> = known.chain(builtins::names().map(str::to_owned)).collect();
        let help = if builtins::is_opa_only(&call.name) {
            "OPA has this function, this engine does not; compute it elsewhere and pass it in `input.params`".to_owned()
        } else {
            match closest(&call.name, known.iter().map(String::as_str)) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "define it, or see the list of Rego's built-in functions".to_owned(),
            }
        };
        let message = format!("there is no function `{}`", call.name);
        self.report(PolicyCode::UnknownFunction, &module.file, call.span.clone(), message, help);
    }

    fn recursion(&mut self) {
        for (cycle, place) in self.graph.cycles() {
            let Some((file, span)) = self.heads.get(place).cloned() else { continue };
            let short = |path: &String| path.trim_start_matches(&format!("data.{PACKAGE}.")).to_owned();
            let chain: Vec<String> = cycle.iter().chain(cycle.first()).map(short).collect();
            let message = format!("this rule depends on itself: {}", chain.join(" → "));
            let help = "Rego has no recursion; `graph.reachable` and `walk` follow links".to_owned();
            self.report(PolicyCode::Recursion, &file, span, message, help);
        }
    }
}

/// The shipped definition that holds a path: of the path itself, of something above it or below it.
fn owner<'d>(definitions: &'d BTreeMap<String, Vec<Definition>>, path: &str) -> Option<&'d Definition> {
    let above = path.match_indices('.').filter_map(|(at, _)| path.get(..at));
    let below = definitions.range(format!("{path}.")..format!("{path}/")).map(|(key, _)| key.as_str());
    let related = std::iter::once(path).chain(above).chain(below);
    related.filter_map(|key| definitions.get(key)).flatten().find(|one| one.origin == Origin::Shipped)
}

/// An organisation may add to this name.
fn is_open(path: &str) -> bool {
    path.strip_prefix("data.")
        .and_then(|p| p.strip_prefix(PACKAGE))
        .and_then(|p| p.strip_prefix('.'))
        .is_some_and(|name| RuleSet::parse(name).is_some() || name == PREDICATE)
}

fn open_sets() -> String {
    RuleSet::ALL.map(|set| format!("`{}`", set.as_str())).join(", ")
}

fn head_of(head: &RuleHead) -> &Ref<Expr> {
    match head {
        RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. } => refr,
    }
}

/// A span as bytes.
fn range(span: &Span) -> std::ops::Range<usize> {
    let byte = |n: u32| usize::try_from(n).unwrap_or(0);
    byte(span.start)..byte(span.end)
}
