//! One file of a patch.

use super::error::Fault;
use super::header::Header;
use super::names::{self, Strip};
use super::reader::{Line, Reader};
use super::{binary, hunk};
use crate::model::{FileDiff, FileKind, FileStatus, Moment, RepoPath, Side};

const NOTHING: &[u8] = b"/dev/null";

/// A file of a patch, where its hunks stand, if it has any, and the (abbreviated) object ids it says the file has.
pub(super) struct Section {
    pub(super) file: FileDiff,
    pub(super) hunks: Option<std::ops::Range<usize>>,
    pub(super) ids: Option<(Vec<u8>, Vec<u8>)>,
}

/// What follows the header.
enum Body {
    /// Nothing: the header says it all.
    None,
    Binary {
        names: Vec<BodyNames>,
    },
    Text {
        names: Option<BodyNames>,
        text: hunk::Text,
    },
}

impl Body {
    /// The names below the header: none, those of the `---` and `+++` lines, or every way to read those of a line
    /// `Binary files OLD and NEW differ`.
    fn names(&self) -> &[BodyNames] {
        match self {
            Self::None => &[],
            Self::Binary { names } => names,
            Self::Text { names, .. } => names.as_slice(),
        }
    }
}

/// The names below the header.
struct BodyNames {
    line: usize,
    old: Vec<u8>,
    new: Vec<u8>,
}

/// A file that starts with `diff --git`.
pub(super) fn git(reader: &mut Reader<'_>) -> Result<Section, Box<Fault>> {
    let Some((first, rest)) = reader.take_after(b"diff --git ")? else { return Err(lost(reader)) };
    let mut header = Header::read(reader)?;
    header.check(&first)?;
    let body = body(reader, &first)?;
    if matches!(body, Body::None) && !header.is_whole() {
        return Err(Fault::cut_off(&first, "the file's lines are missing"));
    }
    if let Body::Text { names: Some(names), .. } = &body {
        // Old programs leave out the header line that says so.
        header.created |= names.old == NOTHING;
        header.deleted |= names.new == NOTHING;
    }
    header.check(&first)?;
    let (old_path, path) = paths(&first, rest, &header, &body)?;
    sides_agree(&first, &header, &body)?;
    Ok(assemble(header, body, old_path, path))
}

fn body(reader: &mut Reader<'_>, first: &Line<'_>) -> Result<Body, Box<Fault>> {
    if let Some((line, after)) = reader.take_after(b"--- ")? {
        let (old, _) = names::header_name(&line, after)?;
        let Some((line, after)) = reader.take_after(b"+++ ")? else {
            return Err(Fault::cut_off(&line, "a `+++` line follows every `---` line"));
        };
        let (new, _) = names::header_name(&line, after)?;
        let text = hunk::hunks(reader, &line)?;
        return Ok(Body::Text { names: Some(BodyNames { line: line.number, old, new }), text });
    }
    if let Some((line, rest)) = reader.take_after(b"Binary files ")? {
        let Some(names) = rest.strip_suffix(b" differ") else {
            return Err(Fault::cut_off(&line, "the line ends with `differ`"));
        };
        return Ok(Body::Binary { names: binary_names(&line, names)? });
    }
    if reader.peek().is_some_and(|line| line.text == b"GIT binary patch") {
        reader.take()?;
        binary::skip(reader, first)?;
        return Ok(Body::Binary { names: Vec::new() });
    }
    Ok(Body::None)
}

/// Every way to read `OLD and NEW`: a name may hold ` and `.
fn binary_names(line: &Line<'_>, text: &[u8]) -> Result<Vec<BodyNames>, Box<Fault>> {
    let cuts = text.windows(5).enumerate().filter(|(_, window)| *window == b" and ").map(|(at, _)| at);
    let read = cuts.filter_map(|cut| {
        let (old, new) = (text.get(..cut)?, text.get(cut + 5..)?);
        let (old, new) = (names::unquote(line, old).ok()?, names::unquote(line, new).ok()?);
        Some(BodyNames { line: line.number, old, new })
    });
    let read: Vec<_> = read.collect();
    match read.is_empty() {
        true => Err(Fault::at(line, "bad_name", "two names cannot be read here").label("expected `OLD and NEW`")),
        false => Ok(read),
    }
}

