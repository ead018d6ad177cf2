//! The few questions that only GraphQL answers. An answer of 200 may hold errors, and they count.

use super::GitHub;
use super::ask::{Asked, LARGEST};
use super::error::{ForgeError, plain};
use super::lists::malformed;
use super::retry::Habit;
use crate::model::{Known, Moment};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Nodes of one question, at most.
const NODES: usize = 100;

/// What GraphQL answers: what it found, and what it could not.
pub(super) struct Said {
    pub(super) data: Value,
    pub(super) errors: Option<String>,
}

impl GitHub {
    /// When comments and reviews were last edited, by their names in GraphQL: never, then, or nobody can tell.
    pub fn last_edits(&self, nodes: &[String]) -> Result<BTreeMap<String, Known<Option<Moment>>>, ForgeError> {
        const QUERY: &str = "query($ids:[ID!]!){nodes(ids:$ids){id ... on Comment{lastEditedAt}}}";
        let mut edits = BTreeMap::new();
        for batch in nodes.chunks(NODES) {
            let said = match self.graphql(QUERY, json!({ "ids": batch })) {
                Ok(said) => said,
                Err(
                    error @ (ForgeError::Forbidden { .. } | ForgeError::NotFound { .. } | ForgeError::Refused { .. }),
                ) => Said { data: Value::Null, errors: Some(error.to_string()) },
                Err(error) => return Err(error),
            };
            let found = said.data.get("nodes").and_then(Value::as_array);
            // Answered in the order asked, or not at all.
            let found = found.filter(|found| found.len() == batch.len()).map_or(&[][..], Vec::as_slice);
            for (n, node) in batch.iter().enumerate() {
                let edit = edit(node, found.get(n));
                let edit = edit.ok_or_else(|| said.errors.clone().unwrap_or_else(|| "GitHub does not say".to_owned()));
                edits.insert(node.clone(), edit.map_or_else(Known::Unknown, Known::Known));
            }
        }
        Ok(edits)
    }

    /// Asks GraphQL. No data at all is an error of the kind GitHub names.
    pub(super) fn graphql(&self, query: &str, variables: Value) -> Result<Said, ForgeError> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let url = self.graphql.clone();
        let asked = Asked { method: Method::POST, url, body: Some(body), habit: Habit::Read, limit: LARGEST };
        let mut json = self.answer(&asked)?.json;
        let errors = json.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty());
        let words = errors.map(|errors| {
            let said = errors.iter().filter_map(|error| error.get("message").and_then(Value::as_str));
            plain(&said.collect::<Vec<_>>().join("; "))
        });
        let denied = errors.is_some_and(|errors| {
            let kinds = ["FORBIDDEN", "INSUFFICIENT_SCOPES"];
            errors.iter().filter_map(|error| error.get("type")?.as_str()).any(|kind| kinds.contains(&kind))
        });
        match (json.get_mut("data").map(Value::take), words) {
            (Some(data @ Value::Object(_)), errors) => Ok(Said { data, errors }),
            (_, Some(said)) if denied => Err(ForgeError::Forbidden { what: self.name(&asked), said, permission: None }),
            (_, Some(said)) => Err(ForgeError::Refused { what: self.name(&asked), status: 200, said }),
            (_, None) => Err(malformed(&self.name(&asked), "neither data nor errors")),
        }
    }
}

/// When this node was edited; the outer `None` is "nobody can tell".
fn edit(name: &str, node: Option<&Value>) -> Option<Option<Moment>> {
    let node = node?;
    // A node may answer with a newer spelling of its name, but never with another's: the order says which it is.
    node.get("id").and_then(Value::as_str).filter(|id| !id.is_empty() && !name.is_empty())?;
    match node.get("lastEditedAt")? {
        Value::Null => Some(None),
        Value::String(text) => Moment::parse(text).map(Some),
        _ => None,
    }
}
