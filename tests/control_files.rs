//! The files people write, good and bad: what each reader accepts, what it says about the rest, and whether an
//! independent JSON Schema validator agrees.
//!
//! A file is `KIND-NAME.toml` (or `.json`); beside each bad one stands the report it must get. After a wanted change of
//! words: `SNAPSHOTS=overwrite cargo test --test control_files`.
#![expect(clippy::disallowed_methods, reason = "tests read their own data")]

use boon::{Compiler, Format, SchemaIndex, Schemas};
use changeward::model::{Moment, Pattern, Principal, PrincipalKind, Span};
use changeward::parse::{self, InvalidFile};
use miette::{GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::*;
use serde_json::Value;
use snapbox::Data;
use std::path::{Path, PathBuf};

/// Codes of what no schema can say: two places that contradict each other, and the language itself.
const BEYOND_SCHEMA: &[&str] = &[
    "syntax",
    "duplicate_key",
    "too_deep",
    "too_large",
    "duplicate_id",
    "reserved_id",
    "bad_team",
    "never_valid",
    "too_long",
    "self_approved",
];

struct File {
    path: PathBuf,
    name: String,
    kind: &'static str,
    text: String,
}

fn files(folder: &str) -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/control_files").join(folder);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let kind = parse::schemas().iter().map(|(kind, _)| *kind).find(|kind| name.starts_with(&format!("{kind}-")));
        if path.extension().is_some_and(|end| end == "toml" || end == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push(File { kind: kind.expect("a file is named after its kind"), path, name, text });
        }
    }
    assert!(found.len() > 5);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Reads a file with the reader of its kind and shows the noun.
fn read(kind: &str, text: &str, name: &str) -> Result<String, InvalidFile> {
    match kind {
        "config" => parse::config(text, name).map(|noun| format!("{noun:#?}")),
        "ownership" => parse::matrix(text, name).map(|noun| format!("{noun:#?}")),
        "template" => parse::template(text, name).map(|noun| format!("{noun:#?}")),
        "lockdown" => parse::lockdown(text, name).map(|noun| format!("{noun:#?}")),
        "exception" => parse::exception(text, name).map(|noun| format!("{noun:#?}")),
        "facts" => parse::forge_facts(text, name).map(|noun| format!("{noun:#?}")),
        other => panic!("no reader for {other}"),
    }
}

