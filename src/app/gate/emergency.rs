//! Emergencies on GitHub: an incident is an issue that somebody entitled has labelled, and nobody with a hand in the change.

use crate::app::failure::Failure;
use crate::model::{
    Account, Actors, Finding, ForgeFacts, Incident, IncidentIssues, Issue, Known, Membership, Permission, Principal,
    PullRequest, Severity, TimelineEvent,
};
use crate::world::github::GitHub;
use std::collections::BTreeMap;

/// A label `change:emergency` that its author, or nobody known, has put is no claim: whoever else may label says so.
pub(super) fn own_labels(pull: &PullRequest, timeline: &[TimelineEvent], forge: &mut ForgeFacts) -> Option<Finding> {
    let urgent = |label: &str| label.trim().eq_ignore_ascii_case("change:emergency");
    let label = pull.labels.iter().find(|label| urgent(label))?;
    let by = labelled_by(timeline).remove(label.as_str()).flatten();
    let hand = |account: &Account| {
        let who = Principal::login(&account.login);
        forge.author.as_ref() == Some(&who) || forge.committers.contains(&who)
    };
    if by.as_ref().is_some_and(|account| account.person && !hand(account)) {
        return None;
    }
    forge.labels.retain(|label| !urgent(label));
    let who = by.map_or_else(|| "nobody known".to_owned(), |account| format!("@{}", account.login));
    let msg = format!(
        "the label `{label}` was put by {who}, who has a hand in the change or is no person: it claims nothing"
    );
    Some(Finding::new("EMERGENCY_SELF_SERVED", Severity::Warn, msg).help("somebody else puts the label"))
}

/// Who put each label that is on now, last.
fn labelled_by(timeline: &[TimelineEvent]) -> BTreeMap<&str, Option<Account>> {
    let mut by = BTreeMap::new();
    for event in timeline {
        match (event.kind.as_str(), event.label.as_deref()) {
            ("labeled", Some(label)) => drop(by.insert(label, event.by.clone())),
            ("unlabeled", Some(label)) => drop(by.remove(label)),
            _ => {}
        }
    }
    by
}

/// The incident that is named, or why it is none.
///
/// # Errors
/// When the forge does not answer.
pub(super) fn incident(
    github: &GitHub,
    wish: &IncidentIssues,
    id: &str,
    actors: &Actors,
    membership: &Membership,
) -> Result<Result<Incident, Finding>, Failure> {
    let refused = |why: String| {
        Finding::new("INCIDENT_UNKNOWN", Severity::Warn, format!("`Incident: {id}` is no incident: {why}"))
            .help(format!("an incident is an open issue with the label `{}`, a severity label such as `{}1`, and one label `{}<row>` for each row it affects", wish.label, wish.severity_prefix, wish.affects_prefix))
    };
    let Some(number) = id.trim().trim_start_matches('#').parse::<u64>().ok() else {
        return Ok(Err(refused("it names no issue; write `#123`".to_owned())));
    };
    let found = github.issue(number).map_err(Failure::world)?.filter(|issue| !issue.is_pull);
    let Some(issue) = found else { return Ok(Err(refused("there is no such issue".to_owned()))) };
    let timeline = github.timeline(number).map_err(Failure::world)?;
    let labels = labelled_by(&timeline);
    let mut entitled = Entitled { github, wish, actors, membership, known: BTreeMap::new() };
    let mut sound = Vec::new();
    for label in &issue.labels {
        let by = labels.get(label.as_str()).cloned().flatten();
        if label_matters(wish, label) && entitled.is(by.as_ref())? {
            sound.push(label.as_str());
        }
    }
    if !sound.iter().any(|label| label.eq_ignore_ascii_case(&wish.label)) {
        let why = format!("nobody entitled, without a hand in the change, has put the label `{}` on it", wish.label);
        return Ok(Err(refused(why)));
    }
    Ok(Ok(told(wish, id, &issue, &sound)))
}

fn label_matters(wish: &IncidentIssues, label: &str) -> bool {
    label.eq_ignore_ascii_case(&wish.label)
        || label.starts_with(&wish.severity_prefix)
        || label.starts_with(&wish.affects_prefix)
}

/// What the labels say. Of several severities the least grave counts.
fn told(wish: &IncidentIssues, id: &str, issue: &Issue, labels: &[&str]) -> Incident {
    let severity = labels.iter().filter_map(|label| label.strip_prefix(wish.severity_prefix.as_str()));
    let rows = labels.iter().filter_map(|label| label.strip_prefix(wish.affects_prefix.as_str()));
    Incident {
        id: id.to_owned(),
        state: if issue.open { "open".to_owned() } else { "closed".to_owned() },
        severity: severity.filter_map(|number| number.trim().parse().ok()).max(),
        rows: rows.map(str::to_owned).collect(),
        opened_at: issue.created_at,
    }
}

/// Whether somebody may say that there is an incident.
struct Entitled<'a> {
    github: &'a GitHub,
    wish: &'a IncidentIssues,
    actors: &'a Actors,
    membership: &'a Membership,
    known: BTreeMap<u64, bool>,
}

impl Entitled<'_> {
    fn is(&mut self, by: Option<&Account>) -> Result<bool, Failure> {
        let Some(by) = by.filter(|by| by.person) else { return Ok(false) };
        let who = Principal::login(&by.login);
        if self.actors.includes(&who) {
            return Ok(false);
        }
        if let Some(known) = self.known.get(&by.id) {
            return Ok(*known);
        }
        let entitled = match self.wish.declarers.is_empty() {
            true => self.may_write(by)?,
            false => self.declares(&who)?,
        };
        self.known.insert(by.id, entitled);
        Ok(entitled)
    }

    fn may_write(&self, by: &Account) -> Result<bool, Failure> {
        let permission = self.github.permission(&by.login).map_err(Failure::world)?;
        Ok(matches!(permission, Known::Known(right) if right >= Permission::Write))
    }

    /// A team is asked now; what the matrix says of it holds only where the forge does not tell.
    fn declares(&self, who: &Principal) -> Result<bool, Failure> {
        for declarer in &self.wish.declarers {
            let asked = match declarer.bare().split_once('/') {
                Some((org, slug)) => self.github.team_members(org, slug).map_err(Failure::world)?,
                None => Known::Unknown(String::new()),
            };
            let yes = match asked {
                Known::Known(members) => {
                    members.iter().any(|member| member.person && who.bare().eq_ignore_ascii_case(&member.login))
                }
                Known::Unknown(_) => self.membership.speaks_for(who, &[], declarer),
            };
            if yes {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
