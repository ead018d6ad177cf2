//! What can be asked of a forge only once it is known who owns what: teams, incidents, checks.
//!
//! Each question is asked once, and only where a decision may depend on its answer. What cannot be answered is left out:
//! unknown is no.

use super::pull::WEB_FLOW;
use super::{emergency, obligations};
use crate::app::failure::Failure;
use crate::assess::{Evidence, Statement, assess, covered, teams};
use crate::model::{
    Account, ChangeClass, CheckResult, ClaimSource, CommitId, Decision, Facts, Finding, ForgeCommit, ForgeObligation,
    Incident, IntegrityError, Known, Principal, PrincipalKind, Severity, Spoken,
};
use crate::world::github::GitHub;
use std::collections::{BTreeMap, BTreeSet};

/// Teams that are asked about at one change.
const MOST_TEAMS: usize = 50;

/// What has been asked.
pub(super) struct Asking<'a> {
    github: &'a GitHub,
    account: Option<&'a Account>,
    head: &'a CommitId,
    teams: BTreeMap<Principal, Known<Vec<Principal>>>,
    /// Teams that only a decision named.
    wanted: BTreeSet<Principal>,
    incident: Option<(String, Result<Incident, Finding>)>,
    checks: Option<Vec<CheckResult>>,
    owed: Option<Vec<ForgeObligation>>,
    /// What the decision rests on, as far as it was known before the last answers.
    pub(super) facts: Option<Facts>,
}

impl<'a> Asking<'a> {
    /// Nothing asked yet.
    pub(super) fn new(github: &'a GitHub, account: Option<&'a Account>, head: &'a CommitId) -> Self {
        Self {
            github,
            account,
            head,
            teams: BTreeMap::new(),
            wanted: BTreeSet::new(),
            incident: None,
            checks: None,
            owed: None,
            facts: None,
        }
    }

    /// Asks what these facts need, and adds the answers.
    ///
    /// # Errors
    /// When the forge does not answer at all.
    pub(super) fn complete(&mut self, evidence: &mut Evidence) -> Result<(), Failure> {
        let facts = assess(evidence.clone());
        self.incident(evidence, &facts)?;
        self.owed(evidence, &facts)?;
        self.checks(evidence)?;
        let wanted: BTreeSet<Principal> = teams(evidence, &facts).union(&self.wanted).cloned().collect();
        self.facts = Some(facts);
        self.ask_teams(evidence, &wanted)
    }

    /// The decision names teams nobody was asked about. They are asked when it is decided again.
    pub(super) fn must_ask_more(&mut self, decision: &Decision) -> bool {
        let named = decision.required.iter().flat_map(|level| &level.eligible);
        let unasked = named.filter(|who| who.kind() == PrincipalKind::Team && !self.teams.contains_key(who));
        let unasked: BTreeSet<Principal> = unasked.take(MOST_TEAMS.saturating_sub(self.teams.len())).cloned().collect();
        let more = !unasked.is_empty();
        self.wanted.extend(unasked);
        more
    }

    fn ask_teams(&mut self, evidence: &mut Evidence, wanted: &BTreeSet<Principal>) -> Result<(), Failure> {
        let mut unknown = Vec::new();
        for team in wanted {
            if !self.teams.contains_key(team) {
                if self.teams.len() >= MOST_TEAMS {
                    unknown.push((team, "too many teams are named to ask about each".to_owned()));
                    continue;
                }
                let members = members(self.github, team)?;
                self.teams.insert(team.clone(), members);
            }
            match self.teams.get(team) {
                Some(Known::Known(members)) => {
                    evidence.forge.teams.insert(team.bare().to_owned(), members.clone());
                }
                Some(Known::Unknown(why)) => unknown.push((team, why.clone())),
                None => {}
            }
        }
        evidence
            .noticed
            .extend(unknown.into_iter().map(|(team, why)| team_unknown(evidence, team, &why)).collect::<Vec<_>>());
        Ok(())
    }

    fn incident(&mut self, evidence: &mut Evidence, facts: &Facts) -> Result<(), Failure> {
        let Some(wish) = evidence.config.incidents.clone() else { return Ok(()) };
        let claimed = claims_emergency(facts);
        let Some(id) = facts.claim_text.incident.clone().filter(|_| claimed) else { return Ok(()) };
        if self.incident.as_ref().is_none_or(|(known, _)| *known != id) {
            let found = emergency::incident(self.github, &wish, &id, &facts.actors, &facts.membership)?;
            self.incident = Some((id, found));
        }
        match &self.incident {
            Some((_, Ok(incident))) => evidence.forge.incidents.push(incident.clone()),
            Some((_, Err(finding))) => evidence.noticed.push(finding.clone()),
            None => {}
        }
        Ok(())
    }

