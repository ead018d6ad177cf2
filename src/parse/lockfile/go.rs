//! `go.sum`: `MODULE VERSION HASH` and `MODULE VERSION/go.mod HASH` (the Go reference, "go.sum files").

use super::tree::{empty, key, number, package};
use crate::model::{Bearing, DocPath, LockSyntax, LockedValue, Lockfile, SyntaxFault};

/// A hash: `h1:` and 44 characters of base64.
const HASH: &str = "h1:";
const HASH_LENGTH: usize = 44;

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Lockfile, SyntaxFault> {
    let mut lock = empty(LockSyntax::GoSum);
    let mut offset = 0;
    for (at, whole) in text.split_inclusive('\n').enumerate() {
        let line = number(at + 1);
        let start = offset;
        offset = number(offset as usize + whole.len());
        let content = whole.trim_end_matches(['\n', '\r']);
        if content.is_empty() {
            continue;
        }
        let words: Vec<&str> = content.split(' ').collect();
        let [module, version, hash] = words.as_slice() else {
            return Err(wrong(line, "a line is a module, a version and a hash"));
        };
        if !is_hash(hash) {
            return Err(wrong(line, "its hash is not `h1:` and 44 characters"));
        }
        if module.is_empty() || !version.starts_with('v') {
            return Err(wrong(line, "its version does not begin with `v`"));
        }
        let (number, aspect) = match version.strip_suffix("/go.mod") {
            Some(number) => (number, "go.mod"),
            None => (*version, ""),
        };
        let mut package = package(module, DocPath(vec![key(module), key(version)]), line);
        package.slot = format!("{module}@{number}");
        package.aspect = aspect;
        package.version = Some(number.to_owned());
        package.span = start..offset;
        package.contents.push(LockedValue::new(DocPath::default(), *hash, line, Bearing::Stands));
        lock.packages.push(package);
    }
    Ok(lock)
}

fn wrong(line: u32, why: &str) -> SyntaxFault {
    SyntaxFault::new(line, format!("is not a go.sum: {why}"))
}

fn is_hash(word: &str) -> bool {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    word.strip_prefix(HASH).is_some_and(|hash| hash.len() == HASH_LENGTH && hash.bytes().all(base64))
}
