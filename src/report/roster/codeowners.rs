//! A CODEOWNERS file that follows from the matrix.

use crate::model::{CodeownersLine, Principal};
use crate::report::escape::terminal;
use std::io::{self, Write};

/// How such a file begins; [`is_made_here`](super::is_made_here) knows it by its first words.
const HEADER: &str = "# Made by changeward from .changeward/ownership.toml. Do not edit it: change the matrix, then run\n\
                      #   changeward owners docs --codeowners --output";

/// Writes the file that is to stand at `place`. Of two lines that match a file the later one decides, there and in the
/// matrix.
///
/// # Errors
/// Only those of `out`.
pub fn write_codeowners(lines: &[CodeownersLine], place: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADER} {}", terminal(place))?;
    let mut row = None;
    for line in lines.iter().filter(|line| !line.patterns.is_empty()) {
        if row != Some(&line.row) {
            writeln!(out, "\n# {}", terminal(&line.row))?;
            row = Some(&line.row);
        }
        if line.listed {
            writeln!(out, "# file by file, since this dialect cannot say {}", terminal(&line.glob))?;
        }
        let owners: Vec<&str> = line.owners.iter().map(Principal::as_str).collect();
        for pattern in &line.patterns {
            // A pattern is exact or worthless, so it passes no sink: it holds no control character, which the dialect has
            // no way to write, and what is written is read back before it is shown.
            writeln!(out, "{pattern} {}", owners.join(" "))?;
        }
    }
    Ok(())
}
