//! The audit as people run it: formats, exit codes, history, baseline, over real repositories with fixed dates.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::app::owners::At;
use changeward::app::owners::audit::{AuditRequest, BaselineRequest, Drift, audit, write_baseline};
use changeward::model::{AuditReport, Moment, Principal, Severity, Span};
use changeward::report::{AuditFormat, Style, audit_schema, render_audit};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use temp_repo::TempRepo;

fn request(repo: &TempRepo) -> AuditRequest {
    AuditRequest {
        dir: repo.path().to_path_buf(),
        at: At::Head,
        now: Moment::parse("2026-11-22T12:00:00Z").unwrap(),
        lines: true,
        drift: Drift::Not,
        only: Vec::new(),
        fail_on: Some(Severity::Error),
    }
}

fn report(request: &AuditRequest) -> AuditReport {
    audit(request, &mut |_, _| ()).unwrap()
}

fn found(report: &AuditReport) -> Vec<String> {
    let severity = |f: &changeward::model::AuditFinding| match f.accepted {
        Some(_) => "ok",
        None => f.finding.severity.as_str(),
    };
    report.findings.iter().map(|f| format!("{} {} {}", severity(f), f.finding.code, f.subject)).collect()
}

fn rendered(report: &AuditReport, format: AuditFormat, style: &Style) -> String {
    let mut out = Vec::new();
    render_audit(report, format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const MATRIX: &str = r##"version = 1

[escalation]
owner = "@sam"
contact = "#help"

[teams.pay]
members = ["@bob", "@eve"]

[people.lou]
left = true

[[row]]
id = "payments"
scope = ["services/pay/**"]
purpose = "takes the money"
tier = 1
responsible = ["@acme/pay"]
accountable = ["@cat", "@dan"]
approvals = 3
contact = "#pay"
review_by = 2026-11-01

[[row]]
id = "gate"
scope = [".changeward/**", "CODEOWNERS"]
purpose = "decides"
responsible = ["@sam", "@bob"]
accountable = "@sam"
contact = "#help"

[[row]]
id = "old"
scope = ["old/**"]
responsible = ["@lou"]
accountable = "@sam"
"##;

/// A repository with something of every kind, and names that would do harm.
fn rich() -> TempRepo {
    let repo = TempRepo::new();
    repo.write(".changeward/ownership.toml", MATRIX);
    repo.write(
        ".changeward/baseline.toml",
        "version = 1\nowner = \"@kim\"\nexpires_at = 2027-01-01\n\n[[finding]]\ncode = \"NO_PURPOSE\"\nsubject = \"row old\"\n\n[[finding]]\ncode = \"NO_R\"\nsubject = \"row old\"\n",
    );
    repo.write("CODEOWNERS", "/services/pay/ @dan\n/gone/ @bob\n/gen/\n/gen/x @bad_name!\n");
    repo.write("services/pay/main.rs", "fn main() {\n}\n");
    repo.write("services/pay/logo.png", b"\x89PNG\0\n\n");
    repo.write("gen/a.c", "1\n2\n3");
    repo.write("legacy/::error::x", "x\n");
    repo.write(b"legacy/##[error]\x1b[2J|\xff.md", "y\n");
    repo.link("services/pay/link", "main.rs");
    repo.commit("all");
    repo
}

const ALL: Style = Style { colour: false, width: 100, explain: true };
const SHORT: Style = Style { colour: false, width: 100, explain: false };

/// Run with `SNAPSHOTS=overwrite` to write the files anew.
#[test]
fn every_format_reads_as_it_did() {
    let repo = rich();
    let report = report(&request(&repo));
    let check = |name: &str, text: String| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audit").join(name);
        snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(
            snapbox::Data::text(text).raw(),
            snapbox::Data::read_from(&file, Some(snapbox::data::DataFormat::Text)).raw(),
        );
    };
    for format in AuditFormat::ALL {
        check(&format!("rich.{}", format.as_str()), rendered(&report, format, &SHORT));
    }
    check("rich.all", rendered(&report, AuditFormat::Human, &ALL));
    check("rich.colour", rendered(&report, AuditFormat::Human, &Style { colour: true, width: 60, explain: false }));
}

#[test]
fn no_name_does_anything_but_appear() {
    let repo = rich();
    let report = report(&request(&repo));
    for format in AuditFormat::ALL {
        for style in [SHORT, ALL] {
            let text = rendered(&report, format, &style);
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{format:?}");
            assert!(!text.contains("##[") && !text.contains('\u{1b}'), "{format:?}: {text}");
            let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
            assert_eq!(commands.count(), 0, "{format:?}: {text}");
        }
    }
    // Whoever reads the document gets the exact words.
    let document: Value = serde_json::from_str(&rendered(&report, AuditFormat::Json, &ALL)).unwrap();
    let gap = document["findings"].as_array().unwrap().iter().find(|f| f["subject"] == "legacy/**").unwrap();
    assert_eq!(gap["count"], 2);
    assert!(gap["paths"].as_array().unwrap().iter().any(|path| path == "legacy/::error::x"));
}

#[test]
fn the_document_is_as_its_schema_says() {
    let schema: Value = serde_json::from_str(audit_schema()).unwrap();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("urn:changeward:schema:audit:v1", schema.clone()).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("urn:changeward:schema:audit:v1", &mut schemas).unwrap();
    let repo = rich();
    for request in [request(&repo), AuditRequest { drift: Drift::Configured, lines: false, ..request(&repo) }] {
        let document: Value = serde_json::from_str(&rendered(&report(&request), AuditFormat::Json, &SHORT)).unwrap();
        if let Err(error) = schemas.validate(&document, index) {
            panic!("{error:#}");
        }
        described(&document, &schema, &schema);
        let mut wrong = document.clone();
        wrong["findings"][0]["severity"] = "fatal".into();
        assert!(schemas.validate(&wrong, index).is_err());
    }
}

/// Every key of a document is in its schema.
fn described(value: &Value, schema: &Value, root: &Value) {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(name) => root.pointer(name.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    match value {
        Value::Object(keys) => {
            for (key, value) in keys {
                let property = schema.get("properties").and_then(|all| all.get(key));
                described(value, property.unwrap_or_else(|| panic!("{key} is not described")), root);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| described(item, &schema["items"], root)),
        _ => {}
    }
}

#[test]
fn lines_are_those_of_the_state_asked_about() {
    let repo = rich();
    let committed = report(&request(&repo));
    // A picture has no lines, a link one, a last line without its end is one.
    let tops: Vec<_> =
        committed.coverage.tops.iter().map(|(path, of)| (path.as_ref().map(|p| p.quoted()), of.lines())).collect();
    assert!(
        tops.contains(&(Some("services".to_owned()), 3)) && tops.contains(&(Some("gen".to_owned()), 3)),
        "{tops:?}"
    );
    repo.write("gen/a.c", "1\n");
    repo.write("gen/new.c", "1\n2\n");
    let standing = report(&AuditRequest { at: At::Worktree, ..request(&repo) });
    let gen_of = |report: &AuditReport| {
        let gen_ = report.coverage.tops.iter().find(|(path, _)| path.as_ref().is_some_and(|p| p.quoted() == "gen"));
        gen_.map(|(_, of)| (of.files(), of.lines())).unwrap()
    };
    assert_eq!((gen_of(&committed), gen_of(&standing)), ((1, 3), (2, 3)));
    assert_eq!(gen_of(&report(&request(&repo))), (1, 3));
    let bare = report(&AuditRequest { lines: false, ..request(&repo) });
    assert_eq!((bare.coverage.all.lines(), bare.coverage.uncounted), (0, bare.coverage.all.files()));
    assert_eq!(found(&bare), found(&committed));
}

/// Commits with dates and people of their own.
fn commit(repo: &TempRepo, who: &str, at: &str, path: &str, message: &str) {
    repo.write(path, format!("{who} {at}\n"));
    repo.git(&["add", "--all"]);
    let author = format!("--author={who} <{who}@acme.example>");
    let date = format!("--date={at}");
    repo.dated(at, &["commit", "--quiet", "--no-verify", &author, &date, "--message", message]);
}

fn with_history() -> TempRepo {
    let repo = TempRepo::new();
    repo.write(
        ".changeward/ownership.toml",
        MATRIX.replace("[people.lou]", "[people.bob]\nemails = [\"bob@acme.example\"]\n[people.lou]"),
    );
    repo.write(".mailmap", "<zoe@acme.example> <zed@acme.example>\n");
    repo.dated("2026-01-01T00:00:00Z", &["add", "--all"]);
    commit(&repo, "bob", "2026-01-01T00:00:00Z", "services/pay/a.rs", "long ago");
    for day in 1..=5 {
        let who = if day % 2 == 0 { "zed" } else { "zoe" };
        commit(&repo, who, &format!("2026-11-0{day}T00:00:00Z"), "services/pay/a.rs", "work");
    }
    commit(&repo, "bob", "2026-11-06T00:00:00Z", "services/pay/b.rs", "x\n\nCo-authored-by: Zoe <zoe@acme.example>");
    repo
}

#[test]
fn the_history_says_who_really_does_the_work() {
    let repo = with_history();
    let mut told = Vec::new();
    let asked = AuditRequest { drift: Drift::Configured, only: vec!["EFFECTIVE_DRIFT".into()], ..request(&repo) };
    let report = audit(&asked, &mut |done, all| told.push((done, all))).unwrap();
    let window = report.drift.unwrap();
    assert_eq!((window.commits, window.people, window.cut), (6, 2, false));
    assert_eq!(window.since.to_string(), "2026-08-08T00:00:00Z", "90 days before the last commit");
    assert_eq!(told.last(), Some(&(6, 6)));
    let [drift] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!(drift.subject, "row payments");
    assert_eq!(drift.finding.msg, "row payments: zoe@acme.example made 6 of the 6 commits and is not named");
}

#[test]
fn the_window_is_as_long_as_asked() {
    let repo = with_history();
    let all = report(&AuditRequest { drift: Drift::Within(Span(400 * 86_400)), ..request(&repo) });
    assert_eq!(all.drift.map(|window| window.commits), Some(7));
    let short = report(&AuditRequest { drift: Drift::Within(Span(2 * 86_400)), ..request(&repo) });
    assert_eq!(short.drift.map(|window| window.commits), Some(3));
    assert_eq!(report(&request(&repo)).drift, None);
}

#[test]
fn a_shallow_clone_says_that_its_history_is_cut() {
    let repo = with_history();
    let clone = repo.cloned(&["--depth", "3"]);
    let drift = |span: i64| {
        let report = report(&AuditRequest { drift: Drift::Within(Span(span * 86_400)), ..request(&clone) });
        (report.drift.unwrap(), found(&report))
    };
    let (window, found) = drift(90);
    assert!(window.cut);
    assert_eq!(window.commits, 2, "the commit at the edge looks as if it had written every file");
    assert!(!found.iter().any(|f| f.contains("DRIFT")), "{found:?}");
    assert!(!drift(1).0.cut, "the clone reaches further back than this");
}

#[test]
fn nothing_the_configuration_names_is_run() {
    let repo = with_history();
    let mark = repo.path().join("ran");
    let program = format!("touch {}", mark.display());
    for (key, value) in [
        ("log.showSignature", "true"),
        ("gpg.program", program.as_str()),
        ("diff.external", program.as_str()),
        ("core.fsmonitor", program.as_str()),
        ("core.pager", program.as_str()),
        ("diff.x.textconv", program.as_str()),
        ("log.follow", "true"),
        ("log.showRoot", "false"),
        ("format.pretty", "fuller"),
        ("diff.renames", "copies"),
    ] {
        repo.git(&["config", key, value]);
    }
    repo.write(".gitattributes", "* diff=x\n");
    let report = report(&AuditRequest { drift: Drift::Configured, ..request(&repo) });
    assert_eq!(report.drift.map(|window| window.commits), Some(6));
    assert!(!mark.exists());
}

#[test]
fn a_baseline_is_written_read_tightened_and_replaced() {
    let repo = rich();
    repo.remove(".changeward/baseline.toml");
    repo.commit("without a baseline");
    let wish = |afresh| BaselineRequest {
        owner: Principal::login("kim"),
        expires_at: Moment::parse("2027-01-01").unwrap(),
        afresh,
    };
    let write = |afresh| write_baseline(&request(&repo), &wish(afresh), &mut |_, _| ()).unwrap();
    let before = report(&request(&repo));
    assert!(before.fails());
    let written = write(false);
    assert_eq!((written.accepted, written.left, written.tightened), (before.findings.len(), 0, false));
    assert!(report(&request(&repo)).fails(), "it is read at the revision audited, and not yet committed");
    repo.commit("a baseline");
    let accepted = report(&request(&repo));
    assert!(!accepted.fails() && accepted.findings.iter().all(|f| f.accepted.is_some()), "{:?}", found(&accepted));

    // A third legacy file counts, one finding mended goes, and tightening takes nothing new in.
    repo.write("legacy/third", "z\n");
    repo.write(
        ".changeward/ownership.toml",
        MATRIX.replace("accountable = [\"@cat\", \"@dan\"]", "accountable = \"@dan\""),
    );
    repo.commit("more and less");
    let later = report(&request(&repo));
    let fresh: Vec<_> = found(&later).into_iter().filter(|f| !f.starts_with("ok")).collect();
    assert_eq!(fresh, ["error UNOWNED legacy/**", "info BASELINE_STALE MANY_A row payments"]);
    let tightened = write(false);
    assert_eq!((tightened.left, tightened.tightened), (1, true));
    repo.commit("tightened");
    let open: Vec<_> = found(&report(&request(&repo))).into_iter().filter(|f| !f.starts_with("ok")).collect();
    assert_eq!(open, ["error UNOWNED legacy/**"]);
    assert_eq!(write(true).left, 0);
    repo.commit("replaced");
    assert!(!report(&request(&repo)).fails());
    let expired = AuditRequest { now: Moment::parse("2027-01-01").unwrap(), ..request(&repo) };
    assert!(report(&expired).fails());
}

/// What the documents say to do, on a repository without a file of ours: write, add, commit, audit, and again.
#[test]
fn a_baseline_that_was_committed_lets_the_next_audit_pass() {
    let matrix = "version = 1\n[escalation]\nowner = \"@sam\"\n[[row]]\nid = \"a\"\nscope = [\"a/**\"]\n";
    for (control, text) in
        [("CODEOWNERS", "/a/ @ann @bob\n"), (".changeward/ownership.toml", matrix), ("README", "x\n")]
    {
        let repo = TempRepo::new();
        repo.write(control, text);
        repo.write("a/x", "x\n");
        repo.write("legacy/y", "y\n");
        repo.commit("one");
        let write = ["owners", "audit", "--write-baseline", "--owner", "@kim", "--expires", "2999-01-01"];
        for turn in 1..=2 {
            assert!(matches!(changeward(&repo, &["owners", "audit"]), (Some(11), _, _)) == (turn == 1), "{control}");
            let (code, out, err) = changeward(&repo, &write);
            assert_eq!(code, Some(0), "{control}: {err}");
            assert!(!out.contains("count still"), "{control}: {out}");
            repo.git(&["add", ".changeward"]);
            repo.git(&["commit", "--quiet", "--allow-empty", "--no-verify", "--message", "a baseline"]);
            let (code, out, _) = changeward(&repo, &["owners", "audit", "--fail-on", "info", "--all"]);
            assert_eq!(code, Some(0), "{control}, turn {turn}: {out}");
        }
    }
}

/// What would spoil a good file is refused, and the file stays as it is.
#[test]
fn a_baseline_that_would_be_of_no_use_is_refused() {
    let repo = rich();
    let before = std::fs::read(repo.path().join(".changeward/baseline.toml")).unwrap();
    let write = "owners audit --write-baseline --owner @kim --now 2026-11-22 --expires";
    let table = [
        ("2027-01-01 --lint UNOWNED", "cannot be used with"),
        ("2020-01-01", "on 2020-01-01, and it is 2026-11-22"),
        ("2026-11-22 --force", "give `--expires` a later date"),
    ];
    for (rest, expected) in table {
        let line = format!("{write} {rest}");
        let (code, out, err) = changeward(&repo, &line.split(' ').collect::<Vec<_>>());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{line}: {err}");
        assert!(err.contains(expected), "{line}: {err}");
        assert_eq!(std::fs::read(repo.path().join(".changeward/baseline.toml")).unwrap(), before, "{line}");
    }
    let some = AuditRequest { only: vec!["UNOWNED".into()], ..request(&repo) };
    let wish = BaselineRequest {
        owner: Principal::login("kim"),
        expires_at: Moment::parse("2027-01-01").unwrap(),
        afresh: true,
    };
    assert_eq!(write_baseline(&some, &wish, &mut |_, _| ()).unwrap_err().exit_code(), 2);
}

#[test]
fn a_lint_of_the_history_reads_it() {
    let repo = with_history();
    let lint = ["owners", "audit", "--lint", "effective_drift", "--fail-on", "info"];
    let (code, out, _) = changeward(&repo, &[&lint[..], &["--now", "2026-11-22"]].concat());
    assert_eq!(code, Some(11), "{out}");
    assert!(out.contains("made 6 of the 6 commits"), "{out}");
    let (code, out, _) = changeward(&repo, &[&lint[..], &["--no-drift"]].concat());
    assert_eq!(code, Some(0));
    assert!(out.contains("note: EFFECTIVE_DRIFT asks the history, which was not read"), "{out}");
}

/// Many findings of one kind do not hide the others, and rows nobody can judge are counted.
#[test]
fn many_findings_of_one_kind_are_told_in_short() {
    let repo = TempRepo::new();
    let lines: String = (0..1_200).map(|n| format!("/gone{n}/ @ann\n")).collect();
    repo.write("CODEOWNERS", format!("* @acme/unknown\n{lines}"));
    (0..6).for_each(|n| commit(&repo, "zoe", &format!("2026-11-0{}T00:00:00Z", n + 1), "a.rs", "work"));
    for file in ["b/x", "c/x", "d/x"] {
        repo.write(file, "x\n");
    }
    repo.write("CODEOWNERS", format!("/a.rs @acme/unknown\n/b/own @ann @bob\n{lines}"));
    repo.commit("gaps");
    let asked = AuditRequest { drift: Drift::Configured, fail_on: None, ..request(&repo) };
    let report = report(&asked);
    let text = rendered(&report, AuditFormat::Human, &SHORT);
    assert!(text.contains(" NOT JUDGED  4 errors, 1,202 warnings, 0 notes (--fail-on never)\n"), "{text}");
    assert!(text.contains("  UNOWNED 4, NO_ESCALATION 1, CODEOWNERS_DEAD 1,201\n"), "{text}");
    assert_eq!(text.matches("✗ UNOWNED:").count(), 2, "{text}");
    assert_eq!(text.matches("! CODEOWNERS_DEAD:").count(), 2, "{text}");
    assert!(text.contains("and 1,201 more; --all shows them"), "{text}");
    assert!(text.contains("; 1 row not judged"), "{text}");
    assert!(rendered(&report, AuditFormat::Markdown, &SHORT).contains("Ownership: not judged\n"));
    let all = rendered(&report, AuditFormat::Human, &ALL);
    assert_eq!(all.matches("! CODEOWNERS_DEAD:").count(), 1_201);
}

fn changeward(repo: &TempRepo, words: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(words)
        .current_dir(repo.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_exit_code_follows_the_gravest_that_counts() {
    let repo = TempRepo::new();
    repo.write("CODEOWNERS", "* @ann @bob\n/gone/ @ann\n");
    repo.write(".changeward/config.toml", "version = 1\n[ownership.severity]\nNO_ESCALATION = \"off\"\n");
    repo.commit("one");
    let table = [
        ("owners audit", 0),
        ("owners audit --fail-on warn", 11),
        ("owners audit --fail-on info", 11),
        ("owners audit --fail-on never", 0),
        ("owners audit --fail-on warn --lint UNOWNED", 0),
        ("owners audit --fail-on warn --lint codeowners_dead --drift --format junit", 11),
        ("owners audit --at HEAD --no-lines --format sarif", 0),
        ("owners audit --at nowhere", 4),
        ("owners audit --lint NO_B", 2),
        ("owners audit --drift=soon", 2),
        ("owners audit --write-baseline", 2),
        ("owners audit --owner @kim", 2),
        ("owners audit --force", 2),
        ("owners audit --format csv", 2),
        ("owners audit --at HEAD --worktree", 2),
        ("owners -- audit", 0),
    ];
    for (line, expected) in table {
        let (code, out, err) = changeward(&repo, &line.split(' ').collect::<Vec<_>>());
        assert_eq!(code, Some(expected), "{line}: {out}{err}");
        assert_eq!(out.is_empty(), matches!(expected, 2 | 4), "{line}: {out}");
        assert!(expected == 2 || expected == 4 || err.is_empty(), "no bar where there is no terminal: {err}");
    }
    let words = ["owners", "audit", "--write-baseline", "--owner", "kim", "--expires", "2999-01-01"];
    let (code, out, _) = changeward(&repo, &words);
    assert_eq!(code, Some(0));
    assert!(
        out.starts_with("wrote .changeward/baseline.toml: 1 finding accepted until 2999-01-01, by @kim\n"),
        "{out}"
    );
    let audit = ["owners", "audit", "--worktree", "--fail-on", "warn", "--lint", "CODEOWNERS_DEAD"];
    assert_eq!(changeward(&repo, &audit).0, Some(0));
    repo.write(".changeward/baseline.toml", "version = 1\n");
    let (code, out, err) = changeward(&repo, &audit);
    assert_eq!((code, out.as_str()), (Some(3), ""));
    assert!(err.contains("`owner` is missing"), "{err}");
    // The gate knows the file, and rests nothing on it.
    repo.git(&["add", "."]);
    assert!(matches!(changeward(&repo, &["check", "--staged"]).0, Some(10 | 11)));
}
