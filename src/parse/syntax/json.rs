//! JSON as RFC 8259 has it, and the same with comments and trailing commas.
//!
//! A reader of our own: of the libraries one forgives what others refuse (a raw newline in a string), the other keeps no
//! places, and both together take longer than a large file may.

use super::number;
use super::source::{Source, scalar, shown, span};
use crate::model::{Field, Node, ScalarKind, Syntax, SyntaxFault, Value};
use std::borrow::Cow;

/// The largest whole number that every reader holds exactly: 2^53, as digits.
const EXACT: u64 = 1 << 53;

/// The only value of a file.
pub(super) fn root(source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    let loose = source.syntax == Syntax::Jsonc;
    let mut reader = Reader { source, at: 0, loose };
    let root = reader.value(0)?;
    reader.blank()?;
    match reader.peek() {
        None => Ok(root),
        Some(_) => Err(reader.broken("something follows the value")),
    }
}

struct Reader<'t> {
    source: Source<'t>,
    at: usize,
    /// Comments and trailing commas are allowed.
    loose: bool,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.source.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.source.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn broken(&self, said: &str) -> SyntaxFault {
        self.source.broken(self.at, said)
    }

    /// Passes over blanks and, where they are allowed, comments.
    fn blank(&mut self) -> Result<(), SyntaxFault> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.loose => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<(), SyntaxFault> {
        let rest = self.source.slice(self.at..self.source.text.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(inner) = rest.strip_prefix("/*") {
            inner.find("*/").map(|end| end + 4).ok_or_else(|| self.broken("a comment has no end"))?
        } else {
            return Err(self.broken("`/` begins no comment"));
        };
        let comment = rest.get(..length).unwrap_or_default();
        // Readers that follow JavaScript end a line there, and would read on.
        if let Some(hidden) = comment.find(['\u{2028}', '\u{2029}']) {
            return Err(self
                .source
                .broken(self.at + hidden, "a comment has a line separator that only some readers see"));
        }
        self.at += length;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node<'t>, SyntaxFault> {
        self.blank()?;
        let start = self.at;
        self.source.count(start, depth)?;
        match self.peek() {
            Some(b'{') => self.object(start, depth),
            Some(b'[') => self.array(start, depth),
            Some(b'"') => {
                let text = self.string()?;
                Ok(scalar(span(start, self.at), ScalarKind::Text, text))
            }
            Some(b'-' | b'0'..=b'9') => self.number(start),
            Some(_) => self.word(start),
            None => Err(self.broken("a value is missing at its end")),
        }
    }

    fn word(&mut self, start: usize) -> Result<Node<'t>, SyntaxFault> {
        let length = self.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let word = self.source.slice(start..start + length);
        let kind = match word {
            "true" | "false" => ScalarKind::Bool,
            "null" => ScalarKind::Null,
            "" => return Err(self.broken("a value is missing")),
            _ => return Err(self.broken(&format!("{} is no value", shown(word)))),
        };
        self.at += length;
        Ok(scalar(span(start, self.at), kind, word))
    }

    fn number(&mut self, start: usize) -> Result<Node<'t>, SyntaxFault> {
        self.skip(|byte| byte == b'-', 1);
        let leading_zero = self.peek() == Some(b'0');
        let digits = self.skip(|byte| byte.is_ascii_digit(), usize::MAX);
        let mut whole = true;
        let mut right = digits > 0 && (digits == 1 || !leading_zero);
        if self.skip(|byte| byte == b'.', 1) == 1 {
            whole = false;
            right &= self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0;
        }
        if self.skip(|byte| matches!(byte, b'e' | b'E'), 1) == 1 {
            whole = false;
            self.skip(|byte| matches!(byte, b'+' | b'-'), 1);
            right &= self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0;
        }
        let goes_on =
            self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-'));
        if !right || goes_on {
            return Err(self.source.broken(start, "a number is not written as numbers are"));
        }
        let text = self.source.slice(start..self.at);
        let kind = if !whole {
            number::fraction(text)
        } else if text != "-0" && text.trim_start_matches('-').parse().is_ok_and(|number: u64| number <= EXACT) {
            ScalarKind::Integer
        } else {
            ScalarKind::Unclear
        };
        Ok(scalar(span(start, self.at), kind, text))
    }

    /// Passes over at most so many bytes of a kind; how many there were.
    fn skip(&mut self, wanted: impl Fn(u8) -> bool, most: usize) -> usize {
        let found = self.rest().iter().take(most).take_while(|byte| wanted(**byte)).count();
        self.at += found;
        found
    }

    /// A string whose first quote is next.
    fn string(&mut self) -> Result<Cow<'t, str>, SyntaxFault> {
        self.at += 1;
        let mut made = String::new();
        loop {
            let start = self.at;
            let plain = self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '));
            self.at += plain.unwrap_or(self.rest().len());
            let piece = self.source.slice(start..self.at);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if made.is_empty() {
                        return Ok(Cow::Borrowed(piece));
                    }
                    made.push_str(piece);
                    return Ok(Cow::Owned(made));
                }
                Some(b'\\') => {
                    made.push_str(piece);
                    made.push(self.escaped()?);
                }
                Some(_) => return Err(self.broken("a string has a line break or control character in it")),
                None => return Err(self.source.broken(start, "a string has no end")),
            }
        }
    }

    /// The character an escape stands for; its backslash is next.
    fn escaped(&mut self) -> Result<char, SyntaxFault> {
        let letter = self.rest().get(1).copied();
        let simple = match letter {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.broken("a string has an unknown escape")),
        };
        self.at += 2;
        Ok(simple)
    }

    fn unicode(&mut self) -> Result<char, SyntaxFault> {
        let unit = |at: usize| {
            let digits = self.source.text.get(at..at + 6)?.strip_prefix("\\u")?;
            digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
        };
        let Some(first) = unit(self.at) else {
            return Err(self.broken("a string has a `\\u` without four hexadecimal digits"));
        };
        let second = unit(self.at + 6);
        let units = [Some(first), second.filter(|_| (0xd800..0xdc00).contains(&first))];
        match char::decode_utf16(units.into_iter().flatten()).next() {
            Some(Ok(character)) => {
                self.at += 6 * character.len_utf16();
                Ok(character)
            }
            _ => Err(self.broken("a string has half a surrogate pair")),
        }
    }

    fn array(&mut self, start: usize, depth: usize) -> Result<Node<'t>, SyntaxFault> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.closes(b']', items.is_empty(), "a list has no comma here")? {
            items.push(self.value(depth + 1)?);
        }
        Ok(Node { span: span(start, self.at), value: Value::List(items) })
    }

    fn object(&mut self, start: usize, depth: usize) -> Result<Node<'t>, SyntaxFault> {
        self.at += 1;
        let mut fields = Vec::new();
        while !self.closes(b'}', fields.is_empty(), "an object has no comma here")? {
            let key_start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.broken("a key in double quotes is missing"));
            }
            let key = self.string()?;
            let key_span = span(key_start, self.at);
            self.blank()?;
            if self.skip(|byte| byte == b':', 1) == 0 {
                return Err(self.broken("a key has no `:` behind it"));
            }
            fields.push(Field::new(key, key_span, self.value(depth + 1)?));
        }
        Ok(Node { span: span(start, self.at), value: self.source.map(fields)? })
    }

    /// Passes over the comma before the next item, or the bracket behind the last.
    fn closes(&mut self, bracket: u8, first: bool, missing: &str) -> Result<bool, SyntaxFault> {
        self.blank()?;
        let comma = !first && self.skip(|byte| byte == b',', 1) == 1;
        self.blank()?;
        if self.peek() == Some(bracket) {
            if comma && !self.loose {
                return Err(self.broken("a comma stands behind the last item"));
            }
            self.at += 1;
            return Ok(true);
        }
        if comma || first {
            return Ok(false);
        }
        Err(self.broken(if self.peek().is_none() { "a bracket is not closed" } else { missing }))
    }
}
