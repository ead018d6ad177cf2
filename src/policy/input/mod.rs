//! Facts to the document the rules see: `input`, version 1. A frozen record; grow it by adding.
//!
//! Arrays of files are long and loops over them dear, so what most rules ask is indexed beside them (`index`), and every
//! match of a path against something is already made. Its JSON Schema is `schemas/input.schema.json`.

mod claims;
mod evidence;
mod files;
mod schema;

use crate::model::{ChangeClass, Datum, Facts, Moment, Principal, PrincipalKind, Review, Span};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version of the input document.
const VERSION: u32 = 1;

/// The JSON text of the input document.
///
/// # Errors
/// None in practice: every value is text, a number or a list of them. Serialisation errors are passed on all the same.
pub fn input(facts: &Facts) -> Result<String, serde_json::Error> {
    serde_json::to_string(&record(facts, true)?)
}

/// The same without `files`, for policies that do not look at them (`Pack::reads_files`).
///
/// # Errors
/// As [`input`].
pub fn input_without_files(facts: &Facts) -> Result<String, serde_json::Error> {
    serde_json::to_string(&record(facts, false)?)
}

/// The JSON text of the input document, indented for people.
///
/// # Errors
/// As [`input`].
pub fn input_pretty(facts: &Facts) -> Result<String, serde_json::Error> {
    evidence::indented(&record(facts, true)?)
}

#[derive(Serialize)]
struct Input<'a> {
    version: u32,
    now: String,
    environment: &'a str,
    base: Option<&'a str>,
    head: Option<&'a str>,
    title: &'a str,
    body: &'a str,
    labels: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<files::File<'a>>>,
    index: files::Index,
    stats: Value,
    has_ownership: bool,
    rows: BTreeMap<&'a str, Value>,
    actors: Value,
    claims: Vec<Value>,
    claim: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<Value>,
    emergency: Value,
    templates: Vec<Value>,
    calendars: Vec<Value>,
    lockdowns: Vec<Value>,
    control: Value,
    change_authority: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalation: Option<Value>,
    approvals: Vec<Value>,
    checks: Vec<Value>,
    evidence: BTreeMap<&'a str, evidence::Evidence<'a>>,
    obligations: Value,
    risk: Value,
    exceptions: Vec<Value>,
    params: Value,
}

fn record(facts: &Facts, files: bool) -> Result<Input<'_>, serde_json::Error> {
    Ok(Input {
        version: VERSION,
        now: countable(facts.now),
        environment: &facts.environment,
        base: facts.base.as_ref().map(|id| id.0.as_str()),
        head: facts.head.as_ref().map(|id| id.0.as_str()),
        title: &facts.title,
        body: &facts.body,
        labels: &facts.labels,
        files: files.then(|| facts.files.iter().map(files::file).collect()),
        index: files::index(&facts.files),
        stats: stats(facts),
        has_ownership: facts.has_ownership,
        rows: rows(facts),
        actors: actors(facts),
        claims: facts.claims.iter().map(|one| claims::claim(one, facts)).collect(),
        claim: claims::claim_text(facts),
        incident: incident(facts),
        emergency: emergency(facts),
        templates: templates(facts),
        calendars: calendars(facts),
        lockdowns: lockdowns(facts),
        control: json!({
            "owners": names(&facts.control_owners),
            "reviews": facts.control_reviews.iter().map(review).collect::<Vec<_>>(),
        }),
        change_authority: json!({"who": names(&facts.change_authority)}),
        escalation: escalation(facts),
        approvals: approvals(facts),
        checks: checks(facts),
        evidence: evidence::evidence(facts)?,
        obligations: json!({"overdue_reviews": facts.overdue_reviews}),
        risk: risk(facts),
        exceptions: exceptions(facts),
        params: Value::Object(facts.config.params.iter().map(|(key, value)| (key.clone(), datum(value))).collect()),
    })
}

fn stats(facts: &Facts) -> Value {
    json!({
        "files": facts.stats.files,
        "additions": facts.stats.additions,
        "deletions": facts.stats.deletions,
        "files_in_scope": facts.stats.files_in_scope,
        "lines_in_scope": facts.stats.lines_in_scope,
        "truncated": !facts.truncated.is_empty(),
        "truncated_why": facts.truncated,
    })
}

fn review(review: &Review) -> Value {
    json!({"who": names(&review.who), "approvals": review.approvals})
}

