//! Everything known about one change, read once: the change, the control files at its base, the facts of a forge.

use super::attachments;
use super::conftest::{self, Gathered};
use super::contents::Contents;
use super::controls::{Controls, Owners};
use super::failure::Failure;
use super::outcomes::given_outcomes;
use super::request::{CheckRequest, DiffSource, Spec};
use super::samples::{Pasts, looked_up};
use crate::assess::{Evidence, Statement, asks_for_edits, asks_for_locks, asks_for_samples, conditions, covered};
use crate::model::{
    Attachment, Change, ClaimSource, CommitId, Diff, FileDiff, FileEdits, Finding, ForgeFacts, Identity,
    IntegrityError, RepoPath, Sample, Severity,
};
use crate::parse::trailers::{co_authors, trailers};
use crate::parse::{self};
use crate::policy::engine::reads_edits;
use crate::world::WorldError;
use crate::world::git::{ChangeSpec, Repo};
use crate::world::given;
use crate::world::tree::{Folder, Tree, Within};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// The change and the state its control files are read from.
pub(super) struct Proposal {
    pub(super) change: Change,
    pub(super) controls: Controls,
    pub(super) owners: Owners,
    /// What approvals of other commits saw, where there is a repository to ask.
    seen: BTreeMap<String, Option<Diff>>,
    edits: BTreeMap<usize, Arc<FileEdits>>,
    samples: BTreeMap<String, Vec<Sample>>,
    forge: ForgeFacts,
    attachments: Vec<Attachment>,
    /// What the policies of `[conftest]` judge.
    pub(super) conftest: Option<Gathered>,
}

/// A change whose two ends are known, and where everything about it is read.
pub(super) struct Ground<'a> {
    /// The state that control files are read from.
    pub(super) controls: &'a dyn Tree,
    /// The state before the change.
    pub(super) before: &'a dyn Tree,
    /// Where the contents of both sides are.
    pub(super) contents: Contents<'a>,
    /// Reads the change itself; git does it while the control files are read.
    pub(super) change: Box<dyn FnOnce() -> Result<Change, Failure> + 'a>,
    /// What an approval of another commit saw; given the state the change starts from.
    pub(super) seen: &'a dyn Fn(&CommitId, &CommitId) -> Option<Diff>,
    /// Where changes of the past are looked up.
    pub(super) history: &'a dyn Pasts,
}

/// Reads the change and the control files of its base; the two run side by side where git does both.
pub(super) fn proposal(request: &CheckRequest, started: impl FnOnce(&Controls)) -> Result<Proposal, Failure> {
    let (forge, attachments) = (forge(request)?, attachments::read(&request.attachments)?);
    let spec = match &request.spec {
        Spec::Diff(source) => {
            return from_patch(request, source, forge, started).map(|proposal| Proposal { attachments, ..proposal });
        }
        Spec::Default => ChangeSpec::Default,
        Spec::Range(range) => ChangeSpec::Range(range.clone()),
        Spec::BaseHead { base, head } => ChangeSpec::BaseHead { base: base.clone(), head: head.clone() },
        Spec::Staged => ChangeSpec::Staged,
        Spec::Worktree => ChangeSpec::Worktree,
    };
    let repo = Repo::open(&request.dir).map_err(Failure::world)?;
    let pending = repo.begin(&spec).map_err(Failure::world)?;
    let (at_base, folder) = (repo.tree_at(pending.base()), folder(request)?);
    let ground = Ground {
        controls: folder.as_ref().map_or(&at_base as &dyn Tree, |folder| folder),
        before: &at_base,
        contents: Contents::Objects(&repo),
        change: Box::new(|| pending.finish().map_err(Failure::world)),
        seen: &|base, commit| repo.seen_at(base, commit).ok().flatten(),
        history: &repo,
    };
    on(request, ground, (forge, attachments), started)
}

