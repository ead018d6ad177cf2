//! `changeward owners` in real repositories: where the files are read, how paths are typed, what bad input gets.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and it starts the program"
)]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use temp_repo::TempRepo;

const NOW: &str = "--now=2026-11-25";

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
    command.arg("owners").args(args).current_dir(dir).env_clear().env("COLUMNS", "100");
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn run(dir: &Path, args: &[&str]) -> Output {
    command(dir, args).output().unwrap()
}

fn feed(dir: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child =
        command(dir, args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The pipe may be closed before everything is read: the exit code tells.
    let _closed = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn said(dir: &Path, args: &[&str]) -> String {
    let output = run(dir, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
fn json(dir: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&said(dir, &[args, &["--format", "json"]].concat())).unwrap()
}

/// Path, whether it is owned, and the responsible people of its rows.
fn owners(document: &Value) -> Vec<(String, String, Vec<String>)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let people = |path: &Value| {
        let rows = path["rows"].as_array().unwrap().iter();
        rows.flat_map(|row| row["responsible"].as_array().unwrap().iter().map(word)).collect()
    };
    let paths = document["paths"].as_array().unwrap().iter();
    paths.map(|path| (word(&path["path"]), word(&path["owned"]), people(path))).collect()
}

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (path, contents) in files {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
}

/// A repository with one commit.
fn repository(files: &[(&str, &str)]) -> TempRepo {
    let repo = TempRepo::new();
    write(repo.path(), files);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "one"]);
    repo
}

fn one(path: &str, owned: &str, people: &[&str]) -> Vec<(String, String, Vec<String>)> {
    vec![(path.to_owned(), owned.to_owned(), people.iter().map(|who| (*who).to_owned()).collect())]
}

#[test]
fn the_state_asked_about_is_the_one_that_answers() {
    let repo = repository(&[("CODEOWNERS", "* @ann\n"), ("a.txt", "")]);
    repo.git(&["tag", "v1"]);
    write(repo.path(), &[("CODEOWNERS", "* @bob\n")]);
    repo.git(&["commit", "-qam", "two"]);
    write(repo.path(), &[("CODEOWNERS", "* @cat\n"), ("new.txt", ""), ("left.out", ""), (".gitignore", "*.out\n")]);
    let table: &[(&[&str], &str)] = &[(&[], "@bob"), (&["--at", "v1"], "@ann"), (&["--worktree"], "@cat")];
    for (state, expected) in table {
        let found = json(repo.path(), &[&["a.txt"], *state].concat());
        assert_eq!(owners(&found), one("a.txt", "owned", &[expected]), "{state:?}");
    }
    assert!(json(repo.path(), &["a.txt", "--worktree"])["revision"].is_null());
    let listed = |state: &[&str]| owners(&json(repo.path(), &[&["--tree"], state].concat())).len();
    assert_eq!((listed(&[]), listed(&["--worktree"])), (2, 4), "what git ignores is no file of the working tree");
}

#[test]
fn paths_are_typed_from_where_one_stands() {
    let repo = repository(&[("CODEOWNERS", "/sub/ @ann\n/top @bob\n"), ("sub/deep/x", ""), ("top", "")]);
    let sub = repo.path().join("sub");
    let absolute = repo.path().join("top");
    let table = [
        ("deep/x", "sub/deep/x", "@ann"),
        ("./deep/../deep/x", "sub/deep/x", "@ann"),
        ("../top", "top", "@bob"),
        (absolute.to_str().unwrap(), "top", "@bob"),
    ];
    for (typed, path, who) in table {
        assert_eq!(owners(&json(&sub, &[typed])), one(path, "owned", &[who]), "{typed}");
    }
    assert_eq!(owners(&json(&sub, &["."])), one("sub/deep/x", "owned", &["@ann"]));
    let outside = run(&sub, &["../../elsewhere"]);
    assert_eq!(outside.status.code(), Some(2));
    assert!(text(&outside.stderr).contains("changeward::git::outside"), "{}", text(&outside.stderr));
    assert_eq!(text(&outside.stdout), "");
    // A file that is not there gets the answer a new one would get, and that is said.
    let new = json(&sub, &["new"]);
    assert_eq!((owners(&new), &new["paths"][0]["exists"]), (one("sub/new", "owned", &["@ann"]), &Value::from(false)));
}

