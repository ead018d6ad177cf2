//! Patch files to the list of changed files: what `git diff`, `git show`, `git format-patch` and `diff -u` print.
//!
//! The reader is strict where other readers are kind. A gate that skips what it does not understand sees fewer files
//! than will land, so everything between two files must be something these programs write; hunks are read by the
//! counts in their headers; a patch that is cut off, spliced or ambiguous about a name is an error with its place.
//! Sources of the format: `git help diff-format`, git's `apply.c` and `diff.c`, the GNU diffutils manual.
//!
//! A file may hold several patches (`format-patch --stdout`, `git log -p`). Each one's files change at once (two files
//! may swap names); the patches follow each other. `series` folds them into one entry per path: line counts are
//! summed, so a line that one patch adds and the next one removes counts twice, and the status is that of the whole
//! (added, then modified, is added). A file that is added and deleted again stays listed as deleted.

mod apply;
mod binary;
mod error;
mod header;
mod hunk;
mod names;
mod reader;
mod section;
mod series;
mod whole;

pub use error::DiffError;

use crate::model::{Diff, RepoPath};
use error::Fault;
use reader::{Line, Reader};
use section::Section;
use series::Series;
use std::collections::BTreeMap;
use std::ops::Range;

/// Reads a patch file.
///
/// A patch has no end mark: one that was cut exactly between two files or two hunks is a shorter patch. Everything else
/// that is missing is seen.
///
/// `file` is its name for messages. The result lists every path the patch names, sorted; modes and object ids a patch
/// does not say are 0 and `None` (the abbreviated ids of `index` lines name nothing for certain and are left out).
///
/// # Errors
/// Anything but a whole patch: see the codes in [`DiffError`]. An empty input is an error too: an empty pipe looks the
/// same whether nothing changed or the command before it failed.
pub fn diff(bytes: &[u8], file: &str) -> Result<Diff, DiffError> {
    patch(bytes, file).map(|patch| patch.diff)
}

/// A patch file that was read, and can be applied.
#[derive(Clone, Debug)]
pub struct Patch {
    /// The files it changes.
    pub diff: Diff,
    bytes: Vec<u8>,
    /// The hunks of each file, by the path it has after the change; `None` where several sections speak of one path.
    hunks: Hunks,
    ids: Ids,
}

impl Patch {
    /// What a file is after the patch. Every line of context must be where the patch says it is: there is no guessing.
    ///
    /// # Errors
    /// Why it cannot be told: the patch does not apply, shows no lines, or changes the path more than once.
    pub fn apply(&self, path: &RepoPath, old: &[u8]) -> Result<Vec<u8>, String> {
        match self.hunks.get(path) {
            Some(Some(span)) => apply::apply(self.bytes.get(span.clone()).unwrap_or_default(), old),
            Some(None) => Err("the patch changes the file more than once".to_owned()),
            None => Ok(old.to_vec()),
        }
    }

    /// The object ids that the patch says a file has before and after: in lower-case hexadecimal, perhaps cut short, all zeros
    /// for nothing.
    pub fn ids(&self, path: &RepoPath) -> Option<(&str, &str)> {
        let (old, new) = self.ids.get(path)?;
        Some((std::str::from_utf8(old).ok()?, std::str::from_utf8(new).ok()?))
    }

    /// What a file was before the patch, where the patch shows the whole of it.
    ///
    /// # Errors
    /// Why it cannot be told, and how to write a patch that tells it.
    pub fn before(&self, path: &RepoPath) -> Result<Vec<u8>, String> {
        match self.hunks.get(path) {
            Some(Some(span)) => whole::before(self.bytes.get(span.clone()).unwrap_or_default()),
            Some(None) => Err("the patch changes the file more than once".to_owned()),
            None => Err("the patch shows none of its lines".to_owned()),
        }
    }
}

