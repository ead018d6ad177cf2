//! What is asked of the input, held to its schema: keys it never has, values and types a key never has.

use super::flow::{AllShapes, Shapes};
use super::ground::{Ground, Said, plain};
use super::shape::{Many, Shape, Step, steps_of};
use super::tree::{self, Node, call, literal_text, range, scalar};
use crate::policy::check::closest;
use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, Rule, RuleHead};
use serde_json::Value;
use std::ops::Range;

pub(super) fn lints<'g, 'a>(ground: &'g Ground<'a>, shapes: &AllShapes<'g, 'a>, said: &mut Vec<Said>) {
    for (file, item) in ground.judged() {
        let Some(shapes) = shapes.get(item.number) else { continue };
        let mut judge = Judge { shapes, source: ground.source(item), file: &file.subject.module.file, said };
        if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = item.rule {
            args.iter().enumerate().for_each(|(place, arg)| judge.pattern(arg, shapes.given(place)));
        }
        for part in tree::parts(item.rule) {
            tree::walk(part, &mut |node| match node {
                Node::Expr(expr) => judge.expr(expr),
                Node::Statement(statement) => judge.taken_apart(&statement.literal),
                Node::Query(_) => {}
            });
        }
    }
}

struct Judge<'j, 'g, 'a> {
    shapes: &'j Shapes<'g, 'a>,
    source: &'a str,
    file: &'j str,
    said: &'j mut Vec<Said>,
}

