//! The data of the HTML page: what its search needs, as JSON in a script element.
//!
//! It is part of one page and read by the script of that page only, so its keys are short and may change. Names are written
//! once and meant by their number.

use super::lists;
use crate::model::{Letter, PathAnswer, PathNode, Principal, PrincipalKind, RepoPath, Roster, RosterRow};
use crate::report::escape_html::{link, script_json};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;
use std::collections::HashMap;
use std::io::{self, Write};

/// Writes the data.
pub(super) fn write(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    let mut names = Names::new(roster);
    let data = Data {
        rows: roster.rows.iter().map(|row| RowData::of(row, &mut names)).collect(),
        teams: roster.teams.iter().map(|team| TeamData::of(team, &mut names)).collect(),
        people: roster.people.iter().map(|person| PersonData::of(person, &mut names)).collect(),
        escalation: escalation(roster, &mut names),
        answers: roster.answers.iter().map(|answer| AnswerData::of(answer, roster, &mut names)).collect(),
        paths: Node(&roster.paths),
        names: names.list,
    };
    let mut serializer = serde_json::Serializer::with_formatter(out, Inert);
    data.serialize(&mut serializer)?;
    Ok(())
}

#[derive(Serialize)]
struct Data<'a> {
    names: Vec<NameData>,
    rows: Vec<RowData<'a>>,
    teams: Vec<TeamData<'a>>,
    people: Vec<PersonData<'a>>,
    escalation: Vec<StepData<'a>>,
    answers: Vec<AnswerData>,
    paths: Node<'a>,
}

/// A name, and whose it is: `["@bob", "person", 3]`.
#[derive(Serialize)]
struct NameData(String, &'static str, Option<usize>);

struct Names {
    list: Vec<NameData>,
    known: HashMap<String, usize>,
    teams: HashMap<String, usize>,
    people: HashMap<String, usize>,
}

impl Names {
    fn new(roster: &Roster) -> Self {
        let teams = roster.teams.iter().enumerate().map(|(n, team)| (team.name.clone(), n)).collect();
        let people = roster.people.iter().enumerate().map(|(n, person)| (person.who.key().to_owned(), n)).collect();
        Self { list: Vec::new(), known: HashMap::new(), teams, people }
    }

    fn number(&mut self, who: &Principal) -> usize {
        if let Some(known) = self.known.get(who.as_str()) {
            return *known;
        }
        let slug = who.team_slug().unwrap_or_else(|| who.key().trim_start_matches('@'));
        let team = self.teams.get(slug).filter(|_| matches!(who.kind(), PrincipalKind::User | PrincipalKind::Team));
        let (kind, at) = match (team, self.people.get(who.key())) {
            (Some(team), _) => ("team", Some(*team)),
            (None, Some(person)) => ("person", Some(*person)),
            (None, None) => ("", None),
        };
        self.list.push(NameData(who.as_str().to_owned(), kind, at));
        self.known.insert(who.as_str().to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }

    fn numbers(&mut self, people: &[Principal]) -> Vec<usize> {
        people.iter().map(|who| self.number(who)).collect()
    }
}

/// Where to reach somebody: the words, and where they lead if they are a link.
#[derive(Serialize)]
struct Contact<'a>(&'a str, Option<String>);

fn contact(text: Option<&str>) -> Option<Contact<'_>> {
    text.map(|text| Contact(text, link(text)))
}

#[derive(Serialize)]
struct RowData<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'static str>,
    scope: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<u8>,
    /// One list for each of `RosterRow::LETTERS`, without empty ones at the end.
    parts: Vec<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approvals: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

impl<'a> RowData<'a> {
    fn of(row: &'a RosterRow, names: &mut Names) -> Self {
        let mut parts: Vec<Vec<usize>> =
            RosterRow::LETTERS.iter().map(|letter| names.numbers(row.people(*letter))).collect();
        while parts.pop_if(|last| last.is_empty()).is_some() {}
        Self {
            id: &row.id,
            file: row.dialect.map(crate::model::Dialect::as_str),
            scope: &row.scope,
            purpose: row.purpose.as_deref(),
            tier: row.tier,
            parts,
            approvals: (row.approvals > 1).then_some(row.approvals),
            contact: contact(row.contact.as_deref()),
            review: row.review_by.map(crate::model::Moment::date),
            place: (!row.place.file.is_empty()).then(|| row.place.to_string()),
        }
    }
}

#[derive(Serialize)]
struct TeamData<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    director: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goals: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact<'a>>,
    rows: Vec<PartData>,
}

/// A row and the parts in it: `[3, "R A"]`.
#[derive(Serialize)]
struct PartData(usize, String);

fn parts(parts: &[crate::model::Part]) -> Vec<PartData> {
    let letters = |letters: &[Letter]| letters.iter().map(|letter| letter.as_str()).collect::<Vec<_>>().join(" ");
    parts.iter().map(|part| PartData(part.row, letters(&part.letters))).collect()
}

