//! The text of a file as every format's reader has it: checked, with limits, and with the words of its faults.

use crate::model::{Field, Node, Scalar, ScalarKind, Syntax, SyntaxFault, Value};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// The largest file read, in bytes.
const MAX_SIZE: usize = 16 << 20;

/// How deep lists and mappings may go.
pub(super) const MAX_DEPTH: usize = 64;

/// How many values a file may hold.
const MAX_VALUES: usize = 2_000_000;

/// How much of a key is shown.
const MAX_SHOWN: usize = 60;

/// From this many keys on, a mapping is searched by a table.
const MANY_KEYS: usize = 16;

/// A file as text, when every reader takes its bytes for the same characters and its lines for the same lines.
pub(in crate::parse) fn whole_text(bytes: &[u8]) -> Result<&str, SyntaxFault> {
    if bytes.len() > MAX_SIZE {
        return Err(SyntaxFault::new(0, format!("is larger than {} MiB", MAX_SIZE >> 20)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        SyntaxFault::new(line_after(valid), "is not UTF-8")
    })?;
    if text.starts_with('\u{feff}') {
        return Err(SyntaxFault::new(1, "has a byte order mark"));
    }
    let fault = |at: usize, why: &str| SyntaxFault::new(line_of(text, at), why);
    if let Some(at) = text.find('\0') {
        return Err(fault(at, "has a NUL byte"));
    }
    if let Some(first) = text.find('\r') {
        let mut before = b'\0';
        let mut lone_feed = None;
        for (at, byte) in bytes.iter().enumerate() {
            match (before, byte) {
                (b'\r', b'\n') => {}
                (b'\r', _) => return Err(fault(at - 1, "has a carriage return that ends no line")),
                (_, b'\n') => lone_feed = lone_feed.or(Some(at)),
                _ => {}
            }
            before = *byte;
        }
        if before == b'\r' {
            return Err(fault(bytes.len() - 1, "has a carriage return that ends no line"));
        }
        if let Some(feed) = lone_feed {
            return Err(fault(feed.max(first), "mixes line endings"));
        }
    }
    Ok(text)
}

/// The line an offset stands in, from 1.
fn line_of(text: &str, at: usize) -> u32 {
    line_after(text.as_bytes().get(..at).unwrap_or(text.as_bytes()))
}

fn line_after(before: &[u8]) -> u32 {
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}

/// A text that is being read, and how much of it has been made of values.
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    /// What its faults call the format.
    pub(super) syntax: Syntax,
    values: usize,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str, syntax: Syntax) -> Self {
        Self { text, syntax, values: 0 }
    }

    /// A fault at an offset; `why` goes on from "the file …".
    pub(super) fn fault(&self, at: usize, why: impl Into<String>) -> SyntaxFault {
        SyntaxFault::new(line_of(self.text, at), why)
    }

    /// The text is not of its format.
    pub(super) fn broken(&self, at: usize, said: &str) -> SyntaxFault {
        let format = match self.syntax {
            Syntax::Yaml => "YAML",
            Syntax::Json => "JSON",
            Syntax::Jsonc => "JSON with comments",
            Syntax::Toml => "TOML",
            Syntax::Hcl => "HCL",
            Syntax::Ini => "an INI file",
            Syntax::Dotenv => "an env file",
            Syntax::Properties => "a properties file",
            Syntax::Xml => "XML",
            Syntax::Dockerfile => "a Dockerfile",
        };
        self.fault(at, format!("is not {format}: {said}"))
    }

    pub(super) fn slice(&self, span: Range<usize>) -> &'t str {
        self.text.get(span).unwrap_or_default()
    }

    /// Counts one more value, so many lists and mappings deep.
    pub(super) fn count(&mut self, at: usize, depth: usize) -> Result<(), SyntaxFault> {
        self.values += 1;
        if depth > MAX_DEPTH {
            return Err(self.fault(at, format!("is nested more than {MAX_DEPTH} levels deep")));
        }
        if self.values > MAX_VALUES {
            return Err(self.fault(at, format!("holds more than {MAX_VALUES} values")));
        }
        Ok(())
    }

    /// A mapping, when its keys are distinct by `name`.
    pub(super) fn map_by<'f>(
        &self,
        fields: Vec<Field<'t>>,
        name: impl for<'n> Fn(&'n Field<'t>) -> &'n str,
    ) -> Result<Value<'t>, SyntaxFault> {
        let names: Vec<&str> = fields.iter().map(name).collect();
        // Where JavaScript reads, it is no key: it brings in all that is in its value.
        if let Some(at) = names.iter().position(|name| *name == "__proto__") {
            let why = "has the key \"__proto__\", which some readers take for no key";
            return Err(self.fault(fields.get(at).map_or(0, |field| field.key_span.start as usize), why));
        }
        let twice = if names.len() < MANY_KEYS {
            names.iter().enumerate().position(|(n, name)| names.iter().take(n).any(|other| other == name))
        } else {
            let mut seen = HashSet::with_capacity(names.len());
            names.iter().position(|name| !seen.insert(*name))
        };
        match twice.and_then(|at| fields.get(at)) {
            Some(field) => Err(self.twice(field)),
            None => Ok(Value::Map(fields)),
        }
    }

    /// A mapping, when its keys are distinct.
    pub(super) fn map(&self, fields: Vec<Field<'t>>) -> Result<Value<'t>, SyntaxFault> {
        self.map_by(fields, |field| &field.key)
    }

    fn twice(&self, field: &Field<'_>) -> SyntaxFault {
        self.fault(field.key_span.start as usize, format!("has the key {} twice", shown(&field.key)))
    }
}

/// A name in a message: quoted, and not longer than a line.
pub(super) fn shown(name: &str) -> String {
    match name.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{:?}…", name.get(..end).unwrap_or_default()),
        None => format!("{name:?}"),
    }
}

/// A place; files are far smaller than 4 GiB.
pub(super) fn span(start: usize, end: usize) -> Range<u32> {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    offset(start)..offset(end)
}

/// A single value.
pub(super) fn scalar<'t>(span: Range<u32>, kind: ScalarKind, text: impl Into<Cow<'t, str>>) -> Node<'t> {
    Node { span, value: Value::Scalar(Scalar { kind, text: text.into() }) }
}
