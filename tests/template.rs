//! `changeward template …` as people run it: over real repositories, over the starter templates, and the law that a draft
//! covers what it was drawn from.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

#[path = "template/lives.rs"]
mod lives;
#[path = "template/samples.rs"]
mod samples;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::assess::draft::{PastChange, draft};
use changeward::assess::edits::{line_edits, value_edits};
use changeward::assess::{fit, template_lint_codes, template_lints};
use changeward::model::{FileDiff, FileEdits, FileKind, FileStatus, Proof, RepoPath, Sample, Severity, Side, Template};
use changeward::parse;
use changeward::parse::syntax::{documents, syntax_of};
use changeward::report::template_draft;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use temp_repo::TempRepo;

/// Exit code, standard output, standard error.
fn run(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(args)
        .current_dir(dir)
        .env_remove("GIT_DIR")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "120")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Holds a document to the schema that this program prints for it.
fn obeys(schema: &str, document: &str) {
    let text = run(Path::new("."), &["schema", schema]).1;
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("urn:it", json(&text)).unwrap();
    let index = compiler.compile("urn:it", &mut schemas).unwrap();
    let document = json(document);
    let checked = schemas.validate(&document, index);
    assert!(checked.is_ok(), "{}\n{document}", checked.unwrap_err());
}

const CONFIG: &str = "version = 1\n[change_authority]\nwho = [\"@cab\"]\n";
const BEFORE: &str = "kind: Deployment\nspec:\n  replicas: 3\n";

/// A template of replicas with more lines above its scope.
fn replicas(id: &str, more: &str) -> String {
    format!(
        "version = 1\nid = \"{id}\"\ntitle = \"Change the replicas\"\nproposed_by = \"@ann\"\n{more}\n[scope]\ninclude = \
         [\"deploy/*.yaml\"]\n\n[[allow]]\nedit = \"/spec/replicas\"\nmin = 2\nmax = 20\n"
    )
}

/// A whole-file patch of one file.
fn patch(old: &str, new: &str) -> String {
    let side =
        |sign: char, text: &str| text.split_inclusive('\n').map(|line| format!("{sign}{line}")).collect::<String>();
    let count = |text: &str| text.matches('\n').count();
    format!(
        "diff --git a/deploy/web.yaml b/deploy/web.yaml\n--- a/deploy/web.yaml\n+++ b/deploy/web.yaml\n@@ -1,{} +1,{} @@\n{}{}",
        count(old),
        count(new),
        side('-', old),
        side('+', new)
    )
}

fn to(replicas: &str) -> String {
    BEFORE.replace('3', replicas)
}

#[test]
fn the_starter_templates_do_what_their_tests_say_and_are_not_approved() {
    let home = tempfile::tempdir().unwrap();
    let (code, told, _) = run(home.path(), &["init", "--templates"]);
    assert_eq!(code, 0, "{told}");
    let (code, said, _) = run(home.path(), &["template", "test", "--control-files", ".", "--format", "json"]);
    let tests = json(&said);
    assert_eq!(code, 0, "{said}");
    obeys("template-tests", &said);
    let templates = tests["templates"].as_array().unwrap();
    assert!(templates.len() >= 8, "{said}");
    for template in templates {
        let wants =
            |word: &str| template["cases"].as_array().unwrap().iter().filter(|case| case["wants"] == word).count();
        assert!(wants("fits") > 0 && wants("misfits") > 1, "{}", template["id"]);
        assert_eq!(template["unused"].as_array().unwrap().len(), 0, "every [[allow]] is used: {template}");
        let why = |case: &Value| case["wants"] == "fits" || case["why"].is_string();
        assert!(template["cases"].as_array().unwrap().iter().all(why), "every misfit says why");
    }
    let (code, said, _) = run(home.path(), &["template", "list", "--catalogue", "--format", "json"]);
    let list = json(&said);
    assert_eq!(code, 0);
    obeys("templates", &said);
    for template in list["templates"].as_array().unwrap() {
        assert_eq!(
            (&template["state"], &template["usable"]),
            (&"proposed".into(), &false.into()),
            "{}",
            template["id"]
        );
        let lints = template["lints"].as_array().unwrap();
        let grave: Vec<&Value> = lints.iter().filter(|lint| lint["severity"] != "info").collect();
        assert!(grave.iter().all(|lint| lint["code"] == "NO_EXPIRY"), "{grave:?}");
    }
    // What is there is kept, and one alone can be had.
    assert!(
        run(home.path(), &["init", "--templates", "replicas"])
            .1
            .contains("kept     .changeward/templates/replicas.toml")
    );
    let (code, _, said) = run(home.path(), &["init", "--templates", "replica"]);
    assert!(code == 2 && said.contains("did you mean `replicas`?"), "{said}");
}