/// As [`diff()`], keeping what is needed to apply it.
///
/// # Errors
/// As [`diff()`].
pub fn patch(bytes: &[u8], file: &str) -> Result<Patch, DiffError> {
    let (diff, hunks, ids) = read(bytes).map_err(|fault| DiffError::new(*fault, file, bytes))?;
    Ok(Patch { diff, bytes: bytes.to_vec(), hunks, ids })
}

/// What the lines at hand are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Region {
    /// Nothing has been seen yet.
    Start,
    /// A mail's headers, a commit message, a signature: any text may stand here.
    Message,
    /// Right after a file: only the next file or the next message may stand here.
    Between,
}

/// The hunks of each file, as in [`Patch`].
type Hunks = BTreeMap<RepoPath, Option<Range<usize>>>;

/// What the `index` line of each file says.
type Ids = BTreeMap<RepoPath, (Vec<u8>, Vec<u8>)>;

fn read(bytes: &[u8]) -> Result<(Diff, Hunks, Ids), Box<Fault>> {
    let (mut hunks, mut ids) = (Hunks::new(), Ids::new());
    let mut reader = Reader::new(bytes);
    let mut series = Series::default();
    let mut region = Region::Start;
    let mut found = false;
    while let Some(line) = reader.peek() {
        if let Some(Section { file, hunks: span, ids: named }) = file_section(&mut reader, &line, region)? {
            let several =
                hunks.contains_key(&file.path) || file.old_path.as_ref().is_some_and(|p| hunks.contains_key(p));
            if let Some(span) = span {
                hunks.insert(file.path.clone(), Some(span).filter(|_| !several));
            } else if several {
                hunks.insert(file.path.clone(), None);
            }
            if let Some((old, new)) = named {
                ids.insert(file.path.clone(), (old.to_ascii_lowercase(), new.to_ascii_lowercase()));
            }
            series.push(file);
            found = true;
            region = Region::Between;
        } else {
            region = between(&line, region)?;
            if region == Region::Message {
                series.end_of_patch();
            }
            reader.advance();
        }
    }
    match found {
        true => Ok((Diff { files: series.finish(), truncated: Vec::new() }, hunks, ids)),
        false => Err(nothing_found(bytes)),
    }
}

/// Reads one file's part of the patch, if one starts here.
fn file_section(reader: &mut Reader<'_>, line: &Line<'_>, region: Region) -> Result<Option<Section>, Box<Fault>> {
    if line.text.starts_with(b"diff --git ") {
        return section::git(reader).map(Some);
    }
    if line.text.starts_with(b"diff --cc ") || line.text.starts_with(b"diff --combined ") {
        return Err(Fault::at(line, "combined", "this is a combined diff of a merge")
            .label("a combined diff does not show every change of the merge")
            .help("compare two states instead: `git diff BASE HEAD`, or `git show --first-parent -m COMMIT`"));
    }
    if line.text.starts_with(b"--- ") && reader.second().is_some_and(|next| next.text.starts_with(b"+++ ")) {
        return section::plain(reader).map(Some);
    }
    if line.text.starts_with(b"@@ -") {
        return Err(Fault::at(line, "orphan_hunk", "a hunk without a file")
            .label("no `---` and `+++` lines stand before it")
            .help("the patch is spliced or its beginning is missing: write it again, whole"));
    }
    if line.text.starts_with(b"*** ") && reader.second().is_some_and(|next| next.text.starts_with(b"--- ")) {
        return Err(Fault::at(line, "context_diff", "a context diff")
            .label("other programs apply it, and this reader does not")
            .help("write the patch as a unified diff: `git diff`, or `diff -u`"));
    }
    if region != Region::Message && line.text.starts_with(b"Binary files ") {
        return section::plain_binary(reader).map(Some);
    }
    Ok(None)
}