/// Reads everything about a change whose ends are known.
pub(super) fn on(
    request: &CheckRequest,
    ground: Ground<'_>,
    (forge, attachments): (ForgeFacts, Vec<Attachment>),
    started: impl FnOnce(&Controls),
) -> Result<Proposal, Failure> {
    let controls = Controls::read(ground.controls)?;
    started(&controls);
    let change = (ground.change)()?;
    let seen = seen(&forge, &change, ground.seen);
    let owners = owners(&controls, ground.controls, &change, &seen)?;
    let edits = edits(request, &controls, &change, ground.contents, ground.before)?;
    let samples = samples(&controls, &change, &edits, Some(ground.history));
    let conftest = judged(&controls, &change, ground.contents, ground.before)?;
    Ok(Proposal { change, controls, owners, seen, edits, samples, forge, attachments, conftest })
}

/// What the policies of `[conftest]` judge, where there are any.
fn judged(
    controls: &Controls,
    change: &Change,
    contents: Contents<'_>,
    before: &dyn Tree,
) -> Result<Option<Gathered>, Failure> {
    let wish = controls.config.conftest.as_ref();
    wish.map(|wish| conftest::gather(wish, &change.diff.files, contents, before)).transpose()
}

/// How the files change that somebody asks about: a template that covers them, a policy, or whoever runs this.
fn edits(
    request: &CheckRequest,
    controls: &Controls,
    change: &Change,
    contents: Contents<'_>,
    base: &dyn Tree,
) -> Result<BTreeMap<usize, Arc<FileEdits>>, Failure> {
    let all = request.all_edits || reads_edits(&controls.modules);
    let wanted = |file: &FileDiff| all || asks_for_edits(&controls.templates, file);
    let locked = |file: &FileDiff| asks_for_locks(&controls.templates, file);
    let asked = conditions(&controls.templates);
    super::edits::edits((&change.diff.files, &asked), wanted, locked, contents, &|path| {
        contents.after(&change.diff.files, path, base)
    })
}

/// What the samples prove of those templates that may make the change standard: no others are looked up.
fn samples(
    controls: &Controls,
    change: &Change,
    edits: &BTreeMap<usize, Arc<FileEdits>>,
    history: Option<&dyn Pasts>,
) -> BTreeMap<String, Vec<Sample>> {
    let asked = asks_for_samples(&controls.templates, &change.diff.files, edits);
    let history = history.zip(change.base.as_ref());
    asked.into_iter().map(|template| (template.id.clone(), looked_up(template, history))).collect()
}

/// Who answers for the paths of a change, and for those that older approvals saw.
fn owners(
    controls: &Controls,
    tree: &dyn Tree,
    change: &Change,
    seen: &BTreeMap<String, Option<Diff>>,
) -> Result<Owners, Failure> {
    let files = change.diff.files.iter().chain(seen.values().flatten().flat_map(|diff| &diff.files));
    let paths: Vec<RepoPath> = files.flat_map(FileDiff::paths).cloned().collect();
    controls.owners(tree, Within::Above(&paths))
}

/// A patch from outside: the control files are those at `HEAD`, or those of the folder where there is no repository.
fn from_patch(
    request: &CheckRequest,
    source: &DiffSource,
    forge: ForgeFacts,
    started: impl FnOnce(&Controls),
) -> Result<Proposal, Failure> {
    let (name, bytes) = match source {
        DiffSource::File(path) => (path.display().to_string(), given::file(path).map_err(Failure::usage)?),
        DiffSource::Stdin => ("standard input".to_owned(), given::standard_input().map_err(Failure::world)?),
    };
    let patch = parse::diff::patch(&bytes, &name).map_err(Failure::invalid)?;
    let change = Change { diff: patch.diff.clone(), ..Change::default() };
    let repo = match Repo::open(&request.dir) {
        _ if request.control_files.is_some() => None,
        Ok(repo) => Some(repo),
        Err(WorldError::NotARepository { .. }) => None,
        Err(error) => return Err(Failure::world(error)),
    };
    // A repository without a commit has no `HEAD` to read: its folder stands for it.
    let head = match repo.as_ref().map(|repo| (repo, repo.resolve("HEAD"))) {
        None | Some((_, Err(WorldError::UnbornHead))) => None,
        Some((_, Err(error))) => return Err(Failure::world(error)),
        Some((repo, Ok(head))) => Some((repo, head)),
    };
    let base = head.as_ref().map(|(_, head)| head.clone());
    let tree: Box<dyn Tree> = match (folder(request)?, &head) {
        (Some(folder), _) => Box::new(folder),
        (None, Some((repo, head))) => Box::new(repo.tree_at(head)),
        (None, None) => Box::new(Folder::open(&request.dir).map_err(Failure::world)?),
    };
    let controls = Controls::read(tree.as_ref())?;
    started(&controls);
    let (mut change, seen) = (Change { base, ..change }, BTreeMap::new());
    let asked = |file: &FileDiff| covered(&controls.templates, file);
    super::contents::hold_to(tree.as_ref(), &patch, &mut change.diff.files, asked);
    let owners = owners(&controls, tree.as_ref(), &change, &seen)?;
    let edits = edits(request, &controls, &change, Contents::Patch(tree.as_ref(), &patch), tree.as_ref())?;
    let conftest = judged(&controls, &change, Contents::Patch(tree.as_ref(), &patch), tree.as_ref())?;
    let samples = samples(&controls, &change, &edits, repo.as_ref().map(|repo| repo as &dyn Pasts));
    Ok(Proposal { change, controls, owners, seen, edits, samples, forge, attachments: Vec::new(), conftest })
}