impl<'a> TeamData<'a> {
    fn of(team: &'a crate::model::RosterTeam, names: &mut Names) -> Self {
        Self {
            name: &team.name,
            members: team.members.as_ref().map(|members| names.numbers(members)),
            director: team.director.as_ref().map(|who| names.number(who)),
            goals: team.goals.as_deref(),
            contact: contact(team.contact.as_deref()),
            rows: parts(&team.rows),
        }
    }
}

#[derive(Serialize)]
struct PersonData<'a> {
    who: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    rows: Vec<PartData>,
    teams: &'a [usize],
    /// From and until, in seconds; the page knows the day it is read on.
    away: Vec<(Option<i64>, Option<i64>, String)>,
    left: bool,
}

impl<'a> PersonData<'a> {
    fn of(person: &'a crate::model::RosterPerson, names: &mut Names) -> Self {
        let unix = |moment: Option<crate::model::Moment>| moment.map(crate::model::Moment::unix);
        Self {
            who: names.number(&person.who),
            name: person.name.as_deref(),
            rows: parts(&person.rows),
            teams: &person.teams,
            away: person.away.iter().map(|away| (unix(away.from), unix(away.until), lists::away(away))).collect(),
            left: person.left,
        }
    }
}

#[derive(Serialize)]
struct StepData<'a>(usize, Option<Contact<'a>>, String);

fn escalation<'a>(roster: &'a Roster, names: &mut Names) -> Vec<StepData<'a>> {
    let steps = roster.escalation.as_ref().map(lists::steps).unwrap_or_default();
    steps.into_iter().map(|step| StepData(names.number(step.who), contact(step.contact), step.when)).collect()
}

/// An answer: the state, each row with who joins it, the lines that say so where they are not only the row's own, and where
/// two of them name nobody in common, what they say.
#[derive(Serialize)]
struct AnswerData(
    &'static str,
    Vec<AnswerRowData>,
    Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")] Option<String>,
);

/// A row: its number; then, where they are not the row's own, the responsible, the consulted, the number of approvals and
/// the line that says so.
#[derive(Serialize)]
struct AnswerRowData(usize, Option<Vec<usize>>, Option<Vec<usize>>, Option<u32>, Option<String>);

impl AnswerData {
    fn of(answer: &PathAnswer, roster: &Roster, names: &mut Names) -> Self {
        let rows = answer.rows.iter().map(|row| {
            let of = roster.rows.get(row.row);
            let mut unlike = |own: Option<&Vec<Principal>>, here: &[Principal]| {
                (own.map(Vec::as_slice) != Some(here)).then(|| names.numbers(here))
            };
            AnswerRowData(
                row.row,
                unlike(of.map(|of| &of.responsible), &row.responsible),
                unlike(of.map(|of| &of.consulted), &row.consulted),
                (of.map(|of| of.approvals) != Some(row.approvals)).then_some(row.approvals),
                (of.map(|of| &of.place) != Some(&row.place)).then(|| row.place.to_string()),
            )
        });
        let rows: Vec<_> = rows.collect();
        let told = answer.rows.iter().map(|row| &row.place);
        let is_told = !answer.rows.is_empty() && told.eq(&answer.places);
        let places = answer.places.iter().filter(|_| !is_told).map(ToString::to_string).collect();
        Self(answer.state.as_str(), rows, places, answer.disagreement.as_ref().map(lists::disagreement))
    }
}

/// A file, or a directory with one answer, is its number; any other directory the number of what is not listed (a list of
/// numbers where it depends on how deep that is) and an object of what is.
struct Node<'a>(&'a PathNode);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            PathNode::Same(answer) => serializer.serialize_u64(*answer as u64),
            PathNode::Mixed { unlisted, inside } => {
                let mut pair = serializer.serialize_seq(Some(2))?;
                match unlisted.as_slice() {
                    [everywhere] => pair.serialize_element(everywhere)?,
                    levels => pair.serialize_element(levels)?,
                }
                pair.serialize_element(&Inside(inside))?;
                pair.end()
            }
        }
    }
}

struct Inside<'a>(&'a std::collections::BTreeMap<Box<[u8]>, PathNode>);

impl Serialize for Inside<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, node) in self.0 {
            map.serialize_entry(&spelled(name), &Node(node))?;
        }
        map.end()
    }
}

/// A name as it is; one that is no text as git quotes it.
fn spelled(name: &[u8]) -> String {
    match (std::str::from_utf8(name), name.strip_suffix(b"/")) {
        (Ok(text), _) => text.to_owned(),
        (Err(_), Some(directory)) => format!("{}/", RepoPath::new(directory).quoted()),
        (Err(_), None) => RepoPath::new(name).quoted(),
    }
}

/// JSON without blanks, harmless inside a script element.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        script_json(writer, fragment)
    }
}
