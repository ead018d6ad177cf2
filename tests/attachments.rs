//! What is attached: what each kind of document is read as, what is refused and where, and what the program does with it.
#![expect(clippy::disallowed_methods, reason = "these tests start the program and write the files it is given")]
#![expect(clippy::too_many_lines, reason = "a table is as long as it is")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use changeward::parse::attachment;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

#[test]
fn every_kind_is_read_as_what_it_says() {
    let table: &[(&str, &str, &str, Value)] = &[
        ("a.json", "{\"a\": 1}", "json", json!({"a": 1})),
        ("a", " [1, 2.50, -0.0, 1e3]", "json", json!([1, 2.5, -0.0, 1e3])),
        ("a.json", "\u{feff}{}", "json", json!({})),
        ("a.JSON", "\"a: b\"", "json", json!("a: b")),
        ("a.json", "18446744073709551615", "json", json!(18_446_744_073_709_551_615_u64)),
        (
            "p.json",
            "{\"format_version\":\"1.2\",\"resource_changes\":[]}",
            "terraform-plan",
            json!({"format_version": "1.2", "resource_changes": []}),
        ),
        (
            "p.json",
            "{\"format_version\":\"1.0\",\"values\":{}}",
            "json",
            json!({"format_version": "1.0", "values": {}}),
        ),
        ("s.sarif", "{\"version\":\"2.1.0\",\"runs\":[]}", "sarif", json!({"version": "2.1.0", "runs": []})),
        (
            "s.json",
            "{\"$schema\":\"https://x/sarif-2.1.json\",\"runs\":[]}",
            "sarif",
            json!({"$schema": "https://x/sarif-2.1.json", "runs": []}),
        ),
        ("b.json", "{\"bomFormat\":\"CycloneDX\"}", "cyclonedx", json!({"bomFormat": "CycloneDX"})),
        ("b.json", "{\"spdxVersion\":\"SPDX-2.3\"}", "spdx", json!({"spdxVersion": "SPDX-2.3"})),
        (
            "a.yaml",
            "a: [1, yes, null, 1.5, \"1\", 2026-01-01]\n1: x\n",
            "yaml",
            json!({"a": [1, "yes", null, 1.5, "1", "2026-01-01"], "1": "x"}),
        ),
        ("a", "a: b", "yaml", json!({"a": "b"})),
        // Under whatever name and in whatever language: a plan is a plan, and a scan a scan.
        (
            "p.yaml",
            "{\"format_version\":\"1.2\",\"resource_changes\":[]}",
            "terraform-plan",
            json!({"format_version": "1.2", "resource_changes": []}),
        ),
        (
            "p",
            "format_version: '1.2'\nplanned_values: {}\n",
            "terraform-plan",
            json!({"format_version": "1.2", "planned_values": {}}),
        ),
        ("s.yml", "version: 2.1.0\nruns: []\n", "sarif", json!({"version": "2.1.0", "runs": []})),
        (
            "t.xml",
            "<?xml version=\"1.0\"?><testsuites><testsuite name=\"s\" failures=\"3\"><testcase name=\"a\" classname=\"c\" time=\"0.5\"/>\
             <testcase name=\"b\"><failure message=\"no\" type=\"T\">one &lt; two</failure></testcase><testcase name=\"d\"><skipped/></testcase>\
             <testcase name=\"e\" file=\"x.py\" line=\"3\"><error/></testcase></testsuite></testsuites>",
            "junit",
            json!({"tests": 4, "failures": 3, "errors": 1, "skipped": 1, "suites": [{
                "name": "s", "tests": 4, "failures": 3, "errors": 1, "skipped": 1, "cases": [
                    {"name": "a", "classname": "c", "status": "passed", "time": 0.5},
                    {"name": "b", "classname": "", "status": "failed", "message": "no", "type": "T", "text": "one < two"},
                    {"name": "d", "classname": "", "status": "skipped", "text": ""},
                    {"name": "e", "classname": "", "status": "error", "file": "x.py", "line": 3, "text": ""},
                ],
            }]}),
        ),
        (
            "t",
            "<testsuite><testcase name=\"a\"/></testsuite>",
            "junit",
            json!({"tests": 1, "failures": 0, "errors": 0, "skipped": 0, "suites": [{
                "name": "", "tests": 1, "failures": 0, "errors": 0, "skipped": 0, "cases": [{"name": "a", "classname": "", "status": "passed"}],
            }]}),
        ),
    ];
    for (file, text, format, expected) in table {
        let (is, document) = attachment(text.as_bytes(), file).unwrap();
        assert_eq!(
            (is.as_str(), serde_json::from_str::<Value>(&document).unwrap()),
            (*format, expected.clone()),
            "{text}"
        );
    }
}

