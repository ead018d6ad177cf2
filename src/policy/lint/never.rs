//! Conditions that never hold, and those that always do.

use super::empty::mirrored;
use super::flow::{AllShapes, Shapes};
use super::ground::{File, Ground, Item, Said, plain};
use super::tree::{self, range, scalar};
use crate::policy::attribution::PACKAGE;
use crate::policy::check::closest;
use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, Query};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

pub(super) fn lints<'g, 'a>(ground: &'g Ground<'a>, shapes: &AllShapes<'g, 'a>, said: &mut Vec<Said>) {
    for (file, item) in ground.judged() {
        let Some(shapes) = shapes.get(item.number) else { continue };
        for query in tree::queries(item.rule) {
            let source = ground.source(item);
            let mut body = Body { file, source, aliases: aliases(source, item.rule), facts: BTreeMap::new(), said };
            for statement in query.stmts.iter().filter(|statement| statement.with_mods.is_empty()) {
                body.statement(&statement.literal);
                body.present(&statement.literal, shapes);
            }
            body.against_itself(query);
        }
        undefined(ground, file, item, said);
    }
}

/// What the conditions of a body leave open for one expression.
#[derive(Default)]
struct Fact {
    /// It is one of these.
    only: Option<Vec<Value>>,
    /// It is none of these.
    not: Vec<Value>,
    /// It is more than that, or at least that.
    low: Option<(f64, bool)>,
    /// It is less than that, or at most that.
    high: Option<(f64, bool)>,
}

impl Fact {
    fn is_possible(&self) -> bool {
        let between = |value: f64| {
            self.low.is_none_or(|(low, open)| value > low || (value == low && !open))
                && self.high.is_none_or(|(high, open)| value < high || (value == high && !open))
        };
        if let Some(only) = &self.only {
            return only.iter().any(|value| !self.not.contains(value) && value.as_f64().is_none_or(between));
        }
        match (self.low, self.high) {
            (Some((low, open)), Some((high, closed))) => low < high || (low == high && !open && !closed),
            _ => true,
        }
    }
}

struct Body<'b, 'a> {
    file: &'b File<'a>,
    source: &'a str,
    /// The variables that are another name of something.
    aliases: BTreeMap<&'a str, &'b Expr>,
    facts: BTreeMap<String, Fact>,
    said: &'b mut Vec<Said>,
}

impl Body<'_, '_> {
    fn say(&mut self, code: &'static str, span: Range<usize>, msg: String, help: Option<String>) {
        self.said.push(Said { code, file: self.file.subject.module.file.clone(), span, msg, help });
    }

    fn statement(&mut self, literal: &Literal) {
        match literal {
            Literal::Expr { expr, .. } => {
                if fixed(expr) == Some(false) {
                    let msg = format!("`{}` never holds", plain(self.source, range(expr.span())));
                    return self.say("NEVER_TRUE", range(expr.span()), msg, None);
                }
                self.learn(expr, false);
            }
            Literal::NotExpr { span, expr } => {
                if fixed(expr) == Some(true) {
                    let msg = format!("`not {}` never holds", plain(self.source, range(expr.span())));
                    return self.say("NEVER_TRUE", range(span), msg, None);
                }
                self.learn(expr, true);
            }
            Literal::SomeVars { .. } | Literal::SomeIn { .. } | Literal::Every { .. } => {}
        }
    }

    /// Takes in what a condition says, and says where it cannot hold beside the others.
    fn learn(&mut self, expr: &Expr, negated: bool) {
        let (op, lhs, rhs) = match expr {
            Expr::BoolExpr { op, lhs, rhs, .. } => (op, lhs, rhs),
            Expr::AssignExpr { op: AssignOp::Eq | AssignOp::ColEq, lhs, rhs, .. } => (&BoolOp::Eq, lhs, rhs),
            Expr::Membership { key: None, value, collection, .. } => return self.member(value, collection, negated),
            _ => return,
        };
        let (known, value, op) = match (scalar(lhs), scalar(rhs)) {
            (None, Some(value)) => (lhs, comparable(value), op.clone()),
            (Some(value), None) => (rhs, comparable(value), mirrored(op)),
            _ => return,
        };
        // A comparison that is not so says nothing of a number that is not there.
        if negated && !matches!(op, BoolOp::Eq | BoolOp::Ne) {
            return;
        }
        self.fact(known, expr, |fact| match (op, value.as_f64()) {
            (BoolOp::Eq, _) if negated => fact.not.push(value.clone()),
            (BoolOp::Eq, _) => narrow(fact, vec![value.clone()]),
            (BoolOp::Ne, _) if negated => narrow(fact, vec![value.clone()]),
            (BoolOp::Ne, _) => fact.not.push(value.clone()),
            (BoolOp::Gt, Some(n)) => raise(&mut fact.low, n, true),
            (BoolOp::Ge, Some(n)) => raise(&mut fact.low, n, false),
            (BoolOp::Lt, Some(n)) => sink(&mut fact.high, n, true),
            (BoolOp::Le, Some(n)) => sink(&mut fact.high, n, false),
            _ => {}
        });
    }

