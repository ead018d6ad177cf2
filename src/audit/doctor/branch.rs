//! The rules of the branch: whether the gate's status decides, and who may go round it.
//!
//! Rulesets and classic protection add up: what one of them forbids is forbidden.

use super::gate::Gates;
use super::mend::{branches_page, call, encoded, new_ruleset, organisation_rules_page, rules_page, status_rule};
use super::sign::Sign;
use crate::model::{BranchRule, ForgeSettings, Known, Protection, RequiredStatus, Ruleset, Severity};

/// The app behind the token of every workflow.
const ACTIONS_APP: u64 = 15_368;

/// The branch has a merge queue, as far as its rules may be seen.
pub(super) fn has_queue(settings: &ForgeSettings) -> bool {
    rules(settings).iter().any(|rule| rule.kind == "merge_queue")
}

fn rules(settings: &ForgeSettings) -> &[BranchRule] {
    settings.rules.known().map_or(&[], Vec::as_slice)
}

/// What is wrong with the rules of the branch.
pub(super) fn look(settings: &ForgeSettings, gates: &Gates<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    if let Known::Unknown(why) = &settings.rules {
        signs.push(Sign::of("COULD_NOT_LOOK", format!("the rules of the branch `{}`: {why}", settings.branch)));
    }
    if settings.rules.known().is_some() || protection(settings).is_some() {
        let lock = Lock::of(settings);
        signs.extend(lock.status());
        signs.extend(lock.history());
        signs.extend(lock.reviews());
    }
    if has_queue(settings) && !gates.on("merge_group") {
        let msg =
            format!("the branch `{}` has a merge queue, and the gate does not run on `merge_group`", settings.branch);
        signs.push(Sign::of("QUEUE_UNGATED", msg));
    }
    signs.extend(bypass(settings));
    signs
}

fn protection(settings: &ForgeSettings) -> Option<&Protection> {
    settings.protection.as_ref().and_then(Known::known)
}

/// Everything that holds on the branch.
struct Lock<'s> {
    settings: &'s ForgeSettings,
    rules: &'s [BranchRule],
    protection: Option<&'s Protection>,
    context: String,
}

impl<'s> Lock<'s> {
    fn of(settings: &'s ForgeSettings) -> Self {
        let context = format!("changeward/{}", settings.branch);
        Self { settings, rules: rules(settings), protection: protection(settings), context }
    }

    /// The gate's status as the rules and the protection require it, each with whether the branch must be up to date.
    fn required(&self) -> Vec<(&'s RequiredStatus, bool)> {
        let of_rules = self.rules.iter().flat_map(|rule| rule.required.iter().map(|status| (status, rule.strict)));
        let of_protection =
            self.protection.into_iter().flat_map(|found| found.required.iter().map(|status| (status, found.strict)));
        of_rules.chain(of_protection).filter(|(status, _)| status.context == self.context).collect()
    }

    /// The ruleset that requires it, if one does.
    fn ruleset(&self) -> Option<u64> {
        let requires = |rule: &&BranchRule| rule.required.iter().any(|status| status.context == self.context);
        self.rules.iter().find(requires).and_then(|rule| rule.ruleset)
    }

    fn has(&self, kind: &str) -> bool {
        self.rules.iter().any(|rule| rule.kind == kind)
    }

