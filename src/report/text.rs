//! Lines on a screen: words with a tone, wrapped at the width people see, coloured only where colour is wanted.
//!
//! Strangers' text enters a [`Para`] by [`theirs`](Para::theirs) or [`name`](Para::name), which put it through the
//! terminal's sink; [`ours`](Para::ours) takes only sentences of this house.

use super::Style;
use super::escape::terminal;
use anstyle::{AnsiColor, Style as Ansi};
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a word is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tone {
    /// As the terminal has it.
    Plain,
    /// A heading, a name that matters.
    Strong,
    /// Beside the point.
    Dim,
    /// Met, allowed.
    Good,
    /// Waiting, worth a look.
    Wait,
    /// Wrong, forbidden.
    Bad,
    /// The verdict itself, on a coloured ground.
    Banner(Light),
}

/// The three colours of a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Light {
    /// It may go ahead.
    Green,
    /// It waits.
    Yellow,
    /// It is blocked.
    Red,
}

impl Tone {
    fn ansi(self) -> Ansi {
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().bold(),
            Self::Dim => Ansi::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Wait => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default(),
            Self::Banner(light) => {
                let ground = match light {
                    Light::Green => AnsiColor::Green,
                    Light::Yellow => AnsiColor::Yellow,
                    Light::Red => AnsiColor::Red,
                };
                AnsiColor::Black.on(ground).bold()
            }
        }
    }
}

/// The columns a stranger's text takes once it is safe to show.
pub(super) fn columns(text: &str) -> usize {
    terminal(text).width()
}

/// One finished line.
pub(super) type Line = Vec<(Tone, String)>;