#[test]
fn outcomes_that_cannot_be_read_are_no_record_without_failures() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".changeward/config.toml", CONFIG);
    write(home.path(), "change.diff", &patch(BEFORE, &to("5")));
    write(home.path(), "deploy/web.yaml", BEFORE);
    let list = ["template", "list", "--control-files", ".", "--outcomes", "outcomes.json"];
    let check = ["check", "--diff", "change.diff", "--control-files", ".", "--outcomes", "outcomes.json"];
    for words in [list.as_slice(), check.as_slice()] {
        assert_eq!(run(home.path(), words).0, 2, "{words:?} without the file");
    }
    for bad in ["", "{}", "[]", "{\"version\": 1}", "{\"version\": 1, \"outcomes\": [{\"result\": \"fine\"}]}"] {
        write(home.path(), "outcomes.json", bad);
        for words in [list.as_slice(), check.as_slice()] {
            let (code, said, err) = run(home.path(), words);
            assert_eq!((code, said.as_str()), (3, ""), "{bad} {err}");
        }
    }
}

#[test]
fn a_revision_that_is_none_is_said_as_it_was_typed() {
    let repo = TempRepo::new();
    repo.write("a.yaml", "a: 1\n");
    repo.commit("one");
    let (code, said, err) = run(repo.path(), &["template", "propose", "--from", "nope"]);
    assert_eq!((code, said.as_str()), (4, ""), "{err}");
    assert!(err.contains("`nope`") && !err.contains("nope^"), "{err}");
    let (code, said, err) = run(repo.path(), &["template", "propose", "--from", "HEAD"]);
    assert_eq!((code, said.as_str()), (2, ""), "{err}");
    assert!(err.contains("`HEAD` is the first commit") && !err.contains('^'), "{err}");
}

#[test]
fn a_case_passes_for_the_reason_it_names_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".changeward/config.toml", CONFIG);
    write(home.path(), ".changeward/templates/it.toml", &replicas("it", "state = \"proposed\""));
    let test = ["template", "test", "--control-files", "."];
    let (code, said, _) = run(home.path(), &test);
    assert!(code == 12 && said.contains("nothing was run"), "{said}");
    assert_eq!(run(home.path(), &[&test[..], &["--allow-empty"]].concat()).0, 0);
    assert!(run(home.path(), &[&test[..], &["--format", "junit"]].concat()).1.contains("failures=\"1\""));
    let case =
        |name: &str, text: &str| write(home.path(), &format!(".changeward/tests/templates/it/{name}.diff"), text);
    case("fits/five", &patch(BEFORE, &to("5")));
    case("misfits/forty", &format!("# why: it is more than 20\n{}", patch(BEFORE, &to("40"))));
    case("misfits/any-reason", &patch(BEFORE, &to("1")));
    let (code, said, err) = run(home.path(), &test);
    assert!(code == 0 && said.contains("PASSES") && said.contains("3 cases, all as they must"), "{said} {err}");
    assert!(said.contains("deploy/web.yaml:3: /spec/replicas: 3 → 40: it is more than 20"), "{said}");
    let part = "diff --git a/deploy/web.yaml b/deploy/web.yaml\n--- a/deploy/web.yaml\n+++ b/deploy/web.yaml\n@@ -3 +3 @@\n-  \
                replicas: 3\n+  replicas: 4\n";
    let wrong = [
        ("fits/forty", patch(BEFORE, &to("40")), "does not fit, and must: deploy/web.yaml:3"),
        ("misfits/five", patch(BEFORE, &to("5")), "fits, and must not"),
        (
            "misfits/other",
            format!("# why: it goes down\n{}", patch(BEFORE, &to("1"))),
            "for another reason than \"it goes down\"",
        ),
        ("fits/part", part.to_owned(), "git diff -U1000000"),
        ("fits/none", "replicas: 3\n".to_owned(), "cannot be judged: it is no patch"),
    ];
    for (name, text, says) in wrong {
        case(name, &text);
        let (code, said, _) = run(home.path(), &test);
        assert_eq!(code, 11, "{name}");
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(says) && said.contains("1 of 4 cases"), "{name}: {said}");
        let (code, said, _) = run(home.path(), &[&test[..], &["--format", "json"]].concat());
        assert_eq!(code, 11);
        obeys("template-tests", &said);
        let (_, junit, _) = run(home.path(), &[&test[..], &["--format", "junit"]].concat());
        assert!(junit.contains("tests=\"4\" failures=\"1\""), "{junit}");
        fs::remove_file(home.path().join(format!(".changeward/tests/templates/it/{name}.diff"))).unwrap();
    }
    // What is no case is said, and a rule that nobody needs.
    write(home.path(), ".changeward/tests/templates/its/fits/a.diff", "");
    write(home.path(), ".changeward/tests/templates/it/a.diff", "");
    let more = replicas("it", "state = \"proposed\"") + "\n[[allow]]\nedit = \"/spec/paused\"\ntype = \"boolean\"\n";
    write(home.path(), ".changeward/templates/it.toml", &more);
    let (code, said, _) = run(home.path(), &test);
    assert_eq!(code, 0);
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["there is no template `its`", "it is no case", "needs the [[allow]] at .changeward/templates/it.toml:14"]
    {
        assert!(flat.contains(part), "{part}: {said}");
    }
    let (code, _, said) = run(home.path(), &["template", "test", "itt", "--control-files", "."]);
    assert!(code == 2 && said.contains("did you mean `it`?"), "{said}");
}

