//! Calls of builtins that come out the same for every change: of what something is, how it is written, how a path begins.

use super::flow::{AllShapes, Shapes};
use super::ground::{Ground, Said, plain};
use super::shape::Shape;
use super::tree::{self, call, literal_text, range, variable};
use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, Rule};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

pub(super) fn lints<'g, 'a>(ground: &'g Ground<'a>, shapes: &AllShapes<'g, 'a>, said: &mut Vec<Said>) {
    for (file, item) in ground.judged() {
        let Some(own) = shapes.get(item.number) else { continue };
        let source = ground.source(item);
        let assigned = assigned(source, item.rule);
        let mut look = Look { ground, shapes: own, source, assigned, file: &file.subject.module.file, said };
        for query in tree::queries(item.rule) {
            for statement in query.stmts.iter().filter(|statement| statement.with_mods.is_empty()) {
                match &statement.literal {
                    Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                        tree::outer(expr).into_iter().for_each(|part| look.expr(part));
                    }
                    Literal::SomeIn { collection, .. } => look.none(collection),
                    Literal::SomeVars { .. } | Literal::Every { .. } => {}
                }
            }
        }
        look.otherwise(item.rule);
    }
}

/// What each variable is assigned, where that is one thing.
fn assigned<'r>(source: &str, rule: &'r Rule) -> BTreeMap<String, Option<&'r Expr>> {
    let mut found: BTreeMap<String, Option<&Expr>> = BTreeMap::new();
    for query in tree::queries(rule) {
        for statement in &query.stmts {
            if let Literal::Expr { expr, .. } = &statement.literal
                && let Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } = expr.as_ref()
                && let Some(name) = variable(source, lhs)
            {
                found.entry(name.to_owned()).and_modify(|old| *old = None).or_insert(Some(rhs));
            }
        }
    }
    found
}

struct Look<'l, 'g, 'a> {
    ground: &'g Ground<'a>,
    shapes: &'l Shapes<'g, 'a>,
    source: &'a str,
    assigned: BTreeMap<String, Option<&'g Expr>>,
    file: &'l str,
    said: &'l mut Vec<Said>,
}

impl<'g> Look<'_, 'g, '_> {
    fn say(&mut self, code: &'static str, span: Range<usize>, msg: String, help: Option<String>) {
        self.said.push(Said { code, file: self.file.to_owned(), span, msg, help });
    }

    fn written(&self, expr: &Expr) -> String {
        plain(self.source, range(expr.span())).replace(' ', "")
    }

