//! People and teams: is everybody known who is named, is somebody named who has left, who carries how much?

use super::ground::{Ground, matrix_file};
use super::said::{Said, some_of};
use crate::model::{Matrix, Place, Principal, Row};
use std::collections::{BTreeMap, BTreeSet};

/// Rows for which somebody must be accountable before it is told that they are responsible for none.
const SEVERAL: usize = 2;

/// One place that names somebody.
struct Mention<'e> {
    who: &'e Principal,
    place: Place,
    /// Where, for people: `row payments (responsible)`.
    by: String,
    /// In the matrix or the configuration. Whom another file names the forge knows, and it may know more than we.
    ours: bool,
}

pub(super) fn lints(ground: &Ground<'_>) -> Vec<Said> {
    let mentions = mentions(ground);
    let mut found = strangers(ground, &mentions);
    found.extend(teams(ground, &mentions));
    found.extend(loads(ground));
    found
}

/// Everybody whom any file names.
fn mentions<'g>(ground: &'g Ground<'_>) -> Vec<Mention<'g>> {
    let mut all = Vec::new();
    let mut say = |who: &'g Principal, place: &Place, by: String| {
        all.push(Mention { who, place: place.clone(), by, ours: true });
    };
    if let Some(matrix) = ground.matrix() {
        for row in &matrix.rows {
            for (letter, who) in letters(row) {
                say(who, &row.place, format!("row {} ({letter})", row.id));
            }
        }
        for (name, team) in &matrix.teams {
            team.members.iter().for_each(|who| say(who, &team.place, format!("team {name}")));
            team.director.iter().for_each(|who| say(who, &team.place, format!("team {name} (director)")));
        }
        if let Some(escalation) = &matrix.escalation {
            say(&escalation.owner, &matrix_file(), "escalation".to_owned());
            escalation.next.iter().for_each(|step| say(&step.who, &matrix_file(), "escalation (next)".to_owned()));
        }
    }
    let config = &ground.evidence.config;
    let file = Place { file: ".changeward/config.toml".to_owned(), line: 0 };
    let calendars = config.calendars.iter().flat_map(|calendar| &calendar.approvers);
    let authorities = config.control_owners.iter().chain(&config.change_authority).chain(&config.emergency_submitters);
    authorities.chain(calendars).for_each(|who| say(who, &file, "config.toml".to_owned()));
    all.extend(of_others(ground));
    all
}

/// Everybody whom a file beside the matrix names.
fn of_others<'g>(ground: &'g Ground<'_>) -> Vec<Mention<'g>> {
    let mut all = Vec::new();
    let mut say = |who: &'g Principal, place: &Place, by: String| {
        all.push(Mention { who, place: place.clone(), by, ours: false });
    };
    if let Some(codeowners) = &ground.evidence.ownership.sources.codeowners {
        for rule in &codeowners.rules {
            let place = Place { file: codeowners.path.quoted(), line: rule.line };
            rule.owners.iter().for_each(|who| say(who, &place, format!("{} {}", place.file, rule.pattern.source())));
        }
    }
    let mut seen = BTreeSet::new();
    for said in ground.groups.iter().flat_map(|group| &group.answer.others) {
        for who in said.owners.iter().chain(&said.reviewers) {
            if seen.insert((&said.place, who.as_ref())) {
                say(who.as_ref(), &said.place, super::ground::of_assignment(said));
            }
        }
    }
    all
}

/// Everybody a row names, with their part.
fn letters(row: &Row) -> impl Iterator<Item = (&'static str, &Principal)> {
    let lists = [
        ("responsible", &row.responsible),
        ("accountable", &row.accountable),
        ("supports", &row.supports),
        ("consulted", &row.consulted),
        ("informed", &row.informed),
        ("alternate", &row.alternate),
    ];
    let all = lists.into_iter().flat_map(|(letter, names)| names.iter().map(move |who| (letter, who)));
    all.chain(row.director.iter().map(|who| ("director", who)))
}