/// Half of a lockfile and its manifest is judged without the other, and that is said.
#[test]
fn half_of_a_lockfile_and_its_manifest_is_noted() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".changeward/config.toml", CONFIG);
    let lock = |version: &str| format!("version = 4\n\n[[package]]\nname = \"a\"\nversion = \"{version}\"\n");
    let half = patch(&lock("0.1.0"), &lock("0.1.1")).replace("deploy/web.yaml", "Cargo.lock");
    let locked = "version = 1\nid = \"lock\"\ntitle = \"L\"\nstate = \"proposed\"\nlockfile_consistent = \
                  true\n[scope]\ninclude = [\"Cargo.*\"]\n";
    write(home.path(), ".changeward/templates/lock.toml", locked);
    write(home.path(), ".changeward/tests/templates/lock/fits/half.diff", &half);
    let (code, said, _) = run(home.path(), &["template", "test", "--control-files", "."]);
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code, 0, "{said}");
    assert!(flat.contains("half.diff shows Cargo.lock without the lockfile or manifest beside it"), "{said}");
    // With both halves there is nothing to note, and what does not fit is said.
    let manifest = |version: &str| format!("[package]\nname = \"b\"\nversion = \"{version}\"\n");
    let other = patch(&manifest("1.0.0"), &manifest("1.0.1")).replace("deploy/web.yaml", "Cargo.toml");
    write(home.path(), ".changeward/tests/templates/lock/fits/half.diff", &(half + &other));
    let (code, said, _) = run(home.path(), &["template", "test", "--control-files", "."]);
    assert!(
        code == 11 && said.contains("lockfile and manifest do not fit") && !said.contains("without the"),
        "{code} {said}"
    );
}

#[test]
fn a_template_is_shown_in_sentences_with_what_is_weak_about_it() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".changeward/config.toml", CONFIG);
    write(home.path(), ".changeward/templates/it.toml", &replicas("it", "state = \"proposed\""));
    for format in ["human", "markdown"] {
        let (code, said, _) = run(home.path(), &["template", "show", "it", "--control-files", ".", "--format", format]);
        assert_eq!(code, 0);
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ").replace(['\\', '`'], "");
        for part in [
            "/spec/replicas may be replaced: from 2 to 20",
            "it is proposed",
            "NO_BACKOUT",
            "NO_TESTS",
            "nothing differs",
        ] {
            assert!(flat.contains(part), "{format} {part}: {said}");
        }
    }
    let (_, said, _) = run(home.path(), &["template", "show", "it", "--control-files", ".", "--format", "json"]);
    obeys("templates", &said);
    let (code, _, said) = run(home.path(), &["template", "show", "ti", "--control-files", "."]);
    assert!(code == 2 && said.contains("did you mean `it`?"), "{said}");
    // Every blank of an expression counts, and a list that goes on says so.
    let blanks = replicas("it", "state = \"proposed\"").replace("min = 2", "regex = '[0-9]   [0-9]{2}'\nmin = 2");
    write(home.path(), ".changeward/templates/it.toml", &blanks);
    let (_, said, _) = run(home.path(), &["template", "show", "it", "--control-files", "."]);
    assert!(said.contains("[0-9]   [0-9]{2}"), "{said}");
    for n in 0..10 {
        let id = format!("replicas-{n}");
        write(home.path(), &format!(".changeward/templates/{id}.toml"), &replicas(&id, "state = \"proposed\""));
    }
    let (_, _, said) = run(home.path(), &["template", "show", "zzz", "--control-files", "."]);
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("there are: it, replicas-0") && flat.contains("replicas-8, …"), "{said}");
}

