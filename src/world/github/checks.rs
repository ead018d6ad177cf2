//! What other checks say of a commit: check runs, and statuses, which GitHub shows side by side.

use super::error::ForgeError;
use super::{GitHub, segment};
use crate::model::{CheckResult, CommitId, Known, StatusState};
use serde_json::Value;
use std::collections::BTreeSet;

impl GitHub {
    /// The latest result of every check of a commit. One that still runs has the conclusion `pending`. What the token may
    /// not see is no success.
    ///
    /// # Errors
    /// When GitHub cannot answer.
    pub fn check_results(&self, commit: &CommitId) -> Result<Vec<CheckResult>, ForgeError> {
        let path = self.of_repository(&format!("commits/{}/check-runs?per_page=100", segment(&commit.0)));
        let runs = match self.json(&path)? {
            Known::Known(answer) => answer.get("check_runs").and_then(Value::as_array).cloned().unwrap_or_default(),
            Known::Unknown(_) => Vec::new(),
        };
        let text = |run: &Value, key: &str| run.get(key).and_then(Value::as_str).map(str::to_owned);
        let result =
            |name: String, conclusion: String| CheckResult { name, conclusion, commit: Some(commit.0.clone()) };
        let mut results: Vec<CheckResult> = runs
            .iter()
            .filter_map(|run| {
                let conclusion = text(run, "conclusion").unwrap_or_else(|| "pending".to_owned());
                Some(result(text(run, "name")?, conclusion))
            })
            .collect();
        // Newest first: only the first of a context holds.
        let mut known = BTreeSet::new();
        for status in self.statuses(commit)? {
            if known.insert(status.context.clone()) {
                let state = status.state.map_or("unknown", StatusState::as_str);
                results.push(result(status.context, state.to_owned()));
            }
        }
        Ok(results)
    }
}
