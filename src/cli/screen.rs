//! The terminal: whether it shows colour, and how wide it is.

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use clap::builder::Styles;
use std::ffi::OsString;
use std::io::IsTerminal;

/// The colours of the help pages.
pub(super) const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new())
    .error(AnsiColor::Red.on_default().bold())
    .valid(AnsiColor::Green.on_default())
    .invalid(AnsiColor::Yellow.on_default());

/// The width where nobody says otherwise.
const WIDTH: usize = 80;
/// The widest line that is still read with ease.
const WIDEST: usize = 120;
/// Below that no layout holds.
const NARROWEST: usize = 40;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set; elsewhere if CLICOLOR_FORCE is
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colour {
    /// What the arguments wish for, read before they are known to be sound: a usage error has a colour too.
    pub(super) fn wished(argv: &[OsString]) -> Self {
        let mut last = None;
        let mut words = argv.iter().filter_map(|word| word.to_str());
        while let Some(word) = words.next() {
            match word.strip_prefix("--color") {
                Some("") => last = words.next(),
                Some(rest) => last = rest.strip_prefix('=').or(last),
                None => {}
            }
        }
        last.and_then(|word| Self::from_str(word, false).ok()).unwrap_or_default()
    }

    /// The same wish, in clap's words.
    pub(super) fn for_help(self) -> clap::ColorChoice {
        match self {
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }

    /// Whether a stream gets colour. `anstream` knows NO_COLOR, CLICOLOR_FORCE, TERM and who is a terminal.
    pub(super) fn on(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            Self::Auto => anstream::AutoStream::choice(stream) != ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The standard output as a screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    /// Escape codes are welcome.
    pub(super) colour: bool,
    /// Columns to fill.
    pub(super) width: usize,
}

impl Screen {
    /// Looks at the standard output.
    pub(super) fn new(wish: Colour, columns: Option<&str>) -> Self {
        let out = std::io::stdout();
        Self { colour: wish.on(&out), width: width(columns, out.is_terminal()) }
    }
}

/// The width to fill: `COLUMNS` if somebody sets it, else the terminal's, else 80; kept within what can be read.
pub(super) fn width(columns: Option<&str>, terminal: bool) -> usize {
    let wished = columns.and_then(|text| text.trim().parse().ok()).filter(|n| *n > 0);
    let measured = || terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    wished.or_else(measured).unwrap_or(WIDTH).clamp(NARROWEST, WIDEST)
}

#[cfg(test)]
mod tests {
    use super::{Colour, width};
    use std::ffi::OsString;

    #[test]
    fn the_last_wish_for_colour_holds() {
        let table: &[(&[&str], Colour)] = &[
            (&["x"], Colour::Auto),
            (&["x", "--color=never", "check"], Colour::Never),
            (&["x", "check", "--color", "always"], Colour::Always),
            (&["x", "--color=never", "--color", "always"], Colour::Always),
            (&["x", "--color"], Colour::Auto),
            (&["x", "--colorful=never"], Colour::Auto),
            (&["x", "--color=purple"], Colour::Auto),
        ];
        for (argv, expected) in table {
            let argv: Vec<OsString> = argv.iter().map(OsString::from).collect();
            assert_eq!(Colour::wished(&argv), *expected, "{argv:?}");
        }
    }

    #[test]
    fn the_width_stays_readable() {
        let table =
            [(None, 80), (Some("100"), 100), (Some("0"), 80), (Some("wide"), 80), (Some("9"), 40), (Some("999"), 120)];
        for (columns, expected) in table {
            assert_eq!(width(columns, false), expected, "{columns:?}");
        }
    }
}
