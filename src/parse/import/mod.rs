//! What organisations have already, as a draft of `.changeward/ownership.toml`: RACI tables in CSV and Markdown, lists of
//! services and their owners, entities of Backstage's catalogue.
//!
//! Nothing is guessed in silence and nothing is lost: each cell finds a place in the matrix, or is kept beside its row as
//! a comment, and everything that was changed, left out or missing is a doubt with its place in the file.

mod catalog;
mod cells;
mod columns;
mod csv;
mod draft;
mod markdown;
mod names;
mod source;
mod table;

use super::problem::{InvalidFile, Problem, quoted};
use crate::model::{Draft, ImportKind, Spelling, Unused};
use columns::Columns;
use draft::Importer;
use source::{Line, Source};

/// One file to import.
#[derive(Clone, Copy, Debug)]
pub struct ImportFile<'a> {
    /// As it was named, relative to where its paths begin: the folder of a catalogue file is what it answers for.
    pub name: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
    /// What it is, where somebody says so.
    pub kind: Option<ImportKind>,
}

/// What somebody says beside the files.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportHints<'a> {
    /// Who names stand for.
    pub names: &'a [Spelling],
    /// Where to reach whoever answers for a row that does not say.
    pub contact: Option<&'a str>,
}

/// Reads the files into one draft.
///
/// # Errors
/// The first file that holds nothing to import: no text, no table of owners, no entity.
pub fn import(files: &[ImportFile<'_>], hints: &ImportHints<'_>) -> Result<Draft, InvalidFile> {
    let mut importer = Importer::new(hints.names, hints.contact);
    let mut entities = Vec::new();
    for file in files {
        let text = source::decode(file.bytes, file.name)?;
        let source = Source::new(file.name, &text);
        importer.draft.sources.push(source.name.clone());
        match file.kind.unwrap_or_else(|| source::kind_of(file.name, &text)) {
            ImportKind::Csv => {
                let (found, above) = csv::table(&source)?;
                above.iter().for_each(|line| aside(&mut importer, &source, line));
                table::read(&mut importer, &source, &found)?;
            }
            ImportKind::Markdown => markdown(&mut importer, &source)?,
            ImportKind::Backstage => catalog::entities(&mut importer, &source, &mut entities)?,
        }
    }
    catalog::settle(&mut importer, entities);
    Ok(importer.done())
}

/// Reads a file of names: one a line, `Jane Doe = @jane`; a `#` starts a comment.
///
/// # Errors
/// Every line that is none.
pub fn spellings(bytes: &[u8], file: &str) -> Result<Vec<Spelling>, InvalidFile> {
    let text = source::decode(bytes, file)?;
    let (mut spellings, mut problems, mut at) = (Vec::new(), Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        match Spelling::parse(said) {
            _ if said.is_empty() || said.starts_with('#') => {}
            Some(spelling) => spellings.push(spelling),
            None => {
                let start = at + (line.len() - line.trim_start().len());
                let message = format!("{} says of nobody who they are", quoted(said));
                let help = "write one name a line: `Jane Doe = @jane`, `Payments = @acme/pay`";
                problems.push(Problem::new("bad_name", message, start..start + said.len(), "not `NAME = WHO`", help));
            }
        }
        at += line.len();
    }
    match problems.is_empty() {
        true => Ok(spellings),
        false => Err(InvalidFile::new("import", file, &text, problems)),
    }
}

/// A line above the heading of a table: a title, a date, a name.
fn aside(importer: &mut Importer, source: &Source<'_>, line: &Line) {
    importer.doubt(source.doubt(
        line.at,
        "this line stands above the heading of the table and is kept as a comment",
        "see that the heading is the right line",
    ));
    for cell in line.cells.iter().filter(|cell| !cell.is_blank()) {
        importer.aside(Unused { text: cell.text.clone(), column: None, why: "above the table" });
    }
}

fn markdown(importer: &mut Importer, source: &Source<'_>) -> Result<(), InvalidFile> {
    let mut used = false;
    for found in markdown::tables(source) {
        if Columns::weigh(&found.head, &found.lines).is_some() {
            table::read(importer, source, &found)?;
            used = true;
        } else {
            importer.doubt(source.doubt(
                found.head.at,
                "this table says of nobody how they take part, so it was not read",
                "name its columns Responsible, Accountable, Consulted and Informed, if it is one of owners",
            ));
        }
    }
    if used {
        return Ok(());
    }
    let message = match source.text.trim().is_empty() {
        true => "the file is empty",
        false => "this document has no table of owners",
    };
    Err(source.refuse(Problem::new(
        "no_table",
        message,
        0..0,
        "nothing here",
        "a table needs a heading and a line of dashes: `| Activity | Responsible | Accountable |`, `|---|---|---|`",
    )))
}