/// The folder whose control files the request wants read instead of those of a revision.
fn folder(request: &CheckRequest) -> Result<Option<Folder>, Failure> {
    request.control_files.as_ref().map(|folder| Folder::open(folder).map_err(Failure::usage)).transpose()
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("no file names the environment `{given}`")]
#[diagnostic(code(changeward::usage::environment), help("did you mean `{meant}`?"))]
struct UnknownEnvironment {
    given: String,
    meant: String,
}

/// Puts everything together.
pub(super) fn evidence(request: &CheckRequest, proposal: Proposal) -> Result<Evidence, Failure> {
    let Proposal { mut change, controls, owners, seen, edits, samples, forge, attachments, .. } = proposal;
    if let Some(meant) = controls.meant_environment(&request.environment) {
        let (given, meant) = (request.environment.clone(), meant.to_owned());
        return Err(Failure::usage(UnknownEnvironment { given, meant }));
    }
    // Control files from a folder are for trying them out: everybody who reads the answer should know.
    if let Some(folder) = &request.control_files {
        let msg = format!("the control files are those of {}, not of the base revision", folder.display());
        change.notes.push(msg);
    }
    let mut noticed: Vec<Finding> = controls.noticed.clone();
    noticed.extend(owners.noticed);
    noticed.extend(change.notes.iter().map(|note| Finding::new("NOTE", Severity::Info, note.clone())));
    noticed.extend(head_mismatch(&forge, &change));
    noticed.extend(authors_missing(&change));
    let errors = unknown_authors(&forge, &change).into_iter().collect();
    let head = match request.spec {
        Spec::Diff(_) => forge.head.clone(),
        _ => change.head.as_ref().map(|id| id.0.clone()),
    };
    Ok(Evidence {
        attachments,
        now: request.now,
        environment: request.environment.clone(),
        calendars: controls.calendar_states(&request.environment, request.now),
        windows: controls.windows(request.now),
        statements: statements(request, &forge, &change),
        identities: identities(&change),
        seen,
        edits,
        samples,
        ownership: owners.ownership,
        config: controls.config,
        templates: controls.templates,
        lockdowns: controls.lockdowns,
        exceptions: controls.exceptions,
        change,
        forge,
        head,
        errors,
        noticed,
    })
}

/// The facts of a forge, joined with the outcomes that somebody else recorded.
fn forge(request: &CheckRequest) -> Result<ForgeFacts, Failure> {
    let mut facts = forge_facts(request.facts.as_deref())?;
    facts.outcomes.extend(given_outcomes(request.outcomes.as_ref())?);
    Ok(facts)
}

/// The facts of a file; none, where there is no file.
pub(super) fn forge_facts(file: Option<&Path>) -> Result<ForgeFacts, Failure> {
    let Some(path) = file else { return Ok(ForgeFacts::default()) };
    let name = path.display().to_string();
    let bytes = given::file(path).map_err(Failure::usage)?;
    let text = String::from_utf8_lossy(&bytes);
    parse::forge_facts(&text, &name).map_err(Failure::invalid)
}

