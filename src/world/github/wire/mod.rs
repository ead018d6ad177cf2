//! GitHub's answers as records of our own, and what they become.
//!
//! They are lenient where GitHub is: a field that is not needed is not read, one that may be missing or null may be so,
//! a word nobody knew when this was written is no error, and no address is held to be one. They are strict where a
//! decision rests on it: without a number, a commit or a path there is no noun.

mod change;
mod deploy;
mod people;
mod talk;

pub(super) use change::{WireCommit, WireComparison, WireFile, WirePull, WireStatus, WireTree};
pub(super) use deploy::{WireDeployment, WireDeploymentStatus, WireRun};
pub(super) use people::{WirePermission, WireRef, WireRepository, WireUser};
pub(super) use talk::{WireBlob, WireIssue, WireRemark, WireReview, WireTimeline};

use super::error::{ForgeError, plain};
use crate::model::{CommitId, Moment};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A record, and the noun it becomes.
pub(super) trait Wire: DeserializeOwned {
    /// What it becomes.
    type Noun;
    /// Becomes it, or says what is missing.
    fn noun(self) -> Result<Self::Noun, String>;
}

/// Reads one record.
pub(super) fn one<W: Wire>(what: &str, value: Value) -> Result<W::Noun, ForgeError> {
    let malformed = |why: &str| ForgeError::Malformed { what: what.to_owned(), why: plain(why) };
    // A record is an object; serde would take a list for one, too.
    if !value.is_object() {
        return Err(malformed("a record was expected"));
    }
    let wire: Result<W, String> = serde_json::from_value(value).map_err(|error| error.to_string());
    wire.and_then(W::noun).map_err(|why| malformed(&why))
}

/// Reads a list of records.
pub(super) fn many<W: Wire>(what: &str, values: Vec<Value>) -> Result<Vec<W::Noun>, ForgeError> {
    values.into_iter().map(|value| one::<W>(what, value)).collect()
}

/// Reads any bytes as each of the answers there are: how many of them they can be. For whoever tries to break it.
pub fn readings(bytes: &[u8]) -> usize {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return 0 };
    fn reads<W: Wire>(value: &Value) -> usize {
        usize::from(one::<W>("", value.clone()).is_ok())
    }
    let v = &value;
    [
        reads::<WirePull>(v) + reads::<WireFile>(v) + reads::<WireCommit>(v) + reads::<WireComparison>(v),
        reads::<WireTree>(v) + reads::<WireStatus>(v) + reads::<WireDeployment>(v) + reads::<WireDeploymentStatus>(v),
        reads::<WireRun>(v) + reads::<WireUser>(v) + reads::<WirePermission>(v) + reads::<WireRepository>(v),
        reads::<WireRef>(v) + reads::<WireIssue>(v) + reads::<WireRemark>(v) + reads::<WireReview>(v),
        reads::<WireTimeline>(v) + reads::<WireBlob>(v),
    ]
    .iter()
    .sum()
}

/// A commit id: 40 or 64 hexadecimal digits.
pub(super) fn commit_id(text: &str) -> Result<CommitId, String> {
    object_id(text).map(CommitId)
}

/// The id of any object.
fn object_id(text: &str) -> Result<String, String> {
    let whole = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if whole { Ok(text.to_ascii_lowercase()) } else { Err(format!("`{text}` is no object id")) }
}

/// A moment, if it is there and is one.
fn moment(text: Option<&str>) -> Option<Moment> {
    text.and_then(Moment::parse)
}

#[cfg(test)]
mod tests;
