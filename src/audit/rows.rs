//! Each row of the matrix by itself.

use super::ground::{Ground, of_row};
use super::said::Said;
use crate::model::{DAY, Moment, Row, RowKind, Severity};

/// Teams that may share the work of one row.
const MOST_TEAMS: usize = 3;

/// People who may have a say before.
const MOST_CONSULTED: usize = 4;

/// How long after its day a review may wait before it is an error.
const GRACE: i64 = 30 * DAY;

pub(super) fn lints(ground: &Ground<'_>) -> Vec<Said> {
    ground.rows().iter().flat_map(|row| row_lints(ground, row)).collect()
}

fn row_lints(ground: &Ground<'_>, row: &Row) -> Vec<Said> {
    let said = |code, msg: String| Said::new(code, of_row(row), msg).at(&row.place).tier(row.tier);
    let id = &row.id;
    let mut found: Vec<Said> = row.lints().into_iter().map(|lint| said(lint.code, lint.msg)).collect();
    if let [only] = row.accountable.as_slice()
        && ground.directory.is_team(only)
    {
        found.push(said("A_IS_TEAM", format!("{only}, accountable for row `{id}`, is a team")));
    }
    if row.scope.is_empty() && row.kind == RowKind::Resource {
        found.push(said("NO_SCOPE", format!("row `{id}` is about a resource and covers no path")));
    }
    if row.purpose.is_none() {
        found.push(said("NO_PURPOSE", format!("row `{id}` does not say what it is good for")));
    }
    let teams = row.responsible.iter().filter(|name| ground.directory.is_team(name)).count();
    if teams > MOST_TEAMS {
        found.push(said("TOO_MANY_R", format!("{teams} teams are responsible for row `{id}`")));
    }
    if row.consulted.len() > MOST_CONSULTED {
        found.push(said("TOO_MANY_C", format!("{} are consulted about row `{id}`", row.consulted.len())));
    }
    if let Some(due) = row.review_by {
        found.extend(overdue(due, ground.evidence.now).map(|(severity, days)| {
            let days = crate::model::counted(days.unsigned_abs(), "day");
            said("REVIEW_OVERDUE", format!("row `{id}` was to be confirmed by {}, {days} ago", due.date()))
                .weighs(severity)
        }));
    }
    found
}

/// Overdue from the day after; how grave, and for how many days.
fn overdue(due: Moment, now: Moment) -> Option<(Severity, i64)> {
    let late = now.midnight().unix() - due.midnight().unix();
    let severity = if late > GRACE { Severity::Error } else { Severity::Warn };
    (late > 0).then_some((severity, late / DAY))
}
