//! How earlier changes went, whoever keeps the record: a file today, a ledger tomorrow.

use super::failure::Failure;
use crate::model::Outcome;
use crate::parse;
use crate::world::given;
use std::path::PathBuf;

/// A record of how earlier changes went. What cannot be read is a failure, never an empty record: an empty one closes
/// every breaker.
pub(super) trait OutcomeSource {
    /// Every outcome it holds, in no certain order.
    fn outcomes(&self) -> Result<Vec<Outcome>, Failure>;
}

/// A JSON file, described by `changeward schema outcomes`.
pub(super) struct OutcomesFile(pub(super) PathBuf);

impl OutcomeSource for OutcomesFile {
    fn outcomes(&self) -> Result<Vec<Outcome>, Failure> {
        let bytes = given::file(&self.0).map_err(Failure::usage)?;
        let text = String::from_utf8_lossy(&bytes);
        parse::outcomes(&text, &self.0.display().to_string()).map_err(Failure::invalid)
    }
}

/// The outcomes of a file somebody named, or none.
pub(super) fn given_outcomes(file: Option<&PathBuf>) -> Result<Vec<Outcome>, Failure> {
    file.map_or_else(|| Ok(Vec::new()), |file| OutcomesFile(file.clone()).outcomes())
}
