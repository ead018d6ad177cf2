//! A file by line: what stands in place of what.
//!
//! Only where every changed line has one in its place can a rule about pairs of lines hold. So there is no search for
//! lines that moved: the same beginning and the same end are left out, and what is between must be as long on both sides.

use crate::model::{LineEdits, LinePair};

/// More changed lines than this are not put side by side.
const MOST: usize = 10_000;

/// Puts the lines of two states side by side.
pub fn line_edits(old: Option<&[u8]>, new: Option<&[u8]>) -> LineEdits {
    let uneven = |why: &str| LineEdits { pairs: Vec::new(), uneven: Some(why.to_owned()) };
    let (Some(old), Some(new)) = (old, new) else { return uneven("the file comes or goes as a whole") };
    let (Ok(old), Ok(new)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else {
        return uneven("it is not UTF-8 text");
    };
    if old.contains('\0') || new.contains('\0') {
        return uneven("it is not text");
    }
    if old.ends_with('\n') != new.ends_with('\n') {
        return uneven("its last line ends differently");
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split('\n').collect(), new.split('\n').collect());
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    if old.len() != new.len() {
        return uneven("lines are added or removed");
    }
    let changed = old.iter().zip(new).take(old.len() - end).enumerate().filter(|(_, (old, new))| old != new);
    let pairs = changed.map(|(at, (old, new))| LinePair {
        line: u32::try_from(start + at + 1).unwrap_or(u32::MAX),
        old: (*old).to_owned(),
        new: (*new).to_owned(),
    });
    let pairs: Vec<LinePair> = pairs.take(MOST + 1).collect();
    if pairs.len() > MOST {
        return uneven("too many lines change");
    }
    if pairs.iter().any(|pair| pair.old.ends_with('\r') != pair.new.ends_with('\r')) {
        return uneven("its line ends change");
    }
    let bare = |line: String| line.strip_suffix('\r').map(str::to_owned).unwrap_or(line);
    let pairs = pairs.into_iter().map(|LinePair { line, old, new }| LinePair { line, old: bare(old), new: bare(new) });
    LineEdits { pairs: pairs.collect(), uneven: None }
}

#[cfg(test)]
mod tests {
    use super::line_edits;

    #[test]
    fn lines_stand_side_by_side_or_it_is_said_why_not() {
        type Row = (&'static str, &'static str, &'static [(u32, &'static str, &'static str)], Option<&'static str>);
        let table: &[Row] = &[
            ("a\nb\nc\n", "a\nx\nc\n", &[(2, "b", "x")], None),
            ("a\nb\nc\n", "x\nb\ny\n", &[(1, "a", "x"), (3, "c", "y")], None),
            ("a\n", "a\n", &[], None),
            ("a\n", "a", &[], Some("its last line ends differently")),
            ("a\nb\n", "a\nb\nc\n", &[], Some("lines are added or removed")),
            ("a\n", "a\r\n", &[], Some("its line ends change")),
            ("a\r\nb\r\n", "a\r\nx\r\n", &[(2, "b", "x")], None),
            ("a\n", "\0\n", &[], Some("it is not text")),
        ];
        for (old, new, pairs, uneven) in table {
            let edits = line_edits(Some(old.as_bytes()), Some(new.as_bytes()));
            let found: Vec<_> = edits.pairs.iter().map(|pair| (pair.line, &*pair.old, &*pair.new)).collect();
            assert_eq!((found.as_slice(), edits.uneven.as_deref()), (*pairs, *uneven), "{old:?} {new:?}");
        }
        assert_eq!(line_edits(None, Some(b"a")).uneven.as_deref(), Some("the file comes or goes as a whole"));
        assert_eq!(line_edits(Some(b"\xff"), Some(b"a")).uneven.as_deref(), Some("it is not UTF-8 text"));
    }
}
