//! What every lint stands on: the modules with their trees, all rules by their paths, the shape of the input.

use super::Subject;
use super::tree::{range, scalar};
use crate::model::LineStarts;
use crate::policy::attribution::PACKAGE;
use crate::policy::names::{Call, Names, Uses, callee, rule_names};
use crate::policy::outcome::RuleSet;
use crate::policy::scan::{self, Word};
use regorus::unstable::{Expr, Module as Ast, Rule, RuleHead};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// One thing a lint says.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) code: &'static str,
    pub(super) file: String,
    pub(super) span: Range<usize>,
    pub(super) msg: String,
    pub(super) help: Option<String>,
}

/// A module that parsed.
pub(super) struct File<'a> {
    pub(super) subject: &'a Subject,
    pub(super) ast: &'a Ast,
    pub(super) names: Names<'a>,
    pub(super) words: Vec<Word<'a>>,
}

/// A rule of a module.
pub(super) struct Item<'a> {
    /// Its place among all.
    pub(super) number: usize,
    pub(super) file: usize,
    /// The line of its name.
    pub(super) line: u32,
    pub(super) rule: &'a Rule,
    /// `data.changeward.deny`.
    pub(super) path: String,
    /// The name it is known by in its file.
    pub(super) name: String,
    /// The set of the contract it adds to.
    pub(super) set: Option<RuleSet>,
    /// The bytes of its name.
    pub(super) head: Range<usize>,
    pub(super) uses: Uses,
}

/// The set by whose members a template asks for what its own words cannot say: who is in it lets a change be standard.
const PREDICATE: &str = "predicate";

/// Everything together.
pub(super) struct Ground<'a> {
    pub(super) files: Vec<File<'a>>,
    pub(super) items: Vec<Item<'a>>,
    /// The items of a path.
    pub(super) by_path: BTreeMap<String, Vec<usize>>,
    /// The items that call a function, by its path.
    callers: BTreeMap<String, Vec<usize>>,
    /// The schema of the input.
    pub(super) schema: &'a Value,
    /// What a rule may be, as a schema, where all its values are written out.
    pub(super) domains: BTreeMap<String, Value>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(parsed: &'a [(&'a Subject, regorus::unstable::Ref<Ast>)], schema: &'a Value) -> Self {
        let (mut files, mut items) = (Vec::new(), Vec::new());
        for (number, (subject, ast)) in parsed.iter().enumerate() {
            let source = subject.module.source.as_str();
            let names = Names::new(source, ast);
            let lines = LineStarts::of(source);
            items.extend(ast.policy.iter().map(|rule| item(number, source, &names, &lines, rule)));
            files.push(File { subject, ast, names, words: scan::words(source) });
        }
        let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, item) in items.iter_mut().enumerate() {
            item.number = number;
            by_path.entry(item.path.clone()).or_default().push(number);
        }
        let (callers, domains) = (BTreeMap::new(), BTreeMap::new());
        let mut ground = Self { files, items, by_path, callers, schema, domains };
        ground.callers = ground.calls();
        ground.domains = ground.by_path.keys().filter_map(|path| Some((path.clone(), ground.domain(path)?))).collect();
        ground
    }

    /// The rules that are judged, with their file.
    pub(super) fn judged(&self) -> impl Iterator<Item = (&File<'a>, &Item<'a>)> {
        let with_file = self.items.iter().filter_map(|item| Some((self.files.get(item.file)?, item)));
        with_file.filter(|(file, _)| file.subject.judged)
    }

    /// The rules of a path.
    pub(super) fn rules(&self, path: &str) -> impl Iterator<Item = &Item<'a>> {
        self.by_path.get(path).into_iter().flatten().filter_map(|number| self.items.get(*number))
    }

    /// The rules that call a function.
    pub(super) fn callers(&self, path: &str) -> impl Iterator<Item = &Item<'a>> {
        self.callers.get(path).into_iter().flatten().filter_map(|number| self.items.get(*number))
    }

    /// The path of what is called.
    pub(super) fn called(&self, call: &Call, names: &Names<'_>) -> String {
        callee(call, names, |path| self.by_path.contains_key(path))
    }

    fn calls(&self) -> BTreeMap<String, Vec<usize>> {
        let mut callers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for item in &self.items {
            let Some(file) = self.files.get(item.file) else { continue };
            let called: BTreeSet<String> = item.uses.calls.iter().map(|call| self.called(call, &file.names)).collect();
            for path in called.into_iter().filter(|path| self.by_path.contains_key(path)) {
                callers.entry(path).or_default().push(item.number);
            }
        }
        callers
    }

    pub(super) fn source(&self, item: &Item<'a>) -> &'a str {
        self.files.get(item.file).map_or("", |file| file.subject.module.source.as_str())
    }

    /// The paths of rules that an item mentions: by reference, by call.
    pub(super) fn mentions(&self, item: &Item<'a>) -> BTreeSet<String> {
        let Some(file) = self.files.get(item.file) else { return BTreeSet::new() };
        let mut all = BTreeSet::new();
        for (reference, _) in &item.uses.references {
            all.extend(self.reached(reference));
        }
        for call in item.uses.calls.iter().chain(&item.uses.replacements) {
            let path = self.called(call, &file.names);
            if self.by_path.contains_key(&path) {
                all.insert(path);
            }
        }
        all
    }

    /// The rules a path names: the one there, the one it looks into, those below it.
    pub(super) fn reached(&self, path: &str) -> Vec<String> {
        let above = path.match_indices('.').filter_map(|(at, _)| path.get(..at)).chain([path]);
        let above = above.filter(|path| self.by_path.contains_key(*path)).map(str::to_owned);
        let below = self.by_path.range(format!("{path}.")..format!("{path}/")).map(|(key, _)| key.clone());
        above.chain(below).collect()
    }

    /// A rule of one value always has one: a default, or a definition without a condition.
    pub(super) fn always(&self, path: &str) -> bool {
        self.rules(path).any(|item| match item.rule {
            Rule::Default { .. } => true,
            Rule::Spec { bodies, .. } => bodies.iter().all(|body| body.query.stmts.is_empty()),
        })
    }

    /// The values of a rule, where all of them are texts that are written out.
    fn domain(&self, path: &str) -> Option<Value> {
        let mut values = Vec::new();
        for item in self.rules(path) {
            match item.rule {
                Rule::Default { value, args, .. } if args.is_empty() => values.push(scalar(value)?),
                Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, bodies, .. } => {
                    values.push(scalar(&assign.value)?);
                    for body in bodies.iter().filter(|body| body.is_else || body.assign.is_some()) {
                        values.push(scalar(&body.assign.as_ref()?.value)?);
                    }
                }
                _ => return None,
            }
        }
        let texts = !values.is_empty() && values.iter().all(Value::is_string);
        texts.then(|| serde_json::json!({"type": "string", "enum": values}))
    }
}

