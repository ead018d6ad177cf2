//! Who is who: which names are teams, which addresses are whose, who is away and who has left.

use crate::model::{Identity, Matrix, Membership, Moment, Person, Principal, PrincipalKind};
use std::collections::BTreeSet;

/// How the names of programs end that say what they are; GitHub puts `[bot]` into them.
const PROGRAMS: [&str; 2] = ["-bot", "-robot"];

/// What the matrix knows of people.
pub(super) struct Directory<'e> {
    pub(super) matrix: Option<&'e Matrix>,
    pub(super) membership: Membership,
    /// Members of some team.
    members: BTreeSet<&'e Principal>,
}

impl<'e> Directory<'e> {
    pub(super) fn new(matrix: Option<&'e Matrix>) -> Self {
        Self {
            matrix,
            membership: Membership::of(matrix),
            members: matrix
                .into_iter()
                .flat_map(|matrix| matrix.teams.values())
                .flat_map(|team| &team.members)
                .collect(),
        }
    }

    /// The person behind a name: an address that `[people]` knows, or that carries a login, is that login.
    pub(super) fn person(&self, name: &Principal) -> Principal {
        let known = self.membership.known(name);
        Principal::in_address(known.bare()).unwrap_or_else(|| known.clone())
    }

    /// The person behind a commit; `None` for a program, and for what is no address.
    pub(super) fn author(&self, who: &Identity) -> Option<Principal> {
        let person = self.person(&Principal::parse(who.email.trim())?);
        (!is_program(&who.name) && !is_program(person.bare())).then_some(person)
    }

    /// The people some names stand for; `None` when the members of a team among them are not known, or anyone may.
    pub(super) fn people<'p>(&self, names: impl IntoIterator<Item = &'p Principal>) -> Option<BTreeSet<Principal>> {
        let mut all = BTreeSet::new();
        for name in names {
            all.extend(self.membership.people(name)?.iter().map(|person| self.person(person)));
        }
        Some(all)
    }

    /// What `[people]` says of somebody.
    pub(super) fn about(&self, name: &Principal) -> Option<&'e Person> {
        self.matrix?.person(&self.person(name))
    }

    /// They cannot be asked now, or never again.
    pub(super) fn is_gone(&self, name: &Principal, now: Moment) -> bool {
        self.about(name).is_some_and(|person| person.left || person.away.iter().any(|away| away.covers(now)))
    }

    /// The name is a team's: by its form, or by `[teams]`.
    pub(super) fn is_team(&self, name: &Principal) -> bool {
        name.kind() == PrincipalKind::Team || self.known_team(name).is_some()
    }

    /// Its name in `[teams]`.
    pub(super) fn known_team(&self, name: &Principal) -> Option<&'e str> {
        if !matches!(name.kind(), PrincipalKind::User | PrincipalKind::Team) {
            return None;
        }
        let key = name.key();
        let slug = key.rsplit('/').next().unwrap_or(key).trim_start_matches('@');
        self.matrix?.teams.get_key_value(slug).map(|(name, _)| name.as_str())
    }

    /// Whether the matrix knows a name, as far as it keeps a list of such names.
    pub(super) fn knows(&self, name: &Principal) -> bool {
        let Some(matrix) = self.matrix else { return true };
        let group = matches!(name.kind(), PrincipalKind::Anyone | PrincipalKind::Role);
        if group || self.known_team(name).is_some() {
            return true;
        }
        if name.kind() == PrincipalKind::Team {
            return matrix.teams.is_empty();
        }
        // Whoever has left makes no list of those who are there.
        let listed = matrix.people.values().any(|person| !person.left);
        !listed || self.members.contains(name) || self.about(name).is_some()
    }
}

/// A name, a login or an address of a program.
fn is_program(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let local = name.split_once('@').map_or(name.as_str(), |(local, _domain)| local);
    local.contains("[bot]") || PROGRAMS.iter().any(|end| local.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::is_program;

    #[test]
    fn a_program_says_so() {
        let programs = ["dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", "k8s-ci-robot"];
        let more = ["Release-Bot", "deploy-bot@acme.example"];
        assert!(programs.iter().chain(&more).all(|name| is_program(name)));
        let people = ["talbot", "robot", "ann@acme-bot", "bot-ann@acme.example", "Ann Talbot"];
        assert!(!people.iter().any(|name| is_program(name)));
    }
}
