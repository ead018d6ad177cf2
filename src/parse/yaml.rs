//! YAML as a tree, small enough to be trusted with a stranger's file.
//!
//! The reader below gives events; the tree is made here, so that every limit stands in one place: a file is not large, not
//! deep, and its aliases do not multiply. A scalar keeps its spelling and whether it was quoted, because its readers
//! differ: what `yes` or `0123` is depends on who wrote the original.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::borrow::Cow;
use std::collections::HashMap;

/// How deep lists and mappings may go.
const MAX_DEPTH: usize = 40;

/// How many values a file may hold, each copy that an alias makes counted.
const MAX_NODES: usize = 200_000;

const TOO_DEEP: &str = "is nested too deeply";

/// What a file may be.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// In bytes.
    pub(super) size: usize,
    /// It may have aliases (`*name`).
    pub(super) aliases: bool,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    /// From 1.
    pub(super) line: u32,
    pub(super) value: Value<'a>,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Scalar(Spelled<'a>),
    List(Vec<Node<'a>>),
    /// In the order of the file; a key may come twice.
    Map(Vec<(Node<'a>, Node<'a>)>),
}

/// A scalar as it is written.
#[derive(Clone, Debug)]
pub(super) struct Spelled<'a> {
    pub(super) text: Cow<'a, str>,
    /// Without quotes, and no block.
    pub(super) plain: bool,
    /// The kind a core tag gives it: `str` of `!!str`.
    pub(super) tag: Option<String>,
}

/// What a scalar is by YAML's core schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar<'s> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'s str),
}

/// Why a file, or the rest of it, cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    /// From 1.
    pub(super) line: u32,
    /// For people; goes on from "this file …".
    pub(super) message: String,
}

impl Fault {
    fn new(line: u32, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// The documents of a file up to the first fault, and that fault.
pub(super) fn documents(text: &str, limits: Limits) -> (Vec<Node<'_>>, Option<Fault>) {
    let mut reader = Reader::new(text, limits);
    let mut documents = Vec::new();
    loop {
        match reader.document() {
            Ok(Some(document)) => documents.push(document),
            Ok(None) => return (documents, None),
            Err(fault) => return (documents, Some(fault)),
        }
    }
}

/// The first document of a file; what follows is not looked at. `None` for a file without any.
pub(super) fn first_document(text: &str, limits: Limits) -> Result<Option<Node<'_>>, Fault> {
    Reader::new(text, limits).document()
}

struct Reader<'a> {
    text: &'a str,
    limits: Limits,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Node<'a>>,
    nodes: usize,
}

/// A list or mapping that is still open.
struct Open<'a> {
    line: u32,
    anchor: usize,
    map: bool,
    /// Of a mapping: keys and values in turn.
    items: Vec<Node<'a>>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, limits: Limits) -> Self {
        let parser = Parser::new_from_str(text);
        Self { text, limits, parser, anchors: HashMap::new(), nodes: 0 }
    }

    /// The next document.
    fn document(&mut self) -> Result<Option<Node<'a>>, Fault> {
        if self.text.len() > self.limits.size {
            return Err(Fault::new(1, format!("is larger than {} KiB", self.limits.size >> 10)));
        }
        let mut root = None;
        let mut open: Vec<Open<'a>> = Vec::new();
        while let Some(next) = self.parser.next_event() {
            let (event, span) = next.map_err(|error| {
                let line =
                    line(error.marker().line()).min(u32::try_from(self.text.lines().count()).unwrap_or(u32::MAX));
                match error.info() {
                    "recursion limit exceeded" => Fault::new(line, TOO_DEEP),
                    info => Fault::new(line, format!("is not YAML: {info}")),
                }
            })?;
            let node = match event {
                Event::Nothing | Event::StreamStart | Event::StreamEnd => continue,
                Event::DocumentStart(_) => {
                    self.anchors.clear();
                    continue;
                }
                Event::DocumentEnd => return Ok(root),
                Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                    let map = matches!(event, Event::MappingStart(..));
                    open.push(Open { line: line(span.start.line()), anchor, map, items: Vec::new() });
                    self.count(&span, 1, open.len())?;
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                    Some(closed) => self.close(closed),
                    None => continue,
                },
                Event::Scalar(text, style, anchor, tag) => {
                    self.count(&span, 1, 0)?;
                    let tag = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.clone());
                    let value = Value::Scalar(Spelled { text, plain: style == ScalarStyle::Plain, tag });
                    let node = Node { line: line(span.start.line()), value };
                    self.remember(anchor, &node);
                    node
                }
                Event::Alias(anchor) => self.alias(anchor, &span, open.len())?,
            };
            match open.last_mut() {
                Some(parent) => parent.items.push(node),
                None => root = Some(node),
            }
        }
        Ok(root)
    }

    fn close(&mut self, closed: Open<'a>) -> Node<'a> {
        let Open { line, anchor, map, items } = closed;
        let value = if map {
            let mut pairs = Vec::with_capacity(items.len() / 2);
            let mut items = items.into_iter();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                pairs.push((key, value));
            }
            Value::Map(pairs)
        } else {
            Value::List(items)
        };
        let node = Node { line, value };
        self.remember(anchor, &node);
        node
    }

    fn remember(&mut self, anchor: usize, node: &Node<'a>) {
        if anchor > 0 && self.limits.aliases {
            self.nodes = self.nodes.saturating_add(node.size());
            self.anchors.insert(anchor, node.clone());
        }
    }

    fn alias(&mut self, anchor: usize, span: &Span, depth: usize) -> Result<Node<'a>, Fault> {
        let line = line(span.start.line());
        if !self.limits.aliases {
            return Err(Fault::new(line, "has an alias (`*name`): write the value out"));
        }
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            return Err(Fault::new(line, "has an alias of something that is not complete where it stands"));
        };
        self.count(span, node.size(), depth + node.height())?;
        Ok(Node { line, ..node })
    }

    fn count(&mut self, span: &Span, nodes: usize, depth: usize) -> Result<(), Fault> {
        self.nodes = self.nodes.saturating_add(nodes);
        let message = if depth > MAX_DEPTH {
            TOO_DEEP
        } else if self.nodes > MAX_NODES {
            "holds too many values, or aliases that multiply"
        } else {
            return Ok(());
        };
        Err(Fault::new(line(span.start.line()), message))
    }
}

fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl<'a> Node<'a> {
    /// How many values it is made of.
    fn size(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::List(items) => items.iter().fold(1, |sum, item| sum + item.size()),
            Value::Map(pairs) => pairs.iter().fold(1, |sum, (key, value)| sum + key.size() + value.size()),
        }
    }

    /// How many lists and mappings stand within each other, this one counted.
    fn height(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 0,
            Value::List(items) => 1 + items.iter().map(Self::height).max().unwrap_or(0),
            Value::Map(pairs) => {
                1 + pairs.iter().map(|(key, value)| key.height().max(value.height())).max().unwrap_or(0)
            }
        }
    }

    /// The pairs of a mapping.
    pub(super) fn pairs(&self) -> Option<&[(Node<'a>, Node<'a>)]> {
        match &self.value {
            Value::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The last value under a key of a mapping.
    pub(super) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.pairs()?.iter().rfind(|(key, _)| key.scalar() == Some(Scalar::Text(name))).map(|(_, value)| value)
    }

    /// A scalar as it is written.
    pub(super) fn spelled(&self) -> Option<&Spelled<'a>> {
        match &self.value {
            Value::Scalar(spelled) => Some(spelled),
            _ => None,
        }
    }

    /// What a scalar is by the core schema; `None` for anything else, and for a value that is not of its tag.
    pub(super) fn scalar(&self) -> Option<Scalar<'_>> {
        self.spelled().and_then(Spelled::core)
    }

    /// Text, and nothing else.
    pub(super) fn text(&self) -> Option<&str> {
        match self.scalar() {
            Some(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Nothing at all: `key:` or `key: null`.
    pub(super) fn is_null(&self) -> bool {
        self.scalar() == Some(Scalar::Null)
    }
}

impl Spelled<'_> {
    fn core(&self) -> Option<Scalar<'_>> {
        let text = &*self.text;
        if !self.plain {
            return Some(Scalar::Text(text));
        }
        let guessed = guess(text);
        match (self.tag.as_deref(), &guessed) {
            (None, _) => Some(guessed),
            (Some("str"), _) => Some(Scalar::Text(text)),
            (Some("null"), Scalar::Null)
            | (Some("bool"), Scalar::Bool(_))
            | (Some("int"), Scalar::Int(_))
            | (Some("float"), Scalar::Float(_)) => Some(guessed),
            (Some("float"), Scalar::Int(_)) => text.parse().ok().map(Scalar::Float),
            _ => None,
        }
    }
}

/// YAML 1.2, section 10.3.2.
fn guess(text: &str) -> Scalar<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Scalar::Float(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    let radix = |prefix: &str, radix| {
        text.strip_prefix(prefix)
            .filter(|digits| !digits.starts_with(['-', '+']))
            .map(|digits| i64::from_str_radix(digits, radix))
    };
    if let Some(Ok(number)) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Scalar::Int(number);
    }
    let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+'));
    if numeric {
        if let Ok(number) = text.parse() {
            return Scalar::Int(number);
        }
        if let Ok(number) = text.parse() {
            return Scalar::Float(number);
        }
    }
    Scalar::Text(text)
}