    fn member(&mut self, value: &Expr, collection: &Expr, negated: bool) {
        let (Expr::Set { items, .. } | Expr::Array { items, .. }) = collection else { return };
        let Some(values) = items.iter().map(|item| scalar(item).map(comparable)).collect::<Option<Vec<Value>>>() else {
            return;
        };
        self.fact(value, value, |fact| if negated { fact.not.extend(values) } else { narrow(fact, values) });
    }

    fn fact(&mut self, of: &Expr, place: &Expr, add: impl FnOnce(&mut Fact)) {
        let name = named(self.source, of, &self.aliases);
        // What iterates is another thing each time it is written.
        if scalar(of).is_some() || name.split(' ').any(|word| word == "_") {
            return;
        }
        let fact = self.facts.entry(name.clone()).or_insert_with(|| {
            // There is no less than nothing.
            Fact { low: name.starts_with("count (").then_some((0.0, false)), ..Fact::default() }
        });
        let before = fact.is_possible();
        add(fact);
        if before && !fact.is_possible() {
            let msg =
                format!("nothing is left for `{}`: the conditions on it exclude each other", name.replace(' ', ""));
            self.say("CONTRADICTION", range(place.span()), msg, None);
        }
    }

    /// A condition, and the same with `not`.
    fn against_itself(&mut self, query: &Query) {
        let mut holds: Vec<(bool, String)> = Vec::new();
        for statement in query.stmts.iter().filter(|statement| statement.with_mods.is_empty()) {
            let (negated, expr) = match &statement.literal {
                Literal::Expr { expr, .. } => (false, expr),
                Literal::NotExpr { expr, .. } => (true, expr),
                _ => continue,
            };
            let text = plain(self.source, range(expr.span()));
            if holds.contains(&(!negated, text.clone())) && !text.split(' ').any(|word| word == "_") {
                let msg = format!("`{text}` and `not {text}` stand in one body");
                self.say("CONTRADICTION", range(&statement.span), msg, None);
            }
            holds.push((negated, text));
        }
    }

    /// `not input.approvals`: a list that is always there.
    fn present(&mut self, literal: &Literal, shapes: &Shapes<'_, '_>) {
        let (negated, expr) = match literal {
            Literal::Expr { expr, .. } => (false, expr),
            Literal::NotExpr { expr, .. } => (true, expr),
            _ => return,
        };
        let called = matches!(expr.as_ref(), Expr::Call { .. });
        if !called && !matches!(expr.as_ref(), Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. }) {
            return;
        }
        let Some(mut shape) = shapes.of(expr) else { return };
        let types = shape.types();
        if called && types == ["number"] {
            // Whatever is counted, 0 is true.
            shape = shape.there();
        }
        if !shape.missing.is_empty() || shape.looked_up || types.is_empty() || types.contains(&"boolean") {
            return;
        }
        let name = plain(self.source, range(expr.span())).replace(' ', "");
        let (msg, not) = if negated {
            (format!("`not {name}` never holds: it is always there"), "==")
        } else {
            (format!("`{name}` always holds: it is always there, whatever it holds"), ">")
        };
        let help = match types.as_slice() {
            ["array" | "object"] => Some(format!("write `count({name}) {not} 0`")),
            ["string"] => Some(format!("write `{name} {} \"\"`", if negated { "==" } else { "!=" })),
            ["integer" | "number"] => Some(format!("write `{name} {not} 0`")),
            _ => None,
        };
        self.say("ALWAYS_PRESENT", range(expr.span()), msg, help);
    }
}

/// A number as all numbers are written: `1` and `1.0` are one.
fn comparable(value: Value) -> Value {
    value.as_f64().map_or(value, Value::from)
}

fn narrow(fact: &mut Fact, values: Vec<Value>) {
    fact.only = Some(match fact.only.take() {
        None => values,
        Some(before) => before.into_iter().filter(|value| values.contains(value)).collect(),
    });
}

fn raise(limit: &mut Option<(f64, bool)>, to: f64, open: bool) {
    // Of two at one number the strict one says more.
    if limit.is_none_or(|(old, was_open)| to > old || (to == old && open && !was_open)) {
        *limit = Some((to, open));
    }
}

