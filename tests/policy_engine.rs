//! The Rego engine from outside: good policies give findings with their places, bad ones give every mistake with its code
//! and line, and what explodes in the evaluating process is an error in this one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, in its helpers too"
)]

use changeward::model::{ChangeClass, Moment, Place, Principal, Severity};
use changeward::policy::engine::{Evaluation, Limits, Module, Origin, Pack, RuleMeta};
use changeward::policy::error::{PolicyCode, PolicyErrors};
use changeward::policy::wire;
use changeward::world::evaluator::{Evaluator, EvaluatorError};
use std::path::Path;
use std::time::{Duration, Instant};

const BASE: &str = include_str!("data/policy/base.rego");
const NOW: i64 = 1_795_363_200;

fn modules(organisation: &[&str]) -> Vec<Module> {
    let shipped = Module { file: "policies/base.rego".into(), source: BASE.into(), origin: Origin::Shipped };
    let own = organisation.iter().enumerate().map(|(number, source)| Module {
        file: format!(".changeward/policies/{}.rego", number + 1),
        source: (*source).to_owned(),
        origin: Origin::Organisation,
    });
    std::iter::once(shipped).chain(own).collect()
}

fn limits() -> Limits {
    Limits { time: Duration::from_millis(700) }
}

fn load(organisation: &[&str]) -> Result<Pack, PolicyErrors> {
    Pack::load(&modules(organisation), Vec::new(), limits())
}

fn evaluate(organisation: &[&str], input: &str) -> Result<Evaluation, PolicyErrors> {
    load(organisation)?.evaluate(input, Moment::from_unix(NOW))
}

/// An organisation's module with this body below its package.
fn own(body: &str) -> String {
    format!("package changeward\n\n{body}\n")
}

/// `code FILE:LINE` of each problem, the code without its prefix and the file without its folder.
fn problems(errors: &PolicyErrors) -> Vec<String> {
    let row = |p: &changeward::policy::error::PolicyError| {
        let place = p.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let file = place.rsplit('/').next().unwrap_or_default().to_owned();
        format!("{} {file}", p.code.as_str().trim_start_matches("changeward::policy::")).trim_end().to_owned()
    };
    errors.problems().iter().map(row).collect()
}

/// The mistakes of one organisation's module, at load or at evaluation.
fn check(source: &str, expected: &[&str]) {
    let found = match evaluate(&[source], r#"{"files": [], "n": 40}"#) {
        Ok(_) => Vec::new(),
        Err(errors) => problems(&errors),
    };
    assert_eq!(found, expected, "{source}");
}

#[test]
fn the_contract_is_read_into_findings() {
    let input = r#"{"files": [{"path": "a", "owned": "owned"}, {"path": "b", "owned": "unowned"}, {"path": "c", "owned": "owned"}],
        "templates": ["x", "y"], "unpublished": ["y"], "incident": {"id": "INC-42"}}"#;
    let Evaluation { findings, .. } = evaluate(&[], input).unwrap();
    assert_eq!(findings.class, ChangeClass::Normal);
    assert_eq!(findings.usable, ["x"]);
    let [unowned] = findings.force_normal.as_slice() else { panic!("{findings:?}") };
    assert_eq!(
        (unowned.code.as_str(), unowned.severity, unowned.paths.as_slice()),
        ("UNOWNED", Severity::Info, ["b".to_owned()].as_slice())
    );
    assert_eq!(unowned.rule, Some(Place { file: "policies/base.rego".into(), line: 23 }));
    assert_eq!(findings.template_faults[0].0, "y");
    assert_eq!(findings.warn[0].paths, ["a", "b", "c"]);
    assert_eq!(findings.require[0].who, [Principal::login("bob"), Principal::team("acme/pay")]);
    assert_eq!(findings.obligations[0].due_in_days, Some(5));
    assert!(findings.deny.is_empty() && findings.emergency_faults.is_empty());
    let empty = evaluate(&[], "{}").unwrap().findings;
    assert_eq!(empty.class, ChangeClass::None);
    assert_eq!(empty.emergency_faults[0].code, "POLICY_EMERGENCY_FAULT");
    assert_eq!(empty.emergency_faults[0].msg, "no incident");
}

