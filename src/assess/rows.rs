//! The rows a change touches, with the people of each. Only files in scope touch a row.

use super::{Evidence, REPOSITORY_ROW};
use crate::model::{DAY, FileFacts, Matrix, Place, Principal, RepoPath, Row, RowFacts, RowId, RowKind};
use std::collections::{BTreeMap, BTreeSet};

/// How far back a failed change raises the risk of a row.
const FAILURE_WINDOW: i64 = 30 * DAY;

/// The id of the row that a CODEOWNERS line makes.
pub(super) fn codeowners_row(line: u32) -> RowId {
    format!("codeowners:{line}")
}

pub(super) fn rows(evidence: &Evidence, files: &[FileFacts]) -> BTreeMap<RowId, RowFacts> {
    let matrix = evidence.ownership.matrix.as_ref();
    let mut rows: BTreeMap<RowId, RowFacts> = BTreeMap::new();
    let mut joined: BTreeSet<(RowId, u32)> = BTreeSet::new();
    for file in files.iter().filter(|file| file.in_scope) {
        for id in file.rows.iter().filter(|id| !rows.contains_key(*id)).collect::<Vec<_>>() {
            let of_matrix = matrix.and_then(|m| m.rows.iter().find(|row| row.id == *id).map(|row| (m, row)));
            let mut facts = of_matrix.map_or_else(|| from_codeowners(evidence, id), |(m, row)| from_matrix(m, row));
            facts.recent_failures = recent_failures(evidence, id);
            rows.insert(id.clone(), facts);
        }
        for path in file.diff.paths() {
            join_codeowners(evidence, path, &mut rows, &mut joined);
        }
    }
    rows
}

/// CODEOWNERS' owners of a touched path join the responsible people of the path's row; each line once a row.
fn join_codeowners(
    evidence: &Evidence,
    path: &RepoPath,
    rows: &mut BTreeMap<RowId, RowFacts>,
    joined: &mut BTreeSet<(RowId, u32)>,
) {
    let answer = evidence.ownership.of(path);
    let (Some(row), Some(rule)) = (answer.row, answer.rule) else { return };
    let Some(facts) = rows.get_mut(&row.id) else { return };
    if joined.insert((row.id.clone(), rule.line)) {
        for owner in &rule.owners {
            if !facts.responsible.contains(owner) {
                facts.responsible.push(owner.clone());
            }
        }
    }
}

fn from_matrix(matrix: &Matrix, row: &Row) -> RowFacts {
    let team_director = || {
        let named = row.responsible.iter().filter_map(|who| {
            let name = who.team_slug().unwrap_or_else(|| who.bare());
            matrix.teams.get(name).or_else(|| matrix.teams.get(&name.to_lowercase()))
        });
        named.filter_map(|team| team.director.clone()).next()
    };
    let director = row.director.clone().or_else(team_director);
    let with_alternates = |people: Vec<Principal>| {
        if people.is_empty() { people } else { people.into_iter().chain(row.alternate.iter().cloned()).collect() }
    };
    RowFacts {
        kind: row.kind,
        tier: row.tier,
        responsible: row.responsible.clone(),
        accountable: with_alternates(row.accountable.clone()),
        director: with_alternates(director.into_iter().collect()),
        purpose: row.purpose.clone(),
        review_by: row.review_by,
        supports: row.supports.clone(),
        consulted: row.consulted.clone(),
        informed: row.informed.clone(),
        contact: row.contact.clone(),
        lints: row.lints(),
        recent_failures: 0,
        place: row.place.clone(),
    }
}

/// A CODEOWNERS line as a row: its owners are responsible and accountable. Or the one row of a repository without owners.
fn from_codeowners(evidence: &Evidence, id: &str) -> RowFacts {
    let codeowners = evidence.ownership.codeowners.as_ref();
    let line = id.strip_prefix("codeowners:").and_then(|line| line.parse::<u32>().ok());
    let rule = line.and_then(|line| codeowners.and_then(|c| c.rules.iter().find(|rule| rule.line == line)));
    let owners = match rule {
        Some(rule) => rule.owners.clone(),
        None if id == REPOSITORY_ROW => vec![Principal::anyone()],
        None => Vec::new(),
    };
    RowFacts {
        kind: RowKind::Resource,
        tier: None,
        responsible: owners.clone(),
        accountable: owners,
        director: Vec::new(),
        purpose: None,
        review_by: None,
        supports: Vec::new(),
        consulted: Vec::new(),
        informed: Vec::new(),
        contact: None,
        lints: Vec::new(),
        recent_failures: 0,
        place: Place { file: codeowners.map(|c| c.path.quoted()).unwrap_or_default(), line: line.unwrap_or_default() },
    }
}

fn recent_failures(evidence: &Evidence, id: &RowId) -> u32 {
    let since = evidence.now.plus(-FAILURE_WINDOW);
    let failed = evidence.forge.outcomes.iter().filter(|outcome| {
        outcome.rows.contains(id)
            && matches!(outcome.result.as_str(), "unsuccessful" | "backed-out")
            && outcome.at.is_none_or(|at| since <= at && at <= evidence.now)
    });
    u32::try_from(failed.count()).unwrap_or(u32::MAX)
}
