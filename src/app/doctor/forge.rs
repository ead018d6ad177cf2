//! What the forge is asked: each setting once, and what this token may not see is kept as that.

use crate::app::failure::Failure;
use crate::audit::doctor::{ControlState, environments, teams};
use crate::model::{BranchRule, ForgeSettings, Known, Principal, Ruleset, Workflow};
use crate::parse::forge_settings::{self as settings, read};
use crate::world::github::{Access, GitHub, segment};
use serde_json::Value;

/// Rulesets that are looked at, and teams.
const MOST: usize = 50;

/// A deployment of no commit.
const NO_DEPLOYMENT: &str = "deployments?sha=0000000000000000000000000000000000000000";

/// Which repository, and what is to be asked about it.
#[derive(Clone, Debug)]
pub struct ForgeRequest {
    /// Where GitHub is, and as whom it is asked.
    pub access: Access,
    /// Where its pages are.
    pub server: String,
    /// The branch; `None`: the default branch.
    pub branch: Option<String>,
    /// Environments that must be there, beside those that files name.
    pub environments: Vec<String>,
}

impl ForgeRequest {
    /// Asks for everything.
    pub(super) fn ask(
        &self,
        workflows: &[Workflow],
        controls: Option<&ControlState>,
    ) -> Result<ForgeSettings, Failure> {
        let github = GitHub::new(self.access.clone()).map_err(Failure::usage)?;
        let ask = Ask { github: &github };
        let repository = github.repository().map_err(Failure::world)?;
        let branch = self.branch.clone().unwrap_or(repository.default_branch);
        let context = format!("changeward/{branch}");
        let rules = read(ask.own(&format!("rules/branches/{}?per_page=100", segment(&branch)))?, settings::rules);
        let rulesets = ask.rulesets()?;
        let open = rules.known().is_none_or(|rules| leaves_open(rules, &context));
        let protection = match open {
            true => {
                let path = format!("branches/{}/protection", segment(&branch));
                Some(read(ask.own(&path)?, settings::protection))
            }
            false => None,
        };
        let mut wanted: Vec<_> = self.environments.iter().map(|name| (name.clone(), None)).collect();
        for (name, place) in environments(workflows, controls) {
            if !wanted.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                wanted.push((name, Some(place)));
            }
        }
        Ok(ForgeSettings {
            server: self.server.clone(),
            repository: self.access.repository.clone(),
            viewer: github.viewer().map_err(Failure::world)?,
            rules,
            rulesets,
            protection,
            actions: read(ask.own("actions/permissions/workflow")?, settings::actions),
            pinned_actions: read(ask.own("actions/permissions")?, settings::pinned_actions),
            environments: match wanted.is_empty() {
                true => Known::Known(Vec::new()),
                false => read(ask.own("environments?per_page=100")?, settings::environments),
            },
            wanted,
            codeowners: read(ask.own("codeowners/errors")?, settings::codeowners),
            teams: ask.teams(controls.map(teams).unwrap_or_default())?,
            reads: ask.reads(&branch)?,
            branch,
        })
    }
}

/// The rules alone do not say all that is needed; classic protection may.
fn leaves_open(rules: &[BranchRule], context: &str) -> bool {
    let has = |kind: &str| rules.iter().any(|rule| rule.kind == kind);
    let requires = rules.iter().any(|rule| rule.required.iter().any(|status| status.context == context));
    !(requires && has("non_fast_forward") && has("deletion") && has("pull_request"))
}

struct Ask<'g> {
    github: &'g GitHub,
}

impl Ask<'_> {
    fn own(&self, rest: &str) -> Result<Known<Value>, Failure> {
        self.github.json(&self.github.of_repository(rest)).map_err(Failure::world)
    }

    /// Every ruleset about branches; its list says less than each does by itself.
    fn rulesets(&self) -> Result<Known<Vec<Ruleset>>, Failure> {
        let ids = match read(self.own("rulesets?per_page=100")?, settings::ruleset_ids) {
            Known::Known(ids) => ids,
            Known::Unknown(why) => return Ok(Known::Unknown(why)),
        };
        if ids.len() > MOST {
            return Ok(Known::Unknown(format!("there are {}, and {MOST} are looked at", ids.len())));
        }
        let mut all = Vec::new();
        for id in ids {
            match read(self.own(&format!("rulesets/{id}"))?, settings::ruleset) {
                Known::Known(ruleset) => all.push(ruleset),
                Known::Unknown(why) => return Ok(Known::Unknown(why)),
            }
        }
        Ok(Known::Known(all))
    }

    fn teams(&self, named: Vec<Principal>) -> Result<Vec<(Principal, Known<usize>)>, Failure> {
        let mut found = Vec::new();
        for (n, team) in named.into_iter().enumerate() {
            let members = match team.bare().split_once('/') {
                Some(_) if n >= MOST => Known::Unknown(format!("only {MOST} teams are asked about")),
                Some((organisation, slug)) => {
                    match self.github.team_members(organisation, &slug.to_lowercase()).map_err(Failure::world)? {
                        Known::Known(members) => Known::Known(members.len()),
                        Known::Unknown(why) => Known::Unknown(why),
                    }
                }
                None => continue,
            };
            found.push((team, members));
        }
        Ok(found)
    }

    /// What every evaluation reads, asked so that little is listed.
    fn reads(&self, branch: &str) -> Result<Vec<(&'static str, Known<()>)>, Failure> {
        let statuses = format!("commits/{}/statuses?per_page=100", segment(branch));
        let areas = [
            ("statuses", statuses.as_str()),
            ("deployments", NO_DEPLOYMENT),
            ("pull requests", "pulls?head=changeward%3Anone"),
            ("issues", "issues?labels=changeward%3Arequest"),
        ];
        let mut found = Vec::new();
        for (area, path) in areas {
            let answer = match self.own(path)? {
                Known::Known(_) => Known::Known(()),
                Known::Unknown(why) => Known::Unknown(why),
            };
            found.push((area, answer));
        }
        Ok(found)
    }
}
