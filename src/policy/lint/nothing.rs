//! Where nothing is taken for a yes.
//!
//! An organisation's rules only add: they deny, ask for more, warn. So there are two ways to fail open. A rule of the
//! contract is silent, because a key it compares is missing. Or something that silences a rule of the contract — what
//! stands below a `not`, or is counted and found to be none — or that a template asks for holds over nothing: over no approval,
//! over a missing key. The second needs to know which rules silence, so each is followed from the contract with its sign.

use super::flow::{AllShapes, Shapes};
use super::ground::{File, Ground, Item, Said, plain};
use super::tree::{self, Node, call, counted, range, scalar};
use crate::policy::names::callee;
use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Query};
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) fn lints<'g, 'a>(ground: &'g Ground<'a>, shapes: &AllShapes<'g, 'a>, said: &mut Vec<Said>) {
    let signed = signs(ground);
    for (file, item) in ground.judged() {
        let Some(own) = shapes.get(item.number) else { continue };
        let mut look = Look { ground, file, item, source: ground.source(item), shapes: own, all: shapes, said };
        let speaks = item.set.is_some() || signed.contains(&(item.path.clone(), true));
        // What a set of the contract holds, it says; it silences nothing by itself.
        let silences = item.lets_through() || (item.set.is_none() && signed.contains(&(item.path.clone(), false)));
        for query in tree::queries(item.rule) {
            query.stmts.iter().for_each(|statement| look.call_below_not(query, statement));
            if speaks {
                query.stmts.iter().for_each(|statement| look.silent(query, statement));
            }
        }
        for body in tree::bodies(item.rule).into_iter().filter(|_| silences) {
            look.grants(body);
        }
    }
}

/// Which rules stand behind the contract: as what it says (true), and as what keeps it from saying it (false).
fn signs(ground: &Ground<'_>) -> BTreeSet<(String, bool)> {
    let mut signed = BTreeSet::new();
    let mut open: Vec<(usize, bool)> = Vec::new();
    open.extend(ground.items.iter().enumerate().filter(|(_, item)| item.set.is_some()).map(|(n, _)| (n, true)));
    open.extend(ground.items.iter().enumerate().filter(|(_, item)| item.lets_through()).map(|(n, _)| (n, false)));
    while let Some((number, sign)) = open.pop() {
        let Some(item) = ground.items.get(number) else { continue };
        for (path, flipped) in named(ground, item) {
            let sign = sign != flipped;
            let is_set = ground.rules(&path).any(|item| item.set.is_some());
            if !is_set && signed.insert((path.clone(), sign)) {
                open.extend(ground.by_path.get(&path).into_iter().flatten().map(|next| (*next, sign)));
            }
        }
    }
    signed
}

/// The rules an item names, and whether in a place where a yes of theirs is a no here.
fn named(ground: &Ground<'_>, item: &Item<'_>) -> Vec<(String, bool)> {
    let Some(file) = ground.files.get(item.file) else { return Vec::new() };
    let source = ground.source(item);
    let all = ground.mentions(item);
    let mut flipped = BTreeSet::new();
    let mut straight = BTreeSet::new();
    let mut add = |node: Node<'_>, into: bool| {
        for expr in tree::expressions(node) {
            let set = if into { &mut flipped } else { &mut straight };
            set.extend(paths(ground, file, item, source, expr).into_iter().filter(|path| all.contains(path)));
        }
    };
    for part in tree::parts(item.rule) {
        match part {
            Node::Query(query) => {
                for statement in &query.stmts {
                    match &statement.literal {
                        Literal::NotExpr { expr, .. } => add(Node::Expr(expr), true),
                        Literal::Every { domain, query, .. } => {
                            add(Node::Expr(domain), true);
                            add(Node::Query(query), false);
                        }
                        Literal::Expr { expr, .. } => add(Node::Expr(expr), none_of(source, expr).is_some()),
                        Literal::SomeVars { .. } | Literal::SomeIn { .. } => add(Node::Statement(statement), false),
                    }
                }
            }
            other => add(other, false),
        }
    }
    let signed = |set: BTreeSet<String>, sign: bool| set.into_iter().map(move |path| (path, sign));
    signed(flipped, true).chain(signed(straight, false)).collect()
}

