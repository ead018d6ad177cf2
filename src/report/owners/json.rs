//! The document of `owners --format json`: a frozen record, version 1. Grow it by adding.

use super::{escalation, is_owned, paths};
use crate::model::{
    Asked, Assignment, Disagreement, Duty, Escalation, Letter, Membership, OwnershipAnswer, PathRow, Place, Principal,
    Question, RepoPath, Row, Voice, people_of,
};
use crate::report::json::{exact_bytes, write_document};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(super) fn write(asked: &Asked, out: &mut impl Write) -> io::Result<()> {
    let (who, duties) = match &asked.question {
        Question::Mine(who, duties) => (Some(who.as_str()), Some(duties.iter().map(duty).collect())),
        Question::Paths(_) | Question::Listed(_) | Question::Tree(_) | Question::Unowned(_) => (None, None),
    };
    let rows = asked.ownership.matrix().into_iter().flat_map(|matrix| &matrix.rows);
    write_document(
        &Document {
            version: 1,
            revision: asked.commit.as_ref().map(|commit| commit.0.as_str()),
            state: &asked.state,
            escalation: escalation(asked).map(escalated),
            rows: rows.map(|of| (of.id.as_str(), row(asked, of))).collect(),
            paths: Paths(asked),
            who,
            duties,
            findings: asked.noticed.iter().map(finding).collect(),
        },
        out,
    )
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    revision: Option<&'a str>,
    state: &'a str,
    escalation: Option<Escalated<'a>>,
    /// The rows of the matrix, by id.
    rows: BTreeMap<&'a str, RowRecord<'a>>,
    paths: Paths<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duties: Option<Vec<DutyRecord<'a>>>,
    findings: Vec<FindingRecord<'a>>,
}

#[derive(Serialize)]
struct Escalated<'a> {
    owner: &'a str,
    contact: Option<&'a str>,
    acknowledge_within: Option<String>,
    resolve_within: Option<String>,
    next: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    who: &'a str,
    after: Option<String>,
    contact: Option<&'a str>,
}

#[derive(Serialize)]
struct RowRecord<'a> {
    kind: &'static str,
    purpose: Option<&'a str>,
    tier: Option<u8>,
    responsible: Vec<&'a str>,
    approvals: u32,
    accountable: Vec<&'a str>,
    supports: Vec<&'a str>,
    consulted: Vec<&'a str>,
    informed: Vec<&'a str>,
    director: Vec<&'a str>,
    alternate: Vec<&'a str>,
    contact: Option<&'a str>,
    review_by: Option<String>,
    place: String,
}

#[derive(Serialize)]
struct PathRecord<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    exists: bool,
    owned: &'static str,
    rows: Vec<PathRowRecord<'a>>,
    sources: Vec<SourceRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disagreement: Option<DisagreementRecord>,
}

#[derive(Serialize)]
struct DisagreementRecord {
    certain: bool,
    follows: VoiceRecord,
    other: VoiceRecord,
}

#[derive(Serialize)]
struct VoiceRecord {
    place: String,
    names: Vec<String>,
}

/// A row as it is for one path: whoever joins it there is among the responsible and the consulted.
#[derive(Serialize)]
struct PathRowRecord<'a> {
    id: String,
    responsible: Vec<String>,
    accountable: Vec<String>,
    consulted: Vec<String>,
    approvals: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'a str>,
    place: String,
}

#[derive(Serialize)]
struct SourceRecord<'a> {
    dialect: &'static str,
    file: String,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    section: Option<&'a str>,
    owners: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviewers: Vec<String>,
    approvals: u32,
    optional: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartRecord>,
}

#[derive(Serialize)]
struct PartRecord {
    file: String,
    line: u32,
    owners: Vec<String>,
}

#[derive(Serialize)]
struct DutyRecord<'a> {
    name: &'a str,
    about: Option<&'a str>,
    letters: Vec<&'static str>,
    via: Vec<&'a str>,
    purpose: Option<&'a str>,
    tier: Option<u8>,
    contact: Option<&'a str>,
    files: u64,
    place: String,
}

#[derive(Serialize)]
struct FindingRecord<'a> {
    code: &'a str,
    severity: &'static str,
    msg: &'a str,
    path: Option<&'a String>,
    line: Option<u32>,
    help: Option<&'a str>,
}

struct Paths<'a>(&'a Asked);

impl Serialize for Paths<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Question::Listed(list) = &self.0.question {
            return serializer.collect_seq(list.iter().map(|path| record(self.0, &path, true)));
        }
        let unowned = matches!(self.0.question, Question::Unowned(_));
        let wanted = paths(self.0).into_iter().filter(|(path, _)| !unowned || !is_owned(self.0, path));
        serializer.collect_seq(wanted.map(|(path, exists)| record(self.0, path, exists)))
    }
}

