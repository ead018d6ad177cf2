//! `--outcomes FILE`: how earlier changes went, as JSON.

use super::forge_facts::outcome;
use super::problem::InvalidFile;
use super::reading::Reading;
use crate::model::Outcome;

/// Reads recorded outcomes: the same entries as `outcomes` of the facts.
///
/// # Errors
/// Every mistake of the file.
pub fn outcomes(text: &str, file: &str) -> Result<Vec<Outcome>, InvalidFile> {
    let reading = Reading::json("outcomes", text, file);
    let outcomes = reading.root().tables("outcomes").filter_map(outcome).collect();
    reading.finish(Some(outcomes), Vec::new())
}
