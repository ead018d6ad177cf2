//! `template propose`: a draft of a template from changes of the past.
//!
//! The draft is read back and held against every change it was drawn from before anybody sees it: what this program
//! proposes covers what it says it covers.

use super::test::fits;
use crate::app::contents::Contents;
use crate::app::controls::FOLDER;
use crate::app::edits;
use crate::app::failure::Failure;
use crate::assess::draft::{PastChange, draft};
use crate::assess::fit;
use crate::model::{
    CommitId, DraftRule, DraftValue, Principal, RepoPath, Template, TemplateDraft, TemplateFault, counted,
};
use crate::parse;
use crate::parse::diff::patch;
use crate::report::template_draft;
use crate::world::WorldError;
use crate::world::files::{self, Written};
use crate::world::git::{ChangeSpec, Repo};
use crate::world::tree::Tree;
use std::path::PathBuf;

/// Of no more changes is it tried whether the others foretell each.
const FORESEEN: usize = 100;

/// What is wished.
#[derive(Clone, Debug)]
pub struct ProposeRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// The changes: `A..B`, `A...B`, or one commit against its first parent.
    pub ranges: Vec<String>,
    /// Its id, where somebody says so.
    pub id: Option<String>,
    /// Its title, where somebody says so.
    pub title: Option<String>,
    /// Who proposes it.
    pub by: Option<Principal>,
    /// Where to write it, from `dir`; it is returned where this is absent.
    pub output: Option<PathBuf>,
    /// Write the changes as tests, too.
    pub with_tests: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Proposed {
    /// What to tell in any case: what was left out and why, what was written.
    pub told: String,
    /// The template; empty where it was written to a file.
    pub text: String,
}

/// A change of the past and its ends.
struct Sample {
    range: String,
    base: CommitId,
    head: CommitId,
    change: PastChange,
}

/// Drafts a template.
///
/// # Errors
/// When a change cannot be read, none of them can be covered, or a file to write is there already.
pub fn propose(request: &ProposeRequest) -> Result<Proposed, Failure> {
    let repo = Repo::open(&request.dir).map_err(Failure::world)?;
    let mut told = String::new();
    let (mut samples, mut refused) = (Vec::new(), Vec::new());
    for range in &request.ranges {
        let sample = sample(&repo, range)?;
        match uncovered(&sample.change)? {
            None => samples.push(sample),
            Some(why) => refused.push(LeftOut { range: range.clone(), why }),
        }
    }
    if samples.is_empty() {
        return Err(Failure::invalid(NothingToDraw { related: refused }));
    }
    for left in &refused {
        told.push_str(&format!("left out: {left}\n"));
    }
    let changes: Vec<PastChange> = samples.iter().map(|sample| sample.change.clone()).collect();
    let there = files_now(&repo, &samples)?;
    let mut drawn = draft(&changes, &there);
    drawn.foreseen = foreseen(&samples, &there)?;
    if let Some((covered, missed)) = &drawn.foreseen {
        let missed = missed.as_ref().map_or_else(String::new, |why| format!("; not {why}"));
        told.push_str(&format!(
            "a draft from the others would have covered {covered} of {}{missed}\n",
            counted(samples.len() as u64, "change")
        ));
    }
    drawn.id = request.id.clone().unwrap_or(drawn.id);
    drawn.title = request.title.clone().unwrap_or(drawn.title);
    drawn.proposed_by.clone_from(&request.by);
    let template = read_back(&drawn)?;
    for sample in &samples {
        if let Some(why) = against(&sample.change, &template) {
            return Err(Failure::internal(NotCovered { range: sample.range.clone(), why }));
        }
    }
    let text = template_draft(&drawn);
    let text = match &request.output {
        None => text,
        Some(output) => {
            let relative = output.to_string_lossy();
            told.push_str(&write(&request.dir, &relative, &text)?);
            String::new()
        }
    };
    if request.with_tests {
        told.push_str(&tests(&repo, &template, &samples)?);
    }
    Ok(Proposed { told, text })
}

