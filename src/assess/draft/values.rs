//! Edits of values to rules: those at one place of a document become one rule, and what their values have in common its
//! limits.

use super::shapes;
use super::{OneEdit, some, text, with_files};
use crate::assess::constraints::{is_pinned, is_step};
use crate::model::{
    Dependency, DocPath, DraftPattern, DraftRule, DraftValue, Edit, EditKind, EditValue, ScalarKind, Step, VersionStep,
};
use std::collections::{BTreeMap, BTreeSet};

/// From so many keys on at one step, whose values are edited alike, any key is meant.
const MANY_KEYS: usize = 3;

/// An enumeration has no more values, and none is longer.
const WORDS: usize = 6;
const WORD: usize = 40;

/// A condition is no longer.
const LONG: usize = 100;

/// So many texts that have nothing in common are listed.
const TEXTS: usize = 20;

/// What a document says of itself; anything else that several happen to share is no condition.
const TELLING: [&str; 4] = ["/apiVersion", "/kind", "/type", "/$schema"];

/// The rules that cover some edits.
pub(super) fn rules(edits: &[OneEdit<'_>], include: &[DraftPattern]) -> Vec<DraftRule> {
    let (locked, plain): (Vec<OneEdit<'_>>, Vec<OneEdit<'_>>) =
        edits.iter().copied().partition(|one| one.edit.dependency.is_some());
    let mut groups: BTreeMap<Place, Vec<OneEdit<'_>>> = BTreeMap::new();
    for one in plain.into_iter().filter(|one| !one.edit.path.0.is_empty()) {
        groups.entry(Place::of(one.edit)).or_default().push(one);
    }
    let mut rules: Vec<DraftRule> = joined(groups).iter().filter_map(|group| value(group, include)).collect();
    rules.extend(dependencies(&locked, include));
    rules
}

/// What edits share that one rule can be about: what happens, what kind of value it is, and the keys on the way.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    kind: EditKind,
    value: Sort,
    /// The keys; `None` for an item of a list, or for any key.
    keys: Vec<Option<String>>,
}

/// How a value is limited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Number,
    Bool,
    Text,
    /// None that a rule could limit.
    Other,
}

impl Place {
    fn of(edit: &Edit) -> Self {
        let key = |step: &Step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Item { .. } => None,
        };
        let sort = match &edit.new {
            Some(EditValue::Scalar(ScalarKind::Integer | ScalarKind::Number, _)) => Sort::Number,
            Some(EditValue::Scalar(ScalarKind::Bool, _)) => Sort::Bool,
            Some(EditValue::Scalar(ScalarKind::Text | ScalarKind::Date, _)) => Sort::Text,
            _ => Sort::Other,
        };
        Self { kind: edit.kind, value: sort, keys: edit.path.0.iter().map(key).collect() }
    }
}

