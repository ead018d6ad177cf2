//! `input.evidence`: what was attached, by name. The documents were checked when they were read; they are written as they
//! stand, since one may have 16 MiB.

use super::Input;
use crate::model::Facts;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Evidence<'a> {
    file: &'a str,
    format: &'static str,
    bytes: u64,
    digest: &'a str,
    document: &'a RawValue,
}

/// Everything attached.
pub(super) fn evidence(facts: &Facts) -> Result<BTreeMap<&str, Evidence<'_>>, serde_json::Error> {
    facts
        .attachments
        .iter()
        .map(|attachment| {
            let evidence = Evidence {
                file: &attachment.file,
                format: attachment.format.as_str(),
                bytes: attachment.bytes,
                digest: &attachment.digest,
                document: serde_json::from_str(&attachment.document)?,
            };
            Ok((attachment.name.as_str(), evidence))
        })
        .collect()
}

/// For people: attached documents are indented as the rest is.
pub(super) fn indented(input: &Input<'_>) -> Result<String, serde_json::Error> {
    if input.evidence.is_empty() {
        return serde_json::to_string_pretty(input);
    }
    let whole: serde_json::Value = serde_json::from_str(&serde_json::to_string(input)?)?;
    serde_json::to_string_pretty(&whole)
}
