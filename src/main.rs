//! The door: argv, the clock and the environment in; an exit code out.

use changeward::cli::{self, Surroundings, Variables};
use changeward::model::Moment;
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

fn main() -> ExitCode {
    panic::set_hook(Box::new(cli::apologise));
    let around = Surroundings { now: now(), program: program(), columns: columns(), variables: variables() };
    let code = panic::catch_unwind(|| cli::run(std::env::args_os(), &around));
    ExitCode::from(code.unwrap_or(cli::PANICKED))
}

#[expect(clippy::disallowed_methods, reason = "this is where the clock is read, once")]
fn now() -> Moment {
    let seconds = match std::time::SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    };
    Moment::from_unix(seconds)
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read, once")]
fn columns() -> Option<String> {
    std::env::var("COLUMNS").ok()
}

/// What GitHub Actions sets, and the gate's own token. Everything else of the environment is nobody's business here.
fn variables() -> Variables {
    let ours = |name: &str| name.starts_with("GITHUB_") || matches!(name, "RUNNER_TEMP" | "CHANGEWARD_TOKEN");
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok().filter(|name| ours(name))?, value.into_string().ok()?))
    };
    Variables::new(std::env::vars_os().filter_map(text))
}

/// This program's own file. Empty where the system cannot tell: then no policy is evaluated, rather than by a stranger
/// of the same name.
fn program() -> PathBuf {
    std::env::current_exe().unwrap_or_default()
}
