//! What is shown when there is no answer.

use super::screen::{Colour, width};
use crate::app::answer::{clean, drawn};
use crate::app::failure::Failure;
use miette::{Diagnostic, GraphicalTheme};
use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;

/// The exit code after a panic: that of an internal failure.
pub const PANICKED: u8 = 1;

/// The panic hook: says that this is a bug, where, and what to do.
pub fn apologise(info: &PanicHookInfo<'_>) {
    let said = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
    // A closed standard error must not turn one panic into two.
    let _ = writeln!(
        io::stderr(),
        "changeward: this is a bug, and nothing was decided ({}, {place}).\n\
         Please report it, with the command you ran.",
        clean(said)
    );
}

/// Shows a failure on the standard error: drawn with colour on a terminal, in plain ASCII elsewhere.
pub(super) fn show(failure: &Failure, wish: Colour, columns: Option<&str>) {
    let stream = io::stderr();
    let terminal = stream.is_terminal();
    let theme = match (wish.on(&stream), terminal) {
        (true, _) => GraphicalTheme::unicode(),
        (false, true) => GraphicalTheme::unicode_nocolor(),
        (false, false) => GraphicalTheme::none(),
    };
    // Nobody is left to tell if this cannot be written; the exit code stays.
    let _ = stream.lock().write_all(drawn(failure.diagnostic(), theme, width(columns, terminal)).as_bytes());
}

/// Says something beside the answer, on the standard error.
pub(super) fn tell(text: &str) {
    if text.trim().is_empty() {
        return;
    }
    // Nobody is left to tell if this cannot be written.
    let _ = io::stderr().lock().write_all((clean(text.trim_end()) + "\n").as_bytes());
}

/// The answer could not be written.
pub(super) fn unwritable(error: io::Error) -> Failure {
    Failure::world(Unwritable(error))
}

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the answer could not be written")]
#[diagnostic(
    code(changeward::output),
    help("nothing was changed; make room for the standard output or redirect it elsewhere, and run it again")
)]
struct Unwritable(#[source] io::Error);
