//! Every folder of `examples/`: each console block of its README is run there, and must print what it shows and end with
//! the exit code after `?`.
//!
//! `SNAPSHOTS=overwrite cargo test --test examples` rewrites the outputs; read the difference before committing it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn examples() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir("examples").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    // Those have no story; tests/action.rs runs them.
    all.retain(|path| !path.ends_with("workflows"));
    all.sort();
    all
}

#[test]
fn every_story_comes_out_as_told() {
    let stories = examples();
    assert!(stories.len() >= 6, "the stories were found");
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite");
    let mut wrong = Vec::new();
    for story in stories {
        let readme = story.join("README.md");
        let told = fs::read_to_string(&readme).unwrap_or_else(|_| panic!("{} tells no story", story.display()));
        let (now, commands) = retell(&told, &story);
        assert!(commands > 0, "{} runs nothing", readme.display());
        if overwrite {
            fs::write(&readme, &now).unwrap();
        } else if now != told {
            wrong.push(format!("--- {}\n{now}", readme.display()));
        }
    }
    assert!(wrong.is_empty(), "these stories come out otherwise:\n{}", wrong.join("\n"));
}

/// The README with what its commands really print; how many commands it has.
fn retell(told: &str, folder: &Path) -> (String, usize) {
    let (mut out, mut commands, mut inside) = (String::new(), 0, false);
    for line in told.lines() {
        if inside && line == "```" {
            inside = false;
        }
        match line.strip_prefix("$ ") {
            Some(command) if inside => {
                out.push_str(line);
                out.push('\n');
                out.push_str(&run(command, folder));
                commands += 1;
            }
            _ if inside => {}
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
        if line == "```console" {
            inside = true;
        }
    }
    (out, commands)
}

/// What a command prints, and its exit code where it is not zero.
fn run(command: &str, folder: &Path) -> String {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("changeward"), "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let mut said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    // The digest of the policies changes with every word of them; the stories do not.
    if let Some((before, after)) = said.split_once("  policy ") {
        let digits = after.bytes().take_while(u8::is_ascii_hexdigit).count();
        said = format!("{before}  policy {}{}", ".".repeat(digits), after.get(digits..).unwrap_or_default());
    }
    match output.status.code() {
        Some(0) => said,
        code => format!("{said}? {}\n", code.unwrap_or(-1)),
    }
}
