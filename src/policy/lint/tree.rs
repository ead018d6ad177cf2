//! The syntax tree of a rule, walked: every lint looks at the same nodes.

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Rule, RuleHead, Span};
use std::ops::Range;

/// A node of the tree.
#[derive(Clone, Copy)]
pub(in crate::policy) enum Node<'e> {
    Expr(&'e Expr),
    Statement(&'e LiteralStmt),
    /// Statements that must all hold.
    Query(&'e Query),
}

/// The topmost nodes of a rule: its head's values and indices, its bodies.
pub(super) fn parts(rule: &Rule) -> Vec<Node<'_>> {
    let mut parts = Vec::new();
    match rule {
        Rule::Default { args, value, .. } => {
            parts.extend(args.iter().map(|arg| Node::Expr(arg)));
            parts.push(Node::Expr(value));
        }
        Rule::Spec { head, bodies, .. } => {
            match head {
                RuleHead::Compr { refr, assign, .. } => {
                    indices(refr, &mut parts);
                    parts.extend(assign.iter().map(|assign| Node::Expr(&assign.value)));
                }
                RuleHead::Func { args, assign, .. } => {
                    parts.extend(args.iter().map(|arg| Node::Expr(arg)));
                    parts.extend(assign.iter().map(|assign| Node::Expr(&assign.value)));
                }
                RuleHead::Set { refr, key, .. } => {
                    indices(refr, &mut parts);
                    parts.extend(key.iter().map(|key| Node::Expr(key)));
                }
            }
            for body in bodies {
                parts.extend(body.assign.iter().map(|assign| Node::Expr(&assign.value)));
                parts.push(Node::Query(&body.query));
            }
        }
    }
    parts
}

/// The expressions in the brackets of a head: `p[x.y]`.
fn indices<'e>(refr: &'e Expr, out: &mut Vec<Node<'e>>) {
    match refr {
        Expr::RefBrack { refr, index, .. } => {
            out.push(Node::Expr(index));
            indices(refr, out);
        }
        Expr::RefDot { refr, .. } => indices(refr, out),
        _ => {}
    }
}

/// The nodes right below a node.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    match node {
        Node::Query(query) => query.stmts.iter().map(Node::Statement).collect(),
        Node::Statement(statement) => {
            let mut all = match &statement.literal {
                Literal::SomeVars { .. } => Vec::new(),
                Literal::SomeIn { key, value, collection, .. } => {
                    key.iter().chain([value, collection]).map(|part| Node::Expr(part)).collect()
                }
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => vec![Node::Expr(expr)],
                Literal::Every { domain, query, .. } => vec![Node::Expr(domain), Node::Query(query)],
            };
            all.extend(statement.with_mods.iter().map(|with| Node::Expr(&with.r#as)));
            all
        }
        Node::Expr(expr) => below(expr),
    }
}

fn below(expr: &Expr) -> Vec<Node<'_>> {
    let node = |expr| Node::Expr(expr);
    match expr {
        Expr::Call { params, .. } => params.iter().map(|param| node(param)).collect(),
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().map(|item| node(item)).collect(),
        Expr::Object { fields, .. } => fields.iter().flat_map(|(_, key, value)| [node(key), node(value)]).collect(),
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            vec![node(term), Node::Query(query)]
        }
        Expr::ObjectCompr { key, value, query, .. } => vec![node(key), node(value), Node::Query(query)],
        Expr::UnaryExpr { expr, .. } => vec![node(expr)],
        Expr::RefDot { refr, .. } => vec![node(refr)],
        Expr::RefBrack { refr, index, .. } => vec![node(refr), node(index)],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![node(lhs), node(rhs)],
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).map(|part| node(part)).collect()
        }
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. } => Vec::new(),
    }
}

/// Visits a node and all below it, in the order of the text.
pub(super) fn walk<'e>(node: Node<'e>, visit: &mut dyn FnMut(Node<'e>)) {
    visit(node);
    children(node).into_iter().for_each(|child| walk(child, visit));
}

/// Every node of a rule.
pub(in crate::policy) fn nodes(rule: &Rule) -> Vec<Node<'_>> {
    let mut all = Vec::new();
    parts(rule).into_iter().for_each(|part| walk(part, &mut |node| all.push(node)));
    all
}

/// Every expression below a node, itself included.
pub(in crate::policy) fn expressions(node: Node<'_>) -> Vec<&Expr> {
    let mut all = Vec::new();
    walk(node, &mut |node| {
        if let Node::Expr(expr) = node {
            all.push(expr);
        }
    });
    all
}

/// Every query of a rule: its bodies, those of comprehensions and of `every`.
pub(super) fn queries(rule: &Rule) -> Vec<&Query> {
    let query = |node| if let Node::Query(query) = node { Some(query) } else { None };
    nodes(rule).into_iter().filter_map(query).collect()
}

/// The bodies of a rule.
pub(in crate::policy) fn bodies(rule: &Rule) -> Vec<&Query> {
    match rule {
        Rule::Default { .. } => Vec::new(),
        Rule::Spec { bodies, .. } => bodies.iter().map(|body| body.query.as_ref()).collect(),
    }
}

/// The name of a variable.
pub(in crate::policy) fn variable<'s>(source: &'s str, expr: &Expr) -> Option<&'s str> {
    match expr {
        Expr::Var { span, .. } => source.get(range(span)),
        _ => None,
    }
}

/// A text that is written out.
pub(super) fn literal_text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(|text| text.to_string())
        }
        _ => None,
    }
}

/// A value that is written out, as JSON: a text, a number, true, false or null.
pub(super) fn scalar(expr: &Expr) -> Option<serde_json::Value> {
    match expr {
        Expr::String { value, .. }
        | Expr::RawString { value, .. }
        | Expr::Number { value, .. }
        | Expr::Bool { value, .. }
        | Expr::Null { value, .. } => serde_json::to_value(value).ok(),
        Expr::UnaryExpr { expr, .. } => match scalar(expr)? {
            serde_json::Value::Number(number) => number.as_f64().map(|n| serde_json::json!(-n)),
            _ => None,
        },
        _ => None,
    }
}

/// The name of a called function, and its arguments.
pub(super) fn call<'e>(source: &str, expr: &'e Expr) -> Option<(String, Vec<&'e Expr>)> {
    let Expr::Call { fcn, params, .. } = expr else { return None };
    let (path, _) = crate::policy::names::rule_names(source, fcn);
    Some((path.join("."), params.iter().map(|param| param.as_ref()).collect()))
}

/// An expression and what it is made of, but for what a comprehension keeps to itself.
pub(super) fn outer(expr: &Expr) -> Vec<&Expr> {
    let mut all = vec![expr];
    if !matches!(expr, Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. }) {
        for child in below(expr) {
            if let Node::Expr(child) = child {
                all.extend(outer(child));
            }
        }
    }
    all
}

/// A span as bytes. The engine leaves the quotes of a text out; here they belong to it.
pub(in crate::policy) fn range(span: &Span) -> Range<usize> {
    let byte = |n: u32| usize::try_from(n).unwrap_or(0);
    let (start, end) = (byte(span.start), byte(span.end));
    let text = span.source.get_contents().as_bytes();
    let quote = |at: usize| matches!(text.get(at), Some(b'"' | b'`'));
    let start = start.checked_sub(1).filter(|before| quote(*before)).unwrap_or(start);
    start..if quote(end) { end + 1 } else { end }
}