    /// What is said where classic protection might hold and could not be read.
    fn as_far(&self) -> &'static str {
        match &self.settings.protection {
            Some(Known::Unknown(_)) => "; classic protection is not there, or not for this token",
            _ => "",
        }
    }

    fn page(&self) -> String {
        match self.ruleset() {
            Some(id) => ruleset_page(self.settings, id),
            None if self.protection.is_some() => branches_page(self.settings),
            None => rules_page(self.settings, None),
        }
    }

    fn status(&self) -> Vec<Sign> {
        let required = self.required();
        let context = &self.context;
        if required.is_empty() {
            let msg = format!(
                "the status `{context}` is not required on the branch `{}`{}",
                self.settings.branch,
                self.as_far()
            );
            let command = new_ruleset(self.settings, "changeward", &status_rule(context));
            return vec![Sign::of("STATUS_NOT_REQUIRED", msg).page(self.page()).command(command)];
        }
        let mut signs = Vec::new();
        let pinned = required.iter().any(|(status, _)| status.app.is_some_and(|app| app != ACTIONS_APP));
        let to_actions = required.iter().any(|(status, _)| status.app == Some(ACTIONS_APP));
        if !pinned {
            let (code, msg) = if to_actions {
                ("STATUS_OF_ACTIONS", format!("`{context}` is expected from GitHub Actions, which every workflow is"))
            } else {
                ("STATUS_UNPINNED", format!("`{context}` may be posted by anybody who may write statuses"))
            };
            signs.push(Sign::of(code, msg).page(self.page()).command(self.pin()));
        }
        if !required.iter().any(|(_, strict)| *strict) && !self.has("merge_queue") {
            let msg = format!("a change may be merged into `{}` that is behind it", self.settings.branch);
            let sign = Sign::of("BRANCH_MAY_LAG", msg).page(self.page());
            let rest = format!("branches/{}/protection/required_status_checks", encoded(&self.settings.branch));
            signs.push(match self.ruleset() {
                Some(_) => sign,
                None => sign.command(call(self.settings, "PATCH", &rest, "-F strict=true")),
            });
        }
        signs
    }

    /// A second ruleset with the app adds up with what is there.
    fn pin(&self) -> String {
        new_ruleset(self.settings, "changeward from its app", &status_rule(&self.context))
    }

    fn history(&self) -> Vec<Sign> {
        let branch = &self.settings.branch;
        let forces = self.protection.is_none_or(|found| found.force_pushes) && !self.has("non_fast_forward");
        let deletes = self.protection.is_none_or(|found| found.deletions) && !self.has("deletion");
        let mut signs = Vec::new();
        if forces {
            let msg = format!("the branch `{branch}` may be pushed over{}", self.as_far());
            let command = new_ruleset(self.settings, "no force pushes", "{\"type\":\"non_fast_forward\"}");
            signs.push(Sign::of("FORCE_PUSH", msg).page(rules_page(self.settings, None)).command(command));
        }
        if deletes {
            let msg = format!("the branch `{branch}` may be deleted{}", self.as_far());
            let command = new_ruleset(self.settings, "no deletion", "{\"type\":\"deletion\"}");
            signs.push(Sign::of("DELETION", msg).page(rules_page(self.settings, None)).command(command));
        }
        signs
    }

    fn reviews(&self) -> Vec<Sign> {
        let of_protection = self.protection.filter(|found| found.pull_request);
        if !self.has("pull_request") && of_protection.is_none() {
            let msg = format!("`{}` takes pushes without a pull request{}", self.settings.branch, self.as_far());
            return vec![Sign::of("PULL_NOT_REQUIRED", msg).page(rules_page(self.settings, None))];
        }
        let mut signs = Vec::new();
        if !self.rules.iter().any(|rule| rule.dismisses_stale) && !of_protection.is_some_and(|p| p.dismisses_stale) {
            let msg = "GitHub's own count keeps reviews when something is pushed";
            signs.push(Sign::of("STALE_REVIEWS", msg).page(rules_page(self.settings, None)));
        }
        if !self.rules.iter().any(|rule| rule.last_push) && !of_protection.is_some_and(|found| found.last_push) {
            let msg = "GitHub's own count takes the review of whoever pushed last";
            signs.push(Sign::of("LAST_PUSH", msg).page(rules_page(self.settings, None)));
        }
        signs
    }
}

fn ruleset_page(settings: &ForgeSettings, id: u64) -> String {
    let known = settings.rulesets.known().and_then(|all| all.iter().find(|ruleset| ruleset.id == id));
    match known {
        Some(ruleset) if !ruleset.own => organisation_rules_page(settings),
        _ => rules_page(settings, Some(id)),
    }
}

/// Who may go round what holds, and what looks like a lock and is none.
fn bypass(settings: &ForgeSettings) -> Vec<Sign> {
    let mut signs = Vec::new();
    let context = format!("changeward/{}", settings.branch);
    match &settings.rulesets {
        Known::Unknown(why) => signs.push(Sign::of("COULD_NOT_LOOK", format!("the rulesets: {why}"))),
        Known::Known(all) => {
            for ruleset in all {
                let requires = ruleset.required.iter().any(|status| status.context == context);
                let holds = rules(settings).iter().any(|rule| rule.ruleset == Some(ruleset.id));
                if requires && !ruleset.active {
                    let msg = format!("the ruleset `{}` requires `{context}` and is not in force", ruleset.name);
                    signs.push(Sign::of("RULESET_IDLE", msg).page(ruleset_page(settings, ruleset.id)));
                }
                if holds {
                    signs.extend(round(settings, ruleset));
                }
            }
        }
    }
    let requires = |found: &&Protection| found.required.iter().any(|status| status.context == context);
    if protection(settings).filter(requires).is_some_and(|found| !found.admins) {
        let msg = format!("classic protection of `{}` does not hold for administrators", settings.branch);
        let rest = format!("branches/{}/protection/enforce_admins", encoded(&settings.branch));
        let sign = Sign::of("BYPASS", msg).page(branches_page(settings)).command(call(settings, "POST", &rest, ""));
        signs.push(sign);
    }
    signs
}

fn round(settings: &ForgeSettings, ruleset: &Ruleset) -> Vec<Sign> {
    let page = ruleset_page(settings, ruleset.id);
    match &ruleset.bypass {
        Known::Unknown(why) => {
            let msg = format!("who may go round the ruleset `{}`: {why}", ruleset.name);
            vec![Sign::of("COULD_NOT_LOOK", msg).page(page)]
        }
        Known::Known(actors) => actors
            .iter()
            .map(|actor| {
                let how = if actor.always { "at any time" } else { "with a pull request" };
                let msg = format!("{} may go round the ruleset `{}` {how}", actor.who, ruleset.name);
                let sign = Sign::of("BYPASS", msg).page(page.clone());
                if actor.always { sign } else { sign.weighs(Severity::Warn) }
            })
            .collect(),
    }
}
