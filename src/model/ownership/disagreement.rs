//! Two sources that name nobody in common for one path.

use super::{Assignment, OwnershipAnswer};
use crate::model::{Membership, Place, Principal, PrincipalKind};
use std::collections::BTreeSet;

/// Two sources that cannot both be right, or that nobody here can compare.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Disagreement {
    /// The one the answer follows.
    pub follows: Voice,
    /// The other.
    pub other: Voice,
    /// They surely name nobody in common. Otherwise a team whose members are unknown stands on one side, or one names
    /// logins and the other addresses, and they may mean the same people.
    pub certain: bool,
}

/// What one source says, for people.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Voice {
    /// Where: file and line.
    pub place: Place,
    /// Whom it names; empty where it clears the path.
    pub names: Vec<String>,
}

impl OwnershipAnswer<'_> {
    /// The first source that names nobody whom the source of the row names, if there is one; one that surely does comes
    /// before one that only may. Sections of GitLab stand by themselves and disagree with nobody.
    pub fn disagreement(&self, membership: &Membership) -> Option<Disagreement> {
        let assignments = self.assignments();
        let mut voices: Vec<Heard> = Vec::new();
        if let Some(row) = self.row {
            let people = row.responsible.iter().chain(&row.accountable).chain(&row.alternate).chain(&row.supports);
            voices.push(Heard::of(row.place.clone(), people, membership));
        }
        let speaks = |assignment: &&Assignment<'_>| !assignment.owners.is_empty() || assignment.clears();
        let others = assignments.iter().filter(|assignment| assignment.section.is_none()).filter(speaks);
        voices.extend(others.map(|assignment| {
            let people = assignment.owners.iter().map(|who| who.as_ref());
            Heard::of(assignment.place.clone(), people, membership)
        }));
        let follows = voices.iter().position(|heard| !heard.voice.names.is_empty())?;
        let first = voices.get(follows)?;
        let differing = || voices.iter().enumerate().filter(|(n, heard)| *n != follows && heard.differs(first));
        let surely = differing().find(|(_, heard)| heard.surely_differs(first));
        let (_, other) = surely.or_else(|| differing().next())?;
        Some(Disagreement {
            follows: first.voice.clone(),
            other: other.voice.clone(),
            certain: other.surely_differs(first),
        })
    }
}

/// A voice, and everybody it is known to mean.
struct Heard {
    voice: Voice,
    /// Logins, addresses and the last parts of teams, in lower case.
    people: BTreeSet<String>,
    anyone: bool,
    /// A team or a role whose members nobody here knows is among them.
    open: bool,
    logins: bool,
    addresses: bool,
}

impl Heard {
    fn of<'p>(place: Place, names: impl Iterator<Item = &'p Principal>, membership: &Membership) -> Self {
        let voice = Voice { place, names: Vec::new() };
        let (anyone, open, logins, addresses) = (false, false, false, false);
        let mut heard = Self { voice, people: BTreeSet::new(), anyone, open, logins, addresses };
        let mut shown: BTreeSet<&str> = BTreeSet::new();
        for name in names {
            if shown.insert(name.as_str()) {
                heard.voice.names.push(name.as_str().to_owned());
            }
            // A team is known by its last part: `@pay` of the matrix is `@acme/pay` of CODEOWNERS.
            heard.people.insert(name.team_slug().map_or_else(|| name.bare().to_lowercase(), str::to_owned));
            let members = membership.people(name);
            heard.anyone |= name.kind() == PrincipalKind::Anyone;
            heard.open |= members.is_none();
            for person in members.into_iter().flatten() {
                heard.logins |= person.kind() == PrincipalKind::User;
                heard.addresses |= person.kind() == PrincipalKind::Email;
                heard.people.insert(person.bare().to_lowercase());
            }
        }
        heard
    }

    fn differs(&self, other: &Self) -> bool {
        !self.anyone && !other.anyone && self.people.is_disjoint(&other.people)
    }

    fn surely_differs(&self, other: &Self) -> bool {
        let comparable = (self.logins && other.logins) || (self.addresses && other.addresses);
        self.differs(other) && (self.people.is_empty() || (!self.open && !other.open && comparable))
    }
}
