//! YAML, any number of documents, as far as all its readers see the same in it.
//!
//! Events become nodes here. A directive changes what the words mean, a key may be something that is no text, a merge may
//! hide a key: each is a reason not to judge the file by its values.

use super::source::{Source, scalar, shown, span};
use super::yaml_alias::Anchors;
use super::yaml_gap::{self, Gap};
use super::yaml_keys;
use super::yaml_plain::resolve;
use crate::model::{Field, Node, ScalarKind, SyntaxFault, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use std::borrow::Cow;
use std::ops::Range;

/// The key of a first line that a program may read although it is a comment: `#cloud-config`.
const FIRST_LINE: &str = "#!";

/// Between two marks of [`Offsets`], in characters.
const STRIDE: usize = 32;

/// All documents of a file.
pub(super) fn documents(source: Source<'_>) -> Result<Vec<Node<'_>>, SyntaxFault> {
    let odd = |byte| !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'); // seen faster than characters
    if source.text.bytes().any(odd)
        && let Some(at) = source.text.find(is_hidden)
    {
        return Err(source.fault(at, "has a character that some readers of YAML refuse or break a line at"));
    }
    let text = source.text;
    let mut reader = Reader::new(source);
    let mut roots = reader.all(Parser::new_from_str(text))?;
    let first = text.lines().next().unwrap_or_default();
    if first.strip_prefix('#').is_some_and(|rest| !rest.is_empty() && !rest.starts_with([' ', '\t', '#'])) {
        let place = span(0, first.len());
        let Some(Node { span, value: Value::Map(fields) }) = roots.first_mut() else {
            return Err(reader.source.fault(0, format!("begins with {}, which a program may read", shown(first))));
        };
        span.start = 0;
        let node = scalar(place, ScalarKind::Text, first);
        fields.insert(0, Field::new(FIRST_LINE, 0..0, node));
        let fields = std::mem::take(fields);
        reader.source.map(fields).map(|map| roots.first_mut().map(|root| root.value = map))?;
    }
    Ok(roots)
}

/// Control characters, and what is a line break to YAML 1.1 alone.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

struct Reader<'t> {
    source: Source<'t>,
    offsets: Offsets<'t>,
    /// Behind the last thing that was read.
    cursor: usize,
    open: Vec<Open<'t>>,
    /// The items of all open lists, the innermost last. A list is made when it ends, of just the length it has.
    items: Vec<Node<'t>>,
    /// Likewise the fields of all open mappings.
    fields: Vec<Field<'t>>,
    root: Option<Node<'t>>,
    anchors: Anchors<'t>,
}

/// A list or mapping that is still open.
struct Open<'t> {
    start: usize,
    anchor: usize,
    /// In brackets.
    flow: bool,
    made: Made<'t>,
}

enum Made<'t> {
    List {
        /// Where its items begin among those of all.
        from: usize,
    },
    Map {
        /// Where its fields begin among those of all.
        from: usize,
        /// A key whose value has not come yet, and its place.
        key: Option<(Cow<'t, str>, Range<u32>)>,
    },
}

impl<'t> Reader<'t> {
    fn new(source: Source<'t>) -> Self {
        let (offsets, anchors) = (Offsets::new(source.text), Anchors::new(source.text));
        let (open, items, fields) = (Vec::new(), Vec::new(), Vec::new());
        Self { source, offsets, cursor: 0, open, items, fields, root: None, anchors }
    }

