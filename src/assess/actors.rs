//! Who made the change, as far as commits and the forge can name them.

use super::Evidence;
use crate::model::{Actors, Principal};

/// The domain of GitHub's addresses that hide the real one but carry the login.
const NOREPLY: &str = "@users.noreply.github.com";

/// GitHub's own committer of merges and edits made in the browser; no person.
const WEB_FLOW: &str = "noreply@github.com";

pub(super) fn actors(evidence: &Evidence) -> Actors {
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
        if let Some(login) = login_of(email) {
            actors.committers.insert(login);
            continue;
        }
        if let Some(address) = Principal::parse(email) {
            actors.committers.insert(address);
        }
        actors.unattributed.insert(email.to_owned());
    }
    actors
}

/// The person behind a name a forge or a commit gives: an address that carries a login is that login.
pub(super) fn known(name: &Principal) -> Principal {
    login_of(name.bare()).unwrap_or_else(|| name.clone())
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
