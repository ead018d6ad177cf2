//! The matrix as a whole: is there one, does it say who receives what nobody owns, does it have the rows it must have?

use super::ground::{Ground, matrix_file};
use super::said::Said;
use crate::model::{Place, Severity};

pub(super) fn lints(ground: &Ground<'_>) -> Vec<Said> {
    let evidence = ground.evidence;
    let mut found = Vec::new();
    if !evidence.ownership.has_source() {
        let count = evidence.files.len() as u64;
        found.push(
            Said::new("NO_OWNERSHIP", "repository", "no file of this repository says who owns anything in it")
                .count(count),
        );
    }
    match ground.matrix().and_then(|matrix| matrix.escalation.as_ref()) {
        None => {
            let said = Said::new(
                "NO_ESCALATION",
                "escalation",
                "there is no escalation owner, so nobody receives what nobody owns",
            );
            // Whoever has no matrix yet owes it nothing.
            found.push(if ground.matrix().is_some() { said.at(&matrix_file()) } else { said.weighs(Severity::Warn) });
        }
        Some(escalation) if ground.directory.is_team(&escalation.owner) => {
            let msg = format!("the escalation owner {} is a team of `[teams]`, not one person", escalation.owner);
            found.push(Said::new("ESCALATION_NOT_SINGLE", "escalation", msg).at(&matrix_file()));
        }
        Some(_) => {}
    }
    for wanted in &evidence.config.ownership.required_rows {
        if !ground.rows().iter().any(|row| row.id == *wanted) {
            let place = Place { file: ".changeward/config.toml".to_owned(), line: 0 };
            let msg = format!("there is no row `{wanted}`, which the configuration asks for");
            found.push(Said::new("REQUIRED_ROW_MISSING", format!("row {wanted}"), msg).at(&place));
        }
    }
    found
}
