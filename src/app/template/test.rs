//! `template test`: templates against changes that must fit them and changes that must not.
//!
//! Only what a change does to files is judged: the life of the template, checks, submitters and windows are left out, so
//! that a template can be tested before it is approved.

use super::cases::{CaseFile, cases};
use super::{chosen, look};
use crate::app::contents::{self, Contents};
use crate::app::controls::FOLDER;
use crate::app::edits;
use crate::app::failure::Failure;
use crate::app::locks::Locks;
use crate::app::owners::At;
use crate::app::owners::survey::Place;
use crate::assess::{Fit, conditions, fit};
use crate::model::{
    CaseFound, FileDiff, Finding, Moment, RepoPath, Severity, Template, TemplateCase, TemplateFault, TemplateTests,
    TestedTemplate,
};
use crate::parse::diff::{Patch, patch};
use crate::world::tree::Tree;
use miette::Diagnostic;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// What is tested.
#[derive(Clone, Debug)]
pub struct TestRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Which state of the templates and their tests.
    pub at: At,
    /// The only time there is.
    pub now: Moment,
    /// Which templates; all, where none is named.
    pub ids: Vec<String>,
    /// Having nothing to run is no failure.
    pub allow_empty: bool,
}

/// Runs the tests. Reads only.
///
/// # Errors
/// When the control files could not be read or parsed, or a template that is named is not there. A case that cannot be
/// judged is a failure of the case.
pub fn test(request: &TestRequest) -> Result<TemplateTests, Failure> {
    let place = Place::open(&request.dir)?;
    let mut looked = look(&place, &request.at)?;
    let paths = looked.tree.list(&format!("{FOLDER}/tests")).map_err(Failure::world)?;
    let (cases, strays) = cases(&paths, &looked.controls.templates);
    let mut notes = [std::mem::take(&mut looked.notes), strays].concat();
    let mut templates = Vec::new();
    for template in chosen(&looked.controls.templates, &request.ids)? {
        let files = cases.get(&template.id).map(Vec::as_slice).unwrap_or_default();
        notes.extend(template.predicate.as_ref().map(|name| untested(template, name)));
        let samples = looked.samples(template);
        let (tested, note) = tested(template, files, looked.tree.as_ref())?;
        notes.extend(note);
        templates.push(TestedTemplate { samples, ..tested });
    }
    Ok(TemplateTests { state: looked.state, now: request.now, templates, allow_empty: request.allow_empty, notes })
}

fn untested(template: &Template, predicate: &str) -> Finding {
    let msg = format!("the predicate `{predicate}` of the template {} is Rego, and is not judged here", template.id);
    Finding::new("PREDICATE_UNTESTED", Severity::Info, msg).help("`changeward policy test` tests Rego")
}

fn half_tested(template: &Template, halves: &[(String, RepoPath)]) -> Option<Finding> {
    let (case, half) = halves.first()?;
    let more = match halves.len() {
        1 => String::new(),
        many => format!(" (and {} more)", many - 1),
    };
    let case = RepoPath::from(case.as_str()).quoted();
    let msg = format!(
        "{case} shows {} without the lockfile or manifest beside it, so whether the two fit each other is not judged \
         here{more}; the template {} asks for it",
        half.quoted(),
        template.id
    );
    let help = "let a case change both (`git diff -U1000000`); the gate reads the one that does not change, too";
    Some(Finding::new("LOCKFILE_UNTESTED", Severity::Info, msg).at([case]).help(help))
}

/// The cases of a template, and the first half of lockfile and manifest that one of them shows alone.
fn tested(
    template: &Template,
    files: &[CaseFile],
    tree: &dyn Tree,
) -> Result<(TestedTemplate, Option<Finding>), Failure> {
    let mut used = BTreeSet::new();
    let (mut judged, mut halves) = (Vec::new(), Vec::new());
    for file in files {
        let bytes = tree.read(&file.path).map_err(Failure::world)?.unwrap_or_default();
        let why = why(&bytes);
        let found = match judge(template, &bytes, &file.path)? {
            Err(broken) => broken,
            Ok(Held { fit, halves: unseen }) => {
                halves.extend(unseen.into_iter().map(|half| (file.path.clone(), half)));
                if file.fits {
                    used.extend(fit.used.iter().copied());
                }
                found(&fit, why.as_deref())
            }
        };
        let why = why.filter(|_| !file.fits);
        judged.push(TemplateCase { file: RepoPath::from(file.path.as_str()).quoted(), fits: file.fits, why, found });
    }
    let unused = template.allow.iter().enumerate().filter(|(at, _)| !used.contains(at));
    let shown = files.iter().any(|file| file.fits);
    let unused = if !shown { Vec::new() } else { unused.map(|(_, allow)| allow.place.clone()).collect() };
    let note = half_tested(template, &halves);
    let tested = TestedTemplate {
        id: template.id.clone(),
        title: template.title.clone(),
        place: template.place.clone(),
        cases: judged,
        samples: Vec::new(),
        unused,
        constraints: template.allow.len(),
    };
    Ok((tested, note))
}

