//! The guide of policies and the pages beside it: every block is written or run, in the order of the page, and comes out as
//! shown.
//!
//! `SNAPSHOTS=overwrite cargo test --test policy_docs` rewrites the outputs; read the difference before committing it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

fn overwrite() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite")
}

/// What a command prints, and its exit code.
fn changeward(words: &[&str], dir: &Path) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(words)
        .current_dir(dir)
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let mut said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    // The digest of the policies changes with every word of the shipped ones; the guide does not.
    if let Some((before, after)) = said.split_once("  policy ") {
        let digits = after.bytes().take_while(u8::is_ascii_hexdigit).count();
        said = format!("{before}  policy {}{}", ".".repeat(digits), &after[digits..]);
    }
    (said, output.status.code().unwrap())
}

/// Runs a command of a page, which may end in `> FILE`.
fn run(command: &str, dir: &Path) -> String {
    let (command, file) = command.split_once(" > ").map_or((command, None), |(command, file)| (command, Some(file)));
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("changeward"), "{command}");
    let (mut said, code) = changeward(&words.collect::<Vec<_>>(), dir);
    if let Some(file) = file {
        fs::write(dir.join(file), &said).unwrap();
        said.clear();
    }
    if code == 0 { said } else { format!("{said}? {code}\n") }
}

/// The page with what its commands really print. A block that is no console is written to the file whose name, in a code span
/// and with a colon, ends the text above it; `files` and `commands` count them.
fn retell(page: &str, dir: &Path) -> (String, usize, usize) {
    let (mut out, mut files, mut commands) = (String::new(), 0, 0);
    let (mut before, mut block): (String, Option<(String, String)>) = (String::new(), None);
    for line in page.lines() {
        let is_fence = line.starts_with("```");
        match &mut block {
            None if is_fence => {
                block = Some((line.trim_start_matches('`').to_owned(), String::new()));
                out.push_str(line);
                out.push('\n');
            }
            None => {
                if !line.trim().is_empty() {
                    before = line.to_owned();
                }
                out.push_str(line);
                out.push('\n');
            }
            Some((language, text)) if is_fence => {
                if language != "console" {
                    let name = before.trim_end_matches(':').rsplit('`').nth(1).filter(|_| before.ends_with("`:"));
                    if let Some(name) = name {
                        let place = dir.join(name);
                        fs::create_dir_all(place.parent().unwrap()).unwrap();
                        fs::write(place, &*text).unwrap();
                        files += 1;
                    }
                    out.push_str(text);
                }
                out.push_str("```\n");
                block = None;
            }
            Some((language, text)) => {
                if language != "console" {
                    text.push_str(line);
                    text.push('\n');
                } else if let Some(command) = line.strip_prefix("$ ") {
                    out.push_str(line);
                    out.push('\n');
                    out.push_str(&run(command, dir));
                    commands += 1;
                }
            }
        }
    }
    (out, files, commands)
}

fn holds(file: &str, dir: &Path) -> (usize, usize) {
    let told = fs::read_to_string(file).unwrap();
    let (now, files, commands) = retell(&told, dir);
    if overwrite() {
        fs::write(file, &now).unwrap();
    } else {
        assert_eq!(told, now, "{file}: SNAPSHOTS=overwrite makes it anew");
    }
    (files, commands)
}

#[test]
fn the_guide_comes_out_as_told() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".git")).unwrap();
    fs::create_dir(home.path().join("docs")).unwrap();
    assert_eq!(holds("docs/policies.md", home.path()), (8, 9));
    let decision: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(home.path().join("decision.json")).unwrap()).unwrap();
    let finding = decision["findings"].as_array().unwrap().iter().find(|one| one["code"] == "POLICY_WARN").unwrap();
    assert_eq!(finding["rule"]["file"], ".changeward/policies/deploy.rego");
    // At the end of the guide its policies are clean but for what it shows.
    let (said, code) = changeward(&["policy", "lint", "--fail-on", "warn"], home.path());
    assert_eq!(code, 0, "{said}");
}

#[test]
fn the_page_about_editors_comes_out_as_told() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("build")).unwrap();
    assert_eq!(holds("docs/editors.md", home.path()), (1, 2));
    let schema: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(home.path().join("build/input.schema.json")).unwrap()).unwrap();
    assert!(schema["properties"]["files"]["items"]["properties"]["path"].is_object());
    assert!(home.path().join("build/rego/policies/vocabulary.rego").exists());
}

/// The page of the shipped rules is what the program makes of them.
#[test]
fn the_page_of_the_shipped_rules_is_fresh() {
    let mut words = vec!["policy", "doc", "--output", "docs/shipped-rules.md"];
    words.extend((!overwrite()).then_some("--check"));
    let (said, code) = changeward(&words, Path::new("."));
    assert_eq!(code, 0, "{said}");
}

