//! XML 1.0 without a document type: elements as mappings, attributes as `@name`, text as `#text`.
//!
//! The library says what is well formed and where each element stands; tags are read once more here, since it keeps
//! neither prefixes nor the declarations of name spaces.

use super::source::{MAX_DEPTH, Source, scalar, span};
use super::statements::in_order;
use crate::model::{Field, Node, ScalarKind, Syntax, SyntaxFault, Value, is_unsafe};
use roxmltree::{Document, Error, NodeType};
use std::borrow::Cow;
use std::collections::HashMap;

/// What is a blank in XML, and nothing else.
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The key of an element's text.
const TEXT: &str = "#text";

/// The key of the blanks between an element's children, where the file says that they count.
const BLANKS: &str = "#blanks";

/// The key of the order of an element's children, where there are several kinds.
const ORDER: &str = "#order";

/// The most attributes of an element.
const MAX_ATTRIBUTES: usize = 1000;

/// The most declarations of name spaces of a file.
const MAX_NAME_SPACES: usize = 64;

/// The element of a file, under its name.
pub(super) fn root(source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    too_much(&source)?;
    let document = Document::parse(source.text).map_err(|error| match error {
        Error::DtdDetected => source.fault(0, "has a document type"),
        error => {
            let place = error.pos();
            let said = error.to_string();
            let said = said.split(" at ").next().unwrap_or_default().to_owned();
            let mut fault = source.broken(0, &said);
            fault.line = place.row;
            fault
        }
    })?;
    let mut reader = Reader { source };
    reader.source.count(0, 0)?;
    reader.declaration()?;
    let mut fields = Vec::new();
    for child in document.root().children() {
        match child.node_type() {
            NodeType::Element => fields.push(reader.field(child, 1)?),
            NodeType::PI => return Err(reader.instruction(child)),
            _ => {}
        }
    }
    let span = fields.first().map_or(0..0, |field| field.node.span.clone());
    Ok(Node { span, value: Value::Map(fields) })
}

/// Whether a text may be given to the library at all.
///
/// # Errors
/// When it holds more than the library reads in reasonable time.
pub(in crate::parse) fn is_within_limits(text: &str) -> Result<(), SyntaxFault> {
    too_much(&Source::new(text, Syntax::Xml))
}

/// How deep elements go and how many attributes a tag has, before the library sees the file: it compares the attributes of
/// a tag with each other. What is not well formed is left to it.
fn too_much(source: &Source<'_>) -> Result<(), SyntaxFault> {
    // Every element inherits them, and the library copies them.
    if source.text.matches("xmlns").count() > MAX_NAME_SPACES {
        return Err(source.fault(0, format!("declares more than {MAX_NAME_SPACES} name spaces")));
    }
    let mut depth = 0_usize;
    let mut at = 0;
    let rest = |at: usize| source.slice(at..source.text.len());
    while let Some(found) = rest(at).find('<') {
        at += found;
        let tag = rest(at);
        let special = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        if let Some((start, end)) = special.iter().find(|(start, _)| tag.starts_with(start)) {
            at += tag
                .get(start.len()..)
                .and_then(|inner| inner.find(end))
                .map_or(tag.len(), |n| n + start.len() + end.len());
            continue;
        }
        let (length, attributes) = tag_length(tag);
        if attributes > MAX_ATTRIBUTES {
            return Err(source.fault(at, format!("has a tag of more than {MAX_ATTRIBUTES} attributes")));
        }
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.get(..length).is_some_and(|tag| tag.ends_with("/>")) {
            depth += 1;
        }
        if depth > MAX_DEPTH {
            return Err(source.fault(at, format!("is nested more than {MAX_DEPTH} levels deep")));
        }
        at += length;
    }
    Ok(())
}

/// The bytes of a tag, up to the next one at most, and its values in quotes.
fn tag_length(tag: &str) -> (usize, usize) {
    let mut quote = None;
    let mut values = 0;
    for (at, byte) in tag.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return (at + 1, values),
            (None, b'<') => return (at, values),
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                values += 1;
            }
            _ => {}
        }
    }
    (tag.len(), values)
}

