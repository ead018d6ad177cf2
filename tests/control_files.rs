//! The files people write, good and bad: what each reader accepts, what it says about the rest, and whether an
//! independent JSON Schema validator agrees.
//!
//! A file is `KIND-NAME.toml` (or `.json`); beside each bad one stands the report it must get. After a wanted change of
//! words: `SNAPSHOTS=overwrite cargo test --test control_files`.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test reads its own data, and fails by panicking"
)]

use boon::{Compiler, Format, SchemaIndex, Schemas};
use changeward::model::{
    ApprovalDecision, ApproverKind, ChangeClass, Config, Content, DAY, Datum, FileStatus, Limits, LockdownState,
    Moment, Pattern, Principal, PrincipalKind, RowKind, Span, TemplateState,
};
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
    "bad_team_name",
    "never_valid",
    "no_form",
    "two_forms",
    "no_effect",
    "bad_regex",
    "bad_edit",
    "not_single",
    "bad_where",
    "blank",
    "too_long",
    "self_approved",
    "shared_address",
    "unknown_input",
    "wants_nothing",
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

/// Reads a file with the reader of its kind.
fn read(kind: &str, text: &str, name: &str) -> Result<(), InvalidFile> {
    match kind {
        "config" => parse::config(text, name).map(drop),
        "ownership" => parse::matrix(text, name).map(drop),
        "template" => parse::template(text, name).map(drop),
        "lockdown" => parse::lockdown(text, name).map(drop),
        "exception" => parse::exception(text, name).map(drop),
        "baseline" => parse::baseline(text, name).map(drop),
        "facts" => parse::forge_facts(text, name).map(drop),
        "outcomes" => parse::outcomes(text, name).map(drop),
        "cases" => parse::policy_cases(text, name).map(drop),
        other => panic!("no reader for {other}"),
    }
}

fn report(invalid: &InvalidFile) -> String {
    let mut out = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    handler.render_report(&mut out, invalid).unwrap();
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn good_files_are_read() {
    for file in files("good") {
        if let Err(invalid) = read(file.kind, &file.text, &file.name) {
            panic!("{}", report(&invalid));
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
        let expected = Data::read_from(&file.path.with_extension("stderr"), None).raw();
        snapbox::Assert::new().action_env("SNAPSHOTS").eq(Data::text(report).raw(), expected);
    }
}

#[test]
fn boon_agrees_about_every_file() {
    let standard = Standard::new();
    let mut compared = 0;
    for file in files("good").into_iter().chain(files("bad")) {
        let Some(document) = plain(&file) else { continue };
        let ours = obeys_schema(file.kind, &file.text);
        let theirs = standard.accepts(file.kind, &document);
        assert_eq!(ours, theirs.is_ok(), "{}: {theirs:?}", file.name);
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

/// Whether our reader finds nothing that the schema forbids.
fn obeys_schema(kind: &str, text: &str) -> bool {
    read(kind, text, "x").map_or_else(|e| e.problems().all(|p| BEYOND_SCHEMA.contains(&p.code)), |()| true)
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

type FormatCheck = fn(&Value) -> Verdict;

const FORMATS: &[(&str, FormatCheck)] = &[
    ("duration", |v| text(v, |t| Span::parse(t).is_some())),
    ("principal", |v| text(v, |t| Principal::parse(t).is_some())),
    ("person", |v| text(v, |t| Principal::parse(t).is_some_and(|p| p.kind() != PrincipalKind::Team))),
    ("login", |v| text(v, |t| !t.contains(['/', ' ']) && !t.trim_start_matches('@').is_empty())),
    ("forge-team", |v| text(v, |t| t.contains('/'))),
    ("date-or-time", |v| text(v, |t| Moment::parse(t).is_some())),
    ("glob", |v| text(v, |t| Pattern::glob(t).is_ok())),
    ("id", |v| {
        text(v, |t| !t.is_empty() && !t.starts_with('-') && t.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)))
    }),
    ("inside", |v| text(v, |t| !t.starts_with('/') && !t.contains("..") && !t.contains("//") && !t.is_empty())),
    ("calendar", |v| text(v, |t| t.ends_with(".ics") && !t.contains(".."))),
];

fn text(value: &Value, holds: impl Fn(&str) -> bool) -> Verdict {
    if value.as_str().is_none_or(holds) { Ok(()) } else { Err("not of this format".into()) }
}

/// The good files of every kind, as documents.
fn good_documents() -> Vec<(&'static str, Value)> {
    files("good").iter().map(|file| (file.kind, plain(file).unwrap())).collect()
}

/// Every place of a document, as JSON pointers.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| places(value, format!("{at}/{}", key.replace('/', "~1")), found))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, value)| places(value, format!("{at}/{n}"), found))
        }
        _ => {}
    }
    found.push(at);
}

