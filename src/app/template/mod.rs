//! Questions about templates: which there are, whether they may be used, whether they do what their tests say, and what
//! changes of the past would make one.

mod cases;
mod list;
pub mod propose;
pub mod test;

pub use list::{list, show};

use super::controls::Controls;
use super::failure::Failure;
use super::owners::At;
use super::owners::survey::Place;
use super::samples::{Pasts, looked_up};
use crate::model::{CommitId, Finding, Moment, Sample, Template};
use crate::world::git::Repo;
use crate::world::tree::Tree;
use std::path::PathBuf;

/// What is asked about.
#[derive(Clone, Debug)]
pub struct TemplateRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Which templates.
    pub from: From,
    /// The only time there is.
    pub now: Moment,
    /// A file of facts that only a forge knows: members of teams, outcomes.
    pub facts: Option<PathBuf>,
    /// A file of recorded outcomes.
    pub outcomes: Option<PathBuf>,
}

/// Where templates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A state of the files.
    State(At),
    /// Those that come with this program.
    Catalogue,
}

/// One state of the files, with its templates.
struct Looked<'r> {
    tree: Box<dyn Tree + 'r>,
    controls: Controls,
    state: String,
    commit: Option<CommitId>,
    /// The commit whose history tells of the state; a folder has none.
    history: Option<(&'r Repo, CommitId)>,
    notes: Vec<Finding>,
}

impl Looked<'_> {
    /// The samples of a template, looked up.
    fn samples(&self, template: &Template) -> Vec<Sample> {
        looked_up(template, self.history.as_ref().map(|(repo, commit)| (*repo as &dyn Pasts, commit)))
    }
}

/// Reads the control files of a state, and says what stands in the working tree and was not read.
fn look<'r>(place: &'r Place, at: &At) -> Result<Looked<'r>, Failure> {
    let state = place.state(at)?;
    let controls = Controls::read(state.tree.as_ref())?;
    let notes = place.uncommitted(at)?.into_iter().collect();
    let history = match at {
        At::Folder(_) => None,
        // Before the first commit there is nothing to look at.
        At::Head | At::Revision(_) | At::Worktree => place.history_of(&state).ok().flatten(),
    };
    Ok(Looked { tree: state.tree, controls, state: state.described, commit: state.commit, history, notes })
}

/// The templates that were asked for by their ids; all, where none is named.
pub(super) fn chosen<'t>(templates: &'t [Template], ids: &[String]) -> Result<Vec<&'t Template>, Failure> {
    if ids.is_empty() {
        let mut all: Vec<&Template> = templates.iter().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        return Ok(all);
    }
    let found =
        |id: &String| templates.iter().find(|template| template.id == *id).ok_or_else(|| unknown(id, templates));
    ids.iter().map(found).collect()
}

/// So many templates are named where none is like the one that was asked for.
const NAMED: usize = 10;

fn unknown(id: &str, templates: &[Template]) -> Failure {
    let near = |template: &&Template| {
        strsim::jaro_winkler(&template.id.to_lowercase(), &id.to_lowercase()) > 0.8
            || strsim::damerau_levenshtein(&template.id, id) <= 2
    };
    let mut all: Vec<&str> = templates.iter().take(NAMED).map(|template| template.id.as_str()).collect();
    all.extend((templates.len() > NAMED).then_some("…"));
    let help = match (templates.iter().find(near), all.as_slice()) {
        (Some(meant), _) => format!("did you mean `{}`?", meant.id),
        (None, []) => "there is none at all; `changeward init --templates` writes some to begin with".to_owned(),
        (None, all) => format!("there are: {}", all.join(", ")),
    };
    Failure::usage(UnknownTemplate { id: id.to_owned(), help })
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no template `{id}`")]
#[diagnostic(code(changeward::usage::template), help("{help}"))]
struct UnknownTemplate {
    id: String,
    help: String,
}