/// The old path, when it is another one, and the path. Every place that names the file must agree: a header that says
/// `docs/` above lines for `src/` is a trap.
fn paths(
    first: &Line<'_>,
    rest: &[u8],
    header: &Header,
    body: &Body,
) -> Result<(Option<RepoPath>, RepoPath), Box<Fault>> {
    let named = body.names();
    let agrees = |fits: &dyn Fn(&BodyNames) -> bool| named.is_empty() || named.iter().any(fits);
    if let (Some(from), Some(to)) = (&header.from, &header.to) {
        let fits = |names: &BodyNames, strip: &Strip| {
            strip.apply(&names.old) == Some(from.as_slice()) && strip.apply(&names.new) == Some(to.as_slice())
        };
        if !agrees(&|names| [Strip::One, Strip::None].iter().any(|strip| fits(names, strip))) {
            return Err(disagree(first));
        }
        return Ok((Some(names::path(first, from)?), names::path(first, to)?));
    }
    let split = names::split_git_line(first, rest)?;
    let common = split.as_ref().and_then(|(old, new)| names::common(old, new));
    let Some((path, strip)) = common else {
        return Err(Fault::at(first, "names_disagree", "the two names of this file do not mean one path")
            .label("expected `a/PATH b/PATH`, or `PATH PATH`")
            .help("write the patch with `git diff`, with the default prefixes or with --no-prefix"));
    };
    let fits = |name: &[u8], absent: bool| match absent {
        true => name == NOTHING,
        false => strip.apply(name) == Some(path),
    };
    if !agrees(&|names| fits(&names.old, header.created) && fits(&names.new, header.deleted)) {
        return Err(disagree(&Line { number: named.first().map_or(first.number, |names| names.line), ..*first }));
    }
    Ok((None, names::path(first, path)?))
}

fn disagree(line: &Line<'_>) -> Box<Fault> {
    Fault::at(line, "names_disagree", "the header and the lines below it name different files")
        .label("not the file of the header")
        .help("the patch was edited or spliced: write it again with `git diff`")
}

/// A file that did not exist has no old lines, one that is gone has no new ones.
fn sides_agree(first: &Line<'_>, header: &Header, body: &Body) -> Result<(), Box<Fault>> {
    match body {
        Body::Text { text, .. } if (header.created && text.has_old) || (header.deleted && text.has_new) => {
            Err(Fault::at(first, "bad_header", "the hunks show lines of a file that does not exist")
                .label("created or deleted, but with lines on both sides"))
        }
        _ => Ok(()),
    }
}

fn assemble(header: Header, body: Body, old_path: Option<RepoPath>, path: RepoPath) -> Section {
    let (binary, hunks, text) = match body {
        Body::None => (false, None, hunk::Text::default()),
        Body::Binary { .. } => (true, None, hunk::Text::default()),
        Body::Text { text, .. } => (false, Some(text.span.clone()), text),
    };
    let status = match (header.created, header.deleted, &old_path) {
        (true, _, _) => FileStatus::Added,
        (_, true, _) => FileStatus::Deleted,
        (_, _, Some(_)) if header.copy => FileStatus::Copied,
        (_, _, Some(_)) => FileStatus::Renamed,
        _ => FileStatus::Modified,
    };
    let side = |mode: Option<u32>, lfs| {
        let mode = mode.unwrap_or(0);
        Side { mode, id: None, kind: kind(mode, binary, lfs) }
    };
    let file = FileDiff {
        path,
        old_path,
        status,
        old: (!header.created).then(|| side(header.old_mode, text.old_lfs)),
        new: (!header.deleted).then(|| side(header.new_mode, text.new_lfs)),
        additions: text.additions,
        deletions: text.deletions,
        unread: None,
    };
    Section { file, hunks, ids: header.index.map(|index| (index.old, index.new)) }
}

fn kind(mode: u32, binary: bool, lfs: bool) -> FileKind {
    match mode & 0o170_000 {
        0o120_000 => FileKind::Symlink,
        0o160_000 => FileKind::Submodule,
        _ if binary => FileKind::Binary,
        _ if lfs => FileKind::LfsPointer,
        _ if mode & 0o111 != 0 => FileKind::Executable,
        _ => FileKind::Regular,
    }
}

