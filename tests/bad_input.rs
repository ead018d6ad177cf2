//! What is broken, hostile or missing, given to the program itself: each row says what is done, the exit code, and the
//! code of the diagnostic. A failure leaves the standard output empty; nothing here is ever an approval.

#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "these tests start the program and look at what it did")]
#![expect(clippy::unwrap_used, reason = "a program that cannot be started is a test that fails")]
#![expect(clippy::too_many_lines, reason = "a table is as long as it is")]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use temp_repo::TempRepo;

/// The program in a repository, with nobody's settings, nothing to read, and no repository above it.
fn changeward(repo: &TempRepo, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
    for (key, _) in std::env::vars_os().filter(|(key, _)| key.as_encoded_bytes().starts_with(b"GIT_")) {
        command.env_remove(key);
    }
    command.current_dir(repo.path()).args(args).stdin(Stdio::null());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("NO_COLOR", "1");
    command.env("GIT_CEILING_DIRECTORIES", repo.path().parent().unwrap());
    command
}

/// A verdict has a whole answer and no complaint; a failure has no answer, a code and a next step.
fn hold(what: &str, output: &Output, code: i32, said: &str) {
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let told = format!("{what}\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(!stderr.contains("this is a bug") && !stderr.contains("panicked"), "{told}");
    if [10, 11].contains(&code) {
        assert!(stderr.is_empty() && stdout.contains(said), "{told}");
    } else {
        assert!([1, 2, 3, 4].contains(&code), "{told}");
        assert!(stdout.is_empty(), "{told}");
        assert!(stderr.contains(&format!("changeward::{said}")) || code == 2 && stderr.contains(said), "{told}");
        assert!(stderr.contains("help:") || stderr.contains("--help"), "{told}");
    }
}

/// A repository that names an owner: its base is what `prepare` leaves behind, its head edits one file.
fn repository(prepare: impl Fn(&TempRepo)) -> TempRepo {
    let repo = TempRepo::new();
    repo.write(".github/CODEOWNERS", "* @ann @bob\n");
    repo.write("a.txt", "one\n");
    prepare(&repo);
    repo.commit("base");
    repo.write("a.txt", "two\n");
    repo.commit("head");
    repo
}

/// Paths and contents.
type Files = Vec<(&'static str, Vec<u8>)>;

/// Files of the base revision, and what becomes of a change that is judged by them.
#[test]
fn control_files_that_cannot_be_used() {
    let policy =
        |text: &str| vec![(".changeward/policies/x.rego", format!("package changeward\n{text}\n").into_bytes())];
    let one = |path, bytes: &[u8]| vec![(path, bytes.to_vec())];
    let config = |text: &str| one(".changeward/config.toml", text.as_bytes());
    let table: Vec<(Files, i32, &str)> = vec![
        (config("version = 1\n[scpoe]\n"), 3, "config::unknown_key"),
        (config("version = 1\n[scope\n"), 3, "config::syntax"),
        (config(&format!("version = 1\nx = {}", "[".repeat(100_000))), 3, "config::syntax"),
        (config(&format!("version = 1\n{}b = 1", "a.".repeat(100_000))), 3, "config::too_deep"),
        (config(&format!("version = 1\n{}", "#".repeat(2 << 20))), 3, "config::too_large"),
        (config("version = 1\n[[calendar]]\nfile = \"calendars/x.ics\"\n"), 3, "control::no_calendar"),
        (config("version = 1\n[[calendar]]\nfile = \"../../x.ics\"\n"), 3, "config::bad_path"),
        (one(".changeward/config.toml", b"\xff"), 3, "control::not_text"),
        (one(".changeward/ownership.toml", b"a"), 3, "ownership::syntax"),
        (one(".changeward/templates/x.toml", b"version = 2"), 3, "template::"),
        (one(".changeward/lockdowns/x.toml", b"version = 1"), 3, "lockdown::missing_key"),
        (one(".github/CODEOWNERS", &vec![b'x'; 4 << 20]), 3, "codeowners::too_large"),
        (one(".github/CODEOWNERS", &vec![b'x'; 17 << 20]), 3, "world::too_large"),
        (one(".changeward", b"a file"), 3, "world::not_a_file"),
        (one(".changeward/policies", b"a file"), 3, "control::not_a_folder"),
        (one(".changeward/config.toml/x", b"in a folder"), 3, "control::not_a_file"),
        (one(".changeward/policies/x.rego/y", b"in a folder"), 10, "WAITS"),
        (
            vec![
                (".changeward/config.toml", b"version = 1\n[[calendar]]\nfile = \"calendars/x.ics\"\n".to_vec()),
                (".changeward/calendars/x.ics", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n".to_vec()),
            ],
            3,
            "calendar::",
        ),
        (policy("deny contains {"), 3, "policy::parse"),
        (one(".changeward/policies/x.rego", b""), 3, "policy::parse"),
        (one(".changeward/policies/x.rego", b"\xff"), 3, "control::not_text"),
        (one(".changeward/policies/x.rego", b"package other\n"), 3, "policy::package"),
        (policy("f(x) := g(x)\ng(x) := f(x)\ndeny contains \"x\" if f(1)"), 3, "policy::recursion"),
        (policy("a if b\nb if a\ndeny contains \"x\" if a"), 3, "policy::recursion"),
        (policy(&format!("a := {}{}", "[".repeat(20_000), "]".repeat(20_000))), 3, "policy::nesting"),
        (
            policy("deny contains \"x\" if http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1\"})"),
            3,
            "policy::impure",
        ),
        (policy("deny contains opa.runtime().env.HOME"), 3, "policy::impure"),
        (policy("deny contains \"x\" if rand.intn(\"a\", 5)"), 3, "policy::impure"),
        (policy("deny contains 3"), 3, "policy::shape"),
        (policy("require contains \"x\""), 3, "policy::shape"),
        (policy("class := \"standard\""), 3, "policy::overrides"),
        (policy("proposal := {}"), 3, "policy::overrides"),
        (policy(GROWS), 3, "policy::memory_limit"),
        (policy("warn contains \"\\u001b[2J::error::x\""), 10, "WAITS"),
        (policy("deny contains \"no\""), 11, "BLOCKED"),
    ];
    for (files, code, said) in table {
        let repo = repository(|repo| {
            for (path, contents) in &files {
                repo.write(path, contents);
            }
        });
        let shown: Vec<_> =
            files.iter().map(|(path, text)| (path, String::from_utf8_lossy(&text[..text.len().min(80)]))).collect();
        let output = changeward(&repo, &["check", "HEAD~1..HEAD"]).output().unwrap();
        hold(&format!("{shown:?}"), &output, code, said);
    }
}

/// A text of 50 GB, in three steps.
const GROWS: &str = r#"a := "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
b := concat("", [a | some i in numbers.range(1, 1000)])
c := concat("", [b | some i in numbers.range(1, 1000)])
deny contains "x" if concat("", [c | some i in numbers.range(1, 1000)]) == """#;

/// A policy that never ends is ended.
#[test]
fn a_policy_that_runs_for_ever_is_no_verdict() {
    for text in [
        "some a in numbers.range(1, 5000); some b in numbers.range(1, 5000); some c in numbers.range(1, 5000); a + b + c == 0",
        "some a in numbers.range(1, 5000); some b in numbers.range(1, 5000); print(\"again and again and again\", a, b); false",
    ] {
        let text = format!("package changeward\ndeny contains \"x\" if {{ {text} }}\n");
        let repo = repository(|repo| repo.write(".changeward/policies/x.rego", &text));
        let output = changeward(&repo, &["check", "HEAD~1..HEAD"]).output().unwrap();
        hold(&text, &output, 3, "policy::time_limit");
    }
}

/// Links and submodules in the place of control files: what they lead to must be guarded as they are.
#[test]
fn control_files_that_are_somewhere_else() {
    type Prepare = fn(&TempRepo);
    let table: &[(&str, Prepare, i32, &str)] = &[
        ("a folder outside", |r| r.link(".changeward", "../elsewhere"), 3, "world::not_a_file"),
        ("a file outside", |r| dir_link(r, ".changeward/config.toml", "/etc/hostname"), 3, "world::not_a_file"),
        ("itself", |r| dir_link(r, ".changeward/config.toml", "config.toml"), 3, "world::not_a_file"),
        (
            "a folder that anybody may edit",
            |r| {
                r.write("real/config.toml", "version = 1\n");
                r.link(".changeward", "real");
            },
            3,
            "world::not_a_file",
        ),
        (
            "CODEOWNERS that anybody may edit",
            |r| {
                r.write("owners.txt", "* @bob\n");
                r.link(".github/CODEOWNERS", "../owners.txt");
            },
            3,
            "world::not_a_file",
        ),
        (
            "CODEOWNERS that is a control file as well",
            |r| {
                r.write("CODEOWNERS", "* @bob\n");
                r.link(".github/CODEOWNERS", "../CODEOWNERS");
            },
            3,
            "world::not_a_file",
        ),
        (
            "a file that the configuration guards",
            |r| {
                r.write("real.rego", "package changeward\nwarn contains \"linked\"\n");
                r.write(".changeward/config.toml", "version = 1\n[control]\nfiles = [\"real.rego\"]\n");
                dir_link(r, ".changeward/policies/x.rego", "../../real.rego");
            },
            3,
            "world::not_a_file",
        ),
        (
            "a link to a folder of policies",
            |r| {
                r.write("shared/x.rego", "package changeward\ndeny contains \"no\"\n");
                dir_link(r, ".changeward/policies", "../shared");
            },
            3,
            "world::not_a_file",
        ),
        (
            "a policy that is a link to a folder",
            |r| {
                r.write("shared/x.rego", "package changeward\n");
                dir_link(r, ".changeward/policies/x.rego", "../../shared");
            },
            3,
            "world::not_a_file",
        ),
        ("a submodule of policies", |r| r.submodule(".changeward/policies", '1'), 3, "world::not_a_file"),
        ("a submodule of everything", |r| r.submodule(".changeward", '1'), 3, "world::not_a_file"),
    ];
    for (what, prepare, code, said) in table {
        let repo = TempRepo::new();
        repo.write(".github/CODEOWNERS", "* @ann @bob\n");
        repo.write("a.txt", "one\n");
        prepare(&repo);
        repo.git(&["add", "--all"]);
        prepare(&repo);
        repo.commit_staged("base");
        repo.write("a.txt", "two\n");
        repo.git(&["add", "a.txt"]);
        repo.commit_staged("head");
        let output = changeward(&repo, &["check", "HEAD~1..HEAD"]).output().unwrap();
        hold(what, &output, *code, said);
    }
}

fn dir_link(repo: &TempRepo, path: &str, target: &str) {
    std::fs::create_dir_all(repo.at(path).parent().unwrap()).unwrap();
    repo.link(path, target);
}

/// What the command line names, and what it asks of a repository.
#[test]
fn what_is_typed_and_is_not_there() {
    let repo = repository(|_| {});
    repo.git(&["checkout", "--quiet", "--orphan", "other"]);
    repo.write("a.txt", "three\n");
    repo.commit("unrelated");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["tag", "blob", &repo.line(&["rev-parse", "HEAD:a.txt"])]);
    let beside = |name: &str, text: &[u8]| std::fs::write(repo.path().parent().unwrap().join(name), text).unwrap();
    let patch = b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n";
    beside("ok.diff", patch);
    beside("cut.diff", &patch[..patch.len() - 5]);
    beside("none.diff", b"nothing of the kind\n");
    beside("empty.diff", b"");
    beside("half.json", b"{\"version\": 1,");
    beside("bytes.json", b"\xff\xfe\x00");
    beside("deep.json", "[".repeat(200_000).as_bytes());
    beside("key.json", b"{\"version\": 1, \"aprovals\": []}");
    std::fs::create_dir(repo.path().parent().unwrap().join("plain")).unwrap();
    let table = [
        ("check --diff ../ok.diff", 10, "WAITS"),
        ("check --diff ../cut.diff", 3, "diff::cut_off"),
        ("check --diff ../none.diff", 3, "diff::no_diff"),
        ("check --diff ../empty.diff", 3, "diff::empty"),
        ("check --diff -", 3, "diff::empty"),
        ("check --diff ../nowhere.diff", 2, "world::io"),
        ("check --diff ..", 2, "world::io"),
        ("check HEAD~1..HEAD --facts ../nowhere.json", 2, "world::io"),
        ("check HEAD~1..HEAD --facts ..", 2, "world::io"),
        ("check HEAD~1..HEAD --facts ../half.json", 3, "facts::syntax"),
        ("check HEAD~1..HEAD --facts ../bytes.json", 3, "facts::syntax"),
        ("check HEAD~1..HEAD --facts ../deep.json", 3, "facts::syntax"),
        ("check HEAD~1..HEAD --facts ../key.json", 3, "facts::unknown_key"),
        ("check HEAD~1..HEAD --control-files ../nowhere", 2, "world::io"),
        ("check HEAD~1..HEAD --at yesterday", 2, "--at"),
        ("check HEAD~1..HEAD --at 99999-01-01", 2, "--at"),
        ("check HEAD~1..HEAD --at 1970-01-01", 10, "WAITS"),
        ("check HEAD~1..HEAD --at 9999-01-01", 10, "WAITS"),
        ("check nowhere..HEAD", 4, "git::unknown_revision"),
        ("check blob..HEAD", 4, "git::not_a_commit"),
        ("check main...other", 4, "git::unrelated_histories"),
        ("check --base other", 4, "git::unrelated_histories"),
        ("check main..other", 10, "WAITS"),
        ("-C ../nowhere check", 4, "git::not_a_repository"),
        ("-C ../plain check", 4, "git::not_a_repository"),
        ("-C ../plain check --worktree", 4, "git::not_a_repository"),
    ];
    for (line, code, said) in table {
        let args: Vec<&str> = line.split(' ').collect();
        hold(line, &changeward(&repo, &args).output().unwrap(), code, said);
    }
    let unborn = TempRepo::new();
    for line in ["check", "check --staged", "check --worktree", "check HEAD..HEAD"] {
        let args: Vec<&str> = line.split(' ').collect();
        let output = changeward(&unborn, &args).output().unwrap();
        let said = if line.contains("..") { "git::un" } else { "git::unborn_head" };
        hold(&format!("{line}, before the first commit"), &output, 4, said);
    }
}

/// Streams that are closed, full, or pipes.
#[test]
fn streams_of_every_kind() {
    let repo = repository(|_| {});
    let shell = |script: &str| {
        let mut command = changeward(&repo, &[]);
        let mut sh = Command::new("sh");
        sh.current_dir(repo.path()).arg("-c").arg(script).env("CW", env!("CARGO_BIN_EXE_changeward"));
        sh.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        command = sh;
        command.stdin(Stdio::null()).output().unwrap()
    };
    let table = [
        ("\"$CW\" check HEAD~1..HEAD > /dev/full", 4, "output"),
        ("\"$CW\" check HEAD~1..HEAD --format json > /dev/full", 4, "output"),
        ("\"$CW\" check --diff - <&-", 3, "diff::empty"),
        (
            "mkfifo ../fifo; (echo '{\"version\": 1}' > ../fifo) & \"$CW\" check HEAD~1..HEAD --facts ../fifo",
            10,
            "WAITS",
        ),
        (
            "(\"$CW\" check HEAD~1..HEAD; echo $? > ../code) | head -n 1 > /dev/null; cat >&2 < /dev/null; c=$(cat ../code); echo WAITS; exit $c",
            10,
            "WAITS",
        ),
        ("\"$CW\" check HEAD~1..HEAD >&-; c=$?; echo WAITS; exit $c", 10, "WAITS"),
        ("\"$CW\" check HEAD~1..HEAD <&- >&- 2>&-; c=$?; echo WAITS; exit $c", 10, "WAITS"),
        ("\"$CW\" check nowhere..HEAD 2>&-; c=$?; echo changeward::quiet help: >&2; exit $c", 4, "quiet"),
    ];
    for (script, code, said) in table {
        if cfg!(target_os = "linux") || !script.contains("/dev/full") {
            hold(script, &shell(script), code, said);
        }
    }
}

/// A change of the rules is judged by the rules before it, wherever it is read from.
#[test]
fn a_change_of_the_rules_is_judged_by_the_old_ones() {
    let repo = repository(|_| {});
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.write(".changeward/config.toml", "version = 1\n[scope]\ninclude = [\"nothing/**\"]\n");
    repo.write(".github/CODEOWNERS", "* @kim\n");
    repo.write(".changeward/policies/x.rego", "package changeward\nbroken {\n");
    for (args, when) in [
        (&["check", "--worktree"][..], "in the working tree"),
        (&["check", "--staged"], "staged"),
        (&["check", "--base", "main"], "committed"),
    ] {
        match when {
            "staged" => drop(repo.git(&["add", "--all"])),
            "committed" => drop(repo.commit_staged("topic")),
            _ => {}
        }
        let output = changeward(&repo, args).output().unwrap();
        hold(when, &output, 10, "CONTROL_EDIT");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("@kim"), "{when}");
    }
}

/// Programs that the repository's own configuration or the environment names never run.
#[test]
fn nothing_the_repository_names_is_run() {
    let repo = repository(|repo| repo.write(".gitattributes", "* filter=evil diff=evil merge=evil\n"));
    let outside = repo.path().parent().unwrap();
    let (program, mark) = (outside.join("program"), outside.join("mark"));
    std::fs::write(&program, format!("#!/bin/sh\necho ran >> '{}'\ncat\n", mark.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let hooks = outside.join("hooks");
    std::fs::create_dir(&hooks).unwrap();
    for hook in ["post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "pre-commit"] {
        std::fs::copy(&program, hooks.join(hook)).unwrap();
    }
    let program = program.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "merge.evil.driver",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "core.askPass",
        "core.alternateRefsCommand",
        "gpg.program",
        "credential.helper",
        "interactive.diffFilter",
    ] {
        repo.git(&["config", key, program]);
    }
    repo.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    for name in ["diff-tree", "cat-file", "rev-parse", "log", "status"] {
        repo.git(&["config", &format!("alias.{name}"), &format!("!{program}")]);
    }
    std::fs::write(repo.at("a.txt"), "three\n").unwrap();
    std::fs::write(repo.at("new.txt"), "new\n").unwrap();
    // They are set up well: git itself would run them.
    let _ = repo.try_git(&["status"]);
    assert!(mark.exists(), "the trap does not work");
    std::fs::remove_file(&mark).unwrap();
    for args in
        [&["check", "HEAD~1..HEAD"][..], &["check", "--worktree"], &["check", "--staged"], &["init", "--dry-run"]]
    {
        let mut command = changeward(&repo, args);
        for name in ["GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_EDITOR", "GIT_SSH_COMMAND", "GIT_ASKPASS"] {
            command.env(name, program);
        }
        let output = command.output().unwrap();
        assert!(output.stderr.is_empty() && !mark.exists(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    // A repository named by the environment is the repository, as for git; one that is not there is none.
    let mut elsewhere = changeward(&repo, &["check", "HEAD~1..HEAD"]);
    hold("GIT_DIR", &elsewhere.env("GIT_DIR", "/nonexistent").output().unwrap(), 4, "git::not_a_repository");
    let mut bare = changeward(&repo, &["check", "HEAD~1..HEAD"]);
    hold("no git", &bare.env("PATH", "/nonexistent").output().unwrap(), 4, "git::missing");
}

/// File names that are more than names, from a real repository, in every format.
#[test]
fn hostile_names_are_only_names() {
    let names: [&[u8]; 14] = [
        b"\x1b[2J\x1b]0;t\x07x",
        b"a\nb::error::x",
        b"::error file=x,line=1::gotcha",
        b"##[group]x",
        b"|a|`b`|<script>",
        b"@acme everyone",
        b"\xff\xfe\x80",
        "\u{202e}evil".as_bytes(),
        b"]]>&amp;",
        b"%0A::stop-commands::t",
        b"q\"uo\\te",
        b"\r\nx",
        "\u{9b}31m".as_bytes(),
        b"-rf",
    ];
    let repo = repository(|_| {});
    for name in names {
        repo.write(name, "x\n");
    }
    repo.commit("names");
    for format in ["human", "json", "markdown", "sarif", "junit", "github"] {
        let output = changeward(&repo, &["check", "HEAD~1..HEAD", "--explain", "--format", format]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(10), "{format}: {text}");
        let odd = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(odd, None, "{format}: {text}");
        let ours = ["::notice", "::warning", "::error title=", "::group::", "::endgroup::"];
        let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
        let strange: Vec<_> =
            commands.filter(|l| format != "github" || !ours.iter().any(|o| l.starts_with(o))).collect();
        assert!(strange.is_empty() && !text.contains("##["), "{format}: {strange:?}");
    }
}

/// What is too large to be read is a fact of the change, not its end.
#[test]
fn a_file_of_200_megabytes_is_not_read_and_not_approved() {
    let repo = repository(|_| {});
    let sparse = std::fs::File::create(repo.at("large.bin")).unwrap();
    sparse.set_len(200 << 20).unwrap();
    let output = changeward(&repo, &["check", "--worktree"]).output().unwrap();
    hold("in the working tree", &output, 10, "UNANALYSABLE");
    repo.git(&["config", "core.bigFileThreshold", "1m"]);
    repo.git(&["config", "core.looseCompression", "1"]);
    repo.commit("large");
    let output = changeward(&repo, &["check", "HEAD~1..HEAD"]).output().unwrap();
    hold("in a commit", &output, 10, "UNANALYSABLE");
}

/// A fault after five million lines is told in time, by its number.
#[test]
fn a_fault_far_down_a_patch_is_told_by_its_line() {
    let repo = repository(|_| {});
    let mut patch = b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n".to_vec();
    patch.extend(std::iter::repeat_n(b'\n', 6_000_000));
    patch.extend(b"garbage\n");
    let far: &Path = &repo.path().parent().unwrap().join("far.diff");
    std::fs::write(far, patch).unwrap();
    let output = changeward(&repo, &["check", "--diff", far.to_str().unwrap()]).output().unwrap();
    hold("far down", &output, 3, "diff::garbage");
    assert!(String::from_utf8_lossy(&output.stderr).contains("6000007"), "{output:?}");
}
