//! The frozen decision document, version 1. Other tools build on it: its names never change, it only grows.
//!
//! These records are the document; the model may change without it. `schemas/decision.schema.json` describes every key, and
//! a test holds the two together.

mod file;

use super::harmless::Harmless;
use super::leaned_on::{AttachmentRecord, UsedRecord};
use crate::model::{Ask, Attachment, Decision, Finding, Level, Obligation, Place, Principal, UsedException};
use file::FileRecord;

pub(super) use file::exact_bytes;
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// Writes the document, file by file, and a line end.
pub(super) fn write(decision: &Decision, out: &mut impl Write) -> io::Result<()> {
    write_document(&Document::of(decision), out)
}

/// Writes any document the way all of ours are written: indented by two, exact when read back, harmless in a log.
pub(super) fn write_document(document: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Harmless::new());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    class: &'static str,
    verdict: &'static str,
    automatic: bool,
    template: Option<&'a str>,
    risk: &'static str,
    base: Option<&'a str>,
    head: Option<&'a str>,
    environment: &'a str,
    evaluated_at: String,
    reasons: Each<'a, Finding>,
    block: Each<'a, Finding>,
    findings: Each<'a, Finding>,
    required: Each<'a, Level>,
    missing: Vec<&'a str>,
    ask: Each<'a, Ask>,
    ask_is_smallest: bool,
    obligations: Each<'a, Obligation>,
    next: &'a [String],
    why_not: Vec<WhyNot<'a>>,
    split: &'a [String],
    files: Files<'a>,
    stats: Stats<'a>,
    exceptions: Each<'a, UsedException>,
    evidence: Each<'a, Attachment>,
    digests: Digests<'a>,
}

impl<'a> Document<'a> {
    fn of(decision: &'a Decision) -> Self {
        Self {
            version: 1,
            class: decision.class.as_str(),
            verdict: decision.verdict().as_str(),
            automatic: decision.automatic(),
            template: decision.template.as_deref(),
            risk: decision.risk.as_str(),
            base: decision.base.as_ref().map(|id| id.0.as_str()),
            head: decision.head.as_ref().map(|id| id.0.as_str()),
            environment: &decision.environment,
            evaluated_at: decision.evaluated_at.to_string(),
            reasons: Each(&decision.reasons),
            block: Each(&decision.block),
            findings: Each(&decision.findings),
            required: Each(&decision.required),
            missing: decision.missing().map(|level| level.level.as_str()).collect(),
            ask: Each(&decision.ask),
            ask_is_smallest: decision.ask_is_smallest,
            obligations: Each(&decision.obligations),
            next: &decision.next,
            why_not: decision
                .why_not
                .iter()
                .map(|(class, reasons)| WhyNot { class: class.as_str(), reasons: Each(reasons) })
                .collect(),
            split: &decision.split,
            files: Files(decision),
            stats: Stats::of(decision),
            exceptions: Each(&decision.exceptions),
            evidence: Each(&decision.attachments),
            digests: Digests {
                policy: &decision.digests.policy,
                ownership: &decision.digests.ownership,
                controls: &decision.digests.controls,
                diff: &decision.digests.diff,
                facts: &decision.digests.facts,
                outcomes: &decision.digests.outcomes,
            },
        }
    }
}

/// A list whose records are made one at a time, as they are written.
struct Each<'a, T>(&'a [T]);

impl<'a, T> Serialize for Each<'a, T>
where
    T: Recorded<'a>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(T::record))
    }
}

/// A noun with its record in the document.
trait Recorded<'a>: 'a {
    type Record: Serialize;
    fn record(&'a self) -> Self::Record;
}

#[derive(Serialize)]
pub(super) struct FindingRecord<'a> {
    code: &'a str,
    severity: &'static str,
    msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    paths: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<PlaceRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

impl<'a> Recorded<'a> for Finding {
    type Record = FindingRecord<'a>;

