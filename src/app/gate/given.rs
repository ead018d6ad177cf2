//! What a CI system gives a run: the event, the repository, the token. Each that is missing is told with what would set it.

use crate::app::failure::Failure;
use crate::model::{CiEvent, CommitId, RepoName};
use crate::parse;
use crate::world::github::Token;
use crate::world::given;
use std::path::Path;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Missing {
    #[error("nothing says which repository this is about")]
    #[diagnostic(
        code(changeward::gate::repository),
        help("GitHub Actions sets GITHUB_REPOSITORY; elsewhere give `--repository OWNER/NAME`")
    )]
    Repository,
    #[error("there is no token to ask GitHub with")]
    #[diagnostic(
        code(changeward::gate::token),
        help("give the step `env: GITHUB_TOKEN: ${{{{ github.token }}}}`, or the token of an app in CHANGEWARD_TOKEN")
    )]
    Token,
    #[error("nothing says which event this is about")]
    #[diagnostic(
        code(changeward::gate::event),
        help("GitHub Actions sets GITHUB_EVENT_NAME and GITHUB_EVENT_PATH; elsewhere give `--pull NUMBER`")
    )]
    Event,
    #[error("nothing says which commit is to be deployed")]
    #[diagnostic(code(changeward::gate::commit), help("GitHub Actions sets GITHUB_SHA to it"))]
    Commit,
    #[error("`{event}` is about no deployment, so there is none to wait for, to start from or to record")]
    #[diagnostic(
        code(changeward::gate::no_deployment_here),
        help("leave out --since, --wait and --deployed, or run this on push, deployment or workflow_dispatch")
    )]
    NoDeploymentHere { event: String },
}

/// The repository.
///
/// # Errors
/// When none is named, or not as `owner/name`.
pub fn repository(named: Option<&str>) -> Result<RepoName, Failure> {
    named.and_then(RepoName::parse).ok_or_else(|| Failure::usage(Missing::Repository))
}

/// The token: from the standard input if that is asked for, else the first that is set.
///
/// # Errors
/// When there is none.
pub fn token(from_stdin: bool, own: Option<&str>, workflow: Option<&str>) -> Result<Token, Failure> {
    let read;
    let text = match from_stdin {
        true => {
            read = given::standard_input().map_err(Failure::world)?;
            std::str::from_utf8(&read).ok()
        }
        false => own.filter(|token| !token.trim().is_empty()).or(workflow),
    };
    let text = text.filter(|token| !token.trim().is_empty());
    text.map(Token::new).ok_or_else(|| Failure::usage(Missing::Token))
}

/// The event.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn event(name: Option<&str>, path: Option<&str>, repository: &RepoName) -> Result<CiEvent, Failure> {
    let (Some(name), Some(path)) = (name, path) else { return Err(Failure::usage(Missing::Event)) };
    let payload = given::file(Path::new(path)).map_err(Failure::usage)?;
    parse::ci_event::ci_event(name, &repository.to_string(), &payload).map_err(Failure::invalid)
}

/// A commit that is named in full.
///
/// # Errors
/// When it is not.
pub fn commit(named: Option<&str>) -> Result<CommitId, Failure> {
    let whole = |text: &&str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = named.filter(whole).ok_or_else(|| Failure::usage(Missing::Commit))?;
    Ok(CommitId(named.to_ascii_lowercase()))
}

/// Something was asked of a deployment, on an event that is about none.
pub fn no_deployment_here(event: &str) -> Failure {
    Failure::usage(Missing::NoDeploymentHere { event: event.to_owned() })
}

/// Where GraphQL is, by the base of the API: `/api/v3` of an Enterprise Server has it at `/api/graphql`.
pub fn graphql_of(api: &str) -> String {
    let api = api.trim_end_matches('/');
    format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(api))
}