#[test]
fn a_list_of_paths_gets_the_answers_of_the_paths() {
    let files: Vec<(String, String)> = (0..300).map(|n| (format!("d{}/f {n}.txt", n % 7), String::new())).collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push((".github/CODEOWNERS", "* @ann\n/d1/ @bob\n/d2/\n/d3/*.txt @cat @acme/pay\n"));
    files.push(("odd/=cmd|' /C calc'!A0", ""));
    files.push(("odd/com,ma \"quoted\"", ""));
    let repo = repository(&files);
    let tree = said(repo.path(), &["--tree", "--format", "csv"]);
    let listed = feed(repo.path(), &["--stdin", "-z", "--format", "csv"], &repo.git(&["ls-files", "-z"]));
    assert_eq!(text(&listed.stdout), tree);
    assert_eq!(tree.lines().count(), files.len() + 1);
    assert!(tree.contains("\"odd/com,ma \"\"quoted\"\"\"") || tree.contains("\"\"\"odd/com,ma"), "{tree}");
    let lines = feed(repo.path(), &["--stdin", "--format", "json"], b"d1/f 1.txt\r\nd2/x\n\n./d3//y.txt\n");
    let found: Value = serde_json::from_slice(&lines.stdout).unwrap();
    let states: Vec<_> = owners(&found).into_iter().map(|(path, owned, _)| (path, owned)).collect();
    let expected = [("d1/f 1.txt", "owned"), ("d2/x", "cleared"), ("d3/y.txt", "owned")];
    assert_eq!(states, expected.map(|(path, owned)| (path.to_owned(), owned.to_owned())));
    let quoted = feed(repo.path(), &["--stdin"], b"\"d1/\\303\\244\"\n");
    assert_eq!((quoted.status.code(), text(&quoted.stdout)), (Some(2), String::new()), "{}", text(&quoted.stderr));
    let joined = feed(repo.path(), &["--stdin"], b"a\0b\n");
    assert_eq!((joined.status.code(), text(&joined.stdout)), (Some(2), String::new()), "{}", text(&joined.stderr));
    let climbing = feed(repo.path(), &["--stdin"], b"ok\n../../etc/passwd\n");
    assert_eq!((climbing.status.code(), text(&climbing.stdout)), (Some(2), String::new()));
}

#[test]
fn a_name_can_neither_break_a_line_nor_become_a_formula() {
    let repo = repository(&[
        ("CODEOWNERS", "* @ann\n"),
        ("=HYPERLINK(1)", ""),
        ("@SUM(1)", ""),
        ("new\nline\u{1b}[2J", ""),
        ("::error::x", ""),
    ]);
    for format in ["human", "csv", "json"] {
        let all = said(repo.path(), &["--tree", "--format", format]);
        assert!(!all.contains('\u{1b}'), "{format}: {all}");
        assert!(!all.lines().any(|line| line.trim_start().starts_with("::")), "{format}: {all}");
    }
    let csv = said(repo.path(), &["--tree", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 6, "{csv}");
    assert!(!csv.lines().any(|line| line.starts_with(['=', '@', '+', '-'])), "{csv}");
}

/// Each dialect reaches the answer, from the files in their places.
#[test]
fn every_dialect_answers() {
    type Files = &'static [(&'static str, &'static str)];
    let table: &[(&str, Files, &str, &[&str])] = &[
        ("GitHub", &[("docs/CODEOWNERS", "/a/ @ann\n")], "a/x", &["@ann"]),
        ("GitLab in its folder", &[(".gitlab/CODEOWNERS", "[Go] @bob\n*.go\n")], "a/x.go", &["@bob"]),
        (
            "GitLab in the root, when the configuration says so",
            &[
                ("CODEOWNERS", "[Go][2] @bob\n*.go\n"),
                (".changeward/config.toml", "version = 1\n[ownership]\ncodeowners = \"gitlab\"\n"),
            ],
            "a/x.go",
            &["@bob"],
        ),
        (
            "Kubernetes",
            &[("OWNERS", "approvers: [Root]\n"), ("a/OWNERS", "approvers: [al]\n")],
            "a/b/x",
            &["@al", "@root"],
        ),
        (
            "Kubernetes, aliases",
            &[("OWNERS_ALIASES", "aliases:\n  team: [cat]\n"), ("a/OWNERS", "approvers: [team]\n")],
            "a/x",
            &["@cat"],
        ),
        (
            "Chromium, with what it brings in",
            &[("a/OWNERS", "set noparent\nfile://b/X_OWNERS\n"), ("b/X_OWNERS", "dan@example.org\n")],
            "a/x",
            &["dan@example.org"],
        ),
        (
            "not read, when the configuration says so",
            &[
                ("a/OWNERS", "eve@example.org\n"),
                (".changeward/config.toml", "version = 1\n[ownership]\nowners = \"none\"\n"),
            ],
            "a/x",
            &["anyone else"],
        ),
        (
            "Backstage",
            &[("a/catalog-info.yaml", "kind: Component\nmetadata: {name: svc}\nspec: {owner: group:default/pay}\n")],
            "a/b/x",
            &["@default/pay"],
        ),
    ];
    for (name, files, path, expected) in table {
        let repo = repository(&[*files, &[(*path, "")]].concat());
        let owned = if *expected == ["anyone else"] { "unowned" } else { "owned" };
        for state in ["--at=HEAD", "--worktree", "--control-files=."] {
            let mut found = owners(&json(repo.path(), &[path, state]));
            found[0].2.sort();
            assert_eq!(found, one(path, owned, expected), "{name}, {state}");
        }
    }
}

/// A directory without OWNERS in a repository that has some is unowned; one peer is enough only where there are none at all.
#[test]
fn files_that_name_owners_elsewhere_still_count() {
    let repo = repository(&[("a/OWNERS", "approvers: [ann]\n"), ("b/x", "")]);
    assert_eq!(owners(&json(repo.path(), &["b/x"])), one("b/x", "unowned", &[]));
    let unowned = run(repo.path(), &["--unowned"]);
    let said = (text(&unowned.stdout), text(&unowned.stderr));
    assert_eq!(said, ("b/x\n".to_owned(), "nobody answers for 1 of 2 files\n".to_owned()));
    let without = repository(&[("b/x", "")]);
    assert_eq!(owners(&json(without.path(), &["b/x"])), one("b/x", "unowned", &["anyone else"]));
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_repository_is_read() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "approvers: [mallory]\n").unwrap();
    let repo = repository(&[("OWNERS", "approvers: [ann]\n"), ("a/x", ""), ("c/x", "")]);
    std::os::unix::fs::symlink(outside.path().join("secret"), repo.path().join("a/OWNERS")).unwrap();
    std::os::unix::fs::symlink(outside.path(), repo.path().join("b")).unwrap();
    write(repo.path(), &[("c/OWNERS", "approvers: [cat]\nreviewers: &x [*x]\n")]);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "links"]);
    for state in ["--at=HEAD", "--worktree"] {
        let found = json(repo.path(), &["a/x", state]);
        assert_eq!(owners(&found), one("a/x", "owned", &["@ann"]), "{state}");
        let codes: Vec<_> =
            found["findings"].as_array().unwrap().iter().map(|finding| finding["path"].clone()).collect();
        assert_eq!(codes, ["a/OWNERS"], "{state}");
        let all = said(repo.path(), &["--tree", state]);
        assert!(!all.contains("mallory"), "{state}: {all}");
    }
}