/// A line that belongs to no file: whether it may stand here, and what it begins.
fn between(line: &Line<'_>, region: Region) -> Result<Region, Box<Fault>> {
    if is_submodule_log(line.text) {
        return Err(Fault::at(line, "submodule_log", "a submodule change in words")
            .label("not the diff of the submodule entry")
            .help("write the patch with `--submodule=short`"));
    }
    if region == Region::Message {
        return Ok(region);
    }
    if !line.whole && region == Region::Between {
        return Err(Fault::cut_off(line, "the last line has no end"));
    }
    if line.text.is_empty() || is_decoration(line.text) {
        return Ok(region);
    }
    if line.text.starts_with(b"Only in ") || (line.text.starts_with(b"Files ") && line.text.ends_with(b" differ")) {
        return Err(Fault::at(line, "names_only", "a file that differs, without its lines")
            .label("its contents are not in the patch")
            .help("run `diff` with -N and without -q, or better `git diff`"));
    }
    if line.text.starts_with(b"* Unmerged path ") {
        return Err(Fault::at(line, "unmerged", "a file with an unresolved conflict")
            .label("what will land is not decided yet")
            .help("resolve the conflict, then write the patch again"));
    }
    if begins_message(line.text) || (region == Region::Start && !looks_like_hunk(line.text)) {
        return Ok(Region::Message);
    }
    let problem = match region {
        Region::Start => "the patch starts in the middle of a file",
        _ => "text between two files of the patch",
    };
    Err(Fault::at(line, "garbage", problem)
        .label("this belongs to no file")
        .help("the patch is cut off, spliced or edited: write it again, whole"))
}

/// The lines that `diff -r`, Subversion and quilt write before a file; the names are read from the file itself.
fn is_decoration(text: &[u8]) -> bool {
    text.starts_with(b"diff -")
        || text.starts_with(b"Index: ")
        || (text.len() >= 60 && text.iter().all(|byte| *byte == b'='))
}

/// The start of a mail or of a commit in a log, or the line that starts a mail's signature.
fn begins_message(text: &[u8]) -> bool {
    let words: Vec<&[u8]> = text.splitn(3, |byte| *byte == b' ').collect();
    match words.as_slice() {
        [b"--"] | [b"--", b""] => true,
        [b"commit" | b"From", id] | [b"commit" | b"From", id, _] => is_hex(id, 7),
        [b"From:" | b"tag" | b"Date:" | b"Subject:", ..] => true,
        [id, _] | [id, _, _] => is_hex(id, 7),
        _ => false,
    }
}

fn is_hex(text: &[u8], at_least: usize) -> bool {
    (at_least..=64).contains(&text.len()) && text.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
}

/// The inside of a hunk, rather than prose. A line of `--stat` starts with a space and has a bar.
fn looks_like_hunk(text: &[u8]) -> bool {
    match text.first() {
        Some(b'+' | b'-' | b'@' | b'\\') => true,
        Some(b' ') => !text.windows(3).any(|window| window == b" | "),
        _ => false,
    }
}

/// `Submodule path 1234567..89abcde:` and its variants, written with `diff.submodule = log` or `diff`.
fn is_submodule_log(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"Submodule ") else { return false };
    rest.ends_with(b"(new submodule)")
        || rest.ends_with(b"(submodule deleted)")
        || rest.split(|byte| *byte == b' ').any(|word| {
            let word = word.strip_suffix(b":").unwrap_or(word);
            let parts: Vec<&[u8]> = word.split(|byte| *byte == b'.').filter(|part| !part.is_empty()).collect();
            matches!(parts.as_slice(), [old, new] if is_hex(old, 7) && is_hex(new, 7))
        })
}

fn nothing_found(bytes: &[u8]) -> Box<Fault> {
    let first = Reader::new(bytes).peek().unwrap_or(Line { text: b"", start: 0, number: 1, whole: true });
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Fault::at(&first, "empty", "the patch is empty")
            .label("nothing here")
            .help("if nothing changed there is nothing to check; otherwise the command that wrote the patch failed");
    }
    Fault::at(&first, "no_diff", "no diff found")
        .label("this is not a patch")
        .help("write one with `git diff BASE...HEAD` or `git format-patch --stdout BASE..HEAD`")
}