#[test]
fn numbers_are_handed_on_as_they_are_spelled() {
    let text = "{\"a\":1.10,\"b\":100000000000000000.5,\"c\":1E+2}";
    assert_eq!(attachment(text.as_bytes(), "a.json").unwrap().1, text);
}

/// Each with the code of what is wrong, and what stands where it is.
#[test]
fn what_cannot_be_read_without_a_doubt_is_refused_where_it_stands() {
    let deep = |n: usize, open: &str| open.repeat(n);
    let deep_json = deep(200, "[");
    let deep_object = deep(101, "{\"a\":") + "1" + &deep(101, "}");
    let deep_yaml = deep(200, "- ") + "a";
    let laughs = "a: &a [x, x]\nb: [*a, *a]\n";
    let entities = "<?xml version=\"1.0\"?>\n<!DOCTYPE t [<!ENTITY a \"b\">]>\n<testsuite name=\"&a;\"/>";
    let table: &[(&str, &str, &str, u32)] = &[
        ("a.json", "", "syntax", 1),
        ("a.json", "{\"a\": 1,}", "syntax", 1),
        ("a.json", "{}\n{}", "syntax", 2),
        ("a.json", "// no\n{}", "syntax", 1),
        ("a.json", "[NaN]", "syntax", 1),
        ("a.json", "[1e999]", "syntax", 1),
        ("a.json", "[\"\\ud800\"]", "syntax", 1),
        ("a.json", "{\"a\":\n 1, \"b\": {\"c\": 1,\n \"c\": 2}}", "duplicate_key", 3),
        ("a.json", "{\"a\": 1, \"\\u0061\": 2}", "duplicate_key", 1),
        ("a.json", "{\"a\": \"18446744073709551616\",\n\"b\": -9223372036854775809}", "inexact", 2),
        ("a.json", &deep_json, "too_deep", 1),
        ("a.json", &deep_object, "too_deep", 1),
        ("a.yaml", "", "empty", 1),
        ("a.yaml", "a: 1\nb: 2\na: 3\n", "duplicate_key", 3),
        ("a.yaml", "1: a\n\"1\": b\n", "duplicate_key", 2),
        ("a.yaml", laughs, "syntax", 2),
        ("a.yaml", "a: {b: 1}\nc:\n  <<: {d: 1}\n", "merge", 3),
        ("a.yaml", "a: 1\n---\nb: 2\n", "documents", 3),
        ("a.yaml", "a: .nan\n", "not_finite", 1),
        ("a.yaml", "a: .inf\n", "not_finite", 1),
        ("a.yaml", "a: 99999999999999999999\n", "inexact", 1),
        ("a.yaml", "? [a]\n: b\n", "key", 1),
        ("a.yaml", "a: !!int x\n", "tag", 1),
        ("a.yaml", &deep_yaml, "syntax", 1),
        ("a.yaml", "a: [\n", "syntax", 1),
        ("a.xml", entities, "entities", 2),
        ("a.xml", "<testsuite>\n<testcase>\n</testsuite>", "syntax", 3),
        ("a.xml", "<coverage/>", "not_junit", 1),
        ("a.xml", "<testsuite name=\"&b;\"/>", "syntax", 1),
    ];
    for (file, text, code, line) in table {
        let invalid = attachment(text.as_bytes(), file).unwrap_err();
        let problem = invalid.problems().next().unwrap();
        let at = text.get(..problem.span.start.min(text.len())).unwrap().matches('\n').count() as u32 + 1;
        assert_eq!((problem.code, at), (*code, *line), "{file} {text}: {problem:?}");
        assert!(!problem.help.is_empty());
    }
    for (bytes, word) in [
        (b"PK\x03\x04\xff".as_slice(), "terraform show -json"),
        (b"\xff\xfe{\x00}\x00".as_slice(), "UTF-16"),
        (b"{\"a\": \"\xff\"}".as_slice(), "UTF-8"),
    ] {
        let invalid = attachment(bytes, "plan").unwrap_err();
        let problem = invalid.problems().next().unwrap();
        assert!(problem.code == "not_text" && problem.help.contains(word), "{problem:?}");
    }
}

#[test]
fn a_deep_report_of_tests_is_read_without_recursion() {
    let text = format!("{}<testcase name=\"a\"/>{}", "<testsuite>".repeat(50_000), "</testsuite>".repeat(50_000));
    match attachment(text.as_bytes(), "a.xml") {
        Ok((_, document)) => assert!(document.starts_with("{\"errors\":0")),
        Err(invalid) => assert_eq!(invalid.problems().next().unwrap().code, "too_much"),
    }
}

