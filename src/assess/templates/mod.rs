//! What each template says about this change: its scope, kinds, limits, constraints, companions, checks, submitters,
//! window, and what became of its earlier uses.

mod approval;
mod checks;
mod fit;
mod history;
mod lints;
mod samples;
mod standing;

use super::Evidence;
use super::constraints::uncovered;
use super::edits::Condition;
use crate::model::{
    Actors, Allows, DocPattern, FileDiff, FileFacts, FileStatus, Membership, Principal, RepoPath, Stats, Template,
    TemplateFacts, TemplateFault, TemplateState, counted,
};
use approval::unapproved;
use history::History;
use std::collections::BTreeSet;

pub use fit::{Fit, fit};
pub(super) use history::outcomes_of_nobody;
pub use lints::{codes, lints};
pub use samples::{asks_for_samples, proof};
pub use standing::standing;

/// How many paths a fault lists; the count says the rest.
const SHOWN: usize = 20;

pub(super) fn templates(
    evidence: &Evidence,
    membership: &Membership,
    actors: &Actors,
    files: &mut [FileFacts],
    stats: Stats,
) -> Vec<TemplateFacts> {
    evidence
        .templates
        .iter()
        .map(|template| {
            let (trial, fitting) = (Trial { evidence, membership, actors, template }, Fitting { template });
            let mut faults = fitting.files(files);
            faults.extend(fitting.limits(stats, files));
            faults.extend(trial.surroundings());
            faults.extend(fitting.contents(files));
            let history = History::of(template, &evidence.forge.outcomes, evidence.now);
            faults.extend(history.used_up().map(|msg| fault("usage", msg, Vec::new())));
            let (needs, looked) = (evidence.config.min_samples, evidence.samples.get(&template.id).map(Vec::as_slice));
            faults.extend(samples::lacking(template, needs, looked));
            // What nobody looked at proves nothing.
            if needs > 0 && looked.is_none() && template.state == TemplateState::Published && faults.is_empty() {
                faults.push(fault("samples", "its samples were not looked up".to_owned(), Vec::new()));
            }
            TemplateFacts {
                id: template.id.clone(),
                title: template.title.clone(),
                state: template.state.as_str(),
                unapproved: unapproved(template, &evidence.config, membership, evidence.now),
                not_before: template.not_before,
                expires_at: template.expires_at,
                breaker: history.breaker().or_else(|| samples::belied(looked)),
                limits: template.limits,
                predicate: template.predicate.clone(),
                review_by: template.review_by,
                samples: samples::distinct(template),
                together: !template.companions.is_empty() || template.lockfile_consistent,
                faults,
                place: template.place.clone(),
            }
        })
        .collect()
}

/// Some template wants to know how the values of a file change.
pub fn asks_for_edits(templates: &[Template], diff: &FileDiff) -> bool {
    let curious = |template: &&Template| {
        !template.allow.is_empty()
            || template.lockfile_consistent
            || template.limits.edits.is_some()
            || template.predicate.is_some()
    };
    templates.iter().filter(curious).any(|template| covers(template, diff))
}

/// The values by which templates tell documents apart.
pub fn conditions(templates: &[Template]) -> Vec<Condition> {
    let rules =
        templates.iter().flat_map(|template| &template.allow).filter_map(|constraint| match &constraint.allows {
            Allows::Value(rule) => Some(rule),
            _ => None,
        });
    let paths: BTreeSet<&String> = rules.flat_map(|rule| &rule.only_where).map(|(path, _)| path).collect();
    paths.into_iter().filter_map(|path| Some((path.clone(), DocPattern::parse(path).ok()?.single()?))).collect()
}

/// Some template that covers both paths of a file wants its lockfiles and manifests to fit each other.
pub fn asks_for_locks(templates: &[Template], diff: &FileDiff) -> bool {
    templates.iter().any(|template| template.lockfile_consistent && covers(template, diff))
}

/// Some template covers both paths of a file.
pub fn covered(templates: &[Template], diff: &FileDiff) -> bool {
    templates.iter().any(|template| covers(template, diff))
}

