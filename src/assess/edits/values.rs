//! A file of a known format by value: two trees in, the list of edits out.

use super::align::{Cells, Match, NAMES, align, name_of, same};
use super::elsewhere::{Cut, elsewhere};
use crate::model::{
    DocPath, DocumentHead, Documents, Edit, EditKind, EditValue, Field, Node, Scalar, Step, SyntaxFault, Unanalysable,
    Value, ValueEdits, is_unsafe,
};
use std::collections::HashMap;
use std::ops::Range;

/// A file in which more values change than this is not judged by them.
const MOST: usize = 20_000;

/// The marks of texts that are filled in, comments as well: of Helm and Jinja, of ERB.
const MARKS: [&str; 3] = ["{{", "{%", "<%"];

/// How many single values near the root tell a document from another.
const SAME: usize = 64;

/// A value that a template may ask a document for: its path as the template has it, and as steps.
pub type Condition = (String, DocPath);

/// Compares two states of a file; `None` for one that is not there. What the `conditions` ask for is looked up in each
/// document, however deep it is.
///
/// # Errors
/// When more values change than anybody could look at.
pub fn value_edits(
    old: Option<&Documents<'_>>,
    new: Option<&Documents<'_>>,
    conditions: &[Condition],
) -> Result<ValueEdits, Unanalysable> {
    let nothing = Documents { text: "", roots: Vec::new() };
    let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
    let mut comparison = Comparison { old: Text::of(old.text), new: Text::of(new.text), ..Comparison::default() };
    for pair in documents(&old.roots, &new.roots) {
        comparison.document(pair, conditions);
    }
    if comparison.edits.len() > MOST {
        let fault = SyntaxFault::new(0, format!("changes more than {MOST} values"));
        return Err(Unanalysable { new: true, fault });
    }
    let elsewhere = elsewhere(old.text, new.text, &comparison.cuts);
    let filled_in = || [old.text, new.text].into_iter().any(|text| MARKS.iter().any(|mark| text.contains(mark)));
    let templated =
        elsewhere.filter(|_| filled_in()).map(|line| (line, "the file is filled in by a program before it is read"));
    let unseen = elsewhere
        .filter(|_| invisible(new.text).next().is_some() && !invisible(old.text).eq(invisible(new.text)))
        .map(|line| (line, "there are characters that cannot be seen"));
    Ok(ValueEdits {
        elsewhere,
        beyond_formatting: templated
            .or(unseen)
            .or(comparison.reordered.map(|line| (line, "the order of keys changes"))),
        edits: comparison.edits,
        documents: comparison.heads,
    })
}

/// What a comment may hide from who looks at it, in order.
fn invisible(text: &str) -> impl Iterator<Item = char> {
    let known = if text.is_ascii() { "" } else { text };
    known.chars().filter(|c| is_unsafe(*c) && !matches!(c, '\t' | '\n' | '\r'))
}

/// A document, before and after.
#[derive(Clone, Copy)]
struct Pair<'n, 't> {
    old: Option<&'n Node<'t>>,
    new: Option<&'n Node<'t>>,
    moved: bool,
}

