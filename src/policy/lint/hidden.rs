//! What nobody uses, what is written twice, and what hides something else.

use super::ground::{Ground, Item, Said, plain};
use super::said::import_span;
use super::tree::{self, Node, range, scalar, variable};
use crate::policy::attribution::PACKAGE;
use crate::policy::names::rule_names;
use crate::policy::scan::WordKind;
use regorus::unstable::{AssignOp, Expr, Literal, Rule, RuleHead};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn lints(ground: &Ground<'_>, said: &mut Vec<Said>) {
    unused(ground, said);
    imports(ground, said);
    twice(ground, said);
    defaults(ground, said);
    variables(ground, said);
    unread(ground, said);
}

/// Rules that nothing reads, or only what nothing reads.
fn unused(ground: &Ground<'_>, said: &mut Vec<Said>) {
    let spoken = |item: &Item<'_>| {
        let Some(file) = ground.files.get(item.file) else { return true };
        let entry = file.subject.blocks.iter().any(|block| block.entrypoint && block.statement == item.line);
        !file.subject.judged || item.set.is_some() || item.lets_through() || item.is_test() || entry
    };
    let mut named: BTreeSet<String> = BTreeSet::new();
    let mut heard: BTreeSet<String> = BTreeSet::from([format!("data.{PACKAGE}.proposal")]);
    let mut open: Vec<&Item<'_>> = ground.items.iter().filter(|item| spoken(item)).collect();
    open.extend(ground.rules(&format!("data.{PACKAGE}.proposal")));
    while let Some(item) = open.pop() {
        for path in ground.mentions(item).into_iter().filter(|path| *path != item.path) {
            if heard.insert(path.clone()) {
                open.extend(ground.rules(&path));
            }
        }
    }
    for item in &ground.items {
        named.extend(ground.mentions(item).into_iter().filter(|path| *path != item.path));
    }
    let mut told = BTreeSet::new();
    for (file, item) in ground.judged() {
        if spoken(item) || heard.contains(&item.path) || !told.insert(&item.path) {
            continue;
        }
        let what = if item.is_function() { "function" } else { "rule" };
        let sets = crate::policy::outcome::RuleSet::ALL.map(|set| set.as_str());
        let help =
            crate::policy::check::closest(&item.name, sets).map(|near| format!("did you mean the set `{near}`?"));
        let msg = if named.contains(&item.path) {
            format!("only rules that nothing reads read the {what} `{}`", item.name)
        } else {
            format!("nothing reads the {what} `{}`", item.name)
        };
        let (file, span) = (file.subject.module.file.clone(), item.head.clone());
        said.push(Said { code: "UNUSED_RULE", file, span, msg, help });
    }
}

fn imports(ground: &Ground<'_>, said: &mut Vec<Said>) {
    for file in ground.files.iter().filter(|file| file.subject.judged) {
        let source = &file.subject.module.source;
        for import in &file.ast.imports {
            let (path, _) = rule_names(source, &import.refr);
            let alias = import.r#as.as_ref().and_then(|span| source.get(range(span)).map(str::to_owned));
            let Some(name) = alias.or_else(|| path.last().cloned()) else { continue };
            if matches!(path.first().map(String::as_str), Some("rego" | "future")) {
                continue;
            }
            let span = import_span(import);
            let end = import.r#as.as_ref().map_or(span.end, |span| range(span).end);
            let elsewhere = |word: &&crate::policy::scan::Word<'_>| word.start < span.start || word.start >= end;
            let mut uses = file.words.iter().filter(elsewhere);
            if !uses.any(|word| word.kind == WordKind::Name && word.text == name) {
                let msg = format!("nothing uses the import `{name}`");
                said.push(Said {
                    code: "UNUSED_IMPORT",
                    file: file.subject.module.file.clone(),
                    span,
                    msg,
                    help: None,
                });
            }
        }
    }
}

/// Rules with the same head and the same body.
fn twice(ground: &Ground<'_>, said: &mut Vec<Said>) {
    let mut seen: BTreeMap<(String, String), &Item<'_>> = BTreeMap::new();
    let judged = |item: &Item<'_>| ground.files.get(item.file).is_some_and(|file| file.subject.judged);
    for item in &ground.items {
        let text = plain(ground.source(item), range(item.rule.span()));
        let Some(first) = seen.insert((item.path.clone(), text), item) else { continue };
        let (here, there) = if judged(item) { (item, first) } else { (first, item) };
        let (Some(file), Some(other)) = (ground.files.get(here.file), ground.files.get(there.file)) else { continue };
        if file.subject.judged {
            let line = there.line;
            let msg = format!("the same rule stands at {}:{line}", other.subject.module.file);
            let (file, span) = (file.subject.module.file.clone(), here.head.clone());
            said.push(Said { code: "DUPLICATE_RULE", file, span, msg, help: None });
        }
    }
}

