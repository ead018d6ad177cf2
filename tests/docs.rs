//! What the documents say is what is there: every block is run or read, every code is in both the code and the pages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use temp_repo::TempRepo;

fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap()
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn changeward(words: &[&str], dir: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(words)
        .current_dir(dir)
        .env_remove("GIT_DIR")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said)
}

#[test]
fn the_first_command_of_the_readme_prints_a_decision() {
    let block = blocks(&read("README.md"), "sh").remove(0);
    let words = block.trim().strip_prefix("cargo run -- ").expect("the first command runs the program");
    let (code, said) = changeward(&words.split_whitespace().collect::<Vec<_>>(), Path::new("."));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("STANDARD CHANGE") && said.contains("MAY GO AHEAD"), "{said}");
}

#[test]
fn the_commands_for_ones_own_repository_answer() {
    let repo = TempRepo::new();
    fs::write(repo.path().join("a.txt"), "one\n").unwrap();
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "one"]);
    repo.git(&["tag", "v1.4"]);
    fs::write(repo.path().join("a.txt"), "two\n").unwrap();
    repo.git(&["commit", "-qam", "two"]);
    repo.git(&["tag", "v1.5"]);
    repo.git(&["checkout", "-qb", "topic"]);
    fs::write(repo.path().join("a.txt"), "three\n").unwrap();
    repo.git(&["add", "."]);
    let block = blocks(&read("README.md"), "sh").remove(2);
    let mut ran = 0;
    for line in block.lines() {
        let Some(words) = line.split('#').next().unwrap().trim().strip_prefix("changeward ") else { continue };
        let (code, said) = changeward(&words.split_whitespace().collect::<Vec<_>>(), repo.path());
        assert!(matches!(code, Some(0 | 10)), "{line}: {code:?} {said}");
        ran += 1;
    }
    assert_eq!(ran, 4);
}

/// What `init` writes is a working configuration: the very next `check` reads it.
#[test]
fn what_init_writes_is_read_by_the_next_check() {
    for codeowners in [None, Some("* @bob @acme/pay\n/docs/ @eve\n")] {
        let repo = TempRepo::new();
        fs::create_dir_all(repo.path().join("docs")).unwrap();
        fs::write(repo.path().join("docs/a.md"), "one\n").unwrap();
        if let Some(text) = codeowners {
            fs::write(repo.path().join("CODEOWNERS"), text).unwrap();
        }
        assert_eq!(changeward(&["init"], repo.path()).0, Some(0));
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qm", "one"]);
        fs::write(repo.path().join("docs/a.md"), "two\n").unwrap();
        let (code, said) = changeward(&["check", "--worktree"], repo.path());
        assert!(matches!(code, Some(0 | 10)), "{codeowners:?}: {code:?} {said}");
    }
}