/// Writes finished lines.
pub(super) fn write_lines(lines: &[Line], style: &Style, out: &mut impl Write) -> io::Result<()> {
    for line in lines {
        for (n, (tone, text)) in line.iter().enumerate() {
            // The blank between two words of one tone belongs to it: one sequence colours both.
            let before = n.checked_sub(1).and_then(|n| line.get(n));
            let same = |other: Option<&(Tone, String)>| other.is_some_and(|(other, _)| other == tone);
            let coloured = style.colour && *tone != Tone::Plain;
            if coloured && !same(before) {
                write!(out, "{}", tone.ansi())?;
            }
            out.write_all(text.as_bytes())?;
            if coloured && !same(line.get(n + 1)) {
                write!(out, "{:#}", tone.ansi())?;
            }
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A paragraph before it is broken into lines.
pub(super) struct Para {
    first: usize,
    hang: usize,
    words: Vec<(Tone, String)>,
}

impl Para {
    /// A paragraph whose first line is indented by `first` columns and whose others by `hang`.
    pub(super) fn new(first: usize, hang: usize) -> Self {
        Self { first, hang, words: Vec::new() }
    }

    /// Adds a sentence of ours, broken at its spaces.
    pub(super) fn ours(mut self, tone: Tone, text: &str) -> Self {
        self.words.extend(text.split(' ').filter(|w| !w.is_empty()).map(|w| (tone, w.to_owned())));
        self
    }

    /// Adds words of ours that must stay on one line, spaces and all (a banner, a column).
    pub(super) fn block(mut self, tone: Tone, text: String) -> Self {
        self.words.push((tone, text));
        self
    }

    /// Adds a stranger's sentence, broken at its spaces.
    pub(super) fn theirs(self, tone: Tone, text: &str) -> Self {
        let safe = terminal(text);
        self.ours(tone, &safe)
    }

    /// Adds a stranger's sentence in which blanks count: those that are more than one stay with the word before them.
    pub(super) fn verbatim(mut self, tone: Tone, text: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        for word in terminal(text).split(' ') {
            match words.last_mut().filter(|_| word.is_empty()) {
                Some(last) => last.push(' '),
                None => words.push(word.to_owned()),
            }
        }
        self.words.extend(words.into_iter().map(|word| (tone, word)));
        self
    }

    /// Adds a stranger's name, never broken: a path may contain two spaces in a row.
    pub(super) fn name(self, tone: Tone, text: &str) -> Self {
        let safe = terminal(text);
        self.block(tone, safe)
    }

    /// Adds a stranger's name of at most so many columns (never fewer than 8), its middle left out if need be.
    pub(super) fn name_within(self, tone: Tone, text: &str, room: usize) -> Self {
        self.block(tone, shorten(terminal(text), room.max(8)))
    }

    /// Adds a stranger's name padded to a column.
    pub(super) fn column(self, tone: Tone, text: &str, width: usize) -> Self {
        let name = terminal(text);
        let pad = " ".repeat(width.saturating_sub(name.width()));
        self.block(tone, name + &pad)
    }

    /// Nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The columns it takes on one line.
    pub(super) fn wide(&self) -> usize {
        self.first + self.words.iter().map(|(_, word)| word.width() + 1).sum::<usize>().saturating_sub(1)
    }

    /// Puts punctuation of ours right behind the last word.
    pub(super) fn then(mut self, punctuation: &str) -> Self {
        if let Some((_, word)) = self.words.last_mut() {
            word.push_str(punctuation);
        }
        self
    }

    /// Breaks it into lines. With `most`, a word too wide for a line loses its middle and lines beyond `most` are cut off,
    /// visibly; without, everything is there and a very wide word sticks out.
    pub(super) fn lines(self, width: usize, most: Option<usize>) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut line: Line = vec![(Tone::Plain, " ".repeat(self.first))];
        let (mut used, mut empty, mut cut) = (self.first, true, false);
        for (tone, word) in self.words {
            let room = width.saturating_sub(self.hang.max(self.first)).max(8);
            let word = if most.is_some() { shorten(word, room) } else { word };
            let wide = word.width();
            if !empty && used + 1 + wide > width {
                if most.is_some_and(|most| lines.len() + 1 >= most) {
                    cut = true;
                    break;
                }
                lines.push(std::mem::replace(&mut line, vec![(Tone::Plain, " ".repeat(self.hang))]));
                (used, empty) = (self.hang, true);
            }
            if !empty {
                let before = line.last().map_or(Tone::Plain, |(tone, _)| *tone);
                line.push((if before == tone { tone } else { Tone::Plain }, " ".to_owned()));
                used += 1;
            }
            line.push((tone, word));
            used += wide;
            empty = false;
        }
        if cut {
            end_with_ellipsis(&mut line, used, width);
        }
        lines.push(line);
        lines
    }
}

/// Marks a line as cut, dropping words until the mark fits.
fn end_with_ellipsis(line: &mut Line, mut used: usize, width: usize) {
    while line.len() > 2 && (used + 2 > width || line.last().is_some_and(|(_, word)| word == " ")) {
        if let Some((_, word)) = line.pop() {
            used = used.saturating_sub(word.width());
        }
    }
    line.push((Tone::Dim, " …".to_owned()));
}

/// A word with its middle replaced by `…` when it is wider than `room` columns. A path keeps more of its end.
pub(super) fn shorten(word: String, room: usize) -> String {
    if word.width() <= room {
        return word;
    }
    let head_room = room.saturating_sub(1) / 3;
    let tail_room = room.saturating_sub(1 + head_room);
    let head = take(word.chars(), head_room);
    let tail: String = take(word.chars().rev(), tail_room).chars().rev().collect();
    format!("{head}…{tail}")
}

fn take(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Para, Tone, shorten};

    fn text(para: Para, width: usize, most: Option<usize>) -> Vec<String> {
        para.lines(width, most).into_iter().map(|line| line.into_iter().map(|(_, text)| text).collect()).collect()
    }

    #[test]
    fn paragraphs_break_at_the_width_people_see() {
        let para = || Para::new(0, 2).ours(Tone::Plain, "one two").theirs(Tone::Plain, "漢字 three");
        assert_eq!(text(para(), 12, None), ["one two 漢字", "  three"]);
        assert_eq!(text(para(), 11, None), ["one two", "  漢字", "  three"].map(str::to_owned).to_vec());
        assert_eq!(text(para(), 12, Some(1)), ["one two …"]);
        assert_eq!(text(Para::new(2, 2).name(Tone::Plain, "a  b"), 40, Some(1)), ["  a  b"]);
    }

    #[test]
    fn a_long_word_keeps_its_ends() {
        assert_eq!(shorten("abcdefghijkl".to_owned(), 7), "ab…ijkl");
        assert_eq!(shorten("abc".to_owned(), 3), "abc");
    }
}
