//! One table of decisions in all formats, and what must hold in every one of them: the first screen answers, the documents
//! are valid, and no stranger's text does anything but appear.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test stops where it fails, and a table is as long as it is"
)]

#[path = "support/decisions.rs"]
mod decisions;

use changeward::model::*;
use changeward::report::{Format, Style, render, schema};
use decisions::*;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn rendered(decision: &Decision, format: Format, style: &Style) -> String {
    let mut out = Vec::new();
    render(decision, format, style, &mut out).unwrap();
    String::from_utf8(out).expect("every output is UTF-8")
}

fn short(decision: &Decision, format: Format) -> String {
    rendered(decision, format, &Style::default())
}

const EXPLAIN: Style = Style { colour: false, width: 80, explain: true };

// ------------------------------------------------------------------------------------------------ the tests

/// Run with `SNAPSHOTS=overwrite` to write the files anew.
#[test]
fn every_case_reads_in_every_format_as_it_did() {
    let check = |case: &str, extension: &str, text: String| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/report/{case}.{extension}"));
        snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(
            snapbox::Data::text(text).raw(),
            snapbox::Data::read_from(&file, Some(snapbox::data::DataFormat::Text)).raw(),
        );
    };
    for (case, decision) in cases() {
        // What is 500 files long in a document says nothing more than the short forms do.
        for format in Format::ALL
            .into_iter()
            .filter(|format| case != "huge" || !matches!(format, Format::Json | Format::Sarif | Format::Junit))
        {
            check(case, format.as_str(), short(&decision, format));
        }
        if case != "huge" {
            check(case, "explain", rendered(&decision, Format::Human, &EXPLAIN));
        }
    }
    check("pending", "colour", rendered(&pending(), Format::Human, &Style { colour: true, ..Style::default() }));
}

/// How few people are enough is said where that is fewer than one for each level.
#[test]
fn the_smallest_set_is_said_as_such() {
    let (ab, c): (&[&str], &[&str]) = (&["review:a", "review:b"], &["review:c"]);
    let table = [
        (vec![("@bob", [ab, c].concat())], true, "for 3 approvals; 1 person can give them"),
        (vec![("@bob", ab.to_vec()), ("@eve", c.to_vec())], true, "for 3 approvals; 2 people can give them"),
        (
            vec![("@bob", ab.to_vec()), ("@eve", c.to_vec())],
            false,
            "for 3 approvals; 2 people can give them, perhaps fewer",
        ),
        (vec![("@bob", vec!["review:a"]), ("@eve", vec!["review:b"]), ("@cat", c.to_vec())], true, "for 3 approvals"),
        // One level waits for somebody who is away.
        (vec![("@bob", ab.to_vec())], true, "for 3 approvals"),
    ];
    for (ask, smallest, expected) in table {
        let levels = ["review:a", "review:b", "review:c"].map(|name| level(name, 1, &["@bob"], &[], "it is touched"));
        let facts = facts(vec![file("a", "a", &["@bob"])]);
        let mut decision =
            decide(ChangeClass::Normal, Risk::Low, &facts, Default::default(), levels.to_vec(), Vec::new());
        decision.ask = ask.iter().map(|(who, levels)| asked(who, levels, None, &[])).collect();
        decision.ask_is_smallest = smallest;
        let text = short(&decision, Format::Human);
        assert!(text.lines().any(|line| line.ends_with(&format!("WAITS  {expected}"))), "{expected}: {text}");
    }
}

#[test]
fn the_first_screen_answers_the_four_questions() {
    for (case, decision) in cases() {
        let text = short(&decision, Format::Human);
        let screen: Vec<&str> = text.lines().take(24).collect();
        let at = |what: &str| screen.iter().position(|line| line.contains(what));
        let class = at(match decision.class {
            ChangeClass::None => "NOT A CHANGE (CLASS NONE):",
            ChangeClass::Standard => "STANDARD CHANGE:",
            ChangeClass::Normal => "NORMAL CHANGE:",
            ChangeClass::Emergency => "EMERGENCY CHANGE:",
        })
        .expect(case);
        let verdict = match decision.verdict() {
            Verdict::Approve => "MAY GO AHEAD",
            Verdict::Pending => "WAITS",
            Verdict::Block => "BLOCKED",
        };
        let verdict = at(verdict).expect(case);
        assert!(class < verdict, "{case}");
        if decision.verdict() == Verdict::Approve {
            assert!((3..=6).contains(&text.lines().count()), "{case}: what may go ahead is told in a few lines");
            continue;
        }
        let (why, next) = (at("Why").expect(case), at("Next").expect(case));
        assert!(verdict < why && why + 1 < next && next + 1 < screen.len(), "{case}");
        if let Some(line) = screen.iter().find(|line| line.chars().count() > 80) {
            panic!("{case}: wider than the screen: {line}");
        }
    }
}

