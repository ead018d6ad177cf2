//! Each lint of policies, as a table (`tests/policy_lint/cases.toml`): what it finds and what it leaves alone; and what holds
//! for any policy.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

use changeward::app::policy_lint::subject;
use changeward::model::{LintFinding, Severity};
use changeward::policy::engine::{Module, Origin};
use changeward::policy::error::PolicyCode;
use changeward::policy::lint::catalogue::LINTS;
use changeward::policy::lint::{Asked, Subject, Templates, lint};
use changeward::policy::shipped;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    code: String,
    at: String,
    fires: Vec<String>,
    silent: Vec<String>,
}

const FILE: &str = ".changeward/policies/own.rego";
/// The codes the tests of every case mention.
const TESTS: &str =
    "# LATER\ntest_a if { some f in deny; f.code == \"TRIED\" } # LATER\ntest_b if \" # \" != \"QUOTED\"";

/// The shipped policies, whose comments need not be read each time.
static SHIPPED: LazyLock<Vec<Subject>> =
    LazyLock::new(|| shipped::modules().into_iter().map(|module| subject(module, false)).collect());

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(&fs::read_to_string("tests/policy_lint/cases.toml").unwrap()).unwrap().case
}

fn whole(body: &str) -> String {
    if body.starts_with("package ") { body.to_owned() } else { format!("package changeward\nimport rego.v1\n{body}\n") }
}

fn beside_the_shipped(source: &str) -> Vec<Subject> {
    let own = Module { file: FILE.to_owned(), source: source.to_owned(), origin: Origin::Organisation };
    SHIPPED.iter().cloned().chain([subject(own, true)]).collect()
}

fn found(source: &str) -> Vec<LintFinding> {
    lint(&beside_the_shipped(source), &[TESTS.to_owned()], &templates()).unwrap().findings()
}

/// A template beside the policies of every case, which asks for a predicate of theirs.
fn templates() -> Templates {
    let (file, name) = (".changeward/templates/own.toml".to_owned(), "asked-for".to_owned());
    let source = format!("predicate = \"{name}\"");
    let span = 13..13 + name.len();
    Templates { asked: vec![Asked { file, source, name, span }], unread: false }
}

fn of<'f>(found: &'f [LintFinding], code: &str) -> Vec<&'f LintFinding> {
    found.iter().filter(|one| one.finding.code == code && one.ignored.is_none()).collect()
}

