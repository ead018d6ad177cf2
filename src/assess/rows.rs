//! The rows a change touches, with the people of each. Only files in scope touch a row.

use super::Evidence;
use crate::model::{
    DAY, FileFacts, Matrix, PathRow, Principal, REPOSITORY_ROW, Review, Row, RowFacts, RowId, RowKind, RowLint,
    Severity,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// How far back a failed change raises the risk of a row.
const FAILURE_WINDOW: i64 = 30 * DAY;

pub(super) fn rows(evidence: &Evidence, files: &[FileFacts]) -> BTreeMap<RowId, RowFacts> {
    let ownership = &evidence.ownership;
    let mut rows: BTreeMap<RowId, RowFacts> = BTreeMap::new();
    // Many files share an answer: each is taken in once.
    let mut known: HashSet<(RowId, Vec<Principal>, Vec<Principal>, u32)> = HashSet::new();
    for file in files.iter().filter(|file| file.in_scope) {
        if !ownership.has_source() {
            rows.entry(REPOSITORY_ROW.to_owned()).or_insert_with(|| begin(evidence, &PathRow::repository()));
            continue;
        }
        for path in file.diff.paths() {
            for row in ownership.of(path).rows() {
                let owned = |people: &[Cow<'_, Principal>]| people.iter().map(|who| who.clone().into_owned()).collect();
                let answer =
                    (row.id.clone().into_owned(), owned(&row.responsible), owned(&row.consulted), row.approvals);
                if !known.insert(answer) {
                    continue;
                }
                match rows.get_mut(&*row.id) {
                    Some(facts) => join(facts, &row),
                    None => {
                        rows.insert(row.id.clone().into_owned(), begin(evidence, &row));
                    }
                }
            }
        }
    }
    rows
}

/// Whoever joins a row for one of its paths is among its people; whose approval each path needs is kept apart.
fn join(facts: &mut RowFacts, row: &PathRow<'_>) {
    let who: Vec<Principal> = row.responsible.iter().map(|who| who.clone().into_owned()).collect();
    Review { who, approvals: row.approvals }.enter(&mut facts.reviews);
    push_new(&mut facts.responsible, &row.responsible);
    push_new(&mut facts.consulted, &row.consulted);
    if row.row.is_none() {
        push_new(&mut facts.accountable, &row.responsible);
    }
    facts.approvals = facts.approvals.max(row.approvals);
}

fn push_new(list: &mut Vec<Principal>, items: &[Cow<'_, Principal>]) {
    let known: HashSet<&str> = list.iter().map(Principal::key).collect();
    let new: Vec<Principal> =
        items.iter().filter(|item| !known.contains(item.key())).map(|item| item.clone().into_owned()).collect();
    list.extend(new);
}

fn begin(evidence: &Evidence, row: &PathRow<'_>) -> RowFacts {
    let of_matrix = row.row.and_then(|of| Some(from_matrix(evidence, evidence.ownership.matrix()?, of)));
    let mut facts = of_matrix.unwrap_or_else(|| from_assignment(row));
    facts.recent_failures = recent_failures(evidence, &row.id);
    join(&mut facts, row);
    facts
}

fn from_matrix(evidence: &Evidence, matrix: &Matrix, row: &Row) -> RowFacts {
    let team_director = || row.responsible.iter().find_map(|who| matrix.team(who)?.director.clone());
    let director = row.director.clone().or_else(team_director);
    let with_alternates = |people: Vec<Principal>| {
        if people.is_empty() { people } else { people.into_iter().chain(row.alternate.iter().cloned()).collect() }
    };
    RowFacts {
        kind: row.kind,
        by_owners: false,
        tier: row.tier,
        responsible: row.responsible.clone(),
        approvals: row.approvals.max(1),
        reviews: Vec::new(),
        alternate: row.alternate.clone(),
        accountable: with_alternates(row.accountable.clone()),
        director: with_alternates(director.into_iter().collect()),
        purpose: row.purpose.clone(),
        review_by: row.review_by,
        supports: row.supports.clone(),
        consulted: row.consulted.clone(),
        informed: row.informed.clone(),
        contact: row.contact.clone(),
        lints: lints(evidence, row),
        recent_failures: 0,
        place: row.place.clone(),
    }
}

/// The faults of a row that the organisation calls errors; one that it lets pass, or only warns of, forces nothing.
fn lints(evidence: &Evidence, row: &Row) -> Vec<RowLint> {
    let severities = &evidence.config.ownership.severity;
    let weighs = |lint: &RowLint| severities.get(lint.code).is_none_or(|severity| *severity == Some(Severity::Error));
    row.lints().into_iter().filter(weighs).collect()
}

/// A row that another file makes: its owners are responsible and accountable. Or the one row of a repository without
/// owners.
fn from_assignment(row: &PathRow<'_>) -> RowFacts {
    let people = |list: &[Cow<'_, Principal>]| list.iter().map(|who| who.clone().into_owned()).collect::<Vec<_>>();
    RowFacts {
        kind: RowKind::Resource,
        by_owners: true,
        tier: None,
        responsible: people(&row.responsible),
        approvals: row.approvals,
        reviews: Vec::new(),
        alternate: Vec::new(),
        accountable: people(&row.responsible),
        director: Vec::new(),
        purpose: None,
        review_by: None,
        supports: Vec::new(),
        consulted: people(&row.consulted),
        informed: Vec::new(),
        contact: None,
        lints: Vec::new(),
        recent_failures: 0,
        place: row.place(),
    }
}

fn recent_failures(evidence: &Evidence, id: &str) -> u32 {
    let since = evidence.now.plus(-FAILURE_WINDOW);
    let failed = evidence.forge.outcomes.iter().filter(|outcome| {
        outcome.rows.iter().any(|row| row == id)
            && matches!(outcome.result.as_str(), "unsuccessful" | "backed-out")
            && outcome.at.is_none_or(|at| since <= at && at <= evidence.now)
    });
    u32::try_from(failed.count()).unwrap_or(u32::MAX)
}
