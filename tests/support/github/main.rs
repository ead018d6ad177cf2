//! The stand-in of GitHub alone: reads a scenario, says where it serves, and serves until its standard input ends.
//!
//! ```sh
//! cargo run --example fake_github -- scenario.toml
//! ```
//!
//! The first line it prints is `{"port", "api", "graphql"}`. `GET /__fake/state` tells everything that is remembered and
//! asked, `POST /__fake/act` makes somebody do something. It ends with 1 when anything was against GitHub's description.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool of the tests")]

#[path = "mod.rs"]
mod github;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(file) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: fake_github SCENARIO");
        return ExitCode::from(2);
    };
    let fake = match github::scenario::start(&file) {
        Ok(fake) => fake,
        Err(why) => {
            eprintln!("{}: {why}", file.display());
            return ExitCode::from(2);
        }
    };
    println!("{}", serde_json::json!({"port": fake.port(), "api": fake.api(), "graphql": fake.graphql()}));
    let _end = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    let violations = fake.violations();
    for violation in &violations {
        eprintln!("against GitHub's description: {violation}");
    }
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
