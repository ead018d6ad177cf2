//! References of container images: `registry/repository:tag@sha256:…` (the distribution specification's grammar, as far
//! as it decides which repository is meant).

use super::value;
use crate::model::VersionStep;

/// The new reference is of the same repository and pinned by a digest; with a step, its tag moves up by no more.
pub(super) fn pinned(old: Option<&str>, new: &str, most: Option<VersionStep>) -> Result<(), String> {
    let Some(old) = old.map(Reference::of) else { return Err("there was no image before it".to_owned()) };
    let new = Reference::of(new);
    if new.repository.is_empty() || old.repository != new.repository {
        return Err(format!("its repository changes from {:?} to {:?}", old.repository, new.repository));
    }
    if !new.digest.is_some_and(is_digest) {
        return Err("it is not pinned by a digest: `@sha256:` and 64 hexadecimal digits".to_owned());
    }
    if new.tag.is_some_and(|tag| !is_tag(tag)) {
        return Err("its tag is none: letters, digits, `_`, `.` and `-`, at most 128".to_owned());
    }
    let Some(most) = most else { return Ok(()) };
    match (old.tag, new.tag) {
        // The same tag, built again; none on both sides stays none.
        (None, None) => Ok(()),
        (Some(old), Some(new)) if old == new => Ok(()),
        (Some(old), Some(new)) => {
            let flavour = |tag: &'_ str| tag.split_once('-').map(|(_, rest)| rest.to_owned());
            if flavour(old) != flavour(new) {
                return Err("what follows the version in its tag changes".to_owned());
            }
            let version = |tag: &'_ str| tag.split_once('-').map_or(tag, |(version, _)| version).to_owned();
            value::version(most, Some(&version(old)), &version(new))
        }
        (Some(tag), None) => Err(format!("its tag {tag:?} goes, so that there is none to compare")),
        (None, Some(tag)) => Err(format!("its tag {tag:?} is new, so that there is none to compare it with")),
    }
}

struct Reference<'t> {
    repository: &'t str,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

impl<'t> Reference<'t> {
    fn of(text: &'t str) -> Self {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        // A colon before the last slash is that of a registry's port.
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (rest, None),
        };
        Self { repository, tag, digest }
    }
}

/// The grammar of the distribution specification.
fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = tag.as_bytes();
    bytes.len() <= 128
        && bytes.first().is_some_and(|byte| word(*byte))
        && bytes.iter().all(|byte| word(*byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