/// Changes one place: removes it, replaces it, or (in a table) adds a key.
fn mutate(document: &mut Value, place: prop::sample::Index, how: &Mutation) {
    let mut found = Vec::new();
    places(document, String::new(), &mut found);
    found.retain(|at| !at.is_empty());
    let Some(at) = found.get(place.index(found.len().max(1))) else { return };
    let (parent, key) = at.rsplit_once('/').unwrap();
    match how {
        Mutation::Replace(value) => *document.pointer_mut(at).unwrap() = value.clone(),
        Mutation::Remove => match document.pointer_mut(parent).unwrap() {
            Value::Object(map) => drop(map.remove(&key.replace("~1", "/"))),
            Value::Array(items) => drop(items.remove(key.parse().unwrap())),
            _ => {}
        },
        Mutation::Add(name, value) => {
            if let Value::Object(map) = document.pointer_mut(parent).unwrap() {
                map.insert(name.clone(), value.clone());
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Mutation {
    Replace(Value),
    Remove,
    Add(String, Value),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let value = || {
        let words =
            ["", "x", "@bob", "@acme/pay", "24h", "2026-10-01", "a b", "x.ics", "modified", "emergency", "a@b.c"];
        prop_oneof![
            4 => prop::sample::select(words.to_vec()).prop_map(Value::from),
            1 => prop::sample::select(vec![-1, 0, 1, 2, 9, 10, 1001]).prop_map(Value::from),
            1 => prop::sample::select(vec![0.5, 1.0, 2.0, 1e9]).prop_map(Value::from),
            1 => any::<bool>().prop_map(Value::from),
            1 => prop::sample::select(vec!["[]", "{}", "[\"x\"]", "[\"@bob\"]", "{\"x\": 1}", "[[]]", "[1]", "[{}]"])
                .prop_map(|text| serde_json::from_str(text).unwrap()),
        ]
    };
    let key = prop::sample::select(vec!["x", "id", "include", "rows", "owner", "version", "state", "params"]);
    prop_oneof![
        4 => value().prop_map(Mutation::Replace),
        1 => Just(Mutation::Remove),
        1 => (key, value()).prop_map(|(key, value)| Mutation::Add(key.to_owned(), value)),
    ]
}

/// A document as its file would hold it.
fn written(kind: &str, document: &Value) -> String {
    if ["facts", "outcomes", "cases"].contains(&kind) {
        return document.to_string();
    }
    let pairs = document.as_object().unwrap().iter();
    pairs.map(|(key, value)| format!("{} = {}\n", Value::from(key.as_str()), inline(value))).collect()
}

/// A value as TOML writes it on one line.
fn inline(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Array(items) => format!("[{}]", joined(items.iter().map(inline).collect())),
        Value::Object(map) => {
            let pair = |(key, value): (&String, &Value)| format!("{} = {}", Value::from(key.as_str()), inline(value));
            format!("{{ {} }}", joined(map.iter().map(pair).collect()))
        }
        other => other.to_string(),
    }
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
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn boon_agrees_about_every_mutation(
        file in any::<prop::sample::Index>(),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), any_mutation()), 1..4),
    ) {
        let (kind, mut document) = GOOD.with(|good| file.get(good).clone());
        for (place, how) in &mutations {
            mutate(&mut document, *place, how);
        }
        let text = written(kind, &document);
        let theirs = STANDARD.with(|standard| standard.accepts(kind, &document));
        let newer = document.get("version").is_some_and(|version| version.as_f64() > Some(1.0));
        prop_assert!(obeys_schema(kind, &text) == theirs.is_ok() || newer, "{theirs:?}\n{text}");
    }
}