impl Item<'_> {
    /// It lets something through: a template asks for it.
    pub(super) fn lets_through(&self) -> bool {
        self.path.strip_prefix("data.").and_then(|path| path.strip_prefix(PACKAGE)) == Some(&format!(".{PREDICATE}"))
    }

    /// Its name is that of a test.
    pub(super) fn is_test(&self) -> bool {
        let last = self.name.rsplit('.').next().unwrap_or_default();
        last.starts_with("test_") || last.starts_with("todo_test_")
    }

    /// It is a function.
    pub(super) fn is_function(&self) -> bool {
        match self.rule {
            Rule::Spec { head: RuleHead::Func { .. }, .. } => true,
            Rule::Default { args, .. } => !args.is_empty(),
            Rule::Spec { .. } => false,
        }
    }
}

fn item<'a>(file: usize, source: &'a str, names: &Names<'a>, lines: &LineStarts, rule: &'a Rule) -> Item<'a> {
    let refr: &Expr = match rule {
        Rule::Default { refr, .. } => refr,
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. } => refr,
        },
    };
    let (own, _) = rule_names(source, refr);
    let ours = names.package() == ["data", PACKAGE];
    let set = own.first().filter(|_| ours && own.len() == 1).and_then(|name| RuleSet::parse(name));
    let path = names.package().iter().chain(&own).map(String::as_str).collect::<Vec<_>>().join(".");
    let head = range(refr.span());
    let line = lines.line(head.start);
    Item { number: 0, file, line, rule, path, name: own.join("."), set, head, uses: names.uses(rule) }
}

/// A text without blanks and comments, so that two spellings of one thing are equal.
pub(super) fn plain(source: &str, span: Range<usize>) -> String {
    let words = source.get(span).map(scan::words).unwrap_or_default();
    words.iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
}