struct Reader<'t> {
    source: Source<'t>,
}

type Element<'d, 't> = roxmltree::Node<'d, 't>;

impl<'t> Reader<'t> {
    /// `<?xml …?>` may only say what is so anyway.
    fn declaration(&self) -> Result<(), SyntaxFault> {
        let Some(rest) = self.source.text.strip_prefix("<?xml") else { return Ok(()) };
        let declaration = rest.split("?>").next().unwrap_or_default().to_ascii_lowercase();
        let Some((_, encoding)) = declaration.split_once("encoding") else { return Ok(()) };
        let encoding = encoding.trim_start_matches(['=', ' ', '\t', '\n', '"', '\'']);
        if ["utf-8", "us-ascii", "ascii"].iter().any(|known| encoding.starts_with(known)) {
            return Ok(());
        }
        Err(self.source.fault(0, "says that it is in another encoding than UTF-8"))
    }

    fn instruction(&self, node: Element<'_, 't>) -> SyntaxFault {
        self.source.fault(node.range().start, "has a processing instruction")
    }

    /// An element under its name.
    fn field(&mut self, element: Element<'_, 't>, depth: usize) -> Result<Field<'t>, SyntaxFault> {
        let place = element.range();
        self.source.count(place.start, depth)?;
        let tag = self.source.slice(place.start + 1..place.end);
        let name = tag.split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default();
        self.visible(name, place.start)?;
        let mut fields = Vec::new();
        let content = self.attributes(place.start + 1 + name.len(), &mut fields)?;
        self.content(element, content, depth, &mut fields)?;
        let node = Node { span: span(place.start, place.end), value: self.source.map(fields)? };
        Ok(Field::new(name, span(place.start, place.start), node))
    }

    /// Some readers take a character that cannot be seen for a blank.
    fn visible(&self, name: &str, at: usize) -> Result<(), SyntaxFault> {
        if name.chars().any(is_unsafe) {
            return Err(self.source.fault(at, "has a name with a character that cannot be seen"));
        }
        Ok(())
    }

    /// Reads the attributes of a tag whose name ends at an offset; where its content begins.
    fn attributes(&mut self, from: usize, fields: &mut Vec<Field<'t>>) -> Result<usize, SyntaxFault> {
        let mut at = from;
        loop {
            let rest = self.source.slice(at..self.source.text.len());
            let next = rest.trim_start_matches(BLANK);
            let start = at + (rest.len() - next.len());
            let length = if next.starts_with(['>', '/']) { None } else { next.find('=') };
            let Some(length) = length else {
                return Ok(start + next.find('>').map_or(0, |end| end + 1));
            };
            self.source.count(start, 1)?;
            let name = next.get(..length).unwrap_or_default().trim_end_matches(BLANK);
            self.visible(name, start)?;
            let after = next.get(length + 1..).unwrap_or_default();
            let quoted = after.trim_start_matches(BLANK);
            let open = start + length + 1 + (after.len() - quoted.len());
            let mut inner = quoted.chars();
            let quote = inner.next().unwrap_or('"');
            let value = inner.as_str().split(quote).next().unwrap_or_default();
            let text = self.unescaped(value, open)?;
            at = open + value.len() + 2;
            let node = scalar(span(open, at), ScalarKind::Text, text);
            let key = format!("@{name}");
            fields.push(Field::new(key, span(start, start + name.len()), node));
        }
    }

    /// The value of an attribute. A line break that is written as one is a blank to most readers, but not to all.
    fn unescaped(&self, value: &str, at: usize) -> Result<String, SyntaxFault> {
        let value = value.replace("\r\n", "\n");
        if !value.contains('&') {
            return Ok(value);
        }
        let mut made = String::with_capacity(value.len());
        let mut rest = &*value;
        while let Some((before, after)) = rest.split_once('&') {
            made.push_str(before);
            let known = after.split_once(';').and_then(|(name, rest)| Some((entity(name)?, rest)));
            let Some((c, next)) = known.filter(|(c, _)| !matches!(c, '\t' | '\n' | '\r')) else {
                return Err(self.source.fault(at, "has an escape in an attribute that is not clear"));
            };
            made.push(c);
            rest = next;
        }
        made.push_str(rest);
        Ok(made)
    }

    /// The text or the children of an element.
    fn content(
        &mut self,
        element: Element<'_, 't>,
        start: usize,
        depth: usize,
        fields: &mut Vec<Field<'t>>,
    ) -> Result<(), SyntaxFault> {
        let has_elements = element.children().any(|child| child.is_element());
        let mut texts = Vec::new();
        let mut children: Vec<Field<'t>> = Vec::new();
        for child in element.children() {
            match child.node_type() {
                NodeType::Element => children.push(self.field(child, depth + 1)?),
                NodeType::Text => texts.push(child),
                NodeType::PI => return Err(self.instruction(child)),
                NodeType::Comment | NodeType::Root => {}
            }
        }
        if has_elements {
            let blank = |text: &Element<'_, '_>| text.text().is_some_and(|text| text.trim_matches(BLANK).is_empty());
            if let Some(mixed) = texts.iter().find(|text| !blank(text)) {
                return Err(self.source.fault(mixed.range().start, "mixes text and elements"));
            }
            if keeps_blanks(element) {
                let blanks: Vec<&str> = texts.iter().filter_map(Element::text).collect();
                let node = scalar(span(start, start), ScalarKind::Text, blanks.join("<>"));
                fields.push(Field::new(BLANKS, span(start, start), node));
            }
            return self.children(children, start, fields);
        }
        let Some(first) = texts.first() else { return Ok(()) };
        // Readers differ on whether a text goes on behind a comment.
        if let Some(comment) = element.children().find(|child| child.is_comment()) {
            return Err(self.source.fault(comment.range().start, "has a comment within a text"));
        }
        let whole = self.source.slice(start..element.range().end);
        let place = span(start, start + whole.rfind("</").unwrap_or(0));
        let node = scalar(place.clone(), ScalarKind::Text, first.text().unwrap_or_default().to_owned());
        fields.push(Field::new(TEXT, place.start..place.start, node));
        Ok(())
    }

    /// Children by their names: one as it is, several as a list.
    fn children(&self, children: Vec<Field<'t>>, start: usize, fields: &mut Vec<Field<'t>>) -> Result<(), SyntaxFault> {
        let mut places: HashMap<Cow<'t, str>, usize> = HashMap::new();
        let mut groups: Vec<Vec<Field<'t>>> = Vec::new();
        let order: Vec<String> = children.iter().map(|child| child.key.to_string()).collect();
        for child in children {
            let place = *places.entry(child.key.clone()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.push(child),
                None => groups.push(vec![child]),
            }
        }
        if groups.len() > 1 {
            let here = span(start, start);
            let node = scalar(here.clone(), ScalarKind::Text, order.join(" "));
            fields.push(Field::new(ORDER, here, node));
        }
        let grouped = groups.into_iter().filter_map(|mut group| {
            if group.len() == 1 {
                return group.pop();
            }
            let place = group.first()?.node.span.start..group.last()?.node.span.end;
            let (key, key_span) = group.first().map(|first| (first.key.clone(), first.key_span.clone()))?;
            let items = group.into_iter().map(|field| field.node).collect();
            Some(Field::new(key, key_span, Node { span: place, value: Value::List(items) }))
        });
        fields.extend(in_order(grouped.collect()));
        Ok(())
    }
}

/// The nearest `xml:space` says that blanks are text.
fn keeps_blanks(element: Element<'_, '_>) -> bool {
    let says =
        |element: Element<'_, '_>| element.attribute((roxmltree::NS_XML_URI, "space")).map(|says| says == "preserve");
    element.ancestors().find_map(says) == Some(true)
}

/// The character of a reference, without `&` and `;`.
fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let number = match digits.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            number.ok().and_then(char::from_u32)
        }
    }
}