#[test]
fn what_blocks_and_what_is_missing_is_on_the_first_screen() {
    let screen = |decision: &Decision| short(decision, Format::Human).lines().take(24).collect::<Vec<_>>().join("\n");
    let table: &[(Decision, &[&str])] = &[
        (
            unowned(),
            &[
                "NO_ESCALATION_OWNER",
                "UNOWNED",
                "tools/new.sh, tools/old.sh",
                "policies/approvals.rego:31",
                "add an [escalation] table",
            ],
        ),
        (
            pending(),
            &["NO_TEMPLATE", "policies/templates.rego:40", "accountable:payments", "0 of 1 from @cat", "ask @cat"],
        ),
        (freeze(), &["FREEZE", "policies/freeze.rego:14", "@fay, @acme/release", "wait until"]),
        (refused(), &["EMG_NO_INCIDENT", "EMG_NO_BACKOUT", "ask @bob"]),
        (huge(), &["ORG_RULE_00", "and 5", "more; --explain shows all", "ask @bob", "review:area00"]),
    ];
    for (decision, wanted) in table {
        let screen = screen(decision);
        for text in *wanted {
            assert!(screen.contains(text), "{text} is not in\n{screen}");
        }
    }
}

#[test]
fn explaining_leaves_nothing_out() {
    let text = rendered(&huge(), Format::Human, &EXPLAIN);
    assert!(!text.contains("--explain"), "nothing is left to explain");
    let more: Vec<&str> = text
        .lines()
        .skip_while(|line| *line != "Why")
        .filter(|line| line.contains(" more") && !line.contains("forge"))
        .collect();
    assert!(more.is_empty(), "{more:?}");
    for n in 0..60 {
        assert!(text.contains(&format!("ORG_RULE_{n:02}")));
    }
    assert!(text.contains("src/area39/file479.rs"));
    let text = rendered(&pending(), Format::Human, &EXPLAIN);
    assert!(
        text.contains("split these 2 files out and the rest is standard under template\n    raise-replicas:"),
        "{text}"
    );
}

#[test]
fn json_holds_to_its_schema() {
    let schema: Value = serde_json::from_str(schema()).unwrap();
    assert_eq!(schema["$id"], "urn:changeward:schema:decision:v1");
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("urn:changeward:schema:decision:v1", schema.clone()).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("urn:changeward:schema:decision:v1", &mut schemas).unwrap();
    for (case, decision) in cases() {
        let document: Value = serde_json::from_str(&short(&decision, Format::Json)).unwrap();
        if let Err(error) = schemas.validate(&document, index) {
            panic!("{case}: {error:#}");
        }
        described(&document, &schema, &schema, case);
    }
    let mut wrong: Value = serde_json::from_str(&short(&pending(), Format::Json)).unwrap();
    wrong["verdict"] = "allow".into();
    assert!(schemas.validate(&wrong, index).is_err());
}

/// Every key of a document is in its schema, with words about it.
fn described(value: &Value, schema: &Value, root: &Value, at: &str) {
    let target = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let known = &target["properties"][key];
                let place = format!("{at}/{key}");
                let of_ref =
                    known.get("$ref").and_then(Value::as_str).and_then(|r| root.pointer(r.trim_start_matches('#')));
                let words = known.get("description").or_else(|| of_ref.and_then(|r| r.get("description")));
                assert!(words.is_some() || known.get("$ref").is_some(), "{place} is not described");
                assert!(!known.is_null(), "{place} is not in the schema");
                described(value, known, root, &place);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| described(item, &target["items"], root, at)),
        _ => {}
    }
}

#[test]
fn json_is_the_frozen_document() {
    let document: Value = serde_json::from_str(&short(&pending(), Format::Json)).unwrap();
    let table = [
        ("/version", Value::from(1)),
        ("/class", "normal".into()),
        ("/verdict", "pending".into()),
        ("/automatic", false.into()),
        ("/risk", "moderate".into()),
        ("/base", "1111111111111111111111111111111111111111".into()),
        ("/environment", "production".into()),
        ("/evaluated_at", "2026-11-22T16:00:00Z".into()),
        ("/reasons/0/code", "NO_TEMPLATE".into()),
        ("/reasons/0/paths/1", "services/payments/ledger.rs".into()),
        ("/reasons/0/rule/file", "policies/templates.rego".into()),
        ("/reasons/0/rule/line", 40.into()),
        ("/findings/0/path", ".changeward/ownership.toml".into()),
        ("/findings/0/line", 12.into()),
        ("/required/0/have", vec!["@bob"].into()),
        ("/required/0/eligible", vec!["@bob", "@eve"].into()),
        ("/missing", vec!["accountable:payments"].into()),
        ("/files/0/old_path", Value::Null),
        ("/files/0/template", Value::Null),
        ("/files/0/edits", Value::Array(vec![])),
        ("/files/0/owned", "owned".into()),
        ("/stats/truncated", false.into()),
        ("/digests/diff", format!("sha256:{}", "c".repeat(64)).into()),
    ];
    for (pointer, expected) in table {
        assert_eq!(document.pointer(pointer), Some(&expected), "{pointer}");
    }
    let facts = facts(vec![file(b"a\xff", "x", &[])]);
    let decision = decide(ChangeClass::Normal, Risk::Low, &facts, Default::default(), vec![], vec![]);
    let document: Value = serde_json::from_str(&short(&decision, Format::Json)).unwrap();
    assert_eq!(document["files"][0]["path"], "\"a\\377\"");
    assert_eq!(document["files"][0]["path_bytes"], "Yf8=");
}

