//! What a rule mentions: the functions it calls, the paths it reads, and the names that are its own.

use regorus::unstable::{
    AssignOp, Expr, Import, Literal, LiteralStmt, Module as Ast, Query, Ref, Rule, RuleHead, Span,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A call, or a function named as a replacement (`with f as g`).
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// As written: `startswith`, `data.changeward.lib.x.f`, `x.f`.
    pub(super) name: String,
    /// The bytes of the name.
    pub(super) span: Range<usize>,
    /// How many arguments.
    pub(super) arguments: usize,
    /// It stands alone, so one more argument may take the result.
    pub(super) statement: bool,
}

/// What one rule mentions.
#[derive(Default)]
pub(super) struct Uses {
    pub(super) calls: Vec<Call>,
    /// Functions named after `as`.
    pub(super) replacements: Vec<Call>,
    /// Absolute paths, with the bytes of the whole reference.
    pub(super) references: Vec<(String, Range<usize>)>,
    /// Every name of its own: arguments and variables, with their bytes.
    pub(super) declared: Vec<(String, Range<usize>)>,
    /// The same names.
    pub(super) locals: BTreeSet<String>,
    /// The variables that `some` declares, with their bytes.
    pub(super) somes: Vec<(String, Range<usize>)>,
}

/// The names of one module.
pub(super) struct Names<'a> {
    source: &'a str,
    package: Vec<String>,
    imports: BTreeMap<String, Vec<String>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(source: &'a str, ast: &Ast) -> Self {
        let imports = ast.imports.iter().filter_map(|import| alias(source, import)).collect();
        Self { source, package: package(source, ast), imports }
    }

    pub(super) fn package(&self) -> &[String] {
        &self.package
    }

    /// The names its imports of `data` give, and the paths they stand for.
    pub(super) fn imported(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.imports.iter().map(|(name, path)| (name.as_str(), path.as_slice()))
    }

    /// The module imports something under this name.
    pub(super) fn imports(&self, name: &str) -> bool {
        self.imports.contains_key(name)
    }

    /// What a rule mentions.
    pub(super) fn uses(&self, rule: &Rule) -> Uses {
        let mut walk =
            Walk { source: self.source, locals: BTreeSet::new(), mentioned: Vec::new(), uses: Uses::default() };
        walk.rule(rule);
        let Walk { locals, mentioned, mut uses, .. } = walk;
        let outside = mentioned.into_iter().filter(|(path, _)| path.first().is_some_and(|root| !locals.contains(root)));
        uses.references = outside.filter_map(|(path, span)| Some((self.resolve(&path)?, span))).collect();
        uses.locals = locals;
        uses
    }

    /// The absolute path of a path as written; `None` for the input.
    pub(super) fn resolve(&self, path: &[String]) -> Option<String> {
        let (root, rest) = path.split_first()?;
        let start = match (root.as_str(), self.imports.get(root)) {
            ("input", _) => return None,
            ("data", _) => "data".to_owned(),
            (_, Some(target)) => target.join("."),
            (name, None) => format!("{}.{name}", self.package.join(".")),
        };
        Some(std::iter::once(start.as_str()).chain(rest.iter().map(String::as_str)).collect::<Vec<_>>().join("."))
    }
}

/// The path of what a call calls: of an import, absolute, of the package, or the name of a builtin.
pub(super) fn callee(call: &Call, names: &Names<'_>, defined: impl Fn(&str) -> bool) -> String {
    let path: Vec<String> = call.name.split('.').map(str::to_owned).collect();
    match names.resolve(&path) {
        Some(path) if defined(&path) => path,
        _ => call.name.clone(),
    }
}

/// The components of the package, with `data` first.
pub(super) fn package(source: &str, ast: &Ast) -> Vec<String> {
    let (path, _) = rule_names(source, &ast.package.refr);
    std::iter::once("data".to_owned()).chain(path).collect()
}

/// The fixed components of a reference, and whether that is all of it.
pub(super) fn rule_names(source: &str, refr: &Expr) -> (Vec<String>, bool) {
    match refr {
        Expr::Var { span, .. } => (vec![text(source, span).to_owned()], true),
        Expr::RefDot { refr, field, .. } => match rule_names(source, refr) {
            (mut path, true) => {
                path.push(text(source, &field.0).to_owned());
                (path, true)
            }
            partly => partly,
        },
        Expr::RefBrack { refr, index, .. } => match (rule_names(source, refr), index.as_ref()) {
            ((mut path, true), Expr::String { value, .. }) => {
                path.extend(value.as_string().ok().map(|name| name.to_string()));
                (path, true)
            }
            ((path, _), _) => (path, false),
        },
        _ => (Vec::new(), false),
    }
}

/// The name an import brings, and its path.
fn alias(source: &str, import: &Import) -> Option<(String, Vec<String>)> {
    let (path, _) = rule_names(source, &import.refr);
    let name = import.r#as.as_ref().map(|name| text(source, name).to_owned()).or_else(|| path.last().cloned())?;
    (path.first().is_some_and(|root| root == "data")).then_some((name, path))
}

/// A name as the file writes it: the parsed text holds the marks of `attribution.rs`.
fn text<'s>(source: &'s str, span: &'s Span) -> &'s str {
    source.get(bytes(span)).unwrap_or(span.text())
}

fn bytes(span: &Span) -> Range<usize> {
    let byte = |n: u32| usize::try_from(n).unwrap_or(0);
    byte(span.start)..byte(span.end)
}

