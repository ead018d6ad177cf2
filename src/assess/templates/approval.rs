//! Whether a template is approved by the change authority, and if not, who is missing and why.

use crate::model::{Config, Membership, Moment, Principal, PrincipalKind, Template};

/// How many people a reason names.
const SHOWN: usize = 3;

/// Why nobody of the change authority, other than its proposer, is known to have approved it; `None` where somebody is.
/// Unknown membership is none.
pub(super) fn unapproved(template: &Template, config: &Config, membership: &Membership, now: Moment) -> Option<String> {
    let Some(proposer) = &template.proposed_by else {
        return Some("nobody is named who proposed it (`proposed_by`), so no approval counts".to_owned());
    };
    if template.approved_by.is_empty() {
        return Some("nobody is named who approved it (`approved_by`)".to_owned());
    }
    if let Some(at) = template.approved_at.filter(|at| *at > now) {
        return Some(format!("its approval is dated {at}, which is yet to come"));
    }
    if config.change_authority.is_empty() {
        return Some(
            "there is no change authority (`[change_authority]` of the configuration), so nobody approves".into(),
        );
    }
    let own = |by: &&Principal| membership.known(by) == membership.known(proposer);
    let others: Vec<&Principal> = template.approved_by.iter().filter(|by| !own(by)).collect();
    if others.is_empty() {
        return Some(format!(
            "only {} approved it, who proposed it",
            people(&template.approved_by.iter().collect::<Vec<_>>())
        ));
    }
    let entitled = |by: &&Principal| config.change_authority.iter().any(|who| membership.speaks_for(by, &[], who));
    if others.iter().any(entitled) {
        return None;
    }
    let team = |who: &Principal| who.kind() == PrincipalKind::Team;
    if let Some(team) = others.iter().find(|by| team(by)) {
        return Some(format!("{team} is a team, and `approved_by` must name who of it approved it"));
    }
    let authority = people(&config.change_authority.iter().collect::<Vec<_>>());
    let unknown = config.change_authority.iter().find(|who| team(who) && membership.members(who).is_none());
    let unknown = unknown.map_or_else(String::new, |team| format!("; nobody knows who is in {team}"));
    let is = if others.len() == 1 { "is" } else { "are" };
    let names = people(&others);
    Some(format!("{names} approved it, and {is} not known to be of the change authority ({authority}{unknown})"))
}

fn people(all: &[&Principal]) -> String {
    let named = all.iter().take(SHOWN).map(|who| who.as_str()).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
