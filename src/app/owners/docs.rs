//! `changeward owners docs`: a page for people and a CODEOWNERS file, made from the files that name owners, and held to
//! them.

use super::At;
use super::survey::{Place, State};
use crate::app::failure::{Failure, FailureKind};
use crate::assess;
use crate::model::{FileKind, Matrix, Ownership, Principal, RepoPath, Sources, TrackedFile, UnsayableRow};
use crate::parse::dialect::github::codeowners;
use crate::report::{self, Compared, RosterFormat, Stamp};
use crate::world::files::{self, Written};
use crate::world::tree::Within;
use miette::Diagnostic;
use std::path::PathBuf;

/// Where GitHub looks first.
const CODEOWNERS: &str = ".github/CODEOWNERS";

/// Largest file that is looked at before it is written over.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What is to be made.
#[derive(Clone, Debug)]
pub struct DocsRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Which state of the files.
    pub at: At,
    /// What to make.
    pub what: Document,
    /// Where it stands, from `dir`; without one it is only shown.
    pub file: Option<PathBuf>,
    /// What to do with it.
    pub wish: DocsWish,
}

/// What can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The page.
    Page {
        /// As what.
        format: RosterFormat,
        /// With the state it was made from, which a page that is committed cannot have.
        stamp: bool,
    },
    /// CODEOWNERS of GitHub's dialect, from the matrix.
    Codeowners,
}

/// What to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocsWish {
    /// Show it, or write it where no other file stands.
    Make,
    /// Write it over whatever stands there.
    Force,
    /// Compare it with the file of the same state.
    Check,
}

/// What was made.
#[derive(Debug)]
pub enum Made {
    /// The document itself.
    Shown(Vec<u8>),
    /// A file, and what became of it.
    File(RepoPath, Compared),
}

/// Makes a document, and writes it or compares it.
///
/// # Errors
/// When something could not be read, parsed or written, or the matrix cannot be said in the dialect of CODEOWNERS.
pub fn docs(request: &DocsRequest) -> Result<Made, Failure> {
    let mut place = Place::open(&request.dir)?;
    place.learn_prefix(&request.at)?;
    let file = request.file.as_ref().map(|file| place.typed(file)).transpose()?;
    let state = place.state(&request.at)?;
    let mut files = state.tracked()?;
    let stands_at = file.clone().or_else(|| (request.what == Document::Codeowners).then(|| CODEOWNERS.into()));
    // The document is one of the files it speaks about, before it is committed as well as after.
    files.extend(stands_at.as_ref().filter(|at| files.iter().all(|file| file.path != **at)).map(newcomer));
    let made = match request.what {
        Document::Codeowners => of_matrix(&state, &files, &stands_at.unwrap_or_else(|| CODEOWNERS.into()))?,
        Document::Page { format, stamp } => page(&place, &state, &files, format, stamp)?,
    };
    match (file, request.wish) {
        (None, _) => Ok(Made::Shown(made)),
        (Some(file), DocsWish::Check) => {
            let path = file.as_str().ok_or_else(|| Failure::usage(DocsFault::NotText { file: file.quoted() }))?;
            let is = state.tree.read(path).map_err(Failure::world)?;
            let compared = Compared::of(is.as_deref(), &made);
            Ok(Made::File(file, compared))
        }
        (Some(file), wish) => write(&place, file, &made, wish == DocsWish::Force),
    }
}

fn newcomer(path: &RepoPath) -> TrackedFile {
    TrackedFile { path: path.clone(), kind: FileKind::Regular, id: None }
}

fn page(
    place: &Place,
    state: &State<'_>,
    files: &[TrackedFile],
    format: RosterFormat,
    stamp: bool,
) -> Result<Vec<u8>, Failure> {
    let survey = state.survey(Within::Everywhere)?;
    let roster = assess::roster(&survey.owners.ownership, files);
    let stamp = match (stamp, &state.commit) {
        (false, _) => None,
        (true, commit) => {
            let day = commit.as_ref().map(|commit| place.committed_at(commit)).transpose()?.flatten();
            Some(Stamp { state: state.tree.describe(), day: day.map(|day| day.date()) })
        }
    };
    let mut out = Vec::new();
    report::render_roster(&roster, format, stamp.as_ref(), &mut out).map_err(unwritable)?;
    // The process ends soon; to take 100,000 files apart piece by piece would only hold it up.
    std::mem::forget((survey, roster));
    Ok(out)
}

