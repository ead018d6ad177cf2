//! The lines of a file's hunks, read by the counts in their headers and by nothing else: a removed line that reads
//! `-- a/x` is a line, not a header.

use super::error::Fault;
use super::reader::{Line, Reader};

/// What the hunks of one file add up to.
#[derive(Default)]
pub(super) struct Text {
    pub(super) additions: u64,
    pub(super) deletions: u64,
    /// Some hunk has lines of this side.
    pub(super) has_old: bool,
    pub(super) has_new: bool,
    /// This side is a Git LFS pointer.
    pub(super) old_lfs: bool,
    pub(super) new_lfs: bool,
    /// All hunks, in bytes of the patch.
    pub(super) span: std::ops::Range<usize>,
}

/// `-START,COUNT` or `+START,COUNT`.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub(super) start: u64,
    pub(super) count: u64,
}

/// Reads all hunks of a file; there must be one.
pub(super) fn hunks(reader: &mut Reader<'_>, file: &Line<'_>) -> Result<Text, Box<Fault>> {
    let start = reader.offset();
    let mut text = Text::default();
    let mut last = None;
    while let Some((line, after)) = reader.take_after(b"@@ -")? {
        let (old, new) = ranges(after).ok_or_else(|| {
            Fault::at(&line, "bad_hunk", "not a hunk header").label("expected `@@ -LINE,COUNT +LINE,COUNT @@`")
        })?;
        if last.is_some_and(|(before_old, before_new)| old.start < before_old || new.start < before_new) {
            return Err(Fault::at(&line, "bad_hunk", "this hunk starts before the one above it ends")
                .label("hunks of a file are in order and do not overlap"));
        }
        last = Some((old.start + old.count, new.start + new.count));
        body(reader, &line, old, new, &mut text)?;
    }
    match last {
        Some(_) => Ok(Text { span: start..reader.offset(), ..text }),
        None => Err(Fault::cut_off(file, "the file has no hunk")),
    }
}

fn body(reader: &mut Reader<'_>, header: &Line<'_>, old: Range, new: Range, out: &mut Text) -> Result<(), Box<Fault>> {
    let (mut old_left, mut new_left) = (old.count, new.count);
    out.has_old |= old.count > 0;
    out.has_new |= new.count > 0;
    while old_left > 0 || new_left > 0 {
        let Some(line) = reader.take()? else {
            return Err(Fault::cut_off(header, "the hunk has fewer lines than its header says"));
        };
        let (removes, adds) = match line.text.first() {
            // Mailers and editors drop the one space of an empty context line; git accepts that too.
            Some(b' ') | None => (true, true),
            Some(b'-') => (true, false),
            Some(b'+') => (false, true),
            Some(b'\\') => continue,
            Some(_) => return Err(short(&line)),
        };
        if (removes && old_left == 0) || (adds && new_left == 0) {
            return Err(Fault::at(&line, "bad_hunk", "the hunk has more lines than its header says")
                .label("one too many of its kind"));
        }
        let content = line.text.get(1..).unwrap_or_default();
        if removes {
            out.old_lfs |= is_lfs(content, old.start + (old.count - old_left));
            old_left -= 1;
        }
        if adds {
            out.new_lfs |= is_lfs(content, new.start + (new.count - new_left));
            new_left -= 1;
        }
        out.deletions += u64::from(removes && !adds);
        out.additions += u64::from(adds && !removes);
    }
    while reader.peek().is_some_and(|line| line.text.starts_with(b"\\ ")) {
        reader.take()?;
    }
    Ok(())
}

fn short(line: &Line<'_>) -> Box<Fault> {
    Fault::at(line, "cut_off", "the hunk has fewer lines than its header says")
        .label("this line is no part of a hunk")
        .help("the patch is cut off, spliced or edited: write it again, whole")
}

/// `START,COUNT +START,COUNT @@ …`; a count of 1 is left out.
pub(super) fn ranges(after: &[u8]) -> Option<(Range, Range)> {
    let end = after.windows(3).position(|window| window == b" @@")?;
    let mut words = after.get(..end)?.split(|byte| *byte == b' ');
    let (old, new) = (words.next()?, words.next()?.strip_prefix(b"+")?);
    words.next().is_none().then_some(())?;
    Some((range(old)?, range(new)?))
}

fn range(text: &[u8]) -> Option<Range> {
    let text = std::str::from_utf8(text).ok()?;
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    let number = |digits: &str| {
        let sound = (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        sound.then(|| digits.parse::<u64>().ok()).flatten()
    };
    Some(Range { start: number(start)?, count: number(count)? })
}

/// The first or the second line of a pointer file (git-lfs `docs/spec.md`). With less context than three lines only
/// the second is in the patch.
fn is_lfs(content: &[u8], number: u64) -> bool {
    match number {
        1 => content == b"version https://git-lfs.github.com/spec/v1",
        2 => content.strip_prefix(b"oid sha256:").is_some_and(|id| super::is_hex(id, 64)),
        _ => false,
    }
}
