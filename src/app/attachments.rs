//! `--attach NAME=FILE`: each file read whole or not at all, within limits that hold before anything is parsed.

use super::controls::hex;
use super::failure::Failure;
use crate::model::{Attachment, RepoPath};
use crate::parse;
use crate::world::given;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;

/// The most bytes of one file…
const EACH: u64 = 16 << 20;

/// …and of all together: they are read by the rules in one go.
const ALL: u64 = 64 << 20;

/// Reads what is attached, in the order of the names.
///
/// # Errors
/// When a name is given twice, a file is not there or too large (exit 2), or is nothing that can be read (exit 3).
pub(super) fn read(wanted: &[(String, PathBuf)]) -> Result<Vec<Attachment>, Failure> {
    let mut all: Vec<Attachment> = Vec::with_capacity(wanted.len());
    let mut left = ALL;
    for (name, path) in wanted {
        if all.iter().any(|one| one.name == *name) {
            return Err(Failure::usage(Unfit::Twice { name: name.clone() }));
        }
        let file = RepoPath::new(path.as_os_str().as_encoded_bytes()).quoted();
        let bytes = given::file_within(path, EACH.min(left)).map_err(Failure::usage)?.ok_or_else(|| {
            let (file, left) = (file.clone(), left >> 20);
            Failure::usage(if left >= EACH >> 20 { Unfit::TooLarge { file } } else { Unfit::TooMuch { file, left } })
        })?;
        let size = bytes.len() as u64;
        left -= size;
        let (format, document) = parse::attachment(&bytes, &path.to_string_lossy()).map_err(Failure::invalid)?;
        let digest = hex(Sha256::digest(&bytes).as_slice());
        all.push(Attachment { name: name.clone(), file, format, bytes: size, digest, document: Arc::from(document) });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Unfit {
    #[error("two attachments are named `{name}`")]
    #[diagnostic(code(changeward::usage::attachment), help("the rules tell them apart by name: give each its own"))]
    Twice { name: String },
    #[error("{file} is larger than {} MiB, the most that can be attached", EACH >> 20)]
    #[diagnostic(
        code(changeward::usage::attachment),
        help("have the tool write less (only what failed, one part at a time), or attach a summary of it")
    )]
    TooLarge { file: String },
    #[error("{file} does not fit: all attachments together have at most {} MiB, and {left} MiB are left", ALL >> 20)]
    #[diagnostic(code(changeward::usage::attachment), help("attach fewer files, or have the tools write less"))]
    TooMuch { file: String, left: u64 },
}