/// A file of `diff -u`: two names, two times, hunks.
pub(super) fn plain(reader: &mut Reader<'_>) -> Result<Section, Box<Fault>> {
    let Some((old_line, rest)) = reader.take_after(b"--- ")? else { return Err(lost(reader)) };
    let (old, old_time) = names::header_name(&old_line, rest)?;
    let Some((line, rest)) = reader.take_after(b"+++ ")? else { return Err(lost(reader)) };
    let (new, new_time) = names::header_name(&line, rest)?;
    let text = hunk::hunks(reader, &line)?;
    // `diff -N` gives a file that is not there the first second of 1970.
    let created = old == NOTHING || (!text.has_old && old_time.is_some_and(is_epoch));
    let deleted = new == NOTHING || (!text.has_new && new_time.is_some_and(is_epoch));
    let header = Header { created, deleted, ..Header::default() };
    header.check(&old_line)?;
    let path = names::path(&line, &plain_path(&line, &old, &new)?)?;
    let body = Body::Text { names: None, text };
    sides_agree(&line, &header, &body)?;
    Ok(assemble(header, body, None, path))
}

/// `Binary files a/x and b/x differ`, as `diff -ru` writes it.
pub(super) fn plain_binary(reader: &mut Reader<'_>) -> Result<Section, Box<Fault>> {
    let Some((line, rest)) = reader.take_after(b"Binary files ")? else { return Err(lost(reader)) };
    let bad = || Fault::at(&line, "bad_name", "the two names cannot be told apart");
    let names = rest.strip_suffix(b" differ").ok_or_else(bad)?;
    let mut cuts = names.windows(5).enumerate().filter(|(_, window)| *window == b" and ").map(|(at, _)| at);
    let (Some(cut), None) = (cuts.next(), cuts.next()) else { return Err(bad()) };
    let (old, new) = (names.get(..cut).unwrap_or_default(), names.get(cut + 5..).unwrap_or_default());
    let header = Header { created: old == NOTHING, deleted: new == NOTHING, ..Header::default() };
    header.check(&line)?;
    let path = names::path(&line, &plain_path(&line, old, new)?)?;
    Ok(assemble(header, Body::Binary { names: Vec::new() }, None, path))
}

/// The path two plain names mean: without their first components, or without the suffix of a backup copy.
fn plain_path(line: &Line<'_>, old: &[u8], new: &[u8]) -> Result<Vec<u8>, Box<Fault>> {
    let bare = |name: &[u8]| name.strip_prefix(b"./").unwrap_or(name).to_vec();
    let (old, new) = (bare(old), bare(new));
    let one = |name: &[u8], prefix: &[u8]| name.strip_prefix(prefix).unwrap_or(name).to_vec();
    if old == NOTHING {
        return Ok(one(&new, b"b/"));
    }
    if new == NOTHING {
        return Ok(one(&old, b"a/"));
    }
    if let Some((path, _)) = names::common(&old, &new) {
        return Ok(path.to_vec());
    }
    let backup = [".orig", ".old", ".bak", "~"].iter().any(|end| old.strip_suffix(end.as_bytes()) == Some(&*new));
    match backup {
        true => Ok(new),
        false => Err(Fault::at(line, "names_disagree", "the two names of this file do not mean one path")
            .label("expected `--- a/PATH` and `+++ b/PATH`")
            .help("compare two trees with `diff -ruN OLD NEW`, or use `git diff`")),
    }
}

/// The first second of 1970, as `diff` prints it: `1970-01-01 01:00:00.000000000 +0100`.
fn is_epoch(time: &[u8]) -> bool {
    let words: Vec<&str> = std::str::from_utf8(time).unwrap_or_default().split(' ').collect();
    match words.as_slice() {
        [date, clock, offset] => Moment::parse(&format!("{date}T{clock}{offset}")) == Some(Moment::from_unix(0)),
        _ => false,
    }
}

/// Never reached: the caller has seen the line. An error all the same, so that no change of the caller can panic.
fn lost(reader: &Reader<'_>) -> Box<Fault> {
    let line = reader.peek().unwrap_or(Line { text: b"", start: 0, number: 1, whole: true });
    Fault::at(&line, "bad_header", "a file was expected here")
}