#[test]
fn the_rules_shown_load_and_the_configuration_parses() {
    let page = read("docs/rules.md");
    let toml: Vec<String> = blocks(&page, "toml");
    let rego = blocks(&page, "rego");
    assert_eq!((toml.len(), rego.len()), (1, 1));
    let [people, exception] = blocks(&read("docs/decision.md"), "toml").try_into().unwrap();
    let matrix = changeward::parse::matrix(&people, "ownership.toml").unwrap();
    assert_eq!(matrix.people["bob"].away.len(), 1);
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in
        [("config.toml", &toml[0]), ("policies/own.rego", &rego[0]), ("exceptions/contact.toml", &exception)]
    {
        let path = folder.path().join(".changeward").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let diff =
        "diff --git a/gen/x b/gen/x\nindex 1111111..2222222 100644\n--- a/gen/x\n+++ b/gen/x\n@@ -1 +1 @@\n-a\n+b\n";
    let moved = diff.replace("gen/x", "migrations/1.sql");
    fs::write(folder.path().join("change.diff"), format!("{diff}{moved}")).unwrap();
    let (code, said) =
        changeward(&["check", "--diff", "change.diff", "--control-files", ".", "--format", "json"], folder.path());
    assert_eq!(code, Some(10), "{said}");
    for word in ["ACME_GENERATED", "change the source and generate it again", "\"database\""] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn every_lint_of_templates_is_explained() {
    let page = read("docs/templates.md");
    let silent: Vec<_> =
        changeward::assess::template_lint_codes().filter(|code| !page.contains(&format!("`{code}`"))).collect();
    assert!(silent.is_empty(), "docs/templates.md does not explain {silent:?}");
}

#[test]
fn the_rule_of_the_readme_is_that_of_its_story() {
    let [rule] = blocks(&read("README.md"), "toml").try_into().unwrap();
    assert!(read("examples/template-replicas/.changeward/templates/replicas.toml").contains(&rule));
}

/// Every rule shown is held to the changes shown below it: those with a `# why` must not fit, the others must.
#[test]
fn the_templates_shown_do_what_is_said_of_them() {
    let page = read("docs/templates.md");
    let folder = tempfile::tempdir().unwrap();
    let write = |file: String, text: &str| {
        let path = folder.path().join(".changeward").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let (mut rules, mut changes) = (0, 0);
    for block in page.split("\n```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').unwrap();
        match language {
            "toml" if text.starts_with("version") => {
                changeward::parse::template(&(text.to_owned() + "\n"), "shown.toml").unwrap();
            }
            "toml" => {
                rules += 1;
                let head = format!(
                    "version = 1\nid = \"rule-{rules}\"\ntitle = \"A rule\"\nstate = \"proposed\"\n[scope]\ninclude = [\"**\"]\n"
                );
                write(format!("templates/rule-{rules}.toml"), &format!("{head}{text}\n"));
            }
            "diff" => {
                changes += 1;
                let kind = if text.starts_with("# why: ") { "misfits" } else { "fits" };
                write(format!("tests/templates/rule-{rules}/{kind}/{changes}.diff"), &format!("{text}\n"));
            }
            "rego" => write("policies/shown.rego".to_owned(), &format!("{text}\n")),
            "json" if text.contains("\"checks\"") => drop(changeward::parse::forge_facts(text, "shown.json").unwrap()),
            "json" => drop(changeward::parse::outcomes(text, "shown.json").unwrap()),
            "console" => {}
            other => panic!("nothing runs {other}"),
        }
    }
    assert!(rules > 5 && changes > 2 * rules);
    let (code, said) = changeward(&["template", "test", "--control-files", "."], folder.path());
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("needs the [[allow]]"), "{said}");
    fs::write(folder.path().join("change.diff"), "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n").unwrap();
    let (code, said) = changeward(&["check", "--diff", "change.diff", "--control-files", "."], folder.path());
    assert!(matches!(code, Some(10 | 11)), "the rule of the predicate loads: {said}");
}

/// The exception shown counts under the configuration shown, and the commands shown come out as the page says.
#[test]
fn what_is_shown_of_exceptions_works() {
    let page = read("docs/exceptions.md");
    let [exception, config] = blocks(&page, "toml").try_into().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [("config.toml", &config), ("exceptions/contact.toml", &exception)] {
        let path = folder.path().join(".changeward").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let [console] = blocks(&page, "console").try_into().unwrap();
    let expected = [
        (0, "NOTHING TO MEND"),
        (11, "EXCEPTION_EXPIRED"),
        (11, "EXCEPTION_EXPIRING"),
        (0, "\"compensating\": \"ask @cat in person\""),
    ];
    let commands: Vec<&str> = console.lines().filter_map(|line| line.strip_prefix("$ changeward ")).collect();
    assert_eq!(commands.len(), expected.len());
    for (command, (code, words)) in commands.into_iter().zip(expected) {
        let (is, said) = changeward(&command.split_whitespace().collect::<Vec<_>>(), folder.path());
        assert!(is == Some(code) && said.contains(words), "{command}: {is:?} {said}");
    }
}

/// The configuration shown is read, and the policy shown judges, with its exception.
#[test]
fn what_is_shown_of_conftest_works() {
    let page = read("docs/conftest.md");
    let [config] = blocks(&page, "toml").try_into().unwrap();
    let [policy] = blocks(&page, "rego").try_into().unwrap();
    let repo = TempRepo::new();
    repo.write(".changeward/config.toml", &config);
    repo.write("policy/root.rego", &policy);
    repo.write("policy/data/a.yaml", "a: 1\n");
    repo.commit("one");
    let deployment =
        |labels: &str| format!("kind: Deployment\nmetadata: {{name: x, labels: {{{labels}}}}}\nspec: {{}}\n");
    repo.write("deploy/a.yaml", deployment(""));
    repo.write("deploy/b.yaml", deployment("legacy: \"true\""));
    repo.commit("two");
    let (code, said) = changeward(&["check", "HEAD~1..HEAD", "--format", "json"], repo.path());
    assert_eq!(code, Some(11), "{said}");
    for code in ["CONFTEST_DENY", "CONFTEST_EXCEPTED"] {
        assert_eq!(said.matches(&format!("\"{code}\"")).count(), 1, "{code}: {said}");
    }
}

/// The rules shown fire on the documents shown, and the commands shown are ones the program takes.
#[test]
fn what_is_shown_of_attachments_works() {
    let page = read("docs/attachments.md");
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let [rego] = blocks(&page, "rego").try_into().unwrap();
    let [report] = blocks(&page, "json").try_into().unwrap();
    write(".changeward/policies/own.rego", &rego);
    write("tests.json", &report);
    write(
        "junit.xml",
        "<testsuite name=\"pay\"><testcase name=\"adds\" classname=\"Sum\" time=\"0.01\"/><testcase name=\"subtracts\" classname=\"Sum\"><failure message=\"1 != 2\" type=\"Assertion\">...</failure></testcase></testsuite>",
    );
    write("plan.json", "{\"format_version\": \"1.2\", \"resource_changes\": []}");
    write("codeql.sarif", "{\"version\": \"2.1.0\", \"runs\": [{\"results\": []}]}");
    write(
        "sbom.json",
        "{\"bomFormat\": \"CycloneDX\", \"components\": [{\"name\": \"x\", \"licenses\": [{\"license\": {\"id\": \"AGPL-3.0-only\"}}]}]}",
    );
    write(
        "change.diff",
        "diff --git a/a.tf b/a.tf\nindex 1111111..2222222 100644\n--- a/a.tf\n+++ b/a.tf\n@@ -1 +1 @@\n-a\n+b\n",
    );
    let [shell] = blocks(&page, "sh").try_into().unwrap();
    let shown = shell.lines().find_map(|line| line.strip_prefix("changeward ")).unwrap();
    let words = |more: &'static str| {
        let all = ["--diff", "change.diff", "--control-files", ".", "--format", "json"];
        [shown.split_whitespace().collect(), all.to_vec(), more.split_whitespace().collect()].concat()
    };
    let (code, said) = changeward(&words("--attach sbom=sbom.json"), folder.path());
    assert_eq!(code, Some(11), "{said}");
    for word in ["1 tests fail", "x is under AGPL-3.0-only", "\"terraform-plan\"", "\"sarif\"", "\"junit\""] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("ACME_NO_PLAN"), "{said}");
    let bare = ["check", "--diff", "change.diff", "--control-files", ".", "--attach", "tests=tests.json"];
    let (code, said) = changeward(&bare, folder.path());
    assert!(code == Some(11) && said.contains("ACME_NO_PLAN") && said.contains("1 tests fail"), "{said}");
    let read = |file: &str| {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        serde_json::from_str::<serde_json::Value>(&changeward::parse::attachment(&bytes, file).unwrap().1).unwrap()
    };
    assert_eq!(read("junit.xml"), read("tests.json"), "the report shown is what a report becomes");
}

/// Codes the program can say: in the shipped policies, and in the source.
fn codes_said() -> BTreeSet<String> {
    let mut files = Vec::new();
    collect(Path::new("policies"), &mut files);
    collect(Path::new("src"), &mut files);
    let mut codes = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap().to_owned();
        for mark in ["\"code\": \"", "Finding::new(\"", "Finding::new(\n", "info(\"", "_CODE: &str = \""] {
            for rest in product.split(mark).skip(1) {
                let rest = rest.trim_start().trim_start_matches('"');
                let code: String = rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
                if code.len() > 3
                    && !code.starts_with("ACME_")
                    && rest.get(code.len()..).is_some_and(|rest| rest.starts_with('"'))
                {
                    codes.insert(code);
                }
            }
        }
    }
    codes
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "rego") {
            files.push(path);
        }
    }
}