/// Both paths of a file lie within the scope of a template.
fn covers(template: &Template, diff: &FileDiff) -> bool {
    diff.paths().all(|path| {
        template.include.iter().any(|p| p.matches(path)) && !template.exclude.iter().any(|p| p.matches(path))
    })
}

struct Trial<'a> {
    evidence: &'a Evidence,
    membership: &'a Membership,
    actors: &'a Actors,
    template: &'a Template,
}

/// What a template says about the files themselves, whoever proposes them and whenever.
struct Fitting<'a> {
    template: &'a Template,
}

impl Fitting<'_> {
    /// Scope and kinds, file by file; a file that passes both is marked as covered by this template.
    fn files(&self, files: &mut [FileFacts]) -> Vec<TemplateFault> {
        let (mut outside, mut kinds) = (Vec::new(), Vec::new());
        for file in files {
            let inside = covers(self.template, &file.diff);
            let kind = self.template.kinds.contains(&file.diff.status);
            if !inside {
                outside.push(file.diff.path.quoted());
            } else if !kind {
                kinds.push((file.diff.status, file.diff.path.quoted()));
            } else {
                file.templates.push(self.template.id.clone());
            }
        }
        let mut faults = Vec::new();
        if !outside.is_empty() {
            faults.push(fault(
                "paths",
                format!("{} outside its scope", counted(outside.len() as u64, "file")),
                outside,
            ));
        }
        if let Some((status, _)) = kinds.first() {
            let msg = format!(
                "{} of a kind it does not allow ({})",
                counted(kinds.len() as u64, "file"),
                status_list(*status, &kinds)
            );
            faults.push(fault("kinds", msg, kinds.into_iter().map(|(_, path)| path).collect()));
        }
        faults
    }

    fn limits(&self, stats: Stats, files: &[FileFacts]) -> Option<TemplateFault> {
        let limits = self.template.limits;
        let counted = files.iter().filter_map(|file| file.edits.as_ref()?.count());
        let edits = limits.edits.map_or(0, |_| counted.sum());
        let sizes = [
            ("files", stats.files, limits.files),
            ("added lines", stats.additions, limits.added),
            ("removed lines", stats.deletions, limits.removed),
            ("edited values", edits, limits.edits),
        ];
        let over: Vec<_> = sizes
            .into_iter()
            .filter_map(|(what, is, limit)| limit.filter(|limit| is > *limit).map(|limit| (what, is, limit)))
            .map(|(what, is, limit)| format!("{is} {what}, at most {limit}"))
            .collect();
        (!over.is_empty()).then(|| fault("limits", format!("it is too large: {}", over.join("; ")), Vec::new()))
    }

    /// What the files inside its scope hold: every edit allowed, companions changed along. A file with an edit that is not
    /// allowed is no longer one that the template accepts.
    fn contents(&self, files: &mut [FileFacts]) -> Vec<TemplateFault> {
        let mine = |file: &FileFacts| file.templates.last() == Some(&self.template.id);
        let mut faults: Vec<TemplateFault> = self.companions(files.iter().filter(|f| mine(f))).into_iter().collect();
        faults.extend(self.lockfiles(files.iter().filter(|f| mine(f))));
        if self.template.allow.is_empty() {
            faults.extend(self.uncounted(files.iter().filter(|f| mine(f))));
            return faults;
        }
        let (mut first, mut near) = (None, false);
        let mut paths = Vec::new();
        for file in files.iter_mut().filter(|file| mine(file)) {
            let found = uncovered(self.template, file);
            near |= found.as_ref().is_none_or(|found| found.near);
            if let Some(found) = found {
                first.get_or_insert(found);
                paths.push(file.diff.path.quoted());
                file.templates.pop();
            }
        }
        match first {
            Some(first) => {
                let more = match paths.len() {
                    1 => String::new(),
                    more => format!(" (and {} more)", counted(more as u64 - 1, "file")),
                };
                let said = fault("constraints", format!("{}{more}", first.why), paths);
                faults.push(TemplateFault { line: first.line, near, ..said });
            }
            // What is not allowed has its reason already; what is, must be counted.
            None => faults.extend(self.uncounted(files.iter().filter(|f| mine(f)))),
        }
        faults
    }

    /// What cannot be counted is too many.
    fn uncounted<'f>(&self, mut files: impl Iterator<Item = &'f FileFacts>) -> Option<TemplateFault> {
        self.template.limits.edits?;
        let file = files.find(|file| file.edits.as_ref().and_then(|edits| edits.count()).is_none())?;
        let why = file.values_why().unwrap_or_else(|| "its lines cannot be put side by side".to_owned());
        let msg = format!("its edits cannot be counted, and the template limits them: {why}");
        Some(fault("limits", msg, vec![file.diff.path.quoted()]))
    }

    fn lockfiles<'f>(&self, mut files: impl Iterator<Item = &'f FileFacts>) -> Option<TemplateFault> {
        if !self.template.lockfile_consistent {
            return None;
        }
        let unfit = |file: &'f FileFacts| match &file.edits {
            Some(edits) => Some((file, edits.unfit.clone()?)),
            None => Some((file, "its contents were not looked at".to_owned())),
        };
        let (file, why) = files.find_map(unfit)?;
        Some(fault("lockfile", format!("lockfile and manifest do not fit: {why}"), vec![file.diff.path.quoted()]))
    }

    fn companions<'f>(&self, files: impl Iterator<Item = &'f FileFacts>) -> Option<TemplateFault> {
        let files: Vec<&FileFacts> = files.collect();
        let stays = files.iter().filter(|file| file.diff.new.is_some());
        let changed: BTreeSet<&RepoPath> = stays.map(|file| &file.diff.path).collect();
        // A file that moves away is missed where it was.
        let mut alone = files.iter().flat_map(|file| {
            let asked = |path| self.template.companions.iter().filter(move |companion| companion.when.matches(path));
            file.diff.paths().flat_map(move |path| asked(path).map(move |companion| (*file, path, companion)))
        });
        let missing = |(_, path, companion): &(&FileFacts, &RepoPath, &crate::model::Companion)| {
            path.beside(&companion.needs).is_none_or(|path| !changed.contains(&path))
        };
        let (file, _, companion) = alone.find(missing)?;
        let msg = format!("{} must change along with it", companion.needs);
        Some(fault("companions", msg, vec![file.diff.path.quoted()]))
    }
}

