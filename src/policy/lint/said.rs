//! What a rule says of itself, and whether anybody tried it.

use super::ground::{Ground, Item, Said};
use super::tree::{self, literal_text, range, variable};
use super::{About, Block, Subject};
use crate::policy::error::line_span;
use crate::policy::outcome::RuleSet;
use regorus::unstable::{Expr, Rule, RuleHead};
use std::collections::BTreeSet;

pub(super) fn lints(ground: &Ground<'_>, tests: &[String], said: &mut Vec<Said>) {
    for file in ground.files.iter().filter(|file| file.subject.judged) {
        faults(file.subject, said);
    }
    let titled = titled(ground);
    let tests: Vec<String> = tests.iter().map(|text| uncommented(text)).collect();
    let mut untried: Vec<(&Subject, &Item<'_>, String)> = Vec::new();
    for (file, item) in ground.judged() {
        let Some(set) = item.set else { continue };
        let (subject, source) = (file.subject, ground.source(item));
        let block = block(subject, item);
        let place = || (subject.module.file.clone(), item.head.clone());
        if block.is_none_or(|block| block.title.is_none()) && !titled.contains(&(item.file, &item.path)) {
            let (file, span) = place();
            let msg = format!("this rule of `{}` has no title", set.as_str());
            said.push(Said { code: "NO_TITLE", file, span, msg, help: None });
        }
        let code = code(source, item, set, block);
        if code == Some(None) {
            let (file, span) = place();
            let msg = format!("the findings of this rule have no code, so they are `{}`", default_code(set));
            said.push(Said { code: "NO_CODE", file, span, msg, help: None });
        }
        // The shipped rules are tried by the gate's own tests.
        if subject.module.origin == crate::policy::engine::Origin::Organisation {
            let sought: Vec<String> = code.flatten().into_iter().chain(file_name(&subject.module.file)).collect();
            if !tests.iter().any(|text| sought.iter().any(|word| names(text, word))) {
                untried.push((subject, item, sought.first().cloned().unwrap_or_default()));
            }
        }
    }
    for (subject, item, name) in untried {
        let msg = format!("no test and no case mentions `{name}`");
        let (file, span) = (subject.module.file.clone(), item.head.clone());
        said.push(Said { code: "NO_CASE", file, span, msg, help: None });
    }
}

/// A text without its comments: Rego's and YAML's begin alike, and JSON has none.
fn uncommented(text: &str) -> String {
    let code = |line: &str| {
        let begins = |at: usize| {
            let before = line.get(..at).unwrap_or_default();
            let apart = before.chars().next_back().is_none_or(char::is_whitespace);
            apart && before.replace("\\\"", "").matches('"').count().is_multiple_of(2)
        };
        let end = line.match_indices('#').map(|(at, _)| at).find(|at| begins(*at));
        line.get(..end.unwrap_or(line.len())).unwrap_or_default().to_owned()
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// A text has a word that is not part of a longer one: `PAY` is not tried by `PAYMENTS`.
fn names(text: &str, word: &str) -> bool {
    let longer = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        !before.ends_with(longer) && !after.starts_with(longer)
    })
}

/// `payments.rego` of `.changeward/policies/payments.rego`.
fn file_name(file: &str) -> Option<String> {
    file.rsplit('/').next().map(str::to_owned)
}

fn faults(subject: &Subject, said: &mut Vec<Said>) {
    for (line, msg) in &subject.faults {
        let span = line_span(&subject.module.source, *line).unwrap_or(0..0);
        let (file, msg) = (subject.module.file.clone(), msg.clone());
        said.push(Said { code: "METADATA_FAULT", file, span, msg, help: None });
    }
}

/// The block above a rule.
fn block<'s>(subject: &'s Subject, item: &Item<'_>) -> Option<&'s Block> {
    subject.blocks.iter().find(|block| block.statement == item.line && block.about != About::Package)
}

/// The rules that a block about all rules of their name gives a title to, by file and path.
fn titled<'g>(ground: &'g Ground<'_>) -> BTreeSet<(usize, &'g String)> {
    let document = |block: &&Block| block.about == About::Document && block.title.is_some();
    let mut titled = BTreeSet::new();
    for (file, item) in ground.judged() {
        if file.subject.blocks.iter().filter(document).any(|block| block.statement == item.line) {
            titled.insert((item.file, &item.path));
        }
    }
    titled
}

