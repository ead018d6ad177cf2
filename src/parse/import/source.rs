//! A file to import as text that knows its lines, and the tables found in it.

use crate::model::{Doubt, ImportKind, Place, RepoPath};
use crate::parse::problem::{InvalidFile, Problem};
use crate::parse::shown::line_starts;
use std::ops::Range;

/// The largest file read, in bytes. A table of 10,000 rows has a tenth of it.
const MAX_SIZE: usize = 32 << 20;

/// The longest text of one cell that is kept, in bytes: more than anybody writes into a cell of a table of owners.
const MAX_CELL: usize = 4_000;

/// Up to here a column is counted in characters, beyond it in bytes: nobody finds a place there by counting.
const COUNTED: usize = 10_000;

/// One file, whole.
pub(super) struct Source<'t> {
    /// As it is shown.
    pub(super) name: String,
    /// As it was given.
    given: &'t str,
    pub(super) text: &'t str,
    lines: Vec<usize>,
}

impl<'t> Source<'t> {
    pub(super) fn new(given: &'t str, text: &'t str) -> Self {
        Self { name: RepoPath::new(given).quoted(), given, text, lines: line_starts(text) }
    }

    /// The line and the column of a byte, both from 1.
    fn at(&self, offset: usize) -> (u32, u32) {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..self.text.floor_char_boundary(offset)).unwrap_or_default();
        let column = if before.len() > COUNTED { before.len() } else { before.chars().count() };
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column + 1).unwrap_or(u32::MAX))
    }

    /// File and line of a byte.
    pub(super) fn place(&self, offset: usize) -> Place {
        Place { file: self.name.clone(), line: self.at(offset).0 }
    }

    /// A line, from 1, without its end.
    pub(super) fn line_span(&self, line: u32) -> Range<usize> {
        let at = |line: usize| self.lines.get(line).copied();
        let line = usize::try_from(line).unwrap_or(1).max(1);
        let start = at(line - 1).unwrap_or(self.text.len());
        let text = self.text.get(start..at(line).unwrap_or(self.text.len())).unwrap_or_default();
        start..start + text.trim_end().len()
    }

    /// The column at which the text of a line starts, from 1.
    pub(super) fn indent(&self, line: u32) -> u32 {
        let text = self.text.get(self.line_span(line)).unwrap_or_default();
        u32::try_from(text.len() - text.trim_start().len()).unwrap_or(0).saturating_add(1)
    }

    /// A doubt about the text at a byte.
    pub(super) fn doubt(&self, offset: usize, message: impl Into<String>, help: impl Into<String>) -> Doubt {
        let (line, column) = self.at(offset);
        let place = Place { file: self.name.clone(), line };
        Doubt { place, column, message: message.into(), help: help.into() }
    }

    /// The file as one that cannot be imported.
    pub(super) fn refuse(&self, problem: Problem) -> InvalidFile {
        InvalidFile::new("import", self.given, self.text, vec![problem])
    }
}

/// The text of a file: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write it.
///
/// # Errors
/// What is larger than anybody's table, and what is no text.
pub(super) fn decode(bytes: &[u8], file: &str) -> Result<String, InvalidFile> {
    let refuse = |text: &str, problem| Err(InvalidFile::new("import", file, text, vec![problem]));
    if bytes.len() > MAX_SIZE {
        let message = format!("the file has {} bytes; at most {MAX_SIZE} are read", bytes.len());
        return refuse("", Problem::new("too_large", message, 0..0, "not read", "export the table alone"));
    }
    let wide = |pair: fn([u8; 2]) -> u16| {
        let pairs = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let units = pairs.map(|two| pair([two.first().copied().unwrap_or(0), two.last().copied().unwrap_or(0)]));
        char::decode_utf16(units).map(|c| c.unwrap_or('\0')).collect::<String>()
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => return utf8(rest).or_else(|(text, span)| refuse(&text, no_text(span))),
        _ => return utf8(bytes).or_else(|(text, span)| refuse(&text, no_text(span))),
    };
    match text.find('\0') {
        Some(at) => refuse(&text, no_text(at..at + 1)),
        None => Ok(text),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, (String, Range<usize>)> {
    match std::str::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            Some(at) => Err((text.to_owned(), at..at + 1)),
            None => Ok(text.to_owned()),
        },
        Err(error) => {
            let at = error.valid_up_to();
            let start: Vec<u8> = bytes.get(..at).unwrap_or_default().to_vec();
            let rest = String::from_utf8_lossy(bytes.get(at..).unwrap_or_default());
            Err((String::from_utf8(start).unwrap_or_default() + &rest, at..at + 1))
        }
    }
}

