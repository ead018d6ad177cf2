//! The command, as people type it: every file of `tests/cmd`, every console block of the README, and what a table of
//! texts cannot say (pipes, completions, files written).
//!
//! `TRYCMD=overwrite cargo test --test cli` rewrites the expected outputs; read the difference before committing it.

#![expect(clippy::disallowed_methods, reason = "these tests start the program and look at what it wrote")]
#![expect(clippy::unwrap_used, reason = "a program that cannot be started is a test that fails")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Scrubs what the surroundings could change: colours, width, and git's own settings.
fn changeward(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command.args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn run(args: &[&str]) -> Output {
    changeward(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_people_type() {
    trycmd::TestCases::new()
        .default_bin_name("changeward")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .case("tests/cmd/*.toml")
        .case("README.md")
        .case("docs/templates.md");
}

#[test]
fn completions_know_every_command_that_people_type() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        let script = text(&output.stdout);
        assert!(output.status.success(), "{shell}: {}", text(&output.stderr));
        for word in ["check", "init", "schema", "policy", "completions", "worktree", "fail-on"] {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
        assert!(!script.contains("__evaluate"), "{shell} offers what nobody types");
    }
}

#[test]
fn every_schema_listed_is_one_json_document() {
    let list = run(&["schema", "--list"]);
    let names = text(&list.stdout);
    assert!(list.status.success() && names.lines().count() > 1, "{names}");
    for name in names.lines() {
        let output = run(&["schema", name]);
        let parsed: Result<serde_json::Value, _> = serde_json::from_slice(&output.stdout);
        assert!(parsed.is_ok_and(|value| value.is_object()), "{name}");
    }
}

#[test]
fn colour_follows_the_wish_and_the_variables() {
    let table = [
        ("--help", None, false),
        ("--help --color=always", None, true),
        ("--help", Some("CLICOLOR_FORCE"), true),
        ("--help --color=never", Some("CLICOLOR_FORCE"), false),
        ("--help --color always", Some("NO_COLOR"), true),
        ("check --bogus --color=always", None, true),
        ("check --bogus", Some("NO_COLOR"), false),
    ];
    for (line, variable, coloured) in table {
        let args: Vec<&str> = line.split_whitespace().collect();
        let output = changeward(&args).envs(variable.map(|name| (name, "1"))).output().unwrap();
        let shown = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(shown.contains('\u{1b}'), coloured, "{line} {variable:?}\n{shown}");
    }
}

/// A failure has a code of its own, nothing on the standard output, and a diagnostic on the standard error.
#[test]
fn a_failure_leaves_the_standard_output_empty() {
    let nowhere = tempfile::tempdir().unwrap();
    let nowhere = nowhere.path().to_str().unwrap();
    for format in ["human", "json", "markdown", "sarif", "junit", "github"] {
        let output = changeward(&["-C", nowhere, "check", "a..b", "--format", format])
            .env("GIT_CEILING_DIRECTORIES", Path::new(nowhere).parent().unwrap())
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        assert!((1..=4).contains(&code), "{format}: {code}");
        assert_eq!(text(&output.stdout), "", "{format}");
        assert!(text(&output.stderr).contains("changeward::"), "{format}: {}", text(&output.stderr));
    }
}

/// Nobody reads: no panic, no message, and the exit code of the answer.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    for args in [["completions", "bash"].as_slice(), &["--help"], &["schema", "--list"]] {
        let mut child = changeward(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{args:?}");
    }
}

/// Whoever reads only the first line, or nothing, still learns the verdict from the exit code.
#[cfg(unix)]
#[test]
fn a_closed_pipe_does_not_change_the_exit_code_of_a_check() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".github")).unwrap();
    std::fs::write(home.path().join(".github/CODEOWNERS"), "/a @ann\n").unwrap();
    std::fs::write(home.path().join("x.diff"), DIFF).unwrap();
    for format in ["human", "json"] {
        let args = ["-C", home.path().to_str().unwrap(), "check", "--diff", "x.diff", "--format", format];
        let read = run(&args);
        let mut child = changeward(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let unread = child.wait_with_output().unwrap();
        assert_ne!(read.status.code(), Some(0), "{}", text(&read.stdout));
        assert_eq!((unread.status.code(), text(&unread.stderr)), (read.status.code(), text(&read.stderr)), "{format}");
    }
}

/// A change of a file that nobody owns.
const DIFF: &str = "\
diff --git a/b b/b
index 7898192..6178079 100644
--- a/b
+++ b/b
@@ -1 +1 @@
-a
+b
";

/// A disk that is full is no closed pipe: the answer was not given.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = changeward(&["completions", "bash"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("could not be written"), "{}", text(&output.stderr));
}

#[test]
fn init_writes_a_folder_once() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().to_str().unwrap();
    std::fs::create_dir(home.path().join(".git")).unwrap();
    std::fs::write(home.path().join("CODEOWNERS"), "* @ann\n").unwrap();
    let planned = run(&["-C", dir, "init", "--dry-run"]);
    assert!(planned.status.success() && !home.path().join(".changeward").exists());
    let wrote = run(&["init", "-C", dir]);
    assert!(text(&wrote.stdout).contains("wrote    .changeward/config.toml"), "{}", text(&wrote.stdout));
    let again = text(&run(&["-C", dir, "init"]).stdout);
    assert!(again.contains("kept     .changeward/ownership.toml") && !again.contains("wrote"), "{again}");
}
