//! Two sources that name nobody in common for one path.

use super::{Assignment, OwnershipAnswer};
use crate::model::{Membership, Principal, PrincipalKind};
use std::collections::BTreeSet;

/// Two sources that cannot both be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Disagreement {
    /// The one the answer follows.
    pub follows: Voice,
    /// The other.
    pub other: Voice,
}

/// What one source says, for people.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Voice {
    /// Where: file and line.
    pub place: crate::model::Place,
    /// Whom it names; empty where it clears the path.
    pub names: Vec<String>,
}

impl OwnershipAnswer<'_> {
    /// The first source that names nobody whom the source of the row names, if there is one. A team whose members are
    /// unknown is only itself. Sections of GitLab stand by themselves and disagree with nobody.
    pub fn disagreement(&self, membership: &Membership) -> Option<Disagreement> {
        let assignments = self.assignments();
        let mut voices: Vec<(Voice, BTreeSet<String>)> = Vec::new();
        if let Some(row) = self.row {
            let people = row.responsible.iter().chain(&row.accountable).chain(&row.alternate).chain(&row.supports);
            voices.push(heard(row.place.clone(), people, membership));
        }
        let speaks = |assignment: &&Assignment<'_>| !assignment.owners.is_empty() || assignment.clears();
        let others = assignments.iter().filter(|assignment| assignment.section.is_none()).filter(speaks);
        voices.extend(others.map(|assignment| of(assignment, membership)));
        let follows = voices.iter().position(|(voice, _)| !voice.names.is_empty())?;
        let (first, people) = voices.get(follows)?;
        let anyone = |set: &BTreeSet<String>| set.contains(ANYONE);
        let differs = |set: &BTreeSet<String>| !anyone(set) && !anyone(people) && set.is_disjoint(people);
        let other = voices.iter().enumerate().find(|(n, (_, set))| *n != follows && differs(set));
        other.map(|(_, (voice, _))| Disagreement { follows: first.clone(), other: voice.clone() })
    }
}

const ANYONE: &str = "*";

fn of(assignment: &Assignment<'_>, membership: &Membership) -> (Voice, BTreeSet<String>) {
    let people = assignment.owners.iter().map(|who| who.as_ref());
    heard(assignment.place.clone(), people, membership)
}

fn heard<'p>(
    place: crate::model::Place,
    names: impl Iterator<Item = &'p Principal>,
    membership: &Membership,
) -> (Voice, BTreeSet<String>) {
    let mut shown: Vec<String> = Vec::new();
    let mut people = BTreeSet::new();
    for name in names {
        if !shown.iter().any(|known| known == name.as_str()) {
            shown.push(name.as_str().to_owned());
        }
        if name.kind() == PrincipalKind::Anyone {
            people.insert(ANYONE.to_owned());
        }
        // A team is known by its last part: `@pay` of the matrix is `@acme/pay` of CODEOWNERS.
        people.insert(name.team_slug().map_or_else(|| name.bare().to_lowercase(), str::to_owned));
        people.extend(membership.people(name).into_iter().flatten().map(|person| person.bare().to_lowercase()));
    }
    (Voice { place, names: shown }, people)
}