impl Judge<'_, '_, '_> {
    fn say(&mut self, code: &'static str, span: Range<usize>, msg: String, help: Option<String>) {
        self.said.push(Said { code, file: self.file.to_owned(), span, msg, help });
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::RefDot { refr, field, .. } => {
                if let (Some(shape), Some(key)) = (self.shapes.of(refr), self.source.get(range(&field.0))) {
                    self.key(&shape, key, range(&field.0));
                }
            }
            Expr::RefBrack { refr, index, .. } => {
                if let (Some(shape), Some(key)) = (self.shapes.of(refr), self.shapes.text_of(index)) {
                    self.key(&shape, &key, range(index.span()));
                }
            }
            Expr::Call { .. } => self.object_get(expr),
            Expr::BoolExpr { op, lhs, rhs, .. } => self.compared(op, lhs, rhs),
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                for (pattern, whole) in [(lhs, rhs), (rhs, lhs)] {
                    self.pattern(pattern, self.shapes.of(whole));
                }
                if matches!(op, AssignOp::Eq) {
                    self.compared(&BoolOp::Eq, lhs, rhs);
                }
            }
            Expr::Membership { value, collection, .. } => self.member(value, collection),
            _ => {}
        }
    }

    /// `some {"path": path} in input.files`.
    fn taken_apart(&mut self, literal: &Literal) {
        if let Literal::SomeIn { value, collection, .. } = literal {
            self.pattern(value, self.shapes.of(collection).and_then(|shape| shape.element()));
        }
    }

    /// The keys of a pattern.
    fn pattern(&mut self, pattern: &Expr, shape: Option<Shape<'_>>) {
        let (Expr::Object { fields, .. }, Some(shape)) = (pattern, shape) else { return };
        for (_, name, value) in fields {
            let Some(key) = literal_text(name) else { continue };
            self.key(&shape, &key, range(name.span()));
            self.pattern(value, shape.key(&key));
        }
    }

    /// A key of something known.
    fn key(&mut self, shape: &Shape<'_>, key: &str, span: Range<usize>) {
        let types = shape.types();
        if types.is_empty() {
            return;
        }
        if let Some((keys, closed)) = shape.keys() {
            if closed && !keys.contains(&key) {
                let help = match closest(key, keys.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has {}", listed(keys.iter().map(|key| format!("`{key}`")))),
                };
                self.say("INPUT_UNKNOWN", span, format!("`{}` has no key `{key}`", shape.name), Some(help));
            }
            return;
        }
        // To ask a set for a text is to ask whether it holds it.
        let asked = |shape: Shape<'_>| shape.types().is_empty() || shape.types().contains(&"string");
        if types.contains(&"object") || (shape.many == Many::Set && shape.element().is_some_and(asked)) {
            return;
        }
        let (what, help) = if types == ["array"] || types == ["set"] {
            (
                words(types.first().copied().unwrap_or_default()),
                format!("write `some x in {}` and `x.{key}`", shape.name),
            )
        } else {
            ("no object", "ask for the value itself".to_owned())
        };
        self.say("INPUT_UNKNOWN", span, format!("`{}` is {what} and has no key `{key}`", shape.name), Some(help));
    }

    fn object_get(&mut self, expr: &Expr) {
        let Some((name, arguments)) = call(self.source, expr) else { return };
        let ("object.get", [object, path, _]) = (name.as_str(), arguments.as_slice()) else { return };
        let Some(mut shape) = self.shapes.of(object) else { return };
        for step in steps_of(path).unwrap_or_default() {
            let below = match step {
                Step::Key(key) => {
                    self.key(&shape, &key, range(path.span()));
                    shape.key(&key)
                }
                Step::At(index) => shape.at(&index),
            };
            match below {
                Some(below) => shape = below,
                None => return,
            }
        }
    }

    fn compared(&mut self, op: &BoolOp, lhs: &Expr, rhs: &Expr) {
        for (known, other) in [(lhs, rhs), (rhs, lhs)] {
            let (Some(shape), true) = (self.shapes.of(known), scalar(known).is_none()) else { continue };
            let Some(kind) = kind(other) else { continue };
            self.fits(&shape, other, kind, matches!(op, BoolOp::Eq | BoolOp::Ne));
        }
    }

    /// `x in {…}`, `"x" in list`.
    fn member(&mut self, value: &Expr, collection: &Expr) {
        if let Some(shape) = self.shapes.of(value)
            && let Expr::Set { items, .. } | Expr::Array { items, .. } = collection
        {
            for item in items {
                if let Some(kind) = kind(item) {
                    self.fits(&shape, item, kind, true);
                }
            }
        }
        let element = self.shapes.of(collection).and_then(|shape| shape.element());
        if let (Some(shape), Some(kind)) = (element, kind(value)) {
            self.fits(&shape, value, kind, true);
        }
    }

    /// Something known is held against a value that is written out.
    fn fits(&mut self, shape: &Shape<'_>, other: &Expr, kind: &'static str, by_value: bool) {
        let span = range(other.span());
        let written = plain(self.source, span.clone());
        if let (Some(values), Some(value), true) = (shape.values(), scalar(other), by_value) {
            if !values.contains(&&value) {
                let near = value.as_str().and_then(|text| closest(text, values.iter().filter_map(|v| v.as_str())));
                let help = match near {
                    Some(near) => format!("did you mean {}?", Value::from(near)),
                    None => format!("it is one of {}", listed(values.iter().map(|value| value.to_string()))),
                };
                self.say("INPUT_VALUE", span, format!("`{}` is never {written}", shape.name), Some(help));
            }
            return;
        }
        let types = shape.types();
        let fits = |one: &&str| **one == *kind || (**one == *"integer" && kind == "number");
        if !types.is_empty() && !types.iter().any(fits) {
            let is = listed(types.iter().map(|one| words(one).to_owned()));
            let msg = format!("`{}` is {is}, and {written} is {}", shape.name, words(kind));
            self.say("INPUT_TYPE", span, msg, None);
        }
    }
}

/// The type of what is written out.
fn kind(expr: &Expr) -> Option<&'static str> {
    match scalar(expr) {
        Some(Value::String(_)) => Some("string"),
        Some(Value::Number(_)) => Some("number"),
        Some(Value::Bool(_)) => Some("boolean"),
        Some(Value::Null) => Some("null"),
        _ => match expr {
            Expr::Array { .. } => Some("array"),
            Expr::Object { .. } => Some("object"),
            Expr::Set { .. } => Some("set"),
            _ => None,
        },
    }
}

fn words(kind: &str) -> &str {
    match kind {
        "string" => "a text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        "set" => "a set",
        other => other,
    }
}

/// `a, b or c`, the first dozen.
fn listed(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(12);
    let mut shown: Vec<String> = all.take(12).collect();
    if more > 0 {
        return format!("{} and {more} more", shown.join(", "));
    }
    let last = shown.pop().unwrap_or_default();
    if shown.is_empty() { last } else { format!("{} or {last}", shown.join(", ")) }
}