    fn all(&mut self, events: Parser<'t, StrInput<'t>>) -> Result<Vec<Node<'t>>, SyntaxFault> {
        let mut roots = Vec::new();
        for next in events {
            let (event, place) = next.map_err(|error| {
                let at = self.offsets.byte(error.marker().index());
                match error.info() {
                    info if info.contains("unknown anchor") => self.unknown(at),
                    info => self.source.broken(at, info),
                }
            })?;
            let range = self.range(&place);
            match event {
                Event::Nothing | Event::StreamStart => {}
                Event::DocumentStart(marked) => {
                    let gap = self.gap(range.start)?;
                    self.begun(&gap, &roots)?;
                    if marked {
                        self.cursor = range.end;
                    }
                }
                Event::DocumentEnd => {
                    self.anchors.forget();
                    roots.extend(self.root.take());
                }
                Event::StreamEnd => {
                    let gap = self.gap(self.source.text.len())?;
                    self.begun(&gap, &roots)?;
                }
                Event::Alias(anchor) => self.alias(range, anchor)?,
                Event::SequenceStart(anchor, tag) => self.begin(&range, anchor, tag.as_deref(), "seq")?,
                Event::MappingStart(anchor, tag) => self.begin(&range, anchor, tag.as_deref(), "map")?,
                Event::SequenceEnd | Event::MappingEnd => self.end(&range)?,
                Event::Scalar(text, style, anchor, tag) => self.scalar(&range, (text, style), anchor, tag.is_some())?,
            }
        }
        Ok(roots)
    }

    fn range(&mut self, place: &Span) -> Range<usize> {
        let start = self.offsets.byte(place.start.index());
        start..self.offsets.byte(place.end.index()).max(start)
    }

    fn unknown(&self, at: usize) -> SyntaxFault {
        let name = self.source.slice(at..self.source.text.len()).split([' ', '\n', '\r', ',', ']', '}', ':']).next();
        let name = name.filter(|name| name.starts_with('*')).unwrap_or("*name");
        self.source.fault(at, format!("has an alias {} of no anchor before it", shown(name)))
    }

    /// The value of an anchor, where an alias of it stands.
    fn alias(&mut self, place: Range<usize>, anchor: usize) -> Result<(), SyntaxFault> {
        let gap = self.gap(place.start)?;
        let key = matches!(self.open.last(), Some(Open { made: Made::Map { key: None, .. }, .. }));
        if key || gap.tag.is_some() || gap.block.is_some() || place.start < self.cursor {
            return Err(self.source.fault(place.start, "has an alias where none is clear: as a key, or behind a tag"));
        }
        self.cursor = place.end;
        let node = self.anchors.value(anchor, place, self.open.len(), &mut self.source)?;
        self.put(node, 0)
    }

    /// What stands between the last thing and an offset.
    fn gap(&self, to: usize) -> Result<Gap, SyntaxFault> {
        let gap = Gap::read(self.source.text, self.cursor..to);
        if let Some(at) = gap.directive {
            return Err(self.source.fault(at, "has a directive (`%…`), which changes what its words mean"));
        }
        match gap.stray {
            Some(at) => Err(self.source.fault(at, "has something here that belongs to no value")),
            None => Ok(gap),
        }
    }

    /// `...` ends a document; before the first one it makes one to some readers.
    fn begun(&self, gap: &Gap, roots: &[Node<'t>]) -> Result<(), SyntaxFault> {
        match gap.over.filter(|_| roots.is_empty()) {
            Some(at) => Err(self.source.fault(at, "ends a document before one begins, which some readers count")),
            None => Ok(()),
        }
    }

    fn begin(&mut self, range: &Range<usize>, anchor: usize, tag: Option<&Tag>, core: &str) -> Result<(), SyntaxFault> {
        self.source.count(range.start, self.open.len() + 1)?;
        if tag.is_some_and(|tag| !tag.is_yaml_core_schema() || tag.suffix != core) {
            return Err(self.source.fault(range.start, "has a tag on a list or mapping"));
        }
        let list = core == "seq";
        let bracket = if list { '[' } else { '{' };
        let flow = self.source.slice(range.clone()).starts_with(bracket); // blanks may follow
        let gap = self.gap(range.start)?;
        // A list that is not indented begins with its first dash, wherever the reader says it does.
        let in_list = matches!(self.open.last(), Some(Open { flow: false, made: Made::List { .. }, .. }));
        let start = gap.dash.filter(|_| list && !flow && !in_list).unwrap_or(range.start);
        self.cursor = if flow { range.start + 1 } else { start.max(self.cursor) };
        let made = match list {
            true => Made::List { from: self.items.len() },
            false => Made::Map { from: self.fields.len(), key: None },
        };
        self.open.push(Open { start, anchor, flow, made });
        Ok(())
    }

    fn end(&mut self, range: &Range<usize>) -> Result<(), SyntaxFault> {
        let Some(Open { start, anchor, flow, made }) = self.open.pop() else { return Ok(()) };
        if flow {
            self.gap(range.start)?;
            self.cursor = range.start + 1;
        }
        let (start, value) = match made {
            Made::List { from } => (start, Value::List(self.items.drain(from..).collect())),
            Made::Map { from, .. } => {
                let fields: Vec<_> = self.fields.drain(from..).collect();
                let first = fields.first().filter(|_| !flow).map(|field| field.key_span.start as usize);
                (first.unwrap_or(start), yaml_keys::map(&self.source, fields)?)
            }
        };
        let node = Node { span: span(start, self.cursor), value };
        self.put(node, anchor)
    }

    /// Gives a complete value to what is open.
    fn put(&mut self, node: Node<'t>, anchor: usize) -> Result<(), SyntaxFault> {
        self.anchors.keep(anchor, &node, &self.source)?;
        match self.open.last_mut().map(|open| &mut open.made) {
            None => self.root = Some(node),
            Some(Made::List { .. }) => self.items.push(node),
            Some(Made::Map { key, .. }) => match key.take() {
                Some((key, key_span)) => self.fields.push(Field::new(key, key_span, node)),
                None => return Err(self.source.fault(node.span.start as usize, "has a key that is a list or mapping")),
            },
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        range: &Range<usize>,
        (text, style): (Cow<'t, str>, ScalarStyle),
        anchor: usize,
        tagged: bool,
    ) -> Result<(), SyntaxFault> {
        self.source.count(range.start, self.open.len())?;
        let plain = style == ScalarStyle::Plain;
        // The reader gives `~` for a value that is not there.
        let absent = plain && (text.is_empty() || (&*text == "~" && self.source.slice(range.clone()) != "~"));
        let text = if absent { Cow::Borrowed("") } else { text };
        let gap = self.gap(range.start)?;
        let mut place = if absent { self.absent() } else { self.place(range, &text, style, &gap)? };
        self.cursor = place.end;
        let in_flow = self.open.iter().any(|open| open.flow);
        if let Some(Open { made: Made::Map { key: key @ None, .. }, .. }) = self.open.last_mut() {
            if tagged || absent {
                let what = if tagged { "has a tag on a key" } else { "has a key that is missing" };
                return Err(self.source.fault(place.start, what));
            }
            if plain && in_flow {
                yaml_keys::parted(&self.source, place.end)?;
            }
            *key = Some((yaml_keys::named(text, plain), span(place.start, place.end)));
            return Ok(());
        }
        let (kind, text) = match (tagged, &gap.tag) {
            (true, Some(tag)) => {
                if gap.comment_after_tag {
                    return Err(self.source.fault(tag.start, "has a comment between a tag and its value"));
                }
                place = if absent { tag.clone() } else { tag.start..place.end };
                self.cursor = place.end;
                (ScalarKind::Expression, Cow::Borrowed(self.source.slice(place.clone())))
            }
            (true, None) => return Err(self.source.fault(place.start, "has a tag that stands elsewhere")),
            _ if plain => resolve(text),
            // Some readers supply the line break that the file does not end with.
            _ if self.ends_open(&place) && text.ends_with('\n') => (ScalarKind::Unclear, text),
            _ => (ScalarKind::Text, text),
        };
        self.put(scalar(span(place.start, place.end), kind, text), anchor)
    }

    /// Where a scalar stands, when there is no doubt about it.
    fn place(
        &self,
        range: &Range<usize>,
        text: &str,
        style: ScalarStyle,
        gap: &Gap,
    ) -> Result<Range<usize>, SyntaxFault> {
        let fault = |why: &str| Err(self.source.fault(range.start, why));
        if range.start < self.cursor {
            return fault("has values that stand in each other");
        }
        // Some readers take the sign for what it is, and the rest for the value.
        let in_flow = self.open.iter().any(|open| open.flow);
        let sign = text.starts_with(['?', '|', '>', '@', '`', '%']) || (in_flow && text.starts_with(':'));
        if style == ScalarStyle::Plain && sign {
            return fault("has a value without quotes that begins with a sign of YAML");
        }
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let place = match (block, gap.block) {
            // At the margin readers differ on what still belongs to it: `---`, comments.
            (true, _) if self.open.is_empty() => return fault("is one block of text"),
            (true, Some(start)) => start..self.block_end(start, range)?,
            (false, None) => range.clone(),
            (true, None) | (false, Some(_)) => return fault("has a block of text whose beginning is not clear"),
        };
        let mark = |line: &str| line.starts_with("---") || line.starts_with("...");
        if self.source.slice(place.clone()).lines().skip(1).any(mark) {
            return fault("has a value with the mark of a document in it");
        }
        Ok(place)
    }

    /// Where a value would stand that is not there: behind what asks for it.
    fn absent(&self) -> Range<usize> {
        let wanted = match self.open.last().map(|open| (&open.made, open.flow)) {
            Some((Made::Map { .. }, _)) => b':',
            Some((Made::List { .. }, false)) => b'-',
            _ => return self.cursor..self.cursor,
        };
        let next = yaml_gap::behind_blanks(self.source.text, self.cursor);
        let asked = self.source.text.as_bytes().get(next) == Some(&wanted);
        let at = if asked { next + 1 } else { self.cursor };
        at..at
    }

    /// The end of a block of text: behind its last line that counts.
    fn block_end(&self, start: usize, range: &Range<usize>) -> Result<usize, SyntaxFault> {
        let text = self.source.slice(start..range.end);
        let header = text.lines().next().unwrap_or_default().split(" #").next().unwrap_or_default();
        let (body, last_line) = text.rsplit_once('\n').unwrap_or(("", text));
        let blank_end = text.len() > last_line.len() && last_line.bytes().all(|byte| byte == b' ');
        if blank_end && !last_line.is_empty() && range.end == self.source.text.len() {
            return Err(self.source.fault(range.end, "ends within a line of blanks, which only some readers count"));
        }
        let kept = header.contains('+');
        let body = match (blank_end, kept) {
            (true, true) => body.len() + 1,
            (true, false) => body.trim_end_matches(['\n', '\r']).len(),
            (false, true) => text.len(),
            (false, false) => text.trim_end_matches(['\n', '\r']).len(),
        };
        Ok(start + body.max(header.trim_end().len()))
    }

    /// A block of text that the end of the file ends.
    fn ends_open(&self, place: &Range<usize>) -> bool {
        let all = self.source.text;
        let block = all.get(place.start..).is_some_and(|text| text.starts_with(['|', '>']));
        block && place.end == all.len() && !all.ends_with('\n')
    }
}

/// Offsets in bytes of a text whose reader counts characters.
struct Offsets<'t> {
    text: &'t str,
    /// The offset of each [`STRIDE`]th character; empty when all characters are bytes.
    marks: Vec<usize>,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        let marks =
            if text.is_ascii() { Vec::new() } else { text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect() };
        Self { text, marks }
    }

    fn byte(&self, character: usize) -> usize {
        if self.marks.is_empty() {
            return character.min(self.text.len());
        }
        let Some(mark) = self.marks.get(character / STRIDE) else { return self.text.len() };
        let rest = self.text.get(*mark..).unwrap_or_default();
        rest.char_indices().nth(character % STRIDE).map_or(self.text.len(), |(at, _)| mark + at)
    }
}
