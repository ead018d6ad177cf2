//! How far a long reading has come: on the standard error, only on a terminal, gone when it is done.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};

/// How often it is drawn, a second.
const FRAMES: u8 = 10;

/// A bar that appears once there is something to wait for.
pub(super) struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    terminal: bool,
}

impl Progress {
    /// Nothing is drawn yet.
    pub(super) fn of(what: &'static str) -> Self {
        Self { what, bar: None, terminal: io::stderr().is_terminal() }
    }

    /// So many of so many are done.
    pub(super) fn step(&mut self, done: u64, all: u64) {
        if self.terminal {
            self.bar.get_or_insert_with(|| bar(self.what, all)).set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(what: &'static str, all: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr_with_hz(FRAMES));
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos} of {len} ({eta} left)");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ "));
    bar.set_message(what);
    bar
}
