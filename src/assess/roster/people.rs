//! The same rows, seen from the teams and the people they name.

use crate::model::{Letter, Matrix, Part, Principal, PrincipalKind, RosterPerson, RosterRow, RosterTeam, Team};
use std::collections::BTreeMap;

/// Every team the matrix knows, or a row or the escalation path names, by name.
pub(super) fn teams(matrix: Option<&Matrix>, rows: &[RosterRow]) -> Vec<RosterTeam> {
    let mut teams: BTreeMap<String, RosterTeam> = BTreeMap::new();
    for (name, team) in matrix.into_iter().flat_map(|matrix| &matrix.teams) {
        teams.insert(name.clone(), known(name, team));
    }
    for (at, row) in rows.iter().enumerate() {
        for letter in RosterRow::LETTERS {
            for name in row.people(letter).iter().filter_map(|who| team_name(matrix, who)) {
                let team = teams.entry(name.clone()).or_insert_with(|| known_by_name(name));
                add(&mut team.rows, at, letter);
            }
        }
    }
    for name in steps(matrix).filter_map(|who| team_name(matrix, who)) {
        teams.entry(name.clone()).or_insert_with(|| known_by_name(name));
    }
    teams.into_values().collect()
}

/// Who is on the escalation path.
fn steps(matrix: Option<&Matrix>) -> impl Iterator<Item = &Principal> {
    let escalation = matrix.and_then(|matrix| matrix.escalation.as_ref());
    escalation
        .into_iter()
        .flat_map(|first| std::iter::once(&first.owner).chain(first.next.iter().map(|step| &step.who)))
}

/// The name of the team somebody is, if they are one: `@acme/pay`, and `@pay` where the matrix has `[teams.pay]`.
fn team_name(matrix: Option<&Matrix>, who: &Principal) -> Option<String> {
    let described = || matrix.is_some_and(|matrix| matrix.team(who).is_some());
    match who.kind() {
        PrincipalKind::Team => who.team_slug().map(str::to_owned),
        PrincipalKind::User if described() => Some(who.bare().to_lowercase()),
        _ => None,
    }
}

fn known(name: &str, team: &Team) -> RosterTeam {
    RosterTeam {
        name: name.to_owned(),
        members: Some(team.members.clone()),
        director: team.director.clone(),
        goals: team.goals.clone(),
        contact: team.contact.clone(),
        rows: Vec::new(),
        place: Some(team.place.clone()),
    }
}

fn known_by_name(name: String) -> RosterTeam {
    RosterTeam { name, members: None, director: None, goals: None, contact: None, rows: Vec::new(), place: None }
}

/// Everybody who is named by a row, a team, the escalation path or `[people]`, by name.
pub(super) fn people(matrix: Option<&Matrix>, rows: &[RosterRow], teams: &[RosterTeam]) -> Vec<RosterPerson> {
    let mut people: BTreeMap<String, RosterPerson> = BTreeMap::new();
    let mut meet = |who: &Principal, meeting: &mut dyn FnMut(&mut RosterPerson)| {
        if team_name(matrix, who).is_some() || matches!(who.kind(), PrincipalKind::Anyone | PrincipalKind::Role) {
            return;
        }
        let of_matrix = || matrix.and_then(|matrix| matrix.person(who));
        let person = people.entry(who.bare().to_lowercase()).or_insert_with(|| RosterPerson {
            who: who.clone(),
            name: of_matrix().and_then(|person| person.name.clone()),
            rows: Vec::new(),
            teams: Vec::new(),
            away: of_matrix().map(|person| person.away.clone()).unwrap_or_default(),
            left: of_matrix().is_some_and(|person| person.left),
        });
        meeting(person);
    };
    for (at, row) in rows.iter().enumerate() {
        for letter in RosterRow::LETTERS {
            for who in row.people(letter) {
                meet(who, &mut |person| add(&mut person.rows, at, letter));
            }
        }
    }
    for (at, team) in teams.iter().enumerate() {
        for who in team.members.iter().flatten() {
            meet(who, &mut |person| person.teams.push(at));
        }
        team.director.iter().for_each(|who| meet(who, &mut |_| {}));
    }
    steps(matrix).for_each(|who| meet(who, &mut |_| {}));
    for login in matrix.into_iter().flat_map(|matrix| matrix.people.keys()) {
        meet(&Principal::login(login), &mut |_| {});
    }
    people.into_values().collect()
}

fn add(parts: &mut Vec<Part>, row: usize, letter: Letter) {
    match parts.last_mut() {
        Some(part) if part.row == row => {
            if !part.letters.contains(&letter) {
                part.letters.push(letter);
            }
        }
        _ => parts.push(Part { row, letters: vec![letter] }),
    }
}
