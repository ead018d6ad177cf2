//! Policies as Conftest runs them: `deny`, `violation` and `warn` of some packages over the contents of files, with
//! exceptions, side data and both versions of Rego.
//!
//! They are strangers to the gate's own rules: an engine of their own, no set of ours, and what they say is said in a
//! closed form ([`Said`]). A rule that could not be run is an error, and so is a namespace without a rule.

mod asked;
mod bundle;
mod results;
mod shadowed;

pub(super) use bundle::Bundle;

use super::error::{PolicyCode, PolicyError, PolicyErrors};
use crate::model::Moment;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What is run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Policies {
    /// File and text of each.
    pub modules: Vec<(String, String)>,
    /// The side data, as the text of a JSON object: `data.*`.
    pub data: String,
    /// The packages whose rules are asked; `*` stands for any letters.
    pub namespaces: Vec<String>,
    /// All files are one input.
    pub combine: bool,
}

/// A file that is judged: where it is, and each of its documents as the text of a JSON document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    /// From the root of the repository, quoted.
    pub path: String,
    /// What it holds.
    pub documents: Vec<String>,
}

/// How a rule means what it says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SaidKind {
    /// `deny` and `violation`.
    Failure,
    /// `warn`.
    Warning,
    /// Something that an `exception` took away.
    Excepted,
    /// A package has rules, and no namespace asks it.
    Unasked,
}

/// One thing one rule says of a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Said {
    /// How it is meant.
    pub kind: SaidKind,
    /// The file; `None` for all of them together.
    pub path: Option<String>,
    /// Its line, where the rule says one.
    pub line: Option<u32>,
    /// `main.deny_root`.
    pub rule: String,
    /// For people.
    pub msg: String,
    /// Where the bodies of the rule stand: it does not say which of them spoke.
    pub places: Vec<(String, u32)>,
}

/// The first line of the request.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) modules: Vec<(String, String)>,
    pub(super) namespaces: Vec<String>,
    pub(super) combine: bool,
    pub(super) milliseconds: u64,
    pub(super) now: i64,
}

/// What follows it.
#[derive(Serialize, Deserialize)]
pub(super) struct Body<'a> {
    #[serde(borrow)]
    pub(super) data: &'a RawValue,
    #[serde(borrow)]
    pub(super) files: Vec<File<'a>>,
}

/// A file with its documents.
#[derive(Serialize, Deserialize)]
pub(super) struct File<'a> {
    pub(super) path: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    pub(super) documents: Vec<&'a RawValue>,
}

/// The body of a request to judge files.
pub(super) fn body(policies: &Policies, files: &[Judged]) -> Result<Vec<u8>, PolicyErrors> {
    let raw = |text: &'_ str| -> Result<Box<RawValue>, PolicyErrors> {
        RawValue::from_string(text.to_owned()).map_err(|error| garbled(&error))
    };
    let data = raw(&policies.data)?;
    let documents = files.iter().map(|file| file.documents.iter().map(|text| raw(text)).collect::<Result<Vec<_>, _>>());
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let files = files.iter().zip(&documents).map(|(file, documents)| File {
        path: file.path.as_str().into(),
        documents: documents.iter().map(|one| &**one).collect(),
    });
    let body = Body { data: &data, files: files.collect() };
    serde_json::to_vec(&body).map_err(|error| garbled(&error))
}

/// Judges the files of a request.
pub(super) fn judge(head: Head, body: &str) -> Result<Vec<Said>, PolicyErrors> {
    let now = Moment::from_unix(head.now);
    let body: Body<'_> = serde_json::from_str(body).map_err(|error| garbled(&error))?;
    Bundle::load(&head, body.data.get())?.judge(&body.files, now)
}

fn garbled(error: &serde_json::Error) -> PolicyErrors {
    PolicyError::new(PolicyCode::Crashed, format!("the files to judge could not be handed over: {error}")).into()
}