/// The code of a rule's findings: `None` where that cannot be told, `Some(None)` where there is none.
fn code(source: &str, item: &Item<'_>, set: RuleSet, block: Option<&Block>) -> Option<Option<String>> {
    if matches!(set, RuleSet::Require | RuleSet::Obligation) {
        return Some(Some(
            named(source, item, if set == RuleSet::Require { "level" } else { "kind" })?.unwrap_or_default(),
        ))
        .filter(|code| code.as_ref().is_some_and(|code| !code.is_empty()));
    }
    if let Some(code) = block.and_then(|block| block.code.clone()) {
        return Some(Some(code));
    }
    match named(source, item, "code")? {
        Some(code) if code.is_empty() => None,
        other => Some(other),
    }
}

/// A key of what a rule adds: `None` where it cannot be told, `Some(None)` where it has no such key, an empty text where
/// the value is made.
fn named(source: &str, item: &Item<'_>, key: &str) -> Option<Option<String>> {
    Some(value_of(source, item, key)?.map(|value| literal_text(value).unwrap_or_default()))
}

/// The value of a key of what a rule adds: `None` where it cannot be told, `Some(None)` where it has no such key.
fn value_of<'i>(source: &str, item: &Item<'i>, key: &str) -> Option<Option<&'i Expr>> {
    let Rule::Spec { head: RuleHead::Set { key: Some(element), .. }, .. } = item.rule else { return None };
    let mut element: &Expr = element;
    if let Some(name) = variable(source, element) {
        element = assigned(source, item.rule, name)?;
    }
    if let Expr::Array { items, .. } = element {
        element = items.get(1)?;
    }
    match element {
        Expr::Object { fields, .. } => {
            let found = fields.iter().find(|(_, name, _)| literal_text(name).as_deref() == Some(key));
            Some(found.map(|(_, _, value)| value.as_ref()))
        }
        Expr::String { .. } | Expr::RawString { .. } => Some(None),
        Expr::Call { .. } => {
            let (name, _) = tree::call(source, element)?;
            matches!(name.as_str(), "sprintf" | "concat").then_some(None)
        }
        _ => None,
    }
}

/// The code a rule writes out, for a person; what is made at the time is `…`.
pub(super) fn shown_code(source: &str, item: &Item<'_>, set: RuleSet) -> Option<String> {
    let key = match set {
        RuleSet::Require => "level",
        RuleSet::Obligation => "kind",
        _ => "code",
    };
    let value = value_of(source, item, key)??;
    let text = literal_text(value).or_else(|| {
        let (name, arguments) = tree::call(source, value)?;
        let format = arguments.first().filter(|_| name == "sprintf").and_then(|format| literal_text(format))?;
        Some(format.replace("%s", "…").replace("%d", "…").replace("%v", "…"))
    });
    Some(text.unwrap_or_else(|| "…".to_owned()))
}

/// What a body assigns to a variable, if it is assigned once.
pub(super) fn assigned<'r>(source: &str, rule: &'r Rule, name: &str) -> Option<&'r Expr> {
    let mut found = None;
    for body in tree::bodies(rule) {
        for statement in &body.stmts {
            let regorus::unstable::Literal::Expr { expr, .. } = &statement.literal else { continue };
            if let Expr::AssignExpr { lhs, rhs, .. } = expr.as_ref()
                && variable(source, lhs) == Some(name)
                && found.replace(rhs.as_ref()).is_some()
            {
                return None;
            }
        }
    }
    found
}

fn default_code(set: RuleSet) -> String {
    format!("POLICY_{}", set.as_str().to_uppercase())
}

/// The bytes of an import.
pub(super) fn import_span(import: &regorus::unstable::Import) -> std::ops::Range<usize> {
    range(import.refr.span())
}
