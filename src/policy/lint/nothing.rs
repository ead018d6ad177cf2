//! Where nothing is taken for a yes.
//!
//! An organisation's rules only add: they deny, ask for more, warn. So there are two ways to fail open. A rule of the
//! contract is silent, because a key it compares is missing. Or something that silences a rule of the contract — what
//! stands below a `not`, or is counted and found to be none — or that a template asks for holds over nothing: over no approval,
//! over a missing key. The second needs to know which rules silence, so each is followed from the contract with its sign.

use super::empty::Empty;
use super::flow::{AllShapes, Shapes};
use super::ground::{Ground, Said};
use super::tree::{self, Node, call, range, scalar};
use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead};
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) fn lints<'g, 'a>(ground: &'g Ground<'a>, shapes: &AllShapes<'g, 'a>, said: &mut Vec<Said>) {
    let signed = signs(ground, shapes);
    for (file, item) in ground.judged() {
        let Some(own) = shapes.get(item.number) else { continue };
        let empty = Empty::new(ground, file, item, own);
        let mut look = Look { empty, shapes: own, all: shapes, said };
        let speaks = item.set.is_some() || signed.contains(&(item.path.clone(), true));
        // What a set of the contract holds, it says; it silences nothing by itself.
        let silences = item.lets_through() || (item.set.is_none() && signed.contains(&(item.path.clone(), false)));
        for query in tree::queries(item.rule) {
            query.stmts.iter().for_each(|statement| look.call_below_not(query, statement));
            if speaks {
                query.stmts.iter().for_each(|statement| look.silent(query, statement));
            }
        }
        if silences {
            look.unconditional();
            tree::bodies(item.rule).into_iter().for_each(|body| look.grants(body));
        }
    }
}

/// Which rules stand behind the contract: as what it says (true), and as what keeps it from saying it (false).
fn signs<'g, 'a>(ground: &'g Ground<'a>, shapes: &AllShapes<'g, 'a>) -> BTreeSet<(String, bool)> {
    let mut signed = BTreeSet::new();
    let mut open: Vec<(usize, bool)> = Vec::new();
    open.extend(ground.items.iter().enumerate().filter(|(_, item)| item.set.is_some()).map(|(n, _)| (n, true)));
    open.extend(ground.items.iter().enumerate().filter(|(_, item)| item.lets_through()).map(|(n, _)| (n, false)));
    while let Some((number, sign)) = open.pop() {
        let Some(item) = ground.items.get(number) else { continue };
        let (Some(file), Some(own)) = (ground.files.get(item.file), shapes.get(number)) else { continue };
        for (path, flipped) in named(&Empty::new(ground, file, item, own)) {
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
fn named(empty: &Empty<'_, '_, '_>) -> BTreeSet<(String, bool)> {
    let all = empty.ground.mentions(empty.item);
    let mut named = BTreeSet::new();
    let mut add = |node: Node<'_>, flipped: bool| {
        for expr in tree::expressions(node) {
            named.extend(empty.named(expr).into_iter().filter(|path| all.contains(path)).map(|path| (path, flipped)));
        }
    };
    for part in tree::parts(empty.item.rule) {
        match part {
            Node::Query(query) => {
                for statement in &query.stmts {
                    match &statement.literal {
                        Literal::NotExpr { expr, .. } => add(Node::Expr(expr), !flips(empty, expr)),
                        Literal::Every { domain, query, .. } => {
                            add(Node::Expr(domain), true);
                            add(Node::Query(query), false);
                        }
                        Literal::Expr { expr, .. } => add(Node::Expr(expr), flips(empty, expr)),
                        Literal::SomeVars { .. } | Literal::SomeIn { .. } => add(Node::Statement(statement), false),
                    }
                }
            }
            Node::Expr(expr) => add(Node::Expr(expr), flips(empty, expr)),
            Node::Statement(_) => {}
        }
    }
    named
}

/// It holds where what it names is empty, or false.
fn flips<'g>(empty: &Empty<'_, 'g, '_>, expr: &'g Expr) -> bool {
    let is = |side: &Expr, value: bool| scalar(side) == Some(value.into());
    let denied = match expr {
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } => is(lhs, false) || is(rhs, false),
        Expr::BoolExpr { op: BoolOp::Ne, lhs, rhs, .. } => is(lhs, true) || is(rhs, true),
        _ => false,
    };
    denied || empty.without(expr, false).is_some()
}

struct Look<'l, 'g, 'a> {
    empty: Empty<'l, 'g, 'a>,
    shapes: &'l Shapes<'g, 'a>,
    /// Those of every rule.
    all: &'l AllShapes<'g, 'a>,
    said: &'l mut Vec<Said>,
}

impl<'g> Look<'_, 'g, '_> {
    fn say(&mut self, code: &'static str, span: Range<usize>, msg: String, help: Option<String>) {
        self.said.push(Said { code, file: self.empty.file.subject.module.file.clone(), span, msg, help });
    }

    fn written(&self, expr: &Expr) -> String {
        self.empty.written(expr)
    }

    fn source(&self) -> &'g str {
        self.empty.ground.source(self.empty.item)
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

    /// Another condition of the body does not hold where the key is missing.
    fn has_by_then(&self, query: &Query, but: &LiteralStmt, missing: &String) -> bool {
        let needs = |expr: &Expr| self.shapes.of(expr).is_some_and(|shape| shape.missing.contains(missing));
        query.stmts.iter().filter(|statement| !std::ptr::eq(*statement, but)).any(|statement| {
            match &statement.literal {
                Literal::Expr { expr, .. } => tree::outer(expr).into_iter().any(needs),
                Literal::SomeIn { collection, .. } => tree::outer(collection).into_iter().any(needs),
                _ => false,
            }
        })
    }