/// Flags first, then the text of the pull request, then the head commit's message: the weightiest source of a value wins.
fn statements(request: &CheckRequest, forge: &ForgeFacts, change: &Change) -> Vec<Statement> {
    let claim = request.claim.iter().map(|class| ("Change-Type".to_owned(), class.clone()));
    let flags: Vec<_> = claim.chain(request.trailers.iter().cloned()).collect();
    let mut all = vec![Statement { source: ClaimSource::Flag, at: Some(request.now), trailers: flags }];
    if let Some(body) = &forge.body {
        // Git never looks for trailers in the first paragraph of a message; a pull request's title is that paragraph.
        let message = format!("{}\n\n{body}", forge.title.as_deref().unwrap_or("change"));
        all.push(Statement { source: ClaimSource::Body, at: forge.claimed_at, trailers: trailers(&message) });
    }
    if let Some(head) = change.commits.first() {
        let at = Some(head.committed_at);
        all.push(Statement { source: ClaimSource::Commit, at, trailers: trailers(&head.message) });
    }
    all
}

/// How GitHub signs, as committer, what is done in the browser; no person. Whoever calls themselves so as an author hides.
const WEB_FLOW: &str = "noreply@github.com";

/// Everyone the commits name: author, committer, co-authors.
fn identities(change: &Change) -> Vec<Identity> {
    let named = change.commits.iter().flat_map(|commit| {
        let co = co_authors(&commit.message).into_iter().map(|(name, email)| Identity { name, email });
        let committer = Some(&commit.committer).filter(|by| !by.email.trim().eq_ignore_ascii_case(WEB_FLOW));
        std::iter::once(commit.author.clone()).chain(committer.cloned()).chain(co)
    });
    let mut all: Vec<_> = named.collect();
    all.sort();
    all.dedup();
    all
}

/// What each approval of another commit saw: that commit against its own merge base. What cannot be read is unknown.
fn seen(
    forge: &ForgeFacts,
    change: &Change,
    seen_at: &dyn Fn(&CommitId, &CommitId) -> Option<Diff>,
) -> BTreeMap<String, Option<Diff>> {
    let head = change.head.as_ref().map(|id| id.0.as_str()).or(forge.head.as_deref());
    let others = forge.approvals.iter().filter_map(|(_, commit)| commit.as_deref()).filter(|c| Some(*c) != head);
    // Only a whole commit id names one content for good; `HEAD` or a branch would always agree.
    let whole = |commit: &str| matches!(commit.len(), 40 | 64) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    let read = |commit: &str| {
        let base = change.base.as_ref().filter(|_| whole(commit))?;
        seen_at(base, &CommitId(commit.to_owned()))
    };
    // Each is asked for once, however many approved it: it takes git some milliseconds.
    let others: BTreeSet<&str> = others.collect();
    others.into_iter().map(|commit| (commit.to_owned(), read(commit))).collect()
}

fn head_mismatch(forge: &ForgeFacts, change: &Change) -> Option<Finding> {
    let (said, is) = (forge.head.as_ref()?, change.head.as_ref()?);
    (!said.eq_ignore_ascii_case(&is.0)).then(|| {
        Finding::new("FACTS_HEAD", Severity::Warn, format!("the facts are about {said}, the change ends at {is}"))
            .help("gather the facts again for this head; approvals of another commit count only where nothing differs")
    })
}

fn authors_missing(change: &Change) -> Option<Finding> {
    change.commits_missing.then(|| {
        Finding::new("AUTHORS_MISSING", Severity::Warn, AUTHORS_MISSING)
            .help("`git fetch --unshallow` (`fetch-depth: 0`), or name the committers in the facts")
    })
}

const AUTHORS_MISSING: &str =
    "the clone is shallow and ends inside the change: commits, and so their authors, may be missing";

/// Whoever made a commit that the clone left out cannot be told from a peer: no approval counts then, unless a forge names
/// the committers.
fn unknown_authors(forge: &ForgeFacts, change: &Change) -> Option<IntegrityError> {
    let blind = change.commits_missing && forge.committers.is_empty() && !forge.approvals.is_empty();
    blind.then(|| IntegrityError { code: "AUTHORS_MISSING".to_owned(), msg: AUTHORS_MISSING.to_owned() })
}
