//! What holds where there is nothing: a count that is none, an empty collection, the denial of something that goes through a
//! collection. And what of the rest of a body asks for something that is there.

use super::flow::Shapes;
use super::ground::{File, Ground, Item, plain};
use super::shape::Many;
use super::tree::{self, Node, call, range, scalar, variable};
use crate::policy::names::{callee, rule_names};
use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, Query, Rule, RuleHead};
use std::collections::{BTreeMap, BTreeSet};

/// How often a variable is followed to what it was assigned.
const STEPS: usize = 8;

/// One rule, asked what it is good without.
pub(super) struct Empty<'l, 'g, 'a> {
    pub(super) ground: &'g Ground<'a>,
    pub(super) file: &'g File<'a>,
    pub(super) item: &'g Item<'a>,
    source: &'a str,
    shapes: &'l Shapes<'g, 'a>,
    /// What each variable goes through or was assigned, where that is one thing.
    behind: BTreeMap<&'a str, Option<&'g Expr>>,
}

impl<'l, 'g, 'a> Empty<'l, 'g, 'a> {
    pub(super) fn new(
        ground: &'g Ground<'a>,
        file: &'g File<'a>,
        item: &'g Item<'a>,
        shapes: &'l Shapes<'g, 'a>,
    ) -> Self {
        let source = ground.source(item);
        let mut behind: BTreeMap<&str, Option<&Expr>> = BTreeMap::new();
        let mut add = |name: &'a str, expr: &'g Expr| {
            behind.entry(name).and_modify(|old| *old = None).or_insert(Some(expr));
        };
        for node in tree::nodes(item.rule) {
            match node {
                Node::Expr(Expr::AssignExpr { lhs, rhs, .. }) => {
                    variable(source, lhs).into_iter().for_each(|name| add(name, rhs))
                }
                Node::Statement(statement) => match &statement.literal {
                    Literal::SomeIn { value, collection, .. } => {
                        variable(source, value).into_iter().for_each(|name| add(name, collection));
                    }
                    Literal::Every { value, domain, .. } => {
                        source.get(range(value)).into_iter().for_each(|name| add(name, domain))
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        Self { ground, file, item, source, shapes, behind }
    }

    /// As it is written.
    pub(super) fn written(&self, expr: &Expr) -> String {
        plain(self.source, range(expr.span())).replace(' ', "")
    }

    /// The collection that may be empty where an expression holds, or where it does not.
    pub(super) fn without(&self, expr: &'g Expr, negated: bool) -> Option<&'g Expr> {
        match expr {
            Expr::BoolExpr { op, lhs, rhs, .. } => self.compared(op, lhs, rhs, negated),
            Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => self.compared(&BoolOp::Eq, lhs, rhs, negated),
            Expr::Membership { collection, .. } if negated => {
                let made = self.followed(collection);
                is_made(made).then_some(made)
            }
            Expr::Call { .. } if !negated => match call(self.source, expr)? {
                (name, arguments) if name == "object.subset" => arguments.get(1).copied(),
                _ => None,
            },
            Expr::RefDot { refr, .. } if negated => self.without(refr, true),
            Expr::RefBrack { refr, index, .. } if negated => {
                if variable(self.source, index) == Some("_") {
                    Some(refr)
                } else {
                    self.without(refr, true)
                }
            }
            _ => None,
        }
    }

    fn compared(&self, op: &BoolOp, lhs: &'g Expr, rhs: &'g Expr, negated: bool) -> Option<&'g Expr> {
        for (side, other, op) in [(lhs, rhs, op.clone()), (rhs, lhs, mirrored(op))] {
            if let Some(of) = self.counted(side) {
                let holds = match scalar(self.followed(other)).and_then(|value| value.as_f64()) {
                    Some(number) => is_so(&op, number),
                    // As many as of something else: none and none.
                    None if self.counted(other).is_some() => matches!(op, BoolOp::Eq | BoolOp::Le | BoolOp::Ge),
                    None => matches!(op, BoolOp::Lt | BoolOp::Le),
                };
                return (holds != negated).then_some(of);
            }
            let (equal, unequal) = (matches!(op, BoolOp::Eq), matches!(op, BoolOp::Ne));
            if (is_empty(self.source, other) && ((equal && !negated) || (unequal && negated)))
                || (equal && !negated && self.is_collection(side) && self.is_collection(other))
            {
                return Some(side);
            }
        }
        None
    }

    /// The argument of `count(…)`, of `sum(…)`.
    fn counted(&self, expr: &'g Expr) -> Option<&'g Expr> {
        let (name, arguments) = call(self.source, self.followed(expr))?;
        if matches!(name.as_str(), "count" | "sum") { arguments.first().copied() } else { None }
    }

    /// It is made of others: a comprehension, a set taken from a set, a set of ours.
    fn is_collection(&self, expr: &'g Expr) -> bool {
        is_made(self.followed(expr)) || self.shapes.of(expr).is_some_and(|shape| shape.many != Many::One)
    }

    /// It is made for the purpose, not a list or set with a name.
    pub(super) fn is_made(&self, expr: &'g Expr) -> bool {
        is_made(self.followed(expr))
    }

    /// What a variable was assigned.
    fn followed(&self, expr: &'g Expr) -> &'g Expr {
        let mut expr = expr;
        for _ in 0..STEPS {
            let name = variable(self.source, expr);
            match name.and_then(|name| self.behind.get(name).copied().flatten()) {
                // What goes through a collection is not the collection.
                Some(next) if !self.goes_through(expr) => expr = next,
                _ => break,
            }
        }
        expr
    }

    fn goes_through(&self, expr: &Expr) -> bool {
        let Some(name) = variable(self.source, expr) else { return false };
        tree::nodes(self.item.rule).into_iter().any(|node| {
            let Node::Statement(statement) = node else { return false };
            match &statement.literal {
                Literal::SomeIn { value, .. } => variable(self.source, value) == Some(name),
                Literal::Every { value, .. } => self.source.get(range(value)) == Some(name),
                _ => false,
            }
        })
    }

    /// The rules an expression names by itself.
    pub(super) fn named(&self, expr: &Expr) -> Vec<String> {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let (path, _) = rule_names(self.source, expr);
                let outside = path.first().is_some_and(|root| !self.item.uses.locals.contains(root));
                let resolved = self.file.names.resolve(&path).filter(|_| outside);
                resolved.map(|path| self.ground.reached(&path)).unwrap_or_default()
            }
            Expr::Call { fcn, .. } => {
                let at = range(fcn.span());
                let called = self.item.uses.calls.iter().find(|call| call.span == at);
                let path = |call| callee(call, &self.file.names, |path| self.ground.by_path.contains_key(path));
                called.map(path).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// A condition that only something that is there can meet, of what the collection is made of.
    pub(super) fn is_evidence(&self, literal: &'g Literal, of: Option<&'g Expr>) -> bool {
        let about: Vec<&Expr> = match literal {
            Literal::SomeIn { collection, .. } => vec![collection],
            Literal::Expr { expr, .. } => match expr.as_ref() {
                Expr::AssignExpr { rhs, .. } if goes_into(self.source, rhs).is_none() => return false,
                other if scalar(other).is_some() || self.without(other, false).is_some() => return false,
                other => vec![other],
            },
            Literal::SomeVars { .. } | Literal::NotExpr { .. } | Literal::Every { .. } => return false,
        };
        // Who counts and finds none says so; who goes through something may not think of none.
        let Some(of) = of else { return true };
        let roots = self.roots(of);
        let met: BTreeSet<String> = about.into_iter().flat_map(|expr| self.roots(expr)).collect();
        // How many files there are is said in two places.
        let counts = roots.contains("input.files") && met.contains("input.stats");
        roots.is_empty() || counts || !roots.is_disjoint(&met)
    }

    /// The keys of the input and the rules that an expression is made of.
    fn roots(&self, expr: &'g Expr) -> BTreeSet<String> {
        let mut roots = BTreeSet::new();
        let mut open = vec![expr];
        let mut seen = BTreeSet::new();
        while let Some(expr) = open.pop() {
            for part in tree::expressions(Node::Expr(expr)) {
                if let Some(name) = variable(self.source, part).filter(|name| seen.insert(*name)) {
                    open.extend(self.behind.get(name).copied().flatten());
                }
                roots.extend(root(self.source, part));
                for path in self.named(part) {
                    self.ground.made_of(&path, &mut roots);
                }
            }
        }
        roots
    }
}

impl Ground<'_> {
    /// The keys of the input and the rules that a rule is made of, itself included.
    fn made_of(&self, path: &str, roots: &mut BTreeSet<String>) {
        if !roots.insert(path.to_owned()) {
            return;
        }
        for item in self.rules(path) {
            let source = self.source(item);
            for node in tree::nodes(item.rule) {
                if let Node::Expr(expr) = node {
                    roots.extend(root(source, expr));
                }
            }
            self.mentions(item).iter().for_each(|path| self.made_of(path, roots));
        }
    }

    /// What a rule goes through, where every one of its bodies goes through something: it holds of none.
    pub(super) fn goes_through(&self, path: &str) -> Option<String> {
        let mut through = None;
        for item in self.rules(path) {
            let source = self.source(item);
            // One that gives a value is asked for the value.
            let Rule::Spec { head, bodies, .. } = item.rule else { return None };
            let (RuleHead::Compr { assign: None, .. } | RuleHead::Func { assign: None, .. }) = head else {
                return None;
            };
            for body in bodies {
                through = Some(body_goes_through(source, &body.query)?);
            }
        }
        through
    }
}

/// What a body goes through.
fn body_goes_through(source: &str, query: &Query) -> Option<String> {
    let found = query.stmts.iter().find_map(|statement| match &statement.literal {
        Literal::SomeIn { collection, .. } => Some(collection.as_ref()),
        Literal::Expr { expr, .. } => goes_into(source, expr),
        _ => None,
    });
    found.map(|of| plain(source, range(of.span())).replace(' ', ""))
}

/// `x[_]`: what an expression looks through.
fn goes_into<'e>(source: &str, expr: &'e Expr) -> Option<&'e Expr> {
    let mut next = expr;
    loop {
        match next {
            Expr::RefDot { refr, .. } => next = refr,
            Expr::RefBrack { refr, index, .. } if variable(source, index) != Some("_") => next = refr,
            Expr::RefBrack { refr, .. } => return Some(refr),
            Expr::BoolExpr { lhs, rhs, .. } => return goes_into(source, lhs).or_else(|| goes_into(source, rhs)),
            _ => return None,
        }
    }
}

/// `input.approvals` of `input.approvals[_].by`.
fn root(source: &str, expr: &Expr) -> Option<String> {
    let (path, _) = rule_names(source, expr);
    match path.as_slice() {
        [first, second, ..] if first == "input" => Some(format!("input.{second}")),
        _ => None,
    }
}

/// A comprehension, or sets taken together.
fn is_made(expr: &Expr) -> bool {
    matches!(expr, Expr::SetCompr { .. } | Expr::ArrayCompr { .. } | Expr::ObjectCompr { .. } | Expr::BinExpr { .. })
}

/// `[]`, `{}`, `set()`.
fn is_empty(source: &str, expr: &Expr) -> bool {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.is_empty(),
        Expr::Object { fields, .. } => fields.is_empty(),
        other => call(source, other).is_some_and(|(name, arguments)| name == "set" && arguments.is_empty()),
    }
}

/// None is so many, or so few.
fn is_so(op: &BoolOp, number: f64) -> bool {
    match op {
        BoolOp::Eq => number == 0.0,
        BoolOp::Ne => number != 0.0,
        BoolOp::Lt => 0.0 < number,
        BoolOp::Le => 0.0 <= number,
        BoolOp::Gt => 0.0 > number,
        BoolOp::Ge => 0.0 >= number,
    }
}

/// The same comparison from the other side.
pub(super) fn mirrored(op: &BoolOp) -> BoolOp {
    match op {
        BoolOp::Lt => BoolOp::Gt,
        BoolOp::Le => BoolOp::Ge,
        BoolOp::Gt => BoolOp::Lt,
        BoolOp::Ge => BoolOp::Le,
        same => same.clone(),
    }
}
