//! What a decision rests on, as digests: two decisions with equal digests at one time are the same decision.

use super::controls::{add, hex};
use crate::model::{Diff, Side};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// `sha256:…` over every changed file: status, both paths, modes, object ids and line counts.
pub(super) fn diff(diff: &Diff) -> String {
    let mut sum = Sha256::new();
    for file in &diff.files {
        add(&mut sum, file.status.as_str().as_bytes());
        add(&mut sum, file.old_path.as_ref().map_or(b"".as_slice(), |path| path.as_bytes()));
        add(&mut sum, file.path.as_bytes());
        for side in [&file.old, &file.new] {
            add(&mut sum, side_text(side.as_ref()).as_bytes());
        }
        add(&mut sum, format!("{} {}", file.additions, file.deletions).as_bytes());
    }
    for why in &diff.truncated {
        add(&mut sum, why.as_bytes());
    }
    hex(sum.finalize().as_slice())
}

fn side_text(side: Option<&Side>) -> String {
    side.map_or_else(String::new, |side| {
        format!("{:06o} {}", side.mode, side.id.as_ref().map_or("", |id| id.0.as_str()))
    })
}

/// An object id, perhaps cut short, is git's name of these contents, in a repository of SHA-1 or of SHA-256.
pub(super) fn names(id: &str, contents: &[u8]) -> bool {
    let header = format!("blob {}\0", contents.len());
    let short = hex(Sha1::new().chain_update(&header).chain_update(contents).finalize().as_slice());
    let long = || hex(Sha256::new().chain_update(&header).chain_update(contents).finalize().as_slice());
    let begins = |name: &str| name.split_once(':').is_some_and(|(_, digits)| digits.starts_with(id));
    begins(&short) || begins(&long())
}
