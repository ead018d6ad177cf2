//! The lines of a body as pieces of text: what each says, its parts, and the mocks it runs under.

use crate::policy::scan::{Word, WordKind, words};
use regorus::unstable::{AssignOp, BoolOp, Expr, Literal, LiteralStmt, Query, Span};
use std::ops::Range;

/// A file's text, cut up by the places the parser gives.
pub(super) struct Cut<'s> {
    source: &'s str,
    words: Vec<Word<'s>>,
}

impl<'s> Cut<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, words: words(source) }
    }

    /// The text of a place. The parser leaves out the quotes of a string at either end.
    pub(super) fn text(&self, span: &Span) -> &'s str {
        self.source.get(self.span(span)).unwrap_or_default().trim_end()
    }

    fn span(&self, span: &Span) -> Range<usize> {
        let byte = |n: u32| usize::try_from(n).unwrap_or(0);
        let (mut start, mut end) = (byte(span.start), byte(span.end));
        if let Some(string) = self.string_around(start) {
            start = string.start;
        }
        if let Some(string) = self.string_around(end) {
            end = string.end;
        }
        start..end
    }

    /// The text of an expression. The parser starts an object at its last key.
    pub(super) fn expression(&self, expr: &Expr) -> &'s str {
        let span = self.span(expr.span());
        self.source.get(self.start(expr).min(span.start)..span.end).unwrap_or_default().trim_end()
    }

    fn start(&self, expr: &Expr) -> usize {
        let own = self.span(expr.span());
        match expr {
            Expr::Object { .. } => self.opening(own.end).unwrap_or(own.start),
            Expr::BoolExpr { lhs: first, .. }
            | Expr::BinExpr { lhs: first, .. }
            | Expr::ArithExpr { lhs: first, .. }
            | Expr::AssignExpr { lhs: first, .. }
            | Expr::RefDot { refr: first, .. }
            | Expr::RefBrack { refr: first, .. } => self.start(first).min(own.start),
            Expr::Membership { key, value, .. } => self.start(key.as_ref().unwrap_or(value)).min(own.start),
            _ => own.start,
        }
    }

    /// The bracket that the one before this byte closes.
    fn opening(&self, end: usize) -> Option<usize> {
        let last = self.words.partition_point(|word| word.start < end);
        let mut depth = 0_usize;
        for word in self.words.get(..last)?.iter().rev() {
            match word.kind {
                WordKind::Close => depth += 1,
                WordKind::Open => depth = depth.checked_sub(1)?,
                _ => {}
            }
            if depth == 0 {
                return Some(word.start);
            }
        }
        None
    }

    /// The string that a byte stands inside of.
    fn string_around(&self, at: usize) -> Option<Range<usize>> {
        let after = self.words.partition_point(|word| word.start < at);
        let before = self.words.get(after.checked_sub(1)?).filter(|word| word.kind == WordKind::Text)?;
        Some(before.span()).filter(|string| at < string.end)
    }
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// `a == b`: the first two parts are its sides.
    Equal,
    /// Anything else that is true or not.
    Plain,
    /// `not …`
    Not,
    /// `some … in …`
    Some,
    /// `every … in …`
    Every,
    /// `x := …`
    Assign,
}

/// An expression of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Part {
    pub(super) text: String,
    /// Its value is what it says.
    pub(super) written_out: bool,
}

/// One line of a body.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// All of it, with its mocks.
    pub(super) whole: String,
    /// Without its mocks, for people.
    pub(super) said: String,
    /// From 1.
    pub(super) number: u32,
    pub(super) kind: Kind,
    /// Expressions whose values tell why it did not hold; for [`Kind::Equal`] the sides first.
    pub(super) parts: Vec<Part>,
    /// `with … as …`, or nothing.
    pub(super) mocks: String,
}

/// The most parts of one line that are looked at.
const PARTS: usize = 6;

/// The lines of a body, in the order of the file.
pub(super) fn lines(cut: &Cut<'_>, query: &Query) -> Vec<Line> {
    query.stmts.iter().map(|stmt| line(cut, stmt)).collect()
}

fn line(cut: &Cut<'_>, stmt: &LiteralStmt) -> Line {
    let whole = cut.text(&stmt.span).to_owned();
    let mocks = stmt.with_mods.iter().map(|with| cut.text(&with.span)).collect::<Vec<_>>().join(" ");
    let said = match stmt.with_mods.first().map(|with| cut.text(&with.span)) {
        Some(first) => whole.split_once(first).map_or(whole.as_str(), |(said, _)| said),
        None => whole.as_str(),
    };
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = Parts { cut, found: Vec::new() };
    let kind = match &stmt.literal {
        Literal::SomeVars { .. } => Kind::Plain,
        Literal::SomeIn { collection, .. } => {
            parts.add(collection);
            Kind::Some
        }
        Literal::Every { domain, .. } => {
            parts.add(domain);
            Kind::Every
        }
        Literal::NotExpr { expr, .. } => {
            parts.expression(expr);
            Kind::Not
        }
        Literal::Expr { expr, .. } => parts.expression(expr),
    };
    let mut found = parts.found;
    found.truncate(PARTS);
    Line { whole, said, number: stmt.span.line, kind, parts: found, mocks }
}

