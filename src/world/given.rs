#![expect(clippy::disallowed_methods, reason = "this file is the door to what the command line names")]
//! Files somebody names on the command line, and the standard input. A named file that is not there is an error.

use super::WorldError;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most bytes of one such file: a patch of 100,000 files has a tenth of it.
pub const LIMIT: u64 = 1 << 30;

/// Reads a named file whole.
///
/// # Errors
/// When it is not there, cannot be read, or is larger than [`LIMIT`].
pub fn file(path: &Path) -> Result<Vec<u8>, WorldError> {
    let failed = |source: io::Error| WorldError::Io { path: path.to_owned(), action: "read", source };
    let opened = File::open(path).map_err(failed)?;
    whole(opened, &path.display().to_string()).map_err(failed)?
}

/// Reads a named file whole, if it has no more than so many bytes; `None` where it has. A pipe with a name of its own is
/// refused: nobody may ever write to it. What a shell hands over as a path (`<(…)`) is read.
///
/// # Errors
/// When it is not there, or cannot be read.
pub fn file_within(path: &Path, most: u64) -> Result<Option<Vec<u8>>, WorldError> {
    let failed = |source: io::Error| WorldError::Io { path: path.to_owned(), action: "read", source };
    if is_named_pipe(path) {
        return Err(failed(io::Error::other("it is a pipe, and nobody may ever write to it")));
    }
    let mut bytes = Vec::new();
    let size = File::open(path).map_err(failed)?.take(most.saturating_add(1)).read_to_end(&mut bytes);
    Ok((size.map_err(failed)? as u64 <= most).then_some(bytes))
}

/// Reads the standard input whole.
///
/// # Errors
/// When it cannot be read, or is larger than [`LIMIT`].
pub fn standard_input() -> Result<Vec<u8>, WorldError> {
    let name = "the standard input";
    whole(io::stdin().lock(), name).map_err(|source| WorldError::Io { path: name.into(), action: "read", source })?
}

#[cfg(unix)]
fn is_named_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    !path.starts_with("/dev") && std::fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_named_pipe(_: &Path) -> bool {
    false
}

/// The bytes of a path, as the system spells it.
#[cfg(unix)]
pub fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// The bytes of a path, as the system spells it.
#[cfg(not(unix))]
pub fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn whole(from: impl Read, name: &str) -> io::Result<Result<Vec<u8>, WorldError>> {
    let mut bytes = Vec::new();
    let size = from.take(LIMIT + 1).read_to_end(&mut bytes)? as u64;
    if size > LIMIT {
        return Ok(Err(WorldError::TooLarge { what: name.to_owned(), size, limit: LIMIT }));
    }
    Ok(Ok(bytes))
}
