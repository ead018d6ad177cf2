//! From a tree that obeys its schema to nouns: how every reader of this room opens a file, reads keys and closes it.
//!
//! A key that is absent or wrong reads as nothing, because the schema has already said so; [`Reading::finish`] lets no
//! value out of a file that has a problem.

use super::document::{self, Node};
use super::format::{forge_team, login};
use super::problem::{InvalidFile, Problem};
use super::schema;
use super::shown::line_starts;
use super::yaml_document;
use crate::model::{Moment, Pattern, Place, Principal, Span};
use std::ops::Range;

/// A file being read.
pub(super) struct Reading<'t> {
    kind: &'static str,
    file: &'t str,
    text: &'t str,
    root: Node,
    lines: Vec<usize>,
    problems: Vec<Problem>,
    breaks: Breaks,
}

impl<'t> Reading<'t> {
    /// Reads TOML and holds it to the schema of its kind.
    pub(super) fn toml(kind: &'static str, text: &'t str, file: &'t str) -> Self {
        Self::new(kind, text, file, document::toml(text))
    }

    /// Reads JSON and holds it to the schema of its kind.
    pub(super) fn json(kind: &'static str, text: &'t str, file: &'t str) -> Self {
        Self::new(kind, text, file, document::json(text))
    }

    /// Reads YAML and holds it to the schema of its kind.
    pub(super) fn yaml(kind: &'static str, text: &'t str, file: &'t str) -> Self {
        Self::new(kind, text, file, yaml_document::yaml(text))
    }

    fn new(kind: &'static str, text: &'t str, file: &'t str, (root, problems): (Node, Vec<Problem>)) -> Self {
        let lines = line_starts(text);
        let breaks = Breaks::new(text, &lines, &problems);
        let checked = schema::check(kind, &root, text);
        let mut reading = Self { kind, file, text, root, lines, problems, breaks };
        reading.add(checked);
        reading
    }

    /// The whole document.
    pub(super) fn root(&self) -> Fields<'_> {
        Fields(Some(&self.root))
    }

    /// File and line of a place.
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        let line = self.lines.partition_point(|start| *start <= span.start);
        Place { file: self.file.to_owned(), line: u32::try_from(line).unwrap_or(0) }
    }

    /// The value, if the file has no problem: neither one found so far nor one of `faults`, which the schema cannot see.
    pub(super) fn finish<T>(mut self, value: Option<T>, faults: Vec<Problem>) -> Result<T, InvalidFile> {
        if !self.problems.iter().any(|problem| problem.code == "newer_version") {
            self.add(faults);
        }
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => {
                if self.problems.is_empty() {
                    self.problems.push(unreadable());
                }
                Err(InvalidFile::new(self.kind, self.file, self.text, self.problems))
            }
        }
    }

    /// Adds problems, where the text was surely read as it was meant.
    fn add(&mut self, found: Vec<Problem>) {
        let sure: Vec<_> = found.into_iter().filter(|problem| !self.breaks.doubt(problem)).collect();
        self.problems.extend(sure);
    }
}

/// Where a text is not TOML or JSON, and what may therefore have been misread. A mistake that only follows from another
/// confuses.
#[derive(Default)]
struct Breaks {
    /// Lines (or values) that are broken by themselves.
    places: Vec<Range<usize>>,
    /// From here on nothing is sure: a header, or a value over several lines, is broken.
    rest: Option<usize>,
    /// Some key could not be read, so none can be called missing.
    lost_keys: bool,
}

impl Breaks {
    fn new(text: &str, lines: &[usize], problems: &[Problem]) -> Self {
        let mut breaks = Self::default();
        for problem in problems {
            if matches!(problem.code, "duplicate_key" | "out_of_range") {
                breaks.places.push(problem.span.clone());
                continue;
            }
            breaks.lost_keys = true;
            let number = lines.partition_point(|start| *start <= problem.span.start);
            let start = lines.get(number.saturating_sub(1)).copied().unwrap_or(0);
            let end = lines.get(number).copied().unwrap_or(text.len());
            let line = text.get(start..end).unwrap_or_default();
            let several = ["[", "{", "\"\"\"", "'''"].iter().any(|opening| line.contains(opening));
            if line.contains('=') && !several {
                breaks.places.push(start..end);
            } else {
                breaks.rest = Some(breaks.rest.map_or(start, |before| before.min(start)));
            }
        }
        breaks
    }

    fn doubt(&self, problem: &Problem) -> bool {
        let within = |place: &Range<usize>| problem.span.start < place.end && place.start < problem.span.end;
        (self.lost_keys && problem.code == "missing_key")
            || self.rest.is_some_and(|rest| problem.span.end >= rest)
            || self.places.iter().any(within)
    }
}

fn unreadable() -> Problem {
    Problem::new(
        "unreadable",
        "the file could not be read, for a reason nobody foresaw",
        0..0,
        "somewhere here",
        "this is a fault of changeward: please report it",
    )
}

/// A table, or nothing, to read keys from.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(Option<&'a Node>);

impl<'a> Fields<'a> {
    /// The keys of a table.
    pub(super) fn of(node: &'a Node) -> Self {
        Self(Some(node))
    }

