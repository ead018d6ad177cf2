//! Where expressions of HCL end: strings, templates in strings, blocks of text, brackets and comments, without recursion.

use super::source::{MAX_DEPTH, Source};
use crate::model::SyntaxFault;

/// What is open where an expression is being read.
#[derive(PartialEq)]
enum Open<'t> {
    Bracket(u8),
    /// `"`: text until the next.
    Quote,
    /// `${` or `%{` in text.
    Template,
    /// `<<NAME`: text until a line of the name.
    Heredoc(&'t str),
}

/// A reader of one expression.
struct Lexer<'s, 't> {
    source: &'s Source<'t>,
    at: usize,
    open: Vec<Open<'t>>,
    /// Behind the last byte that is neither blank nor comment.
    end: usize,
    /// A line break ends it, outside of brackets.
    ends_with_line: bool,
}

/// Behind the last byte of the expression that begins at an offset: it ends before a comma or a bracket that it did not
/// open, and before a line break if that ends it.
pub(super) fn expression_end(source: &Source<'_>, start: usize, ends_with_line: bool) -> Result<usize, SyntaxFault> {
    let mut lexer = Lexer { source, at: start, open: Vec::new(), end: start, ends_with_line };
    loop {
        let goes_on = match lexer.open.last() {
            Some(Open::Quote) => lexer.quoted()?,
            Some(Open::Heredoc(_)) => lexer.heredoc()?,
            _ => lexer.code()?,
        };
        if lexer.open.len() > MAX_DEPTH {
            return Err(source.fault(lexer.at, format!("is nested more than {MAX_DEPTH} levels deep")));
        }
        if !goes_on {
            return Ok(lexer.end);
        }
    }
}

/// Passes over blanks and comments, and over line breaks where they mean nothing.
pub(super) fn behind_blanks(source: &Source<'_>, from: usize, lines: bool) -> Result<usize, SyntaxFault> {
    let mut at = from;
    loop {
        let rest = source.slice(at..source.text.len());
        match rest.as_bytes() {
            [b' ' | b'\t' | b'\r', ..] => at += 1,
            [b'\n', ..] if lines => at += 1,
            [b'#', ..] | [b'/', b'/', ..] => at += rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', inner @ ..] => {
                let length = inner.windows(2).position(|pair| pair == b"*/");
                at += length.ok_or_else(|| source.broken(at, "a comment has no end"))? + 4;
            }
            _ => return Ok(at),
        }
    }
}

impl<'t> Lexer<'_, 't> {
    fn rest(&self) -> &'t str {
        self.source.slice(self.at..self.source.text.len())
    }

    fn take(&mut self, length: usize) {
        self.at += length;
        self.end = self.at;
    }

    /// Reads one thing outside of text; whether the expression goes on.
    fn code(&mut self) -> Result<bool, SyntaxFault> {
        let lines = !self.open.is_empty() || !self.ends_with_line;
        self.at = behind_blanks(self.source, self.at, lines)?;
        let rest = self.rest();
        match rest.as_bytes() {
            [] if self.open.is_empty() => return Ok(false),
            [] => return Err(self.source.broken(self.at, "a bracket is not closed")),
            [b'\n', ..] => return Ok(false),
            [b',', ..] if self.open.is_empty() => return Ok(false),
            [b'"', ..] => self.begin(Open::Quote, 1),
            [b'<', b'<', ..] => {
                let (line, _) = rest.split_once('\n').unwrap_or((rest, ""));
                let name = line.trim_start_matches("<<").trim_start_matches('-').trim_end_matches('\r');
                if name.is_empty() || !name.chars().all(is_word) {
                    return Err(self.source.broken(self.at, "`<<` is not followed by a name"));
                }
                self.begin(Open::Heredoc(name), line.len());
            }
            [bracket @ (b'(' | b'[' | b'{'), ..] => self.begin(Open::Bracket(*bracket), 1),
            [close @ (b')' | b']' | b'}'), ..] => {
                let fits = match self.open.pop() {
                    None => return Ok(false),
                    Some(Open::Template) => *close == b'}',
                    Some(Open::Bracket(open)) => matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}')),
                    Some(_) => false,
                };
                if !fits {
                    return Err(self.source.broken(self.at, "a bracket closes another one"));
                }
                self.take(1);
            }
            _ => self.take(rest.chars().next().map_or(1, char::len_utf8)),
        }
        Ok(true)
    }

    fn begin(&mut self, open: Open<'t>, length: usize) {
        self.open.push(open);
        self.take(length);
    }

    fn quoted(&mut self) -> Result<bool, SyntaxFault> {
        let rest = self.rest();
        let plain = rest.find(['"', '\\', '$', '%', '\n']).unwrap_or(rest.len());
        self.take(plain);
        match self.rest().as_bytes() {
            [b'"', ..] => {
                self.open.pop();
                self.take(1);
            }
            [b'\\', _, ..] => {
                let escaped = self.rest().chars().nth(1).map_or(1, char::len_utf8);
                self.take(1 + escaped);
            }
            [b'$' | b'%', ..] => self.marker(),
            _ => return Err(self.source.broken(self.at, "a string has no end on its line")),
        }
        Ok(true)
    }

    /// `${` begins a template, `$${` does not.
    fn marker(&mut self) {
        match self.rest().as_bytes() {
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => self.take(3),
            [_, b'{', ..] => self.begin(Open::Template, 2),
            _ => self.take(1),
        }
    }

    fn heredoc(&mut self) -> Result<bool, SyntaxFault> {
        let rest = self.rest();
        if let (Some(after), Some(Open::Heredoc(name))) = (rest.strip_prefix('\n'), self.open.last()) {
            let line = after.split('\n').next().unwrap_or_default();
            if line.trim() == *name {
                if !line.trim_end_matches('\r').ends_with(name) {
                    let why = "has blanks behind the end of a block of text, which only some readers take for its end";
                    return Err(self.source.fault(self.at + 1, why));
                }
                let length = 1 + line.trim_end().len();
                self.open.pop();
                self.take(length);
                return Ok(true);
            }
            self.take(1);
            return Ok(true);
        }
        let plain = rest.find(['$', '%', '\n']).unwrap_or(rest.len());
        if plain > 0 {
            self.take(plain);
        } else if rest.is_empty() {
            return Err(self.source.broken(self.at, "a block of text has no end"));
        } else {
            self.marker();
        }
        Ok(true)
    }
}

/// A character of a name.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}
