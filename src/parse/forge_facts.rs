//! `--facts FILE`: what only a forge knows, as JSON. Logins come with or without `@`.

use super::document::Value;
use super::format::{forge_team, login};
use super::problem::{InvalidFile, Problem, quoted};
use super::reading::{Fields, Reading, duplicates, words};
use crate::model::{
    Approval, ApprovalDecision, ApproverKind, CheckResult, Content, ForgeFacts, ForgeObligation, Incident, Outcome,
};
use std::collections::BTreeSet;

/// Reads the facts.
///
/// What an approver saw is left [`Content::Unknown`]; the commit stands beside each approval. Teams are keyed as
/// [`Principal::key`](crate::model::Principal::key) spells them: `@acme/pay`.
///
/// # Errors
/// Every mistake of the file.
pub fn forge_facts(text: &str, file: &str) -> Result<ForgeFacts, InvalidFile> {
    let reading = Reading::json("facts", text, file);
    let facts = build(reading.root());
    let mut faults = duplicates(reading.root().tables("incidents"), "id", "incident");
    faults.extend(team_names(reading.root()));
    reading.finish(Some(facts), faults)
}

fn build(root: Fields<'_>) -> ForgeFacts {
    let team = |(name, _, node)| Some((forge_team(name)?.key().to_owned(), words(Some(node), login)));
    ForgeFacts {
        head: root.text("head"),
        author: root.login("author"),
        requester: root.login("requester"),
        committers: root.logins("committers"),
        title: root.text("title"),
        body: root.text("body"),
        claimed_at: root.moment("claimed_at"),
        labels: root.texts("labels"),
        approvals: root.tables("approvals").filter_map(approval).collect(),
        teams: root.named("teams").filter_map(team).collect(),
        incidents: root.tables("incidents").filter_map(incident).collect(),
        checks: root.tables("checks").filter_map(check).collect(),
        outcomes: root.tables("outcomes").filter_map(outcome).collect(),
        obligations: root.tables("obligations").filter_map(obligation).collect(),
        truncated: root.node("truncated").is_some_and(|node| node.value == Value::Bool(true)),
    }
}

fn approval(fields: Fields<'_>) -> Option<(Approval, Option<String>)> {
    let kind = |word: &str| match word {
        "user" => Some(ApproverKind::User),
        "bot" => Some(ApproverKind::Bot),
        _ => None,
    };
    let decision = |word: &str| match word {
        "approve" => Some(ApprovalDecision::Approve),
        "reject" => Some(ApprovalDecision::Reject),
        "comment" => Some(ApprovalDecision::Comment),
        _ => None,
    };
    let approval = Approval {
        by: fields.login("by")?,
        kind: fields.word("kind", kind).unwrap_or(ApproverKind::User),
        decision: fields.word("decision", decision)?,
        at: fields.moment("at"),
        teams: fields.forge_teams("teams"),
        content: Content::Unknown,
    };
    Some((approval, fields.text("commit")))
}

fn incident(fields: Fields<'_>) -> Option<Incident> {
    Some(Incident {
        id: fields.text("id")?,
        state: fields.text("state")?,
        severity: fields.int("severity"),
        rows: fields.texts("rows"),
        opened_at: fields.moment("opened_at"),
    })
}

fn check(fields: Fields<'_>) -> Option<CheckResult> {
    Some(CheckResult {
        name: fields.text("name")?,
        conclusion: fields.text("conclusion")?,
        commit: fields.text("commit"),
    })
}

/// How one earlier change went.
pub(super) fn outcome(fields: Fields<'_>) -> Option<Outcome> {
    let mut rows = fields.texts("rows");
    rows.extend(fields.text("row").filter(|row| !rows.contains(row)));
    Some(Outcome {
        template: fields.text("template"),
        rows,
        result: fields.text("result")?,
        at: fields.moment("at"),
        severity: fields.int("severity"),
    })
}

fn obligation(fields: Fields<'_>) -> Option<ForgeObligation> {
    Some(ForgeObligation { kind: fields.text("kind")?, row: fields.text("row"), due: fields.moment("due") })
}

fn team_names(root: Fields<'_>) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (name, span, _) in root.named("teams") {
        match forge_team(name) {
            None => problems.push(Problem::new(
                "bad_team_name",
                format!("{} is no team of a forge", quoted(name)),
                span,
                "not a team",
                "write organisation and team: \"acme/pay\"",
            )),
            Some(team) if !seen.insert(team.key().to_owned()) => problems.push(Problem::new(
                "duplicate_id",
                format!("a second team is named {}", quoted(name)),
                span,
                "named before",
                "upper and lower case, with and without @, count as the same; join the two",
            )),
            Some(_) => {}
        }
    }
    problems
}