fn rows(facts: &Facts) -> BTreeMap<&str, Value> {
    let row = |row: &crate::model::RowFacts| {
        let mut value = json!({
            "kind": row.kind.as_str(),
            "responsible": names(&row.responsible),
            "approvals": row.approvals,
            "by_owners": row.by_owners,
            "reviews": row.reviews.iter().map(review).collect::<Vec<_>>(),
            "accountable": names(&row.accountable),
            "director": names(&row.director),
            "supports": names(&row.supports),
            "consulted": names(&row.consulted),
            "informed": names(&row.informed),
            "lints": row.lints.iter().map(|l| json!({"code": l.code, "msg": l.msg})).collect::<Vec<_>>(),
            "recent_failures": row.recent_failures,
            "place": row.place.to_string(),
        });
        put(&mut value, "tier", row.tier);
        put(&mut value, "contact", row.contact.as_deref());
        put(&mut value, "purpose", row.purpose.as_deref());
        put(&mut value, "review_by", row.review_by.map(|day| day.to_string()));
        value
    };
    facts.rows.iter().map(|(id, facts)| (id.as_str(), row(facts))).collect()
}

fn actors(facts: &Facts) -> Value {
    let actors = &facts.actors;
    let mut value = json!({
        "committers": actors.committers.iter().map(Principal::as_str).collect::<Vec<_>>(),
        "excluded": actors.all().into_iter().map(Principal::as_str).collect::<Vec<_>>(),
        "unattributed": actors.unattributed,
    });
    put(&mut value, "author", actors.author.as_ref().map(Principal::as_str));
    put(&mut value, "requester", actors.requester.as_ref().map(Principal::as_str));
    value
}

fn incident(facts: &Facts) -> Option<Value> {
    facts.incident.as_ref().map(|incident| {
        let mut value = json!({"id": incident.id, "state": incident.state, "rows": incident.rows});
        put(&mut value, "severity", incident.severity);
        put(&mut value, "opened_at", incident.opened_at.map(|at| at.to_string()));
        value
    })
}

fn emergency(facts: &Facts) -> Value {
    let config = &facts.config;
    let requester = facts.actors.requester.as_ref().or(facts.actors.author.as_ref());
    let allowed = config.emergency_submitters.is_empty()
        || requester.is_some_and(|who| {
            config.emergency_submitters.iter().any(|name| facts.membership.speaks_for(who, &[], name))
        });
    let mut value = json!({
        "max_severity": config.emergency_max_severity,
        "claim_ttl": config.emergency_claim_ttl.to_string(),
        "claim_ttl_seconds": config.emergency_claim_ttl.0,
        "review_within_days": config.emergency_review_within.days(),
        "submitter_allowed": allowed,
    });
    // A claim made again is as young as its last making; one whose time nobody knows is made now.
    let claims = facts.claims.iter().filter(|claim| claim.class == ChangeClass::Emergency);
    let latest = claims.map(|claim| claim.at.unwrap_or(facts.now)).max();
    put(&mut value, "claimed_at", latest.map(countable));
    value
}

fn templates(facts: &Facts) -> Vec<Value> {
    let template = |template: &crate::model::TemplateFacts| {
        let fault = |fault: &crate::model::TemplateFault| {
            let mut value = json!({"what": fault.what, "msg": fault.msg, "paths": fault.paths, "near": fault.near});
            put(&mut value, "line", fault.line);
            value
        };
        let faults: Vec<_> = template.faults.iter().map(fault).collect();
        let mut value = json!({
            "id": template.id,
            "title": template.title,
            "state": template.state,
            "approved": template.unapproved.is_none(),
            "samples": template.samples,
            "faults": faults,
            "place": template.place.to_string(),
        });
        put(&mut value, "unapproved", template.unapproved.as_deref());
        put(&mut value, "not_before", template.not_before.map(countable));
        put(&mut value, "expires_at", template.expires_at.map(countable));
        put(&mut value, "breaker", template.breaker.as_deref());
        put(&mut value, "predicate", template.predicate.as_deref());
        put(&mut value, "review_by", template.review_by.map(countable));
        value
    };
    facts.templates.iter().map(template).collect()
}

fn calendars(facts: &Facts) -> Vec<Value> {
    let calendar = |calendar: &crate::model::CalendarState| {
        let mut value = json!({
            "file": calendar.file,
            "state": if calendar.open { "OPEN" } else { "CLOSED" },
            "approvers": names(&calendar.approvers),
        });
        put(&mut value, "event", calendar.event.as_deref());
        put(&mut value, "next_transition", calendar.next_transition.map(|at| at.to_string()));
        value
    };
    facts.calendars.iter().map(calendar).collect()
}

fn lockdowns(facts: &Facts) -> Vec<Value> {
    let lockdown = |lockdown: &crate::model::LockdownFacts| {
        json!({
            "id": lockdown.id,
            "reason": lockdown.reason,
            "active": lockdown.active,
            "released": lockdown.released,
            "exempt": lockdown.exempt.iter().map(|class| class.as_str()).collect::<Vec<_>>(),
            "release_approvers": names(&lockdown.release_approvers),
            "place": lockdown.place.to_string(),
        })
    };
    facts.lockdowns.iter().map(lockdown).collect()
}