/// Whoever edits a matrix and asks again should not wonder.
#[test]
fn what_is_not_committed_is_said() {
    let repo = repository(&[("CODEOWNERS", "* @ann\n"), ("a", "")]);
    assert_eq!(json(repo.path(), &["a"])["findings"], serde_json::json!([]));
    write(repo.path(), &[("CODEOWNERS", "* @bob\n"), (".changeward/ownership.toml", "version = 1\n")]);
    let asked = run(repo.path(), &["a"]);
    assert!(text(&asked.stdout).contains("@ann"));
    let told = text(&asked.stderr);
    assert!(
        told.contains("UNCOMMITTED not committed, and so not read: .changeward/ownership.toml, CODEOWNERS"),
        "{told}"
    );
    assert_eq!(text(&run(repo.path(), &["a", "--worktree"]).stderr), "");
}

/// What a sparse checkout leaves out would be taken for absent.
#[test]
fn a_sparse_checkout_is_no_state_to_ask_about() {
    let repo = repository(&[("docs/CODEOWNERS", "* @ann\n"), ("src/a", "")]);
    repo.git(&["sparse-checkout", "set", "src"]);
    let asked = run(repo.path(), &["src/a", "--worktree"]);
    assert_eq!((asked.status.code(), text(&asked.stdout)), (Some(4), String::new()));
    assert!(text(&asked.stderr).contains("changeward::git::sparse"));
    assert_eq!(owners(&json(repo.path(), &["src/a"])), one("src/a", "owned", &["@ann"]));
}

/// Several files name the owners of one path: each is named with whom it adds.
#[test]
fn every_line_that_names_an_owner_is_named() {
    let repo = repository(&[
        ("OWNERS", "approvers: [root]\nreviewers: [r]\n"),
        ("a/OWNERS", "# why\napprovers: [al, root]\n"),
        ("a/x", ""),
    ]);
    let found = json(repo.path(), &["a/x"]);
    assert_eq!(found["paths"][0]["sources"][0].get("parts"), None, "one file names them all");
    write(repo.path(), &[("a/OWNERS", "# why\napprovers: [al]\n")]);
    let found = json(repo.path(), &["a/x", "--worktree"]);
    let expected = serde_json::json!([
        {"file": "a/OWNERS", "line": 2, "owners": ["@al"]},
        {"file": "OWNERS", "line": 1, "owners": ["@root"]},
    ]);
    assert_eq!(found["paths"][0]["sources"][0]["parts"], expected);
}

