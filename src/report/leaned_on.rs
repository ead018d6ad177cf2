//! What a decision leans on beside the change, as records of the document: exceptions and attachments.

use super::json::PlaceRecord;
use crate::model::{Attachment, UsedException};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct UsedRecord<'a> {
    id: &'a str,
    rule: &'a str,
    reason: &'a str,
    compensating: &'a str,
    owner: &'a str,
    approved_by: &'a str,
    approved_at: String,
    expires_at: String,
    paths: &'a [String],
    place: PlaceRecord<'a>,
}

impl<'a> UsedRecord<'a> {
    pub(super) fn of(used: &'a UsedException) -> Self {
        let exception = &used.exception;
        Self {
            id: &exception.id,
            rule: &exception.rule,
            reason: &exception.reason,
            compensating: &exception.compensating,
            owner: exception.owner.as_str(),
            approved_by: exception.approved_by.as_str(),
            approved_at: exception.approved_at.to_string(),
            expires_at: exception.expires_at.to_string(),
            paths: &used.paths,
            place: PlaceRecord::of(&exception.place),
        }
    }
}

#[derive(Serialize)]
pub(super) struct AttachmentRecord<'a> {
    name: &'a str,
    file: &'a str,
    format: &'static str,
    bytes: u64,
    digest: &'a str,
}

impl<'a> AttachmentRecord<'a> {
    pub(super) fn of(attachment: &'a Attachment) -> Self {
        Self {
            name: &attachment.name,
            file: &attachment.file,
            format: attachment.format.as_str(),
            bytes: attachment.bytes,
            digest: &attachment.digest,
        }
    }
}
