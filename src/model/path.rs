//! A path inside the repository, as git stores it: bytes, `/` between segments, relative to the root.
//!
//! A path from a stranger's branch may hold quotes, newlines, escape codes or bytes that are no text at all. It stays
//! bytes everywhere; [`RepoPath::quoted`] is the one spelling of it that is safe to put into a document.

use std::fmt;
use std::sync::Arc;

/// A path relative to the repository's root. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    /// Takes the bytes as git gave them (already unquoted).
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(Arc::from(bytes.as_ref()))
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text, when it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The segments between slashes, without empty ones.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|b| *b == b'/').filter(|segment| !segment.is_empty())
    }

    /// The last segment.
    pub fn file_name(&self) -> &[u8] {
        self.segments().next_back().unwrap_or(b"")
    }

    /// A path seen from this file's folder: `Cargo.lock`, `../CHANGELOG.md`; `None` for one that leaves the repository.
    pub fn beside(&self, relative: &str) -> Option<Self> {
        let mut segments: Vec<&[u8]> = self.segments().collect();
        segments.pop();
        for segment in relative.split('/') {
            match segment {
                "" | "." => {}
                ".." => drop(segments.pop()?),
                name => segments.push(name.as_bytes()),
            }
        }
        Some(Self::new(segments.join(&b'/')))
    }

    /// The spelling used in every document: the path itself when it is plain text, otherwise quoted as git quotes it
    /// (`core.quotePath=false`): in double quotes, `"` and `\` escaped, control characters as `\n`, `\t` or three octal
    /// digits, bytes that are not UTF-8 as octal. Git's rule is `quote.c`, `quote_c_style`.
    pub fn quoted(&self) -> String {
        match self.as_str() {
            Some(text) if !text.chars().any(|c| c == '"' || c == '\\' || is_unsafe(c)) => text.to_owned(),
            _ => quote(&self.0),
        }
    }
}

/// Control characters, and the invisible ones that reorder or hide text on a screen.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn quote(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\x07' => out.push_str("\\a"),
                '\x08' => out.push_str("\\b"),
                '\x0b' => out.push_str("\\v"),
                '\x0c' => out.push_str("\\f"),
                c if is_unsafe(c) => octal(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes()),
                c => out.push(c),
            }
        }
        octal(&mut out, chunk.invalid());
    }
    out.push('"');
    out
}

fn octal(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push_str(&format!("\\{byte:03o}"));
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted())
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted())
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::RepoPath;

    #[test]
    fn quoting_follows_git_and_never_leaves_a_control_character() {
        let table: &[(&[u8], &str)] = &[
            (b"src/main.rs", "src/main.rs"),
            ("docs/\u{e9}t\u{e9}.md".as_bytes(), "docs/\u{e9}t\u{e9}.md"),
            (b"a b.txt", "a b.txt"),
            (b"a\"b", "\"a\\\"b\""),
            (b"a\nb\tc", "\"a\\nb\\tc\""),
            (b"x\\y", "\"x\\\\y\""),
            (b"x\xff", "\"x\\377\""),
            (b"x\x1b[2J", "\"x\\033[2J\""),
            ("x\u{202e}y".as_bytes(), "\"x\\342\\200\\256y\""),
        ];
        for (bytes, expected) in table {
            assert_eq!(RepoPath::new(bytes).quoted(), *expected);
        }
    }
}
