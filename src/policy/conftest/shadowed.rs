//! A comprehension that gives a value to a name it has read before: OPA takes the first for the name outside, the engine
//! for a mistake. The name inside gets another spelling; every line stays where it is.

use crate::policy::lint::tree::{self, Node, range, variable};
use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Module as Ast, Query};
use std::collections::BTreeMap;

/// The text with such names spelled anew; `None` where there is none.
pub(super) fn respelled(source: &str, ast: &Ast) -> Option<String> {
    let mut changes: BTreeMap<usize, (usize, String)> = BTreeMap::new();
    for node in ast.policy.iter().flat_map(|rule| tree::nodes(rule)) {
        let Node::Expr(expr) = node else { continue };
        match expr {
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                look(source, &[term], query, &mut changes);
            }
            Expr::ObjectCompr { key, value, query, .. } => look(source, &[key, value], query, &mut changes),
            _ => {}
        }
    }
    let mut text = String::with_capacity(source.len() * 2);
    let mut done = 0;
    for (start, (end, name)) in &changes {
        text.push_str(source.get(done..*start)?);
        text.push_str(name);
        done = *end;
    }
    text.push_str(source.get(done..)?);
    (!changes.is_empty()).then_some(text)
}

fn look(source: &str, terms: &[&Expr], query: &Query, changes: &mut BTreeMap<usize, (usize, String)>) {
    for (at, statement) in query.stmts.iter().enumerate() {
        let Some((name, value)) = given(source, statement) else { continue };
        let before = query.stmts.iter().take(at).map(Node::Statement).chain([Node::Expr(value)]);
        if !before.flat_map(tree::expressions).any(|expr| variable(source, expr) == Some(name)) {
            continue;
        }
        let other = fresh(source, name);
        let after = query.stmts.iter().skip(at + 1).map(Node::Statement);
        let after = after.chain(terms.iter().map(|term| Node::Expr(term))).flat_map(tree::expressions);
        let named = after.filter(|expr| variable(source, expr) == Some(name)).map(|expr| range(expr.span()));
        let own = range(&statement.span).start..range(&statement.span).start + name.len();
        for span in named.chain([own]) {
            changes.insert(span.start, (span.end, other.clone()));
        }
    }
}

/// `name := value`.
fn given<'s, 'q>(source: &'s str, statement: &'q LiteralStmt) -> Option<(&'s str, &'q Expr)> {
    let Literal::Expr { expr, .. } = &statement.literal else { return None };
    let Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } = expr.as_ref() else { return None };
    Some((variable(source, lhs)?, rhs))
}

/// A name that the text does not have.
fn fresh(source: &str, name: &str) -> String {
    let mut other = format!("{name}_");
    while source.contains(&other) {
        other.push('_');
    }
    other
}

#[cfg(test)]
mod tests {
    use super::respelled;
    use regorus::Engine;

    #[test]
    fn the_name_inside_gets_another_spelling() {
        let table = [
            (
                "x := [n | input[i].a == n; n := input[i].b; n != 1]",
                Some("x := [n_ | input[i].a == n; n_ := input[i].b; n_ != 1]"),
            ),
            ("x := {n: m.n | n == 1; m := n; n := m.n}", Some("x := {n_: m.n | n == 1; m := n; n_ := m.n}")),
            ("x := {n | n := f(n)}", Some("x := {n_ | n_ := f(n)}")),
            ("x := [n | n := input.n; n == 1]", None),
            ("x := [n | some n in input.n; n == 1]", None),
            ("x if { n == 1; n := 2 }", None),
        ];
        for (body, expected) in table {
            let source = format!("package p\nimport rego.v1\n{body}\n");
            let mut engine = Engine::new();
            engine.add_policy("p".into(), source.clone()).unwrap();
            let is = respelled(&source, &engine.get_modules()[0]);
            assert_eq!(is, expected.map(|body| format!("package p\nimport rego.v1\n{body}\n")), "{body}");
        }
    }
}