/// The rules an expression names by itself.
fn paths(ground: &Ground<'_>, file: &File<'_>, item: &Item<'_>, source: &str, expr: &Expr) -> Vec<String> {
    match expr {
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
            let (path, _) = crate::policy::names::rule_names(source, expr);
            let outside = path.first().is_some_and(|root| !item.uses.locals.contains(root));
            let resolved = file.names.resolve(&path).filter(|_| outside);
            resolved.map(|path| ground.reached(&path)).unwrap_or_default()
        }
        Expr::Call { fcn, .. } => {
            let at = range(fcn.span());
            let called = item.uses.calls.iter().find(|call| call.span == at);
            called.map(|call| callee(call, &file.names, |path| ground.by_path.contains_key(path))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// `count(x) == 0`, `count(x) < 2`, `x == []`, `x == set()`: what is said to be none, or few.
fn none_of<'e>(source: &str, expr: &'e Expr) -> Option<&'e Expr> {
    let Expr::BoolExpr { op, lhs, rhs, .. } = expr else { return None };
    let empty = |side: &Expr| match side {
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.is_empty(),
        Expr::Object { fields, .. } => fields.is_empty(),
        other => call(source, other).is_some_and(|(name, arguments)| name == "set" && arguments.is_empty()),
    };
    for (side, other, few) in
        [(lhs, rhs, matches!(op, BoolOp::Lt | BoolOp::Le)), (rhs, lhs, matches!(op, BoolOp::Gt | BoolOp::Ge))]
    {
        let zero = matches!(op, BoolOp::Eq) && scalar(other).is_some_and(|value| value.as_f64() == Some(0.0));
        if let Some(of) = counted(source, side).filter(|_| zero || few) {
            return Some(of);
        }
        if matches!(op, BoolOp::Eq) && empty(other) {
            return Some(side);
        }
    }
    None
}

struct Look<'l, 'g, 'a> {
    ground: &'g Ground<'a>,
    file: &'g File<'a>,
    item: &'g Item<'a>,
    source: &'a str,
    shapes: &'l Shapes<'g, 'a>,
    /// Those of every rule.
    all: &'l AllShapes<'g, 'a>,
    said: &'l mut Vec<Said>,
}