/// Every file that `init --editor` writes names a schema that is there, and the gate reads it.
#[test]
fn files_that_name_their_schema_are_read() {
    let home = tempfile::tempdir().unwrap();
    let root = home.path();
    fs::create_dir_all(root.join("docs")).unwrap();
    fs::write(root.join("docs/a.md"), "one\n").unwrap();
    fs::write(root.join("CODEOWNERS"), "* @ann\n").unwrap();
    assert_eq!(changeward(&["init", "--editor"], root).1, 0);
    let page = fs::read_to_string("docs/editors.md").unwrap();
    let mut named = 0;
    for file in ["config.toml", "ownership.toml", "templates/documentation.toml"] {
        let place = root.join(".changeward").join(file);
        let text = fs::read_to_string(&place).unwrap();
        let line = text.lines().next().unwrap();
        assert!(page.contains(line), "docs/editors.md does not show {line}");
        let schema = place.parent().unwrap().join(line.strip_prefix("#:schema ").unwrap());
        let schema: serde_json::Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
        assert!(schema["properties"]["version"].is_object());
        named += 1;
    }
    assert_eq!(named, 3);
    let diff = "diff --git a/docs/a.md b/docs/a.md\nindex 1..2 100644\n--- a/docs/a.md\n+++ b/docs/a.md\n@@ -1 +1 @@\n-one\n+two\n";
    fs::write(root.join("change.diff"), diff.replace("1..2", "1111111..2222222")).unwrap();
    let (said, code) = changeward(&["check", "--diff", "change.diff", "--control-files", "."], root);
    assert!(matches!(code, 0 | 10), "{code}: {said}");
}

/// Every schema is written under its name, again over itself, and over nothing else.
#[test]
fn schemas_are_written_and_nothing_else_is_written_over() {
    let home = tempfile::tempdir().unwrap();
    let (names, _) = changeward(&["schema", "--list"], home.path());
    let (said, code) = changeward(&["schema", "--write", "all/here"], home.path());
    assert_eq!(code, 0, "{said}");
    for name in names.lines() {
        let (text, _) = changeward(&["schema", name], home.path());
        assert_eq!(fs::read_to_string(home.path().join(format!("all/here/{name}.schema.json"))).unwrap(), text);
    }
    fs::write(home.path().join("all/here/config.schema.json"), "{\"$id\": \"urn:changeward:schema:config:v0\"}")
        .unwrap();
    let (said, code) = changeward(&["schema", "--write", "all/here"], home.path());
    assert!(
        code == 0 && said.contains("replaced config.schema.json") && said.contains("fresh    audit.schema.json"),
        "{said}"
    );
    fs::write(home.path().join("all/here/config.schema.json"), "mine").unwrap();
    let (said, code) = changeward(&["schema", "--write", "all/here"], home.path());
    assert!(code == 2 && said.contains("no schema of changeward"), "{said}");
}

/// What rules say of themselves is text, whatever they say.
#[test]
fn no_comment_writes_markup_into_the_page() {
    let home = tempfile::tempdir().unwrap();
    let hostile = r#"# METADATA
# title: "@acme/all | <img src=x onerror=alert(1)> [a](javascript:b) ::error::c"
# description: "two\n\n# words <!-- x"
package changeward

# METADATA
# title: "@acme/all | <script> [a](https://b)"
# related_resources:
#   - ref: "javascript:alert(1)"
#   - ref: "https://a.example/x|y<z>"
# custom:
#   code: "A|<b>"
#   "k|<i>": "@bob/<u>"
deny contains "x" if object.get(input.params, "p|<q>", "<d>|") == 1
"#;
    fs::write(home.path().join("a.rego"), hostile).unwrap();
    let (page, code) = changeward(&["policy", "doc", "a.rego"], home.path());
    assert_eq!(code, 0, "{page}");
    let columns = |line: &str| line.matches('|').count();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(columns(line), 4, "{line}");
    }
    // What is left when all code spans are taken away holds no markup, no mention and no command.
    let bare: String = page.split('`').step_by(2).collect();
    let bare = bare.replace("<!-- Made by", "").replace("make it again. -->", "").replace("<br>", "");
    for sign in ["<", ">", "@", "::", "](", "javascript"] {
        assert!(!bare.contains(sign), "{sign} in {bare}");
    }
    assert!(!page.lines().any(|line| line.starts_with("# words")), "{page}");
}

/// The real OPA engine takes the schema for one.
#[test]
fn opa_takes_the_schema_of_the_input() {
    if !Path::new(".cache/opa/lib-opa").is_dir() {
        println!("!!! the real OPA engine is not installed (tests/opa/differential.py --install): nobody asked it");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("rego")).unwrap();
    fs::write(home.path().join("rego/s.rego"), "package s\n\nx := json.verify_schema(input)\n").unwrap();
    let mut lines = String::new();
    for words in [&["schema", "input"][..], &["policy", "input", "--schema"]] {
        let schema: serde_json::Value = serde_json::from_str(&changeward(words, home.path()).0).unwrap();
        lines.push_str(&format!("{schema}\n"));
    }
    fs::write(home.path().join("schemas.jsonl"), lines).unwrap();
    let output = Command::new("python3")
        .arg("tests/opa/differential.py")
        .args(["--query", "data.s.x"])
        .args([home.path().join("rego"), home.path().join("schemas.jsonl")])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "{\"value\":[true,null]}\n".repeat(2), "{}", String::from_utf8_lossy(&output.stderr));
}