thread_local! {
    static GOOD: Vec<(&'static str, Value)> = good_documents();
    static STANDARD: Standard = Standard::new();
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

#[test]
fn a_configuration_says_what_its_file_says() {
    let config = parse::config(&text_of("config-full.toml"), "c").unwrap();
    let sources = |patterns: &[Pattern]| patterns.iter().map(|p| p.source().to_owned()).collect::<Vec<_>>();
    assert_eq!(sources(&config.scope_include), ["**"]);
    assert_eq!(sources(&config.scope_exclude), ["docs/**"]);
    assert_eq!(sources(&config.control_files), ["deploy/pipeline/**"]);
    assert_eq!(config.control_owners, people(&["@acme/platform"]));
    assert_eq!(config.change_authority, people(&["@acme/change-authority"]));
    assert_eq!(config.emergency_submitters, people(&["@ann"]));
    assert_eq!((config.emergency_max_severity, config.emergency_claim_ttl), (1, Span(12 * 3_600)));
    assert_eq!((config.emergency_review_within, config.approval_expires_after), (Span(7 * DAY), Span(30 * DAY)));
    let incidents = config.incidents.as_ref().unwrap();
    assert_eq!((incidents.label.as_str(), incidents.severity_prefix.as_str()), ("outage", "severity-"));
    assert_eq!((incidents.affects_prefix.as_str(), &incidents.declarers), ("row:", &people(&["@acme/oncall"])));
    let [holidays, quarter] = &config.calendars[..] else { panic!("{:?}", config.calendars) };
    assert_eq!((holidays.file.as_str(), holidays.place.to_string().as_str()), ("calendars/holidays.ics", "c:30"));
    assert_eq!(
        (&holidays.environments[..], &holidays.approvers[..]),
        (&["production".to_owned()][..], &people(&["@acme/release"])[..])
    );
    assert!(quarter.environments.is_empty() && quarter.approvers.is_empty());
    assert_eq!(config.params["min_justification"], Datum::Int(20));
    assert_eq!(config.params["share"], Datum::Float(0.5));
    assert_eq!(config.params["since"], Datum::Text("2026-10-01".into()));
    assert_eq!(config.params["names"], Datum::List(vec![Datum::Text("a".into()), Datum::Text("b".into())]));
    assert_eq!(config.params["nested"], Datum::Map([("on".to_owned(), Datum::Bool(true))].into()));
    let bare = parse::config("version = 1", "c").unwrap();
    assert_eq!(format!("{bare:?}"), format!("{:?}", Config::default()));
}

#[test]
fn a_baseline_says_what_its_file_says() {
    let baseline = parse::baseline(&text_of("baseline-full.toml"), "b").unwrap();
    assert_eq!((&baseline.owner, Some(baseline.expires_at)), (&Principal::login("kim"), Moment::parse("2027-04-01")));
    let [legacy, contact] = &baseline.entries[..] else { panic!("{:?}", baseline.entries) };
    assert_eq!((legacy.code.as_str(), legacy.subject.as_str(), legacy.count), ("UNOWNED", "legacy/**", Some(120)));
    assert_eq!((&legacy.owner, legacy.expires_at, legacy.place.to_string().as_str()), (&None, None, "b:6"));
    assert_eq!((contact.count, contact.expires_at), (None, Moment::parse("2027-02-01T12:00:00Z")));
    assert_eq!(contact.owner, Principal::parse("@acme/pay"));
}

/// An editor completes the codes, and a code that is none is told what it may have been meant to be.
#[test]
fn the_severities_are_those_of_the_audit() {
    use changeward::audit::lint::LINTS;
    let schema: Value =
        serde_json::from_str(parse::schemas().iter().find(|(kind, _)| *kind == "config").unwrap().1).unwrap();
    let listed = schema.pointer("/properties/ownership/properties/severity/properties").unwrap().as_object().unwrap();
    let codes: std::collections::BTreeSet<&str> = LINTS.iter().map(|lint| lint.code).collect();
    assert_eq!(listed.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), codes);
    for lint in LINTS {
        let told = listed[lint.code]["description"].as_str().unwrap().to_lowercase();
        let expected = format!("{} ({}).", lint.meaning, lint.severity.as_str());
        assert_eq!(told, expected.to_lowercase(), "{}", lint.code);
    }
    let text = "version = 1\n[ownership.severity]\nNO_CONTCT = \"warn\"\n";
    let invalid = parse::config(text, "c").unwrap_err();
    assert!(invalid.problems().any(|problem| problem.help == "did you mean `NO_CONTACT`?"));
}

#[test]
fn a_matrix_says_what_its_file_says() {
    let matrix = parse::matrix(&text_of("ownership-full.toml"), "m").unwrap();
    let escalation = matrix.escalation.unwrap();
    assert_eq!((escalation.owner, escalation.contact.as_deref()), (Principal::login("sam"), Some("#platform-help")));
    assert_eq!(
        (escalation.acknowledge_within, escalation.resolve_within),
        (Some(Span(4 * 3_600)), Some(Span(5 * DAY)))
    );
    assert_eq!(matrix.teams["pay"].members, people(&["@bob", "eve@example.org"]));
    assert_eq!(matrix.teams["pay"].director, Some(Principal::login("dan")));
    let [payments, on_call, bare] = &matrix.rows[..] else { panic!("{:?}", matrix.rows) };
    assert_eq!((payments.id.as_str(), payments.kind, payments.tier), ("payments", RowKind::Resource, Some(1)));
    assert_eq!(payments.responsible, people(&["@bob", "@eve"]));
    assert_eq!(payments.accountable, people(&["@cat"]));
    assert_eq!((&payments.supports, &payments.informed), (&people(&["@acme/ops"]), &people(&["@acme/support"])));
    assert_eq!((&payments.director, &payments.alternate), (&Some(Principal::login("dan")), &people(&["@eve"])));
    assert_eq!((payments.review_by, payments.place.line), (Moment::parse("2027-06-30"), 13));
    assert!(payments.lints().is_empty() && payments.consulted.is_empty());
    assert_eq!((on_call.kind, on_call.accountable.len()), (RowKind::Activity, 2));
    assert_eq!((bare.kind, bare.lints().len()), (RowKind::Resource, 3));
}

#[test]
fn a_template_says_what_its_file_says() {
    let template = parse::template(&text_of("template-full.toml"), "t").unwrap();
    assert_eq!((template.id.as_str(), template.state), ("raise-replicas", TemplateState::Published));
    assert_eq!(template.title, "Raise the replicas of a deployment");
    assert_eq!((template.proposed_by, template.approved_by), (Some(Principal::login("ann")), people(&["@cab1"])));
    assert_eq!((template.approved_at, template.not_before), (Moment::parse("2026-10-01"), Moment::parse("2026-10-01")));
    assert_eq!(template.expires_at, Moment::parse("2027-04-01T10:00:00Z"));
    assert_eq!((template.include.len(), template.exclude.len(), template.allow.len()), (1, 1, 2));
    assert_eq!(template.kinds, [FileStatus::Modified, FileStatus::Renamed]);
    assert_eq!(template.limits, Limits { files: Some(5), added: Some(20), removed: Some(0), edits: None });
    assert_eq!(
        (template.environments, template.required_checks),
        (vec!["production".to_owned()], vec!["test".to_owned()])
    );
    assert_eq!(
        (template.submitters, template.window.as_deref()),
        (people(&["@acme/pay"]), Some("calendars/nights.ics"))
    );
    assert_eq!((template.implementation.is_some(), template.backout.is_some()), (true, true));
    let small = parse::template(&text_of("template-small.toml"), "t").unwrap();
    assert_eq!(small.kinds, [FileStatus::Added, FileStatus::Modified, FileStatus::Deleted]);
    assert_eq!((small.state, small.limits, small.allow.len()), (TemplateState::Proposed, Limits::default(), 0));
}

#[test]
fn lockdowns_and_exceptions_say_what_their_files_say() {
    let lockdown = parse::lockdown(&text_of("lockdown-full.toml"), "l").unwrap();
    assert_eq!((lockdown.id.as_str(), lockdown.state), ("year-end", LockdownState::Enforced));
    assert_eq!((lockdown.from, lockdown.until), (Moment::parse("2026-12-20"), Moment::parse("2027-01-02")));
    assert_eq!((lockdown.rows, lockdown.environments), (vec!["payments".to_owned()], vec!["production".to_owned()]));
    assert_eq!((lockdown.exempt, lockdown.release_approvers), (vec![ChangeClass::Emergency], people(&["@lou"])));
    let small = parse::lockdown(&text_of("lockdown-small.toml"), "l").unwrap();
    assert_eq!((small.state, small.exempt.len(), small.from), (LockdownState::Draft, 0, None));
    let exception = parse::exception(&text_of("exception-full.toml"), "e").unwrap();
    assert_eq!((exception.rule.as_str(), exception.scope.len()), ("UNOWNED", 1));
    assert_eq!(Some(exception.approved_at), Moment::parse("2026-10-01"));
    assert_eq!((exception.owner, exception.approved_by), (Principal::login("sam"), Principal::login("kim")));
    assert_eq!(Some(exception.expires_at), Moment::parse("2027-03-30"));
}

#[test]
fn facts_say_what_their_file_says() {
    let facts = parse::forge_facts(&text_of("facts-full.json"), "f").unwrap();
    let ann = Some(Principal::login("ann"));
    assert_eq!((facts.head.as_deref(), &facts.author, &facts.requester), (Some("1f2e"), &ann, &ann));
    assert_eq!(facts.committers[1].as_str(), "@renovate[bot]");
    assert_eq!(facts.committers[2], Principal::parse("eve@example.org").unwrap());
    assert_eq!((facts.title.as_deref(), facts.body.as_deref()), (Some("Pay faster"), Some("")));
    assert_eq!(
        (facts.labels, facts.claimed_at),
        (vec!["change:normal".to_owned()], Moment::parse("2026-11-22T14:00:00Z"))
    );
    let [(bob, commit), (ci, none)] = &facts.approvals[..] else { panic!("{:?}", facts.approvals) };
    assert_eq!(
        (&bob.by, bob.kind, bob.decision),
        (&Principal::login("bob"), ApproverKind::User, ApprovalDecision::Approve)
    );
    assert_eq!(
        (commit.as_deref(), bob.at, &bob.content),
        (Some("1f2e"), Moment::parse("2026-11-22T15:00:00Z"), &Content::Unknown)
    );
    assert_eq!(bob.teams, people(&["@acme/pay"]));
    assert_eq!((ci.kind, ci.decision, ci.at, none), (ApproverKind::Bot, ApprovalDecision::Comment, None, &None));
    assert_eq!(facts.teams["@acme/pay"], people(&["@bob", "@eve"]));
    assert_eq!((facts.incidents[0].severity, facts.incidents[0].opened_at), (Some(1), Moment::parse("2026-11-22")));
    assert_eq!(facts.checks[0].conclusion, "success");
    assert_eq!(facts.outcomes[0].rows, ["payments", "ledger"]);
    assert_eq!((facts.obligations[0].kind.as_str(), facts.obligations[0].due), ("pir", Moment::parse("2026-11-20")));
    assert!(!facts.truncated);
    assert!(parse::forge_facts(r#"{"truncated": true}"#, "f").unwrap().truncated);
}

fn text_of(name: &str) -> String {
    files("good").into_iter().find(|file| file.name == name).unwrap().text
}

fn people(names: &[&str]) -> Vec<Principal> {
    names.iter().map(|name| Principal::parse(name).unwrap()).collect()
}
