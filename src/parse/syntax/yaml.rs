//! YAML, any number of documents, as far as all its readers see the same in it.
//!
//! Events become nodes here. An alias would bring in a value that stands elsewhere, a directive changes what the words
//! mean, a key may be something that is no text: each is a reason not to judge the file by its values.

use super::source::{Source, scalar, shown, span};
use super::yaml_gap::{self, Gap};
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
        fields.insert(0, Field { key: Cow::Borrowed(FIRST_LINE), key_span: 0..0, node });
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
}

/// A list or mapping that is still open.
struct Open<'t> {
    start: usize,
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
        let offsets = Offsets::new(source.text);
        Self { source, offsets, cursor: 0, open: Vec::new(), items: Vec::new(), fields: Vec::new(), root: None }
    }

    fn all(&mut self, events: Parser<'t, StrInput<'t>>) -> Result<Vec<Node<'t>>, SyntaxFault> {
        let mut roots = Vec::new();
        for next in events {
            let (event, place) = next.map_err(|error| {
                let at = self.offsets.byte(error.marker().index());
                match error.info() {
                    info if info.contains("unknown anchor") => self.alias(at),
                    info => self.source.broken(at, info),
                }
            })?;
            let range = self.range(&place);
            match event {
                Event::Nothing | Event::StreamStart => {}
                Event::DocumentStart(marked) => {
                    self.gap(range.start)?;
                    if marked {
                        self.cursor = range.end;
                    }
                }
                Event::DocumentEnd => roots.extend(self.root.take()),
                Event::StreamEnd => {
                    self.gap(self.source.text.len())?;
                }
                Event::Alias(_) => return Err(self.alias(range.start)),
                Event::SequenceStart(_, tag) => self.begin(&range, tag.as_deref(), "seq")?,
                Event::MappingStart(_, tag) => self.begin(&range, tag.as_deref(), "map")?,
                Event::SequenceEnd | Event::MappingEnd => self.end(&range)?,
                Event::Scalar(text, style, _, tag) => self.scalar(&range, text, style, tag.is_some())?,
            }
        }
        Ok(roots)
    }

    fn range(&mut self, place: &Span) -> Range<usize> {
        let start = self.offsets.byte(place.start.index());
        start..self.offsets.byte(place.end.index()).max(start)
    }

    fn alias(&self, at: usize) -> SyntaxFault {
        let name = self.source.slice(at..self.source.text.len()).split([' ', '\n', '\r', ',', ']', '}', ':']).next();
        let name = name.filter(|name| name.starts_with('*')).unwrap_or("*name");
        self.source.fault(at, format!("has an alias {}: the value it brings in stands elsewhere", shown(name)))
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

    fn begin(&mut self, range: &Range<usize>, tag: Option<&Tag>, core: &str) -> Result<(), SyntaxFault> {
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
        self.open.push(Open { start, flow, made });
        Ok(())
    }

    fn end(&mut self, range: &Range<usize>) -> Result<(), SyntaxFault> {
        let Some(Open { start, flow, made }) = self.open.pop() else { return Ok(()) };
        if flow {
            self.gap(range.start)?;
            self.cursor = range.start + 1;
        }
        let (start, value) = match made {
            Made::List { from } => (start, Value::List(self.items.split_off(from))),
            Made::Map { from, .. } => {
                let fields = self.fields.split_off(from);
                let first = fields.first().filter(|_| !flow).map(|field| field.key_span.start as usize);
                (first.unwrap_or(start), self.map(fields)?)
            }
        };
        let node = Node { span: span(start, self.cursor), value };
        self.put(node)
    }

    /// A mapping. A key in quotes that would be no text without them keeps its quotes, so that `on` and `"on"` differ;
    /// but both in one mapping are one too many.
    fn map(&self, fields: Vec<Field<'t>>) -> Result<Value<'t>, SyntaxFault> {
        // `80` and `0x50`, `true` and `yes` are one key to some readers, and the last one wins.
        let mut odd = fields.iter().filter(|field| !field.key.starts_with('"') && !is_plain_text(&field.key));
        let (first, others) = (odd.next(), odd.clone().next());
        let doubtful = |field: &&Field<'_>| !is_canonical(&field.key);
        if let (Some(first), Some(_)) = (first, others)
            && let Some(field) = std::iter::once(first).chain(odd).find(doubtful)
        {
            let why = "has keys that are no texts, and that some readers take for the same";
            return Err(self.source.fault(field.key_span.start as usize, why));
        }
        self.source.map_by(fields, |field| {
            let inner = field.key.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
            inner.filter(|inner| !is_plain_text(inner)).unwrap_or(&field.key)
        })
    }

    /// Gives a complete value to what is open.
    fn put(&mut self, node: Node<'t>) -> Result<(), SyntaxFault> {
        match self.open.last_mut().map(|open| &mut open.made) {
            None => self.root = Some(node),
            Some(Made::List { .. }) => self.items.push(node),
            Some(Made::Map { key, .. }) => match key.take() {
                Some((key, key_span)) => self.fields.push(Field { key, key_span, node }),
                None => return Err(self.source.fault(node.span.start as usize, "has a key that is a list or mapping")),
            },
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        range: &Range<usize>,
        text: Cow<'t, str>,
        style: ScalarStyle,
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
        if let Some(Open { made: Made::Map { key: key @ None, .. }, .. }) = self.open.last_mut() {
            if tagged || absent {
                let what = if tagged { "has a tag on a key" } else { "has a key that is missing" };
                return Err(self.source.fault(place.start, what));
            }
            if plain && &*text == "<<" {
                return Err(self
                    .source
                    .fault(place.start, "has a merge key (`<<`): the values it brings in stand elsewhere"));
            }
            let as_it_is = plain || (is_plain_text(&text) && !text.starts_with('"'));
            let text = if as_it_is { text } else { Cow::Owned(format!("\"{text}\"")) };
            *key = Some((text, span(place.start, place.end)));
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
            _ => (ScalarKind::Text, self.last_line(text, &place)),
        };
        self.put(scalar(span(place.start, place.end), kind, text))
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

    /// A block at the end of a file that does not end its line has no line break at its end, whatever the reader says.
    fn last_line(&self, text: Cow<'t, str>, place: &Range<usize>) -> Cow<'t, str> {
        let all = self.source.text;
        let block = all.get(place.start..).is_some_and(|text| text.starts_with(['|', '>']));
        if block && place.end == all.len() && !all.ends_with('\n') && text.ends_with('\n') {
            return Cow::Owned(text.strip_suffix('\n').unwrap_or_default().to_owned());
        }
        text
    }
}

/// Whether a text needs no quotes to be text.
fn is_plain_text(text: &str) -> bool {
    resolve(Cow::Borrowed(text)).0 == ScalarKind::Text
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

/// A key that is no text and has one spelling only.
fn is_canonical(key: &str) -> bool {
    let digits = key.strip_prefix('-').unwrap_or(key);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    matches!(key, "true" | "false" | "null") || (whole && (digits == "0" || !digits.starts_with('0')) && key != "-0")
}