/// A default beside a definition without a condition.
fn defaults(ground: &Ground<'_>, said: &mut Vec<Said>) {
    for (file, item) in ground.judged() {
        if !matches!(item.rule, Rule::Default { .. }) {
            continue;
        }
        let always = ground.rules(&item.path).find(|other| match other.rule {
            Rule::Spec { head: RuleHead::Compr { .. } | RuleHead::Func { .. }, bodies, .. } => {
                let plain = bodies.iter().all(|body| holds(&body.query));
                let arguments = match other.rule {
                    Rule::Spec { head: RuleHead::Func { args, .. }, .. } => {
                        args.iter().all(|arg| variable(ground.source(other), arg).is_some())
                    }
                    _ => true,
                };
                let value = tree::parts(other.rule).into_iter().all(|part| match part {
                    Node::Expr(expr) => scalar(expr).is_some() || matches!(expr, Expr::Set { .. } | Expr::Var { .. }),
                    _ => true,
                });
                plain && arguments && value
            }
            _ => false,
        });
        let Some(other) = always else { continue };
        let Some(there) = ground.files.get(other.file) else { continue };
        let line = other.line;
        let msg = format!("`{}` has a value without any condition at {}:{line}", item.name, there.subject.module.file);
        let (file, span) = (file.subject.module.file.clone(), item.head.clone());
        said.push(Said { code: "DEFAULT_UNUSED", file, span, msg, help: None });
    }
}

/// A body of conditions that are written out as true, or of none.
pub(super) fn holds(query: &regorus::unstable::Query) -> bool {
    query.stmts.iter().all(|statement| match &statement.literal {
        Literal::Expr { expr, .. } => scalar(expr) == Some(serde_json::Value::Bool(true)),
        _ => false,
    })
}

/// `class := …` in a body, where `class` is a rule. (`some class` is refused when the policy is loaded.)
fn variables(ground: &Ground<'_>, said: &mut Vec<Said>) {
    for (file, item) in ground.judged() {
        let source = ground.source(item);
        let mut named: Vec<&Expr> = match item.rule {
            Rule::Spec { head: RuleHead::Func { args, .. }, .. } => args.iter().map(|arg| arg.as_ref()).collect(),
            _ => Vec::new(),
        };
        for node in tree::nodes(item.rule) {
            if let Node::Expr(Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. }) = node {
                named.push(lhs);
            }
        }
        for expr in named.into_iter().flat_map(|expr| tree::expressions(Node::Expr(expr))) {
            let Some(name) = variable(source, expr) else { continue };
            let path = format!("{}.{name}", file.names.package().join("."));
            let Some(rule) = ground.rules(&path).next() else { continue };
            let Some(there) = ground.files.get(rule.file) else { continue };
            let line = rule.line;
            let msg = format!("`{name}` is a rule (at {}:{line}) and a variable here", there.subject.module.file);
            let (file, span) = (file.subject.module.file.clone(), range(expr.span()));
            said.push(Said { code: "SHADOWS_RULE", file, span, msg, help: None });
        }
    }
}

/// Variables that are bound and never read again.
fn unread(ground: &Ground<'_>, said: &mut Vec<Said>) {
    for (file, item) in ground.judged() {
        let source = ground.source(item);
        let mut bound: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
        for (name, span) in &item.uses.somes {
            bound.push((name, span.clone()));
        }
        for node in tree::nodes(item.rule) {
            match node {
                Node::Expr(Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. }) => {
                    let parts = tree::expressions(Node::Expr(lhs)).into_iter();
                    bound.extend(parts.filter_map(|part| Some((variable(source, part)?, range(part.span())))));
                }
                Node::Statement(statement) => {
                    if let Literal::Every { key, value, .. } = &statement.literal {
                        let named = key.iter().chain([value]).map(range);
                        bound.extend(named.filter_map(|span| Some((source.get(span.clone())?, span))));
                    }
                }
                _ => {}
            }
        }
        let rule = range(item.rule.span());
        let from = file.words.partition_point(|word| word.start < rule.start);
        let inside: Vec<_> = file.words.iter().skip(from).take_while(|word| word.start < rule.end).collect();
        for (name, span) in bound.into_iter().filter(|(name, _)| *name != "_") {
            let read = |word: &crate::policy::scan::Word<'_>| {
                word.kind == WordKind::Name && word.text == name && word.start != span.start
            };
            if inside.iter().any(|word| read(word)) {
                continue;
            }
            let msg = format!("nothing reads the variable `{name}`");
            let file = file.subject.module.file.clone();
            said.push(Said { code: "UNUSED_VARIABLE", file, span, msg, help: None });
        }
    }
}