/// Groups that differ in one key on the way become one where there are many of them.
fn joined<'a>(groups: BTreeMap<Place, Vec<OneEdit<'a>>>) -> Vec<Vec<OneEdit<'a>>> {
    let mut groups: Vec<(Place, Vec<OneEdit<'a>>)> = groups.into_iter().collect();
    let longest = groups.iter().map(|(place, _)| place.keys.len()).max().unwrap_or_default();
    for at in 0..longest.saturating_sub(1) {
        let mut alike: BTreeMap<Place, Vec<(Place, Vec<OneEdit<'a>>)>> = BTreeMap::new();
        for (place, edits) in groups {
            let mut open = place.clone();
            // The last key says what the value is; it stays.
            if at + 1 < open.keys.len()
                && let Some(key) = open.keys.get_mut(at)
            {
                *key = None;
            }
            alike.entry(open).or_default().push((place, edits));
        }
        groups = alike
            .into_iter()
            .flat_map(|(open, several)| match several.len() {
                many if many >= MANY_KEYS => vec![(open, several.into_iter().flat_map(|(_, edits)| edits).collect())],
                _ => several,
            })
            .collect();
    }
    groups.into_iter().map(|(_, edits)| edits).collect()
}

/// The rule for edits at one place.
fn value(group: &[OneEdit<'_>], include: &[DraftPattern]) -> Option<DraftRule> {
    let kind = group.first()?.edit.kind;
    let mut keys = vec![("edit", text(&path(group)?))];
    if kind != EditKind::Replace {
        keys.push(("kinds", DraftValue::List(vec![text(kind.as_str())])));
    }
    let conditions = conditions(group);
    if !conditions.is_empty() {
        keys.push(("where", DraftValue::Table(conditions)));
    }
    let mut beyond = Vec::new();
    if matches!(kind, EditKind::Add | EditKind::Replace) {
        let limited = limits(group, kind)?;
        keys.extend(limited.keys);
        beyond.extend(limited.beyond);
    }
    let files: BTreeSet<&str> = group.iter().map(|one| one.file).collect();
    let seen = some(group.iter().map(|one| change(one.edit)));
    let places: BTreeSet<String> = group.iter().map(|one| one.edit.path.to_string()).collect();
    let at = some(places.iter().cloned());
    let mut lines = vec![format!("seen: {seen}")];
    if places.len() > 1 {
        lines.push(format!("at: {at}"));
        beyond.push("any other key or item in the place of each *".to_owned());
    }
    lines.push(format!("in: {}", some(files.iter().map(|file| (*file).to_owned()))));
    Some(DraftRule { seen: lines, beyond, keys: with_files(keys, &files, include) })
}

/// How a value is limited, and what that lets through beyond what was seen.
struct Limited {
    keys: Vec<(&'static str, DraftValue)>,
    beyond: Option<String>,
}

impl Limited {
    fn to(keys: Vec<(&'static str, DraftValue)>) -> Self {
        Self { keys, beyond: None }
    }

    fn and(keys: Vec<(&'static str, DraftValue)>, beyond: String) -> Self {
        Self { keys, beyond: Some(beyond) }
    }
}

/// `3 → 4`
fn change(edit: &Edit) -> String {
    let shown = |value: &Option<EditValue>| value.as_ref().map(EditValue::describe);
    match (shown(&edit.old), shown(&edit.new)) {
        (Some(old), Some(new)) if edit.kind == EditKind::Move => format!("{old} moved, {new}"),
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (None, Some(new)) => format!("{new} added"),
        (Some(old), None) => format!("{old} removed"),
        (None, None) => String::new(),
    }
}

/// The pattern of the paths of some edits: a step that differs is any.
fn path(group: &[OneEdit<'_>]) -> Option<String> {
    let all = group.iter().flat_map(|one| std::iter::once(&one.edit.path).chain(&one.edit.from));
    let mut steps: Option<Vec<String>> = None;
    for path in all {
        let these: Vec<String> = path.0.iter().map(step).collect();
        steps = Some(match steps {
            None => these,
            Some(known) if known.len() == these.len() => {
                let join = |(a, b): (String, String)| if a == b { a } else { "*".to_owned() };
                known.into_iter().zip(these).map(join).collect()
            }
            Some(_) => return None,
        });
    }
    Some(format!("/{}", steps?.join("/")))
}

/// A step as a pattern; a key that would mean something else is any.
fn step(step: &Step) -> String {
    let escaped = |key: &str| DocPath(vec![Step::Key(key.to_owned())]).to_string().split_off(1);
    match step {
        Step::Key(key) if key.contains('*') || (key.starts_with('[') && key.ends_with(']')) => "*".to_owned(),
        Step::Key(key) => escaped(key),
        Step::Item { names, index } => match names.iter().find(|(_, name)| !name.is_empty()) {
            Some((key, name)) => format!("[{key}={}]", escaped(name)),
            None => index.to_string(),
        },
    }
}

/// What all documents say they are.
fn conditions(group: &[OneEdit<'_>]) -> Vec<(String, DraftValue)> {
    const MOST: usize = 4;
    let several = group.iter().map(|one| one.file).collect::<BTreeSet<_>>().len() > 1;
    let Some(first) = group.first().and_then(|one| one.head) else { return Vec::new() };
    let shared = |(path, value): &&(String, String)| {
        group.iter().all(|one| one.head.is_some_and(|head| head.same.iter().any(|(p, v)| p == path && v == value)))
    };
    // In a file of several documents its name tells the one that was meant.
    let named = !several && group.iter().all(|one| one.among > 1);
    let telling = |(path, value): &&(String, String)| {
        let told = TELLING.contains(&path.as_str()) || (named && path == "/metadata/name");
        told && value.chars().count() <= LONG
    };
    let found = first.same.iter().filter(telling).filter(shared).take(MOST);
    found.map(|(path, value)| (path.clone(), text(value))).collect()
}

/// What the new value must be; `None` where nothing limits it.
fn limits(group: &[OneEdit<'_>], kind: EditKind) -> Option<Limited> {
    let scalar = |value: &'_ Option<EditValue>| match value {
        Some(EditValue::Scalar(kind, text)) => Some((*kind, text.clone())),
        _ => None,
    };
    let new: Vec<(ScalarKind, String)> = group.iter().map(|one| scalar(&one.edit.new)).collect::<Option<_>>()?;
    let old: Vec<(ScalarKind, String)> = match kind {
        EditKind::Replace => group.iter().map(|one| scalar(&one.edit.old)).collect::<Option<_>>()?,
        _ => Vec::new(),
    };
    let all = || old.iter().chain(&new);
    let every = |wanted: &[ScalarKind]| all().all(|(kind, _)| wanted.contains(kind));
    if every(&[ScalarKind::Integer, ScalarKind::Number]) {
        let kind = if every(&[ScalarKind::Integer]) { ScalarKind::Integer } else { ScalarKind::Number };
        return numbers(&old, &new, kind);
    }
    if every(&[ScalarKind::Bool]) {
        let values: BTreeSet<bool> = new.iter().map(|(_, word)| word == "true").collect();
        let values = DraftValue::List(values.into_iter().map(DraftValue::Bool).collect());
        return Some(Limited::to(vec![("type", text("boolean")), ("enum", values)]));
    }
    let texts = |side: &'_ [(ScalarKind, String)]| side.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
    if every(&[ScalarKind::Text]) {
        let mut limited = words(&texts(&old), &texts(&new));
        limited.keys.insert(0, ("type", text("string")));
        return Some(limited);
    }
    all().all(|(kind, _)| *kind == ScalarKind::Date).then(|| shape(&texts(&old), &texts(&new)))
}

/// The shape that the texts before and after share; the new ones by themselves, where they share none.
fn shape(old: &[String], new: &[String]) -> Limited {
    let all: Vec<&str> = old.iter().chain(new).map(String::as_str).collect();
    let known: BTreeSet<&String> = new.iter().collect();
    match shapes::shape(&all) {
        Some(shape) => Limited::and(vec![("regex", text(&shape))], format!("any text of the shape {shape}")),
        None if known.len() <= TEXTS => {
            Limited::to(vec![("enum", DraftValue::List(known.into_iter().map(|word| text(word)).collect()))])
        }
        None => {
            let any = shapes::expression(&all);
            Limited::and(vec![("regex", text(&any))], format!("any text of these characters: {any}"))
        }
    }
}

/// The range that was seen, the largest step, and the direction where all went one way.
fn numbers(old: &[(ScalarKind, String)], new: &[(ScalarKind, String)], kind: ScalarKind) -> Option<Limited> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let read = |side: &[(ScalarKind, String)]| -> Option<Vec<f64>> {
        side.iter().map(|(_, text)| text.parse().ok().filter(|number: &f64| number.abs() <= EXACT)).collect()
    };
    let (old, new) = (read(old)?, read(new)?);
    let (min, max) =
        (new.iter().copied().fold(f64::INFINITY, f64::min), new.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let mut keys =
        vec![("type", text(kind.as_str())), ("min", DraftValue::Number(min)), ("max", DraftValue::Number(max))];
    let steps: Vec<(f64, f64)> = old.iter().copied().zip(new.iter().copied()).collect();
    if !steps.is_empty() {
        let most = steps.iter().map(|(was, is)| (is - was).abs()).fold(0.0, f64::max);
        keys.push(("max_step", DraftValue::Number(most)));
    }
    // One step alone has no direction yet.
    if steps.len() > 1 {
        let way = |goes: &dyn Fn(f64, f64) -> bool| steps.iter().all(|(was, is)| goes(*was, *is));
        let word = [("up", way(&|was, is| is >= was)), ("down", way(&|was, is| is <= was))];
        keys.extend(word.into_iter().find(|(_, all)| *all).map(|(word, _)| ("direction", text(word))));
    }
    let beyond = (min < max).then(|| format!("any number from {min} to {max}"));
    Some(Limited { keys, beyond })
}

/// The tightest way to say what some texts are: an image, a version, a few words, a shape.
fn words(old: &[String], new: &[String]) -> Limited {
    let pairs: Vec<(&String, &String)> = old.iter().zip(new).collect();
    let compared = !pairs.is_empty();
    let most = [VersionStep::Patch, VersionStep::Minor, VersionStep::Major];
    if compared && pairs.iter().all(|(old, new)| is_pinned(old, new, None)) {
        let step = most.into_iter().find(|most| pairs.iter().all(|(old, new)| is_pinned(old, new, Some(*most))));
        let beyond = match step {
            Some(step) => format!("any digest of the same repository under a tag {}", up_to(&pairs, step)),
            None => "any tag and digest of the same repository".to_owned(),
        };
        let step = step.map(|step| ("semver", text(step.as_str())));
        return Limited::and(std::iter::once(("image", text("pinned"))).chain(step).collect(), beyond);
    }
    if compared
        && let Some(step) = most.into_iter().find(|most| pairs.iter().all(|(old, new)| is_step(old, new, *most)))
    {
        let beyond = format!("any version {}", up_to(&pairs, step));
        return Limited::and(vec![("semver", text(step.as_str()))], beyond);
    }
    let known: BTreeSet<&String> = new.iter().collect();
    let short = known.iter().all(|word| word.chars().count() <= WORD && !word.chars().any(char::is_whitespace));
    let repeat = known.len() < new.len();
    // Words that share no part have no shape to keep: `info`, `debug`.
    let plain =
        known.iter().all(|word| !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || "-_".contains(c)));
    if short && (repeat || plain) && known.len() <= WORDS {
        let known = known.into_iter().map(|word| text(word)).collect();
        return Limited::to(vec![("enum", DraftValue::List(known))]);
    }
    shape(old, new)
}

/// How far up versions may move, and how many did.
fn up_to(pairs: &[(&String, &String)], most: VersionStep) -> String {
    let within =
        |step| pairs.iter().filter(|(old, new)| is_step(old, new, step) || is_pinned(old, new, Some(step))).count();
    let (all, patch, minor) = (pairs.len(), within(VersionStep::Patch), within(VersionStep::Minor));
    let less = match most {
        VersionStep::Patch => return "that moves up by a patch at most".to_owned(),
        VersionStep::Minor => format!("{patch} of the {all} edits needed only a patch"),
        _ => format!("{patch} of the {all} edits needed only a patch, {} a minor step", minor.saturating_sub(patch)),
    };
    format!("that moves up by a {} step at most; {less}", most.as_str())
}

/// Dependencies by what happens to them: those that moved, by the largest step each made; those that came; those that went.
fn dependencies(locked: &[OneEdit<'_>], include: &[DraftPattern]) -> Vec<DraftRule> {
    let mut steps: BTreeMap<&str, VersionStep> = BTreeMap::new();
    let mut groups: BTreeMap<(EditKind, Option<VersionStep>), Vec<OneEdit<'_>>> = BTreeMap::new();
    for moved in
        locked.iter().filter(|one| one.edit.kind == EditKind::Replace).filter_map(|one| one.edit.dependency.as_ref())
    {
        let known = steps.entry(&moved.name).or_insert(moved.step);
        *known = (*known).max(moved.step);
    }
    for one in locked {
        let Some(dependency) = &one.edit.dependency else { continue };
        let step = match one.edit.kind {
            EditKind::Replace => steps.get(dependency.name.as_str()).copied(),
            _ => None,
        };
        groups.entry((one.edit.kind, step)).or_default().push(*one);
    }
    groups.into_iter().filter_map(|((kind, step), group)| dependency(kind, step, &group, include)).collect()
}

fn dependency(
    kind: EditKind,
    step: Option<VersionStep>,
    group: &[OneEdit<'_>],
    include: &[DraftPattern],
) -> Option<DraftRule> {
    // What moved otherwise than up is allowed by no rule.
    if step.is_some_and(|step| !step.within(VersionStep::Major)) {
        return None;
    }
    let moved: Vec<&Dependency> = group.iter().filter_map(|one| one.edit.dependency.as_ref()).collect();
    let names: BTreeSet<&str> = moved.iter().map(|moved| moved.name.as_str()).collect();
    let list = |words: Vec<&str>| DraftValue::List(words.into_iter().map(text).collect());
    let step = step.unwrap_or(VersionStep::Patch);
    let mut keys = vec![("dependency", text(step.as_str()))];
    if kind != EditKind::Replace {
        keys.push(("kinds", list(vec![kind.as_str()])));
    }
    keys.push(("names", list(names.into_iter().collect())));
    let said = |moved: &&Dependency| match (moved.from.as_deref(), moved.to.as_deref()) {
        (Some(from), Some(to)) => format!("{} {from} → {to}", moved.name),
        (None, Some(to)) => format!("{} {to} came", moved.name),
        (Some(from), None) => format!("{} {from} went", moved.name),
        (None, None) => moved.name.clone(),
    };
    let seen = format!("seen: {}", some(moved.iter().map(said)));
    let beyond = match kind {
        EditKind::Replace => format!("any version of these that moves up by a {} step at most", step.as_str()),
        _ => "any version of these".to_owned(),
    };
    let files: BTreeSet<&str> = group.iter().map(|one| one.file).collect();
    Some(DraftRule { seen: vec![seen], beyond: vec![beyond], keys: with_files(keys, &files, include) })
}
