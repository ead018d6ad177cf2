//! Separated values, as RFC 4180 and spreadsheets write them: commas, semicolons or tabs, cells in quotes, lines within
//! cells, a first line `sep=;`. The separator is the one under which the table makes sense.

use super::columns::{Columns, Weight};
use super::source::{Cell, Line, Source, Table};
use crate::parse::problem::{InvalidFile, Problem};
use csv_core::{ReadFieldResult, ReaderBuilder};

/// How much of a file is looked at to find the separator and the heading, in bytes and in lines.
const SNIFFED: usize = 256 << 10;
const HEADING_WITHIN: usize = 30;

/// The widest table read.
const MAX_COLUMNS: usize = 1_000;

/// The one table of a file, and the lines above its heading.
///
/// # Errors
/// An open quote, a table wider than anybody's, and a file without a heading that means something.
pub(super) fn table(source: &Source<'_>) -> Result<(Table, Vec<Line>), InvalidFile> {
    let (text, from, told) = directive(source.text);
    let start = text.get(..text.floor_char_boundary(SNIFFED)).unwrap_or(text);
    let separators: Vec<u8> = told.map_or_else(|| b",;\t".to_vec(), |told| vec![told]);
    let mut best: Option<(usize, Weight, u8)> = None;
    for separator in separators {
        let lines = read(start, from, separator);
        let found = heading(&lines);
        if let Some((at, weight)) = found
            && best.is_none_or(|(_, before, _)| weight > before)
        {
            best = Some((at, weight, separator));
        }
    }
    let lines = read(text, from, best.map_or(b',', |(.., separator)| separator));
    if let Some(problem) = broken(source, &lines) {
        return Err(source.refuse(problem));
    }
    let Some((at, ..)) = best else { return Err(source.refuse(no_heading(source))) };
    let mut lines = lines.into_iter();
    let above: Vec<Line> = lines.by_ref().take(at).filter(|line| !line.is_blank()).collect();
    let head = lines.next().unwrap_or_default();
    Ok((Table { head, lines: lines.collect() }, above))
}

/// The separator that a spreadsheet's first line `sep=;` names, and the text after that line.
fn directive(text: &str) -> (&str, usize, Option<u8>) {
    let first = text.lines().next().unwrap_or_default();
    let told = first.strip_prefix("sep=").and_then(|told| match told.as_bytes() {
        [separator @ (b',' | b';' | b'\t' | b'|')] => Some(*separator),
        _ => None,
    });
    match (told, text.split_once('\n')) {
        (Some(told), Some((line, rest))) => (rest, line.len() + 1, Some(told)),
        _ => (text, 0, None),
    }
}

/// The first line that is a heading, and how much of it is understood.
fn heading(lines: &[Line]) -> Option<(usize, Weight)> {
    lines.iter().enumerate().take(HEADING_WITHIN).find_map(|(at, line)| {
        let below = lines.get(at + 1..).unwrap_or_default();
        Columns::weigh(line, below).map(|weight| (at, weight))
    })
}

/// Every line of cells, whatever the bytes; `from` is where the text begins in its file.
fn read(text: &str, from: usize, separator: u8) -> Vec<Line> {
    let mut reader = ReaderBuilder::new().delimiter(separator).build();
    let (mut rest, mut at) = (text.as_bytes(), 0);
    let mut buffer = vec![0; 4 << 10];
    let (mut field, mut begun) = (Vec::new(), 0);
    let (mut lines, mut line) = (Vec::new(), Line::default());
    loop {
        let (result, taken, written) = reader.read_field(rest, &mut buffer);
        rest = rest.get(taken..).unwrap_or_default();
        at += taken;
        field.extend_from_slice(buffer.get(..written).unwrap_or_default());
        match result {
            ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
            ReadFieldResult::Field { record_end } => {
                line.cells.push(cell(text, &field, from, begun, line.cells.is_empty()));
                field.clear();
                begun = at;
                if record_end {
                    line.at = line.cells.first().map_or(at, |cell| cell.at);
                    lines.push(std::mem::take(&mut line));
                }
            }
            ReadFieldResult::End => return lines,
        }
    }
}

/// A cell whose place is the first letter of it in the file, inside its quotes.
fn cell(text: &str, field: &[u8], from: usize, begun: usize, first: bool) -> Cell {
    let value = String::from_utf8_lossy(field);
    let raw = text.get(begun..).unwrap_or_default();
    // What ends a line is only taken with the next one.
    let raw = if first { raw.trim_start_matches(['\r', '\n']) } else { raw };
    // A blank cell stands where it stands, not where the next one does.
    let inner = if value.trim().is_empty() { raw } else { raw.trim_start_matches(' ') };
    let quoted = usize::from(inner.starts_with('"'));
    Cell::new(&value, from + text.len() - inner.len() + quoted)
}

/// What keeps a file from being read as it was meant.
fn broken(source: &Source<'_>, lines: &[Line]) -> Option<Problem> {
    if let Some(line) = lines.iter().find(|line| line.cells.len() > MAX_COLUMNS) {
        let message = format!("a line has {} cells; at most {MAX_COLUMNS} are read", line.cells.len());
        return Some(Problem::new("too_wide", message, line.at..line.at, "this line", "leave out what is no cell"));
    }
    let last = lines.last()?.cells.last()?;
    let open = last.at.checked_sub(1).filter(|at| source.text.as_bytes().get(*at) == Some(&b'"'))?;
    let quotes = source.text.get(open..).unwrap_or_default().bytes().filter(|byte| *byte == b'"').count();
    (quotes % 2 == 1).then(|| {
        Problem::new(
            "open_quote",
            "a quote that is opened here is never closed, so all the rest would be one cell",
            open..open + 1,
            "opened here",
            "close it, or write a quote within a cell twice: `\"\"`",
        )
    })
}

fn no_heading(source: &Source<'_>) -> Problem {
    let blank = source.text.trim().is_empty();
    let end = source.text.lines().next().unwrap_or_default().len();
    Problem::new(
        "no_table",
        if blank {
            "the file is empty"
        } else {
            "no line of this file is the heading of a table of owners with rows below it"
        },
        0..end,
        if blank { "nothing here" } else { "not understood as a heading" },
        "name the columns Responsible, Accountable, Consulted and Informed (or Owner, or one column for each person, \
         with the letters R, A, S, C, I below it); the first column names the rows",
    )
}