/// How a change fits, or why the case says nothing.
fn judge(template: &Template, bytes: &[u8], name: &str) -> Result<Result<Held, CaseFound>, Failure> {
    let patch = match patch(bytes, name) {
        Ok(patch) => patch,
        Err(error) => {
            let help = error.help().map_or_else(String::new, |help| help.to_string());
            return Ok(Err(CaseFound::Broken { msg: format!("it is no patch: {error}"), help }));
        }
    };
    if let Some((file, why)) = partial(&patch) {
        let (what, how) = why.split_once("; ").unwrap_or((&why, ""));
        let msg = format!("{} is not shown as a whole: {what}", file.quoted());
        return Ok(Err(CaseFound::Broken { msg, help: how.to_owned() }));
    }
    fits(template, &patch).map(Ok)
}

/// A file that the patch shows only a part of.
fn partial(patch: &Patch) -> Option<(&RepoPath, String)> {
    let shown = |file: &&FileDiff| file.old.is_some() && file.unread.is_none() && file.opaque().is_none();
    let lines = |file: &&FileDiff| file.additions + file.deletions > 0;
    let mut files = patch.diff.files.iter().filter(shown).filter(lines);
    files.find_map(|file| Some((&file.path, patch.before(&file.path).err()?)))
}

/// How a patch fits, and what it does not show that the gate would see.
pub(super) struct Held {
    pub(super) fit: Fit,
    /// Lockfiles and manifests whose other half the patch does not show.
    pub(super) halves: Vec<RepoPath>,
}

/// How a patch that shows whole files fits.
pub(super) fn fits(template: &Template, patch: &Patch) -> Result<Held, Failure> {
    let files = &patch.diff.files;
    let shown = |path: &RepoPath| match files.iter().find(|file| file.path == *path) {
        Some(file) => contents::whole(patch, file).map(|(_, new)| new),
        None => Ok(None),
    };
    let asked = conditions(std::slice::from_ref(template));
    let locked = |_: &FileDiff| template.lockfile_consistent;
    let mut known = edits::edits((files, &asked), |_| true, locked, Contents::Whole(patch), &shown)?;
    let mut halves = Vec::new();
    // A lockfile whose manifest the patch does not show, or the reverse, cannot be held to it.
    for (at, edits) in known.iter_mut().filter(|(_, edits)| edits.unfit.is_some()) {
        let other = Cell::new(false);
        let asked = |path: &RepoPath| {
            let found = shown(path);
            other.set(
                other.get()
                    || (files.get(*at).is_some_and(|file| file.paths().all(|own| own != path)) && found != Ok(None)),
            );
            found
        };
        let again = files.get(*at).and_then(|file| Locks::new(&asked).unfit(file));
        if !other.get() && again.is_some() {
            Arc::make_mut(edits).unfit = None;
            halves.extend(files.get(*at).map(|file| file.path.clone()));
        }
    }
    let files: Vec<_> = files.iter().enumerate().map(|(at, file)| (file.clone(), known.get(&at).cloned())).collect();
    Ok(Held { fit: fit(template, &files), halves })
}

/// The reason that was expected, where it is among them; else the first.
fn found(fit: &Fit, wanted: Option<&str>) -> CaseFound {
    let said =
        |fault: &&TemplateFault| wanted.is_some_and(|wanted| fault.msg.to_lowercase().contains(&wanted.to_lowercase()));
    let fault = fit.faults.iter().find(said).or_else(|| fit.faults.first());
    fault.map_or(CaseFound::Fits, |fault| CaseFound::Misfits {
        msg: fault.msg.clone(),
        path: fault.paths.first().cloned(),
        line: fault.line,
    })
}

/// `# why: …` before the first file of a patch.
fn why(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut head = text.lines().take_while(|line| !line.starts_with("diff ") && !line.starts_with("--- "));
    let why = head.find_map(|line| line.trim_start_matches(['#', ' ']).strip_prefix("why:"));
    why.map(|why| why.trim().to_owned()).filter(|why| !why.is_empty())
}