struct Parts<'c> {
    cut: &'c Cut<'c>,
    found: Vec<Part>,
}

impl Parts<'_> {
    fn add(&mut self, expr: &Expr) {
        let part = Part { text: self.cut.expression(expr).to_owned(), written_out: is_written_out(expr) };
        if !self.found.contains(&part) {
            self.found.push(part);
        }
    }

    /// The parts of an expression that is true or not.
    fn expression(&mut self, expr: &Expr) -> Kind {
        match expr {
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                let equal = matches!(op, BoolOp::Eq) && self.cut.expression(lhs) != self.cut.expression(rhs);
                if equal {
                    self.add(lhs);
                    self.add(rhs);
                }
                self.inside(lhs);
                self.inside(rhs);
                if equal { Kind::Equal } else { Kind::Plain }
            }
            Expr::AssignExpr { op: AssignOp::ColEq, rhs, .. } | Expr::AssignExpr { op: AssignOp::Eq, rhs, .. } => {
                self.inside(rhs);
                Kind::Assign
            }
            Expr::Membership { value, collection, .. } => {
                self.inside(value);
                self.inside(collection);
                Kind::Plain
            }
            Expr::Call { params, .. } => {
                params.iter().for_each(|param| self.inside(param));
                Kind::Plain
            }
            other => {
                self.inside(other);
                Kind::Plain
            }
        }
    }

    /// An expression and, of a call, its arguments. What is written out needs no telling.
    fn inside(&mut self, expr: &Expr) {
        match expr {
            _ if is_written_out(expr) => {}
            Expr::Call { params, .. } => {
                self.add(expr);
                params.iter().for_each(|param| self.inside(param));
            }
            Expr::ArithExpr { lhs, rhs, .. } | Expr::BinExpr { lhs, rhs, .. } => {
                self.add(expr);
                self.inside(lhs);
                self.inside(rhs);
            }
            other => self.add(other),
        }
    }
}

/// Nothing in it has to be looked up.
fn is_written_out(expr: &Expr) -> bool {
    match expr {
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } => {
            true
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().all(|item| is_written_out(item)),
        Expr::Object { fields, .. } => {
            fields.iter().all(|(_, key, value)| is_written_out(key) && is_written_out(value))
        }
        Expr::UnaryExpr { expr, .. } => is_written_out(expr),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, Kind, lines};
    use regorus::Engine;
    use regorus::unstable::Rule;

    #[test]
    fn a_line_is_cut_into_what_it_says_and_what_it_is_made_of() {
        let table: &[(&str, &str, Kind, &[&str], &str)] = &[
            (
                "count(deny) == 1 with input as {\"a\": 1}",
                "count(deny) == 1",
                Kind::Equal,
                &["count(deny)", "1", "deny"],
                "with input as {\"a\": 1}",
            ),
            ("\"x\" in codes", "\"x\" in codes", Kind::Plain, &["codes"], ""),
            ("input.x ==\n\t\"y\"", "input.x == \"y\"", Kind::Equal, &["input.x", "\"y\""], ""),
            ("not a.b", "not a.b", Kind::Not, &["a.b"], ""),
            ("some x in input.y", "some x in input.y", Kind::Some, &["input.y"], ""),
            ("every x in input.y { x }", "every x in input.y { x }", Kind::Every, &["input.y"], ""),
            ("startswith(input.x, \"a\")", "startswith(input.x, \"a\")", Kind::Plain, &["input.x"], ""),
            ("z := f(input.x)", "z := f(input.x)", Kind::Assign, &["f(input.x)", "input.x"], ""),
            ("count(a) + 1 > 3", "count(a) + 1 > 3", Kind::Plain, &["count(a) + 1", "count(a)", "a"], ""),
            ("a", "a", Kind::Plain, &["a"], ""),
            (
                "{\"a\": {}, \"b\": [1]} == x.y",
                "{\"a\": {}, \"b\": [1]} == x.y",
                Kind::Equal,
                &["{\"a\": {}, \"b\": [1]}", "x.y"],
                "",
            ),
            ("{\"a\": 1}[input.x] in y", "{\"a\": 1}[input.x] in y", Kind::Plain, &["{\"a\": 1}[input.x]", "y"], ""),
        ];
        for (text, said, kind, parts, mocks) in table {
            let source = format!("package p\nx if {{\n{text}\n}}\n");
            let mut engine = Engine::new();
            engine.add_policy("p.rego".into(), source.clone()).unwrap();
            let module = engine.get_modules()[0].clone();
            let Rule::Spec { bodies, .. } = module.policy[0].as_ref() else { panic!("no rule") };
            let line = lines(&Cut::new(&source), &bodies[0].query).remove(0);
            assert_eq!(line.whole, *text);
            assert_eq!((line.said.as_str(), line.kind, line.mocks.as_str(), line.number), (*said, *kind, *mocks, 3));
            let texts: Vec<&str> = line.parts.iter().map(|part| part.text.as_str()).collect();
            assert_eq!(texts, *parts, "{text}");
        }
    }
}