/// Which documents are the same one: by what they say they are, where each says something of its own; else by place,
/// after those that are equal at the beginning and at the end.
fn documents<'n, 't>(old: &'n [Node<'t>], new: &'n [Node<'t>]) -> Vec<Pair<'n, 't>> {
    let both = |old, new| Pair { old: Some(old), new: Some(new), moved: false };
    if let ([old], [new]) = (old, new) {
        return vec![both(old, new)];
    }
    let labels = |roots: &[Node<'_>]| {
        let all: Option<Vec<String>> = roots.iter().map(label).collect();
        all.filter(|all| all.iter().collect::<std::collections::HashSet<_>>().len() == all.len())
    };
    if let (Some(was), Some(is)) = (labels(old), labels(new)) {
        let places: HashMap<&str, usize> = was.iter().enumerate().map(|(i, label)| (label.as_str(), i)).collect();
        let stays: std::collections::HashSet<&String> = is.iter().collect();
        let gone = was.iter().zip(old).filter(|(label, _)| !stays.contains(label));
        let mut pairs: Vec<Pair<'n, 't>> =
            gone.map(|(_, node)| Pair { old: Some(node), new: None, moved: false }).collect();
        let mut furthest = None;
        for (label, node) in is.iter().zip(new) {
            let place = places.get(label.as_str()).copied();
            let moved = place.is_some_and(|i| furthest.is_some_and(|before| i < before));
            furthest = furthest.max(place);
            pairs.push(Pair { old: place.and_then(|i| old.get(i)), new: Some(node), moved });
        }
        return pairs;
    }
    let start = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
    let (a, b) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(old, new)| same(old, new)).count();
    let middle = |roots: &'n [Node<'t>]| {
        let length = roots.len().saturating_sub(start + end);
        roots.iter().skip(start).take(length).map(Some)
    };
    let count = old.len().max(new.len()).saturating_sub(start + end);
    let (mut a, mut b) = (middle(old), middle(new));
    let rest = (0..count).map(|_| Pair { old: a.next().flatten(), new: b.next().flatten(), moved: false });
    let equal = old.iter().zip(new).take(start).map(|(old, new)| both(old, new));
    let last = old.iter().rev().zip(new.iter().rev()).take(end).map(|(old, new)| both(old, new));
    let mut pairs: Vec<_> = equal.chain(rest).collect();
    pairs.extend(last.collect::<Vec<_>>().into_iter().rev());
    pairs
}

/// What a document says it is, as Kubernetes' objects do: `Deployment/shop/web`.
fn label(root: &Node<'_>) -> Option<String> {
    let kind = root.get("kind")?.text()?;
    let about = root.get("metadata")?;
    let name = about.get("name")?.text()?;
    let space = about.get("namespace").and_then(Node::text).map(|space| format!("{space}/")).unwrap_or_default();
    Some(format!("{kind}/{space}{name}"))
}

/// A text whose lines are found fast.
#[derive(Default)]
struct Text {
    /// Where each line starts.
    starts: Vec<u32>,
}

impl Text {
    fn of(text: &str) -> Self {
        let starts = text.match_indices('\n').filter_map(|(at, _)| u32::try_from(at + 1).ok());
        Self { starts: std::iter::once(0).chain(starts).collect() }
    }

    fn line(&self, at: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }
}

#[derive(Default)]
struct Comparison {
    old: Text,
    new: Text,
    edits: Vec<Edit>,
    cuts: Vec<Cut>,
    heads: Vec<DocumentHead>,
    /// How much is still left to spend on finding out which items of lists are the same.
    cells: Cells,
    /// The first mapping whose keys stand in another order.
    reordered: Option<u32>,
    /// Where the comparison is, in the new document and in the old one.
    path: Vec<Step>,
    from: Vec<Step>,
}

/// A value and where it begins, its key included.
#[derive(Clone, Copy)]
struct Placed<'n, 't> {
    node: &'n Node<'t>,
    start: u32,
}

impl<'n, 't> Placed<'n, 't> {
    fn of(node: &'n Node<'t>) -> Self {
        Self { node, start: node.span.start }
    }

    fn with_key(field: &'n Field<'t>) -> Self {
        Self { node: &field.node, start: field.key_span.start }
    }

    fn span(&self) -> Range<u32> {
        self.start..self.node.span.end
    }
}

impl Comparison {
    fn document(&mut self, pair: Pair<'_, '_>, conditions: &[Condition]) {
        let known = pair.new.or(pair.old);
        let mut head = DocumentHead { label: known.and_then(label), same: Vec::new() };
        if let (Some(old), Some(new)) = (pair.old, pair.new) {
            // What is asked for comes first: how much else is known of a document has an end.
            head.same.extend(conditions.iter().filter_map(|asked| stays(old, new, asked)));
            same_values(old, new, "", 2, &mut head.same);
        }
        self.heads.push(head);
        match (pair.old, pair.new) {
            (Some(old), Some(new)) => {
                if pair.moved {
                    self.push(EditKind::Move, Some(Placed::of(old)), Some(Placed::of(new)));
                }
                self.compare(old, new);
            }
            (Some(old), None) => self.push(EditKind::Remove, Some(Placed::of(old)), None),
            (None, Some(new)) => self.push(EditKind::Add, None, Some(Placed::of(new))),
            (None, None) => {}
        }
    }