#[test]
fn each_finding_names_the_first_rule_that_says_it() {
    let first = own(
        "helper(x) := upper(x)\n\ndeny contains helper(\"a\")\n\n  deny   contains   \"B\" if {\n\ttrue\n}\n\ndeny contains m if some m in {\"A\", \"C\"}",
    );
    let second = own(
        "deny contains \"A\"\nwarn contains {\"msg\": \"w\", \"severity\": \"error\"}\n# deny contains \"D\"\nx := \"deny contains\"",
    );
    let meta = RuleMeta {
        file: ".changeward/policies/1.rego".into(),
        line: 5,
        code: Some("MINE".into()),
        help: Some("ask".into()),
        url: None,
    };
    let pack = Pack::load(&modules(&[&first, &second]), vec![meta], limits()).unwrap();
    let findings = pack.evaluate("{}", Moment::from_unix(NOW)).unwrap().findings;
    let rows: Vec<_> =
        findings.deny.iter().map(|f| format!("{} {} {}", f.msg, f.code, f.rule.as_ref().unwrap())).collect();
    assert_eq!(
        rows,
        [
            "A MINE .changeward/policies/1.rego:5",
            "B POLICY_DENY .changeward/policies/1.rego:7",
            "C POLICY_DENY .changeward/policies/1.rego:11",
        ]
    );
    assert_eq!(findings.deny[0].help.as_deref(), Some("ask"));
    assert_eq!((findings.warn[0].code.as_str(), findings.warn[0].severity), ("POLICY_WARN", Severity::Error));
}

