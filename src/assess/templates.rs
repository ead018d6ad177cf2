//! What each template says about this change: its scope, kinds, limits, checks, submitters, window and breaker.

use super::Evidence;
use crate::model::{
    Actors, FileFacts, FileStatus, Membership, Principal, Stats, Template, TemplateFacts, TemplateFault, counted,
};

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
            let trial = Trial { evidence, membership, actors, template };
            let mut faults = trial.files(files);
            faults.extend(trial.limits(stats));
            faults.extend(trial.surroundings());
            TemplateFacts {
                id: template.id.clone(),
                title: template.title.clone(),
                state: template.state.as_str(),
                approved: trial.approved(),
                not_before: template.not_before,
                expires_at: template.expires_at,
                breaker: trial.breaker(),
                limits: template.limits,
                faults,
                place: template.place.clone(),
            }
        })
        .collect()
}

struct Trial<'a> {
    evidence: &'a Evidence,
    membership: &'a Membership,
    actors: &'a Actors,
    template: &'a Template,
}

impl Trial<'_> {
    /// Scope and kinds, file by file; a file that passes both is marked as covered by this template.
    fn files(&self, files: &mut [FileFacts]) -> Vec<TemplateFault> {
        let (mut outside, mut kinds) = (Vec::new(), Vec::new());
        for file in files {
            let inside = file.diff.paths().all(|path| {
                self.template.include.iter().any(|p| p.matches(path))
                    && !self.template.exclude.iter().any(|p| p.matches(path))
            });
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

    fn limits(&self, stats: Stats) -> Option<TemplateFault> {
        let limits = self.template.limits;
        let sizes = [
            ("files", stats.files, limits.files),
            ("added lines", stats.additions, limits.added),
            ("removed lines", stats.deletions, limits.removed),
        ];
        let over: Vec<_> = sizes
            .into_iter()
            .filter_map(|(what, is, limit)| limit.filter(|limit| is > *limit).map(|limit| (what, is, limit)))
            .map(|(what, is, limit)| format!("{is} {what}, at most {limit}"))
            .collect();
        (!over.is_empty()).then(|| fault("limits", format!("it is too large: {}", over.join("; ")), Vec::new()))
    }

    /// Everything about a template that is not a file: checks, submitter, environment, window, constraints.
    fn surroundings(&self) -> Vec<TemplateFault> {
        let mut faults = Vec::new();
        let red: Vec<_> = self.template.required_checks.iter().filter(|name| !self.green(name)).cloned().collect();
        if !red.is_empty() {
            let msg = format!("these checks are not green on the head: {}", red.join(", "));
            faults.push(fault("checks", msg, Vec::new()));
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
        if self.template.constraints > 0 {
            // Judging values needs the edits of each document; without them no edit is proven to be allowed.
            let msg = "its value constraints cannot be proven for this change".to_owned();
            faults.push(fault("constraints", msg, Vec::new()));
        }
        faults
    }

    /// A check is green when its latest result on exactly this head is a success.
    fn green(&self, name: &str) -> bool {
        let head = self.evidence.change.head.as_ref().map(|id| id.0.as_str()).or(self.evidence.forge.head.as_deref());
        let on_head = |commit: Option<&str>| commit.is_some() && commit == head;
        let mut results = self.evidence.forge.checks.iter().filter(|c| c.name == *name && on_head(c.commit.as_deref()));
        let (first, all_green) = (results.next(), results.all(|c| c.conclusion == "success"));
        first.is_some_and(|c| c.conclusion == "success") && all_green
    }

    /// Every known author and requester must be listed; an unknown one is not.
    fn submitter_allowed(&self) -> bool {
        let listed =
            |who: &Principal| self.template.submitters.iter().any(|name| self.membership.speaks_for(who, &[], name));
        let people: Vec<_> = self.actors.author.iter().chain(&self.actors.requester).collect();
        self.template.submitters.is_empty() || (!people.is_empty() && people.into_iter().all(listed))
    }

    /// Approved by somebody of the change authority who is not the proposer. Unknown membership is no.
    fn approved(&self) -> bool {
        let proposer = self.template.proposed_by.as_ref().map(|who| self.membership.known(who));
        let not_yet = self.template.approved_at.is_some_and(|at| at > self.evidence.now);
        !not_yet
            && self.template.approved_by.iter().any(|by| {
                proposer != Some(self.membership.known(by))
                    && self.evidence.config.change_authority.iter().any(|who| self.membership.speaks_for(by, &[], who))
            })
            && proposer.is_some()
    }

    /// Open after one failure, or two uses with issues among the last ten, since the template was approved.
    fn breaker(&self) -> Option<String> {
        let mut uses: Vec<_> = self
            .evidence
            .forge
            .outcomes
            .iter()
            .filter(|o| o.template.as_deref() == Some(self.template.id.as_str()))
            .filter(|o| o.at.is_none_or(|at| self.template.approved_at.is_none_or(|approved| approved <= at)))
            .collect();
        uses.sort_by_key(|o| o.at);
        if let Some(failed) = uses.iter().rev().find(|o| matches!(o.result.as_str(), "unsuccessful" | "backed-out")) {
            return Some(format!("a change under it was {}", failed.result));
        }
        let issues = uses.iter().rev().take(10).filter(|o| o.result == "successful-with-issues").count();
        (issues >= 2).then(|| format!("{issues} of its last uses had issues"))
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
    TemplateFault { what, msg, paths }
}