#[test]
fn every_lint_fires_and_stays_silent_as_the_table_says() {
    let mut wrong = Vec::new();
    for case in cases() {
        for (n, body) in case.fires.iter().enumerate() {
            let source = whole(body);
            let found = found(&source);
            match of(&found, &case.code).first() {
                None => wrong.push(format!("{} does not fire:\n{body}", case.code)),
                Some(first) => {
                    let of_template = first.finding.paths[0] != FILE;
                    let text = if of_template { &templates().asked[0].source } else { &source };
                    let at = first.place.as_ref().map_or("", |place| &text[place.bytes.clone()]);
                    if n == 0 && at != case.at {
                        wrong.push(format!("{} points at `{at}`, not at `{}`:\n{body}", case.code, case.at));
                    }
                    assert!(first.finding.help.is_some(), "{} has no next step", case.code);
                }
            }
        }
        for body in &case.silent {
            if let Some(one) = of(&found(&whole(body)), &case.code).first() {
                wrong.push(format!("{} fires ({}):\n{body}", case.code, one.finding.msg));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// `LOAD` is what only the engine finds, in the evaluating process: it has a test of the whole program.
#[test]
fn every_lint_is_in_the_table() {
    let told: BTreeSet<String> = cases().into_iter().map(|case| case.code).chain(["LOAD".to_owned()]).collect();
    let known: BTreeSet<String> = LINTS.iter().map(|lint| lint.code.to_owned()).collect();
    assert_eq!(told, known);
    assert_eq!(known.len(), LINTS.len(), "no code stands twice");
    let changes = fs::read_to_string("CHANGELOG.md").unwrap();
    assert!(changes.contains(&format!("{} lints of policies", LINTS.len())), "there are {}", LINTS.len());
    for lint in LINTS {
        let sentence = |text: &str| !text.is_empty() && !text.ends_with('.') && !text.contains(['|', '\n']);
        assert!(sentence(lint.title) && sentence(lint.why) && sentence(lint.fix), "{}", lint.code);
    }
}

#[test]
fn the_shipped_policies_are_clean() {
    let subjects: Vec<Subject> = shipped::modules().into_iter().map(|module| subject(module, true)).collect();
    let linted = lint(&subjects, &[], &Templates::default()).unwrap();
    assert!(linted.rules > 100);
    let found: Vec<String> = linted
        .findings()
        .into_iter()
        .map(|one| {
            format!("{} {}:{} {}", one.finding.code, one.finding.paths[0], one.finding.line.unwrap(), one.finding.msg)
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The page of the lints is made from the list.
#[test]
fn the_page_of_the_lints_is_fresh() {
    let page = changeward::report::policy_lints_page(LINTS);
    if std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite") {
        fs::write("docs/policy-lints.md", &page).unwrap();
    }
    let fresh = fs::read_to_string("docs/policy-lints.md").unwrap() == page;
    assert!(fresh, "docs/policy-lints.md is stale; SNAPSHOTS=overwrite makes it anew");
}

/// All of it is found at once, and what a comment leaves is kept with its reason.
#[test]
fn a_comment_leaves_a_finding_with_its_reason_and_everything_is_found_at_once() {
    let source = whole(
        "# METADATA\n# title: a\n# custom:\n#   code: TRIED\nwarn contains \"x\" if {\n\thttp.send({}).a\n\tstartswith(input.titel)\n\t# changeward:ignore PRINT until Friday\n\n\tprint(input.title)\n}\n",
    );
    let found = found(&source);
    let rows: Vec<String> = found
        .iter()
        .filter(|one| one.finding.paths[0] == FILE)
        .map(|one| {
            let place = one.place.as_ref().unwrap();
            let kept = one.ignored.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
            format!(
                "{} {}:{}-{}:{}{kept}",
                one.finding.code, place.line, place.column, place.end_line, place.end_column
            )
        })
        .collect();
    assert_eq!(
        rows,
        ["IMPURE 8:2-8:11", "ARITY 9:2-9:12", "INPUT_UNKNOWN 9:19-9:24", "PRINT 12:2-12:7 (until Friday)"]
    );
}

/// Whatever is cut, joined and doubled: the lint ends, does not fall over, and points into the text.
fn holds_for(source: &str) -> Result<(), String> {
    match lint(&beside_the_shipped(source), &[], &Templates::default()) {
        Ok(linted) => {
            for one in linted.findings() {
                let place = one.place.ok_or("a finding without a place")?;
                let own = one.finding.paths.first().is_some_and(|file| file == FILE);
                if own && source.get(place.bytes.clone()).is_none() {
                    return Err(format!("{} points outside: {:?}", one.finding.code, place.bytes));
                }
                if catalogue_has(&one.finding.code).is_none() {
                    return Err(format!("{} is no lint", one.finding.code));
                }
            }
            Ok(())
        }
        Err(errors) => match errors.problems().iter().find(|problem| problem.code == PolicyCode::Crashed) {
            Some(crashed) => Err(crashed.message.clone()),
            None => Ok(()),
        },
    }
}

fn catalogue_has(code: &str) -> Option<()> {
    LINTS.iter().any(|lint| lint.code == code).then_some(())
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 32, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_text_makes_the_lint_fall_over(picks in proptest::collection::vec((0..usize::MAX, 0.0..1.0, 0.0..1.0, 0..4_u8), 1..6)) {
        let cases = cases();
        let bodies: Vec<&String> = cases.iter().flat_map(|case| case.fires.iter().chain(&case.silent)).collect();
        let mut source = String::from("package changeward\n");
        for (pick, from, to, join) in picks {
            let (from, to): (f64, f64) = (from, to);
            let body = bodies[pick % bodies.len()];
            let at = |part: f64| body.floor_char_boundary((part * body.len() as f64) as usize);
            let piece = if join == 0 { body.as_str() } else { &body[at(f64::min(from, to))..at(f64::max(from, to))] };
            source.push_str(piece);
            source.push_str(["\n", " ", "\"", ""][usize::from(join)]);
        }
        if let Err(why) = holds_for(&source) {
            panic!("{why}\n{source}");
        }
    }
}

/// A folder, and what the program says of it.
fn run(files: &[(&str, &[u8])], words: &[&str]) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    run_in(home.path(), words)
}

fn run_in(dir: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_changeward")).args(words).current_dir(dir).env_clear().output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

const LINT: &[&str] = &["policy", "lint", "--format", "json"];

#[test]
fn hostile_files_are_errors_with_a_place() {
    let deep = format!("package changeward\nx := {}1{}\n", "[".repeat(5_000), "]".repeat(5_000));
    let huge = format!("package changeward\n# {}\n", "x".repeat(300 * 1024));
    let table: &[(&[u8], &str)] = &[
        (deep.as_bytes(), "changeward::policy::nesting"),
        (huge.as_bytes(), "of at most 262144"),
        (b"package changeward\nx := \"\xff\"\n", "changeward::policy::not_text"),
    ];
    for (text, says) in table {
        let (code, out, err) = run(&[(FILE, text)], LINT);
        assert_eq!((code, out.as_str()), (Some(3), ""), "{err}");
        assert!(err.contains(says) && err.contains("own.rego"), "{err}");
    }
    // What the parser takes, however odd, is a finding or none.
    let sum = format!("package changeward\nx := {}\n", vec!["1"; 600].join(" + "));
    let wide = format!("package changeward\nx := \"{}\"\n", "y".repeat(10_000));
    let chain: String = (0..3_000).map(|n| format!("x{n} := x{}\n", n + 1)).collect();
    for text in
        [sum, wide, format!("package changeward\n{chain}"), String::new(), "\u{feff}package changeward".to_owned()]
    {
        let (code, out, err) = run(&[(FILE, text.as_bytes())], LINT);
        assert!(matches!(code, Some(0 | 11)) && out.starts_with('{'), "{code:?} {err}");
    }
}

#[test]
fn what_only_the_engine_finds_is_found() {
    let unsafe_variable =
        whole("# METADATA\n# title: a\nwarn contains {\"code\": \"A\", \"msg\": \"x\"} if {\n\tnobody > 1\n}");
    let (code, out, err) = run(&[(FILE, unsafe_variable.as_bytes())], LINT);
    assert_eq!(code, Some(11), "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let found: Vec<_> =
        document["findings"].as_array().unwrap().iter().map(|f| (f["code"].clone(), f["line"].clone())).collect();
    assert!(found.contains(&("LOAD".into(), 6.into())), "{out}");
}

#[test]
fn every_format_is_what_it_says() {
    let source = whole(
        "deny contains \"a::error::x\" if input.flies # \u{1b}[2J\nwarn contains \"b\" if print(1) # changeward:ignore PRINT why | not\u{202e}\n",
    );
    let files: &[(&str, &[u8])] = &[(FILE, source.as_bytes())];
    let (_, json, _) = run(files, LINT);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut compiler = boon::Compiler::new();
    let schema = serde_json::from_str(changeward::app::schema::text("policy-lint").unwrap()).unwrap();
    compiler.add_resource("lint.json", schema).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("lint.json", &mut schemas).unwrap();
    schemas.validate(&document, index).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(document["counts"]["ignored"], 1, "{json}");
    for format in ["human", "github", "sarif", "junit"] {
        let (code, out, err) = run(files, &["policy", "lint", "--format", format, "--all"]);
        assert_eq!(code, Some(11), "{format}: {err}");
        assert!(out.contains("INPUT_UNKNOWN") && out.contains("own.rego"), "{format}: {out}");
        for sign in ["\u{1b}", "\u{202e}"] {
            assert!(!out.contains(sign), "{format}: {sign:?} in {out}");
        }
        let commands = out.lines().filter(|line| line.trim_start().starts_with("::")).count();
        assert_eq!(commands > 0, format == "github", "{format}: {out}");
    }
    let (_, sarif, _) = run(files, &["policy", "lint", "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let region = |code: &str| {
        let result = results.iter().find(|result| result["ruleId"] == code).unwrap();
        (result["locations"][0]["physicalLocation"]["region"].clone(), result["suppressions"][0]["kind"].clone())
    };
    let (place, kept) = region("INPUT_UNKNOWN");
    assert_eq!((place["startLine"].as_u64(), place["endLine"].as_u64()), (Some(3), Some(3)));
    assert_eq!(place["endColumn"].as_u64().unwrap() - place["startColumn"].as_u64().unwrap(), 5);
    assert!(kept.is_null() && region("PRINT").1 == "inSource");
}

/// What a template asks for is looked for in the rules, and the other way round.
#[test]
fn predicates_are_held_to_the_templates() {
    let template = |predicate: &str, state: &str| {
        format!(
            "version = 1\nid = \"calm\"\ntitle = \"a\"\nstate = \"{state}\"\nproposed_by = \"@a\"\npredicate = \"{predicate}\"\n\n[scope]\ninclude = [\"docs/**\"]\n"
        )
    };
    let own = whole("predicate contains \"quiet-hours\" if input.has_ownership");
    let table: &[(&str, &str, &[&str])] = &[
        ("quiet-hours", "proposed", &[]),
        ("one-committer", "proposed", &["PREDICATE_UNUSED .changeward/policies/own.rego:3:20"]),
        (
            "quiet-hour",
            "proposed",
            &[
                "PREDICATE_UNUSED .changeward/policies/own.rego:3:20",
                "PREDICATE_UNKNOWN .changeward/templates/calm.toml:6:14",
            ],
        ),
        ("quiet-hour", "retired", &["PREDICATE_UNUSED .changeward/policies/own.rego:3:20"]),
    ];
    for (predicate, state, expected) in table {
        let template = template(predicate, state);
        let files: &[(&str, &[u8])] =
            &[(FILE, own.as_bytes()), (".changeward/templates/calm.toml", template.as_bytes())];
        let (_, out, err) = run(files, LINT);
        let document: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        let found = document["findings"].as_array().unwrap().iter();
        let found = found.filter(|one| one["code"].as_str().unwrap().starts_with("PREDICATE"));
        let found: Vec<String> = found
            .map(|one| {
                let word = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
                format!("{} {}:{}:{}", word("code"), word("file"), one["line"], one["column"])
            })
            .collect();
        assert_eq!(&found, expected, "{predicate} {state}: {out}");
    }
    let files: &[(&str, &[u8])] = &[(FILE, own.as_bytes()), (".changeward/templates/calm.toml", b"no = toml = at all")];
    let (_, out, _) = run(files, LINT);
    assert!(!out.contains("PREDICATE"), "a template that cannot be read may ask for anything: {out}");
}

#[test]
fn which_files_are_judged_and_how_it_ends() {
    let broken = whole("dney contains \"x\" if input.flies");
    let fine = "package changeward\n";
    let files: &[(&str, &[u8])] = &[
        (FILE, fine.as_bytes()),
        ("drafts/one.rego", broken.as_bytes()),
        ("drafts/one_test.rego", b"no rego at all"),
        ("empty/readme.txt", b""),
    ];
    let table: &[(&[&str], i32, &str)] = &[
        (&["policy", "lint"], 0, "0 rules in 1 file"),
        (&["policy", "lint", "drafts"], 11, "drafts/one.rego"),
        (&["policy", "lint", "./drafts/one.rego"], 11, "drafts/one.rego"),
        (&["policy", "lint", "drafts", "--fail-on", "never"], 0, "PASSES"),
        (&["policy", "lint", "drafts", "--lint", "unused_rule"], 0, "did you mean"),
        (&["policy", "lint", "drafts", "--lint", "unused_rule", "--fail-on", "warn"], 11, "UNUSED_RULE"),
        (&["policy", "lint", "nowhere"], 2, "there is no file or folder nowhere"),
        (&["policy", "lint", "empty"], 2, "no Rego file"),
        (&["policy", "lint", "--explain", "input_unknown"], 0, "misspelt"),
    ];
    for (words, expected, says) in table {
        let (code, out, err) = run(files, words);
        assert_eq!(code, Some(*expected), "{words:?}: {out}{err}");
        assert!(format!("{out}{err}").contains(says), "{words:?}: {out}{err}");
    }
    let (_, out, _) = run(&[], &["policy", "lint", "--list"]);
    assert_eq!(out.lines().count(), LINTS.len());
    assert!(LINTS.iter().any(|lint| lint.severity == Severity::Info));
}
