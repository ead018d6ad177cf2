//! What can be wrong with the control files taken together, beside the mistakes inside each.

use crate::model::RepoPath;
use miette::Diagnostic;

/// A fault of the control files taken together.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum ControlFault {
    #[error("{} is not UTF-8 text", RepoPath::from(file.as_str()).quoted())]
    #[diagnostic(code(changeward::control::not_text), help("save the file as UTF-8"))]
    NotText { file: String },
    #[error("{place} names the calendar {}, which is not there", RepoPath::from(file.as_str()).quoted())]
    #[diagnostic(
        code(changeward::control::no_calendar),
        help("add the calendar, or take the entry away; a missing calendar might be a freeze")
    )]
    NoCalendar { file: String, place: String },
    #[error("{} is not a folder", RepoPath::from(path.as_str()).quoted())]
    #[diagnostic(
        code(changeward::control::not_a_folder),
        help("make it a folder, or take it away; what it stands for might be a freeze")
    )]
    NoFolder { path: String },
    #[error("{} is not a file", RepoPath::from(path.as_str()).quoted())]
    #[diagnostic(code(changeward::control::not_a_file), help("make it a plain file, or take it away"))]
    NoFile { path: String },
    #[error("nothing reads {}", RepoPath::from(file.as_str()).quoted())]
    #[diagnostic(
        code(changeward::control::unclaimed),
        help(
            "config.toml, ownership.toml, and the folders templates, policies, calendars, exceptions and lockdowns are read; rename the file, move it, or give it another ending (`.example`)"
        )
    )]
    Unclaimed { file: String },
    #[error("{} holds no policy", RepoPath::from(path.as_str()).quoted())]
    #[diagnostic(
        code(changeward::control::no_policy),
        help("`policy` of `[conftest]` names a `.rego` file or a folder with some; it is read at the base revision")
    )]
    NoPolicy { path: String },
    #[error("{} holds no side data", RepoPath::from(path.as_str()).quoted())]
    #[diagnostic(
        code(changeward::control::no_data),
        help(
            "`data` of `[conftest]` names a `.json` or `.yaml` file or a folder with some; it is read at the base revision"
        )
    )]
    NoData { path: String },
    #[error("{} cannot be side data: line {line}: it {why}", RepoPath::from(file.as_str()).quoted())]
    #[diagnostic(
        code(changeward::control::bad_data),
        help("side data is one mapping a file, and no two files say different things")
    )]
    BadData { file: String, line: u32, why: String },
    #[error("two {what}s share the id `{id}`: {first} and {second}")]
    #[diagnostic(code(changeward::control::same_id), help("give each its own id"))]
    SameId { what: &'static str, id: String, first: String, second: String },
}

/// Several control files at once.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{} control files are invalid, so nothing was decided", related.len())]
#[diagnostic(code(changeward::control::invalid))]
pub(in crate::app) struct SeveralInvalid {
    #[related]
    pub(in crate::app) related: Vec<Box<dyn Diagnostic + Send + Sync>>,
}