#[test]
fn every_code_is_explained_and_every_code_explained_exists() {
    let page = read("docs/decision.md");
    let said = codes_said();
    assert!(said.len() > 40, "{said:?}");
    let unexplained: Vec<_> = said.iter().filter(|code| !page.contains(&format!("`{code}`"))).collect();
    assert!(unexplained.is_empty(), "docs/decision.md does not explain {unexplained:?}");
    let sources: String = {
        let mut files = Vec::new();
        collect(Path::new("policies"), &mut files);
        collect(Path::new("src"), &mut files);
        files.into_iter().map(|file| fs::read_to_string(file).unwrap()).collect()
    };
    let shown = page.split('`').skip(1).step_by(2);
    let invented: Vec<_> = shown
        .filter(|word| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .filter(|word| !word.starts_with("TPL_") && *word != "EMG_" && *word != "CODEOWNERS")
        .filter(|word| !sources.contains(&format!("\"{word}\"")))
        .collect();
    assert!(invented.is_empty(), "nothing says {invented:?}");
}

/// Every lint of the audit stands in the table, with what the program says of it.
#[test]
fn every_lint_is_in_the_table_and_every_line_of_the_table_is_a_lint() {
    use changeward::audit::lint::LINTS;
    let page = read("docs/ownership.md");
    let section = page.split("\n### Lints\n").nth(1).unwrap().split("\n### ").next().unwrap();
    let told: BTreeSet<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    let lines: Vec<String> = LINTS
        .iter()
        .map(|lint| format!("| `{}` | {} | {} | {} |", lint.code, lint.severity.as_str(), lint.meaning, lint.mend))
        .collect();
    assert_eq!(told, lines.iter().map(String::as_str).collect());
    let changes = read("CHANGELOG.md");
    assert!(changes.contains(&format!("{} lints", LINTS.len())), "there are {} lints", LINTS.len());
}

/// The configuration and the baseline shown are read, and the commands shown answer.
#[test]
fn what_is_shown_of_the_audit_works() {
    let page = read("docs/ownership.md");
    let section = page.split("\n## Auditing\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let toml = blocks(section, "toml");
    assert_eq!(toml.len(), 2);
    let repo = TempRepo::new();
    repo.write(".changeward/config.toml", &toml[0]);
    repo.write(".changeward/baseline.toml", &toml[1]);
    repo.commit("one");
    let commands: Vec<String> = blocks(section, "console")
        .iter()
        .flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| line.split('#').next().unwrap().trim().strip_prefix("$ changeward ").map(str::to_owned))
        .collect();
    assert_eq!(commands.len(), 4);
    for command in commands {
        let (code, said) = changeward(&command.split_whitespace().collect::<Vec<_>>(), repo.path());
        assert!(matches!(code, Some(0 | 11)), "{command}: {code:?} {said}");
    }
}

/// The page about tests: its files are written where their first lines say, and its commands print what it shows.
/// `SNAPSHOTS=overwrite` rewrites the outputs.
#[test]
fn what_is_shown_of_the_tests_of_rules_works() {
    let page = read("docs/policies-testing.md");
    let folder = tempfile::tempdir().unwrap();
    let mut files: Vec<(String, String)> = Vec::new();
    for block in blocks(&page, "rego").into_iter().chain(blocks(&page, "yaml")) {
        if let Some(name) = block.lines().next().unwrap().strip_prefix("# .changeward/") {
            files.push((format!(".changeward/{name}"), block.clone()));
        }
    }
    assert_eq!(files.len(), 4);
    let mut now = page.clone();
    for block in blocks(&page, "console") {
        let command = block.lines().next().unwrap().strip_prefix("$ changeward ").unwrap();
        // A file stands on the page before the first command that sees it.
        let before = page.find(&block).unwrap();
        for (name, text) in files.iter().filter(|(_, text)| page.find(text.as_str()).unwrap() < before) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
            .args(command.split_whitespace())
            .current_dir(folder.path())
            .env_clear()
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        let code =
            output.status.code().filter(|code| *code != 0).map_or_else(String::new, |code| format!("? {code}\n"));
        now = now.replace(&block, &format!("$ changeward {command}\n{said}{code}"));
    }
    if std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite") {
        fs::write("docs/policies-testing.md", now).unwrap();
    } else {
        assert_eq!(now, page);
    }
}