    fn compare(&mut self, old: &Node<'_>, new: &Node<'_>) {
        if self.edits.len() > MOST {
            return;
        }
        match (&old.value, &new.value) {
            (Value::Map(was), Value::Map(is)) => self.fields(was, is),
            (Value::List(was), Value::List(is)) => self.items(was, is),
            (Value::Scalar(was), Value::Scalar(is)) if was == is => {}
            _ => self.push(EditKind::Replace, Some(Placed::of(old)), Some(Placed::of(new))),
        }
    }

    fn fields(&mut self, old: &[Field<'_>], new: &[Field<'_>]) {
        if old.len() == new.len() && old.iter().zip(new).all(|(a, b)| a.key == b.key) {
            for (was, is) in old.iter().zip(new) {
                self.step(Step::Key(is.key.clone().into_owned()), None, |c| c.field(was, is));
            }
            return;
        }
        let is: HashMap<&str, &Field<'_>> = new.iter().map(|field| (&*field.key, field)).collect();
        let was: HashMap<&str, &Field<'_>> = old.iter().map(|field| (&*field.key, field)).collect();
        let stays = old.iter().filter(|field| is.contains_key(&*field.key)).map(|field| &field.key);
        let stayed = new.iter().filter(|field| was.contains_key(&*field.key)).map(|field| &field.key);
        if let Some(first) = new.first().filter(|_| !stays.eq(stayed)) {
            self.reordered.get_or_insert(self.new.line(first.key_span.start));
        }
        for field in old.iter().filter(|field| !is.contains_key(&*field.key)) {
            let placed = Placed::with_key(field);
            self.step(Step::Key(field.key.clone().into_owned()), None, |c| {
                c.push(EditKind::Remove, Some(placed), None);
            });
        }
        for field in new {
            let placed = Placed::with_key(field);
            self.step(Step::Key(field.key.clone().into_owned()), None, |c| match was.get(&*field.key) {
                Some(before) => c.field(before, field),
                None => c.push(EditKind::Add, None, Some(placed)),
            });
        }
    }

    /// One key, before and after; a value of another form is another one, with its key.
    fn field(&mut self, old: &Field<'_>, new: &Field<'_>) {
        if old.form == new.form {
            return self.compare(&old.node, &new.node);
        }
        self.push(EditKind::Replace, Some(Placed::with_key(old)), Some(Placed::with_key(new)));
    }

    fn items(&mut self, old: &[Node<'_>], new: &[Node<'_>]) {
        for found in align(old, new, &mut self.cells) {
            let (i, j) = match found {
                Match::Pair(i, j) | Match::Moved(i, j) => (Some(i), Some(j)),
                Match::Gone(i) => (Some(i), None),
                Match::New(j) => (None, Some(j)),
            };
            let (was, is) = (i.and_then(|i| old.get(i)), j.and_then(|j| new.get(j)));
            let names = match (was, is) {
                (Some(was), Some(is)) => names(was, is),
                (Some(one), None) | (None, Some(one)) => names(one, one),
                (None, None) => Vec::new(),
            };
            let item = |index: usize| Step::Item { index, names: names.clone() };
            let step = item(j.or(i).unwrap_or_default());
            self.step(step, i.map(item), |c| match (&found, was, is) {
                (Match::Pair(..), Some(was), Some(is)) => c.compare(was, is),
                (Match::Moved(..), Some(was), Some(is)) => {
                    c.push(EditKind::Move, Some(Placed::of(was)), Some(Placed::of(is)));
                }
                (_, Some(was), None) => c.push(EditKind::Remove, Some(Placed::of(was)), None),
                (_, None, Some(is)) => c.push(EditKind::Add, None, Some(Placed::of(is))),
                _ => {}
            });
        }
    }