impl Look<'_, '_, '_> {
    fn say(&mut self, code: &'static str, span: Range<usize>, msg: String, help: Option<String>) {
        self.said.push(Said { code, file: self.file.subject.module.file.clone(), span, msg, help });
    }

    fn written(&self, expr: &Expr) -> String {
        plain(self.source, range(expr.span())).replace(' ', "")
    }

    /// The first key on the way to an expression that may be missing and that the body does not ask for by itself.
    fn missing(&self, query: &Query, expr: &Expr) -> Option<String> {
        let missing = self.shapes.of(expr)?.missing;
        missing.into_iter().find(|key| !self.asks_for(query, key))
    }

    /// A condition of the body is the key itself, or something below it.
    fn asks_for(&self, query: &Query, missing: &String) -> bool {
        query.stmts.iter().any(|statement| {
            let Literal::Expr { expr, .. } = &statement.literal else { return false };
            let asked = match expr.as_ref() {
                bare @ (Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. }) => bare,
                Expr::AssignExpr { rhs, .. } => rhs,
                _ => return false,
            };
            self.shapes.of(asked).is_some_and(|shape| shape.missing.contains(missing))
        })
    }

    /// `not f(input.x)`, `not "a" in input.x`.
    fn call_below_not(&mut self, query: &Query, statement: &LiteralStmt) {
        let Literal::NotExpr { span, expr } = &statement.literal else { return };
        for below in tree::expressions(Node::Expr(expr)) {
            let arguments: Vec<&Expr> = match below {
                Expr::Call { .. } => match call(self.source, below) {
                    Some((name, _)) if name == "object.get" => continue,
                    Some((_, arguments)) => arguments,
                    None => continue,
                },
                Expr::Membership { value, collection, .. } => vec![value, collection],
                _ => continue,
            };
            let missing = arguments.into_iter().find_map(|argument| self.missing(query, argument));
            if let Some(missing) = missing {
                let msg = format!("`{missing}` may be missing, and then this holds here and not in OPA");
                let help = format!("ask for `{missing}` in a line before, or read it with `object.get` and a default");
                return self.say("NOT_OF_A_CALL", range(span), msg, Some(help));
            }
        }
    }

    /// `input.x != "good"`, `every y in input.x`, `count(input.x) == 0`, in a rule that speaks.
    fn silent(&mut self, query: &Query, statement: &LiteralStmt) {
        match &statement.literal {
            Literal::Expr { expr, .. } => match expr.as_ref() {
                Expr::BoolExpr { op: BoolOp::Ne, lhs, rhs, .. } => {
                    let missing = |side: &Expr| self.missing(query, side);
                    if let Some(missing) = missing(lhs).or_else(|| missing(rhs)) {
                        let msg = format!("`{missing}` may be missing, and then this rule is silent");
                        let help = format!("write `not {} == {}`", self.written(lhs), self.written(rhs));
                        self.say("SILENT_WHEN_MISSING", range(expr.span()), msg, Some(help));
                    }
                }
                other => {
                    if let Some(missing) = none_of(self.source, other).and_then(|of| self.missing(query, of)) {
                        let msg = format!(
                            "`{missing}` may be missing, and then it cannot be counted, and this rule is silent"
                        );
                        let help =
                            Some(format!("write `not {missing}` in a second rule, or count `object.get(…, [])`"));
                        self.say("SILENT_WHEN_MISSING", range(expr.span()), msg, help);
                    }
                }
            },
            Literal::Every { domain, .. } => {
                if let Some(missing) = self.missing(query, domain) {
                    let msg = format!("`{missing}` may be missing, and then this rule is silent");
                    self.say("SILENT_WHEN_MISSING", range(domain.span()), msg, None);
                }
            }
            _ => {}
        }
    }

    /// A body of a rule that silences: does it hold where nothing is?
    fn grants(&mut self, body: &Query) {
        let asks = body.stmts.iter().any(|statement| self.is_evidence(&statement.literal));
        for statement in &body.stmts {
            match &statement.literal {
                Literal::Every { span, domain, .. } if !asks => {
                    let of = self.written(domain);
                    let msg = format!("`{}` holds where `{of}` is empty", self.item.name);
                    self.say(
                        "EMPTY_GRANTS",
                        range(span),
                        msg,
                        Some(format!("ask for something as well: `count({of}) > 0`")),
                    );
                }
                Literal::Expr { expr, .. } if !asks => {
                    if let Some(of) = none_of(self.source, expr) {
                        let of = self.written(of);
                        let msg = format!("`{}` holds where `{of}` is empty", self.item.name);
                        self.say("EMPTY_GRANTS", range(expr.span()), msg, None);
                    }
                }
                Literal::NotExpr { span, expr } => {
                    if let Some(missing) = self.rests_on(body, expr) {
                        let msg = format!("`{}` holds where `{missing}` is missing", self.item.name);
                        let help = format!("ask for `{missing}` in the same body");
                        self.say("ABSENCE_GRANTS", range(span), msg, Some(help));
                    }
                }
                _ => {}
            }
        }
    }

    /// A condition that only something that is there can meet.
    fn is_evidence(&self, literal: &Literal) -> bool {
        match literal {
            Literal::SomeIn { .. } => true,
            Literal::Expr { expr, .. } => match expr.as_ref() {
                Expr::AssignExpr { .. } => false,
                other => none_of(self.source, other).is_none(),
            },
            Literal::SomeVars { .. } | Literal::NotExpr { .. } | Literal::Every { .. } => false,
        }
    }

    /// A key that may be missing and that what is denied rests on: written here, or in a rule it names.
    fn rests_on(&self, body: &Query, expr: &Expr) -> Option<String> {
        // `not input.x` asks for the key itself.
        let compared = !matches!(expr, Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. });
        let here = tree::expressions(Node::Expr(expr)).into_iter().filter(|_| compared);
        if let Some(missing) = here.into_iter().find_map(|part| self.missing(body, part)) {
            return Some(missing);
        }
        let named = tree::expressions(Node::Expr(expr)).into_iter();
        let named = named.flat_map(|part| paths(self.ground, self.file, self.item, self.source, part));
        named.collect::<BTreeSet<_>>().iter().find_map(|path| {
            self.ground.rules(path).find_map(|item| {
                let shapes = self.all.get(item.number)?;
                let nodes = tree::nodes(item.rule);
                let compared = nodes.iter().filter_map(|node| match node {
                    Node::Expr(Expr::BoolExpr { lhs, rhs, .. }) => Some([lhs, rhs]),
                    Node::Expr(Expr::Membership { value, collection, .. }) => Some([value, collection]),
                    _ => None,
                });
                let missing = compared.flatten().filter_map(|side| shapes.of(side)).flat_map(|shape| shape.missing);
                missing.into_iter().find(|key| !self.asks_for(body, key))
            })
        })
    }
}
