//! `changeward exceptions`: every waiver of a state of the files, and what it is worth.

use super::controls::Controls;
use super::failure::Failure;
use super::owners::{At, Place};
use crate::assess;
use crate::model::{ExceptionsReport, Moment};
use crate::policy::codes::Codes;
use std::path::PathBuf;

/// What is asked.
#[derive(Clone, Debug)]
pub struct ExceptionsRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Which state of the files.
    pub at: At,
    /// The only time there is.
    pub now: Moment,
}

/// Looks through the exceptions. Reads only.
///
/// # Errors
/// When something could not be read or parsed.
pub fn exceptions(request: &ExceptionsRequest) -> Result<ExceptionsReport, Failure> {
    let place = Place::open(&request.dir)?;
    let state = place.state(&request.at)?;
    let controls = Controls::read(state.tree.as_ref())?;
    let codes = Codes::of(&controls.modules, &controls.metas);
    let tracked = state.tracked()?;
    let (config, matrix, all) = (&controls.config, controls.matrix(), controls.exceptions.clone());
    let entries = assess::overview(all, config, matrix, request.now, &tracked, |code| codes.waiving(code));
    Ok(ExceptionsReport { state: state.described, now: request.now, entries })
}
