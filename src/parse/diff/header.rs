//! The lines git writes between `diff --git` and the hunks.

use super::error::Fault;
use super::names::unquote;
use super::reader::{Line, Reader};

/// What the extended header says.
#[derive(Default)]
pub(super) struct Header {
    pub(super) old_mode: Option<u32>,
    pub(super) new_mode: Option<u32>,
    pub(super) created: bool,
    pub(super) deleted: bool,
    pub(super) copy: bool,
    pub(super) from: Option<Vec<u8>>,
    pub(super) to: Option<Vec<u8>>,
    pub(super) similarity: Option<Vec<u8>>,
    pub(super) index: Option<Index>,
}

/// The two (abbreviated) ids of an `index` line.
pub(super) struct Index {
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
}

impl Header {
    /// Reads header lines up to the first line that is none.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Box<Fault>> {
        let mut header = Self::default();
        while let Some(line) = reader.peek() {
            if !header.line(&line)? {
                break;
            }
            reader.take()?;
        }
        Ok(header)
    }

    /// Takes in one line; false when it belongs to no header.
    fn line(&mut self, line: &Line<'_>) -> Result<bool, Box<Fault>> {
        let after = |prefix: &[u8]| line.text.strip_prefix(prefix);
        if let Some(text) = after(b"old mode ") {
            self.old_mode = Some(mode(line, text)?);
        } else if let Some(text) = after(b"new mode ") {
            self.new_mode = Some(mode(line, text)?);
        } else if let Some(text) = after(b"new file mode ") {
            (self.created, self.new_mode) = (true, Some(mode(line, text)?));
        } else if let Some(text) = after(b"deleted file mode ") {
            (self.deleted, self.old_mode) = (true, Some(mode(line, text)?));
        } else if let Some(text) = after(b"copy from ") {
            (self.copy, self.from) = (true, Some(unquote(line, text)?));
        } else if let Some(text) = after(b"copy to ") {
            (self.copy, self.to) = (true, Some(unquote(line, text)?));
        } else if let Some(text) = after(b"rename from ").or_else(|| after(b"rename old ")) {
            self.from = Some(unquote(line, text)?);
        } else if let Some(text) = after(b"rename to ").or_else(|| after(b"rename new ")) {
            self.to = Some(unquote(line, text)?);
        } else if let Some(text) = after(b"similarity index ") {
            self.similarity = Some(text.to_vec());
        } else if let Some(text) = after(b"index ") {
            self.index(line, text)?;
        } else {
            return Ok(after(b"dissimilarity index ").is_some());
        }
        Ok(true)
    }

    /// `index 1234567..89abcde 100644`; the mode is there when it is the same on both sides.
    fn index(&mut self, line: &Line<'_>, text: &[u8]) -> Result<(), Box<Fault>> {
        let bad = || Fault::at(line, "bad_header", "not an `index` line").label("expected `index OLD..NEW MODE`");
        let (ids, both) = match text.iter().position(|byte| *byte == b' ') {
            Some(space) => (text.get(..space), text.get(space + 1..)),
            None => (Some(text), None),
        };
        let ids = ids.unwrap_or_default();
        let dots = ids.windows(2).position(|pair| pair == b"..").ok_or_else(bad)?;
        let (old, new) = (ids.get(..dots).unwrap_or_default(), ids.get(dots + 2..).unwrap_or_default());
        if [old, new].iter().any(|id| id.len() < 4 || !id.iter().all(u8::is_ascii_hexdigit)) {
            return Err(bad());
        }
        if let Some(both) = both {
            let both = mode(line, both)?;
            (self.old_mode, self.new_mode) = (Some(both), Some(both));
        }
        self.index = Some(Index { old: old.to_vec(), new: new.to_vec() });
        Ok(())
    }

    /// The header contradicts itself or stops half-way.
    pub(super) fn check(&self, first: &Line<'_>) -> Result<(), Box<Fault>> {
        if self.from.is_some() != self.to.is_some() {
            return Err(Fault::cut_off(first, "only one of `from` and `to` is there"));
        }
        let pairs = (self.created, self.deleted, self.from.is_some());
        if matches!(pairs, (true, true, _) | (true, _, true) | (_, true, true)) {
            return Err(Fault::at(first, "bad_header", "a file is two of created, deleted and renamed at once"));
        }
        if !self.created && !self.deleted && self.old_mode.is_some() != self.new_mode.is_some() {
            return Err(Fault::cut_off(first, "only one of `old mode` and `new mode` is there"));
        }
        Ok(())
    }

    /// The header alone says the whole change: a mode, a pure rename, an empty file. Everything else has a body.
    pub(super) fn is_whole(&self) -> bool {
        let unchanged = match &self.index {
            Some(index) => same(&index.old, &index.new),
            None => !self.created && !self.deleted,
        };
        let empty = self.index.as_ref().is_some_and(|index| {
            (self.created && is_zero(&index.old) && is_empty_blob(&index.new))
                || (self.deleted && is_zero(&index.new) && is_empty_blob(&index.old))
        });
        let exact = self.similarity.as_deref().is_none_or(|similarity| similarity == b"100%");
        let says_something = self.from.is_some() || (self.old_mode.is_some() && self.old_mode != self.new_mode);
        empty || (unchanged && exact && says_something)
    }
}

/// The same object, though each id may be cut to another length.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

fn is_zero(id: &[u8]) -> bool {
    id.iter().all(|byte| *byte == b'0')
}

/// The id of the empty blob in SHA-1 and in SHA-256 repositories.
fn is_empty_blob(id: &[u8]) -> bool {
    let sha1 = b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let sha256 = b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
    sha1.starts_with(id) || sha256.starts_with(id)
}

fn mode(line: &Line<'_>, text: &[u8]) -> Result<u32, Box<Fault>> {
    let number = std::str::from_utf8(text).ok().filter(|digits| digits.len() == 6);
    number
        .and_then(|digits| u32::from_str_radix(digits, 8).ok())
        .filter(|mode| matches!(mode & 0o170_000, 0o100_000 | 0o120_000 | 0o160_000))
        .ok_or_else(|| Fault::at(line, "bad_header", "not a file mode").label("git writes six octal digits: `100644`"))
}
