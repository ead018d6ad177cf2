//! HCL 2, the language of Terraform: attributes and blocks as one tree, and literals as values.
//!
//! What is no literal is kept as it is written. A block stands under its type and its labels; the same ones twice make a
//! list. A reader of our own, because the tree needs no more of an expression than where it ends, and the library's reader
//! goes as deep as a stranger's file asks it to.

use super::hcl_lex::{behind_blanks, expression_end, is_word};
use super::number;
use super::source::{MAX_DEPTH, Source, scalar, shown, span};
use super::statements::{extent, in_order};
use crate::model::{Field, Form, Node, ScalarKind, SyntaxFault, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// How much is read as expressions, in bytes.
const MAX_SCANNED: usize = 64 << 20;

/// The body of a file.
pub(super) fn root(source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    let mut reader = Reader { source, at: 0, scanned: 0 };
    reader.source.count(0, 0)?;
    let body = reader.body(0)?;
    if reader.at < reader.source.text.len() {
        return Err(reader.source.broken(reader.at, "a bracket closes nothing"));
    }
    let fields = reader.fields(body)?;
    Ok(Node { span: extent(&fields).unwrap_or(0..0), value: Value::Map(fields) })
}

/// An attribute or a block of a body.
struct Statement<'t> {
    /// The name of an attribute; type and labels of a block, the last first.
    names: Vec<Cow<'t, str>>,
    /// All of them.
    head: Range<usize>,
    block: bool,
    node: Node<'t>,
}

struct Reader<'t> {
    source: Source<'t>,
    at: usize,
    /// How much of the text was read as expressions, some of it more than once.
    scanned: usize,
}

impl<'t> Reader<'t> {
    fn blank(&mut self, lines: bool) -> Result<(), SyntaxFault> {
        self.at = behind_blanks(&self.source, self.at, lines)?;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.source.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn broken(&self, said: &str) -> SyntaxFault {
        self.source.broken(self.at, said)
    }

    /// Statements up to a closing brace or the end.
    fn body(&mut self, depth: usize) -> Result<Vec<Statement<'t>>, SyntaxFault> {
        let mut statements = Vec::new();
        loop {
            self.blank(true)?;
            if matches!(self.peek(), None | Some(b'}')) {
                return Ok(statements);
            }
            statements.push(self.statement(depth)?);
            self.blank(false)?;
            if !matches!(self.peek(), None | Some(b'\n' | b'}')) {
                return Err(self.broken("something follows a statement on its line"));
            }
        }
    }