    fn expr(&mut self, expr: &'g Expr) {
        match expr {
            Expr::Call { .. } => self.call(expr),
            Expr::BoolExpr { op: BoolOp::Eq | BoolOp::Ne, lhs, rhs, .. } => {
                for (side, other) in [(lhs, rhs), (rhs, lhs)] {
                    self.held(side, other, "is never");
                }
            }
            Expr::Membership { value, collection, .. } => {
                if let Expr::Set { items, .. } | Expr::Array { items, .. } = collection.as_ref() {
                    items.iter().for_each(|item| self.held(value, item, "is never"));
                }
                if let Some(element) = self.shapes.of(collection).and_then(|shape| shape.element()) {
                    self.path(&element, value, "is never");
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, expr: &'g Expr) {
        let Some((name, arguments)) = call(self.source, expr) else { return };
        match (name.as_str(), arguments.as_slice()) {
            ("startswith", [of, with]) => self.held(of, with, "never begins with"),
            ("endswith", [of, with]) => self.cased(of, with, "never ends with"),
            ("contains", [of, with]) => self.cased(of, with, "never holds"),
            ("strings.any_prefix_match", [of, Expr::Array { items, .. } | Expr::Set { items, .. }]) => {
                items.iter().for_each(|with| self.held(of, with, "never begins with"));
            }
            (name, [of]) => {
                if let Some((kind, shape)) = name.strip_prefix("is_").zip(self.shapes.of(of)) {
                    self.is(expr, kind, &shape);
                }
            }
            _ => {}
        }
    }

    /// `is_string(input.files)`.
    fn is(&mut self, expr: &Expr, kind: &str, shape: &Shape<'_>) {
        let types = shape.types();
        let known = ["string", "number", "boolean", "array", "object", "set", "null"].contains(&kind);
        let fits = |one: &&str| **one == *kind || (**one == *"integer" && kind == "number");
        if known && !types.is_empty() && !types.iter().any(fits) {
            let msg = format!("`{}` never holds: `{}` is never of this kind", self.written(expr), shape.name);
            self.say("NEVER_TRUE", range(expr.span()), msg, None);
        }
    }

    /// A text held against one that is written out.
    fn held(&mut self, of: &'g Expr, with: &Expr, how: &str) {
        self.cased(of, with, how);
        if let Some(shape) = self.shapes.of(of) {
            self.path(&shape, with, how);
        }
    }

    /// A path, which begins at the root of the repository.
    fn path(&mut self, shape: &Shape<'_>, with: &Expr, how: &str) {
        let Some(text) = literal_text(with).filter(|_| self.is_path(shape)) else { return };
        let bare = text.trim_start_matches("./").trim_start_matches('/');
        if bare != text {
            let msg = format!("`{}` {how} {}", shape.name, Value::from(text.as_str()));
            let help = format!("a path begins at the root of the repository, without a `/`: {}", Value::from(bare));
            self.say("INPUT_VALUE", range(with.span()), msg, Some(help));
        }
    }

    /// The path of a changed file.
    fn is_path(&self, shape: &Shape<'_>) -> bool {
        let file = self.ground.schema.pointer("/properties/files/items/properties");
        let path = |key| file.and_then(|file| file.get(key)).is_some_and(|schema| std::ptr::eq(schema, shape.schema));
        shape.many == super::shape::Many::One && (path("path") || path("old_path"))
    }

    /// `lower(x) == "ABC"`.
    fn cased(&mut self, of: &'g Expr, with: &Expr, how: &str) {
        let of = variable(self.source, of).and_then(|name| self.assigned.get(name).copied().flatten()).unwrap_or(of);
        let (Some((name, _)), Some(text)) = (call(self.source, of), literal_text(with)) else { return };
        let as_made = match name.as_str() {
            "lower" => text.to_lowercase(),
            "upper" => text.to_uppercase(),
            _ => return,
        };
        if as_made != text {
            let msg = format!("`{}` {how} {}", self.written(of), Value::from(text));
            self.say("NEVER_TRUE", range(with.span()), msg, Some(format!("write {}", Value::from(as_made))));
        }
    }

    /// `some x in []`.
    fn none(&mut self, collection: &'g Expr) {
        let assigned = variable(self.source, collection).and_then(|name| self.assigned.get(name).copied().flatten());
        let empty = match assigned.unwrap_or(collection) {
            Expr::Array { items, .. } | Expr::Set { items, .. } => items.is_empty(),
            Expr::Object { fields, .. } => fields.is_empty(),
            _ => false,
        };
        if empty {
            let msg = format!("there is nothing in `{}`", self.written(collection));
            self.say("NEVER_TRUE", range(collection.span()), msg, None);
        }
    }

    /// An `else` behind a body that always holds.
    fn otherwise(&mut self, rule: &Rule) {
        let Rule::Spec { bodies, .. } = rule else { return };
        for (first, second) in bodies.iter().zip(bodies.iter().skip(1)) {
            if second.is_else && super::hidden::holds(&first.query) {
                let msg = "this `else` is never reached: what stands before it always holds".to_owned();
                let span = second.assign.as_ref().map_or(&second.span, |assign| assign.value.span());
                self.say("NEVER_TRUE", range(span), msg, None);
            }
        }
    }
}
