//! INI: sections of `key = value`, as far as its many readers agree.

use super::lines::{Lines, trimmed};
use super::source::{Source, scalar, shown, span};
use super::statements::extent;
use crate::model::{Field, Node, ScalarKind, SyntaxFault, Value, is_unsafe};
use std::collections::HashSet;
use std::ops::Range;

/// The key of comments that say something to some reader.
const COMMENTS: &str = "#comments";

/// To PHP `#` begins no comment but a key, and with one of these in it, or with two `=`, strings go on over lines, or nothing
/// can be read.
const COMPUTED: &str = "!\"$&'()[^{|}~";

/// The sections of a file, and the keys before the first.
pub(super) fn root(source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    let mut reader = Reader {
        source,
        root: Vec::new(),
        section: None,
        names: HashSet::new(),
        indent: 0,
        apostrophe: false,
        comments: Vec::new(),
    };
    reader.source.count(0, 0)?;
    let mut lines = Lines::of(&reader.source)?;
    while let Some(line) = lines.next() {
        let place = trimmed(reader.source.text, line.clone());
        let indent = place.start - line.start;
        if has_odd_edge(reader.source.slice(place.clone())) {
            return Err(reader.source.fault(place.start, ODD_EDGE));
        }
        reader.line(place, indent)?;
    }
    let text = reader.source.text;
    let last = text.rsplit('\n').next().unwrap_or_default();
    if last.contains([';', '#']) {
        return Err(reader
            .source
            .fault(text.len() - last.len(), "ends in a comment without a line end, which PHP cannot read"));
    }
    reader.close()?;
    let mut fields = reader.root;
    let place = extent(&fields).unwrap_or(0..0);
    let mut names = HashSet::new();
    if let Some(twice) = fields.iter().find(|field| !names.insert(field.key.trim().to_lowercase())) {
        return Err(reader
            .source
            .fault(twice.key_span.start as usize, format!("has the key {} twice", shown(&twice.key))));
    }
    if !reader.comments.is_empty() {
        let here = place.start..place.start;
        let node = scalar(here.clone(), ScalarKind::Text, reader.comments.join("\n"));
        fields.push(Field::new(COMMENTS, here, node));
    }
    Ok(Node { span: place, value: reader.source.map(fields)? })
}

/// A name, or one with a quoted part behind it, as git has it.
fn is_section(name: &str) -> bool {
    let quotes = name.matches('"').count();
    !name.is_empty()
        && !has_odd_edge(name.trim_matches([' ', '\t']))
        && !name.contains(|c: char| "[];#'`\\$".contains(c))
        && (quotes == 0 || (quotes == 2 && name.ends_with('"') && !name.starts_with('"')))
}

/// Why a line is refused in which a string may begin that ends below, or that began above.
const OPEN_QUOTE: &str = "has a quote without end, which may go on below";

/// Why a line is refused that begins or ends with a blank which is none to some readers.
const ODD_EDGE: &str = "has a blank that is none to some readers";

/// Begins or ends with a blank that is neither a space nor a tab.
fn has_odd_edge(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || is_unsafe(c);
    text.starts_with(odd) || text.ends_with(odd)
}

struct Reader<'t> {
    source: Source<'t>,
    root: Vec<Field<'t>>,
    /// The open section: its name, its header, its keys.
    section: Option<(&'t str, Range<usize>, Vec<Field<'t>>)>,
    /// Keys of what is open, in lower case: to some readers they are the same.
    names: HashSet<String>,
    /// How far the last key stands from its margin.
    indent: usize,
    /// A value has one apostrophe, from which a string may go on to the next.
    apostrophe: bool,
    comments: Vec<&'t str>,
}

impl<'t> Reader<'t> {
    fn line(&mut self, place: Range<usize>, indent: usize) -> Result<(), SyntaxFault> {
        let line = self.source.slice(place.clone());
        if self.apostrophe && line.contains('\'') {
            return Err(self.source.fault(place.start, OPEN_QUOTE));
        }
        match line.as_bytes() {
            [] | [b';', ..] => Ok(()),
            [b'#', ..] => {
                if line.contains(|c| COMPUTED.contains(c)) || line.matches('=').count() > 1 {
                    self.comments.push(line);
                }
                Ok(())
            }
            [b'[', ..] => {
                self.in_line(&place, indent)?;
                if indent > 0 {
                    return Err(self
                        .source
                        .fault(place.start, "has an indented section, which is a key to some readers"));
                }
                let name = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                let Some(name) = name.filter(|name| is_section(name)) else {
                    return Err(self.source.broken(place.start, "a section is not written as `[name]`"));
                };
                self.close()?;
                self.indent = 0;
                self.section = Some((name, place, Vec::new()));
                Ok(())
            }
            _ => self.key(place, indent),
        }
    }

