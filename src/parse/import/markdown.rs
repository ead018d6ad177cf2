//! Tables of Markdown, as GitHub reads them (GFM 4.10): a heading, a line of dashes, one line a row.
//!
//! A reader of Markdown drops what GitHub does not show: cells beyond the last heading. They are found again here, since
//! nothing of a table may be lost.

use super::source::{Cell, Line, Source, Table};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// The tables of a document in order.
pub(super) fn tables(source: &Source<'_>) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut open = Open::default();
    for (event, range) in Parser::new_ext(source.text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Table(_)) => tables.push(Table::default()),
            Event::Start(Tag::TableHead | Tag::TableRow) => open = Open { row: range, ..Open::default() },
            Event::Start(Tag::TableCell) => open.start(range),
            Event::End(TagEnd::TableCell) => open.end(source.text),
            Event::End(TagEnd::TableHead) => {
                if let Some(table) = tables.last_mut() {
                    table.head = open.line(source.text);
                }
            }
            Event::End(TagEnd::TableRow) => {
                if let Some(table) = tables.last_mut() {
                    table.lines.push(open.line(source.text));
                }
            }
            event if open.inside => open.inline(&event),
            _ => {}
        }
    }
    tables
}

/// A row on its way.
#[derive(Default)]
struct Open {
    row: Range<usize>,
    cells: Vec<Cell>,
    inside: bool,
    text: String,
    range: Range<usize>,
    /// Where the links around this place lead.
    links: Vec<(String, usize)>,
    /// The byte after the last cell that is written out.
    written: usize,
}

impl Open {
    fn start(&mut self, range: Range<usize>) {
        self.inside = true;
        self.text.clear();
        self.range = range;
    }

    fn end(&mut self, whole: &str) {
        self.inside = false;
        let raw = whole.get(self.range.clone()).unwrap_or_default();
        let at = self.range.start + (raw.len() - raw.trim_start_matches([' ', '|']).len());
        // A cell that is missing in the line has no place.
        if !self.range.is_empty() {
            self.written = self.range.end;
        }
        self.cells.push(Cell::new(&self.text, at));
    }

    fn inline(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text.push_str(text);
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                let tag = html.trim_matches(['<', '>', '/', ' ']).to_lowercase();
                self.text.push_str(if tag == "br" { "\n" } else { html });
            }
            Event::SoftBreak | Event::HardBreak => self.text.push('\n'),
            // An address in angle brackets: beside a name it is that person's.
            Event::Start(Tag::Link { link_type: LinkType::Email | LinkType::Autolink, .. }) => {
                self.links.push((String::new(), self.text.len()));
                self.text.push('<');
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.links.push((dest_url.to_string(), self.text.len()));
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                if let Some((url, from)) = self.links.pop() {
                    let shown = self.text.get(from..).unwrap_or_default();
                    let plain = url.strip_prefix("mailto:").unwrap_or(&url);
                    if url.is_empty() {
                        self.text.push('>');
                    } else if shown != plain {
                        self.text.push_str(&format!(" <{plain}>"));
                    }
                }
            }
            _ => {}
        }
    }

    /// The whole line, with what stands beyond its last cell.
    fn line(&mut self, whole: &str) -> Line {
        let mut cells = std::mem::take(&mut self.cells);
        let from = self.written.max(self.row.start);
        let end = self.row.end.max(from);
        let rest = whole.get(from..end).unwrap_or_default();
        let rest = rest.split('\n').next().unwrap_or_default();
        let mut at = from;
        for (n, part) in parts(rest).into_iter().enumerate() {
            if n > 0 && !part.trim().is_empty() {
                cells.push(Cell::new(part, at + (part.len() - part.trim_start().len())));
            }
            at += part.len() + 1;
        }
        Line { cells, at: self.row.start }
    }
}

/// A text between its bars; a bar behind a `\` is none.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'|' && !escaped {
            parts.push(text.get(from..at).unwrap_or_default());
            from = at + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts
}

#[cfg(test)]
mod tests {
    use super::tables;
    use crate::parse::import::source::{Line, Source};

    fn cells(line: &Line) -> Vec<&str> {
        line.cells.iter().map(|cell| cell.text.as_str()).collect()
    }

    #[test]
    fn cells_are_as_github_shows_them_and_none_is_lost() {
        type Case = (&'static str, &'static [&'static str], &'static [&'static [&'static str]]);
        let table: &[Case] = &[
            ("| a | b |\n|---|---|\n| 1 | 2 |\n", &["a", "b"], &[&["1", "2"]]),
            ("a | b\n--|--\n1 | 2\n", &["a", "b"], &[&["1", "2"]]),
            ("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 | 4 |\n", &["a", "b"], &[&["1", ""], &["1", "2", "3", "4"]]),
            (
                "| a | b |\n|---|---|\n| `x\\|y` | *p*<br>q \\| r |\n| [n](mailto:n@e.org) | <m@e.org> [w](u) |\n",
                &["a", "b"],
                &[&["x|y", "p\nq | r"], &["n <n@e.org>", "<m@e.org> w <u>"]],
            ),
            ("| a |\n|---|\n", &["a"], &[]),
        ];
        for (text, head, lines) in table {
            let found = tables(&Source::new("x", text));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(cells(&found[0].head), *head, "{text}");
            assert_eq!(found[0].lines.iter().map(cells).collect::<Vec<_>>(), *lines, "{text}");
        }
        assert!(tables(&Source::new("x", "text\n\n```\n| a | b |\n|---|---|\n```\n")).is_empty());
    }

    #[test]
    fn a_cell_knows_its_place() {
        let text = "# t\n\n| a | bé |\n|---|---|\n|  x | *y* | z |\n";
        let found = tables(&Source::new("x", text));
        let at = |line: &Line| {
            line.cells.iter().map(|cell| text.get(cell.at..).unwrap().chars().next().unwrap()).collect::<String>()
        };
        assert_eq!(at(&found[0].head), "ab");
        assert_eq!(at(&found[0].lines[0]), "x*z");
    }
}