#[test]
fn sarif_holds_to_the_essentials_of_2_1_0() {
    for (case, decision) in cases() {
        let log: Value = serde_json::from_str(&short(&decision, Format::Sarif)).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "{case}: one rule per code");
        assert!(rules.iter().all(|rule| !rule["help"]["text"].as_str().unwrap().is_empty()));
        let mut fingerprints = BTreeSet::new();
        for result in run["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(result["ruleId"], rules[index]["id"]);
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
            assert!(fingerprints.insert(result["partialFingerprints"]["changeward/v1"].as_str().unwrap()), "{case}");
            let locations = result["locations"].as_array().unwrap();
            assert!((1..=100).contains(&locations.len()));
            for location in locations {
                let physical = &location["physicalLocation"];
                let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
                let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
                assert!(!uri.is_empty() && !uri.starts_with('/') && uri.chars().all(allowed), "{uri}");
                assert!(physical["region"]["startLine"].as_u64().unwrap() >= 1);
            }
        }
        assert_eq!(run["properties"]["verdict"], decision.verdict().as_str());
    }
}

#[test]
fn github_shows_the_most_severe_and_counts_the_rest() {
    let text = short(&huge(), Format::Github);
    for kind in ["error", "warning", "notice"] {
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(&format!("::{kind} "))).collect();
        assert_eq!(lines.len(), 10, "{kind}");
        assert!(lines[9].contains(" more, see"), "{}", lines[9]);
    }
    assert!(text.lines().all(|line| line.len() < 4_096));
    assert_eq!(text.lines().last(), Some("changeward: normal change, BLOCKED by ORG_RULE_00 and 1 more"));
}