/// Every file there is now: at HEAD, or after the last of the changes where there is no HEAD.
fn files_now(repo: &Repo, samples: &[Sample]) -> Result<Vec<String>, Failure> {
    let at = repo.resolve("HEAD").ok().or_else(|| samples.last().map(|sample| sample.head.clone()));
    let Some(at) = at else { return Ok(Vec::new()) };
    let tracked = repo.tree_at(&at).tracked().map_err(Failure::world)?;
    Ok(tracked.iter().filter_map(|file| file.path.as_str().map(str::to_owned)).collect())
}

/// How many of the changes a draft from the others would have covered: how well the past tells the future.
fn foreseen(samples: &[Sample], there: &[String]) -> Result<Option<(u64, Option<String>)>, Failure> {
    if !(2..=FORESEEN).contains(&samples.len()) {
        return Ok(None);
    }
    let (mut covered, mut missed) = (0, None);
    for (at, sample) in samples.iter().enumerate() {
        let others = samples.iter().enumerate().filter(|(n, _)| *n != at);
        let others: Vec<PastChange> = others.map(|(_, other)| other.change.clone()).collect();
        match against(&sample.change, &read_back(&draft(&others, there))?) {
            None => covered += 1,
            Some(why) if missed.is_none() => missed = Some(format!("{} ({why})", sample.range)),
            Some(_) => {}
        }
    }
    Ok(Some((covered, missed)))
}

/// Reads a change and everything it edits.
fn sample(repo: &Repo, range: &str) -> Result<Sample, Failure> {
    let asked = if range.contains("..") {
        range.to_owned()
    } else {
        // A name that is none is said as it was typed.
        let commit = repo.resolve(range).map_err(Failure::world)?;
        if let Err(WorldError::UnknownRevision { .. }) = repo.resolve(&format!("{commit}^")) {
            return Err(Failure::usage(First { range: range.to_owned() }));
        }
        format!("{commit}^..{commit}")
    };
    let change = repo.change(&ChangeSpec::Range(asked)).map_err(Failure::world)?;
    let (Some(base), Some(head)) = (change.base, change.head) else {
        return Err(Failure::usage(NoEnds { range: range.to_owned() }));
    };
    let (contents, there, files) = (Contents::Objects(repo), repo.tree_at(&head), &change.diff.files);
    let known = edits::edits((files, &[]), |_| true, |_| true, contents, &|path| contents.after(files, path, &there))?;
    let files = change.diff.files.into_iter().enumerate().map(|(at, file)| (file, known.get(&at).cloned())).collect();
    let alone = repo.resolve(&format!("{head}^")).is_ok_and(|parent| parent == base);
    let id = if alone { head.0.clone() } else { format!("{base}..{head}") };
    let change = PastChange { id, files };
    Ok(Sample { range: range.to_owned(), base, head, change })
}

/// The draft as the gate would read it.
fn read_back(draft: &TemplateDraft) -> Result<Template, Failure> {
    let file = format!("{}.toml", draft.id);
    // What a person names is theirs to mend; what this program writes it can read.
    parse::template(&template_draft(draft), &file).map_err(Failure::invalid)
}

/// Why no draft can cover a change, if so.
fn uncovered(change: &PastChange) -> Result<Option<String>, Failure> {
    if change.files.is_empty() {
        return Ok(Some("nothing differs".to_owned()));
    }
    if let Some((file, _)) = change.files.iter().find(|(file, _)| file.paths().any(|path| path.as_str().is_none())) {
        return Ok(Some(format!("{}: its name is no text", file.path.quoted())));
    }
    Ok(against(change, &alone(change)?))
}

/// The draft of one change alone. A rule that allows nothing says why its lines cannot be ruled.
fn alone(change: &PastChange) -> Result<Template, Failure> {
    let mut drawn = draft(std::slice::from_ref(change), &[]);
    let uneven = |edits: &crate::model::FileEdits| edits.values.is_none() && edits.lines.pairs.is_empty();
    if drawn.rules.is_empty() || change.files.iter().any(|(_, edits)| edits.as_ref().is_some_and(|edits| uneven(edits)))
    {
        let never = || DraftValue::Text("a^".to_owned());
        let lines = DraftValue::Table(vec![("old".to_owned(), never()), ("new".to_owned(), never())]);
        drawn.rules.push(DraftRule { seen: Vec::new(), beyond: Vec::new(), keys: vec![("lines", lines)] });
    }
    read_back(&drawn)
}