    fn statement(&mut self, depth: usize) -> Result<Statement<'t>, SyntaxFault> {
        let start = self.at;
        let mut names = vec![Cow::Borrowed(self.word().ok_or_else(|| self.broken("a name is missing"))?)];
        let mut end = self.at;
        loop {
            self.blank(false)?;
            match self.peek() {
                Some(b'=') if names.len() == 1 => {
                    self.at += 1;
                    self.blank(false)?;
                    let node = self.value(depth + 1, true)?;
                    return Ok(Statement { names, head: start..end, block: false, node });
                }
                Some(b'{') => {
                    names.reverse();
                    let node = self.block(depth + 1)?;
                    return Ok(Statement { names, head: start..end, block: true, node });
                }
                Some(b'"') => {
                    let label = self.string()?;
                    names.push(label.ok_or_else(|| self.broken("a label is no plain text"))?);
                }
                _ => names.push(Cow::Borrowed(self.word().ok_or_else(|| self.broken("`=` or `{` is missing"))?)),
            }
            end = self.at;
            if names.len() > MAX_DEPTH {
                return Err(self.broken("a block has too many labels"));
            }
        }
    }

    fn word(&mut self) -> Option<&'t str> {
        let rest = self.source.slice(self.at..self.source.text.len());
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = rest.get(..length).filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
        self.at += length;
        Some(word)
    }

    /// The string that is next, when there is no template in it.
    fn string(&mut self) -> Result<Option<Cow<'t, str>>, SyntaxFault> {
        let start = self.at;
        let Some(length) = string_length(self.source.slice(start..self.source.text.len())) else { return Ok(None) };
        self.at += length;
        self.text(start..self.at)
    }

    fn block(&mut self, depth: usize) -> Result<Node<'t>, SyntaxFault> {
        let start = self.at;
        self.source.count(start, depth)?;
        self.at += 1;
        let body = self.body(depth)?;
        if !self.skip(b'}') {
            return Err(self.source.broken(start, "a block is not closed"));
        }
        let value = Value::Map(self.fields(body)?);
        Ok(Node { span: span(start, self.at), value })
    }

    /// Statements as fields: blocks under their labels, in the order of the file.
    fn fields(&mut self, statements: Vec<Statement<'t>>) -> Result<Vec<Field<'t>>, SyntaxFault> {
        let mut places: HashMap<Cow<'t, str>, usize> = HashMap::new();
        let mut groups: Vec<(Cow<'t, str>, Vec<Statement<'t>>)> = Vec::new();
        for mut statement in statements {
            let name = statement.names.pop().unwrap_or_default();
            let place = *places.entry(name.clone()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, group)) => group.push(statement),
                None => groups.push((name, vec![statement])),
            }
        }
        let fields: Result<_, _> = groups.into_iter().map(|(name, group)| self.field(name, group)).collect();
        Ok(in_order(fields?))
    }

    /// What stands under one name.
    fn field(&mut self, key: Cow<'t, str>, mut group: Vec<Statement<'t>>) -> Result<Field<'t>, SyntaxFault> {
        let head = group.first().map(|first| first.head.clone()).unwrap_or_default();
        let key_span = span(head.start, head.end);
        if let [_, second, ..] = &*group
            && group.iter().any(|statement| !statement.block)
        {
            return Err(self.source.fault(second.head.start, format!("has the key {} twice", shown(&key))));
        }
        let labelled = group.iter().filter(|statement| !statement.names.is_empty()).count();
        if labelled > 0 {
            if let Some(other) = group.iter().find(|statement| statement.names.is_empty()) {
                let why = format!("has blocks {} with and without labels", shown(&key));
                return Err(self.source.fault(other.head.start, why));
            }
            self.source.count(head.start, 0)?;
            let fields = self.fields(group)?;
            let span = extent(&fields).unwrap_or(key_span.clone());
            let node = Node { span, value: Value::Map(fields) };
            return Ok(Field { key, key_span, node, form: Form::Labels });
        }
        if group.len() == 1
            && let Some(only) = group.pop()
        {
            let form = if only.block { Form::Block } else { Form::Value };
            return Ok(Field { key, key_span, node: only.node, form });
        }
        let item = |statement: Statement<'t>| {
            let Range { end, .. } = statement.node.span;
            Node { span: span(statement.head.start, end as usize), value: statement.node.value }
        };
        let items: Vec<_> = group.into_iter().map(item).collect();
        let end = items.last().map_or(head.end, |last| last.span.end as usize);
        let node = Node { span: span(head.start, end), value: Value::List(items) };
        Ok(Field { key, key_span, node, form: Form::Block })
    }

    /// An expression: a literal, or as it is written. Within a list a line break does not end it.
    fn value(&mut self, depth: usize, ends_with_line: bool) -> Result<Node<'t>, SyntaxFault> {
        let start = self.at;
        self.source.count(start, depth)?;
        if let Some(value) = self.collection(depth)? {
            let end = self.at;
            let next = behind_blanks(&self.source, end, !ends_with_line)?;
            let byte = self.source.text.as_bytes().get(next);
            if byte.is_none_or(|byte| matches!(byte, b'\n' | b',' | b']' | b'}')) {
                return Ok(Node { span: span(start, end), value });
            }
        }
        let end = expression_end(&self.source, start, ends_with_line)?;
        if end == start {
            return Err(self.source.broken(start, "a value is missing"));
        }
        self.scanned += end - start;
        if self.scanned > MAX_SCANNED {
            return Err(self.source.fault(start, "has too many expressions within each other"));
        }
        let written = self.source.slice(start..end);
        self.at = end;
        let (kind, text) = match written {
            "true" | "false" => (ScalarKind::Bool, Cow::Borrowed(written)),
            "null" => (ScalarKind::Null, Cow::Borrowed(written)),
            _ => match self.text(start..end)? {
                Some(text) => (ScalarKind::Text, text),
                None => (number(written).unwrap_or(ScalarKind::Expression), Cow::Borrowed(written)),
            },
        };
        Ok(scalar(span(start, end), kind, text))
    }

    /// A list or an object whose items are known.
    fn collection(&mut self, depth: usize) -> Result<Option<Value<'t>>, SyntaxFault> {
        let close = match self.peek() {
            Some(b'[') => b']',
            Some(b'{') => b'}',
            _ => return Ok(None),
        };
        self.at += 1;
        self.blank(true)?;
        let first = self.at;
        if self.word() == Some("for") {
            return Ok(None);
        }
        self.at = first;
        let (mut items, mut fields) = (Vec::new(), Vec::new());
        loop {
            self.blank(true)?;
            if self.skip(close) {
                let value = if close == b']' { Value::List(items) } else { self.source.map(fields)? };
                return Ok(Some(value));
            }
            let goes_on = if close == b']' {
                items.push(self.value(depth + 1, false)?);
                self.blank(true)?;
                self.skip(b',')
            } else {
                let Some(field) = self.pair(depth)? else { return Ok(None) };
                fields.push(field);
                self.blank(false)?;
                self.skip(b',') || self.peek() == Some(b'\n')
            };
            if !goes_on && self.peek() != Some(close) {
                return Err(self.broken("a comma is missing"));
            }
        }
    }

    /// A key of an object and its value; `None` when the key is computed.
    fn pair(&mut self, depth: usize) -> Result<Option<Field<'t>>, SyntaxFault> {
        let start = self.at;
        let key = match self.peek() {
            Some(b'"') => self.string()?,
            _ => self.word().map(Cow::Borrowed),
        };
        let key_span = span(start, self.at);
        self.blank(false)?;
        let asks = self.skip(b'=') || self.skip(b':');
        let Some(key) = key.filter(|_| asks && self.peek() != Some(b'=')) else { return Ok(None) };
        self.blank(true)?;
        Ok(Some(Field::new(key, key_span, self.value(depth + 1, true)?)))
    }

    /// The text of a string or a block of text that holds no template; `None` when it is anything else.
    fn text(&self, place: Range<usize>) -> Result<Option<Cow<'t, str>>, SyntaxFault> {
        let written = self.source.slice(place.clone());
        if !written.chars().all(is_composed) {
            return Ok(None);
        }
        if written.starts_with("<<") {
            return Ok(heredoc(written));
        }
        if !written.starts_with('"') || string_length(written) != Some(written.len()) {
            return Ok(None);
        }
        let inner = written.get(1..written.len() - 1).unwrap_or_default();
        if !inner.contains(['\\', '$', '%']) {
            return Ok(Some(Cow::Borrowed(inner)));
        }
        let mut made = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            let rest = chars.as_str();
            match c {
                '$' | '%' if rest.starts_with('{') => return Ok(None),
                // HCL 1 leaves `$${`, and some readers every `\u`, as they are.
                '$' | '%' if rest.strip_prefix(c).is_some_and(|rest| rest.starts_with('{')) => return Ok(None),
                '\\' if rest.starts_with(['u', 'U']) => return Ok(None),
                '\\' => match chars.next() {
                    Some('n') => made.push('\n'),
                    Some('r') => made.push('\r'),
                    Some('t') => made.push('\t'),
                    Some(c @ ('"' | '\\')) => made.push(c),
                    _ => return Err(self.source.broken(place.start, "a string has an unknown escape")),
                },
                _ => made.push(c),
            }
        }
        Ok(Some(Cow::Owned(made)))
    }
}