fn no_text(span: Range<usize>) -> Problem {
    Problem::new(
        "not_text",
        "this is not UTF-8 text",
        span,
        "from here on",
        "export the table as \"CSV UTF-8\"; a workbook (.xlsx, .ods) is not read itself",
    )
}

/// What a name and a text look like.
pub(super) fn kind_of(file: &str, text: &str) -> ImportKind {
    let ending = file.rsplit('/').next().unwrap_or(file).rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some("csv" | "tsv" | "tab") => return ImportKind::Csv,
        Some("md" | "markdown" | "mdx" | "mkd") => return ImportKind::Markdown,
        Some("yaml" | "yml") => return ImportKind::Backstage,
        _ => {}
    }
    let lines = || text.lines().take(2_000);
    let rule = |line: &str| {
        line.contains("--") && line.contains('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
    };
    if lines().any(|line| line.starts_with("apiVersion:")) && lines().any(|line| line.starts_with("kind:")) {
        ImportKind::Backstage
    } else if lines().any(rule) {
        ImportKind::Markdown
    } else {
        ImportKind::Csv
    }
}

/// One cell: its text without blanks around it, and where that stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) at: usize,
    /// How long the text was, where only its start is kept.
    pub(super) cut: Option<usize>,
}

impl Cell {
    pub(super) fn new(text: &str, at: usize) -> Self {
        let text = text.trim();
        if text.len() <= MAX_CELL {
            return Self { text: text.to_owned(), at, cut: None };
        }
        let kept = text.get(..text.floor_char_boundary(MAX_CELL)).unwrap_or_default().trim_end().to_owned();
        Self { text: kept, at, cut: Some(text.len()) }
    }

    /// Nothing, or one of the marks people write for nothing.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self.text.to_lowercase().as_str(), "" | "-" | "–" | "—" | "--" | "n/a" | "na" | "none")
    }
}

/// One line of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) cells: Vec<Cell>,
    /// Where it starts.
    pub(super) at: usize,
}

impl Line {
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

/// A table with its heading.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) head: Line,
    pub(super) lines: Vec<Line>,
}

#[cfg(test)]
mod tests {
    use super::{Source, decode, kind_of};
    use crate::model::ImportKind;

    #[test]
    fn a_file_is_told_by_its_name_and_else_by_its_text() {
        let table = [
            ("a/raci.CSV", "", ImportKind::Csv),
            ("raci.tsv", "| a |\n|---|", ImportKind::Csv),
            ("OWNERS.md", "a,b", ImportKind::Markdown),
            ("catalog-info.yaml", "", ImportKind::Backstage),
            ("-", "a,b\n1,2", ImportKind::Csv),
            ("-", "text\n\n| a | b |\n| :-- | --- |\n", ImportKind::Markdown),
            ("-", "apiVersion: backstage.io/v1alpha1\nkind: Component\n", ImportKind::Backstage),
        ];
        for (file, text, kind) in table {
            assert_eq!(kind_of(file, text), kind, "{file} {text}");
        }
    }

    #[test]
    fn what_spreadsheets_write_is_text_and_what_is_none_is_refused() {
        let table: &[(&[u8], Option<&str>)] = &[
            (b"a,\xc3\xa9", Some("a,é")),
            (b"\xef\xbb\xbfa", Some("a")),
            (b"\xff\xfea\0\xe9\0", Some("aé")),
            (b"\xfe\xff\0a", Some("a")),
            (b"", Some("")),
            (b"PK\x03\x04\0\0", None),
            (b"caf\xe9", None),
            (b"\xff\xfe\x00\xd8", None),
        ];
        for (bytes, text) in table {
            assert_eq!(decode(bytes, "x").ok().as_deref(), *text, "{bytes:?}");
        }
    }

    #[test]
    fn a_place_is_counted_in_characters() {
        let source = Source::new("x", "é,a\nb");
        let found: Vec<_> = [0, 2, 3, 5, 99].into_iter().map(|offset| source.at(offset)).collect();
        assert_eq!(found, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]);
    }
}