#[test]
fn the_clock_stands_and_prints_are_kept() {
    let source = own("warn contains sprintf(\"%d\", [time.now_ns()]) if print(\"seen\", input.x)");
    let done = evaluate(&[&source], r#"{"x": 1}"#).unwrap();
    assert_eq!(done.findings.warn[0].msg, "1795363200000000000");
    assert_eq!(done.prints, [".changeward/policies/1.rego:3: seen 1"]);
}

#[test]
fn what_does_not_load_has_its_code_and_its_line() {
    let deep = own(&format!("x := {}1{}", "[".repeat(40), "]".repeat(40)));
    let table: &[(&str, &[&str])] = &[
        // What is no Rego.
        (&own("deny contains \"x\" if {"), &["parse 1.rego:4"]),
        (&own("x := \"unclosed"), &["parse 1.rego:3"]),
        (&own("deny[msg] { msg := \"x\" }"), &["parse 1.rego:3"]),
        (&own("allow { true }"), &["parse 1.rego:3"]),
        ("", &["parse 1.rego:1"]),
        ("x := 1\n", &["parse 1.rego:1"]),
        (&own("deny contains x if y == x"), &["parse 1.rego:3"]),
        // What the engine would find late or never.
        (&deep, &["nesting 1.rego:3"]),
        (
            &own("deny contains \"x\" if false\ndeny contains startwith(\"a\", \"b\") if false"),
            &["unknown_function 1.rego:4"],
        ),
        (&own("x := io.jwt.decode(\"a\")"), &["unknown_function 1.rego:3"]),
        (&own("x := files(1)"), &["unknown_function 1.rego:3"]),
        (&own("x := count([1], 2)"), &["arity 1.rego:3"]),
        (&own("f(a) := a\nx := f(1, 2)"), &["arity 1.rego:4"]),
        (&own("x := glob.match(\"a\", \"b\")"), &["arity 1.rego:3"]),
        (&own("f(x) := f(x + 1)"), &["recursion 1.rego:3"]),
        (&own("f(x) := g(x)\n\ng(x) := f(x)"), &["recursion 1.rego:5"]),
        (&own("f(x) := y if y := g(x) with g as f\n\ng(x) := x"), &["recursion 1.rego:3"]),
        (&own("deny contains \"x\" if count(deny) > 0"), &["recursion 1.rego:3"]),
        (&own("x := data.changeward[input.y]"), &["recursion 1.rego:3"]),
        (&own("x := http.send({\"url\": \"http://localhost\"})"), &["impure 1.rego:3"]),
        (&own("x := 1 if {\n\ty := rand.intn(\"a\", 3)\n}"), &["impure 1.rego:4"]),
        (&own("x := y if y := f(\"a\", 3) with f as rand.intn\n\nf(_, _) := 1"), &["impure 1.rego:3"]),
        (&own("x := opa.runtime()"), &["impure 1.rego:3"]),
        (&own("class := \"standard\""), &["overrides 1.rego:3"]),
        (&own("default risk := \"low\""), &["overrides 1.rego:3"]),
        (&own("proposal := {}"), &["overrides 1.rego:3"]),
        (&own("usable contains \"mine\""), &["overrides 1.rego:3"]),
        (&own("faulty(_) if false"), &["overrides 1.rego:3"]),
        (&own("class.x := 1"), &["overrides 1.rego:3"]),
        (&own("default y := 1\ndefault y := 2"), &["conflict 1.rego:4"]),
        (&own("y := 1\ny contains 2"), &["conflict 1.rego:4"]),
        (&own("f(a) := a\nf(a, b) := a"), &["conflict 1.rego:4"]),
        (&own("lib := 1"), &["conflict 1.rego:3"]),
        (&own("deny := {\"x\"}"), &["conflict 1.rego:3", "shape 1.rego:3"]),
        (&own("deny[\"x\"] contains 1"), &["overrides 1.rego:3", "shape 1.rego:3"]),
        // A helper called like a variable of a shipped file.
        (&own("other(x) := x\n\nwarn contains other(\"a\")"), &["conflict 1.rego:3"]),
        ("package main\n\ndeny contains \"x\"\n", &["package 1.rego:1"]),
        ("package changeward.other\n", &["package 1.rego:1"]),
        ("package changewards\n", &["package 1.rego:1"]),
        (&own("zed := 9\n\nwarn contains \"m\" if {\n\tsome zed\n\t[1, 2][zed] == 2\n}"), &["conflict 1.rego:6"]),
        (&own("zed := 9\n\nwarn contains \"m\" if some [zed, _] in [[1, 2]]"), &["conflict 1.rego:5"]),
        (
            &own("import data.changeward.files as zed\n\nwarn contains \"m\" if {\n\tsome zed\n\t[1, 2][zed] == 2\n}"),
            &["conflict 1.rego:6"],
        ),
        // All of them at once.
        (
            &own("a := foo(1)\nb := count()\nclass := 1"),
            &["unknown_function 1.rego:3", "arity 1.rego:4", "overrides 1.rego:5"],
        ),
    ];
    for (source, expected) in table {
        check(source, expected);
    }
}

#[test]
fn what_fails_later_has_its_code_and_its_line() {
    let table: &[(&str, &[&str])] = &[
        // What has the wrong shape.
        (&own("deny contains 1"), &["shape 1.rego:3"]),
        (&own("deny contains \"\""), &["shape 1.rego:3"]),
        (&own("deny contains {\"code\": \"X\"}"), &["shape 1.rego:3"]),
        (&own("deny contains {\"code\": \"X Y\", \"msg\": \"m\"}"), &["shape 1.rego:3"]),
        (&own("deny contains {\"msg\": 1}"), &["shape 1.rego:3"]),
        (&own("deny contains {\"msg\": \"m\", \"pathes\": []}"), &["shape 1.rego:3"]),
        (&own("deny contains {\"msg\": \"m\", \"line\": 0}"), &["shape 1.rego:3"]),
        (&own("warn contains {\"msg\": \"m\", \"severity\": \"fatal\"}"), &["shape 1.rego:3"]),
        (&own("template_fault contains \"x\""), &["shape 1.rego:3"]),
        (&own("require contains {\"level\": \"l\"}"), &["shape 1.rego:3"]),
        (&own("require contains {\"level\": \"l\", \"who\": [\"bob\"]}"), &["shape 1.rego:3"]),
        (&own("require contains {\"level\": \"l\", \"who\": [], \"min\": 0}"), &["shape 1.rego:3"]),
        (&own("obligation contains {\"kind\": \"k\", \"due\": \"soon\"}"), &["shape 1.rego:3"]),
        (&own("deny contains 1\nwarn contains 2"), &["shape 1.rego:3", "shape 1.rego:4"]),
        // What fails while it runs.
        (&own("deny contains \"x\" if 1 / (input.n - 40) > 0"), &["evaluation 1.rego:3"]),
        (&own("deny contains \"x\" if {\n\tcount(input.n) > 0\n}"), &["evaluation 1.rego:4"]),
        (&own("deny contains \"x\" if regex.match(\"(\", \"a\")"), &["evaluation 1.rego:3"]),
        (&own("deny contains \"x\" if numbers.range(1, 1000000000)"), &["evaluation 1.rego:3"]),
        (&own("y := 1\ny := 2\ndeny contains \"x\" if y == 1"), &["evaluation 1.rego:4"]),
        (
            &own(
                "deny contains \"x\" if count([1 | some a in numbers.range(1, 3000); some b in numbers.range(1, 3000); some c in numbers.range(1, 3000); a + b + c < 0]) > 0",
            ),
            &["time_limit"],
        ),
        // And what is fine.
        (&own("deny contains \"x\" if false"), &[]),
        (&own("next(x) := x + 1\n\nwarn contains sprintf(\"%d\", [next(1)])"), &[]),
        (&own("import data.changeward.files as changed\n\nwarn contains \"m\" if count(changed) == 0"), &[]),
        (
            &own(
                "seen contains path if {\n\twalk(input, [path, value])\n\tvalue == 40\n}\n\nwarn contains \"m\" if count(seen) == 1",
            ),
            &[],
        ),
        (&own("test_mock if http_ok with input.x as 1\n\nhttp_ok if input.x == 1"), &[]),
        (&own("x := crypto.sha256(\"a\")\n\nwarn contains x"), &[]),
        (&own("require contains {\"level\": \"mine\", \"who\": {\"anyone else\"}, \"min\": 2, \"why\": \"w\"}"), &[]),
        ("package changeward.lib.help\n\nf(x) := x\n", &[]),
    ];
    for (source, expected) in table {
        check(source, expected);
    }
}

#[test]
fn helpers_of_a_library_are_found_by_import_and_by_path() {
    let library = "package changeward.lib.names\n\nshort(x) := substring(x, 0, 1)\n";
    let user = own(
        "import data.changeward.lib.names\nimport data.changeward.lib.names as n\n\nwarn contains names.short(\"abc\")\nwarn contains n.short(\"bcd\")\nwarn contains data.changeward.lib.names.short(\"cde\")",
    );
    let found = evaluate(&[library, &user], "{}").unwrap().findings.warn;
    assert_eq!(found.iter().map(|f| f.msg.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    let wrong = own("import data.changeward.lib.names\n\nwarn contains names.shorter(\"abc\")");
    let errors = evaluate(&[library, &wrong], "{}").unwrap_err();
    assert_eq!(problems(&errors), ["unknown_function 2.rego:5"]);
}

/// The engine evaluates all of a package for a name that an import gives, and then rules that look at a later one of
/// their module see nothing.
#[test]
fn an_import_says_what_its_path_says() {
    let first = "package changeward.lib.x\n\nroot := some_of\n\nsome_of contains p if some p in input.files\n";
    let second = "package changeward.lib.x\n\nlong contains \"x\" if count(paths) > 0\n\npaths contains f.path if {\n\tsome f in input.files\n\tcount(root) > 0\n}\n";
    let codes = |name: &str| {
        let rule = own(&format!("import data.changeward.lib.x as lib\n\nwarn contains w if some w in {name}.long"));
        let done = evaluate(&[first, second, &rule], r#"{"files": [{"path": "a", "owned": "owned"}]}"#).unwrap();
        done.findings.warn.iter().map(|finding| finding.msg.clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes("data.changeward.lib.x"), ["x"]);
    assert_eq!(codes("lib"), ["x"]);
}

/// A line that was longer before the engine saw it is named as a whole, and rightly.
#[test]
fn an_error_behind_an_import_stands_on_its_line() {
    let library = "package changeward.lib.x\n\nf(n) := n\n";
    let source =
        own("import data.changeward.lib.x as lib\n\ndeny contains \"x\" if lib.f(to_number(lib.f(\"a\"))) == 1");
    let errors = evaluate(&[library, &source], "{}").unwrap_err();
    assert_eq!(problems(&errors), ["evaluation 2.rego:5"]);
    let problem = &errors.problems()[0];
    assert_eq!(source.get(problem.span.clone().unwrap()), source.lines().nth(4));
}

#[test]
fn help_says_the_next_step_and_the_label_stands_on_the_word() {
    let table = [
        (own("x := startwith(\"a\", \"b\")"), "did you mean `startswith`?", "startwith"),
        (own("deny[msg] { msg := \"x\" }"), "Rego v1 writes a rule of a set as `deny contains msg if { … }`", "{"),
        (own("allow { true }"), "Rego v1 wants `if` before the body of a rule: `name if { … }`", "{"),
        (own("\tdeny contains \"é\" if f(\"é\", count(1))\n\nf(_, _)"), "", ""),
        (
            own("deny contains {\"msg\": \"m\", \"pathes\": []}"),
            "did you mean `paths`?",
            "deny contains {\"msg\": \"m\", \"pathes\": []}",
        ),
        (own("x := glob.match(\"a\", [], \"a\", y)"), "count the arguments", "glob.match"),
    ];
    for (source, help, word) in table.iter().filter(|(_, help, _)| !help.is_empty()) {
        let errors = evaluate(&[source], "{}").unwrap_err();
        let first = &errors.problems()[0];
        if first.code != PolicyCode::Arity {
            assert_eq!(first.help.as_deref(), Some(*help), "{source}");
        }
        assert_eq!(first.span.clone().and_then(|span| source.get(span)), Some(*word), "{source}");
    }
}

/// An error inside a `with` inside a loop must not leave its mocks behind.
#[test]
fn an_error_leaves_nothing_behind() {
    let source = own(
        "deny contains \"boom\" if {\n\tinput.boom\n\tsome i\n\tmock(\"zzz\")[i] == 1 with time.now_ns as 5 with input as {\"mock\": true}\n}\n\nmock(x) := [1 | true; to_number(x) > 0]\n\nwarn contains sprintf(\"%d %v\", [time.now_ns(), object.get(input, \"mock\", \"real\")])",
    );
    let pack = load(&[&source]).unwrap();
    let run = |input: &str| pack.evaluate(input, Moment::from_unix(NOW));
    for _ in 0..3 {
        assert_eq!(problems(&run(r#"{"boom": true}"#).unwrap_err()), ["evaluation 1.rego:9"]);
        assert_eq!(run("{}").unwrap().findings.warn[0].msg, "1795363200000000000 real");
    }
}

/// The evaluating process with these policies.
fn process(organisation: &[&str], memory: u64) -> (Evaluator, Vec<Module>) {
    let modules = modules(organisation);
    let mut evaluator = Evaluator::spawn(Path::new(env!("CARGO_BIN_EXE_changeward")), memory).unwrap();
    evaluator.load(wire::load_request(&modules, &[], limits()).unwrap()).unwrap();
    (evaluator, modules)
}

#[test]
fn policies_sent_ahead_are_replaced_by_all_of_them() {
    let ahead = changeward::policy::shipped::modules();
    let mut all = ahead.clone();
    all.push(Module {
        file: ".changeward/policies/1.rego".to_owned(),
        source: own("deny contains file.path if some file in input.files"),
        origin: Origin::Organisation,
    });
    let mut evaluator = Evaluator::spawn(Path::new(env!("CARGO_BIN_EXE_changeward")), MEMORY).unwrap();
    for (modules, reads_files) in [(&ahead, false), (&ahead, false), (&all, true), (&ahead, false), (&all, true)] {
        evaluator.load(wire::load_request(modules, &[], limits()).unwrap()).unwrap();
        let loaded = wire::read_loaded(&evaluator.loaded(DEADLINE).unwrap(), modules).unwrap();
        assert_eq!(loaded.reads_files, reads_files);
    }
    // Answers that nobody takes do not get between an input and its own.
    evaluator.load(wire::load_request(&ahead, &[], limits()).unwrap()).unwrap();
    evaluator.load(wire::load_request(&all, &[], limits()).unwrap()).unwrap();
    let answer = evaluator.evaluate(request(r#"{"files": [{"path": "a/b"}]}"#), DEADLINE).unwrap();
    let here = Pack::load(&all, Vec::new(), limits())
        .unwrap()
        .evaluate(r#"{"files": [{"path": "a/b"}]}"#, Moment::from_unix(NOW));
    assert_eq!(wire::read_evaluation(&answer, &all).map_err(|e| problems(&e)), here.map_err(|e| problems(&e)));
}

const MEMORY: u64 = 256 << 20;
const DEADLINE: Duration = Duration::from_secs(5);

fn request(input: &str) -> Vec<u8> {
    wire::input_request(Moment::from_unix(NOW), input).unwrap()
}

#[test]
fn the_process_answers_as_the_engine_does_for_many_inputs() {
    let source = own(
        "deny contains \"n\" if 1 / input.n > 0\nobligation contains {\"kind\": \"k\", \"due\": \"2026-12-01\"}\nrequire contains {\"level\": \"mine\", \"who\": [\"anyone else\", \"ann@example.org\"], \"min\": 2, \"why\": \"w\"}",
    );
    let pack = load(&[&source]).unwrap();
    let (mut evaluator, modules) = process(&[&source], MEMORY);
    wire::read_loaded(&evaluator.loaded(DEADLINE).unwrap(), &modules).unwrap();
    for n in [1, 0, 2, 0, 3] {
        let input = format!(r#"{{"n": {n}, "files": [{{"path": "é\n", "owned": "unowned"}}], "incident": true}}"#);
        let answer = evaluator.evaluate(request(&input), DEADLINE).unwrap();
        let inside = pack.evaluate(&input, Moment::from_unix(NOW));
        match (wire::read_evaluation(&answer, &modules), inside) {
            (Ok(there), Ok(here)) => assert_eq!(there, here),
            (Err(there), Err(here)) => {
                assert_eq!(n, 0);
                assert_eq!(problems(&there), problems(&here));
                assert_eq!(there.problems()[0].span, here.problems()[0].span);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn policies_that_do_not_load_answer_each_input_with_why() {
    let (mut evaluator, modules) = process(&[&own("x := foo(1)")], MEMORY);
    for _ in 0..2 {
        let answer = evaluator.evaluate(request("{}"), DEADLINE).unwrap();
        let errors = wire::read_evaluation(&answer, &modules).unwrap_err();
        assert_eq!(problems(&errors), ["unknown_function 1.rego:3"]);
        let shown = format!("{:?}", miette::Report::new(errors));
        assert!(shown.contains("x := foo(1)") && shown.contains("changeward::policy::unknown_function"), "{shown}");
    }
}

#[test]
fn what_explodes_is_an_error_and_never_an_answer() {
    let doubling: String = (0..40).map(|n| format!("a{} := array.concat(a{n}, a{n})\n", n + 1)).collect();
    let memory = own(&format!("a0 := [1, 2, 3]\n{doubling}deny contains \"x\" if count(a40) > 0"));
    let endless = own("deny contains \"x\" if bits.lsh(1, 4000000000) > input.n");
    type Expected = fn(&EvaluatorError) -> bool;
    let table: &[(&str, Expected)] = &[
        (&memory, |error| matches!(error, EvaluatorError::MemoryLimit(MEMORY))),
        (&endless, |error| matches!(error, EvaluatorError::TimeLimit(_) | EvaluatorError::MemoryLimit(_))),
    ];
    for (source, expected) in table {
        let (mut evaluator, _) = process(&[source], MEMORY);
        let first = evaluator.evaluate(request(r#"{"n": 1}"#), Duration::from_secs(3)).unwrap_err();
        assert!(expected(&first), "{first:?} for {source}");
        assert_eq!(evaluator.evaluate(request("{}"), DEADLINE).unwrap_err(), first);
    }
}

#[test]
fn a_program_that_is_no_evaluator_gives_no_answer() {
    let run = |program: &str| {
        let mut evaluator = Evaluator::spawn(Path::new(program), MEMORY)?;
        evaluator.evaluate(request("{}"), Duration::from_millis(500))
    };
    assert!(matches!(run("/no/such/program"), Err(EvaluatorError::Spawn(_))));
    if cfg!(unix) {
        assert!(matches!(run("/bin/true"), Err(EvaluatorError::Crashed { .. })));
        assert_eq!(run("/bin/echo").unwrap_err(), EvaluatorError::Garbled);
    }
}

#[test]
fn a_deadline_ends_the_process() {
    let slow = own("deny contains \"x\" if bits.lsh(1, 4000000000) > input.n");
    let (mut evaluator, _) = process(&[&slow], 4 << 30);
    evaluator.loaded(DEADLINE).unwrap();
    let start = Instant::now();
    let error = evaluator.evaluate(request(r#"{"n": 1}"#), Duration::from_millis(20)).unwrap_err();
    assert_eq!(error, EvaluatorError::TimeLimit(Duration::from_millis(20)));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

/// Inputs of every kind the test policies look at.
fn inputs() -> Vec<String> {
    let files = |n: usize, odd: bool| {
        let owned = |i: usize| if odd && i % 2 == 1 { "unowned" } else { "owned" };
        let all: Vec<_> = (0..n).map(|i| format!(r#"{{"path": "d/{i}\u00e9", "owned": "{}"}}"#, owned(i))).collect();
        all.join(", ")
    };
    let mut out = Vec::new();
    for bits in 0..64_usize {
        let set = |bit: usize| bits & (1 << bit) != 0;
        let mut keys = vec![format!(r#""files": [{}]"#, files(bits % 5, set(3)))];
        keys.extend(set(0).then(|| r#""incident": {"id": "INC-42"}"#.to_owned()));
        keys.extend(set(1).then(|| r#""lockdown": true"#.to_owned()));
        keys.extend(set(2).then(|| r#""templates": ["x", "y", "z"], "unpublished": ["y"]"#.to_owned()));
        keys.extend(set(4).then(|| r#""unpublished": ["x", "q"]"#.to_owned()).filter(|_| !set(2)));
        out.push(format!("{{{}}}", keys.join(", ")));
    }
    out
}

/// The lists of a proposal in the order of `differential.py`: the engines may order the elements of a set differently.
fn ordered(mut proposal: serde_json::Value) -> serde_json::Value {
    for list in proposal.as_object_mut().into_iter().flatten().filter_map(|(_, value)| value.as_array_mut()) {
        list.sort_by_key(ToString::to_string);
    }
    proposal
}

#[test]
fn proposals_equal_those_of_the_real_engine() {
    if !Path::new(".cache/opa/lib-opa").is_dir() {
        eprintln!(
            "!!! the real OPA engine is not installed (tests/opa/differential.py --install): nothing was compared"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("base.rego"), BASE).unwrap();
    let file = folder.path().join("inputs.jsonl");
    std::fs::write(&file, inputs().join("\n")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/opa/differential.py");
    let opa = std::process::Command::new("python3").arg(script).arg(folder.path()).arg(&file).output().unwrap();
    assert!(opa.status.success(), "{}", String::from_utf8_lossy(&opa.stderr));
    let pack = load(&[]).unwrap();
    let answers = String::from_utf8(opa.stdout).unwrap();
    assert_eq!(answers.lines().count(), inputs().len());
    for (input, answer) in inputs().iter().zip(answers.lines()) {
        let ours = pack.proposal_json(input, Moment::from_unix(NOW)).unwrap().map(ordered);
        let theirs: serde_json::Value = serde_json::from_str(answer).unwrap();
        assert_eq!(ours.as_ref(), theirs.get("value"), "{input}");
    }
}
