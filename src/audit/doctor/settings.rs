//! Settings of Actions, environments, teams and the token itself.

use super::mend::{actions_page, call, encoded, environments_page, teams_page};
use super::sign::Sign;
use crate::model::{ForgeEnvironment, ForgeSettings, Known, Principal};
use std::collections::BTreeSet;

/// Who posts what a workflow posts with its own token.
const WORKFLOW: &str = "github-actions[bot]";

/// What is wrong with the settings beside the rules of the branch.
pub(super) fn look(settings: &ForgeSettings) -> Vec<Sign> {
    let mut signs = actions(settings);
    signs.extend(environments(settings));
    signs.extend(people(settings));
    signs.extend(token(settings));
    signs
}

fn unseen(what: &str, why: &str) -> Sign {
    Sign::of("COULD_NOT_LOOK", format!("{what}: {why}"))
}

fn actions(settings: &ForgeSettings) -> Vec<Sign> {
    let page = actions_page(settings);
    let mut signs = Vec::new();
    let set = |field: &str| call(settings, "PUT", "actions/permissions/workflow", field);
    match &settings.actions {
        Known::Unknown(why) => signs.push(unseen("what workflows may by default", why).page(page.clone())),
        Known::Known(found) => {
            if found.write {
                let msg = "the token of a workflow that does not say what it may, may write";
                let command = set("-f default_workflow_permissions=read");
                signs.push(Sign::of("ACTIONS_WRITE", msg).page(page.clone()).command(command));
            }
            if found.approve {
                let msg = "workflows may approve pull requests";
                let command = set("-F can_approve_pull_request_reviews=false");
                signs.push(Sign::of("ACTIONS_APPROVE", msg).page(page.clone()).command(command));
            }
        }
    }
    match &settings.pinned_actions {
        Known::Unknown(why) => signs.push(unseen("whether actions must be pinned", why).page(page)),
        Known::Known(false) => {
            let msg = "GitHub lets a workflow use an action by a tag that may move";
            signs.push(Sign::of("ACTIONS_UNPINNED", msg).page(page));
        }
        Known::Known(true) => {}
    }
    signs
}

fn environments(settings: &ForgeSettings) -> Vec<Sign> {
    let page = environments_page(settings);
    if settings.wanted.is_empty() {
        return Vec::new();
    }
    let there = match &settings.environments {
        Known::Unknown(why) => return vec![unseen("the environments", why).page(page)],
        Known::Known(there) => there,
    };
    let mut signs = Vec::new();
    for (name, place) in &settings.wanted {
        let found = there.iter().find(|environment| environment.name.eq_ignore_ascii_case(name));
        match found {
            Some(environment) => signs.extend(environment_signs(settings, environment)),
            None => {
                let msg = format!("the environment `{name}` does not exist");
                let sign = Sign::of("ENVIRONMENT_MISSING", msg).page(page.clone()).command(protected(settings, name));
                signs.push(match place {
                    Some(place) => sign.place(place),
                    None => sign,
                });
            }
        }
    }
    signs
}

/// Makes an environment, or limits one, to protected branches.
fn protected(settings: &ForgeSettings, name: &str) -> String {
    let fields = "-F 'deployment_branch_policy[protected_branches]=true' \
                  -F 'deployment_branch_policy[custom_branch_policies]=false'";
    call(settings, "PUT", &format!("environments/{}", encoded(name)), fields)
}

fn environment_signs(settings: &ForgeSettings, found: &ForgeEnvironment) -> Vec<Sign> {
    let (name, page) = (&found.name, environments_page(settings));
    let mut signs = Vec::new();
    if !found.some_branches {
        let msg = format!("every branch may deploy to `{name}`");
        // Setting it by the API takes away reviewers and timers that are not sent along.
        let sign = Sign::of("ENVIRONMENT_ANY_BRANCH", msg).page(page.clone());
        signs.push(if found.guarded { sign } else { sign.command(protected(settings, name)) });
    }
    if !found.guarded {
        let msg = format!("`{name}` has no reviewers and no rule of an app");
        signs.push(Sign::of("ENVIRONMENT_UNGUARDED", msg).page(page));
    } else if found.admins_bypass {
        let msg = format!("administrators may go round the rules of `{name}`");
        signs.push(Sign::of("ENVIRONMENT_ADMINS", msg).page(page));
    }
    signs
}

fn people(settings: &ForgeSettings) -> Vec<Sign> {
    let mut signs = Vec::new();
    match &settings.codeowners {
        Known::Unknown(why) => signs.push(unseen("what GitHub makes of CODEOWNERS", why)),
        Known::Known(faults) => {
            signs
                .extend(faults.iter().map(|fault| Sign::of("CODEOWNERS_ERROR", fault.why.clone()).place(&fault.place)));
        }
    }
    // A token that may see one team of an organisation may see the others: then "not found" means that there is none.
    let organisation = |team: &Principal| team.key().split('/').next().unwrap_or_default().to_owned();
    let seen = settings.teams.iter().filter(|(_, members)| members.known().is_some());
    let seen: BTreeSet<String> = seen.map(|(team, _)| organisation(team)).collect();
    for (team, members) in &settings.teams {
        let page = teams_page(settings, team.bare().split('/').next().unwrap_or_default());
        match members {
            Known::Known(0) => {
                signs.push(Sign::of("TEAM_EMPTY", format!("the team `{team}` has no members")).page(page));
            }
            Known::Known(_) => {}
            Known::Unknown(_) if seen.contains(&organisation(team)) => {
                let msg = format!("there is no team `{team}` to be seen, while others of its organisation are");
                signs.push(Sign::of("TEAM_MISSING", msg).page(page));
            }
            Known::Unknown(why) => signs.push(unseen(&format!("who is in the team `{team}`"), why).page(page)),
        }
    }
    signs
}

fn token(settings: &ForgeSettings) -> Vec<Sign> {
    let mut signs = Vec::new();
    match &settings.viewer {
        Known::Unknown(why) => signs.push(unseen("whose token this is", why)),
        Known::Known(viewer) if viewer.is(WORKFLOW) => {
            let msg = "this is the token of a workflow; a status it posts is the same as that of any other workflow";
            signs.push(Sign::of("TOKEN_OF_WORKFLOW", msg));
        }
        Known::Known(_) => {}
    }
    for (area, answer) in &settings.reads {
        if let Known::Unknown(why) = answer {
            signs.push(Sign::of("TOKEN_RIGHT", format!("this token may not read {area}: {why}")));
        }
    }
    signs
}
