//! Everything that can go wrong between the tool and GitHub, each with its next step.
//!
//! A failure here is never a verdict: nothing is guessed from half an answer. What GitHub says in its own words is a
//! stranger's text: cut, and without control characters, before it stands in an error.

use crate::model::is_unsafe;
use miette::Diagnostic;
use thiserror::Error;

/// Why GitHub could not be asked or told.
#[derive(Clone, Debug, Error, Diagnostic)]
pub enum ForgeError {
    /// The address or the token cannot be used at all.
    #[error("GitHub cannot be reached with what was given: {why}")]
    #[diagnostic(
        code(changeward::github::unusable),
        help(
            "GITHUB_API_URL and GITHUB_GRAPHQL_URL are http(s) addresses of one host; the token is one line of plain text"
        )
    )]
    Unusable {
        /// What is wrong with it.
        why: String,
    },
    /// The token is not accepted.
    #[error("GitHub does not accept the token ({what}): {said}")]
    #[diagnostic(
        code(changeward::github::unauthorized),
        help("give a valid token in CHANGEWARD_TOKEN or GITHUB_TOKEN; tokens of a workflow end with its job")
    )]
    Unauthorized {
        /// The request.
        what: String,
        /// What GitHub said.
        said: String,
    },
    /// The token may not do this.
    #[error("the token has no right to this ({what}): {said}")]
    #[diagnostic(code(changeward::github::forbidden), help("{}", permission_help(permission.as_deref())))]
    Forbidden {
        /// The request.
        what: String,
        /// What GitHub said.
        said: String,
        /// Which permission would do, as GitHub names it.
        permission: Option<String>,
    },
    /// There is no such thing, or the token may not know that there is.
    #[error("GitHub knows no such thing ({what})")]
    #[diagnostic(
        code(changeward::github::not_found),
        help("check the name, and that the token may see it: GitHub says \"not found\" of what it hides, too")
    )]
    NotFound {
        /// The request.
        what: String,
    },
    /// GitHub will not do it.
    #[error("GitHub refused ({what}): {status}: {said}")]
    #[diagnostic(
        code(changeward::github::refused),
        help("what GitHub said names the cause; mend that and run this again")
    )]
    Refused {
        /// The request.
        what: String,
        /// The HTTP status; 0 for what was refused before it was sent.
        status: u16,
        /// What GitHub said.
        said: String,
    },
    /// There was no answer in time.
    #[error("GitHub gave no answer in time ({what}): {why}")]
    #[diagnostic(
        code(changeward::github::unanswered),
        help("run this again later; nothing was approved. https://www.githubstatus.com tells of outages")
    )]
    Unanswered {
        /// The request.
        what: String,
        /// What the last attempt met.
        why: String,
    },
    /// The answer cannot be read.
    #[error("GitHub gave an answer that cannot be read ({what}): {why}")]
    #[diagnostic(
        code(changeward::github::malformed),
        help(
            "run this again; if it stays, please report it: GitHub may have changed its answer, or something between answers"
        )
    )]
    Malformed {
        /// The request.
        what: String,
        /// What is odd about it.
        why: String,
    },
    /// A part of the answer is missing or cannot be trusted to be whole.
    #[error("GitHub's answer is not whole ({what}): {why}")]
    #[diagnostic(
        code(changeward::github::incomplete),
        help(
            "nothing is decided on a part of the facts; run this again, or run it in a checkout, which needs fewer lists"
        )
    )]
    Incomplete {
        /// The request.
        what: String,
        /// What is missing.
        why: String,
    },
}

/// The kinds of [`ForgeError`], to be told apart without their words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ForgeErrorKind {
    /// See [`ForgeError::Unusable`].
    Unusable,
    /// See [`ForgeError::Unauthorized`].
    Unauthorized,
    /// See [`ForgeError::Forbidden`].
    Forbidden,
    /// See [`ForgeError::NotFound`].
    NotFound,
    /// See [`ForgeError::Refused`].
    Refused,
    /// See [`ForgeError::Unanswered`].
    Unanswered,
    /// See [`ForgeError::Malformed`].
    Malformed,
    /// See [`ForgeError::Incomplete`].
    Incomplete,
}

impl ForgeError {
    /// Which kind it is.
    pub fn kind(&self) -> ForgeErrorKind {
        match self {
            Self::Unusable { .. } => ForgeErrorKind::Unusable,
            Self::Unauthorized { .. } => ForgeErrorKind::Unauthorized,
            Self::Forbidden { .. } => ForgeErrorKind::Forbidden,
            Self::NotFound { .. } => ForgeErrorKind::NotFound,
            Self::Refused { .. } => ForgeErrorKind::Refused,
            Self::Unanswered { .. } => ForgeErrorKind::Unanswered,
            Self::Malformed { .. } => ForgeErrorKind::Malformed,
            Self::Incomplete { .. } => ForgeErrorKind::Incomplete,
        }
    }
}

fn permission_help(permission: Option<&str>) -> String {
    match permission {
        Some(permission) => {
            format!("give the token `{permission}`, as the `permissions` of the job or in the settings of the app")
        }
        None => "give the job more `permissions`, or use the token of an app that has them".to_owned(),
    }
}

/// A stranger's text, fit to stand in an error: one line, nothing that moves a terminal, at most 300 characters.
pub(super) fn plain(text: &str) -> String {
    let clean: String =
        text.trim().chars().map(|c| if c.is_control() || is_unsafe(c) { ' ' } else { c }).take(300).collect();
    if clean.trim().is_empty() { "it gave no reason".to_owned() } else { clean }
}
