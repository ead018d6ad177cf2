//! Who made the change, as far as commits and the forge can name them.

use super::Evidence;
use crate::model::{Actors, Membership, Principal, PrincipalKind};

/// The domain of GitHub's addresses that hide the real one but carry the login.
const NOREPLY: &str = "@users.noreply.github.com";

/// GitHub's own committer of merges and edits made in the browser; no person.
const WEB_FLOW: &str = "noreply@github.com";

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
        if email.eq_ignore_ascii_case(WEB_FLOW) {
            continue;
        }
        let person = login_of(email).or_else(|| Principal::parse(email).map(|address| known(&address)));
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
    login_of(name.bare()).unwrap_or_else(|| membership.known(name).clone())
}

/// The login of `LOGIN@users.noreply.github.com` or `ID+LOGIN@users.noreply.github.com`.
fn login_of(email: &str) -> Option<Principal> {
    let lower = email.to_lowercase();
    let local = lower.strip_suffix(NOREPLY)?;
    let login = match local.split_once('+') {
        Some((id, login)) if id.bytes().all(|b| b.is_ascii_digit()) => login,
        _ => local,
    };
    (!login.is_empty()).then(|| Principal::login(login))
}

#[cfg(test)]
mod tests {
    use super::login_of;

    #[test]
    fn a_noreply_address_carries_its_login() {
        let table = [
            ("ann@users.noreply.github.com", Some("@ann")),
            ("123+Ann@users.noreply.github.com", Some("@ann")),
            ("ann@example.org", None),
            ("@users.noreply.github.com", None),
        ];
        for (email, login) in table {
            assert_eq!(login_of(email).as_ref().map(|p| p.as_str()), login, "{email}");
        }
    }
}