/// People and teams nobody knows, and people who have left.
fn strangers(ground: &Ground<'_>, mentions: &[Mention<'_>]) -> Vec<Said> {
    let mut unknown: BTreeMap<&Principal, Vec<&Mention<'_>>> = BTreeMap::new();
    let mut departed: BTreeMap<Principal, Vec<&Mention<'_>>> = BTreeMap::new();
    for mention in mentions {
        if ground.directory.about(mention.who).is_some_and(|person| person.left) {
            departed.entry(ground.directory.person(mention.who)).or_default().push(mention);
        } else if mention.ours && !ground.directory.knows(mention.who) {
            unknown.entry(mention.who).or_default().push(mention);
        }
    }
    let told = |code, who: &Principal, what: &str, by: &[&Mention<'_>]| {
        let names: Vec<&str> = by.iter().map(|mention| mention.by.as_str()).collect();
        let said = Said::new(code, who.as_str(), format!("{who} {what}: {}", some_of(&names))).count(by.len() as u64);
        by.first().map_or(said.clone(), |mention| said.at(&mention.place))
    };
    let kind = |who: &Principal| match ground.directory.is_team(who) {
        true => "is named, and `[teams]` does not know it",
        false => "is named, and neither `[teams]` nor `[people]` knows them",
    };
    let unknown = unknown.iter().map(|(who, by)| told("UNKNOWN_PRINCIPAL", who, kind(who), by));
    unknown.chain(departed.iter().map(|(who, by)| told("DEPARTED", who, "has left and is still named", by))).collect()
}

/// Teams that answer for nothing, and teams without goals.
fn teams(ground: &Ground<'_>, mentions: &[Mention<'_>]) -> Vec<Said> {
    let named: BTreeSet<&str> =
        mentions.iter().filter_map(|mention| ground.directory.known_team(mention.who)).collect();
    let mut found = Vec::new();
    for (name, team) in ground.matrix().iter().flat_map(|matrix| &matrix.teams) {
        let subject = format!("team {name}");
        if !named.contains(name.as_str()) {
            let msg = format!("team `{name}` is known, and no row and no other file names it");
            found.push(Said::new("TEAM_WITHOUT_ROWS", &subject, msg).at(&team.place));
        }
        if team.goals.is_none() {
            let msg = format!("team `{name}` does not say what it is measured by");
            found.push(Said::new("NO_TEAM_GOALS", &subject, msg).at(&team.place));
        }
    }
    found
}

/// What one name carries over all rows.
#[derive(Default)]
struct Load<'e> {
    accountable: Vec<&'e Row>,
    responsible: usize,
    first: Option<&'e Row>,
    /// Named as somebody who may be asked to approve.
    may_approve: bool,
}

/// Who carries too much, and who only stands in the matrix.
fn loads(ground: &Ground<'_>) -> Vec<Said> {
    let Some(matrix) = ground.matrix() else { return Vec::new() };
    let mut loads: BTreeMap<Principal, Load<'_>> = BTreeMap::new();
    for row in &matrix.rows {
        for (letter, who) in letters(row) {
            let load = loads.entry(ground.directory.person(who)).or_default();
            load.first.get_or_insert(row);
            match letter {
                "accountable" => load.accountable.push(row),
                "responsible" => load.responsible += 1,
                "alternate" | "director" => load.may_approve = true,
                _ => {}
            }
        }
    }
    loads.iter().flat_map(|(who, load)| weigh(ground, matrix, who, load)).collect()
}

fn weigh(ground: &Ground<'_>, matrix: &Matrix, who: &Principal, load: &Load<'_>) -> Vec<Said> {
    let mut found = Vec::new();
    let answers_for = load.accountable.len();
    let rows: Vec<&str> = load.accountable.iter().map(|row| row.id.as_str()).collect();
    let most = usize::try_from(ground.evidence.config.ownership.most_rows).unwrap_or(usize::MAX);
    let place = load.first.map(|row| row.place.clone()).unwrap_or_default();
    let said = |code, msg: String| Said::new(code, who.as_str(), msg).at(&place);
    if answers_for > most {
        let msg = format!("{who} is accountable for {answers_for} rows, and {most} are the most: {}", some_of(&rows));
        found.push(said("OVERLOADED", msg).count(answers_for as u64));
    }
    // Whoever is responsible as a member of a team is responsible.
    let member_of = |name: &Principal| ground.directory.membership.members(name).is_some_and(|all| all.contains(who));
    let works = load.responsible > 0 || matrix.rows.iter().flat_map(|row| &row.responsible).any(member_of);
    if answers_for >= SEVERAL && !works {
        let msg = format!("{who} is accountable for {answers_for} rows and responsible for none: {}", some_of(&rows));
        found.push(said("ONLY_ACCOUNTABLE", msg));
    }
    if answers_for == 0 && !works && !load.may_approve {
        let msg = format!("{who} is named in rows, but does the work of none and answers for none");
        found.push(said("NEITHER_R_NOR_A", msg));
    }
    found
}