fn check(dir: &Path, attached: &[&str], format: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changeward"));
    command.current_dir(dir).args(["check", "--diff", "change.diff", "--control-files", ".", "--format", format]);
    command.args(attached.iter().flat_map(|one| ["--attach", one])).env("NO_COLOR", "1").output().unwrap()
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("change.diff"), DIFF).unwrap();
    dir
}

const DIFF: &str = "diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_decision_says_what_was_attached() {
    let dir = folder();
    std::fs::write(dir.path().join("p.json"), "{\"format_version\":\"1\",\"resource_changes\":[{\"address\":\"aws_db.main\",\"change\":{\"actions\":[\"delete\"]}}]}").unwrap();
    std::fs::write(dir.path().join("t.yaml"), "a: 1\n").unwrap();
    let attached = ["plan=p.json", "a-b=t.yaml"];
    let document: Value = serde_json::from_slice(&check(dir.path(), &attached, "json").stdout).unwrap();
    let digest = "sha256:a72d8ee6bcf6a1bbbe94bc2ad9bc1aae3a16ed2b3e8cd2a0a8a0d2d5d1ac1b53";
    let evidence = document["evidence"].as_array().unwrap();
    let names: Vec<_> =
        evidence.iter().map(|one| (one["name"].as_str().unwrap(), one["format"].as_str().unwrap())).collect();
    assert_eq!(names, [("a-b", "yaml"), ("plan", "terraform-plan")]);
    assert_eq!((&evidence[0]["bytes"], &evidence[0]["file"]), (&json!(5), &json!("t.yaml")));
    assert_eq!(evidence[0]["digest"].as_str().unwrap().len(), digest.len());
    assert!(document["reasons"][0]["msg"].as_str().unwrap().contains("aws_db.main"), "{document}");
    for (format, words) in
        [("human", "attached plan from p.json (terraform-plan"), ("markdown", "Attached `plan` from `p.json`")]
    {
        let answer = said(&check(dir.path(), &attached, format));
        assert!(answer.contains(words), "{format}: {answer}");
    }
}

#[test]
fn a_rule_sees_the_document_and_misses_one_that_is_not_there() {
    let dir = folder();
    let policies = dir.path().join(".changeward/policies");
    std::fs::create_dir_all(&policies).unwrap();
    let rule = "package changeward\n\ndeny contains \"no plan\" if not input.evidence.plan\n\n\
                deny contains sprintf(\"%v\", [input.evidence.plan.document.a[0]]) if input.evidence.plan\n";
    std::fs::write(policies.join("own.rego"), rule).unwrap();
    std::fs::write(dir.path().join("p.json"), "{\"a\": [\"seen\"]}").unwrap();
    assert!(said(&check(dir.path(), &[], "human")).contains("no plan"));
    let with = said(&check(dir.path(), &["plan=p.json"], "human"));
    assert!(with.contains("seen") && !with.contains("no plan"), "{with}");
}

#[test]
fn what_cannot_be_attached_is_a_failure_and_never_left_out() {
    let dir = folder();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    let large = |size: usize| [b"\"".as_slice(), &vec![b'x'; size - 2], b"\""].concat();
    write("bad.json", b"{");
    write("good.json", b"{}");
    write("limit.json", &large(16 << 20));
    write("over.json", &large((16 << 20) + 1));
    let table: &[(&[&str], i32, &str)] = &[
        (&["plan=bad.json"], 3, "changeward::attachment::syntax"),
        (&["plan=nowhere.json"], 2, "nowhere.json"),
        (&["plan=good.json", "plan=good.json"], 2, "two attachments are named `plan`"),
        (&["plan=over.json"], 2, "larger than 16 MiB"),
        (&["a=limit.json", "b=limit.json", "c=limit.json", "d=limit.json", "e=good.json"], 2, "0 MiB are left"),
        (&["plan=."], 2, "could not be read"),
    ];
    for (attached, code, words) in table {
        let output = check(dir.path(), attached, "json");
        assert_eq!(output.status.code(), Some(*code), "{}", said(&output));
        assert!(output.stdout.is_empty() && said(&output).contains(words), "{attached:?}: {}", said(&output));
    }
    assert_eq!(check(dir.path(), &["a=limit.json"], "json").status.code(), Some(10));
    #[cfg(unix)]
    {
        // Nobody writes to it: to open it would be to wait for ever.
        assert!(Command::new("mkfifo").arg(dir.path().join("pipe.json")).status().unwrap().success());
        let output = check(dir.path(), &["plan=pipe.json"], "json");
        assert!(output.status.code() == Some(2) && said(&output).contains("is a pipe"), "{}", said(&output));
    }
}
