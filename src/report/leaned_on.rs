//! What a decision leans on beside the change, as records of the document: attachments.

use crate::model::Attachment;
use serde::Serialize;

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