fn escalation(facts: &Facts) -> Option<Value> {
    facts.escalation.as_ref().map(|escalation| {
        let mut value = json!({"owner": escalation.owner.as_str()});
        put(&mut value, "contact", escalation.contact.as_deref());
        put(&mut value, "acknowledge_within", escalation.acknowledge_within.map(|span| span.to_string()));
        put(&mut value, "resolve_within", escalation.resolve_within.map(|span| span.to_string()));
        let by = |span: Span| facts.now.plus(span.0).to_string();
        put(&mut value, "acknowledge_by", escalation.acknowledge_within.map(by));
        put(&mut value, "resolve_by", escalation.resolve_within.map(by));
        value
    })
}

fn approvals(facts: &Facts) -> Vec<Value> {
    let approval = |word: &crate::model::Approval| {
        let mut value = json!({
            "by": word.by.as_str(),
            "decision": word.decision.as_str(),
            "on_head": word.content == crate::model::Content::Head,
            "counts": word.counts(&facts.actors, &facts.presence, facts.now, facts.approval_expires_after),
        });
        put(&mut value, "at", word.at.map(|at| at.to_string()));
        value
    };
    facts.approvals.iter().map(approval).collect()
}

fn checks(facts: &Facts) -> Vec<Value> {
    let on_head = |commit: Option<&str>| commit.is_some() && commit == facts.head.as_ref().map(|id| id.0.as_str());
    let check = |check: &crate::model::CheckResult| json!({"name": check.name, "conclusion": check.conclusion, "on_head": on_head(check.commit.as_deref())});
    facts.checks.iter().map(check).collect()
}

fn risk(facts: &Facts) -> Value {
    let mut value = json!({"factors": {
        "alters_functionality": facts.claim_text.alters_functionality,
        "requires_downtime": facts.claim_text.downtime,
        "needs_higher_approval": facts.claim_text.needs_higher_approval,
    }});
    put(&mut value, "declared", facts.risk.declared.map(|risk| risk.as_str()));
    put(&mut value, "unreadable", facts.risk.declared_unreadable.as_deref());
    value
}

fn exceptions(facts: &Facts) -> Vec<Value> {
    let record = |of: &crate::model::ExceptionFacts| {
        let exception = &of.exception;
        let covers = facts
            .files
            .iter()
            .filter(|file| file.diff.paths().all(|path| exception.scope.iter().any(|pattern| pattern.matches(path))));
        let mut value = json!({
            "id": exception.id,
            "rule": exception.rule,
            "reason": exception.reason,
            "compensating": exception.compensating,
            "owner": exception.owner.as_str(),
            "approved_by": exception.approved_by.as_str(),
            "approved_at": exception.approved_at.to_string(),
            "state": of.standing.as_str(),
            "active": of.standing.waives(),
            "expires_at": exception.expires_at.to_string(),
            "covers": covers.map(|file| file.diff.path.quoted()).collect::<Vec<_>>(),
            "covers_everything": exception.covers_everything(),
            "place": exception.place.to_string(),
        });
        put(&mut value, "void", of.void.as_deref());
        value
    };
    facts.exceptions.iter().map(record).collect()
}

/// The names a rule may hand back in `who`.
fn names(people: &[Principal]) -> Vec<&str> {
    people.iter().map(|who| if who.kind() == PrincipalKind::Anyone { ANYONE } else { who.as_str() }).collect()
}

/// How a rule says "anyone but the excluded".
pub(super) const ANYONE: &str = "anyone else";

/// The ends of the time that Rego counts, in nanoseconds of 64 bits: 1678-01-01 and 2262-01-01.
const COUNTABLE: (i64, i64) = (-9_214_560_000, 9_214_646_400);

/// A time that rules reckon with. What lies beyond all that they can count is as good as its end.
pub(super) fn countable(at: Moment) -> String {
    Moment::from_unix(at.unix().clamp(COUNTABLE.0, COUNTABLE.1)).to_string()
}

/// Leaves a key out when there is no value: a rule then sees `undefined`, as for every missing fact.
fn put(object: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let (Value::Object(map), Some(value)) = (object, value) {
        map.insert(key.to_owned(), value.into());
    }
}

/// A value of people's files as JSON.
pub(super) fn datum(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Bool(value) => Value::from(*value),
        Datum::Int(value) => Value::from(*value),
        Datum::Float(value) => Value::from(*value),
        Datum::Text(value) => Value::from(value.as_str()),
        Datum::List(list) => Value::Array(list.iter().map(self::datum).collect()),
        Datum::Map(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), self::datum(value))).collect()),
    }
}

/// The JSON Schema of the input document.
pub const SCHEMA: &str = include_str!("../schemas/input.schema.json");

pub use schema::{checker_schema, flat_schema};