    /// Goes one step down; `from` is the step in the old document, where it is another.
    fn step(&mut self, step: Step, from: Option<Step>, work: impl FnOnce(&mut Self)) {
        self.from.push(from.unwrap_or_else(|| step.clone()));
        self.path.push(step);
        work(self);
        self.path.pop();
        self.from.pop();
    }

    fn push(&mut self, kind: EditKind, old: Option<Placed<'_, '_>>, new: Option<Placed<'_, '_>>) {
        if self.edits.len() > MOST {
            return;
        }
        let from = (old.is_some() && new.is_some() && self.from != self.path).then(|| DocPath(self.from.clone()));
        let path = if new.is_some() { &self.path } else { &self.from };
        self.edits.push(Edit {
            kind,
            document: self.heads.len().saturating_sub(1),
            path: DocPath(path.clone()),
            from,
            old: old.map(|placed| edit_value(placed.node)),
            new: new.map(|placed| edit_value(placed.node)),
            old_line: old.map(|placed| self.old.line(placed.start)),
            new_line: new.map(|placed| self.new.line(placed.start)),
            dependency: None,
        });
        self.cuts.push(Cut { old: old.map(|placed| placed.span()), new: new.map(|placed| placed.span()) });
    }
}

fn edit_value(node: &Node<'_>) -> EditValue {
    match &node.value {
        Value::Scalar(Scalar { kind, text }) => EditValue::Scalar(*kind, text.clone().into_owned()),
        Value::List(items) => EditValue::List(items.len()),
        Value::Map(fields) => EditValue::Map(fields.len()),
    }
}

/// What an item is called, before and after alike.
fn names(old: &Node<'_>, new: &Node<'_>) -> Vec<(String, String)> {
    let same = |key: &'static str| {
        let name = name_of(new, key)?;
        (name_of(old, key) == Some(name)).then(|| (key.to_owned(), name.to_owned()))
    };
    NAMES.into_iter().filter_map(same).collect()
}

/// A single value that a condition asks for, where it is the same before and after.
fn stays(old: &Node<'_>, new: &Node<'_>, (source, path): &Condition) -> Option<(String, String)> {
    let (was, is) = (at(old, path)?.scalar()?, at(new, path)?.scalar()?);
    (was == is).then(|| (source.clone(), is.text.clone().into_owned()))
}

/// The value at a path; a step into a list is a place.
fn at<'n, 't>(root: &'n Node<'t>, path: &DocPath) -> Option<&'n Node<'t>> {
    path.0.iter().try_fold(root, |node, step| match (step, &node.value) {
        (Step::Key(place), Value::List(items)) => items.get(place.parse::<usize>().ok()?),
        (Step::Key(key), _) => node.get(key),
        (Step::Item { index, .. }, Value::List(items)) => items.get(*index),
        (Step::Item { .. }, _) => None,
    })
}

/// The single values of the upper levels that do not change.
fn same_values(old: &Node<'_>, new: &Node<'_>, above: &str, levels: usize, all: &mut Vec<(String, String)>) {
    let before: HashMap<&str, &Node<'_>> = old.fields().iter().map(|field| (&*field.key, &field.node)).collect();
    for field in new.fields() {
        if all.len() >= SAME {
            return;
        }
        let Some(was) = before.get(&*field.key) else { continue };
        let path = format!("{above}{}", DocPath(vec![Step::Key(field.key.clone().into_owned())]));
        match (&was.value, &field.node.value) {
            (Value::Scalar(was), Value::Scalar(is)) if was == is => all.push((path, is.text.clone().into_owned())),
            (Value::Map(_), Value::Map(_)) if levels > 1 => same_values(was, &field.node, &path, levels - 1, all),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::assess::edits::elsewhere::line_at;

    #[test]
    fn lines_are_counted_alike() {
        let text = "a\nbc\n\nd";
        let lines = Text::of(text);
        for at in 0..=text.len() {
            assert_eq!(lines.line(u32::try_from(at).unwrap()), line_at(text, at), "{at}");
        }
    }
}
