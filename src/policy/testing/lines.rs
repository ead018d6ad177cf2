//! The lines of a policy that can be evaluated. The engine tells them only of a file that was evaluated at all, and a
//! file that was not is the one that matters.

use regorus::unstable::{Expr, Literal, LiteralStmt, Module as Ast, Query, Rule, RuleHead};
use std::collections::BTreeSet;

/// The lines that hold an expression of a rule: what it yields and what its body says.
pub(super) fn lines(ast: &Ast) -> BTreeSet<u32> {
    let mut lines = Lines(BTreeSet::new());
    ast.policy.iter().for_each(|rule| lines.rule(rule));
    lines.0
}

struct Lines(BTreeSet<u32>);

impl Lines {
    fn rule(&mut self, rule: &Rule) {
        let (head, bodies) = match rule {
            Rule::Default { value, .. } => return self.expr(value),
            Rule::Spec { head, bodies, .. } => (head, bodies),
        };
        match head {
            RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => {
                assign.iter().for_each(|assign| self.expr(&assign.value));
            }
            RuleHead::Set { key, .. } => key.iter().for_each(|key| self.expr(key)),
        }
        for body in bodies {
            // What an `else` yields.
            body.assign.iter().for_each(|assign| self.expr(&assign.value));
            self.query(&body.query);
        }
    }

    fn query(&mut self, query: &Query) {
        query.stmts.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &LiteralStmt) {
        match &stmt.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { collection, .. } => self.expr(collection),
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expr(expr),
            Literal::Every { domain, query, .. } => {
                self.expr(domain);
                self.query(query);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::ArrayCompr { query, .. } | Expr::SetCompr { query, .. } | Expr::ObjectCompr { query, .. } => {
                return self.query(query);
            }
            // A name that `:=` gives is not evaluated; what it is given is.
            Expr::AssignExpr { rhs, .. } => return self.expr(rhs),
            _ => drop(self.0.insert(expr.span().line)),
        }
        match expr {
            Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| self.expr(item)),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| self.expr(value)),
            Expr::Call { params, .. } => params.iter().for_each(|param| self.expr(param)),
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::BinExpr { lhs, rhs, .. } | Expr::BoolExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::Membership { value, collection, .. } => {
                self.expr(value);
                self.expr(collection);
            }
            _ => {}
        }
    }
}
