//! A roster to a page for people, and the matrix to a CODEOWNERS file.

mod codeowners;
mod compared;
mod data;
mod html;
mod lists;
mod markdown;

pub use codeowners::write_codeowners;
pub use compared::{Compared, render_made};

use crate::model::Roster;
use std::io::{self, BufWriter, Write};

/// How a roster is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RosterFormat {
    /// One Markdown file.
    Markdown,
    /// One HTML page that needs nothing beside itself.
    Html,
}

impl RosterFormat {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 2] = [Self::Markdown, Self::Html];

    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

/// The state a page was made from, for a page that is published and not committed: a page that names the commit it is part
/// of cannot be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// For people: `commit 1a2b3c4d5e6f`.
    pub state: String,
    /// The day of the commit.
    pub day: Option<String>,
}

/// Writes the page. The same roster and stamp give the same bytes.
///
/// # Errors
/// Only those of `out`.
pub fn render_roster(
    roster: &Roster,
    format: RosterFormat,
    stamp: Option<&Stamp>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    match format {
        RosterFormat::Markdown => markdown::write(roster, stamp, &mut out)?,
        RosterFormat::Html => html::write(roster, stamp, &mut out)?,
    }
    out.flush()
}

/// Words that stand near the head of every file made here, so that no other file is ever written over.
const MARK: &str = "Made by changeward";

/// How far into a file the mark is looked for: the style of a page stands behind it.
const HEAD: usize = 400;

/// Whether a file was made by [`render_roster`] or [`write_codeowners`].
pub fn is_made_here(file: &[u8]) -> bool {
    let head = file.get(..HEAD).unwrap_or(file);
    head.windows(MARK.len()).any(|words| words == MARK.as_bytes())
}