/// Every lint, by a template that has it; and none of the grave ones for a sound template.
#[test]
fn lints_find_what_they_are_for() {
    let sound = "version = 1\nid = \"it\"\ntitle = \"It\"\nstate = \"published\"\nproposed_by = \"@ann\"\napproved_by = \
                 [\"@cab\"]\nexpires_at = 2027-01-01\nbackout = \"revert\"\nimplementation = \"merge\"\nsamples = \
                 [\"1\"]\nusage = { most = 9, per = \"7d\" }\n[scope]\ninclude = [\"deploy/*.yaml\"]\n[limits]\nfiles = \
                 1\n[[allow]]\nedit = \"/spec/replicas\"\nmin = 2\nmax = 20\n";
    let found = |text: &str, tests| {
        let template = parse::template(text, "it.toml").unwrap();
        template_lints(&template, tests, &[]).into_iter().map(|lint| lint.code).collect::<BTreeSet<_>>()
    };
    assert_eq!(found(sound, (1, 1)), BTreeSet::new());
    let table: &[(&str, &str, &str)] = &[
        ("NEVER_APPROVED", "approved_by = [\"@cab\"]", "approved_by = [\"@ann\"]"),
        ("NEVER_APPROVED", "proposed_by = \"@ann\"", ""),
        ("NEVER_FITS", "min = 2\nmax = 20", "image = \"pinned\"\ntype = \"integer\""),
        ("NEVER_FITS", "min = 2\nmax = 20", "image = \"pinned\"\nregex = \"web:[0-9]+\""),
        ("NEVER_FITS", "min = 2\nmax = 20", "image = \"pinned\"\nkinds = [\"add\"]"),
        ("NEVER_FITS", "min = 2\nmax = 20", "semver = \"patch\"\ntype = \"boolean\""),
        ("NEVER_FITS", "max = 20", "max = 20\ntype = \"boolean\""),
        ("NEVER_FITS", "max = 20", "max = 20\nenum = [30]"),
        ("NEVER_FITS", "include = [\"deploy/*.yaml\"]", "include = [\"deploy/*.yaml\"]\nexclude = [\"**\"]"),
        ("NEVER_FITS", "include = [\"deploy/*.yaml\"]", "include = [\"a\"]\nexclude = [\"b\", \"a\"]"),
        ("PATHS_ONLY", "[[allow]]\nedit = \"/spec/replicas\"\nmin = 2\nmax = 20\n", ""),
        ("ANY_TEXT", "min = 2\nmax = 20", "regex = \".*\""),
        ("ANY_TEXT", "min = 2\nmax = 20", "type = \"string\""),
        ("ANY_TEXT", "edit = \"/spec/replicas\"\nmin = 2\nmax = 20", "lines = { old = \"a\", new = \".+\" }"),
        ("ANY_NUMBER", "min = 2\nmax = 20", "type = \"integer\""),
        ("NO_MIN", "min = 2\n", ""),
        ("NO_MAX", "max = 20\n", ""),
        ("ANY_PATH", "/spec/replicas", "/spec/*"),
        ("ANY_PATH", "/spec/replicas", "/**"),
        ("WIDE_SCOPE", "deploy/*.yaml", "**"),
        ("WIDE_SCOPE", "deploy/*.yaml", "**/*"),
        ("NO_LIMITS", "files = 1", "added = 9"),
        ("NO_EXPIRY", "expires_at = 2027-01-01", ""),
        ("NO_BACKOUT", "backout = \"revert\"", ""),
        ("NO_IMPLEMENTATION", "implementation = \"merge\"", ""),
        ("NO_SAMPLES", "samples = [\"1\"]", ""),
        ("NO_USAGE", "usage = { most = 9, per = \"7d\" }", ""),
        ("FORMATTING", "backout", "elsewhere = \"formatting\"\nbackout"),
        ("ANY_ADDITION", "min = 2", "kinds = [\"add\", \"replace\"]\nmin = 2"),
        ("ANYWHERE", "/spec/replicas", "/**/replicas"),
    ];
    for (code, part, other) in table {
        assert!(sound.contains(part), "{part}");
        assert!(found(&sound.replace(part, other), (1, 1)).contains(*code), "{code} by {other:?}");
    }
    // Formats without numbers have them as text.
    assert_eq!(found(&sound.replace("max = 20", "max = 20\nmax_step = 5\ntype = \"string\""), (1, 1)), BTreeSet::new());
    assert!(found(sound, (0, 0)).contains("NO_TESTS") && found(sound, (2, 0)).contains("NO_MISFITS"));
    let template = parse::template(sound, "it.toml").unwrap();
    for (proof, code) in [
        (Proof::Fits, None),
        (Proof::False("x".to_owned()), Some("SAMPLE_FALSE")),
        (Proof::Unknown("x".to_owned()), Some("SAMPLE_UNKNOWN")),
    ] {
        let sample = Sample { name: "1".to_owned(), change: None, proof };
        let lints = template_lints(&template, (1, 1), std::slice::from_ref(&sample));
        assert_eq!(lints.first().map(|lint| lint.code.as_str()), code);
    }
    let others = ["NO_TESTS", "NO_MISFITS", "SAMPLE_FALSE", "SAMPLE_UNKNOWN"];
    let tried: BTreeSet<&str> = table.iter().map(|(code, ..)| *code).chain(others).collect();
    assert_eq!(tried, template_lint_codes().collect(), "every lint is tried");
}

