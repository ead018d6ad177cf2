//! The `[[allow]]` and `[[companion]]` tables of a template.

use super::document::{Node, Value};
use super::problem::{Problem, quoted};
use super::reading::{Fields, Reading};
use crate::model::{
    Allows, Companion, Constraint, DependencyRule, Direction, DocPattern, EditKind, FileRule, LineRule, ScalarKind,
    TextPattern, ValueRule, VersionStep,
};
use std::collections::BTreeSet;
use std::ops::Range;

/// The keys by which a constraint says what it is about; it has one of them.
const FORMS: [(&str, &[&str]); 4] = [
    ("edit", &["kinds", "where", "type", "min", "max", "max_step", "direction", "enum", "regex", "semver", "image"]),
    ("lines", &[]),
    ("dependency", &["kinds", "names"]),
    ("whole_file", &[]),
];

/// All constraints of a template.
pub(super) fn constraints(reading: &Reading<'_>) -> Vec<Constraint> {
    let constraint = |fields: Fields<'_>| {
        Some(Constraint {
            allows: allows(fields)?,
            files: fields.globs("files"),
            place: reading.place(&fields.own_span()),
        })
    };
    reading.root().tables("allow").filter_map(constraint).collect()
}

/// The files that must change along with others.
pub(super) fn companions(root: Fields<'_>) -> Vec<Companion> {
    let companion = |fields: Fields<'_>| {
        Some(Companion { when: fields.globs("when").into_iter().next()?, needs: fields.text("needs")? })
    };
    root.tables("companion").filter_map(companion).collect()
}

fn allows(fields: Fields<'_>) -> Option<Allows> {
    if let Some(path) = fields.word("edit", |text| DocPattern::parse(text).ok()) {
        return Some(Allows::Value(Box::new(value_rule(fields, path))));
    }
    if let Some(most) = fields.word("dependency", VersionStep::parse_most) {
        let kinds = kinds(fields);
        return Some(Allows::Dependency(DependencyRule { most, kinds, names: fields.texts("names") }));
    }
    if let Some(rule) = fields.word("whole_file", FileRule::parse) {
        return Some(Allows::File(rule));
    }
    let lines = fields.table("lines");
    let pattern = |key| lines.word(key, |text| TextPattern::parse(text).ok());
    Some(Allows::Lines(LineRule { old: pattern("old")?, new: pattern("new")? }))
}

fn value_rule(fields: Fields<'_>, path: DocPattern) -> ValueRule {
    let only_where = fields.named("where").filter_map(|(path, _, node)| Some((path.to_owned(), scalar(node)?.1)));
    let values = fields.node("enum").map(Node::items).unwrap_or_default();
    ValueRule {
        path,
        kinds: kinds(fields),
        only_where: only_where.collect(),
        kind: fields.word("type", scalar_kind),
        min: number(fields, "min"),
        max: number(fields, "max"),
        max_step: number(fields, "max_step"),
        direction: fields.word("direction", Direction::parse),
        one_of: values.iter().filter_map(scalar).collect(),
        regex: fields.word("regex", |text| TextPattern::parse(text).ok()),
        semver: fields.word("semver", VersionStep::parse_most),
        image: fields.text("image").is_some(),
    }
}

/// What may happen to a value when a constraint does not say: another takes its place.
fn kinds(fields: Fields<'_>) -> Vec<EditKind> {
    let kinds = fields.words("kinds", EditKind::parse);
    if kinds.is_empty() { vec![EditKind::Replace] } else { kinds }
}