    /// `not f(input.x)`, `not "a" in input.x`.
    fn call_below_not(&mut self, query: &Query, statement: &LiteralStmt) {
        let Literal::NotExpr { span, expr } = &statement.literal else { return };
        for below in tree::expressions(Node::Expr(expr)) {
            let arguments: Vec<&Expr> = match below {
                Expr::Call { .. } => match call(self.source(), below) {
                    Some((name, _)) if name == "object.get" => continue,
                    Some((_, arguments)) => arguments,
                    None => continue,
                },
                Expr::Membership { value, collection, .. } => vec![value, collection],
                _ => continue,
            };
            let keys =
                arguments.into_iter().filter_map(|argument| self.shapes.of(argument)).flat_map(|shape| shape.missing);
            let missing = keys.into_iter().find(|key| !self.has_by_then(query, statement, key));
            if let Some(missing) = missing {
                let msg = format!("`{missing}` may be missing, and then this holds here and not in OPA");
                let help = format!("ask for `{missing}` in a line before, or read it with `object.get` and a default");
                return self.say("NOT_OF_A_CALL", range(span), msg, Some(help));
            }
        }
    }

    /// `input.x != "good"`, `every y in input.x`, `count(input.x) == 0`, in a rule that speaks.
    fn silent(&mut self, query: &Query, statement: &'g LiteralStmt) {
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
                    let none = self.empty.without(other, false);
                    if let Some(missing) = none.and_then(|of| self.missing(query, of)) {
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

    /// A rule that silences without any condition.
    fn unconditional(&mut self) {
        let yes = |value: &Expr| scalar(value) == Some(true.into());
        let name = &self.empty.item.name;
        let msg = match self.empty.item.rule {
            Rule::Default { value, .. } if yes(value) => format!("`{name}` holds where no rule says otherwise"),
            Rule::Spec { head: RuleHead::Set { .. }, bodies, .. }
                if self.empty.item.lets_through() && bodies.iter().all(|body| body.query.stmts.is_empty()) =>
            {
                format!("this `{name}` holds for every change")
            }
            Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, bodies, .. } if bodies.is_empty() => {
                let Some(of) = self.empty.without(&assign.value, false) else { return };
                let msg = format!("`{name}` holds where `{}` is empty", self.written(of));
                return self.say("EMPTY_GRANTS", range(assign.value.span()), msg, None);
            }
            _ => return,
        };
        let help = "let it hold where something is there that makes it good".to_owned();
        self.say("EMPTY_GRANTS", self.empty.item.head.clone(), msg, Some(help));
    }

    /// A body of a rule that silences: does it hold where nothing is?
    fn grants(&mut self, body: &'g Query) {
        if let Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, .. } = self.empty.item.rule
            && let Some(of) = self.empty.without(&assign.value, false)
        {
            self.empty_grants(body, &assign.value, of);
        }
        for statement in &body.stmts {
            match &statement.literal {
                Literal::Every { span, domain, .. } if !self.asks(body, domain) => {
                    let of = self.written(domain);
                    let msg = format!("`{}` holds where `{of}` is empty", self.empty.item.name);
                    let help = format!("ask for something as well: `count({of}) > 0`");
                    self.say("EMPTY_GRANTS", range(span), msg, Some(help));
                }
                Literal::Expr { expr, .. } => {
                    if let Some(of) = self.empty.without(expr, false) {
                        self.empty_grants(body, expr, of);
                    }
                }
                Literal::NotExpr { span, expr } => {
                    if let Some(of) = self.empty.without(expr, true) {
                        self.empty_grants(body, expr, of);
                    } else if let Some(of) = self.goes_through(body, expr) {
                        let msg = format!("`{}` holds where `{of}` is empty", self.empty.item.name);
                        self.say("EMPTY_GRANTS", range(span), msg, None);
                    }
                    if let Some(missing) = self.rests_on(body, expr) {
                        let msg = format!("`{}` holds where `{missing}` is missing", self.empty.item.name);
                        let help = format!("ask for `{missing}` in the same body");
                        self.say("ABSENCE_GRANTS", range(span), msg, Some(help));
                    }
                }
                _ => {}
            }
        }
    }

    fn empty_grants(&mut self, body: &'g Query, place: &Expr, of: &'g Expr) {
        let asks = |of| body.stmts.iter().any(|statement| self.empty.is_evidence(&statement.literal, of));
        if !asks(Some(of).filter(|of| self.empty.is_made(of))) {
            let msg = format!("`{}` holds where `{}` is empty", self.empty.item.name, self.written(of));
            self.say("EMPTY_GRANTS", range(place.span()), msg, None);
        }
    }

    /// A condition of the body asks for something of the collection that is there.
    fn asks(&self, body: &'g Query, of: &'g Expr) -> bool {
        body.stmts.iter().any(|statement| self.empty.is_evidence(&statement.literal, Some(of)))
    }

    /// `not bad`, where `bad` goes through a collection.
    fn goes_through(&self, body: &'g Query, expr: &'g Expr) -> Option<String> {
        let (Expr::Var { .. } | Expr::RefDot { .. } | Expr::Call { .. }) = expr else { return None };
        let named = self.empty.named(expr).into_iter();
        named.filter(|_| !self.asks(body, expr)).find_map(|path| self.empty.ground.goes_through(&path))
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
        let named = named.flat_map(|part| self.empty.named(part));
        named.collect::<BTreeSet<_>>().iter().find_map(|path| {
            self.empty.ground.rules(path).find_map(|item| {
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