    fn record(&'a self) -> FindingRecord<'a> {
        FindingRecord::of(self)
    }
}

impl<'a> FindingRecord<'a> {
    pub(super) fn of(finding: &'a Finding) -> Self {
        Self {
            code: &finding.code,
            severity: finding.severity.as_str(),
            msg: &finding.msg,
            path: finding.paths.first().map(String::as_str),
            line: finding.line,
            paths: &finding.paths,
            rule: finding.rule.as_ref().map(PlaceRecord::of),
            help: finding.help.as_deref(),
            url: finding.url.as_deref(),
        }
    }
}

/// A rule's place; a line that is not known is left out.
#[derive(Serialize)]
pub(super) struct PlaceRecord<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

impl<'a> PlaceRecord<'a> {
    pub(super) fn of(place: &'a Place) -> Self {
        Self { file: &place.file, line: (place.line > 0).then_some(place.line) }
    }
}

#[derive(Serialize)]
struct LevelRecord<'a> {
    level: &'a str,
    min: u32,
    eligible: Vec<&'a str>,
    have: Vec<&'a str>,
    met: bool,
    stand_in: bool,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<PlaceRecord<'a>>,
}

impl<'a> Recorded<'a> for Level {
    type Record = LevelRecord<'a>;

    fn record(&'a self) -> LevelRecord<'a> {
        let names = |people: &'a [Principal]| people.iter().map(Principal::as_str).collect();
        LevelRecord {
            level: &self.level,
            min: self.min,
            eligible: names(&self.eligible),
            have: names(&self.have),
            met: self.met,
            stand_in: self.stand_in,
            why: &self.why,
            contact: self.contact.as_deref(),
            rule: self.rule.as_ref().map(PlaceRecord::of),
        }
    }
}

#[derive(Serialize)]
struct AskRecord<'a> {
    who: &'a str,
    people: u32,
    levels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'a str>,
    instead: Vec<&'a str>,
}

impl<'a> Recorded<'a> for Ask {
    type Record = AskRecord<'a>;

    fn record(&'a self) -> AskRecord<'a> {
        AskRecord {
            who: self.who.as_str(),
            people: self.people,
            levels: &self.levels,
            contact: self.contact.as_deref(),
            instead: self.instead.iter().map(Principal::as_str).collect(),
        }
    }
}

#[derive(Serialize)]
struct ObligationRecord<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_in_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg: Option<&'a str>,
    paths: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<PlaceRecord<'a>>,
}

impl<'a> Recorded<'a> for Obligation {
    type Record = ObligationRecord<'a>;

    fn record(&'a self) -> ObligationRecord<'a> {
        ObligationRecord {
            kind: &self.kind,
            due_in_days: self.due_in_days,
            due: self.due.map(|day| day.date()),
            msg: self.msg.as_deref(),
            paths: &self.paths,
            rule: self.rule.as_ref().map(PlaceRecord::of),
        }
    }
}

impl<'a> Recorded<'a> for UsedException {
    type Record = UsedRecord<'a>;

    fn record(&'a self) -> UsedRecord<'a> {
        UsedRecord::of(self)
    }
}

impl<'a> Recorded<'a> for Attachment {
    type Record = AttachmentRecord<'a>;

    fn record(&'a self) -> AttachmentRecord<'a> {
        AttachmentRecord::of(self)
    }
}

#[derive(Serialize)]
struct WhyNot<'a> {
    class: &'static str,
    reasons: Each<'a, Finding>,
}

struct Files<'a>(&'a Decision);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let template = self.0.template.as_deref();
        serializer.collect_seq(self.0.files.iter().map(|file| FileRecord::of(file, template)))
    }
}

#[derive(Serialize)]
struct Stats<'a> {
    files: u64,
    additions: u64,
    deletions: u64,
    files_in_scope: u64,
    lines_in_scope: u64,
    truncated: bool,
    truncated_because: &'a [String],
}

impl<'a> Stats<'a> {
    fn of(decision: &'a Decision) -> Self {
        Self {
            files: decision.stats.files,
            additions: decision.stats.additions,
            deletions: decision.stats.deletions,
            files_in_scope: decision.stats.files_in_scope,
            lines_in_scope: decision.stats.lines_in_scope,
            truncated: !decision.truncated.is_empty(),
            truncated_because: &decision.truncated,
        }
    }
}

#[derive(Serialize)]
struct Digests<'a> {
    policy: &'a str,
    ownership: &'a str,
    controls: &'a str,
    diff: &'a str,
    facts: &'a str,
    outcomes: &'a str,
}
