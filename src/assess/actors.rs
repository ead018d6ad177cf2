//! Who made the change, as far as commits and the forge can name them.

use super::Evidence;
use crate::model::{Actors, Membership, Principal, PrincipalKind};

pub(super) fn actors(evidence: &Evidence, membership: &Membership) -> Actors {
    let known = |name: &Principal| known(name, membership);
    let mut actors = Actors {
        author: evidence.forge.author.as_ref().map(known),
        requester: evidence.forge.requester.as_ref().map(known),
        committers: evidence.forge.committers.iter().map(known).collect(),
        ..Actors::default()
    };
    for identity in &evidence.identities {
        let email = identity.email.trim();
        let person = Principal::in_address(email).or_else(|| Principal::parse(email).map(|address| known(&address)));
        if person.as_ref().is_none_or(|person| person.kind() == PrincipalKind::Email) {
            actors.unattributed.insert(email.to_owned());
        }
        actors.committers.extend(person);
    }
    actors
}

/// The person behind a name a forge or a commit gives: an address that carries a login, or that `[people]` lists, is that
/// login.
pub(super) fn known(name: &Principal, membership: &Membership) -> Principal {
    Principal::in_address(name.bare()).unwrap_or_else(|| membership.known(name).clone())
}