/// A repository with a few changes of one kind, and some that no template can cover.
fn past() -> TempRepo {
    let repo = TempRepo::new();
    let web = |replicas: u32, level: &str| {
        format!(
            "kind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: {replicas}\n  env:\n    - name: LOG\n      value: {level}\n"
        )
    };
    let commit = |files: &[(&str, &str)]| {
        files.iter().for_each(|(path, text)| write(repo.path(), path, text));
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-qm", "x"]);
    };
    commit(&[
        ("deploy/web.yaml", &web(3, "info")),
        ("deploy/api.yaml", &web(3, "info")),
        ("zone.txt2", "www 300 IN A\n"),
    ]);
    repo.git(&["tag", "start"]);
    commit(&[("deploy/web.yaml", &web(4, "info"))]);
    repo.git(&["tag", "one"]);
    commit(&[("deploy/api.yaml", &web(6, "info"))]);
    repo.git(&["tag", "two"]);
    commit(&[("deploy/api.yaml", &web(6, "debug")), ("zone.txt2", "www 60 IN A\n")]);
    repo.git(&["tag", "three"]);
    fs::remove_file(repo.path().join("zone.txt2")).unwrap();
    commit(&[]);
    repo.git(&["tag", "gone"]);
    repo
}

#[test]
fn a_draft_is_tight_covers_its_changes_and_becomes_a_tested_template() {
    let repo = past();
    let (code, said, err) = run(repo.path(), &["template", "propose", "--from", "start..one", "--from", "two"]);
    assert_eq!(code, 0, "{err}");
    let expected = [
        "state = \"proposed\"",
        "include = [\"deploy/api.yaml\", \"deploy/web.yaml\"]",
        "kinds = [\"modified\"]",
        "edits = 1",
        "# A draft from the others would have covered 0 of them; not start..one (deploy/web.yaml: 1 file outside its scope).",
        "# seen: 3 → 4, 3 → 6\n",
        "# beyond that: any number from 4 to 6",
        "edit = \"/spec/replicas\"",
        "where = { \"/kind\" = \"Deployment\" }",
        "type = \"integer\"\nmin = 4\nmax = 6\nmax_step = 3\ndirection = \"up\"",
    ];
    for part in expected {
        assert!(said.contains(part), "{part}: {said}");
    }
    // What cannot be covered is said and left out; where nothing is left, there is no draft.
    let (code, said, err) = run(repo.path(), &["template", "propose", "--from", "one", "--from", "gone"]);
    assert!(code == 0 && err.contains("left out: gone: zone.txt2") && !said.contains("zone"), "{said} {err}");
    let (code, said, err) = run(repo.path(), &["template", "propose", "--from", "gone"]);
    assert!(code == 3 && said.is_empty() && err.contains("comes or goes as a whole"), "{err}");
    repo.git(&["commit", "--allow-empty", "-qm", "nothing"]);
    let (code, _, err) = run(repo.path(), &["template", "propose", "--from", "HEAD"]);
    assert!(code == 3 && err.contains("HEAD: nothing differs"), "{err}");
    // Lines, list items by name, tests written along with it.
    let words = ["template", "propose", "--from", "three", "--id", "mixed", "--by", "@ann", "--with-tests", "--output"];
    let file = ".changeward/templates/mixed.toml";
    let (code, said, err) = run(repo.path(), &[&words[..], &[file]].concat());
    assert!(code == 0 && said.is_empty() && err.contains("wrote .changeward/templates/mixed.toml"), "{err}");
    let text = fs::read_to_string(repo.path().join(file)).unwrap();
    for part in [
        "edit = \"/spec/env/[name=LOG]/value\"",
        "enum = [\"debug\"]",
        "lines = {",
        "proposed_by = \"@ann\"",
        "files = [\"zone.txt2\"]",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (code, said, _) = run(repo.path(), &["template", "test", "--worktree"]);
    assert!(code == 0 && said.contains("1 case, all as they must"), "{said}");
    let (code, _, err) = run(repo.path(), &[&words[..], &[file]].concat());
    assert!(code == 2 && err.contains("nothing was written over it"), "{err}");
    assert_eq!(fs::read_to_string(repo.path().join(file)).unwrap(), text);
    for bad in ["nowhere", "one..nowhere"] {
        assert_eq!(run(repo.path(), &["template", "propose", "--from", bad]).0, 4, "{bad}");
    }
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// A single value of some kind, as JSON.
fn value(dice: &mut Dice, kind: usize) -> String {
    let digest = "0123456789abcdef".repeat(4);
    match kind {
        0 => format!("{}", dice.below(50)),
        1 => format!("{}.{}", dice.below(9), dice.below(99) + 1),
        2 => dice.of(&["true", "false"]).to_owned(),
        3 => format!("\"{}\"", dice.of(&["info", "warn", "debug"])),
        4 => format!("\"1.{}.{}\"", dice.below(3), dice.below(9)),
        5 => format!("\"r/web:1.0.{}@sha256:{digest}\"", dice.below(9)),
        6 => format!("\"certs/{}-{}\"", dice.of(&["api", "web", "ü~/"]), dice.below(9999)),
        _ => format!("\"{}\"", dice.of(&["a b", "^x$", "", "(", "]", "1", "null", "\\u200b", "\\\\"])),
    }
}

/// A document with one value of each kind, some of them in lists; `edits` of them anew.
fn document(dice: &mut Dice, values: &mut [String], edits: usize) -> (String, String) {
    let kind = dice.of(&["Deployment", "Service"]);
    let write = |values: &[String]| {
        let v = |n: usize| values[n].as_str();
        format!(
            "{{\"kind\": \"{kind}\", \"a\": {}, \"b\": {{\"x/y\": {}, \"*\": {}}}, \"list\": [{{\"name\": \"one\", \"v\": {}}}, \
             {{\"name\": \"two\", \"v\": {}}}], \"plain\": [{}, {}], \"last\": {}}}\n",
            v(0),
            v(1),
            v(2),
            v(3),
            v(4),
            v(5),
            v(6),
            v(7)
        )
    };
    let before = write(values);
    for _ in 0..edits {
        let at = dice.below(values.len());
        // Most values stay of their kind.
        let kind = if dice.below(9) == 0 { dice.below(8) } else { at };
        values[at] = value(dice, kind);
    }
    (before, write(values))
}

fn past_change(dice: &mut Dice) -> PastChange {
    let mut files = Vec::new();
    for n in 0..=dice.below(2) {
        let path = format!(
            "{}/{}{n}.{}",
            dice.of(&["deploy", "apps"]),
            dice.of(&["web", "api", "x"]),
            dice.of(&["json", "zone"])
        );
        let (old, new) = if path.ends_with("json") {
            let mut values: Vec<String> = (0..8).map(|kind| value(dice, kind)).collect();
            let edits = dice.below(4) + 1;
            document(dice, &mut values, edits)
        } else {
            let line = |dice: &mut Dice| format!("{} {} IN A\n", dice.of(&["www", "ftp", "a.b"]), dice.below(4000));
            let (a, b) = (line(dice), line(dice));
            (format!("{a}end\n"), format!("{b}end\n"))
        };
        files.push(changed(&path, &old, &new));
    }
    files.retain(|(_, edits)| edits.as_ref().is_some_and(|edits| !edits.lines.pairs.is_empty()));
    files.dedup_by_key(|(diff, _)| diff.path.clone());
    PastChange { id: "1a2b3c4".to_owned(), files }
}

fn changed(path: &str, old: &str, new: &str) -> (FileDiff, Option<Arc<FileEdits>>) {
    let path = RepoPath::from(path);
    let values = syntax_of(&path).map(|syntax| {
        let (old, new) = (documents(syntax, old.as_bytes()).unwrap(), documents(syntax, new.as_bytes()).unwrap());
        value_edits(Some(&old), Some(&new), &[])
    });
    let side = || Some(Side { mode: 0o100_644, id: None, kind: FileKind::Regular });
    let diff = FileDiff {
        path,
        old_path: None,
        status: FileStatus::Modified,
        old: side(),
        new: side(),
        additions: 1,
        deletions: 1,
        unread: None,
    };
    (
        diff,
        Some(Arc::new(FileEdits {
            values,
            unfit: None,
            lines: line_edits(Some(old.as_bytes()), Some(new.as_bytes())),
        })),
    )
}

/// What two lists may cost is spent once for a file: the second long one is compared by place.
#[test]
fn many_long_lists_cost_no_more_than_one() {
    let list = |key: &str, items: std::ops::Range<u32>| {
        format!("{key}:\n{}", items.map(|item| format!("- {item}\n")).collect::<String>())
    };
    let edits = |old: String, new: String| {
        let (_, edits) = changed("a.yaml", &old, &new);
        edits.unwrap().values.clone().unwrap().unwrap().edits.len()
    };
    let (old, new) = (0..1500, 1..1501);
    assert_eq!(edits(list("a", old.clone()), list("a", new.clone())), 2, "one goes and one comes");
    let both = |items: std::ops::Range<u32>| list("a", items.clone()) + &list("b", items);
    assert_eq!(edits(both(old), both(new)), 2 + 1500, "and of the second every item is another");
}

fn drawn(changes: &[PastChange]) -> Template {
    let text = template_draft(&draft(changes, &[]));
    parse::template(&text, "draft.toml").unwrap_or_else(|error| panic!("{error:?}\n{text}"))
}

/// Every change that fits a draft of itself fits the draft of all of them.
#[test]
fn a_draft_covers_every_change_it_was_drawn_from() {
    let (mut covered, mut tried) = (0, 0);
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let changes: Vec<PastChange> = (0..=dice.below(4)).map(|_| past_change(&mut dice)).collect();
        let fits = |template: &Template, change: &PastChange| fit(template, &change.files).faults;
        tried += changes.len();
        let changes: Vec<PastChange> = changes
            .into_iter()
            .filter(|change| !change.files.is_empty())
            .filter(|change| {
                let alone = drawn(std::slice::from_ref(change));
                !alone.allow.is_empty() && fits(&alone, change).is_empty()
            })
            .collect();
        if changes.is_empty() {
            continue;
        }
        covered += changes.len();
        let template = drawn(&changes);
        assert!(!template.allow.is_empty());
        // Nothing that it lets through is called weak; what people must add is.
        let weak = template_lints(&template, (0, 0), &[]).into_iter().filter(|lint| lint.severity != Severity::Info);
        let weak: BTreeSet<String> = weak.map(|lint| lint.code).collect();
        assert_eq!(weak, ["NO_BACKOUT", "NO_EXPIRY", "NO_TESTS"].map(str::to_owned).into(), "seed {seed}");
        for change in &changes {
            let faults = fits(&template, change);
            assert!(faults.is_empty(), "seed {seed}: {faults:?}\n{}", template_draft(&draft(&changes, &[])));
        }
    }
    assert!(covered * 2 > tried, "most changes can be covered: {covered} of {tried}");
}