    /// What earlier emergencies still owe: whoever owes gets no emergency, and nothing that is approved in advance.
    fn owed(&mut self, evidence: &mut Evidence, facts: &Facts) -> Result<(), Failure> {
        let files = || evidence.change.diff.files.iter();
        let mut templates = evidence.templates.iter();
        let standard = templates.any(|template| files().any(|file| covered(std::slice::from_ref(template), file)));
        if (claims_emergency(facts) || standard) && self.owed.is_none() {
            self.owed = Some(obligations::owed(self.github, self.account)?);
        }
        evidence.forge.obligations.extend(self.owed.iter().flatten().cloned());
        Ok(())
    }

    /// The results of checks, where a template that covers a file waits for one.
    fn checks(&mut self, evidence: &mut Evidence) -> Result<(), Failure> {
        let files = || evidence.change.diff.files.iter();
        let waits = evidence.templates.iter().filter(|template| !template.required_checks.is_empty());
        let needed =
            waits.into_iter().any(|template| files().any(|file| covered(std::slice::from_ref(template), file)));
        if !needed {
            return Ok(());
        }
        if self.checks.is_none() {
            self.checks = Some(self.github.check_results(self.head).map_err(Failure::world)?);
        }
        evidence.forge.checks.extend(self.checks.iter().flatten().cloned());
        Ok(())
    }
}

fn claims_emergency(facts: &Facts) -> bool {
    facts.claims.iter().any(|claim| claim.class == ChangeClass::Emergency)
}

/// The members of a team, as the forge knows them now; an invitation that nobody has taken up is no membership.
fn members(github: &GitHub, team: &Principal) -> Result<Known<Vec<Principal>>, Failure> {
    let Some((org, slug)) = team.bare().split_once('/') else {
        return Ok(Known::Unknown("it is no team of an organisation".to_owned()));
    };
    let members = github.team_members(org, slug).map_err(Failure::world)?;
    Ok(match members {
        Known::Known(accounts) => {
            Known::Known(accounts.iter().filter(|a| a.person).map(|a| Principal::login(&a.login)).collect())
        }
        Known::Unknown(why) => Known::Unknown(why),
    })
}

fn team_unknown(evidence: &Evidence, team: &Principal, why: &str) -> Finding {
    let listed = evidence.ownership.matrix().is_some_and(|matrix| matrix.team(team).is_some());
    let msg = match listed {
        true => format!("GitHub does not say who is in {team} ({why}): `ownership.toml` does"),
        false => format!("GitHub does not say who is in {team} ({why}): nobody's approval counts for it"),
    };
    Finding::new("TEAM_UNKNOWN", Severity::Warn, msg)
        .help("give the gate a token that may read members (an app with `members: read`), or list them in `[teams]` of ownership.toml")
}

/// Claims and holds made by comment, and what of the comments does not count.
pub(super) fn heard(evidence: &mut Evidence, spoken: &Spoken) {
    evidence.noticed.extend(spoken.noticed.iter().cloned());
    let flags = evidence.statements.iter().take_while(|statement| statement.source == ClaimSource::Flag).count();
    for claim in &spoken.claims {
        let mut trailers = vec![("Change-Type".to_owned(), claim.class.as_str().to_owned())];
        trailers.extend(claim.trailers.iter().cloned());
        evidence.statements.insert(flags, Statement { source: ClaimSource::Comment, at: Some(claim.at), trailers });
    }
    for hold in &spoken.holds {
        let why = if hold.reason.is_empty() { String::new() } else { format!(": {}", hold.reason) };
        let msg = format!(
            "{} holds it{why}; `/release` by them, or by somebody who maintains the repository, lets it go on",
            hold.by
        );
        evidence.errors.push(IntegrityError { code: "HELD".to_owned(), msg });
    }
}

/// Addresses that the forge knows an account for need not be guessed at: the account is among the committers already.
pub(super) fn known_accounts(evidence: &mut Evidence, commits: &[ForgeCommit]) {
    // Whoever calls themselves what GitHub signs with is known to nobody.
    let somebody = |account: &Option<Account>| account.as_ref().is_some_and(|account| account.login != WEB_FLOW);
    let authors = commits.iter().filter(|commit| somebody(&commit.author)).map(|commit| &commit.author_identity.email);
    let committers =
        commits.iter().filter(|commit| somebody(&commit.committer)).map(|commit| &commit.committer_identity.email);
    let known: BTreeSet<&String> = authors.chain(committers).collect();
    evidence.identities.retain(|identity| !known.contains(&identity.email));
}