fn record<'a>(asked: &'a Asked, path: &RepoPath, exists: bool) -> PathRecord<'a> {
    let answer: OwnershipAnswer<'a> = asked.ownership.of(path);
    let (owned, rows) = asked.rows(&answer);
    PathRecord {
        path: path.quoted(),
        path_bytes: exact_bytes(path),
        exists,
        owned: owned.as_str(),
        rows: rows.iter().map(|row| path_row(asked, row)).collect(),
        sources: answer.assignments().into_iter().map(source).collect(),
        disagreement: answer.disagreement(&Membership::of(asked.ownership.matrix())).map(disagreement),
    }
}

fn disagreement(found: Disagreement) -> DisagreementRecord {
    let voice = |voice: Voice| VoiceRecord { place: voice.place.to_string(), names: voice.names };
    DisagreementRecord { certain: found.certain, follows: voice(found.follows), other: voice(found.other) }
}

fn path_row<'a>(asked: &'a Asked, row: &PathRow<'a>) -> PathRowRecord<'a> {
    let people = people_of(&asked.ownership, row);
    let of = |wanted: Letter| {
        let found = people.iter().filter(|(letter, _)| *letter == wanted).flat_map(|(_, people)| people);
        found.map(|who| who.as_str().to_owned()).collect()
    };
    PathRowRecord {
        id: row.id.clone().into_owned(),
        responsible: of(Letter::Responsible),
        accountable: of(Letter::Accountable),
        consulted: of(Letter::Consulted),
        approvals: row.approvals,
        section: row.made_by.as_ref().and_then(|made| made.section),
        place: row.place().to_string(),
    }
}

fn source(assignment: Assignment<'_>) -> SourceRecord<'_> {
    let owned = |people: &[std::borrow::Cow<'_, Principal>]| people.iter().map(|who| who.as_str().to_owned()).collect();
    let part = |(place, people): (Place, Vec<std::borrow::Cow<'_, Principal>>)| PartRecord {
        file: place.file,
        line: place.line,
        owners: owned(&people),
    };
    SourceRecord {
        parts: assignment.parts.into_iter().map(part).collect(),
        dialect: assignment.dialect.as_str(),
        owners: owned(&assignment.owners),
        reviewers: owned(&assignment.reviewers),
        approvals: assignment.approvals,
        optional: assignment.optional,
        labels: assignment.labels,
        pattern: assignment.pattern,
        section: assignment.section,
        file: assignment.place.file,
        line: assignment.place.line,
    }
}

fn row<'a>(asked: &'a Asked, row: &'a Row) -> RowRecord<'a> {
    let spelled = |people: &'a [Principal]| people.iter().map(Principal::as_str).collect();
    let of_team = || row.responsible.iter().find_map(|who| asked.ownership.matrix()?.team(who)?.director.as_ref());
    RowRecord {
        kind: row.kind.as_str(),
        purpose: row.purpose.as_deref(),
        tier: row.tier,
        responsible: spelled(&row.responsible),
        approvals: row.approvals,
        accountable: spelled(&row.accountable),
        supports: spelled(&row.supports),
        consulted: spelled(&row.consulted),
        informed: spelled(&row.informed),
        director: row.director.as_ref().or_else(of_team).into_iter().map(Principal::as_str).collect(),
        alternate: spelled(&row.alternate),
        contact: row.contact.as_deref(),
        review_by: row.review_by.map(|day| day.to_string()),
        place: row.place.to_string(),
    }
}

fn escalated(escalation: &Escalation) -> Escalated<'_> {
    Escalated {
        owner: escalation.owner.as_str(),
        contact: escalation.contact.as_deref(),
        acknowledge_within: escalation.acknowledge_within.map(|span| span.to_string()),
        resolve_within: escalation.resolve_within.map(|span| span.to_string()),
        next: escalation
            .next
            .iter()
            .map(|next| Step {
                who: next.who.as_str(),
                after: next.after.map(|span| span.to_string()),
                contact: next.contact.as_deref(),
            })
            .collect(),
    }
}

fn duty(duty: &Duty) -> DutyRecord<'_> {
    DutyRecord {
        name: &duty.name,
        about: duty.about.as_deref(),
        letters: duty.letters.iter().map(|letter| letter.as_str()).collect(),
        via: duty.via.iter().map(Principal::as_str).collect(),
        purpose: duty.purpose.as_deref(),
        tier: duty.tier,
        contact: duty.contact.as_deref(),
        files: duty.files,
        place: duty.place.to_string(),
    }
}

fn finding(finding: &crate::model::Finding) -> FindingRecord<'_> {
    FindingRecord {
        code: &finding.code,
        severity: finding.severity.as_str(),
        msg: &finding.msg,
        path: finding.paths.first(),
        line: finding.line,
        help: finding.help.as_deref(),
    }
}