/// The matrix as CODEOWNERS, read back and compared with the matrix on every file.
fn of_matrix(state: &State<'_>, files: &[TrackedFile], place: &RepoPath) -> Result<Vec<u8>, Failure> {
    let mut survey = state.survey(Within::Above(&[]))?;
    let matrix = survey.owners.ownership.sources.matrix.take();
    let matrix = matrix.ok_or_else(|| Failure::invalid(DocsFault::NoMatrix))?;
    let lines = assess::codeowners(&matrix, files).map_err(|faults| Failure::invalid(Unsayable::of(faults)))?;
    let mut out = Vec::new();
    report::write_codeowners(&lines, &place.quoted(), &mut out).map_err(unwritable)?;
    let (read, findings) = codeowners(&out, place).map_err(Failure::invalid)?;
    if let Some(finding) = findings.first() {
        return Err(Failure::invalid(DocsFault::Refused { what: finding.msg.clone() }));
    }
    let meant = Ownership::new(Sources { matrix: Some(Matrix::clone(&matrix)), ..Sources::default() });
    let differs = files.iter().find(|file| {
        let said = read.rule_for(&file.path).map(|rule| rule.owners.as_slice());
        let row: Option<&[Principal]> = meant.of(&file.path).row.map(|row| row.responsible.as_slice());
        said != row
    });
    match differs {
        None => Ok(out),
        Some(file) => {
            let what = format!("{} has other owners there than in the matrix", file.path);
            Err(Failure::internal(DocsFault::ReadsOtherwise { what }))
        }
    }
}

/// Writes a document where none stands, or one that was made here.
fn write(place: &Place, file: RepoPath, made: &[u8], force: bool) -> Result<Made, Failure> {
    let root = place.root()?.ok_or_else(|| Failure::usage(DocsFault::Bare))?;
    let text = std::str::from_utf8(made).ok();
    let (Some(path), Some(text)) = (file.as_str(), text) else {
        return Err(Failure::usage(DocsFault::NotText { file: file.quoted() }));
    };
    let before = files::read(&root.join(path), LARGEST).map_err(Failure::world)?;
    let compared = match before {
        Some(before) if before == text => return Ok(Made::File(file, Compared::Same)),
        Some(before) if !force && !report::is_made_here(before.as_bytes()) => {
            return Err(Failure::usage(DocsFault::Foreign { file: file.quoted() }));
        }
        _ => files::write(root, path, text, true).map_err(Failure::world)?,
    };
    let compared = if compared == Written::New { Compared::Written } else { Compared::Replaced };
    Ok(Made::File(file, compared))
}

fn unwritable(why: std::io::Error) -> Failure {
    Failure::boxed(FailureKind::Internal, Box::new(DocsFault::Unwritten { why }))
}

/// Why there is no document.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum DocsFault {
    #[error("{file} stands there already, and changeward did not make it")]
    #[diagnostic(
        code(changeward::docs::foreign),
        help("bring what it says into the files that name owners and take it away, or write over it with `--force`")
    )]
    Foreign { file: String },
    #[error("there is no matrix to make CODEOWNERS from")]
    #[diagnostic(
        code(changeward::docs::no_matrix),
        help("write `.changeward/ownership.toml`; `changeward init` makes a beginning")
    )]
    NoMatrix,
    #[error("this repository is bare: there is nowhere to write a file")]
    #[diagnostic(code(changeward::docs::bare), help("leave the file away, and the document is shown"))]
    Bare,
    #[error("{file} is a name that is no text")]
    #[diagnostic(code(changeward::docs::not_text), help("choose a name in UTF-8"))]
    NotText { file: String },
    #[error("GitHub would not read the CODEOWNERS of this matrix: {what}")]
    #[diagnostic(
        code(changeward::docs::refused),
        help("write the name in the matrix as GitHub takes it: `@login`, `@org/team` or a plain e-mail address")
    )]
    Refused { what: String },
    #[error("the CODEOWNERS that was made is not what the matrix says: {what}")]
    #[diagnostic(
        code(changeward::docs::reads_otherwise),
        help("this is a fault of changeward, and nothing was written; please report it with the matrix")
    )]
    ReadsOtherwise { what: String },
    #[error("the document could not be put together")]
    #[diagnostic(code(changeward::docs::unwritten))]
    Unwritten {
        #[source]
        why: std::io::Error,
    },
}

/// Rows that CODEOWNERS cannot say.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the matrix cannot be said in GitHub's CODEOWNERS, so nothing was made")]
#[diagnostic(code(changeward::docs::codeowners))]
struct Unsayable {
    #[related]
    related: Vec<OneRow>,
}

/// One of them.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{}: {}", _0.place, _0.msg)]
#[diagnostic(code(changeward::docs::row), help("{}", _0.help))]
struct OneRow(UnsayableRow);

impl Unsayable {
    fn of(rows: Vec<UnsayableRow>) -> Self {
        Self { related: rows.into_iter().map(OneRow).collect() }
    }
}
