//! Which path a patch means: quoting, prefixes, and nothing that leaves the repository.

use super::error::Fault;
use super::reader::Line;
use crate::model::RepoPath;

/// How many leading components of a name are the patch's own (`a/`, `b/`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Strip {
    /// `--no-prefix`
    None,
    /// `a/` and `b/`, `i/` and `w/`, `old/` and `new/`.
    One,
}

impl Strip {
    /// The name without the prefix; `None` when it has no prefix to take away.
    pub(super) fn apply(self, name: &[u8]) -> Option<&[u8]> {
        match self {
            Self::None => Some(name),
            Self::One => after_slash(name),
        }
    }
}

fn after_slash(name: &[u8]) -> Option<&[u8]> {
    name.get(name.iter().position(|byte| *byte == b'/')? + 1..)
}

/// The path both names mean, and the prefix they carry: none when they are equal, one component when they are equal
/// without it. Git writes two names that differ otherwise only for renames and copies, where it also says them plainly.
pub(super) fn common<'a>(old: &'a [u8], new: &[u8]) -> Option<(&'a [u8], Strip)> {
    if old == new {
        return Some((old, Strip::None));
    }
    let path = after_slash(old)?;
    (Some(path) == after_slash(new)).then_some((path, Strip::One))
}

/// The old name and the new one.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// A name, and the time after it if there is one.
pub(super) type Stamped<'a> = (Vec<u8>, Option<&'a [u8]>);

/// The two names of a `diff --git` line. Unquoted names may hold spaces: the line is two names of one length.
pub(super) fn split_git_line(line: &Line<'_>, rest: &[u8]) -> Result<Option<Pair>, Box<Fault>> {
    let cut = if rest.starts_with(b"\"") {
        closing_quote(rest).map(|end| end + 1)
    } else if rest.ends_with(b"\"") {
        rest.windows(2).position(|pair| pair == b" \"")
    } else {
        (rest.len() % 2 == 1).then_some(rest.len() / 2)
    };
    let Some(cut) = cut.filter(|cut| rest.get(*cut) == Some(&b' ')) else { return Ok(None) };
    let (old, new) = (rest.get(..cut).unwrap_or_default(), rest.get(cut + 1..).unwrap_or_default());
    Ok(Some((unquote(line, old)?, unquote(line, new)?)))
}

fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().enumerate().skip(1).find_map(|(at, byte)| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes.then_some(at)
    })
}

/// The name on a `---` or `+++` line: up to the tab before the time, or to the end.
pub(super) fn header_name<'a>(line: &Line<'_>, rest: &'a [u8]) -> Result<Stamped<'a>, Box<Fault>> {
    let end = match rest.starts_with(b"\"") {
        true => closing_quote(rest).map(|end| end + 1),
        false => rest.iter().position(|byte| *byte == b'\t'),
    };
    let (name, after) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, b""));
    let time = after.strip_prefix(b"\t");
    if !after.is_empty() && time.is_none() {
        return Err(bad(line));
    }
    Ok((unquote(line, name)?, time))
}

/// A name as git writes it: plain, or in double quotes with C escapes (`quote.c`).
pub(super) fn unquote(line: &Line<'_>, text: &[u8]) -> Result<Vec<u8>, Box<Fault>> {
    let name = match text.strip_prefix(b"\"") {
        Some(inner) => inner.strip_suffix(b"\"").and_then(unescape),
        None => Some(text.to_vec()),
    };
    name.filter(|name| !name.is_empty()).ok_or_else(|| bad(line))
}

fn bad(line: &Line<'_>) -> Box<Fault> {
    Fault::at(line, "bad_name", "a name that cannot be read").label("its quotes or escapes are broken")
}

fn unescape(inner: &[u8]) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        name.push(match byte {
            b'"' => return None,
            b'\\' => match bytes.next()? {
                b'a' => 0x07,
                b'b' => 0x08,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 0x0b,
                b'f' => 0x0c,
                b'r' => b'\r',
                escaped @ (b'"' | b'\\') => escaped,
                high @ b'0'..=b'3' => octal(high)? << 6 | octal(bytes.next()?)? << 3 | octal(bytes.next()?)?,
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(name)
}

fn octal(digit: u8) -> Option<u8> {
    (b'0'..=b'7').contains(&digit).then(|| digit - b'0')
}

/// A path inside the repository. Absolute paths and `..` name something else, whatever they look like.
pub(super) fn path(line: &Line<'_>, name: &[u8]) -> Result<RepoPath, Box<Fault>> {
    let sound = !name.contains(&0) && name.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."));
    if !sound {
        return Err(Fault::at(line, "unsafe_path", "a path outside the repository")
            .label("absolute, or with an empty, `.` or `..` part")
            .help("write the patch from the root of the repository with `git diff`"));
    }
    Ok(RepoPath::new(name))
}
