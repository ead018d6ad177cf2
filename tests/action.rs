//! The Action: what it says of itself is true, what it installs is what its commit names, its workflows are clean under the
//! linters, and act runs it as a runner would, verdict by verdict.
//!
//! The linters and act come from `tests/action/install`, which `.ci/run` calls; without them the tests that need them say
//! loudly that nobody looked. `SNAPSHOTS=overwrite cargo test --test action` makes the tables of `docs/action.md` anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::string_slice,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

#[path = "action/act.rs"]
mod act;
#[path = "support/github/mod.rs"]
mod github;
#[path = "action/install.rs"]
mod install;
#[path = "action/linters.rs"]
mod linters;
#[path = "action/page.rs"]
mod page;
#[path = "action/release.rs"]
mod release;
#[path = "support/temp_repo.rs"]
mod temp_repo;
#[path = "action/verdicts.rs"]
mod verdicts;
#[path = "action/workflows.rs"]
mod workflows;
#[path = "action/yaml.rs"]
mod yaml;

use std::path::{Path, PathBuf};

/// What `tests/action/install` fetches, as long as all of it is there.
fn tool(name: &str) -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/action");
    let found = tools.join(name);
    if !found.exists() {
        eprintln!("!!! {name} is not installed (tests/action/install): nobody looked at the Action with it");
    }
    found.exists().then_some(found)
}

fn read(file: impl AsRef<Path>) -> String {
    let file = file.as_ref();
    std::fs::read_to_string(file).unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

/// The files of a folder that end in `ending`, in order.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut all: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()))
        .filter(|file| file.ends_with(ending))
        .collect();
    all.sort();
    assert!(!all.is_empty(), "{folder} has none");
    all
}