    /// The value of a key.
    pub(super) fn node(self, key: &str) -> Option<&'a Node> {
        self.0?.get(key)
    }

    /// Where a key's value stands; where the table does, if it has none.
    pub(super) fn span(self, key: &str) -> Range<usize> {
        self.node(key).or(self.0).map_or(0..0, |node| node.span.clone())
    }

    /// Where the table stands.
    pub(super) fn own_span(self) -> Range<usize> {
        self.0.map_or(0..0, |node| node.span.clone())
    }

    /// A table.
    pub(super) fn table(self, key: &str) -> Fields<'a> {
        Fields(self.node(key))
    }

    /// The tables of a list.
    pub(super) fn tables(self, key: &str) -> impl Iterator<Item = Fields<'a>> {
        self.items(key).iter().map(|node| Fields(Some(node)))
    }

    /// The keys of a table whose keys are free: name, place of the name, value.
    pub(super) fn named(self, key: &str) -> impl Iterator<Item = (&'a str, Range<usize>, &'a Node)> {
        let entries = self.node(key).map(Node::entries).unwrap_or_default();
        entries.iter().map(|entry| (entry.key.as_str(), entry.key_span.clone(), &entry.node))
    }

    /// Text.
    pub(super) fn text(self, key: &str) -> Option<String> {
        self.node(key)?.text().map(str::to_owned)
    }

    /// A word, read as `parse` does.
    pub(super) fn word<T>(self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        parse(self.node(key)?.text()?)
    }

    /// A whole number.
    pub(super) fn int(self, key: &str) -> Option<i64> {
        self.node(key)?.int()
    }

    /// True or false; false where it is absent.
    pub(super) fn flag(self, key: &str) -> bool {
        self.node(key).is_some_and(|node| node.value == document::Value::Bool(true))
    }

    /// A length of time.
    pub(super) fn duration(self, key: &str) -> Option<Span> {
        self.word(key, Span::parse)
    }

    /// A date or a time.
    pub(super) fn moment(self, key: &str) -> Option<Moment> {
        self.word(key, Moment::parse)
    }

    /// A person or a team.
    pub(super) fn principal(self, key: &str) -> Option<Principal> {
        self.word(key, Principal::parse)
    }

    /// Someone, as a forge spells them.
    pub(super) fn login(self, key: &str) -> Option<Principal> {
        self.word(key, login)
    }

    /// A list of words, each read as `parse` does. A single text is a list of one.
    pub(super) fn words<T>(self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        words(self.node(key), parse)
    }

    /// A list of texts.
    pub(super) fn texts(self, key: &str) -> Vec<String> {
        self.words(key, |text| Some(text.to_owned()))
    }

    /// A list of people and teams.
    pub(super) fn principals(self, key: &str) -> Vec<Principal> {
        self.words(key, Principal::parse)
    }

    /// A list of people, as a forge spells them.
    pub(super) fn logins(self, key: &str) -> Vec<Principal> {
        self.words(key, login)
    }

    /// A list of teams, as a forge spells them.
    pub(super) fn forge_teams(self, key: &str) -> Vec<Principal> {
        self.words(key, forge_team)
    }

    /// A list of patterns.
    pub(super) fn globs(self, key: &str) -> Vec<Pattern> {
        self.words(key, |text| Pattern::glob(text).ok())
    }

    fn items(self, key: &str) -> &'a [Node] {
        self.node(key).map(Node::items).unwrap_or_default()
    }
}

/// The words of a list, or the one word, each read as `parse` does.
pub(super) fn words<T>(node: Option<&Node>, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let Some(node) = node else { return Vec::new() };
    let items = if node.text().is_some() { std::slice::from_ref(node) } else { node.items() };
    items.iter().filter_map(|item| parse(item.text()?)).collect()
}

/// A problem for every table whose `key` repeats that of an earlier one.
pub(super) fn duplicates<'a>(tables: impl Iterator<Item = Fields<'a>>, key: &str, what: &str) -> Vec<Problem> {
    let mut seen = std::collections::BTreeSet::new();
    let mut problems = Vec::new();
    for table in tables {
        let Some(name) = table.text(key) else { continue };
        if !seen.insert(name.to_lowercase()) {
            problems.push(Problem::new(
                "duplicate_id",
                format!("a second {what} is named {}", super::problem::quoted(&name)),
                table.span(key),
                "named before",
                format!("every {what} needs a name of its own (upper and lower case count as the same)"),
            ));
        }
    }
    problems
}

/// A problem for each text that has nothing but blanks: it says as little as none.
pub(super) fn blank(fields: Fields<'_>, keys: &[&str]) -> Vec<Problem> {
    let blank = |key: &&&str| fields.text(key).is_some_and(|text| !text.is_empty() && text.trim().is_empty());
    let problem = |key: &&str| {
        let message = format!("{} says nothing", super::problem::quoted(key));
        Problem::new("blank", message, fields.span(key), "nothing but blanks", "write what a reader must know")
    };
    keys.iter().filter(blank).map(problem).collect()
}

/// A problem when the end of a time does not come after its start.
pub(super) fn ends_before(fields: Fields<'_>, start: &str, end: &str) -> Option<Problem> {
    let (from, to) = (fields.moment(start)?, fields.moment(end)?);
    (to <= from).then(|| {
        Problem::new(
            "never_valid",
            format!("`{end}` does not come after `{start}`, so this never holds"),
            fields.span(end),
            format!("{to}, and `{start}` is {from}"),
            format!("write an `{end}` later than `{start}`: the end itself no longer counts"),
        )
    })
}
