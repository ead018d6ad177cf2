//! The content lines of an iCalendar file (RFC 5545 section 3.1), unfolded, each with its place, and the components they
//! make.

use crate::parse::Problem;
use crate::parse::problem::quoted;

use std::ops::Range;

/// One content line: `NAME;PARAM=VALUE:VALUE`.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// In capitals.
    pub(super) name: String,
    /// Names in capitals, values without quotes.
    pub(super) params: Vec<(String, String)>,
    /// As written, escapes included.
    pub(super) value: String,
    /// Bytes of the file, without the folded part.
    pub(super) span: Range<usize>,
}

impl Line {
    /// The value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value as text, its escapes undone (section 3.3.11).
    pub(super) fn text(&self) -> String {
        let mut out = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(other) => out.push(other),
                    None => out.push('\\'),
                },
                c => out.push(c),
            }
        }
        out
    }
}

/// A problem of one line, with the next step.
pub(super) fn at(line: &Line, code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem::new(code, message, line.span.clone(), "here", help)
}

/// What stands between `BEGIN` and `END`.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// In capitals.
    pub(super) name: String,
    /// Its `BEGIN` line.
    pub(super) begin: Line,
    pub(super) lines: Vec<Line>,
    pub(super) parts: Vec<Component>,
}

/// Components stand in a calendar, alarms in events; nothing is deeper than that.
const MAX_DEPTH: usize = 4;

/// Reads the one calendar of a file.
pub(super) fn component(text: &str, problems: &mut Vec<Problem>) -> Component {
    let mut open = vec![Component::default()];
    for line in unfold(text, problems) {
        match line.name.as_str() {
            "BEGIN" if open.len() > MAX_DEPTH => {
                problems.push(at(&line, "structure", "components are nested too deeply", "close one before"));
                return Component::default();
            }
            "BEGIN" => {
                let name = line.value.trim().to_ascii_uppercase();
                open.push(Component { name, begin: line, ..Component::default() });
            }
            "END" => close(&mut open, &line, problems),
            _ => match open.as_mut_slice() {
                [_, .., inner] => inner.lines.push(line),
                _ => problems.push(at(&line, "structure", "a line outside the calendar", OUTSIDE)),
            },
        }
    }
    while let [.., _, inner] = open.as_slice() {
        let message = format!("{} is never closed", quoted(&inner.name));
        problems.push(at(&inner.begin, "structure", message, "the file is cut off, or an `END:` line is missing"));
        let end = Line::default();
        let inner = inner.name.clone();
        close(&mut open, &Line { value: inner, ..end }, problems);
    }
    calendar(open.pop().unwrap_or_default().parts, problems)
}

const OUTSIDE: &str = "a calendar starts with `BEGIN:VCALENDAR` and ends with `END:VCALENDAR`";

fn close(open: &mut Vec<Component>, line: &Line, problems: &mut Vec<Problem>) {
    let name = line.value.trim().to_ascii_uppercase();
    match open.as_slice() {
        [.., _, inner] if inner.name == name => {
            if let (Some(inner), Some(outer)) = (open.pop(), open.last_mut()) {
                outer.parts.push(inner);
            }
        }
        [.., _, inner] => {
            let message = format!("{} closes what is not open", quoted(&name));
            problems.push(at(line, "structure", message, format!("close {} first", quoted(&inner.name))));
        }
        _ => problems.push(at(line, "structure", format!("{} closes what is not open", quoted(&name)), OUTSIDE)),
    }
}

fn calendar(parts: Vec<Component>, problems: &mut Vec<Problem>) -> Component {
    let mut found: Option<Component> = None;
    for part in parts {
        if part.name != "VCALENDAR" {
            problems.push(at(&part.begin, "structure", "a component outside the calendar", OUTSIDE));
        } else if found.is_some() {
            let help = "one file is one calendar: split it, and name both in config.toml";
            problems.push(at(&part.begin, "structure", "a second calendar in one file", help));
        } else {
            found = Some(part);
        }
    }
    if found.is_none() && problems.is_empty() {
        problems.push(at(&Line::default(), "structure", "no calendar in this file", OUTSIDE));
    }
    found.unwrap_or_default()
}

/// Joins folded lines and splits each into its parts. Empty lines mean nothing.
fn unfold(text: &str, problems: &mut Vec<Problem>) -> Vec<Line> {
    let mut lines: Vec<(Line, String)> = Vec::new();
    let text_only = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut start = text.len() - text_only.len();
    for physical in text_only.split_inclusive('\n') {
        let content = physical.trim_end_matches(['\n', '\r']);
        let span = start..start + content.len();
        start += physical.len();
        match (content.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, whole))) => whole.push_str(rest),
            _ if content.trim().is_empty() => {}
            _ => lines.push((Line { span, ..Line::default() }, content.to_owned())),
        }
    }
    let parsed = lines.into_iter().filter_map(|(line, whole)| match split(&whole) {
        Some((name, params, value)) => Some(Line { name, params, value, ..line }),
        None => {
            let message = format!("not a line of a calendar: {}", quoted(&whole));
            problems.push(at(&line, "bad_line", message, "expected `NAME:VALUE` or `NAME;PARAMETER=VALUE:VALUE`"));
            None
        }
    });
    parsed.collect()
}

type Parts = (String, Vec<(String, String)>, String);

fn split(line: &str) -> Option<Parts> {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let end = line.find([';', ':'])?;
    let (name, mut rest) = line.split_at_checked(end)?;
    let mut params = Vec::new();
    is_name(name).then_some(())?;
    while let Some(after) = rest.strip_prefix(';') {
        let (key, after) = after.split_once('=')?;
        is_name(key).then_some(())?;
        let end = end_of_param(after)?;
        let (value, next) = after.split_at_checked(end)?;
        params.push((key.to_ascii_uppercase(), value.replace('"', "")));
        rest = next;
    }
    Some((name.to_ascii_uppercase(), params, rest.strip_prefix(':')?.to_owned()))
}

/// The first `;` or `:` outside quotes.
fn end_of_param(text: &str) -> Option<usize> {
    let mut inside = false;
    text.char_indices().find_map(|(at, c)| {
        inside ^= c == '"';
        (!inside && (c == ';' || c == ':')).then_some(at)
    })
}