impl Trial<'_> {
    /// Everything about a template that is not a file: checks, submitter, environment, window.
    fn surroundings(&self) -> Vec<TemplateFault> {
        let mut faults = Vec::new();
        let red: Vec<_> =
            self.template.required_checks.iter().filter_map(|name| checks::not_green(name, self.evidence)).collect();
        if !red.is_empty() {
            faults.push(fault("checks", red.join("; "), Vec::new()));
        }
        if !self.submitter_allowed() {
            faults.push(fault("submitter", "it may not be submitted by whoever made this change".into(), Vec::new()));
        }
        let environments = &self.template.environments;
        if !environments.is_empty() && !environments.contains(&self.evidence.environment) {
            let msg = format!("it is not for the environment {}", self.evidence.environment);
            faults.push(fault("environment", msg, Vec::new()));
        }
        if let Some(window) = &self.template.window
            && self.evidence.windows.get(window) != Some(&true)
        {
            faults.push(fault("window", format!("its window {window} is closed"), Vec::new()));
        }
        faults
    }

    /// Every known author and requester must be listed; an unknown one is not.
    fn submitter_allowed(&self) -> bool {
        let listed =
            |who: &Principal| self.template.submitters.iter().any(|name| self.membership.speaks_for(who, &[], name));
        let people: Vec<_> = self.actors.author.iter().chain(&self.actors.requester).collect();
        self.template.submitters.is_empty() || (!people.is_empty() && people.into_iter().all(listed))
    }
}

fn status_list(first: FileStatus, kinds: &[(FileStatus, String)]) -> String {
    let others = kinds.iter().map(|(status, _)| *status).filter(|status| *status != first);
    let mut words = vec![first.as_str()];
    for status in others {
        if !words.contains(&status.as_str()) {
            words.push(status.as_str());
        }
    }
    words.join(", ")
}

fn fault(what: &'static str, msg: String, mut paths: Vec<String>) -> TemplateFault {
    paths.truncate(SHOWN);
    TemplateFault { what, msg, paths, line: None, near: false }
}