fn sink(limit: &mut Option<(f64, bool)>, to: f64, open: bool) {
    if limit.is_none_or(|(old, was_open)| to < old || (to == old && open && !was_open)) {
        *limit = Some((to, open));
    }
}

/// A condition that comes out the same whatever the input: only false is no yes.
fn fixed(expr: &Expr) -> Option<bool> {
    if let Some(value) = scalar(expr) {
        return Some(value != Value::Bool(false));
    }
    let Expr::BoolExpr { op, lhs, rhs, .. } = expr else { return None };
    let (left, right) = (scalar(lhs)?, scalar(rhs)?);
    let order = left.as_f64().zip(right.as_f64()).and_then(|(a, b)| a.partial_cmp(&b));
    match op {
        BoolOp::Eq => Some(left == right || order.is_some_and(std::cmp::Ordering::is_eq)),
        BoolOp::Ne => Some(left != right && !order.is_some_and(std::cmp::Ordering::is_eq)),
        BoolOp::Lt => order.map(std::cmp::Ordering::is_lt),
        BoolOp::Le => order.map(std::cmp::Ordering::is_le),
        BoolOp::Gt => order.map(std::cmp::Ordering::is_gt),
        BoolOp::Ge => order.map(std::cmp::Ordering::is_ge),
    }
}

/// A path below a package of ours where no rule is. (A single name that nothing defines is no safe variable, which the
/// engine finds.)
fn undefined(ground: &Ground<'_>, file: &File<'_>, item: &Item<'_>, said: &mut Vec<Said>) {
    let ours = format!("data.{PACKAGE}.");
    for (path, span) in &item.uses.references {
        let Some(rest) = path.strip_prefix(&ours) else { continue };
        let written = plain(ground.source(item), span.clone()).replace(' ', "");
        let absolute = written.starts_with("data.") || written.starts_with("data[");
        let imported = written.split(['.', '[']).next().is_some_and(|root| file.names.imports(root));
        if !(absolute || imported) || !ground.reached(path).is_empty() {
            continue;
        }
        let known = ground.by_path.keys().filter_map(|path| path.strip_prefix(&ours));
        let help = closest(rest, known).map(|near| format!("did you mean `data.{PACKAGE}.{near}`?"));
        let msg = format!("there is no rule `{path}`");
        said.push(Said {
            code: "UNDEFINED_REFERENCE",
            file: file.subject.module.file.clone(),
            span: span.clone(),
            msg,
            help,
        });
    }
}

/// The variables of a rule that are assigned once, and only another name of something.
fn aliases<'s, 'r>(source: &'s str, rule: &'r regorus::unstable::Rule) -> BTreeMap<&'s str, &'r Expr> {
    let mut found: BTreeMap<&str, Option<&Expr>> = BTreeMap::new();
    for node in tree::nodes(rule) {
        if let tree::Node::Expr(Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. }) = node
            && let Some(name) = tree::variable(source, lhs)
        {
            let plainly = tree::expressions(tree::Node::Expr(rhs)).into_iter().all(|part| {
                tree::literal_text(part).is_some()
                    || matches!(
                        part,
                        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Number { .. }
                    )
            });
            let one = scalar(rhs).is_none() && plainly && !plain(source, range(rhs.span())).contains("_ ]");
            found.entry(name).and_modify(|old| *old = None).or_insert(Some(rhs.as_ref()).filter(|_| one));
        }
    }
    found.into_iter().filter_map(|(name, of)| Some((name, of?))).collect()
}

/// What an expression is called, however it is spelled: `input["title"]`, and `t` after `t := input.title`.
fn named(source: &str, expr: &Expr, aliases: &BTreeMap<&str, &Expr>) -> String {
    match expr {
        Expr::Var { .. } => {
            let name = tree::variable(source, expr).unwrap_or_default();
            match aliases.get(name) {
                Some(of) => {
                    named(source, of, &aliases.iter().filter(|(key, _)| **key != name).map(|(k, v)| (*k, *v)).collect())
                }
                None => name.to_owned(),
            }
        }
        Expr::RefDot { refr, field, .. } => {
            format!("{} . {}", named(source, refr, aliases), source.get(range(&field.0)).unwrap_or_default())
        }
        Expr::RefBrack { refr, index, .. } => match tree::literal_text(index) {
            Some(key) => format!("{} . {key}", named(source, refr, aliases)),
            None => format!("{} [ {} ]", named(source, refr, aliases), plain(source, range(index.span()))),
        },
        other => plain(source, range(other.span())),
    }
}
