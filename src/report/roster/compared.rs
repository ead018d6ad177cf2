//! What became of a file that was made, or how a committed one differs from what it would be.

use crate::report::escape::terminal;
use crate::report::words::clip;
use std::io::{self, Write};

/// Characters shown of a line that differs.
const SHOWN: usize = 160;

/// Characters shown before the first one that differs.
const BEFORE: usize = 40;

/// A file that was made, and the one that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Compared {
    /// It was not there and is now.
    Written,
    /// It took the place of an older one.
    Replaced,
    /// What is there is what would be made.
    Same,
    /// The one that is there differs.
    Stale(Difference),
    /// There is none.
    Missing,
}

/// Where two texts differ first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The line, from 1.
    pub line: usize,
    /// That line as it is; `None` where the text has ended.
    pub is: Option<String>,
    /// That line as it would be.
    pub would_be: Option<String>,
}

impl Compared {
    /// Compares what is there with what would be made.
    pub fn of(is: Option<&[u8]>, would_be: &[u8]) -> Self {
        let Some(is) = is else { return Self::Missing };
        if is == would_be {
            return Self::Same;
        }
        let (left, right) = (String::from_utf8_lossy(is), String::from_utf8_lossy(would_be));
        let (mut left, mut right) = (left.split('\n'), right.split('\n'));
        let mut line = 0;
        loop {
            line += 1;
            let (is, would_be) = (left.next(), right.next());
            if is != would_be || is.is_none() {
                let from =
                    is.zip(would_be).map_or(0, |(a, b)| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count());
                let shown = |text: &str| excerpt(text, from.saturating_sub(BEFORE));
                return Self::Stale(Difference { line, is: is.map(shown), would_be: would_be.map(shown) });
            }
        }
    }

    /// The committed file is what it would be, or was made so.
    pub fn is_fresh(&self) -> bool {
        !matches!(self, Self::Stale(_) | Self::Missing)
    }
}

/// A line from some character on, so that the difference of two very long lines is seen.
fn excerpt(line: &str, from: usize) -> String {
    let rest: String = line.chars().skip(from).take(SHOWN + 1).collect();
    format!("{}{}", if from > 0 { "…" } else { "" }, clip(&rest, SHOWN))
}

/// Says what became of a file, for a person; `command` makes it anew.
///
/// # Errors
/// Only those of `out`.
pub fn render_made(file: &str, made: &Compared, command: &str, out: &mut dyn Write) -> io::Result<()> {
    let file = terminal(file);
    match made {
        Compared::Written => return writeln!(out, "wrote    {file}"),
        Compared::Replaced => return writeln!(out, "replaced {file}"),
        Compared::Same => return writeln!(out, "fresh    {file}"),
        Compared::Missing => writeln!(out, "stale    {file}: there is no such file")?,
        Compared::Stale(difference) => {
            writeln!(out, "stale    {file}, first on line {}", difference.line)?;
            let line = |text: &Option<String>| text.as_deref().map_or_else(|| "(nothing more)".to_owned(), terminal);
            writeln!(out, "  is       {}", line(&difference.is))?;
            writeln!(out, "  would be {}", line(&difference.would_be))?;
        }
    }
    writeln!(out, "\nMake it anew: {}", terminal(command))
}

#[cfg(test)]
mod tests {
    use super::{Compared, Difference, render_made};

    #[test]
    fn the_first_difference_is_shown_however_long_the_line() {
        let long = |end: &str| format!("same\n{}{end}{}\n", "x".repeat(5_000), "y".repeat(5_000));
        let told = |is: Option<&str>, would_be: &str| {
            let mut out = Vec::new();
            let made = Compared::of(is.map(str::as_bytes), would_be.as_bytes());
            render_made("docs/a.md", &made, "changeward owners docs", &mut out).unwrap();
            (made.is_fresh(), String::from_utf8(out).unwrap())
        };
        assert_eq!(told(Some("a\n"), "a\n"), (true, "fresh    docs/a.md\n".to_owned()));
        let (fresh, text) = told(None, "a\n");
        assert!(!fresh && text.contains("no such file") && text.ends_with("Make it anew: changeward owners docs\n"));
        let (fresh, text) = told(Some(&long("A")), &long("B\u{1b}[2J"));
        assert!(!fresh && text.contains("first on line 2") && text.contains("xAy") && text.contains("xB\\u{1b}[2Jy"));
        assert!(text.lines().all(|line| line.chars().count() < 300), "{text}");
        let cut = Difference { line: 2, is: Some(String::new()), would_be: Some("b".to_owned()) };
        assert_eq!(Compared::of(Some(b"a\n"), b"a\nb\n"), Compared::Stale(cut));
    }
}
