//! Elements that are written out, held to what the gate reads: a rule may fire for the first time long after it was written.

use super::ground::{Ground, Said};
use super::said::assigned;
use super::tree::{literal_text, range, scalar, variable};
use crate::policy::error::PolicyError;
use crate::policy::outcome::{self, RuleSet};
use regorus::unstable::{Expr, Rule, RuleHead};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ops::Range;

pub(super) fn lints(ground: &Ground<'_>, said: &mut Vec<Said>) {
    for (file, item) in ground.judged() {
        let Some(set) = item.set else { continue };
        let Rule::Spec { head: RuleHead::Set { key: Some(element), .. }, .. } = item.rule else { continue };
        let written = Written { set, source: ground.source(item), rule: item.rule };
        // What stands at one place is said at once.
        let mut places: BTreeMap<(usize, usize), Vec<PolicyError>> = BTreeMap::new();
        for (span, problem) in written.faults(element) {
            places.entry((span.start, span.end)).or_default().push(problem);
        }
        for ((start, end), problems) in places {
            let all: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
            let (file, msg) = (file.subject.module.file.clone(), all.join("; "));
            let help = problems.iter().find_map(|problem| problem.help.clone());
            said.push(Said { code: "WRONG_ELEMENT", file, span: start..end, msg, help });
        }
    }
}

/// A rule that adds to a set.
struct Written<'w> {
    set: RuleSet,
    source: &'w str,
    rule: &'w Rule,
}

impl<'w> Written<'w> {
    /// What the gate would say of an element, as far as it is written out, each with its place.
    fn faults(&self, element: &'w Expr) -> Vec<(Range<usize>, PolicyError)> {
        let element = self.followed(element);
        let (template, inner) = match (self.set, pair(element)) {
            (RuleSet::TemplateFault, Some([template, fault])) => {
                (Some(value(template).unwrap_or_else(|| json!("x"))), self.followed(fault))
            }
            _ => (None, element),
        };
        let told = |found: Value| match &template {
            Some(template) => outcome::faults(self.set, json!([template, found])),
            None => outcome::faults(self.set, found),
        };
        let keys = keys(inner);
        let found = match inner {
            Expr::Object { .. } => keys.as_ref().map(|keys| filled(keys, |found| told(found).len())),
            other => value(other).or_else(|| template.is_some().then(|| json!("x"))),
        };
        let problems = found.map(told).unwrap_or_default();
        let place = |problem: &PolicyError| {
            let of = keys.iter().flatten().find(|(key, _)| problem.message.contains(&format!("`{key}`")));
            range(of.map_or(element, |(_, value)| *value).span())
        };
        problems.into_iter().map(|problem| (place(&problem), problem)).collect()
    }

    /// What a variable is, where the body assigns it once.
    fn followed(&self, expr: &'w Expr) -> &'w Expr {
        variable(self.source, expr).and_then(|name| assigned(self.source, self.rule, name)).unwrap_or(expr)
    }
}

/// `[template.id, fault]`
fn pair(expr: &Expr) -> Option<[&Expr; 2]> {
    match expr {
        Expr::Array { items, .. } => match items.as_slice() {
            [first, second] => Some([first, second]),
            _ => None,
        },
        _ => None,
    }
}

/// The keys of an object, each with what it holds; `None` where a key is made.
fn keys(expr: &Expr) -> Option<Vec<(String, &Expr)>> {
    let Expr::Object { fields, .. } = expr else { return None };
    fields.iter().map(|(_, key, value)| Some((literal_text(key)?, value.as_ref()))).collect()
}

/// An object whose made values are those about which the gate has least to say: they are given the benefit of the doubt.
fn filled(keys: &[(String, &Expr)], faults: impl Fn(Value) -> usize) -> Value {
    let mut map: Map<String, Value> =
        keys.iter().filter_map(|(key, written)| Some((key.clone(), value(written)?))).collect();
    for (key, _) in keys {
        if !map.contains_key(key) {
            let with = |filler: Value| {
                let mut with = map.clone();
                with.insert(key.clone(), filler);
                Value::Object(with)
            };
            let fillers = [json!("warn"), json!("2026-01-01"), json!(1), json!([])];
            let best = fillers.into_iter().min_by_key(|filler| faults(with(filler.clone())));
            map.insert(key.clone(), best.unwrap_or_default());
        }
    }
    Value::Object(map)
}

/// A value that is written out. What is made is left out of a list; of anything else the whole is not known then.
fn value(expr: &Expr) -> Option<Value> {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            Some(items.iter().filter_map(|item| value(item)).collect())
        }
        Expr::Object { .. } => {
            let all = keys(expr)?.into_iter().map(|(key, of)| Some((key, value(of)?)));
            all.collect::<Option<Map<String, Value>>>().map(Value::Object)
        }
        other => scalar(other),
    }
}