/// The first thing that a template has against a change.
fn against(change: &PastChange, template: &Template) -> Option<String> {
    let fault: TemplateFault = fit(template, &change.files).faults.into_iter().next()?;
    let place = match (fault.paths.first(), fault.line) {
        (Some(path), Some(line)) => format!("{path}:{line}: "),
        (Some(path), None) => format!("{path}: "),
        (None, _) => String::new(),
    };
    // A draft says where its own rules stand, and nobody has seen them.
    let own = fault.msg.rfind(&format!(" ({}:", template.place.file)).unwrap_or(fault.msg.len());
    Some(format!("{place}{}", fault.msg.get(..own).unwrap_or(&fault.msg)))
}

/// Writes a file that must not be there yet.
fn write(root: &std::path::Path, relative: &str, text: &str) -> Result<String, Failure> {
    match files::write(root, relative, text, false).map_err(Failure::world)? {
        Written::New | Written::Replaced => Ok(format!("wrote {relative}\n")),
        Written::Kept => Err(Failure::usage(Exists { file: relative.to_owned() })),
    }
}

/// Writes the changes as tests that must fit. Each is held against the template once more, as the patch it is written as.
fn tests(repo: &Repo, template: &Template, samples: &[Sample]) -> Result<String, Failure> {
    let root = repo.top_level().map_err(Failure::world)?.ok_or_else(|| Failure::usage(Bare))?;
    let mut told = String::new();
    for sample in samples {
        let bytes = repo.whole_patch(&sample.base, &sample.head).map_err(Failure::world)?;
        let short: String = sample.head.0.chars().take(12).collect();
        let path = format!("{FOLDER}/tests/templates/{}/fits/{short}.diff", template.id);
        let Ok(text) = String::from_utf8(bytes) else {
            told.push_str(&format!("no test of {}: its lines are not all UTF-8\n", sample.range));
            continue;
        };
        let read = patch(text.as_bytes(), &path).map_err(Failure::internal)?;
        if let Some(fault) = fits(template, &read)?.fit.faults.first() {
            told.push_str(&format!("no test of {}: as a patch it says less ({})\n", sample.range, fault.msg));
            continue;
        }
        told.push_str(&write(root, &path, &text)?);
    }
    let tests = RepoPath::from(format!("{FOLDER}/tests/templates/{}/misfits", template.id).as_str()).quoted();
    told.push_str(&format!(
        "add changes that must not fit to {tests}, and run `changeward template test --worktree`\n"
    ));
    Ok(told)
}

/// A change that no template can cover as it is.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{range}: {why}")]
#[diagnostic(code(changeward::template::not_coverable))]
struct LeftOut {
    range: String,
    why: String,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("no template can be drawn: {} can be covered by values", none_of(related.len()))]
#[diagnostic(
    code(changeward::template::nothing_to_draw),
    help("a template covers edits of single values, lines in place of others, documents and locked dependencies")
)]
struct NothingToDraw {
    #[related]
    related: Vec<LeftOut>,
}

fn none_of(changes: usize) -> String {
    format!("none of {}", counted(changes as u64, "change"))
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the draft does not cover {range}, from which it was drawn: {why}")]
#[diagnostic(
    code(changeward::internal::draft),
    help("this is a fault of changeward, and nothing was written; please report it with the change")
)]
struct NotCovered {
    range: String,
    why: String,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{file} exists, and nothing was written over it")]
#[diagnostic(code(changeward::template::exists), help("name another file or another id, or take it away"))]
struct Exists {
    file: String,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{range}` is no change between two commits")]
#[diagnostic(code(changeward::usage::range), help("name a commit, or BASE..HEAD"))]
struct NoEnds {
    range: String,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{range}` is the first commit here: there is nothing before it that it changes")]
#[diagnostic(
    code(changeward::usage::range),
    help("name a later commit, or BASE..HEAD; a shallow clone lacks what came before (`fetch-depth: 0`)")
)]
struct First {
    range: String,
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("this repository is bare: there is nowhere to write tests")]
#[diagnostic(code(changeward::template::bare), help("leave `--with-tests` away"))]
struct Bare;