#[test]
fn junit_counts_what_it_holds() {
    for (case, decision) in cases() {
        let text = short(&decision, Format::Junit);
        let attribute = |name: &str| -> usize {
            let rest = text.split(&format!(" {name}=\"")).nth(1).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        assert_eq!(attribute("tests"), text.matches("<testcase ").count(), "{case}");
        assert_eq!(attribute("failures"), text.matches("<failure ").count(), "{case}");
        assert_eq!(attribute("skipped"), text.matches("<skipped ").count(), "{case}");
        assert_eq!(attribute("failures") > 0, decision.verdict() == Verdict::Block, "{case}");
    }
}

#[test]
fn a_comment_fits_on_github() {
    for style in [Style::default(), EXPLAIN] {
        let text = rendered(&huge(), Format::Markdown, &style);
        assert!(text.chars().count() < 65_536, "{}", text.chars().count());
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
}

#[test]
fn a_large_decision_is_written_as_it_goes() {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            assert!(bytes.len() <= 1 << 20, "written piece by piece");
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let files: Vec<_> = (0..20_000).map(|n| file(format!("src/{n}.rs"), "area", &["@bob"])).collect();
    let paths: Vec<String> = files.iter().map(|f| f.diff.path.quoted()).collect();
    let reasons = vec![Finding::new("UNOWNED", Severity::Warn, "many").at(paths.clone())];
    let mut decision = decide(ChangeClass::Normal, Risk::Low, &facts(files), [reasons, vec![], vec![]], vec![], vec![]);
    decision.split = paths;
    for format in Format::ALL {
        for style in [Style::default(), EXPLAIN] {
            let mut out = Counter(0);
            render(&decision, format, &style, &mut out).unwrap();
            assert!(out.0 > 0);
        }
    }
}

// ------------------------------------------------------------------------------------------------ strangers

/// What no output may ever hold, whatever the names are.
fn harmless(text: &str, format: Format) {
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "one line end");
    for line in text.lines() {
        let authored = ["::error ", "::warning ", "::notice "].iter().any(|c| line.starts_with(c));
        assert!(!line.trim_start().starts_with("::") || (format == Format::Github && authored), "a command: {line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "a command: {line}");
        if let Some(c) = line.chars().find(|c| c.is_control() || is_invisible(*c)) {
            panic!("{c:?} in {line:?}");
        }
    }
    match format {
        Format::Json | Format::Sarif => drop(serde_json::from_str::<Value>(text).expect("valid JSON")),
        Format::Junit => well_formed(text),
        Format::Markdown => tame(text),
        Format::Human | Format::Github => {}
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Tags nest, attributes are quoted, every `&` begins an entity, every character is one of XML 1.0.
fn well_formed(text: &str) {
    assert!(text.chars().all(|c| matches!(c, '\n' | ' '..='\u{fffd}' | '\u{10000}'..)), "characters");
    let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("declaration");
    let mut open = Vec::new();
    for (n, piece) in body.split('<').enumerate() {
        let (tag, after) = if n == 0 { ("", piece) } else { piece.split_once('>').expect("a tag ends") };
        assert!(!after.contains('>'), "a stray >: {after}");
        for entity in piece.split('&').skip(1) {
            let name = entity.split(';').next().unwrap();
            assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "&{entity}");
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes: {tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if n > 0 && !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty());
}

/// Outside code spans only words and our own marks; in table rows only our own pipes.
fn tame(text: &str) {
    let ours = ["<details>", "</details>"];
    for line in text.lines() {
        if ours.contains(&line) || line.starts_with("<summary>Details: ") {
            continue;
        }
        let bare = without_code(line);
        assert!(!bare.contains(['<', '>', '@', '[', ']', '\\', '&', '~', '`']), "{bare:?} of {line:?}");
        assert!(!bare.contains("://") && !bare.contains("www."), "a link: {line:?}");
        if let Some(row) = line.strip_prefix("| ") {
            let columns = line.matches('|').count();
            assert!(columns == 5 || columns == 7, "pipes: {row:?}");
        }
        let title = line.trim_start_matches('#').len() != line.len();
        assert!(title || !bare.contains('#'), "a reference: {line:?}");
    }
}

/// A line without its code spans (CommonMark: a run of backticks ends at the next run of the same length).
fn without_code(line: &str) -> String {
    let (mut bare, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        bare.push_str(&rest[..start]);
        let fence = rest[start..].chars().take_while(|c| *c == '`').count();
        let mut inner = &rest[start + fence..];
        let end = loop {
            let at = inner.find('`').unwrap_or_else(|| panic!("an open code span: {line:?}"));
            let run = inner[at..].chars().take_while(|c| *c == '`').count();
            inner = &inner[at + run..];
            if run == fence {
                break inner;
            }
        };
        bare.push('x');
        rest = end;
    }
    bare + rest
}

fn check_all(decision: &Decision) {
    for format in Format::ALL {
        for style in
            [Style::default(), EXPLAIN, Style { width: 41, ..EXPLAIN }, Style { width: 41, ..Style::default() }]
        {
            harmless(&rendered(decision, format, &style), format);
        }
    }
}

#[test]
fn known_tricks_do_nothing() {
    for (_, decision) in cases() {
        check_all(&decision);
    }
    for trick in HOSTILE {
        check_all(&hostile(&[(*trick).to_owned()]));
    }
}

/// Strings made of what is dangerous somewhere, and of anything at all.
fn name() -> impl Strategy<Value = String> {
    let spice = prop::sample::select(vec![
        "::",
        ":",
        "##[",
        "##",
        "#",
        "[",
        "]",
        "(",
        ")",
        "error",
        "set-output name=a::b",
        "\n",
        "\r",
        "\t",
        " ",
        "\u{a0}",
        "\x1b",
        "\u{202e}",
        "\u{61c}",
        "\u{200b}",
        "\u{2028}",
        "\u{85}",
        "\u{e0041}",
        "|",
        "`",
        "``",
        "<script>",
        "-->",
        "@bob",
        "&",
        "%0A",
        "%",
        ",",
        "\\",
        "\"",
        "'",
        "a",
        "漢",
        "é",
        "\u{fffe}",
        "\0",
        "]]>",
        "https://x.y",
        "www.x.y",
        "~~",
        "*",
        "_",
        "1.",
        "vso[",
        "…",
    ]);
    prop_oneof![
        4 => prop::collection::vec(spice, 0..12).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_name_does_anything_but_appear(names in prop::collection::vec(name(), 1..30)) {
        check_all(&hostile(&names));
    }

    #[test]
    fn json_reads_back_exactly(names in prop::collection::vec(name(), 1..10)) {
        let decision = hostile(&names);
        let document: Value = serde_json::from_str(&short(&decision, Format::Json)).unwrap();
        prop_assert_eq!(document["block"][0]["msg"].as_str(), Some(decision.block[0].msg.as_str()));
        prop_assert_eq!(document["next"][1].as_str(), Some(decision.next[1].as_str()));
        let path = decision.files[1].diff.path.quoted();
        prop_assert_eq!(document["files"][1]["path"].as_str(), Some(path.as_str()));
    }
}