#[test]
fn what_cannot_be_answered_has_a_code_of_its_own() {
    let repo = repository(&[("CODEOWNERS", "* @ann\n"), (".changeward/ownership.toml", "version = 1\nrows = 3\n")]);
    let table: &[(&[&str], i32, &str)] = &[
        (&["CODEOWNERS"], 3, "changeward::ownership::"),
        (&["CODEOWNERS", "--at", "nope"], 4, "changeward::git::unknown_revision"),
        (&["CODEOWNERS", "--at=--output=x"], 2, "a revision is"),
        (&["--mine", "no body"], 2, "names nobody"),
        (&["--control-files", "nowhere", "x"], 2, "changeward::"),
        (&[], 2, "required"),
        (&["x", "--tree", "--unowned"], 2, "cannot be used with"),
    ];
    for (args, code, part) in table {
        let output = run(repo.path(), args);
        assert_eq!(output.status.code(), Some(*code), "{args:?}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(part), "{args:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{args:?}");
    }
    // Outside of a repository nothing is searched for owners unless somebody names the folder.
    let nowhere = TempRepo::plain();
    write(nowhere.path(), &[("a/OWNERS", "ann@example.org\n")]);
    let mut outside = command(nowhere.path(), &["a"]);
    let output = outside.env("GIT_CEILING_DIRECTORIES", nowhere.path().parent().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("--control-files"), "{}", text(&output.stderr));
}

#[test]
fn every_document_keeps_to_its_schema() {
    let mut compiler = boon::Compiler::new();
    let schema = run_schema();
    compiler.add_resource("urn:owners", serde_json::from_str(&schema).unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let compiled = compiler.compile("urn:owners", &mut schemas).unwrap();
    let folder = Path::new("examples/who-answers");
    for question in [&["--tree"][..], &["--mine", "@bob"], &["--mine", "sam"], &["--unowned"], &["services", "nope"]] {
        let document = json(folder, &[question, &["--control-files", ".", NOW]].concat());
        assert!(schemas.validate(&document, compiled).is_ok(), "{question:?}");
    }
    assert!(schemas.validate(&serde_json::json!({"version": 1}), compiled).is_err(), "the schema asks for something");
}

fn run_schema() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward")).args(["schema", "owners"]).output().unwrap();
    text(&output.stdout)
}

#[test]
fn what_one_answers_for_takes_teams_and_offices_in() {
    let folder = Path::new("examples/who-answers");
    let duties = |who: &str| {
        let found = json(folder, &["--mine", who, "--control-files", ".", NOW]);
        let list = found["duties"].as_array().unwrap().clone();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let letters = |duty: &Value| {
            let letters: Vec<_> = duty["letters"].as_array().unwrap().iter().map(word).collect();
            format!("{} {}", word(&duty["name"]), letters.join(""))
        };
        list.iter().map(letters).collect::<Vec<_>>()
    };
    assert_eq!(duties("@bob"), ["payments R"]);
    assert_eq!(duties("eve"), ["payments Ralt"]);
    assert_eq!(duties("acme/pay"), ["payments R"]);
    assert_eq!(duties("@lou"), ["payments R"]);
    assert_eq!(duties("@sam"), ["escalation A"]);
    assert_eq!(duties("@nobody"), Vec::<String>::new());
}

#[test]
fn sources_are_combined_by_one_rule() {
    let cases: toml::Table = fs::read_to_string("tests/data/ownership/combined.toml").unwrap().parse().unwrap();
    let cases = cases["case"].as_array().unwrap();
    assert!(cases.len() > 10);
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    for case in cases {
        let (name, path) = (case["name"].as_str().unwrap(), case["path"].as_str().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let files = case.get("files").and_then(|files| files.as_table()).into_iter().flatten();
        let files: Vec<_> = files.map(|(path, text)| (path.as_str(), text.as_str().unwrap())).collect();
        write(folder.path(), &[files.as_slice(), &[(path, "")]].concat());
        let found = json(folder.path(), &[path, "--control-files", "."]);
        let answer = &found["paths"][0];
        let rows: Vec<String> = answer["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let people: Vec<_> = row["responsible"].as_array().unwrap().iter().map(word).collect();
                format!("{}: {} ({})", word(&row["id"]), people.join(" "), row["approvals"])
            })
            .collect();
        let expected: Vec<_> = case["rows"].as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
        assert_eq!(rows, expected, "{name}");
        assert_eq!(word(&answer["owned"]), case["owned"].as_str().unwrap(), "{name}");
        let places: Vec<String> = match &answer["disagreement"] {
            Value::Null => Vec::new(),
            found => vec![word(&found["follows"]["place"]), word(&found["other"]["place"])],
        };
        let disagrees = case.get("disagrees").and_then(|places| places.as_array()).into_iter().flatten();
        let disagrees: Vec<_> = disagrees.map(|place| place.as_str().unwrap()).collect();
        assert_eq!(places, disagrees, "{name}");
    }
}
