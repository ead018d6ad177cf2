//! The teams whose members matter to a change: whoever can be asked, asks them once and nobody else.

use super::{Evidence, covered};
use crate::model::{ChangeClass, Facts, Principal, PrincipalKind};
use std::collections::BTreeSet;

/// Every team that a row touched, an authority, a calendar, a lockdown or a template of this change names.
pub fn teams(evidence: &Evidence, facts: &Facts) -> BTreeSet<Principal> {
    let rows = facts.rows.values().flat_map(|row| {
        let reviews = row.reviews.iter().flat_map(|review| &review.who);
        row.responsible.iter().chain(&row.accountable).chain(&row.alternate).chain(reviews)
    });
    let emergency = facts.claims.iter().any(|claim| claim.class == ChangeClass::Emergency);
    let urgent = facts.rows.values().flat_map(|row| &row.director).chain(&facts.config.emergency_submitters);
    let control = facts.control_reviews.iter().flat_map(|review| &review.who);
    let closed = facts.calendars.iter().filter(|calendar| !calendar.open).flat_map(|calendar| &calendar.approvers);
    let locked = facts.lockdowns.iter().filter(|lockdown| lockdown.active);
    let locked = locked.flat_map(|lockdown| &lockdown.release_approvers);
    let files = || evidence.change.diff.files.iter();
    let templates = evidence.templates.iter();
    let templates = templates.filter(|template| files().any(|file| covered(std::slice::from_ref(template), file)));
    let submitters = templates.flat_map(|template| &template.submitters);
    let escalation = facts.escalation.iter().map(|escalation| &escalation.owner);
    rows.chain(urgent.filter(|_| emergency))
        .chain(control)
        .chain(&facts.change_authority)
        .chain(closed)
        .chain(locked)
        .chain(submitters)
        .chain(escalation)
        .filter(|who| who.kind() == PrincipalKind::Team)
        .cloned()
        .collect()
}
