//! `owners import`: tables and catalogues that people have, to the text of `.changeward/ownership.toml`.
//!
//! The text is read back before anybody sees it: what this program writes, it can use.

use crate::app::failure::Failure;
use crate::model::{ImportKind, Spelling, counted};
use crate::parse;
use crate::parse::import::{ImportFile, ImportHints};
use crate::report::draft;
use crate::world::files::{self, Written};
use crate::world::given;
use std::path::{Path, PathBuf};

/// What is wished.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// Where the names of files begin.
    pub dir: PathBuf,
    /// The files; `-` is the standard input.
    pub files: Vec<PathBuf>,
    /// What they are, where somebody says so.
    pub kind: Option<ImportKind>,
    /// Where to write; the text is returned where this is absent.
    pub output: Option<PathBuf>,
    /// Overwrite a file that exists.
    pub force: bool,
    /// Who names stand for.
    pub names: Vec<Spelling>,
    /// A file that says who names stand for.
    pub names_file: Option<PathBuf>,
    /// Where to reach whoever answers for a row that does not say.
    pub contact: Option<String>,
    /// Doubts are a failure.
    pub strict: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Imported {
    /// What to tell in any case: every doubt, and what to do next.
    pub told: String,
    /// The matrix; empty where it was written to a file. A failure where doubts may not be.
    pub text: Result<String, Failure>,
}

/// Imports the files.
///
/// # Errors
/// When one of them cannot be read or holds nothing to import, and when the file to write exists.
pub fn import(request: &ImportRequest) -> Result<Imported, Failure> {
    let mut names = request.names.clone();
    if let Some(file) = &request.names_file {
        let bytes = given::file(&request.dir.join(file)).map_err(Failure::usage)?;
        names.extend(parse::import::spellings(&bytes, &file.to_string_lossy()).map_err(Failure::invalid)?);
    }
    let mut read = Vec::new();
    for file in &request.files {
        let bytes = match file.as_os_str() == "-" {
            true => given::standard_input().map_err(Failure::world)?,
            false => given::file(&request.dir.join(file)).map_err(Failure::invalid)?,
        };
        read.push((shown(file), bytes));
    }
    let given: Vec<ImportFile<'_>> =
        read.iter().map(|(name, bytes)| ImportFile { name, bytes, kind: request.kind }).collect();
    let hints = ImportHints { names: &names, contact: request.contact.as_deref() };
    let imported = parse::import::import(&given, &hints).map_err(Failure::invalid)?;
    let text = draft::matrix(&imported);
    parse::matrix(&text, "the matrix that would be written").map_err(Failure::invalid)?;
    let mut told = draft::doubts(&imported.doubts);
    if request.strict && !imported.doubts.is_empty() {
        let doubtful = Doubtful(counted(imported.doubts.len() as u64, "doubt"));
        return Ok(Imported { told, text: Err(Failure::invalid(doubtful)) });
    }
    told.push_str(&draft::summary(&imported));
    match &request.output {
        None => Ok(Imported { told, text: Ok(text) }),
        Some(output) => {
            told.push_str(&write(&request.dir, output, &text, request.force)?);
            Ok(Imported { told, text: Ok(String::new()) })
        }
    }
}

/// A file's name as its paths begin with it.
fn shown(file: &Path) -> String {
    let name = file.to_string_lossy();
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() };
    match name.as_str() {
        "-" => "<stdin>".to_owned(),
        _ => name.strip_prefix("./").unwrap_or(&name).to_owned(),
    }
}

fn write(dir: &Path, output: &Path, text: &str, force: bool) -> Result<String, Failure> {
    let relative = output.to_string_lossy();
    match files::write(dir, &relative, text, force).map_err(Failure::world)? {
        Written::New => Ok(format!("wrote {}\n", output.display())),
        Written::Replaced => Ok(format!("replaced {}\n", output.display())),
        Written::Kept => Err(Failure::usage(Exists(output.display().to_string()))),
    }
}

/// The file to write is there already.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{0} exists, and nothing was written")]
#[diagnostic(code(changeward::import::exists), help("name another file, or overwrite it with --force"))]
struct Exists(String);

/// There are doubts where there may be none.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{0} above, and --strict allows none: nothing was written")]
#[diagnostic(code(changeward::import::doubtful), help("settle them in the source, or import it without --strict"))]
struct Doubtful(String);
