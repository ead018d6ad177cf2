//! Predicates: what the templates ask for by name, and what the rules give.

use super::ground::{Ground, Item, Said};
use super::tree::{self, literal_text, range, variable};
use crate::policy::check::closest;
use crate::policy::engine::Origin;
use regorus::unstable::{AssignOp, Expr, Literal, Rule, RuleHead};
use std::collections::BTreeMap;
use std::ops::Range;

/// A template that asks for a predicate.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The file of the template.
    pub file: String,
    /// Its text.
    pub source: String,
    /// The name it asks for.
    pub name: String,
    /// Where it stands.
    pub span: Range<usize>,
}

/// What the templates ask for.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    /// Each that asks.
    pub asked: Vec<Asked>,
    /// Some template could not be read, so another may ask for anything.
    pub unread: bool,
}

pub(super) fn lints(ground: &Ground<'_>, templates: &Templates, said: &mut Vec<Said>) {
    let mut given: BTreeMap<String, Vec<(&Item<'_>, Range<usize>)>> = BTreeMap::new();
    let mut made = false;
    for item in ground.items.iter().filter(|item| item.lets_through()) {
        match names(ground.source(item), item.rule) {
            Some(names) => names.into_iter().for_each(|(name, span)| given.entry(name).or_default().push((item, span))),
            // A name that is made may be any.
            None => made = true,
        }
    }
    for asked in templates.asked.iter().filter(|asked| !made && !given.contains_key(&asked.name)) {
        let msg = format!("no rule gives the predicate `{}`, so this template never fits", asked.name);
        let help = closest(&asked.name, given.keys().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        let (file, span) = (asked.file.clone(), asked.span.clone());
        said.push(Said { code: "PREDICATE_UNKNOWN", file, span, msg, help });
    }
    if templates.unread {
        return;
    }
    let wanted = || templates.asked.iter().map(|asked| asked.name.as_str());
    for (name, places) in given.iter().filter(|(name, _)| !wanted().any(|wanted| wanted == *name)) {
        for (item, span) in places {
            let Some(file) = ground.files.get(item.file).filter(|file| file.subject.judged) else { continue };
            // The shipped ones are there to be asked for.
            if file.subject.module.origin != Origin::Organisation {
                continue;
            }
            let msg = format!("no template asks for the predicate `{name}`");
            let help = closest(name, wanted()).map(|near| format!("did you mean `{near}`?"));
            let file = file.subject.module.file.clone();
            said.push(Said { code: "PREDICATE_UNUSED", file, span: span.clone(), msg, help });
        }
    }
}

/// The names a rule gives, with their places; `None` where one of them is made.
fn names(source: &str, rule: &Rule) -> Option<Vec<(String, Range<usize>)>> {
    let Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, .. } = rule else { return None };
    let text = |expr: &Expr| Some((literal_text(expr)?, range(expr.span())));
    let Some(name) = variable(source, key) else { return text(key).map(|one| vec![one]) };
    let mut found = None;
    for statement in tree::queries(rule).into_iter().flat_map(|query| &query.stmts) {
        let here = match &statement.literal {
            Literal::SomeIn { value, collection, .. } if variable(source, value) == Some(name) => match collection
                .as_ref()
            {
                Expr::Set { items, .. } | Expr::Array { items, .. } => items.iter().map(|item| text(item)).collect(),
                _ => None,
            },
            Literal::Expr { expr, .. } => match expr.as_ref() {
                Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } if variable(source, lhs) == Some(name) => {
                    text(rhs).map(|one| vec![one])
                }
                _ => continue,
            },
            _ => continue,
        };
        if found.replace(here?).is_some() {
            return None;
        }
    }
    found
}