fn scalar_kind(word: &str) -> Option<ScalarKind> {
    [ScalarKind::Integer, ScalarKind::Number, ScalarKind::Text, ScalarKind::Bool]
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

/// A single value of the template as the parsers of documents would give it.
fn scalar(node: &Node) -> Option<(ScalarKind, String)> {
    match &node.value {
        Value::Null => Some((ScalarKind::Null, "null".to_owned())),
        Value::Bool(yes) => Some((ScalarKind::Bool, yes.to_string())),
        Value::Int(number) => Some((ScalarKind::Integer, number.to_string())),
        Value::Float(number) => Some((ScalarKind::Number, number.to_string())),
        Value::Text(text) => Some((ScalarKind::Text, text.clone())),
        Value::List(_) | Value::Table(_) => None,
    }
}

fn number(fields: Fields<'_>, key: &str) -> Option<f64> {
    match fields.node(key)?.value {
        #[expect(clippy::cast_precision_loss, reason = "the schema bounds it by 2^53")]
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    }
}

/// What the schema cannot see.
pub(super) fn faults(root: Fields<'_>) -> Vec<Problem> {
    root.tables("allow").flat_map(faults_of).collect()
}

fn faults_of(allow: Fields<'_>) -> Vec<Problem> {
    let mut faults = Vec::new();
    let forms: Vec<_> = FORMS.iter().filter(|(key, _)| allow.node(key).is_some()).collect();
    match forms.as_slice() {
        [(form, keys)] => faults.extend(strangers(allow, form, keys)),
        [] => faults.push(Problem::new(
            "no_form",
            "this constraint does not say what may change",
            allow.own_span(),
            "nothing to hold an edit to",
            "add one of `edit` (a value), `lines` (a line), `dependency` (a lockfile) or `whole_file`",
        )),
        [(first, _), (second, _), ..] => faults.push(Problem::new(
            "two_forms",
            format!("this constraint is about two things, {} and {}", quoted(first), quoted(second)),
            allow.span(second),
            "the second",
            "write an [[allow]] for each",
        )),
    }
    faults.extend(empty_range(allow));
    let regexes = [(allow, "regex"), (allow.table("lines"), "old"), (allow.table("lines"), "new")];
    faults.extend(regexes.into_iter().filter_map(|(fields, key)| bad_regex(fields, key)));
    faults.extend(allow.text("edit").and_then(|text| DocPattern::parse(&text).err()).map(|why| {
        let label = "not a path into a document";
        Problem::new("bad_edit", "`edit` names no value", allow.span("edit"), label, why)
    }));
    faults.extend(compound(allow));
    faults.extend(allow.named("where").filter_map(|(path, span, _)| bad_where(path, span)));
    faults.extend(lone_groups(allow.table("lines")));
    faults
}

/// A condition that no document could meet.
fn bad_where(path: &str, span: Range<usize>) -> Option<Problem> {
    let why = match DocPattern::parse(path) {
        Err(why) => why,
        Ok(pattern) if pattern.single().is_some() => return None,
        Ok(_) => "name one value: \"/kind\", \"/metadata/labels/app\"; a condition is no pattern".to_owned(),
    };
    let message = format!("no document can say {} of itself", quoted(path));
    Some(Problem::new("bad_where", message, span, "not a path to one value", why))
}

/// A group that is named on one side only holds nothing to anything.
fn lone_groups(lines: Fields<'_>) -> Option<Problem> {
    let names = |key| -> Option<BTreeSet<String>> {
        let pattern = TextPattern::parse(&lines.text(key)?).ok()?;
        Some(pattern.names().map(str::to_owned).collect())
    };
    let (old, new) = (names("old")?, names("new")?);
    let (key, name) = match (old.difference(&new).next(), new.difference(&old).next()) {
        (Some(name), _) => ("old", name),
        (None, Some(name)) => ("new", name),
        (None, None) => return None,
    };
    let message = format!("the group {} is in {} only", quoted(name), quoted(key));
    let help = "groups of one name hold the same text in both: name it in the other, or write `(?:…)`";
    Some(Problem::new("no_effect", message, lines.span(key), "would hold nothing to anything", help))
}

/// Keys that say nothing about what the constraint is about.
fn strangers(allow: Fields<'_>, form: &str, keys: &[&str]) -> Vec<Problem> {
    let known = FORMS.iter().flat_map(|(_, keys)| keys.iter()).filter(|key| !keys.contains(key));
    let mut known: Vec<_> = known.filter(|key| allow.node(key).is_some()).collect();
    known.dedup();
    let stranger = |key: &&&str| {
        Problem::new(
            "no_effect",
            format!("{} says nothing about {}", quoted(key), quoted(form)),
            allow.span(key),
            "would be ignored",
            format!("take it out, or say it in an [[allow]] of its own beside {}", quoted(form)),
        )
    };
    known.iter().map(stranger).collect()
}

fn empty_range(allow: Fields<'_>) -> Option<Problem> {
    let (min, max) = (number(allow, "min")?, number(allow, "max")?);
    (max < min).then(|| {
        Problem::new(
            "never_valid",
            "`max` is less than `min`, so no value is allowed",
            allow.span("max"),
            format!("less than {min}"),
            "write the least value as `min` and the greatest as `max`",
        )
    })
}

fn bad_regex(fields: Fields<'_>, key: &str) -> Option<Problem> {
    let why = TextPattern::parse(&fields.text(key)?).err()?;
    let message = format!("{} is no regular expression: {why}", quoted(key));
    let help = "the whole text must match; write a literal dot as `\\.`, and use '…' so that TOML leaves `\\` alone";
    Some(Problem::new("bad_regex", message, fields.span(key), "not understood", help))
}

/// Values that are none: an enum and a `where` compare single values only.
fn compound(allow: Fields<'_>) -> Vec<Problem> {
    let items = allow.node("enum").map(Node::items).unwrap_or_default();
    let values = items.iter().map(|node| ("enum", node));
    let conditions = allow.named("where").map(|(_, _, node)| ("where", node));
    let wrong = values.chain(conditions).filter(|(_, node)| scalar(node).is_none());
    wrong
        .map(|(key, node)| {
            let message = format!("{} compares single values only", quoted(key));
            Problem::new("not_single", message, node.span.clone(), "not a single value", "write text or a number")
        })
        .collect()
}