    /// A line further in than the key above it is of that key's value to some readers, whatever stands there.
    fn in_line(&self, place: &Range<usize>, indent: usize) -> Result<(), SyntaxFault> {
        if indent > self.indent && !self.names.is_empty() {
            return Err(self
                .source
                .fault(place.start, "has an indented line, which may go on with the value above it"));
        }
        Ok(())
    }

    fn key(&mut self, place: Range<usize>, indent: usize) -> Result<(), SyntaxFault> {
        let text = self.source.text;
        let line = self.source.slice(place.clone());
        self.in_line(&place, indent)?;
        self.indent = indent;
        if line.ends_with('\\') {
            return Err(self.source.fault(place.start, "has a line that ends in `\\`, which may go on below"));
        }
        let separator = line.find(['=', ':']);
        if separator.is_some_and(|at| line.get(at..).is_some_and(|rest| rest.starts_with(':') && rest.contains('='))) {
            return Err(self
                .source
                .fault(place.start, "has a line with `:` and `=`, of which readers take one or the other"));
        }
        let end = separator.map_or(place.end, |at| place.start + at);
        let key = trimmed(text, place.start..end);
        let name = self.source.slice(key.clone());
        let value = if separator.is_some() { trimmed(text, end + 1..place.end) } else { end..end };
        let written = self.source.slice(value.clone());
        if name.is_empty() {
            return Err(self.source.broken(place.start, "a key is missing"));
        }
        if has_odd_edge(name) || has_odd_edge(written) {
            return Err(self.source.fault(place.start, ODD_EDGE));
        }
        // `list[]` and `list[name]` are lists of some readers.
        let bare = name.strip_suffix(']').and_then(|name| name.split_once('[')).map_or(name, |(name, _)| name);
        if bare.is_empty() || bare.contains(['[', ']']) || name.contains(|c: char| ";#\"'`\\\t".contains(c)) {
            return Err(self.source.broken(place.start, &format!("{} is no key to every reader", shown(name))));
        }
        if !self.names.insert(name.to_lowercase()) {
            return Err(self.source.fault(place.start, format!("has the key {} twice", shown(name))));
        }
        self.source.count(place.start, 2)?;
        let kind = match separator {
            None => ScalarKind::Null,
            Some(_) => self.kind(written, &value)?,
        };
        let node = scalar(span(value.start, value.end), kind, written);
        let field = Field::new(name, span(key.start, key.end), node);
        match &mut self.section {
            Some((_, _, fields)) => fields.push(field),
            None => self.root.push(field),
        }
        Ok(())
    }

    /// What readers make of a value. Some end it before a comment, some fill in or compute what is in it, and to some a quote
    /// goes on over lines.
    fn kind(&mut self, written: &str, place: &Range<usize>) -> Result<ScalarKind, SyntaxFault> {
        let open = |quote: char| written.matches(quote).count() % 2 == 1;
        if open('"') || written.starts_with('\'') && open('\'') || open('`') {
            return Err(self.source.fault(place.start, OPEN_QUOTE));
        }
        self.apostrophe |= open('\'');
        let quoted = |quote: char| written.len() > 1 && written.starts_with(quote) && written.ends_with(quote);
        let inner = match (quoted('"') || quoted('\'')).then(|| written.get(1..written.len() - 1)).flatten() {
            Some(inner) => inner,
            None => written,
        };
        if inner.contains("${") || inner.contains("%(") {
            return Ok(ScalarKind::Expression);
        }
        let unclear = inner.contains(|c: char| ";#\"'`\\%$".contains(c));
        Ok(if unclear { ScalarKind::Unclear } else { ScalarKind::Text })
    }

    /// Ends the open section.
    fn close(&mut self) -> Result<(), SyntaxFault> {
        self.names.clear();
        let Some((name, header, fields)) = self.section.take() else { return Ok(()) };
        self.source.count(header.start, 1)?;
        let place = extent(&fields).unwrap_or(span(header.end, header.end));
        let node = Node { span: place, value: Value::Map(fields) };
        self.root.push(Field::new(name, span(header.start, header.end), node));
        Ok(())
    }
}
