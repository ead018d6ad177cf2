//! `--attach NAME=FILE`: what other tools found, as JSON that the rules read.
//!
//! A document is either read whole and without a doubt about what it says, or refused with the place: two keys of one
//! name, an alias or a merge, a number no engine holds exactly, a second document. What is left out silently would be
//! evidence nobody saw.

mod json;
mod junit;
mod yaml;

pub(super) use json::json_text;

use super::problem::{InvalidFile, Problem};
use crate::model::AttachmentFormat;

/// How deep lists and objects may go: the engine reads 128, and the input document takes a few of them.
const DEPTH: usize = 100;

/// A document that was read: what it is, and what it says.
type Read = (AttachmentFormat, String);

/// Reads an attached document: what it is, and what it says as the text of a JSON document. What it is follows from the ending of its name, else from its first character.
///
/// # Errors
/// What stands in the way of reading it, with the place.
pub fn attachment(bytes: &[u8], file: &str) -> Result<(AttachmentFormat, String), InvalidFile> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let refused = |text: &str, problems| InvalidFile::new("attachment", file, text, problems);
    let text = std::str::from_utf8(bytes).map_err(|error| refused("", vec![no_text(bytes, error.valid_up_to())]))?;
    let read = match language(text, file) {
        Language::Json => json::read(text),
        Language::Yaml => yaml::read(text),
        Language::Xml => junit::read(text),
    };
    read.map_err(|problem| refused(text, vec![problem]))
}

enum Language {
    Json,
    Yaml,
    Xml,
}

fn language(text: &str, file: &str) -> Language {
    let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match (ending.as_deref(), text.trim_start().chars().next()) {
        (Some("json" | "sarif"), _) => Language::Json,
        (Some("yaml" | "yml"), _) => Language::Yaml,
        (Some("xml"), _) | (_, Some('<')) => Language::Xml,
        (_, Some('{' | '[')) => Language::Json,
        _ => Language::Yaml,
    }
}

fn no_text(bytes: &[u8], at: usize) -> Problem {
    let help = if bytes.starts_with(b"PK\x03\x04") {
        "a plan in Terraform's own format is made readable by `terraform show -json PLAN > plan.json`"
    } else if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        "it looks like UTF-16, which a redirection in PowerShell writes: save it as UTF-8"
    } else {
        "attach JSON, YAML or a JUnit report, encoded as UTF-8"
    };
    Problem::new("not_text", format!("byte {at} is not UTF-8"), 0..0, "the file is no text", help)
}

fn too_deep(at: usize) -> Problem {
    Problem::new(
        "too_deep",
        format!("lists and objects stand more than {DEPTH} deep in one another"),
        at..at,
        "here",
        "attach a document that is not nested as deep",
    )
}

/// A number that an engine would round: two different ones could be taken for the same.
fn inexact(span: std::ops::Range<usize>) -> Problem {
    Problem::new(
        "inexact",
        "this whole number has more than 64 bits",
        span,
        "would be rounded",
        "have the tool write it as text",
    )
}