/// A character that stays what it is where HCL 2 composes letters and their accents: two spellings of a text are one to it,
/// and two to others.
fn is_composed(c: char) -> bool {
    c < '\u{300}' || ('\u{2010}'..='\u{2027}').contains(&c)
}

/// The bytes of the string a text begins with; `None` when it holds a template or has no end on its line.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    // How many of the same marker stand directly before: `$${` is no template.
    let (mut marker, mut count) = (' ', 0);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' if count == 1 => return None,
            '"' => return Some(at + 1),
            _ => {}
        }
        (marker, count) = match c {
            '$' | '%' if c == marker => (c, count % 2 + 1),
            '$' | '%' => (c, 1),
            _ => (' ', 0),
        };
    }
    None
}

/// A whole or other number, as all readers know it.
fn number(written: &str) -> Option<ScalarKind> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let plain = written != "-0" && (digits == "0" || !digits.starts_with('0')) && written.parse::<i64>().is_ok();
        return Some(if plain { ScalarKind::Integer } else { ScalarKind::Unclear });
    }
    let float = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    (float && digits.parse::<f64>().is_ok()).then(|| number::fraction(written))
}

/// The text of a `<<NAME` block without a template, where the readers of HCL 1 and 2 see the same; `None` elsewhere.
///
/// They differ on an end that is indented, and on one of `<<-NAME` that is not. In `<<-NAME` one takes away the indentation
/// of the end, when every line has it; the other the least one of all lines that are not blank, and leaves those as they
/// are.
fn heredoc(written: &str) -> Option<Cow<'_, str>> {
    let (head, rest) = written.split_once('\n')?;
    let (body, end) = rest.split_at(rest.rfind('\n').map_or(0, |end| end + 1));
    if body.contains("${") || body.contains("%{") {
        return None;
    }
    let Some(name) = head.trim_end().strip_prefix("<<-") else {
        return (head.trim_end().strip_prefix("<<") == Some(end)).then_some(Cow::Borrowed(body));
    };
    let indent = end.strip_suffix(name).filter(|indent| !indent.is_empty())?;
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let plain = |byte: u8| matches!(byte, b'\n' | b'\r' | b' '..=b'~');
    let alike = |line: &str| line.starts_with(indent) && !line.trim().is_empty();
    let least = body.lines().map(depth).min();
    if !body.bytes().all(plain) || !body.lines().all(alike) || least != Some(indent.len()) {
        return None;
    }
    Some(Cow::Owned(body.split_inclusive('\n').filter_map(|line| line.strip_prefix(indent)).collect()))
}