/// The variables of a pattern.
fn variables_of<'e>(pattern: &'e Expr, out: &mut Vec<&'e Span>) {
    match pattern {
        Expr::Var { span, .. } => out.push(span),
        Expr::Array { items, .. } => items.iter().for_each(|item| variables_of(item, out)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| variables_of(value, out)),
        _ => {}
    }
}

struct Walk<'a> {
    source: &'a str,
    locals: BTreeSet<String>,
    mentioned: Vec<(Vec<String>, Range<usize>)>,
    uses: Uses,
}

impl Walk<'_> {
    fn rule(&mut self, rule: &Rule) {
        let (head, bodies) = match rule {
            Rule::Default { args, value, .. } => {
                args.iter().for_each(|arg| self.declare(arg));
                return self.expr(value);
            }
            Rule::Spec { head, bodies, .. } => (head, bodies),
        };
        let assign = match head {
            RuleHead::Compr { refr, assign, .. } => {
                self.indices(refr);
                assign
            }
            RuleHead::Func { args, assign, .. } => {
                args.iter().for_each(|arg| self.declare(arg));
                assign
            }
            RuleHead::Set { refr, key, .. } => {
                self.indices(refr);
                key.iter().for_each(|key| self.expr(key));
                &None
            }
        };
        assign.iter().for_each(|assign| self.expr(&assign.value));
        for body in bodies {
            body.assign.iter().for_each(|assign| self.expr(&assign.value));
            self.query(&body.query);
        }
    }

    /// The indices of a head: `p[x.y]`.
    fn indices(&mut self, refr: &Expr) {
        match refr {
            Expr::RefBrack { refr, index, .. } => {
                self.expr(index);
                self.indices(refr);
            }
            Expr::RefDot { refr, .. } => self.indices(refr),
            _ => {}
        }
    }

    fn query(&mut self, query: &Query) {
        query.stmts.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &LiteralStmt) {
        match &stmt.literal {
            Literal::SomeVars { vars, .. } => vars.iter().for_each(|var| self.some(var)),
            Literal::SomeIn { key, value, collection, .. } => {
                let mut variables = Vec::new();
                key.iter().chain([value]).for_each(|pattern| {
                    self.declare(pattern);
                    variables_of(pattern, &mut variables);
                });
                variables.into_iter().for_each(|variable| self.some(variable));
                self.expr(collection);
            }
            Literal::Expr { expr, .. } => match expr.as_ref() {
                Expr::Call { fcn, params, .. } => self.call(fcn, params, true),
                other => self.expr(other),
            },
            Literal::NotExpr { expr, .. } => self.expr(expr),
            Literal::Every { key, value, domain, query, .. } => {
                key.iter().chain([value]).for_each(|var| self.local(var));
                self.expr(domain);
                self.query(query);
            }
        }
        for with in &stmt.with_mods {
            self.indices(&with.refr);
            let (path, whole) = rule_names(self.source, &with.r#as);
            if whole && !path.is_empty() {
                let (name, span) = (path.join("."), bytes(with.r#as.span()));
                self.uses.replacements.push(Call { name, span, arguments: 0, statement: false });
            }
            self.expr(&with.r#as);
        }
    }

    fn local(&mut self, name: &Span) {
        self.locals.insert(text(self.source, name).to_owned());
        self.uses.declared.push((text(self.source, name).to_owned(), bytes(name)));
    }

    fn some(&mut self, name: &Span) {
        self.local(name);
        self.uses.somes.push((text(self.source, name).to_owned(), bytes(name)));
    }

    /// The names of a pattern are the rule's own.
    fn declare(&mut self, pattern: &Expr) {
        match pattern {
            Expr::Var { span, .. } => self.local(span),
            Expr::Array { items, .. } => items.iter().for_each(|item| self.declare(item)),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
                self.expr(key);
                self.declare(value);
            }),
            other => self.expr(other),
        }
    }

    fn call(&mut self, fcn: &Expr, params: &[Ref<Expr>], statement: bool) {
        let (path, _) = rule_names(self.source, fcn);
        let (name, span) = (path.join("."), bytes(fcn.span()));
        self.uses.calls.push(Call { name, span, arguments: params.len(), statement });
        params.iter().for_each(|param| self.expr(param));
    }

    /// A reference: its fixed beginning, and everything in its brackets.
    fn reference(&mut self, refr: &Expr) {
        let (path, _) = rule_names(self.source, refr);
        if !path.is_empty() {
            self.mentioned.push((path, bytes(refr.span())));
        }
        let mut next = refr;
        loop {
            match next {
                Expr::RefDot { refr, .. } => next = refr,
                Expr::RefBrack { refr, index, .. } => {
                    self.expr(index);
                    next = refr;
                }
                Expr::Var { .. } => return,
                other => return self.expr(other),
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr),
            Expr::Call { fcn, params, .. } => self.call(fcn, params, false),
            Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| self.expr(item)),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
                self.expr(key);
                self.expr(value);
            }),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expr(term);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.expr(key);
                self.expr(value);
                self.query(query);
            }
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::BinExpr { lhs, rhs, .. } | Expr::BoolExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                match op {
                    AssignOp::ColEq => self.declare(lhs),
                    AssignOp::Eq => self.expr(lhs),
                }
                self.expr(rhs);
            }
            Expr::Membership { key, value, collection, .. } => {
                key.iter().chain([value, collection]).for_each(|part| self.expr(part));
            }
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
        }
    }
}