fn report(invalid: &InvalidFile) -> String {
    let mut out = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    handler.render_report(&mut out, invalid).unwrap();
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

fn snapshot(actual: String, file: &File, end: &str) {
    let expected = Data::read_from(&file.path.with_extension(end), None).raw();
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(Data::text(actual).raw(), expected);
}

#[test]
fn good_files_become_nouns() {
    for file in files("good") {
        match read(file.kind, &file.text, &file.name) {
            Ok(noun) => snapshot(noun + "\n", &file, "stdout"),
            Err(invalid) => panic!("{}", report(&invalid)),
        }
    }
}

#[test]
fn bad_files_are_told_everything_that_is_wrong() {
    for file in files("bad") {
        let invalid = read(file.kind, &file.text, &file.name).expect_err(&file.name);
        for problem in invalid.problems() {
            assert!(!problem.help.is_empty() && !problem.label.is_empty(), "{}: {problem:?}", file.name);
        }
        let report = report(&invalid);
        assert!(!report.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')), "{}", file.name);
        snapshot(report, &file, "stderr");
    }
}

#[test]
fn boon_agrees_about_every_file() {
    let standard = Standard::new();
    let mut compared = 0;
    for file in files("good").into_iter().chain(files("bad")) {
        let Some(document) = plain(&file) else { continue };
        let read = read(file.kind, &file.text, &file.name);
        let ours = read.map_or_else(|e| e.problems().all(|p| BEYOND_SCHEMA.contains(&p.code)), |_| true);
        let theirs = standard.accepts(file.kind, &document);
        assert_eq!(ours, theirs.is_ok(), "{}: {theirs:?}", file.name);
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

/// The document as boon takes it; `None` when it is not even TOML or JSON.
fn plain(file: &File) -> Option<Value> {
    if file.name.ends_with(".json") {
        return serde_json::from_str(&file.text).ok();
    }
    let table: toml::Table = toml::from_str(&file.text).ok()?;
    Some(untimed(toml::Value::Table(table)))
}

/// TOML as JSON, a date as its text.
fn untimed(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(yes) => yes.into(),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => items.into_iter().map(untimed).collect(),
        toml::Value::Table(table) => Value::Object(table.into_iter().map(|(key, v)| (key, untimed(v))).collect()),
    }
}

/// Our schemas in the hands of boon, with our formats written once more in terms of the nouns.
struct Standard {
    schemas: Schemas,
    indexes: Vec<(&'static str, SchemaIndex)>,
}

impl Standard {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        for (name, func) in FORMATS {
            compiler.register_format(Format { name, func: *func });
        }
        let mut indexes = Vec::new();
        for (kind, text) in parse::schemas() {
            let url = format!("urn:changeward:schema:{kind}:v1");
            let schema: Value = serde_json::from_str(text).unwrap();
            assert_eq!(schema.get("$id").and_then(Value::as_str), Some(url.as_str()));
            compiler.add_resource(&url, schema).unwrap();
            indexes.push((*kind, compiler.compile(&url, &mut schemas).unwrap()));
        }
        Self { schemas, indexes }
    }

    fn accepts(&self, kind: &str, document: &Value) -> Result<(), String> {
        let index = self.indexes.iter().find(|(name, _)| *name == kind).unwrap().1;
        self.schemas.validate(document, index).map_err(|error| error.to_string())
    }
}

type Verdict = Result<(), Box<dyn std::error::Error>>;

const FORMATS: &[(&str, fn(&Value) -> Verdict)] = &[
    ("duration", |v| text(v, |t| Span::parse(t).is_some())),
    ("principal", |v| text(v, |t| Principal::parse(t).is_some())),
    ("person", |v| text(v, |t| Principal::parse(t).is_some_and(|p| p.kind() != PrincipalKind::Team))),
    ("login", |v| text(v, |t| !t.contains(['/', ' ']) && !t.trim_start_matches('@').is_empty())),
    ("forge-team", |v| text(v, |t| t.contains('/'))),
    ("date-or-time", |v| text(v, |t| Moment::parse(t).is_some())),
    ("glob", |v| text(v, |t| Pattern::glob(t).is_ok())),
    ("id", |v| text(v, |t| !t.is_empty() && !t.contains([' ', ':']))),
    ("calendar", |v| text(v, |t| t.ends_with(".ics") && !t.contains(".."))),
];

fn text(value: &Value, holds: impl Fn(&str) -> bool) -> Verdict {
    if value.as_str().is_none_or(holds) { Ok(()) } else { Err("not of this format".into()) }
}

fn any_toml() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "version",
        "id",
        "scope",
        "row",
        "teams",
        "calendar",
        "limits",
        "a.b",
        "\"é\"",
        "policy.params",
        "state",
        "x",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "\"x\"",
        "[\"**\"]",
        "{ a = 1 }",
        "2026-10-01",
        "[",
        "nan",
        "'",
        "\"\"\"",
        "true",
        "[[1]]",
        "07:00:00",
    ]);
    let line = prop_oneof![
        (key.clone(), value).prop_map(|(key, value)| format!("{key} = {value}")),
        key.clone().prop_map(|key| format!("[{key}]")),
        key.prop_map(|key| format!("[[{key}]]")),
        "\\PC{0,12}",
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

fn never_panics(text: &str) -> Result<(), TestCaseError> {
    for (kind, _) in parse::schemas() {
        if let Err(invalid) = read(kind, text, "x") {
            prop_assert!(invalid.problems().len() > 0);
            report(&invalid);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        never_panics(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn nothing_like_toml_makes_a_reader_panic(text in any_toml()) {
        never_panics(&text)?;
    }

    #[test]
    fn nothing_like_json_makes_a_reader_panic(text in "[\\[\\]{}:,\"a1.e\\-\\\\/ \n\u{e9}]{0,40}") {
        never_panics(&text)?;
        let standard = serde_json::from_str::<Value>(&text).is_ok();
        let syntax = parse::forge_facts(&text, "x").err().is_some_and(|e| e.problems().any(|p| p.code == "syntax"));
        prop_assert!(standard != syntax || text.contains('"'), "a key twice is the only JSON refused as such");
    }
}

#[test]
fn no_nesting_overflows_the_stack() {
    let dots = "a.".repeat(200_000) + "a = 1";
    let quoted = "\"a\".".repeat(100_000) + "a = 1";
    let header = format!("[{}a]", "a.".repeat(200_000));
    let hidden = format!("x = [\"\"\"a\"\"\"\", {{{}a = 1}}]", "a.".repeat(100_000));
    let twice = format!("x = {{{dots}}}\nx = {{{dots}}}");
    let word = format!("a\"{dots}");
    let tall = "x = ".to_owned() + &"[".repeat(100_000);
    let wide = "x = ".to_owned() + &"{a.a.a.a.a.a.a.a.a.a.a.a = ".repeat(200) + "1" + &"}".repeat(200);
    let json = "[".repeat(100_000);
    let object = "{\"a\":".repeat(150) + "1" + &"}".repeat(150);
    for text in [dots, quoted, header, hidden, twice, word, tall, wide, json, object] {
        for (kind, _) in parse::schemas() {
            assert!(read(kind, &text, "x").is_err());
        }
    }
}
